"""The best of one rate while another is at least so high: sensitivity at specificity, precision at recall and so on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

from heron.losses.reduction import divide_no_nan
from heron.metrics.confusion import CountingMetric, Counts, Thresholds, count, even_thresholds, prepare
from heron.validate import FRACTION, NON_NEGATIVE_INT, POSITIVE_INT


def _sensitivity(counts: Counts) -> Any:
    """True positives over all labelled 1 (the same as recall)."""
    return divide_no_nan(counts.true_positives, counts.true_positives + counts.false_negatives)


def _specificity(counts: Counts) -> Any:
    """True negatives over all labelled 0."""
    return divide_no_nan(counts.true_negatives, counts.true_negatives + counts.false_positives)


def _precision(counts: Counts) -> Any:
    """True positives over all predicted 1."""
    return divide_no_nan(counts.true_positives, counts.true_positives + counts.false_positives)


Rate = Callable[[Counts], Any]


class _AtOperatingPoint(CountingMetric):
    """The highest `wanted` rate over the thresholds at which the `held` rate reaches `value`."""

    rules = {"num_thresholds": POSITIVE_INT, "class_id": NON_NEGATIVE_INT.or_none()}
    _direction = "up"

    def __init__(
        self,
        held: Rate,
        wanted: Rate,
        value: float,
        num_thresholds: int,
        class_id: int | None,
        name: str | None,
        dtype: Any,
    ) -> None:
        limits = Thresholds(even_thresholds(num_thresholds))
        super().__init__(
            limits, ("true_positives", "false_positives", "true_negatives", "false_negatives"), name, dtype
        )
        self._held, self._wanted = held, wanted
        self.value = value
        self.num_thresholds = num_thresholds
        self.thresholds = limits.listed
        self.class_id = class_id
        self._make((len(limits),))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Counts a batch.

        Args:
            y_true: labels 0 and 1, of any shape.
            y_pred: predicted probabilities of the same shape.
            sample_weight: None, or weights of that shape or of its leading axes.

        Raises:
            ShapeError: when labels, predictions and weights do not fit each other.
        """
        dtype = self._variables[0].dtype
        y_true, y_pred = prepare(y_true, y_pred, f"Metric '{self.name}'", dtype, class_id=self.class_id)
        self._add(count(self._thresholds, y_true, y_pred, sample_weight))

    def result(self) -> Any:
        """Returns the best rate, a scalar; 0 when no threshold reaches the value."""
        counts = self._values()
        return jnp.max(jnp.where(self._held(counts) >= self.value, self._wanted(counts), 0), initial=0)


class SensitivityAtSpecificity(_AtOperatingPoint):
    """The highest sensitivity (recall) at thresholds where the specificity is at least so high.

    Args:
        specificity: from 0 to 1.
        num_thresholds: how many thresholds from 0 to 1 are tried.
        class_id: None, or the only class that counts.
        name, dtype: see `Metric`.

    Example:
    >>> float(SensitivityAtSpecificity(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]))
    0.5
    """

    rules = {"specificity": FRACTION}

    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(_specificity, _sensitivity, specificity, num_thresholds, class_id, name, dtype)
        self.specificity = specificity


class SpecificityAtSensitivity(_AtOperatingPoint):
    """The highest specificity at thresholds where the sensitivity (recall) is at least so high.

    Args:
        sensitivity: from 0 to 1.
        num_thresholds: how many thresholds from 0 to 1 are tried.
        class_id: None, or the only class that counts.
        name, dtype: see `Metric`.

    Example:
    >>> float(SpecificityAtSensitivity(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]))
    0.6667
    """

    rules = {"sensitivity": FRACTION}

    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(_sensitivity, _specificity, sensitivity, num_thresholds, class_id, name, dtype)
        self.sensitivity = sensitivity


class PrecisionAtRecall(_AtOperatingPoint):
    """The highest precision at thresholds where the recall is at least so high.

    Args:
        recall: from 0 to 1.
        num_thresholds: how many thresholds from 0 to 1 are tried.
        class_id: None, or the only class that counts.
        name, dtype: see `Metric`.

    Example:
    >>> float(PrecisionAtRecall(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]))
    0.5
    """

    rules = {"recall": FRACTION}

    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(_sensitivity, _precision, recall, num_thresholds, class_id, name, dtype)
        self.recall = recall


class RecallAtPrecision(_AtOperatingPoint):
    """The highest recall at thresholds where the precision is at least so high.

    Args:
        precision: from 0 to 1.
        num_thresholds: how many thresholds from 0 to 1 are tried.
        class_id: None, or the only class that counts.
        name, dtype: see `Metric`.

    Example:
    >>> float(RecallAtPrecision(0.8)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]))
    0.5
    """

    rules = {"precision": FRACTION}

    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(_precision, _sensitivity, precision, num_thresholds, class_id, name, dtype)
        self.precision = precision
