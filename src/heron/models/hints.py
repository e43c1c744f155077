"""What is noted before training begins, as it is no error but seldom what was meant."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from heron import losses
from heron.errors import more, note
from heron.layers import (
    BatchNormalization,
    Embedding,
    GroupNormalization,
    Lambda,
    Layer,
    LayerNormalization,
    Normalization,
    Rescaling,
    RMSNormalization,
    UnitNormalization,
)

_OF_NUMBERS = (
    losses.mean_squared_error,
    losses.mean_absolute_error,
    losses.mean_absolute_percentage_error,
    losses.mean_squared_logarithmic_error,
    losses.huber,
    losses.log_cosh,
)
_SCALING = (
    *(BatchNormalization, GroupNormalization, LayerNormalization, RMSNormalization, UnitNormalization),
    *(Normalization, Rescaling, Embedding, Lambda),
)
_SEEN_ROWS = 256
_MANY_COLUMNS = 64


def note_accuracy(objective: Any, targets: list[Any], outputs: list[Any]) -> None:
    """Notes that accuracy says nothing about numbers that are not classes."""
    loss, metrics = objective.given[0], objective.given[2]
    names = metrics if isinstance(metrics, list | tuple) else [metrics]
    if isinstance(loss, dict | list | tuple) or not any(n in ("accuracy", "acc") for n in names if isinstance(n, str)):
        return
    loss = losses.as_loss(loss, tuple(targets[0].shape), outputs[0].shape)
    if getattr(loss, "fn", None) not in _OF_NUMBERS or outputs[0].shape[-1] != 1:
        return
    if not np.isin(np.asarray(targets[0]), (0, 1)).all():
        note(
            "metrics=['accuracy'] counts exact matches and says little about predicted numbers; "
            f"metrics=['mae'] gives the mean distance from the target.{more('regression')}"
        )


def note_pixels(model: Any, x: Any) -> None:
    """Notes that images come with values up to 255, when nothing in the model scales them."""
    if not model.inputs or any(isinstance(layer, _SCALING) for layer in model._flatten_layers()):
        return
    if not all(isinstance(operation, Layer) for operation in getattr(model, "operations", ())):
        return  # x / 255 in the graph
    for value in jax.tree.leaves(x):
        if _holds_pixels(value):
            note(
                "x holds pixel values from 0 to 255; networks learn better and faster from 0 to 1.\n"
                "Write x = x / 255 (and the same wherever you evaluate and predict), or let the model do it with "
                f"heron.layers.Rescaling(1 / 255) as its first layer.{more('normalization')}"
            )
            return


def _holds_pixels(value: Any) -> bool:
    """True for images, also flattened ones, of whole numbers from 0 to 255."""
    if value.ndim < 2 or value.dtype.kind not in "uif" or int(np.prod(value.shape[1:])) < _MANY_COLUMNS:
        return False
    seen = np.asarray(value[:_SEEN_ROWS])
    return bool(127 < seen.max() <= 255 and seen.min() >= 0 and (seen.dtype.kind != "f" or not np.mod(seen, 1).any()))
