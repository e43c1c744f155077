"""Shapes of labels, predictions, weights and masks: what is meant is aligned, a silent broadcast is refused."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron import config
from heron.errors import ShapeError, shape_text
from heron.ops.op import array


def floating(x: Any) -> jax.Array:
    """`x` as an array of floats: its own float dtype, else `heron.config.floatx()`."""
    dtype = getattr(x, "dtype", None)
    if dtype is not None and jnp.issubdtype(dtype, jnp.floating):
        return array(x)
    return array(x, config.floatx())


def smallest(dtype: Any) -> float:
    """Epsilon, or in float16 the smallest number whose inverse is finite: what logarithms and divisions stay above."""
    return max(config.epsilon(), float(jnp.finfo(dtype).tiny))


def squeeze_or_expand_to_same_rank(x1: Any, x2: Any, expand_rank_1: bool = True) -> tuple[Any, Any]:
    """Adds or drops a last axis of size 1 where the two ranks differ by exactly one.

    Args:
        x1: an array.
        x2: an array.
        expand_rank_1: True gives `(n,)` against `(n, 1)` a last axis; False takes the axis off the other one.

    Returns:
        Both arrays; as they were when no last axis of size 1 explains the difference.
    """
    if x1.ndim == x2.ndim + 1 and x1.shape[-1] == 1:
        return (x1, x2[..., None]) if x2.ndim == 1 and expand_rank_1 else (x1[..., 0], x2)
    if x2.ndim == x1.ndim + 1 and x2.shape[-1] == 1:
        return (x1[..., None], x2) if x1.ndim == 1 and expand_rank_1 else (x1, x2[..., 0])
    return x1, x2


def aligned(y_true: Any, y_pred: Any, owner: str) -> tuple[jax.Array, jax.Array]:
    """Labels and predictions as floats of one dtype and one shape; `(n,)` against `(n, 1)` means `(n, 1)`.

    Args:
        y_true: the labels.
        y_pred: the predictions; their float dtype is used for both.
        owner: the loss or metric, for the message.

    Raises:
        ShapeError: when the shapes still differ, as broadcasting would compare each label with many predictions; and
            for an empty last axis, whose mean does not exist.
    """
    y_pred = floating(y_pred)
    y_true = array(y_true, y_pred.dtype)
    y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
    check_same_shape(y_true.shape, y_pred.shape, owner)
    check_not_empty(y_pred.shape, owner)
    return y_true, y_pred


def check_same_shape(true_shape: Any, pred_shape: Any, owner: str) -> None:
    """Raises `ShapeError` unless the two shapes are equal."""
    if tuple(true_shape) != tuple(pred_shape):
        raise ShapeError(
            f"{owner} compares each prediction with one label, so y_true and y_pred must have the same shape; "
            f"received y_true of shape {shape_text(true_shape)} and y_pred of shape {shape_text(pred_shape)}.\n"
            f"{_mend(tuple(true_shape), tuple(pred_shape))}"
        )


def check_not_empty(pred_shape: Any, owner: str) -> None:
    """Raises `ShapeError` for predictions that hold nothing for each sample."""
    if len(pred_shape) > 1 and pred_shape[-1] == 0:
        raise ShapeError(
            f"{owner} needs predictions with at least one column; received y_pred of shape {shape_text(pred_shape)}, "
            "whose last axis is empty.\nLook at the slice or layer that made it."
        )


def _mend(true_shape: tuple[int, ...], pred_shape: tuple[int, ...]) -> str:
    """What to change when labels of one shape meet predictions of another."""
    if len(true_shape) == len(pred_shape) >= 2 and true_shape[:-1] == pred_shape[:-1]:
        wanted, given = true_shape[-1], pred_shape[-1]
        return (
            f"The labels have {columns_text(wanted)} and the model predicts {given}: end the model with "
            f"Dense({wanted}), or give y_true {columns_text(given)}."
        )
    if len(true_shape) == 1 and len(pred_shape) == 2 and true_shape == pred_shape[:1]:
        return (
            f"The labels are one number each and the model predicts {pred_shape[-1]}: end the model with Dense(1); "
            "if the labels are class numbers, use a sparse_categorical loss or metric."
        )
    if true_shape and pred_shape and true_shape[0] != pred_shape[0]:
        return f"There are {true_shape[0]} labels for {pred_shape[0]} predictions: pass as many of one as of the other."
    if len(pred_shape) > len(true_shape):
        return "Put heron.layers.Flatten() or a pooling layer before the last layer, or give y_true the missing axes."
    return f"Reshape y_true to {shape_text(pred_shape)}."


def columns_text(count: int) -> str:
    """`"1 column"`, `"3 columns"`."""
    return f"{count} column" if count == 1 else f"{count} columns"


def aligned_weights(values: Any, weights: Any, what: str = "sample_weight") -> tuple[Any, Any]:
    """Values and weights of equal rank, ready to be multiplied.

    Weights of shape `(n,)` for values of shape `(n, t)` hold for each row; a weight axis of size 1 holds for the
    whole axis; a scalar holds for everything.

    Raises:
        ShapeError: when the weights do not follow the axes of the values.
    """
    given = weights.shape
    values, weights = squeeze_or_expand_to_same_rank(values, weights)
    if 0 < weights.ndim < values.ndim:
        weights = weights.reshape(weights.shape + (1,) * (values.ndim - weights.ndim))
    fits = weights.ndim <= values.ndim and all(
        w in (1, v) for w, v in zip(weights.shape[::-1], values.shape[::-1], strict=False)
    )
    if not fits:
        raise ShapeError(
            f"{what} must have the shape of the values it weighs, {shape_text(values.shape)}, or that of their leading "
            f"axes; received {shape_text(given)}.\n"
            f"{_weight_mend(given, values.shape, what)}"
        )
    return values, weights


def _weight_mend(given: tuple[int, ...], wanted: tuple[int, ...], what: str) -> str:
    if len(given) > len(wanted):
        return (
            "The loss has already averaged over the last axis: give y_true and y_pred a last axis of size 1 to keep "
            f"one value per step, or pass one {what} per sample."
        )
    return f"Pass one {what} per sample: an array of shape {shape_text(wanted[:1])}."
