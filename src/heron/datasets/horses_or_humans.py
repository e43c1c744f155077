"""Horses or humans: 1,283 rendered pictures, 300 x 300, of horses and of people. Downloaded on demand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from heron.datasets.pictures import IMAGE_SIZE, decoded
from heron.datasets.remote import HORSES_OR_HUMANS, HORSES_OR_HUMANS_TEST, folder_of, unpack
from heron.datasets.split import Split

CLASS_NAMES = ("horses", "humans")
"""The name of each class, by label: the names of the folders in alphabetical order."""


def load_data(image_size: Sequence[int] = (150, 150)) -> Split:
    """Returns the 1,027 training and 256 test pictures with their labels.

    The first call downloads 161 MB and decodes them; later calls map them into memory.

    Args:
        image_size: height and width to which they are resized; they are 300 x 300.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: pictures `(rows, height, width, 3)`, uint8 from 0 to 255, in a shuffled
        order that is always the same, and labels `(rows,)`, uint8, which stand for `CLASS_NAMES`.

    Raises:
        ArgumentError: when `image_size` is not a pair of sizes.
        DownloadError: when an archive cannot be had; the message says where to put it by hand.

    Source:
        L. Moroney, 2019. The pictures are computer-generated. CC BY 2.0.
    """
    IMAGE_SIZE.check("horses_or_humans.load_data", "image_size", image_size)
    train, test = map(Path, folders())
    kept = folder_of("horses_or_humans")
    return (
        decoded("horses_or_humans", train, CLASS_NAMES, kept / "train", image_size),
        decoded("horses_or_humans", test, CLASS_NAMES, kept / "test", image_size),
    )


def folders() -> tuple[str, str]:
    """Returns the folders of the training and of the test pictures, each with the folders `horses` and `humans`.

    They are what `heron.utils.image_dataset_from_directory` reads. The first call downloads 161 MB.

    Raises:
        DownloadError: when an archive cannot be had; the message says where to put it by hand.
    """
    name = "horses_or_humans"
    return (
        str(unpack(name, HORSES_OR_HUMANS, "training pictures")),
        str(unpack(name, HORSES_OR_HUMANS_TEST, "test pictures")),
    )
