"""RMSprop: steps divided by the root of a moving average of squared gradients."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron.optimizers.base import Arrays, Optimizer
from heron.optimizers.options import SHARE, options
from heron.validate import BOOL, NON_NEGATIVE


class RMSprop(Optimizer):
    """Divides each gradient by the root of its averaged square: `w - learning_rate * g / sqrt(v + epsilon)`.

    Args:
        learning_rate: how far a step goes: a number, a schedule or a function; see `Optimizer`.
        rho: the share of the old average in the new one, from 0 to 1.
        momentum: the share of the last step that is made again, 0 or more.
        epsilon: a small number that keeps the division finite.
        centered: True divides by the deviation from the average gradient instead: the average of the square less the
            square of the average.
        weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
            loss_scale_factor, gradient_accumulation_steps, name: see `Optimizer`.

    Raises:
        ArgumentError: for an argument out of range.

    Source: Tieleman and Hinton 2012, Lecture 6.5 of Neural Networks for Machine Learning.

    Example:
    >>> from heron import Variable
    >>> w = Variable([1.0, 2.0])
    >>> RMSprop(learning_rate=0.1).apply([[1.0, -1.0]], [w])
    >>> w.numpy().round(2)
    array([0.68, 2.32], dtype=float32)
    """

    rules = {"rho": SHARE, "momentum": NON_NEGATIVE, "epsilon": NON_NEGATIVE, "centered": BOOL}

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(**options(locals()))
        self.rho = float(rho)
        self.momentum = float(momentum)
        self.epsilon = float(epsilon)
        self.centered = centered
        chosen = {"velocity": True, "momentum": momentum > 0, "average_gradient": centered}
        self.slots = tuple((slot,) for slot, wanted in chosen.items() if wanted)

    def rule(self, w: jax.Array, g: jax.Array, slots: Arrays, scalars: Arrays) -> tuple[jax.Array, Arrays]:
        v = self.rho * slots["velocity"] + (1 - self.rho) * jnp.square(g)
        new, divisor = {"velocity": v}, v
        if "average_gradient" in slots:
            new["average_gradient"] = self.rho * slots["average_gradient"] + (1 - self.rho) * g
            divisor = v - jnp.square(new["average_gradient"])
        step = scalars["lr"] * g / jnp.sqrt(divisor + self.epsilon)
        if "momentum" in slots:
            step = new["momentum"] = self.momentum * slots["momentum"] + step
        return w - step, new
