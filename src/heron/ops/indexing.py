"""Ops that choose, sort, search and count elements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from heron.errors import ArgumentError, ShapeError, shape_text
from heron.ops.factory import axes
from heron.ops.op import array, op, operand

__all__ = [
    "argpartition",
    "argsort",
    "bincount",
    "digitize",
    "get_item",
    "histogram",
    "isin",
    "nonzero",
    "searchsorted",
    "select",
    "sort",
    "take",
    "take_along_axis",
    "unique",
    "unravel_index",
    "vectorize",
    "where",
]

# ---- choosing -----------------------------------------------------------------------------------------------------


@op
def where(condition: Any, x1: Any = None, x2: Any = None) -> Any:
    """`x1` where `condition` is true, `x2` elsewhere; without them the indices at which it is true.

    >>> where([True, False], [1, 2], [10, 20]).tolist()
    [1, 20]
    """
    if x1 is None and x2 is None:
        return jnp.where(array(condition))
    return jnp.where(array(condition), operand(x1), operand(x2))


@op
def select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Any:
    """For each element the choice that goes with the first condition that is true, `default` where none is."""
    return jnp.select([array(c) for c in condlist], [array(c) for c in choicelist], operand(default))


@op
def take(x: Any, indices: Any, axis: int | None = None) -> Any:
    """The elements, or slices along `axis`, at `indices`; NaN where an index does not exist."""
    return jnp.take(array(x), array(indices), axes(axis))


@op
def take_along_axis(x: Any, indices: Any, axis: int | None = None) -> Any:
    """From each line along `axis` the elements at the indices in the same line of `indices`."""
    return jnp.take_along_axis(array(x), array(indices), axis)


@op
def get_item(x: Any, key: Any) -> Any:
    """`x[key]`."""
    return array(x)[key]


@op
def nonzero(x: Any) -> Any:
    """The indices of the elements that are not 0: one array for each axis. Not inside compiled programs."""
    return jnp.nonzero(array(x))


@op
def unique(
    x: Any,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None,
    fill_value: Any = None,
) -> Any:
    """The distinct elements, or slices along `axis`, in rising order.

    Args:
        x: an array.
        sorted: whether the result has to be in order; it always is.
        return_index: return where each was first found as well.
        return_inverse: return the place in the result of each element as well.
        return_counts: return how often each was found as well.
        axis: the axis whose slices are compared; None compares single elements.
        size: how many to return, needed inside compiled programs.
        fill_value: what fills a result of `size` when there are fewer.
    """
    return jnp.unique(
        array(x),
        return_index=return_index,
        return_inverse=return_inverse,
        return_counts=return_counts,
        axis=axis,
        equal_nan=False,
        size=size,
        fill_value=fill_value,
    )


# ---- sorting and searching ----------------------------------------------------------------------------------------


@op
def sort(x: Any, axis: int = -1) -> Any:
    """`x` in rising order along `axis`."""
    return jnp.sort(array(x), axis)


@op
def argsort(x: Any, axis: int | None = -1) -> Any:
    """The indices that sort `x` along `axis`; of the flattened array for None."""
    x = array(x)
    return jnp.argsort(x, None if x.ndim == 0 else axis)


@op
def argpartition(x: Any, kth: int, axis: int | None = -1) -> Any:
    """Indices that bring the `kth` element to its sorted place, smaller ones before it and greater ones after it."""
    x = array(x)
    return jnp.argpartition(x.ravel() if axis is None else x, kth, 0 if axis is None else axis)


@op
def searchsorted(sorted_sequence: Any, values: Any, side: str = "left") -> Any:
    """Where `values` would have to be inserted into a sorted vector; `side` says on which side of equal ones.

    Raises:
        ShapeError: for a sequence that is not a vector.
    """
    sorted_sequence = array(sorted_sequence)
    if sorted_sequence.ndim != 1:
        raise ShapeError(
            "heron.ops.searchsorted: argument 'sorted_sequence' must be a vector; "
            f"received shape {shape_text(sorted_sequence.shape)}.\n"
            "Use heron.ops.vectorized_map to search several sequences."
        )
    return jnp.searchsorted(sorted_sequence, array(values), side=side)


@op
def digitize(x: Any, bins: Any) -> Any:
    """The number of the bin each element falls into: how many of the rising `bins` are not above it."""
    return jnp.digitize(array(x), array(bins))


@op
def isin(x1: Any, x2: Any, assume_unique: bool = False, invert: bool = False) -> Any:
    """Whether each element of `x1` is anywhere in `x2`; the opposite with `invert`."""
    return jnp.isin(array(x1), array(x2), assume_unique=assume_unique, invert=invert)


@op
def unravel_index(indices: Any, shape: Sequence[int]) -> Any:
    """Indices into a flattened array as indices along each axis of an array of `shape`."""
    return jnp.unravel_index(array(indices), tuple(shape))


# ---- counting -----------------------------------------------------------------------------------------------------


@op
def bincount(x: Any, weights: Any = None, minlength: int = 0, sparse: bool = False) -> Any:
    """How often each number from 0 up occurs in `x`, or the sum of its `weights`. Not inside compiled programs.

    Args:
        x: integers of shape `(n,)` or `(batch, n)`; each row is counted alone.
        weights: an array of the same shape.
        minlength: the least length of the result.
        sparse: accepted for Keras's signature; heron's arrays are dense.

    Raises:
        ArgumentError: for `sparse=True`.
    """
    if sparse:
        raise ArgumentError("heron.ops.bincount: heron's arrays are dense; received sparse=True.\nLeave sparse out.")
    x = array(x)
    length = max(int(x.max()) + 1 if x.size else 0, minlength)
    if weights is None:
        counts: Callable[..., Any] = lambda row: jnp.bincount(row, length=length)  # noqa: E731 - one expression
        return counts(x) if x.ndim == 1 else jax.vmap(counts)(x)
    totals: Callable[..., Any] = lambda row, weight: jnp.bincount(row, weight, length=length)  # noqa: E731
    return totals(x, array(weights)) if x.ndim == 1 else jax.vmap(totals)(x, array(weights))


@op
def histogram(x: Any, bins: Any = 10, range: tuple[float, float] | None = None) -> Any:
    """How many elements fall into each of `bins` equal intervals of `range`, and the edges of the intervals."""
    return jnp.histogram(array(x), bins=operand(bins), range=range)


def vectorize(pyfunc: Callable[..., Any], *, excluded: Any = None, signature: str | None = None) -> Any:
    """A function that applies `pyfunc` to every element of its arguments, broadcast against each other."""
    return jnp.vectorize(pyfunc, excluded=frozenset(excluded or ()), signature=signature)
