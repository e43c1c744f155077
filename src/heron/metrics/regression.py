"""Metrics for numbers: the means of the errors, their root, log-cosh and cosine similarity."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron.losses.alignment import aligned
from heron.losses.regression import (
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    unit_length,
)
from heron.metrics.reduction import Mean, MeanMetricWrapper
from heron.ops.op import array
from heron.validate import INTS


class MeanSquaredError(MeanMetricWrapper):
    """The mean of `(y_true - y_pred)**2`.

    Args:
        name, dtype: see `Metric`.

    Example:
    >>> float(MeanSquaredError()([[0.0], [0.0]], [[1.0], [3.0]]))
    5.0
    """

    def __init__(self, name: str | None = "mean_squared_error", dtype: Any = None) -> None:
        super().__init__(mean_squared_error, name, dtype)


class RootMeanSquaredError(Mean):
    """The square root of the mean of `(y_true - y_pred)**2`, in the unit of the labels.

    Args:
        name, dtype: see `Metric`.

    Example:
    >>> float(RootMeanSquaredError()([[0.0], [0.0]], [[1.0], [7.0]]))
    5.0
    """

    _direction = "down"

    def __init__(self, name: str | None = "root_mean_squared_error", dtype: Any = None) -> None:
        super().__init__(name, dtype)

    def update_state(  # type: ignore[override]
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        """Takes a batch into account; `(n,)` against `(n, 1)` means `(n, 1)`.

        Raises:
            ShapeError: for different shapes.
        """
        y_true, y_pred = aligned(y_true, array(y_pred, self.dtype), f"Metric '{self.name}'")
        super().update_state(jnp.square(y_pred - y_true), sample_weight)

    def result(self) -> Any:
        """Returns the root so far, a scalar."""
        return jnp.sqrt(super().result())


class MeanAbsoluteError(MeanMetricWrapper):
    """The mean of `|y_true - y_pred|`.

    Args:
        name, dtype: see `Metric`.

    Example:
    >>> float(MeanAbsoluteError()([[0.0], [0.0]], [[1.0], [3.0]]))
    2.0
    """

    def __init__(self, name: str | None = "mean_absolute_error", dtype: Any = None) -> None:
        super().__init__(mean_absolute_error, name, dtype)


class MeanAbsolutePercentageError(MeanMetricWrapper):
    """The mean of `|y_true - y_pred| / |y_true|`, in per cent.

    Args:
        name, dtype: see `Metric`.

    Example:
    >>> float(MeanAbsolutePercentageError()([[2.0], [4.0]], [[1.0], [5.0]]))
    37.5
    """

    def __init__(self, name: str | None = "mean_absolute_percentage_error", dtype: Any = None) -> None:
        super().__init__(mean_absolute_percentage_error, name, dtype)


class MeanSquaredLogarithmicError(MeanMetricWrapper):
    """The mean of `(log(1 + y_true) - log(1 + y_pred))**2`.

    Args:
        name, dtype: see `Metric`.

    Example:
    >>> float(MeanSquaredLogarithmicError()([[0.0], [1.0]], [[1.0], [1.0]]))
    0.24
    """

    def __init__(self, name: str | None = "mean_squared_logarithmic_error", dtype: Any = None) -> None:
        super().__init__(mean_squared_logarithmic_error, name, dtype)


def cosine_of_angle(y_true: Any, y_pred: Any, axis: Any = -1) -> jax.Array:
    """Returns the cosine of the angle between labels and predictions: 1 for the same direction, -1 for opposite."""
    y_true, y_pred = aligned(y_true, y_pred, "cosine_similarity")
    return jnp.sum(unit_length(y_true, axis) * unit_length(y_pred, axis), axis=axis)


class CosineSimilarity(MeanMetricWrapper):
    """The mean cosine of the angle between labels and predictions: 1 for the same direction (the loss is minus this).

    Args:
        name, dtype: see `Metric`.
        axis: the axis along which the vectors lie.

    Example:
    >>> float(CosineSimilarity()([[0.0, 1.0], [1.0, 1.0]], [[1.0, 0.0], [2.0, 2.0]]))
    0.5
    """

    rules = {"axis": INTS}
    _direction = "up"

    def __init__(self, name: str | None = "cosine_similarity", dtype: Any = None, axis: Any = -1) -> None:
        super().__init__(cosine_of_angle, name, dtype, axis=axis)


class LogCoshError(MeanMetricWrapper):
    """The mean of `log(cosh(y_pred - y_true))`.

    Args:
        name, dtype: see `Metric`.

    Example:
    >>> float(LogCoshError()([[0.0], [0.0]], [[1.0], [0.0]]))
    0.2169
    """

    def __init__(self, name: str | None = "logcosh", dtype: Any = None) -> None:
        super().__init__(log_cosh, name, dtype)
