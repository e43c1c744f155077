"""Activation functions that have settings, or weights, as layers: ReLU, LeakyReLU, PReLU, ELU and Softmax."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron import activations, constraints, initializers, regularizers
from heron.errors import ShapeError, shape_text
from heron.layers.input_spec import InputSpec
from heron.layers.layer import Layer
from heron.validate import INTS, NON_NEGATIVE, NUMBER, POSITIVE_INT, Rule, is_int

_SHARED_AXES = Rule(
    "a positive integer or a sequence of them (axis 0, the batch, is always shared)",
    lambda v: POSITIVE_INT.accepts(v) or (isinstance(v, list | tuple) and all(is_int(i) and i > 0 for i in v)),
    (1, (1, 2), [3]),
    (0, (0, 1), "1", 1.5),
)


class ReLU(Layer):
    """Rectified linear unit: the input where it is above `threshold`, else `negative_slope` times what it falls short.

    Args:
        max_value: the largest value that comes out; None for no limit.
        negative_slope: the slope below the threshold.
        threshold: where the function sets in.

    Input shape:
        Any.

    Output shape:
        That of the input.

    Example:
    >>> ReLU(max_value=5.0)([-3.0, 2.0, 9.0]).tolist()
    [0.0, 2.0, 5.0]
    """

    rules = {"max_value": NON_NEGATIVE.or_none(), "negative_slope": NON_NEGATIVE, "threshold": NON_NEGATIVE}
    supports_masking = True

    def __init__(
        self, max_value: float | None = None, negative_slope: float = 0.0, threshold: float = 0.0, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.max_value, self.negative_slope, self.threshold = max_value, negative_slope, threshold

    def call(self, inputs: Any) -> Any:
        """Applies the function."""
        return activations.relu(
            inputs, negative_slope=self.negative_slope, max_value=self.max_value, threshold=self.threshold
        )


class LeakyReLU(Layer):
    """The input where it is positive, else `negative_slope` times it.

    Args:
        negative_slope: the slope for negative inputs.

    Input shape:
        Any.

    Output shape:
        That of the input.

    Source: Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic models", 2013.

    Example:
    >>> LeakyReLU(negative_slope=0.5)([-4.0, 2.0]).tolist()
    [-2.0, 2.0]
    """

    rules = {"negative_slope": NON_NEGATIVE}
    renamed = {"alpha": "negative_slope"}
    supports_masking = True

    def __init__(self, negative_slope: float = 0.3, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.negative_slope = negative_slope

    def call(self, inputs: Any) -> Any:
        """Applies the function."""
        return activations.leaky_relu(inputs, negative_slope=self.negative_slope)


class ELU(Layer):
    """Exponential linear unit: `x` where positive, else `alpha * (exp(x) - 1)`.

    Args:
        alpha: minus the value that very negative inputs approach.

    Input shape:
        Any.

    Output shape:
        That of the input.

    Source: Clevert, Unterthiner and Hochreiter, https://arxiv.org/abs/1511.07289.

    Example:
    >>> ELU()([-1.0, 2.0]).tolist()
    [-0.632, 2.0]
    """

    rules = {"alpha": NUMBER}
    supports_masking = True

    def __init__(self, alpha: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = alpha

    def call(self, inputs: Any) -> Any:
        """Applies the function."""
        return activations.elu(inputs, alpha=self.alpha)


class PReLU(Layer):
    """The input where it is positive, else `alpha` times it, with an `alpha` that is learned.

    Args:
        alpha_initializer: how `alpha` starts, zeros by default.
        alpha_regularizer: penalty on `alpha`.
        alpha_constraint: projection of `alpha` after each update.
        shared_axes: axes of the input along which one `alpha` serves all, counted with the batch as axis 0: `[1, 2]`
            for images gives one `alpha` a channel.

    Input shape:
        `(batch, ...)`.

    Output shape:
        That of the input.

    Raises:
        ShapeError: when an axis that is not shared has an unknown size.

    Source: He, Zhang, Ren and Sun, https://arxiv.org/abs/1502.01852.

    Example:
    >>> PReLU(alpha_initializer="ones")([[-3.0, 2.0]]).tolist()
    [[-3.0, 2.0]]
    """

    rules = {"shared_axes": _SHARED_AXES.or_none()}
    supports_masking = True

    def __init__(
        self,
        alpha_initializer: Any = "zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        self.shared_axes = [shared_axes] if is_int(shared_axes) else list(shared_axes or [])

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Creates `alpha`, of the shape of one sample with 1 for the shared axes."""
        beyond = [axis for axis in self.shared_axes if axis >= len(input_shape)]
        if beyond:
            raise ShapeError(
                f"{self._who()} shares axis {beyond[0]}; received inputs of shape {shape_text(input_shape)}, whose "
                f"last axis is {len(input_shape) - 1}."
            )
        own = [axis for axis in range(1, len(input_shape)) if axis not in self.shared_axes]
        sizes = {axis: self.known_size(input_shape, axis) for axis in own}
        shape = tuple(sizes.get(axis, 1) for axis in range(1, len(input_shape)))
        self.alpha = self.own_weight("alpha", shape)
        self.input_spec = InputSpec(ndim=len(input_shape), axes=sizes)

    def call(self, inputs: Any) -> Any:
        """Applies the function."""
        return jax.nn.relu(inputs) - self.alpha.value * jax.nn.relu(-inputs)


class Softmax(Layer):
    """Turns scores into probabilities: positive numbers that sum to 1 along `axis`.

    Args:
        axis: the axis, or axes together, that sum to 1.

    Call arguments:
        inputs: the scores.
        mask: booleans; True keeps a score, False gives it probability 0. Of the shape of the inputs, or one that
            broadcasts to it, or their leading axes (a mask of time steps).

    Input shape:
        Any.

    Output shape:
        That of the input.

    Example:
    >>> Softmax()([1.0, 1.0]).tolist()
    [0.5, 0.5]
    """

    rules = {"axis": INTS}
    supports_masking = True

    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """Computes the probabilities."""
        axis = tuple(self.axis) if isinstance(self.axis, list) else self.axis
        if mask is None:
            return jax.nn.softmax(inputs, axis=axis)
        keep = self._fitted(jnp.asarray(mask), inputs)
        scores = jnp.where(keep, inputs, -3e4 if inputs.dtype == jnp.float16 else -1e9)
        return jnp.where(keep, jax.nn.softmax(scores, axis=axis), 0)

    def _fitted(self, mask: Any, inputs: Any) -> Any:
        keep = mask if mask.dtype == bool else mask > 0.5
        trailing = inputs.shape[inputs.ndim - mask.ndim :]
        if mask.ndim <= inputs.ndim and all(m in (1, d) for m, d in zip(mask.shape, trailing, strict=True)):
            return keep
        if mask.ndim < inputs.ndim and mask.shape == inputs.shape[: mask.ndim]:
            return keep.reshape(*mask.shape, *(1,) * (inputs.ndim - mask.ndim))
        raise ShapeError(
            f"{self._who()} expects a mask that broadcasts to its inputs of shape {shape_text(inputs.shape)}; received "
            f"a mask of shape {shape_text(mask.shape)}.\nGive it 1, or the size of the inputs, on every axis."
        )
