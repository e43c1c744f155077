"""Convolution of channels-last arrays: one function for every rank, stride, dilation and grouping."""

from __future__ import annotations

from collections.abc import Sequence

import jax
from jax import lax

Padding = Sequence[tuple[int, int]]
_SPATIAL = "DHW"


def convolve(
    x: jax.Array,
    kernel: jax.Array,
    *,
    strides: Sequence[int],
    padding: Padding,
    dilation: Sequence[int],
    groups: int = 1,
) -> jax.Array:
    """Slide a kernel over the inner axes of a batch.

    Args:
        x: `(batch, *spatial, channels)`.
        kernel: `(*window, channels // groups, filters)`, of the dtype of `x`.
        strides: The step of the window along each spatial axis.
        padding: How many zeros are put before and after each spatial axis; negative numbers crop.
        dilation: The distance between neighbouring taps of the kernel, for each spatial axis.
        groups: Into how many groups channels and filters are divided; each group sees its own channels alone.

    Returns:
        `(batch, *out, filters)`, of the dtype of `x`.
    """
    return _canonical(x, kernel, strides, padding, dilation, groups=groups)


def convolve_transpose(
    x: jax.Array,
    kernel: jax.Array,
    *,
    strides: Sequence[int],
    padding: Padding,
    dilation: Sequence[int],
) -> jax.Array:
    """The transpose of `convolve` as a linear map of `x`: what carries a gradient from its output to its input.

    Args:
        x: `(batch, *spatial, filters)`.
        kernel: `(*window, channels, filters)`: the kernel of the convolution whose transpose this is.
        strides: The strides of that convolution.
        padding: How many zeros are put before and after each spatial axis once `strides - 1` zeros stand between
            neighbours.
        dilation: The distance between neighbouring taps of the kernel.

    Returns:
        `(batch, *out, channels)`.
    """
    spatial = tuple(range(kernel.ndim - 2))
    turned = lax.transpose(lax.rev(kernel, spatial), (*spatial, kernel.ndim - 1, kernel.ndim - 2))
    ones = (1,) * len(spatial)
    return _canonical(x, turned, ones, padding, dilation, inner_dilation=strides)


def _canonical(x, kernel, strides, padding, dilation, *, groups=1, inner_dilation=None):  # type: ignore[no-untyped-def]
    axes = _SPATIAL[len(_SPATIAL) - (x.ndim - 2) :]
    return lax.conv_general_dilated(
        x,
        kernel,
        window_strides=tuple(strides),
        padding=[tuple(pair) for pair in padding],
        lhs_dilation=None if inner_dilation is None else tuple(inner_dilation),
        rhs_dilation=tuple(dilation),
        dimension_numbers=(f"N{axes}C", f"{axes}IO", f"N{axes}C"),
        feature_group_count=groups,
    )
