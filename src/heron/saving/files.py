"""Files that are replaced whole or not at all, and errors that say what a file is."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import stat
import time
from collections.abc import Iterator
from typing import IO, Any

from heron.errors import ArgumentError, ArgumentTypeError, HeronError, nearest, value_text

ENDING = ".safetensors"
KERAS, KERAS_WEIGHTS, HDF5 = ".keras", ".weights.h5", (".h5", ".hdf5")
_OTHER_ENDINGS = (*HDF5, KERAS, ENDING, ".npz", ".weights", ".tf", ".ckpt", ".pkl", ".pt")
_ABANDONED_AFTER = 3600.0  # seconds; a temporary file this old belongs to a process that was killed
_KINDS = {
    b"\x89HDF": "an HDF5 file (.h5)",
    b"PK\x03\x04": "a zip archive (.keras and .npz files are such)",
    b"\x93NUMPY": "a NumPy array (.npy)",
    b"\x1f\x8b": "gzip-compressed data",
    b"\x80": "a Python pickle",
    b"version https://": "a Git LFS pointer, not the file itself",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"%PDF": "a PDF document",
    b"<": "a web page or XML",
}


class FileContentError(ArgumentError):
    """A file that cannot be used: of another kind, damaged, or made for another model."""


class MissingFileError(HeronError, FileNotFoundError):
    """A file that does not exist."""


def path_text(path: Any, what: str) -> str:
    """Returns a path as a string; `what` names the function in the message.

    Raises:
        ArgumentTypeError: for something that is not a path.
    """
    if isinstance(path, str | os.PathLike):
        text = os.fspath(path)
        if isinstance(text, str):
            return text
    raise ArgumentTypeError(f"{what} expects a path (a string or pathlib.Path); received {value_text(path)}.")


def safe_path(filepath: Any, what: str, kind: str, endings: tuple[str, ...], suggested: str) -> str:
    """Returns the path of a file with one of `endings` as a string.

    Args:
        filepath: what the user gave.
        what: the function's name, for messages.
        kind: what the files are, `"whole models"` say.
        endings: the endings that are taken.
        suggested: the ending of the name that is proposed for another.

    Raises:
        ArgumentTypeError: for something that is not a path.
        ArgumentError: for another ending, with the name to write.
        FileContentError: for a folder.
    """
    path = path_text(filepath, what)
    if path.endswith(endings):
        return path
    if os.path.isdir(path):
        raise FileContentError(_folder_text(path, what, kind, suggested))
    stem = path
    for ending in _OTHER_ENDINGS:
        stem = stem.removesuffix(ending)
    listed = " or ".join(", ".join(f"'{ending}'" for ending in some) for some in (endings[:-1], endings[-1:]) if some)
    read = " That is a file of weights alone." if path.endswith(KERAS_WEIGHTS) and KERAS_WEIGHTS not in endings else ""
    raise ArgumentError(
        f"{what}: files of {kind} end in {listed}; received {path!r}.{read}\nWrite {stem + suggested!r}."
    )


def _folder_text(path: str, what: str, kind: str, suggested: str) -> str:
    names = sorted(os.listdir(path))
    if "saved_model.pb" in names:
        return (
            f"{what}: {path!r} is a folder that TensorFlow wrote (a SavedModel); heron reads files that end in "
            f"{suggested!r}.\nLoad it with the Keras it was made with, and save it again: model.save('model.keras')."
        )
    fitting = [name for name in names if name.endswith(suggested)][:5]
    mend = (
        f"It has {', '.join(fitting)}: name one." if fitting else f"Name a file in it, one that ends in {suggested!r}."
    )
    return f"{what}: {path!r} is a folder; {kind} are files.\n{mend}"


def check_writable(path: str, overwrite: bool, what: str) -> None:
    """Raises `ArgumentError` unless the file `path` may be written by the function `what`."""
    if os.path.isdir(path):
        raise ArgumentError(f"{what} cannot write {path!r}: it is a folder. Give the name of a file in it.")
    if not overwrite and os.path.lexists(path):
        raise ArgumentError(f"{what}: {path!r} exists already. Pass overwrite=True, or another name.")
    folder = os.path.dirname(os.path.realpath(path))
    if not os.path.isdir(folder):
        raise ArgumentError(
            f"{what} cannot write {path!r}: the folder {folder!r} does not exist.\n"
            f"Make it first: os.makedirs({folder!r})."
        )


def check_readable(path: str) -> None:
    """Raises unless `path` is a file.

    Raises:
        MissingFileError: when it is not there, with the nearest name in that folder.
        FileContentError: for a folder or a device.
    """
    try:
        status = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        raise MissingFileError(_missing_text(path)) from None
    if not stat.S_ISREG(status.st_mode):
        what = "a folder" if stat.S_ISDIR(status.st_mode) else "a device or pipe"
        raise FileContentError(f"{path!r} is {what}; expected a file.")


def _missing_text(path: str) -> str:
    folder, name = os.path.split(path)
    where = os.path.abspath(folder)
    if not os.path.isdir(where):
        return f"There is no file {path!r}: the folder {where!r} does not exist.\nCheck the path."
    names = sorted(n for n in os.listdir(where) if not n.startswith("."))
    near = nearest(name, names)
    alike = [n for n in names if os.path.splitext(n)[1] == os.path.splitext(name)[1]][:5]
    mend = f"Did you mean {os.path.join(folder, near)!r}?" if near else ""
    mend = mend or (f"That folder has: {', '.join(alike)}." if alike else "Check the path.")
    return f"There is no file {path!r} (looked in {where!r}).\n{mend}"


def content_text(size: int, head: bytes) -> str:
    """Returns what a file of `size` bytes that begins with `head` seems to be.

    >>> content_text(5, b"hello")
    "5 bytes that begin with b'hello'"
    """
    if size == 0:
        return "empty"
    kind = next((kind for magic, kind in _KINDS.items() if head.startswith(magic)), None)
    return f"{size:,} bytes that begin with {head[:16]!r}" + (f": {kind}" if kind else "")


@contextlib.contextmanager
def replacing(path: str) -> Iterator[IO[bytes]]:
    """Gives a new file to write that takes the place of `path` when the block ends without an error.

    Until then `path` is what it was, also when the program or the machine stops: the content is on the disk before the
    name is given to it.
    """
    path = os.path.realpath(path)
    folder, name = os.path.split(path)
    name = name[:180]  # leaves room for what is added
    _remove_abandoned(folder, name)
    part = os.path.join(folder, f".{name}.{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        with open(part, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if os.path.exists(path):
            shutil.copymode(path, part)
        os.replace(part, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(part)
        raise
    _sync_folder(folder)


def _sync_folder(folder: str) -> None:
    """Puts the new name on the disk as well, where folders can be synced."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _remove_abandoned(folder: str, name: str) -> None:
    with contextlib.suppress(OSError):
        for entry in os.scandir(folder):
            if entry.name.startswith(f".{name}.") and entry.name.endswith(".part"):
                with contextlib.suppress(OSError):
                    if time.time() - entry.stat().st_mtime > _ABANDONED_AFTER:
                        os.unlink(entry.path)
