"""Accuracies: how many predictions are right."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron import config
from heron.errors import ShapeError, shape_text
from heron.losses.alignment import check_same_shape, squeeze_or_expand_to_same_rank
from heron.metrics.reduction import MeanMetricWrapper
from heron.ops.op import array
from heron.validate import NUMBER


def _same_shape(y_true: Any, y_pred: Any, owner: str) -> tuple[jax.Array, jax.Array]:
    y_true, y_pred = squeeze_or_expand_to_same_rank(array(y_true), array(y_pred))
    check_same_shape(y_true.shape, y_pred.shape, owner)
    return y_true, y_pred


def accuracy(y_true: Any, y_pred: Any) -> jax.Array:
    """Returns 1 where labels and predictions are equal, else 0.

    Args:
        y_true: labels of any shape; `(batch,)` is taken as `(batch, 1)` where predictions are.
        y_pred: predictions of the same shape.

    Raises:
        ShapeError: for different shapes.

    Example:
    >>> accuracy([1, 2, 3], [0, 2, 3]).tolist()
    [0.0, 1.0, 1.0]
    """
    y_true, y_pred = _same_shape(y_true, y_pred, "accuracy")
    return (y_true == y_pred).astype(config.floatx())


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> jax.Array:
    """Returns 1 where the prediction is above `threshold` and the label is 1, or it is not and the label is 0.

    Args:
        y_true: labels 0 and 1 of any shape; `(batch,)` is taken as `(batch, 1)` where predictions are.
        y_pred: predicted probabilities of the same shape.
        threshold: the probability above which the label 1 is predicted.

    Raises:
        ShapeError: for different shapes.

    Example:
    >>> binary_accuracy([1, 1, 0], [0.9, 0.4, 0.2]).tolist()
    [1.0, 0.0, 1.0]
    """
    y_true, y_pred = _same_shape(y_true, y_pred, "binary_accuracy")
    return ((y_pred > threshold) == y_true).astype(config.floatx())


def categorical_accuracy(y_true: Any, y_pred: Any) -> jax.Array:
    """Returns 1 where the largest prediction is at the place of the largest label, else 0.

    Args:
        y_true: one-hot rows of shape `(batch, ..., classes)`.
        y_pred: predictions of the same shape.

    Raises:
        ShapeError: for different shapes.

    Example:
    >>> categorical_accuracy([[0, 1], [1, 0]], [[0.1, 0.9], [0.4, 0.6]]).tolist()
    [1.0, 0.0]
    """
    y_true, y_pred = _same_shape(y_true, y_pred, "categorical_accuracy")
    return (jnp.argmax(y_true, -1) == jnp.argmax(y_pred, -1)).astype(config.floatx())


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> jax.Array:
    """Returns 1 where the largest prediction is at the place that the label names, else 0.

    Args:
        y_true: class numbers of shape `(batch, ...)`, or with a last axis of size 1; whole numbers of any dtype.
        y_pred: predictions of shape `(batch, ..., classes)`.

    Raises:
        ShapeError: when `y_true` is not `y_pred` without its last axis.

    Example:
    >>> sparse_categorical_accuracy([1, 0], [[0.1, 0.9], [0.4, 0.6]]).tolist()
    [1.0, 0.0]
    """
    y_pred = array(y_pred)
    labels = class_numbers(y_true, y_pred, "sparse_categorical_accuracy")
    matches = (jnp.argmax(y_pred, -1).astype(jnp.int32) == labels).astype(config.floatx())
    return matches[..., 0] if matches.ndim > 1 and matches.shape[-1] == 1 else matches


def class_numbers(y_true: Any, y_pred: Any, owner: str) -> jax.Array:
    """Labels of the shape of `y_pred` without its last axis; whole or floating as they are.

    Raises:
        ShapeError: for labels of another shape.
    """
    labels = array(y_true)
    given = labels.shape
    if labels.ndim == y_pred.ndim and labels.shape[-1:] == (1,):
        labels = labels[..., 0]
    if labels.shape != y_pred.shape[:-1] or not y_pred.ndim:
        mend = (
            "One-hot rows go with the metric of the same name without 'sparse_'; or write y.argmax(-1)."
            if given == y_pred.shape
            else "Give y_true one class number per row of predictions."
        )
        raise ShapeError(
            f"{owner} takes class numbers: y_true of shape {shape_text(y_pred.shape[:-1])} for y_pred of shape "
            f"{shape_text(y_pred.shape)}; received y_true of shape {shape_text(given)}.\n{mend}"
        )
    # Small integers would not hold every class number, small floats not every label.
    wide = jnp.int32 if jnp.issubdtype(labels.dtype, jnp.integer) or labels.dtype == bool else jnp.float32
    return labels.astype(wide)


class Accuracy(MeanMetricWrapper):
    """The share of predictions that equal their label.

    Args:
        name, dtype: see `Metric`.

    Example:
    >>> float(Accuracy()([1, 2, 3, 4], [0, 2, 3, 4]))
    0.75
    """

    _direction = "up"

    def __init__(self, name: str | None = "accuracy", dtype: Any = None) -> None:
        super().__init__(accuracy, name, dtype)


class BinaryAccuracy(MeanMetricWrapper):
    """The share of labels 0 and 1 that are on the same side of `threshold` as their prediction.

    Args:
        name, dtype: see `Metric`.
        threshold: the probability above which the label 1 is predicted.

    Example:
    >>> float(BinaryAccuracy()([1, 1, 0, 0], [0.98, 0.4, 0.2, 0.6]))
    0.5
    """

    rules = {"threshold": NUMBER}
    _direction = "up"

    def __init__(self, name: str | None = "binary_accuracy", dtype: Any = None, threshold: float = 0.5) -> None:
        super().__init__(binary_accuracy, name, dtype, threshold=threshold)


class CategoricalAccuracy(MeanMetricWrapper):
    """The share of one-hot labels whose class is predicted highest.

    Args:
        name, dtype: see `Metric`.

    Example:
    >>> float(CategoricalAccuracy()([[0, 1], [1, 0]], [[0.1, 0.9], [0.4, 0.6]]))
    0.5
    """

    _direction = "up"

    def __init__(self, name: str | None = "categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(categorical_accuracy, name, dtype)


class SparseCategoricalAccuracy(MeanMetricWrapper):
    """The share of class numbers that are predicted highest.

    Args:
        name, dtype: see `Metric`.

    Example:
    >>> float(SparseCategoricalAccuracy()([1, 0], [[0.1, 0.9], [0.4, 0.6]]))
    0.5
    """

    _direction = "up"

    def __init__(self, name: str | None = "sparse_categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(sparse_categorical_accuracy, name, dtype)
