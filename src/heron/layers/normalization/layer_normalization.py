"""Normalizations of each sample by itself: LayerNormalization, RMSNormalization and UnitNormalization."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron.layers.layer import Layer
from heron.layers.normalization.affine import AffineNormalization, along, at_least_float32, axes_of, normalized
from heron.validate import BOOL, INTS, NON_NEGATIVE

_SMALLEST_NORM = 1e-12


class LayerNormalization(AffineNormalization):
    """Brings each sample to mean 0 and variance 1 along `axis`, then scales and shifts it by learned numbers.

    Computed in float32 also when the compute dtype has 16 bits.

    Args:
        axis: the axis, or axes together, that are normalized.
        epsilon: added to the variance.
        center: whether there is a learned shift `beta`.
        scale: whether there is a learned factor `gamma`.
        beta_initializer: how `beta` starts, zeros by default.
        gamma_initializer: how `gamma` starts, ones by default.
        beta_regularizer: penalty on `beta`.
        gamma_regularizer: penalty on `gamma`.
        beta_constraint: projection of `beta` after each update.
        gamma_constraint: projection of `gamma` after each update.
        rms_scaling: for models of old: divide by the standard deviation without subtracting the mean, and have no
            `beta`. `RMSNormalization` is what new models want.

    Input shape:
        Any; the sizes of `axis` must be known.

    Output shape:
        That of the input.

    Raises:
        ShapeError: when the input lacks an axis, or its size is unknown.

    Source: Ba, Kiros and Hinton, https://arxiv.org/abs/1607.06450.

    Example:
    >>> LayerNormalization(epsilon=0.0)([[1.0, 3.0]]).tolist()
    [[-1.0, 1.0]]
    """

    rules = {"axis": INTS, "epsilon": NON_NEGATIVE, "center": BOOL, "scale": BOOL, "rms_scaling": BOOL}

    def __init__(
        self,
        axis: Any = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        rms_scaling: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            center=center,
            scale=scale,
            beta_initializer=beta_initializer,
            gamma_initializer=gamma_initializer,
            beta_regularizer=beta_regularizer,
            gamma_regularizer=gamma_regularizer,
            beta_constraint=beta_constraint,
            gamma_constraint=gamma_constraint,
            **kwargs,
        )
        self.axis = axis
        self.epsilon = float(epsilon)
        self.rms_scaling = rms_scaling
        self.autocast = False

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Creates `gamma` and `beta` with the sizes of the normalized axes."""
        axes = axes_of(self, self.axis, input_shape)
        shape = tuple(self.known_size(input_shape, axis) for axis in axes)
        self.add_affine_weights(shape, center=self.center and not self.rms_scaling)

    def call(self, inputs: Any) -> Any:
        """Normalizes."""
        x = at_least_float32(inputs)
        axes = axes_of(self, self.axis, x.shape)
        mean, variance = jnp.mean(x, axes, keepdims=True), jnp.var(x, axes, keepdims=True)
        gamma, beta = (along(w, axes, x.ndim, x.dtype) for w in (self.gamma, self.beta))
        mean = jnp.zeros_like(mean) if self.rms_scaling else mean
        return normalized(x, mean, variance, gamma, beta, self.epsilon).astype(self.compute_dtype)


class RMSNormalization(Layer):
    """Divides each sample by its root mean square along `axis`, then multiplies it by a learned `scale`.

    Computed in float32 also when the compute dtype has 16 bits.

    Args:
        axis: the axis, or axes together, that are normalized.
        epsilon: added to the mean square.

    Input shape:
        Any; the sizes of `axis` must be known.

    Output shape:
        That of the input.

    Raises:
        ShapeError: when the input lacks an axis, or its size is unknown.

    Source: Zhang and Sennrich, https://arxiv.org/abs/1910.07467.

    Example:
    >>> RMSNormalization(epsilon=0.0)([[2.0, -2.0]]).tolist()
    [[1.0, -1.0]]
    """

    rules = {"axis": INTS, "epsilon": NON_NEGATIVE}
    supports_masking = True

    def __init__(self, axis: Any = -1, epsilon: float = 1e-6, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis
        self.epsilon = float(epsilon)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Creates `scale` with the sizes of the normalized axes."""
        axes = axes_of(self, self.axis, input_shape)
        shape = tuple(self.known_size(input_shape, axis) for axis in axes)
        self.scale = self.add_weight(shape, "ones", name="scale")

    def call(self, inputs: Any) -> Any:
        """Normalizes."""
        x = at_least_float32(inputs)
        axes = axes_of(self, self.axis, x.shape)
        factor = jax.lax.rsqrt(jnp.mean(jnp.square(x), axes, keepdims=True) + self.epsilon)
        return (x * factor * along(self.scale, axes, x.ndim, x.dtype)).astype(self.compute_dtype)


class UnitNormalization(Layer):
    """Scales each sample to Euclidean length 1 along `axis`; samples of length 0 stay 0.

    Args:
        axis: the axis, or axes together, over which the length is taken.

    Input shape:
        Any.

    Output shape:
        That of the input.

    Raises:
        ShapeError: when the input lacks an axis.

    Example:
    >>> UnitNormalization()([[3.0, 4.0]]).tolist()
    [[0.6, 0.8]]
    """

    rules = {"axis": INTS}
    supports_masking = True

    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs: Any) -> Any:
        """Normalizes."""
        x = at_least_float32(inputs)
        squares = jnp.sum(jnp.square(x), axes_of(self, self.axis, x.shape), keepdims=True)
        return (x * jax.lax.rsqrt(jnp.maximum(squares, _SMALLEST_NORM**2))).astype(self.compute_dtype)
