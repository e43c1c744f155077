"""The persistent compilation cache: what XLA has compiled is kept in a folder of the user's, for the next process.

JAX makes the key of a program (of its code, shapes, compiler options, XLA flags and version) and asks one object for
the bytes. JAX's own object needs another package as soon as its size is bounded, writes files that a second process
may see half-written, and keeps a damaged file for ever. So heron gives it this one:

- A file is written under another name and renamed into place: a reader sees a whole file or none. Nothing is locked.
- A file begins with a digest of its name and content. What does not agree is not there, and is written anew.
- XLA's programs for CPUs are machine code for the very processor, of which JAX's key knows nothing; heron's does.
- What was not used for longest goes when there is too much.
- No failure reaches JAX: reading fails as "not there", and after a failed write nothing more is written.

Whoever can write into the folder can have code run, as the files hold machine code. So the folder is made for its
owner alone, and neither a folder that others may write to nor a file of somebody else is used.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import hashlib
import os
import re
import secrets
import stat
import time
from pathlib import Path
from typing import Any

import jax

from heron import config
from heron.errors import note

MAX_BYTES = 1 << 30
MAX_FILES = 2048  # looking through so many takes 5 ms
WORTHWHILE_SECONDS = 0.01
"""Compiled in less, a program is not kept: reading it back saves too little."""

_settings: Any = jax.config
_jax_cache: Any = getattr(jax._src, "compilation_cache", None)
_IS_AS_KNOWN = all(
    hasattr(_jax_cache, name) for name in ("_cache", "_cache_initialized", "_cache_initialized_mutex", "reset_cache")
)
"""JAX has no public place for a cache object. Where a later JAX has no such place at all, nothing is kept."""

_MAGIC = b"heron compiled 1\n"
_DIGEST = hashlib.sha256().digest_size
_NAME = re.compile(r"[0-9a-f]{64}\.xla")
_PART = re.compile(r"[0-9a-f]{64}\.xla\.[0-9]+-[0-9a-f]{8}\.part")
_ABANDONED_AFTER = 3600.0  # a temporary file this old belongs to a process that was killed
_LOOK_EVERY = 32  # writes between two looks at the size of the folder: other processes write too
_JAX_WORTHWHILE_SECONDS = 1.0


def prepare() -> None:
    """Sees to it that JAX asks heron's cache where `heron.config.compilation_cache()` names a folder, and only there.

    It is called where a program to be compiled is made. A cache that was set up with JAX's own settings stays as it
    is. Where the folder cannot be used, a `HeronNote` says so once, and programs are compiled without it.
    """
    if not _IS_AS_KNOWN:
        return
    installed = _jax_cache._cache
    ours = isinstance(installed, ProgramFolder)
    if (installed is not None and not ours) or _is_jax_in_charge():
        return
    wanted = config.compilation_cache()
    if wanted is None:
        if ours:
            _withdraw()
    elif not ours or installed.path != wanted:
        _install(wanted)


def _is_jax_in_charge() -> bool:
    return bool(_settings.jax_compilation_cache_dir) or not _settings.jax_enable_compilation_cache


def _install(folder: Path) -> None:
    try:
        _make_private(folder)
    except OSError as error:
        _withdraw()
        if config.is_new_complaint(f"compilation cache {folder}"):
            note(
                f"Compiled programs are kept in {str(folder)!r}, which cannot be used ({error.strerror or error}), so "
                "each process compiles its programs anew.\n"
                "Set the environment variable HERON_COMPILATION_CACHE to a folder that is yours alone, or to off."
            )
        return
    with _jax_cache._cache_initialized_mutex:
        _jax_cache._cache, _jax_cache._cache_initialized = ProgramFolder(folder), True
    if _settings.jax_persistent_cache_min_compile_time_secs == _JAX_WORTHWHILE_SECONDS:
        _settings.update("jax_persistent_cache_min_compile_time_secs", WORTHWHILE_SECONDS)


def _withdraw() -> None:
    """Leaves the field to JAX's own settings."""
    if isinstance(_jax_cache._cache, ProgramFolder):
        _jax_cache.reset_cache()
    if _settings.jax_persistent_cache_min_compile_time_secs == WORTHWHILE_SECONDS:
        _settings.update("jax_persistent_cache_min_compile_time_secs", _JAX_WORTHWHILE_SECONDS)


def _make_private(folder: Path) -> None:
    """Makes the folder for its owner alone; raises `OSError` where it cannot be made or others may write to it."""
    if str(folder).startswith("~"):
        raise FileNotFoundError(errno.ENOENT, "this user has no home folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.stat()
    if not stat.S_ISDIR(found.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, "it is not a folder")
    if not _is_own(found):
        raise PermissionError(errno.EPERM, "it belongs to another user")
    if os.name == "posix" and found.st_mode & 0o022:
        raise PermissionError(errno.EPERM, "other users may write to it; chmod 700 mends that")


def _is_own(found: os.stat_result) -> bool:
    return os.name != "posix" or found.st_uid == os.geteuid()


@functools.cache
def _machine() -> str:
    """What machine code depends on and JAX's key leaves out: the processor, and how many of its cores are ours."""
    lines = [os.environ.get("PROCESSOR_IDENTIFIER", ""), os.environ.get("NPROC", ""), str(_cores())]
    if hasattr(os, "uname"):
        lines.append(os.uname().machine)
    telling = re.compile(r"(vendor_id|cpu family|model|model name|stepping|flags|Features|CPU \w+)\s*:")
    with contextlib.suppress(OSError), open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        lines += [line for line in file.read(16_384).partition("\n\n")[0].splitlines() if telling.match(line)]
    return "\n".join(lines)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class ProgramFolder:
    """Compiled programs as files of one folder, of bounded size.

    Args:
        path: the folder, which exists.
        max_bytes: how much its files may hold together.
        max_files: how many there may be.

    Both bounds are kept to within what other processes write between two looks.
    """

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES, max_files: int = MAX_FILES) -> None:
        self.path = self._path = path
        self.max_bytes, self.max_files = max_bytes, max_files
        self.writable = True
        self._bytes = self._files = 0  # at the last look, and what was written since
        self._writes = 0

    def get(self, key: str) -> bytes | None:
        """The bytes kept under a key; None where there are none that are whole."""
        if _is_jax_in_charge():  # set since heron's cache was put here
            _withdraw()
            return None
        name = _name(key)
        try:
            with open(self.path / name, "rb") as file:
                found = os.fstat(file.fileno())
                if not _is_own(found) or found.st_size > self.max_bytes:
                    return None
                content = file.read()
        except OSError:
            return None
        head = len(_MAGIC) + _DIGEST
        value = content[head:]
        if content[:head] != _MAGIC + _digest(name, value):
            return None
        with contextlib.suppress(OSError):
            os.utime(self.path / name)  # used just now
        return value

    def put(self, key: str, value: bytes) -> None:
        """Keeps `value` under `key`; does nothing where that fails."""
        name = _name(key)
        content = b"".join((_MAGIC, _digest(name, value), value))
        if not self.writable or len(content) > self.max_bytes // 2:
            return
        try:
            self._make_room(len(content))
            _write_whole(self.path / name, content)
        except OSError:
            self.writable = False

    def _make_room(self, size: int) -> None:
        self._bytes, self._files = self._bytes + size, self._files + 1
        if self._writes % _LOOK_EVERY == 0 or self._bytes > self.max_bytes or self._files > self.max_files:
            self._look(size)
        self._writes += 1

    def _look(self, size: int) -> None:
        """Finds out how much there is, and removes what was not used for longest if that is too much."""
        entries = []
        for entry in os.scandir(self.path):
            with contextlib.suppress(OSError):
                if _NAME.fullmatch(entry.name):
                    found = entry.stat(follow_symlinks=False)
                    entries.append((found.st_mtime_ns, found.st_size, entry.path))
                elif _PART.fullmatch(entry.name) and time.time() - entry.stat().st_mtime > _ABANDONED_AFTER:
                    os.unlink(entry.path)
        self._bytes, self._files = size + sum(entry[1] for entry in entries), 1 + len(entries)
        if self._bytes <= self.max_bytes and self._files <= self.max_files:
            return
        for _, length, path in sorted(entries):
            if self._bytes <= self.max_bytes * 3 // 4 and self._files <= self.max_files * 3 // 4:
                return
            with contextlib.suppress(FileNotFoundError):  # another process was faster
                os.unlink(path)
            self._bytes, self._files = self._bytes - length, self._files - 1


def _name(key: str) -> str:
    return hashlib.sha256(f"{key}\n{_machine()}".encode()).hexdigest() + ".xla"


def _digest(name: str, value: bytes) -> bytes:
    return hashlib.sha256(name.encode() + value).digest()


def _write_whole(path: Path, content: bytes) -> None:
    part = f"{path}.{os.getpid()}-{secrets.token_hex(4)}.part"
    try:
        with open(part, "xb") as file:
            file.write(content)
        os.replace(part, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(part)
        raise
