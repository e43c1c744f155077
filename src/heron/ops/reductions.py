"""Ops that take many elements together: sums, means, extremes, ranks, running totals.

`axis` is an axis, several, or None for all; `keepdims` keeps the axes with size 1.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from heron.ops.factory import axes, reduction
from heron.ops.op import array, dtype_or_none, floating, op, operand

__all__ = [
    "all",
    "amax",
    "amin",
    "any",
    "argmax",
    "argmin",
    "average",
    "count_nonzero",
    "cumprod",
    "cumsum",
    "max",
    "mean",
    "median",
    "min",
    "nanargmax",
    "nanargmin",
    "nancumprod",
    "nancumsum",
    "nanmax",
    "nanmean",
    "nanmedian",
    "nanmin",
    "nanpercentile",
    "nanprod",
    "nanquantile",
    "nanstd",
    "nansum",
    "nanvar",
    "percentile",
    "prod",
    "ptp",
    "quantile",
    "std",
    "sum",
    "var",
]

all = reduction("all", "Whether all elements are true (not 0).")
any = reduction("any", "Whether any element is true (not 0).")
sum = reduction("sum", "The sum.")
amax = reduction("amax", "The greatest element.")
amin = reduction("amin", "The smallest element.")
ptp = reduction("ptp", "The greatest element minus the smallest.")
median = reduction("median", "The middle element, or the mean of the middle two.", convert=floating)
std = reduction("std", "The standard deviation (of the whole population).", convert=floating)
argmax = reduction("argmax", "The index of the greatest element along one axis; of the flattened array for None.")
argmin = reduction("argmin", "The index of the smallest element along one axis; of the flattened array for None.")

nansum = reduction("nansum", "The sum, NaN counted as 0.")
nanprod = reduction("nanprod", "The product, NaN counted as 1.")
nanmax = reduction("nanmax", "The greatest element, passing over NaN.")
nanmin = reduction("nanmin", "The smallest element, passing over NaN.")
nanmean = reduction("nanmean", "The mean, passing over NaN.")
nanmedian = reduction("nanmedian", "The median, passing over NaN.")
nanvar = reduction("nanvar", "The variance, passing over NaN.")
nanstd = reduction("nanstd", "The standard deviation, passing over NaN.")
nanargmax = reduction("nanargmax", "The index of the greatest element, passing over NaN.")
nanargmin = reduction("nanargmin", "The index of the smallest element, passing over NaN.")


@op
def mean(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The mean; of integers a float32. 16-bit floats are summed in float32."""
    x = array(x)
    wide = jnp.promote_types(x.dtype, "float32")
    total = jnp.mean(x, axis=axes(axis), keepdims=keepdims, dtype=wide)
    return total.astype(x.dtype if jnp.issubdtype(x.dtype, jnp.inexact) else wide)


@op
def var(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The variance (of the whole population). 16-bit floats are summed in float32."""
    x = floating(x)
    wide = jnp.promote_types(x.dtype, "float32")
    return jnp.var(x, axis=axes(axis), keepdims=keepdims, dtype=wide).astype(jnp.real(x).dtype)


@op
def max(x: Any, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Any:
    """The greatest element, at least `initial`."""
    return jnp.max(array(x), axis=axes(axis), keepdims=keepdims, initial=initial)


@op
def min(x: Any, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Any:
    """The smallest element, at most `initial`."""
    return jnp.min(array(x), axis=axes(axis), keepdims=keepdims, initial=initial)


@op
def prod(x: Any, axis: Any = None, keepdims: bool = False, dtype: Any = None) -> Any:
    """The product; computed in `dtype` if given."""
    return jnp.prod(array(x), axis=axes(axis), keepdims=keepdims, dtype=dtype_or_none(dtype))


@op
def average(x: Any, axis: Any = None, weights: Any = None) -> Any:
    """The mean weighted by `weights`, which have the shape of `x` or of its axis."""
    return jnp.average(floating(x), axis=axes(axis), weights=None if weights is None else array(weights))


@op
def count_nonzero(x: Any, axis: Any = None) -> Any:
    """How many elements are not 0, as int32."""
    return jnp.count_nonzero(array(x), axis=axes(axis)).astype("int32")


# ---- running totals -----------------------------------------------------------------------------------------------


@op
def cumsum(x: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """The sum of each element and all before it along `axis`; of the flattened array for None."""
    return jnp.cumsum(array(x), axis=axis, dtype=dtype_or_none(dtype))


@op
def cumprod(x: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """The product of each element and all before it along `axis`; of the flattened array for None."""
    return jnp.cumprod(array(x), axis=axis, dtype=dtype_or_none(dtype))


@op
def nancumsum(x: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """`cumsum` with NaN counted as 0."""
    return jnp.nancumsum(array(x), axis=axis, dtype=dtype_or_none(dtype))


@op
def nancumprod(x: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """`cumprod` with NaN counted as 1."""
    return jnp.nancumprod(array(x), axis=axis, dtype=dtype_or_none(dtype))


# ---- quantiles ----------------------------------------------------------------------------------------------------


@op
def quantile(x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False) -> Any:
    """The values below which the fractions `q` (0 to 1) of the elements lie.

    Where that is between two elements, `method` says which to take: `"linear"` (in between), `"lower"`, `"higher"`,
    `"midpoint"` or `"nearest"`.
    """
    return jnp.quantile(floating(x), operand(q), axis=axes(axis), method=method, keepdims=keepdims)


@op
def percentile(x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False) -> Any:
    """`quantile` with `q` in per cent, 0 to 100."""
    return jnp.percentile(floating(x), operand(q), axis=axes(axis), method=method, keepdims=keepdims)


@op
def nanquantile(x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False) -> Any:
    """`quantile`, passing over NaN."""
    return jnp.nanquantile(floating(x), operand(q), axis=axes(axis), method=method, keepdims=keepdims)


@op
def nanpercentile(x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False) -> Any:
    """`percentile`, passing over NaN."""
    return jnp.nanpercentile(floating(x), operand(q), axis=axes(axis), method=method, keepdims=keepdims)
