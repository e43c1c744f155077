"""CTC: the loss of a sequence of labels whose times are not known."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron.errors import ShapeError, shape_text
from heron.losses.alignment import floating
from heron.losses.loss import LossFunctionWrapper
from heron.ops.ctc import ctc_loss
from heron.ops.op import array


def ctc(y_true: Any, y_pred: Any) -> jax.Array:
    """Returns minus the logarithm of the probability that the steps spell the labels.

    Args:
        y_true: class numbers of shape `(batch, length)`; 0 is the blank and fills up short rows at their end.
        y_pred: scores before softmax, of shape `(batch, steps, classes)`.

    Raises:
        ShapeError: for other ranks, or different batch sizes.

    Source: Graves et al., Connectionist Temporal Classification, 2006.

    Example:
    >>> ctc([[1]], [[[0.0, 0.0]]]).tolist()
    [0.693]
    """
    y_pred, labels = floating(y_pred), array(y_true)
    if labels.ndim != 2 or y_pred.ndim != 3 or labels.shape[0] != y_pred.shape[0]:
        raise ShapeError(
            "ctc takes y_true of shape (batch, length) and y_pred of shape (batch, steps, classes); received y_true of "
            f"shape {shape_text(labels.shape)} and y_pred of shape {shape_text(y_pred.shape)}.\n"
            "End the model with one score per class at each step, and pad the label rows with 0."
        )
    length = jnp.sum(labels != 0, axis=-1)  # (B,)
    return ctc_loss(labels, y_pred, length, jnp.full(labels.shape[0], y_pred.shape[1]))


ctc.takes_class_numbers = True  # type: ignore[attr-defined]


class CTC(LossFunctionWrapper):
    """Connectionist temporal classification: for speech and handwriting, where the times of the labels are not known.

    Args:
        reduction, name, dtype: see `Loss`.

    Source: Graves et al., Connectionist Temporal Classification, 2006.

    Example:
    >>> float(CTC()([[1]], [[[0.0, 0.0]]]))
    0.693
    """

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "ctc", dtype: Any = None
    ) -> None:
        super().__init__(ctc, reduction, name, dtype)
