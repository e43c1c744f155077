"""From the arguments of `fit`, `evaluate` and `predict` to a feed of `(x, y, sample_weight)`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import jax
import numpy as np

from heron.data.arrays import check_finite, check_same_rows, to_array, to_structure
from heron.data.feed import ArrayFeed, StreamFeed, unpack_batches
from heron.errors import ArgumentError, DataError, note, value_text

Feed = ArrayFeed | StreamFeed


class Kind(NamedTuple):
    """What the model takes, which decides what a list means.

    Attributes:
        inputs: the number of inputs; a list is one array when there is one.
        outputs: the number of outputs, likewise for the targets.
    """

    inputs: int
    outputs: int


class Examples(NamedTuple):
    """Arrays with a common first axis: inputs, targets (or None), weights (or None)."""

    x: Any
    y: Any
    sample_weight: Any

    @property
    def rows(self) -> int:
        """The number of samples."""
        return int(jax.tree.leaves(self.x)[0].shape[0])


def is_stream(x: Any) -> bool:
    """True for generators, sequences of batches and other iterables that are not arrays, lists or dicts."""
    if isinstance(x, list | tuple | dict | np.ndarray | jax.Array | str) or hasattr(x, "__array__"):
        return False
    return hasattr(x, "__next__") or hasattr(x, "__iter__") or (hasattr(x, "__getitem__") and hasattr(x, "__len__"))


def examples(
    x: Any, y: Any, sample_weight: Any, class_weight: Any, kind: Kind, what: str = "", finite: bool = True
) -> Examples:
    """Checked arrays from what the user passed.

    Args:
        x: inputs, as given to `fit`.
        y: targets, or None.
        sample_weight: the weight of each sample, or None.
        class_weight: the weight of each class, or None.
        kind: what the model takes.
        what: put in front of the names in messages, `"validation "` say.
        finite: refuse missing and infinite values.

    Raises:
        DataError: for unequal lengths, no samples, missing values, text.
    """
    columns = getattr(x, "columns", None)
    x = to_structure(x, f"{what}x", kind.inputs > 1)
    y = to_structure(y, f"{what}y", kind.outputs > 1)
    sample_weight = to_structure(sample_weight, f"{what}sample_weight", kind.outputs > 1)
    check_same_rows(**{f"{what}x": x, f"{what}y": y, f"{what}sample_weight": sample_weight})
    if finite:
        check_finite(x, f"{what}x", columns)
        check_finite(y, f"{what}y")
        check_finite(sample_weight, f"{what}sample_weight")
    if class_weight is not None:
        if sample_weight is not None:
            raise ArgumentError("Give class_weight or sample_weight, not both; multiply them into one sample_weight.")
        sample_weight = class_weights(y, class_weight)
    return Examples(x, y, sample_weight)


def class_weights(y: Any, weights: Mapping[int, float]) -> np.ndarray:
    """The weight of each sample, float32 `(samples,)`, by its class in `y` (class numbers or one-hot rows)."""
    if not isinstance(weights, Mapping):
        raise ArgumentError(f"class_weight must be a dict such as {{0: 1.0, 1: 5.0}}; received {value_text(weights)}.")
    if y is None or len(jax.tree.leaves(y)) != 1:
        raise ArgumentError("class_weight needs one array of targets; with several outputs give sample_weight instead.")
    labels = np.asarray(jax.tree.leaves(y)[0])
    one_hot = labels.ndim == 2 and labels.shape[1] > 1
    classes = labels.argmax(-1) if one_hot else np.round(labels.reshape(len(labels), -1)[:, 0]).astype(int)
    present = np.unique(classes)
    if len(missing := [int(c) for c in present if c not in weights]):
        note(f"class_weight says nothing about class {missing[0]}, which is in y; its weight is 1.")
    table = {int(c): float(weights.get(c, 1.0)) for c in present}
    return np.vectorize(table.__getitem__, otypes=[np.float32])(classes)


def array_feed(given: Examples, batch_size: int, shuffle: Any = False, steps: int | None = None) -> ArrayFeed:
    """A feed over whole arrays."""
    return ArrayFeed(tuple(given), given.rows, batch_size, shuffle, steps)


def stream_feed(source: Any, steps: int | None, kind: Kind, class_weight: Any = None, what: str = "") -> StreamFeed:
    """A feed over an iterable of batches: `x`, `(x, y)` or `(x, y, sample_weight)` each."""
    if steps is None and hasattr(source, "__len__"):
        try:
            steps = len(source)
        except TypeError:
            steps = None
    convert = _batch_converter(kind, class_weight)
    return StreamFeed(lambda: unpack_batches(_iterate(source), convert), steps, f"{what}data source")


def _iterate(source: Any) -> Iterable[Any]:
    if hasattr(source, "__getitem__") and hasattr(source, "__len__") and not hasattr(source, "__iter__"):
        return _indexed(source)
    return source


def _indexed(source: Any) -> Iterator[Any]:
    count = len(source)
    for i in range(count):
        batch = source[i]
        if i + 1 == count and hasattr(source, "on_epoch_end"):
            source.on_epoch_end()  # now, as nobody may ask for a batch after the last
        yield batch


def _batch_converter(kind: Kind, class_weight: Any) -> Callable[[Any], Any]:
    def convert(batch: Any) -> Any:
        parts = tuple(batch) if isinstance(batch, tuple) else (batch,)
        if not 1 <= len(parts) <= 3:
            raise DataError(
                f"A batch must be x, (x, y) or (x, y, sample_weight); the data source gave a tuple of {len(parts)}."
            )
        x, y, weight = (*parts, None, None)[:3]
        return tuple(examples(x, y, weight, class_weight if y is not None else None, kind))

    return convert


__all__ = [
    "Examples",
    "Feed",
    "Kind",
    "array_feed",
    "class_weights",
    "examples",
    "is_stream",
    "stream_feed",
    "to_array",
]
