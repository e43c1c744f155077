"""Ops that take images apart into patches and put patches together to images."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

import jax.numpy as jnp
from jax import lax

from heron.config import standardize_data_format
from heron.errors import ShapeError, shape_text
from heron.ops.convolution import sizes, sizes_rule
from heron.ops.op import array, op
from heron.validate import POSITIVE_INT

__all__ = ["depth_to_space", "fold", "space_to_depth", "unfold"]


# ---- windows of an image ------------------------------------------------------------------------------------------


class _Grid(NamedTuple):
    """Where the windows lie in an image of a height and a width."""

    kernel: tuple[int, int]
    dilation: tuple[int, int]
    padding: tuple[int, int]
    stride: tuple[int, int]

    @classmethod
    def of(cls, owner: str, **arguments: Any) -> _Grid:
        for name, value in arguments.items():
            sizes_rule(2, least=0 if name == "padding" else 1).check(owner, name, value)
        return cls(*(sizes(value, 2) for value in arguments.values()))  # type: ignore[arg-type]

    def counts(self, owner: str, image: tuple[Any, ...]) -> tuple[Any, ...]:
        """How many windows there are along height and width."""
        reach = [(k - 1) * d + 1 for k, d in zip(self.kernel, self.dilation, strict=True)]
        room = [size + 2 * p - r for size, p, r in zip(image, self.padding, reach, strict=True)]
        if any(isinstance(r, int) and r < 0 for r in room):
            raise ShapeError(
                f"{owner}: its window of {' x '.join(map(str, reach))} needs images of at least that size, padding "
                f"included; received images of {' x '.join(map(str, image))} with padding {self.padding}.\n"
                "Write a smaller kernel_size or dilation, or a larger padding."
            )
        return tuple(r // s + 1 for r, s in zip(room, self.stride, strict=True))

    def taps(self) -> Iterator[tuple[int, ...]]:
        """Where each place of the kernel lies in the first window."""
        for place in itertools.product(*map(range, self.kernel)):
            yield tuple(p * d for p, d in zip(place, self.dilation, strict=True))


@op
def unfold(x: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Any:
    """The windows of images, each as a column.

    Args:
        x: `(batch, channels, height, width)`.
        kernel_size: height and width of the window, an integer or two.
        dilation: the distance between neighbouring places of the window.
        padding: how many zeros are put on both sides of height and width.
        stride: the step of the window.

    Returns:
        `(batch, channels * kernel height * kernel width, windows)`.

    Example:
        >>> unfold([[[[1, 2, 3], [4, 5, 6]]]], 2).tolist()
        [[[1, 2], [2, 3], [4, 5], [5, 6]]]
    """
    owner, x = "heron.ops.unfold", array(x)
    grid = _Grid.of(owner, kernel_size=kernel_size, dilation=dilation, padding=padding, stride=stride)
    if x.ndim != 4:
        raise ShapeError(
            f"{owner} expects images (batch, channels, height, width); received shape {shape_text(x.shape)}.\n"
            "Move channels that come last to the front: np.moveaxis(x, -1, 1)."
        )
    counts = grid.counts(owner, x.shape[2:])
    x = jnp.pad(x, ((0, 0), (0, 0), *((p, p) for p in grid.padding)))
    columns = []
    for place in grid.taps():
        index = (slice(p, p + (n - 1) * s + 1, s) for p, n, s in zip(place, counts, grid.stride, strict=True))
        columns.append(x[:, :, *index])
    patches = jnp.stack(columns, 2)  # (B, C, kernel, rows, columns)
    return patches.reshape(x.shape[0], x.shape[1] * len(columns), counts[0] * counts[1])


@op
def fold(x: Any, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Any:
    """Images from their windows: what `unfold` took apart, values that lie in several windows being added.

    Args:
        x: `(batch, channels * kernel height * kernel width, windows)`.
        output_size: height and width of the images, an integer or two.
        kernel_size: height and width of the window.
        dilation: the distance between neighbouring places of the window.
        padding: how many places on both sides of height and width are cut off.
        stride: the step of the window.

    Returns:
        `(batch, channels, height, width)`.

    Raises:
        ShapeError: when the columns do not fit the window, or are not as many as there are windows.

    Example:
        >>> fold([[[1, 2], [2, 3], [4, 5], [5, 6]]], (2, 3), 2).tolist()
        [[[[1, 4, 3], [4, 10, 6]]]]
    """
    owner, x = "heron.ops.fold", array(x)
    sizes_rule(2).check(owner, "output_size", output_size)
    grid = _Grid.of(owner, kernel_size=kernel_size, dilation=dilation, padding=padding, stride=stride)
    image = sizes(output_size, 2)
    counts, places = grid.counts(owner, image), grid.kernel[0] * grid.kernel[1]
    if x.ndim != 3 or x.shape[1] % places or (isinstance(x.shape[2], int) and x.shape[2] != counts[0] * counts[1]):
        raise ShapeError(
            f"{owner} makes images of {image[0]} x {image[1]} from columns of a multiple of {places} values, one for "
            f"each of {counts[0]} x {counts[1]} windows; received shape {shape_text(x.shape)}.\n"
            "Give it the arguments that unfold was given, and as output_size the size of its images."
        )
    patches = x.reshape(x.shape[0], x.shape[1] // places, places, *counts)  # (B, C, kernel, rows, columns)
    parts = []
    for number, place in enumerate(grid.taps()):
        around = [
            (p - pad, size + pad - p - (n - 1) * s - 1, s - 1)
            for p, pad, size, n, s in zip(place, grid.padding, image, counts, grid.stride, strict=True)
        ]
        parts.append(lax.pad(patches[:, :, number], jnp.zeros((), x.dtype), [(0, 0, 0), (0, 0, 0), *around]))
    return functools.reduce(jnp.add, parts)


# ---- channels and places ------------------------------------------------------------------------------------------


@op
def depth_to_space(x: Any, block_size: int, data_format: Any = "channels_last") -> Any:
    """Images in which each pixel has become a block, whose values were channels (pixel shuffle).

    Args:
        x: `(batch, height, width, channels)`, or with the channels first.
        block_size: height and width of a block; its square must divide the channels.
        data_format: `"channels_last"` or `"channels_first"`.

    Example:
        >>> depth_to_space([[[[1, 2, 3, 4]]]], 2).tolist()
        [[[[1], [2]], [[3], [4]]]]
    """
    x, first = _images("depth_to_space", x, block_size, data_format)
    batch, b = x.shape[0], int(block_size)
    height, width, channels = (*x.shape[2:], x.shape[1]) if first else x.shape[1:]
    if channels % b**2:
        raise ShapeError(
            f"heron.ops.depth_to_space needs a multiple of {b} x {b} = {b**2} channels for blocks of that size; "
            f"received shape {shape_text(x.shape)}, which has {channels}.\nWrite another block_size."
        )
    deep = channels // b**2
    if first:
        x = x.reshape(batch, deep, b, b, height, width).transpose(0, 1, 4, 2, 5, 3)  # (B, C, H, b, W, b)
        return x.reshape(batch, deep, height * b, width * b)
    x = x.reshape(batch, height, width, b, b, deep).transpose(0, 1, 3, 2, 4, 5)  # (B, H, b, W, b, C)
    return x.reshape(batch, height * b, width * b, deep)


@op
def space_to_depth(x: Any, block_size: int, data_format: Any = "channels_last") -> Any:
    """Images in which each block has become a pixel, with a channel for each of its values; undoes `depth_to_space`.

    Args:
        x: `(batch, height, width, channels)`, or with the channels first.
        block_size: height and width of a block; it must divide those of the images.
        data_format: `"channels_last"` or `"channels_first"`.

    Example:
        >>> space_to_depth([[[[1], [2]], [[3], [4]]]], 2).tolist()
        [[[[1, 2, 3, 4]]]]
    """
    x, first = _images("space_to_depth", x, block_size, data_format)
    batch, b = x.shape[0], int(block_size)
    height, width, channels = (*x.shape[2:], x.shape[1]) if first else x.shape[1:]
    if height % b or width % b:
        raise ShapeError(
            f"heron.ops.space_to_depth needs images whose height and width are multiples of {b}, the block_size; "
            f"received shape {shape_text(x.shape)}.\nPad them, heron.layers.ZeroPadding2D say, or write another "
            "block_size."
        )
    if first:
        x = x.reshape(batch, channels, height // b, b, width // b, b).transpose(0, 1, 3, 5, 2, 4)  # (B, C, b, b, H, W)
        return x.reshape(batch, channels * b**2, height // b, width // b)
    x = x.reshape(batch, height // b, b, width // b, b, channels).transpose(0, 1, 3, 2, 4, 5)  # (B, H, W, b, b, C)
    return x.reshape(batch, height // b, width // b, channels * b**2)


def _images(name: str, x: Any, block_size: Any, data_format: Any) -> tuple[Any, bool]:
    owner, x = f"heron.ops.{name}", array(x)
    POSITIVE_INT.check(owner, "block_size", block_size)
    if x.ndim != 4:
        raise ShapeError(
            f"{owner} expects images with 4 axes, the samples, height, width and channels; received shape "
            f"{shape_text(x.shape)}.\nAdd the missing axis: x[..., None] for one channel, x[None] for a single image."
        )
    return x, standardize_data_format(data_format, owner) == "channels_first"
