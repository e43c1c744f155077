"""Gradient descent, plain or with momentum."""

from __future__ import annotations

from typing import Any

import jax

from heron.optimizers.base import Arrays, Optimizer
from heron.optimizers.options import SHARE, options
from heron.validate import BOOL


class SGD(Optimizer):
    """Stochastic gradient descent: `w - learning_rate * g`.

    With momentum `w + m`, where `m = momentum * m - learning_rate * g` is what the steps before have left.

    Args:
        learning_rate: how far a step goes: a number, a schedule or a function; see `Optimizer`.
        momentum: the share of the last step that is made again, from 0 to 1; 0 for plain descent.
        nesterov: True looks ahead along the momentum: `w + momentum * m - learning_rate * g`.
        weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
            loss_scale_factor, gradient_accumulation_steps, name: see `Optimizer`.

    Raises:
        ArgumentError: for an argument out of range.

    Source: Sutskever et al. 2013, On the importance of initialization and momentum in deep learning.

    Example:
    >>> from heron import Variable
    >>> w = Variable([1.0, 2.0])
    >>> SGD(learning_rate=0.1).apply([[1.0, -1.0]], [w])
    >>> w.numpy().round(2)
    array([0.9, 2.1], dtype=float32)
    """

    rules = {"momentum": SHARE, "nesterov": BOOL}

    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
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
        self.momentum = float(momentum)
        self.nesterov = nesterov
        self.slots = ("momentum",) if momentum else ()

    def rule(self, w: jax.Array, g: jax.Array, slots: Arrays, scalars: Arrays) -> tuple[jax.Array, Arrays]:
        step = scalars["lr"] * g
        if "momentum" not in slots:
            return w - step, {}
        m = self.momentum * slots["momentum"] - step
        return w + (self.momentum * m - step if self.nesterov else m), {"momentum": m}
