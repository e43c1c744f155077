"""CTC: the loss of a sequence of labels whose times are not known."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron.errors import ShapeError, shape_text
from heron.losses.alignment import floating
from heron.losses.loss import LossFunctionWrapper
from heron.ops.op import array

# The logarithm that stands for "impossible": finite, so that gradients are.
_NEVER = -1e5


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
    labels = labels.astype(jnp.int32)
    length = jnp.sum(labels != 0, axis=-1)  # (B,)
    log_p = jax.nn.log_softmax(y_pred.astype(jnp.promote_types(y_pred.dtype, jnp.float32)))

    # The labels with blanks between and around them: b l1 b l2 b ... (B, S = 2 * length + 1).
    batch, count = labels.shape
    spelled = jnp.zeros((batch, 2 * count + 1), jnp.int32).at[:, 1::2].set(labels)
    emitted = jnp.take_along_axis(log_p, spelled[:, None, :], axis=-1)  # (B, T, S)
    # A blank between two different labels may be skipped.
    skips = jnp.zeros(spelled.shape, bool).at[:, 2:].set((spelled[:, 2:] != 0) & (spelled[:, 2:] != spelled[:, :-2]))

    def step(reached: jax.Array, now: jax.Array) -> tuple[jax.Array, None]:
        from_one = jnp.pad(reached[:, :-1], ((0, 0), (1, 0)), constant_values=_NEVER)
        from_two = jnp.pad(reached[:, :-2], ((0, 0), (2, 0)), constant_values=_NEVER)
        from_two = jnp.where(skips, from_two, _NEVER)
        return jnp.logaddexp(jnp.logaddexp(reached, from_one), from_two) + now, None

    before = jnp.full(spelled.shape, _NEVER, log_p.dtype).at[:, 0].set(0.0)
    # Before the first step only the first blank is reached, from which the first label may follow at once.
    reached, _ = jax.lax.scan(step, before, jnp.swapaxes(emitted, 0, 1))
    last_blank = jnp.take_along_axis(reached, 2 * length[:, None], axis=1)[:, 0]
    last_label = jnp.take_along_axis(reached, jnp.maximum(2 * length - 1, 0)[:, None], axis=1)[:, 0]
    return -jnp.logaddexp(last_blank, jnp.where(length > 0, last_label, _NEVER))


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
