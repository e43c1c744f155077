"""Times one call, NumPy in and NumPy out: of one row, of many, of a number of rows that has not come before."""

import time
from statistics import median

import numpy as np
from reporting import REHEARSAL

ONE_NUMBER = np.array([[10.0]], np.float32)
ONE_IMAGE = np.random.default_rng(0).random((1, 784), dtype=np.float32)
MANY_IMAGES = np.random.default_rng(0).random((64 if REHEARSAL else 10_000, 784), dtype=np.float32)
CALLS, SECONDS = (3, 1.0) if REHEARSAL else (2000, 3.0)


def seconds_of(call, row):
    """The median of up to 2,000 calls, but of no more than fit into three seconds, after five that do not count."""
    for _ in range(5):
        result = call(row)
    assert isinstance(result, np.ndarray), type(result)
    taken, end = [], time.perf_counter() + SECONDS
    while len(taken) < CALLS and (len(taken) < 5 or time.perf_counter() < end):
        begin = time.perf_counter()
        call(row)
        taken.append(time.perf_counter() - begin)
    return median(taken)


def seconds_of_other_sizes(call):
    """The median of calls with numbers of rows that no call before had, each of them one that no batch size divides."""
    taken = []
    for size in range(len(MANY_IMAGES) // 2 + 5, len(MANY_IMAGES), len(MANY_IMAGES) // 20):
        begin = time.perf_counter()
        call(MANY_IMAGES[:size])
        taken.append(time.perf_counter() - begin)
    return median(taken)
