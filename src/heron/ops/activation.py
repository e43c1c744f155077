"""The activation functions, as ops. `heron.activations` gives them Keras's names and defaults for layers."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron.errors import ShapeError, note, shape_text
from heron.ops.op import array, floating, op

__all__ = [
    "celu",
    "elu",
    "gelu",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "log_sigmoid",
    "log_softmax",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh_shrink",
    "threshold",
]


@op
def relu(x: Any) -> Any:
    """`max(x, 0)`."""
    return jax.nn.relu(array(x))


@op
def relu6(x: Any) -> Any:
    """`min(max(x, 0), 6)`."""
    return jax.nn.relu6(array(x))


@op
def leaky_relu(x: Any, negative_slope: float = 0.2) -> Any:
    """`x` where it is positive, `negative_slope * x` where it is negative."""
    return jax.nn.leaky_relu(floating(x), negative_slope)


@op
def sigmoid(x: Any) -> Any:
    """`1 / (1 + exp(-x))`: between 0 and 1."""
    return jax.nn.sigmoid(floating(x))


@op
def log_sigmoid(x: Any) -> Any:
    """`log(sigmoid(x))`, without overflow."""
    return jax.nn.log_sigmoid(floating(x))


@op
def hard_sigmoid(x: Any) -> Any:
    """`clip(x / 6 + 1/2, 0, 1)`: a sigmoid of straight lines."""
    return jax.nn.hard_sigmoid(floating(x))


@op
def sparse_sigmoid(x: Any) -> Any:
    """`clip((x + 1) / 2, 0, 1)`: the derivative of `sparse_plus`."""
    return jax.nn.sparse_sigmoid(floating(x))


@op
def softplus(x: Any) -> Any:
    """`log(exp(x) + 1)`: a smooth `relu`."""
    return jax.nn.softplus(floating(x))


@op
def sparse_plus(x: Any) -> Any:
    """0 up to -1, `(x + 1)² / 4` up to 1, then `x`."""
    return jax.nn.sparse_plus(floating(x))


@op
def squareplus(x: Any, b: float = 4) -> Any:
    """`(x + sqrt(x² + b)) / 2`: a smooth `relu` without exponentials."""
    return jax.nn.squareplus(floating(x), b)


@op
def softsign(x: Any) -> Any:
    """`x / (|x| + 1)`: between -1 and 1."""
    return jax.nn.soft_sign(floating(x))


@op
def soft_shrink(x: Any, threshold: float = 0.5) -> Any:
    """Moves `x` towards 0 by `threshold`, and to 0 what is nearer to it."""
    x = floating(x)
    return jnp.where(x > threshold, x - threshold, jnp.where(x < -threshold, x + threshold, 0.0))


@op
def hard_shrink(x: Any, threshold: float = 0.5) -> Any:
    """`x` where `|x| > threshold`, else 0."""
    x = floating(x)
    return jnp.where(jnp.abs(x) > threshold, x, 0.0)


@op
def tanh_shrink(x: Any) -> Any:
    """`x - tanh(x)`."""
    x = floating(x)
    return x - jnp.tanh(x)


@op
def hard_tanh(x: Any) -> Any:
    """`clip(x, -1, 1)`."""
    return jax.nn.hard_tanh(array(x))


@op
def threshold(x: Any, threshold: float, default_value: float) -> Any:
    """`x` where it is greater than `threshold`, else `default_value`."""
    x = array(x)
    return jnp.where(x > threshold, x, default_value)


@op
def elu(x: Any, alpha: float = 1.0) -> Any:
    """`x` where it is positive, `alpha * (exp(x) - 1)` where it is negative."""
    return jax.nn.elu(floating(x), alpha)


@op
def selu(x: Any) -> Any:
    """`1.0507 * elu(x, 1.6733)`, which keeps mean 0 and variance 1 from layer to layer (Klambauer et al., 2017)."""
    return jax.nn.selu(floating(x))


@op
def celu(x: Any, alpha: float = 1.0) -> Any:
    """`max(x, 0) + min(0, alpha * (exp(x / alpha) - 1))`."""
    return jax.nn.celu(floating(x), alpha)


@op
def gelu(x: Any, approximate: bool = True) -> Any:
    """`x` times the normal distribution function of `x`, or its approximation by tanh (Hendrycks, Gimpel, 2016)."""
    return jax.nn.gelu(floating(x), approximate)


@op
def silu(x: Any) -> Any:
    """`x * sigmoid(x)`."""
    return jax.nn.silu(floating(x))


@op
def hard_silu(x: Any) -> Any:
    """`x * hard_sigmoid(x)`."""
    return jax.nn.hard_silu(floating(x))


@op
def glu(x: Any, axis: int = -1) -> Any:
    """The first half of `x` along `axis` times the sigmoid of the second half (Dauphin et al., 2016).

    Raises:
        ShapeError: when the axis cannot be halved.
    """
    x = floating(x)
    if x.shape[axis] % 2:
        raise ShapeError(
            f"glu halves axis {axis}, whose size must be even; received shape {shape_text(x.shape)}.\n"
            "Give the layer before it twice as many units as should come out."
        )
    return jax.nn.glu(x, axis)


def _note_single(name: str, x: Any, axis: Any) -> None:
    """Tells that a softmax over one element does nothing but give 1."""
    if isinstance(axis, int) and -x.ndim <= axis < x.ndim and isinstance(x.shape[axis], int) and x.shape[axis] == 1:
        always = "0" if name == "log_softmax" else "1"
        note(
            f"{name} over axis {axis}, which has a single element, always gives {always}: "
            "nothing can be learned through it.\n"
            "For one yes-or-no output use sigmoid; for n classes give the layer n units.",
        )


@op
def softmax(x: Any, axis: int | tuple[int, ...] | None = -1) -> Any:
    """`exp(x) / sum(exp(x))` over `axis` (None: all axes): positive numbers that sum to 1."""
    x = floating(x)
    _note_single("softmax", x, axis)
    return jax.nn.softmax(x, axis)


@op
def log_softmax(x: Any, axis: int | tuple[int, ...] | None = -1) -> Any:
    """`log(softmax(x))` over `axis`, without overflow."""
    x = floating(x)
    _note_single("log_softmax", x, axis)
    return jax.nn.log_softmax(x, axis)


@op
def sparsemax(x: Any, axis: int = -1) -> Any:
    """The point of the probability simplex nearest to `x` along `axis`: many elements are exactly 0, all sum to 1.

    Keras 3.15 adds up running totals where the paper adds up elements, so that its results do not sum to 1 when more
    than one element is left.

    Source: A. Martins, R. Astudillo, From Softmax to Sparsemax, 2016.
    """
    x = jnp.moveaxis(floating(x), axis, -1)  # (..., n)
    descending = jnp.flip(jnp.sort(x, axis=-1), axis=-1)
    rank = jnp.arange(1, x.shape[-1] + 1, dtype=x.dtype)
    excess = (jnp.cumsum(descending, axis=-1) - 1) / rank
    inside = descending > excess
    count = jnp.sum(inside, axis=-1, keepdims=True).astype(x.dtype)  # (..., 1)
    total = jnp.sum(jnp.where(inside, descending, 0), axis=-1, keepdims=True)  # (..., 1)
    return jnp.moveaxis(jnp.maximum(x - (total - 1) / count, 0), -1, axis)


swish, hard_swish = silu, hard_silu
