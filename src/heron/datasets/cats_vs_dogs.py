"""Cats and dogs: 25,000 photographs of many sizes. Downloaded on demand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from heron.datasets.pictures import IMAGE_SIZE, decoded, left_out, set_broken_aside
from heron.datasets.remote import CATS_VS_DOGS, folder_of, unpack
from heron.datasets.split import TEST_SPLIT, Split
from heron.errors import note

CLASS_NAMES = ("Cat", "Dog")
"""The name of each class, by label: the names of the folders in alphabetical order."""

_NAME = "cats_vs_dogs"


def load_data(image_size: Sequence[int] = (96, 96), test_split: float = 0.2) -> Split:
    """Returns the photographs with their labels, divided into a training and a test part.

    The first call downloads 825 MB and decodes them, which takes minutes; later calls map them into memory. With the
    default size they take 690 MB on disk. For larger pictures let `heron.utils.image_dataset_from_directory` read
    `folder()` instead.

    Args:
        image_size: height and width to which they are resized; their shape is not kept.
        test_split: the share of photographs in the test part, 0 <= test_split < 1.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: photographs `(rows, height, width, 3)`, uint8 from 0 to 255, in a
        shuffled order that is always the same, and labels `(rows,)`, uint8, which stand for `CLASS_NAMES`.

    Raises:
        ArgumentError: when an argument is out of its range.
        DownloadError: when the archive cannot be had; the message says where to put it by hand.

    Source:
        J. Elson et al., "Asirra: a CAPTCHA that exploits interest-aligned manual image categorization", CCS 2007.
    """
    IMAGE_SIZE.check("cats_vs_dogs.load_data", "image_size", image_size)
    TEST_SPLIT.check("cats_vs_dogs.load_data", "test_split", test_split)
    x, y = decoded(_NAME, Path(folder()), CLASS_NAMES, folder_of(_NAME) / "pictures", image_size)
    cut = int(len(x) * (1 - test_split))
    return (x[:cut], y[:cut]), (x[cut:], y[cut:])


def folder() -> str:
    """Returns the folder with the folders `Cat` and `Dog`, which `heron.utils.image_dataset_from_directory` reads.

    The first call downloads 825 MB. Some photographs in the archive are broken: they are moved out of the way, to a
    folder `broken` beside the returned one, and a `HeronNote` names them.

    Raises:
        DownloadError: when the archive cannot be had; the message says where to put it by hand.
    """
    known = (folder_of(_NAME) / "files").is_dir()
    files = unpack(_NAME, CATS_VS_DOGS, "files", finish=_set_aside)
    if not known:
        broken = sorted(p.relative_to(files / "broken").as_posix() for p in (files / "broken").glob("*/*"))
        if broken:
            good = sum(1 for name in CLASS_NAMES for _ in (files / "PetImages" / name).iterdir())
            note(f"{_NAME}: {left_out(broken, good + len(broken))}\nThey are in {str(files / 'broken')!r}.")
    return str(files / "PetImages")


def _set_aside(files: Path) -> None:
    set_broken_aside(files / "PetImages", CLASS_NAMES, files / "broken")
