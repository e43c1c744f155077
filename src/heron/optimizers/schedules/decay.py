"""Schedules that decay exponentially, with inverse time, along a polynomial, or in steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from heron.errors import ArgumentError, value_text
from heron.optimizers.schedules.base import DECAY_STEPS, LearningRateSchedule, as_float, whole
from heron.validate import BOOL, NON_NEGATIVE, NUMBER, TEXT, Rule, is_number

_NUMBERS = Rule(
    "a list of numbers",
    lambda v: isinstance(v, list | tuple) and len(v) > 0 and all(is_number(n) for n in v),
    (),  # a good list depends on the other list
    (0.1, "0.1", [], ["0.1"], None),
    lambda v: f"Write [{v}]." if is_number(v) else "",
)


class _TimedDecay(LearningRateSchedule):
    """What exponential and inverse-time decay share: how many decays lie behind a step."""

    rules = {
        "initial_learning_rate": NON_NEGATIVE,
        "decay_steps": DECAY_STEPS,
        "decay_rate": NUMBER,
        "staircase": BOOL,
        "name": TEXT,
    }

    def __init__(
        self, initial_learning_rate: float, decay_steps: float, decay_rate: float, staircase: bool, name: str
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def _decays(self, step: Any) -> jax.Array:
        return whole(step, self.decay_steps) if self.staircase else as_float(step) / self.decay_steps


class ExponentialDecay(_TimedDecay):
    """`initial_learning_rate * decay_rate ** (step / decay_steps)`.

    Args:
        initial_learning_rate: the rate at step 0.
        decay_steps: after so many steps the rate has been multiplied by `decay_rate` once.
        decay_rate: the factor.
        staircase: True keeps the rate constant between multiples of `decay_steps`.
        name: a name for it.

    Raises:
        ArgumentError: for a negative rate or `decay_steps` of 0 or less.

    Example:
    >>> float(ExponentialDecay(0.1, decay_steps=100, decay_rate=0.5)(200))
    0.025
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ) -> None:
        super().__init__(initial_learning_rate, decay_steps, decay_rate, staircase, name)

    def __call__(self, step: Any) -> jax.Array:
        return self.initial_learning_rate * jnp.power(self.decay_rate, self._decays(step))


class InverseTimeDecay(_TimedDecay):
    """`initial_learning_rate / (1 + decay_rate * step / decay_steps)`, what the argument `decay` of old Keras did.

    Args:
        initial_learning_rate: the rate at step 0.
        decay_steps: the number of steps that count as one unit of time.
        decay_rate: how much the divisor grows in one unit of time.
        staircase: True keeps the rate constant between multiples of `decay_steps`.
        name: a name for it.

    Raises:
        ArgumentError: for a negative rate or `decay_steps` of 0 or less.

    Example:
    >>> float(InverseTimeDecay(0.1, decay_steps=100, decay_rate=1.0)(300))
    0.025
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ) -> None:
        super().__init__(initial_learning_rate, decay_steps, decay_rate, staircase, name)

    def __call__(self, step: Any) -> jax.Array:
        return self.initial_learning_rate / (1.0 + self.decay_rate * self._decays(step))


class PiecewiseConstantDecay(LearningRateSchedule):
    """`values[0]` up to and including step `boundaries[0]`, then `values[1]` up to `boundaries[1]`, and so on.

    Args:
        boundaries: ascending steps at which the rate changes.
        values: the rates, one more than there are boundaries.
        name: a name for it.

    Raises:
        ArgumentError: when the lengths do not fit or the boundaries do not ascend.

    Example:
    >>> drop = PiecewiseConstantDecay([100, 200], [0.1, 0.05, 0.01])
    >>> [round(float(drop(step)), 2) for step in (100, 101, 500)]
    [0.1, 0.05, 0.01]
    """

    rules = {"boundaries": _NUMBERS, "values": _NUMBERS, "name": TEXT}

    def __init__(self, boundaries: Sequence[float], values: Sequence[float], name: str = "PiecewiseConstant") -> None:
        if len(boundaries) != len(values) - 1:
            raise ArgumentError(
                "PiecewiseConstantDecay needs one value more than boundaries: the rate before the first boundary, "
                f"between each two, after the last; received {len(boundaries)} boundaries and {len(values)} values."
            )
        if list(boundaries) != sorted(boundaries):
            raise ArgumentError(
                f"PiecewiseConstantDecay: argument 'boundaries' must ascend; received {value_text(boundaries)}.\n"
                f"Write {sorted(boundaries)}, with the values in that order."
            )
        self.boundaries = list(boundaries)
        self.values = list(values)
        self.name = name

    def __call__(self, step: Any) -> jax.Array:
        step = as_float(step)
        rate = jnp.asarray(self.values[0], dtype=step.dtype)
        for boundary, value in zip(self.boundaries, self.values[1:], strict=True):
            rate = jnp.where(step > boundary, value, rate)
        return rate


class PolynomialDecay(LearningRateSchedule):
    """`(initial - end) * (1 - step / decay_steps) ** power + end`, and `end_learning_rate` after `decay_steps`.

    Args:
        initial_learning_rate: the rate at step 0.
        decay_steps: the step at which the end is reached.
        end_learning_rate: the last rate.
        power: 1.0 for a straight line.
        cycle: True starts a new descent, over the next multiple of `decay_steps`, instead of staying at the end.
        name: a name for it.

    Raises:
        ArgumentError: for a negative rate or `decay_steps` of 0 or less.

    Example:
    >>> float(PolynomialDecay(0.1, decay_steps=10, end_learning_rate=0.0)(5))
    0.05
    """

    rules = {
        "initial_learning_rate": NON_NEGATIVE,
        "decay_steps": DECAY_STEPS,
        "end_learning_rate": NON_NEGATIVE,
        "power": NUMBER,
        "cycle": BOOL,
        "name": TEXT,
    }

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name

    def __call__(self, step: Any) -> jax.Array:
        done = as_float(step) / self.decay_steps
        if self.cycle:
            done = done / jnp.maximum(-whole(-step, self.decay_steps), 1.0)  # rounded up
        span = self.initial_learning_rate - self.end_learning_rate
        return span * jnp.power(1.0 - jnp.minimum(done, 1.0), self.power) + self.end_learning_rate
