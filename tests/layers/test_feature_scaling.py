"""Rescaling and Normalization: data of every kind, and what they say about bad ones."""

from __future__ import annotations

import json

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from heron import config, layers
from heron.errors import ArgumentError, DataError, NotBuiltError, ShapeError
from heron.symbolic import KerasTensor
from tests.oracle import array

X = np.random.default_rng(0).normal(3.0, 2.0, (40, 3)).astype("float32")


@pytest.mark.parametrize(
    "data",
    [
        X,
        jnp.asarray(X),
        X.tolist(),
        [X[:7], X[7:20], X[20:]],
        [(X[:10], None), (X[10:], None)],
        (batch for batch in np.split(X, 4)),
        X.astype("float64"),
    ],
    ids=["numpy", "jax", "numbers", "batches", "tuples", "generator", "float64"],
)
def test_adapt_takes_data_of_every_kind(data):
    layer = layers.Normalization()
    layer.adapt(data)
    np.testing.assert_allclose(layer.adapt_mean.numpy(), X.mean(0), rtol=1e-5)
    np.testing.assert_allclose(layer.adapt_variance.numpy(), X.var(0), rtol=1e-5)
    assert int(layer.count.numpy()) == 40
    y = np.asarray(layer(X))
    np.testing.assert_allclose(y.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(y.std(0), 1, atol=1e-5)


@pytest.mark.parametrize(
    ("axis", "shape"), [(-1, (20, 3)), (1, (8, 3, 2)), ((1, 2), (8, 3, 2)), (None, (8, 3)), (0, (4, 3))]
)
@pytest.mark.parametrize("invert", [False, True])
def test_adapted_as_keras_is(axis, shape, invert):
    x = array(*shape) * 3 + 2
    ours, theirs = layers.Normalization(axis, invert=invert), keras.layers.Normalization(axis, invert=invert)
    ours.adapt(x)
    theirs.adapt(x)
    np.testing.assert_allclose(ours(x), theirs(x), rtol=1e-4, atol=1e-5)
    assert ours.mean.shape == tuple(theirs.mean.shape)
    np.testing.assert_allclose(ours.mean, theirs.mean, rtol=1e-5)
    np.testing.assert_allclose(ours.variance, theirs.variance, rtol=1e-5)


def test_many_rows_are_taken_piece_by_piece(monkeypatch):
    monkeypatch.setattr("heron.layers.feature_scaling._ROWS_AT_ONCE", 7)
    layer = layers.Normalization()
    layer.adapt(X + 10000)
    np.testing.assert_allclose(layer.adapt_variance.numpy(), X.var(0), rtol=1e-3)


@pytest.mark.parametrize("column", [X[:, 0], X[:, 0].tolist()], ids=["array", "list"])
@pytest.mark.parametrize("built", [False, True])
def test_a_single_column_is_one_feature(column, built):
    layer = layers.Normalization()
    if built:
        layer.build((None, 1))
    layer.adapt(column)
    np.testing.assert_allclose(layer.adapt_mean.numpy(), [X[:, 0].mean()], rtol=1e-5)
    expected = (X[:, 0] - X[:, 0].mean()) / X[:, 0].std()
    np.testing.assert_allclose(layer(column), expected, atol=1e-5)
    np.testing.assert_allclose(layer(X[:, :1]), expected[:, None], atol=1e-5)


@pytest.mark.parametrize("shape", [(2, 4), (2, 1), (1,)])
def test_other_features_than_at_first_are_refused(shape):
    layer = layers.Normalization()
    layer.adapt(X)
    said = r"expects inputs of shape \(None, 3\), as it was adapted or built for; received .*\nGive it the columns"
    with pytest.raises(ShapeError, match=said):
        layer(np.ones(shape))
    assert layer(np.ones((2, 5, 3))).shape == (2, 5, 3)


def test_a_second_adapt_forgets_the_first():
    layer = layers.Normalization()
    layer.adapt(X * 100)
    layer.adapt(X)
    np.testing.assert_allclose(layer.adapt_mean.numpy(), X.mean(0), rtol=1e-5)
    with pytest.raises(ShapeError, match=r"was built for shape \(None, 3\); adapt\(\) received \(40, 2\)"):
        layer.adapt(X[:, :2])


def test_what_was_adapted_are_arguments_of_a_compiled_program():
    layer = layers.Normalization()
    layer.build((None, 3))
    assert layer.trainable_variables == []
    program = jax.jit(lambda fixed, x: layer.stateless_call([], fixed, x)[0])
    before = program([v.value for v in layer.variables], X)
    np.testing.assert_allclose(before, X, rtol=1e-6)
    layer.adapt(X)
    np.testing.assert_allclose(program([v.value for v in layer.variables], X), layer(X), rtol=1e-5)


def test_constant_features_do_not_divide_by_zero():
    layer = layers.Normalization()
    layer.adapt([[5.0, 1.0], [5.0, 3.0]])
    assert layer([[5.0, 2.0]]).tolist() == [[0.0, 0.0]]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (np.zeros((0, 3)), r"adapt\(\) was given no data"),
        ([], r"adapt\(\) was given no data"),
        (np.array([["a", "b"]]), r"adapt\(\) takes numbers; received an array of shape \(1, 2\)"),
        (
            np.array([[1.0, np.nan], [2.0, np.inf]]),
            r"have 2 missing or infinite values, the first at position \(0, 1\)",
        ),
        (7j, r"takes an array or an iterable of batches; received 7j"),
    ],
    ids=["empty", "list", "text", "nan", "scalar"],
)
def test_bad_data(data, text):
    layer = layers.Normalization()
    with pytest.raises(DataError, match=text):
        layer.adapt(data)


@pytest.mark.parametrize(
    ("kwargs", "text"),
    [
        ({"mean": 1.0}, "was given a mean but no variance.\nGive both, or neither and call adapt"),
        ({"variance": 1.0}, "was given a variance but no mean"),
        ({"mean": [1.0], "variance": 1.0}, r"must have the same shape; received \(1,\) and \(\)"),
        ({"mean": [[1.0]], "variance": [[1.0]]}, r"mean has 2 axes, but axis=\(-1,\) names only 1"),
    ],
)
def test_a_mean_comes_with_a_variance(kwargs, text):
    with pytest.raises(ArgumentError, match=text):
        layers.Normalization(**kwargs)


def test_with_a_mean_there_is_nothing_to_adapt():
    layer = layers.Normalization(mean=np.array([1.0, 2.0, 3.0]), variance=np.ones(3))
    with pytest.raises(ArgumentError, match="was made with a mean and variance"):
        layer.adapt(X)
    assert json.dumps(layer.get_config()["mean"]) == "[1.0, 2.0, 3.0]"
    assert layer(X).shape == (40, 3)
    assert layer.weights == []


def test_the_mean_is_known_once_the_features_are():
    layer = layers.Normalization()
    with pytest.raises(NotBuiltError, match="does not know its features yet"):
        _ = layer.mean
    layer(KerasTensor((None, 4)))
    assert layer.mean.shape == (1, 4)


def test_rescaling_takes_one_number_a_channel_wherever_channels_are(monkeypatch):
    layer = layers.Rescaling([1.0, 10.0])
    x = np.ones((1, 2, 3, 3), "float32")
    monkeypatch.setattr(config._settings, "image_data_format", "channels_first")
    np.testing.assert_array_equal(layer(x)[0, :, 0, 0], [1.0, 10.0])
