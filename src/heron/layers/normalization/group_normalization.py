"""Group normalization."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from heron.errors import ShapeError, shape_text
from heron.layers.input_spec import InputSpec
from heron.layers.normalization.affine import AffineNormalization, along, at_least_float32, axes_of, normalized
from heron.validate import BOOL, INT, NON_NEGATIVE, Rule, is_int

_GROUPS = Rule(
    "a positive integer, or -1 for as many groups as channels",
    lambda v: is_int(v) and (v > 0 or v == -1),
    (32, 1, -1),
    (0, -2, 1.5, "8", None),
)


class GroupNormalization(AffineNormalization):
    """Brings each group of channels of each sample to mean 0 and variance 1, then scales and shifts every channel.

    One group is layer normalization over all axes, as many groups as channels is instance normalization. Computed in
    float32 also when the compute dtype has 16 bits.

    Args:
        groups: the number of groups, which divides the number of channels; -1 for one channel a group.
        axis: the axis of the channels.
        epsilon: added to the variance.
        center: whether there is a learned shift `beta`.
        scale: whether there is a learned factor `gamma`.
        beta_initializer: how `beta` starts, zeros by default.
        gamma_initializer: how `gamma` starts, ones by default.
        beta_regularizer: penalty on `beta`.
        gamma_regularizer: penalty on `gamma`.
        beta_constraint: projection of `beta` after each update.
        gamma_constraint: projection of `gamma` after each update.

    Input shape:
        Any with at least the batch and the channel axis; the channel axis must be known.

    Output shape:
        That of the input.

    Raises:
        ShapeError: when the number of channels is not a multiple of `groups`.

    Source: Wu and He, https://arxiv.org/abs/1803.08494.

    Example:
    >>> GroupNormalization(groups=2, epsilon=0.0)([[1.0, 3.0, 10.0, 30.0]]).tolist()
    [[-1.0, 1.0, -1.0, 1.0]]
    """

    rules = {"groups": _GROUPS, "axis": INT, "epsilon": NON_NEGATIVE, "center": BOOL, "scale": BOOL}

    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
        epsilon: float = 1e-3,
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
        self.groups, self.axis, self.epsilon = int(groups), int(axis), float(epsilon)
        self.autocast = False

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Creates `gamma` and `beta`, one number for each channel."""
        (axis,) = axes_of(self, self.axis, input_shape)
        channels = self.known_size(input_shape, axis)
        groups = channels if self.groups == -1 else self.groups
        if channels % groups:
            divisors = ", ".join(str(d) for d in range(1, channels + 1) if channels % d == 0)
            raise ShapeError(
                f"{self._who()} has groups={groups}, which does not divide the {channels} channels of inputs of shape "
                f"{shape_text(input_shape)}.\nUse one of {divisors}, or -1 for one channel a group."
            )
        self.add_affine_weights((channels,))
        self.input_spec = InputSpec(ndim=len(input_shape), axes={axis: channels})

    def call(self, inputs: Any) -> Any:
        """Normalizes."""
        x = at_least_float32(inputs)
        (axis,) = axes_of(self, self.axis, x.shape)
        channels = x.shape[axis]
        groups = channels if self.groups == -1 else self.groups
        grouped = x.reshape(*x.shape[:axis], groups, channels // groups, *x.shape[axis + 1 :])  # (B, ..., G, C/G, ...)
        others = tuple(i for i in range(1, grouped.ndim) if i != axis)
        mean, variance = jnp.mean(grouped, others, keepdims=True), jnp.var(grouped, others, keepdims=True)
        unscaled = normalized(grouped, mean, variance, None, None, self.epsilon).reshape(x.shape)
        gamma, beta = (along(w, (axis,), x.ndim, x.dtype) for w in (self.gamma, self.beta))
        unscaled = unscaled if gamma is None else unscaled * gamma
        return (unscaled if beta is None else unscaled + beta).astype(self.compute_dtype)
