"""Layers that reverse, reduce, spread or even out the tones of images: from RandomInvert to equalization."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron.layers.image.base import ImageLayer, Size, spread
from heron.layers.image.draws import VALUE_RANGE, Draws, drawn_from, range_rule
from heron.layers.image.values import FactorLayer, ValueLayer, ValueRange
from heron.ops.convolution import sizes, sizes_rule
from heron.validate import NON_NEGATIVE, POSITIVE_INT


class RandomInvert(FactorLayer):
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
        super().__init__(factor, value_range, data_format, seed, **kwargs)

    def draw(self, draws: Draws, size: Size) -> Any:
        """`apply_inversion`, `(batch,)`."""
        return {"apply_inversion": draws.chosen(size.batch, self.factor)}

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """The negative, or not."""
        return jnp.where(spread(transformation["apply_inversion"]), sum(self.value_range) - images, images)


class RandomPosterization(FactorLayer):
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
    lowest = 1

    def draw(self, draws: Draws, size: Size) -> Any:
        """`shift_factor`, `(batch,)`: how many bits are lost."""
        low, high = (int(end) for end in self.factor)
        return {"shift_factor": 8 - jax.random.randint(draws.next_key(), (size.batch,), low, max(high, low + 1))}

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """Sets the lower bits to 0."""
        step = 2.0 ** spread(transformation["shift_factor"]).astype("float32")
        whole = jnp.floor(jnp.clip(self.to_range(images, 255), 0, 255)).astype("float32")
        return self.from_range((jnp.floor(whole / step) * step).astype(images.dtype), 255)


class Solarization(ValueLayer):
    """Turns bright pixels into their negatives while training, those above a random threshold.

    Args:
        addition_factor: what is added before, as a share of the range; a number for the range from 0, or two between
            which it is drawn.
        threshold_factor: the threshold as a share of the range, likewise.
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
    >>> Solarization(threshold_factor=(0.5, 0.5))(np.array([[[100.0], [200.0]]])).tolist()
    [[[100.0], [55.0]]]
    """

    rules = {"addition_factor": range_rule(0, 1), "threshold_factor": range_rule(0, 1)}

    def __init__(
        self,
        addition_factor: Any = 0.0,
        threshold_factor: Any = 0.0,
        value_range: Any = (0, 255),
        seed: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(value_range, seed=seed, **kwargs)
        self.addition_factor, self.threshold_factor = drawn_from(addition_factor, 0), drawn_from(threshold_factor, 0)

    def draw(self, draws: Draws, size: Size) -> Any:
        """`additions` and `thresholds` for values from 0 to 255, `(batch, 1, 1, 1)`."""
        shape = (size.batch, 1, 1, 1)
        ranges = {"additions": self.addition_factor, "thresholds": self.threshold_factor}
        return {name: 255 * draws.uniform(shape, *ends) for name, ends in ranges.items()}

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """Adds, and reverses what is above the threshold."""
        images = self.to_range(images, 255)
        images = jnp.clip(images + spread(transformation["additions"], images.dtype), 0, 255)
        below = images < spread(transformation["thresholds"], images.dtype)
        return self.from_range(jnp.where(below, images, 255 - images), 255)


class _RangeLayer(ValueRange, ImageLayer):
    """A layer without chance that knows the least and the greatest value of a pixel."""

    rules = {"value_range": VALUE_RANGE}

    def __init__(self, value_range: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.value_range = (min(value_range), max(value_range))


class AutoContrast(_RangeLayer):
    """Stretches the values of each channel of each image to the whole range; channels of one value stay.

    Args:
        value_range: the least and the greatest possible value of a pixel.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.

    Call arguments:
        inputs: one image or a batch, or a dict as for `RandomBrightness`.

    Input shape:
        `(batch, height, width, channels)` or without the batch; channels before height with `"channels_first"`.

    Output shape:
        That of the input.

    Example:
    >>> import numpy as np
    >>> AutoContrast()(np.array([[[100.0], [150.0], [200.0]]])).tolist()
    [[[0.0], [127.5], [255.0]]]
    """

    only_in_training = False

    def __init__(self, value_range: Any = (0, 255), **kwargs: Any) -> None:
        super().__init__(value_range, **kwargs)

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """Stretches."""
        low, high = (f(images, (1, 2), keepdims=True) for f in (jnp.min, jnp.max))
        least, greatest = self.value_range
        width = jnp.where(high > low, high - low, 1)
        stretched = (images - low) / width * (greatest - least) + least
        return jnp.where(high > low, jnp.clip(stretched, least, greatest), images)


def _counts(values: Any, bins: int) -> Any:
    """How often each number from 0 to `bins - 1` occurs: `(..., places)` whole numbers to `(..., bins)`."""
    flat = values.reshape(-1, values.shape[-1])
    return jax.vmap(lambda row: jnp.zeros(bins, "float32").at[row].add(1.0))(flat).reshape(*values.shape[:-1], bins)


class Equalization(_RangeLayer):
    """Evens out how often each value occurs, in each channel of each image on its own, while training.

    Args:
        value_range: the least and the greatest possible value of a pixel.
        bins: how many values are told apart.
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
    >>> Equalization()(np.array([[[10.0], [11.0], [12.0]]])).tolist()
    [[[0.0], [128.0], [255.0]]]
    """

    rules = {"bins": POSITIVE_INT}

    def __init__(
        self, value_range: Any = (0, 255), bins: int = 256, data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(value_range, data_format=data_format, **kwargs)
        self.bins = bins

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """Looks each value up in the cumulated counts of its channel."""
        values = self.to_range(images.astype("float32"), 255)
        index = jnp.clip(values / 255 * (self.bins - 1), 0, self.bins - 1).astype("int32")
        flat = jnp.moveaxis(index, -1, 1).reshape(index.shape[0], index.shape[-1], -1)  # (batch, channels, places)
        counts = _counts(flat, self.bins)
        below = jnp.cumsum(counts, -1)
        first = jnp.min(jnp.where(below > 0, below, jnp.inf), -1, keepdims=True)  # the count of the least value
        rest = below[..., -1:] - first
        table = jnp.clip(jnp.round((below - first) * 255 / jnp.where(rest > 0, rest, 1)), 0, 255)
        even = jnp.moveaxis(jnp.take_along_axis(table, flat, -1).reshape(_moved(index)), 1, -1)
        several = jnp.sum(counts > 0, -1)[:, None, None, :] > 1
        return self.from_range(jnp.where(several, even, values), 255)


def _moved(images: Any) -> tuple[Any, ...]:
    batch, height, width, channels = images.shape
    return batch, channels, height, width


class ContrastLimitedAdaptiveHistogramEqualization(_RangeLayer):
    """Evens out the values of images within tiles, with a limit to how much contrast may grow.

    Args:
        value_range: the least and the greatest possible value of a pixel.
        clip_limit: how many times the mean count a value may count in its tile; 0 for no limit.
        tile_grid_size: how many tiles there are along height and width.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.

    Call arguments:
        inputs: one image or a batch, or a dict as for `RandomBrightness`.

    Input shape:
        `(batch, height, width, channels)` or without the batch; channels before height with `"channels_first"`.

    Output shape:
        That of the input.

    Source: Zuiderveld, "Contrast limited adaptive histogram equalization", Graphics Gems IV, 1994.

    Example:
    >>> import numpy as np
    >>> ContrastLimitedAdaptiveHistogramEqualization(tile_grid_size=(2, 2))(np.ones((8, 8, 1))).shape
    (8, 8, 1)
    """

    rules = {"clip_limit": NON_NEGATIVE, "tile_grid_size": sizes_rule(2)}
    only_in_training = False

    def __init__(
        self,
        value_range: Any = (0, 255),
        clip_limit: float = 4.0,
        tile_grid_size: Any = (8, 8),
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(value_range, data_format=data_format, **kwargs)
        self.clip_limit, self.tile_grid_size = clip_limit, sizes(tile_grid_size, 2)

    def change(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """Looks each value up in the tables of the four nearest tiles and mixes what they say."""
        images = self.to_range(images.astype("float32"), 255)
        batch, height, width, channels = images.shape
        rows, columns = self.tile_grid_size
        tile = -(-height // rows), -(-width // columns)
        over = tile[0] * rows - height, tile[1] * columns - width
        whole = jnp.clip(jnp.pad(images, ((0, 0), (0, over[0]), (0, over[1]), (0, 0)), mode="symmetric"), 0, 255)
        whole = whole.astype("int32")
        tiles = whole.reshape(batch, rows, tile[0], columns, tile[1], channels).transpose(0, 1, 3, 5, 2, 4)
        tables = self._tables(tiles.reshape(batch, rows, columns, channels, -1))

        def near(places: Any, side: int, count: int) -> tuple[Any, Any, Any]:
            at = (jnp.arange(places) - side / 2) / side
            low = jnp.floor(at)
            first, second = (jnp.clip(low + i, 0, count - 1).astype("int32") for i in (0, 1))
            return first, second, at - low

        top, bottom, down = near(whole.shape[1], tile[0], rows)
        left, right, across = near(whole.shape[2], tile[1], columns)
        sample, channel = jnp.arange(batch)[:, None, None, None], jnp.arange(channels)

        def said_by(row: Any, column: Any) -> Any:
            return tables[sample, row[None, :, None, None], column[None, None, :, None], channel, whole]

        down, across = down[None, :, None, None], across[None, None, :, None]
        upper = said_by(top, left) * (1 - across) + said_by(top, right) * across
        lower = said_by(bottom, left) * (1 - across) + said_by(bottom, right) * across
        return self.from_range((upper * (1 - down) + lower * down)[:, :height, :width], 255)

    def _tables(self, tiles: Any) -> Any:
        """What each value becomes by each tile: `(batch, rows, columns, channels, places)` to `(..., 256)`."""
        places = tiles.shape[-1]
        counts = _counts(tiles, 256)
        if self.clip_limit > 0:
            limited = jnp.minimum(counts, self.clip_limit * places / 256)
            counts = limited + jnp.sum(counts - limited, -1, keepdims=True) / 256
        below = jnp.cumsum(counts, -1)
        least = below[..., :1]
        rest = places - least
        return jnp.clip((below - least) * 255 / jnp.where(rest == 0, 1, rest), 0, 255)
