"""Dot products of the samples of two tensors."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron.errors import ShapeError
from heron.layers.merge import Merge, received
from heron.validate import BOOL, Rule, is_int

_AXES = Rule(
    "an integer, or two of them: one for each tensor",
    lambda v: is_int(v) or (isinstance(v, list | tuple) and len(v) == 2 and all(map(is_int, v))),
    (1, -1, (1, 2), [2, 1]),
    ("1", (1,), (1, 2, 3), (1, 1.5), None),
)
_SMALLEST_NORM = 1e-7


class Dot(Merge):
    """Sums the products of two tensors along one axis of each, sample by sample.

    Args:
        axes: the axis of both tensors, or the pair of axes; the batch axis 0 is not among them.
        normalize: whether the tensors are first scaled to Euclidean length 1 along the axis, so that the result is the
            cosine of the angle between them.

    Input shape:
        A list of two tensors with the same size along their axis.

    Output shape:
        The other axes of the first, then those of the second; `(batch, 1)` if there are none.

    Raises:
        ShapeError: naming the layers whose outputs do not fit together.

    Example:
    >>> Dot(axes=1)([[[1.0, 2.0]], [[10.0, 100.0]]]).tolist()
    [[210.0]]
    """

    rules = {"axes": _AXES, "normalize": BOOL}
    exactly_two = True

    def __init__(self, axes: Any, normalize: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axes = axes if is_int(axes) else tuple(axes)
        self.normalize = normalize

    def positions(self, ndims: list[int]) -> list[int]:
        """The axis of each tensor, counted from the front."""
        axes = (self.axes, self.axes) if is_int(self.axes) else self.axes
        return [axis + ndim if axis < 0 else axis for axis, ndim in zip(axes, ndims, strict=True)]

    def check_shapes(self, inputs: Any, shapes: list[tuple[Any, ...]]) -> None:
        """Raises `ShapeError` unless the two axes exist and have the same size."""
        ndims = [len(s) for s in shapes]
        axes = self.positions(ndims)
        if any(not 0 < axis < ndim for axis, ndim in zip(axes, ndims, strict=True)):
            raise ShapeError(
                f"{self._who()} sums along axes={self.axes}, which must be axes of the tensors other than the batch "
                f"axis 0; {received(inputs)}."
            )
        first, second = (s[axis] for s, axis in zip(shapes, axes, strict=True))
        if first != second and None not in (first, second):
            raise ShapeError(
                f"{self._who()} sums along axes={self.axes}, which must have the same size; {received(inputs)}, where "
                f"the sizes are {first} and {second}.\nChoose other axes, or give the layers before as many units."
            )

    def call(self, inputs: Any) -> Any:
        """Computes the dot products."""
        x, y = inputs
        first, second = self.positions([x.ndim, y.ndim])
        if self.normalize:
            x, y = _unit(x, first), _unit(y, second)
        one_sample = lambda a, b: jnp.tensordot(a, b, axes=((first - 1,), (second - 1,)))  # noqa: E731
        products = jax.vmap(one_sample)(x, y)  # (B, rest of x, rest of y)
        return products[:, None] if products.ndim == 1 else products

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Returns None: the result has no time steps of its own."""
        return None


def _unit(x: Any, axis: int) -> Any:
    squares = jnp.sum(jnp.square(x), axis=axis, keepdims=True)
    return x * jax.lax.rsqrt(jnp.maximum(squares, _SMALLEST_NORM**2))


def dot(inputs: Any, axes: Any = -1, **kwargs: Any) -> Any:
    """Calls a new `Dot` layer on a list of two tensors.

    Args:
        inputs: the tensors.
        axes: the axis of both along which products are summed, or a pair of axes.
        **kwargs: what else `Dot` takes.

    Returns:
        A tensor.

    Example:
    >>> dot([[[1.0, 4.0]], [[3.0, 2.0]]]).tolist()
    [[11.0]]
    """
    return Dot(axes=axes, **kwargs)(inputs)
