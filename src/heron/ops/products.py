"""Ops that multiply and add along axes: products, determinants, correlations, differences, areas."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from heron.ops.factory import binary, unary
from heron.ops.op import array, floating, op

__all__ = [
    "corrcoef",
    "correlate",
    "cross",
    "diff",
    "dot",
    "einsum",
    "inner",
    "kron",
    "matmul",
    "outer",
    "slogdet",
    "tensordot",
    "trace",
    "trapezoid",
    "vdot",
]

dot = binary("dot", "The sum of products over the last axis of `x1` and the last but one of `x2`.", convert=array)
vdot = binary("vdot", "The sum of products of all elements, those of `x1` conjugated.", convert=array)
inner = binary("inner", "The sum of products over the last axis of both.", convert=array)
outer = binary("outer", "All products of an element of `x1` and one of `x2`, both flattened: a matrix.", convert=array)
kron = binary("kron", "The Kronecker product: each element of `x1` times the whole of `x2`.", convert=array)
slogdet = unary(
    "slogdet",
    "The sign of the determinant and the logarithm of its size.",
    lambda x: tuple(jnp.linalg.slogdet(x)),
    convert=floating,
)
corrcoef = unary("corrcoef", "The correlation of each row with each row: a matrix.", convert=floating)


@op
def matmul(x1: Any, x2: Any) -> Any:
    """Products of matrices `(..., n, m)` and `(..., m, k)`; those of int8 are summed in int32."""
    x1, x2 = array(x1), array(x2)
    whole = x1.dtype == jnp.int8 and x2.dtype == jnp.int8
    return jnp.matmul(x1, x2, preferred_element_type=jnp.int32 if whole else None)


@op
def tensordot(x1: Any, x2: Any, axes: Any = 2) -> Any:
    """The sum of products over the last `axes` axes of `x1` and the first of `x2`, or over two lists of axes."""
    return jnp.tensordot(array(x1), array(x2), axes)


@op
def einsum(subscripts: str, *operands: Any, **kwargs: Any) -> Any:
    """The sum of products that `subscripts` describes: axes with one letter are multiplied, those left out summed.

    >>> einsum("ij,j->i", [[1, 2], [3, 4]], [1, 1]).tolist()
    [3, 7]
    """
    arrays = [array(x) for x in operands]
    if all(x.dtype == jnp.int8 for x in arrays):
        kwargs = {"preferred_element_type": jnp.int32, **kwargs}
    return jnp.einsum(subscripts, *arrays, **kwargs)


@op
def cross(x1: Any, x2: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Any:
    """The vector product of vectors of 2 or 3 elements along the axes named; `axis` names all three at once."""
    return jnp.cross(array(x1), array(x2), axisa, axisb, axisc, axis)


@op
def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The sum of the diagonals of the matrices that two axes span."""
    return jnp.trace(array(x), offset, axis1, axis2)


@op
def correlate(x1: Any, x2: Any, mode: str = "valid") -> Any:
    """The sums of products of `x1` and `x2` slid along it; `mode` is `"valid"`, `"same"` or `"full"`."""
    return jnp.correlate(array(x1), array(x2), mode)


@op
def diff(a: Any, n: int = 1, axis: int = -1) -> Any:
    """Each element minus the one before along `axis`, `n` times over."""
    return jnp.diff(array(a), n, axis)


@op
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The area under `y` along `axis`, straight lines between the points, which lie at `x` or `dx` apart."""
    return jnp.trapezoid(array(y), None if x is None else array(x), dx, axis)
