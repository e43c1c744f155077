"""Data held against a model's symbolic inputs: axes of size 1 put right, dtypes cast, misfits explained."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from heron.errors import ShapeError, more, shape_text
from heron.layers import context as calls
from heron.ops.op import array_dtype
from heron.symbolic import KerasTensor


def fit_input(who: str, wanted: KerasTensor, value: Any) -> Any:
    """`value` in the dtype and with the number of axes of the symbolic input `wanted`.

    Raises:
        ShapeError: when no added or dropped axis of size 1 makes it fit.
    """
    if isinstance(value, KerasTensor):
        return value
    mask = calls.get_mask(value)
    value = value.reshape(1) if value.ndim == 0 else value  # one number is one sample
    change = check_fits(who, wanted, tuple(value.shape))
    if change:
        value = jnp.asarray(value)[..., None] if change > 0 else jnp.asarray(value)[..., 0]
    if str(value.dtype) != wanted.dtype:
        value = jnp.asarray(value).astype(array_dtype(wanted.dtype))  # 64 bits become 32 without a warning of JAX's
    calls.set_mask(value, mask)
    return value


def check_fits(who: str, wanted: KerasTensor, received: tuple[Any, ...]) -> int:
    """By how many axes of size 1 at the end data of shape `received` must grow (1), shrink (-1), or 0.

    Raises:
        ShapeError: when they do not fit the input `wanted` either way.
    """
    shape, change = received, 0
    if len(shape) == len(wanted.shape) - 1 and wanted.shape[-1] == 1 and len(wanted.shape) > 1:
        shape, change = (*shape, 1), 1
    elif len(shape) == len(wanted.shape) + 1 and shape[-1] == 1:
        shape, change = shape[:-1], -1
    if _agree(wanted.shape, shape):
        return change
    text = f"{who} expects data of shape {shape_text(wanted.shape)}; received shape {shape_text(received)}.\n"
    raise ShapeError(text + _mend(wanted.shape, received))


def _mend(wanted: tuple[Any, ...], received: tuple[Any, ...]) -> str:
    """What to write instead, when data of shape `received` do not fit the shape `wanted` of an input."""
    sample = wanted[1:]
    if _agree(sample, received):
        one = (
            "This is one sample without the batch axis. Write x[None], or "
            f"x.reshape({', '.join(map(str, (1, *received)))}), to pass a batch of one."
        )
        if len(sample) == 1:
            return one + more("batch")
        return (
            f"{one}\nIf these are {received[0]} samples, the model should start with "
            f"heron.Input({shape_text(received[1:])}): Input(shape) does not contain the number of samples."
            f"{more('batch')}"
        )
    if sample[-1:] == (1,) and _agree(sample[:-1], received):
        return (
            f"This is one sample without the batch axis and the channel axis. Write x[None, ..., None].{more('shape')}"
        )
    if len(received) == 4 == len(wanted) and received[1] == wanted[-1]:
        return f"The channels seem to come first; move them to the end: np.moveaxis(x, 1, -1).{more('channel')}"
    if len(sample) > 1 and _agree(sample[1:], received[1:]):
        return f"Input(shape) must not contain the number of samples: write heron.Input({shape_text(sample[1:])})."
    if len(received) == len(wanted) == 2:
        return (
            f"The data have {received[1]} columns, the model was made for {wanted[1]}. Was a column lost or added? "
            f"A model for these data starts with heron.Input(({received[1]},))."
        )
    return f"Reshape the data, or start the model with heron.Input({shape_text(received[1:])})."


def _agree(wanted: tuple[Any, ...], received: tuple[Any, ...]) -> bool:
    """Whether all axes have the sizes that are wanted; None stands for every size."""
    return len(wanted) == len(received) and all(
        a is None or not isinstance(b, int) or a == b for a, b in zip(wanted, received, strict=True)
    )
