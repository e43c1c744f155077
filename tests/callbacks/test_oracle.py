"""The same logs go through Keras's callback and heron's; both must do the same."""

from __future__ import annotations

import keras
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heron import callbacks
from heron.callbacks.names import better_of
from tests.callbacks.fakes import FakeModel, train

VALUES = st.lists(st.sampled_from([0.1 * i for i in range(10)]), min_size=1, max_size=12)
MODES = st.sampled_from(["min", "max"])


def both(name, epochs, batches=(), **kwargs):
    """The two models after training, heron's first, and the logs as each callback left them."""
    results = []
    for package in (callbacks, keras.callbacks):
        logs = [dict(one) for one in epochs]
        results.append((train(getattr(package, name)(**kwargs), logs, batches=batches), logs))
    return results


@given(
    VALUES,
    MODES,
    st.integers(0, 3),
    st.sampled_from([0, 0.15, -0.15]),
    st.sampled_from([None, 0.35]),
    st.booleans(),
    st.integers(0, 3),
)
def test_early_stopping(values, mode, patience, min_delta, baseline, restore, start):
    arguments = {
        "monitor": "loss",
        "mode": mode,
        "patience": patience,
        "min_delta": min_delta,
        "baseline": baseline,
        "restore_best_weights": restore,
        "start_from_epoch": start,
    }
    (ours, _), (theirs, _) = both("EarlyStopping", [{"loss": v} for v in values], **arguments)
    assert (ours.stop_training, ours.weight) == (theirs.stop_training, theirs.weight)


@given(VALUES, MODES, st.integers(0, 3), st.integers(0, 3), st.sampled_from([0.0, 0.004]), st.sampled_from([0, 0.15]))
def test_reduce_lr_on_plateau(values, mode, patience, cooldown, min_lr, min_delta):
    arguments = {
        "monitor": "loss",
        "mode": mode,
        "factor": 0.3,
        "patience": patience,
        "cooldown": cooldown,
        "min_lr": min_lr,
        "min_delta": min_delta,
    }
    (ours, our_logs), (theirs, their_logs) = both("ReduceLROnPlateau", [{"loss": v} for v in values], **arguments)
    assert our_logs == their_logs
    assert ours.optimizer.learning_rate == theirs.optimizer.learning_rate


@pytest.mark.parametrize("schedule", [lambda epoch, lr: lr * 0.5, lambda epoch: 1.0 / (1 + epoch)])
def test_learning_rate_scheduler(schedule):
    (ours, our_logs), (theirs, their_logs) = both("LearningRateScheduler", [{"loss": 1.0}] * 4, schedule=schedule)
    assert our_logs == their_logs
    assert ours.optimizer.learning_rate == theirs.optimizer.learning_rate


def saved(values, batches, ending, package, **kwargs):
    checkpoint = package.ModelCheckpoint("{epoch:02d}-{loss:.2f}" + ending, "loss", save_weights_only=True, **kwargs)
    model = train(checkpoint, [{"loss": v} for v in values], FakeModel(), batches)
    return [path.removesuffix(ending) for path in model.saved]


@given(VALUES, MODES, st.booleans(), st.sampled_from([None, 0.35]))
def test_model_checkpoint(values, mode, best_only, threshold):
    arguments = {"mode": mode, "save_best_only": best_only, "initial_value_threshold": threshold}
    ours = saved(values, (), ".weights.safetensors", callbacks, **arguments)
    assert ours == saved(values, (), ".weights.h5", keras.callbacks, **arguments)


@settings(max_examples=20)
@given(st.integers(1, 7), st.integers(1, 5), st.integers(1, 4))
def test_model_checkpoint_every_so_many_batches(save_freq, batches, epochs):
    logs = [{"loss": 0.1 * batch} for batch in range(batches)]
    arguments = {"values": [0.5] * epochs, "batches": logs, "save_freq": save_freq}
    ours = saved(ending=".weights.safetensors", package=callbacks, **arguments)
    assert ours == saved(ending=".weights.h5", package=keras.callbacks, **arguments)


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize(
    "epochs",
    [
        [{"loss": 0.5, "accuracy": 1 / 3}, {"loss": 0.25, "accuracy": 1.0}],
        [{"loss": 0.5}, {"loss": 1e-9, "val_loss": 2.0}],
        [{"loss": float("nan"), "val_loss": 1.0, "learning_rate": 0.001}, {"loss": 1.0}],
        [{"per_class": [0.5, 0.25], "loss": 1.0}],
        [{}],
        [],
    ],
)
@pytest.mark.parametrize("append", [False, True])
def test_csv_logger(tmp_path, epochs, separator, append):
    files = tmp_path / "ours.csv", tmp_path / "theirs.csv"
    for file, package in zip(files, (callbacks, keras.callbacks), strict=True):
        for _ in range(2):
            train(package.CSVLogger(str(file), separator, append), [dict(logs) for logs in epochs])
    assert files[0].read_bytes() == files[1].read_bytes()


def test_history():
    (ours, _), (theirs, _) = both("History", [{"loss": 1.0}, {"loss": 0.5, "val_loss": 2.0}])
    assert ours.history.history == theirs.history.history
    assert ours.history.epoch == theirs.history.epoch
    assert ours.history.params == theirs.history.params


def test_the_direction_of_every_metric_is_known_by_its_name():
    arguments = {
        "MeanIoU": [2], "IoU": [2, [0]], "OneHotIoU": [2, [0]], "OneHotMeanIoU": [2], "PrecisionAtRecall": [0.5],
        "RecallAtPrecision": [0.5], "SensitivityAtSpecificity": [0.5], "SpecificityAtSensitivity": [0.5],
    }  # fmt: skip
    wanted = {"up": "max", "down": "min"}
    seen = 0
    for name in dir(keras.metrics):
        made = getattr(keras.metrics, name)
        if not isinstance(made, type) or name in ("Metric", "MeanMetricWrapper"):
            continue
        metric = made(*arguments.get(name, []))
        if hasattr(metric, "_direction"):
            seen += 1
            assert (name, better_of(metric.name)) == (name, wanted[metric._direction])
    assert seen > 30


def mask_times(text):
    return [
        [" - " if part.endswith(("s", "s/step")) else part for part in line.split(" - ")] for line in text.split("\n")
    ]


@pytest.mark.parametrize("epochs", [1, 3])
def test_verbose_2_reads_as_in_keras(capsys, epochs):
    logs = {"accuracy": 0.82567, "loss": 0.0004966, "val_accuracy": 1.0, "val_loss": 0.0}
    texts = []
    for package in (callbacks, keras.callbacks):
        display = package.ProgbarLogger()
        display.set_params({"epochs": epochs, "steps": 1875, "verbose": 2})
        display.on_train_begin()
        for epoch in range(epochs):
            display.on_epoch_begin(epoch)
            display.on_epoch_end(epoch, dict(logs))
        display.on_train_end()
        texts.append(mask_times(capsys.readouterr().out))
    assert texts[0] == texts[1]
    assert texts[0][-2][:5] == ["1875/1875", " - ", " - ", "accuracy: 0.8257", "loss: 4.9660e-04"]
