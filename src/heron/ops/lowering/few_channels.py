"""Convolution of few channels on CPUs, two neighbours at a time: what the first layer of a net does.

A window over one or three channels is a short row for a matrix product, and laying patches out costs more than
multiplying them. Here two neighbours along the last axis, all their channels together, take the place of one: half as
many rows, each of which gives the filters of two places. A window of 3 x 3 becomes one of 3 x 2 pairs, 12 instead of 9
products for each channel and filter. Memory holds neighbours side by side, so that input and output are only seen
differently, not moved. The kernel of pairs is the kernel put at both places, and its gradient comes back by the
transpose of that.

Milliseconds of the forward pass and of the kernel gradient inside a loop on two AVX-512 cores, place by place and in
pairs:

    32 x 96x96x3, 3x3 to 16        7.7   3.9        3.9   3.7
    128 x 32x32x3, 3x3 to 64       4.7   3.8        5.4   2.9
    128 x 28x28x1, 3x3 to 32       0.72  0.35       0.97  0.43
    128 x 28x28x1, 5x5 to 6        2.2   0.65       0.68  0.89
    4 x 32x32x32x1, 3x3x3 to 16    7.7   2.2        15.3  3.3

Pairs along two axes need a quarter of the rows, but their outputs have to be moved, which costs what they save.

Where the rows of a whole batch are more than the caches hold, a few images are taken at a time, so that what is laid
out is multiplied before it is gone (of the first line: 3.6 and 3.6 to 2.5 and 2.5).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import lax

from heron.ops.lowering.geometry import Geometry, Shape
from heron.ops.lowering.settled import settled

FEW = 48  # numbers a window up to which its rows are short
_MOST_FILTERS = 64  # with more, the products that only pairs need outweigh what they save
_MOST_BYTES = 16 * 2**20  # of rows that are laid out at once
_PART_BYTES = 4 * 2**20  # where they are more


def is_of_few(x: Shape, kernel: Shape, geometry: Geometry) -> bool:
    """Whether pairs serve: few numbers a window, which slides by single places and stops at an even number of them.

    Args:
        x: `(batch, *spatial, channels)`.
        kernel: `(*window, channels, filters)`.
        geometry: strides, padding, dilation, groups.
    """
    slides = {*geometry.strides, *geometry.dilation, geometry.groups} == {1} and kernel[-3] > 2
    few = math.prod(kernel[:-1]) <= FEW and kernel[-1] <= _MOST_FILTERS
    return slides and few and geometry.outer(x[1:-1], kernel[:-2])[-1] % 2 == 0


def images_at_a_time(x: Shape, window: Shape, out: Shape) -> int:
    """Of how many images the rows are laid out at a time: a divisor of the batch, 0 for all at once."""
    row = 4 * math.prod(window[:-1]) * 2 * _pairs(window) * x[-1]  # bytes
    image = math.prod(out) // 2 * row
    if x[0] * image <= _MOST_BYTES:
        return 0
    return max(n for n in range(1, max(2, _PART_BYTES // image) + 1) if x[0] % n == 0)


def forward_by_pairs(x: jax.Array, kernel: jax.Array, geometry: Geometry, chunk: int = 0) -> jax.Array:
    """`(batch, *spatial, channels)` and `(*window, channels, filters)` to `(batch, *out, filters)`.

    `chunk` images are taken at a time, a divisor of the batch; 0 stands for all at once.
    """
    window, pairs = kernel.shape[:-2], _of_pairs(kernel)
    out = geometry.outer(x.shape[1:-1], window)

    def of(x: jax.Array) -> jax.Array:
        return jnp.matmul(_rows(x, window, out, geometry), pairs)

    y = lax.map(of, x.reshape(-1, chunk, *x.shape[1:])) if chunk else of(x)
    return y.reshape(x.shape[0], *out, kernel.shape[-1])


def across_by_pairs(x: jax.Array, dy: jax.Array, geometry: Geometry, window: Shape, chunk: int = 0) -> jax.Array:
    """`(batch, *spatial, channels)` and `(batch, *out, filters)` to `(*window, channels, filters)`, likewise."""
    kernel = jax.ShapeDtypeStruct((*window, x.shape[-1], dy.shape[-1]), x.dtype)

    def of(x: jax.Array, dy: jax.Array) -> jax.Array:
        rows = _rows(x, window, dy.shape[1:-1], geometry)
        return jnp.matmul(rows.reshape(-1, rows.shape[-1]).T, dy.reshape(-1, 2 * dy.shape[-1]))

    if chunk:
        chunks = [a.reshape(-1, chunk, *a.shape[1:]) for a in (x, dy)]
        start = jnp.zeros(jax.eval_shape(_of_pairs, kernel).shape, x.dtype)
        products, _ = lax.scan(lambda total, pair: (total + of(*pair), None), start, chunks)
    else:
        products = of(x, dy)
    apart: Callable[..., tuple[jax.Array]] = jax.linear_transpose(_of_pairs, kernel)
    return apart(products)[0]


def _rows(x: jax.Array, window: Shape, out: Shape, geometry: Geometry) -> jax.Array:
    """What two neighbouring windows see, `(batch, *out, numbers)` with half as many places along the last axis."""
    span, places = _pairs(window), (*out[:-1], out[-1] // 2)
    seen = (*(n + taps - 1 for n, taps in zip(out[:-1], window[:-1], strict=True)), 2 * (places[-1] + span - 1))
    sides = [(lo, size - lo - n, 0) for size, n, (lo, _) in zip(seen, x.shape[1:-1], geometry.padding, strict=True)]
    x = lax.pad(x, jnp.zeros((), x.dtype), ((0, 0, 0), *sides, (0, 0, 0)))
    x = settled(x.reshape(*x.shape[:-2], -1, 2 * x.shape[-1]))
    taps = itertools.product(*map(range, (*window[:-1], span)))
    return jnp.concatenate(
        [x[:, *(slice(at, at + n) for at, n in zip(tap, places, strict=True))] for tap in taps], axis=-1
    )


def _of_pairs(kernel: jax.Array) -> jax.Array:
    """`(numbers, 2 * filters)`: the kernel for the first and for the second of two neighbours."""
    taps, around = kernel.shape[-3], [(0, 0, 0)] * (kernel.ndim - 3)
    rest = 2 * _pairs(kernel.shape[:-2]) - taps
    none = jnp.zeros((), kernel.dtype)
    both = [lax.pad(kernel, none, (*around, (at, rest - at, 0), (0, 0, 0), (0, 0, 0))) for at in (0, 1)]
    return jnp.stack(both, -2).reshape(-1, 2 * kernel.shape[-1])


def _pairs(window: Shape) -> int:
    """How many pairs two neighbouring windows reach over, along the last axis."""
    return (int(window[-1]) + 2) // 2
