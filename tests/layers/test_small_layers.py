"""Masking, Lambda, Softmax masks, PReLU, activity penalties, and the table of contents."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

from heron import errors, layers, registry
from heron.errors import ArgumentError, HeronNote, ShapeError, UnknownNameError
from heron.layers.context import get_mask
from tests.oracle import array

STEPS = np.array([[True, False], [True, True]])


def test_masking_marks_steps_without_data():
    x = np.array([[[1.0, 0.0], [9.0, 9.0]], [[9.0, 1.0], [0.0, 0.0]]], "float32")
    y = layers.Masking(9.0)(x)
    np.testing.assert_array_equal(get_mask(y), STEPS)
    np.testing.assert_array_equal(y, np.where(STEPS[..., None], x, 0))


def masked(x=None):
    return layers.Masking(9.0)(np.where(STEPS[..., None], array(2, 2, 3) if x is None else x, 9))


def test_dense_passes_the_mask_on_and_flatten_drops_it_with_a_note():
    np.testing.assert_array_equal(get_mask(layers.Dense(4)(masked())), STEPS)
    with pytest.warns(HeronNote, match="Flatten 'flatten.*' does not know what to do with the mask of its input"):
        assert get_mask(layers.Flatten()(masked())) is None


def test_a_travelling_mask_silences_whole_steps_of_a_softmax():
    y = layers.Softmax()(masked())
    np.testing.assert_allclose(y.sum(-1), STEPS, rtol=1e-6)
    with pytest.raises(ShapeError, match=r"expects a mask that broadcasts to its inputs of shape \(2, 3\); .* \(5,\)"):
        layers.Softmax()(array(2, 3), mask=np.ones(5, bool))


def test_a_lambda_gets_what_it_asks_for():
    def told(x, factor, mask=None, training=None):
        return x * factor + (10.0 if training else 0.0) + (0.0 if mask is None else 100.0)

    layer = layers.Lambda(told, arguments={"factor": 2.0})
    assert layer([1.0]).tolist() == [2.0]
    assert layer([1.0], training=True).tolist() == [12.0]
    assert float(layer(masked(np.ones((2, 2, 3))))[0, 0, 0]) == 102.0


def test_a_lambda_says_what_becomes_of_the_mask():
    assert get_mask(layers.Lambda(jnp.square)(masked())) is None
    passed = layers.Lambda(jnp.square, mask=lambda inputs, mask: ~mask)(masked())
    np.testing.assert_array_equal(get_mask(passed), ~STEPS)
    np.testing.assert_array_equal(get_mask(layers.Lambda(jnp.square, mask=STEPS)(array(2, 2, 3))), STEPS)


def test_a_lambda_without_a_name_cannot_be_saved():
    with pytest.raises(ArgumentError, match="A lambda cannot be saved: only its name would be written"):
        layers.serialize(layers.Lambda(lambda x: x))


def test_code_in_a_config_is_refused():
    config = {"name": "f", "function": {"class_name": "__lambda__", "config": {"code": "4wEA"}}}
    with pytest.raises(
        ArgumentError, match=r"config of Lambda 'f' holds Python code as its 'function'; heron runs no code"
    ):
        layers.Lambda.from_config(config)


def test_functions_without_a_signature_are_taken():
    assert layers.Lambda(max)([[1.0], [3.0]]).tolist() == [3.0]


def test_prelu_needs_the_sizes_it_has_weights_for():
    with pytest.raises(ShapeError, match=r"shares axis 3; received inputs of shape \(2, 3\), whose last axis is 1"):
        layers.PReLU(shared_axes=[3])(array(2, 3))
    layer = layers.PReLU(shared_axes=[1])
    layer(layers.Input((None, 4)))
    assert layer.alpha.shape == (1, 4)
    with pytest.raises(ShapeError, match="needs to know the size of axis 1"):
        layers.PReLU()(layers.Input((None, 4)))


@pytest.mark.parametrize("old", ["alpha"])
def test_old_names_of_arguments(old):
    with pytest.warns(HeronNote, match=r"LeakyReLU\(alpha=...\) is now negative_slope=...; taken as that"):
        assert layers.LeakyReLU(**{old: 0.2}).negative_slope == 0.2


def test_jax_functions_are_activations():
    import jax

    layer = layers.Activation(jax.nn.relu)
    assert layer([-1.0, 2.0]).tolist() == [0.0, 2.0]
    assert layer.get_config()["activation"] == "relu"


def test_serialize_and_deserialize():
    layer = layers.deserialize(layers.serialize(layers.Dense(3, activation="relu")))
    assert (layer.units, layer.get_config()["activation"]) == (3, "relu")
    with pytest.raises(UnknownNameError, match="names the class 'Denze', which heron does not know"):
        layers.deserialize({"class_name": "Denze", "config": {}})
    assert layers.deserialize({"class_name": "X", "config": {}}, {"X": layers.Flatten}).data_format == "channels_last"


def test_old_places_of_layers():
    from heron.layers.advanced_activations import LeakyReLU
    from heron.layers.core import Activation, Dense, Dropout, Flatten
    from heron.layers.embeddings import Embedding
    from heron.layers.merge import Concatenate
    from heron.layers.noise import GaussianNoise
    from heron.layers.normalization import BatchNormalization

    found = (LeakyReLU, Activation, Dense, Dropout, Flatten, Embedding, Concatenate, GaussianNoise, BatchNormalization)
    assert all(getattr(layers, one.__name__) is one for one in found)


def test_the_table_of_contents():
    assert len(set(layers.__all__)) == len(layers.__all__)
    assert all(getattr(layers, name) is not None for name in layers.__all__)
    assert registry.published("layers")["Dense"] is layers.Dense


# In a process of its own, because the collection of doctests puts modules back into the package.
SLIPS = """
from heron import layers
for slip in ("dense", "Denze", "dropout", "normalization", "LSTMM"):
    try:
        print(getattr(layers, slip))
    except AttributeError as error:
        print(error)
import heron.layers.dense as module
print(module.Dense is layers.Dense)
"""


def test_an_unknown_name_is_answered_with_the_nearest():
    search = {**os.environ, "PYTHONPATH": str(Path(errors.__file__).parent.parent)}
    done = subprocess.run([sys.executable, "-c", SLIPS], capture_output=True, text=True, check=True, env=search)
    assert done.stdout.splitlines() == [
        "heron.layers has no layer or function 'dense'. Did you mean Dense?",
        "heron.layers has no layer or function 'Denze'. Did you mean Dense?",
        "heron.layers has no layer or function 'dropout'. Did you mean Dropout?",
        "heron.layers has no layer or function 'normalization'. Did you mean Normalization?",
        "heron.layers has no layer or function 'LSTMM'. Did you mean LSTM?",
        "True",
    ]
