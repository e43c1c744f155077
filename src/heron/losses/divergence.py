"""Losses between distributions and for counts: Kullback-Leibler divergence and Poisson."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron import config
from heron.losses.alignment import aligned, smallest
from heron.losses.loss import LossFunctionWrapper


def kl_divergence(y_true: Any, y_pred: Any) -> jax.Array:
    """Returns the sum of `y_true * log(y_true / y_pred)` over the last axis, both clipped to [epsilon, 1].

    Args:
        y_true: distributions of shape `(batch, ..., classes)`.
        y_pred: predicted distributions of the same shape.

    Raises:
        ShapeError: for different shapes.

    Source: Kullback and Leibler, On Information and Sufficiency, 1951.

    Example:
    >>> kl_divergence([[1.0, 0.0]], [[0.5, 0.5]]).tolist()
    [0.693]
    """
    y_true, y_pred = aligned(y_true, y_pred, "kl_divergence")
    y_true = jnp.clip(y_true, smallest(y_true.dtype), 1)
    y_pred = jnp.clip(y_pred, smallest(y_pred.dtype), 1)
    return jnp.sum(y_true * (jnp.log(y_true) - jnp.log(y_pred)), axis=-1)


def poisson(y_true: Any, y_pred: Any) -> jax.Array:
    """Returns the mean of `y_pred - y_true * log(y_pred)` over the last axis.

    Args:
        y_true: counts of shape `(batch, ..., d)`; `(batch,)` is taken as `(batch, 1)`.
        y_pred: predicted rates, above 0, of the same shape.

    Raises:
        ShapeError: for different shapes.

    Example:
    >>> poisson([[2.0]], [[1.0]]).tolist()
    [1.0]
    """
    y_true, y_pred = aligned(y_true, y_pred, "poisson")
    return jnp.mean(y_pred - y_true * jnp.log(y_pred + jnp.asarray(config.epsilon(), y_pred.dtype)), axis=-1)


class KLDivergence(LossFunctionWrapper):
    """How far the predicted distribution is from the true one: the sum of `y_true * log(y_true / y_pred)`.

    Args:
        reduction, name, dtype: see `Loss`.

    Example:
    >>> float(KLDivergence()([[1.0, 0.0], [0.5, 0.5]], [[0.5, 0.5], [0.5, 0.5]]))
    0.3466
    """

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "kl_divergence", dtype: Any = None
    ) -> None:
        super().__init__(kl_divergence, reduction, name, dtype)


class Poisson(LossFunctionWrapper):
    """For counts: the mean of `y_pred - y_true * log(y_pred)`.

    Args:
        reduction, name, dtype: see `Loss`.

    Example:
    >>> float(Poisson()([[2.0], [0.0]], [[1.0], [3.0]]))
    2.0
    """

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "poisson", dtype: Any = None
    ) -> None:
        super().__init__(poisson, reduction, name, dtype)
