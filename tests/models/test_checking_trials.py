"""What model.check tries: the range test of the learning rate, and one batch by heart."""

from __future__ import annotations

import numpy as np
import pytest

import heron
from heron import layers
from heron.models.checking import by_heart, trials
from heron.models.checking.findings import Findings
from heron.models.checking.suggestion import diverged, rounded, smooth, suggestion
from heron.models.checking.target_looks import Target

Dense, SPARSE = layers.Dense, "sparse_categorical_crossentropy"
ROWS = np.random.default_rng(0).normal(size=(256, 4)).astype("float32")
CLASSES = (ROWS[:, 0] > 0).astype("int32") + (ROWS[:, 1] > 0)
RATES = np.geomspace(1e-6, 10, 100)


def model_of(*stack, loss=SPARSE, optimizer="adam"):
    model = heron.Sequential([heron.Input((4,)), *stack])
    model.compile(optimizer, loss)
    return model


@pytest.fixture(autouse=True)
def _same_weights():
    heron.config.set_random_seed(1)


def finding(result, about):
    return next(one for one in (*result.findings, *result.passed) if one.about == about)


# ---- the suggestion -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("curvature", [0.1, 1.0, 30.0])
def test_on_a_parabola_the_suggestion_lies_below_where_descent_diverges(curvature):
    losses, w = [], 1.0
    for rate in RATES:  # w <- w - rate * curvature * w diverges from 2 / curvature on
        losses.append(curvature / 2 * w * w)
        w -= rate * curvature * w
    found = suggestion(RATES, np.array(losses))
    assert 0.02 / curvature < found.rate < 1 / curvature
    if found.diverging is not None:
        assert found.diverging > 1.5 / curvature


def test_noise_is_no_fall():
    noise = np.random.default_rng(0).normal(size=100)
    assert suggestion(RATES, 2 + 0.1 * noise).rate is None
    falling = 2 / (1 + (RATES / 1e-3) ** 0.7)
    assert 1e-4 < suggestion(RATES, falling + 0.05 * noise).rate < 1e-2


def test_a_loss_that_never_falls_or_is_never_finite_suggests_nothing():
    assert suggestion(RATES, np.linspace(1, 2, 100)).rate is None
    assert suggestion(RATES, np.full(100, np.nan)).rate is None
    assert suggestion(RATES[:3], np.array([1.0, 0.5, 0.1])).rate is None


def test_where_the_loss_runs_away():
    assert diverged(np.linspace(2, 1, 50)) is None
    risen = np.concatenate([np.linspace(2, 1, 30), np.linspace(1, 9, 20)])
    assert 28 <= diverged(risen) <= 36
    assert diverged(np.array([2, 1.9, 1.8, 1.7, np.nan, np.nan])) == 4
    assert diverged(np.full(5, np.inf)) == 0
    away = suggestion(RATES[:50], risen)
    assert away.rate <= away.diverging / 10 * 1.2


def test_smoothing_keeps_lines_and_leaves_out_what_is_not_finite():
    line = np.linspace(0, 1, 40)
    assert np.allclose(smooth(line)[10:-10], line[10:-10], atol=1e-6)
    assert np.isfinite(smooth(np.array([1.0, np.nan, 3.0]))).all()
    assert [rounded(value) for value in (0.00317, 0.96, 2.4e-5)] == [0.003, 1.0, 2e-05]


# ---- trials on models -----------------------------------------------------------------------------------------------


def test_a_linear_model_on_a_quadratic_loss():
    x = ROWS * np.sqrt(len(ROWS)) / np.linalg.norm(ROWS, axis=0)
    model = model_of(Dense(1, use_bias=False), loss="mse", optimizer=heron.optimizers.SGD(3.0))
    result = model.check(x, x @ np.array([1, -1, 2, 1], "float32"), batch_size=256, verbose=0)
    greatest = float(np.linalg.eigvalsh(2 * x.T @ x / len(x)).max())  # of the second derivative: limit 2 / greatest
    assert 0.02 / greatest < result.suggested_learning_rate < 1 / greatest
    assert result.diverging_rate > 1 / greatest
    assert result.learning_rate == 3.0
    assert finding(result, "learning rate").severity == "mend"
    assert finding(result, "one batch by heart").severity == "ok"
    assert len(result.learning_rates) == len(result.losses) == len(result.smoothed) >= 20


def test_training_with_the_suggested_rate_works_on_pictures():
    (x, y), _ = heron.datasets.fashion_mnist.load_data()
    x, y = x[:2000] / np.float32(255), y[:2000]
    model = heron.Sequential(
        [heron.Input((28, 28)), layers.Flatten(), Dense(32, activation="relu"), Dense(10, activation="softmax")]
    )
    for optimizer, span in ((heron.optimizers.SGD(1e-5), (0.005, 0.7)), ("adam", (2e-4, 2e-2))):
        model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
        result = model.check(x, y, verbose=0, overfit=False)
        assert span[0] <= result.suggested_learning_rate <= span[1]
        if optimizer != "adam":
            found = finding(result, "learning rate")
            assert (found.severity, found.why) == ("look", "Training will take long.")
            assert found.mend == f"model.optimizer.learning_rate = {result.suggested_learning_rate:g}"
    model.optimizer.learning_rate = result.suggested_learning_rate
    history = model.fit(x, y, epochs=4, verbose=0).history
    assert history["accuracy"][-1] > 0.75


def test_schedules_are_left_alone():
    schedule = heron.optimizers.schedules.ExponentialDecay(0.1, 100, 0.9)
    model = model_of(Dense(3, activation="softmax"), optimizer=heron.optimizers.SGD(schedule))
    result = model.check(ROWS, CLASSES, verbose=0, overfit=False)
    assert "a schedule is set" in finding(result, "learning rate").what
    assert result.learning_rate is None
    assert model.optimizer._learning_rate is schedule


def test_labels_in_any_order_can_be_learned_by_heart():
    model = model_of(Dense(64, activation="relu"), Dense(64, activation="relu"), Dense(3, activation="softmax"))
    shuffled = np.random.default_rng(1).permutation(CLASSES)
    assert finding(model.check(ROWS, shuffled, verbose=0), "one batch by heart").severity == "ok"


class Broken(layers.Layer):
    """Forgets what it was given."""

    def call(self, inputs):
        return 0 * inputs


@pytest.mark.parametrize(
    ("stack", "loss", "y"),
    [
        ([Dense(16, activation="relu"), Dense(1, activation="relu")], "mse", -np.abs(ROWS[:, 0])),
        ([Dense(16, activation="relu"), Dense(1, activation="sigmoid")], "mae", 5 + ROWS[:, 0]),
        ([Broken(), Dense(16, activation="relu"), Dense(3, activation="softmax")], SPARSE, CLASSES),
    ],
)
def test_a_model_that_cannot_learn_one_batch_is_found(stack, loss, y):
    model = model_of(*stack, loss=loss)
    found = finding(model.check(ROWS, y, verbose=0), "one batch by heart")
    assert found.severity == "mend"
    assert "steps the loss of 32 samples went from" in found.what


def test_where_some_targets_can_never_be_reached_the_loss_stays():
    model = model_of(Dense(16, activation="relu"), Dense(1, activation="relu"), loss="mse")
    found = finding(model.check(ROWS, ROWS @ np.ones(4, "float32"), verbose=0), "one batch by heart")
    assert (found.severity, found.why) == ("look", "There it stays.")


def test_penalties_do_not_count_and_losses_without_a_least_value_pass():
    heavy = Dense(64, activation="relu", kernel_regularizer=heron.regularizers.L2(0.01))
    result = model_of(heavy, Dense(3, activation="softmax")).check(ROWS, CLASSES, verbose=0)
    assert finding(result, "one batch by heart").severity == "ok"
    cosine = model_of(Dense(16, activation="relu"), Dense(2), loss="cosine_similarity")
    result = cosine.check(ROWS, ROWS[:, :2] + 0.1, verbose=0)
    assert finding(result, "one batch by heart").severity == "ok"
    assert result.suggested_learning_rate is not None


def test_a_model_too_slow_is_not_tried(monkeypatch):
    monkeypatch.setattr(trials, "_SECONDS", 0.0)
    result = model_of(Dense(3, activation="softmax")).check(ROWS, CLASSES, verbose=0)
    found = finding(result, "speed")
    assert found.severity == "look"
    assert "so training was not tried" in found.what
    assert result.learning_rates == ()


def test_a_model_with_seconds_for_few_steps_takes_fewer(monkeypatch):
    monkeypatch.setattr(trials.Trials, "_affordable", lambda self: 30)
    result = model_of(Dense(3, activation="softmax")).check(ROWS, CLASSES, verbose=0, overfit=False)
    assert len(result.learning_rates) <= 30
    assert result.suggested_learning_rate is not None


def test_few_steps_and_many_answers_a_sample_are_judged_mildly():
    outcome = by_heart.Outcome(1.1, 1.0, 0.95, 32, 40, False)
    many = Target("", np.zeros((4, 6), int), heron.Input((6, 3)), SPARSE)
    found = Findings()
    by_heart.look_by_heart(found, outcome, None)
    by_heart.look_by_heart(found, outcome._replace(steps=900), many)
    by_heart.look_by_heart(found, outcome._replace(steps=900), None)
    by_heart.look_by_heart(found, outcome._replace(last=np.nan), None)
    assert [one.severity for one in found.found] == ["look", "look", "mend", "mend"]
    assert "as a step takes long" in found.found[0].why
    assert "many answers a sample" in found.found[1].why
