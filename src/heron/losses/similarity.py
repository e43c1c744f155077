"""Circle loss: embeddings of one class close together, those of different classes apart."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron.errors import ShapeError, shape_text
from heron.layers.context import set_mask
from heron.losses.alignment import floating
from heron.losses.loss import LossFunctionWrapper
from heron.ops.op import array
from heron.validate import BOOL, NUMBER, POSITIVE


def circle(
    y_true: Any,
    y_pred: Any,
    ref_labels: Any = None,
    ref_embeddings: Any = None,
    remove_diagonal: bool = True,
    gamma: float = 80,
    margin: float = 0.4,
) -> jax.Array:
    """Returns the circle loss of each embedding against a set of reference embeddings.

    Args:
        y_true: class numbers of shape `(batch,)`.
        y_pred: embeddings of length 1, of shape `(batch, d)`.
        ref_labels: class numbers of the references; None for `y_true`.
        ref_embeddings: the references; None for `y_pred`.
        remove_diagonal: True leaves the pair of an embedding with itself out.
        gamma: the scale of the similarities.
        margin: how far the classes are to be apart.

    Raises:
        ShapeError: unless `y_pred` is `(batch, d)` with one label per row.

    Source: Sun et al., Circle Loss, 2020, arXiv:2002.10857.

    Example:
    >>> circle([0, 0], [[1.0, 0.0], [1.0, 0.0]]).tolist()
    [0.0, 0.0]
    """
    y_pred, labels = floating(y_pred), array(y_true).astype(jnp.int32).reshape(-1)
    if y_pred.ndim != 2 or labels.size != y_pred.shape[0]:
        raise ShapeError(
            "circle takes embeddings of shape (batch, d) and one class number for each; received y_true of shape "
            f"{shape_text(jnp.shape(y_true))} and y_pred of shape {shape_text(y_pred.shape)}.\n"
            "End the model with a layer that gives one vector per sample."
        )
    others = y_pred if ref_embeddings is None else floating(ref_embeddings)
    other_labels = labels if ref_labels is None else array(ref_labels).astype(jnp.int32).reshape(-1)

    same = labels[:, None] == other_labels[None, :]  # (B, R)
    different = ~same
    if remove_diagonal:
        same = same & ~jnp.eye(same.shape[0], same.shape[1], dtype=bool)
    distance = jnp.maximum(1 - y_pred @ others.T, 0.0)
    pull = jnp.maximum((margin + distance) * same, 0.0)
    push = jnp.maximum((1 + margin - distance) * different, 0.0)
    near = jnp.where(same, -gamma * pull * (margin - distance), -jnp.inf)
    far = jnp.where(different, gamma * push * (1 - margin - distance), -jnp.inf)
    values = jax.nn.softplus(jax.nn.logsumexp(near, axis=1) + jax.nn.logsumexp(far, axis=1))
    set_mask(values, values > 0)
    return values


circle.takes_class_numbers = True  # type: ignore[attr-defined]


class Circle(LossFunctionWrapper):
    """Circle loss within each batch, for embeddings of length 1 and labels that are class numbers.

    Args:
        gamma: the scale of the similarities.
        margin: how far the classes are to be apart.
        remove_diagonal: True leaves the pair of an embedding with itself out.
        reduction, name, dtype: see `Loss`.

    Source: Sun et al., Circle Loss, 2020, arXiv:2002.10857.

    Example:
    >>> float(Circle(gamma=2.0)([0, 0, 1], [[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]])) > 0
    True
    """

    rules = {"gamma": POSITIVE, "margin": NUMBER, "remove_diagonal": BOOL}

    def __init__(
        self,
        gamma: float = 80.0,
        margin: float = 0.4,
        remove_diagonal: bool = True,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "circle",
        dtype: Any = None,
    ) -> None:
        options = {"gamma": gamma, "margin": margin, "remove_diagonal": remove_diagonal}
        super().__init__(circle, reduction, name, dtype, **options)
