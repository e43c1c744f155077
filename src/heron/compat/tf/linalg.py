"""`tf.linalg`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from heron import ops
from heron.compat.tf.arrays import einsum, eye, matmul, norm, tensordot  # noqa: F401 (in __all__)
from heron.compat.tf.host import raw
from heron.ops import linalg

_SAME = {"det": "det", "inv": "inv", "pinv": "pinv", "cholesky": "cholesky", "qr": "qr", "eigh": "eigh"}


def _function(name: str) -> Callable[..., Any]:
    def function(input: Any, name_: str | None = None) -> Any:
        return getattr(linalg, name)(raw(input))

    function.__name__, function.__doc__ = name, f"The op `keras.ops.linalg.{name}`."
    return function


det, inv, pinv, cholesky, qr, eigh = (_function(name) for name in _SAME)


def matvec(a: Any, b: Any, **kwargs: Any) -> Any:
    """The product of a matrix and a vector."""
    return ops.matmul(raw(a), raw(b))


def solve(matrix: Any, rhs: Any, **kwargs: Any) -> Any:
    """`x` with `matrix @ x = rhs`."""
    return linalg.solve(raw(matrix), raw(rhs))


def svd(tensor: Any, full_matrices: bool = False, compute_uv: bool = True, name: str | None = None) -> Any:
    """Singular values, and the vectors `u` and `v` in TensorFlow's order `s, u, v`."""
    if not compute_uv:
        return linalg.svd(raw(tensor), full_matrices, False)
    u, s, vh = linalg.svd(raw(tensor), full_matrices, True)
    return s, u, ops.swapaxes(vh, -1, -2)


def trace(x: Any, name: str | None = None) -> Any:
    """The sum of the diagonal."""
    return ops.trace(raw(x), axis1=-2, axis2=-1)


def diag(diagonal: Any, **kwargs: Any) -> Any:
    """A matrix with this diagonal."""
    return ops.diag(raw(diagonal))


def diag_part(input: Any, **kwargs: Any) -> Any:
    """The diagonal."""
    return ops.diagonal(raw(input), axis1=-2, axis2=-1)


def matrix_transpose(a: Any, **kwargs: Any) -> Any:
    """Rows and columns exchanged."""
    return ops.swapaxes(raw(a), -1, -2)


def band_part(input: Any, num_lower: int, num_upper: int, name: str | None = None) -> Any:
    """A matrix, 0 but for so many diagonals below and above the middle; -1 for all of them."""
    made = raw(input)
    made = made if num_lower < 0 else ops.triu(made, -num_lower)
    return made if num_upper < 0 else ops.tril(made, num_upper)


__all__ = [*_SAME, *(
    "band_part diag diag_part einsum eye matmul matrix_transpose matvec norm solve svd tensordot trace"
).split()]  # fmt: skip
