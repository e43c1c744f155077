"""Convolution and its two gradients on CPUs: several forms of each, and which one serves which shapes.

XLA's CPU compiler has one fast convolution, for `NHWC` arrays and `HWIO` kernels that are operands as they stand, and a
slow loop for all others; the gradients that automatic differentiation writes are among the others. So the gradients
are written here as convolutions of the fast kind, over operands that were really transposed: the barriers keep XLA from
folding the transposes back into the convolution.

Measured on two AVX-512 cores, milliseconds of both (forward, input gradient, kernel gradient), inside a loop:

    128 x 26x26x32, 3x3 to 64      XLA's own 18, over 1000, over 1000      as chosen here 18, 26, 24
    1x1                            a matrix product in all three: no faster form exists
    up to 48 numbers a window      patches and a matrix product, of two places at a time where the stride is 1
    stride 2, input gradient       39 by scattering patches against 73 by a convolution of stretched arrays
    stride 2, kernel gradient      25 over the whole batch against 41 by chunks
    depthwise                      multiply and add for each tap 12 against 294

A barrier around the operands keeps what produced them from being computed anew for each transpose.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import lax

from heron.ops.lowering.few_channels import FEW, across_by_pairs, forward_by_pairs, images_at_a_time, is_of_few
from heron.ops.lowering.geometry import Geometry, Shape, xla_convolution
from heron.ops.lowering.settled import settled

_barrier = lax.optimization_barrier
_PLACES = 4096  # windows of which a kernel gradient is computed at a time: their transposes stay in the cache


# Which form -----------------------------------------------------------------------------------------------------------


def convolution(x: jax.Array, kernel: jax.Array, *, geometry: Geometry) -> jax.Array:
    """`(batch, *spatial, channels)` and `(*window, channels // groups, filters)` to `(batch, *out, filters)`."""
    return _computed(_forward, x, kernel, geometry=geometry)


def input_gradient(dy: jax.Array, kernel: jax.Array, *, geometry: Geometry, spatial: Shape) -> jax.Array:
    """`(batch, *out, filters)` and the kernel to `(batch, *spatial, channels)`."""
    return _computed(_backward, dy, kernel, geometry=geometry, spatial=spatial)


def kernel_gradient(x: jax.Array, dy: jax.Array, *, geometry: Geometry, window: Shape) -> jax.Array:
    """`(batch, *spatial, channels)` and `(batch, *out, filters)` to the shape of the kernel."""
    return _computed(_across, x, dy, geometry=geometry, window=window)


def _computed(form: Callable[..., jax.Array], first: jax.Array, second: jax.Array, **params) -> jax.Array:  # type: ignore[no-untyped-def]
    """Half precision is computed in float32, which CPUs multiply faster and add more exactly."""
    dtype = jnp.promote_types(first.dtype, second.dtype)
    wide = jnp.promote_types(dtype, jnp.float32) if jnp.issubdtype(dtype, jnp.floating) else dtype
    return form(first.astype(wide), second.astype(wide), **params).astype(dtype)


def _forward(x: jax.Array, kernel: jax.Array, *, geometry: Geometry) -> jax.Array:
    channels = kernel.shape[-2]
    if 0 in x.shape or 0 in kernel.shape:
        return xla_convolution(x, kernel, geometry=geometry)
    if geometry.groups > 1:
        if channels == 1:
            return forward_by_taps(x, kernel, geometry)
        return _by_groups(forward_of, (x, kernel), geometry)
    return forward_of(x, kernel, geometry)


def forward_of(x: jax.Array, kernel: jax.Array, geometry: Geometry) -> jax.Array:
    """A convolution of one group."""
    if _is_pointwise(kernel.shape[:-2], geometry):
        return forward_pointwise(x, kernel, geometry)
    if is_of_few(x.shape, kernel.shape, geometry):
        out = geometry.outer(x.shape[1:-1], kernel.shape[:-2])
        return forward_by_pairs(x, kernel, geometry, images_at_a_time(x.shape, kernel.shape[:-2], out))
    if math.prod(kernel.shape[:-1]) <= FEW:
        return forward_by_patches(x, kernel, geometry)
    return xla_convolution(settled(x), kernel, geometry=geometry)


def _backward(dy: jax.Array, kernel: jax.Array, *, geometry: Geometry, spatial: Shape) -> jax.Array:
    if 0 in dy.shape or 0 in kernel.shape or 0 in spatial:
        return jnp.zeros((dy.shape[0], *spatial, kernel.shape[-2] * geometry.groups), dy.dtype)
    dy = settled(dy)
    if geometry.groups > 1:
        if kernel.shape[-2] == 1:
            return backward_by_taps(dy, kernel, geometry, spatial)
        return _by_groups(lambda dy, w, g: backward_of(dy, w, g, spatial), (dy, kernel), geometry)
    return backward_of(dy, kernel, geometry, spatial)


def backward_of(dy: jax.Array, kernel: jax.Array, geometry: Geometry, spatial: Shape) -> jax.Array:
    """An input gradient of one group."""
    if _is_pointwise(kernel.shape[:-2], geometry):
        return backward_pointwise(dy, kernel, geometry, spatial)
    if max(geometry.strides) > 1:
        if max(geometry.dilation) == 1 and min(lo for lo, _ in geometry.padding) >= 0:
            return backward_by_phases(dy, kernel, geometry, spatial)
        return backward_by_scatter(dy, kernel, geometry, spatial)
    return backward_canonical(dy, kernel, geometry, spatial)


def _across(x: jax.Array, dy: jax.Array, *, geometry: Geometry, window: Shape) -> jax.Array:
    if 0 in x.shape or 0 in dy.shape or 0 in window:
        return jnp.zeros((*window, x.shape[-1] // geometry.groups, dy.shape[-1]), x.dtype)
    x, dy = settled(x, dy)
    if geometry.groups > 1:
        if x.shape[-1] == geometry.groups:
            return across_by_taps(x, dy, geometry, window)
        return _by_groups(lambda x, dy, g: across_of(x, dy, g, window), (x, dy), geometry)
    return across_of(x, dy, geometry, window)


def across_of(x: jax.Array, dy: jax.Array, geometry: Geometry, window: Shape) -> jax.Array:
    """A kernel gradient of one group."""
    if _is_pointwise(window, geometry):
        return across_pointwise(x, dy, geometry, window)
    if is_of_few(x.shape, (*window, x.shape[-1], dy.shape[-1]), geometry):
        return across_by_pairs(x, dy, geometry, window, images_at_a_time(x.shape, window, dy.shape[1:-1]))
    return across_canonical(x, dy, geometry, window, _chunk(x.shape[0], math.prod(dy.shape[1:-1])))


def _is_pointwise(window: Shape, geometry: Geometry) -> bool:
    return set(window) == {1} and not any(map(any, geometry.padding))


def _chunk(batch: int, places: int) -> int:
    """Of how many images a kernel gradient is computed at a time: a divisor of the batch, 0 for all at once."""
    wanted = max(8, _PLACES // places)
    if 2 * wanted >= batch:
        return 0
    near = [size for size in range(wanted // 2, 2 * wanted) if batch % size == 0 and 2 * size < batch]
    return min(near, key=lambda size: abs(math.log(size / wanted)), default=0)


def _by_groups(form: Callable[..., jax.Array], operands: tuple[jax.Array, jax.Array], geometry: Geometry) -> jax.Array:
    """One convolution for each group, beside each other."""
    alone = geometry._replace(groups=1)
    parts = [jnp.split(operand, geometry.groups, axis=-1) for operand in operands]
    return jnp.concatenate([form(*pair, alone) for pair in zip(*parts, strict=True)], axis=-1)


# Windows of one number ------------------------------------------------------------------------------------------------


def _strided(x: jax.Array, strides: Shape) -> jax.Array:
    return x if max(strides) == 1 else x[(slice(None), *(slice(None, None, step) for step in strides))]


def forward_pointwise(x: jax.Array, kernel: jax.Array, geometry: Geometry) -> jax.Array:
    """A matrix product over the channels."""
    return jnp.matmul(_strided(x, geometry.strides), kernel.reshape(kernel.shape[-2:]))


def backward_pointwise(dy: jax.Array, kernel: jax.Array, geometry: Geometry, spatial: Shape) -> jax.Array:
    """A matrix product over the filters, its rows put where the stride took them from."""
    dx = jnp.matmul(dy, kernel.reshape(kernel.shape[-2:]).T)
    sides = [
        (0, size - (out - 1) * step - 1, step - 1)
        for size, out, step in zip(spatial, dy.shape[1:-1], geometry.strides, strict=True)
    ]
    return lax.pad(dx, jnp.zeros((), dx.dtype), ((0, 0, 0), *sides, (0, 0, 0)))


def across_pointwise(x: jax.Array, dy: jax.Array, geometry: Geometry, window: Shape) -> jax.Array:
    """A matrix product over the places."""
    x = _strided(x, geometry.strides)
    product = jnp.matmul(x.reshape(-1, x.shape[-1]).T, dy.reshape(-1, dy.shape[-1]))
    return product.reshape(*window, *product.shape)


# Patches --------------------------------------------------------------------------------------------------------------


def _taps(x: jax.Array, window: Shape, out: Shape, geometry: Geometry) -> list[jax.Array]:
    """For each tap of the window what it sees, `(batch, *out, channels)`."""
    x = lax.pad(x, jnp.zeros((), x.dtype), ((0, 0, 0), *((lo, hi, 0) for lo, hi in geometry.padding), (0, 0, 0)))
    x = _barrier(x)
    seen = []
    for tap in itertools.product(*map(range, window)):
        first = [at * apart for at, apart in zip(tap, geometry.dilation, strict=True)]
        last = [at + (n - 1) * step + 1 for at, n, step in zip(first, out, geometry.strides, strict=True)]
        strides = (1, *geometry.strides, 1)
        seen.append(lax.slice(x, (0, *first, 0), (x.shape[0], *last, x.shape[-1]), strides))
    return seen


def forward_by_patches(x: jax.Array, kernel: jax.Array, geometry: Geometry) -> jax.Array:
    """The windows laid side by side, and one matrix product."""
    out = geometry.outer(x.shape[1:-1], kernel.shape[:-2])
    patches = jnp.concatenate(_taps(x, kernel.shape[:-2], out, geometry), axis=-1)
    return jnp.matmul(patches, kernel.reshape(-1, kernel.shape[-1]))


def backward_by_phases(dy: jax.Array, kernel: jax.Array, geometry: Geometry, spatial: Shape) -> jax.Array:
    """One convolution for all places of a stride, each its own filters, which are then put between each other.

    Along an axis with stride `s` the gradient at place `s * u + r` comes from the taps `s * j + r` over `dy[u - j]`.
    """
    window, (channels, filters) = kernel.shape[:-2], kernel.shape[-2:]
    rank, steps = len(window), geometry.strides
    spans = [-(-taps // step) for taps, step in zip(window, steps, strict=True)]
    fill = [(0, span * step - taps, 0) for span, step, taps in zip(spans, steps, window, strict=True)]
    whole = lax.pad(kernel, jnp.zeros((), kernel.dtype), (*fill, (0, 0, 0), (0, 0, 0)))
    apart = whole.reshape(*itertools.chain(*zip(spans, steps, strict=True)), channels, filters)
    outer, inner = tuple(range(0, 2 * rank, 2)), tuple(range(1, 2 * rank, 2))
    turned = lax.rev(apart, outer).transpose(*outer, 2 * rank + 1, *inner, 2 * rank)
    turned = _barrier(turned.reshape(*spans, filters, -1))
    sides, blocks = [], []
    for size, out, span, step, (lo, _) in zip(spatial, dy.shape[1:-1], spans, steps, geometry.padding, strict=True):
        blocks.append(-(-(size + lo) // step))
        sides.append((span - 1, blocks[-1] - out))
    ones = (1,) * rank
    dx = xla_convolution(dy, turned, geometry=Geometry(ones, tuple(sides), ones, 1))
    dx = dx.reshape(dy.shape[0], *blocks, *steps, channels)
    between = itertools.chain(*((1 + axis, 1 + rank + axis) for axis in range(rank)))
    dx = dx.transpose(0, *between, 2 * rank + 1)
    dx = dx.reshape(dy.shape[0], *(n * step for n, step in zip(blocks, steps, strict=True)), channels)
    first = [lo for lo, _ in geometry.padding]
    last = [lo + size for lo, size in zip(first, spatial, strict=True)]
    return lax.slice(dx, (0, *first, 0), (dy.shape[0], *last, channels))


def backward_by_scatter(dy: jax.Array, kernel: jax.Array, geometry: Geometry, spatial: Shape) -> jax.Array:
    """One matrix product to the windows' gradients, each then added where its window stood."""
    window, channels = kernel.shape[:-2], kernel.shape[-2]
    patches = jnp.matmul(dy, kernel.reshape(-1, kernel.shape[-1]).T).reshape(*dy.shape[:-1], -1, channels)
    zero, total = jnp.zeros((), dy.dtype), jnp.zeros((), dy.dtype)
    for number, tap in enumerate(itertools.product(*map(range, window))):
        sides = []
        for at, size, out, step, apart, (lo, _) in zip(
            tap, spatial, dy.shape[1:-1], geometry.strides, geometry.dilation, geometry.padding, strict=True
        ):
            before = at * apart - lo
            sides.append((before, size - before - (out - 1) * step - 1, step - 1))
        total = total + lax.pad(patches[..., number, :], zero, ((0, 0, 0), *sides, (0, 0, 0)))
    return total


# XLA's fast convolution -----------------------------------------------------------------------------------------------


def backward_canonical(dy: jax.Array, kernel: jax.Array, geometry: Geometry, spatial: Shape) -> jax.Array:
    """The convolution of the padded gradient with the kernel turned round."""
    axes = tuple(range(kernel.ndim - 2))
    turned = _barrier(lax.rev(kernel, axes).swapaxes(-1, -2))
    sides = []
    for size, out, taps, step, apart, (lo, _) in zip(
        spatial, dy.shape[1:-1], kernel.shape[:-2], geometry.strides, geometry.dilation, geometry.padding, strict=True
    ):
        reach = (taps - 1) * apart
        sides.append((reach - lo, size - (out - 1) * step - 1 + lo))
    ones = (1,) * len(axes)
    turned_geometry = Geometry(ones, tuple(sides), geometry.dilation, 1)
    return xla_convolution(dy, turned, geometry=turned_geometry, inner_dilation=geometry.strides)


def across_canonical(x: jax.Array, dy: jax.Array, geometry: Geometry, window: Shape, chunk: int = 0) -> jax.Array:
    """The convolution of the input, its channels as examples, with the gradient as a kernel.

    `chunk` images are taken at a time, a divisor of the batch; 0 stands for all at once.
    """
    rank = len(window)
    sides = tuple(
        (lo, (taps - 1) * apart + (out - 1) * step + 1 - size - lo)
        for taps, apart, out, step, size, (lo, _) in zip(
            window, geometry.dilation, dy.shape[1:-1], geometry.strides, x.shape[1:-1], geometry.padding, strict=True
        )
    )
    crossed = Geometry(geometry.dilation, sides, geometry.strides, 1)
    inner = tuple(range(1, rank + 1))

    def of(x: jax.Array, dy: jax.Array) -> jax.Array:
        across, kernel = _barrier((x.transpose(rank + 1, *inner, 0), dy.transpose(*inner, 0, rank + 1)))
        return _barrier(xla_convolution(across, kernel, geometry=crossed)).transpose(*inner, 0, rank + 1)

    if not chunk:
        return of(x, dy)
    chunks = [a.reshape(-1, chunk, *a.shape[1:]) for a in (x, dy)]
    start = jnp.zeros((*window, x.shape[-1], dy.shape[-1]), x.dtype)
    return lax.scan(lambda total, pair: (total + of(*pair), None), start, chunks, unroll=2)[0]


# Depthwise ------------------------------------------------------------------------------------------------------------


def forward_by_taps(x: jax.Array, kernel: jax.Array, geometry: Geometry) -> jax.Array:
    """Each channel by itself: for every tap a multiplication and an addition, all in one pass."""
    window, filters = kernel.shape[:-2], kernel.shape[-1]
    each = kernel.reshape(-1, geometry.groups, filters // geometry.groups)  # (taps, channels, filters of each)
    seen = _taps(x, window, geometry.outer(x.shape[1:-1], window), geometry)
    total = sum(
        (part[..., None] * weight for part, weight in zip(seen[1:], each[1:], strict=True)),
        seen[0][..., None] * each[0],
    )
    return total.reshape(*total.shape[:-2], filters)


def backward_by_taps(dy: jax.Array, kernel: jax.Array, geometry: Geometry, spatial: Shape) -> jax.Array:
    """The same with the kernel turned round, over the gradient with zeros where the stride went by."""
    window, channels = kernel.shape[:-2], geometry.groups
    sides = [
        ((taps - 1) * apart - lo, size - (out - 1) * step - 1 + lo, step - 1)
        for size, out, taps, step, apart, (lo, _) in zip(
            spatial, dy.shape[1:-1], window, geometry.strides, geometry.dilation, geometry.padding, strict=True
        )
    ]
    spread = lax.pad(dy, jnp.zeros((), dy.dtype), ((0, 0, 0), *sides, (0, 0, 0)))
    nothing = geometry._replace(strides=(1,) * len(window), padding=((0, 0),) * len(window))
    each = lax.rev(kernel, tuple(range(len(window)))).reshape(-1, kernel.shape[-1])
    seen = _taps(spread, window, spatial, nothing)
    total = sum((part * weight for part, weight in zip(seen[1:], each[1:], strict=True)), seen[0] * each[0])
    return total.reshape(*total.shape[:-1], channels, -1).sum(-1)


def across_by_taps(x: jax.Array, dy: jax.Array, geometry: Geometry, window: Shape) -> jax.Array:
    """For each tap the sum of what it saw times the gradient, first down the rows of memory, then by a product."""
    channels, filters = x.shape[-1], dy.shape[-1]
    many = filters // channels
    totals = []
    for part in _taps(x, window, dy.shape[1:-1], geometry):
        products = (part if many == 1 else jnp.repeat(part, many, axis=-1)) * dy
        rows = products.sum(1).reshape(-1, filters)
        totals.append(jnp.matmul(jnp.ones((1, rows.shape[0]), rows.dtype), rows))
    return jnp.concatenate(totals).reshape(*window, 1, filters)
