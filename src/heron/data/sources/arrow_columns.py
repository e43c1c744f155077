"""Columns of Arrow as NumPy arrays, by their types, without going through Python objects."""

from __future__ import annotations

from typing import Any

import numpy as np

from heron.errors import DataError

NUMBER, DATE, TEXT, ARRAY, PICTURE = "number", "date", "text", "array", "picture"


class Unequal(Exception):
    """A column of lists has lists of different lengths."""


def kind_of(arrow: Any, type: Any) -> str | None:
    """What a column of this type becomes: numbers, days since 1970, texts, arrays, pictures; None for none of these.

    Pictures are files in bytes, beside the path they had, as Hugging Face writes them.
    """
    types = arrow.types
    if types.is_dictionary(type):
        return kind_of(arrow, type.value_type)
    if types.is_integer(type) or types.is_floating(type) or types.is_boolean(type) or types.is_decimal(type):
        return NUMBER
    if types.is_timestamp(type) or types.is_date(type):
        return DATE
    if types.is_string(type) or types.is_large_string(type) or str(type) == "string_view":
        return TEXT
    if types.is_fixed_size_binary(type) or isinstance(type, arrow.FixedShapeTensorType):
        return ARRAY
    if types.is_list(type) or types.is_large_list(type) or types.is_fixed_size_list(type):
        return ARRAY if kind_of(arrow, type.value_type) in (NUMBER, ARRAY) else None
    if types.is_struct(type) and {"bytes", "path"} >= {field.name for field in type} >= {"bytes"}:
        data = type.field("bytes").type
        return PICTURE if types.is_binary(data) or types.is_large_binary(data) else None
    return None


def array_of(arrow: Any, column: Any) -> np.ndarray:
    """A column without missing values: `(rows,)`, or `(rows, ...)` for lists.

    Raises:
        Unequal: for lists of different lengths.
    """
    type, rows = column.type, len(column)
    kind = kind_of(arrow, type)
    if arrow.types.is_dictionary(type):
        return array_of(arrow, column.dictionary_decode())
    if kind == DATE:
        moments = column.cast(arrow.timestamp("us")).to_numpy(zero_copy_only=False)
        return (moments - np.datetime64(0, "us")) / np.timedelta64(1, "D")
    if kind == NUMBER:
        decimal = arrow.types.is_decimal(type)
        return (column.cast(arrow.float64()) if decimal else column).to_numpy(zero_copy_only=False)
    if kind == TEXT:
        return column.to_numpy(zero_copy_only=False)
    if arrow.types.is_fixed_size_binary(type):
        data = np.frombuffer(column.buffers()[1], np.uint8)
        return data.reshape(-1, type.byte_width)[column.offset : column.offset + rows]
    if isinstance(type, arrow.FixedShapeTensorType):
        return column.to_numpy_ndarray().reshape(rows, *type.shape)
    if not arrow.types.is_fixed_size_list(type):
        lengths = np.diff(column.offsets.to_numpy())
        if len(lengths) and (lengths != lengths[0]).any():
            raise Unequal(f"{int(lengths.min())} to {int(lengths.max())}")
    values = column.flatten()
    if values.null_count:
        raise DataError("null")
    inner = array_of(arrow, values)
    return inner.reshape(rows, len(inner) // max(1, rows), *inner.shape[1:])
