"""A layer that mirrors images at random while training."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from heron.layers.image.base import RandomImageLayer, Size
from heron.layers.image.draws import Draws
from heron.validate import one_of


class RandomFlip(RandomImageLayer):
    """Mirrors each image at random while training.

    Args:
        mode: `"horizontal"`: left and right may change places; `"vertical"`: top and bottom;
            `"horizontal_and_vertical"`: both, each with a choice of its own.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        bounding_box_format: how boxes given beside images are written.

    Call arguments:
        inputs: one image or a batch, or a dict with `"images"` and any of `"labels"`, `"bounding_boxes"` and
            `"segmentation_masks"`.
        training: whether anything is mirrored.

    Input shape:
        `(batch, height, width, channels)` or without the batch; channels before height with `"channels_first"`.

    Output shape:
        That of the input.

    Example:
    >>> import numpy as np
    >>> x = np.array([[[1.0], [2.0]]])
    >>> sorted({str(RandomFlip("horizontal", seed=i)(x)[0, :, 0].tolist()) for i in range(9)})
    ['[1.0, 2.0]', '[2.0, 1.0]']
    """

    rules = {"mode": one_of("horizontal_and_vertical", "horizontal", "vertical")}
    moves_pixels = True

    def __init__(
        self, mode: str = "horizontal_and_vertical", seed: Any = None, data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.mode = mode

    def draw(self, draws: Draws, size: Size) -> Any:
        """`flips` for the first direction of the mode, `second_flips` for the vertical one when it has both."""
        flips = draws.uniform((size.batch, 1, 1, 1)) <= 0.5
        if self.mode != "horizontal_and_vertical":
            return {"flips": flips}
        return {"flips": flips, "second_flips": draws.uniform((size.batch, 1, 1, 1)) <= 0.5}

    def _axes(self, transformation: Any) -> list[tuple[int, Any]]:
        first = 1 if self.mode == "vertical" else 2
        pairs = [(first, transformation["flips"])]
        return [*pairs, (1, transformation["second_flips"])] if "second_flips" in transformation else pairs

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """Mirrors."""
        for axis, flips in self._axes(transformation):
            images = jnp.where(flips, jnp.flip(images, axis), images)
        return images

    def move(self, points: Any, transformation: Any, size: Size) -> Any:
        """Mirrors points."""
        for axis, flips in self._axes(transformation):
            place = jnp.where(flips[:, 0, 0], size[axis] - 1 - points[..., 2 - axis], points[..., 2 - axis])
            points = points.at[..., 2 - axis].set(place)
        return points
