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
        return value
    if isinstance(value, int | float):
        value = [value]  # one number is one sample
    if hasattr(value, "dtypes") and hasattr(value, "columns"):
        _check_columns(value, name)
    array = _as_numpy(value, name)
    if array.dtype.kind in "US":
        raise DataError(
            f"{name} holds text, such as {str(array.reshape(-1)[0])!r}; a model computes with numbers.\n"
            f"For class names use numbers 0, 1, 2, ...: names, {name} = np.unique({name}, return_inverse=True)."
        )
    if array.dtype.kind not in "biufc" and array.dtype.name not in ("bfloat16", "float8_e4m3fn", "float8_e5m2"):
        raise DataError(
            f"{name} holds {array.dtype} values; a model computes with numbers.\n"
            "Convert them first, dates for instance to days: (dates - dates.min()) / np.timedelta64(1, 'D')."
        )
    return _narrow(array, name)


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
        rows = value if isinstance(value, list | tuple | np.ndarray) else []
        lengths = sorted({len(v) for v in rows if hasattr(v, "__len__") and not isinstance(v, str)})
        if not rows if isinstance(rows, list | tuple) else False:
            raise ArgumentTypeError(f"{name} must be an array or a list of numbers; received {value_text(value)}.")
        raise DataError(
            f"The rows of {name} have different lengths"
            + (f" ({', '.join(map(str, lengths[:5]))})" if lengths else "")
            + ".\nPad the shorter ones: heron.utils.pad_sequences(x)."
        )
    for index, item in enumerate(array.reshape(-1)):
        if item is None:
            raise DataError(f"{name} has a missing value (None) at position {index}. Fill it in or drop the row.")
        if isinstance(item, str):
            raise DataError(
                f"{name} holds text, such as {item!r} at position {index}; a model computes with numbers.\n"
                f"Encode it: categories, {name} = np.unique({name}, return_inverse=True)."
            )
        if not isinstance(item, int | float | np.number):
            raise ArgumentTypeError(
                f"{name} holds {value_text(item)} at position {index}; a model computes with numbers."
            )


def _check_columns(frame: Any, name: str) -> None:
    for column in frame.columns:
        kind = getattr(np.dtype("O") if not hasattr(frame[column].dtype, "kind") else frame[column].dtype, "kind", "O")
        if kind not in "biufc":
            sample = next(iter(frame[column]), None)
            raise DataError(
                f"Column {str(column)!r} of {name} holds {frame[column].dtype} values, such as {sample!r}; a model "
                "computes with numbers.\n"
                f"Encode the column (pandas.get_dummies) or drop it: {name}.drop(columns={str(column)!r})."
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
        raise DataError(
            f"The numbers of samples differ: {_listed(sizes)}; each sample needs one of each.\n"
            "Was a split, a filter or a dropna applied to only one of them?"
        )
    rows = next(iter(sizes.values()))
    if rows == 0:
        shape = next((shape_text(a.shape) for a in jax.tree.leaves(next(iter(parts.values())))), "")
        raise DataError(
            f"{next(iter(sizes))} has no samples (shape {shape}). Check how the data were read or filtered."
        )
    return rows


def _listed(sizes: dict[str, int]) -> str:
    return ", ".join(f"{name} has {count}" for name, count in sizes.items())


def check_finite(structure: Any, name: str) -> None:
    """Raises `DataError` naming the first missing or infinite value, if there is one."""
    for path, leaf in jax.tree_util.tree_flatten_with_path(structure)[0]:
        if leaf.dtype.kind != "f" or leaf.size == 0 or np.isfinite(np.sum(leaf)):
            continue
        array = np.asarray(leaf)
        bad = ~np.isfinite(array)
        count = int(bad.sum())
        if count == 0:
            continue
        where = tuple(int(i) for i in np.argwhere(bad)[0])
        place = f"row {where[0]}" + (
            f", column {where[1]}" if len(where) == 2 else f", index {where[1:]}" if where[1:] else ""
        )
        kind = "missing (NaN)" if np.isnan(array[where]) else "infinite"
        label = name + jax.tree_util.keystr(path)
        raise DataError(
            f"{label} has {count} missing or infinite value{'s' * (count > 1)}; the first is {kind}, at {place}. "
            f"Training on it would make every weight NaN.\n"
            f"Drop those rows, or fill them in: {name} = np.nan_to_num({name})."
        )


def rows_at(structure: Any, rows: Any) -> Any:
    """The samples `rows`, a slice or indices, of every array."""
    return jax.tree.map(lambda a: a[rows], structure)
