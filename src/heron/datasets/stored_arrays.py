"""The arrays in an .npz file, lists of integers among them, without running what the file says.

NumPy stores rows of unequal length as a pickle, a small program that makes objects. Here that program may name NumPy's
array and dtype only, and gets inert stand-ins for both; what comes out must be a row of lists of integers.
"""

from __future__ import annotations

import io
import pickle
import zipfile
import zlib
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from heron.datasets.decoders import Array
from heron.errors import DataError

_LARGEST = 1 << 30
"""The most bytes that one array may take in its file."""

_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, pickle.UnpicklingError, EOFError, ValueError, TypeError, AttributeError),
    *(IndexError, KeyError, OverflowError, RuntimeError, MemoryError),
)


class Rows(NamedTuple):
    """Rows of integers of unequal length: all words one after the other, int64, and the length of each row, int64."""

    words: Array
    lengths: Array


class _Stored:
    """Stands for an array while a pickle is read; holds what its state says."""

    state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state


class _Dtype:
    """Stands for a dtype while a pickle is read."""

    def __setstate__(self, state: Any) -> None:
        """Byte order and the like, which a list of integers does not need."""


def _array_class(*args: Any) -> _Stored:
    return _Stored()


def _dtype(kind: Any = None, *args: Any) -> _Dtype:
    if not (isinstance(kind, str | bytes) and kind[:1] in ("O", b"O")):
        raise pickle.UnpicklingError(f"an array of {kind!r} is stored as a pickle")
    return _Dtype()


_STAND_INS = {
    ("numpy", "ndarray"): _array_class,
    ("numpy", "dtype"): _dtype,
    ("numpy.core.multiarray", "_reconstruct"): _array_class,
    ("numpy._core.multiarray", "_reconstruct"): _array_class,
}


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        try:
            return _STAND_INS[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"it names {module}.{name}, which a list of integers does not need") from None


class StoredArrays:
    """The arrays of an .npz file.

    Args:
        path: the file.

    Raises:
        DataError: when it is not such a file, or holds something else than numbers and lists of integers.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with zipfile.ZipFile(path) as archive:
                members = [info for info in archive.infolist() if info.filename.endswith(".npy")]
                self._arrays = {info.filename.removesuffix(".npy"): _array(archive, info) for info in members}
        except _DAMAGE as error:
            raise self._damaged(f"received: {error}") from error

    def numbers(self, name: str) -> Array:
        """The array of numbers of that name."""
        found = self._arrays.get(name)
        if not isinstance(found, np.ndarray):
            raise self._damaged(f"received no numbers {name!r}")
        return found

    def rows(self, name: str) -> Rows:
        """The lists of integers of that name."""
        found = self._arrays.get(name)
        if not isinstance(found, Rows):
            raise self._damaged(f"received no lists {name!r}")
        return found

    def _damaged(self, received: str) -> DataError:
        return DataError(
            f"{self._path.name}: {str(self._path)!r} cannot be read.\n"
            f"Expected arrays of numbers or of lists of integers; {received}.\n"
            "Delete the file; it is then downloaded again."
        )


def _array(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Array | Rows:
    if info.file_size > _LARGEST:
        raise ValueError(f"{info.filename} takes {info.file_size} bytes")
    with archive.open(info) as member:
        stream = io.BytesIO(member.read(_LARGEST))
    version = np.lib.format.read_magic(stream)
    read_header = np.lib.format.read_array_header_1_0 if version[0] == 1 else np.lib.format.read_array_header_2_0
    shape, _, dtype = read_header(stream)
    if not dtype.hasobject:
        stream.seek(0)
        found: Array = np.lib.format.read_array(stream, allow_pickle=False)
        return found
    stored = _Reader(stream, encoding="latin1").load()
    rows = stored.state[4] if isinstance(stored, _Stored) and isinstance(stored.state, tuple) else None
    if not isinstance(rows, list) or shape != (len(rows),):
        raise ValueError(f"{info.filename} is not a row of lists")
    return as_rows(rows, info.filename)


def as_rows(rows: list[Any], name: str) -> Rows:
    """Returns lists of integers as `Rows`; raises `ValueError` for anything else."""
    if any(type(row) is not list for row in rows) or set(map(type, chain.from_iterable(rows))) - {int}:
        raise ValueError(f"{name} holds something else than lists of integers")
    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    return Rows(np.fromiter(chain.from_iterable(rows), np.int64, int(lengths.sum())), lengths)
