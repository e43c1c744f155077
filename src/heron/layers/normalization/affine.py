"""What batch, layer and group normalization share: a learned scale and centre, and the formula."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron import constraints, initializers, regularizers
from heron.errors import ShapeError, shape_text
from heron.layers.layer import Layer
from heron.ops.lowering.channels import scale_and_shift


class AffineNormalization(Layer):
    """A normalization that is followed by `gamma * x + beta`.

    Args:
        center: whether there is a `beta`.
        scale: whether there is a `gamma`.
        beta_initializer: how `beta` starts, zeros by default.
        gamma_initializer: how `gamma` starts, ones by default.
        beta_regularizer: penalty on `beta`.
        gamma_regularizer: penalty on `gamma`.
        beta_constraint: projection of `beta` after each update.
        gamma_constraint: projection of `gamma` after each update.
    """

    supports_masking = True

    def __init__(
        self,
        *,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.center, self.scale = center, scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)

    def add_affine_weights(self, shape: tuple[int, ...], center: bool | None = None) -> None:
        """Creates `gamma` and `beta`, read in full precision whatever the compute dtype is."""
        center = self.center if center is None else center
        self.gamma = self.own_weight("gamma", shape, autocast=False) if self.scale else None
        self.beta = self.own_weight("beta", shape, autocast=False) if center else None


def axes_of(layer: Layer, axis: Any, input_shape: tuple[Any, ...]) -> tuple[int, ...]:
    """The axes that a layer normalizes, counted from the front and in order.

    Raises:
        ShapeError: when the input has too few axes.
    """
    ndim = len(input_shape)
    wanted = tuple(axis) if isinstance(axis, list | tuple) else (axis,)
    for one in wanted:
        if not -ndim <= one < ndim:
            raise ShapeError(
                f"{type(layer).__name__} '{layer.name}' has axis={axis}; received inputs of shape "
                f"{shape_text(input_shape)}, which have {ndim} axes."
            )
    return tuple(sorted({one % ndim for one in wanted}))


def along(weight: Any, axes: tuple[int, ...], ndim: int, dtype: Any) -> Any:
    """A weight of the sizes of `axes`, cast and reshaped so that it broadcasts against inputs with `ndim` axes."""
    if weight is None:
        return None
    shape = [1] * ndim
    for axis, size in zip(axes, weight.shape, strict=True):
        shape[axis] = size
    value = weight.value if hasattr(weight, "value") else weight
    return value.astype(dtype).reshape(shape)


def normalized(x: Any, mean: Any, variance: Any, gamma: Any, beta: Any, epsilon: float) -> Any:
    """`(x - mean) / sqrt(variance + epsilon) * gamma + beta`, as one product and one sum."""
    factor = jax.lax.rsqrt(variance + epsilon)
    factor = factor if gamma is None else factor * gamma
    offset = -mean * factor if beta is None else beta - mean * factor
    if factor.ndim == offset.ndim == x.ndim > 1 and {*factor.shape[:-1], *offset.shape[:-1]} == {1}:
        return scale_and_shift(x, factor.reshape(-1), offset.reshape(-1))
    return x * factor + offset


def at_least_float32(x: Any) -> Any:
    """`x` in float32, or as it is if it has more: sums of squares overflow in 16 bits."""
    return jnp.asarray(x, jnp.promote_types(jnp.result_type(x), jnp.float32))
