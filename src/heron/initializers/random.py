"""Initializers that draw from a distribution of fixed width."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from heron.errors import ShapeError, shape_text
from heron.initializers.base import Initializer, as_dtype
from heron.random.seed import SEED, numpy_generator
from heron.validate import NON_NEGATIVE, NUMBER

__all__ = [
    "Orthogonal",
    "RandomInitializer",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "draw_normal",
    "draw_truncated_normal",
    "draw_uniform",
]

Shape = tuple[int, ...]


class RandomInitializer(Initializer):
    """Base class of initializers that draw random numbers with NumPy's PCG64.

    Args:
        seed: an integer gives the same values at every call; a `SeedGenerator` is asked for a new key at each; None
            gives new values at each, reproducible after `heron.utils.set_random_seed`.
    """

    rules = {"seed": SEED}

    def __init__(self, seed: Any = None) -> None:
        self.seed = seed

    @property
    def generator(self) -> np.random.Generator:
        """The generator for one call."""
        return numpy_generator(self.seed)


def _precision(dtype: np.dtype[Any]) -> Any:
    """float64 is drawn as such, every other dtype is drawn in float32 and cast."""
    return np.float64 if dtype == np.float64 else np.float32


def draw_normal(generator: np.random.Generator, shape: Shape, mean: float, stddev: float, dtype: Any) -> np.ndarray:
    """Normal numbers."""
    dtype = as_dtype(dtype)
    values = generator.standard_normal(shape, _precision(dtype))
    return (values * values.dtype.type(stddev) + values.dtype.type(mean)).astype(dtype, copy=False)


def draw_truncated_normal(
    generator: np.random.Generator, shape: Shape, mean: float, stddev: float, dtype: Any
) -> np.ndarray:
    """Normal numbers, redrawn while they are more than two standard deviations from the mean (4.6 % of them)."""
    dtype = as_dtype(dtype)
    values = generator.standard_normal(math.prod(shape), _precision(dtype))
    (outside,) = np.nonzero(np.abs(values) > 2)
    while outside.size:
        values[outside] = generator.standard_normal(outside.size, values.dtype)
        outside = outside[np.abs(values[outside]) > 2]
    values = values * values.dtype.type(stddev) + values.dtype.type(mean)
    return values.reshape(shape).astype(dtype, copy=False)


def draw_uniform(generator: np.random.Generator, shape: Shape, minval: float, maxval: float, dtype: Any) -> np.ndarray:
    """Numbers spread evenly between the two."""
    dtype = as_dtype(dtype)
    values = generator.random(shape, _precision(dtype))
    return (values * values.dtype.type(maxval - minval) + values.dtype.type(minval)).astype(dtype, copy=False)


class RandomNormal(RandomInitializer):
    """Draws from a normal distribution.

    Args:
        mean: its mean, 0 by default.
        stddev: its standard deviation, 0.05 by default.
        seed: see `RandomInitializer`.

    Example:
    >>> RandomNormal(stddev=1.0, seed=1)((2, 3)).shape
    (2, 3)
    """

    rules = {"mean": NUMBER, "stddev": NON_NEGATIVE}

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None) -> None:
        self.mean = mean
        self.stddev = stddev
        super().__init__(seed)

    def __call__(self, shape: Shape, dtype: Any = None) -> np.ndarray:
        return draw_normal(self.generator, tuple(shape), self.mean, self.stddev, dtype)


class TruncatedNormal(RandomInitializer):
    """Draws from a normal distribution cut off at 2 standard deviations from its mean; arguments as `RandomNormal`."""

    rules = {"mean": NUMBER, "stddev": NON_NEGATIVE}

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None) -> None:
        self.mean = mean
        self.stddev = stddev
        super().__init__(seed)

    def __call__(self, shape: Shape, dtype: Any = None) -> np.ndarray:
        return draw_truncated_normal(self.generator, tuple(shape), self.mean, self.stddev, dtype)


class RandomUniform(RandomInitializer):
    """Draws evenly between two numbers.

    Args:
        minval, maxval: the two, -0.05 and 0.05 by default.
        seed: see `RandomInitializer`.
    """

    rules = {"minval": NUMBER, "maxval": NUMBER}

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: Any = None) -> None:
        self.minval = minval
        self.maxval = maxval
        super().__init__(seed)

    def __call__(self, shape: Shape, dtype: Any = None) -> np.ndarray:
        return draw_uniform(self.generator, tuple(shape), self.minval, self.maxval, dtype)


class Orthogonal(RandomInitializer):
    """A random matrix with orthonormal rows or columns, whichever are fewer, times `gain`.

    More than two axes are read as a matrix `(product of all but the last, last)`.

    Args:
        gain: 1 by default.
        seed: see `RandomInitializer`.

    Raises:
        ShapeError: when called with a shape of fewer than 2 sizes.

    Source: A. Saxe et al., Exact solutions to the nonlinear dynamics of learning in deep linear neural networks, 2014.
    """

    rules = {"gain": NUMBER}

    def __init__(self, gain: float = 1.0, seed: Any = None) -> None:
        self.gain = gain
        super().__init__(seed)

    def __call__(self, shape: Shape, dtype: Any = None) -> np.ndarray:
        if len(shape) < 2:
            raise ShapeError(
                "Orthogonal makes matrices: expected a shape of at least 2 sizes; "
                f"received {shape_text(tuple(shape))}.\nUse 'glorot_uniform' or 'zeros' for vectors."
            )
        rows, columns = math.prod(shape[:-1]), shape[-1]
        normal = self.generator.standard_normal((max(rows, columns), min(rows, columns)))
        q, r = np.linalg.qr(normal)
        q *= np.sign(np.diag(r))  # without it the distribution over rotations is not uniform
        return (self.gain * (q if rows >= columns else q.T).reshape(shape)).astype(as_dtype(dtype))
