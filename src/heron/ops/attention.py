"""Attention: each query reads the values whose keys fit it best."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from heron.errors import ArgumentError, ShapeError, shape_text
from heron.ops.op import array, floating, op
from heron.validate import BOOL, POSITIVE, is_int

__all__ = ["dot_product_attention"]

_AXES = "(batch, steps, heads, features)"


@op
def dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    bias: Any = None,
    mask: Any = None,
    scale: float | None = None,
    is_causal: bool = False,
    flash_attention: bool | None = None,
    attn_logits_soft_cap: float | None = None,
) -> Any:
    """`softmax(query · key * scale + bias) · value`, for each head; the softmax is computed in at least float32.

    Args:
        query: `(batch, steps, heads, features)`.
        key: `(batch, source_steps, key_heads, features)`; `heads` is a multiple of `key_heads`, each of which serves
            as many heads of the query that lie side by side.
        value: `(batch, source_steps, key_heads, value_features)`.
        bias: what is added to the scores, of a shape that broadcasts to `(batch, heads, steps, source_steps)`.
        mask: True where a query may read a value, of such a shape too. A query that may read nothing reads the mean.
        scale: by default `1 / sqrt(features)`.
        is_causal: whether a step may read no later ones.
        flash_attention: True for cuDNN's kernel, or an error; False for matrix products; None for the kernel on GPUs
            when the numbers are of 16 bits and it takes these sizes.
        attn_logits_soft_cap: when given, scores are brought between `-cap` and `cap` by
            `cap * tanh(scores / cap)`.

    Returns:
        `(batch, steps, heads, value_features)`.

    Raises:
        ShapeError: when the shapes do not fit together.
        ArgumentError: for `flash_attention=True` where there is no such kernel.

    Source: Vaswani et al., "Attention is all you need", 2017; heads in groups: Ainslie et al., 2023.

    Example:
        >>> query, key = array([[[[0.0]], [[99.0]]]]), array([[[[1.0]], [[-1.0]]]])
        >>> dot_product_attention(query, key, key).tolist()
        [[[[0.0]], [[1.0]]]]
    """
    owner = "heron.ops.dot_product_attention"
    BOOL.check(owner, "is_causal", is_causal)
    BOOL.or_none().check(owner, "flash_attention", flash_attention)
    POSITIVE.or_none().check(owner, "attn_logits_soft_cap", attn_logits_soft_cap)
    q, k, v = (floating(x) for x in (query, key, value))
    _check_shapes(owner, q.shape, k.shape, v.shape)
    dtype = jnp.result_type(q, k, v)
    q, k, v = (x.astype(dtype) for x in (q, k, v))
    scale = 1 / math.sqrt(k.shape[-1]) if scale is None else scale
    full = (q.shape[0], q.shape[2], q.shape[1], k.shape[1])
    bias = None if bias is None else _four_axes(owner, "bias", array(bias, dtype), full)
    mask = None if mask is None else _four_axes(owner, "mask", array(mask, bool), full)
    if flash_attention or (flash_attention is None and _has_kernel(q, v, attn_logits_soft_cap)):
        return _by_kernel(q, k, v, bias, mask, scale, is_causal, attn_logits_soft_cap)
    return _by_products(q, k, v, bias, mask, scale, is_causal, attn_logits_soft_cap)


def _by_products(
    query: Any, key: Any, value: Any, bias: Any, mask: Any, scale: Any, is_causal: bool, cap: float | None
) -> Any:
    (batch, steps, heads, size), groups = query.shape, key.shape[2]
    grouped = query.reshape(batch, steps, groups, heads // groups, size)  # (B, T, K, G, H)
    scores = jnp.einsum("btkgh,bskh->bkgts", grouped, key, preferred_element_type=_wide(query))
    scores = scores.reshape(batch, heads, steps, key.shape[1]) * jnp.asarray(scale, scores.dtype)  # (B, N, T, S)
    if cap is not None:
        scores = jnp.tanh(scores / cap) * cap
    if bias is not None:
        scores = scores + bias
    if is_causal:
        causal = causal_mask(*scores.shape[-2:])
        mask = causal if mask is None else causal & mask
    weights = softmax_of_kept(scores, mask).astype(query.dtype)
    weights = weights.reshape(batch, groups, heads // groups, steps, key.shape[1])
    y = jnp.einsum("bkgts,bskh->btkgh", weights, value)
    return y.reshape(batch, steps, heads, value.shape[-1])


def softmax_of_kept(scores: Any, mask: Any, axis: Any = -1) -> Any:
    """The softmax of scores, in at least float32, those left out that a boolean mask is False for; the mean if all."""
    scores = scores.astype(_wide(scores))
    if mask is not None:
        scores = jnp.where(mask, scores, -0.7 * float(jnp.finfo(scores.dtype).max))
    return jax.nn.softmax(scores, axis=axis)


def causal_mask(steps: Any, source_steps: Any) -> Any:
    """`(steps, source_steps)`, True where the source's step is not later."""
    return jnp.arange(steps)[:, None] >= jnp.arange(source_steps)


def _wide(x: Any) -> Any:
    return jnp.promote_types(x.dtype, jnp.float32)


# ---- cuDNN ------------------------------------------------------------------------------------------------------


def _has_kernel(query: Any, value: Any, cap: float | None) -> bool:
    """Whether cuDNN surely computes this: 16-bit floats, features in eights up to 128, as many in the values."""
    size, dtype = query.shape[-1], query.dtype
    if dtype not in (jnp.bfloat16, jnp.float16) or size % 8 or size > 128 or value.shape[-1] != size:
        return False
    return cap is None and jax.default_backend() == "gpu" and all(isinstance(d, int) for d in query.shape)


def _by_kernel(
    query: Any, key: Any, value: Any, bias: Any, mask: Any, scale: Any, is_causal: bool, cap: float | None
) -> Any:
    if jax.default_backend() != "gpu" or cap is not None:
        where = "with attn_logits_soft_cap" if jax.default_backend() == "gpu" else f"on {jax.default_backend()}"
        raise ArgumentError(
            "heron.ops.dot_product_attention: flash_attention=True asks for cuDNN's kernel, which expects an NVIDIA "
            f"GPU and no attn_logits_soft_cap; received a call {where}.\n"
            "Leave flash_attention at None to use it where it can be."
        )
    return jax.nn.dot_product_attention(
        query, key, value, bias, mask, scale=scale, is_causal=is_causal, implementation="cudnn"
    )


# ---- shapes -----------------------------------------------------------------------------------------------------


def _check_shapes(owner: str, query: Any, key: Any, value: Any) -> None:
    received = f"received shapes {', '.join(shape_text(s) for s in (query, key, value))}"
    if {len(query), len(key), len(value)} != {4}:
        raise ShapeError(
            f"{owner} expects query, key and value with the axes {_AXES}; {received}.\n"
            "Split the features into heads: x.reshape(batch, steps, heads, -1); x[:, :, None] for one head."
        )
    if differ(key[:3], value[:3]):
        raise ShapeError(
            f"{owner} expects one value for each key: the same batch, steps and heads; {received}.\n"
            "Make both of the same source."
        )
    if differ((query[0], query[3]), (key[0], key[3])):
        raise ShapeError(
            f"{owner} expects queries and keys of the same batch and with as many features; {received}.\n"
            "Project both to the same number of features."
        )
    if query[2] % key[2]:
        raise ShapeError(
            f"{owner} expects a number of query heads that is a multiple of the {key[2]} heads of key and value; "
            f"{received}, with {query[2]} heads of the query.\nUse as many heads for both, or one for key and value."
        )


def differ(sizes: Sequence[Any], others: Sequence[Any]) -> bool:
    """Whether two shapes surely differ; sizes that are not known may be anything."""
    return any(is_int(a) and is_int(b) and a != b for a, b in zip(sizes, others, strict=True))


def _four_axes(owner: str, name: str, x: Any, full: tuple[Any, ...]) -> Any:
    """`x` with axes of size 1 in front; checked that it broadcasts to the scores."""
    wanted = [1 if is_int(d) and d == 1 else f for d, f in zip(x.shape[::-1], full[::-1], strict=False)]
    if x.ndim > 4 or differ(x.shape[::-1][:4], wanted):
        raise ShapeError(
            f"{owner} expects a {name} that broadcasts to (batch, heads, steps, source_steps), here "
            f"{shape_text(full)}; received shape {shape_text(x.shape)}.\n"
            f"For one {name} a sample write {name}[:, None], for all heads alike."
        )
    return x.reshape((1,) * (4 - x.ndim) + x.shape)
