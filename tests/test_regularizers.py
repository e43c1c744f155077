"""Regularizers: penalties and gradients against Keras, names and configs."""

from __future__ import annotations

import inspect

import jax
import keras
import numpy as np
import pytest

from heron import Variable, regularizers
from heron.errors import ArgumentError, ShapeError, UnknownNameError

W = np.random.default_rng(0).normal(size=(4, 5)).astype("float32")
CALLS = [
    ("L1", {}),
    ("L1", {"l1": 0.3}),
    ("L1", {"l1": None}),
    ("L2", {}),
    ("L2", {"l2": 0.3}),
    ("L1L2", {}),
    ("L1L2", {"l1": 0.1, "l2": 0.2}),
    ("L1L2", {"l1": None, "l2": 1}),
    ("OrthogonalRegularizer", {}),
    ("OrthogonalRegularizer", {"factor": 0.5, "mode": "columns"}),
]


@pytest.mark.parametrize(("name", "arguments"), CALLS)
def test_penalty_and_gradient_are_keras_s(name, arguments):
    ours, theirs = (getattr(module, name)(**arguments) for module in (regularizers, keras.regularizers))
    for mine, keras_s in zip(jax.value_and_grad(ours)(W), jax.value_and_grad(theirs)(W), strict=True):
        np.testing.assert_allclose(mine, keras_s, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(("name", "arguments"), CALLS)
def test_a_config_is_keras_s_and_comes_back(name, arguments):
    ours, theirs = (getattr(module, name)(**arguments) for module in (regularizers, keras.regularizers))
    config = ours.get_config()
    assert config == pytest.approx(
        {k: v for k, v in theirs.get_config().items() if k != "mode"}
        | ({"mode": ours.mode} if "mode" in config else {})
    )
    back = regularizers.deserialize(keras.regularizers.serialize(theirs))
    assert type(back) is type(ours)
    assert regularizers.deserialize(regularizers.serialize(ours)).get_config() == config


@pytest.mark.parametrize(
    "name", ["l1", "l2", "l1l2", "l1_l2", "L1L2", "orthogonal_regularizer", "OrthogonalRegularizer"]
)
def test_names_are_known(name):
    assert isinstance(regularizers.get(name), regularizers.Regularizer)


def test_every_name_of_keras_is_there_with_its_arguments():
    for name in (n for n in dir(keras.regularizers) if not n.startswith("_")):
        ours, theirs = (
            inspect.signature(getattr(module, name)).parameters for module in (regularizers, keras.regularizers)
        )
        assert [(p.name, p.default) for p in ours.values()] == [(p.name, p.default) for p in theirs.values()], name


def test_get_takes_what_users_write():
    assert regularizers.get(None) is None
    assert regularizers.get(regularizers.L2).l2 == 0.01
    assert regularizers.get({"class_name": "L1", "config": {"l1": 0.5}}).l1 == 0.5
    assert regularizers.get(abs) is abs
    assert regularizers.Regularizer()(W) == 0.0


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_the_penalty_has_the_dtype_of_the_weights(dtype):
    x = Variable(W, dtype=dtype)
    assert {regularizers.get(n)(x).dtype.name for n in ("l1", "l2", "l1l2", "orthogonal_regularizer")} == {dtype}


def test_a_row_of_zeros_has_a_finite_gradient():
    assert np.isfinite(jax.grad(regularizers.OrthogonalRegularizer())(np.zeros((2, 3), "float32"))).all()


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda: regularizers.L1(-1.0),
            ArgumentError,
            r"L1: argument 'l1' must be a finite number of 0 or more, or None; received -1",
        ),
        (lambda: regularizers.L2(float("nan")), ArgumentError, r"L2: argument 'l2' must be a finite number"),
        (
            lambda: regularizers.OrthogonalRegularizer(mode="row"),
            ArgumentError,
            r"'mode' must be one of 'rows', 'columns'",
        ),
        (
            lambda: regularizers.OrthogonalRegularizer()(W[0]),
            ShapeError,
            r"expects a matrix.*received shape \(5,\)\.\nUse it",
        ),
        (lambda: regularizers.get("l3"), UnknownNameError, r"Unknown regularizer 'l3'\. Known: L1, L1L2, L2"),
        (lambda: regularizers.get(0.01), ArgumentError, r"Cannot use 0\.01 as a regularizer; expected a name"),
    ],
)
def test_a_mistake_is_named(call, error, text):
    with pytest.raises(error, match=text):
        call()
