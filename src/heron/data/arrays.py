"""What users pass as data - numbers, lists, arrays, frames, dicts of them - made into checked arrays."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from heron.data.rows import LazyRows, file_rows, first_bad, is_sparse, narrow_dtype, sparse_rows
from heron.data.tables import (
    NUMBERS,
    column_array,
    is_column,
    is_lazy_column,
    numbers_of,
    table_array,
    table_of,
    unmasked,
    words_mend,
)
from heron.errors import ArgumentTypeError, DataError, more, shape_text, value_text

_SMALL_FLOATS = ("bfloat16", "float8_e4m3fn", "float8_e5m2")


def to_array(value: Any, name: str) -> Any:
    """One array of numbers of at most 32 bits, from what any library calls an array, a table or a column.

    Args:
        value: what the user passed: a number, a list, an array of NumPy or JAX, a tensor of torch or TensorFlow, a
            frame or series of pandas or polars, a table or array of pyarrow, a SciPy sparse matrix, an array in a file,
            or anything with `__array__`.
        name: what the message calls it, such as `x` or `y`.

    Returns:
        A JAX array as it is, else a NumPy array; a large sparse matrix or array in a file as `LazyRows`.

    Raises:
        DataError: for text, dates, Python objects and rows of unequal length, saying where.
    """
    if isinstance(value, LazyRows):
        return value
    if isinstance(value, jax.Array):
        return value if value.ndim else value.reshape(1)
    if isinstance(value, str | bytes):
        raise ArgumentTypeError(
            f"{name} must be an array or a list of numbers; received the text {value_text(value)}.\n"
            "If it names a file, read it first: numpy.loadtxt(path, delimiter=','), or pandas.read_csv(path)."
        )
    value = on_host(value, name)
    if is_sparse(value):
        return sparse_rows(value)
    if (rows := file_rows(value)) is not None:
        return rows
    array = _as_numpy(value, name)
    if array.dtype.kind in "UST":
        words = [str(word) for word in array.reshape(-1)[:50]]
        raise DataError(
            f"{name} holds text, such as {words[0]!r}; a model computes with numbers.\n"
            + words_mend(name.split()[-1], words=words)
        )
    if array.dtype.kind not in NUMBERS and array.dtype.name not in _SMALL_FLOATS:
        raise DataError(
            f"{name} holds {array.dtype} values; a model computes with numbers.\n"
            "Convert them first, dates for instance to days: (dates - dates.min()) / np.timedelta64(1, 'D')."
        )
    array = _narrow(array, name)
    return array if array.ndim else array.reshape(1)  # one number is one sample


def on_host(value: Any, name: str) -> Any:
    """Tensors of torch and TensorFlow, also in lists, as NumPy arrays; what is read when asked for, read."""
    if isinstance(value, np.ndarray):
        return value
    if hasattr(value, "detach") and hasattr(value, "cpu"):
        return _from_torch(value)
    if hasattr(value, "collect_schema") and hasattr(value, "collect"):
        return value.collect()
    if is_lazy_column(value):
        return on_host(value[:], name)
    if hasattr(value, "row_splits") and hasattr(value, "to_tensor"):
        raise DataError(
            f"{name} is a ragged tensor: its rows have different lengths. Expected rows of one length.\n"
            f"Pad the shorter ones: {name.split()[-1]}.to_tensor()."
        )
    if hasattr(value, "dense_shape") and hasattr(value, "indices"):
        raise DataError(
            f"{name} is a sparse tensor of TensorFlow. Expected a dense array or a SciPy sparse matrix.\n"
            f"Fill it up, tf.sparse.to_dense({name.split()[-1]}), or make it a scipy.sparse.coo_array, which is filled "
            "up batch by batch."
        )
    if isinstance(value, list | tuple) and value and hasattr(value[0], "detach"):
        return [on_host(part, name) for part in value]
    return value


def _from_torch(tensor: Any) -> Any:
    tensor = tensor.detach().cpu()
    if "sparse" in str(getattr(tensor, "layout", "")):
        tensor = tensor.to_dense()
    if "bfloat16" in str(getattr(tensor, "dtype", "")):
        tensor = tensor.float()  # NumPy's own view of it does not exist; the values are the same
    return tensor


def _as_numpy(value: Any, name: str) -> np.ndarray:
    if isinstance(value, np.ma.MaskedArray) and not value.dtype.names:
        value = unmasked(value)
    if isinstance(value, np.ndarray) and value.dtype != object and not value.dtype.names:
        return value
    if (table := table_of(value)) is not None:
        return table_array(value, table, name)
    if is_column(value):
        return column_array(value, name, name)
    try:
        array = np.asarray(value)
        if array.dtype.kind in "US" and isinstance(value, list | tuple):
            array = np.asarray(value, object)  # numbers among words are words by now
    except ValueError:
        array = np.asarray(None)
    if array.dtype == object:
        _explain_rows(value, array, name)
        rows = array.reshape(len(array), -1)
        columns = [numbers_of(rows[:, i], name, name, at=_within_row(i, array.shape[1:])) for i in range(rows.shape[1])]
        return np.stack(columns, axis=1).reshape(array.shape) if columns else np.zeros(array.shape, np.float32)
    return array


def _explain_rows(value: Any, array: np.ndarray, name: str) -> None:
    """Raises the error for what is no array: not a list at all, a list of several arrays, rows of unequal length."""
    if array.shape != () and not any(isinstance(v, list | tuple | np.ndarray) for v in array.reshape(-1)[:1000]):
        return
    if not isinstance(value, list | tuple | np.ndarray) or getattr(value, "ndim", 1) == 0:
        raise ArgumentTypeError(f"{name} must be an array or a list of numbers; received {value_text(value)}.")
    parts = value[0] if isinstance(value[0], tuple) else value
    if all(getattr(part, "shape", ()) != () for part in parts):
        shapes = " and ".join(shape_text(part.shape) for part in parts[:3])
        raise DataError(
            f"{name} must be one array, as the model takes one; received a list that holds arrays of shape {shapes}.\n"
            "Give inputs and targets apart, fit(x, y); and batches as a generator, fit(iter(batches))."
        )
    sizes = [len(v) if hasattr(v, "__len__") and not isinstance(v, str) else None for v in value]
    lengths = sorted({size for size in sizes if size is not None})
    odd = next((row for row, size in enumerate(sizes) if size != sizes[0]), None)
    raise DataError(
        f"The rows of {name} have different lengths"
        + (f" ({', '.join(map(str, lengths[:5]))})" if lengths else "")
        + (f"; row {odd} is the first that is unlike row 0" if odd is not None else "")
        + f".\nPad the shorter ones: heron.utils.pad_sequences(x).{more('padding')}"
    )


def _within_row(number: int, shape: tuple[int, ...]) -> str:
    """Where in a row of a shape a value stands, in words after those for the row."""
    if len(shape) < 2:
        return f", column {number}" if shape else ""
    return f", index {tuple(int(i) for i in np.unravel_index(number, shape))}"


def _place(index: Any, columns: Any = None) -> str:
    """Where an element stands, in words: `row 3, column 'price'`."""
    where = [int(i) for i in index]
    if len(where) != 2:
        return f"row {where[0]}" + (f", index {tuple(where[1:])}" if where[1:] else "")
    return f"row {where[0]}, column {where[1] if columns is None else repr(str(columns[where[1]]))}"


def _narrow(array: np.ndarray, name: str) -> np.ndarray:
    narrow = narrow_dtype(array.dtype)
    if narrow == array.dtype:
        return array
    if (
        array.dtype.kind in "iu"
        and array.size
        and max(abs(int(array.min())), abs(int(array.max()))) > np.iinfo(narrow).max
    ):
        raise DataError(
            f"{name} holds whole numbers beyond {np.iinfo(narrow).max}, which do not fit {narrow}.\n"
            "Scale them, or convert them to float."
        )
    return array.astype(narrow)


def is_dataclass(value: Any) -> bool:
    """Whether `value` is an object of a dataclass that holds data, which is read as a dict of its fields."""
    return dataclasses.is_dataclass(value) and not isinstance(value, type) and not hasattr(value, "__array__")


def _is_several(value: Any) -> bool:
    """Whether a list inside a dict holds arrays, one for each input, rather than numbers or rows of numbers."""
    return isinstance(value, list | tuple) and len(value) > 0 and all(_is_arrays(part) for part in value)


def _is_arrays(part: Any) -> bool:
    if isinstance(part, Mapping) or is_sparse(part) or is_dataclass(part):
        return True
    return not isinstance(part, list | tuple | str) and len(getattr(part, "shape", ())) > 0


def to_structure(value: Any, name: str, several: bool) -> Any:
    """Arrays in the structure the user meant.

    Args:
        value: an array, a list of numbers, a dict or dataclass of arrays, or - for models with several inputs or
            outputs - a list of arrays. Inside a dict, a list that holds arrays is one of several inputs.
        name: what the message calls it.
        several: whether a list may mean one array for each input (or output).
    """
    if value is None:
        return None
    if is_dataclass(value):
        value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping) and not is_sparse(value):  # some of SciPy's are dicts
        if not value:
            raise DataError(f"{name} is an empty dict. Expected an array for each input, by its name.")
        return {k: to_structure(v, f"{name}[{k!r}]", several=_is_several(v)) for k, v in value.items()}
    if isinstance(value, list | tuple) and several:
        parts = [to_structure(v, f"{name}[{i}]", several=_is_several(v)) for i, v in enumerate(value)]
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
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
    if not sizes:
        raise DataError(f"{next(iter(parts))} is None; expected an array with a row for each sample.")
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


def check_finite(structure: Any, name: str, columns: Any = None, rows: Any = None) -> None:
    """Raises `DataError` naming the first missing or infinite value, if there is one.

    Args:
        structure: arrays. Of those that are read by rows the first are looked at; the loop watches the others' loss.
        name: what the message calls them.
        columns: the names of the columns, if they have names.
        rows: the numbers of the rows, by default 0, 1, 2, ...
    """
    for path, leaf in jax.tree_util.tree_flatten_with_path(structure)[0]:
        if not jax.numpy.issubdtype(leaf.dtype, np.floating) or leaf.size == 0:
            continue
        if isinstance(leaf, LazyRows):
            bad, array = leaf.first_bad(), None
        else:
            with np.errstate(all="ignore"):  # a sum is the quickest look; finite values may overflow in it
                if np.isfinite(np.sum(leaf)):
                    continue
            array = np.asarray(leaf)
            bad = first_bad(array)
        if bad is None:
            continue
        place = bad.place if rows is None else (int(rows[bad.place[0]]), *bad.place[1:])
        kind = "missing (NaN)" if np.isnan(bad.value) else "infinite"
        label, variable = name + jax.tree_util.keystr(path), name.split()[-1]
        fill = " Or fill them in, with 0 for instance: x = np.where(np.isfinite(x), x, 0)." if variable == "x" else ""
        raise DataError(
            f"{label} has {bad.number} missing or infinite value{'s' * (bad.number > 1)}; the first is {kind}, in "
            f"{_place(place, columns)}. One is enough to make the loss NaN.\n"
            + _by_column(array, columns)
            + f"Leave those samples out: keep = np.isfinite({variable}).reshape(len({variable}), -1).all(1); "
            f"x, y = x[keep], y[keep].{fill}{more('NaN')}"
        )


def _by_column(array: np.ndarray | None, columns: Any) -> str:
    """How many values are missing in each column of a table with names, worst first; empty when it is one column."""
    if array is None or array.ndim != 2 or columns is None:
        return ""
    counts = (~np.isfinite(array)).sum(0)
    worst = [int(i) for i in np.argsort(-counts, kind="stable") if counts[i]]
    if len(worst) < 2:
        return ""
    listed = ", ".join(f"{counts[i]} in {str(columns[i])!r}" for i in worst[:8])
    return f"By column: {listed}{f' and {len(worst) - 8} more columns' if len(worst) > 8 else ''}.\n"


def rows_at(structure: Any, rows: Any) -> Any:
    """The samples `rows`, a slice or indices, of every array."""
    return jax.tree.map(lambda a: a[rows], structure)


def part_of(structure: Any, start: int, stop: int) -> Any:
    """The samples from `start` to before `stop`; of what is read by rows, unread."""
    return jax.tree.map(lambda a: a.part(start, stop) if isinstance(a, LazyRows) else a[start:stop], structure)


def reads_rows(structure: Any) -> bool:
    """Whether one of the arrays is read by rows, and must not be put on the device as a whole."""
    return any(isinstance(leaf, LazyRows) for leaf in jax.tree.leaves(structure))
