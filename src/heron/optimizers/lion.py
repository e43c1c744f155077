"""Lion: steps of one size in the direction of the sign."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron.optimizers.base import Arrays, Optimizer
from heron.optimizers.options import SHARE, options
from heron.validate import Rule, is_number

_BETA_1 = Rule(
    "a number above 0, up to 1",
    lambda v: is_number(v) and 0 < v <= 1,
    (0.5, 1),
    (0, 1.5, -0.1, "x", None),
    lambda v: "Without momentum Lion is only the sign of the gradient." if v == 0 else "",
)


class Lion(Optimizer):
    """Evolved sign momentum: `w - learning_rate * sign(beta_1 * m + (1 - beta_1) * g)`.

    All steps have one size, so that it wants a third to a tenth of Adam's rate.

    Args:
        learning_rate: how far a step goes: a number, a schedule or a function; see `Optimizer`.
        beta_1: the share of the average in the direction of a step, above 0, up to 1.
        beta_2: the share of the old average of gradients in the new one, from 0 to 1.
        weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
            loss_scale_factor, gradient_accumulation_steps, name: see `Optimizer`.

    Raises:
        ArgumentError: for an argument out of range.

    Source: Chen et al. 2023, Symbolic discovery of optimization algorithms, arXiv:2302.06675.

    Example:
    >>> from heron import Variable
    >>> w = Variable([1.0, 2.0])
    >>> Lion(learning_rate=0.1).apply([[1.0, -1.0]], [w])
    >>> w.numpy().round(2)
    array([0.9, 2.1], dtype=float32)
    """

    rules = {"beta_1": _BETA_1, "beta_2": SHARE}
    slots = ("momentum",)

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
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
        self.beta_1 = float(beta_1)
        self.beta_2 = float(beta_2)

    def rule(self, w: jax.Array, g: jax.Array, slots: Arrays, scalars: Arrays) -> tuple[jax.Array, Arrays]:
        m = slots["momentum"]
        direction = jnp.sign(self.beta_1 * m + (1 - self.beta_1) * g)
        return w - scalars["lr"] * direction, {"momentum": self.beta_2 * m + (1 - self.beta_2) * g}
