"""The callbacks in real trainings."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import heron
from heron import callbacks, layers

ROOT = Path(__file__).parents[2]
X = np.linspace(-1.0, 1.0, 128, dtype="float32").reshape(64, 2)
Y = X.sum(axis=1, keepdims=True)


def line_model(learning_rate=0.1):
    heron.config.set_random_seed(1)
    model = heron.Sequential([layers.Input((2,)), layers.Dense(1)])
    model.compile(heron.optimizers.SGD(learning_rate), "mse", metrics=["mae"])
    return model


def fit(model, *listeners, epochs=5, **kwargs):
    return model.fit(X, Y, epochs=epochs, batch_size=16, shuffle=False, verbose=0, callbacks=list(listeners), **kwargs)


def test_early_stopping_restores_the_best_weights():
    model = line_model()
    worse = callbacks.LearningRateScheduler(lambda epoch, rate: 0.1 if epoch < 3 else 2.0)
    seen = []
    keep = callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(model.get_weights()[0]))
    history = fit(model, worse, keep, callbacks.EarlyStopping(patience=2, restore_best_weights=True), epochs=50,
                  validation_data=(X, Y))  # fmt: skip
    losses = history.history["val_loss"]
    best = int(np.argmin(losses))
    assert (best, len(losses)) == (2, 5)
    assert np.array_equal(model.get_weights()[0], seen[best])
    assert model.evaluate(X, Y, verbose=0)[0] == pytest.approx(losses[best])


def test_the_learning_rate_is_really_changed():
    model = line_model()
    history = fit(model, callbacks.LearningRateScheduler(lambda epoch, rate: 0.0 if epoch >= 2 else rate), epochs=4)
    losses = history.history["loss"]
    assert losses[0] > losses[1] > losses[2] == losses[3]
    assert history.history["learning_rate"] == pytest.approx([0.1, 0.1, 0.0, 0.0])


def test_plateaus_lower_the_rate():
    plateau = callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=100.0)
    history = fit(line_model(), plateau, epochs=4)
    assert history.history["learning_rate"] == pytest.approx([0.1, 0.1, 0.05, 0.025])


def test_checkpoints_every_so_many_batches_hold_the_weights_of_that_batch(tmp_path):
    model = line_model()
    snapshots = []
    keep = callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: snapshots.append(model.get_weights()[0]))
    fit(model, keep, callbacks.ModelCheckpoint(tmp_path / "{epoch}-{batch}.safetensors", save_freq=3), epochs=3)
    assert sorted(os.listdir(tmp_path)) == ["1-3.safetensors", "2-2.safetensors", "3-1.safetensors", "3-4.safetensors"]
    for name, batch in (("1-3", 2), ("2-2", 5), ("3-4", 11)):
        other = line_model()
        other.load_weights(tmp_path / f"{name}.safetensors")
        assert np.array_equal(other.get_weights()[0], snapshots[batch])


@pytest.mark.parametrize(
    "name", ["best.weights.safetensors", "best.weights.h5", "best.keras", "best.safetensors", "best.h5"]
)
def test_the_best_checkpoint_is_that_of_the_best_epoch(tmp_path, name):
    model = line_model()
    path = tmp_path / name
    worse = callbacks.LearningRateScheduler(lambda epoch, rate: 0.1 if epoch < 3 else 2.0)
    history = fit(model, worse, callbacks.ModelCheckpoint(path, save_best_only=True), validation_data=(X, Y))
    if "weights" in name:
        other = line_model()
        other.load_weights(path)
    else:
        other = heron.saving.load_model(path)
    assert other.evaluate(X, Y, verbose=0)[0] == pytest.approx(min(history.history["val_loss"]))


def test_the_csv_file_holds_the_history(tmp_path):
    path = tmp_path / "log.csv"
    history = fit(line_model(), callbacks.CSVLogger(path), validation_split=0.25)
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["epoch"]) for row in rows] == history.epoch == list(range(5))
    for name, values in history.history.items():
        assert [float(row[name]) for row in rows] == values


@pytest.mark.filterwarnings("ignore:The loss became NaN:heron.errors.HeronNote")
@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning")
def test_training_ends_in_the_epoch_in_which_the_loss_is_lost(capsys):
    history = fit(line_model(1e20), callbacks.TerminateOnNaN(), epochs=50)
    assert len(history.epoch) == 1
    assert re.match(r"Epoch 1, after batch \d+: the loss is (nan|inf), terminating training", capsys.readouterr().out)


def test_early_stopping_without_validation_is_noted():
    with pytest.warns(heron.errors.HeronNote, match="No validation data; add validation_split=0.2"):
        fit(line_model(), callbacks.EarlyStopping(), epochs=2)


def test_a_direction_that_nothing_tells_is_an_error_before_the_first_epoch():
    def quality(y_true, y_pred):
        return abs(y_true - y_pred)

    model = line_model()
    model.compile("sgd", "mse", metrics=[quality])
    epochs = []
    watch = callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: epochs.append(epoch))
    with pytest.raises(heron.errors.ArgumentError, match="cannot tell whether a higher or a lower value is better"):
        fit(model, watch, callbacks.EarlyStopping("quality"))
    assert epochs == []


def test_plain_lines_when_the_output_is_no_terminal(capsys):
    model = line_model()
    model.fit(X, Y, epochs=2, batch_size=16, validation_data=(X, Y))
    model.evaluate(X, Y, batch_size=16)
    number = r"\d\.\d{4}(e-\d\d)?"
    metrics = rf"loss: {number} - mae: {number}"
    epoch = rf"Epoch %d/2 - \d+s - 4/4 - \d+(us|ms|s)/step - {metrics} - val_loss: {number} - val_mae: {number}\n"
    evaluation = rf"4/4 - \d+s - \d+(us|ms|s)/step - {metrics}\n"
    assert re.fullmatch(epoch % 1 + epoch % 2 + evaluation, capsys.readouterr().out)


PROGRAM = """
import numpy as np
import heron
x = np.zeros((64, 2), "float32")
model = heron.Sequential([heron.layers.Input((2,)), heron.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, x[:, :1], epochs=300, batch_size=16)
model.evaluate(x, x[:, :1], batch_size=16)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")
def test_300_epochs_on_a_real_terminal_are_one_line_that_moves():
    import pty

    ours, theirs = pty.openpty()
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "TERM": "xterm", "COLUMNS": "80"}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], env=environment, stdout=theirs, stderr=subprocess.STDOUT
    )
    os.close(theirs)
    written = b""
    try:
        while piece := os.read(ours, 65536):
            written += piece
    except OSError:  # Linux says so when the other end is closed
        pass
    os.close(ours)
    assert process.wait() == 0
    lines = [
        re.sub(r"\x1b\[\d+m", "", line).split("\r")[-1].rstrip()
        for line in written.decode().replace("\r\n", "\n").split("\n")
    ]
    assert len(lines) < 20, "a line stays only if its epoch took its time, as the first does, or any on a busy machine"
    assert re.fullmatch(r"Epoch 300/300 ━{20} 4/4 \ds \d+(us|ms)/step - loss: 0.0000e\+00", lines[-3]), lines
    assert re.fullmatch(r"━{20} 4/4 \ds \d+(us|ms)/step - loss: 0.0000e\+00", lines[-2]), lines
    assert lines[-1] == ""
