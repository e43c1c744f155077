"""Rows of arrays in memory or mapped from files."""

from __future__ import annotations

import mmap
from typing import Any

import numpy as np

from heron.data.structure import leaves, mapped
from heron.data.tables import unmasked
from heron.errors import DataError

TOUCHED_BYTES = 128 * 2**20  # of mapped files that may count as memory of the process before they are let go
PAGES_A_ROW = 64 * 2**10  # what the system maps around a row that is touched


class Arrays:
    """Arrays that share their first axis.

    Args:
        structure: an array, or a tuple, list or dict of them. Arrays mapped from files (`numpy.load(path,
            mmap_mode="r")`) are read where rows are asked for, and never as a whole.
    """

    def __init__(self, structure: Any) -> None:
        self.structure = _arrays(structure)
        sizes = {path: len(leaf) for path, leaf in leaves(self.structure)}
        if not sizes or not max(sizes.values()):
            raise DataError(
                "from_arrays: the arrays hold no rows, expected one or more. Is a filter too strict, or the file empty?"
            )
        if len(set(sizes.values())) > 1:
            listed = ", ".join(f"{path or 'the array'} has {size}" for path, size in sizes.items())
            raise DataError(
                f"from_arrays: the arrays have different numbers of rows: {listed}; each row needs one of each.\n"
                "Was a split, a filter or a dropna applied to only one of them?"
            )
        self._rows = next(iter(sizes.values()))
        self._touched = 0

    def __len__(self) -> int:
        return self._rows

    def read(self, rows: np.ndarray) -> Any:
        """The rows in the order asked for, copied."""
        first, count = int(rows[0]), len(rows)
        chosen: Any = rows
        if int(rows[-1]) - first + 1 == count and (count < 2 or bool((np.diff(rows.astype(np.int64)) == 1).all())):
            chosen = slice(first, first + count)
        data = mapped(lambda a: _gathered(a, chosen), self.structure)
        self._let_go(count)
        return data

    def _let_go(self, rows: int) -> None:
        """Gives mapped pages back to the system from time to time: they would count as memory of the process."""
        for _, leaf in leaves(self.structure):
            if (mapping := _mapping(leaf)) is not None:
                row_bytes = leaf.nbytes // max(1, self._rows)
                self._touched += rows * max(PAGES_A_ROW, row_bytes)
                if self._touched > TOUCHED_BYTES and hasattr(mmap, "MADV_DONTNEED") and leaf.mode in ("r", "r+"):
                    mapping.madvise(mmap.MADV_DONTNEED)
        if self._touched > TOUCHED_BYTES:
            self._touched = 0

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "structure": mapped(_portable, self.structure)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, structure=mapped(_opened, state["structure"]))


class _Mapped:
    """How to map an array of a file again, in another process."""

    def __init__(self, array: np.memmap) -> None:
        order = "C" if array.flags.c_contiguous else "F"
        self.arguments: Any = (array.filename, array.dtype, "r", array.offset, array.shape, order)


def _portable(array: np.ndarray) -> Any:
    whole = isinstance(array, np.memmap) and array.filename is not None and array.flags.forc and not _is_view(array)
    return _Mapped(array) if whole else np.asarray(array)  # type: ignore[arg-type]


def _is_view(array: np.memmap) -> bool:
    return array.base is not None and isinstance(array.base, np.memmap)


def _opened(array: Any) -> Any:
    return np.memmap(*array.arguments) if isinstance(array, _Mapped) else array


def _mapping(array: Any) -> Any:
    return getattr(array, "_mmap", None)


def _arrays(value: Any) -> Any:
    """Tuples and dicts hold arrays, and so does a list of arrays; a list of anything else is an array."""
    if isinstance(value, dict):
        return {key: _arrays(part) for key, part in value.items()}
    if isinstance(value, tuple) or (isinstance(value, list) and value and all(hasattr(v, "shape") for v in value)):
        return type(value)(_arrays(part) for part in value)
    return None if value is None else _array(value)


def _array(value: Any) -> Any:
    """An array as it is; a list or a frame as an array."""
    if isinstance(value, np.ndarray):
        array = unmasked(value)
    elif hasattr(value, "to_numpy"):
        array = value.to_numpy()
    else:
        array = _listed(value)
    if array.ndim == 0:
        raise DataError(
            f"from_arrays: received the single value {value!r}; expected arrays with one row a sample. "
            "Write it as a list."
        )
    return array.astype(object) if array.dtype.kind in "US" and not isinstance(value, np.ndarray) else array


def _listed(value: Any) -> np.ndarray:
    try:
        return np.asarray(value)
    except ValueError:
        sizes = [len(row) if hasattr(row, "__len__") else 0 for row in value]
        odd = next((row for row, size in enumerate(sizes) if size != sizes[0]), None)
        raise DataError(
            "from_arrays: the rows have different shapes"
            + ("" if odd is None else f": row 0 has {sizes[0]} values, row {odd} has {sizes[odd]}")
            + ".\nPad the shorter ones, heron.utils.pad_sequences(x); or give them one by one, "
            "Dataset.from_sequence(x), and bring them to one shape with map."
        ) from None


def _gathered(array: Any, chosen: Any) -> np.ndarray:
    if isinstance(chosen, slice) or _mapping(array) is None:
        return np.array(array[chosen])
    order = np.argsort(chosen)  # a file is read from its beginning to its end
    out = np.empty((len(chosen), *array.shape[1:]), array.dtype)
    out[order] = array[chosen[order]]
    return out
