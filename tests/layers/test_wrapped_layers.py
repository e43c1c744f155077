"""Layers around a layer, and embeddings that read back, against Keras 3; what files hold of them and of attention."""

from __future__ import annotations

import jax.numpy as jnp
import keras
import numpy as np
import pytest

import heron
from heron import layers
from heron.errors import ArgumentError, DataError
from heron.layers.context import get_mask
from tests.oracle import array, assert_same_as_keras, ids

X = array(2, 3, 4)


class Around:
    """Makes a layer that calls a `ReversibleEmbedding` in both directions."""

    def __new__(cls, api, **kwargs):
        class Both(api.layers.Layer):
            def __init__(self):
                super().__init__()
                self.inner = api.layers.ReversibleEmbedding(7, 4, **kwargs)

            def build(self, input_shape):
                self.inner.build(input_shape)

            def call(self, inputs):
                return self.inner(self.inner(inputs), reverse=True)

        return Both()


@pytest.mark.parametrize(
    "kwargs",
    [
        {},
        {"tie_weights": False, "embeddings_regularizer": "l2"},
        {"logit_soft_cap": 0.5},
        {"reverse_dtype": "bfloat16"},
    ],
    ids=str,
)
def test_embeddings_read_back_as_in_keras(kwargs):
    low = {"rtol": 2e-2, "atol": 2e-2} if "reverse_dtype" in kwargs else {}
    assert_same_as_keras(Around(heron, **kwargs), Around(keras, **kwargs), ids(2, 3, below=7), **low)


def test_scores_have_the_compute_dtype_and_masks_go_one_way():
    layer = layers.ReversibleEmbedding(7, 4, mask_zero=True, dtype="mixed_bfloat16")
    vectors = layer(np.array([[1, 0, 2]]))
    assert get_mask(vectors).tolist() == [[True, False, True]]
    scores = layer(jnp.asarray(np.asarray(vectors)), reverse=True)
    assert (scores.shape, scores.dtype.name) == ((1, 3, 7), "bfloat16")
    assert get_mask(scores) is None
    with pytest.raises(DataError, match="token id 7 but ReversibleEmbedding"):
        layer([[7]])
    model = heron.Sequential([heron.Input((3,)), layers.ReversibleEmbedding(7, 4, weights=array(7, 4))])
    np.testing.assert_array_equal(model(np.array([[6, 0, 1]]))[0], array(7, 4)[[6, 0, 1]])


SPECTRAL = {
    "Dense": (lambda api: api.Dense(3, kernel_regularizer="l2"), X, {}),
    "Conv2D": (lambda api: api.Conv2D(3, 2), array(2, 3, 3, 2), {"power_iterations": 3}),
    "Embedding": (lambda api: api.Embedding(6, 4), array(2, 6) > 0, {}),
}


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", ["Dense", "Conv2D"])
def test_spectral_normalization_is_that_of_keras(name, training):
    make, inputs, kwargs = SPECTRAL[name]
    ours, theirs = (api.layers.SpectralNormalization(make(api.layers), **kwargs) for api in (heron, keras))
    assert_same_as_keras(ours, theirs, inputs, training=training)


def test_the_largest_singular_value_becomes_1():
    layer = layers.SpectralNormalization(layers.Dense(3), power_iterations=100)
    layer(X, training=True)
    np.testing.assert_allclose(np.linalg.svd(layer.kernel.numpy(), compute_uv=False)[0], 1, rtol=1e-3)
    zeros = layers.SpectralNormalization(layers.Dense(3, kernel_initializer="zeros"))
    assert float(abs(zeros(X, training=True)).max()) == 0
    table = layers.SpectralNormalization(layers.Embedding(6, 4), power_iterations=100)
    table(ids(2, 3, below=6), training=True)
    np.testing.assert_allclose(np.linalg.svd(table.layer.embeddings.numpy(), compute_uv=False)[0], 1, rtol=1e-3)


def test_what_is_said_of_a_layer_that_cannot_be_wrapped():
    with pytest.raises(ArgumentError, match=r"divides the kernel .*; received Flatten '.*', which has neither.\nWrap"):
        layers.SpectralNormalization(layers.Flatten())(X)
    with pytest.raises(ArgumentError, match=r"^Wrapper needs a layer; received 3.\nWrite Wrapper\(heron"):
        layers.Wrapper(3)
    assert isinstance(layers.TimeDistributed(layers.Dense(2)), layers.Wrapper)


def everything(api):
    x = api.Input((3, 4))
    y = api.layers.MultiHeadAttention(2, 2, use_gate=True, dropout=0.1, name="many")(x, x)
    y = api.layers.GroupQueryAttention(2, 4, 2, use_gate=True, name="few")(y, y)
    y = api.layers.Attention(use_scale=True, name="plain")([y, x])
    y = api.layers.AdditiveAttention(name="sums")([y, x])
    return api.Model(x, api.layers.SpectralNormalization(api.layers.Dense(2), name="bound")(y))


@pytest.mark.parametrize("suffix", [".keras", ".weights.h5"])
def test_files_go_both_ways(tmp_path, suffix):
    def write(model, path):
        return model.save(path) if suffix == ".keras" else model.save_weights(path)

    def read(api, path):
        if suffix == ".keras":
            return api.saving.load_model(path)
        model = everything(api)
        model.load_weights(path)
        return model

    ours, theirs = everything(heron), everything(keras)
    write(ours, tmp_path / f"ours{suffix}"), write(theirs, tmp_path / f"theirs{suffix}")
    expected = np.asarray(ours(X)), np.asarray(theirs(X))
    np.testing.assert_allclose(read(keras, tmp_path / f"ours{suffix}")(X), expected[0], atol=1e-5)
    np.testing.assert_allclose(read(heron, tmp_path / f"theirs{suffix}")(X), expected[1], atol=1e-5)
