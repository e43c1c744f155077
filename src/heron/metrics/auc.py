"""AUC: the area under the ROC, precision-recall or precision-recall-gain curve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from heron.errors import ArgumentError, ShapeError, shape_text
from heron.losses.reduction import divide_no_nan
from heron.metrics.confusion import CountingMetric, Counts, Thresholds, count, even_thresholds, prepare
from heron.ops.op import array
from heron.validate import BOOL, POSITIVE_INT, Rule, is_int, is_number, one_of

_INNER = Rule(
    "a list of numbers from 0 to 1, or None",
    lambda v: v is None or (isinstance(v, list | tuple) and all(is_number(t) and 0 <= t <= 1 for t in v)),
    (None, [0.25, 0.5], (0.5,)),
    (0.5, [2.0], ["a"]),
)
_COUNT = Rule("an integer of 2 or more", lambda v: is_int(v) and v >= 2, (2, 200), (1, 0, 2.5, None))
_WEIGHTS = Rule(
    "a list or array with one number per label, or None",
    lambda v: v is None or hasattr(v, "shape") or (isinstance(v, list | tuple) and all(is_number(w) for w in v)),
    (None, [0.2, 0.8]),
    ("a", ["a"], 3),
)


class AUC(CountingMetric):
    """The area under a curve that runs over all thresholds; 0.5 is guessing and 1 perfect for ROC.

    The curve is drawn at `num_thresholds` points, so that the area is an approximation.

    Args:
        num_thresholds: at how many thresholds from 0 to 1, at least 2.
        curve: `"ROC"` (recall over false alarms), `"PR"` (precision over recall) or `"PRGAIN"`.
        summation_method: how the area between two points is filled: `"interpolation"`, or by the lower
            (`"minoring"`) or higher (`"majoring"`) of both.
        name, dtype: see `Metric`.
        thresholds: the inner thresholds, in place of `num_thresholds`; 0 and 1 are added.
        multi_label: True keeps the labels of the last axis apart and averages their areas.
        num_labels: how many labels, when `multi_label`; None to learn it from the first batch.
        label_weights: None, or one weight per label.
        from_logits: True when the model has no sigmoid at its end.

    Raises:
        ArgumentError: for `num_labels` without `multi_label`.

    Source: Davis and Goadrich, The Relationship Between Precision-Recall and ROC Curves, 2006; Flach and Kull,
    Precision-Recall-Gain Curves, 2015.

    Example:
    >>> float(AUC()([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]))
    0.75
    """

    rules = {
        "num_thresholds": _COUNT,
        "curve": one_of("ROC", "PR", "PRGAIN", "roc", "pr", "prgain"),
        "summation_method": one_of("interpolation", "minoring", "majoring", "Interpolation", "Minoring", "Majoring"),
        "thresholds": _INNER,
        "multi_label": BOOL,
        "num_labels": POSITIVE_INT.or_none(),
        "label_weights": _WEIGHTS,
        "from_logits": BOOL,
    }
    _direction = "up"
    _variables_at_start = False

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: Any = None,
        thresholds: Sequence[float] | None = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Any = None,
        from_logits: bool = False,
    ) -> None:
        inner = even_thresholds(num_thresholds)[1:-1] if thresholds is None else sorted(thresholds)
        limits = Thresholds([0.0, *inner, 1.0], margin=True)
        super().__init__(
            limits, ("true_positives", "false_positives", "true_negatives", "false_negatives"), name, dtype
        )
        if num_labels and not multi_label:
            raise ArgumentError(
                f"AUC: num_labels={num_labels} is for multi_label=True, which it is not.\n"
                "Write multi_label=True, or leave num_labels out."
            )
        self.num_thresholds = len(limits)
        self.thresholds = [float(t) for t in limits.exact]
        self.curve = curve.upper()
        self.summation_method = summation_method.lower()
        self.multi_label = multi_label
        self.num_labels = num_labels
        self.label_weights = label_weights
        self.from_logits = from_logits
        if num_labels or not multi_label:
            self._make((len(limits), num_labels) if num_labels else (len(limits),))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Counts a batch.

        Args:
            y_true: labels 0 and 1, of any shape; `(batch, labels)` when `multi_label`.
            y_pred: predicted probabilities of the same shape; any numbers when `from_logits`.
            sample_weight: None, or weights of that shape or of its leading axes.

        Raises:
            ShapeError: when labels, predictions and weights do not fit each other or the first batch.
        """
        owner = f"Metric '{self.name}'"
        y_true, y_pred = prepare(y_true, y_pred, owner, self._variables[0].dtype if self._variables else self.dtype)
        if self.multi_label:
            self._check_labels(owner, y_pred.shape)
        if self.from_logits:
            y_pred = jax.nn.sigmoid(y_pred)
        weights = None if self.multi_label or self.label_weights is None else self._label_weights(y_pred.dtype)
        self._add(count(self._thresholds, y_true, y_pred, sample_weight, weights, by_label=self.multi_label))

    def _check_labels(self, owner: str, shape: tuple[int, ...]) -> None:
        wanted = self._variables[0].shape[1] if self._variables else None
        if len(shape) != 2 or (wanted is not None and shape[1] != wanted):
            raise ShapeError(
                f"{owner} has multi_label=True and takes predictions of shape (batch, {wanted or 'labels'}); received "
                f"shape {shape_text(shape)}.\nReshape them, or make the metric with multi_label=False."
            )
        if wanted is None:
            self._make((self.num_thresholds, shape[1]))

    def _label_weights(self, dtype: Any) -> Any:
        return array(self.label_weights, dtype)

    def result(self) -> Any:
        """Returns the area so far, a scalar."""
        counts = self._values()
        if self.curve == "PR" and self.summation_method == "interpolation":
            return self._average(_interpolated_pr_terms(counts))
        x, y = _CURVES[self.curve](counts)
        left, right = y[:-1], y[1:]
        heights = {
            "interpolation": lambda: (left + right) / 2.0,
            "minoring": lambda: jnp.minimum(left, right),
            "majoring": lambda: jnp.maximum(left, right),
        }[self.summation_method]()
        return self._average((x[:-1] - x[1:]) * heights)

    def _average(self, terms: Any) -> Any:
        areas = jnp.sum(terms, axis=0)
        if not self.multi_label:
            return areas
        if self.label_weights is None:
            return jnp.mean(areas)
        weights = self._label_weights(areas.dtype)
        return divide_no_nan(jnp.sum(areas * weights), jnp.sum(weights))


def _roc(c: Counts) -> tuple[Any, Any]:
    return (
        divide_no_nan(c.false_positives, c.false_positives + c.true_negatives),
        divide_no_nan(c.true_positives, c.true_positives + c.false_negatives),
    )


def _pr(c: Counts) -> tuple[Any, Any]:
    return (
        divide_no_nan(c.true_positives, c.true_positives + c.false_negatives),
        divide_no_nan(c.true_positives, c.true_positives + c.false_positives),
    )


def _pr_gain(c: Counts) -> tuple[Any, Any]:
    odds = divide_no_nan(c.true_positives + c.false_negatives, c.true_negatives + c.false_positives)
    recall_gain = 1.0 - odds * divide_no_nan(c.false_negatives, c.true_positives)
    precision_gain = 1.0 - odds * divide_no_nan(c.false_positives, c.true_positives)
    none = c.true_positives == 0
    return jnp.maximum(jnp.where(none, 0.0, recall_gain), 0.0), jnp.where(none, 1.0, precision_gain)


_CURVES = {"ROC": _roc, "PR": _pr, "PRGAIN": _pr_gain}


def _interpolated_pr_terms(c: Counts) -> Any:
    """The area between neighbouring points of the PR curve, where true positives, not precision, run on a line."""
    predicted = c.true_positives + c.false_positives
    before, after = predicted[:-1], predicted[1:]
    gained = c.true_positives[:-1] - c.true_positives[1:]
    slope = divide_no_nan(gained, jnp.maximum(before - after, 0))
    intercept = c.true_positives[1:] - slope * after
    ratio = jnp.where((before > 0) & (after > 0), divide_no_nan(before, jnp.maximum(after, 0)), 1)
    labelled = jnp.maximum(c.true_positives[1:] + c.false_negatives[1:], 0)
    return divide_no_nan(slope * (gained + intercept * jnp.log(ratio)), labelled)
