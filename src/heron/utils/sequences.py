"""Sequences of unequal lengths as one array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from heron.errors import ArgumentError, DataError, shape_text, value_text
from heron.validate import NON_NEGATIVE_INT, one_of

__all__ = ["pad_sequences"]

_SIDE = one_of("pre", "post")


def pad_sequences(
    sequences: Sequence[Any],
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> np.ndarray:
    """Makes sequences equally long: fills short ones with `value` and cuts long ones.

    Args:
        sequences: a list of sequences, each a list of numbers or an array of shape `(length, ...)`.
        maxlen: the length wanted; by default that of the longest.
        dtype: the dtype of the result, int32 by default; `object` for text.
        padding: `"pre"` fills before a sequence, `"post"` after it.
        truncating: `"pre"` cuts from the start of a sequence, `"post"` from its end.
        value: what to fill with, 0 by default.

    Returns:
        A NumPy array of shape `(len(sequences), maxlen, ...)`.

    Raises:
        DataError: when something in `sequences` is not a sequence, or elements differ in shape.
        ArgumentError: when text is to fill an array of numbers.

    Example:
        >>> pad_sequences([[1], [2, 3, 4]], maxlen=2)
        array([[0, 1], [3, 4]], dtype=int32)
    """
    for name, side in (("padding", padding), ("truncating", truncating)):
        _SIDE.check("pad_sequences", name, side)
    NON_NEGATIVE_INT.or_none().check("pad_sequences", "maxlen", maxlen)
    numeric = np.dtype(dtype).kind not in "OSU"
    if isinstance(value, str) and numeric:
        raise ArgumentError(
            f"pad_sequences: argument 'value' must be a number for dtype {np.dtype(dtype)}; received {value!r}.\n"
            "For sequences of text write dtype=object."
        )
    rows = [_row(i, sequence, dtype) for i, sequence in enumerate(sequences)]
    length = max((len(row) for row in rows), default=0) if maxlen is None else int(maxlen)
    inner = next((row.shape[1:] for row in rows if len(row)), ())
    padded = np.full((len(rows), length, *inner), value, dtype=dtype)
    for i, row in enumerate(rows):
        if len(row) and row.shape[1:] != inner:
            raise DataError(
                f"pad_sequences: all elements must have one shape; those of sequence {i} have shape "
                f"{shape_text(row.shape[1:])}, those before it {shape_text(inner)}.\n"
                "Reshape the elements of that sequence."
            )
        kept = row[max(len(row) - length, 0) :] if truncating == "pre" else row[:length]
        start = length - len(kept) if padding == "pre" else 0
        padded[i, start : start + len(kept)] = kept
    return padded


def _row(index: int, sequence: Any, dtype: Any) -> np.ndarray:
    try:
        row = np.asarray(sequence, dtype=dtype)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"pad_sequences: sequence {index} cannot be an array of dtype {np.dtype(dtype)}; "
            f"received {value_text(sequence)}.\nTurn text into numbers first, or write dtype=object."
        ) from error
    if row.ndim == 0:
        raise DataError(
            f"pad_sequences: every element of 'sequences' must be a sequence; element {index} is "
            f"{value_text(sequence)}.\nFor a single sequence write pad_sequences([sequence])."
        )
    return row
