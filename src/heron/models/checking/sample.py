"""The samples that a check looks at: some rows of arrays, the first batches of a stream."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

import jax
import numpy as np

from heron.data.arrays import rows_at
from heron.data.feed import ArrayFeed

MOST_ROWS = 4096
MOST_BYTES = 64 * 2**20
MOST_BATCHES = 8
MOST_SECONDS = 2.0
MOST_IN_A_BATCH = 256


class Sample(NamedTuple):
    """Samples as arrays of NumPy, in an order drawn at random.

    Attributes:
        data: `(x, y, sample_weight)`, structures of arrays with a common first axis.
        rows: its length.
        total: how many samples there are; None when only the source knows.
        batch: the samples in a step of training.
    """

    data: tuple[Any, Any, Any]
    rows: int
    total: int | None
    batch: int

    @property
    def x(self) -> Any:
        """The inputs."""
        return self.data[0]

    @property
    def y(self) -> Any:
        """The targets."""
        return self.data[1]

    def is_finite(self) -> bool:
        """Whether there are neither missing nor infinite values."""
        return all_finite(self.data)


def all_finite(arrays: Any) -> bool:
    """Whether a structure of arrays holds neither missing nor infinite values."""
    floats = [a for a in jax.tree.leaves(arrays) if np.issubdtype(a.dtype, np.floating)]
    return all(bool(np.isfinite(a).all()) for a in floats)


def sample_of(feed: Any) -> Sample:
    """Samples of a feed; of a stream the first batches."""
    return _of_arrays(feed) if isinstance(feed, ArrayFeed) else _of_stream(feed)


def _of_arrays(feed: ArrayFeed) -> Sample:
    one = jax.tree.leaves(rows_at(feed.data, slice(0, 1)))
    most = max(feed.batch, min(MOST_ROWS, MOST_BYTES // max(1, sum(a.nbytes for a in one))))
    order = np.random.default_rng(0).permutation(feed.rows)[:most]
    found = jax.tree.map(np.asarray, rows_at(feed.data, np.sort(order)))
    shuffled = np.random.default_rng(1).permutation(len(order))
    data = jax.tree.map(lambda a: a[shuffled], found)
    return Sample(tuple(data), len(order), feed.rows, min(feed.batch, MOST_IN_A_BATCH, len(order)))


def _of_stream(feed: Any) -> Sample:
    started = time.perf_counter()
    batches, known = feed.first_batches(1), 0
    while known < len(batches) < MOST_BATCHES and time.perf_counter() - started < MOST_SECONDS:
        known = len(batches)
        batches = feed.first_batches(known + 1)
    shapes = [a.shape for a in jax.tree.leaves(batches[0])]
    batches = [batch for batch in batches if [a.shape for a in jax.tree.leaves(batch)] == shapes]
    data = jax.tree.map(lambda *parts: np.concatenate([np.asarray(part) for part in parts]), *batches)
    rows = shapes[0][0] * len(batches)
    shuffled = np.random.default_rng(1).permutation(rows)
    data = jax.tree.map(lambda a: a[shuffled], data)
    return Sample(tuple(data), rows, None, min(shapes[0][0], MOST_IN_A_BATCH))
