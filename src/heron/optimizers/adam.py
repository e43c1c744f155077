"""Adam and its kin: steps along averaged gradients, divided by the root of averaged squares."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from heron.optimizers.base import Arrays, Optimizer
from heron.optimizers.options import SHARE, options
from heron.validate import BOOL, NON_NEGATIVE
from heron.variables import Variable


def moments(g: jax.Array, slots: Arrays, beta_1: float, beta_2: float) -> tuple[jax.Array, jax.Array]:
    """The moving averages of the gradient and of its square, after `g`."""
    m, v = slots["momentum"], slots["velocity"]
    return m + (g - m) * (1 - beta_1), v + (jnp.square(g) - v) * (1 - beta_2)


class Adam(Optimizer):
    """Adaptive moments: `w - learning_rate * m / (sqrt(v) + epsilon)`.

    `m` and `v` are the moving averages of the gradient and of its square; the rate makes up for their start at 0.

    Args:
        learning_rate: how far a step goes: a number, a schedule or a function; see `Optimizer`.
        beta_1: the share of the old average of gradients in the new one, from 0 to 1.
        beta_2: the share of the old average of squared gradients in the new one, from 0 to 1.
        epsilon: a small number that keeps the division finite.
        amsgrad: True divides by the greatest average so far (Reddi et al. 2018, On the convergence of Adam and beyond).
        weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
            loss_scale_factor, gradient_accumulation_steps, name: see `Optimizer`.

    Raises:
        ArgumentError: for an argument out of range.

    Source: Kingma and Ba 2014, Adam: a method for stochastic optimization, arXiv:1412.6980.

    Example:
    >>> from heron import Variable
    >>> w = Variable([1.0, 2.0])
    >>> Adam(learning_rate=0.1).apply([[1.0, -1.0]], [w])
    >>> w.numpy().round(2)
    array([0.9, 2.1], dtype=float32)
    """

    rules = {"beta_1": SHARE, "beta_2": SHARE, "epsilon": NON_NEGATIVE, "amsgrad": BOOL}

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
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
        self.amsgrad = amsgrad
        self.slots = (("momentum", "velocity"), "velocity_hat") if amsgrad else ("momentum", "velocity")

    def scalars(self, lr: jax.Array, step: jax.Array) -> Arrays:
        return {"lr": lr * jnp.sqrt(1 - self.beta_2**step) / (1 - self.beta_1**step)}

    def rule(self, w: jax.Array, g: jax.Array, slots: Arrays, scalars: Arrays) -> tuple[jax.Array, Arrays]:
        m, v = moments(g, slots, self.beta_1, self.beta_2)
        new = {"momentum": m, "velocity": v}
        if "velocity_hat" in slots:
            v = new["velocity_hat"] = jnp.maximum(slots["velocity_hat"], v)
        return w - scalars["lr"] * m / (jnp.sqrt(v) + self.epsilon), new


class AdamW(Adam):
    """Adam with weight decay: before each step `w` loses the share `learning_rate * weight_decay` of itself.

    Args:
        learning_rate: how far a step goes: a number, a schedule or a function; see `Optimizer`.
        weight_decay: the share.
        beta_1: the share of the old average of gradients in the new one, from 0 to 1.
        beta_2: the share of the old average of squared gradients in the new one, from 0 to 1.
        epsilon: a small number that keeps the division finite.
        amsgrad: True divides by the greatest average so far (Reddi et al. 2018, On the convergence of Adam and beyond).
        clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
            loss_scale_factor, gradient_accumulation_steps, name: see `Optimizer`.

    Raises:
        ArgumentError: for an argument out of range.

    Source: Loshchilov and Hutter 2017, Decoupled weight decay regularization, arXiv:1711.05101.

    Example:
    >>> from heron import Variable
    >>> w = Variable([1.0, 2.0])
    >>> AdamW(learning_rate=0.1, weight_decay=0.1).apply([[1.0, -1.0]], [w])
    >>> w.numpy().round(2)
    array([0.89, 2.08], dtype=float32)
    """

    rules = {"weight_decay": NON_NEGATIVE}

    def __init__(
        self,
        learning_rate: Any = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
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
        super().__init__(beta_1=beta_1, beta_2=beta_2, epsilon=epsilon, amsgrad=amsgrad, **options(locals()))


class Adamax(Optimizer):
    """Adam with the greatest gradient, slowly forgotten, in place of the root of averaged squares.

    Args:
        learning_rate: how far a step goes: a number, a schedule or a function; see `Optimizer`.
        beta_1: the share of the old average of gradients in the new one, from 0 to 1.
        beta_2: the factor by which the greatest gradient is forgotten each step, from 0 to 1.
        epsilon: a small number that keeps the division finite.
        weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
            loss_scale_factor, gradient_accumulation_steps, name: see `Optimizer`.

    Raises:
        ArgumentError: for an argument out of range.

    Source: Kingma and Ba 2014, Adam: a method for stochastic optimization, section 7.1, arXiv:1412.6980.

    Example:
    >>> from heron import Variable
    >>> w = Variable([1.0, 2.0])
    >>> Adamax(learning_rate=0.1).apply([[1.0, -1.0]], [w])
    >>> w.numpy().round(2)
    array([0.9, 2.1], dtype=float32)
    """

    rules = {"beta_1": SHARE, "beta_2": SHARE, "epsilon": NON_NEGATIVE}
    slots = ("momentum", "norm")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
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
        self.beta_1 = float(beta_1)
        self.beta_2 = float(beta_2)
        self.epsilon = float(epsilon)

    def scalars(self, lr: jax.Array, step: jax.Array) -> Arrays:
        return {"lr": lr / (1 - self.beta_1**step)}

    def rule(self, w: jax.Array, g: jax.Array, slots: Arrays, scalars: Arrays) -> tuple[jax.Array, Arrays]:
        m = slots["momentum"] + (g - slots["momentum"]) * (1 - self.beta_1)
        u = jnp.maximum(self.beta_2 * slots["norm"], jnp.abs(g))
        return w - scalars["lr"] * m / (u + self.epsilon), {"momentum": m, "norm": u}


class Nadam(Optimizer):
    """Adam with Nesterov's look-ahead: the step uses the momentum that the next step will have.

    Args:
        learning_rate: how far a step goes: a number, a schedule or a function; see `Optimizer`.
        beta_1: the share of the old average of gradients in the new one, from 0 to 1.
        beta_2: the share of the old average of squared gradients in the new one, from 0 to 1.
        epsilon: a small number that keeps the division finite.
        weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
            loss_scale_factor, gradient_accumulation_steps, name: see `Optimizer`.

    Raises:
        ArgumentError: for an argument out of range.

    Source: Dozat 2016, Incorporating Nesterov momentum into Adam.

    Example:
    >>> from heron import Variable
    >>> w = Variable([1.0, 2.0])
    >>> Nadam(learning_rate=0.1).apply([[1.0, -1.0]], [w])
    >>> w.numpy().round(2)
    array([0.9, 2.1], dtype=float32)
    """

    rules = {"beta_1": SHARE, "beta_2": SHARE, "epsilon": NON_NEGATIVE}
    slots = ("momentum", "velocity")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
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
        self.beta_1 = float(beta_1)
        self.beta_2 = float(beta_2)
        self.epsilon = float(epsilon)

    def build(self, variables: Iterable[Variable]) -> None:
        variables = list(variables)
        first = not self.built
        super().build(variables)
        if first:
            dtype = variables[0].dtype if variables else None
            self._u_product = self.add_variable((), "ones", dtype, "u_product")

    def _decay(self, step: jax.Array) -> jax.Array:
        """The momentum of a step, which grows from about half of `beta_1` to `beta_1`."""
        return self.beta_1 * (1.0 - 0.5 * 0.96**step)

    def _update(self, grads: list[jax.Array], variables: Sequence[Variable]) -> None:
        self._u_product.assign(self._u_product.value * self._decay(self._step()))
        super()._update(grads, variables)

    def scalars(self, lr: jax.Array, step: jax.Array) -> Arrays:
        now, ahead = self._decay(step), self._decay(step + 1)
        product = self._u_product.value.astype(lr.dtype)
        return {
            "m": lr * ahead / (1 - product * ahead),
            "g": lr * (1 - now) / (1 - product),
            "v": 1 / (1 - self.beta_2**step),
        }

    def rule(self, w: jax.Array, g: jax.Array, slots: Arrays, scalars: Arrays) -> tuple[jax.Array, Arrays]:
        m, v = moments(g, slots, self.beta_1, self.beta_2)
        step = (scalars["m"] * m + scalars["g"] * g) / (jnp.sqrt(v * scalars["v"]) + self.epsilon)
        return w - step, {"momentum": m, "velocity": v}


class Lamb(Optimizer):
    """Adam with each variable's step as long, relative to the variable, as the learning rate says; for large batches.

    Args:
        learning_rate: how far a step goes: a number, a schedule or a function; see `Optimizer`.
        beta_1: the share of the old average of gradients in the new one, from 0 to 1.
        beta_2: the share of the old average of squared gradients in the new one, from 0 to 1.
        epsilon: a small number that keeps the division finite.
        weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
            loss_scale_factor, gradient_accumulation_steps, name: see `Optimizer`.

    Raises:
        ArgumentError: for an argument out of range.

    Source: You et al. 2019, Large batch optimization for deep learning, arXiv:1904.00962.

    Example:
    >>> from heron import Variable
    >>> w = Variable([1.0, 2.0])
    >>> Lamb(learning_rate=0.1).apply([[1.0, -1.0]], [w])
    >>> w.numpy().round(2)
    array([0.84, 2.16], dtype=float32)
    """

    rules = {"beta_1": SHARE, "beta_2": SHARE, "epsilon": NON_NEGATIVE}
    slots = ("momentum", "velocity")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
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
        self.beta_1 = float(beta_1)
        self.beta_2 = float(beta_2)
        self.epsilon = float(epsilon)

    def scalars(self, lr: jax.Array, step: jax.Array) -> Arrays:
        return {"lr": lr, "m": 1 / (1 - self.beta_1**step), "v": 1 / (1 - self.beta_2**step)}

    def rule(self, w: jax.Array, g: jax.Array, slots: Arrays, scalars: Arrays) -> tuple[jax.Array, Arrays]:
        m, v = moments(g, slots, self.beta_1, self.beta_2)
        step = scalars["m"] * m / (jnp.sqrt(scalars["v"] * v) + self.epsilon)
        length, step_length = jnp.sqrt(jnp.sum(jnp.square(w))), jnp.sqrt(jnp.sum(jnp.square(step)))
        trust = jnp.where((length > 0) & (step_length > 0), length / jnp.where(step_length > 0, step_length, 1), 1)
        return w - trust * scalars["lr"] * step, {"momentum": m, "velocity": v}
