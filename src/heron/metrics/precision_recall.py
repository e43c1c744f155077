"""Precision, Recall and the four counts behind them."""

from __future__ import annotations

from typing import Any, ClassVar

from heron.losses.reduction import divide_no_nan
from heron.metrics.confusion import LOWEST, THRESHOLDS, CountingMetric, Thresholds, count, prepare
from heron.validate import NON_NEGATIVE_INT, POSITIVE_INT


def _as_thresholds(thresholds: Any, default: float = 0.5) -> Thresholds:
    given = default if thresholds is None else thresholds
    return Thresholds(list(given) if isinstance(given, list | tuple) else [given])


class _OneCount(CountingMetric):
    """The number of samples of one of the four kinds, at each threshold."""

    rules = {"thresholds": THRESHOLDS.or_none()}
    _kind: ClassVar[str] = ""

    def __init__(self, thresholds: Any = None, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(_as_thresholds(thresholds), (self._kind,), name, dtype)
        self.init_thresholds = thresholds
        self.thresholds = self._thresholds.listed
        self.accumulator = self.add_variable((len(self.thresholds),), "zeros", name="accumulator")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Counts a batch."""
        y_true, y_pred = prepare(y_true, y_pred, f"Metric '{self.name}'", self.accumulator.dtype)
        counts = count(self._thresholds, y_true, y_pred, sample_weight)
        self.accumulator.assign_add(getattr(counts, self._kind))

    def result(self) -> Any:
        """Returns the number so far: a scalar for one threshold, else one number for each."""
        return self.accumulator.value[0] if len(self.thresholds) == 1 else self.accumulator.value


class TruePositives(_OneCount):
    """How many samples of label 1 are predicted above the threshold.

    Args:
        thresholds: a number from 0 to 1, or a list of them; None for 0.5.
        name, dtype: see `Metric`.

    Example:
    >>> float(TruePositives()([0, 1, 1, 1], [1, 0, 1, 1]))
    2.0
    """

    _kind = "true_positives"


class TrueNegatives(_OneCount):
    """How many samples of label 0 are not predicted above the threshold.

    Args:
        thresholds: a number from 0 to 1, or a list of them; None for 0.5.
        name, dtype: see `Metric`.

    Example:
    >>> float(TrueNegatives()([0, 1, 0, 0], [1, 1, 0, 0]))
    2.0
    """

    _kind = "true_negatives"


class FalsePositives(_OneCount):
    """How many samples of label 0 are predicted above the threshold.

    Args:
        thresholds: a number from 0 to 1, or a list of them; None for 0.5.
        name, dtype: see `Metric`.

    Example:
    >>> float(FalsePositives()([0, 1, 0, 0], [0, 0, 1, 1]))
    2.0
    """

    _kind = "false_positives"


class FalseNegatives(_OneCount):
    """How many samples of label 1 are not predicted above the threshold.

    Args:
        thresholds: a number from 0 to 1, or a list of them; None for 0.5.
        name, dtype: see `Metric`.

    Example:
    >>> float(FalseNegatives()([0, 1, 1, 1], [0, 1, 0, 0]))
    2.0
    """

    _kind = "false_negatives"


class _Share(CountingMetric):
    """True positives over true positives and one kind of mistake."""

    rules = {
        "thresholds": THRESHOLDS.or_none(),
        "top_k": POSITIVE_INT.or_none(),
        "class_id": NON_NEGATIVE_INT.or_none(),
    }
    _direction = "up"
    _mistake: ClassVar[str] = ""

    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        limits = _as_thresholds(thresholds, 0.5 if top_k is None else LOWEST)
        super().__init__(limits, ("true_positives", self._mistake), name, dtype)
        self.init_thresholds = thresholds
        self.thresholds = limits.listed
        self.top_k = top_k
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
        y_true, y_pred = prepare(y_true, y_pred, f"Metric '{self.name}'", dtype, self.top_k, self.class_id)
        self._add(count(self._thresholds, y_true, y_pred, sample_weight))

    def result(self) -> Any:
        """Returns the share so far, 0 for none: a scalar for one threshold, else one number for each."""
        right, wrong = (v.value for v in self._variables)
        share = divide_no_nan(right, right + wrong)
        return share[0] if len(self.thresholds) == 1 else share


class Precision(_Share):
    """Of the samples predicted 1, the share whose label is 1.

    Args:
        thresholds: a number from 0 to 1, or a list of them; None for 0.5, or for none when `top_k` is given.
        top_k: None, or how many classes of each row, those predicted highest, count as predicted.
        class_id: None, or the only class that counts.
        name, dtype: see `Metric`.

    Example:
    >>> float(Precision()([0, 1, 1, 1], [1, 0, 1, 1]))
    0.6667
    """

    _mistake = "false_positives"


class Recall(_Share):
    """Of the samples whose label is 1, the share predicted 1.

    Args:
        thresholds: a number from 0 to 1, or a list of them; None for 0.5, or for none when `top_k` is given.
        top_k: None, or how many classes of each row, those predicted highest, count as predicted.
        class_id: None, or the only class that counts.
        name, dtype: see `Metric`.

    Example:
    >>> float(Recall()([0, 1, 1, 1], [1, 0, 1, 1]))
    0.6667
    """

    _mistake = "false_negatives"
