"""What layers that change the values of pixels have in common: their range, and a factor that is drawn."""

from __future__ import annotations

from typing import Any, ClassVar

import jax.numpy as jnp

from heron.layers.image.base import RandomImageLayer, Size
from heron.layers.image.draws import VALUE_RANGE, Draws, drawn_from


class ValueRange:
    """Moving images from the range of their pixels to another, and back."""

    value_range: tuple[float, float]

    def to_range(self, images: Any, high: float) -> Any:
        """The images with the range from 0 to `high`."""
        low, top = self.value_range
        return images if (low, top) == (0, high) else (images - low) * (high / (top - low))

    def from_range(self, images: Any, high: float) -> Any:
        """The inverse of `to_range`."""
        low, top = self.value_range
        return images if (low, top) == (0, high) else images * ((top - low) / high) + low


class ValueLayer(ValueRange, RandomImageLayer):
    """A layer that knows the least and the greatest value of a pixel.

    Args:
        value_range: these two.
    """

    rules = {"value_range": VALUE_RANGE}

    def __init__(self, value_range: Any = (0, 255), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.value_range = (min(value_range), max(value_range))

    def kept(self, images: Any) -> Any:
        """The images within the range."""
        return jnp.clip(images, *self.value_range)


class FactorLayer(ValueLayer):
    """A layer whose strength, or the share of images that it changes, is drawn from one range.

    Args:
        factor: two numbers between which it is drawn; one for the range from `lowest`, or around 0 where that is less.
    """

    lowest: ClassVar[float] = 0.0

    def __init__(
        self, factor: Any, value_range: Any = (0, 255), data_format: str | None = None, seed: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(value_range, data_format=data_format, seed=seed, **kwargs)
        self.factor = drawn_from(factor, self.lowest)

    def draw(self, draws: Draws, size: Size) -> Any:
        """`factor`, `(batch,)`."""
        return {"factor": draws.uniform((size.batch,), *self.factor)}
