"""What the data given to preprocessing layers may be: text and numbers on the host, whole or batch by batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import jax
import numpy as np

from heron import symbolic
from heron.errors import ArgumentTypeError, DataError, value_text
from heron.symbolic import KerasTensor, has_symbolic


def in_program(x: Any) -> bool:
    """True for what stands for values that are not known yet: while a program is compiled or a graph is drawn."""
    return isinstance(x, jax.core.Tracer) or has_symbolic(x)


def is_symbolic_text(x: Any) -> bool:
    """True for a symbolic tensor that stands for text."""
    return isinstance(x, KerasTensor) and x.dtype == "string"


def as_numbers(structure: Any) -> Any:
    """The same structure with whole numbers where symbolic tensors stand for text."""
    return symbolic.replace(structure, lambda t: KerasTensor(t.shape, "int32") if t.dtype == "string" else t)


def is_text(x: Any) -> bool:
    """True for a string, an array of strings, and a nested list whose first element is one."""
    while isinstance(x, list | tuple) and x:
        x = x[0]
    if isinstance(x, str | bytes):
        return True
    kind = getattr(getattr(x, "dtype", None), "kind", "")
    if kind == "O" and isinstance(x, np.ndarray):
        return any(isinstance(item, str | bytes) for item in x.reshape(-1)[:1000])
    return kind in "UST" and kind != ""


def text_array(owner: Any, x: Any, encoding: str = "utf-8") -> Any:
    """Text as an array of Python strings; what stands for text in a graph is returned as it is.

    Args:
        owner: the layer, for messages.
        x: a string, a nested list of strings, or an array of them; bytes are decoded.
        encoding: how bytes are decoded.

    Raises:
        ArgumentTypeError: for numbers and for values that are not known yet.
        DataError: for missing values and for rows of unequal lengths.
    """
    who = owner._who()
    if is_symbolic_text(x):
        return x
    if in_program(x):
        raise ArgumentTypeError(
            f"{who} takes text, which compiled programs cannot hold; it was called inside a model, on numbers.\n"
            "Start the model with heron.Input(shape=(1,), dtype='string') and call the layer on that, or apply it to "
            "the data before the model: x = layer(text), then model.fit(x, y)."
        )
    try:
        array = np.asarray(x, dtype=object if isinstance(x, list | tuple) else None)
    except ValueError:
        array = np.asarray(None)
    if array.dtype.kind == "S":
        array = np.char.decode(array, encoding)
    if array.dtype.kind in "UT":
        return array.astype(object)
    found = array.astype(object)
    flat = found.reshape(-1)
    for place, item in enumerate(flat):
        if isinstance(item, bytes):
            flat[place] = item.decode(encoding)
        elif not isinstance(item, str):
            _explain(who, x, item, np.unravel_index(place, found.shape))
    return found


def _explain(who: str, x: Any, item: Any, place: Any) -> None:
    if isinstance(item, list | tuple | np.ndarray) or (item is None and isinstance(x, list | tuple) and place == ()):
        raise DataError(
            f"{who} takes text in rows of one length; received rows of several.\n"
            "Fill up the shorter ones with '', or give whole sentences to heron.layers.TextVectorization."
        )
    if item is None or item != item:
        raise DataError(
            f"{who} takes text; received a missing value ({item}) at position {tuple(int(i) for i in place)}.\n"
            "Fill missing values in first, with '' for instance, or drop their rows."
        )
    raise ArgumentTypeError(
        f"{who} takes text; received {value_text(item)}.\n"
        "For whole numbers use heron.layers.IntegerLookup or heron.layers.Hashing; for others "
        "heron.layers.Discretization."
    )


def whole_numbers(owner: Any, x: Any) -> Any:
    """Whole numbers: as an int64 array on the host, or as int32 inside a program.

    Raises:
        ArgumentTypeError: for text.
        DataError: for fractions, missing values and rows of unequal lengths.
    """
    who = owner._who()
    if is_symbolic_text(x):
        raise ArgumentTypeError(
            f"{who} takes whole numbers; received {x!r}, which stands for text.\n"
            "For text use heron.layers.StringLookup."
        )
    if in_program(x):
        return x if jax.numpy.issubdtype(x.dtype, np.integer) else x.astype("int32")
    if is_text(x):
        raise ArgumentTypeError(
            f"{who} takes whole numbers; received text, such as {_first(x)!r}.\nFor text use heron.layers.StringLookup."
        )
    try:
        array = np.asarray(x)
    except ValueError:
        array = np.asarray(None)
    if array.dtype.kind not in "biuf":
        raise DataError(
            f"{who} takes an array of whole numbers; received {value_text(x)}.\n"
            "Give rows of one length, and fill missing values in."
        )
    if array.dtype.kind == "f":
        bad = array[~np.isfinite(array) | (array != np.floor(array))]
        if bad.size:
            first = bad.reshape(-1)[0]
            mend = "Round them, or put them into ranges with heron.layers.Discretization."
            if first != first:
                mend = "Fill missing values in first, with a number that does not occur, or drop their rows."
            raise DataError(f"{who} takes whole numbers; received {first}.\n{mend}")
    return array.astype(np.int64)


def real_numbers(owner: Any, x: Any) -> Any:
    """Numbers as they are, as an array.

    Raises:
        ArgumentTypeError: for text.
        DataError: for what is no array of numbers: missing values, dates, rows of unequal lengths.
    """
    if in_program(x) or isinstance(x, jax.Array):
        return x
    if is_text(x):
        raise ArgumentTypeError(
            f"{owner._who()} takes numbers; received text, such as {_first(x)!r}.\n"
            "For text use heron.layers.StringLookup, or heron.layers.TextVectorization for sentences."
        )
    try:
        array = np.asarray(x)
    except ValueError:
        array = np.asarray(None)
    if array.dtype.kind in "mM":
        raise DataError(
            f"{owner._who()} takes numbers; received dates or times ({array.dtype}).\n"
            "Turn them into numbers first, days for instance: (dates - dates.min()) / np.timedelta64(1, 'D')."
        )
    if array.dtype.kind not in "biuf" and "float" not in array.dtype.name:
        raise DataError(
            f"{owner._who()} takes an array of numbers; received {value_text(x)}.\n"
            "Give rows of one length, and fill missing values in."
        )
    return array


def _first(x: Any) -> Any:
    return x if isinstance(x, str | bytes) else np.asarray(x, dtype=object).reshape(-1)[0]


def batches(owner: Any, data: Any, steps: int | None) -> Iterator[tuple[Any, bool]]:
    """The data of `adapt` piece by piece, each with whether it is all there is.

    Args:
        owner: the layer, for messages.
        data: an array or a list, which are taken as a whole, or an iterable of batches: arrays, or tuples whose first
            part is one.
        steps: how many batches to take; None for all.
    """
    several = isinstance(data, list) and len(data) > 0 and all(hasattr(part, "__array__") for part in data)
    if (isinstance(data, list | tuple | str | bytes) and not several) or hasattr(data, "__array__"):
        yield data, True
        return
    if not isinstance(data, Iterable):
        raise DataError(
            f"{owner._who()}: adapt() takes an array, a list or an iterable of batches; received {value_text(data)}."
        )
    for number, batch in enumerate(data):
        if steps is not None and number >= steps:
            return
        yield batch[0] if isinstance(batch, tuple) else batch, False
