"""Folders of pictures, one folder a class, as arrays: decoded once, kept in the cache, then mapped into memory."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from heron.datasets.decoders import Array
from heron.errors import DataError, note
from heron.validate import Rule, is_int

_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".gif"})

IMAGE_SIZE = Rule(
    "a pair of positive integers, height and width in pixels",
    lambda v: isinstance(v, list | tuple) and len(v) == 2 and all(is_int(d) and d > 0 for d in v),
    ((150, 150), [64, 96]),
    (150, "150", (150,), (0, 150), (1.5, 2), None),
    lambda v: f"Write ({v}, {v})." if is_int(v) and v > 0 else "",
)


def decoded(
    data_set: str, folder: Path, classes: Sequence[str], kept: Path, size: Sequence[int]
) -> tuple[Array, Array]:
    """Returns the pictures in the folders `folder / class` in a fixed shuffled order, and their labels.

    The first time they are decoded, made RGB and resized (bilinear), and written beside the data set; later they are
    mapped into memory. The arrays may be written to; the file does not change. A picture that cannot be read is named
    in a `HeronNote` and left out.

    Args:
        data_set: its name, for messages.
        folder: where the folders of the classes are.
        classes: the names of these folders; a picture's label is the number of its folder.
        kept: the path of the arrays' files, without a suffix.
        size: height and width.

    Returns:
        uint8 `(rows, height, width, 3)` and uint8 `(rows,)`.
    """
    store = Store(kept, size)
    if not store.exists():
        _decode(data_set, picture_files(folder, classes), store)
    return store.load(data_set)


class Store:
    """Where the arrays of decoded or drawn pictures are kept.

    Args:
        path: the path of both files, without a size and a suffix.
        size: height and width of the pictures.
    """

    def __init__(self, path: Path, size: Sequence[int]) -> None:
        self.size = int(size[0]), int(size[1])
        self.pixels = path.with_name(f"{path.name}-{self.size[0]}x{self.size[1]}.npy")
        self.labels = self.pixels.with_name(f"{self.pixels.stem}-labels.npy")

    def exists(self) -> bool:
        """Whether both files are there."""
        return self.pixels.exists() and self.labels.exists()

    def load(self, data_set: str) -> tuple[Array, Array]:
        """Returns pictures and labels, the pictures mapped into memory, copied where they are written to."""
        try:
            return np.asarray(np.load(self.pixels, mmap_mode="c")), np.load(self.labels)
        except (OSError, ValueError) as error:
            raise DataError(
                f"{data_set}: {str(self.pixels)!r} cannot be read.\nExpected the array of pictures; received: {error}."
                "\nDelete the file; it is then made again."
            ) from error

    def save(self, rows: int, pictures: Iterable[Array | None], labels: Sequence[int]) -> list[int]:
        """Writes pictures one after the other, with those of the labels that belong to one.

        Args:
            rows: how many pictures there are at most.
            pictures: the pictures; None for one that is left out.
            labels: the label of each.

        Returns:
            The numbers of those that were left out.
        """
        self.pixels.parent.mkdir(parents=True, exist_ok=True)
        part = self.pixels.with_name(f"{self.pixels.name}.{secrets.token_hex(4)}.part")
        missing = []
        try:
            with part.open("wb") as file:
                self._write_header(file, rows)
                for number, picture in enumerate(pictures):
                    if picture is None:
                        missing.append(number)
                    else:
                        file.write(picture.tobytes())
                file.seek(0)
                self._write_header(file, rows - len(missing))
            _save(self.labels, np.delete(np.array(labels, np.uint8), missing))
            os.replace(part, self.pixels)
        finally:
            part.unlink(missing_ok=True)
        return missing

    def _write_header(self, file: Any, rows: int) -> None:
        """The header of an .npy file, in which NumPy leaves room for another number of rows."""
        fields = {"descr": "|u1", "fortran_order": False, "shape": (rows, *self.size, 3)}
        np.lib.format.write_array_header_1_0(file, fields)


def picture_files(folder: Path, classes: Sequence[str]) -> list[tuple[Path, int]]:
    """The pictures in the folders of the classes with their labels, in a shuffled order that is always the same."""
    found = [
        (path, label)
        for label, name in enumerate(classes)
        for path in sorted((folder / name).iterdir())
        if path.suffix.lower() in _SUFFIXES
    ]
    order = np.random.RandomState(113).permutation(len(found))
    return [found[i] for i in order]


def _decode(data_set: str, files: Sequence[tuple[Path, int]], store: Store) -> None:
    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        pictures = threads.map(lambda found: read_picture(found[0], store.size), files)
        missing = store.save(len(files), pictures, [label for _, label in files])
    if missing:
        broken = [f"{files[i][0].parent.name}/{files[i][0].name}" for i in missing]
        note(f"{data_set}: {left_out(broken, len(files))}")


def _save(path: Path, array: Array) -> None:
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    with part.open("wb") as file:
        np.save(file, array)
    os.replace(part, path)


def left_out(broken: Sequence[str], count: int) -> str:
    """The sentence that names the pictures that cannot be read."""
    shown = ", ".join(broken[:10]) + (", ..." if len(broken) > 10 else "")
    return f"{len(broken)} of {count} pictures cannot be read and were left out: {shown}."


def read_picture(path: Path, size: tuple[int, int] | None = None) -> Array | None:
    """Returns a picture as uint8 `(height, width, 3)`; None when it cannot be read.

    Args:
        path: its file.
        size: height and width to resize it to; None for its own.
    """
    from PIL import Image

    try:
        with Image.open(path) as picture:
            rgb = picture.convert("RGB")
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        return None
    if size is not None and rgb.size != (size[1], size[0]):
        rgb = rgb.resize((size[1], size[0]), Image.Resampling.BILINEAR)
    return np.asarray(rgb)


def set_broken_aside(folder: Path, classes: Iterable[str], aside: Path) -> None:
    """Moves what is not a picture that can be read from `folder / class` to `aside / class`."""
    files = [path for name in classes for path in sorted((folder / name).iterdir())]
    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        for path, bad in zip(files, threads.map(_is_broken, files), strict=True):
            if bad:
                (aside / path.parent.name).mkdir(parents=True, exist_ok=True)
                os.replace(path, aside / path.parent.name / path.name)


def _is_broken(path: Path) -> bool:
    return path.suffix.lower() not in _SUFFIXES or read_picture(path) is None
