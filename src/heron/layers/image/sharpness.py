"""Layers that make images sharper or smoother at random while training."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from heron.layers.image.base import Size, spread
from heron.layers.image.draws import ODD, Draws, drawn_from, range_rule
from heron.layers.image.values import FactorLayer
from heron.ops.image.filtering import blur, neighbours
from heron.validate import is_number


class RandomSharpness(FactorLayer):
    """Makes each image sharper or smoother at random while training.

    Args:
        factor: 0 for smooth, 0.5 for the image as it is, 1 for sharp; a number for the range from 0, or two between
            which it is drawn.
        value_range: the least and the greatest possible value of a pixel.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.

    Call arguments:
        inputs: one image or a batch, or a dict as for `RandomBrightness`.
        training: whether anything is changed.

    Input shape:
        `(batch, height, width, channels)` or without the batch; channels before height with `"channels_first"`.

    Output shape:
        That of the input.

    Example:
    >>> import numpy as np
    >>> RandomSharpness((0, 0))(13 * np.eye(3)[..., None])[1, 1, 0].round().item()
    7.0
    """

    rules = {"factor": range_rule(0, 1)}

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """Goes from the image towards its smooth form, or away from it."""
        rim, middle = 1 / 13, 5 / 13  # the kernel of SMOOTH in the Python Imaging Library
        smooth = neighbours(images, [[rim] * 3, [rim, middle, rim], [rim] * 3])
        towards = 1 - 2 * spread(transformation["factor"], images.dtype)
        return self.kept(images + towards * (smooth - images))


class RandomGaussianBlur(FactorLayer):
    """Blurs a share of the images while training.

    Args:
        factor: the share, from 0 to 1, or two numbers between which it is drawn.
        kernel_size: how many places the bell reaches over, an odd number, or two, for width and height.
        sigma: its standard deviation in places, from 0 to 1, drawn for width and height of each image; a number for
            the range from 0, or two between which it is drawn.
        value_range: the least and the greatest possible value of a pixel.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.

    Call arguments:
        inputs: one image or a batch, or a dict as for `RandomBrightness`.
        training: whether anything is changed.

    Input shape:
        `(batch, height, width, channels)` or without the batch; channels before height with `"channels_first"`.

    Output shape:
        That of the input.

    Example:
    >>> import numpy as np
    >>> y = RandomGaussianBlur((1, 1), sigma=(1, 1))(100 * np.eye(3)[..., None])
    >>> [y[1, 1, 0].round().item(), y[0, 2, 0].round().item()]
    [35.0, 8.0]
    """

    rules = {"factor": range_rule(0, 1), "kernel_size": ODD, "sigma": range_rule(0, 1)}

    def __init__(
        self,
        factor: Any = 1.0,
        kernel_size: Any = 3,
        sigma: Any = 1.0,
        value_range: Any = (0, 255),
        data_format: str | None = None,
        seed: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(factor, value_range, data_format, seed, **kwargs)
        self.sigma = drawn_from(sigma, 0.0)
        self.kernel_size = (kernel_size,) * 2 if is_number(kernel_size) else tuple(kernel_size)

    def draw(self, draws: Draws, size: Size) -> Any:
        """`should_apply_blur`, `(batch,)`, and `blur_factor`, the deviations along width and height, `(batch, 2)`."""
        return {
            "should_apply_blur": draws.chosen(size.batch, self.factor),
            "blur_factor": draws.uniform((size.batch, 2), *self.sigma) + 1e-6,
        }

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """Blurred, or not."""
        sigma = jnp.maximum(transformation["blur_factor"].astype("float32"), 0.05)  # narrower ones do nothing
        blurred = blur(images.astype("float32"), self.kernel_size[::-1], (sigma[..., 1], sigma[..., 0]))
        return self.kept(jnp.where(spread(transformation["should_apply_blur"]), blurred, images))
