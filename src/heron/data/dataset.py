"""`Dataset`: batches from anything, gone through as often as wanted, in an order that a seed decides."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from heron.config import draw_seed
from heron.data.flow import Context, ElementFlow, Flow, RowFlow, Work, repeated
from heron.data.sources.arrays import Arrays
from heron.data.sources.items import Generated, Items
from heron.data.structure import mapped
from heron.data.workers.pool import Pool
from heron.errors import ArgumentError, ArgumentTypeError, note, value_text
from heron.validate import NON_NEGATIVE_INT, POSITIVE_INT


class ArraySpec(NamedTuple):
    """The shape and dtype of an array in every element; None for a size that may differ."""

    shape: tuple[int | None, ...]
    dtype: np.dtype[Any]


@dataclass(frozen=True, eq=False)
class Step:
    """One change to what flows: `apply(flow, context, seed)`; `seed` is None where nothing is drawn."""

    name: str
    apply: Callable[[Any, Context, int], Flow]
    seed: int | None = None
    count: int | None = None  # of a repeat
    reshuffles: bool = False  # whether each epoch has an order of its own


class Dataset:
    """Elements that are made when they are asked for: rows at first, batches after `batch`.

    A data set is made by one of the class methods here, or by a function such as
    `heron.utils.image_dataset_from_directory` or `heron.data.csv_dataset`. Every method gives a new data set and
    leaves this one as it is. Each `iter` is a new epoch, with an order of its own drawn from the seed and the number
    of the epoch; it is the same whatever the number of workers. `fit`, `evaluate` and `predict` take a data set of
    batches `x`, `(x, y)` or `(x, y, sample_weight)`.

    Iterators, and the data set itself, have `get_state()` and `set_state(state)`: the state is a small dict that can be
    saved as JSON, and an iterator of the same data set that is set to it goes on where the first one was, in another
    process too. `heron.callbacks.BackupAndRestore` keeps it with the weights.

    Example:
    >>> import heron
    >>> data = heron.data.Dataset.from_arrays([[1.0], [2.0], [3.0]], [10, 20, 30])
    >>> for x, y in data.map(lambda x, y: (x / 2, y)).batch(2):
    ...     print(x.tolist(), y)
    [[0.5], [1.0]] [10 20]
    [[1.5]] [30]
    """

    def __init__(self, source: Any, **about: Any) -> None:
        self._source = source
        self._steps: tuple[Step, ...] = ()
        self._about = about
        self._workers = 0
        self._ahead: int | None = None
        self._pool: Pool | None = None
        self._first = 0  # the element with which the next epoch begins
        self.epoch = 0

    @classmethod
    def from_arrays(cls, x: Any, y: Any = None, sample_weight: Any = None) -> Dataset:
        """Rows of arrays.

        Args:
            x: an array, a list of numbers, or a dict, tuple or list of arrays, with samples along the first axis. What
                `numpy.load(path, mmap_mode="r")` gives is read row by row and never as a whole.
            y: targets, or None.
            sample_weight: the weight of each sample, or None.
        """
        given = (x,) if y is None else (x, y) if sample_weight is None else (x, y, sample_weight)
        return cls(Arrays(given if len(given) > 1 else x))

    @classmethod
    def from_tensor_slices(cls, tensors: Any) -> Dataset:
        """Rows of an array, or of a tuple or dict of arrays: `from_arrays` as `tf.data` writes it."""
        return cls(Arrays(tensors))

    @classmethod
    def from_generator(
        cls, generator: Callable[[], Iterable[Any]] | Iterable[Any], length: int | None = None
    ) -> Dataset:
        """What a generator yields.

        Args:
            generator: the function that makes it, called anew in each epoch; or an iterable that is not used up.
            length: the number of elements, where it is known.
        """
        return cls(Generated(generator, length))

    @classmethod
    def from_sequence(cls, items: Any) -> Dataset:
        """The items of an object with `__len__` and `__getitem__`, which are read in threads or worker processes."""
        return cls(Items(items))

    # ---- changes ---------------------------------------------------------------------------------------------------

    def map(self, function: Callable[..., Any]) -> Dataset:
        """Applies `function` to each element; one that is a tuple is handed over as several arguments."""
        _check_function("map", function)
        return self._with(Step("map", lambda flow, context, seed: flow.map(function)))

    def filter(self, keep: Callable[..., Any]) -> Dataset:
        """Keeps the elements for which `keep` is true."""
        _check_function("filter", keep)
        return self._with(Step("filter", lambda flow, context, seed: flow.filter(keep, context)))

    def shuffle(
        self, buffer_size: int | None = None, seed: int | None = None, reshuffle_each_iteration: bool = True
    ) -> Dataset:
        """Puts the elements into an order by chance.

        Args:
            buffer_size: how many elements are kept to draw from; None to shuffle all, which a stream (a generator, a
                large CSV file) cannot.
            seed: with the number of the epoch it decides the order; None draws one.
            reshuffle_each_iteration: whether each epoch has an order of its own.
        """
        POSITIVE_INT.or_none().check("shuffle", "buffer_size", buffer_size)
        NON_NEGATIVE_INT.or_none().check("shuffle", "seed", seed)

        def apply(flow: Any, context: Context, seed: int) -> Flow:
            fixed = context if reshuffle_each_iteration else replace(context, epoch=0, repetition=0)
            return flow.shuffle(buffer_size, seed, fixed)

        chosen = draw_seed() if seed is None else int(seed)
        return self._with(Step("shuffle", apply, chosen, reshuffles=reshuffle_each_iteration))

    def batch(self, batch_size: int, drop_remainder: bool = False) -> Dataset:
        """Puts elements together along a new first axis.

        Args:
            batch_size: elements in a batch.
            drop_remainder: whether a last batch with fewer is left out.
        """
        POSITIVE_INT.check("batch", "batch_size", batch_size)
        return self._with(
            Step("batch", lambda flow, context, seed: flow.batch(int(batch_size), drop_remainder, context))
        )

    def unbatch(self) -> Dataset:
        """Takes batches apart into rows."""
        return self._with(Step("unbatch", lambda flow, context, seed: flow.elements(context).unbatch(context)))

    def repeat(self, count: int | None = None) -> Dataset:
        """Goes through the elements `count` times, or without end, each time in an order of its own if shuffled."""
        NON_NEGATIVE_INT.or_none().check("repeat", "count", count)
        return self._with(Step("repeat", lambda flow, context, seed: flow, count=count))

    def take(self, count: int) -> Dataset:
        """The first `count` elements."""
        NON_NEGATIVE_INT.check("take", "count", count)
        return self._with(Step("take", lambda flow, context, seed: flow.take(int(count))))

    def skip(self, count: int) -> Dataset:
        """All elements but the first `count`."""
        NON_NEGATIVE_INT.check("skip", "count", count)
        if any(step.reshuffles for step in self._steps):
            note(
                "skip after a shuffle with a new order in each epoch: other elements are left out each time. A part "
                "for validation that is cut off so has been trained on in other epochs.\n"
                "Cut the data with heron.utils.split_dataset; or write shuffle(..., reshuffle_each_iteration=False)."
            )
        return self._with(Step("skip", lambda flow, context, seed: flow.skip(int(count))))

    def shard(self, num_shards: int, index: int) -> Dataset:
        """Every `num_shards`-th element, beginning with number `index`: the part of one of several programs."""
        POSITIVE_INT.check("shard", "num_shards", num_shards)
        NON_NEGATIVE_INT.check("shard", "index", index)
        if index >= num_shards:
            raise ArgumentError(
                f"shard: index must be below num_shards={num_shards}, as shards are counted from 0; received {index}."
            )
        return self._with(Step("shard", lambda flow, context, seed: flow.shard(int(num_shards), int(index))))

    def cache(self) -> Dataset:
        """Keeps the elements in memory from the first whole epoch on; what stands before is not done again."""
        kept: list[Any] = []
        whole = [False]

        def remembered(begin: Callable[[], Iterator[Any]]) -> Iterator[Any]:
            if whole[0]:
                yield from kept
                return
            found = []
            for item in begin():
                found.append(item)
                yield item
            kept[:], whole[0] = found, True

        def apply(flow: Flow, context: Context, seed: int) -> Flow:
            if isinstance(flow, RowFlow):
                done = flow.done(context)
                return replace(done, pieces=lambda: remembered(done.pieces), shuffled=None)
            return ElementFlow(lambda: remembered(lambda: flow.run(context)), flow.length)

        return self._with(Step("cache", apply))

    def prefetch(self, buffer_size: int | None = None, workers: int = 0) -> Dataset:
        """Has elements made ahead of time, by threads or by worker processes.

        Args:
            buffer_size: elements made ahead; None (or -1, `tf.data.AUTOTUNE`) for two for each worker.
            workers: processes that read and apply the functions of `map`; 0 for threads of this process, which is
                better where the time goes into decoding, as that runs in parallel there.
        """
        buffer_size = None if buffer_size == -1 else buffer_size
        POSITIVE_INT.or_none().check("prefetch", "buffer_size", buffer_size)
        NON_NEGATIVE_INT.check("prefetch", "workers", workers)
        changed = self._with()
        changed._workers, changed._ahead = workers, buffer_size or 2 * (workers or 2)
        return changed

    # ---- what it is ------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        """The number of elements.

        Raises:
            TypeError: where it is not known before the end, or there is none.
        """
        length = self._flow(Context()).length
        if length is None or length == math.inf:
            raise ArgumentTypeError(
                "The number of elements of this data set "
                + ("has no end." if length == math.inf else "is not known before it was gone through.")
            )
        return int(length)

    @property
    def class_names(self) -> list[str] | None:
        """The names of the classes, in the order of their numbers; None where there are none."""
        return self._about.get("class_names")

    @property
    def file_paths(self) -> list[str] | None:
        """The files behind the rows, before they are shuffled anew in each epoch; None where there are none."""
        return self._about.get("file_paths")

    @property
    def feature_names(self) -> list[str] | None:
        """The names of the columns of `x`; None where there are none."""
        return self._about.get("feature_names")

    @property
    def element_spec(self) -> Any:
        """The structure of an element with an `ArraySpec` for each array, found by looking at the first element."""
        first = next(self._flow(Context()).elements(Context()).run(Context()), None)
        if first is None:
            raise ArgumentError("The data set has no elements, so there is nothing to describe.")
        batched = self._is_batched

        def spec(leaf: Any) -> ArraySpec:
            array = np.asarray(leaf)
            return ArraySpec((None, *array.shape[1:]) if batched and array.ndim else array.shape, array.dtype)

        return mapped(spec, first)

    @property
    def _is_batched(self) -> bool:
        level = 0
        for step in self._steps:
            level += {"batch": 1, "unbatch": -1}.get(step.name, 0)
        return level > 0

    def __repr__(self) -> str:
        steps = "".join(f".{step.name}" for step in self._steps)
        return f"<Dataset of {type(self._source).__name__}{steps}>"

    def __iter__(self) -> DatasetIterator:
        epoch, self.epoch = self.epoch, self.epoch + 1
        begun = DatasetIterator(self, epoch, self._first)
        self._first = 0
        return begun

    def get_state(self) -> dict[str, Any]:
        """Where the next `iter` begins: the epoch, the element and what the order is drawn from, as plain data.

        Example:
        >>> data = Dataset.from_arrays([1, 2, 3, 4]).shuffle(seed=5).batch(2)
        >>> _ = list(data)
        >>> data.get_state()
        {'epoch': 1, 'position': 0, 'seeds': [5]}
        """
        return {"epoch": self.epoch, "position": self._first, "seeds": list(self._seeds)}

    def set_state(self, state: Any) -> None:
        """Lets the next `iter` begin where another data set, or an iterator of it, was that gave `state`.

        Raises:
            ArgumentError: for the state of a data set with other steps.
        """
        iterator = DatasetIterator(self, 0)
        iterator.set_state(state)
        self.epoch, self._first = int(state["epoch"]), int(state["position"])

    # ---- inside ----------------------------------------------------------------------------------------------------

    def _with(self, *steps: Step, **about: Any) -> Dataset:
        """A data set with more steps; what cannot follow is refused now, not in the first epoch."""
        new = Dataset(self._source, **{**self._about, **about})
        new._steps = (*self._steps, *steps)
        new._workers, new._ahead = self._workers, self._ahead
        new._flow(Context())
        return new

    def _begun_by(self, *steps: Step) -> Dataset:
        """This data set with other steps."""
        self._steps = steps
        return self

    def _flow(self, context: Context, seeds: dict[int, int] | None = None) -> Flow:
        return _flow(self._source, self._steps, context, seeds or {})

    @property
    def _seeds(self) -> list[int]:
        return [step.seed for step in self._steps if step.seed is not None]

    @_seeds.setter
    def _seeds(self, seeds: list[int]) -> None:
        new = iter(seeds)
        self._steps = tuple(step if step.seed is None else replace(step, seed=next(new)) for step in self._steps)

    def _execute(self, tasks: Iterator[Any], work: Work) -> Iterator[Any]:
        """The elements of the tasks: at once where that is quick, else by threads or processes ahead of time."""
        if work.is_light or (self._ahead is None and not work.is_slow):
            return map(work, tasks)
        if self._pool is None or self._pool.is_broken:
            self._pool = Pool(self._workers, self._ahead)
        return self._pool.ordered(tasks, work)


def _flow(source: Any, steps: tuple[Step, ...], context: Context, seeds: dict[int, int]) -> Flow:
    flow: Flow = _source_flow(source)
    for number, step in enumerate(steps):
        if step.name == "repeat":

            def part(k: int, number: int = number) -> Flow:
                inner = replace(context, repetition=context.repetition * 1_000_003 + k)
                return _flow(source, steps[:number], inner, seeds)

            flow = repeated(part, step.count)
        else:
            flow = step.apply(flow, context, seeds.get(number, step.seed or 0))
    return flow


def _source_flow(source: Any) -> Flow:
    if hasattr(source, "read"):
        rows = len(source)
        kind = np.uint32 if rows < 2**32 else np.int64
        lossy = getattr(source, "lossy", False)
        return RowFlow(lambda: iter([np.arange(rows, dtype=kind)]), rows, source.read, lossy=lossy)
    if hasattr(source, "pieces"):
        return RowFlow(source.pieces, source.length, shuffled=getattr(source, "shuffled", None))
    return ElementFlow(source.elements, source.length)


def _check_function(owner: str, function: Any) -> None:
    if not callable(function):
        raise ArgumentTypeError(
            f"{owner} expects a function of one element, such as lambda x, y: (x / 255, y); "
            f"received {value_text(function)}."
        )


class DatasetIterator:
    """The elements of one epoch of a data set.

    `get_state()` says how far it is; `set_state(state)` goes there, also in another process. The elements that were
    passed are not read again where rows can be read in any order; of a stream they are.
    """

    def __init__(self, dataset: Dataset, epoch: int, position: int = 0) -> None:
        self._dataset = dataset
        self._epoch = epoch
        self._seeds = dataset._seeds
        self._position = position
        self._running: Iterator[Any] | None = None
        self._lost: list[str] = []

    def __iter__(self) -> DatasetIterator:
        return self

    def __next__(self) -> Any:
        if self._running is None:
            self._running = self._begin()
        try:
            element = next(self._running)
        except StopIteration:
            self._report()
            raise
        except Exception as error:
            self._running = None  # asked again, it fails again, and does not seem to have ended
            error.add_note(f"(in element {self._position} of epoch {self._epoch} of the data set, counted from 0)")
            raise
        self._position += 1
        return element

    def _begin(self) -> Iterator[Any]:
        places = [i for i, step in enumerate(self._dataset._steps) if step.seed is not None]
        context = Context(self._epoch, self._dataset._execute, lost=self._lost.extend)
        flow = self._dataset._flow(context, dict(zip(places, self._seeds, strict=True)))
        return flow.elements(context).skip(self._position).run(context)

    def _report(self) -> None:
        if self._lost:
            some = "; ".join(self._lost[:5]) + ("; ..." if len(self._lost) > 5 else "")
            note(f"{len(self._lost)} could not be read and {'was' if len(self._lost) == 1 else 'were'} skipped: {some}")
            self._lost = []

    def get_state(self) -> dict[str, Any]:
        """How far the iterator is: the epoch, the elements given so far, and what the order was drawn from."""
        return {"epoch": self._epoch, "position": self._position, "seeds": list(self._seeds)}

    def set_state(self, state: Any) -> None:
        """Goes to where the iterator was that gave `state`; the epochs of the data set are counted on from there.

        Raises:
            ArgumentError: for the state of a data set with other steps.
        """
        if set(state if isinstance(state, dict) else ()) != {"epoch", "position", "seeds"}:
            raise ArgumentError(f"set_state expects what get_state returned; received {value_text(state)}.")
        if len(state["seeds"]) != len(self._seeds):
            raise ArgumentError(
                f"set_state: the state is of a data set that shuffles {len(state['seeds'])} times, this one shuffles "
                f"{len(self._seeds)} times.\nBuild the data set by the same calls as before, then set the state."
            )
        self.close()
        self._epoch, self._position = int(state["epoch"]), int(state["position"])
        self._seeds = [int(seed) for seed in state["seeds"]]
        self._dataset.epoch = self._epoch + 1
        self._dataset._seeds = self._seeds

    def close(self) -> None:
        """Stops what is being made ahead of time."""
        running, self._running = self._running, None
        with contextlib.suppress(AttributeError):
            running.close()  # type: ignore[union-attr]
