"""Dropout: values, or whole channels, set to zero at random while training."""

from __future__ import annotations

from typing import Any

from heron import random
from heron.config import standardize_data_format
from heron.errors import ShapeError, shape_text
from heron.layers.input_spec import InputSpec
from heron.layers.layer import Layer
from heron.random.seed import SEED
from heron.validate import POSITIVE_INT, RATE, Rule, one_of

_NOISE_SHAPE = Rule(
    "a sequence of sizes, each a positive integer or None for that of the input",
    lambda v: isinstance(v, list | tuple) and all(d is None or POSITIVE_INT.accepts(d) for d in v),
    ((None, 1, 3), [2, 1]),
    ("13", 3, (0, 1), (1.5,)),
)


class Noise(Layer):
    """What layers that act by chance, and only in training, have in common.

    Args:
        strength: how much they do; 0 for nothing.
        seed: an integer for the same noise in every process, a `SeedGenerator`, or None.
    """

    supports_masking = True
    disturb: Any  # a method of each subclass: what happens to the inputs in training

    def __init__(self, strength: float, seed: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = seed
        self.is_active = strength > 0
        if self.is_active:
            self.seed_generator = seed if isinstance(seed, random.SeedGenerator) else random.SeedGenerator(seed)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Disturbs the inputs in training and returns them as they are otherwise."""
        return self.disturb(inputs) if training and self.is_active else inputs


class Dropout(Noise):
    """Sets a random share of the values to 0 while training and scales the rest up, so that the mean stays.

    Outside training the input is passed on.

    Args:
        rate: the share that is dropped, from 0 up to but not including 1.
        noise_shape: the shape of the random mask, which is repeated along axes of size 1: `(None, 1, None)` for
            `(batch, steps, features)` drops a feature at all steps or at none. None stands for the size of the input.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.

    Call arguments:
        inputs: the values.
        training: whether anything is dropped.

    Input shape:
        Any.

    Output shape:
        That of the input.

    Raises:
        ArgumentError: for a rate below 0, of 1 or above.
        ShapeError: when `noise_shape` does not fit the input.

    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", JMLR 2014.

    Example:
    >>> layer = Dropout(0.5, seed=1)
    >>> sorted(set(layer([1.0] * 50, training=True).tolist())), set(layer([1.0] * 50).tolist())
    ([0.0, 2.0], {1.0})
    """

    rules = {"rate": RATE, "noise_shape": _NOISE_SHAPE.or_none(), "seed": SEED}
    renamed = {"p": "rate"}

    def __init__(self, rate: float, noise_shape: Any = None, seed: Any = None, **kwargs: Any) -> None:
        super().__init__(rate, seed, **kwargs)
        self.rate = rate
        self.noise_shape = None if noise_shape is None else tuple(noise_shape)

    def disturb(self, inputs: Any) -> Any:
        """Drops."""
        return random.dropout(inputs, self.rate, noise_shape=self.mask_shape(inputs.shape), seed=self.seed_generator)

    def mask_shape(self, shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """The shape of the random mask for inputs of a shape."""
        return shape if self.noise_shape is None else fitted(self._who(), self.noise_shape, shape)


def fitted(who: str, noise_shape: tuple[int | None, ...], shape: tuple[Any, ...]) -> tuple[Any, ...]:
    """`noise_shape` with None replaced by the sizes of `shape`, checked that it can be repeated to it."""
    if len(noise_shape) == len(shape):
        full = tuple(d if n is None else n for n, d in zip(noise_shape, shape, strict=True))
        if all(n == 1 or not isinstance(d, int) or n == d for n, d in zip(full, shape, strict=True)):
            return full
    raise ShapeError(
        f"{who} has noise_shape={noise_shape}, in which each size must be 1, None or that of the input; received "
        f"inputs of shape {shape_text(shape)}.\nWrite None for axes that get noise of their own and 1 for axes that "
        "share it."
    )


class SpatialDropout(Dropout):
    """Drops whole channels: the form that `SpatialDropout1D`, `2D` and `3D` are cases of."""

    rank = 1

    def __init__(self, rate: float, data_format: str | None = None, seed: Any = None, **kwargs: Any) -> None:
        super().__init__(rate, seed=seed, **kwargs)
        self.data_format = standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def mask_shape(self, shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """One choice for each sample and channel."""
        ones = (1,) * self.rank
        if self.data_format == "channels_first":
            return (shape[0], shape[1], *ones)
        return (shape[0], *ones, shape[-1])

    def get_config(self) -> dict[str, Any]:
        """The arguments with the data format that was in force; not `trainable`, which Keras does not take here."""
        config = {k: v for k, v in super().get_config().items() if k != "trainable"}
        return config | {"data_format": self.data_format} if "data_format" in config else config


class SpatialDropout1D(SpatialDropout):
    """Drops each channel of a sequence at all steps or at none while training.

    Args:
        rate: the share of channels that is dropped, from 0 up to but not including 1.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.

    Call arguments:
        inputs: the values.
        training: whether anything is dropped.

    Input shape:
        `(batch, steps, channels)`.

    Output shape:
        That of the input.

    Source: Tompson et al., https://arxiv.org/abs/1411.4280.

    Example:
    >>> import numpy as np
    >>> y = SpatialDropout1D(0.5)(np.ones((2, 5, 8)), training=True)
    >>> bool((y == y[:, :1]).all())
    True
    """

    rules = {"rate": RATE, "seed": SEED}

    def __init__(
        self, rate: float, seed: Any = None, name: str | None = None, dtype: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(rate, "channels_last", seed, name=name, dtype=dtype, **kwargs)


class SpatialDropout2D(SpatialDropout):
    """Drops each channel of an image as a whole or not at all while training.

    Args:
        rate: the share of channels that is dropped, from 0 up to but not including 1.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.

    Call arguments:
        inputs: the values.
        training: whether anything is dropped.

    Input shape:
        `(batch, height, width, channels)`, or `(batch, channels, height, width)` with `"channels_first"`.

    Output shape:
        That of the input.

    Source: Tompson et al., https://arxiv.org/abs/1411.4280.

    Example:
    >>> import numpy as np
    >>> y = SpatialDropout2D(0.5)(np.ones((2, 4, 4, 8)), training=True)
    >>> bool((y == y[:, :1, :1]).all())
    True
    """

    rules = {"rate": RATE, "data_format": one_of("channels_last", "channels_first").or_none(), "seed": SEED}
    rank = 2

    def __init__(
        self,
        rate: float,
        data_format: str | None = None,
        seed: Any = None,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(rate, data_format, seed, name=name, dtype=dtype, **kwargs)


class SpatialDropout3D(SpatialDropout):
    """Drops each channel of a volume as a whole or not at all while training.

    Args:
        rate: the share of channels that is dropped, from 0 up to but not including 1.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.

    Call arguments:
        inputs: the values.
        training: whether anything is dropped.

    Input shape:
        `(batch, depth, height, width, channels)`, or `(batch, channels, depth, height, width)` with `"channels_first"`.

    Output shape:
        That of the input.

    Source: Tompson et al., https://arxiv.org/abs/1411.4280.

    Example:
    >>> import numpy as np
    >>> y = SpatialDropout3D(0.5)(np.ones((2, 2, 4, 4, 8)), training=True)
    >>> bool((y == y[:, :1, :1, :1]).all())
    True
    """

    rules = {"rate": RATE, "data_format": one_of("channels_last", "channels_first").or_none(), "seed": SEED}
    rank = 3

    def __init__(
        self,
        rate: float,
        data_format: str | None = None,
        seed: Any = None,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(rate, data_format, seed, name=name, dtype=dtype, **kwargs)
