"""Initializers whose width follows from the number of inputs and outputs of the weight."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from heron.initializers.random import RandomInitializer, draw_normal, draw_truncated_normal, draw_uniform
from heron.validate import INTS, POSITIVE, one_of

__all__ = [
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "LecunNormal",
    "LecunUniform",
    "VarianceScaling",
    "compute_fans",
]

_TRUNCATED_STDDEV = 0.87962566103423978  # the standard deviation of a unit normal distribution cut off at +-2


def compute_fans(
    shape: Sequence[int], input_axes: Sequence[int] | None = None, output_axes: Sequence[int] | None = None
) -> tuple[int, int]:
    """Returns how many numbers flow into, and out of, one element of a weight's output.

    >>> compute_fans((784, 128)), compute_fans((3, 3, 32, 64)), compute_fans((10,))
    ((784, 128), (288, 576), (10, 10))
    """
    shape = tuple(shape)
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[axis] for axis in input_axes), math.prod(shape[axis] for axis in output_axes)
    if len(shape) < 2:
        size = shape[0] if shape else 1
        return size, size
    field = math.prod(shape[:-2])  # the window of a convolution kernel; 1 for a matrix
    return field * shape[-2], field * shape[-1]


class VarianceScaling(RandomInitializer):
    """Draws numbers of variance `scale / n`, where `n` counts the inputs, the outputs, or is their mean.

    Args:
        scale: positive, 1 by default.
        mode: `"fan_in"` (the number of inputs), `"fan_out"` (of outputs) or `"fan_avg"` (their mean).
        distribution: `"truncated_normal"` (or `"normal"`, the same), `"untruncated_normal"` or `"uniform"`.
        seed: see `RandomInitializer`.
        input_axes, output_axes: the axes of the weight over which inputs and outputs are counted. By default the last
            two, times the size of the window for convolution kernels.

    Example:
    >>> kernel = VarianceScaling(2.0, "fan_in", "uniform", seed=1)((100, 10))
    >>> bool(abs(kernel).max() <= (3 * 2.0 / 100) ** 0.5)
    True
    """

    rules = {
        "scale": POSITIVE,
        "mode": one_of("fan_in", "fan_out", "fan_avg"),
        "distribution": one_of("truncated_normal", "normal", "untruncated_normal", "uniform"),
        "input_axes": INTS.or_none(),
        "output_axes": INTS.or_none(),
    }

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Any = None,
        input_axes: int | Sequence[int] | None = None,
        output_axes: int | Sequence[int] | None = None,
    ) -> None:
        super().__init__(seed)
        self.scale = scale
        self.mode = mode
        self.distribution = "truncated_normal" if distribution == "normal" else distribution
        self.input_axes = (input_axes,) if isinstance(input_axes, int) else input_axes
        self.output_axes = (output_axes,) if isinstance(output_axes, int) else output_axes

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> np.ndarray:
        shape = tuple(shape)
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        stddev = math.sqrt(self.scale / max(1.0, fan))
        if self.distribution == "uniform":
            limit = math.sqrt(3.0) * stddev
            return draw_uniform(self.generator, shape, -limit, limit, dtype)
        if self.distribution == "untruncated_normal":
            return draw_normal(self.generator, shape, 0.0, stddev, dtype)
        return draw_truncated_normal(self.generator, shape, 0.0, stddev / _TRUNCATED_STDDEV, dtype)


class _Preset(VarianceScaling):
    """`VarianceScaling` with scale, mode and distribution fixed."""

    preset: ClassVar[tuple[float, str, str]] = (1.0, "fan_in", "truncated_normal")

    def __init__(
        self,
        seed: Any = None,
        input_axes: int | Sequence[int] | None = None,
        output_axes: int | Sequence[int] | None = None,
    ) -> None:
        super().__init__(*self.preset, seed=seed, input_axes=input_axes, output_axes=output_axes)


class GlorotUniform(_Preset):
    """Even between ±sqrt(6 / (inputs + outputs)); arguments as `VarianceScaling`.

    Source: X. Glorot, Y. Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010.

    >>> GlorotUniform(seed=1)((784, 128)).shape
    (784, 128)
    """

    preset = (1.0, "fan_avg", "uniform")


class GlorotNormal(_Preset):
    """Truncated normal of variance 2 / (inputs + outputs); arguments as `VarianceScaling`.

    Source: X. Glorot, Y. Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010.
    """

    preset = (1.0, "fan_avg", "truncated_normal")


class LecunNormal(_Preset):
    """Truncated normal of variance 1 / inputs; arguments as `VarianceScaling`.

    Source: G. Klambauer et al., Self-Normalizing Neural Networks, 2017.
    """

    preset = (1.0, "fan_in", "truncated_normal")


class LecunUniform(_Preset):
    """Even between ±sqrt(3 / inputs); arguments as `VarianceScaling`.

    Source: Y. LeCun et al., Efficient BackProp, 1998.
    """

    preset = (1.0, "fan_in", "uniform")


class HeNormal(_Preset):
    """Truncated normal of variance 2 / inputs, made for ReLU; arguments as `VarianceScaling`.

    Source: K. He et al., Delving Deep into Rectifiers, 2015.
    """

    preset = (2.0, "fan_in", "truncated_normal")


class HeUniform(_Preset):
    """Even between ±sqrt(6 / inputs), made for ReLU; arguments as `VarianceScaling`.

    Source: K. He et al., Delving Deep into Rectifiers, 2015.
    """

    preset = (2.0, "fan_in", "uniform")
