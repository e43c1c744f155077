"""Pooling: the largest value or the mean of each window of a sequence, an image or a volume."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from heron.config import standardize_data_format
from heron.errors import ShapeError, shape_text
from heron.ops.convolution import Window, padding_rule, sizes, sizes_rule
from heron.ops.lowering.pooling import pool_average, pool_max
from heron.ops.op import array, op

__all__ = ["adaptive_average_pool", "adaptive_max_pool", "average_pool", "max_pool"]

Pool = Callable[[Any, Sequence[int], Sequence[int], Any], Any]


@op
def max_pool(inputs: Any, pool_size: Any, strides: Any = None, padding: str = "valid", data_format: Any = None) -> Any:
    """The largest value of each window; of equal ones the first gets the gradient.

    Args:
        inputs: `(batch, *spatial, channels)` with one to three spatial axes, or with the channels first.
        pool_size: the size of the window, an integer or one for each spatial axis.
        strides: the step of the window, by default its size.
        padding: `"valid"` for windows that lie inside, `"same"` for as many as `strides` go into the input.
        data_format: `"channels_last"` or `"channels_first"`, by default that of `heron.config`.

    Raises:
        ShapeError: for an input with too few axes, or too small for the window.

    Example:
        >>> max_pool([[[1.0], [4.0], [3.0], [2.0]]], 2).tolist()
        [[[4.0], [3.0]]]
    """
    return _checked("max_pool", pool_max, inputs, pool_size, strides, padding, data_format)


@op
def average_pool(
    inputs: Any, pool_size: Any, strides: Any = None, padding: str = "valid", data_format: Any = None
) -> Any:
    """The mean of each window, places outside the input not counted.

    Args:
        inputs: `(batch, *spatial, channels)` with one to three spatial axes, or with the channels first.
        pool_size: the size of the window, an integer or one for each spatial axis.
        strides: the step of the window, by default its size.
        padding: `"valid"` for windows that lie inside, `"same"` for as many as `strides` go into the input.
        data_format: `"channels_last"` or `"channels_first"`, by default that of `heron.config`.

    Raises:
        ShapeError: for an input with too few axes, or too small for the window.

    Example:
        >>> average_pool([[[1.0], [4.0], [3.0]]], 2, padding="same").tolist()
        [[[2.5], [3.0]]]
    """
    return _checked("average_pool", pool_average, inputs, pool_size, strides, padding, data_format)


@op
def adaptive_max_pool(inputs: Any, output_size: Any, data_format: Any = None) -> Any:
    """The largest value of each of `output_size` windows that are spread evenly over the input.

    Args:
        inputs: `(batch, *spatial, channels)` with one to three spatial axes, or with the channels first.
        output_size: how many windows, an integer or one for each spatial axis.
        data_format: `"channels_last"` or `"channels_first"`, by default that of `heron.config`.

    Example:
        >>> adaptive_max_pool([[[1.0], [4.0], [3.0], [2.0], [0.0]]], 2).tolist()
        [[[4.0], [3.0]]]
    """
    return _adaptive("adaptive_max_pool", pool_max, inputs, output_size, data_format)


@op
def adaptive_average_pool(inputs: Any, output_size: Any, data_format: Any = None) -> Any:
    """The mean of each of `output_size` windows that are spread evenly over the input.

    Args:
        inputs: `(batch, *spatial, channels)` with one to three spatial axes, or with the channels first.
        output_size: how many windows, an integer or one for each spatial axis.
        data_format: `"channels_last"` or `"channels_first"`, by default that of `heron.config`.

    Example:
        >>> adaptive_average_pool([[[1.0], [5.0], [3.0], [3.0], [0.0]]], 2).tolist()
        [[[3.0], [2.0]]]
    """
    return _adaptive("adaptive_average_pool", pool_average, inputs, output_size, data_format)


def pooled(window: Window, pool: Pool, x: Any, pool_size: tuple[int, ...]) -> Any:
    """The array `x` under a pooling window, whose arguments have been checked.

    Raises:
        ShapeError: when the window fits nowhere.
    """
    pads = window.pads(x.shape, pool_size)
    return window.outward(pool(window.inward(x), pool_size, window.strides, pads))


def _rank(owner: str, x: Any) -> int:
    rank = x.ndim - 2
    if rank not in (1, 2, 3):
        raise ShapeError(
            f"{owner} expects inputs with the axes (batch, ..., channels), one to three between those; received shape "
            f"{shape_text(x.shape)}.\nAdd the missing axis: x[..., None] for one channel, x[None] for a single sample."
        )
    return int(rank)


def _checked(name: str, pool: Pool, inputs: Any, pool_size: Any, strides: Any, padding: Any, data_format: Any) -> Any:
    owner, x = f"heron.ops.{name}", array(inputs)
    rank = _rank(owner, x)
    strides = pool_size if strides is None else strides
    sizes_rule(rank).check(owner, "pool_size", pool_size)
    sizes_rule(rank).check(owner, "strides", strides)
    padding_rule("valid", "same").check(owner, "padding", padding)
    first = standardize_data_format(data_format, owner) == "channels_first"
    window = Window(owner, sizes(strides, rank), padding.lower(), (1,) * rank, first)
    return pooled(window, pool, x, sizes(pool_size, rank))


def _adaptive(name: str, pool: Pool, inputs: Any, output_size: Any, data_format: Any) -> Any:
    """Lays the windows out one beside the other, all as long as the longest, and pools with that stride.

    Window `i` of `n` begins at `floor(i * size / n)` and ends before `ceil((i + 1) * size / n)`. A shorter one is
    filled with its last value, which changes no maximum; in a mean those count for nothing.
    """
    owner, x = f"heron.ops.{name}", array(inputs)
    rank = _rank(owner, x)
    sizes_rule(rank).check(owner, "output_size", output_size)
    first = standardize_data_format(data_format, owner) == "channels_first"
    x = jnp.moveaxis(x, 1, -1) if first else x
    if pool is pool_average and not jnp.issubdtype(x.dtype, jnp.inexact):
        x = x.astype("float32")
    longest = []
    for axis, windows in enumerate(sizes(output_size, rank), start=1):
        size = x.shape[axis]
        starts = np.arange(windows) * size // windows
        lengths = -(-np.arange(1, windows + 1) * size // windows) - starts
        places = np.arange(lengths.max())
        longest.append(len(places))
        if windows * len(places) == size:
            continue
        x = jnp.take(x, (starts[:, None] + np.minimum(places, lengths[:, None] - 1)).ravel(), axis)
        if pool is pool_average:
            share = np.where(places < lengths[:, None], len(places) / lengths[:, None], 0.0)  # (windows, longest)
            x = x * jnp.asarray(share.reshape([-1 if a == axis else 1 for a in range(x.ndim)]), x.dtype)
    y = pool(x, longest, longest, [(0, 0)] * rank)
    return jnp.moveaxis(y, -1, 1) if first else y
