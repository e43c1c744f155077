"""Losses for regions of images: Dice and Tversky measure how far two regions overlap."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron import config
from heron.losses.alignment import aligned
from heron.losses.loss import LossFunctionWrapper
from heron.validate import INTS, NON_NEGATIVE


def _axes(axis: Any) -> Any:
    return tuple(axis) if isinstance(axis, list) else axis


def dice(y_true: Any, y_pred: Any, axis: Any = None) -> jax.Array:
    """Returns one minus twice the overlap over the sum of both sizes.

    Args:
        y_true: memberships from 0 to 1, of any shape.
        y_pred: predicted memberships of the same shape.
        axis: the axis or axes to sum over; None for all.

    Raises:
        ShapeError: for different shapes.

    Example:
    >>> float(dice([[1.0, 0.0]], [[1.0, 1.0]]))
    0.3333
    """
    y_true, y_pred = aligned(y_true, y_pred, "dice")
    axis = _axes(axis)
    overlap = jnp.sum(y_true * y_pred, axis=axis)
    sizes = jnp.sum(y_true, axis=axis) + jnp.sum(y_pred, axis=axis)
    return 1 - 2.0 * overlap / (sizes + config.epsilon())


def tversky(y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: Any = None) -> jax.Array:
    """Returns one minus the overlap over overlap + `alpha` * (only labelled) + `beta` * (only predicted).

    Args:
        y_true: memberships from 0 to 1, of any shape.
        y_pred: predicted memberships of the same shape.
        alpha: the weight of what is labelled and not predicted.
        beta: the weight of what is predicted and not labelled.
        axis: the axis or axes to sum over; None for all.

    Raises:
        ShapeError: for different shapes.

    Source: Salehi et al., Tversky loss function for image segmentation, 2017, arXiv:1706.05721.

    Example:
    >>> float(tversky([[1.0, 0.0]], [[1.0, 1.0]]))
    0.3333
    """
    y_true, y_pred = aligned(y_true, y_pred, "tversky")
    axis = _axes(axis)
    overlap = jnp.sum(y_true * y_pred, axis=axis)
    only_labelled = jnp.sum((1 - y_pred) * y_true, axis=axis)
    only_predicted = jnp.sum(y_pred * (1 - y_true), axis=axis)
    return 1 - overlap / (overlap + only_labelled * alpha + only_predicted * beta + config.epsilon())


class Dice(LossFunctionWrapper):
    """One minus the Dice overlap of two regions.

    Args:
        reduction, name: see `Loss`.
        axis: the axis or axes to sum over; None for all.
        dtype: see `Loss`.

    Example:
    >>> float(Dice()([[1.0, 0.0]], [[1.0, 1.0]]))
    0.3333
    """

    rules = {"axis": INTS.or_none()}

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "dice",
        axis: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(dice, reduction, name, dtype, axis=axis)


class Tversky(LossFunctionWrapper):
    """One minus the Tversky overlap of two regions, which weighs misses and false alarms apart.

    Args:
        alpha: the weight of what is labelled and not predicted.
        beta: the weight of what is predicted and not labelled.
        reduction, name: see `Loss`.
        axis: the axis or axes to sum over; None for all.
        dtype: see `Loss`.

    Source: Salehi et al., Tversky loss function for image segmentation, 2017, arXiv:1706.05721.

    Example:
    >>> float(Tversky()([[1.0, 0.0]], [[1.0, 1.0]]))
    0.3333
    """

    rules = {"alpha": NON_NEGATIVE, "beta": NON_NEGATIVE, "axis": INTS.or_none()}

    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "tversky",
        axis: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(tversky, reduction, name, dtype, alpha=alpha, beta=beta, axis=axis)
