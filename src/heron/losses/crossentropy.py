"""Cross-entropies: how surprised the predicted probabilities are by the labels."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from heron import config
from heron.errors import ShapeError, note, shape_text
from heron.layers.context import set_mask
from heron.losses.alignment import aligned, check_not_empty, floating, smallest
from heron.losses.loss import LossFunctionWrapper
from heron.ops.op import array
from heron.validate import BOOL, FRACTION, INT


def smoothed(y_true: jax.Array, label_smoothing: float, classes: int) -> jax.Array:
    """One-hot rows (or, for two classes, single labels) moved towards equal shares by `label_smoothing`."""
    return y_true * (1.0 - label_smoothing) + label_smoothing / classes if label_smoothing else y_true


def binary_terms(y_true: jax.Array, probability: jax.Array) -> jax.Array:
    """The cross-entropy of each element; probabilities stay away from 0 and 1 by epsilon."""
    # In 16 bits 1 - epsilon rounds to 1, whose complement has no logarithm: the float below 1 serves there.
    highest = 1.0 - max(config.epsilon(), float(jnp.finfo(probability.dtype).epsneg))
    probability = jnp.clip(probability, smallest(probability.dtype), highest)
    return -(y_true * jnp.log(probability) + (1.0 - y_true) * jnp.log(1.0 - probability))


def binary_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> jax.Array:
    """Returns the mean over `axis` of the cross-entropy of each element.

    Args:
        y_true: labels from 0 to 1 of shape `(batch, ..., d)`; `(batch,)` is taken as `(batch, 1)`.
        y_pred: predicted probabilities of the label 1, of the same shape; any numbers when `from_logits`.
        from_logits: True when the model has no sigmoid at its end.
        label_smoothing: the share, 0 to 1, by which labels move towards 0.5.
        axis: the axis to average over.

    Raises:
        ShapeError: for different shapes.

    Example:
    >>> binary_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).tolist()
    [0.693]
    """
    y_true, y_pred = aligned(y_true, y_pred, "binary_crossentropy")
    y_true = smoothed(y_true, label_smoothing, 2)
    if from_logits:
        terms = -y_true * jax.nn.log_sigmoid(y_pred) - (1.0 - y_true) * jax.nn.log_sigmoid(-y_pred)
    else:
        terms = binary_terms(y_true, y_pred)
    return jnp.mean(terms, axis=axis)


def log_probabilities(y_pred: jax.Array, from_logits: bool, axis: int) -> jax.Array:
    """The logarithms of what the model predicts, scaled to sum 1 along `axis`."""
    if from_logits:
        return jax.nn.log_softmax(y_pred, axis=axis)
    y_pred = y_pred / jnp.sum(y_pred, axis=axis, keepdims=True)
    return jnp.log(jnp.clip(y_pred, smallest(y_pred.dtype), 1.0 - config.epsilon()))


def warn_of_one_class(owner: str, y_pred: Any, axis: int) -> None:
    """Notes that a distribution over one class is always 1, so that nothing can be learned from it."""
    if y_pred.shape[axis] == 1:
        note(
            f"{owner} got predictions of shape {shape_text(y_pred.shape)}: one class is always certain, the loss stays "
            "0 and nothing is learned.\n"
            "For two classes use binary_crossentropy with a sigmoid.",
        )


def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> jax.Array:
    """Returns minus the sum over the classes of `y_true * log(y_pred)`.

    Args:
        y_true: one-hot rows or distributions of shape `(batch, ..., classes)`.
        y_pred: predicted probabilities of the same shape; any numbers when `from_logits`.
        from_logits: True when the model has no softmax at its end.
        label_smoothing: the share, 0 to 1, by which labels move towards equal shares.
        axis: the axis of the classes.

    Raises:
        ShapeError: for different shapes.

    Example:
    >>> categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).tolist()
    [0.693]
    """
    INT.check("categorical_crossentropy", "axis", axis)
    y_true, y_pred = aligned(y_true, y_pred, "categorical_crossentropy")
    warn_of_one_class("categorical_crossentropy", y_pred, axis)
    y_true = smoothed(y_true, label_smoothing, y_pred.shape[axis])
    return -jnp.sum(y_true * log_probabilities(y_pred, from_logits, axis), axis=axis)


def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, ignore_class: int | None = None, axis: int = -1
) -> jax.Array:
    """Returns minus the logarithm of the probability predicted for the true class.

    A class number outside of 0 to classes - 1 gives the loss 0, as no predicted class is it.

    Args:
        y_true: class numbers of shape `(batch, ...)`, or with a class axis of size 1.
        y_pred: predicted probabilities of shape `(batch, ..., classes)`; any numbers when `from_logits`.
        from_logits: True when the model has no softmax at its end.
        ignore_class: a class number that is left out, such as 255 or -1 for "unlabelled"; its loss is 0, and means are
            taken over the rest.
        axis: the axis of the classes.

    Raises:
        ShapeError: when `y_true` is not `y_pred` without its class axis.

    Example:
    >>> sparse_categorical_crossentropy([1, 0], [[0.5, 0.5], [1.0, 0.0]]).tolist()
    [0.693, 0.0]
    """
    y_pred = floating(y_pred)
    check_not_empty(y_pred.shape, "sparse_categorical_crossentropy")
    labels = _class_numbers(y_true, y_pred, axis)
    axis = axis % y_pred.ndim
    valid = None
    if ignore_class is not None:
        valid = labels != ignore_class
        y_pred = jnp.where(jnp.expand_dims(valid, axis), y_pred, 1)
    classes = jax.lax.broadcasted_iota(jnp.int32, y_pred.shape, axis)
    chosen = jnp.expand_dims(labels, axis) == classes
    values = -jnp.sum(jnp.where(chosen, log_probabilities(y_pred, from_logits, axis), 0), axis=axis)
    if valid is not None:
        values = jnp.where(valid, values, 0)
        set_mask(values, valid)
    return values


sparse_categorical_crossentropy.takes_class_numbers = True  # type: ignore[attr-defined]


def _class_numbers(y_true: Any, y_pred: jax.Array, axis: int) -> jax.Array:
    """The labels as int32, without a class axis of size 1."""
    labels = array(y_true)
    given = labels.shape
    if labels.ndim == y_pred.ndim and labels.ndim and labels.shape[axis] == 1:
        labels = jnp.squeeze(labels, axis)
    wanted = tuple(np.delete(np.array(y_pred.shape, dtype=object), axis)) if y_pred.ndim else ()
    if not y_pred.ndim or labels.shape != wanted:
        raise ShapeError(
            "sparse_categorical_crossentropy takes class numbers, one for each row of probabilities: y_true of shape "
            f"{shape_text(wanted)} for y_pred of shape {shape_text(y_pred.shape)}; "
            f"received y_true of shape {shape_text(given)}.\n{_sparse_mend(given, y_pred.shape)}"
        )
    return labels.astype(jnp.int32)


def _sparse_mend(given: tuple[int, ...], predicted: tuple[int, ...]) -> str:
    if given == predicted:
        return "One-hot rows go with categorical_crossentropy; or turn them into class numbers: y.argmax(-1)."
    if len(predicted) > len(given) + 1:
        return "Put heron.layers.Flatten() or a pooling layer before the last layer: it is to predict once per sample."
    return "Give y_true one class number per prediction."


class BinaryCrossentropy(LossFunctionWrapper):
    """Cross-entropy of labels 0 and 1, for one sigmoid per label.

    Args:
        from_logits: True when the model has no sigmoid at its end.
        label_smoothing: the share, 0 to 1, by which labels move towards 0.5.
        axis: the axis to average over.
        reduction, name, dtype: see `Loss`.

    Example:
    >>> float(BinaryCrossentropy()([[0.0], [1.0]], [[0.5], [0.5]]))
    0.693
    """

    rules = {"from_logits": BOOL, "label_smoothing": FRACTION, "axis": INT}

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
    ) -> None:
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(binary_crossentropy, reduction, name, dtype, **options)


class CategoricalCrossentropy(LossFunctionWrapper):
    """Cross-entropy of one-hot labels, for a softmax over the classes.

    Args:
        from_logits: True when the model has no softmax at its end.
        label_smoothing: the share, 0 to 1, by which labels move towards equal shares.
        axis: the axis of the classes.
        reduction, name, dtype: see `Loss`.

    Example:
    >>> float(CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]]))
    0.693
    """

    rules = {"from_logits": BOOL, "label_smoothing": FRACTION, "axis": INT}

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(categorical_crossentropy, reduction, name, dtype, **options)


class SparseCategoricalCrossentropy(LossFunctionWrapper):
    """Cross-entropy of labels that are class numbers, for a softmax over the classes.

    Args:
        from_logits: True when the model has no softmax at its end.
        ignore_class: a class number that is left out; None for none.
        reduction: see `Loss`.
        axis: the axis of the classes.
        name, dtype: see `Loss`.

    Example:
    >>> float(SparseCategoricalCrossentropy(from_logits=True)([1, 0], [[3.0, 3.0], [3.0, 3.0]]))
    0.693
    """

    rules = {"from_logits": BOOL, "ignore_class": INT.or_none(), "axis": INT}

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        options = {"from_logits": from_logits, "ignore_class": ignore_class, "axis": axis}
        super().__init__(sparse_categorical_crossentropy, reduction, name, dtype, **options)
