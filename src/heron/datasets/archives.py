"""Archives into folders: files and folders only, inside the folder only, up to a budget, and all of it or nothing."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import lzma
import os
import secrets
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any

from heron.errors import DataError

_BLOCK = 1 << 20
_MOST_HELD = 1 << 26
"""The longest run of bytes that the header of a member may take."""

_COMPRESSIONS: tuple[tuple[bytes, Callable[[Any], Any]], ...] = (
    (b"\x1f\x8b", lambda file: gzip.GzipFile(fileobj=file)),
    (b"BZh", bz2.BZ2File),
    (b"\xfd7zXZ\x00", lzma.LZMAFile),
)

_DAMAGE = (
    *(tarfile.TarError, zipfile.BadZipFile, gzip.BadGzipFile, lzma.LZMAError, zlib.error),
    *(EOFError, RuntimeError, UnicodeError, OverflowError),
)


@dataclass(frozen=True)
class Budget:
    """How much may come out of an archive.

    Args:
        members: the most files and folders.
        growth: how many times the archive's own size the files may be, all together.
        least: bytes that are always allowed.
    """

    members: int = 1_000_000
    growth: int = 100
    least: int = 1 << 30


BUDGET = Budget()


class ArchiveError(DataError):
    """An archive that is damaged, or holds what must not be unpacked."""


@dataclass(frozen=True)
class _Member:
    """A file of an archive, or a folder: then `open` is None."""

    name: str
    open: Callable[[], IO[bytes]] | None


def extract(
    archive: Path,
    folder: Path,
    formats: tuple[str, ...] = ("tar", "zip"),
    budget: Budget = BUDGET,
    finish: Callable[[Path], None] | None = None,
) -> None:
    """Unpacks an archive into a new folder, which gets its name when everything is in it.

    Files get the usual permissions. Links, devices, absolute names, names that lead out of the folder, encrypted files
    and two files of one name are refused, and nothing is unpacked then.

    Args:
        archive: a zip file, or a tar file, plain or compressed by gzip, bzip2 or xz.
        folder: the folder to make. One of that name is replaced.
        formats: which of `"tar"` and `"zip"` it may be.
        budget: how much may come out of it.
        finish: is given the folder before it gets its name.

    Raises:
        ArchiveError: when the archive is damaged or refused.
    """
    new = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.unpacking")
    try:
        new.mkdir(parents=True)
        try:
            _unpack(archive, new, formats, budget)
        except (FileExistsError, NotADirectoryError) as error:
            raise _refusal(archive, f"each name once; received {error.filename!r} as a file and as a folder") from error
        except (*_DAMAGE, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:  # of the disk, not of a decompressor
                raise
            raise _refusal(archive, f"a whole archive; received a damaged one ({error})") from error
        if finish is not None:
            finish(new)
        _put_in_place(new, folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _put_in_place(new: Path, folder: Path) -> None:
    old = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.unpacking")
    with contextlib.suppress(FileNotFoundError):
        os.replace(folder, old)
    os.replace(new, folder)
    shutil.rmtree(old, ignore_errors=True)


def _unpack(archive: Path, new: Path, formats: tuple[str, ...], budget: Budget) -> None:
    allowed = max(budget.least, budget.growth * archive.stat().st_size)
    left, count, seen = allowed, 0, set()
    with contextlib.ExitStack() as stack:
        for member in _members(archive, formats, allowed, stack):
            path = _inside(archive, new, member.name)
            count += 1
            if count > budget.members:
                raise _refusal(archive, f"at most {budget.members} files; received more")
            if member.open is None:
                path.mkdir(parents=True, exist_ok=True)
                continue
            if path in seen or path.exists():
                raise _refusal(archive, f"each file once; received {member.name!r} twice")
            seen.add(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            with member.open() as source, path.open("xb") as target:
                while block := source.read(_BLOCK):
                    left -= len(block)
                    if left < 0:
                        raise _refusal(archive, f"files of at most {allowed} bytes in all; received more")
                    target.write(block)


def _inside(archive: Path, folder: Path, name: str) -> Path:
    parts = PurePosixPath(name).parts
    bad = not parts or name.startswith("/") or ".." in parts or "\\" in name or "\0" in name
    if bad or parts[0][1:2] == ":" or any(len(os.fsencode(part)) > 255 for part in parts):
        raise _refusal(archive, f"names inside the new folder; received {name[:300]!r}")
    return folder.joinpath(*parts)


def _members(archive: Path, formats: tuple[str, ...], allowed: int, stack: contextlib.ExitStack) -> Iterator[_Member]:
    file = stack.enter_context(archive.open("rb"))
    begins = file.read(6)
    file.seek(0)
    if "zip" in formats and begins[:2] == b"PK":
        yield from _zip_members(archive, stack.enter_context(zipfile.ZipFile(file)))
        return
    if "tar" in formats:
        opener = next((opener for magic, opener in _COMPRESSIONS if begins.startswith(magic)), None)
        plain = stack.enter_context(opener(file)) if opener is not None else file
        metered = _Metered(
            plain, 2 * allowed + (1 << 24), lambda: _refusal(archive, "a moderate size; received a bomb")
        )
        try:
            tar: tarfile.TarFile | None = tarfile.TarFile(fileobj=metered)  # type: ignore[arg-type]
        except tarfile.ReadError:
            tar = None
        if tar is not None:
            yield from _tar_members(archive, stack.enter_context(tar))
            return
    kinds = " or ".join({"zip": "a zip file", "tar": "a tar file, plain or compressed"}[f] for f in sorted(formats))
    raise _refusal(archive, f"{kinds}; received a file that begins with {begins!r}")


def _zip_members(archive: Path, opened: zipfile.ZipFile) -> Iterator[_Member]:
    for info in opened.infolist():
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise _refusal(archive, f"files and folders; received {info.filename!r}, which is a link or a device")
        if info.flag_bits & 1:
            raise _refusal(archive, f"files that can be read; received {info.filename!r}, which is encrypted")
        yield _Member(info.filename, None if info.is_dir() else partial(opened.open, info))


def _tar_members(archive: Path, opened: tarfile.TarFile) -> Iterator[_Member]:
    for info in opened:
        if not (info.isreg() or info.isdir()):
            raise _refusal(archive, f"files and folders; received {info.name!r}, which is a link or a device")
        if info.isdir() and info.name.strip("/") in (".", ""):
            continue
        yield _Member(info.name, None if info.isdir() else partial(_opened, opened, info))


def _opened(opened: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    file = opened.extractfile(info)
    if file is None:
        raise tarfile.ReadError(f"{info.name!r} has no content")
    return file


class _Metered:
    """An uncompressed tar stream that gives up before a bomb fills the memory or goes on for ever."""

    def __init__(self, file: Any, allowed: int, refusal: Callable[[], Exception]) -> None:
        self._file, self._left, self._refusal = file, allowed, refusal

    def read(self, size: int = -1) -> bytes:
        """Reads, like a file; long runs are only read to skip them."""
        if not 0 <= size <= _MOST_HELD:
            raise self._refusal()
        data: bytes = self._file.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise self._refusal()
        return data

    def tell(self) -> int:
        """Where the stream is."""
        position: int = self._file.tell()
        return position

    def seek(self, position: int) -> int:
        """Goes to a place, on the way to which a compressed stream is read."""
        ahead = position - self._file.tell()
        if ahead > self._left:
            raise self._refusal()
        self._left -= max(ahead, 0)
        where: int = self._file.seek(position)
        return where


def _refusal(archive: Path, expected: str) -> ArchiveError:
    return ArchiveError(
        f"{archive.name}: the archive {str(archive)!r} is not unpacked.\n"
        f"Expected {expected}.\n"
        "Get the archive from a source that you trust, or delete the file if its download was cut short."
    )
