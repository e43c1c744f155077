"""Cross-entropies that weigh easy samples down (focal) or forgive wrong labels (generalized)."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron import config
from heron.losses.alignment import aligned, check_same_shape, floating, smallest
from heron.losses.crossentropy import binary_terms, smoothed, warn_of_one_class
from heron.losses.loss import LossFunctionWrapper
from heron.ops.op import array
from heron.validate import BOOL, FRACTION, INT, NON_NEGATIVE, Rule, is_number

CLASS_WEIGHTS = Rule(
    "a number, or one number per class",
    lambda v: is_number(v) or (isinstance(v, list | tuple) and len(v) > 0 and all(is_number(i) for i in v)),
    (0.25, [0.5, 1.0], (0.1,)),
    ("0.25", None, [], ["a"]),
)
OPEN_FRACTION = Rule(
    "a number between 0 and 1, both excluded", lambda v: is_number(v) and 0 < v < 1, (0.5, 0.1), (0, 1, -0.5, "x", None)
)


def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> jax.Array:
    """Returns binary cross-entropy times `(1 - p)**gamma`, where `p` is the probability given to the true label.

    Args:
        y_true: labels from 0 to 1 of shape `(batch, ..., d)`; `(batch,)` is taken as `(batch, 1)`.
        y_pred: predicted probabilities of the same shape; any numbers when `from_logits`.
        apply_class_balancing: True multiplies by `alpha` for label 1 and by `1 - alpha` for label 0.
        alpha: the weight of label 1.
        gamma: how strongly easy samples are weighed down; 0 for not at all.
        from_logits: True when the model has no sigmoid at its end.
        label_smoothing: the share, 0 to 1, by which labels move towards 0.5.
        axis: the axis to average over.

    Raises:
        ShapeError: for different shapes.

    Source: Lin et al., Focal Loss for Dense Object Detection, 2018, arXiv:1708.02002.

    Example:
    >>> binary_focal_crossentropy([[1.0]], [[0.5]]).tolist()
    [0.1733]
    """
    y_true, y_pred = aligned(y_true, y_pred, "binary_focal_crossentropy")
    y_true = smoothed(y_true, label_smoothing, 2)
    probability = jax.nn.sigmoid(y_pred) if from_logits else y_pred
    of_truth = y_true * probability + (1 - y_true) * (1 - probability)
    terms = jnp.power(1.0 - of_truth, gamma) * binary_terms(y_true, probability)
    if apply_class_balancing:
        terms = terms * (y_true * alpha + (1 - y_true) * (1 - alpha))
    return jnp.mean(terms, axis=axis)


def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: Any = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> jax.Array:
    """Returns categorical cross-entropy with each class weighed by `alpha * (1 - p)**gamma`.

    Args:
        y_true: one-hot rows of shape `(batch, ..., classes)`.
        y_pred: predicted probabilities of the same shape; any numbers when `from_logits`.
        alpha: a weight, or one for each class.
        gamma: how strongly easy samples are weighed down; 0 for not at all.
        from_logits: True when the model has no softmax at its end.
        label_smoothing: the share, 0 to 1, by which labels move towards equal shares.
        axis: the axis of the classes.

    Raises:
        ShapeError: for different shapes.

    Source: Lin et al., Focal Loss for Dense Object Detection, 2018, arXiv:1708.02002.

    Example:
    >>> categorical_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).tolist()
    [0.0433]
    """
    INT.check("categorical_focal_crossentropy", "axis", axis)
    y_true, y_pred = aligned(y_true, y_pred, "categorical_focal_crossentropy")
    warn_of_one_class("categorical_focal_crossentropy", y_pred, axis)
    y_true = smoothed(y_true, label_smoothing, y_pred.shape[axis])
    probability = jax.nn.softmax(y_pred, axis=axis) if from_logits else y_pred
    probability = probability / jnp.sum(probability, axis=axis, keepdims=True)
    probability = jnp.clip(probability, smallest(probability.dtype), 1.0 - config.epsilon())
    weight = jnp.power(1.0 - probability, gamma) * jnp.asarray(alpha, y_pred.dtype)
    return jnp.sum(-weight * y_true * jnp.log(probability), axis=axis)


def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: float) -> jax.Array:
    """Returns `(1 - p**q) / q`, where `p` is the probability predicted for the true class.

    Args:
        y_true: class numbers of shape `(batch, ...)`, or with a last axis of size 1.
        y_pred: predicted probabilities of shape `(batch, ..., classes)`.
        q: between 0 (cross-entropy) and 1 (mean absolute error).

    Raises:
        ShapeError: when `y_true` is not `y_pred` without its last axis.

    Source: Zhang and Sabuncu, Generalized Cross Entropy Loss, 2018, arXiv:1805.07836.

    Example:
    >>> categorical_generalized_cross_entropy([1], [[0.75, 0.25]], q=0.5).tolist()
    [1.0]
    """
    y_pred = floating(y_pred)
    labels = array(y_true)
    if labels.ndim == y_pred.ndim and labels.shape[-1:] == (1,):
        labels = labels[..., 0]
    check_same_shape(labels.shape, y_pred.shape[:-1], "categorical_generalized_cross_entropy (without the class axis)")
    chosen = labels.astype(jnp.int32)[..., None] == jnp.arange(y_pred.shape[-1])
    of_truth = jnp.sum(jnp.where(chosen, y_pred, 0), axis=-1)
    return (1 - jnp.power(jnp.maximum(of_truth, config.epsilon()), q)) / q  # the slope at 0 is infinite


categorical_generalized_cross_entropy.takes_class_numbers = True  # type: ignore[attr-defined]


class BinaryFocalCrossentropy(LossFunctionWrapper):
    """Binary cross-entropy in which samples that are already right count little.

    Args:
        apply_class_balancing: True multiplies by `alpha` for label 1 and by `1 - alpha` for label 0.
        alpha: the weight of label 1.
        gamma: how strongly easy samples are weighed down; 0 for not at all.
        from_logits: True when the model has no sigmoid at its end.
        label_smoothing: the share, 0 to 1, by which labels move towards 0.5.
        axis: the axis to average over.
        reduction, name, dtype: see `Loss`.

    Source: Lin et al., Focal Loss for Dense Object Detection, 2018, arXiv:1708.02002.

    Example:
    >>> float(BinaryFocalCrossentropy()([[1.0], [0.0]], [[0.5], [0.5]]))
    0.1733
    """

    rules = {
        "apply_class_balancing": BOOL,
        "alpha": FRACTION,
        "gamma": NON_NEGATIVE,
        "from_logits": BOOL,
        "label_smoothing": FRACTION,
        "axis": INT,
    }

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            binary_focal_crossentropy,
            reduction,
            name,
            dtype,
            apply_class_balancing=apply_class_balancing,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class CategoricalFocalCrossentropy(LossFunctionWrapper):
    """Categorical cross-entropy in which samples that are already right count little.

    Args:
        alpha: a weight, or one for each class.
        gamma: how strongly easy samples are weighed down; 0 for not at all.
        from_logits: True when the model has no softmax at its end.
        label_smoothing: the share, 0 to 1, by which labels move towards equal shares.
        axis: the axis of the classes.
        reduction, name, dtype: see `Loss`.

    Source: Lin et al., Focal Loss for Dense Object Detection, 2018, arXiv:1708.02002.

    Example:
    >>> float(CategoricalFocalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]]))
    0.0433
    """

    rules = {
        "alpha": CLASS_WEIGHTS,
        "gamma": NON_NEGATIVE,
        "from_logits": BOOL,
        "label_smoothing": FRACTION,
        "axis": INT,
    }

    def __init__(
        self,
        alpha: Any = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            categorical_focal_crossentropy,
            reduction,
            name,
            dtype,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class CategoricalGeneralizedCrossEntropy(LossFunctionWrapper):
    """Cross-entropy that forgives wrong labels: `(1 - p**q) / q`, for labels that are class numbers.

    Args:
        q: between 0 (cross-entropy) and 1 (mean absolute error), both excluded.
        reduction, name, dtype: see `Loss`.

    Source: Zhang and Sabuncu, Generalized Cross Entropy Loss, 2018, arXiv:1805.07836.

    Example:
    >>> float(CategoricalGeneralizedCrossEntropy()([1], [[0.75, 0.25]]))
    1.0
    """

    rules = {"q": OPEN_FRACTION}

    def __init__(
        self,
        q: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_generalized_cross_entropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(categorical_generalized_cross_entropy, reduction, name, dtype, q=q)
