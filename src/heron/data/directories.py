"""Data sets from folders of pictures, texts and sounds, one subfolder for each class, as in Keras."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from heron.data.dataset import Dataset
from heron.data.sources import images, sounds, texts
from heron.data.sources.listing import Listing, Request, encoded, listing, parts
from heron.errors import ArgumentError
from heron.settings import standardize_data_format
from heron.validate import BOOL, POSITIVE_INT, check, one_of

Made = Dataset | list[Dataset]

_COMMON = {
    "batch_size": POSITIVE_INT.or_none(),
    "shuffle": BOOL,
    "follow_links": BOOL,
    "format": one_of("tf", "grain"),
    "on_error": one_of("raise", "skip"),
}


def image_dataset_from_directory(
    directory: str | os.PathLike[str],
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    color_mode: str = "rgb",
    batch_size: int | None = 32,
    image_size: int | tuple[int, int] = (256, 256),
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    interpolation: str = "bilinear",
    follow_links: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    data_format: str | None = None,
    format: str = "tf",
    verbose: bool = True,
    *,
    dtype: str = "float32",
    antialias: bool = True,
    on_error: str = "raise",
    workers: int = 0,
) -> Any:
    """A data set of the pictures in a folder, with a class for each subfolder.

    Args:
        directory: the folder. JPEG, PNG, BMP and GIF files below it are read, of a GIF the first frame.
        labels: `"inferred"` for a class for each subfolder, None, or a list of whole numbers in the order of paths.
        label_mode: `"int"`, `"categorical"` (one-hot rows), `"binary"` (0 and 1) or None.
        class_names: the subfolders in the order their classes are to have; by default alphabetical.
        color_mode: `"grayscale"`, `"rgb"` or `"rgba"`.
        batch_size: pictures in a batch; None for single ones.
        image_size: height and width to which all are brought.
        shuffle: whether the files are shuffled, and each epoch has a new order.
        seed: for the shuffling.
        validation_split: the share of the files kept for validation.
        subset: `"training"`, `"validation"`, or `"both"` for a list of the two data sets.
        interpolation: `"bilinear"`, `"nearest"`, `"bicubic"`, `"area"`, `"lanczos3"`, `"lanczos5"`, `"gaussian"` or
            `"mitchellcubic"`.
        follow_links: whether links to folders are followed.
        crop_to_aspect_ratio: whether to cut off what does not have the proportions of `image_size`.
        pad_to_aspect_ratio: whether to add black borders instead.
        data_format: `"channels_last"` or `"channels_first"`; None for the setting of the process.
        format: taken for the sake of Keras; the data set is heron's own in any case.
        verbose: whether to say how many files and classes were found.
        dtype: `"float32"`, or `"uint8"`, which is a fourth of the bytes to keep and to send to the device.
        antialias: whether pictures that are made smaller are smoothed. False gives the pixels that Keras gives.
        on_error: what a file that cannot be read does: `"raise"`, or `"skip"` with a note at the end of the epoch.
        workers: processes that decode; 0 for threads, which decode in parallel as well.

    Returns:
        A `heron.data.Dataset` with `class_names` and `file_paths`, of batches `(images, labels)`: images
        `(batch, height, width, channels)` with values from 0 to 255; labels int32 `(batch,)`, float32 `(batch, 1)` if
        binary, float32 `(batch, classes)` if categorical.

    Raises:
        DataError: for a folder without subfolders or pictures, and in an epoch for a file that cannot be read.
        ArgumentError: for arguments that contradict each other.
    """
    owner = "image_dataset_from_directory"
    rules = {
        **_COMMON,
        "color_mode": one_of(*images.MODES),
        "interpolation": one_of(*images.INTERPOLATIONS),
        "dtype": one_of("float32", "uint8", "float16"),
        "image_size": images.SIZE,
    }
    interpolation = interpolation.lower()
    check(owner, rules, locals())
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ArgumentError(f"{owner}: give crop_to_aspect_ratio or pad_to_aspect_ratio, not both.")
    how = {
        "size": tuple(image_size) if isinstance(image_size, list | tuple) else (image_size, image_size),
        "color_mode": color_mode,
        "interpolation": interpolation,
        "antialias": antialias,
        "aspect": "crop" if crop_to_aspect_ratio else "pad" if pad_to_aspect_ratio else None,
        "channels_first": standardize_data_format(data_format, owner) == "channels_first",
        "dtype": dtype,
    }
    asked = Request(
        *(owner, "pictures", images.FORMATS, directory, labels, label_mode, class_names, shuffle, seed),
        *(validation_split, subset, follow_links, verbose),
    )
    return _made(asked, images.Images, how, batch_size, on_error, workers)


def text_dataset_from_directory(
    directory: str | os.PathLike[str],
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    batch_size: int | None = 32,
    max_length: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    format: str = "tf",
    verbose: bool = True,
    *,
    on_error: str = "raise",
    workers: int = 0,
) -> Any:
    """A data set of the `.txt` files in a folder, with a class for each subfolder.

    Args:
        directory: the folder.
        labels: as in `image_dataset_from_directory`, and so are all arguments that are not named here.
        label_mode: see there.
        class_names: see there.
        batch_size: see there.
        max_length: characters kept of each text; None for all.
        shuffle: see there.
        seed: see there.
        validation_split: see there.
        subset: see there.
        follow_links: see there.
        format: see there.
        verbose: see there.
        on_error: see there.
        workers: see there.

    Returns:
        A `heron.data.Dataset` of batches `(texts, labels)`; texts are an array `(batch,)` of strings.

    Raises:
        DataError: for a folder without subfolders or texts, and in an epoch for a file that is not UTF-8.
        ArgumentError: for arguments that contradict each other.
    """
    owner = "text_dataset_from_directory"
    check(owner, {**_COMMON, "max_length": POSITIVE_INT.or_none()}, locals())
    asked = Request(
        *(owner, "text files", texts.FORMATS, directory, labels, label_mode, class_names, shuffle, seed),
        *(validation_split, subset, follow_links, verbose),
    )
    return _made(asked, texts.Texts, {"max_length": max_length}, batch_size, on_error, workers)


def audio_dataset_from_directory(
    directory: str | os.PathLike[str],
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    batch_size: int | None = 32,
    sampling_rate: int | None = None,
    output_sequence_length: int | None = None,
    ragged: bool = False,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    verbose: bool = True,
    *,
    on_error: str = "raise",
    workers: int = 0,
) -> Any:
    """A data set of the `.wav` files in a folder, with a class for each subfolder.

    Args:
        directory: the folder.
        labels: as in `image_dataset_from_directory`, and so are all arguments that are not named here.
        label_mode: see there.
        class_names: see there.
        batch_size: see there.
        sampling_rate: samples a second to which all sounds are brought; None to leave them.
        output_sequence_length: samples of each sound, cut off or followed by silence; None for the length of the
            longest in the batch.
        ragged: must be False, as there are no arrays with rows of different lengths.
        shuffle: see there.
        seed: see there.
        validation_split: see there.
        subset: see there.
        follow_links: see there.
        verbose: see there.
        on_error: see there.
        workers: see there.

    Returns:
        A `heron.data.Dataset` of batches `(sounds, labels)`; sounds are float32 `(batch, samples, channels)` from -1
        to 1.

    Raises:
        DataError: for a folder without subfolders or sounds, and in an epoch for a file that cannot be read.
        ArgumentError: for arguments that contradict each other.
    """
    owner = "audio_dataset_from_directory"
    rules = {"sampling_rate": POSITIVE_INT.or_none(), "output_sequence_length": POSITIVE_INT.or_none()}
    check(owner, {**_COMMON, **rules}, locals())
    if ragged:
        raise ArgumentError(
            f"{owner}: ragged must be False, as heron has no arrays with rows of different lengths; received True.\n"
            "Give output_sequence_length=16000, or neither: shorter sounds are then followed by silence."
        )
    asked = Request(
        *(owner, "sounds", sounds.FORMATS, directory, labels, label_mode, class_names, shuffle, seed),
        *(validation_split, subset, follow_links, verbose),
    )
    how = {"rate": sampling_rate, "length": output_sequence_length}
    return _made(asked, sounds.Sounds, how, batch_size, on_error, workers)


def _made(
    asked: Request,
    source: Callable[..., Any],
    how: dict[str, Any],
    batch_size: int | None,
    on_error: str,
    workers: int,
) -> Made:
    """The data set asked for, or a list of the training and the validation one."""
    asked = asked.checked()
    made = [
        _dataset(part, source(part.paths, encoded(part, asked.label_mode), on_error == "skip", **how), asked, number)
        for number, part in enumerate(parts(listing(asked), asked))
    ]
    made = [data if batch_size is None else data.batch(batch_size) for data in made]
    made = [data.prefetch(workers=workers) if workers else data for data in made]
    return made if asked.subset == "both" else made[0]


def _dataset(part: Listing, source: Any, asked: Request, number: int) -> Dataset:
    data = Dataset(source, class_names=part.class_names, file_paths=part.paths)
    return data.shuffle(seed=asked.seed) if asked.shuffle and not number else data
