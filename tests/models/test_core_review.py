"""Whole models in the hands of users: arrays that are shared, models that are copied, pickled and changed."""

from __future__ import annotations

import numpy as np
import pytest

import jax.numpy as jnp

import heron
from heron import layers

X = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
Y = X.sum(1, keepdims=True)


def small_model(units: int = 4) -> heron.Model:
    model = heron.Sequential([heron.Input((4,)), layers.Dense(units), layers.Dense(4), layers.Dense(1)])
    model.compile("adam", "mse", metrics=["mae"])
    return model


def test_arrays_given_to_weights_outlive_training() -> None:
    """Training destroys the arrays it replaces, but none that the caller holds."""
    ones = jnp.ones((4, 4))
    first, second = small_model(), small_model()
    for layer in (*first.layers[:2], *second.layers[:2]):  # the same array four times
        layer.kernel.assign(ones)
    first.fit(X, Y, verbose=0)
    second.fit(X, Y, verbose=0)
    assert float(ones.sum()) == 16.0


def test_weights_assigned_from_another_model_are_its_own() -> None:
    teacher, student = small_model(), small_model()
    teacher.fit(X, Y, verbose=0)
    before = teacher.predict(X, verbose=0)
    for one, other in zip(student.weights, teacher.weights, strict=True):
        one.assign(other)
    student.fit(X, Y, verbose=0)
    np.testing.assert_array_equal(teacher.predict(X, verbose=0), before)


def test_weights_kept_as_jax_arrays_can_be_set_again() -> None:
    model = small_model()
    kept = [weight.value for weight in model.weights]
    for _ in range(2):
        model.set_weights(kept)
        model.fit(X, Y, verbose=0)
    model.set_weights(kept)
    for weight, value in zip(model.get_weights(), kept, strict=True):
        np.testing.assert_array_equal(weight, value)


@pytest.mark.parametrize("make", [lambda a: heron.Variable(a), lambda a: heron.Variable(heron.Variable(a))])
def test_variable_made_of_an_array_does_not_hand_it_out(make) -> None:  # type: ignore[no-untyped-def]
    array = jnp.ones(3)
    assert make(array).give() is not array
