"""Inputs, targets and sample weights as the tuples that data sets yield."""

from __future__ import annotations

from typing import Any

from heron.errors import DataError, value_text

__all__ = ["pack_x_y_sample_weight", "unpack_x_y_sample_weight"]


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """Returns `(x, y, sample_weight)` from `x`, `(x,)`, `(x, y)` or `(x, y, sample_weight)`; None for what is missing.

    Raises:
        DataError: for a longer tuple.

    Example:
        >>> unpack_x_y_sample_weight(([1], [2]))
        ([1], [2], None)
    """
    parts = tuple(data) if isinstance(data, list | tuple) else (data,)
    if not 1 <= len(parts) <= 3:
        raise DataError(
            "A batch must be x, (x,), (x, y) or (x, y, sample_weight); "
            f"received {len(parts)} parts: {value_text(data)}.\nPut several inputs into one tuple: ((x1, x2), y)."
        )
    x, y, weight = (*parts, None, None)[:3]
    return x, y, weight


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """Returns `(x, y, sample_weight)`, shorter when the last parts are None; `x` alone unless it is a list or tuple.

    >>> pack_x_y_sample_weight([1], [2])
    ([1], [2])
    """
    if y is None:
        return (x,) if isinstance(x, list | tuple) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)
