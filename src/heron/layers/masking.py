"""Marks time steps that hold no data."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from heron.layers.input_spec import InputSpec
from heron.layers.layer import Layer
from heron.validate import NUMBER


class Masking(Layer):
    """Masks the time steps in which every feature equals `mask_value`, so that later layers skip them.

    The features of masked steps come out as 0.

    Args:
        mask_value: the value that stands for "no data".

    Input shape:
        `(batch, steps, features)`; more axes between are allowed.

    Output shape:
        That of the input, with a mask of shape `(batch, steps)`.

    Example:
    >>> Masking(mask_value=-1.0)([[[3.0], [-1.0]]]).tolist()
    [[[3.0], [0.0]]]
    """

    rules = {"mask_value": NUMBER}
    supports_masking = True

    def __init__(self, mask_value: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mask_value = mask_value
        self.input_spec = InputSpec(min_ndim=2)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Returns True where a step holds data."""
        return jnp.any(inputs != self.mask_value, axis=-1)  # (B, T)

    def call(self, inputs: Any) -> Any:
        """Sets the masked steps to 0."""
        return jnp.where(self.compute_mask(inputs)[..., None], inputs, 0)
