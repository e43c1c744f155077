"""Ops that make arrays: constants, ranges, grids, windows. Without a dtype the result is `floatx`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from heron import config
from heron.ops import op as op_module
from heron.ops.factory import unary
from heron.ops.op import array_dtype, dtype_or_none, op, operand

__all__ = [
    "arange",
    "array",
    "bartlett",
    "blackman",
    "empty",
    "empty_like",
    "eye",
    "full",
    "full_like",
    "geomspace",
    "hamming",
    "hanning",
    "identity",
    "kaiser",
    "linspace",
    "logspace",
    "meshgrid",
    "ones",
    "ones_like",
    "tri",
    "vander",
    "zeros",
    "zeros_like",
]

Shape = int | Sequence[int]


def zeros(shape: Shape, dtype: Any = None) -> Any:
    """An array of zeros."""
    return jnp.zeros(shape, array_dtype(dtype))


def ones(shape: Shape, dtype: Any = None) -> Any:
    """An array of ones."""
    return jnp.ones(shape, array_dtype(dtype))


def empty(shape: Shape, dtype: Any = None) -> Any:
    """An array whose values do not matter (zeros)."""
    return jnp.empty(shape, array_dtype(dtype))


@op
def full(shape: Shape, fill_value: Any, dtype: Any = None) -> Any:
    """An array filled with `fill_value`."""
    return jnp.full(shape, operand(fill_value), array_dtype(dtype))


@op
def zeros_like(x: Any, dtype: Any = None) -> Any:
    """Zeros of the shape of `x`, and of its dtype unless another is given."""
    return jnp.zeros_like(operand(x), dtype_or_none(dtype))


@op
def ones_like(x: Any, dtype: Any = None) -> Any:
    """Ones of the shape of `x`, and of its dtype unless another is given."""
    return jnp.ones_like(operand(x), dtype_or_none(dtype))


@op
def empty_like(x: Any, dtype: Any = None) -> Any:
    """An array of the shape of `x` whose values do not matter (zeros)."""
    return jnp.empty_like(operand(x), dtype_or_none(dtype))


@op
def full_like(x: Any, fill_value: Any, dtype: Any = None) -> Any:
    """An array of the shape of `x` filled with `fill_value`."""
    return jnp.full_like(operand(x), operand(fill_value), dtype_or_none(dtype))


@op
def array(x: Any, dtype: Any = None) -> Any:
    """`x`, a number, nested list or array, as an array."""
    return op_module.array(x, dtype)


def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Any:
    """A matrix `(N, M)` with ones on the diagonal, moved right by `k`."""
    return jnp.eye(N, M, k, array_dtype(dtype))


def identity(n: int, dtype: Any = None) -> Any:
    """A matrix `(n, n)` with ones on the diagonal."""
    return jnp.identity(n, array_dtype(dtype))


def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Any:
    """A matrix `(N, M)` with ones on and below the diagonal, moved right by `k`."""
    return jnp.tri(N, M, k, array_dtype(dtype))


@op
def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """A matrix whose columns are the powers of `x`, falling to 0, or rising from it when `increasing`."""
    return jnp.vander(op_module.array(x), N, increasing)


# ---- ranges and grids ---------------------------------------------------------------------------------------------


def arange(start: Any, stop: Any = None, step: Any = None, dtype: Any = None) -> Any:
    """The numbers from `start` up to, but not including, `stop`, `step` apart; from 0 to `start` when it stands alone.

    >>> arange(3).tolist(), arange(1, 2, 0.5).tolist()
    ([0, 1, 2], [1.0, 1.5])
    """
    if dtype is None and any(isinstance(v, float) for v in (start, stop, step)):
        dtype = config.floatx()
    return jnp.arange(start, stop, step, dtype=dtype_or_none(dtype))


@op
def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """`num` numbers evenly from `start` to `stop` (left out without `endpoint`); and the step with `retstep`."""
    return jnp.linspace(operand(start), operand(stop), num, endpoint, retstep, dtype_or_none(dtype), axis)


@op
def logspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    base: Any = 10,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """`base` to the power of `num` numbers evenly from `start` to `stop`."""
    return jnp.logspace(operand(start), operand(stop), num, endpoint, base, dtype_or_none(dtype), axis)


@op
def geomspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0) -> Any:
    """`num` numbers from `start` to `stop`, each the same multiple of the one before."""
    return jnp.geomspace(operand(start), operand(stop), num, endpoint, dtype_or_none(dtype), axis)


@op
def meshgrid(*x: Any, indexing: str = "xy") -> Any:
    """The coordinates of every point of the grid spanned by vectors: one array for each vector.

    `indexing="xy"` puts the first vector along axis 1, `"ij"` along axis 0.
    """
    return jnp.meshgrid(*(op_module.array(v) for v in x), indexing=indexing)


# ---- windows ------------------------------------------------------------------------------------------------------


def _window(name: str, shape: str) -> Any:
    function = getattr(jnp, name)
    doc = f"The {name.capitalize()} window of `x` samples: {shape}."
    return unary(name, doc, lambda x: function(int(x)).astype(config.floatx()))


bartlett = _window("bartlett", "a triangle that is 0 at both ends")
blackman = _window("blackman", "a sum of two cosines, nearly 0 at both ends")
hamming = _window("hamming", "a raised cosine, 0.08 at both ends")
hanning = _window("hanning", "a raised cosine, 0 at both ends")


def kaiser(x: int, beta: float) -> Any:
    """The Kaiser window of `x` samples; the greater `beta`, the narrower."""
    return jnp.kaiser(int(x), beta).astype(config.floatx())
