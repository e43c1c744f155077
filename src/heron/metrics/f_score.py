"""F-scores: one number from precision and recall, over classes."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from heron import config
from heron.errors import ShapeError, note, shape_text
from heron.losses.alignment import aligned_weights, check_same_shape, squeeze_or_expand_to_same_rank
from heron.metrics.metric import Metric
from heron.ops.op import array
from heron.validate import POSITIVE, Rule, is_number, one_of

_THRESHOLD = Rule(
    "a number above 0 and up to 1",
    lambda v: is_number(v) and 0 < v <= 1,
    (0.5, 1.0),
    (0, -0.5, 1.5, "0.5"),
)


class FBetaScore(Metric):
    """The weighted harmonic mean of precision and recall: `(1 + beta**2) * p * r / (beta**2 * p + r)`.

    Args:
        average: how the classes become one number: `"micro"` counts over all of them, `"macro"` averages their scores,
            `"weighted"` averages by how often each class is true; None gives one score per class.
        beta: how many times as much recall counts as precision.
        threshold: a prediction above it says 1; None: the largest of each row does.
        name, dtype: see `Metric`.

    Example:
    >>> score = FBetaScore(beta=2.0, threshold=0.5)
    >>> score.update_state([[1, 1, 1], [1, 0, 0], [1, 1, 0]], [[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0.0]])
    >>> score.result().tolist()
    [0.3846, 0.9091, 0.8333]
    """

    rules = {
        "average": one_of(None, "micro", "macro", "weighted"),
        "beta": POSITIVE,
        "threshold": _THRESHOLD.or_none(),
    }
    _direction = "up"

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str | None = "fbeta_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.average = average
        self.beta = beta
        self.threshold = threshold

    def _make(self, shape: tuple[int, ...]) -> None:
        if self.threshold is None and shape[-1] == 1:
            note(
                f"Metric '{self.name}' has threshold=None, so the largest prediction of each row says 1; with one "
                "column that is every prediction.\nWrite threshold=0.5.",
            )
        shape = () if self.average == "micro" else shape[-1:]
        self.true_positives = self.add_variable(shape, "zeros", self.dtype, name="true_positives")
        self.false_positives = self.add_variable(shape, "zeros", self.dtype, name="false_positives")
        self.false_negatives = self.add_variable(shape, "zeros", self.dtype, name="false_negatives")
        self.intermediate_weights = self.add_variable(shape, "zeros", self.dtype, name="intermediate_weights")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Counts a batch.

        Args:
            y_true: labels 0 and 1 of shape `(batch, classes)`.
            y_pred: predictions of the same shape.
            sample_weight: None, or weights of shape `(batch,)`.

        Raises:
            ShapeError: for other shapes.
        """
        owner = f"Metric '{self.name}'"
        y_true, y_pred = squeeze_or_expand_to_same_rank(array(y_true, self.dtype), array(y_pred, self.dtype))
        check_same_shape(y_true.shape, y_pred.shape, owner)
        if y_pred.ndim != 2:
            raise ShapeError(
                f"{owner} takes predictions of shape (batch, classes); received shape {shape_text(y_pred.shape)}.\n"
                "Reshape labels and predictions to two axes."
            )
        if not self._variables:
            self._make(y_pred.shape)
        if self.threshold is None:
            says_1 = (y_pred >= jnp.max(y_pred, axis=-1, keepdims=True)) & (jnp.abs(y_pred) > 1e-9)
        else:
            says_1 = y_pred > self.threshold
        says_1 = says_1.astype(self.dtype)
        weights = jnp.ones((), self.dtype)
        if sample_weight is not None:
            weights = aligned_weights(y_pred, array(sample_weight, self.dtype))[1]
        axis = None if self.average == "micro" else 0
        for variable, counted in (
            (self.true_positives, says_1 * y_true),
            (self.false_positives, says_1 * (1 - y_true)),
            (self.false_negatives, (1 - says_1) * y_true),
            (self.intermediate_weights, y_true),
        ):
            variable.assign_add(jnp.sum(counted * weights, axis=axis))

    def result(self) -> Any:
        """Returns the score so far: a scalar, or one number per class when `average` is None; 0 before the first."""
        if not self._variables:
            return jnp.zeros((), self.dtype)
        right = self.true_positives.value
        precision = right / (right + self.false_positives.value + config.epsilon())
        recall = right / (right + self.false_negatives.value + config.epsilon())
        square = self.beta**2
        score = (1 + square) * (precision * recall / (square * precision + recall + config.epsilon()))
        if self.average == "weighted":
            weights = self.intermediate_weights.value
            return jnp.sum(score * (weights / (jnp.sum(weights) + config.epsilon())))
        return score if self.average is None else jnp.mean(score)


class F1Score(FBetaScore):
    """The harmonic mean of precision and recall.

    Args:
        average: how the classes become one number: `"micro"`, `"macro"`, `"weighted"`; None gives one score per class.
        threshold: a prediction above it says 1; None: the largest of each row does.
        name, dtype: see `Metric`.

    Example:
    >>> score = F1Score(threshold=0.5)
    >>> score.update_state([[1, 1, 1], [1, 0, 0], [1, 1, 0]], [[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0.0]])
    >>> score.result().tolist()
    [0.5, 0.8, 0.6667]
    """

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str | None = "f1_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(average, 1.0, threshold, name, dtype)
