"""Pooling of channels-last arrays: the largest value or the mean of each window, for every rank, window and stride.

XLA's own form (`reduce_window`) runs on every platform. On CPUs it goes through a window value by value, and its
gradient through all windows of an image for each of its values, so that another form is used there: the *taps*. Tap
`(i, j)` is the strided slice that holds value `(i, j)` of every window, and the result is the elementwise maximum (or
sum) of all taps, one pass over memory. For the gradient of a maximum the number of the tap that won is kept in a byte
per window; each value of the input then compares its place in each window it lies in with the number of that window's
winner, and adds up the gradients of those windows that it won. That is a pass over memory too, and made of linear
operations that can be differentiated again.

Forward and backward, milliseconds, float32 inside a loop on two AVX-512 cores:

    input               window  stride  reduce_window  taps
    (128, 24, 24, 64)   2 x 2   2                  33     7
    (128, 24, 24, 64)   3 x 3   2                 147    29
    (128, 24, 24, 64)   3 x 3   1                 459    26
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from heron.ops.lowering.settled import settled

__all__ = ["FORMS", "forced", "pool_average", "pool_max"]

Sizes = tuple[int, ...]
Padding = Sequence[tuple[Any, Any]]

FORMS = ("taps", "windows")
_MOST_TAPS = 32  # in one direction; each tap is an operation to compile
_TAPS_AT_ONCE = 8  # windows with more are pooled one direction after the other

_forced: list[str] = []


@contextlib.contextmanager
def forced(form: str) -> Iterator[None]:
    """Inside the block what is traced uses `form`, `"taps"` or XLA's `"windows"`, on whatever platform."""
    _forced.append(form)
    try:
        yield
    finally:
        _forced.pop()


def pool_max(x: jax.Array, window: Sequence[int], strides: Sequence[int], padding: Padding) -> jax.Array:
    """The largest value of each window; the gradient goes to the first of equals, in the order of memory.

    Args:
        x: `(batch, *spatial, channels)`, of floats or integers. A NaN is larger than all numbers.
        window: the size of the window along each spatial axis.
        strides: the step of the window along each spatial axis.
        padding: how many values are put before and after each spatial axis, which no number is smaller than.

    Returns:
        `(batch, *out, channels)`, of the dtype of `x`.
    """
    lowest = _lowest(x.dtype)
    if _form(x, window) == "windows":
        return lax.reduce_window(x, lowest, lax.max, (1, *window, 1), (1, *strides, 1), _all_axes(padding))
    return _by_taps(_max_of_taps, _fitted(x, window, strides, padding, lowest), tuple(window), tuple(strides))


def pool_average(x: jax.Array, window: Sequence[int], strides: Sequence[int], padding: Padding) -> jax.Array:
    """The mean of each window, padding not counted.

    Args:
        x: `(batch, *spatial, channels)`, of floats or integers.
        window: the size of the window along each spatial axis.
        strides: the step of the window along each spatial axis.
        padding: by how many places windows may stand out before and after each spatial axis.

    Returns:
        `(batch, *out, channels)`, of the dtype of `x`, or of that of a quotient for integers.
    """
    zero = np.zeros((), x.dtype)
    if _form(x, window) == "windows":
        total = lax.reduce_window(x, zero, lax.add, (1, *window, 1), (1, *strides, 1), _all_axes(padding))
    else:
        total = _by_taps(_sum_of_taps, _fitted(x, window, strides, padding, zero), tuple(window), tuple(strides))
    if all(isinstance(pad, int) and pad == 0 for pair in padding for pad in pair):
        return total / math.prod(window)
    return total / _counts(x, window, strides, padding).astype(total.dtype)


def _form(x: jax.Array, window: Sequence[int]) -> str:
    """Which form pools `x`: XLA's own where sizes are unknown, windows long, or the platform is not a CPU."""
    if not all(isinstance(size, int) for size in x.shape[1:-1]):
        return "windows"
    if _forced:
        return _forced[-1]
    return "taps" if jax.default_backend() == "cpu" and max(window) <= _MOST_TAPS else "windows"


def _lowest(dtype: Any) -> Any:
    """What is never larger than anything: the initial value of a maximum."""
    if jnp.issubdtype(dtype, jnp.floating):
        return np.asarray(-np.inf, dtype)
    return np.asarray(jnp.iinfo(dtype).min, dtype)


def _all_axes(padding: Padding) -> list[tuple[Any, Any]]:
    return [(0, 0), *((lo, hi) for lo, hi in padding), (0, 0)]


def _counts(x: jax.Array, window: Sequence[int], strides: Sequence[int], padding: Padding) -> jax.Array:
    """How many values of the input each window holds: `(1, *out, 1)`."""
    parts = []
    for axis, (size, taps, step, (lo, hi)) in enumerate(
        zip(x.shape[1:-1], window, strides, padding, strict=True), start=1
    ):
        first = jnp.arange((size + lo + hi - taps) // step + 1) * step - lo
        held = jnp.minimum(first + taps, size) - jnp.maximum(first, 0)
        parts.append(held.reshape([-1 if a == axis else 1 for a in range(x.ndim)]))
    return functools.reduce(jnp.multiply, parts)


# ---- taps ---------------------------------------------------------------------------------------------------------


def _fitted(x: jax.Array, window: Sequence[int], strides: Sequence[int], padding: Padding, value: Any) -> jax.Array:
    """`x` padded, and cut off where no window reaches."""
    pads = []
    for size, taps, step, (lo, hi) in zip(x.shape[1:-1], window, strides, padding, strict=True):
        rest = (size + lo + hi - taps) % step
        pads.append((lo, hi - rest, 0))
    if not any(map(any, pads)):
        return x
    return lax.pad(x, jnp.asarray(value, x.dtype), [(0, 0, 0), *pads, (0, 0, 0)])


def _by_taps(pool: Callable[[jax.Array, Sizes, Sizes], jax.Array], x: jax.Array, window: Sizes, strides: Sizes) -> Any:
    """Pools a fitted array, large windows one direction after the other, the innermost first.

    Of equal values the first one wins either way: the first in the row, then the first of the rows.
    """
    if math.prod(window) <= _TAPS_AT_ONCE or sum(taps > 1 for taps in window) < 2:
        return pool(x, window, strides)
    for axis in reversed(range(len(window))):
        alone = [tuple(v if a == axis else 1 for a, v in enumerate(sizes)) for sizes in (window, strides)]
        if alone[0][axis] > 1 or alone[1][axis] > 1:
            x = pool(x, *alone)
    return x


def _taps(x: jax.Array, window: Sizes, strides: Sizes) -> Iterator[tuple[Sizes, jax.Array]]:
    """The places in a window in the order of memory, each with the values that all windows have there."""
    out = _out(x.shape[1:-1], window, strides)
    for place in itertools.product(*map(range, window)):
        index = (slice(p, p + step * (n - 1) + 1, step) for p, step, n in zip(place, strides, out, strict=True))
        yield place, x[:, *index]


def _out(spatial: Sizes, window: Sizes, strides: Sizes) -> Sizes:
    return tuple((size - taps) // step + 1 for size, taps, step in zip(spatial, window, strides, strict=True))


@functools.partial(jax.custom_jvp, nondiff_argnums=(1, 2))
def _max_of_taps(x: jax.Array, window: Sizes, strides: Sizes) -> jax.Array:
    return functools.reduce(jnp.maximum, (tap for _, tap in _taps(x, window, strides)))


@_max_of_taps.defjvp
def _max_jvp(window: Sizes, strides: Sizes, primals: Any, tangents: Any) -> tuple[jax.Array, jax.Array]:
    (x,), (moved,) = primals, tangents
    y, winner = _winners(x, window, strides)
    # Kept as they are: the backward pass would else compute them again for each value of the input.
    y, winner = settled(y, winner)
    return y, _gather(moved, y, window, strides, winner)


@functools.partial(jax.custom_jvp, nondiff_argnums=(1, 2))
def _sum_of_taps(x: jax.Array, window: Sizes, strides: Sizes) -> jax.Array:
    return functools.reduce(jnp.add, (tap for _, tap in _taps(x, window, strides)))


@_sum_of_taps.defjvp
def _sum_jvp(window: Sizes, strides: Sizes, primals: Any, tangents: Any) -> tuple[jax.Array, jax.Array]:
    (x,), (moved,) = primals, tangents
    y = _sum_of_taps(x, window, strides)
    return y, _gather(moved, y, window, strides, None)


def _winners(x: jax.Array, window: Sizes, strides: Sizes) -> tuple[jax.Array, jax.Array]:
    """The largest value of each window and the number of its place: the first of equals, the first NaN."""
    (place, y), *rest = _taps(x, window, strides)
    dtype = _number_dtype(window, strides)
    winner = jnp.full(y.shape, _number(place, window, strides), dtype)
    for place, tap in rest:
        better = (tap > y) | ((tap != tap) & (y == y))
        y = jnp.where(better, tap, y)
        winner = jnp.where(better, jnp.asarray(_number(place, window, strides), dtype), winner)
    return y, winner


def _covers(window: Sizes, strides: Sizes) -> Sizes:
    """How many windows a value may lie in, along each axis."""
    return tuple(-(-taps // step) for taps, step in zip(window, strides, strict=True))


def _number(place: Any, window: Sizes, strides: Sizes) -> Any:
    """One number for a place in a window, also for places just beyond the window that values may have."""
    number: Any = 0
    for position, covers, step in zip(place, _covers(window, strides), strides, strict=True):
        number = number * (covers * step) + position
    return number


def _number_dtype(window: Sizes, strides: Sizes) -> Any:
    """The smallest dtype for all numbers of places and one more, which no place has."""
    return np.min_scalar_type(math.prod(c * s for c, s in zip(_covers(window, strides), strides, strict=True)))


def _gather(moved: jax.Array, like: jax.Array, window: Sizes, strides: Sizes, winner: jax.Array | None) -> jax.Array:
    """The tangent of each window: of its winner, or the sum of all. Its transpose is `_spread`, as it is written."""
    spread = functools.partial(_spread, winner=winner, spatial=moved.shape[1:-1], window=window, strides=strides)
    (y,) = jax.linear_transpose(spread, jax.ShapeDtypeStruct(like.shape, like.dtype))(moved)
    return jnp.asarray(y)


def _spread(g: jax.Array, winner: jax.Array | None, spatial: Sizes, window: Sizes, strides: Sizes) -> jax.Array:
    """Gives the gradient of each window to its winner, or to all of its values.

    The values of the input are seen as blocks of the size of a stride. Value `r` of block `q` has place
    `r + m * stride` in window `q - m`, for each `m` below the number of windows that it may lie in.
    """
    batch, *out, channels = g.shape
    covers = _covers(window, strides)
    blocks = tuple(-(-size // step) for size, step in zip(spatial, strides, strict=True))
    none = np.iinfo(np.uint8).max if winner is None else np.iinfo(winner.dtype).max
    around = [(c - 1, q - n, 0) for c, q, n in zip(covers, blocks, out, strict=True)]
    g = settled(_padded(g, around, 0))
    if winner is not None and any(map(any, around)):
        winner = settled(_padded(winner, around, none))

    def windows(v: jax.Array, back: Sizes) -> jax.Array:
        """For each value of the input, seen as `(batch, block, place in the block, ..., channels)`, its window's."""
        index = (slice(c - 1 - m, c - 1 - m + q) for c, m, q in zip(covers, back, blocks, strict=True))
        return v[:, *index].reshape(batch, *(d for q in blocks for d in (q, 1)), channels)

    parts = []
    for back in itertools.product(*map(range, covers)):
        places = _places(back, strides)
        if winner is None:
            won = jnp.asarray(np.all(np.broadcast_arrays(*map(np.less, places, window)), 0))
        else:
            won = windows(winner, back) == _number(places, window, strides).astype(winner.dtype)
        parts.append(jnp.where(won, windows(g, back), jnp.zeros((), g.dtype)))  # (B, q, step, q, step, ..., C)
    x = functools.reduce(jnp.add, parts).reshape(
        batch, *(q * step for q, step in zip(blocks, strides, strict=True)), channels
    )
    return x[:, *(slice(size) for size in spatial)]


def _padded(v: jax.Array, around: Sequence[tuple[int, int, int]], value: Any) -> jax.Array:
    if not any(map(any, around)):
        return v
    return lax.pad(v, jnp.asarray(value, v.dtype), [(0, 0, 0), *around, (0, 0, 0)])


def _places(back: Sizes, strides: Sizes) -> list[np.ndarray]:
    """The place of each value of a block in the window that began `back` blocks before, one array for each axis."""
    places = []
    for axis, (m, step) in enumerate(zip(back, strides, strict=True)):
        shape = [1] * (2 * len(strides) + 2)
        shape[2 + 2 * axis] = step
        places.append((np.arange(step) + m * step).reshape(shape))
    return places
