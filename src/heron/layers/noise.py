"""Layers that disturb their input at random while training: GaussianNoise, GaussianDropout and AlphaDropout."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp

from heron import random
from heron.layers.dropout import Noise, fitted
from heron.random.seed import SEED
from heron.validate import NON_NEGATIVE, RATE, SHAPE

# Of the SELU function: the value that very negative inputs approach is -alpha * scale.
_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


class GaussianNoise(Noise):
    """Adds normally distributed numbers with mean 0 while training.

    Args:
        stddev: their standard deviation.
        seed: an integer for the same noise in every process, a `SeedGenerator`, or None.

    Call arguments:
        inputs: the values.
        training: whether noise is added.

    Input shape:
        Any.

    Output shape:
        That of the input.

    Example:
    >>> layer = GaussianNoise(0.1, seed=1)
    >>> layer([1.0, 2.0]).tolist(), bool((layer([1.0, 2.0], training=True) == 1.0).any())
    ([1.0, 2.0], False)
    """

    rules = {"stddev": NON_NEGATIVE, "seed": SEED}
    renamed = {"sigma": "stddev"}

    def __init__(self, stddev: float, seed: Any = None, **kwargs: Any) -> None:
        super().__init__(stddev, seed, **kwargs)
        self.stddev = stddev

    def disturb(self, inputs: Any) -> Any:
        """Adds noise."""
        return inputs + random.normal(
            inputs.shape, stddev=self.stddev, dtype=self.compute_dtype, seed=self.seed_generator
        )


class GaussianDropout(Noise):
    """Multiplies by normally distributed numbers with mean 1 and variance `rate / (1 - rate)` while training.

    Args:
        rate: as for `Dropout`, whose multipliers have the same mean and variance.
        seed: an integer for the same noise in every process, a `SeedGenerator`, or None.

    Call arguments:
        inputs: the values.
        training: whether they are multiplied.

    Input shape:
        Any.

    Output shape:
        That of the input.

    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", JMLR 2014, section
    10.

    Example:
    >>> layer = GaussianDropout(0.5, seed=1)
    >>> layer([1.0, 2.0]).tolist(), layer([0.0, 0.0], training=True).tolist()
    ([1.0, 2.0], [0.0, 0.0])
    """

    rules = {"rate": RATE, "seed": SEED}
    renamed = {"p": "rate"}

    def __init__(self, rate: float, seed: Any = None, **kwargs: Any) -> None:
        super().__init__(rate, seed, **kwargs)
        self.rate = rate

    def disturb(self, inputs: Any) -> Any:
        """Multiplies by noise."""
        stddev = math.sqrt(self.rate / (1 - self.rate))
        noise = random.normal(inputs.shape, 1.0, stddev, dtype=self.compute_dtype, seed=self.seed_generator)
        return inputs * noise


class AlphaDropout(Noise):
    """Dropout for networks of SELU units: mean and variance of the input stay as they are.

    Dropped values take the value that SELU approaches for very negative inputs, and the result is scaled and shifted.

    Args:
        rate: the share that is dropped, from 0 up to but not including 1.
        noise_shape: the shape of the random mask, as for `Dropout`.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.

    Call arguments:
        inputs: the values.
        training: whether anything is dropped.

    Input shape:
        Any.

    Output shape:
        That of the input.

    Source: Klambauer et al., https://arxiv.org/abs/1706.02515.

    Example:
    >>> layer = AlphaDropout(0.5, seed=1)
    >>> layer([1.0, 2.0]).tolist(), len(set(layer([1.0] * 50, training=True).tolist()))
    ([1.0, 2.0], 2)
    """

    rules = {"rate": RATE, "noise_shape": SHAPE.or_none(), "seed": SEED}

    def __init__(self, rate: float, noise_shape: Any = None, seed: Any = None, **kwargs: Any) -> None:
        super().__init__(rate, seed, **kwargs)
        self.rate = rate
        self.noise_shape = None if noise_shape is None else tuple(noise_shape)

    def disturb(self, inputs: Any) -> Any:
        """Drops, scales and shifts."""
        shape = inputs.shape if self.noise_shape is None else fitted(self._who(), self.noise_shape, inputs.shape)
        dropped = -_SELU_ALPHA * _SELU_SCALE
        scale = ((1 - self.rate) * (1 + self.rate * dropped**2)) ** -0.5
        kept = random.uniform(shape, seed=self.seed_generator) >= self.rate
        return scale * jnp.where(kept, inputs, dropped) - scale * dropped * self.rate
