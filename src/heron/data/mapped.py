"""Rows of arrays that lie in files: read from the file itself, not through the mapping that NumPy made of it.

A page that is touched through a mapping counts as memory of the process, and takes its neighbours along: rows in random
order cost sixteen times their size and twice the time.
"""

from __future__ import annotations

import mmap
import os
import weakref
from typing import Any

import numpy as np

PIECE_BYTES = 2**22


def reader_of(array: np.memmap) -> Any:
    """What reads rows of a mapped array: `read(rows)` with ascending or any indices, as an array in memory."""
    try:
        return FileReader(array)
    except (OSError, ValueError):
        return MappingReader(array)


class FileReader:
    """Reads rows from the file of a mapped array.

    Args:
        array: the mapped array, samples first, the values of a row side by side.

    Raises:
        ValueError: when its rows cannot be found in its file: private changes, a file that was replaced, other strides.
        OSError: when the file cannot be opened.
    """

    def __init__(self, array: np.memmap) -> None:
        if array.mode == "c" or not array.filename or not hasattr(os, "preadv"):
            raise ValueError("not in a file")
        if not len(array) or not array[:1].flags.c_contiguous or array.strides[0] != array[:1].nbytes:
            raise ValueError("rows with gaps")
        self._path = array.filename
        self._file = os.open(self._path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._file)
        self._row, self.dtype, self._bytes = array.shape[1:], array.dtype, array[:1].nbytes
        self._begin = _offset(array)
        looks = np.array([0, len(array) // 2, len(array) - 1])
        if self.read(looks).tobytes() != np.array(array[looks]).tobytes():
            raise ValueError("the file was replaced")

    def read(self, rows: np.ndarray) -> np.ndarray:
        """The rows of those indices; neighbours are read together."""
        found = np.empty((len(rows), *self._row), self.dtype)
        memory = found.reshape(-1).view(np.uint8).data
        starts = np.concatenate([[0], np.flatnonzero(np.diff(rows) != 1) + 1, [len(rows)]])
        for first, stop in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
            if stop > first:
                self._fill(memory[first * self._bytes : stop * self._bytes], int(rows[first]))
        return found

    def _fill(self, memory: memoryview, row: int) -> None:
        at, done = self._begin + row * self._bytes, 0
        while done < len(memory):
            count = os.preadv(self._file, [memory[done:]], at + done)
            if not count:
                raise ValueError(f"The file {str(self._path)!r} ends before row {row}. Was it cut or written anew?")
            done += count


class MappingReader:
    """Reads rows through the mapping, and gives its pages back, so that they do not count as memory for long.

    Args:
        array: the mapped array.
    """

    def __init__(self, array: np.memmap) -> None:
        self._array = array

    def read(self, rows: np.ndarray) -> np.ndarray:
        """The rows of those indices."""
        found = np.empty((len(rows), *self._array.shape[1:]), self._array.dtype)
        count = max(1, PIECE_BYTES // max(1, found[:1].nbytes))
        for start in range(0, len(rows), count):
            np.take(self._array, rows[start : start + count], axis=0, out=found[start : start + count], mode="clip")
            self._hand_back()
        return found

    def _hand_back(self) -> None:
        mapped = getattr(self._array, "_mmap", None)
        if mapped is not None and self._array.mode != "c" and hasattr(mmap, "MADV_DONTNEED"):
            mapped.madvise(mmap.MADV_DONTNEED)  # changes made to a shared mapping are kept by the system


def _offset(array: np.memmap) -> int:
    """Where the first row of a mapped array, or of a part of one, stands in the file."""
    mapped: Any = array
    while isinstance(mapped, np.ndarray):
        mapped = mapped.base
    if not isinstance(mapped, mmap.mmap):
        raise ValueError("not mapped")
    begin = np.frombuffer(mapped, np.uint8).__array_interface__["data"][0]
    return array.__array_interface__["data"][0] - begin + array.offset - array.offset % mmap.ALLOCATIONGRANULARITY
