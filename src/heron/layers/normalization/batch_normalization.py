"""Batch normalization."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from heron import config, initializers
from heron.errors import ArgumentError, ShapeError, shape_text
from heron.layers.input_spec import InputSpec
from heron.layers.normalization.affine import AffineNormalization, along, at_least_float32, axes_of, normalized
from heron.ops.lowering.channels import moments
from heron.validate import BOOL, FRACTION, INT, NON_NEGATIVE, Rule, is_number
from heron.variables import Variable

_LIMITS = ("rmin", "rmax", "dmax")
_CLIPPING = Rule(
    f"a dict with numbers under some of the keys {', '.join(_LIMITS)}; rmin at most rmax, dmax at least 0",
    lambda v: (
        isinstance(v, Mapping)
        and all(k in _LIMITS and is_number(limit) for k, limit in v.items())
        and v.get("rmin", 0) <= v.get("rmax", float("inf"))
        and v.get("dmax", 0) >= 0
    ),
    ({}, {"rmin": 0.5, "rmax": 2.0, "dmax": 1.0}),
    ({"r": 1}, {"rmin": 2, "rmax": 1}, {"dmax": -1}, [1]),
)


class BatchNormalization(AffineNormalization):
    """Brings each feature to mean 0 and variance 1 over the batch, then scales and shifts it by learned numbers.

    In training the mean and variance of the batch are used, and moving averages of them are kept
    (`moving = momentum * moving + (1 - momentum) * batch`); otherwise the moving averages are used. With
    `layer.trainable = False` the moving averages are used in training too, and stay as they are. Masked steps count for
    nothing. Statistics are computed and kept in float32 also when the compute dtype has 16 bits.

    Args:
        axis: the axis of the features.
        momentum: how slowly the moving averages move, from 0 to 1.
        epsilon: added to the variance.
        center: whether there is a learned shift `beta`.
        scale: whether there is a learned factor `gamma`.
        beta_initializer: how `beta` starts, zeros by default.
        gamma_initializer: how `gamma` starts, ones by default.
        moving_mean_initializer: how the moving mean starts, zeros by default.
        moving_variance_initializer: how the moving variance starts, ones by default.
        beta_regularizer: penalty on `beta`.
        gamma_regularizer: penalty on `gamma`.
        beta_constraint: projection of `beta` after each update.
        gamma_constraint: projection of `gamma` after each update.
        renorm: whether batches are corrected towards moving averages in training too (batch renormalization).
        renorm_clipping: limits of that correction: a dict with some of `"rmin"`, `"rmax"`, `"dmax"`.
        renorm_momentum: how slowly the averages of the correction move.
        synchronized: only False: averages over several devices are taken by the compiler where the data are split.

    Call arguments:
        inputs: the values.
        training: whether the batch's own mean and variance are used.
        mask: booleans of the leading axes of the inputs; False leaves a step out of mean and variance.

    Input shape:
        Any with at least the batch and the feature axis; the feature axis must be known.

    Output shape:
        That of the input.

    Raises:
        ArgumentError: for `synchronized=True` and for limits that contradict each other.
        ShapeError: when called on another number of features than at first.

    Source: Ioffe and Szegedy, https://arxiv.org/abs/1502.03167; renorm: Ioffe, https://arxiv.org/abs/1702.03275.

    Example:
    >>> BatchNormalization(epsilon=0.0)([[1.0], [3.0]], training=True).tolist()
    [[-1.0], [1.0]]
    """

    rules = {
        "axis": INT,
        "momentum": FRACTION,
        "epsilon": NON_NEGATIVE,
        "center": BOOL,
        "scale": BOOL,
        "renorm": BOOL,
        "renorm_clipping": _CLIPPING.or_none(),
        "renorm_momentum": FRACTION,
        "synchronized": BOOL,
    }
    renamed = {"gamma_init": "gamma_initializer", "beta_init": "beta_initializer"}

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: Mapping[str, float] | None = None,
        renorm_momentum: float = 0.99,
        synchronized: bool = False,
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
        if synchronized:
            raise ArgumentError(
                f"{self._who()}: synchronized=True is a setting of TensorFlow's replicas; received True.\nLeave it "
                "out: the statistics of a batch that is split over devices are those of the whole batch."
            )
        self.axis, self.momentum, self.epsilon = int(axis), float(momentum), float(epsilon)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.renorm, self.renorm_momentum = renorm, float(renorm_momentum)
        self.renorm_clipping = dict(renorm_clipping or {})

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Creates `gamma`, `beta` and the moving averages, one number for each feature."""
        (axis,) = axes_of(self, self.axis, input_shape)
        features = self.known_size(input_shape, axis)
        self.add_affine_weights((features,))
        self.moving_mean = self._statistic("moving_mean", features, self.moving_mean_initializer)
        self.moving_variance = self._statistic("moving_variance", features, self.moving_variance_initializer)
        if self.renorm:
            deviation = np.sqrt(self.moving_variance.numpy())
            self.moving_stddev = self._statistic("moving_stddev", features, lambda shape, dtype: deviation)
            self.renorm_mean = self._statistic("renorm_mean", features, self.moving_mean_initializer)
            self.renorm_stddev = self._statistic("renorm_stddev", features, lambda shape, dtype: deviation)
        self.input_spec = InputSpec(ndim=len(input_shape), axes={axis: features})

    def _statistic(self, name: str, features: int, initializer: Any) -> Variable:
        return self.add_weight((features,), initializer, trainable=False, autocast=False, name=name)

    def call(self, inputs: Any, training: bool = False, mask: Any = None) -> Any:
        """Normalizes; in training moves the averages."""
        x = at_least_float32(inputs)
        axes = axes_of(self, self.axis, x.shape)
        gamma, beta, moving_mean, moving_variance = (
            along(w, axes, x.ndim, x.dtype) for w in (self.gamma, self.beta, self.moving_mean, self.moving_variance)
        )
        if not (training and self.trainable):
            return normalized(x, moving_mean, moving_variance, gamma, beta, self.epsilon).astype(self.compute_dtype)
        mean, variance = self._moments(x, axes, mask)
        if self.renorm:
            gamma, beta = self._renormed(mean, variance, axes, gamma, beta)
        else:
            self._move(self.moving_variance, variance, self.momentum)
        self._move(self.moving_mean, mean, self.momentum)
        return normalized(x, mean, variance, gamma, beta, self.epsilon).astype(self.compute_dtype)

    def _moments(self, x: Any, axes: tuple[int, ...], mask: Any) -> tuple[Any, Any]:
        """Mean and variance over all axes but that of the features, which keep their places."""
        reduced = tuple(axis for axis in range(x.ndim) if axis not in axes)
        if mask is None and axes == (x.ndim - 1,):
            mean, variance = moments(x)
            return jnp.expand_dims(mean, reduced), jnp.expand_dims(variance, reduced)
        if mask is None:
            return jnp.mean(x, reduced, keepdims=True), jnp.var(x, reduced, keepdims=True)
        mask = jnp.asarray(mask)
        if mask.ndim >= x.ndim:
            raise ShapeError(
                f"{self._who()} expects a mask with fewer axes than its inputs of shape {shape_text(x.shape)}; "
                f"received a mask of shape {shape_text(mask.shape)}."
            )
        kept = jnp.broadcast_to(mask.astype(bool).reshape(*mask.shape, *(1,) * (x.ndim - mask.ndim)), x.shape)
        count = jnp.sum(kept, reduced, keepdims=True, dtype=x.dtype) + config.epsilon()
        mean = jnp.sum(jnp.where(kept, x, 0), reduced, keepdims=True) / count
        squares = jnp.square(jnp.where(kept, x - mean, 0))
        return mean, jnp.sum(squares, reduced, keepdims=True) / count

    def _move(self, average: Variable, value: Any, momentum: float) -> Any:
        moved = average.value.astype(value.dtype) * momentum + value.reshape(average.shape) * (1.0 - momentum)
        average.assign(moved)
        return moved

    def _renormed(self, mean: Any, variance: Any, axes: tuple[int, ...], gamma: Any, beta: Any) -> tuple[Any, Any]:
        """`gamma` and `beta` with the correction `x * r + d` of batch renormalization in them; moves its averages."""
        deviation = jnp.sqrt(variance + self.epsilon)
        usual_mean = along(self.renorm_mean, axes, mean.ndim, mean.dtype)
        usual = jnp.maximum(along(self.renorm_stddev, axes, mean.ndim, mean.dtype), jnp.sqrt(self.epsilon))
        limits = self.renorm_clipping
        r = jnp.clip(deviation / usual, limits.get("rmin"), limits.get("rmax"))
        d = (mean - usual_mean) / usual
        if "dmax" in limits:
            d = jnp.clip(d, -limits["dmax"], limits["dmax"])
        r, d = jax.lax.stop_gradient((r, d))
        self._move(self.renorm_mean, mean, self.renorm_momentum)
        self._move(self.renorm_stddev, deviation, self.renorm_momentum)
        stddev = self._move(self.moving_stddev, deviation, self.momentum)
        self.moving_variance.assign(jax.nn.relu(jnp.square(stddev) - self.epsilon))
        shift = d if gamma is None else d * gamma
        return r if gamma is None else r * gamma, shift if beta is None else shift + beta
