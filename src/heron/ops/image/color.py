"""Ops that change colors place by place."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from heron.ops.image.layout import need_channels, need_floats, opened
from heron.ops.op import op

__all__ = ["hsv_to_rgb", "rgb_to_grayscale", "rgb_to_hsv"]

# ITU-R BT.601, section 2.5.1: what red, green and blue give to brightness, to four digits.
_BRIGHTNESS = (0.2989, 0.5870, 0.1140)


def grayscale(images: Any) -> Any:
    """The brightness of a batch of color images, one channel; whole numbers stay such, cut off."""
    weights = jnp.asarray(_BRIGHTNESS, jnp.promote_types(images.dtype, jnp.float16))
    weights = weights if jnp.issubdtype(images.dtype, jnp.floating) else weights.astype("float32")
    return jnp.tensordot(images.astype(weights.dtype), weights, 1)[..., None].astype(images.dtype)


def to_hsv(images: Any) -> Any:
    """Hue, saturation and value of red, green and blue, all from 0 to 1; channels last."""
    images = jnp.where(jnp.abs(images) < jnp.finfo(images.dtype).eps, 0, images)
    red, green, blue = (images[..., i] for i in range(3))
    value = jnp.max(images, -1)
    spread = value - jnp.min(images, -1)
    has_color = spread > 0
    sixth = 1 / (6 * jnp.where(has_color, spread, 1))
    # Not by `value == red`: a compiler may compute `red` twice, and round the second time otherwise.
    hue = jnp.where(green >= blue, sixth * (blue - red) + 1 / 3, sixth * (red - green) + 2 / 3)
    hue = jnp.where((red >= green) & (red >= blue), sixth * (green - blue), hue)
    hue = jnp.where(has_color, hue, 0) + (hue < 0)
    saturation = jnp.where(value > 0, spread / jnp.where(value > 0, value, 1), 0)
    return jnp.stack([hue, saturation, value], -1).astype(images.dtype)


def to_rgb(images: Any) -> Any:
    """Red, green and blue of hue, saturation and value; channels last."""
    hue, saturation, value = (images[..., i, None] for i in range(3))
    corner = jnp.asarray([3, 2, 4], images.dtype)  # where in the six sixths each color is fullest, or emptiest
    away = jnp.abs(jnp.mod(hue, 1) * 6 - corner) * jnp.asarray([1, -1, -1], images.dtype)
    full = jnp.clip(away + jnp.asarray([-1, 2, 2], images.dtype), 0, 1)
    return value * (1 - saturation + saturation * full)


@op
def rgb_to_grayscale(images: Any, data_format: str | None = None) -> Any:
    """Colors as brightness; images with one channel stay as they are.

    Args:
        images: one image or a batch, with 3 or 1 channels, in any dtype, which stays.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.

    Returns:
        Images with one channel.

    Raises:
        ShapeError: for other axes or numbers of channels.

    Source: ITU-R recommendation BT.601.

    Example:
        >>> rgb_to_grayscale([[[255, 0, 0], [255, 255, 255]]]).tolist()
        [[[76], [254]]]
    """
    images, layout = opened("heron.ops.image.rgb_to_grayscale", images, data_format)
    need_channels("heron.ops.image.rgb_to_grayscale", images, 1, 3)
    return layout.back(images if images.shape[-1] == 1 else grayscale(images))


@op
def rgb_to_hsv(images: Any, data_format: str | None = None) -> Any:
    """Red, green and blue as hue, saturation and value, all from 0 to 1.

    Args:
        images: one image or a batch of floats from 0 to 1, with 3 channels.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.

    Raises:
        ArgumentError: for whole numbers.
        ShapeError: for other axes or numbers of channels.

    Source: A. R. Smith, "Color gamut transform pairs", SIGGRAPH 1978.

    Example:
        >>> rgb_to_hsv([[[1.0, 0.0, 0.0], [0.5, 0.5, 0.5]]]).tolist()
        [[[0.0, 1.0, 1.0], [0.0, 0.0, 0.5]]]
    """
    return _converted("rgb_to_hsv", to_hsv, images, data_format)


@op
def hsv_to_rgb(images: Any, data_format: str | None = None) -> Any:
    """Hue, saturation and value as red, green and blue: the inverse of `rgb_to_hsv`, with the same arguments.

    Example:
        >>> hsv_to_rgb([[[0.0, 1.0, 1.0], [0.0, 0.0, 0.5]]]).tolist()
        [[[1.0, 0.0, 0.0], [0.5, 0.5, 0.5]]]
    """
    return _converted("hsv_to_rgb", to_rgb, images, data_format)


def _converted(name: str, function: Any, images: Any, data_format: str | None) -> Any:
    owner = f"heron.ops.image.{name}"
    images, layout = opened(owner, images, data_format)
    need_floats(owner, images)
    need_channels(owner, images, 3)
    return layout.back(function(images))
