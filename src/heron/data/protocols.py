"""Data sets of many libraries, each recognised by what it can do, never by importing its library."""

from __future__ import annotations

import functools
import inspect
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import jax
import numpy as np

from heron import config
from heron.data.arrays import is_dataclass, on_host
from heron.data.py_dataset import Making, batch_count
from heron.data.rows import LazyRows, is_sparse
from heron.data.tables import is_column, is_lazy_column, table_of
from heron.errors import ArgumentTypeError, DataError, suggestion, value_text

_LABELS = ("label", "labels", "target", "targets", "y")


class Source(NamedTuple):
    """Batches, in the form in which they are read.

    Attributes:
        begin: makes an iterator of the batches of an epoch.
        steps: the batches in an epoch; None if nobody knows, `math.inf` for no end.
        name: what messages call it.
    """

    begin: Callable[[], Iterator[Any]]
    steps: float | None = None
    name: str = "data source"


def is_stream(x: Any) -> bool:
    """True for generators, their functions, data sets, loaders and other iterables of batches; False for arrays."""
    if x is None or isinstance(x, list | tuple | Mapping | np.ndarray | jax.Array | str | bytes | LazyRows):
        return False
    if hasattr(x, "__array__") or is_sparse(x) or is_column(x) or is_lazy_column(x) or is_dataclass(x):
        return False
    if hasattr(x, "collect_schema") or table_of(x) is not None or hasattr(x, "row_splits") or hasattr(x, "dense_shape"):
        return False
    if _makes_batches(x):
        return True
    has_rows = hasattr(x, "__getitem__") and (hasattr(x, "__len__") or hasattr(type(x), "num_batches"))
    return hasattr(x, "__next__") or hasattr(x, "__iter__") or has_rows


def held_arrays(x: Any) -> tuple[Any, ...] | None:
    """The arrays of a torch `TensorDataset`, which are in memory anyway: inputs, targets, weights; else None."""
    tensors = getattr(x, "tensors", None)
    if not _is_torch_dataset(x) or not isinstance(tensors, tuple) or not 1 <= len(tensors) <= 3:
        return None
    return tensors


def source_of(x: Any, batch_size: int, shuffle: Any) -> Source:
    """The batches of a data set.

    Args:
        x: anything for which `is_stream` is true.
        batch_size: the size of batches for data sets that give single samples: those of torch and Hugging Face.
        shuffle: whether the order is new in each epoch, for data sets whose parts have numbers.
    """
    if _makes_batches(x):
        return Source(lambda: _called(x))
    if _is_hugging_face(x):
        return _hugging_face(x, batch_size, shuffle)
    if _is_torch_dataset(x):
        return _torch_dataset(x, batch_size, shuffle)
    if hasattr(x, "as_numpy_iterator") and hasattr(x, "cardinality"):
        return Source(lambda: iter(x.as_numpy_iterator()), _cardinality(x), "tf.data.Dataset")
    by_number = hasattr(x, "__getitem__") and (hasattr(x, "__len__") or hasattr(type(x), "num_batches"))
    if by_number and (hasattr(x, "on_epoch_end") or not hasattr(x, "__iter__")):
        orders = _generator(shuffle) if hasattr(type(x), "num_batches") else None
        count = batch_count(x)
        return Source(Making(x, orders).epoch, math.inf if count is None else count, type(x).__name__)
    return Source(lambda: iter(x), _length(x), _name(x))


def _generator(shuffle: Any) -> np.random.Generator | None:
    return np.random.default_rng(config.draw_seed()) if shuffle else None


def _name(x: Any) -> str:
    return "data source" if inspect.isgenerator(x) or type(x).__module__ == "builtins" else type(x).__name__


def _length(x: Any) -> float | None:
    try:
        count = len(x)
    except TypeError:
        return None
    except OverflowError:
        return math.inf
    return math.inf if count >= sys.maxsize // 2 else count  # what an endless data set of grain says


# ---- functions ------------------------------------------------------------------------------------------------------


def _makes_batches(x: Any) -> bool:
    """Whether `x` is a function from nothing to an iterable of batches."""
    inner = x.func if isinstance(x, functools.partial) else x
    return inspect.isfunction(inner) or inspect.ismethod(inner)


def _called(function: Any) -> Iterator[Any]:
    needed = [
        name
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.default is parameter.empty and parameter.kind in (0, 1, 3)
    ]
    name = getattr(getattr(function, "func", function), "__name__", "function")
    if needed:
        raise ArgumentTypeError(
            f"x is the function {name}, which needs the arguments {', '.join(needed)}. Expected batches, or a function "
            f"that needs no arguments.\nWrite fit(lambda: {name}(...)), or fit({name}(...)) for a single epoch."
        )
    batches = function()
    if not isinstance(batches, Iterable) or isinstance(batches, np.ndarray | jax.Array | str | Mapping):
        raise ArgumentTypeError(
            f"x is the function {name}, which returned {value_text(batches)}. Expected an iterable of batches (x, y).\n"
            "Let it yield them, or call fit with the arrays themselves."
        )
    return iter(batches)


# ---- TensorFlow -----------------------------------------------------------------------------------------------------


def _cardinality(dataset: Any) -> float | None:
    count = int(dataset.cardinality())
    return count if count >= 0 else math.inf if count == -1 else None  # -1 and -2 are TensorFlow's signs


# ---- torch ----------------------------------------------------------------------------------------------------------


def _is_torch_dataset(x: Any) -> bool:
    """Whether `x` gives single samples, as the `Dataset` of torch does; its loaders give batches."""
    return any(
        base.__name__ in ("Dataset", "IterableDataset") and base.__module__.startswith("torch.utils.data")
        for base in type(x).__mro__
    )


def _torch_dataset(dataset: Any, batch_size: int, shuffle: Any) -> Source:
    if not hasattr(dataset, "__len__"):
        return Source(lambda: _grouped(dataset, batch_size), None, type(dataset).__name__)

    def fetch(rows: list[int]) -> Any:
        several = getattr(dataset, "__getitems__", None)
        return stacked(several(rows) if several is not None else [dataset[row] for row in rows])

    return _sampled(fetch, len(dataset), batch_size, shuffle, type(dataset).__name__)


def _grouped(samples: Iterable[Any], batch_size: int) -> Iterator[Any]:
    held: list[Any] = []
    for sample in samples:
        held.append(sample)
        if len(held) == batch_size:
            yield stacked(held)
            held = []
    if held:
        yield stacked(held)


def _sampled(fetch: Callable[[list[int]], Any], count: int, batch_size: int, shuffle: Any, name: str) -> Source:
    """Batches of samples that have numbers."""
    if not count:
        raise DataError(f"The {name} has no samples. Check how it was read or filtered.")
    orders = _generator(shuffle)

    def batches() -> Iterator[Any]:
        order = np.arange(count) if orders is None else orders.permutation(count)
        return (fetch(order[i : i + batch_size].tolist()) for i in range(0, count, batch_size))

    return Source(batches, -(-count // batch_size), name)


def stacked(samples: list[Any]) -> Any:
    """Samples of one structure as a batch.

    Raises:
        DataError: for samples of several shapes or structures.
    """
    first = samples[0]
    if isinstance(first, tuple | list):
        if any(len(sample) != len(first) for sample in samples):
            raise DataError(f"The samples of a batch have {sorted({len(s) for s in samples})} parts. Expected as many.")
        return tuple(stacked([sample[i] for sample in samples]) for i in range(len(first)))
    if isinstance(first, Mapping):
        return {key: stacked([sample[key] for sample in samples]) for key in first}
    if isinstance(first, str):
        return samples
    arrays = [np.asarray(on_host(sample, "x")) for sample in samples]
    shapes = sorted({array.shape for array in arrays})
    if len(shapes) > 1:
        raise DataError(
            f"The samples of a batch have different shapes: {', '.join(map(str, shapes[:3]))}. Expected one.\n"
            "Resize or pad them in the data set."
        )
    return np.stack(arrays)


# ---- Hugging Face ---------------------------------------------------------------------------------------------------


def _is_hugging_face(x: Any) -> bool:
    return hasattr(x, "features") and hasattr(x, "column_names") and hasattr(x, "with_format")


def _hugging_face(dataset: Any, batch_size: int, shuffle: Any) -> Source:
    names = list(dataset.column_names or dataset.features or ())
    label = _label_column(dataset, names)

    def parted(columns: Mapping[str, Any]) -> Any:
        x = {name: columns[name] for name in names if name != label}
        x = next(iter(x.values())) if len(x) == 1 else x
        return x if label is None else (x, columns[label])

    if hasattr(dataset, "__len__") and hasattr(dataset, "__getitem__"):
        return _sampled(lambda rows: parted(dataset[rows]), len(dataset), batch_size, shuffle, "Dataset")
    return Source(lambda: map(parted, _grouped(map(_with_arrays, dataset), batch_size)), None, "IterableDataset")


def _with_arrays(sample: Mapping[str, Any]) -> dict[str, Any]:
    """A sample in which a list is an array of numbers, not several of them."""
    return {name: np.asarray(value) if isinstance(value, list) else value for name, value in sample.items()}


def _label_column(dataset: Any, names: list[str]) -> str | None:
    """The column that holds the targets: it is called so, or it alone holds classes."""
    called = [name for name in names if name.lower() in _LABELS]
    classes = [name for name in names if hasattr((dataset.features or {}).get(name), "names")]
    found = called or classes
    if len(found) > 1:
        raise DataError(
            f"The data set has the columns {', '.join(map(repr, found))}, each of which may be the target. "
            "Expected one.\n"
            f"Leave out the others: dataset.remove_columns([{found[1]!r}])."
        )
    return found[0] if found else None


# ---- the names of classes -------------------------------------------------------------------------------------------


def class_names_of(x: Any) -> list[str] | None:
    """The names of the classes that a data set, or what a loader loads, knows; None for none."""
    features = getattr(x, "features", None)
    if _is_hugging_face(x) and isinstance(features, Mapping):
        label = _label_column(x, list(x.column_names or features))
        names = getattr(features.get(label), "names", None)
    else:
        names = getattr(x, "class_names", None) or getattr(x, "classes", None)
    if names is None and hasattr(x, "dataset") and x.dataset is not x:
        return class_names_of(x.dataset)
    if isinstance(names, list | tuple) and names and all(isinstance(name, str) for name in names):
        return list(names)
    return None


def is_mapped(x: Any) -> bool:
    """Whether functions of the user change what a data set gives, so that its names may be those of other numbers."""
    return any(step.name == "map" for step in getattr(x, "_steps", ())) or not hasattr(x, "class_names")


def refuse_splits(x: Any) -> None:
    """Raises `DataError` for a dict of data sets, one of which was meant."""
    if isinstance(x, Mapping) and not is_sparse(x) and x and all(is_stream(part) for part in x.values()):
        names = [str(name) for name in x]
        near = suggestion("train", names) if "train" not in names else ""
        raise DataError(
            f"x is a dict of data sets: {', '.join(map(repr, names))}. Expected one of them.{near}\n"
            f"Write fit(x[{names[0]!r}]), and validation_data=x[...] for another."
        )
