"""Margin losses: hinge, squared hinge and categorical hinge."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron.losses.alignment import aligned
from heron.losses.loss import LossFunctionWrapper


def _signs(y_true: jax.Array) -> jax.Array:
    """Labels 0 and 1 as -1 and 1; any other labels as they are."""
    are_binary = jnp.all((y_true == 0) | (y_true == 1))
    return jnp.where(are_binary, 2.0 * y_true - 1.0, y_true)


def hinge(y_true: Any, y_pred: Any) -> jax.Array:
    """Returns the mean of `max(1 - y_true * y_pred, 0)` over the last axis.

    Args:
        y_true: labels -1 and 1, or 0 and 1, of shape `(batch, ..., d)`; `(batch,)` is taken as `(batch, 1)`.
        y_pred: predictions of the same shape, positive for the label 1.

    Raises:
        ShapeError: for different shapes.

    Example:
    >>> hinge([[1.0, -1.0]], [[0.5, -2.0]]).tolist()
    [0.25]
    """
    y_true, y_pred = aligned(y_true, y_pred, "hinge")
    return jnp.mean(jnp.maximum(1.0 - _signs(y_true) * y_pred, 0.0), axis=-1)


def squared_hinge(y_true: Any, y_pred: Any) -> jax.Array:
    """Returns the mean of `max(1 - y_true * y_pred, 0)**2` over the last axis.

    Args:
        y_true: labels -1 and 1, or 0 and 1, of shape `(batch, ..., d)`; `(batch,)` is taken as `(batch, 1)`.
        y_pred: predictions of the same shape, positive for the label 1.

    Raises:
        ShapeError: for different shapes.

    Example:
    >>> squared_hinge([[1.0, -1.0]], [[0.5, -2.0]]).tolist()
    [0.125]
    """
    y_true, y_pred = aligned(y_true, y_pred, "squared_hinge")
    return jnp.mean(jnp.square(jnp.maximum(1.0 - _signs(y_true) * y_pred, 0.0)), axis=-1)


def categorical_hinge(y_true: Any, y_pred: Any) -> jax.Array:
    """Returns `max(neg - pos + 1, 0)`: `pos` is the prediction for the true class, `neg` the largest for another.

    Args:
        y_true: one-hot rows of shape `(batch, ..., classes)`.
        y_pred: predictions of the same shape.

    Raises:
        ShapeError: for different shapes.

    Example:
    >>> categorical_hinge([[0.0, 1.0]], [[0.8, 0.3]]).tolist()
    [1.5]
    """
    y_true, y_pred = aligned(y_true, y_pred, "categorical_hinge")
    positive = jnp.sum(y_true * y_pred, axis=-1)
    negative = jnp.max((1.0 - y_true) * y_pred, axis=-1)
    return jnp.maximum(negative - positive + 1.0, jnp.zeros((), y_pred.dtype))


class Hinge(LossFunctionWrapper):
    """The mean of `max(1 - y_true * y_pred, 0)`, for labels -1 and 1 (0 and 1 are converted).

    Args:
        reduction, name, dtype: see `Loss`.

    Example:
    >>> float(Hinge()([[1.0], [-1.0]], [[0.5], [-2.0]]))
    0.25
    """

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "hinge", dtype: Any = None
    ) -> None:
        super().__init__(hinge, reduction, name, dtype)


class SquaredHinge(LossFunctionWrapper):
    """The mean of `max(1 - y_true * y_pred, 0)**2`, for labels -1 and 1 (0 and 1 are converted).

    Args:
        reduction, name, dtype: see `Loss`.

    Example:
    >>> float(SquaredHinge()([[1.0], [-1.0]], [[0.5], [-2.0]]))
    0.125
    """

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "squared_hinge", dtype: Any = None
    ) -> None:
        super().__init__(squared_hinge, reduction, name, dtype)


class CategoricalHinge(LossFunctionWrapper):
    """By how much the true class fails to lead all others by 1, for one-hot labels.

    Args:
        reduction, name, dtype: see `Loss`.

    Example:
    >>> float(CategoricalHinge()([[0.0, 1.0], [1.0, 0.0]], [[0.8, 0.3], [2.0, 0.0]]))
    0.75
    """

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "categorical_hinge", dtype: Any = None
    ) -> None:
        super().__init__(categorical_hinge, reduction, name, dtype)
