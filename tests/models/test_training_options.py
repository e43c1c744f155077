"""What models and optimizers can be told about training - losses and metrics of their own, precision, averages - as in
Keras."""

from __future__ import annotations

import jax
import keras
import numpy as np
import pytest

import heron
from tests.models.twins import (
    CLASSES,
    QUIET,
    SPARSE,
    TABLE,
    WEIGHTS,
    X,
    assert_close,
    assert_trains_alike,
    stack,
    twins,
)


def fits(model):
    return model.fit(X, TABLE, **QUIET, epochs=3)


# ---- losses and metrics of the model itself -------------------------------------------------------------------------


def with_own_loss(api):
    class Own(api.Model):
        def __init__(self):
            super().__init__()
            self.hidden, self.out = api.layers.Dense(4, activation="tanh"), api.layers.Dense(1)
            self.total = api.metrics.Mean(name="own")

        def call(self, inputs, training=False):
            return self.out(self.hidden(inputs))

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            loss = api.ops.mean(api.ops.abs(y - y_pred)) + 0.1 * api.ops.mean(api.ops.square(y_pred))
            self.total.update_state(loss)
            return loss

        @property
        def metrics(self):
            return [self.total]

    return Own()


def with_own_metrics(api):
    class Own(api.Model):
        def __init__(self):
            super().__init__()
            self.out = api.layers.Dense(1)
            self.bias = api.metrics.Mean(name="bias")

        def call(self, inputs, training=False):
            return self.out(inputs)

        def compute_metrics(self, x, y, y_pred, sample_weight=None):
            self.bias.update_state(y_pred - y)
            return {**super().compute_metrics(x, y, y_pred, sample_weight), "twice": 2 * self.bias.result()}

    return Own()


def with_added_losses(api):
    class Penalty(api.layers.Layer):
        def call(self, inputs):
            self.add_loss(0.1 * api.ops.mean(api.ops.square(inputs)))
            return inputs

    class Own(api.Model):
        def __init__(self):
            super().__init__()
            self.hidden = api.layers.Dense(4, kernel_regularizer="l2", activity_regularizer="l1")
            self.penalty, self.out = Penalty(), api.layers.Dense(1)

        def call(self, inputs, training=False):
            hidden = self.penalty(self.hidden(inputs))
            self.add_loss(0.01 * api.ops.mean(api.ops.abs(hidden)))
            return self.out(hidden)

    return Own()


OWN = {
    "compute_loss": (with_own_loss, {}),
    "compute_metrics": (with_own_metrics, {"metrics": ["mae"]}),
    "add_loss": (with_added_losses, {}),
    "add_loss alone": (with_added_losses, {"loss": None}),
}


@pytest.mark.parametrize("case", OWN)
def test_models_with_losses_and_metrics_of_their_own(case):
    make, compiling = OWN[case]
    pair = twins(make, **compiling)
    assert_trains_alike(pair, lambda model: model.fit(X, TABLE, **QUIET, epochs=2, validation_split=0.2))


def test_metrics_kept_as_attributes_are_reset_each_epoch():
    model = with_own_metrics(heron)
    model.compile("sgd", "mse")
    model.fit(X, TABLE, **QUIET, epochs=2)
    assert model.bias in model.metrics
    expected = float((model.predict(X) - TABLE).mean())
    model.evaluate(X, TABLE, verbose=0)
    np.testing.assert_allclose(float(model.bias.result()), expected, rtol=1e-4, atol=1e-6)


def test_a_model_that_finds_its_targets_itself_needs_none():
    def make(api):
        class Auto(api.Model):
            def __init__(self):
                super().__init__()
                self.code, self.out = api.layers.Dense(2, activation="tanh"), api.layers.Dense(4)

            def call(self, inputs, training=False):
                return self.out(self.code(inputs))

            def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
                return api.ops.mean(api.ops.square(x - y_pred))

        return Auto()

    assert_trains_alike(twins(make), lambda model: model.fit(X, **QUIET, epochs=2))


def squared(y_true, y_pred):
    return (y_true - y_pred) ** 2


def test_plain_functions_as_losses_metrics_and_activations():
    def make(api):
        dense = api.layers.Dense
        return api.Sequential([api.Input((4,)), dense(5, jax.nn.gelu), dense(1, activation=jax.nn.softplus)])

    pair = twins(make, loss=squared, metrics=[squared, "mse"], weighted_metrics=[squared])
    assert_trains_alike(pair, lambda model: model.fit(X, TABLE, **QUIET, epochs=2, sample_weight=WEIGHTS))


# ---- optimizers through fit -----------------------------------------------------------------------------------------

OPTIMIZERS = {
    "clipnorm": {"clipnorm": 0.05},
    "clipvalue": {"clipvalue": 0.01},
    "global_clipnorm": {"global_clipnorm": 0.1},
    "average": {"use_ema": True, "ema_momentum": 0.8},
    "average put in place": {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 3},
    "accumulated gradients": {"gradient_accumulation_steps": 3},
    "weight decay": {"weight_decay": 0.1},
}


@pytest.mark.parametrize("case", OPTIMIZERS)
def test_optimizers_options_through_fit(case):
    options = OPTIMIZERS[case]
    assert_trains_alike(twins(optimizer=lambda api: api.optimizers.Adam(0.02, **options)), fits)


def test_schedules_and_changed_rates_through_fit():
    def rate(api):
        return api.optimizers.SGD(api.optimizers.schedules.ExponentialDecay(0.1, 5, 0.5))

    assert_trains_alike(twins(optimizer=lambda api: rate(api)), fits)
    ours, theirs = twins(optimizer=lambda api: api.optimizers.SGD(0.1))
    for model in (ours, theirs):
        fits(model)
        model.optimizer.learning_rate = 0.01
        fits(model)
    assert_close(ours.get_weights(), theirs.get_weights(), rtol=1e-3)


# ---- precision ------------------------------------------------------------------------------------------------------


def in_policy(policy):
    def make(api):
        dense = api.layers.Dense
        layers = [dense(6, activation="relu", dtype=policy), dense(3, activation="softmax", dtype=policy)]
        return api.Sequential([api.Input((4,)), *layers])

    return make


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "bfloat16", "float16"])
def test_training_in_low_precision(policy):
    ours, theirs = twins(in_policy(policy), loss=SPARSE, metrics=["accuracy"])
    fitting = {**QUIET, "epochs": 1}
    mine, other = (model.fit(X, CLASSES, **fitting).history for model in (ours, theirs))
    assert set(mine) == set(other)
    np.testing.assert_allclose(mine["loss"], other["loss"], rtol=0.03)
    assert [w.dtype for w in ours.weights] == [keras.backend.standardize_dtype(w.dtype) for w in theirs.weights]
    assert {str(p.dtype) for p in (ours.predict(X), ours(X))} == {str(np.asarray(theirs(X)).dtype)}


def test_mixed_float16_scales_the_loss():
    try:
        heron.dtype_policies.set_dtype_policy("mixed_float16")
        keras.config.set_dtype_policy("mixed_float16")
        ours, theirs = twins(optimizer="adam")
    finally:
        heron.dtype_policies.set_dtype_policy("float32")
        keras.config.set_dtype_policy("float32")
    assert type(ours.optimizer).__name__ == type(theirs.optimizer).__name__ == "LossScaleOptimizer"
    mine, other = (model.fit(X, TABLE, **QUIET, epochs=2).history["loss"] for model in (ours, theirs))
    np.testing.assert_allclose(mine, other, rtol=0.02)
    assert {w.dtype for w in ours.weights} == {"float32"}
    assert_close(ours.get_weights(), theirs.get_weights(), rtol=0.05, atol=5e-3)


# ---- frozen layers, weights set by hand, compiled again -------------------------------------------------------------


def test_frozen_layers_stay():
    ours, theirs = twins(optimizer="adam")
    for model in (ours, theirs):
        model.layers[0].trainable = False
        model.compile("adam", "mse")
    frozen = ours.layers[0].get_weights()
    assert_trains_alike((ours, theirs), fits)
    assert all(np.array_equal(a, b) for a, b in zip(frozen, ours.layers[0].get_weights(), strict=True))
    for model in (ours, theirs):
        model.layers[0].trainable = True
        model.compile("adam", "mse")
    assert_trains_alike((ours, theirs), fits)
    assert not np.array_equal(frozen[0], ours.layers[0].get_weights()[0])


def test_a_frozen_normalization_uses_its_statistics():
    def make(api):
        layers = [api.layers.Dense(4), api.layers.BatchNormalization(), api.layers.Dense(1)]
        return api.Sequential([api.Input((4,)), *layers])

    ours, theirs = twins(make)
    for model in (ours, theirs):
        model.layers[1].trainable = False
        model.compile("sgd", "mse")
    assert_trains_alike((ours, theirs), fits)


def test_nothing_to_train():
    model = stack(heron)
    model.trainable = False
    model.compile("sgd", "mse")
    before = model.get_weights()
    losses = fits(model).history["loss"]
    assert losses[0] == losses[2]
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_training_goes_on_from_weights_that_were_set():
    ours, theirs = twins(optimizer="adam")
    for model in (ours, theirs):
        fits(model)
    for model in (ours, theirs):
        model.set_weights([w * 0.5 for w in theirs.get_weights()])
    assert_trains_alike((ours, theirs), fits)


def test_compiling_again_keeps_weights_and_forgets_the_optimizer():
    ours, theirs = twins(optimizer="adam")
    for model in (ours, theirs):
        fits(model)
        model.compile("adam", "mae", metrics=["mse"])
    assert_trains_alike((ours, theirs), fits)


def test_running_step_by_step_gives_the_same():
    ours, _ = twins(metrics=["mae"])
    slow = stack(heron)
    slow.set_weights(ours.get_weights())
    slow.compile("sgd", "mse", metrics=["mae"], jit_compile=False)
    assert slow.run_eagerly
    fitting = QUIET | {"batch_size": 25, "validation_split": 0.5}
    quick, same = (model.fit(X, TABLE, **fitting).history for model in (ours, slow))
    assert_close([quick[k] for k in sorted(quick)], [same[k] for k in sorted(same)], rtol=1e-5)
    assert_close(ours.predict(X), slow.predict(X), rtol=1e-5)


def test_steps_in_python_can_be_looked_into():
    seen = []

    class Nosy(heron.layers.Layer):
        def call(self, inputs):
            if not isinstance(inputs, jax.core.Tracer):
                seen.append(np.asarray(inputs)[:, 0].tolist())
            return inputs

    model = heron.Sequential([heron.Input((4,)), Nosy(), heron.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.predict(X)
    assert seen == []
    model.compile("sgd", "mse", run_eagerly=True)
    model.predict(X[:3])
    assert seen == [X[:3, 0].tolist()]


# ---- masks ----------------------------------------------------------------------------------------------------------


def test_what_is_masked_counts_nothing_with_weights_of_samples_either():
    """Keras takes weights of samples for weights of steps here, or refuses them."""
    ids = np.array([[1, 2, 0, 0], [3, 0, 0, 0], [4, 5, 6, 0], [1, 1, 1, 1]])
    y, weights = np.arange(16, dtype="float32").reshape(4, 4, 1) / 16, np.arange(1.0, 5.0)
    table = heron.layers.Embedding(9, 3, mask_zero=True)
    model = heron.Sequential([heron.Input((4,), dtype="int32"), table, heron.layers.Dense(4, "tanh")])
    model.add(heron.layers.Dense(1))
    model.compile("sgd", "mse")
    squares, kept = ((model.predict(ids) - y) ** 2)[..., 0], ids != 0
    expected = (squares * kept * weights[:, None]).sum() / kept.sum()
    np.testing.assert_allclose(model.evaluate(ids, y, sample_weight=weights, verbose=0), expected, rtol=1e-5)
    np.testing.assert_allclose(model.evaluate(ids, y, verbose=0), squares[kept].mean(), rtol=1e-5)
    before = table.get_weights()[0]
    model.fit(ids, y, epochs=3, verbose=0)
    moved = (table.get_weights()[0] != before).any(1)
    assert moved.tolist() == [False, *[True] * 6, False, False], "padding, and ids that do not occur, stay"
