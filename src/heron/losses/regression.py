"""Losses for numbers: the errors and their family, Huber, log-cosh and cosine similarity."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp

from heron import config
from heron.losses.alignment import aligned
from heron.losses.loss import LossFunctionWrapper
from heron.validate import INTS, POSITIVE


def mean_squared_error(y_true: Any, y_pred: Any) -> jax.Array:
    """Returns the mean of `(y_true - y_pred)**2` over the last axis.

    Args:
        y_true: numbers of shape `(batch, ..., d)`; `(batch,)` is taken as `(batch, 1)`.
        y_pred: predictions of the same shape.

    Raises:
        ShapeError: for different shapes.

    Example:
    >>> mean_squared_error([[0.0, 2.0]], [[1.0, 5.0]]).tolist()
    [5.0]
    """
    y_true, y_pred = aligned(y_true, y_pred, "mean_squared_error")
    return jnp.mean(jnp.square(y_true - y_pred), axis=-1)


def mean_absolute_error(y_true: Any, y_pred: Any) -> jax.Array:
    """Returns the mean of `|y_true - y_pred|` over the last axis.

    Args:
        y_true: numbers of shape `(batch, ..., d)`; `(batch,)` is taken as `(batch, 1)`.
        y_pred: predictions of the same shape.

    Raises:
        ShapeError: for different shapes.

    Example:
    >>> mean_absolute_error([[0.0, 2.0]], [[1.0, 5.0]]).tolist()
    [2.0]
    """
    y_true, y_pred = aligned(y_true, y_pred, "mean_absolute_error")
    return jnp.mean(jnp.abs(y_true - y_pred), axis=-1)


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> jax.Array:
    """Returns 100 times the mean of `|y_true - y_pred| / |y_true|` over the last axis.

    Labels nearer to 0 than `heron.config.epsilon()` count as that.

    Args:
        y_true: numbers of shape `(batch, ..., d)`; `(batch,)` is taken as `(batch, 1)`.
        y_pred: predictions of the same shape.

    Raises:
        ShapeError: for different shapes.

    Example:
    >>> mean_absolute_percentage_error([[2.0, 4.0]], [[1.0, 5.0]]).tolist()
    [37.5]
    """
    y_true, y_pred = aligned(y_true, y_pred, "mean_absolute_percentage_error")
    size = jnp.maximum(jnp.abs(y_true), jnp.asarray(config.epsilon(), y_pred.dtype))
    return 100.0 * jnp.mean(jnp.abs((y_true - y_pred) / size), axis=-1)


def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> jax.Array:
    """Returns the mean of `(log(1 + y_true) - log(1 + y_pred))**2` over the last axis.

    Numbers below `heron.config.epsilon()`, negative ones included, count as that.

    Args:
        y_true: numbers of shape `(batch, ..., d)`; `(batch,)` is taken as `(batch, 1)`.
        y_pred: predictions of the same shape.

    Raises:
        ShapeError: for different shapes.

    Example:
    >>> mean_squared_logarithmic_error([[0.0]], [[1.0]]).tolist()
    [0.48]
    """
    y_true, y_pred = aligned(y_true, y_pred, "mean_squared_logarithmic_error")
    epsilon = jnp.asarray(config.epsilon(), y_pred.dtype)
    difference = jnp.log(jnp.maximum(y_pred, epsilon) + 1.0) - jnp.log(jnp.maximum(y_true, epsilon) + 1.0)
    return jnp.mean(jnp.square(difference), axis=-1)


def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> jax.Array:
    """Returns the mean over the last axis of half the squared error up to `delta`, and of a straight line beyond it.

    Args:
        y_true: numbers of shape `(batch, ..., d)`; `(batch,)` is taken as `(batch, 1)`.
        y_pred: predictions of the same shape.
        delta: the error at which the square turns into the line.

    Raises:
        ShapeError: for different shapes.

    Source: Huber, Robust Estimation of a Location Parameter, 1964.

    Example:
    >>> huber([[0.0, 0.0]], [[1.0, 3.0]]).tolist()
    [1.5]
    """
    y_true, y_pred = aligned(y_true, y_pred, "huber")
    error = y_pred - y_true
    size = jnp.abs(error)
    return jnp.mean(jnp.where(size <= delta, 0.5 * jnp.square(error), delta * size - 0.5 * delta**2), axis=-1)


def log_cosh(y_true: Any, y_pred: Any) -> jax.Array:
    """Returns the mean of `log(cosh(y_pred - y_true))` over the last axis.

    Args:
        y_true: numbers of shape `(batch, ..., d)`; `(batch,)` is taken as `(batch, 1)`.
        y_pred: predictions of the same shape.

    Raises:
        ShapeError: for different shapes.

    Example:
    >>> log_cosh([[0.0, 0.0]], [[1.0, 0.0]]).tolist()
    [0.2169]
    """
    y_true, y_pred = aligned(y_true, y_pred, "log_cosh")
    error = y_pred - y_true
    return jnp.mean(error + jax.nn.softplus(-2.0 * error) - jnp.asarray(math.log(2.0), error.dtype), axis=-1)


def unit_length(x: jax.Array, axis: Any) -> jax.Array:
    """`x` divided by its Euclidean length along `axis`; zeros stay zeros."""
    smallest = max(config.epsilon() ** 2, float(jnp.finfo(x.dtype).tiny))
    return x * jax.lax.rsqrt(jnp.maximum(jnp.sum(jnp.square(x), axis=axis, keepdims=True), smallest))


def cosine_similarity(y_true: Any, y_pred: Any, axis: Any = -1) -> jax.Array:
    """Returns minus the cosine of the angle between labels and predictions: -1 for the same direction, 1 for opposite.

    Args:
        y_true: vectors of shape `(batch, ..., d)`.
        y_pred: predictions of the same shape.
        axis: the axis along which the vectors lie.

    Raises:
        ShapeError: for different shapes.

    Example:
    >>> cosine_similarity([[0.0, 1.0], [1.0, 1.0]], [[1.0, 0.0], [2.0, 2.0]]).tolist()
    [-0.0, -1.0]
    """
    y_true, y_pred = aligned(y_true, y_pred, "cosine_similarity")
    return -jnp.sum(unit_length(y_true, axis) * unit_length(y_pred, axis), axis=axis)


class MeanSquaredError(LossFunctionWrapper):
    """The mean of `(y_true - y_pred)**2`.

    Args:
        reduction, name, dtype: see `Loss`.

    Example:
    >>> float(MeanSquaredError()([[0.0], [0.0]], [[1.0], [3.0]]))
    5.0
    """

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "mean_squared_error", dtype: Any = None
    ) -> None:
        super().__init__(mean_squared_error, reduction, name, dtype)


class MeanAbsoluteError(LossFunctionWrapper):
    """The mean of `|y_true - y_pred|`.

    Args:
        reduction, name, dtype: see `Loss`.

    Example:
    >>> float(MeanAbsoluteError()([[0.0], [0.0]], [[1.0], [3.0]]))
    2.0
    """

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "mean_absolute_error", dtype: Any = None
    ) -> None:
        super().__init__(mean_absolute_error, reduction, name, dtype)


class MeanAbsolutePercentageError(LossFunctionWrapper):
    """The mean of `|y_true - y_pred| / |y_true|`, in per cent.

    Args:
        reduction, name, dtype: see `Loss`.

    Example:
    >>> float(MeanAbsolutePercentageError()([[2.0], [4.0]], [[1.0], [5.0]]))
    37.5
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_absolute_percentage_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(mean_absolute_percentage_error, reduction, name, dtype)


class MeanSquaredLogarithmicError(LossFunctionWrapper):
    """The mean of `(log(1 + y_true) - log(1 + y_pred))**2`.

    Args:
        reduction, name, dtype: see `Loss`.

    Example:
    >>> float(MeanSquaredLogarithmicError()([[0.0], [1.0]], [[1.0], [1.0]]))
    0.24
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_squared_logarithmic_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(mean_squared_logarithmic_error, reduction, name, dtype)


class CosineSimilarity(LossFunctionWrapper):
    """Minus the cosine of the angle between labels and predictions.

    Args:
        axis: the axis along which the vectors lie.
        reduction, name, dtype: see `Loss`.

    Example:
    >>> float(CosineSimilarity()([[0.0, 1.0], [1.0, 1.0]], [[1.0, 0.0], [2.0, 2.0]]))
    -0.5
    """

    rules = {"axis": INTS}

    def __init__(
        self,
        axis: Any = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "cosine_similarity",
        dtype: Any = None,
    ) -> None:
        super().__init__(cosine_similarity, reduction, name, dtype, axis=axis)


class Huber(LossFunctionWrapper):
    """Half the squared error up to `delta`, a straight line beyond it: outliers pull less.

    Args:
        delta: the error at which the square turns into the line.
        reduction, name, dtype: see `Loss`.

    Example:
    >>> float(Huber()([[0.0], [0.0]], [[1.0], [3.0]]))
    1.5
    """

    rules = {"delta": POSITIVE}

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "huber_loss",
        dtype: Any = None,
    ) -> None:
        super().__init__(huber, reduction, name, dtype, delta=delta)


class LogCosh(LossFunctionWrapper):
    """The logarithm of the hyperbolic cosine of the error: nearly half its square when small, its size when large.

    Args:
        reduction, name, dtype: see `Loss`.

    Example:
    >>> float(LogCosh()([[0.0], [0.0]], [[1.0], [0.0]]))
    0.2169
    """

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "log_cosh", dtype: Any = None
    ) -> None:
        super().__init__(log_cosh, reduction, name, dtype)
