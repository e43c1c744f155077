"""Input and InputLayer."""

from __future__ import annotations

import numpy as np
import pytest

from heron import Input, Model, Sequential, config, layers
from heron.errors import ArgumentError, HeronNote
from heron.symbolic import KerasTensor


@pytest.mark.parametrize(
    ("kwargs", "shape"),
    [
        ({"shape": (28, 28)}, (None, 28, 28)),
        ({"shape": [8]}, (None, 8)),
        ({"shape": 8}, (None, 8)),
        ({"shape": np.int64(8)}, (None, 8)),
        ({"shape": ()}, (None,)),
        ({"shape": (None, 3)}, (None, None, 3)),
        ({"shape": (3,), "batch_size": 4}, (4, 3)),
        ({"batch_shape": (None, 3)}, (None, 3)),
        ({"batch_shape": (2, 3)}, (2, 3)),
    ],
)
def test_the_shape(kwargs, shape):
    x = layers.Input(**kwargs)
    assert isinstance(x, KerasTensor)
    assert x.shape == shape
    assert x.node.operation.batch_shape == shape
    assert x.dtype == "float32"


def test_name_and_dtype():
    x = layers.Input((3,), dtype="int32", name="tokens")
    assert (x.name, x.dtype, x.node.operation.name) == ("tokens", "int32", "tokens")
    assert layers.Input((3,), dtype=np.uint8).dtype == "uint8"


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("dtype", "held"), [("int64", "int32"), ("uint64", "uint32"), ("float64", "float32")])
def test_64_bits_are_32_without_a_warning(dtype, held):
    x = Input((2,), dtype=dtype)
    assert (x.dtype, x.node.operation.get_config()["dtype"]) == (dtype, dtype)
    for model in (Sequential([x, layers.Flatten()]), Model(x, layers.Flatten()(x))):
        for given in ("float32", "int8", dtype):
            assert str(model(np.ones((1, 2), given)).dtype) == held
        assert model.predict(np.ones((1, 2), dtype), verbose=0).tolist() == [[1, 1]]


def test_the_dtype_is_that_of_floats_by_default(monkeypatch):
    monkeypatch.setattr(config._settings, "floatx", "float16")
    assert layers.Input((3,)).dtype == "float16"
    monkeypatch.setattr(config._settings, "dtype_policy", "mixed_bfloat16")
    assert layers.Input((3,)).dtype == "float16"


@pytest.mark.parametrize(
    ("kwargs", "text"),
    [
        ({}, r"needs the shape of one sample; received none\.\nWrite Input\(\(8,\)\) for 8 features"),
        (
            {"shape": (3,), "batch_shape": (2, 3)},
            r"batch_shape=\(2, 3\) already holds the shape .* received shape besides",
        ),
        ({"batch_size": 2, "batch_shape": (2, 3)}, r"already holds .* received batch_size besides it\."),
        ({"shape": (3,), "sparse": True}, r"sparse=True is not possible, .*\nConvert the data: x\.toarray\(\)\."),
        (
            {"shape": (3,), "ragged": True},
            r"ragged=True is not possible, .*\nPad the data: heron\.utils\.pad_sequences",
        ),
        ({"shape": "8"}, r"argument 'shape' must be a tuple of sizes without the number of samples"),
        ({"shape": (0,)}, r"argument 'shape' must be a tuple of sizes"),
    ],
)
def test_bad_arguments(kwargs, text):
    with pytest.raises(ArgumentError, match=text):
        layers.Input(**kwargs)


def test_old_spellings_are_taken_with_a_note():
    with pytest.warns(HeronNote, match=r"InputLayer\(input_shape=...\) is now shape=...; taken as that"):
        assert layers.InputLayer(input_shape=(3,)).batch_shape == (None, 3)
    with pytest.warns(HeronNote, match="is now batch_shape="):
        assert layers.InputLayer(batch_input_shape=(2, 3)).batch_shape == (2, 3)


def test_an_existing_tensor_can_stand_for_the_data():
    tensor = KerasTensor((None, 3), "int32")
    assert layers.Input(tensor=tensor) is tensor
    assert layers.Input(tensor=KerasTensor((2, 3)), shape=(3,), batch_size=2, dtype="float32").shape == (2, 3)


@pytest.mark.parametrize(
    "kwargs",
    [{"shape": (4,)}, {"batch_size": 5}, {"batch_shape": (1, 3)}, {"dtype": "int32"}],
    ids=lambda k: next(iter(k)),
)
def test_what_contradicts_the_tensor_is_refused(kwargs):
    with pytest.raises(ArgumentError, match=rf"argument '{next(iter(kwargs))}' contradicts the tensor, .* \(None, 3\)"):
        layers.Input(tensor=KerasTensor((None, 3)), **kwargs)
    with pytest.raises(ArgumentError, match="'input_tensor' must be a symbolic tensor; received an array of shape"):
        layers.Input(tensor=np.zeros((2, 3)))


def test_the_layer_hands_on_data():
    layer = layers.InputLayer(shape=(3,))
    assert layer.output.shape == (None, 3)
    assert layer.built
    assert layer(np.ones((2, 3))).shape == (2, 3)
