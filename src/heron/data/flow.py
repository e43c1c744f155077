"""What a data set does in one epoch: rows and elements on their way, put in order before any work is done.

A `RowFlow` is a sequence of pieces, each a structure of arrays with a common first axis. Where rows can be read in
any order, a piece is an array of row numbers and reading is put off; of a stream, a piece is a chunk of the data
themselves. Order, batches, parts and shards are the same code for both. An `ElementFlow` is a sequence of tasks and
the work that makes an element of each, so that passing over elements costs nothing and work can be shared out.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from heron.data.structure import form_text, joined, leaves, mapped, row, rows_in, rows_of, stacked
from heron.errors import ArgumentError, ArgumentTypeError, DataError

CHUNK_ROWS = 64  # rows that are read together where no batch says how many
MOST_ROWS_DRAWN = 4096  # rows that leave a buffer of a stream at once


@dataclass(frozen=True, eq=False)
class Work:
    """Makes an element of a task: reads rows, then applies the functions of the user. It can be sent to a process.

    Args:
        load: makes data of row numbers; None where the task is data already.
        row_maps: functions of one row.
        single: whether the element is one row, not a batch of one.
        maps: functions of the element.
        lossy: whether `load` leaves out what it cannot read, and returns what was left out beside the data.
    """

    load: Callable[[Any], Any] | None = None
    row_maps: tuple[Callable[..., Any], ...] = ()
    single: bool = False
    maps: tuple[Callable[..., Any], ...] = ()
    lossy: bool = False

    def __call__(self, task: Any) -> Any:
        data, lost = task if self.load is None else self.load(task), None
        if self.lossy:
            data, lost = data
        if self.single:
            data = applied(self.row_maps, row(data, 0))
        elif self.row_maps and rows_in(data):
            data = stacked([applied(self.row_maps, row(data, i)) for i in range(rows_in(data))])
        data = applied(self.maps, data)
        return (data, lost) if self.lossy else data

    @property
    def is_none(self) -> bool:
        """True when tasks are elements."""
        return self.load is None and not self.maps and not self.row_maps and not self.single

    @property
    def is_light(self) -> bool:
        """True when there is nothing to gain from doing it elsewhere."""
        return not self.row_maps and not self.maps and not self.is_slow

    @property
    def is_slow(self) -> bool:
        """True when reading is worth threads of its own."""
        return getattr(_owner(self.load), "slow", False)

    def where(self, task: Any) -> str:
        """What the task reads, in words; empty where nothing better is known."""
        owner = _owner(self.load)
        return owner.where(task) if hasattr(owner, "where") else ""


def _owner(method: Any) -> Any:
    return getattr(method, "__self__", None)


def applied(functions: Iterable[Callable[..., Any]], data: Any) -> Any:
    """The functions one after the other; a tuple is handed over as several arguments."""
    for function in functions:
        try:
            data = function(*data) if isinstance(data, tuple) else function(data)
        except StopIteration as error:  # which would end the data without a word
            raise DataError(
                f"The function {_name(function)} that was given to map or filter raised StopIteration.\n"
                "Does it call next() on an iterator that is used up?"
            ) from error
        if data is None:
            raise ArgumentTypeError(
                f"The function {_name(function)} that was given to map or filter returned None; expected what becomes "
                "of the element.\nDoes it lack a return at its end?"
            )
    return data


def _name(function: Callable[..., Any]) -> str:
    return repr(getattr(function, "__name__", function))


@dataclass(frozen=True)
class Context:
    """What an epoch is run with.

    Args:
        epoch: its number.
        execute: does the work of tasks, in order: `execute(tasks, work)` is an iterator of elements.
        repetition: the pass over what stands before a `repeat`.
        lost: told of what could not be read and was left out.
    """

    epoch: int = 0
    execute: Callable[[Iterator[Any], Work], Iterator[Any]] = lambda tasks, work: map(work, tasks)
    repetition: int = 0
    lost: Callable[[Any], None] = field(default=lambda lost: None)

    def generator(self, seed: int) -> np.random.Generator:
        """Random numbers that depend on the seed, the epoch and the repetition alone."""
        return np.random.default_rng([seed, self.epoch, self.repetition])


@dataclass(frozen=True)
class RowFlow:
    """Rows in order.

    Args:
        pieces: begins the pieces anew.
        length: the number of rows; None when unknown, `math.inf` for endless.
        load: reads rows by their numbers; None where pieces are data.
        maps: functions of one row.
        lossy: whether `load` may leave rows out.
        shuffled: the pieces in an order by chance, where a stream can be begun in several places.
    """

    pieces: Callable[[], Iterator[Any]]
    length: float | None
    load: Callable[[Any], Any] | None = None
    maps: tuple[Callable[..., Any], ...] = ()
    lossy: bool = False
    shuffled: Callable[[np.random.Generator], Iterator[Any]] | None = None

    def map(self, function: Callable[..., Any]) -> RowFlow:
        return replace(self, maps=(*self.maps, function))

    def filter(self, keep: Callable[..., Any], context: Context) -> RowFlow:
        done = self.done(context)

        def pieces() -> Iterator[Any]:
            for piece in done.pieces():
                kept = [i for i in range(rows_in(piece)) if applied((keep,), row(piece, i))]
                yield rows_of(piece, kept)

        return replace(done, pieces=pieces, length=None, shuffled=None)

    def shuffle(self, size: int | None, seed: int, context: Context) -> RowFlow:
        if size is None and (self.load is None or self.length == math.inf):
            what = "Rows that repeat without end" if self.length == math.inf else "A stream"
            raise ArgumentError(
                f"shuffle: {what} cannot be shuffled as a whole; expected the number of rows to keep in memory and "
                "draw from.\nWrite shuffle(buffer_size=10_000)"
                + (", or put shuffle before repeat." if self.length == math.inf else ".")
            )

        def pieces() -> Iterator[Any]:
            generator = context.generator(seed)
            if size is not None:
                pieces = self.pieces() if self.shuffled is None else self.shuffled(generator)
                return drawn(pieces, size, generator)
            rows = np.array(joined(list(self.pieces())))  # a copy, shuffled in place: half the memory
            generator.shuffle(rows)
            return iter([rows])

        return replace(self, pieces=pieces, shuffled=None)

    def take(self, count: int) -> RowFlow:
        length = None if self.length is None else min(self.length, count)
        return replace(self, pieces=lambda: first_rows(self.pieces(), count), length=length, shuffled=None)

    def skip(self, count: int) -> RowFlow:
        length = None if self.length is None else max(self.length - count, 0)
        return replace(self, pieces=lambda: later_rows(self.pieces(), count), length=length, shuffled=None)

    def shard(self, count: int, index: int) -> RowFlow:
        length = _sharded(self.length, count, index)
        return replace(self, pieces=lambda: every_nth(self.pieces(), count, index), length=length, shuffled=None)

    def batch(self, size: int, drop: bool, context: Context) -> ElementFlow:
        flow = self.done(context) if self.lossy else self
        return ElementFlow(
            lambda: batches(flow.pieces(), size, drop), _batched(flow.length, size, drop), Work(flow.load, flow.maps)
        )

    def elements(self, context: Context) -> ElementFlow:
        """One element for each row."""
        flow = self.done(context) if self.lossy else self
        return ElementFlow(lambda: batches(flow.pieces(), 1, False), flow.length, Work(flow.load, flow.maps, True))

    def done(self, context: Context) -> RowFlow:
        """The same rows as data: whoever asks for a piece has the reading and mapping done."""
        if self.load is None and not self.maps:
            return self
        work = Work(self.load, self.maps, lossy=self.lossy)

        def pieces() -> Iterator[Any]:
            for element in context.execute(batches(self.pieces(), CHUNK_ROWS, False), work):
                if self.lossy:
                    context.lost(element[1])
                yield element[0] if self.lossy else element

        return RowFlow(pieces, None if self.lossy else self.length)


@dataclass(frozen=True)
class ElementFlow:
    """Elements in order: tasks, and the work that makes an element of each."""

    tasks: Callable[[], Iterator[Any]]
    length: float | None
    work: Work = field(default_factory=Work)

    def map(self, function: Callable[..., Any]) -> ElementFlow:
        return replace(self, work=replace(self.work, maps=(*self.work.maps, function)))

    def filter(self, keep: Callable[..., Any], context: Context) -> ElementFlow:
        return ElementFlow(lambda: (e for e in self.run(context) if applied((keep,), e)), None)

    def shuffle(self, size: int | None, seed: int, context: Context) -> ElementFlow:
        if size is None and (self.length is None or self.length == math.inf or self.work.load is None):
            raise ArgumentError(
                "shuffle: A stream cannot be shuffled as a whole; expected the number of elements to keep in memory "
                "and draw from.\nWrite shuffle(buffer_size=1000), best before batch."
            )

        def tasks() -> Iterator[Any]:
            generator = context.generator(seed)
            if size is not None:
                return reservoir(self.tasks(), size, generator)
            every = list(self.tasks())
            return (every[i] for i in generator.permutation(len(every)))

        return replace(self, tasks=tasks)

    def take(self, count: int) -> ElementFlow:
        length = None if self.length is None else min(self.length, count)
        return replace(self, tasks=lambda: itertools.islice(self.tasks(), count), length=length)

    def skip(self, count: int) -> ElementFlow:
        length = None if self.length is None else max(self.length - count, 0)
        return replace(self, tasks=lambda: itertools.islice(self.tasks(), count, None), length=length)

    def shard(self, count: int, index: int) -> ElementFlow:
        length = _sharded(self.length, count, index)
        return replace(self, tasks=lambda: itertools.islice(self.tasks(), index, None, count), length=length)

    def batch(self, size: int, drop: bool, context: Context) -> ElementFlow:
        def tasks() -> Iterator[Any]:
            elements = self.run(context)
            for number in itertools.count():
                group = list(itertools.islice(elements, size))
                if not group or (drop and len(group) < size):
                    return
                try:
                    yield stacked(group)
                except DataError as error:
                    error.add_note(f"(in batch {number}, counted from 0)")
                    raise

        return ElementFlow(tasks, _batched(self.length, size, drop))

    def unbatch(self, context: Context) -> RowFlow:
        return RowFlow(lambda: self.run(context), None)

    def elements(self, context: Context) -> ElementFlow:
        return self

    def run(self, context: Context) -> Iterator[Any]:
        """The elements, made."""
        return self.tasks() if self.work.is_none else context.execute(self.tasks(), self.work)


Flow = RowFlow | ElementFlow


def _batched(length: float | None, size: int, drop: bool) -> float | None:
    if length is None or length == math.inf:
        return length
    return length // size if drop else -(-length // size)


def _sharded(length: float | None, count: int, index: int) -> float | None:
    return length if length is None or length == math.inf else max(0, -((index - length) // count))


def repeated(flow_of: Callable[[int], Flow], count: int | None) -> Flow:
    """The rows or elements of `flow_of(0)`, `flow_of(1)` and so on; without end for None."""
    first = flow_of(0)
    passes = itertools.count() if count is None else range(count)
    length = _repeated_length(first.length, count)
    if isinstance(first, RowFlow):
        rows = lambda: _chained(lambda k: flow_of(k).pieces(), passes)  # type: ignore[union-attr]  # noqa: E731
        return replace(first, pieces=rows, length=length, shuffled=None)
    return replace(first, tasks=lambda: _chained(lambda k: flow_of(k).tasks(), passes), length=length)  # type: ignore[union-attr]


def _repeated_length(length: float | None, count: int | None) -> float | None:
    if count == 0 or length == 0:
        return 0
    if count is None:
        return math.inf
    return None if length is None else length * count


def _chained(part: Callable[[int], Iterator[Any]], passes: Iterable[int]) -> Iterator[Any]:
    for number in passes:
        empty = True
        for item in part(number):
            empty = False
            yield item
        if empty:
            return  # an empty source repeated without end would never give anything


def batches(pieces: Iterator[Any], size: int, drop: bool, first: int | None = None) -> Iterator[Any]:
    """Pieces cut and joined so that each has `size` rows, but for the last, and the first where it is told apart."""
    held: list[Any] = []
    count, usual, size = 0, size, first or size
    for piece in pieces:
        start, rows = 0, rows_in(piece)
        while rows - start >= size - count:
            part = rows_of(piece, slice(start, start + size - count))
            start += size - count
            yield checked([*held, part]) if held else part
            held, count, size = [], 0, usual
        if start < rows:
            held.append(rows_of(piece, slice(start, rows)))
            count += rows - start
    if held and not drop:
        yield checked(held)


def checked(pieces: list[Any]) -> Any:
    """Pieces joined.

    Raises:
        DataError: when their rows differ in shape.
    """
    _check_alike(pieces)
    return joined(pieces)


def _check_alike(pieces: list[Any]) -> None:
    forms = [tuple((path, leaf.shape[1:]) for path, leaf in leaves(piece)) for piece in pieces]
    if any(f != forms[0] for f in forms):
        other = next(p for p, f in zip(pieces, forms, strict=True) if f != forms[0])
        raise DataError(
            f"The rows of a batch must have one shape; one is {form_text(row(pieces[0], 0))}, "
            f"a later one {form_text(row(other, 0))}.\n"
            "Bring them to one shape with map before batch, by padding or resizing."
        )


def first_rows(pieces: Iterator[Any], count: int) -> Iterator[Any]:
    """The first `count` rows."""
    if count <= 0:
        return
    for piece in pieces:
        rows = rows_in(piece)
        yield piece if rows <= count else rows_of(piece, slice(0, count))
        count -= rows
        if count <= 0:
            return


def later_rows(pieces: Iterator[Any], count: int) -> Iterator[Any]:
    """All rows but the first `count`."""
    for piece in pieces:
        rows = rows_in(piece)
        if count < rows:
            yield rows_of(piece, slice(count, None)) if count else piece
        count = max(0, count - rows)


def every_nth(pieces: Iterator[Any], count: int, index: int) -> Iterator[Any]:
    """Rows `index`, `index + count` and so on."""
    passed = 0
    for piece in pieces:
        yield rows_of(piece, slice((index - passed) % count, None, count))
        passed += rows_in(piece)


def drawn(pieces: Iterator[Any], size: int, generator: np.random.Generator) -> Iterator[Any]:
    """Rows in an order drawn from a buffer of `size` rows: those that come take the places of those that leave."""
    blocks = batches(pieces, max(1, min(size // 2, MOST_ROWS_DRAWN)), False, first=size)
    buffer = mapped(np.array, next(blocks, None))  # a copy: rows are written into it
    count = rows_in(buffer)
    for block in blocks:
        places = generator.choice(count, rows_in(block), replace=False)
        yield mapped(lambda a, places=places: np.take(a, places, axis=0), buffer)
        _check_alike([buffer, block])
        buffer = mapped(lambda a, rows, places=places: _with_rows(a, places, rows), buffer, block)
    if count:
        yield rows_of(buffer, generator.permutation(count))


def _with_rows(array: np.ndarray, places: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The array with rows written over those at `places`, in a dtype that holds both."""
    array = array.astype(np.result_type(array, rows), copy=False)
    array[places] = rows
    return array


def reservoir(items: Iterator[Any], size: int, generator: np.random.Generator) -> Iterator[Any]:
    """Items in an order drawn from a buffer of `size` of them, one at a time."""
    held: list[Any] = []
    for item in items:
        if len(held) < size:
            held.append(item)
            continue
        place = int(generator.integers(size))
        yield held[place]
        held[place] = item
    for place in generator.permutation(len(held)):
        yield held[place]
