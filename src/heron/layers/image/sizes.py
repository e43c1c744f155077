"""Layers that bring images to one size: Resizing, CenterCrop and RandomCrop."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron.errors import ArgumentError
from heron.layers.image.base import ImageLayer, RandomImageLayer, Size
from heron.layers.image.draws import Draws
from heron.ops.image import resize
from heron.ops.image.resampling import INTERPOLATION, fitting_box, resized
from heron.validate import BOOL, NUMBER, POSITIVE_INT, one_of


class Resizing(ImageLayer):
    """Brings images to one height and width.

    Args:
        height: the new height.
        width: the new width.
        interpolation: `"bilinear"`, `"nearest"`, `"bicubic"`, `"lanczos3"` or `"lanczos5"`.
        crop_to_aspect_ratio: cut the greatest box of the new aspect ratio out of the middle, so that nothing is
            distorted.
        pad_to_aspect_ratio: put margins on instead, so that nothing is lost.
        fill_mode: how margins are filled; only `"constant"`.
        fill_value: with what.
        antialias: whether images are smoothed where they get smaller.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        bounding_box_format: how boxes given beside images are written.

    Call arguments:
        inputs: one image or a batch, or a dict with `"images"` and any of `"labels"`, `"bounding_boxes"` and
            `"segmentation_masks"`.

    Input shape:
        `(batch, height, width, channels)` or without the batch; channels before height with `"channels_first"`.

    Output shape:
        `(batch, self.height, self.width, channels)`, in the dtype of the input.

    Example:
    >>> import numpy as np
    >>> Resizing(2, 3)(np.ones((1, 8, 8, 3))).shape
    (1, 2, 3, 3)
    """

    rules = {
        "height": POSITIVE_INT,
        "width": POSITIVE_INT,
        "interpolation": INTERPOLATION,
        "crop_to_aspect_ratio": BOOL,
        "pad_to_aspect_ratio": BOOL,
        "fill_mode": one_of("constant"),
        "fill_value": NUMBER,
        "antialias": BOOL,
    }
    only_in_training = False
    moves_pixels = True
    keeps_dtype = True

    def __init__(
        self,
        height: int,
        width: int,
        interpolation: str = "bilinear",
        crop_to_aspect_ratio: bool = False,
        pad_to_aspect_ratio: bool = False,
        fill_mode: str = "constant",
        fill_value: float = 0.0,
        antialias: bool = False,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        if crop_to_aspect_ratio and pad_to_aspect_ratio:
            raise ArgumentError(
                f"{self._who()}: only one of crop_to_aspect_ratio and pad_to_aspect_ratio can be True; received both.\n"
                "Cropping fills the new size with image, padding keeps the whole image."
            )
        self.height, self.width, self.interpolation = height, width, interpolation
        self.crop_to_aspect_ratio, self.pad_to_aspect_ratio = crop_to_aspect_ratio, pad_to_aspect_ratio
        self.fill_mode, self.fill_value, self.antialias = fill_mode, fill_value, antialias

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """Resizes."""
        return resize(
            images,
            (self.height, self.width),
            interpolation,
            self.antialias,
            self.crop_to_aspect_ratio,
            self.pad_to_aspect_ratio,
            self.fill_mode,
            self.fill_value,
            "channels_last",
        )

    def move(self, points: Any, transformation: Any, size: Size) -> Any:
        """Stretches from the box that was cut out, or is the image within its margins."""
        target = (self.height, self.width)
        box: Any = ((0, size.height), (0, size.width))
        if self.crop_to_aspect_ratio:
            box = fitting_box(size.height, size.width, target)
        elif self.pad_to_aspect_ratio:
            above = max(int(size.width * target[0] / target[1]) - size.height, 0) // 2
            beside = 0 if above else max(int(size.height * target[1] / target[0]) - size.width, 0) // 2
            box = ((-above, size.height + 2 * above), (-beside, size.width + 2 * beside))
        return _stretched(points, box, target)


def _stretched(points: Any, box: Any, target: tuple[int, int]) -> Any:
    """Where the middles of pixels are after a box `(top, height), (left, width)` was brought to a size."""
    (top, height), (left, width) = box
    scale = jnp.asarray([target[1] / width, target[0] / height], points.dtype)
    return (points + 0.5 - jnp.asarray([left, top], points.dtype)) * scale - 0.5


class _Crop(ImageLayer):
    """Takes a window of one size out of images; smaller images are cut to its aspect ratio and brought to its size."""

    rules = {"height": POSITIVE_INT, "width": POSITIVE_INT}
    only_in_training = False
    moves_pixels = True
    height: int
    width: int

    def _is_room(self, height: Any, width: Any) -> bool:
        return height >= self.height and width >= self.width

    def _window(self, height: Any, width: Any) -> Any:
        """The box `(top, height), (left, width)` in the middle."""
        if self._is_room(height, width):
            return ((height - self.height) // 2, self.height), ((width - self.width) // 2, self.width)
        return fitting_box(height, width, (self.height, self.width))

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """Crops at the place drawn, if any, else in the middle."""
        height, width = images.shape[1:3]
        (top, rows), (left, columns) = self._window(height, width)
        if transformation is not None:
            top, left = transformation
            images = jax.lax.dynamic_slice_in_dim(images, top, rows, 1)
            images = jax.lax.dynamic_slice_in_dim(images, left, columns, 2)
        else:
            images = images[:, top : top + rows, left : left + columns]
        if (rows, columns) == (self.height, self.width):
            return images
        return resized(images, (self.height, self.width), interpolation)

    def move(self, points: Any, transformation: Any, size: Size) -> Any:
        """Shifts, and stretches what was too small."""
        (top, rows), (left, columns) = self._window(size.height, size.width)
        top, left = (top, left) if transformation is None else transformation
        return _stretched(points, ((top, rows), (left, columns)), (self.height, self.width))


class CenterCrop(_Crop):
    """Takes the middle out of images; images that are too small are cut to the aspect ratio and enlarged.

    Args:
        height: the height of the result.
        width: its width.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        bounding_box_format: how boxes given beside images are written.

    Call arguments:
        inputs: one image or a batch, or a dict as for `Resizing`.

    Input shape:
        `(batch, height, width, channels)` or without the batch; channels before height with `"channels_first"`.

    Output shape:
        `(batch, self.height, self.width, channels)`.

    Example:
    >>> import numpy as np
    >>> CenterCrop(1, 2)(np.arange(12.0).reshape(3, 4, 1))[..., 0].tolist()
    [[5.0, 6.0]]
    """

    def __init__(self, height: int, width: int, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.height, self.width = height, width


class RandomCrop(_Crop, RandomImageLayer):
    """Takes a window from a random place while training, one place for a batch, and from the middle otherwise.

    Images that are too small are cut to the aspect ratio in the middle and enlarged, in training too.

    Args:
        height: the height of the window.
        width: its width.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        bounding_box_format: how boxes given beside images are written.

    Call arguments:
        inputs: one image or a batch, or a dict as for `Resizing`.
        training: whether the place is random.

    Input shape:
        `(batch, height, width, channels)` or without the batch; channels before height with `"channels_first"`.

    Output shape:
        `(batch, self.height, self.width, channels)`.

    Example:
    >>> import numpy as np
    >>> crop, x = RandomCrop(1, 1, seed=1), np.arange(9.0).reshape(3, 3, 1)
    >>> crop(x, training=True).item() in x, crop(x, training=False).item()
    (True, 4.0)
    """

    def __init__(
        self,
        height: int,
        width: int,
        seed: Any = None,
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, name=name, **kwargs)
        self.height, self.width = height, width

    def draw(self, draws: Draws, size: Size) -> Any:
        """The top and the left of the window, or None for images that are too small."""
        if not self._is_room(size.height, size.width):
            return None
        top = jax.random.randint(draws.next_key(), (), 0, size.height - self.height + 1)
        left = jax.random.randint(draws.next_key(), (), 0, size.width - self.width + 1)
        return top, left
