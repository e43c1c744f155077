"""A layer that fills boxes in images at random while training, and boxes at random places."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron.layers.image.base import Size, spread
from heron.layers.image.draws import Draws, drawn_from, range_rule
from heron.layers.image.values import FactorLayer
from heron.validate import Rule, is_number

_FILL = Rule(
    "a number, three of them for red, green and blue, or None for noise",
    lambda v: v is None or is_number(v) or (isinstance(v, list | tuple) and len(v) == 3 and all(map(is_number, v))),
    (None, 0.5, (1.0, 2.0, 3.0)),
    ("noise", (1, 2)),
)


class RandomErasing(FactorLayer):
    """Fills a box at a random place of a share of the images while training.

    Args:
        factor: the share, from 0 to 1, or two numbers between which it is drawn.
        scale: the share of the area that is filled, likewise; width and height are drawn on their own.
        fill_value: with what: a number, three of them, or None for noise.
        value_range: the least and the greatest possible value of a pixel.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.

    Call arguments:
        inputs: one image or a batch, or a dict as for `RandomBrightness`.
        training: whether anything is changed.

    Input shape:
        `(batch, height, width, channels)` or without the batch; channels before height with `"channels_first"`.

    Output shape:
        That of the input.

    Source: Zhong et al., https://arxiv.org/abs/1708.04896.

    Example:
    >>> import numpy as np
    >>> y = RandomErasing((1, 1), (0.25, 0.25), fill_value=0.0, seed=1)(np.ones((8, 8, 1)))
    >>> int((y == 0).sum())
    16
    """

    rules = {"factor": range_rule(0, 1), "scale": range_rule(0, 1), "fill_value": _FILL}

    def __init__(
        self,
        factor: Any = 1.0,
        scale: Any = (0.02, 0.33),
        fill_value: Any = None,
        value_range: Any = (0, 255),
        seed: Any = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(factor, value_range, data_format, seed, **kwargs)
        self.scale, self.fill_value = drawn_from(scale, 0.0), fill_value

    def draw(self, draws: Draws, size: Size) -> Any:
        """`apply_erasing` `(batch,)`, `batch_masks` `(batch, height, width, 1)` and `fill_value`."""
        sides = jnp.sqrt(draws.uniform((size.batch, 2), *self.scale))
        fill = self.fill_value
        if fill is None:
            fill = jax.random.normal(draws.next_key(), tuple(size)) * self.value_range[1]
        return {
            "batch_masks": box_at_random(draws, size, sides[:, 0], sides[:, 1])[0],
            "apply_erasing": draws.chosen(size.batch, self.factor),
            "fill_value": self.kept(jnp.asarray(fill, "float32")),
        }

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """Fills the box."""
        inside = transformation["batch_masks"] & spread(transformation["apply_erasing"])
        return jnp.where(inside, transformation["fill_value"].astype(images.dtype), images)


def box_at_random(draws: Draws, size: Size, width: Any, height: Any) -> tuple[Any, Any]:
    """A box in each image, its sides as shares `(batch,)`: where it is, `(batch, height, width, 1)`, and its area."""
    inside: list[Any] = []
    for share, places in ((width, size.width), (height, size.height)):
        length = share * places
        start = draws.uniform((size.batch,)) * (places - length)
        place = jnp.arange(places, dtype="float32")
        inside.append((place >= start[:, None]) & (place < (start + length)[:, None]))  # (batch, places)
    columns, rows = inside
    return (rows[:, :, None] & columns[:, None, :])[..., None], width * height
