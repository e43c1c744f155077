"""What shape of input a layer takes, and the message when it gets another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heron.errors import ArgumentError, ShapeError, shape_text
from heron.registry import Configurable


class InputSpec(Configurable):
    """The inputs that a layer accepts.

    Args:
        dtype: the dtype that is expected; not enforced, floats are cast.
        shape: the full shape with the batch; None for sizes that may vary.
        ndim: the exact number of axes.
        max_ndim: the largest number of axes.
        min_ndim: the smallest number of axes.
        axes: axis index to the size it must have.
        allow_last_axis_squeeze: accept a missing or extra last axis of size 1.
        name: the key of the input in a dict.
        optional: whether None may be passed.
    """

    def __init__(
        self,
        dtype: Any = None,
        shape: tuple[int | None, ...] | None = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: Mapping[int, int | None] | None = None,
        allow_last_axis_squeeze: bool = False,
        name: str | None = None,
        optional: bool = False,
    ) -> None:
        self.dtype = dtype
        self.shape = None if shape is None else tuple(shape)
        self.ndim = len(self.shape) if self.shape is not None else ndim
        self.max_ndim, self.min_ndim = max_ndim, min_ndim
        self.axes = {int(k): v for k, v in (axes or {}).items()}
        self.allow_last_axis_squeeze = allow_last_axis_squeeze
        self.name, self.optional = name, optional
        limit = self.ndim if self.ndim is not None else self.max_ndim
        if self.axes and limit is not None and max(self.axes) >= limit:
            raise ArgumentError(f"InputSpec: axis {max(self.axes)} is beyond the {limit} axes that it allows.")

    def check(self, who: str, shape: tuple[Any, ...]) -> None:
        """Raises `ShapeError`, in the name of the layer `who`, unless `shape` (batch included) is accepted."""
        ndim = len(shape)
        if self.ndim is not None and ndim != self.ndim and not self._squeezes(shape):
            raise ShapeError(
                f"{who} expects inputs with {self.ndim} axes, {_axes_words(self.ndim)}; received shape "
                f"{shape_text(shape)}, which has {ndim}.{_mend_ndim(ndim, self.ndim, shape)}"
            )
        if self.min_ndim is not None and ndim < self.min_ndim:
            raise ShapeError(
                f"{who} expects inputs with at least {self.min_ndim} axes, {_axes_words(self.min_ndim)}; "
                f"received shape {shape_text(shape)}.{_mend_ndim(ndim, self.min_ndim, shape)}"
            )
        if self.max_ndim is not None and ndim > self.max_ndim:
            raise ShapeError(
                f"{who} expects inputs with at most {self.max_ndim} axes; received shape {shape_text(shape)}."
            )
        self._check_axes(who, shape)

    def _squeezes(self, shape: tuple[Any, ...]) -> bool:
        if not self.allow_last_axis_squeeze or self.ndim is None:
            return False
        return (len(shape) == self.ndim + 1 and shape[-1] == 1) or len(shape) == self.ndim - 1

    def _check_axes(self, who: str, shape: tuple[Any, ...]) -> None:
        for axis, size in self.axes.items():
            if size is None or not -len(shape) <= axis < len(shape):
                continue
            if isinstance(shape[axis], int) and shape[axis] != size:
                place = "last axis" if axis in (-1, len(shape) - 1) else f"axis {axis}"
                unit = " features" if axis == -1 and len(shape) == 2 else ""
                raise ShapeError(
                    f"{who} expects inputs whose {place} has {size}{unit or ' values'}, as on its first call; "
                    f"received shape {shape_text(shape)}.\n{_mend_axis(shape, axis, size)}"
                )
        if self.shape is not None and len(self.shape) == len(shape):
            for axis, size in enumerate(self.shape):
                if size is not None and isinstance(shape[axis], int) and size != shape[axis]:
                    raise ShapeError(
                        f"{who} expects inputs of shape {shape_text(self.shape)}; received shape {shape_text(shape)}.\n"
                        f"{_mend_axis(shape, axis, size)}"
                    )


def _axes_words(ndim: int) -> str:
    words = {
        1: "(samples,)",
        2: "(samples, features)",
        3: "(samples, steps, features)",
        4: "(samples, height, width, channels)",
        5: "(samples, depth, height, width, channels)",
    }
    return words.get(ndim, "the first of them the samples")


def _mend_ndim(received: int, wanted: int, shape: tuple[Any, ...]) -> str:
    if received == wanted - 1 and received == 1:
        return (
            "\nOne sample? Add the batch axis: x[None]. Many samples of one feature? Add the feature axis: x[:, None]."
        )
    if received == wanted - 1:
        return "\nAdd the missing axis: x[..., None] for one channel or feature, x[None] for a single sample."
    if received > wanted == 2:
        return "\nAdd heron.layers.Flatten() before it."
    return ""


def _mend_axis(shape: tuple[Any, ...], axis: int, size: int) -> str:
    known = [d for d in shape[1:] if isinstance(d, int)]
    product = 1
    for d in known:
        product *= d
    if len(shape) > 2 and product == size and len(known) == len(shape) - 1:
        batch = shape[0] if isinstance(shape[0], int) else "samples"
        return f"Add heron.layers.Flatten() before it, or reshape the data to ({batch}, {size})."
    if len(shape) >= 4 and isinstance(shape[1], int) and shape[1] == size:
        return "The channels seem to come first; move them to the end: np.moveaxis(x, 1, -1)."
    if len(shape) == 2:
        return (
            f"Did the data gain or lose columns since then? A model for these data starts with "
            f"heron.Input(({shape[-1]},))."
        )
    return f"Make axis {axis} of the data {size} long, or build the layer anew for this shape."
