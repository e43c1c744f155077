"""Batches by number: PyDataset, and how its batches are made ahead of time, in threads or processes, in order."""

from __future__ import annotations

import collections
import copy
import itertools
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np

from heron.data.workers.pool import TOO_LONG, Pool, finished, hanging
from heron.errors import ArgumentError, ArgumentTypeError, DataError, value_text
from heron.validate import is_int


class PyDataset:
    """Base class of data sets that give whole batches by number, perhaps made by several workers.

    A subclass has `__len__`, the number of batches, and `__getitem__(index)`, which returns a batch: `x`, `(x, y)` or
    `(x, y, sample_weight)`. It may have `on_epoch_begin` and `on_epoch_end`. In place of `__len__` it may have the
    property `num_batches`, None for a data set without end.

    A data set that keeps an order of its own may have `get_state()`, which returns it as plain data, and
    `set_state(state)`: `BackupAndRestore` then goes on in it.

    `fit` visits the batches in a new order in each epoch, as Keras does; `shuffle=False` keeps theirs. Batches arrive
    in the order in which they were asked for, however many workers make them.

    Args:
        workers: how many batches are made at a time. Default 1: none ahead of the others.
        use_multiprocessing: whether workers are processes rather than threads. Each works on a copy of the data set,
            taken anew at the beginning of each epoch. Default False.
        max_queue_size: how many batches may lie ready. Default 10.

    Raises:
        DataError: in training, when a worker process dies, with the number of the batch. What `__getitem__` raises
            comes through as it is, with that number in a note.

    Example:
    >>> class Squares(PyDataset):
    ...     def __len__(self):
    ...         return 3
    ...
    ...     def __getitem__(self, index):
    ...         x = np.arange(4.0) + index
    ...         return x, x**2
    >>> [y[0].item() for x, y in Squares(workers=2)]
    [0.0, 1.0, 4.0]
    """

    _workers, _use_multiprocessing, _max_queue_size = 1, False, 10

    def __init__(self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10) -> None:
        for name, value, least in (("workers", workers, 0), ("max_queue_size", max_queue_size, 1)):
            if not is_int(value) or value < least:
                raise ArgumentError(
                    f"{type(self).__name__}({name}=...) must be an integer of {least} or more; received "
                    f"{value_text(value)}. {'1 is the default.' if name == 'workers' else '10 is the default.'}"
                )
        self.workers = workers
        self.use_multiprocessing = use_multiprocessing
        self.max_queue_size = max_queue_size

    @property
    def workers(self) -> int:
        """How many batches are made at a time."""
        return self._workers

    @workers.setter
    def workers(self, value: int) -> None:
        self._workers = value

    @property
    def use_multiprocessing(self) -> bool:
        """Whether workers are processes."""
        return self._use_multiprocessing

    @use_multiprocessing.setter
    def use_multiprocessing(self, value: bool) -> None:
        self._use_multiprocessing = bool(value)

    @property
    def max_queue_size(self) -> int:
        """How many batches may lie ready."""
        return self._max_queue_size

    @max_queue_size.setter
    def max_queue_size(self, value: int) -> None:
        self._max_queue_size = value

    def __getitem__(self, index: int) -> Any:
        """The batch of a number; to be written by subclasses."""
        raise NotImplementedError(
            f"{type(self).__name__} needs a method __getitem__(self, index), which returns a batch"
        )

    def __iter__(self) -> Iterator[Any]:
        count = batch_count(self)
        return (self[index] for index in (itertools.count() if count is None else range(count)))

    @property
    def num_batches(self) -> int | None:
        """How many batches there are; None for a data set without end."""
        if hasattr(self, "__len__"):
            return len(self)
        raise NotImplementedError(
            f"{type(self).__name__} needs a method __len__(self), or a property num_batches, that says how many "
            "batches it has; num_batches may be None for no end."
        )

    def on_epoch_begin(self) -> None:
        """Called at the beginning of each epoch."""

    def on_epoch_end(self) -> None:
        """Called when the last batch of an epoch was made."""


def batch_count(dataset: Any) -> int | None:
    """The number of batches of a `PyDataset` or something like it; None for no end.

    Raises:
        DataError: when it has none.
    """
    count = dataset.num_batches if hasattr(type(dataset), "num_batches") else len(dataset)
    if count is not None and not is_int(count):
        raise ArgumentTypeError(
            f"{type(dataset).__name__}: the number of batches must be an integer; received {value_text(count)}.\n"
            "Write math.ceil(len(x) / batch_size)."
        )
    if count == 0:
        raise DataError(
            f"{type(dataset).__name__} has 0 batches. Expected at least one.\n"
            "Is its data empty, or does __len__ round down? Write math.ceil(len(x) / batch_size)."
        )
    return None if count is None else int(count)


class Making:
    """Makes the batches of a data set, epoch by epoch; threads and processes live as long as this does.

    Args:
        dataset: a `PyDataset`, or anything with `__getitem__` and `__len__` or `num_batches`.
        generator: draws the order of each epoch; None for the order of the numbers.
    """

    def __init__(self, dataset: Any, generator: np.random.Generator | None = None) -> None:
        self._dataset, self._generator = dataset, generator
        workers = int(getattr(dataset, "workers", 1) or 0)
        self._ahead = int(getattr(dataset, "max_queue_size", 10))
        in_processes = bool(getattr(dataset, "use_multiprocessing", False)) and workers > 0
        self._pool = Pool(workers, ahead=max(1, self._ahead)) if in_processes else None
        self._workers = workers

    def epoch(self) -> Epoch:
        """The batches of one epoch."""
        return Epoch(self._dataset, self._generator, self._made)

    def _made(self, order: Iterator[int]) -> Iterator[Any]:
        if self._pool is not None:
            if self._pool.is_broken:
                self._pool = Pool(self._workers, ahead=max(1, self._ahead))
            return self._pool.ordered(order, ByNumber(self._dataset))
        return self._in_threads(order) if self._workers > 1 else map(self._dataset.__getitem__, order)

    def _in_threads(self, order: Iterator[int]) -> Iterator[Any]:
        waiting: collections.deque[tuple[int, Future[Any]]] = collections.deque()
        threads = ThreadPoolExecutor(self._workers, "heron-batches")
        try:
            for index in order:
                waiting.append((index, threads.submit(self._dataset.__getitem__, index)))
                if len(waiting) > max(self._ahead, self._workers):
                    yield self._result(*waiting.popleft())
            while waiting:
                yield self._result(*waiting.popleft())
        finally:
            threads.shutdown(wait=False, cancel_futures=True)

    def _result(self, index: int, future: Future[Any]) -> Any:
        if (result := finished(future)) is TOO_LONG:
            raise hanging("A thread", ByNumber(self._dataset).where(index))
        return result


class Epoch:
    """The batches of one epoch of a data set, which can begin after those that another process has used.

    Args:
        dataset: asked for the number of batches, and told of the epoch.
        generator: draws the order; None for the order of the numbers.
        make: makes the batches of numbers.
    """

    def __init__(
        self,
        dataset: Any,
        generator: np.random.Generator | None,
        make: Callable[[Iterator[int]], Iterator[Any]],
    ) -> None:
        self._dataset, self._generator, self._make = dataset, generator, make
        self._passed = 0
        self._running: Iterator[Any] | None = None

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        if self._running is None:
            self._running = self._batches()
        return next(self._running)

    def get_state(self) -> dict[str, Any]:
        """Where the epoch begins, before its first batch was asked for: what its order is drawn from."""
        state = {
            "position": 0,
            "order": None if self._generator is None else self._generator.bit_generator.state,
        }
        if hasattr(self._dataset, "get_state"):
            state["dataset"] = copy.deepcopy(self._dataset.get_state())
        return state

    def set_state(self, state: dict[str, Any]) -> None:
        """Goes to where another epoch was; what was used by then is not made again."""
        self._passed, self._running = int(state["position"]), None
        if self._generator is not None and state["order"] is not None:
            self._generator.bit_generator.state = state["order"]
        if "dataset" in state and hasattr(self._dataset, "set_state"):
            self._dataset.set_state(state["dataset"])

    def _batches(self) -> Iterator[Any]:
        dataset = self._dataset
        if hasattr(dataset, "on_epoch_begin"):
            dataset.on_epoch_begin()
        count = batch_count(dataset)
        order: Iterable[int] = itertools.count() if count is None else range(count)
        if count is not None and self._generator is not None:
            order = self._generator.permutation(count).tolist()
        order, numbers = itertools.tee(itertools.islice(order, self._passed, None))
        made = self._passed
        if made and made == count and hasattr(dataset, "on_epoch_end"):
            dataset.on_epoch_end()
        batches = self._make(order)
        while True:
            number = next(numbers, None)
            try:
                batch = next(batches, _ENDED) if number is not None else None
                if batch is _ENDED:
                    raise DataError(
                        f"{type(dataset).__name__} has no batch {number}: its __getitem__ raised StopIteration. "
                        f"Expected {count or 'endless'} batches, as it says.\n"
                        "Does it call next() on an iterator that is used up?"
                    )
            except Exception as error:
                error.add_note(f"(while making batch {number} of {type(dataset).__name__}, counted from 0)")
                raise
            if number is None:
                return
            made += 1
            if made == count and hasattr(dataset, "on_epoch_end"):
                dataset.on_epoch_end()  # now, as nobody may ask for a batch after the last
            yield batch


_ENDED = object()


class ByNumber:
    """The work of a process: a batch of a data set, of which it has a copy."""

    def __init__(self, dataset: Any) -> None:
        self._dataset = dataset

    def __call__(self, index: int) -> Any:
        return self._dataset[index]

    def where(self, index: int) -> str:
        """What is made, in words."""
        return f"batch {index} of {type(self._dataset).__name__}"
