"""What is said of a source that lets one wait, or that goes on and on; each once, and nothing of one that is well."""

from __future__ import annotations

import itertools
import threading
import time
import warnings

import numpy as np
import pytest

import heron
from heron.data import supply
from heron.errors import HeronNote

X, Y = np.ones((4, 3), "float32"), np.ones((4, 1), "float32")


@pytest.fixture(scope="module")
def model():
    model = heron.Sequential([heron.Input((3,)), heron.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    return model


def notes_of(action):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        action()
    assert all(one.category is HeronNote for one in seen), [str(one.message) for one in seen]
    return [(str(one.message), one.filename) for one in seen]


class Slow(heron.utils.PyDataset):
    """Batches one of which does not come before somebody complains."""

    def __init__(self, slow):
        super().__init__()
        self.slow, self.told = slow, threading.Event()

    def __len__(self):
        return 3

    def __getitem__(self, index):
        if index == self.slow:
            self.told.wait(10)
        return X, Y


# ---- a batch that does not come -------------------------------------------------------------------------------------


@pytest.mark.parametrize("slow", [0, 2], ids=["the first, read by the program", "a later one, read ahead"])
def test_who_waits_for_a_batch_is_told_once_for_which_and_where(model, slow, monkeypatch):
    monkeypatch.setattr(supply, "LONG_WAIT", 0.1)
    data = Slow(slow)
    threading.Timer(0.6, data.told.set).start()
    began = time.monotonic()
    ((text, file),) = notes_of(lambda: model.fit(data, epochs=2, shuffle=False, verbose=0))
    assert 0.5 < time.monotonic() - began < 9
    assert text.startswith(f"Nothing has come from the Slow for 0.1 s after {slow} batches of this epoch.\n")
    line = Slow.__getitem__.__code__.co_firstlineno + 2
    assert f"It is in line {line} of test_supply.py, in __getitem__({slow}): self.told.wait(10)\n" in text
    assert "a lock, a network or a queue" in text
    assert "Ctrl-C stops" in text
    assert file == __file__


def test_an_iterable_that_hangs_is_named_too(model, monkeypatch):
    monkeypatch.setattr(supply, "LONG_WAIT", 0.1)

    def batches():
        yield X, Y
        time.sleep(0.5)
        yield X, Y

    ((text, _),) = notes_of(lambda: model.evaluate(batches(), verbose=0))
    assert "from the data source for 0.1 s after 1 batch of this epoch." in text
    assert "in batches: time.sleep(0.5)" in text


def test_rows_read_as_needed_that_do_not_come_are_told_of_without_a_number(monkeypatch):
    monkeypatch.setattr(supply, "LONG_WAIT", 0.1)
    listener = supply.Listener()
    text = listener.supply.waiting_text(None)
    assert text.startswith("Nothing has come from the data for 0.1 s.\nDoes it wait for")
    assert listener.supply.waiting_text(None) == "", "it is said once"


def test_quick_batches_are_not_talked_about(model):
    assert notes_of(lambda: model.fit(Slow(None), epochs=2, verbose=0)) == []
    assert not [one for one in threading.enumerate() if isinstance(one, threading.Timer)], "no clock is left running"


# ---- a source without end -------------------------------------------------------------------------------------------


def endless(model, stop_at):
    for number in itertools.count():
        if number == stop_at:
            model.stop_training = True
        yield X, Y


@pytest.mark.parametrize("as_function", [False, True])
def test_a_generator_that_does_not_end_is_told_once_with_what_to_write(model, as_function, monkeypatch):
    monkeypatch.setattr(supply, "LONG_PASS", 0.0)
    source = (lambda: endless(model, 400)) if as_function else endless(model, 400)
    ((text, file),) = notes_of(lambda: model.fit(source, epochs=3, verbose=0))
    assert text.startswith("The data source has given 100 batches in 0 s and has not ended.")
    assert "the epoch lasts until it ends" in text
    assert "fit(..., steps_per_epoch=100)" in text
    assert file == __file__


def test_it_takes_time_as_well_as_batches(model):
    assert notes_of(lambda: model.fit(endless(model, 400), verbose=0)) == []


def test_a_known_number_of_batches_is_no_reason_to_talk(model, monkeypatch):
    monkeypatch.setattr(supply, "LONG_PASS", 0.0)
    assert notes_of(lambda: model.fit(endless(model, -1), steps_per_epoch=150, epochs=2, verbose=0)) == []


def test_who_ended_once_will_end_again(monkeypatch):
    monkeypatch.setattr(supply, "MANY_BATCHES", 3)
    source = supply.Supply("source", is_known=False)
    assert len(list(source.batches(iter(range(5))))) == 5
    monkeypatch.setattr(supply, "LONG_PASS", 0.0)
    listener = supply.Listener()
    supply._here.listener = listener
    try:
        assert len(list(source.batches(iter(range(5))))) == 5
        assert listener.news == []
        assert len(list(supply.Supply("other", is_known=False).batches(iter(range(5))))) == 5
        assert len(listener.news) == 1
    finally:
        del supply._here.listener
