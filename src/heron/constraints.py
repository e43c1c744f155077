"""Constraints: what weights are made to satisfy after every step of training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import jax.numpy as jnp

from heron import config, registry
from heron.errors import missing_name
from heron.ops.op import array
from heron.registry import Configurable
from heron.validate import FRACTION, INTS, NON_NEGATIVE

__all__ = [
    "Constraint",
    "MaxNorm",
    "MinMaxNorm",
    "NonNeg",
    "UnitNorm",
    "deserialize",
    "get",
    "max_norm",
    "min_max_norm",
    "non_neg",
    "serialize",
    "unit_norm",
]


class Constraint(Configurable):
    """Base class: called with weights, a constraint returns weights of the same shape and dtype that satisfy it."""

    def __call__(self, w: Any) -> Any:
        return w


def _norms(w: Any, axis: Any) -> Any:
    """The lengths of the vectors along `axis`, which may be several axes."""
    axis = tuple(axis) if isinstance(axis, list) else axis
    return jnp.sqrt(jnp.sum(jnp.square(w), axis=axis, keepdims=True))


class MaxNorm(Constraint):
    """Shortens weight vectors that are longer than `max_value`.

    Args:
        max_value: the greatest length (Euclidean norm) allowed.
        axis: the axis, or axes, along which lengths are taken. 0 for a `Dense` kernel of shape `(inputs, units)`;
            `[0, 1, 2]` for a `Conv2D` kernel.

    Example:
    >>> MaxNorm(2.0)([[3.0], [4.0]]).tolist()
    [[1.2], [1.6]]
    """

    rules = {"max_value": NON_NEGATIVE, "axis": INTS}

    def __init__(self, max_value: float = 2, axis: Any = 0) -> None:
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        w = array(w)
        norms = _norms(w, self.axis)
        return w * (jnp.clip(norms, 0, self.max_value) / (config.epsilon() + norms))


class NonNeg(Constraint):
    """Sets negative weights to zero.

    >>> NonNeg()([-1.0, 2.0]).tolist()
    [0.0, 2.0]
    """

    def __call__(self, w: Any) -> Any:
        return jnp.maximum(array(w), 0)


class UnitNorm(Constraint):
    """Makes every weight vector 1 long; `axis` as in `MaxNorm`.

    >>> UnitNorm()([[3.0], [4.0]]).tolist()
    [[0.6], [0.8]]
    """

    rules = {"axis": INTS}

    def __init__(self, axis: Any = 0) -> None:
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        w = array(w)
        return w / (config.epsilon() + _norms(w, self.axis))


class MinMaxNorm(Constraint):
    """Brings the lengths of weight vectors between two bounds.

    Args:
        min_value, max_value: the least and the greatest length.
        rate: how far a vector outside is moved towards the bound at each step: 1 all the way, 0 not at all.
        axis: as in `MaxNorm`.

    Example:
    >>> MinMaxNorm(0.0, 1.0, rate=0.5)([[3.0], [4.0]]).tolist()
    [[1.8], [2.4]]
    """

    rules = {"min_value": NON_NEGATIVE, "max_value": NON_NEGATIVE, "rate": FRACTION, "axis": INTS}

    def __init__(self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: Any = 0) -> None:
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        w = array(w)
        norms = _norms(w, self.axis)
        wanted = self.rate * jnp.clip(norms, self.min_value, self.max_value) + (1 - self.rate) * norms
        return w * (wanted / (config.epsilon() + norms))


max_norm, non_neg, unit_norm, min_max_norm = MaxNorm, NonNeg, UnitNorm, MinMaxNorm

_CLASSES = {cls.__name__: cls for cls in (Constraint, MaxNorm, MinMaxNorm, NonNeg, UnitNorm)}
_NAMES: dict[str, Any] = {
    **_CLASSES,
    **{config.snake_case(name): cls for name, cls in _CLASSES.items()},
    "nonneg": NonNeg,
    "unitnorm": UnitNorm,
}
registry.publish("heron.constraints", _NAMES)


def get(identifier: Any) -> Any:
    """Returns the constraint for a name, a config, a class, a constraint or a function; None for None."""
    return None if identifier is None else registry.resolve(identifier, "constraints", _NAMES)


def serialize(constraint: Any) -> Any:
    """Returns `constraint` as plain data."""
    return registry.serialize(constraint)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Makes the constraint that `serialize` described."""
    return registry.deserialize(config, custom_objects, kind="constraints")


if not TYPE_CHECKING:  # to a type checker, a name that is not there is an error
    __getattr__ = missing_name(__name__, __all__)
