"""Correlations between labels and predictions: Pearson's and Lin's."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron import config
from heron.losses.alignment import aligned
from heron.metrics.reduction import MeanMetricWrapper
from heron.validate import INT


def pearson_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> jax.Array:
    """Returns Pearson's correlation of labels and predictions along `axis`, from -1 to 1.

    Args:
        y_true: numbers of any shape.
        y_pred: predictions of the same shape.
        axis: the axis to correlate along.

    Raises:
        ShapeError: for different shapes.

    Example:
    >>> pearson_correlation([[0.0, 1.0, 0.5]], [[0.1, 0.9, 0.5]]).tolist()
    [1.0]
    """
    y_true, y_pred = aligned(y_true, y_pred, "pearson_correlation")
    true = y_true - jnp.mean(y_true, axis=axis, keepdims=True)
    pred = y_pred - jnp.mean(y_pred, axis=axis, keepdims=True)
    true = true / jnp.std(true, axis=axis, keepdims=True)
    pred = pred / jnp.std(pred, axis=axis, keepdims=True)
    return jnp.mean(true * pred, axis=axis)


def concordance_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> jax.Array:
    """Returns Lin's concordance correlation along `axis`: like Pearson's, but 1 only where the numbers are the same.

    Args:
        y_true: numbers of any shape.
        y_pred: predictions of the same shape.
        axis: the axis to correlate along.

    Raises:
        ShapeError: for different shapes.

    Source: Lin, A Concordance Correlation Coefficient to Evaluate Reproducibility, 1989.

    Example:
    >>> concordance_correlation([[0.0, 1.0, 0.5]], [[0.0, 1.0, 0.5]]).tolist()
    [1.0]
    """
    y_true, y_pred = aligned(y_true, y_pred, "concordance_correlation")
    true_mean = jnp.mean(y_true, axis=axis, keepdims=True)
    pred_mean = jnp.mean(y_pred, axis=axis, keepdims=True)
    spread = jnp.var(y_true, axis=axis, keepdims=True) + jnp.var(y_pred, axis=axis, keepdims=True)
    together = (y_true - true_mean) * (y_pred - pred_mean)
    return jnp.mean(2 * together / (spread + jnp.square(true_mean - pred_mean) + config.epsilon()), axis=axis)


class PearsonCorrelation(MeanMetricWrapper):
    """The mean over the samples of Pearson's correlation.

    Args:
        name, dtype: see `Metric`.
        axis: the axis to correlate along.

    Example:
    >>> float(PearsonCorrelation()([[0.0, 1.0, 0.5], [1.0, 1.0, 0.2]], [[0.1, 0.9, 0.5], [1.0, 0.9, 0.2]]))
    0.9966
    """

    rules = {"axis": INT}
    _direction = "up"

    def __init__(self, name: str | None = "pearson_correlation", dtype: Any = None, axis: int = -1) -> None:
        super().__init__(pearson_correlation, name, dtype, axis=axis)


class ConcordanceCorrelation(MeanMetricWrapper):
    """The mean over the samples of Lin's concordance correlation.

    Args:
        name, dtype: see `Metric`.
        axis: the axis to correlate along.

    Example:
    >>> float(ConcordanceCorrelation()([[0.0, 1.0, 0.5], [1.0, 1.0, 0.2]], [[0.1, 0.9, 0.5], [1.0, 0.9, 0.2]]))
    0.9816
    """

    rules = {"axis": INT}
    _direction = "up"

    def __init__(self, name: str | None = "concordance_correlation", dtype: Any = None, axis: int = -1) -> None:
        super().__init__(concordance_correlation, name, dtype, axis=axis)
