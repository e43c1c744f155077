"""Top-k accuracies: how many true classes are among the k predicted highest."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron import config
from heron.losses.alignment import check_same_shape
from heron.metrics.accuracy import class_numbers
from heron.metrics.reduction import MeanMetricWrapper
from heron.ops.op import array
from heron.validate import BOOL, POSITIVE_INT


def _among_best(labels: jax.Array, y_pred: jax.Array, k: int) -> jax.Array:
    """True where fewer than `k` classes are predicted higher than the true one."""
    at_label = jnp.take_along_axis(y_pred, labels.astype(jnp.int32)[..., None], axis=-1)
    at_label = jnp.where(jnp.isnan(at_label), -jnp.inf, at_label)
    return jnp.sum(y_pred > at_label, axis=-1) < k


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> jax.Array:
    """Returns 1 where the true class is among the `k` predicted highest, else 0.

    Args:
        y_true: one-hot rows of shape `(batch, ..., classes)`.
        y_pred: predictions of the same shape.
        k: how many classes count.

    Raises:
        ShapeError: for different shapes.

    Example:
    >>> top_k_categorical_accuracy([[0, 0, 1], [0, 1, 0]], [[0.1, 0.7, 0.2], [0.1, 0.2, 0.7]], k=2).tolist()
    [1.0, 1.0]
    """
    y_true, y_pred = array(y_true), array(y_pred)
    check_same_shape(y_true.shape, y_pred.shape, "top_k_categorical_accuracy")
    return _among_best(jnp.argmax(y_true, -1), y_pred, k).astype(config.floatx())


def sparse_top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False) -> jax.Array:
    """Returns 1 where the true class is among the `k` predicted highest, else 0.

    Args:
        y_true: class numbers of shape `(batch, ...)`, or with a last axis of size 1.
        y_pred: predictions of shape `(batch, ..., classes)`; or class numbers, the best first, when `from_sorted_ids`.
        k: how many classes count.
        from_sorted_ids: True when `y_pred` holds class numbers.

    Raises:
        ShapeError: when `y_true` is not `y_pred` without its last axis.

    Example:
    >>> sparse_top_k_categorical_accuracy([2, 0], [[0.1, 0.7, 0.2], [0.1, 0.2, 0.7]], k=2).tolist()
    [1.0, 0.0]
    """
    y_pred = array(y_pred)
    labels = class_numbers(y_true, y_pred, "sparse_top_k_categorical_accuracy")
    found = jnp.any(labels[..., None] == y_pred[..., :k], -1) if from_sorted_ids else _among_best(labels, y_pred, k)
    return found.astype(config.floatx())


class TopKCategoricalAccuracy(MeanMetricWrapper):
    """The share of one-hot labels whose class is among the `k` predicted highest.

    Args:
        k: how many classes count.
        name, dtype: see `Metric`.

    Example:
    >>> float(TopKCategoricalAccuracy(k=1)([[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]]))
    0.5
    """

    rules = {"k": POSITIVE_INT}
    _direction = "up"

    def __init__(self, k: int = 5, name: str | None = "top_k_categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(top_k_categorical_accuracy, name, dtype, k=k)


class SparseTopKCategoricalAccuracy(MeanMetricWrapper):
    """The share of class numbers that are among the `k` predicted highest.

    Args:
        k: how many classes count.
        name, dtype: see `Metric`.
        from_sorted_ids: True when predictions are class numbers, the best first.

    Example:
    >>> float(SparseTopKCategoricalAccuracy(k=1)([2, 1], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]]))
    0.5
    """

    rules = {"k": POSITIVE_INT, "from_sorted_ids": BOOL}
    _direction = "up"

    def __init__(
        self,
        k: int = 5,
        name: str | None = "sparse_top_k_categorical_accuracy",
        dtype: Any = None,
        from_sorted_ids: bool = False,
    ) -> None:
        super().__init__(sparse_top_k_categorical_accuracy, name, dtype, k=k, from_sorted_ids=from_sorted_ids)
