"""Ops that read images at other places: sizes, affine maps, perspective, elastic distortion."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron import config
from heron.errors import ArgumentError, ShapeError, shape_text
from heron.ops.image.filtering import blur
from heron.ops.image.layout import checked, opened
from heron.ops.lowering.settled import settled
from heron.ops.op import array, floating, op
from heron.random.seed import draw_seed
from heron.validate import POSITIVE_INT, Rule, one_of

__all__ = [
    "affine_transform",
    "elastic_transform",
    "map_coordinates",
    "perspective_transform",
    "resize",
    "scale_and_translate",
]

INTERPOLATION = one_of("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5")
SAMPLING = one_of("bilinear", "nearest")
FILL_MODE = one_of("reflect", "wrap", "constant", "nearest", "mirror")
_ORDER = {"nearest": 0, "bilinear": 1}
_SIZE = Rule(
    "two positive integers, height and width",
    lambda v: isinstance(v, list | tuple) and len(v) == 2 and all(map(POSITIVE_INT.accepts, v)),
    ((2, 3), [1, 1]),
    (3, (0, 2), (1, 2, 3), None),
)
_METHODS = one_of("linear", "bilinear", "trilinear", "cubic", "bicubic", "tricubic", "lanczos3", "lanczos5")


# ---- sizes --------------------------------------------------------------------------------------------------------


def fitting_box(height: Any, width: Any, target: tuple[int, int]) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """The greatest box in the middle of an image with the aspect ratio of `target`: `(top, height), (left, width)`."""
    box_height = max(min(height, int(width * target[0] / target[1])), 1)
    box_width = max(min(width, int(height * target[1] / target[0])), 1)
    return ((height - box_height) // 2, box_height), ((width - box_width) // 2, box_width)


def in_dtype(values: Any, dtype: Any) -> Any:
    """Floats in another dtype; for whole numbers they are rounded and kept within what it can hold."""
    if values.dtype == dtype or not jnp.issubdtype(dtype, jnp.integer):
        return values.astype(dtype)
    limits = jnp.iinfo(dtype)
    return jnp.clip(jnp.round(values), limits.min, limits.max).astype(dtype)


def resized(images: Any, size: tuple[int, int], interpolation: str, antialias: bool = False) -> Any:
    """A batch `(batch, height, width, channels)` in another height and width; the dtype stays."""
    shape = (images.shape[0], *size, images.shape[3])
    return in_dtype(jax.image.resize(images, shape, method=interpolation, antialias=antialias), images.dtype)


@op
def resize(
    images: Any,
    size: Any,
    interpolation: str = "bilinear",
    antialias: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    fill_mode: str = "constant",
    fill_value: float = 0.0,
    data_format: str | None = None,
) -> Any:
    """Images in another size.

    Args:
        images: one image or a batch.
        size: the new height and width.
        interpolation: `"bilinear"`, `"nearest"`, `"bicubic"`, `"lanczos3"` or `"lanczos5"`.
        antialias: whether images are smoothed where they get smaller.
        crop_to_aspect_ratio: cut the greatest box of the new aspect ratio out of the middle first.
        pad_to_aspect_ratio: put margins on to the new aspect ratio first.
        fill_mode: how margins are filled; only `"constant"`.
        fill_value: with what.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.

    Returns:
        Images of that size in their dtype; whole numbers are rounded.

    Raises:
        ArgumentError: for other sizes, interpolations and fill modes, and for cropping and padding at once.

    Example:
        >>> resize([[[0.0], [1.0]]], (1, 4))[0, :, 0].tolist()
        [0.0, 0.25, 0.75, 1.0]
    """
    checked("resize", "size", size, _SIZE)
    checked("resize", "interpolation", interpolation, INTERPOLATION)
    checked("resize", "fill_mode", fill_mode, one_of("constant"))
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ArgumentError(
            "heron.ops.image.resize: only one of crop_to_aspect_ratio and pad_to_aspect_ratio can be True; "
            "received both.\nCropping fills the new size with image, padding keeps the whole image."
        )
    images, layout = opened("heron.ops.image.resize", images, data_format)
    target = (int(size[0]), int(size[1]))
    _, height, width, _ = images.shape
    if crop_to_aspect_ratio:
        (top, rows), (left, columns) = fitting_box(height, width, target)
        images = images[:, top : top + rows, left : left + columns]
    elif pad_to_aspect_ratio:
        above = max(int(width * target[0] / target[1]) - height, 0) // 2
        beside = max(int(height * target[1] / target[0]) - width, 0) // 2 if above == 0 else 0
        margins = ((0, 0), (above, above), (beside, beside), (0, 0))
        images = jnp.pad(images, margins, constant_values=jnp.asarray(fill_value).astype(images.dtype))
    return layout.back(resized(images, target, interpolation, antialias))


@op
def scale_and_translate(
    images: Any, output_shape: Any, scale: Any, translation: Any, spatial_dims: Any, method: str, antialias: bool = True
) -> Any:
    """An array stretched and shifted along some of its axes.

    Args:
        images: an array of any rank.
        output_shape: the shape of the result.
        scale: the factor for each axis in `spatial_dims`.
        translation: the shift for each, in places of the result.
        spatial_dims: the axes.
        method: `"linear"`, `"cubic"`, `"lanczos3"` or `"lanczos5"` (or `"bilinear"`, `"bicubic"`, ...).
        antialias: whether it is smoothed where it gets smaller.

    Example:
        >>> scale_and_translate([1.0, 2.0, 3.0], (3,), [1.0], [1.0], (0,), "linear").tolist()
        [0.0, 1.0, 2.0]
    """
    checked("scale_and_translate", "method", method, _METHODS)
    images = array(images)
    return jax.image.scale_and_translate(
        images, tuple(output_shape), tuple(spatial_dims), array(scale), array(translation), method, antialias
    )


# ---- reading at given places --------------------------------------------------------------------------------------


@op
def map_coordinates(inputs: Any, coordinates: Any, order: int, fill_mode: str = "constant", fill_value: Any = 0) -> Any:
    """Reads an array at places between its elements.

    Args:
        inputs: the array, of rank `n`.
        coordinates: `(n, ...)`: for each axis the places.
        order: 0 for the nearest element, 1 for linear interpolation.
        fill_mode: what lies outside: `"constant"`, `"nearest"`, `"wrap"`, `"mirror"` or `"reflect"`.
        fill_value: for `"constant"`, what there is.

    Returns:
        An array with the axes of `coordinates` but the first.

    Raises:
        ArgumentError: for other orders and fill modes.
        ShapeError: when there are not as many coordinates as axes.

    Example:
        >>> map_coordinates([10.0, 20.0, 30.0], [[0.5, 1.0, 2.0]], order=1).tolist()
        [15.0, 20.0, 30.0]
    """
    checked("map_coordinates", "fill_mode", fill_mode, FILL_MODE)
    checked("map_coordinates", "order", order, one_of(0, 1))
    inputs, coordinates = array(inputs), array(coordinates)
    if coordinates.ndim < 2 or coordinates.shape[0] != inputs.ndim:
        raise ShapeError(
            f"heron.ops.image.map_coordinates expects coordinates of shape ({inputs.ndim}, ...) for inputs of shape "
            f"{shape_text(inputs.shape)}; received shape {shape_text(coordinates.shape)}.\n"
            "Stack one array for each axis."
        )
    return jax.scipy.ndimage.map_coordinates(inputs, list(coordinates), order, fill_mode, fill_value)


def read_at(images: Any, y: Any, x: Any, interpolation: str, fill_mode: str, fill_value: Any) -> Any:
    """Reads a batch of images `(batch, height, width, channels)` at places `y` and `x`, each `(batch, rows, columns)`.

    The places are those of whole pixels: all channels are read together.
    """

    def one(channel: Any, y: Any, x: Any) -> Any:
        return jax.scipy.ndimage.map_coordinates(channel, [y, x], _ORDER[interpolation], fill_mode, fill_value)

    return jax.vmap(jax.vmap(one, (-1, None, None), -1))(settled(images), y, x)  # each pixel is read several times


def grid(images: Any, dtype: Any) -> tuple[Any, Any]:
    """The row and the column of each pixel: `(height, 1)` and `(1, width)`."""
    return jnp.arange(images.shape[1], dtype=dtype)[:, None], jnp.arange(images.shape[2], dtype=dtype)[None]


def projected(images: Any, transform: Any, interpolation: str, fill_mode: str, fill_value: Any) -> Any:
    """Each pixel `(x, y)` of the result read at `(a0 x + a1 y + a2, b0 x + b1 y + b2) / (c0 x + c1 y + 1)`.

    `transform` is `(batch, 8)`: `a0, a1, a2, b0, b1, b2, c0, c1`, or 6 of them for affine maps.
    """
    rows, columns = grid(images, transform.dtype)
    part = [transform[:, i, None, None] for i in range(transform.shape[1])]
    x = part[0] * columns + part[1] * rows + part[2]  # (batch, height, width)
    y = part[3] * columns + part[4] * rows + part[5]
    if len(part) == 8:
        below = part[6] * columns + part[7] * rows + 1
        x, y = x / below, y / below
    shape = (images.shape[0], *x.shape[1:])
    return read_at(images, jnp.broadcast_to(y, shape), jnp.broadcast_to(x, shape), interpolation, fill_mode, fill_value)


@op
def affine_transform(
    images: Any,
    transform: Any,
    interpolation: str = "bilinear",
    fill_mode: str = "constant",
    fill_value: Any = 0,
    data_format: str | None = None,
) -> Any:
    """Images turned, scaled, sheared and shifted.

    Args:
        images: one image or a batch.
        transform: for each image, or once for all, `(a0, a1, a2, b0, b1, b2, c0, c1)`: the pixel `(x, y)` of the
            result is read at `(a0 x + a1 y + a2, b0 x + b1 y + b2)`; `c0` and `c1` count as 0.
        interpolation: `"bilinear"` or `"nearest"`.
        fill_mode: what lies outside: `"constant"`, `"nearest"`, `"wrap"`, `"mirror"` or `"reflect"`.
        fill_value: for `"constant"`, what there is.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.

    Raises:
        ArgumentError: for other interpolations and fill modes.
        ShapeError: for images or transforms with other axes.

    Example:
        >>> affine_transform([[[1.0], [2.0], [3.0]]], [1, 0, 1, 0, 1, 0, 0, 0])[0, :, 0].tolist()
        [2.0, 3.0, 0.0]
    """
    checked("affine_transform", "interpolation", interpolation, SAMPLING)
    checked("affine_transform", "fill_mode", fill_mode, FILL_MODE)
    images, layout = opened("heron.ops.image.affine_transform", images, data_format)
    transform = floating(transform)
    transform = transform[None] if transform.ndim == 1 else transform
    if transform.ndim != 2 or transform.shape[1] != 8:
        raise ShapeError(
            "heron.ops.image.affine_transform expects a transform of 8 numbers, or one for each image (batch, 8); "
            f"received shape {shape_text(transform.shape)}.\nEnd it with 0, 0."
        )
    return layout.back(projected(images, transform[:, :6], interpolation, fill_mode, fill_value))


def homography(start: Any, end: Any) -> Any:
    """The projection `(batch, 8)` that takes four points `end` to `start`, both `(batch, 4, 2)` as `(x, y)`."""
    x, y, zero, one = end[..., 0], end[..., 1], jnp.zeros_like(end[..., 0]), jnp.ones_like(end[..., 0])
    to_x, to_y = start[..., 0], start[..., 1]
    for_x = jnp.stack([x, y, one, zero, zero, zero, -to_x * x, -to_x * y], -1)  # (batch, 4, 8)
    for_y = jnp.stack([zero, zero, zero, x, y, one, -to_y * x, -to_y * y], -1)
    matrix, target = jnp.concatenate([for_x, for_y], 1), jnp.concatenate([to_x, to_y], -1)
    return jnp.linalg.solve(matrix, target[..., None])[..., 0]


@op
def perspective_transform(
    images: Any,
    start_points: Any,
    end_points: Any,
    interpolation: str = "bilinear",
    fill_value: Any = 0,
    data_format: str | None = None,
) -> Any:
    """Images as seen from elsewhere: four points are moved, all others go with them.

    Args:
        images: one image or a batch.
        start_points: four points `(x, y)` of the image, `(4, 2)`, or for each image, `(batch, 4, 2)`.
        end_points: where they are in the result, in the same shape.
        interpolation: `"bilinear"` or `"nearest"`.
        fill_value: what lies outside the image.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.

    Raises:
        ArgumentError: for another interpolation.
        ShapeError: for points in other shapes.

    Example:
        >>> import numpy as np
        >>> corners = np.array([[0, 0], [2, 0], [0, 2], [2, 2]], "float32")
        >>> perspective_transform(np.arange(9.0).reshape(3, 3, 1), corners, corners)[1, :, 0].round(3).tolist()
        [3.0, 4.0, 5.0]
    """
    checked("perspective_transform", "interpolation", interpolation, SAMPLING)
    images, layout = opened("heron.ops.image.perspective_transform", images, data_format)
    start, end = (floating(points).astype("float32") for points in (start_points, end_points))
    if start.shape != end.shape or start.ndim not in (2, 3) or start.shape[-2:] != (4, 2):
        raise ShapeError(
            "heron.ops.image.perspective_transform expects start_points and end_points of shape (4, 2) or "
            f"(batch, 4, 2); received {shape_text(start.shape)} and {shape_text(end.shape)}.\n"
            "Give the four corners as (x, y)."
        )
    transform = homography(start.reshape(-1, 4, 2), end.reshape(-1, 4, 2))
    return layout.back(projected(images, transform, interpolation, "constant", fill_value))


def displacements(key: Any, images: Any, taps: int, sigma: Any) -> tuple[Any, Any]:
    """Smooth random shifts along height and width, each `(batch, height, width)`."""
    shape = (*images.shape[:3], 2)
    dtype = images.dtype if jnp.issubdtype(images.dtype, jnp.floating) else config.floatx()
    noise = jax.random.normal(key, shape, dtype) * jnp.asarray(sigma, dtype)
    smooth = blur(noise, (taps, taps), (sigma, sigma))
    return smooth[..., 0], smooth[..., 1]


def distorted(images: Any, shifts: tuple[Any, Any], interpolation: str, fill_mode: str, fill_value: Any) -> Any:
    """A batch of images, each pixel read from where the shifts point to; the dtype stays."""
    rows, columns = grid(images, shifts[0].dtype)
    moved = read_at(images, rows + shifts[0], columns + shifts[1], interpolation, fill_mode, fill_value)
    return moved.astype(images.dtype)


@op
def elastic_transform(
    images: Any,
    alpha: Any = 20.0,
    sigma: Any = 5.0,
    interpolation: str = "bilinear",
    fill_mode: str = "reflect",
    fill_value: float = 0.0,
    seed: Any = None,
    data_format: str | None = None,
) -> Any:
    """Images distorted as if printed on rubber: each pixel is read from a place shifted at random, smoothly.

    Args:
        images: one image or a batch.
        alpha: how far pixels are shifted.
        sigma: how smooth the shifts are, in pixels: a number.
        interpolation: `"bilinear"` or `"nearest"`.
        fill_mode: what lies outside: `"constant"`, `"nearest"`, `"wrap"`, `"mirror"` or `"reflect"`.
        fill_value: for `"constant"`, what there is.
        seed: an integer, a `heron.random.SeedGenerator`, or None.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.

    Raises:
        ArgumentError: for other interpolations and fill modes.

    Source: Simard et al., "Best practices for convolutional neural networks applied to visual document analysis", 2003.

    Example:
        >>> elastic_transform([[[1.0]] * 4] * 4, seed=1).shape
        (4, 4, 1)
    """
    checked("elastic_transform", "interpolation", interpolation, SAMPLING)
    checked("elastic_transform", "fill_mode", fill_mode, FILL_MODE)
    images, layout = opened("heron.ops.image.elastic_transform", images, data_format)
    down, right = displacements(draw_seed(seed), images, int(6 * sigma) | 1, sigma)
    return layout.back(distorted(images, (alpha * down, alpha * right), interpolation, fill_mode, fill_value))
