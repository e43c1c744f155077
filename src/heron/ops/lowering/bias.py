"""A number for each channel added to all its values, and its gradient: the sum over all other axes.

XLA's CPU code for such a sum goes down a column at a time, through memory that does not lie together; as a matrix
product with a row of ones it is one pass. The two maps are transposes of each other and primitives of JAX, so that each
platform has its form and derivatives of any order exist.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

from heron.ops.lowering.settled import settled


def add_bias(x: jax.Array, bias: jax.Array) -> jax.Array:
    """`x + bias` for `x` of `(..., channels)` and a bias of `(channels,)` of the same dtype."""
    return x + _SPREAD.bind(bias, shape=x.shape[:-1])


def channel_sum(x: jax.Array) -> jax.Array:
    """The sum over all axes but the last: `(..., channels)` to `(channels,)`."""
    return _CHANNEL_SUM.bind(x)


def _spread(bias: jax.Array, *, shape: tuple[Any, ...]) -> jax.Array:
    return jnp.broadcast_to(bias, (*shape, bias.shape[-1]))


def _sum(x: jax.Array) -> jax.Array:
    return x.sum(range(x.ndim - 1))


def _sum_on_cpu(x: jax.Array) -> jax.Array:
    if not jnp.issubdtype(x.dtype, jnp.floating):
        return _sum(x)
    rows = settled(x).reshape(-1, x.shape[-1]).astype(jnp.promote_types(x.dtype, jnp.float32))
    return jnp.matmul(jnp.ones((1, rows.shape[0]), rows.dtype), rows)[0].astype(x.dtype)


def _linear(name: str, reference: Callable[..., jax.Array], transpose: Callable[..., jax.Array]) -> Primitive:
    made = Primitive(name)
    made.def_impl(lambda x, **params: jax.jit(functools.partial(reference, **params))(x))
    made.def_abstract_eval(lambda x, **params: _abstract(reference, x, params))
    ad.deflinear2(made, lambda ct, x, **params: [transpose(ct, x)])
    batching.primitive_batchers[made] = lambda operands, axes, **params: (
        jax.vmap(functools.partial(reference, **params), axes)(*operands),
        0,
    )
    mlir.register_lowering(made, mlir.lower_fun(reference, multiple_results=False))
    return made


def _abstract(reference: Callable[..., jax.Array], x: Any, params: dict[str, Any]) -> Any:
    out = jax.eval_shape(functools.partial(reference, **params), x)
    return jax.core.ShapedArray(out.shape, out.dtype)


_SPREAD = _linear("spread_bias", _spread, lambda ct, bias: _CHANNEL_SUM.bind(ct))
_CHANNEL_SUM = _linear("channel_sum", _sum, lambda ct, x: _SPREAD.bind(ct, shape=x.aval.shape[:-1]))
mlir.register_lowering(_CHANNEL_SUM, mlir.lower_fun(_sum_on_cpu, multiple_results=False), platform="cpu")
