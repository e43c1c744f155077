"""What a convolution does along its spatial axes, apart from the sizes of its arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
from jax import lax

Shape = tuple[Any, ...]
Padding = Sequence[tuple[Any, Any]]
_SPATIAL = "DHW"


class Geometry(NamedTuple):
    """Strides, padding and dilation for each spatial axis, and the number of groups of channels.

    Attributes:
        strides: The step of the window.
        padding: How many zeros are put before and after; negative numbers crop.
        dilation: The distance between neighbouring taps.
        groups: Into how many groups channels and filters are divided.
    """

    strides: tuple[int, ...]
    padding: tuple[tuple[Any, Any], ...]
    dilation: tuple[int, ...]
    groups: int

    @classmethod
    def of(cls, strides: Sequence[int], padding: Padding, dilation: Sequence[int], groups: int) -> Geometry:
        """The geometry with these numbers, from sequences of any kind."""
        return cls(tuple(strides), tuple((lo, hi) for lo, hi in padding), tuple(dilation), groups)

    def outer(self, spatial: Shape, window: Shape) -> Shape:
        """The sizes of the result, from those of the input and of the window."""
        return tuple(
            max_of(lo + size + hi - (taps - 1) * apart - 1) // stride + 1
            for size, taps, stride, apart, (lo, hi) in zip(
                spatial, window, self.strides, self.dilation, self.padding, strict=True
            )
        )

    def is_plain(self) -> bool:
        """Whether neither stride, padding, dilation nor groups do anything."""
        return self.groups == 1 and {*self.strides, *self.dilation} == {1} and not any(map(any, self.padding))


def max_of(size: Any) -> Any:
    """A size, but -1 at least: where the window does not fit there is no place for it."""
    return size if not isinstance(size, int) else max(size, -1)


def xla_convolution(
    x: jax.Array, kernel: jax.Array, *, geometry: Geometry, inner_dilation: Sequence[int] | None = None
) -> jax.Array:
    """XLA's convolution of a channels-last array, the one in which its CPU code is fast: `NHWC`, `HWIO`, `NHWC`.

    Args:
        x: `(batch, *spatial, channels)`.
        kernel: `(*window, channels // groups, filters)`.
        geometry: Strides, padding, dilation, groups.
        inner_dilation: The distance at which neighbours of `x` are put, with zeros between.
    """
    axes = _SPATIAL[len(_SPATIAL) - (x.ndim - 2) :]
    return lax.conv_general_dilated(
        x,
        kernel,
        window_strides=geometry.strides,
        padding=geometry.padding,
        lhs_dilation=inner_dilation,
        rhs_dilation=geometry.dilation,
        dimension_numbers=(f"N{axes}C", f"{axes}IO", f"N{axes}C"),
        feature_group_count=geometry.groups,
    )
