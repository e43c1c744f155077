"""Sequential: building, adding, popping, configs and what it refuses."""

from __future__ import annotations

import json

import numpy as np
import pytest

import heron
from heron import layers
from heron.errors import ArgumentError, ArgumentTypeError, NotBuiltError, ShapeError

X = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")


def test_builds_at_once_when_the_input_is_known():
    for first in (
        [heron.Input((4,)), layers.Dense(3)],
        [layers.Dense(3, input_shape=(4,))],
        [layers.Dense(3, input_dim=4)],
    ):
        model = heron.Sequential([*first, layers.Dense(2)])
        assert model.built
        assert [w.shape for w in model.weights] == [(4, 3), (3,), (3, 2), (2,)]
        assert model.input_shape == (None, 4)
        assert model.output_shape == (None, 2)


def test_builds_when_it_first_sees_data():
    model = heron.Sequential([layers.Dense(3), layers.Dense(2)])
    assert not model.built
    with pytest.raises(NotBuiltError, match=r"start it with heron.Input"):
        _ = model.output_shape
    assert model(X).shape == (5, 2)
    assert model.built


def test_paths_of_weights_are_those_of_keras():
    import keras

    def paths(k):
        model = k.Sequential([k.layers.Dense(3, name="a"), k.layers.Dense(2, name="b")], name="stack")
        model.build((None, 4))
        return [w.path for w in model.weights]

    assert paths(heron) == paths(keras)


def test_add_and_pop():
    model = heron.Sequential()
    model.add(heron.Input((4,)))
    model.add(layers.Dense(3))
    model.add(layers.Dense(1))
    assert model(X).shape == (5, 1)
    popped = model.pop()
    assert popped.units == 1
    assert model(X).shape == (5, 3)
    assert len(model.layers) == 1
    assert model.layers[0].output.shape == (None, 3)


def test_config_round_trip_keeps_the_function():
    model = heron.Sequential(
        [heron.Input((4,)), layers.Dense(3, "relu"), layers.Dropout(0.5), layers.Dense(2)], name="m"
    )
    copy = heron.Sequential.from_config(json.loads(json.dumps(model.get_config())))
    copy.set_weights(model.get_weights())
    np.testing.assert_array_equal(copy(X), model(X))
    assert [layer.name for layer in copy.layers] == [layer.name for layer in model.layers]
    assert copy.name == "m"


def test_a_model_can_be_a_layer_of_another():
    inner = heron.Sequential([heron.Input((4,)), layers.Dense(3)])
    outer = heron.Sequential([inner, layers.Dense(2)])
    assert outer.built
    np.testing.assert_allclose(outer(X), outer.layers[1](inner(X)), rtol=1e-6)
    assert len(outer.weights) == 4


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ([layers.Dense], r"received the class Dense; it takes layers. Make one: Dense\(\.\.\.\)"),
        ([np.ones(3)], r"takes layers; received an array of shape \(3,\)"),
        ([abs], r"Wrap a function in a layer: heron.layers.Lambda"),
    ],
)
def test_refuses_what_is_no_layer(bad, text):
    with pytest.raises(ArgumentTypeError, match=text):
        heron.Sequential(bad)


def test_refuses_two_layers_of_one_name_and_a_late_input():
    with pytest.raises(ArgumentError, match="already has a layer named 'a'"):
        heron.Sequential([layers.Dense(1, name="a"), layers.Dense(1, name="a")])
    with pytest.raises(ArgumentError, match="Input must come first"):
        heron.Sequential([layers.Dense(1, input_dim=2), heron.Input((3,))])


def test_an_empty_model_says_so():
    with pytest.raises(ArgumentError, match=r"has no layers. Add some: model.add"):
        heron.Sequential().build((None, 3))
    model = heron.Sequential()
    model.compile("sgd", "mse")
    with pytest.raises(ArgumentError, match="has no layers"):
        model.fit(X, X[:, :1])


SHAPES = [
    ((4,), (10, 5), r"The data have 5 columns, the model was made for 4"),
    ((8,), (8,), r"one sample without the batch axis. Write x\[None\], or x.reshape\(1, 8\)"),
    ((28, 28), (28, 28), r"one sample without the batch axis"),
    ((64, 8), (64, 8), r"one sample without the batch axis"),
    ((28, 28, 3), (2, 3, 28, 28), r"channels seem to come first; move them to the end: np.moveaxis\(x, 1, -1\)"),
    ((4,), (2, 3, 4), r"start the model with heron.Input\(\(3, 4\)\)"),
]


@pytest.mark.parametrize(("wanted", "given", "text"), SHAPES)
def test_data_that_do_not_fit_are_explained(wanted, given, text):
    model = heron.Sequential([heron.Input(wanted), layers.Flatten(), layers.Dense(1)])
    with pytest.raises(ShapeError, match=text):
        model.predict(np.ones(given))


def test_missing_and_extra_axes_of_one_are_put_right():
    one = heron.Sequential([heron.Input((1,)), layers.Dense(2)])
    assert one.predict(np.ones(6)).shape == (6, 2)
    assert one.predict([10.0]).shape == (1, 2)
    images = heron.Sequential([heron.Input((2, 2, 1)), layers.Flatten()])
    assert images.predict(np.ones((3, 2, 2))).shape == (3, 4)
    flat = heron.Sequential([heron.Input((4,)), layers.Dense(2)])
    assert flat.predict(np.ones((3, 4, 1))).shape == (3, 2)
