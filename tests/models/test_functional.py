"""Functional models: graphs, several inputs and outputs, shared and nested layers, configs, errors."""

from __future__ import annotations

import json

import keras
import numpy as np
import pytest

import heron
from heron import layers, ops
from heron.errors import ArgumentError, ArgumentTypeError, DataError, UnknownNameError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(5, 4)).astype("float32")


def branching(k):
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    shared = k.layers.Dense(3, activation="tanh", name="shared")
    both = k.layers.Add(name="both")([shared(a), shared(b)])
    side = k.layers.Dense(2, name="side")(a)
    return k.Model([a, b], [k.layers.Dense(1, name="head")(both), side], name="branching")


def test_layers_stand_in_keras_order_and_compute_the_same():
    ours, theirs = branching(heron), branching(keras)
    assert [layer.name for layer in ours.layers] == [layer.name for layer in theirs.layers]
    assert [w.path for w in ours.weights] == [w.path for w in theirs.weights]
    ours.set_weights(theirs.get_weights())
    for mine, other in zip(ours([X, 2 * X]), theirs([X, 2 * X]), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-5, atol=1e-6)
    assert ours.output_names == theirs.output_names
    assert ours.input_shape == theirs.input_shape
    assert ours.output_shape == theirs.output_shape
    assert ours.input_names == [t.name for t in theirs.inputs]


def test_inputs_come_as_list_tuple_or_dict_by_name():
    model = branching(heron)
    as_list = model.predict([X, 2 * X])
    for form in ((X, 2 * X), {"a": X, "b": 2 * X}, {"b": 2 * X, "a": X}):
        for one, other in zip(as_list, model.predict(form), strict=True):
            np.testing.assert_array_equal(one, other)


def test_nested_dicts_of_inputs_and_targets():
    a, b = heron.Input((4,), name="a"), heron.Input((4,), name="b")
    joined = layers.Add()([a, b])
    outputs = {"out": {"one": layers.Dense(1)(joined), "two": layers.Dense(2)(a)}}
    model = heron.Model({"pair": {"first": a, "second": b}}, outputs)
    x = {"pair": {"first": X, "second": 2 * X}}
    got = model.predict(x)
    assert (got["out"]["one"].shape, got["out"]["two"].shape) == ((5, 1), (5, 2))
    model.compile("sgd", "mse")
    y = {"out": {"one": X[:, :1], "two": X[:, :2]}}
    history = model.fit(x, y, epochs=3, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]


def test_operators_and_ops_draw_the_graph():
    a = heron.Input((4,))
    y = ops.exp(-(2.0 * a - 1.0)) + a[:, :1]
    model = heron.Model(a, {"y": y, "s": ops.sum(y, axis=-1)})
    got = model.predict(X)
    want = np.exp(-(2 * X - 1)) + X[:, :1]
    np.testing.assert_allclose(got["y"], want, rtol=1e-5)
    np.testing.assert_allclose(got["s"], want.sum(-1), rtol=1e-5)


@pytest.mark.parametrize("make", [branching, "ops", "nested"])
def test_config_round_trip(make):
    if make == "ops":
        a = heron.Input((4,))
        model = heron.Model(a, {"y": layers.Dense(2)(a) * 3.0 + a[:, :1], "z": [heron.activations.relu(a)]})
    elif make == "nested":
        inner = branching(heron)
        a = heron.Input((4,))
        model = heron.Model(a, inner([a, layers.Dense(4)(a)])[0])
    else:
        model = make(heron)
    copy = type(model).from_config(json.loads(json.dumps(model.get_config())))
    copy.set_weights(model.get_weights())
    x = [X, 2 * X] if len(model.inputs) == 2 else X
    assert json.dumps(copy.get_config()) == json.dumps(model.get_config())
    mine, other = model.predict(x), copy.predict(x)
    keras.tree.map_structure(np.testing.assert_array_equal, mine, other)


def test_a_config_with_an_unknown_class_names_it():
    config = branching(heron).get_config()
    config["layers"][2]["class_name"] = "Mystery"
    with pytest.raises(UnknownNameError, match=r"class 'Mystery', which heron does not know"):
        heron.models.Functional.from_config(config)


def test_a_model_of_inner_tensors_shows_features():
    model = heron.Sequential([heron.Input((4,)), layers.Dense(3, name="hidden"), layers.Dense(1)])
    features = heron.Model(model.inputs, model.get_layer("hidden").output)
    np.testing.assert_array_equal(features.predict(X), model.layers[0](X))


def test_subclassing_with_inputs_and_outputs():
    class Named(heron.Model):
        def __init__(self):
            a = heron.Input((4,))
            super().__init__(inputs=a, outputs=layers.Dense(2)(a))

    assert Named().predict(X).shape == (5, 2)
    assert isinstance(Named(), heron.models.Functional)


def test_a_subclassed_model_is_built_by_a_shape():
    class Net(heron.Model):
        def __init__(self):
            super().__init__()
            self.hidden = layers.Dense(3)
            self.head = layers.Dense(1)

        def call(self, inputs):
            return self.head(self.hidden(inputs))

    model = Net()
    model.build((None, 4))
    assert [w.shape for w in model.weights] == [(4, 3), (3,), (3, 1), (1,)]
    assert model.predict(X).shape == (5, 1)


def test_symbolic_calls_of_models():
    inner = branching(heron)
    a = heron.Input((4,))
    outputs = inner([a, a])
    assert [o.shape for o in outputs] == [(None, 1), (None, 2)]


def test_what_is_not_connected_is_named():
    a, b = heron.Input((4,), name="a"), heron.Input((4,), name="b")
    with pytest.raises(ArgumentError, match=r"depends on Input 'b', which is not in Model\(inputs=...\)"):
        heron.Model(a, layers.Add()([a, b]))
    with pytest.raises(ArgumentTypeError, match=r"received the layer 'x' itself, not its output"):
        heron.Model(a, layers.Dense(1, name="x"))


def test_wrong_inputs_are_named():
    model = branching(heron)
    with pytest.raises(DataError, match=r"has 2 inputs \('a', 'b'\); received 1 array"):
        model.predict(X)
    with pytest.raises(DataError, match=r"the data lack 'b'. Did you mean 'bb'"):
        model.predict({"a": X, "bb": X})


def test_symbolic_tensors_refuse_numpy_and_truth():
    a = heron.Input((4,))
    with pytest.raises(ArgumentTypeError, match=r"function of the same name in heron.ops"):
        np.exp(a)
    with pytest.raises(ArgumentTypeError, match=r"use heron.ops.where"):
        bool(a > 0)


def test_get_layer_by_name_and_index():
    model = branching(heron)
    assert model.get_layer("shared").units == 3
    assert model.get_layer(index=0).name == "a"
    with pytest.raises(UnknownNameError, match=r"no layer named 'sharde'. Did you mean 'shared'"):
        model.get_layer("sharde")
    with pytest.raises(ArgumentError, match=r"takes a name or an index"):
        model.get_layer()
    with pytest.raises(ArgumentError, match=r"has 6 layers"):
        model.get_layer(index=9)
