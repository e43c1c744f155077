"""From the arguments of `fit`, `evaluate` and `predict` to a feed of `(x, y, sample_weight)`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, NoReturn

import jax
import numpy as np

from heron.data.arrays import check_finite, check_same_rows, to_array, to_structure
from heron.data.feed import ArrayFeed, Batches, StreamFeed
from heron.data.protocols import class_names_of, held_arrays, is_mapped, is_stream, refuse_splits, source_of
from heron.data.supply import Supply
from heron.data.tables import is_lazy_column, table_of
from heron.errors import ArgumentError, DataError, ShapeError, note, shape_text, value_text

Feed = ArrayFeed | StreamFeed


class Kind(NamedTuple):
    """What the model takes, which decides what a list means.

    Attributes:
        inputs: the number of inputs; a list is one array when there is one.
        outputs: the number of outputs, likewise for the targets.
        labels: makes numbers of the names of classes, `(x, y, what) -> y`; None to refuse them.
        fits: raises `ShapeError` when inputs do not fit the model as it is built by now.
        class_number: the number of a class with a name.
        on_host: makes of inputs what can enter a compiled program, numbers of text say; None where they can.
    """

    inputs: int
    outputs: int
    labels: Callable[[Any, Any, str], Any] | None = None
    fits: Callable[[Any], None] | None = None
    class_number: Callable[[str], int] | None = None
    on_host: Callable[[Any], Any] | None = None


class Examples(NamedTuple):
    """Arrays with a common first axis: inputs, targets (or None), weights (or None)."""

    x: Any
    y: Any
    sample_weight: Any

    @property
    def rows(self) -> int:
        """The number of samples."""
        return int(jax.tree.leaves(self.x)[0].shape[0])


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
    refuse_splits(x)
    x, y = (value[:] if is_lazy_column(value) else value for value in (x, y))
    x = x if kind.on_host is None else kind.on_host(x)
    table = table_of(x)
    columns = None if table is None else table.names
    x = to_structure(x, f"{what}x", kind.inputs > 1)
    if kind.labels is not None and y is not None:
        y = kind.labels(x, y, what)
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
        if kind.class_number is not None and isinstance(class_weight, Mapping):
            class_weight = {kind.class_number(k) if isinstance(k, str) else k: v for k, v in class_weight.items()}
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
    if labels[0].size > 1 and not (one_hot and np.allclose(labels.sum(-1), 1, atol=0.01)):
        raise ArgumentError(
            f"class_weight needs one class for each sample: class numbers, or rows of which one is 1; received y of "
            f"shape {shape_text(labels.shape)} with several in a row.\n"
            "Give the weight of each value instead, sample_weight=np.where(y == 1, 5.0, 1.0), where the loss keeps "
            "one for each; or a weight for each sample."
        )
    classes = labels.argmax(-1) if one_hot else np.round(labels.reshape(len(labels), -1)[:, 0]).astype(int)
    present = np.unique(classes)
    if len(missing := [int(c) for c in present if c not in weights]):
        note(f"class_weight says nothing about class {missing[0]}, which is in y; its weight is 1.")
    table = {int(c): float(weights.get(c, 1.0)) for c in present}
    return np.vectorize(table.__getitem__, otypes=[np.float32])(classes)


def array_feed(
    given: Examples, batch_size: int, shuffle: Any = False, steps: int | None = None, finite: bool = True
) -> ArrayFeed:
    """A feed over whole arrays."""
    return ArrayFeed(tuple(given), given.rows, batch_size, shuffle, steps, finite=finite)


def stream_feed(
    source: Any,
    steps: int | None,
    kind: Kind,
    class_weight: Any = None,
    what: str = "",
    batch_size: int = 32,
    shuffle: Any = False,
) -> Feed:
    """A feed over a data set, an iterable of batches or a function that makes them.

    Args:
        source: gives `x`, `(x, y)` or `(x, y, sample_weight)` for each batch.
        steps: the batches in an epoch; None for all there are.
        kind: what the model takes.
        class_weight: the weight of each class, or None.
        what: put in front of the names in messages.
        batch_size: the size of batches for data sets that give single samples.
        shuffle: whether the order is new in each epoch, for data sets whose parts have numbers.

    Raises:
        DataError: for data sets without end when nobody says how many batches make an epoch.
    """
    held = held_arrays(source)
    if held is not None:
        x, y, weight = (*held, None, None)[:3]
        given = examples(x, y, weight, class_weight, kind, what)
        return array_feed(given, batch_size, shuffle, steps)
    found = source_of(source, batch_size, shuffle)
    if steps is None and found.steps == math.inf:
        raise DataError(
            f"The {what}{found.name} never ends. Expected the number of batches that make an epoch.\n"
            "Write fit(..., steps_per_epoch=100), validation_steps=100, or evaluate(..., steps=100)."
        )
    if steps is None and found.steps is not None:
        steps = int(found.steps)
    converter, supply = BatchConverter(kind, class_weight), Supply(f"{what}{found.name}", steps is not None)

    def batches() -> Iterator[Any]:
        converter.number = -1
        return Batches(supply.batches(found.begin()), converter)

    return StreamFeed(batches, steps, f"{what}{found.name}")


class BatchConverter:
    """Makes checked arrays of batches, all of one form.

    Args:
        kind: what the model takes.
        class_weight: the weight of each class, or None.
    """

    def __init__(self, kind: Kind, class_weight: Any = None) -> None:
        self._kind, self._class_weight = kind, class_weight
        self._first: Any = None  # the first batch, as shapes and dtypes
        self._forms: Any = None
        self._plain: Any = None  # shapes and dtypes of the last batch that was (x, y), taken as it was
        self.number = -1

    def __call__(self, batch: Any) -> Any:
        """The batch as `(x, y, sample_weight)`.

        Raises:
            DataError: for what is no batch, and for a batch unlike the first.
        """
        self.number += 1
        if self._plain is not None and self._is_plain(batch):
            return *batch, None
        parts = _parts(batch)
        if not 1 <= len(parts) <= 3:
            raise DataError(
                f"A batch must be x, (x, y) or (x, y, sample_weight); the data source gave a tuple of {len(parts)}."
            )
        x, y, weight = (*parts, None, None)[:3]
        if x is None:
            raise DataError(
                "The data source gave None for x. Expected a batch: x, (x, y) or (x, y, sample_weight).\n"
                "Does the function that makes it lack a return at its end?"
            )
        if _is_number(y) and len(getattr(x, "shape", ())) > 0 and x.shape[0] != 1:
            raise DataError(
                f"The data source gives single samples: x of shape {shape_text(x.shape)} with the target "
                f"{value_text(y)}. Expected batches, with the samples along the first axis.\n"
                "Make batches of them: data = data.batch(32), if it has that method; or collect rows and targets in "
                "arrays and call fit(x, y)."
            )
        given = tuple(examples(x, y, weight, self._class_weight if y is not None else None, self._kind))
        leaves, tree = jax.tree.flatten(given)
        forms = tree, [(a.shape[1:], a.dtype) for a in leaves]
        if self._forms is None:
            self._forms = forms
            self._first = jax.tree.map(lambda a: jax.ShapeDtypeStruct(a.shape, a.dtype), given)
        if forms != self._forms:
            return self._alike(given)
        is_same = type(batch) is tuple and len(batch) == 2 and all(a is b for a, b in zip(given, batch, strict=False))
        self._plain = [(a.shape, a.dtype) for a in batch] if is_same and y is not None else None
        return given

    def _is_plain(self, batch: Any) -> bool:
        """Whether a batch needs no looking into: two NumPy arrays like those before, with finite values."""
        if type(batch) is not tuple or len(batch) != 2:
            return False
        for array, (shape, dtype) in zip(batch, self._plain, strict=True):
            if type(array) is not np.ndarray or array.shape != shape or array.dtype != dtype:
                return False
            if dtype.kind == "f":
                with np.errstate(all="ignore"):  # finite values may overflow in a sum
                    if not math.isfinite(np.add.reduce(array, axis=None)):
                        return False
        return True

    def _alike(self, given: Any) -> Any:
        """A batch of another form than the first in the first's dtypes, if the model can take it.

        Raises:
            DataError: if it cannot.
        """
        tree: Any = jax.tree.structure(given)
        if tree != jax.tree.structure(self._first):
            self._refuse(f"it has {_parts_text(given)}", _parts_text(self._first))
        for part, first, name in zip(given, self._first, ("x", "y", "sample_weight"), strict=True):
            for (path, leaf), wanted in zip(
                jax.tree_util.tree_flatten_with_path(part)[0], jax.tree.leaves(first), strict=True
            ):
                label = name + jax.tree_util.keystr(path)
                if leaf.ndim != len(wanted.shape):
                    self._refuse(f"{label} has the shape {shape_text(leaf.shape)}", shape_text(wanted.shape))
                if leaf.shape[1:] != wanted.shape[1:]:
                    self._check_sizes(given[0], label, leaf, wanted)
                if not np.can_cast(leaf.dtype, wanted.dtype, "same_kind"):
                    self._refuse(f"{label} holds {leaf.dtype} values", str(wanted.dtype))
        return jax.tree.map(lambda a, b: a.astype(b.dtype), given, self._first)

    def _check_sizes(self, x: Any, label: str, leaf: Any, wanted: Any) -> None:
        """Sizes may change where the model takes any: sentences of all lengths, say."""
        try:
            if self._kind.fits is not None:
                self._kind.fits(x)
        except ShapeError:
            self._refuse(f"{label} has the shape {shape_text(leaf.shape)}", shape_text(wanted.shape))

    def _refuse(self, received: str, expected: str) -> NoReturn:
        raise DataError(
            f"Batch {self.number} of the data source is unlike the first: {received}; expected {expected}.\n"
            "Make all batches alike; only the number of samples may change, and sizes that the model leaves open."
        )


def _parts(batch: Any) -> tuple[Any, ...]:
    """A batch as `(x,)`, `(x, y)` or `(x, y, sample_weight)`; lists of arrays are what the loaders of torch give."""
    if isinstance(batch, tuple):
        return batch
    if isinstance(batch, list) and 1 <= len(batch) <= 3 and all(_is_part(part) for part in batch):
        return tuple(batch)
    return (batch,)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) or getattr(value, "shape", None) == ()


def _is_part(part: Any) -> bool:
    if isinstance(part, Mapping):
        return True
    return not isinstance(part, list | tuple | str) and len(getattr(part, "shape", ())) > 0


def _parts_text(batch: Any) -> str:
    """What is in a batch, in words: `x, y['a'], y['b']`."""
    names = [
        name + jax.tree_util.keystr(path)
        for part, name in zip(batch, ("x", "y", "sample_weight"), strict=True)
        for path, _ in jax.tree_util.tree_flatten_with_path(part)[0]
    ]
    return ", ".join(names)


__all__ = [
    "BatchConverter",
    "Examples",
    "Feed",
    "Kind",
    "array_feed",
    "class_names_of",
    "class_weights",
    "examples",
    "is_mapped",
    "is_stream",
    "stream_feed",
    "to_array",
]
