"""The table of Keras's operations, held against Keras."""

from __future__ import annotations

import importlib
import inspect

import keras
import numpy as np
import pytest

import heron
from heron import ops
from heron.saving import operations
from heron.saving.operations import FORMS, joined_call, split_call, tensor_names
from tests.saving.test_keras_files import assert_same_outputs

TAKES_FUNCTIONS = {
    "associative_scan",
    "cond",
    "fori_loop",
    "jvp",
    "map",
    "scan",
    "switch",
    "vectorized_map",
    "while_loop",
}
HERE = sorted(name for name in FORMS if hasattr(ops, name))


def keras_class(form):
    return getattr(importlib.import_module(form.module), form.class_name)


@pytest.mark.parametrize("name", sorted(FORMS))
def test_keras_has_the_class(name):
    assert issubclass(keras_class(FORMS[name]), keras.Operation)


@pytest.mark.parametrize("name", HERE)
def test_settings_and_tensors_are_keras_s(name):
    cls, function = keras_class(FORMS[name]), getattr(ops, name)
    parameters = set(inspect.signature(function).parameters)
    settings = set(inspect.signature(cls.__init__).parameters) - {"self", "name", "kwargs"}
    assert settings <= parameters or "kwargs" in parameters, f"{name} has no {settings - parameters}"
    if name not in ("einsum", "rearrange"):
        call = [p for p in inspect.signature(cls.call).parameters if p not in ("self", "kwargs")]
        assert tensor_names(name, function) == call


def test_every_operation_of_ours_that_keras_has_is_here():
    classes = vars(importlib.import_module("keras.src.ops.numpy"))
    camel = {name: "".join(map(str.capitalize, name.split("_"))) for name in ops.__all__ if name not in FORMS}
    missing = {name for name, title in camel.items() if isinstance(classes.get(title), type)}
    assert missing <= TAKES_FUNCTIONS | {"arange"}
    assert not TAKES_FUNCTIONS & set(FORMS)


@pytest.mark.parametrize(
    "name, args, kwargs, split",
    [
        ("sum", ("x", 1), {"keepdims": True}, (["x"], {}, {"axis": 1, "keepdims": True})),
        ("pad", ("x", 2), {"constant_values": 3}, (["x", 3], {}, {"pad_width": 2})),
        ("average", ("x",), {"weights": "w", "axis": 0}, (["x", "w"], {}, {"axis": 0})),
        ("einsum", ("ij,jk->ik", "a", "b"), {}, (["a", "b"], {}, {"subscripts": "ij,jk->ik"})),
        ("where", ("c", "a", "b"), {}, (["c", "a", "b"], {}, {})),
        ("full", ((2, 3), "v"), {}, (["v"], {}, {"shape": (2, 3)})),
    ],
)
def test_calls_are_split_and_joined(name, args, kwargs, split):
    assert split_call(name, getattr(ops, name), args, kwargs) == split
    joined = joined_call(name, getattr(ops, name), *split)
    signature = inspect.signature(getattr(ops, name))
    assert signature.bind(*joined[0], **joined[1]).arguments == signature.bind(*args, **kwargs).arguments


def test_names_that_are_no_operations():
    assert operations.function_name("Dense") is None
    assert operations.function_name(["Add"]) is None
    assert operations.form_of("LogicalAnd") == FORMS["logical_and"]


def drawn(k):
    """Operations with settings of every kind."""
    o = k.ops
    x, y = k.layers.Input((3, 4), name="x"), k.layers.Input((3, 4), name="y")
    results = [
        x[:, 1:, ::2], x[..., None, 0], 2 - x, x / y, x // 2.0, x % 3.0, abs(-x), x**2, (x > y) & ~(y >= 0.5),
        o.clip(x, -0.5, 0.5), o.pad(x, ((0, 0), (1, 0), (0, 2)), constant_values=2.0), o.average(x, axis=1),
        o.stack([x, y], axis=2), o.split(x, 2, axis=-1), o.transpose(x, (0, 2, 1)), o.einsum("bij,bkj->bik", x, y),
        o.take(x, np.array([2, 0]), axis=1), o.one_hot(o.cast(o.argmax(x, axis=-1), "int32"), 4), o.softmax(x, axis=1),
        o.layer_normalization(x), o.logsumexp(x, axis=(1, 2)), o.top_k(x, 2)[0], x.reshape((-1, 12)),
        o.where(x > y, x, 0.0), o.repeat(x, 2, axis=1), o.cumsum(x, axis=1), o.leaky_relu(x, 0.3), o.cast(x, "float16"),
    ]  # fmt: skip
    return k.Model([x, y], results)


@pytest.mark.parametrize("writer, reader", [(keras, heron), (heron, keras)], ids=["from Keras", "to Keras"])
def test_operations_travel(writer, reader):
    model = drawn(writer)
    twin = reader.models.model_from_json(model.to_json())
    x = np.linspace(-2.0, 2.0, 24, dtype="float32").reshape(2, 3, 4)
    assert_same_outputs(model, twin, [x, x[::-1] + 0.1])
