"""Ops that choose a part of an image: crops, margins, patches."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jax import lax

from heron.errors import ArgumentError, ShapeError, shape_text, value_text
from heron.ops.convolution import sizes, sizes_rule
from heron.ops.image.layout import checked, layout_of, opened
from heron.ops.op import array, op
from heron.validate import is_int, one_of

__all__ = ["crop_images", "extract_patches", "extract_patches_3d", "pad_images"]


def _ends(
    owner: str, word: str, names: tuple[str, str, str], given: tuple[Any, Any, Any], size: Any
) -> tuple[Any, Any]:
    """How much goes on, or off, both ends of an axis, from two of: at the beginning, at the end, the size aimed at."""
    for name, value in zip(names, given, strict=True):
        if value is not None and is_int(value) and value < 0:
            raise ArgumentError(f"{owner}: argument '{name}' must be an integer of 0 or more; received {value}.")
    first, last, target = given
    if [first, last, target].count(None) != 1:
        received = ", ".join(f"{n}={value_text(v)}" for n, v in zip(names, given, strict=True))
        raise ArgumentError(
            f"{owner} needs exactly two of {', '.join(names)}; received {received}.\nThe third follows from the image."
        )
    total = None if target is None else (target - size if word == "padding" else size - target)
    first = total - last if first is None else first
    last = total - first if last is None else last
    if any(is_int(end) and end < 0 for end in (first, last)):
        raise ShapeError(
            f"{owner}: an image with {size} places along that axis cannot reach {names[2]}={target} by {word}; "
            f"{names[0]} would be {first} and {names[1]} {last}.\n"
            f"Use heron.ops.image.{'crop_images' if word == 'padding' else 'pad_images'} for the other direction."
        )
    return first, last


@op
def pad_images(
    images: Any,
    top_padding: int | None = None,
    left_padding: int | None = None,
    bottom_padding: int | None = None,
    right_padding: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> Any:
    """Puts zeros around images.

    Args:
        images: one image or a batch.
        top_padding: rows above.
        left_padding: columns to the left.
        bottom_padding: rows below.
        right_padding: columns to the right.
        target_height: the height of the result; exactly two of it, `top_padding` and `bottom_padding` are given.
        target_width: the width of the result, likewise.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.

    Raises:
        ArgumentError: unless two of each three are given.
        ShapeError: when the image is greater than what is aimed at.

    Example:
        >>> pad_images([[[1]]], top_padding=0, bottom_padding=0, left_padding=1, target_width=3)[..., 0].tolist()
        [[0, 1, 0]]
    """
    owner = "heron.ops.image.pad_images"
    images, layout = opened(owner, images, data_format)
    _, height, width, _ = images.shape
    names = ("top_padding", "bottom_padding", "target_height")
    rows = _ends(owner, "padding", names, (top_padding, bottom_padding, target_height), height)
    names = ("left_padding", "right_padding", "target_width")
    columns = _ends(owner, "padding", names, (left_padding, right_padding, target_width), width)
    return layout.back(jnp.pad(images, ((0, 0), rows, columns, (0, 0))))


@op
def crop_images(
    images: Any,
    top_cropping: int | None = None,
    left_cropping: int | None = None,
    bottom_cropping: int | None = None,
    right_cropping: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> Any:
    """Cuts margins off images.

    Args:
        images: one image or a batch.
        top_cropping: rows cut off above.
        left_cropping: columns cut off on the left.
        bottom_cropping: rows cut off below.
        right_cropping: columns cut off on the right.
        target_height: the height of the result; exactly two of it, `top_cropping` and `bottom_cropping` are given.
        target_width: the width of the result, likewise.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.

    Raises:
        ArgumentError: unless two of each three are given.
        ShapeError: when the image is smaller than what is aimed at.

    Example:
        >>> import numpy as np
        >>> x = np.arange(12).reshape(3, 4, 1)
        >>> crop_images(x, top_cropping=1, left_cropping=2, target_height=1, target_width=2)[..., 0].tolist()
        [[6, 7]]
    """
    owner = "heron.ops.image.crop_images"
    images, layout = opened(owner, images, data_format)
    _, height, width, _ = images.shape
    names = ("top_cropping", "bottom_cropping", "target_height")
    top, bottom = _ends(owner, "cropping", names, (top_cropping, bottom_cropping, target_height), height)
    names = ("left_cropping", "right_cropping", "target_width")
    left, right = _ends(owner, "cropping", names, (left_cropping, right_cropping, target_width), width)
    return layout.back(images[:, top : height - bottom, left : width - right])


# ---- patches ------------------------------------------------------------------------------------------------------


@op
def extract_patches(
    images: Any,
    size: Any,
    strides: Any = None,
    dilation_rate: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> Any:
    """The patches of images, each as one vector.

    Args:
        images: one image or a batch; volumes when `size` has three numbers.
        size: the height and width of a patch, an integer or two; three for the depth, height and width of volumes.
        strides: the steps from patch to patch; `size` by default.
        dilation_rate: the distance of neighbouring places of a patch.
        padding: `"valid"`: only patches inside the image; `"same"`: with zeros around it.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.

    Returns:
        `(batch, rows, columns, height * width * channels)` with the channels varying fastest, or the last axis second
        with `"channels_first"`.

    Raises:
        ArgumentError: for other sizes.
        ShapeError: for images with other axes, or smaller than a patch.

    Example:
        >>> import numpy as np
        >>> extract_patches(np.arange(16).reshape(4, 4, 1), 2)[0].tolist()
        [[0, 1, 4, 5], [2, 3, 6, 7]]
    """
    rank = 3 if isinstance(size, list | tuple) and len(size) == 3 else 2
    return _patches("extract_patches", rank, images, size, strides, dilation_rate, padding, data_format)


@op
def extract_patches_3d(
    volumes: Any,
    size: Any,
    strides: Any = None,
    dilation_rate: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> Any:
    """The patches of volumes, each as one vector; arguments as `extract_patches`, one for each of three axes.

    Returns:
        `(batch, planes, rows, columns, depth * height * width * channels)`.

    Example:
        >>> import numpy as np
        >>> extract_patches_3d(np.zeros((1, 4, 4, 4, 3)), 2).shape
        (1, 2, 2, 2, 24)
    """
    return _patches("extract_patches_3d", 3, volumes, size, strides, dilation_rate, padding, data_format)


def _patches(
    name: str, rank: int, images: Any, size: Any, strides: Any, dilation: Any, padding: Any, data_format: str | None
) -> Any:
    rule, owner = sizes_rule(rank), f"heron.ops.image.{name}"
    size = sizes(checked(name, "size", size, rule), rank)
    strides = size if strides is None else sizes(checked(name, "strides", strides, rule), rank)
    dilation = sizes(checked(name, "dilation_rate", dilation, rule), rank)
    checked(name, "padding", padding if not isinstance(padding, str) else padding.lower(), one_of("valid", "same"))
    images = array(images)
    layout = layout_of(owner, images, data_format, rank)
    x = layout.batch(images)
    reach = [(k - 1) * d + 1 for k, d in zip(size, dilation, strict=True)]
    if padding.lower() == "same":
        ends = lax.padtype_to_pads(x.shape[1:-1], reach, strides, "SAME")
        x = jnp.pad(x, ((0, 0), *ends, (0, 0)))
    elif any(isinstance(n, int) and n < r for n, r in zip(x.shape[1:], reach, strict=False)):
        raise ShapeError(
            f"{owner}: patches of {' x '.join(map(str, reach))} need images of at least that size; received shape "
            f"{shape_text(images.shape)}.\nWrite a smaller size, or padding='same'."
        )
    for axis in range(rank):  # one spatial axis after the other becomes two: patches, and places of a patch
        at = 1 + 2 * axis
        starts = jnp.arange((x.shape[at] - reach[axis]) // strides[axis] + 1) * strides[axis]
        x = jnp.take(x, starts[:, None] + jnp.arange(size[axis]) * dilation[axis], at)
    x = jnp.moveaxis(x, range(1, 2 * rank, 2), range(1, rank + 1))  # (batch, patches..., places..., channels)
    x = x.reshape(*x.shape[: rank + 1], -1)
    return layout.back(x)
