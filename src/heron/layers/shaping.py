"""Layers that rearrange the values of each sample and compute nothing."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp

from heron.config import standardize_data_format
from heron.errors import ShapeError, shape_text
from heron.layers.input_spec import InputSpec
from heron.layers.layer import Layer
from heron.validate import POSITIVE_INT, TARGET_SHAPE, Rule, is_int, one_of

DATA_FORMAT = one_of("channels_last", "channels_first").or_none()
_DIMS = Rule(
    "the numbers 1 to n in any order, where n is the number of axes of a sample (the batch axis is not counted)",
    lambda v: isinstance(v, list | tuple) and all(map(is_int, v)) and sorted(v) == list(range(1, len(v) + 1)),
    ((2, 1), [1], (3, 1, 2)),
    ((0, 1), (1, 3), (1, 1), 2, None, ("1", "2")),
)


class Flatten(Layer):
    """Puts all values of a sample into one row.

    Args:
        data_format: `"channels_last"` (the default) or `"channels_first"`; with the latter the channels are moved to
            the end before, so that both formats give the same row.

    Input shape:
        `(batch, ...)`.

    Output shape:
        `(batch, the product of the other sizes)`.

    Example:
    >>> import numpy as np
    >>> Flatten()(np.zeros((2, 28, 28))).shape
    (2, 784)
    """

    rules = {"data_format": DATA_FORMAT}

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = standardize_data_format(data_format)
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs: Any) -> Any:
        """Reshapes."""
        x = inputs
        if self.data_format == "channels_first" and x.ndim > 1:
            x = jnp.moveaxis(x, 1, -1)  # (B, ..., C)
        return x.reshape(x.shape[0], math.prod(x.shape[1:]))  # (B, features)

    def get_config(self) -> dict[str, Any]:
        """The arguments, with the data format that was in force."""
        return {**super().get_config(), "data_format": self.data_format}


class Reshape(Layer):
    """Gives each sample another shape with the same number of values.

    Args:
        target_shape: the shape of one sample, without the batch; one size may be -1, which stands for what is left.

    Input shape:
        `(batch, ...)`.

    Output shape:
        `(batch, *target_shape)`.

    Raises:
        ShapeError: when a sample has another number of values.

    Example:
    >>> import numpy as np
    >>> Reshape((3, -1))(np.zeros((2, 12))).shape
    (2, 3, 4)
    """

    rules = {"target_shape": TARGET_SHAPE}

    def __init__(self, target_shape: tuple[int, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.target_shape = tuple(target_shape)

    def call(self, inputs: Any) -> Any:
        """Reshapes."""
        batch, *sizes = inputs.shape
        values = math.prod(sizes)
        target = self._without_wildcard(values)
        if isinstance(values, int):
            if math.prod(target) != values:
                raise self._misfit(inputs.shape, values)
            return inputs.reshape(batch, *target)
        # An axis is unknown while the model is drawn: the shape is settled by the target alone.
        flat = inputs.reshape(batch, values)  # (B, values)
        return jnp.take(flat, jnp.arange(math.prod(target)), axis=1, mode="clip").reshape(batch, *target)

    def _without_wildcard(self, values: Any) -> tuple[Any, ...]:
        rest = values // math.prod(d for d in self.target_shape if d != -1)
        return tuple(rest if d == -1 else d for d in self.target_shape)

    def _misfit(self, shape: tuple[Any, ...], values: int) -> ShapeError:
        product = math.prod(d for d in self.target_shape if d != -1)
        sizes = "x".join(str(d) for d in self.target_shape if d != -1)
        problem = f"{sizes} = {product}" if -1 not in self.target_shape else f"a multiple of {sizes} = {product}"
        return ShapeError(
            f"{self._who()} cannot make shape {shape_text(self.target_shape)} out of inputs of shape "
            f"{shape_text(shape)}: each sample has {values} values, and {problem} are needed.\nChange target_shape, or "
            "the layer before; -1 in target_shape stands for what is left."
        )


class Permute(Layer):
    """Puts the axes of each sample into another order.

    Args:
        dims: the new order, counted from 1 because the batch axis stays: `(2, 1)` swaps the two axes of a sample.

    Input shape:
        `(batch, ...)` with as many further axes as `dims` has entries.

    Output shape:
        `(batch, ...)`, axis `i` of a sample being axis `dims[i - 1]` of the input.

    Example:
    >>> import numpy as np
    >>> Permute((2, 1))(np.zeros((5, 10, 64))).shape
    (5, 64, 10)
    """

    rules = {"dims": _DIMS}

    def __init__(self, dims: tuple[int, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, inputs: Any) -> Any:
        """Transposes."""
        return jnp.transpose(inputs, (0, *self.dims))


class RepeatVector(Layer):
    """Repeats each sample's row `n` times, one step after another.

    Args:
        n: how many times.

    Input shape:
        `(batch, features)`.

    Output shape:
        `(batch, n, features)`.

    Example:
    >>> RepeatVector(2)([[1.0, 3.0]]).tolist()
    [[[1.0, 3.0], [1.0, 3.0]]]
    """

    rules = {"n": POSITIVE_INT}

    def __init__(self, n: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.n = int(n)
        self.input_spec = InputSpec(ndim=2)

    def call(self, inputs: Any) -> Any:
        """Repeats."""
        batch, features = inputs.shape
        return jnp.broadcast_to(inputs[:, None, :], (batch, self.n, features))  # (B, n, features)
