"""What CIFAR-10 and CIFAR-100 share: the binary form of their files, which holds bytes alone and no pickle."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from heron import settings
from heron.datasets.decoders import Array
from heron.errors import DataError

_PIXELS = 3 * 32 * 32


def batches(folder: Path, files: Sequence[str], labels: int, label: int) -> tuple[Array, Array]:
    """Returns the images and the labels of binary CIFAR files.

    A row of such a file is one or two bytes of labels, then 1,024 bytes each of red, green and blue (A. Krizhevsky,
    https://www.cs.toronto.edu/~kriz/cifar.html).

    Args:
        folder: where they are.
        files: their names, in order.
        labels: how many labels a row has.
        label: which of them is wanted.

    Returns:
        uint8 images `(rows, 32, 32, 3)`, or `(rows, 3, 32, 32)` where `heron.config` says `"channels_first"`, and uint8
        labels `(rows, 1)`.

    Raises:
        DataError: when a file is not one.
    """
    rows = np.concatenate([_rows(folder / name, labels + _PIXELS) for name in files])  # (N, labels + 3072)
    images = rows[:, labels:].reshape(-1, 3, 32, 32)
    if settings.image_data_format() == "channels_last":
        images = images.transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images), rows[:, label : label + 1].copy()


def _rows(path: Path, width: int) -> Array:
    try:
        data = np.fromfile(path, np.uint8)
    except OSError as error:
        raise _damaged(path, width, error.strerror or str(error)) from error
    if not len(data) or len(data) % width:
        raise _damaged(path, width, f"{len(data)} bytes")
    return data.reshape(-1, width)


def _damaged(path: Path, width: int, received: str) -> DataError:
    return DataError(
        f"{path.name}: {str(path)!r} cannot be read.\nExpected rows of {width} bytes; received: {received}.\n"
        f"Delete the folder {str(path.parent)!r}; it is then downloaded again."
    )
