"""The per-user cache: a shipped container is decoded once, then its arrays are memory-mapped.

The package knows the shape, the dtype and the CRC-32 of every array, so a file in the cache is judged on every load by
facts that the cache cannot damage. There is no manifest that could be lost or disagree, and the checksum is part of the
file's name, so that versions of heron with different data do not meet.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import math
import os
import secrets
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from heron.datasets.decoders import Array
from heron.errors import HeronError, note
from heron.folders import cache_folder

SHIPPED = Path(__file__).parent / "files"
"""The folder of the shipped containers: `SHIPPED / <name of the data set> / <file>`."""

_ABANDONED_AFTER = 3600.0
"""A temporary file this old belongs to a process that was killed."""

Arrays: TypeAlias = dict[str, Array]


class ContainerError(HeronError, OSError):
    """A container that came with heron is missing or damaged: the installation must be repaired."""


@dataclass(frozen=True)
class ArraySpec:
    """What one decoded array must be.

    Args:
        dtype: its dtype with byte order, such as `"<f4"`.
        shape: its shape.
        crc32: the CRC-32 of its values in C order.
    """

    dtype: str
    shape: tuple[int, ...]
    crc32: int

    def nbytes(self) -> int:
        """The size of its values."""
        return math.prod(self.shape) * np.dtype(self.dtype).itemsize

    def header(self) -> bytes:
        """The header of the .npy file that holds such an array."""
        buffer = io.BytesIO()
        fields = {"descr": self.dtype, "fortran_order": False, "shape": self.shape}
        np.lib.format.write_array_header_1_0(buffer, fields)
        return buffer.getvalue()


@dataclass(frozen=True)
class DataSet:
    """One shipped data set.

    Args:
        name: the name of its module and of its folder.
        containers: the SHA-256 of each file.
        decode: makes the arrays from the containers' bytes.
        arrays: what `decode` must return, by name.
    """

    name: str
    containers: Mapping[str, str]
    decode: Callable[[Mapping[str, bytes]], Arrays]
    arrays: Mapping[str, ArraySpec]


def load(data_set: DataSet) -> Arrays:
    """Returns the arrays of `data_set` by name, memory-mapped from the cache, which is filled or repaired where needed.

    The arrays may be written to: the map is copy-on-write and the cache does not change. Where the cache cannot be
    written, the arrays are decoded in memory and a `HeronNote` says so in the line that called `load_data()`.

    Raises:
        ContainerError: when a shipped container is missing or damaged.
    """
    folder = cache_folder() / "datasets" / data_set.name
    with contextlib.suppress(OSError, ValueError):  # absent, half-written or damaged: all three are mended alike
        return _read(folder, data_set)
    decoded = data_set.decode(_containers(data_set))
    try:
        _write(folder, data_set, decoded)
        return _read(folder, data_set)
    except (OSError, ValueError) as error:
        note(
            f"{data_set.name}: expected a cache folder in which files can be written; {str(folder)!r} cannot be used "
            f"({_reason(error)}), so the data were decoded in memory, and will be again on the next load.\n"
            "Set the environment variable HERON_HOME to such a folder.",
        )
        return {name: np.array(array) for name, array in decoded.items()}


def _read(folder: Path, data_set: DataSet) -> Arrays:
    return {name: _map(_path(folder, name, spec), spec) for name, spec in data_set.arrays.items()}


def _path(folder: Path, name: str, spec: ArraySpec) -> Path:
    return folder / f"{name}-{spec.crc32:08x}.npy"


def _map(path: Path, spec: ArraySpec) -> Array:
    """Maps one file of the cache; raises `OSError` or `ValueError` unless it holds, to the byte, what `spec` says."""
    header = spec.header()
    with path.open("rb") as file:
        if file.read(len(header)) != header or os.fstat(file.fileno()).st_size != len(header) + spec.nbytes():
            raise ValueError(f"{path} is damaged")
        array = np.asarray(np.memmap(file, spec.dtype, mode="c", offset=len(header), shape=spec.shape))
    if zlib.crc32(array.data) != spec.crc32:
        raise ValueError(f"{path} is damaged")
    return array


def _write(folder: Path, data_set: DataSet, decoded: Arrays) -> None:
    """Writes each array to a new file and renames that into place: a reader sees the old file or the whole new one."""
    if str(folder).startswith("~"):
        raise FileNotFoundError(errno.ENOENT, "this user has no home folder")
    folder.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(folder)
    for name, spec in data_set.arrays.items():
        path = _path(folder, name, spec)
        part = folder / f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part"
        try:
            with part.open("xb") as file:
                file.write(spec.header())
                file.write(np.ascontiguousarray(decoded[name], spec.dtype).data)
            part.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink()
            raise


def _remove_abandoned(folder: Path) -> None:
    for part in folder.glob("*.part"):
        with contextlib.suppress(OSError):
            if time.time() - part.stat().st_mtime > _ABANDONED_AFTER:
                part.unlink()


def _containers(data_set: DataSet) -> dict[str, bytes]:
    """Returns the bytes of each container, after its checksum was found right."""
    contents = {}
    for file, sha256 in data_set.containers.items():
        path = SHIPPED / data_set.name / file
        try:
            contents[file] = path.read_bytes()
        except OSError as error:
            raise ContainerError(_damage_text(data_set, path, sha256, _reason(error))) from error
        received = hashlib.sha256(contents[file]).hexdigest()
        if received != sha256:
            raise ContainerError(_damage_text(data_set, path, sha256, f"{len(contents[file])} bytes with {received}"))
    return contents


def _damage_text(data_set: DataSet, path: Path, sha256: str, received: str) -> str:
    return (
        f"{data_set.name}: the data file {str(path)!r}, which came with heron, is damaged or missing.\n"
        f"Expected the SHA-256 {sha256}; received {received}.\n"
        "Install heron again: pip install --force-reinstall --no-deps heron"
    )


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
