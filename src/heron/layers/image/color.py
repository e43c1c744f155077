"""Layers that change the values of pixels at random while training: brightness, contrast, color, sharpness, holes."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron.layers.image.base import RandomImageLayer, Size, spread
from heron.layers.image.draws import ODD, VALUE_RANGE, Draws, drawn_from, range_rule
from heron.ops.image.color import grayscale, to_hsv, to_rgb
from heron.ops.image.filtering import blur, neighbours
from heron.ops.image.layout import need_channels
from heron.settings import epsilon
from heron.validate import FRACTION, Rule, is_number


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


class RandomBrightness(ValueLayer):
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

    def __init__(self, factor: Any, value_range: Any = (0, 255), seed: Any = None, **kwargs: Any) -> None:
        super().__init__(value_range, seed=seed, **kwargs)
        self.factor = drawn_from(factor)

    def draw(self, draws: Draws, size: Size) -> Any:
        """`rgb_delta`, `(batch, 1, 1, 1)`."""
        low, high = self.value_range
        return {"rgb_delta": draws.uniform((size.batch, 1, 1, 1), *self.factor) * (high - low)}

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """Adds."""
        return self.kept(images + spread(transformation["rgb_delta"], images.dtype))


class RandomContrast(ValueLayer):
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
        super().__init__(value_range, seed=seed, **kwargs)
        self.factor = (factor, factor) if is_number(factor) else drawn_from(factor)

    def draw(self, draws: Draws, size: Size) -> Any:
        """`contrast_factor`, `(batch, 1, 1, 1)`."""
        return {"contrast_factor": draws.uniform((size.batch, 1, 1, 1), 1.0 - self.factor[0], 1.0 + self.factor[1])}

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """Stretches the distances from the mean."""
        mean = images.mean((1, 2), keepdims=True)
        return self.kept((images - mean) * spread(transformation["contrast_factor"], images.dtype) + mean)


class RandomHue(ValueLayer):
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

    def __init__(
        self, factor: Any, value_range: Any = (0, 255), data_format: str | None = None, seed: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(value_range, data_format=data_format, seed=seed, **kwargs)
        self.factor = drawn_from(factor, 0.0)

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


class RandomSaturation(ValueLayer):
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

    def __init__(
        self, factor: Any, value_range: Any = (0, 255), data_format: str | None = None, seed: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(value_range, data_format=data_format, seed=seed, **kwargs)
        self.factor = drawn_from(factor, 0.0)

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


class RandomColorDegeneration(ValueLayer):
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

    def __init__(
        self, factor: Any, value_range: Any = (0, 255), data_format: str | None = None, seed: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(value_range, data_format=data_format, seed=seed, **kwargs)
        self.factor = drawn_from(factor)

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


class RandomInvert(ValueLayer):
    """Turns a share of the images into their negatives while training.

    Args:
        factor: the share, from 0 to 1, or two numbers between which it is drawn.
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
    >>> RandomInvert((1, 1))(np.array([[[100.0]]])).tolist()
    [[[155.0]]]
    """

    rules = {"factor": range_rule(0, 1)}

    def __init__(
        self,
        factor: Any = 1.0,
        value_range: Any = (0, 255),
        seed: Any = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(value_range, seed=seed, data_format=data_format, **kwargs)
        self.factor = drawn_from(factor, 0.0)

    def draw(self, draws: Draws, size: Size) -> Any:
        """`apply_inversion`, `(batch,)`."""
        return {"apply_inversion": draws.chosen(size.batch, self.factor)}

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """The negative, or not."""
        return jnp.where(spread(transformation["apply_inversion"]), sum(self.value_range) - images, images)


class RandomPosterization(ValueLayer):
    """Reduces the number of shades in each image at random while training.

    Args:
        factor: how many bits are kept, an integer from 1 to 8: drawn from 1 up to, but not including, it; or two
            integers, from the first up to, but not including, the second; two equal ones for just that.
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
    >>> RandomPosterization((1, 1))(np.array([[[100.0], [200.0]]])).tolist()
    [[[0.0], [128.0]]]
    """

    rules = {"factor": range_rule(1, 8)}

    def __init__(
        self, factor: Any, value_range: Any = (0, 255), data_format: str | None = None, seed: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(value_range, data_format=data_format, seed=seed, **kwargs)
        self.factor = drawn_from(factor, 1)

    def draw(self, draws: Draws, size: Size) -> Any:
        """`shift_factor`, `(batch,)`: how many bits are lost."""
        low, high = (int(end) for end in self.factor)
        return {"shift_factor": 8 - jax.random.randint(draws.next_key(), (size.batch,), low, max(high, low + 1))}

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """Sets the lower bits to 0."""
        step = 2.0 ** spread(transformation["shift_factor"]).astype("float32")
        whole = jnp.floor(jnp.clip(self.to_range(images, 255), 0, 255)).astype("float32")
        return self.from_range((jnp.floor(whole / step) * step).astype(images.dtype), 255)


class RandomSharpness(ValueLayer):
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

    def __init__(
        self, factor: Any, value_range: Any = (0, 255), data_format: str | None = None, seed: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(value_range, data_format=data_format, seed=seed, **kwargs)
        self.factor = drawn_from(factor, 0.0)

    def draw(self, draws: Draws, size: Size) -> Any:
        """`factor`, `(batch,)`."""
        return {"factor": draws.uniform((size.batch,), *self.factor)}

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """Goes from the image towards its smooth form, or away from it."""
        rim, middle = 1 / 13, 5 / 13  # the kernel of SMOOTH in the Python Imaging Library
        smooth = neighbours(images, [[rim] * 3, [rim, middle, rim], [rim] * 3])
        towards = 1 - 2 * spread(transformation["factor"], images.dtype)
        return self.kept(images + towards * (smooth - images))


class RandomGaussianBlur(ValueLayer):
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
        super().__init__(value_range, data_format=data_format, seed=seed, **kwargs)
        self.factor, self.sigma = drawn_from(factor, 0.0), drawn_from(sigma, 0.0)
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


_FILL = Rule(
    "a number, three of them for red, green and blue, or None for noise",
    lambda v: v is None or is_number(v) or (isinstance(v, list | tuple) and len(v) == 3 and all(map(is_number, v))),
    (None, 0.5, (1.0, 2.0, 3.0)),
    ("noise", (1, 2)),
)


class RandomErasing(ValueLayer):
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
        super().__init__(value_range, seed=seed, data_format=data_format, **kwargs)
        self.factor, self.scale, self.fill_value = drawn_from(factor, 0.0), drawn_from(scale, 0.0), fill_value

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
