"""Activations: values and gradients against Keras, names and functions."""

from __future__ import annotations

import inspect

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from heron import KerasTensor, activations
from heron.errors import ArgumentError, UnknownNameError
from heron.registry import register_keras_serializable

X = np.random.default_rng(0).normal(scale=3, size=(4, 6)).astype("float32")
FUNCTIONS = sorted(set(activations.__all__) - {"get", "serialize", "deserialize"})

CALLS = [
    *((name, {}) for name in FUNCTIONS if name not in ("threshold", "sparsemax")),
    ("threshold", {"threshold": 0.3, "default_value": -2.0}),
    ("relu", {"negative_slope": 0.2}),
    ("relu", {"max_value": 2.0}),
    ("relu", {"max_value": 6}),
    ("relu", {"threshold": 1.0}),
    ("relu", {"negative_slope": 0.2, "max_value": 2.0, "threshold": 1.0}),
    ("relu", {"negative_slope": 0.2, "max_value": 2.0}),
    ("leaky_relu", {"negative_slope": 0.5}),
    ("elu", {"alpha": 0.5}),
    ("celu", {"alpha": 0.5}),
    ("gelu", {"approximate": True}),
    ("glu", {"axis": 0}),
    ("squareplus", {"b": 1}),
    ("softmax", {"axis": 0}),
    ("log_softmax", {"axis": 0}),
    ("hard_shrink", {"threshold": 1.5}),
    ("soft_shrink", {"threshold": 1.5}),
]


@pytest.mark.parametrize(("name", "arguments"), CALLS)
def test_values_and_gradients_are_keras_s(name, arguments):
    ours, theirs = (getattr(module, name) for module in (activations, keras.activations))

    def both(function):
        # One program for both: the value and the gradient of a weighted sum of it.
        return jax.jit(jax.value_and_grad(lambda x: ((y := function(x, **arguments)) * jnp.cos(y.size + y)).sum()))(X)

    for mine, keras_s in zip(both(ours), both(theirs), strict=True):
        np.testing.assert_allclose(mine, keras_s, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(ours(X, **arguments), theirs(X, **arguments), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_arguments_and_defaults_are_keras_s(name):
    def arguments(module):
        return [(p.name, p.default) for p in inspect.signature(getattr(module, name)).parameters.values()]

    assert arguments(activations) == arguments(keras.activations)


def test_no_activation_of_keras_is_missing():
    assert {n for n in dir(keras.activations) if not n.startswith("_")} <= set(dir(activations))


@pytest.mark.parametrize(("name", "arguments"), [c for c in CALLS if c != ("glu", {"axis": 0})])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_symbolic_tensors_give_the_real_shape_and_dtype(name, arguments, dtype):
    out = getattr(activations, name)(KerasTensor((None, 6), dtype), **arguments)
    real = jax.eval_shape(lambda x: getattr(activations, name)(x, **arguments), jax.ShapeDtypeStruct((4, 6), dtype))
    assert out.shape == (None, *real.shape[1:])
    assert out.dtype == real.dtype.name == dtype


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_name_stands_for_the_function_and_back(name):
    function = activations.get(name)
    assert function is getattr(activations, name)
    assert activations.serialize(function) == keras.activations.serialize(keras.activations.get(name))
    assert activations.deserialize(activations.serialize(function)) is function


def test_get_takes_what_users_write():
    assert activations.get(None) is activations.linear
    assert activations.get(jnp.tanh) is jnp.tanh
    assert activations.get("ReLU") is activations.relu
    assert activations.linear(X) is X


@pytest.mark.parametrize(
    ("function", "name"),
    [(jax.nn.relu, "relu"), (jax.nn.sigmoid, "sigmoid"), (jnp.tanh, "tanh"), (jax.nn.softmax, "softmax")],
)
def test_a_jax_function_is_saved_by_its_name(function, name):
    assert activations.serialize(function) == name


def test_one_s_own_function_is_saved_by_its_registered_name():
    @register_keras_serializable(package="tests")
    def twice(x):
        return 2 * x

    written = activations.serialize(twice)
    assert written["registered_name"] == "tests>twice"
    assert activations.deserialize(written) is twice
    assert activations.deserialize("thrice", custom_objects={"thrice": abs}) is abs


def test_softmax_sums_to_one():
    np.testing.assert_allclose(activations.softmax(X * 100).sum(-1), 1, rtol=1e-6)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda: activations.get("sofmax"),
            UnknownNameError,
            r"Unknown activation 'sofmax'\. Did you mean 'softmax'\?",
        ),
        (
            lambda: activations.get(3.0),
            ArgumentError,
            r"Cannot use 3\.0 as an activation; expected a name such as 'linear'",
        ),
        (lambda: activations.serialize(lambda x: x), ArgumentError, r"A lambda cannot be saved"),
    ],
)
def test_a_mistake_is_named(call, error, text):
    with pytest.raises(error, match=text):
        call()
