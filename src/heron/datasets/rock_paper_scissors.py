"""Rock, paper, scissors: pictures of hands. Rendered ones are downloaded on demand; drawn ones need no network.

The downloaded pictures are L. Moroney's, made with a 3-D program. The drawn hands are heron's own: a program poses
a hand by its joints and draws it, so that a lesson works offline. Both are synthetic: a net that has learned from them
alone knows less about real hands before a real camera than its accuracy says.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from heron import settings
from heron.datasets.decoders import Array
from heron.datasets.download import DownloadError, say
from heron.datasets.hand_pictures import picture
from heron.datasets.pictures import IMAGE_SIZE, Store, decoded
from heron.datasets.remote import ROCK_PAPER_SCISSORS, ROCK_PAPER_SCISSORS_TEST, folder_of, unpack
from heron.datasets.split import Split
from heron.errors import ArgumentError
from heron.validate import NON_NEGATIVE_INT, POSITIVE_INT, one_of

CLASS_NAMES = ("paper", "rock", "scissors")
"""The name of each class, by label: the names of the folders in alphabetical order."""

_NAME = "rock_paper_scissors"
_SOURCE = one_of("rendered", "drawn")
_FORMAT = one_of("png", "jpeg")
_TRAIN, _TEST = 2520, 372
_DRAWING = 1
"""Counts the ways in which hands have been drawn: pictures that are kept are of one of them."""


def load_data(image_size: Sequence[int] = (150, 150), source: str = "rendered") -> Split:
    """Returns the 2,520 training and 372 test pictures with their labels.

    The first call downloads 230 MB, or draws the hands, and keeps the pictures; later calls map them into memory.

    Args:
        image_size: height and width of the pictures; the rendered ones are 300 x 300.
        source: `"rendered"` for L. Moroney's pictures, `"drawn"` for heron's own, which need no network.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: pictures `(rows, height, width, 3)`, uint8 from 0 to 255, in a shuffled
        order that is always the same, and labels `(rows,)`, uint8, which stand for `CLASS_NAMES`.

    Raises:
        ArgumentError: when an argument is out of its range.
        DownloadError: when an archive cannot be had; the message says where to put it by hand.

    Source:
        L. Moroney, "Rock, paper, scissors dataset", 2019. CC BY 2.0.
    """
    owner = f"{_NAME}.load_data"
    IMAGE_SIZE.check(owner, "image_size", image_size)
    _SOURCE.check(owner, "source", source)
    if source == "drawn":
        return _drawn("train", _TRAIN, image_size), _drawn("test", _TEST, image_size)
    train, test = map(Path, folders())
    kept = folder_of(_NAME)
    return (
        decoded(_NAME, train, CLASS_NAMES, kept / "train", image_size),
        decoded(_NAME, test, CLASS_NAMES, kept / "test", image_size),
    )


def folders(source: str = "rendered") -> tuple[str, str]:
    """Returns the folders of the training and of the test pictures, each with a folder for each class.

    They are what `heron.utils.image_dataset_from_directory` reads. The first call downloads 230 MB, or draws 2,892
    pictures of 150 x 150.

    Args:
        source: `"rendered"` or `"drawn"`, as for `load_data`.

    Raises:
        ArgumentError: when `source` is neither.
        DownloadError: when an archive cannot be had; the message says where to put it by hand.
    """
    _SOURCE.check(f"{_NAME}.folders", "source", source)
    if source == "drawn":
        made = folder_of(_NAME) / f"drawn pictures {_DRAWING}"
        for seed, (part, count) in enumerate((("train", _TRAIN), ("test", _TEST))):
            if not (made / part).is_dir():
                write_folders(made / part, count, seed=seed)
        return str(made / "train"), str(made / "test")
    with _or_drawn():
        train = unpack(_NAME, ROCK_PAPER_SCISSORS, "training pictures") / "rps"
        return str(train), str(unpack(_NAME, ROCK_PAPER_SCISSORS_TEST, "test pictures") / "rps-test-set")


def generate(count: int = _TRAIN, image_size: Sequence[int] = (150, 150), seed: int = 0) -> tuple[Array, Array]:
    """Draws hands that show rock, paper or scissors. They are synthetic, which is said once in a process.

    Each picture has a pose, a camera, a light, a skin, and a background of its own: fingers are bent and spread, the
    thumb is in or out, the hand is left or right, seen from its back or its inside, turned any way, anywhere in the
    picture. Picture n depends on the seed, on n and on its class alone; which class that is depends on the count too,
    as the classes are as frequent as each other.

    Args:
        count: how many.
        image_size: height and width, each 16 or more.
        seed: other seeds give other hands: use one for training and another for the test.

    Returns:
        Pictures `(count, height, width, 3)`, uint8 from 0 to 255, and labels `(count,)`, uint8, which stand for
        `CLASS_NAMES`.

    Raises:
        ArgumentError: when an argument is out of its range.

    Example:
        >>> x, y = generate(6, image_size=(48, 64), seed=7)
        rock_paper_scissors: these hands are drawn by a program; they are synthetic, no photographs.
        >>> x.shape, x.dtype, [CLASS_NAMES[label] for label in y]
        ((6, 48, 64, 3), dtype('uint8'), [...])
    """
    _check("generate", count, image_size, seed)
    x = np.empty((count, int(image_size[0]), int(image_size[1]), 3), np.uint8)
    y = _labels(count, seed)
    for i, made in enumerate(_pictures(y, image_size, seed)):
        x[i] = made
    return x, y


def write_folders(
    folder: str | os.PathLike[str],
    count: int = _TRAIN,
    image_size: Sequence[int] = (150, 150),
    seed: int = 0,
    file_format: str = "png",
) -> None:
    """Draws hands into picture files, in one folder a class: `paper`, `rock` and `scissors`.

    The pictures are those of `generate` with the same arguments. The folder appears when everything is in it.

    Args:
        folder: the folder to make. It must not exist, or be empty.
        count: how many pictures.
        image_size: height and width, each 16 or more.
        seed: other seeds give other hands.
        file_format: `"png"`, or `"jpeg"`, which is a third of the size and loses a little.

    Raises:
        ArgumentError: when an argument is out of its range, or the folder holds something.
    """
    from PIL import Image

    _check("write_folders", count, image_size, seed)
    _FORMAT.check(f"{_NAME}.write_folders", "file_format", file_format)
    target = Path(os.path.abspath(os.path.expanduser(folder)))
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ArgumentError(
            f"{_NAME}.write_folders: argument 'folder' must be a new or an empty folder; received {str(target)!r}, "
            "which holds something.\nName another one."
        )
    new = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    suffix = {"png": ".png", "jpeg": ".jpg"}[file_format]
    try:
        for name in CLASS_NAMES:
            (new / name).mkdir(parents=True)
        labels = _labels(count, seed)
        for i, made in enumerate(_pictures(labels, image_size, seed)):
            name = CLASS_NAMES[labels[i]]
            Image.fromarray(made).save(new / name / f"{name}-{i:05d}{suffix}", file_format, quality=92)
        with contextlib.suppress(FileNotFoundError):
            target.rmdir()
        new.rename(target)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _check(function: str, count: int, image_size: Sequence[int], seed: int) -> None:
    owner = f"{_NAME}.{function}"
    POSITIVE_INT.check(owner, "count", count)
    IMAGE_SIZE.check(owner, "image_size", image_size)
    NON_NEGATIVE_INT.check(owner, "seed", seed)
    if min(image_size) < 16:
        raise ArgumentError(
            f"{owner}: argument 'image_size' must be at least 16 pixels each way, or no hand can be told; received "
            f"{tuple(image_size)!r}.\nWrite (64, 64), say."
        )


def _labels(count: int, seed: int) -> Array:
    labels = np.arange(count) % len(CLASS_NAMES)
    return np.random.default_rng(seed).permutation(labels).astype(np.uint8)


def _pictures(labels: Array, size: Sequence[int], seed: int) -> Iterator[Array]:
    said = f"{_NAME}: these hands are drawn by a program; they are synthetic, no photographs."
    if settings.is_new_complaint(said):
        say(said)

    def draw(number: int) -> Array:
        random = np.random.default_rng([seed, number])
        return picture(CLASS_NAMES[labels[number]], int(size[0]), int(size[1]), random)

    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        yield from threads.map(draw, range(len(labels)))


def _drawn(part: str, count: int, size: Sequence[int]) -> tuple[Array, Array]:
    _check("load_data", count, size, 0)
    store = Store(folder_of(_NAME) / f"drawn-{_DRAWING}-{part}", size)
    if not store.exists():
        seed = 0 if part == "train" else 1
        labels = _labels(count, seed)
        store.save(count, _pictures(labels, size, seed), labels.tolist())
    return store.load(_NAME)


@contextlib.contextmanager
def _or_drawn() -> Iterator[None]:
    """Adds to the message that a download failed what works without one."""
    try:
        yield
    except DownloadError as error:
        raise type(error)(f"{error}\nOr take drawn hands, which need no network: source='drawn'.") from error
