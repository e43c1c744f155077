"""Ops that change how elements are arranged and leave their values alone: reshape, join, split, move, pad."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from heron.errors import ArgumentError
from heron.ops.factory import axes, unary
from heron.ops.op import array, dtype_or_none, op, operand

__all__ = [
    "append",
    "array_split",
    "broadcast_to",
    "concatenate",
    "copy",
    "diag",
    "diagflat",
    "diagonal",
    "dsplit",
    "dstack",
    "expand_dims",
    "flip",
    "fliplr",
    "flipud",
    "hsplit",
    "hstack",
    "moveaxis",
    "ndim",
    "pad",
    "ravel",
    "repeat",
    "reshape",
    "roll",
    "rot90",
    "size",
    "split",
    "squeeze",
    "stack",
    "swapaxes",
    "tile",
    "transpose",
    "tril",
    "triu",
    "view",
    "vsplit",
    "vstack",
]

_array = array  # where an argument has its name

# ---- shape --------------------------------------------------------------------------------------------------------

ravel = unary("ravel", "All elements as one vector, the last axis running fastest.", convert=array)
copy = unary("copy", "A copy.")


@op
def reshape(x: Any, newshape: Any) -> Any:
    """The same elements in another shape, one size of which may be -1: what is left over.

    >>> reshape([1, 2, 3, 4], (2, -1)).tolist()
    [[1, 2], [3, 4]]
    """
    sizes = [newshape] if not isinstance(newshape, list | tuple) else newshape
    return jnp.reshape(array(x), tuple(-1 if size is None else size for size in sizes))


@op
def expand_dims(x: Any, axis: Any) -> Any:
    """`x` with a new axis of size 1 at `axis`, or several."""
    return jnp.expand_dims(operand(x), axes(axis))


@op
def squeeze(x: Any, axis: Any = None) -> Any:
    """`x` without the axes of size 1 named by `axis`; without all of them for None."""
    return jnp.squeeze(array(x), axes(axis))


@op
def broadcast_to(x: Any, shape: Sequence[int]) -> Any:
    """`x` repeated along axes of size 1, and along new ones in front, to have `shape`."""
    return jnp.broadcast_to(operand(x), tuple(shape))


@op
def view(x: Any, dtype: Any = None) -> Any:
    """The same bits read as another dtype."""
    return array(x).view(dtype_or_none(dtype))


def ndim(x: Any) -> int:
    """The number of axes."""
    return len(x.shape) if hasattr(x, "shape") else jnp.ndim(array(x))


def size(x: Any) -> Any:
    """The number of elements; None for a symbolic tensor with an unknown axis."""
    return x.size if hasattr(x, "size") else array(x).size


# ---- order of axes ------------------------------------------------------------------------------------------------


@op
def transpose(x: Any, axes: Sequence[int] | None = None) -> Any:
    """`x` with its axes in the order `axes`; reversed for None."""
    return jnp.transpose(array(x), axes)


@op
def moveaxis(x: Any, source: Any, destination: Any) -> Any:
    """`x` with the axes `source` moved to the places `destination`."""
    return jnp.moveaxis(array(x), source, destination)


@op
def swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    """`x` with two axes exchanged."""
    return jnp.swapaxes(array(x), axis1, axis2)


@op
def flip(x: Any, axis: Any = None) -> Any:
    """`x` with the order of elements reversed along `axis`, or several; along all for None."""
    return jnp.flip(array(x), axes(axis))


fliplr = unary("fliplr", "`x` reversed along axis 1.", convert=array)
flipud = unary("flipud", "`x` reversed along axis 0.", convert=array)


@op
def rot90(array: Any, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Any:
    """`array` turned by 90 degrees `k` times in the plane of two axes, from the first towards the second."""
    return jnp.rot90(_array(array), k, (axes[0], axes[1]))


@op
def roll(x: Any, shift: Any, axis: Any = None) -> Any:
    """`x` moved by `shift` places along `axis`; what falls off the end comes back at the start."""
    return jnp.roll(array(x), shift, axes(axis))


# ---- joining and splitting ----------------------------------------------------------------------------------------


@op
def concatenate(xs: Sequence[Any], axis: int = 0) -> Any:
    """Arrays joined along an axis they have.

    >>> concatenate([[1, 2], [3]]).tolist()
    [1, 2, 3]
    """
    return jnp.concatenate([array(x) for x in xs], axis)


@op
def stack(x: Sequence[Any], axis: int = 0) -> Any:
    """Arrays of one shape joined along a new axis."""
    return jnp.stack([array(part) for part in x], axis)


@op
def append(x1: Any, x2: Any, axis: int | None = None) -> Any:
    """`x2` joined to the end of `x1` along `axis`; both flattened for None."""
    return jnp.append(array(x1), array(x2), axis)


@op
def hstack(xs: Sequence[Any]) -> Any:
    """Arrays joined along axis 1, vectors along axis 0."""
    return jnp.hstack([array(x) for x in xs])


@op
def vstack(xs: Sequence[Any]) -> Any:
    """Arrays joined along axis 0, vectors as rows."""
    return jnp.vstack([array(x) for x in xs])


@op
def dstack(xs: Sequence[Any]) -> Any:
    """Arrays joined along axis 2, which they are given if they have none."""
    return jnp.dstack([array(x) for x in xs])


@op
def split(x: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    """A list of parts of `x` along `axis`: as many equal ones as a number says, or cut before each index of a list."""
    return jnp.split(array(x), indices_or_sections, axis)


@op
def array_split(x: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    """`split` into parts that may differ by one in length."""
    return jnp.array_split(array(x), indices_or_sections, axis)


@op
def hsplit(x: Any, indices_or_sections: Any) -> Any:
    """`split` along axis 1, vectors along axis 0."""
    return jnp.hsplit(array(x), indices_or_sections)


@op
def vsplit(x: Any, indices_or_sections: Any) -> Any:
    """`split` along axis 0."""
    return jnp.vsplit(array(x), indices_or_sections)


@op
def dsplit(x: Any, indices_or_sections: Any) -> Any:
    """`split` along axis 2."""
    return jnp.dsplit(array(x), indices_or_sections)


# ---- repetition and margins ---------------------------------------------------------------------------------------


@op
def repeat(x: Any, repeats: Any, axis: int | None = None) -> Any:
    """Each element `repeats` times along `axis`; of the flattened array for None."""
    return jnp.repeat(array(x), repeats if isinstance(repeats, int) else np.asarray(repeats), axis)


@op
def tile(x: Any, repeats: Any) -> Any:
    """The whole array repeated, `repeats` times along each axis."""
    return jnp.tile(array(x), repeats)


@op
def pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = None) -> Any:
    """`x` with margins.

    Args:
        x: an array.
        pad_width: `((before, after), ...)` for each axis, one pair or one number for all.
        mode: `"constant"`, `"reflect"`, `"symmetric"`, `"edge"`, `"wrap"` or another of `numpy.pad`.
        constant_values: what to fill with, 0 by default; for `mode="constant"` only.

    Raises:
        ArgumentError: for `constant_values` with another mode.
    """
    if constant_values is None:
        return jnp.pad(array(x), pad_width, mode)
    if mode != "constant":
        raise ArgumentError(
            f"heron.ops.pad: argument 'constant_values' goes with mode='constant'; received mode={mode!r}.\n"
            "Leave constant_values out, or use mode='constant'."
        )
    return jnp.pad(array(x), pad_width, mode, constant_values=operand(constant_values))


# ---- diagonals and triangles --------------------------------------------------------------------------------------


@op
def diag(x: Any, k: int = 0) -> Any:
    """The diagonal of a matrix, moved right by `k`; or a matrix with the vector `x` there and zeros elsewhere."""
    return jnp.diag(array(x), k)


@op
def diagflat(x: Any, k: int = 0) -> Any:
    """A matrix with the flattened `x` on the diagonal, moved right by `k`."""
    return jnp.diagflat(array(x), k)


@op
def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The diagonals of the matrices that two axes span, along a new last axis."""
    return jnp.diagonal(array(x), offset, axis1, axis2)


@op
def tril(x: Any, k: int = 0) -> Any:
    """Matrices with zeros above the diagonal, moved right by `k`."""
    return jnp.tril(array(x), k)


@op
def triu(x: Any, k: int = 0) -> Any:
    """Matrices with zeros below the diagonal, moved right by `k`."""
    return jnp.triu(array(x), k)
