"""Counts of right and wrong predictions at each of several thresholds: what Precision, Recall and AUC are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from heron import config
from heron.errors import ShapeError, shape_text
from heron.losses.alignment import check_same_shape, squeeze_or_expand_to_same_rank
from heron.metrics.metric import Metric
from heron.ops.op import array
from heron.validate import Rule, is_number

# Below every prediction: the threshold when the k best count as predicted, and the value of all others then.
LOWEST = -1e10
# Up to here comparing with every threshold is cheaper than sorting predictions between them.
_FEW = 8

THRESHOLDS = Rule(
    "a number from 0 to 1, or a list of them",
    lambda v: all(is_number(t) and 0 <= t <= 1 for t in (v if isinstance(v, list | tuple) and v else [v])),
    (0.5, 0, [0.0, 0.5, 1.0], (0.1,)),
    (-0.1, 1.5, [0.5, 2], "0.5", []),
)


class Counts(NamedTuple):
    """The weighted numbers of true positives, false positives, true negatives and false negatives."""

    true_positives: Any
    false_positives: Any
    true_negatives: Any
    false_negatives: Any


class Thresholds:
    """Thresholds in the order in which they were given, and how to count what is above each.

    Args:
        values: numbers, at least one.
        margin: True widens the first and last by epsilon, so that 0 is above the first and 1 not above the last.
    """

    def __init__(self, values: Sequence[float], margin: bool = False) -> None:
        self.listed = [float(v) for v in values]
        exact = np.array(self.listed)
        steps = np.arange(len(exact)) / max(len(exact) - 1, 1)
        self.even = len(exact) > 2 and np.allclose(exact, steps, atol=config.epsilon())
        self.margin = margin
        if margin:
            exact[[0, -1]] += [-config.epsilon(), config.epsilon()]
        self.exact = exact

    def __len__(self) -> int:
        return len(self.listed)

    def sums_above(self, y_pred: jax.Array, *weights: jax.Array) -> list[jax.Array]:
        """For each threshold and label the sum of the weights whose prediction is above it.

        Args:
            y_pred: predictions of shape `(n, labels)`.
            *weights: arrays of the same shape.

        Returns:
            An array of shape `(thresholds, labels)` for each of `weights`.
        """
        if self.even:
            y_pred = jnp.clip(y_pred, 0, 1)
        if len(self) <= _FEW:
            above = y_pred > self.exact.astype(y_pred.dtype)[:, None, None]  # (T, N, L)
            return [jnp.sum(jnp.where(above, w, 0), axis=1) for w in weights]
        # Each prediction falls between two thresholds; what is above one is what fell between it and those after it.
        order = np.argsort(self.exact, kind="stable")
        place = self._count_below(y_pred, self.exact[order])
        labels = jnp.arange(y_pred.shape[1])
        back = np.argsort(order, kind="stable")
        sums = []
        for w in weights:
            between = jnp.zeros((len(self) + 1, y_pred.shape[1]), w.dtype).at[place, labels].add(w)
            sums.append(jnp.cumsum(between[::-1], axis=0)[::-1][1:][back])
        return sums

    def _count_below(self, y_pred: jax.Array, ordered: np.ndarray) -> jax.Array:
        """How many thresholds are below each prediction."""
        if not self.even:
            return jnp.searchsorted(jnp.asarray(ordered, y_pred.dtype), y_pred, side="left")
        place = jnp.ceil(y_pred * (len(self) - 1)).astype(jnp.int32)
        return jnp.maximum(place, 1) if self.margin else place


def even_thresholds(count: int) -> list[float]:
    """`count` numbers from 0 to 1 in equal steps; 0.5 for one."""
    return [0.5] if count == 1 else [i / (count - 1) for i in range(count)]


def prepare(
    y_true: Any, y_pred: Any, owner: str, dtype: Any, top_k: int | None = None, class_id: int | None = None
) -> tuple[jax.Array, jax.Array]:
    """Labels and predictions of one shape, only of the class `class_id`, only the `top_k` of each row predicted.

    Raises:
        ShapeError: for different shapes, or a `class_id` without a class axis.
    """
    y_true, y_pred = squeeze_or_expand_to_same_rank(array(y_true, dtype), array(y_pred, dtype))
    check_same_shape(y_true.shape, y_pred.shape, owner)
    if top_k is not None:
        best = jax.lax.top_k(y_pred, min(top_k, y_pred.shape[-1]))[1]
        is_best = jnp.any(best[..., None] == jnp.arange(y_pred.shape[-1]), axis=-2)
        y_pred = jnp.where(is_best, y_pred, LOWEST)
    if class_id is not None:
        if y_pred.ndim < 2 or class_id >= y_pred.shape[-1]:
            raise ShapeError(
                f"{owner}: class_id={class_id} needs predictions with a class axis of {class_id + 1} classes or more; "
                f"received y_pred of shape {shape_text(y_pred.shape)}.\nLeave class_id out, or choose a smaller one."
            )
        y_true, y_pred = y_true[..., class_id, None], y_pred[..., class_id, None]
    return y_true, y_pred


def count(
    thresholds: Thresholds,
    y_true: jax.Array,
    y_pred: jax.Array,
    sample_weight: Any = None,
    label_weights: Any = None,
    by_label: bool = False,
) -> Counts:
    """Counts predictions above and below each threshold.

    Args:
        thresholds: what a prediction must be above to say 1.
        y_true: labels; any but 0 counts as 1.
        y_pred: predictions of the same shape.
        sample_weight: None, or weights of the shape of the labels or of their leading axes.
        label_weights: None, or one weight for each entry of the last axis.
        by_label: True keeps the last axis apart.

    Returns:
        Arrays of shape `(thresholds,)`, or `(thresholds, labels)` when `by_label`.

    Raises:
        ShapeError: when the weights do not fit.
    """
    weights = jnp.ones((), y_pred.dtype) if sample_weight is None else _weights(sample_weight, y_pred)
    if label_weights is not None:
        weights = weights * label_weights
    weights = jnp.broadcast_to(weights, y_pred.shape)
    positive = jnp.where(y_true != 0, weights, 0)
    negative = jnp.where(y_true != 0, 0, weights)
    if not by_label:
        positive, negative, y_pred = (a.reshape(-1, 1) for a in (positive, negative, y_pred))
    true_positives, false_positives = thresholds.sums_above(y_pred, positive, negative)
    counts = Counts(
        true_positives,
        false_positives,
        jnp.sum(negative, axis=0) - false_positives,
        jnp.sum(positive, axis=0) - true_positives,
    )
    return counts if by_label else Counts(*(c[:, 0] for c in counts))


def _weights(sample_weight: Any, y_pred: jax.Array) -> jax.Array:
    weights = array(sample_weight, y_pred.dtype)
    given = weights.shape
    if 0 < weights.ndim < y_pred.ndim:
        weights = weights.reshape(given + (1,) * (y_pred.ndim - weights.ndim))
    if weights.ndim == y_pred.ndim + 1 and given[-1] == 1:
        weights = weights[..., 0]
    fits = weights.ndim in (0, y_pred.ndim) and all(
        w in (1, p) for w, p in zip(weights.shape, y_pred.shape, strict=False)
    )
    if not fits:
        raise ShapeError(
            f"sample_weight must have the shape of the labels, {shape_text(y_pred.shape)}, or that of their leading "
            f"axes; received {shape_text(given)}.\n"
            f"Pass one weight per sample: an array of shape {shape_text(y_pred.shape[:1])}."
        )
    return weights


class CountingMetric(Metric):
    """A metric whose state is some of the four counts, in variables of the same names.

    Args:
        thresholds: the thresholds to count at.
        counted: which of the four, in the order of the variables.
        name, dtype: see `Metric`.
    """

    _variables_at_start = True

    def __init__(self, thresholds: Thresholds, counted: Sequence[str], name: str | None, dtype: Any) -> None:
        super().__init__(name=name, dtype=dtype)
        self._thresholds = thresholds
        self._counted = tuple(counted)

    def _make(self, shape: tuple[int, ...]) -> None:
        for part in self._counted:
            setattr(self, part, self.add_variable(shape, "zeros", name=part))

    def _add(self, counts: Counts) -> None:
        for part in self._counted:
            getattr(self, part).assign_add(getattr(counts, part))

    def _values(self) -> Counts:
        """The counts so far; None for those that are not kept."""
        return Counts(*(getattr(self, part).value if part in self._counted else None for part in Counts._fields))
