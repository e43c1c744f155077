"""Batches by number from threads and processes: order, hooks, workers that raise, die or hang; streams that end."""

from __future__ import annotations

import os
import signal
import threading
import time

import numpy as np
import pytest

import heron
from heron.data import WorkerDied
from heron.data.py_dataset import Making
from heron.data.workers import pool
from heron.errors import ArgumentError, ArgumentTypeError, DataError, HeronNote
from heron.utils import PyDataset

POSIX = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
WAYS = {
    "alone": {},
    "threads": {"workers": 3, "max_queue_size": 2},
    "processes": {"workers": 2, "use_multiprocessing": True, "max_queue_size": 2},
}


class Numbers(PyDataset):
    """Batches that hold their number; `odd` is done where batch 3 is made."""

    def __init__(self, odd=None, count=6, **kwargs):
        super().__init__(**kwargs)
        self.odd, self.count, self.told = odd, count, []

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        if index == 3 and self.odd is not None:
            self.odd()
        return np.full((2, 1), index, "float32"), np.full((2, 1), index, "float32")

    def on_epoch_begin(self):
        self.told.append("begin")

    def on_epoch_end(self):
        self.told.append("end")


class Endless(Numbers):
    @property
    def num_batches(self):
        return None


def model():
    made = heron.Sequential([heron.Input((1,)), heron.layers.Dense(1)])
    made.compile("sgd", "mse")
    return made


def numbers(batches):
    return [int(x[0, 0]) for x, _ in batches]


@pytest.mark.parametrize("way", WAYS)
def test_batches_come_in_the_order_asked_for_and_hooks_are_called(way):
    data = Numbers(**WAYS[way])
    making = Making(data, np.random.default_rng(0))
    epochs = [numbers(making.epoch()) for _ in range(2)]
    assert epochs[0] != epochs[1]
    assert [sorted(epoch) for epoch in epochs] == [[0, 1, 2, 3, 4, 5]] * 2
    assert data.told == ["begin", "end"] * 2
    state = making.epoch().get_state()
    whole = numbers(making.epoch())
    rest = making.epoch()
    rest.set_state({**state, "position": 4})
    assert numbers(rest) == whole[4:]


def fail():
    raise ZeroDivisionError("no such picture")


@pytest.mark.parametrize("way", WAYS)
def test_what_a_worker_raises_comes_through_with_the_batch(way):
    with pytest.raises(ZeroDivisionError, match="no such picture") as caught:
        model().fit(Numbers(fail, **WAYS[way]), shuffle=False, verbose=0)
    notes = "\n".join(caught.value.__notes__)
    assert "while making batch 3 of Numbers, counted from 0" in notes
    assert way != "processes" or "in worker process" in notes


@POSIX
def test_a_worker_that_is_killed_is_named_with_its_batch():
    def kill():
        os.kill(os.getpid(), signal.SIGKILL)

    text = r"Worker process \d+ of the data set was killed by SIGKILL while it read batch 3 of Numbers\.\nExpected"
    with pytest.raises(WorkerDied, match=text):
        model().fit(Numbers(kill, **WAYS["processes"]), shuffle=False, verbose=0)


def sleep():
    time.sleep(60)


def test_a_process_that_hangs_is_named_and_ended(monkeypatch):
    monkeypatch.setattr(pool, "HANGING", 4.0)
    begin = time.monotonic()
    text = r"Worker process \d+ of the data set has been busy with batch 3 of Numbers for 4 seconds\.\nExpected .* lock"
    with pytest.raises(WorkerDied, match=text):
        model().fit(Numbers(sleep, **WAYS["processes"]), shuffle=False, verbose=0)
    assert time.monotonic() - begin < 40


def test_a_thread_that_hangs_is_named(monkeypatch):
    monkeypatch.setattr(pool, "HANGING", 0.5)
    ended = threading.Event()
    try:
        with pytest.raises(WorkerDied, match=r"A thread of the data set has been busy with batch 3 of Numbers"):
            list(Making(Numbers(ended.wait, **WAYS["threads"])).epoch())
    finally:
        ended.set()


def test_an_error_of_time_of_the_users_own_comes_through():
    def late():
        raise TimeoutError("the server is slow")

    with pytest.raises(TimeoutError, match="the server is slow"):
        list(Making(Numbers(late, **WAYS["threads"])).epoch())


def test_a_data_set_without_end_needs_a_number_of_steps():
    with pytest.raises(DataError, match=r"Endless never ends.*\nWrite fit\(\.\.\., steps_per_epoch=100\)"):
        model().fit(Endless(), verbose=0)
    history = model().fit(Endless(**WAYS["threads"]), steps_per_epoch=4, epochs=2, verbose=0)
    assert history.epoch == [0, 1]


def test_numbers_of_batches_and_workers_are_checked():
    with pytest.raises(DataError, match=r"Numbers has 0 batches.*\nIs its data empty, or does __len__ round down"):
        model().fit(Numbers(count=0), verbose=0)
    with pytest.raises((ArgumentTypeError, TypeError), match=r"must be an integer|cannot be interpreted as an integer"):
        model().fit(Numbers(count=2.5), verbose=0)
    with pytest.raises(ArgumentError, match=r"Numbers\(workers=\.\.\.\) must be an integer of 0 or more; received -1"):
        Numbers(workers=-1)
    with pytest.raises(ArgumentError, match="max_queue_size"):
        Numbers(max_queue_size=0)


def rows(count):
    for _ in range(count):
        yield np.ones((2, 1), "float32"), np.ones((2, 1), "float32")


def test_a_generator_that_ends_early_is_noted_once():
    with pytest.warns(
        HeronNote, match=r"ended after 2 of 4 batches\.\nA generator can be gone through only once"
    ) as told:
        history = model().fit(rows(6), steps_per_epoch=4, epochs=2, verbose=0)
    assert len(told) == 1
    assert history.epoch == [0, 1]
    with pytest.warns(HeronNote, match="had no batches left for this epoch"):
        assert model().fit(rows(3), epochs=3, verbose=0).epoch == [0]
    with pytest.raises(DataError, match="gave no batch at all"):
        model().fit(rows(0), verbose=0)


def test_a_generator_that_raises_or_changes_in_the_middle_says_in_which_batch():
    def broken():
        yield from rows(3)
        raise OSError("disk gone")

    with pytest.raises(OSError, match="disk gone"):
        model().fit(broken(), verbose=0)

    def changed():
        yield from rows(3)
        yield np.ones((2, 5), "float32"), np.ones((2, 1), "float32")

    with pytest.raises(DataError, match=r"Batch 3 of the data source is unlike the first"):
        model().fit(changed(), verbose=0)


def test_an_endless_generator_goes_on_where_the_last_epoch_stopped():
    taken = []

    def endless():
        number = 0
        while True:
            taken.append(number)
            yield np.full((2, 1), number, "float32"), np.zeros((2, 1), "float32")
            number += 1

    history = model().fit(endless(), steps_per_epoch=3, epochs=3, verbose=0)
    assert history.params["steps"] == 3
    assert taken[:9] == list(range(9))
    assert len(taken) == 9, "no more is read than is used"


@pytest.mark.parametrize("way", ["alone", "threads"])
def test_an_iterator_that_is_used_up_is_no_end(way):
    used = iter(())
    with pytest.raises((DataError, RuntimeError), match="StopIteration"):
        list(Making(Numbers(lambda: next(used), **WAYS[way])).epoch())
