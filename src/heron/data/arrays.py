"""What users pass as data - numbers, lists, arrays, frames, dicts of them - made into checked arrays."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from heron.errors import ArgumentTypeError, DataError, shape_text, value_text

_WIDE = {"float64": "float32", "int64": "int32", "uint64": "uint32", "longdouble": "float32", "float128": "float32"}


def to_array(value: Any, name: str) -> Any:
    """One array of numbers of at most 32 bits, from a number, list, NumPy, JAX or anything with `__array__`.

    Args:
        value: what the user passed.
        name: what the message calls it, such as `x` or `y`.

    Raises:
        DataError: for text, dates, Python objects and rows of unequal length, saying where.
    """
    if isinstance(value, jax.Array):
        return value if value.ndim else value.reshape(1)
    if isinstance(value, str | bytes):
        raise ArgumentTypeError(
            f"{name} must be an array or a list of numbers; received the text {value_text(value)}.\n"
            "If it names a file, read it first: numpy.loadtxt(path, delimiter=','), or pandas.read_csv(path)."
        )
    if hasattr(value, "dtypes") and hasattr(value, "columns"):
        _check_columns(value, name)
    array = _as_numpy(value, name)
    if array.dtype.kind in "US":
        raise DataError(_text_error(name, f"{str(array.reshape(-1)[0])!r}"))
    if array.dtype.kind not in "biufc" and array.dtype.name not in ("bfloat16", "float8_e4m3fn", "float8_e5m2"):
        raise DataError(
            f"{name} holds {array.dtype} values; a model computes with numbers.\n"
            "Convert them first, dates for instance to days: (dates - dates.min()) / np.timedelta64(1, 'D')."
        )
    array = _narrow(array, name)
    return array if array.ndim else array.reshape(1)  # one number is one sample


def _text_error(name: str, found: str) -> str:
    """What to say about words among the data: class names are numbered, words in inputs become columns."""
    variable = name.split()[-1]
    if variable.startswith("y"):
        mend = (
            f"Number the classes: names, {variable} = np.unique({variable}, return_inverse=True). After a softmax, "
            "names[model.predict(x).argmax(-1)] are the predicted names."
        )
    else:
        mend = (
            "Give each category a column of 0 and 1: (words[:, None] == np.unique(words)).astype('float32'), "
            "or pandas.get_dummies(table)."
        )
    return f"{name} holds text, such as {found}; a model computes with numbers.\n{mend}"


def _as_numpy(value: Any, name: str) -> np.ndarray:
    if isinstance(value, np.ndarray) and value.dtype != object:
        return value
    if hasattr(value, "detach") and hasattr(value, "cpu"):
        value = value.detach().cpu()
    try:
        array = np.asarray(value)
    except ValueError:
        array = np.asarray(None)
    if array.dtype == object:
        _explain_objects(value, array, name)
        array = np.asarray(array.tolist(), dtype=np.float32)
    return array


def _explain_objects(value: Any, array: np.ndarray, name: str) -> None:
    """Raises the fitting error unless the objects are plain numbers."""
    if array.shape == () or any(isinstance(v, list | tuple | np.ndarray) for v in array.reshape(-1)[:1000]):
        _explain_rows(value, name)
    columns = getattr(value, "columns", None)
    for number, item in enumerate(array.reshape(-1)):
        if isinstance(item, int | float | np.number):
            continue
        place = _place(np.unravel_index(number, array.shape), columns)
        if item is None or type(item).__name__ in ("NAType", "NaTType"):
            raise DataError(f"{name} has a missing value ({item}) in {place}. Fill it in, or drop the row.")
        if isinstance(item, str):
            raise DataError(_text_error(name, f"{item!r} in {place}"))
        raise ArgumentTypeError(f"{name} holds {value_text(item)} in {place}; a model computes with numbers.")


def _explain_rows(value: Any, name: str) -> None:
    """Raises the error for what is no array: not a list at all, a list of several arrays, rows of unequal length."""
    if not isinstance(value, list | tuple | np.ndarray) or getattr(value, "ndim", 1) == 0:
        raise ArgumentTypeError(f"{name} must be an array or a list of numbers; received {value_text(value)}.")
    parts = value[0] if isinstance(value[0], tuple) else value
    if all(getattr(part, "shape", ()) != () for part in parts):
        shapes = " and ".join(shape_text(part.shape) for part in parts[:3])
        raise DataError(
            f"{name} must be one array, as the model takes one; received a list that holds arrays of shape {shapes}.\n"
            "Give inputs and targets apart, fit(x, y); and batches as a generator, fit(iter(batches))."
        )
    lengths = sorted({len(v) for v in value if hasattr(v, "__len__") and not isinstance(v, str)})
    raise DataError(
        f"The rows of {name} have different lengths"
        + (f" ({', '.join(map(str, lengths[:5]))})" if lengths else "")
        + ".\nPad the shorter ones: heron.utils.pad_sequences(x)."
    )


def _place(index: Any, columns: Any = None) -> str:
    """Where an element stands, in words: `row 3, column 'price'`."""
    where = [int(i) for i in index]
    if len(where) != 2:
        return f"row {where[0]}" + (f", index {tuple(where[1:])}" if where[1:] else "")
    return f"row {where[0]}, column {where[1] if columns is None else repr(str(columns[where[1]]))}"


def _check_columns(frame: Any, name: str) -> None:
    """Raises `DataError` for the first column that does not hold numbers."""
    variable = name.split()[-1]
    for column in frame.columns:
        dtype = frame[column].dtype
        kind, label = getattr(dtype, "kind", "O"), repr(str(column))
        if kind in "biufc":
            continue
        if kind == "M":
            mend = f"Turn dates into numbers: ({variable}[{label}] - {variable}[{label}].min()).dt.days are days"
        else:
            mend = (
                "Give each category a column of 0 and 1: "
                f"{variable} = pandas.get_dummies({variable}, columns=[{label}])"
            )
        sample = next(iter(frame[column]), None)
        raise DataError(
            f"Column {label} of {name} holds {dtype} values, such as {str(sample)!r}; a model computes with numbers.\n"
            f"{mend}; or drop the column: {variable} = {variable}.drop(columns={label})."
        )


def _narrow(array: np.ndarray, name: str) -> np.ndarray:
    wide = _WIDE.get(array.dtype.name)
    if wide is None or jax.config.jax_enable_x64:  # type: ignore[attr-defined]
        return array
    if (
        array.dtype.kind in "iu"
        and array.size
        and max(abs(int(array.min())), abs(int(array.max()))) > np.iinfo(wide).max
    ):
        raise DataError(
            f"{name} holds whole numbers beyond {np.iinfo(wide).max}, which do not fit {wide}.\n"
            "Scale them, or convert them to float."
        )
    return array.astype(wide)


def to_structure(value: Any, name: str, several: bool) -> Any:
    """Arrays in the structure the user meant.

    Args:
        value: an array, a list of numbers, a dict of arrays, or - for models with several inputs or outputs - a list
            of arrays.
        name: what the message calls it.
        several: whether a list may mean one array for each input (or output).
    """
    if value is None:
        return None
    if isinstance(value, dict):
        return {k: to_structure(v, f"{name}[{k!r}]", several=False) for k, v in value.items()}
    if isinstance(value, list | tuple) and several:
        return type(value)(to_structure(v, f"{name}[{i}]", several=False) for i, v in enumerate(value))
    return to_array(value, name)


def rows_of(structure: Any, name: str) -> int:
    """The number of samples in all arrays of a structure.

    Raises:
        DataError: when they differ, are none, or an array has no sample axis.
    """
    sizes = {}
    for path, leaf in jax.tree_util.tree_flatten_with_path(structure)[0]:
        if leaf.ndim == 0:
            raise DataError(
                f"{name} is a single number; expected one value a sample. Write it as a list: [{np.asarray(leaf)}]."
            )
        sizes[name + jax.tree_util.keystr(path)] = leaf.shape[0]
    if len(set(sizes.values())) > 1:
        raise DataError(f"The arrays in {name} have different numbers of samples: {_listed(sizes)}.")
    return next(iter(sizes.values()), 0)


def check_same_rows(**parts: Any) -> int:
    """The number of samples that all given structures share.

    Raises:
        DataError: when they differ or there are none.
    """
    sizes = {name: rows_of(part, name) for name, part in parts.items() if part is not None}
    if len(set(sizes.values())) > 1:
        first, *others = sizes.values()
        if first > 1 and set(others) == {1}:
            mend = f"If {next(iter(sizes))} is one sample, add the batch axis: x[None]."
        else:
            mend = "Was a split, a filter or a dropna applied to only one of them?"
        raise DataError(f"The numbers of samples differ: {_listed(sizes)}; each sample needs one of each.\n{mend}")
    rows = next(iter(sizes.values()))
    if rows == 0:
        shape = next((shape_text(a.shape) for a in jax.tree.leaves(next(iter(parts.values())))), "")
        raise DataError(
            f"{next(iter(sizes))} has no samples (shape {shape}). Check how the data were read or filtered."
        )
    return rows


def _listed(sizes: dict[str, int]) -> str:
    return ", ".join(f"{name} has {count}" for name, count in sizes.items())


def check_finite(structure: Any, name: str, columns: Any = None) -> None:
    """Raises `DataError` naming the first missing or infinite value, if there is one.

    Args:
        structure: arrays.
        name: what the message calls them.
        columns: the names of the columns, if they have names.
    """
    for path, leaf in jax.tree_util.tree_flatten_with_path(structure)[0]:
        if not jax.numpy.issubdtype(leaf.dtype, np.floating) or leaf.size == 0:
            continue
        with np.errstate(all="ignore"):  # a sum is the quickest look; finite values may overflow in it
            if np.isfinite(np.sum(leaf)):
                continue
        array = np.asarray(leaf)
        bad = ~np.isfinite(array)
        count = int(bad.sum())
        if count == 0:
            continue
        where = tuple(np.argwhere(bad)[0])
        kind = "missing (NaN)" if np.isnan(array[where]) else "infinite"
        label, variable = name + jax.tree_util.keystr(path), name.split()[-1]
        fill = " Or fill them in, with 0 for instance: x = np.where(np.isfinite(x), x, 0)." if variable == "x" else ""
        raise DataError(
            f"{label} has {count} missing or infinite value{'s' * (count > 1)}; the first is {kind}, in "
            f"{_place(where, columns)}. One is enough to make the loss NaN.\n"
            f"Leave those samples out: keep = np.isfinite({variable}).reshape(len({variable}), -1).all(1); "
            f"x, y = x[keep], y[keep].{fill}"
        )


def rows_at(structure: Any, rows: Any) -> Any:
    """The samples `rows`, a slice or indices, of every array."""
    return jax.tree.map(lambda a: a[rows], structure)
