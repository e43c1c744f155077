"""Chunks of CSV text parsed by pyarrow, where it is installed: in two thirds of the time of our parser, or half of it.

Nothing is said here. What pyarrow does not take as it stands goes to our parser, which finds the line and the words.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

import numpy as np

from heron.data.columns import DATE, NUMBER, TEXT
from heron.data.sources.csv_format import Chunk, Format

BYTES_WORTH_IMPORTING = 4 * 2**20
"""Of text: less is parsed before pyarrow is imported."""


@functools.cache
def _pyarrow() -> tuple[Any, Any] | None:
    try:
        import pyarrow
        from pyarrow import csv
    except ImportError:
        return None
    return pyarrow, csv


def is_installed() -> bool:
    """Whether there is a pyarrow that can be imported."""
    return _pyarrow() is not None


def read(chunk: Chunk, format: Format, columns: Iterable[Any], missing_words: frozenset[str]) -> dict[str, Any] | None:
    """The columns of a chunk by their names; None where one row or field is not as expected.

    Args:
        chunk: whole rows.
        format: how the file is written.
        columns: the columns wanted, each with `name`, `kind` and `form`.
        missing_words: texts that stand for a missing number or date, in lower case.

    Returns:
        Numbers as float64 with NaN for what is missing, dates as float64 days since 1970, the words of categories as
        `(codes, words)`, texts as objects.
    """
    arrow, csv = _pyarrow()  # type: ignore[misc]
    wanted, has_quotes = list(columns), b'"' in chunk.text
    types = {
        NUMBER: arrow.float64(),
        DATE: arrow.timestamp("us"),
        TEXT: arrow.string(),
    }
    words = arrow.dictionary(arrow.int32(), arrow.string())
    dates = sorted({column.form for column in wanted if column.kind == DATE})
    if len(dates) > 1:
        return None  # pyarrow tries each form on every column, and would take days for months
    try:
        table = csv.read_csv(
            arrow.BufferReader(chunk.text),
            csv.ReadOptions(use_threads=False, block_size=len(chunk.text) + 1, column_names=format.names),
            csv.ParseOptions(
                delimiter=format.separator, quote_char='"' if has_quotes else False, newlines_in_values=has_quotes
            ),
            csv.ConvertOptions(
                include_columns=[column.name for column in wanted],
                column_types={column.name: types.get(column.kind, words) for column in wanted},
                null_values=_cases(missing_words),
                decimal_point=format.decimal,
                timestamp_parsers=[csv.ISO8601 if form in ("", "iso") else form for form in dates] or None,
            ),
        )
        return {
            c.name: _array(column.combine_chunks(), c.kind) for c, column in zip(wanted, table.columns, strict=True)
        }
    except (arrow.ArrowException, ValueError):
        return None


@functools.cache
def _cases(words: frozenset[str]) -> list[str]:
    return sorted(
        {form(word) for word in words for form in (str, str.upper, str.title, str.capitalize)} | {"NaN", "NaT"}
    )


def _array(column: Any, kind: str) -> Any:
    if kind == NUMBER:
        return _values(column, np.float64, np.nan)
    if kind == DATE:
        days = _values(column, "datetime64[us]", np.datetime64("NaT", "us"))
        return np.where(np.isnat(days), np.nan, (days - np.datetime64(0, "us")) / np.timedelta64(1, "D"))
    if kind == TEXT:
        texts = [text.strip() for text in column.to_pylist()]
        out = np.empty(len(texts), object)
        out[:] = texts
        return out
    return _values(column.indices, np.int32, 0), [word.strip() for word in column.dictionary.to_pylist()]


def _values(column: Any, dtype: Any, missing: Any) -> np.ndarray:
    """The numbers of a column; `to_numpy` of pyarrow imports pandas where it is installed, for a fifth of a second."""
    if not len(column):
        return np.empty(0, dtype)
    known, data = column.buffers()
    rows = slice(column.offset, column.offset + len(column))
    values = np.frombuffer(data, dtype)[rows]
    if not column.null_count:
        return values
    is_known = np.unpackbits(np.frombuffer(known, np.uint8), count=rows.stop, bitorder="little")[rows]
    return np.where(is_known, values, missing)
