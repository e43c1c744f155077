"""Adam without a schedule: the average of all steps takes the place of a falling rate."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron.optimizers.base import Arrays, Optimizer
from heron.optimizers.options import SHARE, options
from heron.validate import NON_NEGATIVE, NON_NEGATIVE_INT, Rule, is_number
from heron.variables import Variable

_BETA_1 = Rule(
    "a number above 0, up to 1",
    lambda v: is_number(v) and 0 < v <= 1,
    (0.5, 1),
    (0, 1.5, -0.1, "x", None),
    lambda v: "The variables are a mixture of which the average has this share." if v == 0 else "",
)


class ScheduleFreeAdamW(Optimizer):
    """Adam whose variables lie between its own path and the average of that path, which needs no falling rate.

    Args:
        learning_rate: how far a step goes: a number, a schedule or a function; see `Optimizer`.
        beta_1: the share of the average in the variables, above 0, up to 1.
        beta_2: the share of the old average of squared gradients in the new one, from 0 to 1.
        epsilon: a small number that keeps the division finite.
        warmup_steps: the number of steps over which the rate rises from 0.
        weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
            loss_scale_factor, gradient_accumulation_steps, name: see `Optimizer`.

    Raises:
        ArgumentError: for an argument out of range.

    Source: Defazio et al. 2024, The road less scheduled, arXiv:2405.15682.

    Example:
    >>> from heron import Variable
    >>> w = Variable([1.0, 2.0])
    >>> ScheduleFreeAdamW(learning_rate=0.1).apply([[1.0, -1.0]], [w])
    >>> w.numpy().round(2)
    array([0.9, 2.1], dtype=float32)
    """

    rules = {"beta_1": _BETA_1, "beta_2": SHARE, "epsilon": NON_NEGATIVE, "warmup_steps": NON_NEGATIVE_INT}
    slots = ("momentum", "velocity")

    def __init__(
        self,
        learning_rate: Any = 0.0025,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        warmup_steps: int = 0,
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
        self.epsilon = float(epsilon)
        self.warmup_steps = int(warmup_steps)

    def initial_slot(self, slot: str, variable: Variable) -> Any:
        return variable.numpy() if slot == "momentum" else "zeros"

    def scalars(self, lr: jax.Array, step: jax.Array) -> Arrays:
        warm = jnp.minimum(step / self.warmup_steps, 1.0) if self.warmup_steps else 1.0
        return {"lr": lr * warm, "v": 1 / (1 - self.beta_2**step), "share": 1 / step}

    def rule(self, w: jax.Array, g: jax.Array, slots: Arrays, scalars: Arrays) -> tuple[jax.Array, Arrays]:
        path, velocity = slots["momentum"], slots["velocity"]
        velocity = velocity + (jnp.square(g) - velocity) * (1 - self.beta_2)
        new_path = path - scalars["lr"] * g / (jnp.sqrt(velocity * scalars["v"]) + self.epsilon)
        average = (w - (1 - self.beta_1) * path) / self.beta_1
        average = (1 - scalars["share"]) * average + scalars["share"] * new_path
        mixed = (1 - self.beta_1) * new_path + self.beta_1 * average
        return mixed, {"momentum": new_path, "velocity": velocity}
