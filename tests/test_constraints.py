"""Constraints: results against Keras, names and configs."""

from __future__ import annotations

import inspect

import keras
import numpy as np
import pytest

from heron import Variable, constraints
from heron.errors import ArgumentError, UnknownNameError

W = np.random.default_rng(0).normal(scale=2, size=(3, 4, 5)).astype("float32")
CALLS = [
    ("MaxNorm", {}),
    ("MaxNorm", {"max_value": 0.5, "axis": [0, 1]}),
    ("NonNeg", {}),
    ("UnitNorm", {}),
    ("UnitNorm", {"axis": -1}),
    ("MinMaxNorm", {}),
    ("MinMaxNorm", {"min_value": 2.0, "max_value": 3.0, "rate": 0.5, "axis": (1, 2)}),
]


@pytest.mark.parametrize(("name", "arguments"), CALLS)
def test_the_result_is_keras_s(name, arguments):
    ours, theirs = (getattr(module, name)(**arguments) for module in (constraints, keras.constraints))
    np.testing.assert_allclose(ours(W), theirs(W), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("name", "arguments"), CALLS)
def test_a_config_is_keras_s_and_comes_back(name, arguments):
    ours, theirs = (getattr(module, name)(**arguments) for module in (constraints, keras.constraints))
    listed = {k: list(v) if isinstance(v, tuple) else v for k, v in theirs.get_config().items()}
    assert ours.get_config() == listed
    back = constraints.deserialize(constraints.serialize(ours))
    assert (type(back), back.get_config()) == (type(ours), listed)
    np.testing.assert_array_equal(back(W), ours(W))
    assert type(constraints.deserialize(keras.constraints.serialize(theirs))) is type(ours)


def test_every_name_of_keras_is_there_with_its_arguments():
    for name in (n for n in dir(keras.constraints) if not n.startswith("_")):
        ours, theirs = (
            inspect.signature(getattr(module, name)).parameters for module in (constraints, keras.constraints)
        )
        assert [(p.name, p.default) for p in ours.values()] == [(p.name, p.default) for p in theirs.values()], name


@pytest.mark.parametrize("name", ["max_norm", "MaxNorm", "non_neg", "unit_norm", "min_max_norm", "nonneg"])
def test_names_are_known(name):
    assert isinstance(constraints.get(name), constraints.Constraint)


@pytest.mark.parametrize(("name", "arguments"), CALLS)
def test_shape_and_dtype_stay(name, arguments):
    w = Variable(W, dtype="bfloat16")
    out = getattr(constraints, name)(**arguments)(w)
    assert (out.shape, out.dtype.name) == (W.shape, "bfloat16")


def test_get_takes_what_users_write():
    assert constraints.get(None) is None
    assert constraints.get(abs) is abs
    assert constraints.get(constraints.NonNeg)(W).min() == 0
    assert constraints.Constraint()(W) is W


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda: constraints.MaxNorm(-1),
            ArgumentError,
            r"MaxNorm: argument 'max_value' must be a number of 0 or more; received -1",
        ),
        (lambda: constraints.UnitNorm(axis=0.5), ArgumentError, r"'axis' must be an integer or a sequence of integers"),
        (
            lambda: constraints.MinMaxNorm(rate=2.0),
            ArgumentError,
            r"'rate' must be a number from 0 to 1; received 2\.0",
        ),
        (
            lambda: constraints.get("maxnrm"),
            UnknownNameError,
            r"Unknown constraint 'maxnrm'\. Did you mean 'MaxNorm'|'max_norm'",
        ),
        (lambda: constraints.get(2), ArgumentError, r"Cannot use 2 as a constraint; expected a name"),
    ],
)
def test_a_mistake_is_named(call, error, text):
    with pytest.raises(error, match=text):
        call()
