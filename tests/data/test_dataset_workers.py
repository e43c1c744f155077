"""Workers: the same elements as without, clear words when one dies, and no process left behind."""

from __future__ import annotations

import gc
import io
import itertools
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from heron.data import Dataset, WorkerDied
from heron.data.workers import wire
from heron.data.workers.pool import Pool
from heron.errors import DataError

POSIX = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


def lives(number):
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(true, seconds=10):
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    assert true()


def numbers(workers, **kwargs):
    data = Dataset.from_arrays(np.arange(60), np.arange(60)).shuffle(seed=3)
    return data.map(lambda x, y: (x * 2, y)).batch(7).prefetch(workers=workers, **kwargs)


def values(data):
    return [(x.tolist(), y.tolist()) for x, y in data]


def test_messages_cross_a_pipe():
    pipe = io.BytesIO()
    message = {"a": np.arange(5), "b": (np.ones((2, 3), order="F"), "text", None), "c": np.zeros((0, 2))}
    wire.send(pipe, message)
    pipe.seek(0)
    got = wire.receive(pipe)
    assert got["b"][1:] == ("text", None)
    np.testing.assert_array_equal(got["a"], np.arange(5))
    np.testing.assert_array_equal(got["b"][0], np.ones((2, 3)))
    assert got["c"].shape == (0, 2)
    got["a"][0] = 9  # may be written to
    with pytest.raises(EOFError):
        wire.receive(pipe)


def test_the_order_does_not_depend_on_workers_and_processes_are_kept():
    plain = Dataset.from_arrays(np.arange(60), np.arange(60)).shuffle(seed=3).map(lambda x, y: (x * 2, y)).batch(7)
    expected = [values(plain) for _ in range(2)]
    threads = numbers(0, buffer_size=3)
    assert [values(threads) for _ in range(2)] == expected
    data = numbers(2)
    assert values(data) == expected[0]
    processes = data._pool.processes
    assert len(processes) == 2
    iterator = iter(data)
    next(iterator)
    state = iterator.get_state()
    iterator.close()
    again = iter(data)
    again.set_state(state)
    assert values(again) == expected[1][1:]
    assert data._pool.processes == processes
    del data, iterator, again
    gc.collect()
    wait_until(lambda: not any(map(lives, processes)))


@POSIX
def test_a_worker_that_is_killed_is_reported_and_the_next_epoch_has_new_ones():
    data = numbers(2)
    iterator = iter(data)
    next(iterator)
    first, second = data._pool.processes
    os.kill(first, signal.SIGKILL)
    start = time.monotonic()
    with pytest.raises(WorkerDied, match=rf"Worker process {first} .* was killed by SIGKILL(.|\n)*workers=0") as caught:
        list(itertools.chain(iterator, data))  # all of the first may have been made before the blow
    assert time.monotonic() - start < 5
    assert "of the data set, counted from 0" in caught.value.__notes__[0]
    wait_until(lambda: not lives(second))
    assert len(values(data)) == 9


def test_what_dies_while_it_reads_names_the_file(tmp_path):
    class Deadly:
        slow = True

        def __len__(self):
            return 4

        def read(self, rows):
            if 2 in rows:
                os._exit(7)
            return rows

        def where(self, rows):
            return f"picture_{rows[0]}.jpg"

    data = Dataset(Deadly()).batch(1).prefetch(workers=1)
    with pytest.raises(WorkerDied, match=r"ended with exit code 7 while it read picture_2\.jpg"):
        list(data)


def test_an_error_in_a_worker_says_where():
    def fail(x, y):
        if x == 80:
            raise ZeroDivisionError("row forty")
        return x, y

    for workers in (0, 1):
        data = Dataset.from_arrays(np.arange(60) * 2, np.arange(60)).map(fail).batch(7).prefetch(workers=workers)
        with pytest.raises(ZeroDivisionError, match="row forty") as caught:
            list(data)
        notes = "\n".join(caught.value.__notes__)
        assert "in element 5 of epoch 0" in notes
        assert workers == 0 or ("in worker process" in notes and "fail" in notes)


def test_what_cannot_be_pickled_is_told():
    class Odd(Exception):
        def __init__(self, a, b):
            super().__init__(f"{a} and {b}")

    def fail(x):
        raise Odd(1, 2)

    with pytest.raises(RuntimeError, match="Odd: 1 and 2"):
        list(Dataset.from_arrays([1]).map(fail).batch(1).prefetch(workers=1))
    lock = threading.Lock()
    with pytest.raises(DataError, match=r"cannot be sent to worker processes.*lock(.|\n)*leave workers at 0"):
        list(Dataset.from_arrays([1]).map(lambda x: lock and x).batch(1).prefetch(workers=1))


PROGRAM = """
import sys, time
sys.path[:] = {path!r}
import numpy as np
from heron.data import Dataset

def double(x):
    print("words of a worker")
    time.sleep({pause})
    return x * 2

data = Dataset.from_arrays(np.arange(64)).map(double).batch(2).prefetch(workers=2)
iterator = iter(data)
assert next(iterator).tolist() == [0, 2]
print(*data._pool.processes, flush=True)
for batch in iterator:
    pass
"""


def start(pause):
    program = PROGRAM.format(path=sys.path, pause=pause)
    running = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    return running, [int(n) for n in running.stdout.readline().split()]


def test_a_program_needs_no_guard_and_ends_with_its_workers():
    running, processes = start(0.001)
    _, errors = running.communicate(timeout=30)
    assert running.returncode == 0
    assert errors.replace("words of a worker", "").strip() == ""
    wait_until(lambda: not any(map(lives, processes)))


@POSIX
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_program_that_is_stopped_leaves_no_process(how):
    running, processes = start(0.1)
    assert len(processes) == 2
    running.send_signal(how)
    _, errors = running.communicate(timeout=30)
    assert running.returncode == -how
    assert how == signal.SIGKILL or "KeyboardInterrupt" in errors
    wait_until(lambda: not any(map(lives, processes)))


def test_a_pool_does_not_run_far_ahead():
    taken = []
    pool = Pool(0, ahead=3)
    results = pool.ordered((taken.append(i) or i for i in range(50)), lambda task: task)
    assert [next(results) for _ in range(2)] == [0, 1]
    assert len(taken) <= 2 + 3 + 1
    results.close()
    pool.close()
