"""Reading ahead in a thread: order, errors, and an end that leaves nothing running."""

import threading
import time

import pytest

from heron.data.read_ahead import read_ahead


def threads():
    return [one for one in threading.enumerate() if one.name == "heron-read-ahead"]


def test_results_come_in_their_order_and_the_thread_ends():
    assert list(read_ahead(lambda _: iter(range(100)))) == list(range(100))
    assert threads() == []


def test_the_next_result_is_made_while_the_last_is_used():
    made = []

    def source(_):
        for i in range(3):
            made.append(i)
            yield i

    results = read_ahead(source)
    assert next(results) == 0
    deadline = time.monotonic() + 5
    while made != [0, 1, 2] and time.monotonic() < deadline:  # one lies ready, one is in the maker's hands
        time.sleep(0.01)
    assert made == [0, 1, 2]
    assert list(results) == [1, 2]


def test_no_more_than_the_depth_lies_ready():
    made = []

    def source(_):
        for i in range(100):
            made.append(i)
            yield i

    results = read_ahead(source, depth=2)
    next(results)
    time.sleep(0.3)
    assert len(made) <= 1 + 2 + 1
    results.close()
    assert threads() == []


def test_an_error_of_the_source_comes_out_where_it_is_read_with_its_traceback():
    def source(_):
        yield 1
        raise OSError("the disk is gone")

    results = read_ahead(source)
    assert next(results) == 1
    with pytest.raises(OSError, match="the disk is gone") as raised:
        next(results)
    assert "source" in [frame.name for frame in raised.traceback]
    assert threads() == []


def test_the_maker_is_told_when_somebody_waits():
    seen = []

    def source(is_awaited):
        seen.append(is_awaited())
        deadline = time.monotonic() + 5
        while not is_awaited() and time.monotonic() < deadline:
            time.sleep(0.005)
        seen.append(is_awaited())
        yield 0

    assert list(read_ahead(source)) == [0]
    assert seen == [False, True]


def test_who_stops_early_leaves_no_thread():
    def endless(_):
        while True:
            yield 0

    results = read_ahead(endless)
    next(results)
    results.close()
    assert threads() == []
