"""A model of every kind of layer, saved by Keras and loaded by heron, and the other way round."""

from __future__ import annotations

import numpy as np
import pytest

from tests.contracts.test_layers import CASES, ELSEWHERE, scaled
from tests.layers.test_image import CASES as IMAGE_CASES
from tests.oracle import array
from tests.saving.test_keras_files import BOTH, outputs, shaken


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "model.keras")


def every_layer(k):
    """A model of every kind of layer, each of them on inputs of its own."""
    inputs, results = {}, []
    for name, (make, given) in every_case().items():
        mine = []
        for i, data in enumerate(given):
            key = f"{name.lower()}_{i}"
            inputs[key] = k.layers.Input(data.shape[1:], dtype=str(data.dtype), name=key)
            mine.append(inputs[key])
        results.append(make(k, name.lower())(mine if len(mine) > 1 else mine[0]))
    return k.Model(inputs, results)


def every_case():
    """For each kind of layer a function from Keras or heron and a name to a layer, and its inputs."""
    made = {
        name: (lambda k, title, name=name, kwargs=kwargs: getattr(k.layers, name)(**kwargs, name=title), given)
        for name, (kwargs, given) in CASES.items()
        if name not in ("InputLayer", "InputSpec")
    }
    made |= {
        name: (lambda k, title, name=name, kwargs=kwargs: getattr(k.layers, name)(**kwargs, name=title), IMAGES)
        for name, kwargs in IMAGE_CASES.items()
        if name not in LEFT_OUT
    }
    made |= COMPOSED
    return {name: (make, given if isinstance(given, list) else [given]) for name, (make, given) in made.items()}


def attention(name, **kwargs):
    """A layer that is called on two sequences, which an attention layer of Keras takes one by one."""
    return lambda k, title: lambda pair: getattr(k.layers, name)(**kwargs, name=title)(*pair)


SEQUENCE = array(4, 3, 2)
IMAGES = array(2, 6, 8, 3, low=0.0, high=255.0)
# Layers that hold others, and layers of two sequences.
COMPOSED = {
    "Bidirectional": (lambda k, n: k.layers.Bidirectional(k.layers.GRU(2, return_sequences=True), name=n), SEQUENCE),
    "TimeDistributed": (lambda k, n: k.layers.TimeDistributed(k.layers.Dense(2, name="inner"), name=n), SEQUENCE),
    "RNN": (
        lambda k, n: k.layers.RNN([k.layers.LSTMCell(2), k.layers.GRUCell(3, reset_after=False)], name=n), SEQUENCE
    ),
    "StackedRNNCells": (
        lambda k, n: k.layers.RNN(k.layers.StackedRNNCells([k.layers.LSTMCell(2), k.layers.GRUCell(3)]), name=n),
        SEQUENCE,
    ),
    "SimpleRNNCell": (lambda k, n: k.layers.RNN(k.layers.SimpleRNNCell(2), return_sequences=True, name=n), SEQUENCE),
    "SpectralNormalization": (
        lambda k, n: k.layers.SpectralNormalization(k.layers.Conv1D(3, 2, name="inner"), power_iterations=2, name=n),
        SEQUENCE,
    ),
    "Pipeline": (lambda k, n: k.layers.Pipeline([k.layers.Rescaling(0.5), k.layers.CenterCrop(4, 4)], name=n), IMAGES),
    "MultiHeadAttention": (attention("MultiHeadAttention", num_heads=2, key_dim=3), [SEQUENCE, SEQUENCE]),
    "GroupQueryAttention": (
        attention("GroupQueryAttention", head_dim=3, num_query_heads=4, num_key_value_heads=2), [SEQUENCE, SEQUENCE]
    ),
}  # fmt: skip
LEFT_OUT = {
    **dict.fromkeys(["GRUCell", "LSTMCell"], "they stand in 'RNN'"),
    **dict.fromkeys(
        ["HashedCrossing", "Hashing", "IntegerLookup", "StringLookup", "TextVectorization"],
        "Keras makes them with TensorFlow alone; tests/layers/test_preprocessing.py saves them with heron",
    ),
    "Equalization": "Keras 3.15 cannot put it into a Functional: it looks at the size of the batch",
    "RandomCrop": "Keras 3.15 leaves images as they are when it predicts, and promises that they are cut",
    "Wrapper": "it has no call of its own",
    **dict.fromkeys(["FlaxLayer", "JaxLayer"], "they hold functions; tests/layers/test_jax_layer.py saves them"),
}


def test_no_kind_of_layer_is_left_out_without_a_reason():
    kinds = {*CASES, *ELSEWHERE} - {"InputLayer", "InputSpec"}
    assert kinds == {*every_case(), *LEFT_OUT}


def data_of_every_layer():
    return {f"{name.lower()}_{i}": data for name, (_, given) in every_case().items() for i, data in enumerate(given)}


@BOTH
@pytest.mark.filterwarnings("ignore:.*dtype int64 requested in arange")  # Keras's MixUp asks for it
def test_every_kind_of_layer(path, writer, reader):
    model = shaken(every_layer(writer))
    model.save(path)
    twin = reader.models.load_model(path, custom_objects={"scaled": scaled})
    assert [(w.path, w.shape) for w in model.weights] == [(w.path, w.shape) for w in twin.weights]
    for a, b in zip(outputs(model, data_of_every_layer()), outputs(twin, data_of_every_layer()), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)
    weights = path.replace(".keras", ".weights.h5")
    model.save_weights(weights)
    other = every_layer(reader)
    other.load_weights(weights)
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
