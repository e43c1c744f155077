"""Pooling over all places: one value for each channel of a sample."""

from __future__ import annotations

from typing import Any, ClassVar

import jax.numpy as jnp

from heron.config import standardize_data_format
from heron.errors import ShapeError, shape_text
from heron.layers.convolution.spatial_spec import SpatialSpec
from heron.layers.layer import Layer
from heron.layers.pooling.words import documented
from heron.layers.shaping import DATA_FORMAT
from heron.validate import BOOL

_SECTIONS = """
    Args:
        data_format: {format}
        keepdims: whether the axes that are pooled stay, with size 1.

    Input shape:
        {last}, or {first} with `"channels_first"`.

    Output shape:
        `(batch, channels)`; with `keepdims` {ones_last}, say.

    Raises:
        ShapeError: for inputs with other axes, or without any place.

    Example:
    >>> import numpy as np
    >>> {name}()(np.zeros((2, {fours}3))).shape
    (2, 3)
"""


class GlobalPooling(Layer):
    """A layer that makes one value of all places of a channel; a subclass says in `pool` how."""

    rank: ClassVar[int]
    rules = {"data_format": DATA_FORMAT, "keepdims": BOOL}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if "rank" in cls.__dict__:
            documented(cls, _SECTIONS, cls.rank)
        super().__init_subclass__(**kwargs)

    def __init__(self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format, self.keepdims = standardize_data_format(data_format), keepdims
        self.input_spec = SpatialSpec(self.rank, self.data_format == "channels_first")

    def places(self, inputs: Any) -> tuple[int, ...]:
        """The axes to pool, none of which may be empty."""
        axes = tuple(range(2, self.rank + 2) if self.data_format == "channels_first" else range(1, self.rank + 1))
        if any(isinstance(inputs.shape[a], int) and inputs.shape[a] == 0 for a in axes):
            raise ShapeError(
                f"{self._who()} expects inputs with at least one place along each of the axes {axes}; received shape "
                f"{shape_text(inputs.shape)}.\nUse less cropping and pooling before it, or larger inputs."
            )
        return axes

    def get_config(self) -> dict[str, Any]:
        """The arguments, with the data format that was in force."""
        return {**super().get_config(), "data_format": self.data_format}


class _GlobalMax(GlobalPooling):
    def call(self, inputs: Any) -> Any:
        """Takes the largest values; equal ones share the gradient."""
        return jnp.max(inputs, self.places(inputs), keepdims=self.keepdims)


class _GlobalAverage(GlobalPooling):
    def call(self, inputs: Any) -> Any:
        """Takes the means."""
        return jnp.mean(inputs, self.places(inputs), keepdims=self.keepdims)


class GlobalMaxPooling1D(_GlobalMax):
    """Takes the largest value of each channel over all steps."""

    rank = 1


class GlobalMaxPooling2D(_GlobalMax):
    """Takes the largest value of each channel over a whole image."""

    rank = 2


class GlobalMaxPooling3D(_GlobalMax):
    """Takes the largest value of each channel over a whole volume."""

    rank = 3


class GlobalAveragePooling1D(GlobalPooling):
    """Takes the mean of each channel over all steps, those not counted that a mask leaves out.

    Where the mask leaves out every step of a sample the mean is 0.
    """

    rank = 1
    supports_masking = True

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """Takes the means."""
        (steps,) = self.places(inputs)
        if mask is None:
            return jnp.mean(inputs, steps, keepdims=self.keepdims)
        mask = jnp.asarray(mask)
        if mask.ndim != 2:
            raise ShapeError(
                f"{self._who()} expects a mask (samples, steps) for inputs of shape {shape_text(inputs.shape)}; "
                f"received one of shape {shape_text(mask.shape)}."
            )
        kept = jnp.expand_dims(mask.astype(bool), 3 - steps)  # (B, steps, 1)
        total = jnp.sum(jnp.where(kept, inputs, 0), steps, keepdims=self.keepdims)
        count = jnp.sum(kept, steps, keepdims=self.keepdims, dtype="int32")
        return total / jnp.maximum(count, 1).astype(inputs.dtype)

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """None: the steps are gone."""
        return None


class GlobalAveragePooling2D(_GlobalAverage):
    """Takes the mean of each channel over a whole image."""

    rank = 2


class GlobalAveragePooling3D(_GlobalAverage):
    """Takes the mean of each channel over a whole volume."""

    rank = 3
