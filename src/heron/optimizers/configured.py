"""The settings of an optimizer: constructor, configuration, count of updates, learning rate, weight decay."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from heron import config as settings
from heron.errors import ArgumentError, ArgumentTypeError, value_text
from heron.optimizers.options import LEARNING_RATE, OPTION_RULES, check_one_clip, explain_decay
from heron.optimizers.schedules.base import LearningRateSchedule
from heron.optimizers.schedules.base import serialize as serialize_schedule
from heron.optimizers.state import OptimizerState
from heron.registry import accepted_arguments
from heron.variables import Variable, in_scope


class ConfiguredOptimizer(OptimizerState):
    """The part of an optimizer that keeps its settings; `Optimizer` describes the arguments."""

    rules = OPTION_RULES
    renamed = {"lr": "learning_rate"}
    refused = {"decay": explain_decay}

    def __init__(
        self,
        learning_rate: Any,
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
        owner = type(self).__name__
        LEARNING_RATE.check(owner, "learning_rate", learning_rate)
        check_one_clip(owner, clipnorm=clipnorm, clipvalue=clipvalue, global_clipnorm=global_clipnorm)
        super().__init__()
        self.name = name or settings.auto_name(settings.snake_case(owner))
        self.weight_decay = weight_decay
        self.clipnorm = clipnorm
        self.clipvalue = clipvalue
        self.global_clipnorm = global_clipnorm
        self.use_ema = use_ema
        self.ema_momentum = ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self._undecayed: frozenset[Variable] = frozenset()
        self._undecayed_names: re.Pattern[str] | None = None
        self._iterations = self.add_variable((), dtype="int32", name="iteration")
        self._learning_rate: Any = learning_rate
        if not callable(learning_rate):
            self._learning_rate = self.add_variable((), np.asarray(float(learning_rate)), name="learning_rate")

    # ---- configuration -----------------------------------------------------------------------------------------------

    @property
    def arguments(self) -> dict[str, Any]:
        """The constructor's arguments by name, as they are now."""
        given = super().arguments
        for name, value in given.items():
            now = self.__dict__.get(name, value)
            if name != "name" and isinstance(now, bool | int | float | str | None) and now != value:
                given[name] = now
        if "learning_rate" in given:
            given["learning_rate"] = self._present_rate(given["learning_rate"])
        return given

    def _present_rate(self, given: Any) -> Any:
        held = self._learning_rate
        if not isinstance(held, Variable) or in_scope():
            return given if isinstance(held, Variable) else held
        value = held.numpy()
        same = not callable(given) and np.asarray(float(given)).astype(value.dtype) == value
        return float(given) if same else float(value)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor call as plain data, with the learning rate of now."""
        data = super().get_config()
        if isinstance(self._learning_rate, LearningRateSchedule) and "learning_rate" in data:
            data["learning_rate"] = serialize_schedule(self._learning_rate)
        own: type = type(self)
        return {**data, "name": self.name} if "name" in accepted_arguments(own) else data

    # ---- count and learning rate -------------------------------------------------------------------------------------

    @property
    def iterations(self) -> Any:
        """The number of updates so far, an int32 scalar; steps that only accumulated gradients do not count."""
        steps = self.gradient_accumulation_steps
        return self._iterations.value // steps if steps else self._iterations

    @property
    def learning_rate(self) -> Any:
        """The learning rate: a `Variable`, or the present value of a schedule or function. May be set."""
        return self._learning_rate if isinstance(self._learning_rate, Variable) else self._rate()

    @learning_rate.setter
    def learning_rate(self, learning_rate: Any) -> None:
        learning_rate = learning_rate.value if isinstance(learning_rate, Variable) else learning_rate
        if not isinstance(learning_rate, jax.core.Tracer):
            LEARNING_RATE.check(type(self).__name__, "learning_rate", learning_rate)
        held = self._learning_rate
        if callable(learning_rate):
            self.__dict__["_variables"] = [v for v in self.__dict__["_variables"] if v is not held]
            self._learning_rate = learning_rate
        elif isinstance(held, Variable):
            held.assign(learning_rate)
        else:
            raise ArgumentTypeError(
                f"{self._me} takes its learning rate from {value_text(held)}, so a number cannot be set.\n"
                "Set another schedule, or make the optimizer with a number as learning_rate."
            )

    def _rate(self) -> jax.Array:
        """The learning rate now, in float32 at least."""
        source = self._learning_rate
        value: Any
        if isinstance(source, Variable):
            value = source.value
        elif isinstance(source, LearningRateSchedule) or _takes_step(source):
            value = source(self._iterations.value)
        else:
            value = source()
        value = jnp.asarray(value.value if isinstance(value, Variable) else value)
        return value.astype(jnp.promote_types(value.dtype, jnp.float32))

    # ---- weight decay ------------------------------------------------------------------------------------------------

    def exclude_from_weight_decay(
        self, var_list: Iterable[Variable] | None = None, var_names: Iterable[str] | None = None
    ) -> None:
        """Keeps variables from losing weight by `weight_decay`; to be called before the optimizer is built.

        Args:
            var_list: variables.
            var_names: patterns (regular expressions); a variable whose name contains one is kept.

        Raises:
            ArgumentError: after the optimizer is built.
        """
        if self.built:
            raise ArgumentError(f"{self._me} is built already. Call exclude_from_weight_decay before the first step.")
        self._undecayed = frozenset(var_list or ())
        names = [var_names] if isinstance(var_names, str) else list(var_names or ())
        self._undecayed_names = re.compile("|".join(names)) if names else None

    def _decay_of(self, variable: Variable) -> float | None:
        """The weight decay of `variable`, None for none."""
        return self.weight_decay if self._may_decay(variable) else None

    def _may_decay(self, variable: Variable) -> bool:
        named = self._undecayed_names is not None and self._undecayed_names.search(variable.name)
        return not named and variable not in self._undecayed


def _takes_step(function: Any) -> bool:
    """True for a function that must be given an argument."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    return any(p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters)
