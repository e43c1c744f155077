"""From the loss of each sample to one number: masks, sample weights and the five reductions."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp

from heron.losses.alignment import aligned_weights, floating
from heron.ops.op import array
from heron.validate import one_of

REDUCTION = one_of("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None)


def divide_no_nan(x: Any, y: Any) -> Any:
    """`x / y`, and 0 where `y` is 0."""
    return jnp.where(y == 0, 0, x / jnp.where(y == 0, 1, y))


def apply_mask(sample_weight: Any, mask: Any, dtype: Any, reduction: str | None) -> Any:
    """Merges a mask into the weights.

    Under the means each kept entry weighs total/kept, so that the average is over kept entries only.

    Args:
        sample_weight: an array or None.
        mask: a boolean array or None.
        dtype: that of the result.
        reduction: how the values will be reduced.

    Returns:
        The weights, or None when there is neither mask nor weight.
    """
    if mask is None:
        return sample_weight
    mask = array(mask)
    weights = mask.astype(dtype)
    if reduction in ("mean", "sum_over_batch_size"):
        kept = jnp.sum(mask.astype(jnp.promote_types(dtype, jnp.float32)))
        weights = jnp.where(mask.astype(bool), divide_no_nan(mask.size, kept).astype(dtype), 0)
    if sample_weight is None:
        return weights
    weights, sample_weight = aligned_weights(weights, array(sample_weight, dtype))
    return weights * sample_weight


def reduce_values(values: Any, sample_weight: Any = None, reduction: str | None = "sum_over_batch_size") -> Any:
    """Sums or averages values that are already weighted; sums are made in float32 at least.

    Args:
        values: an array; scalars are returned as they are.
        sample_weight: the weights the values were multiplied with, for `"mean_with_sample_weight"`.
        reduction: one of heron's reductions.
    """
    if reduction in (None, "none") or values.shape in ((), (0,)):
        return values
    dtype = jnp.promote_types(values.dtype, jnp.float32)
    total = jnp.sum(values, dtype=dtype)
    if reduction == "mean_with_sample_weight" and sample_weight is not None:
        total = divide_no_nan(total, jnp.sum(sample_weight, dtype=dtype))
    elif reduction != "sum":
        total = total / max(math.prod(values.shape), 1)
    return total.astype(values.dtype)


def reduce_weighted_values(
    values: Any,
    sample_weight: Any = None,
    mask: Any = None,
    reduction: str | None = "sum_over_batch_size",
    dtype: Any = None,
) -> Any:
    """Weighs, masks and reduces the values of a loss.

    Args:
        values: the loss of each sample or step.
        sample_weight: None, or weights of the shape of the values or of their leading axes.
        mask: None, or a boolean array like `sample_weight`; False leaves an entry out.
        reduction: one of heron's reductions.
        dtype: the dtype to compute in, by default that of the values.

    Raises:
        ShapeError: for weights or a mask that do not fit the values.
    """
    values = floating(values) if dtype is None else array(values, dtype)
    weights = apply_mask(sample_weight, mask, values.dtype, reduction)
    if weights is not None:
        values, weights = aligned_weights(values, array(weights, values.dtype), "sample_weight (or mask)")
        values = values * weights
    return reduce_values(values, weights, reduction)
