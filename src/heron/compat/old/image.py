"""`keras.preprocessing.image`: the generator of pictures of Keras 1 and 2. Today's are layers and data sets."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import heron
from heron.errors import ArgumentError, DataError, missing_method, value_text
from heron.utils import array_to_img, img_to_array, load_img, save_img

__all__ = [
    "DirectoryIterator",
    "ImageDataGenerator",
    "Iterator",
    "NumpyArrayIterator",
    "array_to_img",
    "img_to_array",
    "load_img",
    "save_img",
]

_FILES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".ppm", ".tif", ".tiff", ".webp")
_FILLS = ("nearest", "constant", "reflect", "wrap")
_MODES = ("categorical", "binary", "sparse", "input", None)


class Iterator(heron.utils.PyDataset):
    """Batches of pictures, by number, or one after the other without end by `next`.

    Attributes:
        n, samples: how many pictures.
        batch_size: pictures in a batch.
    """

    def __init__(self, n: int, batch_size: int, shuffle: bool, seed: int | None) -> None:
        super().__init__()
        self.n = self.samples = n
        self.batch_size, self.shuffle, self.seed = batch_size, shuffle, seed
        self.batch_index = 0
        self._draws = np.random.default_rng(heron.config.draw_seed() if seed is None else seed)
        self._order = np.arange(n)
        self.on_epoch_end()

    def __len__(self) -> int:
        return -(-self.n // self.batch_size)

    def on_epoch_end(self) -> None:
        """Draws a new order."""
        if self.shuffle:
            self._order = self._draws.permutation(self.n)

    def reset(self) -> None:
        """Lets `next` begin with the first batch."""
        self.batch_index = 0

    def __getitem__(self, index: int) -> Any:
        if not 0 <= index < len(self):
            raise IndexError(f"There are {len(self)} batches, 0 to {len(self) - 1}; received {index}.")
        return self._batch(self._order[index * self.batch_size : (index + 1) * self.batch_size])

    def __next__(self) -> Any:
        batch = self[self.batch_index]
        self.batch_index += 1
        if self.batch_index == len(self):
            self.batch_index = 0
            self.on_epoch_end()
        return batch

    next = __next__

    def __iter__(self) -> Iterator:
        return self

    def _batch(self, rows: np.ndarray) -> Any:
        raise missing_method(self, "_batch(self, rows)", "the batch of these rows")


class NumpyArrayIterator(Iterator):
    """What `ImageDataGenerator.flow` gives."""

    def __init__(
        self, x: np.ndarray, y: Any, generator: ImageDataGenerator, sample_weight: Any = None, **kwargs: Any
    ) -> None:
        self.x, self.y, self.sample_weight = x, y, sample_weight
        self.image_data_generator = generator
        super().__init__(len(x), **kwargs)

    def _batch(self, rows: np.ndarray) -> Any:
        maker = self.image_data_generator
        x = np.stack([maker.standardize(maker.random_transform(self.x[row].astype(maker.dtype))) for row in rows])
        if self.y is None:
            return x
        parts = (x, self.y[rows]) if self.sample_weight is None else (x, self.y[rows], self.sample_weight[rows])
        return parts


class DirectoryIterator(Iterator):
    """What `ImageDataGenerator.flow_from_directory` and `flow_from_dataframe` give.

    Attributes:
        class_indices: class to number.
        classes: the number of each picture.
        filenames: the files, relative to the folder.
        filepaths: their paths.
    """

    def __init__(
        self,
        paths: list[str],
        names: list[str],
        classes: Any,
        generator: ImageDataGenerator,
        load: Callable[[str], Any],
        class_mode: Any,
        class_indices: dict[str, int],
        **kwargs: Any,
    ) -> None:
        self.filepaths, self.filenames, self.class_mode, self.class_indices = paths, names, class_mode, class_indices
        self.classes = self.labels = np.asarray(classes)
        self.num_classes = len(class_indices)
        self.image_data_generator, self._load = generator, load
        super().__init__(len(paths), **kwargs)

    def _batch(self, rows: np.ndarray) -> Any:
        maker = self.image_data_generator
        x = np.stack([maker.standardize(maker.random_transform(self._load(self.filepaths[row]))) for row in rows])
        if self.class_mode is None:
            return x
        if self.class_mode == "input":
            return x, x.copy()
        chosen = self.classes[rows]
        if self.class_mode == "categorical":
            return x, np.eye(self.num_classes, dtype=maker.dtype)[chosen]
        return x, chosen.astype(maker.dtype)


class ImageDataGenerator:
    """Makes batches of pictures that are changed a little by chance.

    Args:
        featurewise_center: whether the mean of all pictures is taken off; needs `fit`.
        samplewise_center: whether each picture's own mean is.
        featurewise_std_normalization: whether they are divided by the deviation of all; needs `fit`.
        samplewise_std_normalization: whether each is by its own.
        zca_whitening: refused.
        rotation_range: degrees, to either side.
        width_shift_range: a share of the width below 1, or pixels.
        height_shift_range: a share of the height below 1, or pixels.
        brightness_range: the least and the greatest factor.
        shear_range: degrees.
        zoom_range: a share to either side, or the least and the greatest factor.
        channel_shift_range: the most that is added to a channel.
        fill_mode: what lies outside: `"nearest"`, `"constant"`, `"reflect"` or `"wrap"`.
        cval: the number for `"constant"`.
        horizontal_flip: whether left and right are exchanged now and then.
        vertical_flip: whether top and bottom are.
        rescale: what all values are multiplied by, after the changes.
        preprocessing_function: of one picture, after the changes and before `rescale`.
        validation_split: the share of `subset="validation"`.
        data_format: only `"channels_last"`.
        dtype: of the batches, by default `config.floatx()`.

    Raises:
        ArgumentError: for what heron does not compute, with what to write instead.

    Example:
    >>> flow = ImageDataGenerator(rescale=1 / 255).flow(np.full((3, 4, 4, 1), 255.0), [0, 1, 0], batch_size=2)
    >>> x, y = flow[0]
    >>> x.shape, float(x.max()), len(flow)
    ((2, 4, 4, 1), 1.0, 2)
    """

    def __init__(
        self,
        featurewise_center: bool = False,
        samplewise_center: bool = False,
        featurewise_std_normalization: bool = False,
        samplewise_std_normalization: bool = False,
        zca_whitening: bool = False,
        zca_epsilon: float = 1e-6,
        rotation_range: float = 0,
        width_shift_range: Any = 0.0,
        height_shift_range: Any = 0.0,
        brightness_range: Sequence[float] | None = None,
        shear_range: float = 0.0,
        zoom_range: Any = 0.0,
        channel_shift_range: float = 0.0,
        fill_mode: str = "nearest",
        cval: float = 0.0,
        horizontal_flip: bool = False,
        vertical_flip: bool = False,
        rescale: float | None = None,
        preprocessing_function: Callable[[Any], Any] | None = None,
        data_format: str | None = None,
        validation_split: float = 0.0,
        interpolation_order: int = 1,
        dtype: Any = None,
    ) -> None:
        if zca_whitening:
            raise ArgumentError(
                "ImageDataGenerator(zca_whitening=True) is not among what heron runs; expected False.\n"
                "Whiten the array before, or write keras.layers.Normalization."
            )
        if data_format == "channels_first":
            raise ArgumentError(
                "ImageDataGenerator works on pictures with the channels last; received data_format='channels_first'.\n"
                "Write numpy.moveaxis(x, 1, -1)."
            )
        if fill_mode not in _FILLS:
            raise ArgumentError(f"fill_mode must be one of {', '.join(map(repr, _FILLS))}; received {fill_mode!r}.")
        self.featurewise_center, self.samplewise_center = featurewise_center, samplewise_center
        self.featurewise_std_normalization = featurewise_std_normalization
        self.samplewise_std_normalization = samplewise_std_normalization
        self.rotation_range, self.shear_range = rotation_range, shear_range
        self.width_shift_range, self.height_shift_range = width_shift_range, height_shift_range
        self.brightness_range, self.channel_shift_range = brightness_range, channel_shift_range
        self.zoom_range = (1 - zoom_range, 1 + zoom_range) if isinstance(zoom_range, int | float) else tuple(zoom_range)
        self.fill_mode, self.cval = fill_mode, cval
        self.horizontal_flip, self.vertical_flip = horizontal_flip, vertical_flip
        self.rescale, self.preprocessing_function = rescale, preprocessing_function
        self.validation_split, self.interpolation_order = validation_split, interpolation_order
        self.dtype = dtype or heron.config.floatx()
        self.mean: Any = None
        self.std: Any = None
        self._draws = np.random.default_rng(heron.config.draw_seed())

    # ---- one picture -----------------------------------------------------------------------------------------------

    def fit(self, x: Any, augment: bool = False, rounds: int = 1, seed: int | None = None) -> None:
        """Finds the mean and the deviation of pictures `(samples, height, width, channels)`."""
        x = np.asarray(x, dtype=self.dtype)
        self.mean, self.std = x.mean(axis=(0, 1, 2)), x.std(axis=(0, 1, 2))

    def standardize(self, x: np.ndarray) -> np.ndarray:
        """One picture, scaled and centered as the arguments say.

        Raises:
            ArgumentError: where `fit` was not called before.
        """
        if self.preprocessing_function is not None:
            x = np.asarray(self.preprocessing_function(x))
        if self.rescale:
            x = x * np.asarray(self.rescale, x.dtype)
        if self.samplewise_center:
            x = x - x.mean()
        if self.samplewise_std_normalization:
            x = x / (x.std() + 1e-6)
        if (self.featurewise_center or self.featurewise_std_normalization) and self.mean is None:
            raise ArgumentError(
                "ImageDataGenerator does not know the mean of the pictures yet. Call generator.fit(x_train) first."
            )
        if self.featurewise_center:
            x = x - self.mean
        if self.featurewise_std_normalization:
            x = x / (self.std + 1e-6)
        return x.astype(self.dtype)

    def random_transform(self, x: np.ndarray, seed: int | None = None) -> np.ndarray:
        """One picture `(height, width, channels)`, changed by chance."""
        draws = self._draws if seed is None else np.random.default_rng(seed)
        x = self._moved(x, draws)
        if self.horizontal_flip and draws.random() < 0.5:
            x = x[:, ::-1]
        if self.vertical_flip and draws.random() < 0.5:
            x = x[::-1]
        if self.channel_shift_range:
            shift = draws.uniform(-self.channel_shift_range, self.channel_shift_range, x.shape[-1])
            x = np.clip(x + shift, x.min(), x.max())
        if self.brightness_range is not None:
            x = x * draws.uniform(self.brightness_range[0], self.brightness_range[1])
        return x

    def _moved(self, x: np.ndarray, draws: np.random.Generator) -> np.ndarray:
        height, width = x.shape[:2]
        angle = np.deg2rad(draws.uniform(-self.rotation_range, self.rotation_range))
        shear = np.deg2rad(draws.uniform(-self.shear_range, self.shear_range))
        down = _shift(self.height_shift_range, height, draws)
        right = _shift(self.width_shift_range, width, draws)
        tall, wide = draws.uniform(self.zoom_range[0], self.zoom_range[1], 2)
        turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        matrix = turned @ np.array([[1, -np.sin(shear)], [0, np.cos(shear)]]) @ np.diag([tall, wide])
        if np.array_equal(matrix, np.eye(2)) and not down and not right:
            return x
        middle = np.array([height - 1, width - 1]) / 2
        rows, columns = np.meshgrid(np.arange(height), np.arange(width), indexing="ij")
        there = np.stack([rows, columns], axis=-1) - middle + (down, right)
        return _sampled(x, there @ matrix.T + middle, self.fill_mode, self.cval, self.interpolation_order)

    # ---- many ------------------------------------------------------------------------------------------------------

    def flow(
        self,
        x: Any,
        y: Any = None,
        batch_size: int = 32,
        shuffle: bool = True,
        sample_weight: Any = None,
        seed: int | None = None,
        save_to_dir: Any = None,
        subset: str | None = None,
        **kwargs: Any,
    ) -> NumpyArrayIterator:
        """Batches of pictures in memory.

        Args:
            x: `(samples, height, width, channels)`.
            y: a target for each, or None.
            batch_size: pictures in a batch.
            shuffle: whether the order is by chance.
            sample_weight: a weight for each, or None.
            seed: for the order.
            save_to_dir: refused.
            subset: `"training"` or `"validation"`, with `validation_split`.
            **kwargs: what belongs to `save_to_dir`.
        """
        _refuse_saving(save_to_dir)
        x = np.asarray(x)
        if x.ndim != 4:
            raise DataError(
                f"ImageDataGenerator.flow expects pictures (samples, height, width, channels); received shape "
                f"{x.shape}.\nGray pictures: x[..., None]."
            )
        rows = self._subset(len(x), subset)
        y, weight = (None if part is None else np.asarray(part)[rows] for part in (y, sample_weight))
        return NumpyArrayIterator(x[rows], y, self, weight, batch_size=batch_size, shuffle=shuffle, seed=seed)

    def flow_from_directory(
        self,
        directory: Any,
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: Any = None,
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
        **kwargs: Any,
    ) -> DirectoryIterator:
        """Batches of pictures in folders, one for each class.

        Args:
            directory: the folder of folders.
            target_size: height and width to which they are brought.
            color_mode: `"rgb"`, `"rgba"` or `"grayscale"`.
            classes: the folders in the order of their numbers; by default alphabetical.
            class_mode: `"categorical"`, `"binary"`, `"sparse"`, `"input"` or None.
            batch_size: pictures in a batch.
            shuffle: whether the order is by chance.
            seed: for the order.
            save_to_dir: refused.
            follow_links: whether links to folders are followed.
            subset: `"training"` or `"validation"`, with `validation_split`.
            interpolation: how pictures are brought to size.
            keep_aspect_ratio: whether the middle is cut out rather than stretched.
            **kwargs: what belongs to `save_to_dir`.

        Raises:
            DataError: for a folder that is not there, or has no pictures.
        """
        _refuse_saving(save_to_dir)
        _check_mode(class_mode)
        root = Path(os.fspath(directory))
        if not root.is_dir():
            raise DataError(
                f"flow_from_directory: there is no folder {str(root)!r}. It must hold a folder for each class."
            )
        names = list(classes) if classes else sorted(one.name for one in root.iterdir() if one.is_dir())
        found = [
            (path, number)
            for number, name in enumerate(names)
            for path in self._part(_pictures(root / name, follow_links), subset)
        ]
        if not found:
            raise DataError(
                f"flow_from_directory: no pictures in the folders of {str(root)!r}. Expected root/class/name.jpg."
            )
        print(f"Found {len(found)} images belonging to {len(names)} classes.")  # noqa: T201
        load = self._loader(target_size, color_mode, interpolation, keep_aspect_ratio)
        return DirectoryIterator(
            [str(path) for path, _ in found],
            [path.relative_to(root).as_posix() for path, _ in found],
            [number for _, number in found],
            self, load, class_mode, {name: number for number, name in enumerate(names)},
            batch_size=batch_size, shuffle=shuffle, seed=seed,
        )  # fmt: skip

    def flow_from_dataframe(
        self,
        dataframe: Any,
        directory: Any = None,
        x_col: str = "filename",
        y_col: str = "class",
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        subset: str | None = None,
        interpolation: str = "nearest",
        **kwargs: Any,
    ) -> DirectoryIterator:
        """Batches of pictures whose files and classes are columns of a table of pandas.

        The column `x_col` has the names of files in `directory` (None where they are whole paths), `y_col` the
        classes; the other arguments are those of `flow_from_directory`.
        """
        _check_mode(class_mode)
        root = Path(os.fspath(directory)) if directory is not None else Path()
        chosen = dataframe.iloc[self._subset(len(dataframe), subset)]
        files = [str(name) for name in chosen[x_col]]
        labels = [] if class_mode in (None, "input") else [str(label) for label in chosen[y_col]]
        names = sorted(set(labels))
        print(f"Found {len(files)} images belonging to {len(names)} classes.")  # noqa: T201
        number = {name: i for i, name in enumerate(names)}
        return DirectoryIterator(
            [str(root / name) for name in files], files, [number[label] for label in labels] or [0] * len(files), self,
            self._loader(target_size, color_mode, interpolation, False), class_mode, number,
            batch_size=batch_size, shuffle=shuffle, seed=seed,
        )  # fmt: skip

    def _loader(self, size: Any, color_mode: str, interpolation: str, keep: bool) -> Callable[[str], np.ndarray]:
        def load(path: str) -> np.ndarray:
            picture: Image.Image = load_img(path, color_mode, tuple(size), interpolation, keep)
            return np.asarray(img_to_array(picture, dtype=self.dtype))

        return load

    def _subset(self, count: int, subset: str | None) -> np.ndarray:
        held = int(count * self.validation_split)
        if subset not in (None, "training", "validation"):
            raise ArgumentError(f"subset must be 'training' or 'validation'; received {value_text(subset)}.")
        rows = np.arange(count)
        return rows if subset is None else rows[held:] if subset == "training" else rows[:held]

    def _part(self, paths: list[Path], subset: str | None) -> list[Path]:
        return [paths[i] for i in self._subset(len(paths), subset)]


def _pictures(folder: Path, follow_links: bool) -> list[Path]:
    found = [Path(place, name) for place, _, names in os.walk(folder, followlinks=follow_links) for name in names]
    return sorted(path for path in found if path.suffix.lower() in _FILES)


def _shift(given: Any, size: int, draws: np.random.Generator) -> float:
    """How far a picture is moved: a share of its size below 1, pixels above, or one of a list."""
    if not isinstance(given, int | float):
        return float(draws.choice(given)) * draws.choice([-1, 1])
    return float(draws.uniform(-given, given)) * (size if given < 1 else 1)


def _sampled(x: np.ndarray, there: np.ndarray, fill_mode: str, cval: float, order: int) -> np.ndarray:
    """The picture at places between its pixels, of shape `(height, width, 2)`."""
    size = np.array(x.shape[:2])
    outside = ((there < -0.5) | (there > size - 0.5)).any(axis=-1)
    if fill_mode == "reflect":
        there = np.abs((there + 0.5) % (2 * size))
        there = np.minimum(there, 2 * size - there) - 0.5
    elif fill_mode == "wrap":
        there = there % size
    if order == 0:
        near = np.clip(np.rint(there).astype(int), 0, size - 1)
        made = x[near[..., 0], near[..., 1]]
    else:
        there = np.clip(there, 0, size - 1)
        low = np.floor(there).astype(int)
        high, part = np.minimum(low + 1, size - 1), (there - low)[..., None]
        down, right = part[..., 0, :], part[..., 1, :]
        top = x[low[..., 0], low[..., 1]] * (1 - right) + x[low[..., 0], high[..., 1]] * right
        bottom = x[high[..., 0], low[..., 1]] * (1 - right) + x[high[..., 0], high[..., 1]] * right
        made = top * (1 - down) + bottom * down
    made = made.astype(x.dtype)
    if fill_mode == "constant":
        made[outside] = cval
    return made


def _check_mode(class_mode: Any) -> None:
    if class_mode not in _MODES:
        raise ArgumentError(f"class_mode must be one of {', '.join(map(repr, _MODES))}; received {class_mode!r}.")


def _refuse_saving(save_to_dir: Any) -> None:
    if save_to_dir is not None:
        raise ArgumentError(
            "save_to_dir is not among what heron runs; expected None.\n"
            "Write keras.utils.save_img(path, image) for each image of a batch."
        )
