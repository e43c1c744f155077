"""Activation functions: what layers apply to their outputs, by name or as functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp

from heron import registry
from heron.errors import missing_name
from heron.ops.activation import (
    celu,
    elu,
    glu,
    hard_shrink,
    hard_sigmoid,
    hard_silu,
    hard_swish,
    hard_tanh,
    leaky_relu,
    log_sigmoid,
    log_softmax,
    relu6,
    selu,
    sigmoid,
    silu,
    soft_shrink,
    softmax,
    softplus,
    softsign,
    sparse_plus,
    sparse_sigmoid,
    sparsemax,
    squareplus,
    swish,
    tanh_shrink,
    threshold,
)
from heron.ops.op import array, floating, op

__all__ = [
    "celu",
    "deserialize",
    "elu",
    "exponential",
    "gelu",
    "get",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "serialize",
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
    "tanh",
    "tanh_shrink",
    "threshold",
]


def linear(x: Any) -> Any:
    """`x` itself."""
    return x


@op
def relu(x: Any, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Any:
    """`max(x, 0)`, and the forms made from it.

    Args:
        x: an array.
        negative_slope: the slope below `threshold`, 0 by default.
        max_value: the greatest value that comes out; None for no limit.
        threshold: below it `negative_slope * (x - threshold)` comes out.

    Example:
    >>> relu([-3.0, 0.5, 9.0], negative_slope=0.1, max_value=6.0).tolist()
    [-0.3, 0.5, 6.0]
    """
    x = array(x)
    if threshold == 0 and negative_slope == 0:
        y = jax.nn.relu(x)
    elif threshold == 0:
        y = jax.nn.leaky_relu(x, negative_slope)
    else:
        y = jnp.where(x > threshold, x, negative_slope * (x - threshold)).astype(x.dtype)
    return y if max_value is None else jnp.minimum(y, jnp.asarray(max_value, y.dtype))


@op
def gelu(x: Any, approximate: bool = False) -> Any:
    """`x` times the normal distribution function of `x`, or its approximation by tanh (Hendrycks, Gimpel, 2016)."""
    return jax.nn.gelu(floating(x), approximate)


@op
def tanh(x: Any) -> Any:
    """The hyperbolic tangent: between -1 and 1."""
    return jnp.tanh(floating(x))


@op
def exponential(x: Any) -> Any:
    """`exp(x)`."""
    return jnp.exp(floating(x))


@op
def mish(x: Any) -> Any:
    """`x * tanh(softplus(x))` (Misra, 2019)."""
    return jax.nn.mish(floating(x))


_NAMES: dict[str, Any] = {
    function.__name__: function
    for function in (
        *(linear, relu, relu6, leaky_relu, elu, selu, celu, gelu, silu, mish, glu, tanh, sigmoid, exponential),
        *(softmax, log_softmax, log_sigmoid, softplus, softsign, squareplus, sparse_plus, sparse_sigmoid, sparsemax),
        *(hard_sigmoid, hard_silu, hard_tanh, hard_shrink, soft_shrink, tanh_shrink, threshold),
    )
}
_NAMES |= {"swish": silu, "hard_swish": hard_silu}
registry.publish("heron.activations", _NAMES)


def get(identifier: Any) -> Any:
    """Returns the activation for a name, a config or a function such as `jax.nn.relu`; `linear` for None.

    Raises:
        UnknownNameError: for an unknown name, with the nearest one.
        ArgumentError: for anything else.

    Example:
    >>> get("relu") is relu, get(None) is linear
    (True, True)
    """
    return linear if identifier is None else registry.resolve(identifier, "activations", _NAMES)


def serialize(activation: Any) -> Any:
    """Returns the name of `activation`, or its config when it is the caller's own."""
    return registry.serialize(activation)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Makes the activation that `serialize` described; a name or a config."""
    if custom_objects:
        with registry.custom_object_scope(custom_objects):
            return get(config)
    return get(config)


if not TYPE_CHECKING:  # to a type checker, a name that is not there is an error
    __getattr__ = missing_name(__name__, __all__)
