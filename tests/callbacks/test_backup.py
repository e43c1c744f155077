"""A training that is killed and started again ends where one that was left alone does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import heron
from heron import callbacks, layers
from heron.errors import ArgumentError, HeronNote

ROOT = Path(__file__).parents[2]
X = np.linspace(-1.0, 1.0, 128, dtype="float32").reshape(64, 2)
Y = X.sum(axis=1, keepdims=True)
LAST = 6

PROGRAM = """
import sys
from tests.callbacks.test_backup import train
from heron import callbacks

def wait(epoch, logs=None):
    if epoch == 3:
        print("killed here", flush=True)
        sys.stdin.read()

train(sys.argv[1], callbacks.LambdaCallback(on_epoch_begin=wait))
"""


def train(folder, *others, seed=1, **kwargs):
    """Dropout, momentum, a shuffled order of which an epoch sees a part: all of it must go on."""
    heron.config.set_random_seed(seed)
    model = heron.Sequential([layers.Input((2,)), layers.Dense(4), layers.Dropout(0.5), layers.Dense(1)])
    model.compile(heron.optimizers.Adam(0.01), "mse")
    listeners = [*others] if folder is None else [callbacks.BackupAndRestore(folder, **kwargs), *others]
    history = model.fit(X, Y, epochs=LAST, batch_size=16, steps_per_epoch=3, verbose=0, callbacks=listeners)
    return model, history


def stop_at(epoch):
    def stop(now, logs=None):
        if now == epoch:
            raise RuntimeError("stopped")

    return callbacks.LambdaCallback(on_epoch_begin=stop)


def assert_same(one, other):
    for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
        assert np.array_equal(a, b)


@pytest.fixture(scope="module")
def whole():
    return train(None)[0]


def test_after_a_real_kill_training_goes_on_and_ends_the_same(tmp_path, whole):
    folder = tmp_path / "backup"
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder)],
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        assert process.stdout.readline() == "killed here\n"
        process.kill()
    assert process.returncode == (1 if os.name == "nt" else -signal.SIGKILL)
    model, history = train(folder, seed=99)
    assert history.epoch == [3, 4, 5]
    assert_same(model, whole)
    assert not folder.exists()


def test_a_kill_between_the_weights_and_their_text_leaves_the_backup_before(tmp_path, whole, monkeypatch):
    replace = os.replace

    def killed(source, target):
        if os.path.basename(target) == "training_metadata.json" and '"epoch": 3' in Path(source).read_text():
            raise KeyboardInterrupt
        replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            train(tmp_path)
    assert len(list(tmp_path.glob("*.weights.h5"))) == 2
    model, history = train(tmp_path, seed=99)
    assert history.epoch == [2, 3, 4, 5]
    assert_same(model, whole)


def test_the_backup_before_the_last_is_taken_when_that_is_torn(tmp_path, whole):
    with pytest.raises(RuntimeError, match="stopped"):
        train(tmp_path, stop_at(4), double_checkpoint=True)
    named = json.loads((tmp_path / "training_metadata.json").read_text())["weights"]
    assert len(list(tmp_path.glob("*.weights.h5"))) == 2
    (tmp_path / named).write_bytes((tmp_path / named).read_bytes()[:999])
    with pytest.warns(HeronNote, match="The last backup .* cannot be read; the one before it is taken"):
        model, history = train(tmp_path, seed=99, double_checkpoint=True, delete_checkpoint=False)
    assert history.epoch == [3, 4, 5]
    assert_same(model, whole)
    assert train(tmp_path)[1].epoch == []


class Stop(callbacks.Callback):
    """Ends the program after so many steps."""

    def __init__(self, step):
        super().__init__()
        self.step = step

    def on_train_batch_end(self, batch, logs=None):
        if int(self.model.optimizer.iterations) == self.step:
            raise RuntimeError("stopped")


@pytest.mark.parametrize(
    "freq, step, epochs", [(6, 7, [2, 3, 4, 5]), (2, 7, [2, 3, 4, 5]), (4, 9, [4, 5]), (1, 10, [4, 5])]
)
def test_backups_by_batches_go_on_after_the_batch(tmp_path, whole, freq, step, epochs):
    with pytest.raises(RuntimeError, match="stopped"):
        train(tmp_path, Stop(step), save_freq=freq)
    model, history = train(tmp_path, seed=99, save_freq=freq)
    assert history.epoch == epochs
    assert int(model.optimizer.iterations) == 3 + 1 + 3 + 1 + 3 + 1
    assert_same(model, whole)


class Numbers(heron.utils.PyDataset):
    """Batches in an order that `fit` draws."""

    def __len__(self):
        return 5

    def __getitem__(self, index):
        return X[index * 8 : index * 8 + 8], Y[index * 8 : index * 8 + 8]


class Own(Numbers):
    """Batches in an order of its own."""

    def __init__(self):
        super().__init__()
        self.order = list(range(5))

    def __getitem__(self, index):
        return super().__getitem__(self.order[index])

    def on_epoch_end(self):
        self.order = self.order[2:] + self.order[:2]

    def get_state(self):
        return self.order

    def set_state(self, state):
        self.order = list(state)


STREAMS = {
    "rows": lambda: heron.data.Dataset.from_arrays(X[:40], Y[:40]).shuffle(seed=3).batch(8),
    "no seed": lambda: heron.data.Dataset.from_arrays(X[:40], Y[:40]).shuffle().batch(8),
    "unknown length": lambda: (
        heron.data.Dataset.from_generator(lambda: zip(X[:40], Y[:40], strict=True)).shuffle(9).batch(8)
    ),
    "PyDataset": Numbers,
    "own order": Own,
    "workers": lambda: Numbers(workers=2),
}


def stream(kind, folder=None, *others, seed=1, steps=None, **kwargs):
    heron.config.set_random_seed(seed)
    model = heron.Sequential([layers.Input((2,)), layers.Dense(3), layers.Dropout(0.3), layers.Dense(1)])
    model.compile(heron.optimizers.Adam(0.01), "mse")
    listeners = [*others] if folder is None else [callbacks.BackupAndRestore(folder, **kwargs), *others]
    model.fit(STREAMS[kind](), epochs=4, steps_per_epoch=steps, verbose=0, callbacks=listeners)
    return model


@pytest.mark.parametrize("kind", STREAMS)
def test_a_stream_goes_on_at_its_place(tmp_path, kind):
    uninterrupted = stream(kind)
    for number, (freq, step) in enumerate([(3, 8), (1, 5)]):
        folder = tmp_path / str(number)
        with pytest.raises(RuntimeError, match="stopped"):
            stream(kind, folder, Stop(step), save_freq=freq)
        model = stream(kind, folder, seed=99, save_freq=freq)
        assert int(model.optimizer.iterations) == 20
        assert_same(model, uninterrupted)


@pytest.mark.parametrize("steps", [3, 7])
def test_a_stream_whose_epochs_are_not_those_of_training(tmp_path, steps):
    uninterrupted = stream("rows", steps=steps)
    with pytest.raises(RuntimeError, match="stopped"):
        stream("rows", tmp_path, Stop(2 * steps - 1), save_freq=2, steps=steps)
    model = stream("rows", tmp_path, seed=99, save_freq=2, steps=steps)
    assert int(model.optimizer.iterations) == 4 * steps
    assert_same(model, uninterrupted)


KILLED = """
import sys
from tests.callbacks.test_backup import stream
from heron import callbacks

class Wait(callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if int(self.model.optimizer.iterations) == 8:
            print("killed here", flush=True)
            sys.stdin.read()

stream("no seed", sys.argv[1], Wait(), save_freq=3)
"""


def test_a_process_killed_in_the_middle_of_an_epoch_goes_on_there(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)],
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        assert process.stdout.readline() == "killed here\n"
        process.kill()
    kept = json.loads((tmp_path / "training_metadata.json").read_text())
    assert (kept["epoch"], kept["place"]["stream"]["done"]) == (1, 1)
    model = stream("no seed", tmp_path, seed=99, save_freq=3)
    assert int(model.optimizer.iterations) == 20
    assert_same(model, stream("no seed"))


def test_what_cannot_be_read_is_refused_before_training(tmp_path):
    (tmp_path / "training_metadata.json").write_text('{"epoch": 1, "weights": "../else.weights.h5"}')
    with pytest.raises(ArgumentError, match=r"does not say which epoch and weights it is of.\nDelete that folder"):
        train(tmp_path)
    (tmp_path / "training_metadata.json").write_text("{")
    with pytest.raises(ArgumentError, match="cannot go on from the backup"):
        train(tmp_path)


@pytest.fixture
def ctrl_c_is_heard():
    """Shells start programs in the background deaf to Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_keeps_the_backup_of_the_last_whole_epoch(tmp_path, whole, ctrl_c_is_heard):
    def press(epoch, logs=None):
        if epoch == 4:
            signal.raise_signal(signal.SIGINT)

    with pytest.warns(HeronNote, match=r"Stopped by Ctrl-C in epoch 5"):
        train(tmp_path, callbacks.LambdaCallback(on_epoch_begin=press))
    model, history = train(tmp_path, seed=99)
    assert history.epoch == [4, 5]
    assert_same(model, whole)
