"""`tf.data`: its data set, on top of `heron.data.Dataset`."""

from __future__ import annotations

import glob
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import heron
from heron.compat.tf.host import host_tensor, host_tensors, on_host, plain, raw
from heron.errors import ArgumentError, ArgumentTypeError, value_text

AUTOTUNE = -1
INFINITE_CARDINALITY, UNKNOWN_CARDINALITY = -1, -2

_RECORDS = "TFRecords are files of TensorFlow.\nWrite numpy.savez(path, x=x, y=y) and numpy.load(path)."
GONE = {
    "FixedLengthRecordDataset": _RECORDS,
    "TFRecordDataset": _RECORDS,
    "Iterator": "Write iter(dataset).",
    "make_csv_dataset": "Write pandas.read_csv(path), and give fit the columns.",
    "service": "A program runs on one machine.\nLeave it out.",
}


class Options:
    """Options of a data set, which have no effect."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = self.__dict__[name] = Options()
        return made


def _in_numpy(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function of a pipeline: it is given tensors, and computes with NumPy where it can."""

    def called(*element: Any) -> Any:
        with on_host():
            return plain(function(*(host_tensors(part) for part in element)))

    return called


def _arrays(tensors: Any) -> Any:
    """Tensors, columns of tables and lists as arrays."""
    if isinstance(tensors, dict) or hasattr(tensors, "to_dict"):
        return {name: _arrays(tensors[name]) for name in tensors}
    if isinstance(tensors, tuple):
        return tuple(_arrays(part) for part in tensors)
    return np.asarray(raw(tensors))


class Dataset:
    """Elements of a pipeline, as `tf.data.Dataset` has them.

    Iterating over it gives tensors, with `numpy()`; `fit`, `evaluate` and `predict` take it as it is. `data` is the
    `heron.data.Dataset` in it.

    Example:
    >>> numbers = Dataset.range(5).map(lambda x: x * x).batch(2)
    >>> [batch.numpy().tolist() for batch in numbers], len(numbers)
    ([[0, 1], [4, 9], [16]], 3)
    """

    def __init__(self, data: heron.data.Dataset) -> None:
        self.data = data

    # ---- made of ---------------------------------------------------------------------------------------------------

    @classmethod
    def from_tensor_slices(cls, tensors: Any, name: str | None = None) -> Dataset:
        """The rows of arrays, or of a tuple or dict of arrays."""
        return cls(heron.data.Dataset.from_tensor_slices(_arrays(tensors)))

    @classmethod
    def from_tensors(cls, tensors: Any, name: str | None = None) -> Dataset:
        """One element."""
        element = _arrays(tensors)
        return cls(heron.data.Dataset.from_generator(lambda: iter([element]), 1))

    @classmethod
    def from_generator(
        cls, generator: Callable[..., Any], output_types: Any = None, output_shapes: Any = None, args: Any = (),
        output_signature: Any = None, name: str | None = None,
    ) -> Dataset:  # fmt: skip
        """What a function yields, in the dtypes of `output_types` or `output_signature`."""
        signature = output_types if output_signature is None else output_signature

        def begin() -> Iterator[Any]:
            return (element if signature is None else _typed(element, signature) for element in generator(*args))

        return cls(heron.data.Dataset.from_generator(begin))

    @classmethod
    def range(cls, *args: int, **kwargs: Any) -> Dataset:
        """Whole numbers, as Python's `range`."""
        numbers = np.arange(*args, dtype="int64")
        return cls.from_tensor_slices(numbers) if len(numbers) else cls._of(lambda: iter(()), 0)

    @classmethod
    def zip(cls, *datasets: Any, **kwargs: Any) -> Dataset:
        """Tuples of elements of several data sets, as many as the shortest has."""
        datasets = datasets or tuple(kwargs["datasets"])
        parts = datasets[0] if len(datasets) == 1 and isinstance(datasets[0], tuple | list) else datasets
        counts = [int(part.cardinality()) for part in parts]
        known = [n for n in counts if n >= 0]
        length = min(known) if known and UNKNOWN_CARDINALITY not in counts else None
        return cls._of(lambda: zip(*(part.as_numpy_iterator() for part in parts), strict=False), length)

    @classmethod
    def list_files(
        cls, file_pattern: Any, shuffle: bool | None = None, seed: int | None = None, name: Any = None
    ) -> Dataset:
        """The paths that fit a pattern.

        Raises:
            ArgumentError: where none does.
        """
        patterns = [file_pattern] if isinstance(file_pattern, str | Path) else list(file_pattern)
        found = sorted(path for pattern in patterns for path in glob.glob(str(pattern)))
        if not found:
            raise ArgumentError(
                f"list_files: no file fits {value_text(file_pattern)}. Paths are relative to {str(Path.cwd())!r}."
            )
        files = cls.from_tensor_slices(np.array(found, dtype=object))
        return files if shuffle is False else files.shuffle(len(found), seed)

    @staticmethod
    def _of(begin: Callable[[], Iterator[Any]], length: int | None = None) -> Dataset:
        return Dataset(heron.data.Dataset.from_generator(begin, length))

    # ---- changed ---------------------------------------------------------------------------------------------------

    def map(self, map_func: Callable[..., Any], num_parallel_calls: Any = None, deterministic: Any = None,
            name: str | None = None) -> Dataset:  # fmt: skip
        """A function of each element; what it calls in `tf` is computed with NumPy where that is possible."""
        return Dataset(self.data.map(_in_numpy(map_func)))

    def filter(self, predicate: Callable[..., Any], name: str | None = None) -> Dataset:
        """The elements for which a function is true."""
        return Dataset(self.data.filter(_in_numpy(predicate)))

    def batch(self, batch_size: int, drop_remainder: bool = False, num_parallel_calls: Any = None,
              deterministic: Any = None, name: str | None = None) -> Dataset:  # fmt: skip
        """Elements together, along a new first axis."""
        return Dataset(self.data.batch(int(batch_size), drop_remainder))

    def padded_batch(self, batch_size: int, padded_shapes: Any = None, padding_values: Any = None,
                     drop_remainder: bool = False, name: str | None = None) -> Dataset:  # fmt: skip
        """Elements of several lengths together, the short ones filled up with zeros, or `padding_values`."""

        def begin() -> Iterator[Any]:
            held: list[Any] = []
            for element in self.as_numpy_iterator():
                held.append(element)
                if len(held) == batch_size:
                    yield _padded(held, padding_values)
                    held = []
            if held and not drop_remainder:
                yield _padded(held, padding_values)

        return self._of(begin)

    def shuffle(self, buffer_size: Any, seed: int | None = None, reshuffle_each_iteration: bool | None = None,
                name: str | None = None) -> Dataset:  # fmt: skip
        """The elements in an order by chance, drawn from `buffer_size` at a time."""
        return Dataset(self.data.shuffle(max(1, int(buffer_size)), seed, reshuffle_each_iteration is not False))

    def repeat(self, count: int | None = None, name: str | None = None) -> Dataset:
        """The elements `count` times, or without end."""
        return Dataset(self.data.repeat(None if count is None or count < 0 else int(count)))

    def take(self, count: Any, name: str | None = None) -> Dataset:
        """The first elements; -1 for all."""
        return self if int(count) < 0 else Dataset(self.data.take(int(count)))

    def skip(self, count: Any, name: str | None = None) -> Dataset:
        """All but the first elements."""
        return Dataset(self.data.skip(int(count)))

    def shard(self, num_shards: int, index: int, name: str | None = None) -> Dataset:
        """Every `num_shards`-th element."""
        return Dataset(self.data.shard(int(num_shards), int(index)))

    def cache(self, filename: str = "", name: str | None = None) -> Dataset:
        """Keeps the elements in memory, from the first time on."""
        return Dataset(self.data.cache())

    def prefetch(self, buffer_size: Any, name: str | None = None) -> Dataset:
        """Has elements made ahead of time, by threads."""
        return Dataset(self.data.prefetch(None if int(buffer_size) < 1 else int(buffer_size)))

    def unbatch(self, name: str | None = None) -> Dataset:
        """The rows of batches."""
        return Dataset(self.data.unbatch())

    def with_options(self, options: Any, name: str | None = None) -> Dataset:
        """The data set itself."""
        return self

    def apply(self, transformation_func: Callable[[Dataset], Dataset]) -> Dataset:
        """A function of the data set."""
        return transformation_func(self)

    def concatenate(self, dataset: Dataset, name: str | None = None) -> Dataset:
        """The elements, and then those of another."""

        def begin() -> Iterator[Any]:
            yield from self.as_numpy_iterator()
            yield from dataset.as_numpy_iterator()

        counts = int(self.cardinality()), int(dataset.cardinality())
        return self._of(begin, sum(counts) if min(counts) >= 0 else None)

    def enumerate(self, start: int = 0, name: str | None = None) -> Dataset:
        """Each element with its number."""
        count = int(self.cardinality())
        return self._of(
            lambda: ((np.int64(i), one) for i, one in enumerate(self.as_numpy_iterator(), start)),
            count if count >= 0 else None,
        )

    def flat_map(self, map_func: Callable[..., Any], name: str | None = None) -> Dataset:
        """The elements of the data sets that a function makes of elements, one after the other."""

        def begin() -> Iterator[Any]:
            for element in self:
                made = map_func(*element) if isinstance(element, tuple) else map_func(element)
                yield from made.as_numpy_iterator()

        return self._of(begin)

    def interleave(self, map_func: Callable[..., Any], *args: Any, **kwargs: Any) -> Dataset:
        """`flat_map`, which has the same elements in a simpler order."""
        return self.flat_map(map_func)

    def window(self, size: int, shift: int | None = None, stride: int = 1, drop_remainder: bool = False,
               name: str | None = None) -> Dataset:  # fmt: skip
        """Data sets of so many elements that follow each other, for `flat_map`."""
        return _Windows(self, size, shift or size, stride, drop_remainder)

    # ---- gone through ----------------------------------------------------------------------------------------------

    def as_numpy_iterator(self) -> Iterator[Any]:
        """The elements as arrays of NumPy."""
        return iter(self.data)

    def __iter__(self) -> Iterator[Any]:
        return map(host_tensors, self.as_numpy_iterator())

    def reduce(self, initial_state: Any, reduce_func: Callable[[Any, Any], Any], name: str | None = None) -> Any:
        """A function of what came out so far and each element."""
        state = initial_state
        for element in self:
            state = reduce_func(state, element)
        return state

    def __len__(self) -> int:
        return len(self.data)

    def cardinality(self, name: str | None = None) -> Any:
        """How many elements, as a tensor: -1 without end, -2 if nobody knows."""
        try:
            return host_tensor(np.int64(len(self.data)))
        except ArgumentTypeError as unknown:
            endless = "no end" in str(unknown)
            return host_tensor(np.int64(INFINITE_CARDINALITY if endless else UNKNOWN_CARDINALITY))

    @property
    def element_spec(self) -> Any:
        """The shapes and dtypes of an element."""
        return self.data.element_spec

    @property
    def class_names(self) -> list[str] | None:
        """The names of the classes of a folder."""
        return self.data.class_names

    @property
    def file_paths(self) -> list[str] | None:
        """The files of a folder."""
        return self.data.file_paths

    def __repr__(self) -> str:
        return f"<tf.data.Dataset on {self.data!r}>"


class _Windows(Dataset):
    """What `window` gives: each element is a data set."""

    def __init__(self, rows: Dataset, size: int, shift: int, stride: int, drop_remainder: bool) -> None:
        self.rows, self.size, self.shift, self.stride, self.drop_remainder = rows, size, shift, stride, drop_remainder

    def as_numpy_iterator(self) -> Iterator[Any]:
        held: list[Any] = []
        reach = (self.size - 1) * self.stride + 1
        source = iter(self.rows.as_numpy_iterator())
        for element in source:
            held.append(element)
            if len(held) >= reach:
                yield self._window(held[: reach : self.stride])
                for _ in np.arange(self.shift - len(held[: self.shift])):
                    next(source, None)
                held = held[self.shift :]
        while held and not self.drop_remainder:
            yield self._window(held[: reach : self.stride])
            held = held[self.shift :]

    def _window(self, elements: list[Any]) -> Dataset:
        return Dataset.from_tensor_slices(_stacked(elements))

    def __iter__(self) -> Iterator[Any]:
        return self.as_numpy_iterator()

    def cardinality(self, name: str | None = None) -> Any:
        return host_tensor(np.int64(UNKNOWN_CARDINALITY))


class TextLineDataset(Dataset):
    """The lines of text files."""

    def __init__(self, filenames: Any, **kwargs: Any) -> None:
        paths = (
            [filenames] if isinstance(filenames, str | Path) else [str(path) for path in np.asarray(filenames).ravel()]
        )

        def begin() -> Iterator[Any]:
            for path in paths:
                yield from Path(path).read_text(encoding="utf-8").splitlines()

        super().__init__(heron.data.Dataset.from_generator(begin))


def cardinality(dataset: Dataset) -> Any:
    """How many elements a data set has."""
    return dataset.cardinality()


def _typed(element: Any, signature: Any) -> Any:
    if isinstance(signature, tuple | list):
        return tuple(_typed(part, one) for part, one in zip(element, signature, strict=True))
    if isinstance(signature, dict):
        return {name: _typed(element[name], one) for name, one in signature.items()}
    kind = str(getattr(signature, "dtype", signature))
    return np.asarray(raw(element), dtype=object if kind == "string" else kind)


def _stacked(elements: list[Any]) -> Any:
    first = elements[0]
    if isinstance(first, tuple):
        return tuple(_stacked(list(parts)) for parts in zip(*elements, strict=True))
    if isinstance(first, dict):
        return {name: _stacked([one[name] for one in elements]) for name in first}
    return np.stack(elements)


def _padded(elements: list[Any], filling: Any) -> Any:
    first = elements[0]
    if isinstance(first, tuple):
        fillings = filling if isinstance(filling, tuple) else (filling,) * len(first)
        return tuple(
            _padded(list(parts), one) for parts, one in zip(zip(*elements, strict=True), fillings, strict=True)
        )
    if isinstance(first, dict):
        return {name: _padded([one[name] for one in elements], (filling or {}).get(name)) for name in first}
    arrays = [np.asarray(one) for one in elements]
    shape = np.max([one.shape for one in arrays], axis=0) if arrays[0].ndim else ()
    made = np.full((len(arrays), *map(int, shape)), 0 if filling is None else filling, dtype=arrays[0].dtype)
    for row, one in zip(made, arrays, strict=True):
        if one.ndim:
            row[tuple(np.s_[:n] for n in one.shape)] = one
    return np.stack(arrays) if not arrays[0].ndim else made


__all__ = "AUTOTUNE Dataset INFINITE_CARDINALITY Options TextLineDataset UNKNOWN_CARDINALITY cardinality".split()
