"""Regularizers: penalties on weights or activities that are added to the loss."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import jax.numpy as jnp

from heron import config, registry
from heron.errors import ShapeError, missing_name, shape_text
from heron.ops.op import array
from heron.registry import Configurable
from heron.validate import NON_NEGATIVE, one_of

__all__ = [
    "L1",
    "L1L2",
    "L2",
    "OrthogonalRegularizer",
    "Regularizer",
    "deserialize",
    "get",
    "l1",
    "l1_l2",
    "l2",
    "orthogonal_regularizer",
    "serialize",
]

_STRENGTH = replace(
    NON_NEGATIVE,
    expected="a finite number of 0 or more",
    accepts=lambda v: NON_NEGATIVE.accepts(v) and math.isfinite(v),
    bad=(*NON_NEGATIVE.bad, math.nan, math.inf),
)


class Regularizer(Configurable):
    """Base class: a regularizer is called with an array and returns its penalty, a scalar."""

    def __call__(self, x: Any) -> Any:
        return 0.0


class L1L2(Regularizer):
    """The penalty `l1 * sum(|x|) + l2 * sum(x²)`.

    Args:
        l1, l2: the strengths, by default 0; None is 0.

    Example:
    >>> float(L1L2(l1=0.1, l2=1.0)([1.0, -2.0]))
    5.3
    """

    rules = {"l1": _STRENGTH.or_none(), "l2": _STRENGTH.or_none()}

    def __init__(self, l1: float | None = 0.0, l2: float | None = 0.0) -> None:
        self.l1 = float(l1 or 0.0)
        self.l2 = float(l2 or 0.0)

    def __call__(self, x: Any) -> Any:
        x = array(x)
        penalty = jnp.zeros((), x.dtype)
        if self.l1:
            penalty += self.l1 * jnp.sum(jnp.abs(x))
        if self.l2:
            penalty += self.l2 * jnp.sum(jnp.square(x))
        return penalty

    def get_config(self) -> dict[str, Any]:
        """Returns the strengths as floats."""
        return {name: getattr(self, name) for name in self.arguments}


class L1(L1L2):
    """The penalty `l1 * sum(|x|)`, which drives weights to exactly zero; `l1` is 0.01 by default.

    >>> float(L1(0.1)([1.0, -2.0]))
    0.3
    """

    rules = {"l1": _STRENGTH.or_none()}

    def __init__(self, l1: float | None = 0.01) -> None:
        super().__init__(l1=0.01 if l1 is None else l1)


class L2(L1L2):
    """The penalty `l2 * sum(x²)`, which keeps weights small; `l2` is 0.01 by default.

    >>> float(L2(0.1)([1.0, -2.0]))
    0.5
    """

    rules = {"l2": _STRENGTH.or_none()}

    def __init__(self, l2: float | None = 0.01) -> None:
        super().__init__(l2=0.01 if l2 is None else l2)


class OrthogonalRegularizer(Regularizer):
    """Penalises rows (or columns) of a matrix that point in similar directions.

    The penalty is `factor` times the mean of `|cos|` over the angles between all pairs of rows.

    Args:
        factor: the strength, 0.01 by default.
        mode: `"rows"` or `"columns"`: which vectors are to be orthogonal.

    Raises:
        ShapeError: when called with anything but a matrix.

    Example:
    >>> float(OrthogonalRegularizer(1.0)([[1.0, 0.0], [1.0, 1.0]]))
    0.7071
    """

    rules = {"factor": _STRENGTH, "mode": one_of("rows", "columns")}

    def __init__(self, factor: float = 0.01, mode: str = "rows") -> None:
        self.factor = float(factor)
        self.mode = mode

    def __call__(self, inputs: Any) -> Any:
        x = array(inputs)
        if x.ndim != 2:
            raise ShapeError(
                "OrthogonalRegularizer expects a matrix, an array with 2 axes; "
                f"received shape {shape_text(x.shape)}.\nUse it for Dense kernels, or reshape the weights first."
            )
        vectors = x if self.mode == "rows" else x.T  # (n, d)
        # The maximum is taken of the squares: the gradient of the root at 0 would be NaN.
        lengths = jnp.sqrt(jnp.maximum(jnp.sum(jnp.square(vectors), axis=1, keepdims=True), config.epsilon() ** 2))
        vectors = vectors / lengths
        count = vectors.shape[0]
        cosines = jnp.abs(vectors @ vectors.T) * (1 - jnp.eye(count, dtype=x.dtype))  # (n, n)
        pairs = max(count * (count - 1) / 2, 1)
        return self.factor * 0.5 * jnp.sum(cosines) / pairs


l1, l2, l1_l2, orthogonal_regularizer = L1, L2, L1L2, OrthogonalRegularizer

_CLASSES = {cls.__name__: cls for cls in (L1, L2, L1L2, OrthogonalRegularizer, Regularizer)}
_NAMES: dict[str, Any] = {
    **_CLASSES,
    **{config.snake_case(name): cls for name, cls in _CLASSES.items()},
    "l1_l2": L1L2,
    "orthogonal": OrthogonalRegularizer,
}
registry.publish("heron.regularizers", _NAMES)


def get(identifier: Any) -> Any:
    """Returns the regularizer for a name, a config, a class, a regularizer or a function; None for None."""
    return None if identifier is None else registry.resolve(identifier, "regularizers", _NAMES)


def serialize(regularizer: Any) -> Any:
    """Returns `regularizer` as plain data."""
    return registry.serialize(regularizer)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Makes the regularizer that `serialize` described."""
    return registry.deserialize(config, custom_objects, kind="regularizers")


if not TYPE_CHECKING:  # to a type checker, a name that is not there is an error
    __getattr__ = missing_name(__name__, __all__)
