"""Adagrad and the optimizers that grew out of it: Adadelta, Ftrl."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from heron.optimizers.base import Arrays, Optimizer
from heron.optimizers.options import SHARE, options
from heron.validate import NON_NEGATIVE, NUMBER, Rule, is_number
from heron.variables import Variable


class Adagrad(Optimizer):
    """Divides each gradient by the root of the sum of its squares: `w - learning_rate * g / sqrt(sum + epsilon)`.

    Args:
        learning_rate: how far a step goes: a number, a schedule or a function; see `Optimizer`.
        initial_accumulator_value: what the sums start from, 0 or more.
        epsilon: a small number that keeps the division finite.
        weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
            loss_scale_factor, gradient_accumulation_steps, name: see `Optimizer`.

    Raises:
        ArgumentError: for an argument out of range.

    Source: Duchi et al. 2011, Adaptive subgradient methods for online learning and stochastic optimization.

    Example:
    >>> from heron import Variable
    >>> w = Variable([1.0, 2.0])
    >>> Adagrad(learning_rate=0.1).apply([[1.0, -1.0]], [w])
    >>> w.numpy().round(2)
    array([0.9, 2.1], dtype=float32)
    """

    rules = {"initial_accumulator_value": NON_NEGATIVE, "epsilon": NON_NEGATIVE}
    slots = ("accumulator",)

    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
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
        self.initial_accumulator_value = float(initial_accumulator_value)
        self.epsilon = float(epsilon)

    def initial_slot(self, slot: str, variable: Variable) -> Any:
        return np.full(variable.shape, self.initial_accumulator_value)

    def rule(self, w: jax.Array, g: jax.Array, slots: Arrays, scalars: Arrays) -> tuple[jax.Array, Arrays]:
        total = slots["accumulator"] + jnp.square(g)
        return w - scalars["lr"] * g / jnp.sqrt(total + self.epsilon), {"accumulator": total}


class Adadelta(Optimizer):
    """Adagrad with moving averages for sums, and steps in the units of the variable.

    Args:
        learning_rate: how far a step goes: a number, a schedule or a function; see `Optimizer`.
        rho: the share of the old averages in the new ones, from 0 to 1.
        epsilon: a small number that keeps the division finite.
        weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
            loss_scale_factor, gradient_accumulation_steps, name: see `Optimizer`.

    Raises:
        ArgumentError: for an argument out of range.

    Source: Zeiler 2012, ADADELTA: an adaptive learning rate method, arXiv:1212.5701.

    Example:
    >>> from heron import Variable
    >>> w = Variable([1.0, 2.0])
    >>> Adadelta(learning_rate=1.0).apply([[1.0, -1.0]], [w])
    >>> w.numpy().round(2)
    array([1.0, 2.0], dtype=float32)
    """

    rules = {"rho": SHARE, "epsilon": NON_NEGATIVE}
    slots = ("accumulated_grad", "accumulated_delta_var")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.95,
        epsilon: float = 1e-7,
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
        self.epsilon = float(epsilon)

    def rule(self, w: jax.Array, g: jax.Array, slots: Arrays, scalars: Arrays) -> tuple[jax.Array, Arrays]:
        squares = self.rho * slots["accumulated_grad"] + (1 - self.rho) * jnp.square(g)
        past = slots["accumulated_delta_var"]
        step = jnp.sqrt(past + self.epsilon) * g / jnp.sqrt(squares + self.epsilon)
        steps = self.rho * past + (1 - self.rho) * jnp.square(step)
        return w - scalars["lr"] * step, {"accumulated_grad": squares, "accumulated_delta_var": steps}


_NOT_POSITIVE = Rule("a number of 0 or less", lambda v: is_number(v) and v <= 0, (-0.5, 0), (0.5, "0", None))


class Ftrl(Optimizer):
    """Follow the regularized leader: keeps weights of sparse linear models at exactly 0 where the data allow it.

    Args:
        learning_rate: how far a step goes: a number, a schedule or a function; see `Optimizer`.
        learning_rate_power: the power of the sum of squares by which the rate falls, 0 or less; 0 for a constant rate.
        initial_accumulator_value: what the sums start from, 0 or more.
        l1_regularization_strength: how strongly weights are drawn to exactly 0.
        l2_regularization_strength: how strongly weights are made small.
        l2_shrinkage_regularization_strength: the same by a penalty on the loss, through the gradient.
        beta: a number added to the root of the sums, as in the paper.
        weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
            loss_scale_factor, gradient_accumulation_steps, name: see `Optimizer`.

    Raises:
        ArgumentError: for an argument out of range.

    Source: McMahan et al. 2013, Ad click prediction: a view from the trenches.

    Example:
    >>> from heron import Variable
    >>> w = Variable([1.0, 2.0])
    >>> Ftrl(learning_rate=0.1).apply([[1.0, -1.0]], [w])
    >>> w.numpy().round(2)
    array([0.6 , 1.49], dtype=float32)
    """

    rules = {
        "learning_rate_power": _NOT_POSITIVE,
        "initial_accumulator_value": NON_NEGATIVE,
        "l1_regularization_strength": NON_NEGATIVE,
        "l2_regularization_strength": NON_NEGATIVE,
        "l2_shrinkage_regularization_strength": NON_NEGATIVE,
        "beta": NUMBER,
    }
    slots = ("accumulator", "linear")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
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
        self.learning_rate_power = float(learning_rate_power)
        self.initial_accumulator_value = float(initial_accumulator_value)
        self.l1_regularization_strength = float(l1_regularization_strength)
        self.l2_regularization_strength = float(l2_regularization_strength)
        self.l2_shrinkage_regularization_strength = float(l2_shrinkage_regularization_strength)
        self.beta = float(beta)

    def initial_slot(self, slot: str, variable: Variable) -> Any:
        return np.full(variable.shape, self.initial_accumulator_value if slot == "accumulator" else 0.0)

    def rule(self, w: jax.Array, g: jax.Array, slots: Arrays, scalars: Arrays) -> tuple[jax.Array, Arrays]:
        lr, total, power = scalars["lr"], slots["accumulator"], -self.learning_rate_power
        new_total = total + jnp.square(g)
        old, new = jnp.power(total, power), jnp.power(new_total, power)
        shrunk = g + 2 * self.l2_shrinkage_regularization_strength * w
        linear = slots["linear"] + shrunk - (new - old) / lr * w
        l1, l2 = self.l1_regularization_strength, self.l2_regularization_strength + self.beta / (2 * lr)
        value = (jnp.clip(linear, -l1, l1) - linear) / (new / lr + 2 * l2)
        return value, {"accumulator": new_total, "linear": linear}
