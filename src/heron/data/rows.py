"""Arrays that are read row by row, as they are needed: sparse matrices, arrays in files, arrays too wide to convert."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import numpy as np

from heron.data.mapped import reader_of
from heron.errors import shape_text

WHOLE_BYTES = 64 * 2**20
"""What takes less is read at once: arrays that lie on the device train fastest."""
SEEN_BYTES = 16 * 2**20
"""How much of an array that is read by rows is looked at before training."""

_WIDE = {"float64": "float32", "int64": "int32", "uint64": "uint32", "longdouble": "float32", "float128": "float32"}


class Bad(NamedTuple):
    """The first value of an array that is missing or infinite, and how many were found."""

    place: tuple[int, ...]
    value: float
    number: int


def narrow_dtype(dtype: np.dtype) -> np.dtype:
    """The dtype of at most 32 bits, in this machine's order of bytes, in which values of `dtype` go to the device."""
    wide = jax.config.jax_enable_x64  # type: ignore[attr-defined]
    return np.dtype(dtype if wide else _WIDE.get(dtype.name, dtype)).newbyteorder("=")


class LazyRows:
    """An array of which only the rows that are asked for are read and converted: `rows[indices]` is a NumPy array.

    Args:
        source: what is read: `_read` says how.
        shape: the shape of the whole.
        dtype: the dtype in which rows are given, of at most 32 bits.
        start: the first row of `source` that belongs to it.
    """

    def __init__(self, source: Any, shape: tuple[int, ...], dtype: Any, start: int = 0) -> None:
        self._source, self._start = source, start
        self.shape = tuple(int(size) for size in shape)
        self.dtype = np.dtype(dtype)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of values, those that are nowhere written down among them."""
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def nbytes(self) -> int:
        """The bytes that the whole would take."""
        return self.size * self.dtype.itemsize

    def __len__(self) -> int:
        return self.shape[0]

    def __repr__(self) -> str:
        return f"{type(self).__name__}(shape={shape_text(self.shape)}, dtype={self.dtype})"

    def __getitem__(self, rows: Any) -> np.ndarray:
        """The rows of a slice or of an array of indices."""
        wanted = np.arange(*rows.indices(len(self))) if isinstance(rows, slice) else np.asarray(rows)
        return np.asarray(self._read(wanted + self._start), self.dtype)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self[:], dtype)

    def part(self, start: int, stop: int) -> LazyRows:
        """The rows from `start` to before `stop`, unread."""
        return type(self)(self._source, (stop - start, *self.shape[1:]), self.dtype, self._start + start)

    def seen(self) -> np.ndarray:
        """The first rows, as many as are worth a look."""
        return self[: max(1, SEEN_BYTES * len(self) // max(1, self.nbytes))]

    def first_bad(self) -> Bad | None:
        """The first missing or infinite value among the rows that are worth a look, if there is one."""
        seen = self.seen()
        return first_bad(seen) if seen.dtype.kind == "f" else None

    def _read(self, rows: np.ndarray) -> Any:
        """The rows of the source; `rows` are indices."""
        return self._source[rows]


class FileRows(LazyRows):
    """A memory-mapped array, of which memory holds no more than the rows that were asked for."""

    def _read(self, rows: np.ndarray) -> Any:
        return self._source.read(rows)


class SortedRows(LazyRows):
    """An array of another library, in HDF5 say, which takes ascending indices only."""

    def _read(self, rows: np.ndarray) -> Any:
        if not rows.size:
            return np.zeros((0, *self.shape[1:]), self.dtype)
        ascending, back = np.unique(rows, return_inverse=True)
        if ascending[-1] - ascending[0] + 1 == len(ascending):
            return np.asarray(self._source[int(ascending[0]) : int(ascending[-1]) + 1])[back]
        return np.asarray(self._source[ascending])[back]


class SparseRows(LazyRows):
    """A SciPy sparse matrix in the CSR format: rows are filled up with zeros as they are asked for."""

    def _read(self, rows: np.ndarray) -> Any:
        return self._source[rows].toarray()

    def first_bad(self) -> Bad | None:
        """The first missing or infinite value among all that are written down."""
        source = self._source
        if source.data.dtype.kind != "f" or np.isfinite(np.sum(source.data, dtype=np.float64)):
            return None
        bad = np.flatnonzero(~np.isfinite(source.data))
        rows = np.searchsorted(source.indptr, bad, side="right") - 1
        own = (rows >= self._start) & (rows < self._start + len(self))
        if not own.any():
            return None
        first = bad[own][0]
        place = int(rows[own][0]) - self._start, int(source.indices[first])
        return Bad(place, float(source.data[first]), int(own.sum()))


def first_bad(array: np.ndarray) -> Bad | None:
    """The first missing or infinite value of an array of floats, if there is one."""
    bad = ~np.isfinite(array)
    count = int(bad.sum())
    if not count:
        return None
    place = tuple(int(i) for i in np.argwhere(bad)[0])
    return Bad(place, float(array[place]), count)


def is_sparse(value: Any) -> bool:
    """Whether `value` is a SciPy sparse matrix or array."""
    return hasattr(value, "tocsr") and hasattr(value, "toarray") and hasattr(value, "nnz")


def sparse_rows(matrix: Any) -> LazyRows | np.ndarray:
    """A sparse matrix by rows; a small one, or one of one axis, as a plain array."""
    dtype = narrow_dtype(np.dtype(matrix.dtype))
    if len(matrix.shape) != 2 or matrix.shape[0] * matrix.shape[1] * dtype.itemsize <= WHOLE_BYTES:
        return np.asarray(matrix.toarray(), dtype)
    rows = matrix.tocsr()
    return SparseRows(rows, rows.shape, dtype)


def file_rows(array: Any) -> LazyRows | None:
    """A large memory-mapped or HDF5-like array of numbers by rows; None for what is better read at once."""
    dtype, shape = getattr(array, "dtype", None), getattr(array, "shape", None)
    if not isinstance(dtype, np.dtype) or dtype.kind not in "biuf" or not shape:
        return None
    if int(np.prod(shape, dtype=np.int64)) * dtype.itemsize <= WHOLE_BYTES:
        return None
    if isinstance(array, np.memmap):
        return FileRows(reader_of(array), shape, narrow_dtype(dtype))
    is_held = isinstance(array, np.ndarray) or hasattr(array, "__array_interface__") or hasattr(array, "iloc")
    reads_rows = hasattr(array, "__getitem__") and hasattr(array, "chunks")  # HDF5, Zarr
    return SortedRows(array, shape, narrow_dtype(dtype)) if reads_rows and not is_held else None


def seen(array: Any) -> np.ndarray:
    """An array on the host; of one that is read by rows, the first of them."""
    return array.seen() if isinstance(array, LazyRows) else np.asarray(array)
