"""Arrays of random numbers from the usual distributions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from heron import config
from heron.errors import ArgumentError, ShapeError, shape_text
from heron.ops.lowering.noise import keep_mask
from heron.ops.op import array, floating, op
from heron.random.seed import draw_seed
from heron.validate import FRACTION

__all__ = [
    "beta",
    "binomial",
    "categorical",
    "dropout",
    "gamma",
    "normal",
    "randint",
    "shuffle",
    "truncated_normal",
    "uniform",
]


def _checked_dtype(owner: str, dtype: Any, kind: Any, expected: str) -> Any:
    dtype = jnp.dtype(dtype or config.floatx())
    if not jnp.issubdtype(dtype, kind):
        other = "randint" if kind is jnp.floating else "uniform"
        raise ArgumentError(
            f"heron.random.{owner}: argument 'dtype' must be {expected}; received '{dtype.name}'.\n"
            f"Use heron.random.{other} for that dtype."
        )
    return dtype


def _float(owner: str, dtype: Any) -> Any:
    return _checked_dtype(owner, dtype, jnp.floating, "a float dtype")


def normal(shape: Sequence[int], mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None) -> Any:
    """Draws from the normal distribution.

    Args:
        shape: the shape of the result.
        mean: its mean, 0 by default.
        stddev: its standard deviation, 1 by default.
        dtype: a float dtype; by default `floatx`.
        seed: an integer, a `SeedGenerator`, or None.

    Example:
    >>> normal((2, 3), seed=1).shape
    (2, 3)
    """
    return jax.random.normal(draw_seed(seed), tuple(shape), _float("normal", dtype)) * stddev + mean


def truncated_normal(
    shape: Sequence[int], mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None
) -> Any:
    """Draws from the normal distribution cut off at two standard deviations from the mean; arguments as `normal`."""
    dtype = _float("truncated_normal", dtype)
    return jax.random.truncated_normal(draw_seed(seed), -2.0, 2.0, tuple(shape), dtype) * stddev + mean


def uniform(shape: Sequence[int], minval: Any = 0.0, maxval: Any = 1.0, dtype: Any = None, seed: Any = None) -> Any:
    """Draws floats evenly from `minval` up to, but not including, `maxval`; other arguments as `normal`.

    Raises:
        ArgumentError: for a dtype that is not a float dtype.
    """
    return jax.random.uniform(draw_seed(seed), tuple(shape), _float("uniform", dtype), minval, maxval)


def randint(shape: Sequence[int], minval: Any, maxval: Any, dtype: Any = "int32", seed: Any = None) -> Any:
    """Draws integers evenly from `minval` up to, but not including, `maxval`.

    Raises:
        ArgumentError: for a dtype that is not an integer dtype.
    """
    dtype = _checked_dtype("randint", dtype, jnp.integer, "an integer dtype")
    return jax.random.randint(draw_seed(seed), tuple(shape), minval, maxval, dtype)


@op
def categorical(logits: Any, num_samples: int, dtype: Any = "int32", seed: Any = None) -> Any:
    """Draws class numbers for each row of unnormalised log-probabilities.

    Args:
        logits: shape `(batch, classes)`.
        num_samples: how many to draw for each row.
        dtype: an integer dtype.
        seed: an integer, a `SeedGenerator`, or None.

    Returns:
        An array of shape `(batch, num_samples)`.

    Raises:
        ShapeError: for logits that do not have two axes.
    """
    logits = floating(logits)
    if logits.ndim != 2:
        raise ShapeError(
            "heron.random.categorical: argument 'logits' must have shape (batch, classes); "
            f"received shape {shape_text(logits.shape)}.\nReshape it with heron.ops.reshape(logits, (-1, classes))."
        )
    shape = (logits.shape[0], num_samples)
    return jax.random.categorical(draw_seed(seed), logits[:, None, :], axis=-1, shape=shape).astype(dtype)


@op
def dropout(inputs: Any, rate: float, noise_shape: Sequence[int | None] | None = None, seed: Any = None) -> Any:
    """Sets each element to zero with probability `rate` and divides the rest by `1 - rate`.

    Args:
        inputs: an array of floats.
        rate: the share to drop, from 0 to 1.
        noise_shape: the shape of the mask, broadcast over the inputs: 1 where an axis is dropped as a whole, None where
            the size is that of the inputs.
        seed: an integer, a `SeedGenerator`, or None.

    The mask is drawn with the counter-based hash of `heron.ops.lowering.noise`.

    Raises:
        ArgumentError: for a rate outside 0 to 1.
    """
    FRACTION.check("heron.random.dropout", "rate", rate)
    x = floating(inputs)
    if rate == 0:
        return x
    if rate == 1:
        return jnp.zeros_like(x)
    shape = x.shape
    if noise_shape is not None:
        shape = tuple(x.shape[axis] if size is None else size for axis, size in enumerate(noise_shape))
    keep = keep_mask(draw_seed(seed), shape, float(rate))
    return jnp.where(keep, x * np.asarray(1 / (1 - rate), x.dtype), jnp.zeros((), x.dtype))


@op
def shuffle(x: Any, axis: int = 0, seed: Any = None) -> Any:
    """Puts the elements along `axis` in random order, independently for each line along that axis."""
    return jax.random.permutation(draw_seed(seed), array(x), axis, independent=True)


def gamma(shape: Sequence[int], alpha: Any, dtype: Any = None, seed: Any = None) -> Any:
    """Draws from the gamma distribution with shape parameter `alpha` and scale 1; other arguments as `normal`."""
    return jax.random.gamma(draw_seed(seed), array(alpha), tuple(shape), _float("gamma", dtype))


def binomial(shape: Sequence[int], counts: Any, probabilities: Any, dtype: Any = None, seed: Any = None) -> Any:
    """Draws how many of `counts` trials succeed, each with one of `probabilities`; other arguments as `normal`."""
    dtype = _float("binomial", dtype)
    counts, probabilities = array(counts, dtype), array(probabilities, dtype)
    return jax.random.binomial(draw_seed(seed), counts, probabilities, tuple(shape), dtype)


def beta(shape: Sequence[int], alpha: Any, beta: Any, dtype: Any = None, seed: Any = None) -> Any:
    """Draws from the beta distribution with parameters `alpha` and `beta`; other arguments as `normal`."""
    return jax.random.beta(draw_seed(seed), array(alpha), array(beta), tuple(shape), _float("beta", dtype))
