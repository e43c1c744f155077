"""Layers that change light and color at random while training: brightness, contrast, hue, saturation."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp

from heron.layers.image.base import RandomImageLayer, Size, spread
from heron.layers.image.draws import Draws, range_rule
from heron.layers.image.values import FactorLayer, ValueLayer
from heron.ops.image.color import grayscale, to_hsv, to_rgb
from heron.ops.image.layout import need_channels
from heron.settings import epsilon
from heron.validate import FRACTION, is_number


class RandomBrightness(FactorLayer):
    """Makes each image brighter or darker at random while training.

    Args:
        factor: what is added, as a share of the range from -1 to 1; a number for both directions, or two between
            which it is drawn.
        value_range: the least and the greatest possible value of a pixel.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.

    Call arguments:
        inputs: one image or a batch, or a dict with `"images"` and any of `"labels"`, `"bounding_boxes"` and
            `"segmentation_masks"`, which stay.
        training: whether anything is changed.

    Input shape:
        `(batch, height, width, channels)` or without the batch; channels before height with `"channels_first"`.

    Output shape:
        That of the input.

    Example:
    >>> import numpy as np
    >>> RandomBrightness((0.2, 0.2), value_range=(0, 1))(np.full((1, 1, 3), 0.5)).round(2)[0, 0, 0].item() > 0.69
    True
    """

    rules = {"factor": range_rule(-1, 1)}
    lowest = -math.inf

    def __init__(self, factor: Any, value_range: Any = (0, 255), seed: Any = None, **kwargs: Any) -> None:
        super().__init__(factor, value_range, seed=seed, **kwargs)

    def draw(self, draws: Draws, size: Size) -> Any:
        """`rgb_delta`, `(batch, 1, 1, 1)`."""
        low, high = self.value_range
        return {"rgb_delta": draws.uniform((size.batch, 1, 1, 1), *self.factor) * (high - low)}

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """Adds."""
        return self.kept(images + spread(transformation["rgb_delta"], images.dtype))


class RandomContrast(FactorLayer):
    """Makes the contrast of each image stronger or weaker at random while training.

    Each value's distance from the mean of its channel is multiplied by a number from `1 - factor` to `1 + factor`.

    Args:
        factor: a number from 0 to 1, or two: how much less and how much more contrast there may be.
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

    Example:
    >>> import numpy as np
    >>> x = np.array([[[100.0], [200.0]]])
    >>> y = RandomContrast(0.5, seed=1)(x)
    >>> float(y.mean()), bool(y[0, 1, 0] - y[0, 0, 0] != 100)
    (150.0, True)
    """

    rules = {"factor": range_rule(0, 1)}

    def __init__(self, factor: Any, value_range: Any = (0, 255), seed: Any = None, **kwargs: Any) -> None:
        super().__init__((factor, factor) if is_number(factor) else factor, value_range, seed=seed, **kwargs)

    def draw(self, draws: Draws, size: Size) -> Any:
        """`contrast_factor`, `(batch, 1, 1, 1)`."""
        return {"contrast_factor": draws.uniform((size.batch, 1, 1, 1), 1.0 - self.factor[0], 1.0 + self.factor[1])}

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """Stretches the distances from the mean."""
        mean = images.mean((1, 2), keepdims=True)
        return self.kept((images - mean) * spread(transformation["contrast_factor"], images.dtype) + mean)


class RandomHue(FactorLayer):
    """Shifts the colors of each image along the color circle at random while training.

    Args:
        factor: how far, from 0 to 1, where 1 is half the circle, in a direction drawn at random; a number for the
            range from 0, or two between which it is drawn.
        value_range: the least and the greatest possible value of a pixel.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.

    Call arguments:
        inputs: one color image or a batch, or a dict as for `RandomBrightness`.
        training: whether anything is changed.

    Input shape:
        `(batch, height, width, 3)` or without the batch; channels before height with `"channels_first"`.

    Output shape:
        That of the input.

    Example:
    >>> import numpy as np
    >>> RandomHue((1.0, 1.0))(np.array([[[255.0, 0.0, 0.0]]])).round().tolist()  # red becomes cyan
    [[[0.0, 255.0, 255.0]]]
    """

    rules = {"factor": range_rule(0, 1)}

    def draw(self, draws: Draws, size: Size) -> Any:
        """`factor`, `(batch,)`: the shift as a share of the circle."""
        return {"factor": draws.signs((size.batch,)) * draws.uniform((size.batch,), *self.factor) * 0.5}

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """Shifts the hue."""
        need_channels(self._who(), images, 3)
        hsv = to_hsv(self.to_range(images, 1))
        hue = hsv[..., :1] + spread(transformation["factor"], hsv.dtype)
        rgb = to_rgb(jnp.concatenate([hue, hsv[..., 1:]], -1))
        return self.from_range(jnp.clip(rgb, 0, 1), 1)


class RandomSaturation(FactorLayer):
    """Makes the colors of each image stronger or paler at random while training.

    Args:
        factor: 0 for grey, 0.5 for the image as it is, 1 for the strongest colors; a number for the range from 0, or
            two between which it is drawn.
        value_range: the least and the greatest possible value of a pixel.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.

    Call arguments:
        inputs: one color image or a batch, or a dict as for `RandomBrightness`.
        training: whether anything is changed.

    Input shape:
        `(batch, height, width, 3)` or without the batch; channels before height with `"channels_first"`.

    Output shape:
        That of the input.

    Example:
    >>> import numpy as np
    >>> RandomSaturation((0.0, 0.0))(np.array([[[255.0, 0.0, 0.0]]])).tolist()
    [[[255.0, 255.0, 255.0]]]
    """

    rules = {"factor": range_rule(0, 1)}

    def draw(self, draws: Draws, size: Size) -> Any:
        """`factor`, `(batch,)`: what the saturation is multiplied by."""
        share = draws.uniform((size.batch,), *self.factor)
        return {"factor": share / (1 - share + epsilon())}

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """Multiplies the saturation, which stays below 1."""
        need_channels(self._who(), images, 3)
        hsv = to_hsv(self.to_range(images, 1))
        saturation = hsv[..., 1:2].astype("float32") * spread(transformation["factor"])
        saturation = jnp.clip(saturation, 0, 1).astype(hsv.dtype)
        return self.from_range(to_rgb(jnp.concatenate([hsv[..., :1], saturation, hsv[..., 2:]], -1)), 1)


class RandomColorJitter(ValueLayer):
    """Changes brightness, contrast, saturation and hue of each image at random while training, in this order.

    Args:
        value_range: the least and the greatest possible value of a pixel.
        brightness_factor: as for `RandomBrightness`; None for no change.
        contrast_factor: as for `RandomContrast`.
        saturation_factor: as for `RandomSaturation`.
        hue_factor: as for `RandomHue`.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.

    Call arguments:
        inputs: one color image or a batch, or a dict as for `RandomBrightness`.
        training: whether anything is changed.

    Input shape:
        `(batch, height, width, 3)` or without the batch; channels before height with `"channels_first"`.

    Output shape:
        That of the input.

    Example:
    >>> import numpy as np
    >>> x = np.array([[[255.0, 0.0, 0.0]]])
    >>> RandomColorJitter(saturation_factor=(0, 0), brightness_factor=(-0.2, -0.2))(x).round().tolist()
    [[[204.0, 204.0, 204.0]]]
    """

    rules = {
        "brightness_factor": range_rule(-1, 1).or_none(),
        **dict.fromkeys(("contrast_factor", "saturation_factor", "hue_factor"), range_rule(0, 1).or_none()),
    }

    def __init__(
        self,
        value_range: Any = (0, 255),
        brightness_factor: Any = None,
        contrast_factor: Any = None,
        saturation_factor: Any = None,
        hue_factor: Any = None,
        seed: Any = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(value_range, seed=seed, data_format=data_format, **kwargs)
        kinds = {
            RandomBrightness: brightness_factor,
            RandomContrast: contrast_factor,
            RandomSaturation: saturation_factor,
            RandomHue: hue_factor,
        }
        self.steps = [
            kind(factor, value_range, seed=seed, data_format=self.data_format, dtype=self.dtype_policy)
            for kind, factor in kinds.items()
            if factor is not None
        ]

    def draw(self, draws: Draws, size: Size) -> Any:
        """What each of the layers inside draws, in a list."""
        return [step.draw(Draws(draws.next_key()), size) for step in self.steps]

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """One after the other."""
        for step, drawn in zip(self.steps, transformation, strict=True):
            images = step.change(images, drawn, interpolation)
        return images


class RandomColorDegeneration(FactorLayer):
    """Takes color out of each image at random while training: mixes it with its grey form.

    Args:
        factor: the share of grey, up to 1; a number for the range around 0, or two between which it is drawn.
        value_range: the least and the greatest possible value of a pixel.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.

    Call arguments:
        inputs: one color image or a batch, or a dict as for `RandomBrightness`.
        training: whether anything is changed.

    Input shape:
        `(batch, height, width, 3)` or without the batch; channels before height with `"channels_first"`.

    Output shape:
        That of the input.

    Example:
    >>> import numpy as np
    >>> RandomColorDegeneration((1.0, 1.0))(np.array([[[100.0, 0.0, 0.0]]])).round().tolist()
    [[[30.0, 30.0, 30.0]]]
    """

    rules = {"factor": range_rule(-1, 1)}
    lowest = -math.inf

    def draw(self, draws: Draws, size: Size) -> Any:
        """`factor`, `(batch, 1, 1, 1)`."""
        return {"factor": draws.uniform((size.batch, 1, 1, 1), *self.factor)}

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """Mixes."""
        need_channels(self._who(), images, 3)
        factor = spread(transformation["factor"], images.dtype)
        return self.kept(images + factor * (grayscale(images) - images))


class RandomGrayscale(RandomImageLayer):
    """Turns a share of the images grey while training; they keep three channels.

    Args:
        factor: the share, from 0 to 1.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.

    Call arguments:
        inputs: one color image or a batch, or a dict as for `RandomBrightness`.
        training: whether anything is changed.

    Input shape:
        `(batch, height, width, 3)` or without the batch; channels before height with `"channels_first"`.

    Output shape:
        That of the input.

    Example:
    >>> import numpy as np
    >>> RandomGrayscale(1.0)(np.array([[[100.0, 0.0, 0.0]]])).round().tolist()
    [[[30.0, 30.0, 30.0]]]
    """

    rules = {"factor": FRACTION}

    def __init__(self, factor: float = 0.5, data_format: str | None = None, seed: Any = None, **kwargs: Any) -> None:
        super().__init__(data_format=data_format, seed=seed, **kwargs)
        self.factor = factor

    def draw(self, draws: Draws, size: Size) -> Any:
        """Which images turn grey, `(batch, 1, 1, 1)`."""
        return draws.uniform((size.batch, 1, 1, 1)) < self.factor

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """Grey, or not."""
        need_channels(self._who(), images, 3, 1)
        return images if images.shape[-1] == 1 else jnp.where(spread(transformation), grayscale(images), images)
