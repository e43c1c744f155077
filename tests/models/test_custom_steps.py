"""Steps of the user's own, in the form in which Keras on JAX takes them: one class body run by both."""

from __future__ import annotations

from typing import Any

import jax
import keras
import numpy as np
import pytest

import heron

X = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
Y = (X @ [[1.0], [-2.0], [0.5]]).astype("float32")
WEIGHT = np.linspace(0.5, 2.0, 40).astype("float32")


def custom_model(api: Any) -> Any:
    """A model whose steps compute the loss, the update and the metrics by hand."""

    class Custom(api.Model):
        def loss_of(self, trainable, non_trainable, x, y, sample_weight=None):
            y_pred, non_trainable = self.stateless_call(trainable, non_trainable, x, training=True)
            return self.compute_loss(x, y, y_pred, sample_weight), (y_pred, non_trainable)

        def train_step(self, state, data):
            trainable, non_trainable, optimizer, metrics = state
            (loss, (y_pred, non_trainable)), grads = jax.value_and_grad(self.loss_of, has_aux=True)(
                trainable, non_trainable, *data
            )
            trainable, optimizer = self.optimizer.stateless_apply(optimizer, grads, trainable)
            logs, metrics = self.follow(metrics, loss, data[1], y_pred)
            return logs, (trainable, non_trainable, optimizer, metrics)

        def test_step(self, state, data):
            x, y = data
            trainable, non_trainable, metrics = state
            y_pred, non_trainable = self.stateless_call(trainable, non_trainable, x, training=False)
            logs, metrics = self.follow(metrics, self.compute_loss(x, y, y_pred), y, y_pred)
            return logs, (trainable, non_trainable, metrics)

        def predict_step(self, state, data):
            outputs, non_trainable = self.stateless_call(*state, data, training=False)
            return outputs * 2, non_trainable

        def follow(self, variables, loss, y, y_pred):
            done, logs = [], {}
            for metric in self.metrics:
                own = variables[len(done) : len(done) + len(metric.variables)]
                fed = (loss,) if metric.name == "loss" else (y, y_pred)
                own = metric.stateless_update_state(own, *fed)
                logs[metric.name] = metric.stateless_result(own)
                done += own
            return logs, tuple(done)

    inputs = api.Input((3,))
    outputs = api.layers.Dense(1)(api.layers.Dense(4, activation="tanh")(inputs))
    return Custom(inputs, outputs)


@pytest.fixture(scope="module")
def models():
    """heron's and Keras's model, of the same weights."""
    theirs, ours = custom_model(keras), custom_model(heron)
    ours.set_weights(theirs.get_weights())
    for model in (ours, theirs):
        model.compile(optimizer="adam", loss="mse")
    return ours, theirs


@pytest.mark.parametrize("data", [(X, Y), (X, Y, WEIGHT)], ids=["x, y", "x, y, sample_weight"])
def test_a_train_step_of_ones_own_trains_as_in_keras(models, data):
    sample_weight = data[2] if len(data) == 3 else None
    ours, theirs = (
        model.fit(*data[:2], sample_weight=sample_weight, batch_size=16, epochs=3, shuffle=False, verbose=0).history
        for model in models
    )
    assert list(ours) == list(theirs) == ["loss"]
    np.testing.assert_allclose(ours["loss"], theirs["loss"], rtol=1e-5)
    for mine, keras_ in zip(models[0].get_weights(), models[1].get_weights(), strict=True):
        np.testing.assert_allclose(mine, keras_, rtol=1e-4, atol=1e-6)


def test_a_test_step_of_ones_own_evaluates_as_in_keras(models):
    ours, theirs = (model.evaluate(X, Y, verbose=0) for model in models)
    assert ours == pytest.approx(theirs, rel=1e-5)


def test_a_predict_step_of_ones_own_predicts_as_in_keras(models):
    ours, theirs = (model.predict(X, verbose=0) for model in models)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
