"""Pictures in whatever form people have them, made ready to be shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes

from heron.errors import ArgumentError, DataError, shape_text
from heron.plot import look
from heron.plot.inputs import array

_CHANNELS = (1, 3, 4)


class Pictures(NamedTuple):
    """Pictures `(height, width)` or `(height, width, 3 or 4)`, and in which colours to show those of one channel."""

    arrays: list[np.ndarray]
    low: float
    high: float
    colours: Any
    signed: bool

    @property
    def aspect(self) -> float:
        """The height of the tallest picture for a width of 1."""
        return max(one.shape[0] / one.shape[1] for one in self.arrays)

    def show(self, ax: Axes, number: int) -> None:
        """Draws one of them."""
        one = self.arrays[number]
        if one.ndim == 3:
            span = (self.high - self.low) or 1.0
            ax.imshow(np.clip((one - self.low) / span, 0, 1), interpolation="nearest")
        elif self.signed and one.min() < 0:
            most = float(np.abs(one).max())
            ax.imshow(one, cmap=look.TWO_SIDES, vmin=-most, vmax=most, interpolation="nearest")
        else:
            low, high = (0.0, float(one.max())) if self.signed else (self.low, self.high)
            ax.imshow(one, cmap=self.colours, vmin=low, vmax=high, interpolation="nearest")


def count(images: Any, examples: int | None = None) -> int:
    """How many pictures there are; `examples` is how many labels they have, which tells rows from one picture."""
    return len(_listed(images, examples))


def pictures(
    images: Any,
    rows: Sequence[int] | np.ndarray | None = None,
    *,
    examples: int | None = None,
    data_format: str | None = None,
    signed: bool = False,
) -> Pictures:
    """The pictures at `rows` (by default all), ready to be shown.

    Args:
        images: an array `(n, height, width)`, `(n, height, width, 1, 3 or 4)` or `(n, 1, 3 or 4, height, width)`, or
            rows of square pictures `(n, height * width)`, or a list of pictures of any sizes; one picture alone too.
        rows: which of them.
        examples: how many labels there are.
        data_format: "channels_last" or "channels_first"; by default what the shape says.
        signed: whether numbers below 0 are shown blue and those above orange.

    Raises:
        DataError: when they have the shape of no picture.
    """
    if data_format not in (None, "channels_first", "channels_last"):
        raise ArgumentError(
            f"data_format must be 'channels_last' or 'channels_first'; received {data_format!r}.\n"
            "Leave it away: the shape of the pictures says it nearly always."
        )
    listed = _listed(images, examples)
    places = range(len(listed)) if rows is None else rows
    chosen = [_channels_last(array(listed[int(row)], "images"), data_format) for row in places]
    if not chosen:
        return Pictures([], 0.0, 1.0, "gray", signed)
    low, high = _range(chosen)
    return Pictures(chosen, low, high, "gray_r" if signed or _is_ink(chosen) else "gray", signed)


def _listed(images: Any, examples: int | None) -> Any:
    """Something whose items are pictures, each with two axes or three."""
    if isinstance(images, list | tuple) and images and all(np.ndim(one) >= 2 for one in images):
        return images
    found = array(images, "images")
    side = int(np.sqrt(found.shape[1])) if found.ndim == 2 else 0
    if side > 1 and side * side == found.shape[1] and found.shape[0] == examples and found.shape[0] != side:
        return found.reshape(-1, side, side)
    channels = _CHANNELS if examples == 1 else _CHANNELS[1:]  # (n, height, 1) are pictures one pixel wide otherwise
    one_with_channels = (
        found.ndim == 3 and examples in (None, 1) and found.shape[-1] in channels and min(found.shape[:2]) > 4
    )
    numeric = found.dtype.kind in "biuf"
    if numeric and (found.ndim == 2 or one_with_channels):
        return found[None]
    if found.ndim not in (3, 4) or not numeric:
        kind = "" if numeric else f" and dtype {found.dtype}"
        raise DataError(
            "images must be numbers of shape (n, height, width), (n, height, width, channels) or (n, channels, height, "
            f"width), with 1, 3 or 4 channels; received shape {shape_text(found.shape)}{kind}.\n"
            "Reshape them: images.reshape(-1, 28, 28), say."
        )
    return found


def _channels_last(one: np.ndarray, data_format: str | None) -> np.ndarray:
    """One picture with its channels at the end, or without channels if it has one."""
    if one.ndim == 3:
        first = one.shape[0] in _CHANNELS and one.shape[-1] not in _CHANNELS
        if data_format == "channels_first" or (data_format is None and first):
            one = np.moveaxis(one, 0, -1)
        if one.shape[-1] == 1:
            one = one[..., 0]
    if (
        one.ndim not in (2, 3)
        or (one.ndim == 3 and one.shape[-1] not in _CHANNELS)
        or one.size == 0
        or one.dtype.kind not in "biuf"
    ):
        raise DataError(
            "A picture must have numbers of shape (height, width) or 1, 3 or 4 channels, first or last; received shape "
            f"{shape_text(one.shape)}.\nChoose channels: images[..., :3] shows the first three as red, green and blue."
        )
    pixels = one.astype(np.float32)
    if np.isnan(pixels).all():
        raise DataError(
            "A picture must have numbers; received one that holds nothing but missing values (NaN).\n"
            "Look for a division by 0 in what was done to it; if a model made it, its loss may be NaN too."
        )
    return pixels


def _range(chosen: list[np.ndarray]) -> tuple[float, float]:
    """The numbers that stand for black and white: those of the usual scales, else the least and the greatest."""
    low, high = min(float(np.nanmin(one)) for one in chosen), max(float(np.nanmax(one)) for one in chosen)
    if low >= 0 and high <= 1:
        return 0.0, 1.0
    if low >= 0 and 64 < high <= 255:
        return 0.0, 255.0
    if -1 <= low < 0 and high <= 1:
        return -1.0, 1.0
    return low, high


def _is_ink(chosen: list[np.ndarray]) -> bool:
    """True for bright strokes on an empty ground, as in MNIST, which are shown as ink on paper."""
    least = min(float(np.nanmin(one)) for one in chosen)
    edges = [edge for one in chosen if one.ndim == 2 for edge in (one[0], one[-1], one[:, 0], one[:, -1])]
    return bool(edges) and float(np.mean(np.concatenate(edges) == least)) >= 0.5
