"""Linear algebra on matrices, the last two axes of an array; axes in front are a batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from heron.errors import ArgumentError, ShapeError, shape_text
from heron.ops.factory import unary
from heron.ops.op import array, floating, op
from heron.validate import one_of

__all__ = [
    "cholesky",
    "cholesky_inverse",
    "det",
    "eig",
    "eigh",
    "inv",
    "jvp",
    "lstsq",
    "lu_factor",
    "matrix_rank",
    "norm",
    "pinv",
    "qr",
    "solve",
    "solve_triangular",
    "svd",
]

_QR_MODES = one_of("reduced", "complete")

det = unary("det", "The determinant.", jnp.linalg.det, convert=floating)
inv = unary("inv", "The inverse matrix.", jnp.linalg.inv, convert=floating)
eig = unary("eig", "The eigenvalues and the matrix of eigenvectors; on CPU only.", jnp.linalg.eig, convert=floating)
eigh = unary(
    "eigh",
    "The eigenvalues, rising, and the matrix of eigenvectors of a symmetric matrix.",
    lambda x: tuple(jnp.linalg.eigh(x)),
    convert=floating,
)


def _at_least_matrix(name: str, x: Any) -> Any:
    x = floating(x)
    if x.ndim < 2:
        raise ShapeError(
            f"heron.ops.{name}: argument 'x' must be a matrix or a batch of them; "
            f"received shape {shape_text(x.shape)}.\n"
            "Give the vector a second axis: heron.ops.expand_dims(x, 0)."
        )
    return x


@op
def cholesky(x: Any, upper: bool = False) -> Any:
    """The triangular matrix whose product with its transpose is `x`; lower unless `upper`.

    Raises:
        ArgumentError: when `x` is not positive definite; inside compiled programs the result is NaN instead.
    """
    factor = jnp.linalg.cholesky(_at_least_matrix("cholesky", x), upper=upper)
    if not isinstance(factor, jax.core.Tracer) and np.isnan(np.asarray(factor, "float32")).any():
        raise ArgumentError(
            "heron.ops.cholesky: argument 'x' must be positive definite; received a matrix that is not.\n"
            "For a covariance matrix, add a small number to its diagonal: x + 1e-6 * heron.ops.eye(n)."
        )
    return factor


@op
def cholesky_inverse(x: Any, upper: bool = False) -> Any:
    """The inverse of the matrix whose Cholesky factor is `x`."""
    x = _at_least_matrix("cholesky_inverse", x)
    root = jax.scipy.linalg.solve_triangular(x, jnp.eye(x.shape[-1], dtype=x.dtype), lower=not upper)
    flipped = jnp.swapaxes(root, -1, -2)
    return root @ flipped if upper else flipped @ root


@op
def solve(a: Any, b: Any) -> Any:
    """The `x` for which `a @ x` is `b`."""
    return jnp.linalg.solve(floating(a), floating(b))


@op
def solve_triangular(a: Any, b: Any, lower: bool = False) -> Any:
    """The `x` for which `a @ x` is `b`, for a triangular `a`; upper unless `lower`."""
    return jax.scipy.linalg.solve_triangular(floating(a), floating(b), lower=lower)


@op
def lstsq(a: Any, b: Any, rcond: float | None = None) -> Any:
    """The `x` for which the squares of `a @ x - b` add up to least.

    Singular values below `rcond` times the greatest count as 0.

    >>> lstsq([[1.0], [1.0]], [1.0, 3.0]).tolist()
    [2.0]
    """
    return jnp.linalg.lstsq(floating(a), floating(b), rcond=rcond)[0]


@op
def qr(x: Any, mode: str = "reduced") -> Any:
    """An orthogonal and an upper triangular matrix whose product is `x`; `mode` is `"reduced"` or `"complete"`."""
    _QR_MODES.check("heron.ops.qr", "mode", mode)
    return tuple(jnp.linalg.qr(_at_least_matrix("qr", x), mode=mode))


@op
def svd(x: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """`u`, `s` and `vh` for which `u @ diag(s) @ vh` is `x`, `s` falling; only `s` without `compute_uv`."""
    x = _at_least_matrix("svd", x)
    if not compute_uv:
        return jnp.linalg.svd(x, full_matrices=full_matrices, compute_uv=False)
    return tuple(jnp.linalg.svd(x, full_matrices=full_matrices))


@op
def lu_factor(x: Any) -> Any:
    """The lower and upper triangular factors in one matrix, and the rows exchanged on the way."""
    return tuple(jax.scipy.linalg.lu_factor(_at_least_matrix("lu_factor", x)))


@op
def matrix_rank(x: Any, tol: float | None = None) -> Any:
    """How many singular values are greater than `tol`, as int32."""
    return jnp.linalg.matrix_rank(_at_least_matrix("matrix_rank", x), tol).astype("int32")


@op
def pinv(x: Any, rcond: float | None = None) -> Any:
    """The pseudo-inverse (Moore, Penrose); singular values below `rcond` times the greatest count as 0."""
    return jnp.linalg.pinv(_at_least_matrix("pinv", x), rcond)


@op
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """The length of vectors, or the norm of matrices when `axis` names two axes.

    Args:
        x: an array.
        ord: which norm: for vectors a number `p`, infinity or 0; for matrices also `"fro"` and `"nuc"`. By default the
            root of the sum of squares.
        axis: one axis (vectors), two (matrices), or None: the whole array.
        keepdims: keep the axes with size 1.

    Example:
        >>> norm([3.0, 4.0]).tolist()
        5.0
    """
    return jnp.linalg.norm(floating(x), ord, tuple(axis) if isinstance(axis, list) else axis, keepdims)


def jvp(fun: Callable[..., Any], primals: Any, tangents: Any, has_aux: bool = False) -> Any:
    """The value of `fun` at `primals`, and its derivative in the direction `tangents`.

    >>> jvp(lambda x: x * x, (3.0,), (1.0,))[1].tolist()
    6.0
    """
    primals, tangents = (tuple(array(v) for v in values) for values in (primals, tangents))
    return jax.jvp(fun, primals, tangents, has_aux=has_aux)
