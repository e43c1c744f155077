"""A layer that distorts images at random while training."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from heron.errors import ArgumentError
from heron.layers.image.base import Size, spread
from heron.layers.image.draws import Draws, drawn_from, range_rule
from heron.layers.image.values import FactorLayer
from heron.ops.image.resampling import FILL_MODE, SAMPLING, displacements, distorted
from heron.validate import NUMBER


class RandomElasticTransform(FactorLayer):
    """Distorts images at random while training, as if printed on rubber.

    Args:
        factor: the share of images that are changed, from 0 to 1, or two numbers between which it is drawn.
        scale: how strong the distortion is, from 0 to 1, or two numbers between which it is drawn for each call.
        interpolation: `"bilinear"` or `"nearest"`.
        fill_mode: what lies outside the image: `"reflect"`, `"wrap"`, `"constant"`, `"nearest"` or `"mirror"`.
        fill_value: for `"constant"`, what there is.
        value_range: the least and the greatest possible value of a pixel.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.

    Call arguments:
        inputs: one image or a batch, or a dict as for `RandomFlip`, without bounding boxes.
        training: whether anything is changed.

    Input shape:
        `(batch, height, width, channels)` or without the batch; channels before height with `"channels_first"`.

    Output shape:
        That of the input.

    Source: Simard et al., "Best practices for convolutional neural networks applied to visual document analysis", 2003.

    Example:
    >>> import numpy as np
    >>> RandomElasticTransform(seed=1)(np.ones((2, 8, 8, 3))).shape
    (2, 8, 8, 3)
    """

    rules = {
        "factor": range_rule(0, 1),
        "scale": range_rule(0, 1),
        "interpolation": SAMPLING,
        "fill_mode": FILL_MODE,
        "fill_value": NUMBER,
    }
    moves_pixels = True

    def __init__(
        self,
        factor: Any = 1.0,
        scale: Any = 1.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        value_range: Any = (0, 255),
        seed: Any = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(factor, value_range, data_format, seed, **kwargs)
        self.scale = drawn_from(scale, 0.0)
        self.interpolation, self.fill_mode, self.fill_value = interpolation, fill_mode, fill_value

    def draw(self, draws: Draws, size: Size) -> Any:
        """Which images are changed, `(batch,)`, and how far each pixel is moved, `(batch, height, width)` twice."""
        strength = draws.uniform((), *self.scale)
        least = min(size.height, size.width)
        taps = int(6 * 0.05 * self.scale[1] * least) | 1
        images = jnp.zeros((size.batch, size.height, size.width, 1))
        down, right = displacements(draws.next_key(), images, taps, jnp.maximum(0.05 * strength * least, 1e-3))
        far = 0.1 * strength * max(size.height, size.width)
        return {"apply_transform": draws.chosen(size.batch, self.factor), "shifts": (far * down, far * right)}

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """Distorts."""
        moved = distorted(images, transformation["shifts"], interpolation, self.fill_mode, self.fill_value)
        images = jnp.where(spread(transformation["apply_transform"]), moved, images)
        return self.kept(images) if jnp.issubdtype(images.dtype, jnp.floating) else images

    def move(self, points: Any, transformation: Any, size: Size) -> Any:
        """Boxes do not stay boxes."""
        raise ArgumentError(
            f"{self._who()} cannot move bounding boxes: expected images, labels and segmentation_masks; received "
            "bounding_boxes too.\nUse RandomPerspective or RandomShear beside boxes."
        )
