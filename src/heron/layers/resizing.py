"""Layers that change the size of sequences, images and volumes: zeros around, rims cut off, places repeated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from heron.config import standardize_data_format
from heron.errors import ShapeError, shape_text
from heron.layers.convolution.spatial_spec import SpatialSpec
from heron.layers.layer import Layer
from heron.layers.shaping import DATA_FORMAT
from heron.ops.convolution import sizes, sizes_rule
from heron.validate import POSITIVE_INT, Rule, is_int, one_of

_INTERPOLATION = one_of("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")
Rim = int | Sequence[int] | Sequence[Sequence[int]]


def _is_rim(value: Any) -> bool:
    return is_int(value) and value >= 0


def _is_pair(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) == 2 and all(map(_is_rim, value))


def _rims_rule(rank: int) -> Rule:
    """The rule of what is put on, or cut off, the two ends of each of `rank` axes."""
    if rank == 1:
        words = "an integer of 0 or more, or two of them: for the beginning and for the end"
        return Rule(words, lambda v: _is_rim(v) or _is_pair(v), (0, 1, (1, 0), [0, 1]), (-1, (1, 2, 3), "1", None, 0.5))

    def accepts(value: Any) -> bool:
        several = isinstance(value, list | tuple) and len(value) == rank
        return _is_rim(value) or (several and all(_is_rim(v) or _is_pair(v) for v in value))

    words = f"an integer of 0 or more, or {rank} of them, one for each axis, or {rank} pairs of them, for the two ends"
    good = (0, 1, (1,) * rank, ((0, 1),) * rank, [[1, 0]] * rank)
    return Rule(words, accepts, good, (-1, (1,) * (rank + 1), ((1, 2, 3),) * rank, (-1,) * rank, "1", None, 0.5))


def _pairs(value: Any, rank: int) -> tuple[tuple[int, int], ...]:
    """What is meant for the two ends of each axis."""
    if is_int(value):
        return ((int(value), int(value)),) * rank
    if rank == 1:
        return ((int(value[0]), int(value[1])),)
    return tuple((int(v), int(v)) if is_int(v) else (int(v[0]), int(v[1])) for v in value)


class _Resizing(Layer):
    """A layer that changes the sizes of `rank` spatial axes."""

    rank: ClassVar[int]
    changed: ClassVar[str]  # the name of the argument that says by how much
    rules = {"data_format": DATA_FORMAT}

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = standardize_data_format(data_format)
        self.input_spec = SpatialSpec(self.rank, self.data_format == "channels_first")

    @property
    def first_axis(self) -> int:
        """The first of the spatial axes."""
        return 2 if self.data_format == "channels_first" else 1

    def get_config(self) -> dict[str, Any]:
        """The arguments, as they were understood."""
        config = {**super().get_config(), self.changed: jax.tree.map(int, getattr(self, self.changed))}
        return {**config, "data_format": self.data_format} if "data_format" in config else config


class _ZeroPadding(_Resizing):
    changed = "padding"

    def __init__(self, padding: Rim, data_format: str | None, **kwargs: Any) -> None:
        super().__init__(data_format, **kwargs)
        pairs = _pairs(padding, self.rank)
        self.padding = pairs[0] if self.rank == 1 else pairs

    def call(self, inputs: Any) -> Any:
        """Puts the zeros on."""
        around = [(0, 0)] * inputs.ndim
        around[self.first_axis : self.first_axis + self.rank] = _pairs(self.padding, self.rank)
        return jnp.pad(inputs, around)


class _Cropping(_Resizing):
    changed = "cropping"

    def __init__(self, cropping: Rim, data_format: str | None, **kwargs: Any) -> None:
        super().__init__(data_format, **kwargs)
        pairs = _pairs(cropping, self.rank)
        self.cropping = pairs[0] if self.rank == 1 else pairs

    def call(self, inputs: Any) -> Any:
        """Cuts the rims off."""
        index = [slice(None)] * inputs.ndim
        for axis, (lo, hi) in enumerate(_pairs(self.cropping, self.rank), start=self.first_axis):
            size = inputs.shape[axis]
            if isinstance(size, int) and lo + hi >= size:
                raise ShapeError(
                    f"{self._who()} cuts {lo} + {hi} = {lo + hi} places off axis {axis}, which must have more; "
                    f"received inputs of shape {shape_text(inputs.shape)}.\nWrite a smaller cropping, or use less "
                    "pooling before this layer."
                )
            index[axis] = slice(lo, size - hi)
        return inputs[tuple(index)]


class _UpSampling(_Resizing):
    changed = "size"

    def __init__(self, size: int | Sequence[int], data_format: str | None, **kwargs: Any) -> None:
        super().__init__(data_format, **kwargs)
        self.size: Any = sizes(size, self.rank)

    def call(self, inputs: Any) -> Any:
        """Repeats each place."""
        first, factors = self.first_axis, sizes(self.size, self.rank)
        x = jnp.expand_dims(inputs, [first + 1 + 2 * i for i in range(self.rank)])
        target = list(x.shape)
        target[first + 1 : first + 2 * self.rank : 2] = factors
        merged = list(inputs.shape)
        for axis, factor in enumerate(factors, start=first):
            merged[axis] = merged[axis] * factor
        return jnp.broadcast_to(x, target).reshape(merged)


class ZeroPadding1D(_ZeroPadding):
    """Puts zeros around sequences.

    Args:
        padding: how many zeros: one number for both ends, or two.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.

    Input shape:
        `(batch, steps, channels)`, or `(batch, channels, steps)` with `"channels_first"`.

    Output shape:
        `(batch, new_steps, channels)`, or `(batch, channels, new_steps)`.

    Raises:
        ShapeError: for inputs with other axes.

    Example:
    >>> import numpy as np
    >>> ZeroPadding1D(1)(np.ones((2, 4, 3))).shape
    (2, 6, 3)
    """

    rank = 1
    rules = {"padding": _rims_rule(1)}

    def __init__(self, padding: Rim = 1, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(padding, data_format, **kwargs)


class ZeroPadding2D(_ZeroPadding):
    """Puts zeros around images.

    Args:
        padding: how many zeros: one number for all sides, one for each axis, or a pair for the two ends of each.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.

    Input shape:
        `(batch, height, width, channels)`, or `(batch, channels, height, width)` with `"channels_first"`.

    Output shape:
        `(batch, new_height, new_width, channels)`, or `(batch, channels, new_height, new_width)`.

    Raises:
        ShapeError: for inputs with other axes.

    Example:
    >>> import numpy as np
    >>> ZeroPadding2D(1)(np.ones((2, 4, 4, 3))).shape
    (2, 6, 6, 3)
    """

    rank = 2
    rules = {"padding": _rims_rule(2)}

    def __init__(self, padding: Rim = (1, 1), data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(padding, data_format, **kwargs)


class ZeroPadding3D(_ZeroPadding):
    """Puts zeros around volumes.

    Args:
        padding: how many zeros: one number for all sides, one for each axis, or a pair for the two ends of each.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.

    Input shape:
        `(batch, depth, height, width, channels)`, or `(batch, channels, depth, height, width)` with `"channels_first"`.

    Output shape:
        `(batch, new_depth, new_height, new_width, channels)`, or `(batch, channels, new_depth, new_height, new_width)`.

    Raises:
        ShapeError: for inputs with other axes.

    Example:
    >>> import numpy as np
    >>> ZeroPadding3D(1)(np.ones((2, 4, 4, 4, 3))).shape
    (2, 6, 6, 6, 3)
    """

    rank = 3
    rules = {"padding": _rims_rule(3)}

    def __init__(self, padding: Rim = ((1, 1), (1, 1), (1, 1)), data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(padding, data_format, **kwargs)


class Cropping1D(_Cropping):
    """Cuts the rims off sequences.

    Args:
        cropping: how many places: one number for both ends, or two.

    Input shape:
        `(batch, steps, channels)`.

    Output shape:
        `(batch, new_steps, channels)`.

    Raises:
        ShapeError: for inputs with other axes, or of which nothing is left.

    Example:
    >>> import numpy as np
    >>> Cropping1D(1)(np.ones((2, 4, 3))).shape
    (2, 2, 3)
    """

    rank = 1
    rules = {"cropping": _rims_rule(1)}

    def __init__(self, cropping: Rim = (1, 1), **kwargs: Any) -> None:
        super().__init__(cropping, "channels_last", **kwargs)


class Cropping2D(_Cropping):
    """Cuts the rims off images.

    Args:
        cropping: how many places: one number for all sides, one for each axis, or a pair for the two ends of each.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.

    Input shape:
        `(batch, height, width, channels)`, or `(batch, channels, height, width)` with `"channels_first"`.

    Output shape:
        `(batch, new_height, new_width, channels)`, or `(batch, channels, new_height, new_width)`.

    Raises:
        ShapeError: for inputs with other axes, or of which nothing is left.

    Example:
    >>> import numpy as np
    >>> Cropping2D(1)(np.ones((2, 4, 4, 3))).shape
    (2, 2, 2, 3)
    """

    rank = 2
    rules = {"cropping": _rims_rule(2)}

    def __init__(self, cropping: Rim = ((0, 0), (0, 0)), data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(cropping, data_format, **kwargs)


class Cropping3D(_Cropping):
    """Cuts the rims off volumes.

    Args:
        cropping: how many places: one number for all sides, one for each axis, or a pair for the two ends of each.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.

    Input shape:
        `(batch, depth, height, width, channels)`, or `(batch, channels, depth, height, width)` with `"channels_first"`.

    Output shape:
        `(batch, new_depth, new_height, new_width, channels)`, or `(batch, channels, new_depth, new_height, new_width)`.

    Raises:
        ShapeError: for inputs with other axes, or of which nothing is left.

    Example:
    >>> import numpy as np
    >>> Cropping3D(1)(np.ones((2, 4, 4, 4, 3))).shape
    (2, 2, 2, 2, 3)
    """

    rank = 3
    rules = {"cropping": _rims_rule(3)}

    def __init__(self, cropping: Rim = ((1, 1), (1, 1), (1, 1)), data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(cropping, data_format, **kwargs)


class UpSampling1D(_UpSampling):
    """Repeats each step of sequences.

    Args:
        size: how many times.

    Input shape:
        `(batch, steps, channels)`.

    Output shape:
        `(batch, new_steps, channels)`.

    Raises:
        ShapeError: for inputs with other axes.

    Example:
    >>> UpSampling1D(2)([[[1.0], [5.0]]]).tolist()
    [[[1.0], [1.0], [5.0], [5.0]]]
    """

    rank = 1
    rules = {"size": POSITIVE_INT}

    def __init__(self, size: int = 2, **kwargs: Any) -> None:
        super().__init__(size, "channels_last", **kwargs)
        self.size = int(size)


class UpSampling2D(_UpSampling):
    """Makes images larger, by whole factors.

    Args:
        size: the factors of height and width, or one for both.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        interpolation: `"nearest"` repeats each pixel; `"bilinear"`, `"bicubic"`, `"lanczos3"` and `"lanczos5"` weigh
            neighbours.

    Input shape:
        `(batch, height, width, channels)`, or `(batch, channels, height, width)` with `"channels_first"`.

    Output shape:
        `(batch, new_height, new_width, channels)`, or `(batch, channels, new_height, new_width)`.

    Raises:
        ShapeError: for inputs with other axes.

    Example:
    >>> import numpy as np
    >>> UpSampling2D((2, 3))(np.ones((2, 4, 4, 3))).shape
    (2, 8, 12, 3)
    """

    rank = 2
    rules = {"size": sizes_rule(2), "interpolation": _INTERPOLATION}

    def __init__(
        self,
        size: int | Sequence[int] = (2, 2),
        data_format: str | None = None,
        interpolation: str = "nearest",
        **kwargs: Any,
    ) -> None:
        super().__init__(size, data_format, **kwargs)
        self.interpolation = interpolation

    def call(self, inputs: Any) -> Any:
        """Repeats each pixel, or weighs neighbours."""
        if self.interpolation == "nearest":
            return super().call(inputs)
        shape = list(inputs.shape)
        for axis, factor in enumerate(self.size, start=self.first_axis):
            shape[axis] = shape[axis] * factor
        return jax.image.resize(inputs, shape, self.interpolation, antialias=False)


class UpSampling3D(_UpSampling):
    """Repeats each place of volumes.

    Args:
        size: how many times along depth, height and width, or one number for all.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.

    Input shape:
        `(batch, depth, height, width, channels)`, or `(batch, channels, depth, height, width)` with `"channels_first"`.

    Output shape:
        `(batch, new_depth, new_height, new_width, channels)`, or `(batch, channels, new_depth, new_height, new_width)`.

    Raises:
        ShapeError: for inputs with other axes.

    Example:
    >>> import numpy as np
    >>> UpSampling3D((1, 2, 3))(np.ones((2, 4, 4, 4, 3))).shape
    (2, 4, 8, 12, 3)
    """

    rank = 3
    rules = {"size": sizes_rule(3)}

    def __init__(self, size: int | Sequence[int] = (2, 2, 2), data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(size, data_format, **kwargs)
