"""The hinge losses as metrics: their means over an epoch."""

from __future__ import annotations

from typing import Any

from heron.losses.margin import categorical_hinge, hinge, squared_hinge
from heron.metrics.reduction import MeanMetricWrapper


class Hinge(MeanMetricWrapper):
    """The mean of `max(1 - y_true * y_pred, 0)`, for labels -1 and 1 (0 and 1 are converted).

    Args:
        name, dtype: see `Metric`.

    Example:
    >>> float(Hinge()([[1.0], [-1.0]], [[0.5], [-2.0]]))
    0.25
    """

    def __init__(self, name: str | None = "hinge", dtype: Any = None) -> None:
        super().__init__(hinge, name, dtype)


class SquaredHinge(MeanMetricWrapper):
    """The mean of `max(1 - y_true * y_pred, 0)**2`, for labels -1 and 1 (0 and 1 are converted).

    Args:
        name, dtype: see `Metric`.

    Example:
    >>> float(SquaredHinge()([[1.0], [-1.0]], [[0.5], [-2.0]]))
    0.125
    """

    def __init__(self, name: str | None = "squared_hinge", dtype: Any = None) -> None:
        super().__init__(squared_hinge, name, dtype)


class CategoricalHinge(MeanMetricWrapper):
    """The mean of how much the true class fails to lead all others by 1, for one-hot labels.

    Args:
        name, dtype: see `Metric`.

    Example:
    >>> float(CategoricalHinge()([[0.0, 1.0], [1.0, 0.0]], [[0.8, 0.3], [2.0, 0.0]]))
    0.75
    """

    def __init__(self, name: str | None = "categorical_hinge", dtype: Any = None) -> None:
        super().__init__(categorical_hinge, name, dtype)
