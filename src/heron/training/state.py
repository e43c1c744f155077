"""The state of training as one value."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from heron.variables import Variable

taking = threading.Lock()
"""Held while variables take their new values, so that another thread that predicts does not see half of them."""


class TrainState(NamedTuple):
    """Everything that a training step changes, as lists of arrays.

    It unpacks as in Keras on JAX:
    `trainable_variables, non_trainable_variables, optimizer_variables, metrics_variables = state`.
    """

    trainable_variables: Any
    non_trainable_variables: Any
    optimizer_variables: Any
    metrics_variables: Any


class StateVariables(NamedTuple):
    """The variables behind a `TrainState`, in the same four groups."""

    trainable: Sequence[Variable]
    non_trainable: Sequence[Variable]
    optimizer: Sequence[Variable]
    metrics: Sequence[Variable]

    def peek(self) -> TrainState:
        """The variables' arrays, for looking at."""
        return TrainState(*([v.peek() for v in group] for group in self))

    def give(self) -> TrainState:
        """The variables' arrays, for a program that destroys them."""
        return TrainState(*([v.give() for v in group] for group in self))

    def take(self, state: TrainState) -> None:
        """Puts the arrays of `state` into the variables."""
        with taking:
            for group, values in zip(self, state, strict=True):
                for variable, value in zip(group, values, strict=True):
                    variable.take(value)

    def lend(self, program: Callable[[TrainState], tuple[Any, Any]]) -> tuple[Any, Any]:
        """Runs a program that destroys the arrays given to it; the variables take those of the carry it returns."""
        state = self.give()
        try:
            carry, logs = program(state)
        except BaseException:
            for group in self:
                for variable in group:
                    variable.is_given = False
            raise
        self.take(carry.state)
        return carry, logs
