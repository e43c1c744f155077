"""Feeds: the batches of one epoch, in the two forms a program can take them.

`ArrayFeed` keeps whole arrays on the device and says in which order their rows are visited. `StreamFeed` takes batches
from an iterable and packs several of one shape into a block. Both yield `Block`s, which is all that training knows
of data.
"""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import jax
import numpy as np

from heron.data.arrays import check_finite, part_of, reads_rows, rows_at
from heron.data.read_ahead import Waiting, read_ahead
from heron.errors import ArgumentError, DataError, note
from heron.validate import is_number

BLOCK_BYTES = 64 * 2**20
BLOCK_BATCHES = 64
ALIGNMENT = 64
NO_ROWS = np.zeros(0, np.uint32)


class Block(NamedTuple):
    """Data on the device and the order in which to visit its rows.

    Attributes:
        data: a structure of arrays `(rows, ...)`.
        order: uint32 `(steps, batch)`, the rows of each full batch; None for rows as they stand.
        tail: uint32 `(rest,)`, the rows of the odd last batch; empty for none.
        batch: the number of rows in a full batch.
        steps: the number of full batches.
        first: the batch to begin with.
        last: the batch to end before; None for all.
    """

    data: Any
    order: Any
    tail: Any
    batch: int
    steps: int
    first: int = 0
    last: int | None = None

    @property
    def end(self) -> int:
        """The batch to end before, the odd last one counted."""
        return self.steps + (self.tail.shape[0] > 0) if self.last is None else self.last


class Span:
    """The epoch that a feed goes through, of which another process may have done the beginning.

    Attributes:
        first: the batch of the data with which it began here.
        passed: the batches of the epoch that were done elsewhere.
        is_resumed: whether the next epoch to begin is one of which a part was done elsewhere.
    """

    def __init__(self) -> None:
        self.first, self.passed, self.is_resumed, self._next = 0, 0, False, 0

    def resume(self, done: int) -> None:
        """The next epoch goes on after so many batches."""
        self._next, self.is_resumed = done, True

    def begin(self, first: int) -> int:
        """An epoch begins with a batch of the data; returns how many of its batches were done elsewhere."""
        self.first, self.passed, self.is_resumed, self._next = first, self._next, False, 0
        return self.passed


class ArrayFeed:
    """Whole arrays: they stay on the device if they fit it, otherwise a few batches at a time are gathered on the host.

    Args:
        data: a structure of arrays that share their first axis.
        rows: the length of that axis.
        batch_size: rows in a batch.
        shuffle: whether each epoch visits the rows in a new order, `"batch"` to shuffle whole batches.
        steps: visit only so many batches an epoch, by default all; the next epoch goes on where this one stopped, and
            an epoch ends early where the data end.
        resident: whether the data stay on the device; None to look at its memory. Data that are read as needed
            (`LazyRows`) never do.
        finite: refuse missing and infinite values in data that are read as needed, when they are read.
    """

    def __init__(
        self,
        data: Any,
        rows: int,
        batch_size: int,
        shuffle: bool | str = False,
        steps: int | None = None,
        resident: bool | None = None,
        finite: bool = False,
    ):
        self.data = data
        self.is_lazy = reads_rows(data)
        self.finite = finite
        self.check: Callable[[Any], None] | None = None  # looks at rows that are read as needed
        self.resident = not self.is_lazy and (fits_device(_size(data)) if resident is None else resident)
        self.rows = rows
        self.batch = min(batch_size, rows)
        self.shuffle = shuffle
        self.full, self.rest = divmod(rows, self.batch)
        self.available = self.full + (self.rest > 0)
        self.steps = steps
        self.total: int | None = min(steps, self.available) if steps else self.available
        self._device: Any = None
        self._pass: Block | None = None
        self._drawn_from: dict[str, Any] = {}  # the state of the generator before it drew the order of the pass
        self._epoch = Span()
        self._end = 0  # the batch before which the epoch ends

    def sample(self) -> Any:
        """One batch, for building and checking."""
        return self.first_batches(1)[0]

    def first_batches(self, count: int) -> list[Any]:
        """At most `count` batches from the beginning of the data as they stand, in the structure of the data."""
        batches = range(min(count, self.available))
        return [rows_at(self.data, slice(i * self.batch, min((i + 1) * self.batch, self.rows))) for i in batches]

    def looked_at(self) -> Any:
        """What checks before training look at: all the data, or one batch where they are read as needed."""
        return self.sample() if self.is_lazy else self.data

    def blocks(self, generator: np.random.Generator | None) -> Iterator[Block]:
        """The blocks of one epoch: here one, the whole data with an order drawn from `generator`."""
        goes_on = self.steps is not None or self._epoch.is_resumed
        if self._pass is None or not goes_on or generator is None:  # evaluation begins anew each time
            if generator is not None:
                self._drawn_from = dict(generator.bit_generator.state)
            self._pass = self._begin(generator)
        block = self._pass
        done = self._epoch.begin(block.first)
        end = self.available if self.steps is None else min(block.first + self.steps - done, self.available)
        self._pass = None if end == self.available else block._replace(first=end)
        block = block._replace(last=end)
        self._end = end
        yield from [block] if self.resident else read_ahead(lambda _: self._pieces(block, end))

    @property
    def running_pass(self) -> tuple[dict[str, Any], int] | None:
        """What the generator was before it drew the order of the data that are being gone through, and the next batch.

        None between two passes: the next epoch begins a new one.
        """
        return None if self._pass is None or self.steps is None else (self._drawn_from, self._pass.first)

    def ends_with(self, done: int) -> bool:
        """Whether the running epoch ends after `done` batches."""
        return self._epoch.first + done >= self._end

    def position(self, done: int) -> dict[str, Any]:
        """Where the running epoch is when `done` batches of it, as `blocks` gave them, have been used; for `go_to`."""
        span = self._epoch
        return {"order": self._drawn_from, "batch": span.first + done, "done": span.passed + done}

    def go_to(self, generator: np.random.Generator, batch: int, done: int = 0) -> None:
        """Begins a pass and passes over its first batches; `batch` is counted from 0, `done` of them in this epoch.

        Raises:
            ArgumentError: when there are not so many.
        """
        if not 0 <= batch < self.available:
            raise ArgumentError(f"Batch {batch} was asked for; the data have {self.available}. Are they the same data?")
        self._drawn_from = dict(generator.bit_generator.state)
        self._pass = self._begin(generator)._replace(first=batch)
        self._epoch.resume(done)

    def _pieces(self, block: Block, end: int) -> Iterator[Block]:
        """The batches of `block` up to `end`, gathered on the host, as many at a time as `BLOCK_BYTES` hold."""
        row_bytes = max(1, _size(self.data) // self.rows)
        count = max(1, min(self.full, BLOCK_BYTES // (row_bytes * self.batch)))
        stop = min(end, block.steps)
        for first in range(block.first, stop, count):
            last = min(first + count, stop)
            batches = block.order[first:last] if block.order is not None else _as_they_stand(first, last, self.batch)
            rows = np.resize(batches, (count, self.batch)).reshape(-1)  # the last piece is filled up, to compile once
            yield Block(self._read(rows), None, NO_ROWS, self.batch, last - first)
        if end > block.steps:
            yield Block(self._read(block.tail), None, NO_ROWS, self.rest, 1)

    def _read(self, rows: np.ndarray) -> Any:
        found = rows_at(self.data, rows)
        if self.is_lazy and self.finite:
            for part, name in zip(found, ("x", "y", "sample_weight"), strict=False):
                check_finite(part, name, rows=rows)
        if self.is_lazy and self.check is not None:
            self.check(found)
        return _put(found)

    def _begin(self, generator: np.random.Generator | None) -> Block:
        if self._device is None:
            self._device = _put(self.data) if self.resident else self.data
        used = self.full * self.batch
        if self.shuffle and generator is not None:
            rows = self._shuffled(generator)
            order = rows[:used].reshape(self.full, self.batch)
            return Block(self._device, order, rows[used:], self.batch, self.full)
        return Block(self._device, None, np.arange(used, self.rows, dtype=np.uint32), self.batch, self.full)

    def _shuffled(self, generator: np.random.Generator) -> np.ndarray:
        if self.shuffle == "batch":
            rows = np.arange(self.full * self.batch, dtype=np.uint32).reshape(self.full, self.batch)
            rest = np.arange(rows.size, rows.size + self.rest, dtype=np.uint32)
            return np.concatenate([generator.permutation(rows).reshape(-1), rest])
        return generator.permutation(self.rows).astype(np.uint32)


class StreamFeed:
    """Batches from an iterable, packed into blocks as they come.

    Args:
        batches: makes an iterator of structures of arrays, one for each epoch.
        steps: batches in an epoch; None to read until the iterator ends.
        name: what notes call it.

    A source that has no more batches when it is gone through again is noted, once; the epoch ends there.
    """

    def __init__(self, batches: Callable[[], Iterator[Any]], steps: int | None, name: str = "data source"):
        self._make = batches
        self._name = name
        self._ended = False
        self._ending = ""
        self._running: Iterator[Any] | None = None
        self._kept: deque[Any] = deque()  # batches that were asked for before the epoch that they are of
        self._epoch = Span()
        self._taken = 0  # batches of the epoch, those before it went on included
        self._begun: tuple[Any, int] = (None, 0)  # where the running iterator was once, and the batches since
        self._marks: list[tuple[int, Any, int]] = []  # by batches of the epoch: where the iterator was begun
        self.check: Callable[[Any], None] | None = None  # looks at each batch but the first before it is used
        self.total = steps
        self.rows = None

    def sample(self) -> Any:
        """The first batch, kept for the first epoch."""
        return self.first_batches(1)[0]

    def first_batches(self, count: int) -> list[Any]:
        """At most `count` batches from the beginning of the source, and of an epoch, kept for the first epoch.

        Raises:
            DataError: when the source has none, or when one but the first is refused by `check`.
        """
        if not self._kept:
            self._start()
        count = min(count, self.total or count)
        while len(self._kept) < count and (batch := next(self._running, None)) is not None:  # type: ignore[arg-type]
            if self._kept:
                self._look_at(batch, len(self._kept))
            self._kept.append(batch)
        if not self._kept:
            raise DataError("The data source gave no batch at all. Check that it is not empty or used up.")
        return list(itertools.islice(self._kept, count))

    looked_at = sample  # checks before training look at the first batch

    def _batches(self) -> Iterator[Any]:
        """Batches of one epoch: `total` of them from one stream, begun anew when it ends, or all of a fresh one."""
        kept, self._kept = self._kept, deque()
        is_known = bool(kept)
        resumed = self._epoch.is_resumed
        taken = self._taken = self._epoch.begin(0)
        if not is_known and not resumed and (self._running is None or self.total is None):
            self._start()
        self._marks = [(taken, *self._begun)]
        while self.total is None or self._taken < self.total:
            batch = kept.popleft() if kept else next(self._running, None)  # type: ignore[arg-type]
            if batch is None and (self.total is not None or (resumed and self._taken == taken)):
                self._start()
                self._marks.append((self._taken, *self._begun))
                batch = next(self._running, None)  # type: ignore[arg-type]
            if batch is None:
                self._running = None
                if self._taken == taken or self.total is not None:
                    self._note_end(self._taken)
                return
            if not is_known or self._taken > taken:
                self._look_at(batch, self._taken)
            yield self._counted(batch)

    def _counted(self, batch: Any) -> Any:
        self._taken += 1
        self._begun = self._begun[0], self._begun[1] + 1
        return batch

    def _start(self) -> None:
        """Goes through the source from its beginning."""
        self._running = self._make()
        state = getattr(self._running, "get_state", lambda: None)()
        self._begun = state, 0

    def ends_with(self, done: int) -> bool:
        """Whether the running epoch ends after `done` batches, as far as its length is known."""
        return self._epoch.passed + done == self.total

    def position(self, done: int | None = None) -> dict[str, Any] | None:
        """Where the source is when `done` batches of the epoch have been used, all of them for None; for `resume`.

        None for sources that cannot go to a place.
        """
        count = self._taken if done is None else self._epoch.passed + done
        marks = [mark for mark in list(self._marks) if mark[0] <= count]
        if not marks or marks[-1][1] is None:
            return None
        at, state, given = marks[-1]
        return {"state": state, "passed": given + count - at, "done": 0 if done is None else count}

    def resume(self, position: Any) -> bool:
        """Goes on from where `position` was made, in another process say; False when that epoch had no more batches.

        Raises:
            ArgumentError: when the source is not one that can go to a place.
        """
        self._start()
        if self._begun[0] is None:
            raise ArgumentError(f"The {self._name} cannot go on in the middle, as the data of the backup could.")
        self._running.set_state(position["state"], position["passed"])  # type: ignore[union-attr]
        self._begun = position["state"], position["passed"]
        self._kept.clear()
        if position["done"] and (batch := next(self._running, None)) is not None:  # type: ignore[arg-type]
            self._kept.append(batch)
        is_over = position["done"] > 0 and not self._kept
        self._epoch.resume(0 if is_over else position["done"])
        return not is_over

    def _look_at(self, batch: Any, number: int) -> None:
        if self.check is None:
            return
        try:
            self.check(batch)
        except DataError as error:
            error.add_note(f"(in batch {number} of the {self._name}, counted from 0)")
            raise

    def _note_end(self, taken: int) -> None:
        if not self._ended:
            self._ended = True
            ended = f"ended after {taken} of {self.total} batches" if taken else "had no batches left for this epoch"
            self._ending = (
                f"The {self._name} {ended}.\nA generator can be gone through only once: give one that never ends "
                "(while True: ... yield x, y) together with the number of steps, or one whose __iter__ begins anew."
            )

    def blocks(self, generator: np.random.Generator | None) -> Iterator[Block]:
        """The blocks of one epoch, read ahead; consecutive batches of equal shape travel together."""
        yield from read_ahead(self._packed)
        if self._ending:  # told here, in the thread of the program that called
            text, self._ending = self._ending, ""
            note(text)

    def _packed(self, is_awaited: Waiting) -> Iterator[Block]:
        """The blocks, each given when it is full, when batches of another shape come, or when somebody waits for it."""
        pack: Pack | None = None
        for batch in self._batches():
            if pack is not None and not pack.takes(batch):
                yield pack.block()
                pack = None
            pack = pack or Pack(batch, self.total)
            pack.add(batch)
            if pack.is_full or is_awaited():
                yield pack.block()
                pack = None
        if pack is not None:
            yield pack.block()


class Pack:
    """Batches of one shape on their way into a block.

    A block has room for so many batches, filled or not: programs are compiled for its shape. No step visits what is
    not filled, and it costs nothing, as memory that nobody has touched is not there.

    Args:
        batch: the first of them.
        total: the batches in an epoch, None if not known.
    """

    def __init__(self, batch: Any, total: int | None):
        self._tree: Any
        leaves, self._tree = jax.tree.flatten(batch)
        self._forms = [(a.shape, a.dtype) for a in leaves]
        self._rows = leaves[0].shape[0]
        self._capacity = min(max(1, min(BLOCK_BATCHES, BLOCK_BYTES // max(1, _size(leaves)))), total or BLOCK_BATCHES)
        self._arrays = [aligned((self._capacity * self._rows, *shape[1:]), dtype) for shape, dtype in self._forms]
        self._count = 0

    @property
    def is_full(self) -> bool:
        """Whether there is no room for another batch."""
        return self._count == self._capacity

    def takes(self, batch: Any) -> bool:
        """Whether `batch` has the structure, shapes and dtypes of the others."""
        leaves, tree = jax.tree.flatten(batch)
        return bool(tree == self._tree) and [(a.shape, a.dtype) for a in leaves] == self._forms

    def add(self, batch: Any) -> None:
        """Copies one more batch."""
        rows = slice(self._count * self._rows, (self._count + 1) * self._rows)
        for array, leaf in zip(self._arrays, jax.tree.leaves(batch), strict=True):
            array[rows] = leaf
        self._count += 1

    def block(self) -> Block:
        """The block, on the device."""
        return Block(_put(jax.tree.unflatten(self._tree, self._arrays)), None, NO_ROWS, self._rows, self._count)


def aligned(shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """An array with undefined contents that begins where XLA wants arrays to begin, and so need not be copied."""
    size = math.prod(shape) * np.dtype(dtype).itemsize
    memory = np.empty(size + ALIGNMENT, np.uint8)
    begin = -memory.ctypes.data % ALIGNMENT
    return memory[begin : begin + size].view(dtype).reshape(shape)


def fits_device(size: int) -> bool:
    """Whether `size` bytes take less than half of what is free on the first device; memory of the host always does."""
    stats = jax.devices()[0].memory_stats()
    return not stats or "bytes_limit" not in stats or 2 * size < stats["bytes_limit"] - stats.get("bytes_in_use", 0)


def _size(data: Any) -> int:
    return sum(int(a.nbytes) for a in jax.tree.leaves(data))


def _put(data: Any) -> Any:
    return jax.tree.map(jax.device_put, data)


def _as_they_stand(first: int, last: int, batch: int) -> np.ndarray:
    return np.arange(first * batch, last * batch, dtype=np.uint32).reshape(-1, batch)


def check_batch_size(batch_size: Any) -> int:
    """`batch_size` as an int, 32 for None; refuses anything but a positive integer."""
    if batch_size is None:
        return 32
    if isinstance(batch_size, bool) or not isinstance(batch_size, int | np.integer) or batch_size < 1:
        raise ArgumentError(f"batch_size must be a positive integer; received {batch_size!r}. 32 is a good start.")
    return int(batch_size)


def split_tail(data: Any, rows: int, fraction: float) -> tuple[Any, Any]:
    """The first rows for training and the last `fraction` of them for validation, as `validation_split` means.

    Raises:
        ArgumentError: when the fraction leaves one side empty.
    """
    if not is_number(fraction) or not 0 < fraction < 1:
        percent = is_number(fraction) and 1 < fraction < 100
        raise ArgumentError(
            f"validation_split must be between 0 and 1, the share kept for validation; received {fraction!r}."
            + (f"\nFor {fraction} per cent write {fraction / 100}." if percent else "")
        )
    cut = int(np.floor(rows * (1 - fraction)))
    if cut in (0, rows):
        raise ArgumentError(f"validation_split={fraction} of {rows} samples leaves one side empty. Give another share.")
    return part_of(data, 0, cut), part_of(data, cut, rows)


class Batches:
    """The batches of an iterable, each converted, with the number of the batch in any error.

    Args:
        source: gives the batches.
        convert: is called with each.
    """

    def __init__(self, source: Iterable[Any], convert: Callable[[Any], Any]) -> None:
        self._source, self._convert, self._number = iter(source), convert, 0

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        try:
            batch = self._convert(next(self._source))
        except DataError as error:
            error.add_note(f"(in batch {self._number} of the data source, counted from 0)")
            raise
        self._number += 1
        return batch

    def get_state(self) -> dict[str, Any] | None:
        """Where the source is, as plain data; None where it does not say."""
        state = self._source.get_state() if hasattr(self._source, "get_state") else None
        return state if isinstance(state, dict) and "position" in state else None

    def set_state(self, state: dict[str, Any], passed: int) -> None:
        """Goes so many batches beyond where the source said that it was."""
        self._source.set_state({**state, "position": state["position"] + passed})  # type: ignore[attr-defined]
