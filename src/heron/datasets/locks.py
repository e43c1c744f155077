"""One process at a time: a lock on a file, which ends with the process that holds it, however it ends."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _try_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


_POLL = 0.05


@contextlib.contextmanager
def locked(path: Path, growing: Path, patience: float) -> Iterator[bool]:
    """Holds the lock at `path` while the `with` block runs; waits for the process that has it.

    Args:
        path: the lock file, made if need be and removed at the end.
        growing: the file that whoever has the lock is writing.
        patience: seconds for which `growing` may stand still; then that process is stuck, and the block runs without
            the lock.

    Returns:
        Whether the lock is held.
    """
    descriptor = _acquire(path, growing, patience)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            with contextlib.suppress(OSError):  # Windows does not remove what others have open
                path.unlink()
            os.close(descriptor)


def _acquire(path: Path, growing: Path, patience: float) -> int | None:
    size, since = -1, time.monotonic()
    while True:
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o666)
        try:
            _try_lock(descriptor)
            if _same_file(descriptor, path):
                return descriptor
        except (BlockingIOError, PermissionError):
            pass  # somebody has it
        except OSError:  # a file system without locks
            os.close(descriptor)
            return None
        os.close(descriptor)
        now_size = growing.stat().st_size if growing.exists() else -1
        if now_size != size:
            size, since = now_size, time.monotonic()
        elif time.monotonic() - since > patience:
            return None
        time.sleep(_POLL)


def _same_file(descriptor: int, path: Path) -> bool:
    """False when the file was removed, by the process that had it locked, between opening and locking it."""
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(descriptor), path.stat())
    return False
