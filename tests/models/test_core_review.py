"""Whole models in the hands of users: arrays that are shared, models that are copied, pickled and changed."""

from __future__ import annotations

import copy
import pickle

import jax.numpy as jnp
import numpy as np
import pytest

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


def test_predictions_may_be_written_to() -> None:
    model = small_model()
    for _ in range(2):  # the second time without checks
        predicted = model.predict(X[:8], verbose=0)
        predicted[predicted < 0] = 0.0
        assert predicted.min() >= 0.0
    assert model.predict(X, batch_size=10, verbose=0).flags.writeable


def test_evaluate_and_predict_follow_freezing() -> None:
    """Weights of equal shapes change places among the trainable ones; nothing is taken for another."""
    model = small_model()
    rng = np.random.default_rng(1)
    model.set_weights([rng.normal(size=w.shape) for w in model.get_weights()])
    expected = model.evaluate(X, Y, verbose=0)
    predicted = model.predict(X, verbose=0)
    for frozen in (0, 1, 2):
        for number, layer in enumerate(model.layers):
            layer.trainable = number != frozen
        np.testing.assert_allclose(model.evaluate(X, Y, verbose=0), expected, rtol=1e-5)
        np.testing.assert_allclose(model.predict(X[:37], batch_size=9, verbose=0), predicted[:37], rtol=1e-4, atol=1e-5)


def test_predict_follows_a_layer_that_is_exchanged() -> None:
    class Headed(heron.Model):
        def __init__(self) -> None:
            super().__init__()
            self.head = layers.Dense(1)

        def call(self, inputs: object) -> object:
            return self.head(inputs)

    model = Headed()
    model.predict(X[:8], verbose=0)
    model.head = layers.Dense(1)
    model.predict(X[:8], verbose=0)
    assert len(model.weights) == 2
    predicted = model.predict(X[:8], verbose=0)
    np.testing.assert_allclose(predicted, np.asarray(model(X[:8])), rtol=1e-5, atol=1e-6)


def test_programs_are_kept_while_other_models_are_made() -> None:
    model = small_model()
    model.fit(X, Y, verbose=0)
    program = model._programs["train"]
    small_model()
    model.fit(X, Y, verbose=0)
    assert model._programs["train"] is program
    assert program.traces == 1


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copies_of_a_trained_model_go_their_own_way(copied) -> None:  # type: ignore[no-untyped-def]
    model = small_model()
    model.fit(X, Y, verbose=0)
    before = model.predict(X, verbose=0)
    twin = copied(model)
    np.testing.assert_allclose(twin.predict(X, verbose=0), before, rtol=1e-5, atol=1e-6)
    twin.fit(X, Y, verbose=0)
    assert int(twin.optimizer.iterations) == 4
    assert int(model.optimizer.iterations) == 2
    np.testing.assert_array_equal(model.predict(X, verbose=0), before)


def test_validation_steps_visit_the_same_samples_each_epoch() -> None:
    model = small_model()
    model.compile(heron.optimizers.SGD(0.0), "mse")
    fitted = model.fit(X, Y, epochs=3, verbose=0, validation_data=(X, Y), validation_batch_size=10, validation_steps=3)
    expected = model.evaluate(X[:30], Y[:30], verbose=0)
    np.testing.assert_allclose(fitted.history["val_loss"], [expected] * 3, rtol=1e-6)
