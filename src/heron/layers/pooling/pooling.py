"""Pooling over windows: the largest value or the mean of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from heron.config import standardize_data_format
from heron.layers.context import current
from heron.layers.convolution.spatial_spec import SpatialSpec
from heron.layers.layer import Layer
from heron.layers.pooling.words import documented
from heron.layers.shaping import DATA_FORMAT
from heron.ops.convolution import Window, padding_rule, sizes, sizes_rule
from heron.ops.lowering.pooling import pool_average, pool_max
from heron.ops.pooling import Pool, pooled

_SECTIONS = """
    Args:
        pool_size: the size of the window, {size}.
        strides: how far the window moves at a time, likewise; None for the size of the window.
        padding: `"valid"` for windows inside alone, what is left over at the end being dropped; `"same"` for as many
            windows as the strides go into the input, those at the rims smaller.
        data_format: {format}

    Input shape:
        {last}, or {first} with `"channels_first"`.

    Output shape:
        {new_last}, or {new_first}.

    Raises:
        ArgumentError: for a window or a step of 0.
        ShapeError: for inputs with other axes, or smaller than the window.

    Example:
    >>> import numpy as np
    >>> {name}(2)(np.zeros((2, {fours}3))).shape
    (2, {twos}3)
"""


class Pooling(Layer):
    """A layer that slides a window over spatial axes and makes one value of what it sees, channel by channel.

    A subclass says in `pool` how; those that set `rank` get the rules and defaults for so many axes.
    """

    rank: ClassVar[int]
    pool: ClassVar[Pool]
    has_default_size: ClassVar[bool] = False
    rules = {"padding": padding_rule("valid", "same"), "data_format": DATA_FORMAT}
    renamed = {
        "stride": "strides",
        "pool_length": "pool_size",
        "border_mode": "padding",
        "dim_ordering": "data_format",
    }

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if "rank" in cls.__dict__:
            cls.rules = {"pool_size": sizes_rule(cls.rank), "strides": sizes_rule(cls.rank).or_none()}
            if cls.has_default_size:
                cls.__init__ = _with_default(2 if cls.rank == 1 else (2,) * cls.rank)  # type: ignore[method-assign]
            documented(cls, _SECTIONS, cls.rank)
        super().__init_subclass__(**kwargs)

    def __init__(
        self,
        pool_size: int | Sequence[int],
        strides: int | Sequence[int] | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.pool_size = sizes(pool_size, self.rank)
        self.strides = self.pool_size if strides is None else sizes(strides, self.rank)
        self.padding = padding.lower()
        self.data_format = standardize_data_format(data_format)
        self.input_spec = SpatialSpec(self.rank, self.data_format == "channels_first")

    def call(self, inputs: Any) -> Any:
        """Computes the output."""
        first = self.data_format == "channels_first"
        window = Window(self._who(), self.strides, self.padding, (1,) * self.rank, first)
        context, pool = current(), type(self).pool
        origin = context.origin_of(inputs) if context is not None and pool is pool_max else None
        if origin is None:
            return pooled(window, pool, inputs, self.pool_size)
        # A maximum before bias and activation is the same number, and there are fewer left to finish.
        return origin.finish(pooled(window, pool, origin.before, self.pool_size))

    def get_config(self) -> dict[str, Any]:
        """The arguments, as they were understood."""
        own = {"pool_size": list(self.pool_size), "strides": list(self.strides)}
        return {**super().get_config(), **own, "padding": self.padding, "data_format": self.data_format}


def _with_default(default: Any) -> Callable[..., None]:
    """The constructor of `Pooling` with another default size of the window."""

    def __init__(
        self: Pooling,
        pool_size: int | Sequence[int] = default,
        strides: int | Sequence[int] | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        Pooling.__init__(self, pool_size, strides, padding, data_format, name, **kwargs)

    return __init__


class MaxPooling1D(Pooling):
    """Takes the largest value of each window of steps; of equal ones the first gets the gradient."""

    rank, pool, has_default_size = 1, pool_max, True


class MaxPooling2D(Pooling):
    """Takes the largest value of each window of an image; of equal ones the first gets the gradient."""

    rank, pool, has_default_size = 2, pool_max, True


class MaxPooling3D(Pooling):
    """Takes the largest value of each window of a volume; of equal ones the first gets the gradient."""

    rank, pool, has_default_size = 3, pool_max, True


class AveragePooling1D(Pooling):
    """Takes the mean of each window of steps, places outside the sequence not counted."""

    rank, pool = 1, pool_average


class AveragePooling2D(Pooling):
    """Takes the mean of each window of an image, places outside the image not counted."""

    rank, pool = 2, pool_average


class AveragePooling3D(Pooling):
    """Takes the mean of each window of a volume, places outside the volume not counted."""

    rank, pool = 3, pool_average
