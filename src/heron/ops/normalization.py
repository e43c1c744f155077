"""Ops that bring arrays to a mean, a variance or a length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from heron import config
from heron.errors import ArgumentError
from heron.ops.op import array, floating, op
from heron.validate import POSITIVE_INT

__all__ = [
    "batch_normalization",
    "layer_normalization",
    "moments",
    "normalize",
    "rms_normalization",
]


def _wide(x: Any) -> Any:
    """`x` in at least float32, in which 16-bit floats are summed."""
    return x.astype(jnp.promote_types(x.dtype, "float32"))


@op
def moments(x: Any, axes: Any, keepdims: bool = False, synchronized: bool = False) -> Any:
    """The mean and the variance over `axes`; 16-bit floats are summed in float32.

    Args:
        x: an array.
        axes: an axis or several.
        keepdims: keep the axes with size 1.
        synchronized: accepted for Keras's signature. A compiled program sees the whole batch, so that statistics are
            those of all devices anyway.
    """
    x = floating(x)
    wide, axes = _wide(x), tuple(axes) if isinstance(axes, list) else axes
    mean, variance = jnp.mean(wide, axes, keepdims=keepdims), jnp.var(wide, axes, keepdims=keepdims)
    if x.dtype == wide.dtype:
        return mean, variance
    limit = float(jnp.finfo("float16").max)
    return tuple(jnp.clip(part, -limit, limit).astype(x.dtype) for part in (mean, variance))


@op
def batch_normalization(
    x: Any,
    mean: Any,
    variance: Any,
    axis: int,
    offset: Any = None,
    scale: Any = None,
    epsilon: float = 1e-3,
) -> Any:
    """`(x - mean) / sqrt(variance + epsilon) * scale + offset`, the vectors lying along `axis`.

    Source: S. Ioffe, C. Szegedy, Batch Normalization, 2015.
    """
    x = floating(x)
    shape = [1] * x.ndim
    shape[axis] = -1
    inverse = jax.lax.rsqrt(floating(variance) + epsilon)
    inverse = inverse if scale is None else inverse * array(scale)
    shift = -floating(mean) * inverse
    shift = shift if offset is None else shift + array(offset)
    return x * inverse.reshape(shape) + shift.reshape(shape)


def _along(vector: Any, x: Any, axis: Sequence[int]) -> Any:
    """`vector` shaped so that it lies along `axis` of `x`."""
    vector = array(vector, x.dtype)
    if vector.ndim == x.ndim or tuple(axis) == (x.ndim - 1,):
        return vector
    return vector.reshape([size if i in axis else 1 for i, size in enumerate(x.shape)])


@op
def layer_normalization(
    x: Any, gamma: Any = None, beta: Any = None, axis: Any = -1, epsilon: float | None = None, **kwargs: Any
) -> Any:
    """`(x - mean) / sqrt(variance + epsilon) * gamma + beta`, mean and variance over `axis`, in at least float32.

    Args:
        x: an array.
        gamma: the scale, of the shape of the axes; None for 1.
        beta: the offset, likewise; None for 0.
        axis: an axis or several.
        epsilon: by default `heron.config.epsilon()`.
        **kwargs: `rms_scaling`, which Keras has given up, is refused with a hint.

    Source: J. Ba et al., Layer Normalization, 2016.
    """
    if kwargs:
        raise ArgumentError(
            f"heron.ops.layer_normalization takes x, gamma, beta, axis and epsilon; received also {sorted(kwargs)}.\n"
            "For scaling by the root mean square use heron.ops.rms_normalization."
        )
    x = floating(x)
    wide = _wide(x)
    axis = sorted(a % x.ndim for a in ([axis] if isinstance(axis, int) else axis))
    mean = jnp.mean(wide, tuple(axis), keepdims=True)
    inverse = jax.lax.rsqrt(
        jnp.var(wide, tuple(axis), keepdims=True) + (config.epsilon() if epsilon is None else epsilon)
    )
    inverse = inverse if gamma is None else inverse * _along(gamma, wide, axis)
    shift = -mean * inverse
    shift = shift if beta is None else shift + _along(beta, wide, axis)
    return (wide * inverse + shift).astype(x.dtype)


@op
def rms_normalization(x: Any, scale: Any = None, axis: Any = -1, epsilon: float | None = None) -> Any:
    """`x / sqrt(mean(x²) + epsilon) * scale`, the mean over `axis`, in at least float32.

    Source: B. Zhang, R. Sennrich, Root Mean Square Layer Normalization, 2019.
    """
    x = floating(x)
    wide = _wide(x)
    axis = sorted(a % x.ndim for a in ([axis] if isinstance(axis, int) else axis))
    epsilon = config.epsilon() if epsilon is None else epsilon
    out = wide * jax.lax.rsqrt(jnp.mean(jnp.square(wide), tuple(axis), keepdims=True) + epsilon)
    return (out if scale is None else out * _along(scale, wide, axis)).astype(x.dtype)


@op
def normalize(x: Any, axis: Any = -1, order: int = 2, epsilon: float | None = None) -> Any:
    """`x / max(norm(x), epsilon)` along `axis`; `order` is the exponent of the norm.

    Raises:
        ArgumentError: for an order that is not a positive integer.

    Example:
        >>> normalize([3.0, 4.0]).tolist()
        [0.6, 0.8]
    """
    POSITIVE_INT.check("heron.ops.normalize", "order", order)
    x = jnp.atleast_1d(floating(x))
    epsilon = config.epsilon() if epsilon is None else epsilon
    axis = tuple(axis) if isinstance(axis, list) else axis
    if order == 2:
        # The bound is taken of the square: at 0 the gradient of the root would be NaN.
        least = max(epsilon**2, float(jnp.finfo(x.dtype).tiny))
        return x * jax.lax.rsqrt(jnp.maximum(jnp.sum(jnp.square(x), axis, keepdims=True), least))
    return x / jnp.maximum(jnp.linalg.norm(x, order, axis, keepdims=True), epsilon)
