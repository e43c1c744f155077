"""Pooling to a given size, whatever that of the input."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from heron.config import standardize_data_format
from heron.layers.convolution.spatial_spec import SpatialSpec
from heron.layers.layer import Layer
from heron.layers.pooling.words import documented
from heron.layers.shaping import DATA_FORMAT
from heron.ops.convolution import sizes, sizes_rule
from heron.ops.pooling import adaptive_average_pool, adaptive_max_pool

_SECTIONS = """
    Window `i` of `n` begins at `floor(i * size / n)` and ends before `ceil((i + 1) * size / n)`.

    Args:
        output_size: how many windows there are, {size}.
        data_format: {format}

    Input shape:
        {last}, or {first} with `"channels_first"`.

    Output shape:
        {new_last}, or {new_first}, the new sizes being those of `output_size`.

    Raises:
        ArgumentError: for an output size of 0.
        ShapeError: for inputs with other axes.

    Example:
    >>> import numpy as np
    >>> {name}(2)(np.zeros((2, {fours}3))).shape
    (2, {twos}3)
"""


class AdaptivePooling(Layer):
    """A layer that spreads so many windows over its input that its output has a given size."""

    rank: ClassVar[int]
    pool: ClassVar[Callable[..., Any]]
    rules = {"data_format": DATA_FORMAT}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if "rank" in cls.__dict__:
            cls.rules = {"output_size": sizes_rule(cls.rank)}
            documented(cls, _SECTIONS, cls.rank)
        super().__init_subclass__(**kwargs)

    def __init__(self, output_size: int | Sequence[int], data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.output_size = sizes(output_size, self.rank)
        self.data_format = standardize_data_format(data_format)
        self.input_spec = SpatialSpec(self.rank, self.data_format == "channels_first")

    def call(self, inputs: Any) -> Any:
        """Computes the output."""
        return type(self).pool(inputs, self.output_size, self.data_format)

    def get_config(self) -> dict[str, Any]:
        """The arguments, as they were understood."""
        own = {"output_size": list(self.output_size), "data_format": self.data_format}
        return {**super().get_config(), **own}


class AdaptiveMaxPooling1D(AdaptivePooling):
    """Takes the largest value of each of a given number of windows of steps."""

    rank, pool = 1, adaptive_max_pool


class AdaptiveMaxPooling2D(AdaptivePooling):
    """Takes the largest value of each of a given number of windows of an image."""

    rank, pool = 2, adaptive_max_pool


class AdaptiveMaxPooling3D(AdaptivePooling):
    """Takes the largest value of each of a given number of windows of a volume."""

    rank, pool = 3, adaptive_max_pool


class AdaptiveAveragePooling1D(AdaptivePooling):
    """Takes the mean of each of a given number of windows of steps."""

    rank, pool = 1, adaptive_average_pool


class AdaptiveAveragePooling2D(AdaptivePooling):
    """Takes the mean of each of a given number of windows of an image."""

    rank, pool = 2, adaptive_average_pool


class AdaptiveAveragePooling3D(AdaptivePooling):
    """Takes the mean of each of a given number of windows of a volume."""

    rank, pool = 3, adaptive_average_pool
