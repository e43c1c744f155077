"""`tf.image`."""

from __future__ import annotations

from typing import Any

import numpy as np

from heron import ops
from heron.compat.tf.files import (  # noqa: F401 (in __all__)
    decode_bmp,
    decode_gif,
    decode_image,
    decode_jpeg,
    decode_png,
    encode_jpeg,
    encode_png,
)
from heron.compat.tf.host import apply, host_tensor, is_on_host, raw, tensor
from heron.compat.tf.random import uniform
from heron.errors import ArgumentError

_METHODS = ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5")

GONE = {
    "non_max_suppression": "Write a loop over boxes sorted by score with NumPy.",
    "draw_bounding_boxes": "Write matplotlib, or keras.utils.array_to_img and PIL.ImageDraw.",
    "sample_distorted_bounding_box": "Write keras.layers.RandomCrop.",
}


class ResizeMethod:
    """The names of methods of `resize`."""

    BILINEAR, NEAREST_NEIGHBOR, BICUBIC, LANCZOS3, LANCZOS5 = _METHODS


def resize(images: Any, size: Any, method: str = "bilinear", preserve_aspect_ratio: bool = False,
           antialias: bool = False, name: str | None = None) -> Any:  # fmt: skip
    """Pictures in another size, as floats (but with the nearest pixel).

    Raises:
        ArgumentError: for a method that heron has not.
    """
    if method not in _METHODS:
        raise ArgumentError(f"tf.image.resize has the methods {', '.join(_METHODS)}; received {method!r}.")
    x, (height, width) = raw(images), (int(one) for one in size)
    if preserve_aspect_ratio:
        share = min(height / x.shape[-3], width / x.shape[-2])
        height, width = round(x.shape[-3] * share), round(x.shape[-2] * share)
    x = x if method == "nearest" else ops.cast(x, "float32")
    made = ops.image.resize(x, (height, width), interpolation=method, antialias=antialias)
    return host_tensor(made) if is_on_host() else made


def convert_image_dtype(image: Any, dtype: Any, saturate: bool = False, name: str | None = None) -> Any:
    """Pixels of whole numbers as floats from 0 to 1, and back."""
    x, kind = raw(image), np.dtype(str(dtype))
    given = np.dtype(x.dtype)
    if given.kind in "ui" and kind.kind == "f":
        return apply("divide", apply("cast", x, kind.name), np.asarray(np.iinfo(given).max, kind))
    if given.kind == "f" and kind.kind in "ui":
        return apply(
            "cast", apply("clip", apply("multiply", x, np.iinfo(kind).max + 0.5), 0, np.iinfo(kind).max), kind.name
        )
    return apply("cast", x, kind.name)


def rgb_to_grayscale(images: Any, name: str | None = None) -> Any:
    """Gray pictures of colored ones."""
    x = raw(images)
    weights = np.array([0.2989, 0.587, 0.114], "float32")
    gray = apply("sum", apply("multiply", apply("cast", x, "float32"), weights), axis=-1, keepdims=True)
    return apply("cast", gray, np.dtype(x.dtype).name)


def grayscale_to_rgb(images: Any, name: str | None = None) -> Any:
    """Three equal channels of one."""
    return apply("repeat", images, 3, axis=-1)


def flip_left_right(image: Any) -> Any:
    """Left and right exchanged."""
    return apply("flip", image, axis=-2)


def flip_up_down(image: Any) -> Any:
    """Top and bottom exchanged."""
    return apply("flip", image, axis=-3)


def rot90(image: Any, k: int = 1, name: str | None = None) -> Any:
    """Turned by quarters to the left."""
    return apply("rot90", image, k, axes=(-3, -2))


def adjust_brightness(image: Any, delta: float) -> Any:
    """A number added to all pixels."""
    return apply("add", image, delta)


def adjust_contrast(images: Any, contrast_factor: float) -> Any:
    """The distance from the mean of each channel made larger."""
    mean = apply("mean", images, axis=(-3, -2), keepdims=True)
    return apply("add", apply("multiply", apply("subtract", images, mean), contrast_factor), mean)


def adjust_saturation(image: Any, saturation_factor: float, name: str | None = None) -> Any:
    """Colors of floats from 0 to 1 made stronger."""
    hsv = ops.image.rgb_to_hsv(raw(image))
    stronger = ops.clip(hsv[..., 1:2] * saturation_factor, 0, 1)
    made = ops.image.hsv_to_rgb(ops.concatenate([hsv[..., :1], stronger, hsv[..., 2:]], axis=-1))
    return host_tensor(made) if is_on_host() else made


def _drawn(low: float, high: float, seed: Any) -> float:
    return float(uniform((), low, high, seed=seed))


def random_flip_left_right(image: Any, seed: Any = None) -> Any:
    """Left and right exchanged, in half of the cases."""
    return flip_left_right(image) if _drawn(0, 1, seed) < 0.5 else image


def random_flip_up_down(image: Any, seed: Any = None) -> Any:
    """Top and bottom exchanged, in half of the cases."""
    return flip_up_down(image) if _drawn(0, 1, seed) < 0.5 else image


def random_brightness(image: Any, max_delta: float, seed: Any = None) -> Any:
    """A number by chance added to all pixels."""
    return adjust_brightness(image, _drawn(-max_delta, max_delta, seed))


def random_contrast(image: Any, lower: float, upper: float, seed: Any = None) -> Any:
    """More or less contrast by chance."""
    return adjust_contrast(image, _drawn(lower, upper, seed))


def random_crop(value: Any, size: Any, seed: Any = None, name: str | None = None) -> Any:
    """A part of this shape at a place by chance."""
    x, size = raw(value), [int(one) for one in size]
    begin = [int(_drawn(0, full - part + 1, seed)) for full, part in zip(x.shape, size, strict=True)]
    return tensor(x[tuple(np.s_[b : b + n] for b, n in zip(begin, size, strict=True))])


def crop_to_bounding_box(
    image: Any, offset_height: int, offset_width: int, target_height: int, target_width: int
) -> Any:
    """The part that begins there and is so large."""
    rows, columns = (
        np.s_[offset_height : offset_height + target_height],
        np.s_[offset_width : offset_width + target_width],
    )
    return tensor(raw(image)[..., rows, columns, :])


def central_crop(image: Any, central_fraction: float) -> Any:
    """The middle, with this share of the height and the width."""
    x = raw(image)
    top, left = (int((size - size * central_fraction) / 2) for size in x.shape[-3:-1])
    return tensor(x[..., top : x.shape[-3] - top, left : x.shape[-2] - left, :])


def resize_with_crop_or_pad(image: Any, target_height: int, target_width: int) -> Any:
    """The middle of a picture, or the picture in the middle of black."""
    x = raw(image)
    for axis, wanted in ((-3, target_height), (-2, target_width)):
        spare = x.shape[axis] - wanted
        if spare > 0:
            x = apply("take", x, np.arange(spare // 2, spare // 2 + wanted), axis=axis)
        elif spare < 0:
            widths = [(0, 0)] * x.ndim
            widths[axis] = (-spare // 2, -spare - (-spare // 2))
            x = apply("pad", x, widths)
    return x


def per_image_standardization(image: Any) -> Any:
    """A picture with mean 0 and deviation 1."""
    x = apply("cast", image, "float32")
    axes = (-3, -2, -1)
    spread = apply("maximum", apply("std", x, axis=axes, keepdims=True), 1 / np.sqrt(np.prod(raw(x).shape[-3:])))
    return apply("divide", apply("subtract", x, apply("mean", x, axis=axes, keepdims=True)), spread)


__all__ = (
    "ResizeMethod adjust_brightness adjust_contrast adjust_saturation central_crop convert_image_dtype "
    "crop_to_bounding_box decode_bmp decode_gif decode_image decode_jpeg decode_png encode_jpeg encode_png "
    "flip_left_right flip_up_down grayscale_to_rgb per_image_standardization random_brightness random_contrast "
    "random_crop random_flip_left_right random_flip_up_down resize resize_with_crop_or_pad rgb_to_grayscale rot90"
).split()
