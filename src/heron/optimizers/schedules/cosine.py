"""Schedules that fall along a cosine wave (SGDR, Loshchilov and Hutter 2016, arXiv:1608.03983)."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp

from heron.optimizers.schedules.base import DECAY_STEPS, LearningRateSchedule, as_float, whole
from heron.validate import NON_NEGATIVE, NUMBER, POSITIVE, TEXT


class CosineDecay(LearningRateSchedule):
    """Falls along half a cosine wave, if wanted after a linear warm-up (SGDR, Loshchilov and Hutter 2016).

    Args:
        initial_learning_rate: the rate at step 0.
        decay_steps: the length of the fall in steps, warm-up not counted.
        alpha: the last rate as a share of the highest.
        name: a name for it.
        warmup_target: the rate at the end of the warm-up, from which it then falls; None for no warm-up.
        warmup_steps: the length of the warm-up in steps.

    Raises:
        ArgumentError: for a negative rate or `decay_steps` of 0 or less.

    Example:
    >>> rate = CosineDecay(0.0, decay_steps=100, warmup_target=0.1, warmup_steps=10)
    >>> [round(float(rate(step)), 3) for step in (0, 5, 10, 60, 110)]
    [0.0, 0.05, 0.1, 0.05, 0.0]
    """

    rules = {
        "initial_learning_rate": NON_NEGATIVE,
        "decay_steps": DECAY_STEPS,
        "alpha": NUMBER,
        "name": TEXT,
        "warmup_target": NON_NEGATIVE.or_none(),
        "warmup_steps": NON_NEGATIVE,
    }

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: float = 0,
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps

    def __call__(self, step: Any) -> jax.Array:
        step = as_float(step)
        if self.warmup_target is None:
            return self._fall(step, self.initial_learning_rate)
        share = step / (self.warmup_steps or 1)
        rise = (self.warmup_target - self.initial_learning_rate) * share + self.initial_learning_rate
        return jnp.where(step < self.warmup_steps, rise, self._fall(step - self.warmup_steps, self.warmup_target))

    def _fall(self, step: jax.Array, top: float) -> jax.Array:
        return top * _cosine(jnp.minimum(step / self.decay_steps, 1.0), self.alpha)


class CosineDecayRestarts(LearningRateSchedule):
    """Falls along half a cosine wave again and again, each fall longer and from another height (SGDR, 2016).

    Args:
        initial_learning_rate: the rate at step 0.
        first_decay_steps: the length of the first fall in steps.
        t_mul: each fall is so many times as long as the one before.
        m_mul: each fall starts at so many times the height of the one before.
        alpha: the lowest rate as a share of the initial one.
        name: a name for it.

    Raises:
        ArgumentError: for a negative rate, or `first_decay_steps` or `t_mul` of 0 or less.

    Example:
    >>> rate = CosineDecayRestarts(0.1, first_decay_steps=10, m_mul=0.5)
    >>> [round(float(rate(step)), 3) for step in (0, 5, 10, 20, 30)]
    [0.1, 0.05, 0.05, 0.025, 0.025]
    """

    rules = {
        "initial_learning_rate": NON_NEGATIVE,
        "first_decay_steps": DECAY_STEPS,
        "t_mul": POSITIVE,
        "m_mul": NUMBER,
        "alpha": NUMBER,
        "name": TEXT,
    }

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: float,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = first_decay_steps
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha
        self.name = name

    def __call__(self, step: Any) -> jax.Array:
        done = as_float(step) / self.first_decay_steps
        t = self.t_mul
        if t == 1:
            restarts = whole(step, self.first_decay_steps)
            done = done - restarts
        else:  # restart i happens at the sum of a geometric series, (1 - t**i) / (1 - t)
            ratio = jnp.log(1.0 - done * (1.0 - t)) / jnp.log(jnp.asarray(t, done.dtype))
            restarts = jnp.floor(ratio * (1.0 + 1e-6))  # the logarithms of whole powers are not whole
            power = jnp.power(t, restarts)
            done = (done - (1.0 - power) / (1.0 - t)) / power
        return self.initial_learning_rate * _cosine(done, self.alpha, jnp.power(self.m_mul, restarts))


def _cosine(share: jax.Array, alpha: float, height: Any = 1.0) -> jax.Array:
    """From `height` at share 0 to `alpha` at share 1 along half a cosine wave, leaving out `alpha` of the height."""
    return (1.0 - alpha) * (0.5 * height * (1.0 + jnp.cos(math.pi * share))) + alpha
