"""Adafactor: averages of squared gradients by row and by column."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron.optimizers.base import Arrays, Optimizer
from heron.optimizers.options import options
from heron.validate import BOOL, NON_NEGATIVE, NUMBER, POSITIVE
from heron.variables import Variable


class Adafactor(Optimizer):
    """Divides gradients by averaged squares which it puts together from those of rows and of columns.

    Its steps are relative to the size of the variable, and the rate is never above `1 / sqrt(step)`.

    Args:
        learning_rate: how far a step goes: a number, a schedule or a function; see `Optimizer`.
        beta_2_decay: the power of the step by which the newest square loses weight in the averages.
        epsilon_1: a small number added to squared gradients.
        epsilon_2: the least size of a variable by which steps are measured.
        clip_threshold: the greatest root mean square of a step before the rate.
        relative_step: kept for Keras, where it changes nothing either.
        weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
            loss_scale_factor, gradient_accumulation_steps, name: see `Optimizer`.

    Raises:
        ArgumentError: for an argument out of range.

    Source: Shazeer and Stern 2018, Adafactor: adaptive learning rates with sublinear memory cost, arXiv:1804.04235.

    Example:
    >>> from heron import Variable
    >>> w = Variable([1.0, 2.0])
    >>> Adafactor(learning_rate=0.1).apply([[1.0, -1.0]], [w])
    >>> w.numpy().round(2)
    array([0.84, 2.16], dtype=float32)
    """

    rules = {
        "beta_2_decay": NUMBER,
        "epsilon_1": NON_NEGATIVE,
        "epsilon_2": NON_NEGATIVE,
        "clip_threshold": POSITIVE,
        "relative_step": BOOL,
    }
    slots = ("row", "column", "velocity")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_2_decay: float = -0.8,
        epsilon_1: float = 1e-30,
        epsilon_2: float = 1e-3,
        clip_threshold: float = 1.0,
        relative_step: bool = True,
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
        self.beta_2_decay = float(beta_2_decay)
        self.epsilon_1 = float(epsilon_1)
        self.epsilon_2 = float(epsilon_2)
        self.clip_threshold = float(clip_threshold)
        self.relative_step = relative_step

    def _make_slot(self, slot: str, variable: Variable) -> Variable | None:
        if slot == "velocity":
            return super()._make_slot(slot, variable)
        *front, rows, columns = variable.shape if variable.ndim > 1 else (0, 0)
        if variable.ndim < 2:  # Keras keeps two counters here that nothing uses; its files have them
            return self.add_variable((), dtype="int32", name=variable.name)
        kept = (*front, rows if slot == "row" else columns)
        return self.add_variable(kept, dtype=variable.dtype, name=variable.name)

    def scalars(self, lr: jax.Array, step: jax.Array) -> Arrays:
        return {"lr": jnp.minimum(lr, 1 / jnp.sqrt(step)), "share": step**self.beta_2_decay}

    def rule(self, w: jax.Array, g: jax.Array, slots: Arrays, scalars: Arrays) -> tuple[jax.Array, Arrays]:
        new, share, squares = dict(slots), scalars["share"], jnp.square(g) + self.epsilon_1
        if w.ndim > 1:
            row = new["row"] = (1 - share) * slots["row"] + share * jnp.mean(squares, axis=-1)
            column = new["column"] = (1 - share) * slots["column"] + share * jnp.mean(squares, axis=-2)
            relative = row / jnp.mean(row, axis=-1, keepdims=True)
            new["velocity"] = relative[..., :, None] * column[..., None, :]
        else:
            new["velocity"] = (1 - share) * slots["velocity"] + share * squares
        step = g / jnp.sqrt(new["velocity"])
        step = step / jnp.maximum(1, _root_mean_square(step) / self.clip_threshold)
        return w - jnp.maximum(self.epsilon_2, _root_mean_square(w)) * scalars["lr"] * step, new


def _root_mean_square(x: jax.Array) -> jax.Array:
    return jnp.sqrt(jnp.mean(jnp.square(x)))
