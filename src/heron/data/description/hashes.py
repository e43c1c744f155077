"""Rows as numbers of 64 bits: equal rows have the same, and different rows, but for one chance in billions, do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from heron.data.columns import Values

_CHUNK_BYTES = 2**24


def mixed(bits: np.ndarray) -> np.ndarray:
    """Numbers of 64 bits in which each bit depends on all bits of those given, uint64 of the same shape.

    Source:
        G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014 (SplitMix64).
    """
    z = bits + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def block_hashes(block: np.ndarray) -> np.ndarray:
    """A number for each row of an array `(rows, ...)`, uint64 `(rows,)`."""
    rows = len(block)
    out = np.zeros(rows, np.uint64)
    width = max(1, int(np.prod(block.shape[1:])) * block.dtype.itemsize)
    step = max(1, _CHUNK_BYTES // width)
    words = -(-width // 8)
    place = mixed(np.arange(words, dtype=np.uint64))
    with np.errstate(over="ignore"):
        for start in range(0, rows, step):
            part = block[start : start + step]
            if part.dtype.kind == "f":
                part = part + part.dtype.type(0)  # -0.0 is 0.0
            flat = np.ascontiguousarray(part).reshape(len(part), -1).view(np.uint8)
            padded = np.zeros((len(part), words * 8), np.uint8)
            padded[:, : flat.shape[1]] = flat
            out[start : start + step] = mixed(padded.view(np.uint64) ^ place).sum(1, dtype=np.uint64)
    return out


def text_codes(columns: Sequence[np.ndarray]) -> list[np.ndarray]:
    """A number for each text, the same in all of the columns; 0 for what is missing, uint64."""
    codes: dict[str | None, int] = {None: 0}
    return [np.array([codes.setdefault(text, len(codes)) for text in column.tolist()], np.uint64) for column in columns]


def table_hashes(tables: Sequence[Mapping[str, Values]], digits: np.ndarray | None = None) -> list[np.ndarray]:
    """A number for each row of each table; rows of different tables may be compared, by the names of the columns.

    Args:
        tables: the columns of each part. Those that not all parts have are left out.
        digits: the width to which numbers are rounded, in the order of the numeric columns of the first; None for as
            they are.
    """
    names = [name for name in tables[0] if all(name in table for table in tables)]
    out = [np.zeros(len(next(iter(table.values()))) if table else 0, np.uint64) for table in tables]
    numeric = 0
    with np.errstate(over="ignore", invalid="ignore"):
        for number, name in enumerate(names):
            columns = [table[name] for table in tables]
            salt = mixed(np.array([number], np.uint64))
            if all(column.is_numeric for column in columns):
                width = None if digits is None else digits[numeric]
                bits = [_number_bits(column.data, width) for column in columns]
                numeric += 1
            elif all(column.data.dtype.kind == "M" for column in columns):
                bits = [column.data.astype("int64").view(np.uint64) for column in columns]
            else:
                bits = text_codes([_as_text(column) for column in columns])
            for total, part in zip(out, bits, strict=True):
                total += mixed(part ^ salt)
    return out


def _number_bits(data: np.ndarray, width: float | None) -> np.ndarray:
    if width is not None and width > 0:
        data = np.floor(data / width)
    data = np.where(np.isnan(data), np.nan, data + 0.0)  # one NaN, one zero
    return np.ascontiguousarray(data, np.float64).view(np.uint64)


def _as_text(column: Values) -> np.ndarray:
    if column.data.dtype == object:
        return column.data
    out = np.empty(len(column), object)
    out[:] = [None if gone else str(value) for value, gone in zip(column.data, column.missing, strict=True)]
    return out
