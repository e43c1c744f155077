"""Tables and their columns: pandas, polars, pyarrow; what is no number in them is named by column, row and value."""

from __future__ import annotations

import datetime
import numbers
from collections.abc import Sequence
from typing import Any, NamedTuple, NoReturn

import numpy as np

from heron.errors import ArgumentTypeError, DataError, more, value_text

NUMBERS = "biufc"
_MISSING = ("NAType", "NaTType")


class Table(NamedTuple):
    """Columns of one length, with their names."""

    names: list[str]
    columns: list[Any]


def table_of(value: Any) -> Table | None:
    """The columns of a frame or table of pandas, polars or pyarrow, or of records of NumPy; None for all else."""
    if isinstance(value, np.ndarray):
        names = value.dtype.names if value.ndim == 1 else None
        return Table(list(names), [value[name] for name in names]) if names else None
    if hasattr(value, "iloc") and hasattr(value, "columns"):
        return Table([str(name) for name in value.columns], [value.iloc[:, i] for i in range(len(value.columns))])
    if hasattr(value, "get_columns") and hasattr(value, "columns"):
        return Table(list(value.columns), list(value.get_columns()))
    if hasattr(value, "column_names") and hasattr(value, "columns") and hasattr(value, "schema"):
        return Table(list(value.column_names), list(value.columns))
    return None


def is_column(value: Any) -> bool:
    """Whether `value` is a series of pandas or polars, or an array of pyarrow."""
    if isinstance(value, np.ndarray) or hasattr(value, "collect_schema") or hasattr(value, "columns"):
        return False  # asking a lazy frame of polars for its columns is costly
    return (
        hasattr(value, "iloc")
        or (hasattr(value, "to_numpy") and hasattr(value, "null_count"))
        or (hasattr(value, "to_pylist") and hasattr(value, "null_count"))
    )


def is_lazy_column(value: Any) -> bool:
    """Whether `value` is a column of a data set of Hugging Face: a sequence that reads it from the table when asked."""
    return hasattr(value, "column_name") and hasattr(value, "source") and hasattr(value, "__getitem__")


def unmasked(array: np.ndarray) -> np.ndarray:
    """A masked array of NumPy as a plain one: masked numbers are NaN, as the missing ones of all other tables are.

    Example:
    >>> unmasked(np.ma.masked_array([1, 2, 3], [False, True, False]))
    array([ 1., nan,  3.])
    """
    if not isinstance(array, np.ma.MaskedArray):
        return array
    if array.dtype.kind not in NUMBERS or not np.ma.is_masked(array):
        return np.asarray(array.filled(None) if array.dtype == object else array.data)
    data = np.array(array.data, array.dtype if array.dtype.kind in "fc" else np.float64)
    data[np.ma.getmaskarray(array)] = np.nan
    return data


def table_array(value: Any, table: Table, name: str) -> np.ndarray:
    """The columns side by side, `(rows, columns)`; missing values are NaN.

    Raises:
        DataError: for a column that does not hold numbers.
    """
    dtypes = {getattr(column, "dtype", None) for column in table.columns}
    is_of_one_kind = len(dtypes) == 1 and all(isinstance(d, np.dtype) and d.kind in NUMBERS for d in dtypes)
    if is_of_one_kind and not isinstance(value, np.ndarray):
        return np.asarray(value)  # which lie together
    if not table.columns:
        raise DataError(f"{name} is a table without columns. Choose some: {name.split()[-1]} = table[['a', 'b']].")
    arrays = [
        column_array(column, f"Column {label!r} of {name}", name, label)
        for label, column in zip(table.names, table.columns, strict=True)
    ]
    parts = [array[:, None] if array.ndim == 1 else array.reshape(len(array), -1) for array in arrays]
    return np.concatenate(parts, axis=1)


def column_array(column: Any, what: str, name: str, label: str | None = None) -> np.ndarray:
    """The values of one column, `(rows,)`, or `(rows, ...)` where it holds lists of one length; missing ones are NaN.

    Args:
        column: a series, or a column of a table.
        what: what the message calls it.
        name: the variable in which it stands, `x` or `y`, perhaps with words before it.
        label: the name of the column; None for a series by itself.
    """
    array = _plain(column)
    if array.dtype.kind in NUMBERS or array.dtype.name == "bfloat16":
        return array
    if array.dtype.kind in "mM":
        _refuse_dates(what, str(array.dtype), _first(array), name, label)
    return numbers_of(array.astype(object), what, name, label, kind=str(getattr(column, "dtype", "")))


def _plain(column: Any) -> np.ndarray:
    """A column as NumPy has it: numbers with NaN where one is missing, or Python objects."""
    dtype = getattr(column, "dtype", None)
    if isinstance(column, np.ma.MaskedArray):
        return unmasked(column)
    if dtype is not None and not isinstance(dtype, np.dtype) and hasattr(column, "iloc"):  # pandas' own kinds
        if getattr(dtype, "kind", "O") in "biuf" and bool(column.isna().any()):
            return np.asarray(column.to_numpy(dtype="float64", na_value=np.nan))
        if getattr(dtype, "kind", "O") in "biuf" and hasattr(dtype, "numpy_dtype"):
            return np.asarray(column.to_numpy(dtype=dtype.numpy_dtype))
    return np.asarray(column)


def numbers_of(
    items: np.ndarray, what: str, name: str, label: str | None = None, kind: str = "", at: str = ""
) -> np.ndarray:
    """Python objects `(rows,)` as numbers; None is NaN, and lists of one length become further axes.

    Args:
        items: the objects.
        what: what the message calls them.
        name: the variable in which they stand.
        label: the name of the column, if it has one.
        kind: what its library calls the kind of values.
        at: words for the place inside the row.

    Raises:
        DataError: for text, dates and lists of unequal length, with the row.
        ArgumentTypeError: for other objects.
    """
    found = np.full(items.shape, np.nan)
    for row, item in enumerate(items):
        if isinstance(item, numbers.Number):
            found[row] = item
        elif item is None or type(item).__name__ in _MISSING:
            continue
        elif isinstance(item, str | bytes):
            _refuse_text(items, what, name, label, kind, at)
        elif isinstance(item, datetime.date | datetime.timedelta | np.datetime64):
            _refuse_dates(what, type(item).__name__, item, name, label)
        elif isinstance(item, list | tuple | np.ndarray):
            return _stacked(items, what)
        else:
            raise ArgumentTypeError(f"{what} holds {value_text(item)} in row {row}{at}; a model computes with numbers.")
    return found


def _stacked(items: np.ndarray, what: str) -> np.ndarray:
    try:
        return np.stack([np.asarray(item, np.float64) for item in items])
    except (TypeError, ValueError):
        sizes = [len(item) if hasattr(item, "__len__") else 0 for item in items]
        odd = next((row for row, size in enumerate(sizes) if size != sizes[0]), None)
        if odd is None:
            raise DataError(f"{what} holds lists of something else than numbers. Expected numbers.") from None
        raise DataError(
            f"{what} holds rows of different lengths: row 0 has {sizes[0]} values, row {odd} has {sizes[odd]}.\n"
            f"Pad the shorter ones: heron.utils.pad_sequences(x).{more('padding')}"
        ) from None


def _first(array: Any) -> Any:
    return next((item for item in np.asarray(array).reshape(-1) if item is not None and item == item), None)


def _as_number(text: Any) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def _refuse_text(items: Any, what: str, name: str, label: str | None, kind: str, at: str) -> NoReturn:
    """Says which text stands where, and whether it is a category, a number written as text or a slip among numbers."""
    texts = [(row, item) for row, item in enumerate(items) if isinstance(item, str | bytes)]
    odd = [(row, item) for row, item in texts if _as_number(item) is None]
    variable = name.split()[-1]
    column = variable if label is None else f"{variable}[{label!r}]"
    if not odd:
        raise DataError(
            f"{what} holds numbers written as text, such as {texts[0][1]!r} in row {texts[0][0]}{at}.\n"
            f"Turn them into numbers: {column} = {column}.astype(float), or pandas.to_numeric({column})."
        )
    row, item = odd[0]
    if 2 * len(odd) < len(items):  # most are numbers: a slip
        raise DataError(
            f"{what} holds text among numbers: {item!r} in row {row}{at}"
            + (f", and {len(odd) - 1} more.\n" if len(odd) > 1 else ".\n")
            + f"Mend the data, or make what is no number missing, pandas.to_numeric({column}, errors='coerce'), and "
            "leave those rows out."
        )
    held = "text" if kind in ("", "object") else f"text ({kind})"
    raise DataError(
        f"{what} holds {held}, such as {item!r} in row {row}{at}; a model computes with numbers.\n"
        + words_mend(variable, label, [str(item) for _, item in odd[:50]])
    )


def words_mend(variable: str, label: str | None = None, words: Sequence[str] = ()) -> str:
    """What to write for words among the data, by what they are: class names, sentences or categories."""
    if variable.startswith("y"):
        return (
            "Names of classes go with a loss for classes: compile(loss='sparse_categorical_crossentropy'), and "
            "Dense(number of classes, activation='softmax') at the end; model.predict_names(x) names the predictions."
        )
    if sum(word.count(" ") >= 3 for word in words) * 2 > len(words):
        return "Turn sentences into numbers: heron.layers.TextVectorization(), adapt() it and call it on them."
    if label is None:
        return (
            "Give each category a column of 0 and 1: heron.layers.StringLookup(output_mode='one_hot'), adapt() it and "
            f"call it on them, or ({variable}[:, None] == np.unique({variable})).astype('float32').{more('one-hot')}"
        )
    return (
        f"Give each category a column of 0 and 1: {variable} = pandas.get_dummies({variable}, columns=[{label!r}]); or "
        "let heron.utils.FeatureSpace, or heron.layers.StringLookup, learn them; or drop the column: "
        f"{variable} = {variable}.drop(columns={label!r}).{more('one-hot')}"
    )


def _refuse_dates(what: str, kind: str, sample: Any, name: str, label: str | None) -> NoReturn:
    variable = name.split()[-1]
    column = variable if label is None else f"{variable}[{label!r}]"
    drop = "" if label is None else f"; or drop the column: {variable} = {variable}.drop(columns={label!r})"
    raise DataError(
        f"{what} holds {kind} values, such as {str(sample)!r}; a model computes with numbers.\n"
        f"Turn dates into numbers: ({column} - {column}.min()).dt.days are days{drop}."
    )
