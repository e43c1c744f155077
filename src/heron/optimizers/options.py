"""The arguments that every optimizer takes, their rules, and what is said about arguments of older versions."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self

from heron.errors import ArgumentError, ArgumentTypeError
from heron.optimizers.schedules.base import LearningRateSchedule
from heron.registry import Configurable, accepted_arguments
from heron.validate import BOOL, FRACTION, NON_NEGATIVE, POSITIVE, POSITIVE_INT, TEXT, Rule, is_int, is_number
from heron.variables import Variable


def _accepts_rate(value: Any) -> bool:
    if isinstance(value, Variable) or inspect.isclass(value):
        return False
    if isinstance(value, LearningRateSchedule) or callable(value):
        return True
    return is_number(value) and math.isfinite(value) and value >= 0


def _mend_rate(value: Any) -> str:
    if inspect.isclass(value) and issubclass(value, LearningRateSchedule):
        return f"You passed the class {value.__name__}; create one: {value.__name__}(...)."
    if isinstance(value, str):
        try:
            return f"Write {float(value)} without quotes."
        except ValueError:
            return "Write a number such as 0.001."
    if not isinstance(value, Variable) and is_number(value) and value < 0:
        return f"A negative rate climbs the loss instead of descending it; write {-value}."
    return ""


LEARNING_RATE = Rule(
    "a number of 0 or more, a learning-rate schedule, or a function that returns the rate",
    _accepts_rate,
    (0.01, 0, 1),
    (-0.1, float("nan"), "fast", None, True),
    _mend_rate,
)
SHARE = Rule("a number from 0 to 1", FRACTION.accepts, (0, 0.5, 0.999), (-0.1, 1.5, "x", None), FRACTION.mend)
_TWO_OR_MORE = Rule(
    "an integer of 2 or more",
    lambda v: is_int(v) and v >= 2,
    (2, 8),
    (1, 0, -1, 2.5, "2"),
    lambda v: "To update at every step, leave it out." if v in (0, 1) else "",
)

OPTION_RULES: Mapping[str, Rule] = {
    "learning_rate": LEARNING_RATE,
    "weight_decay": NON_NEGATIVE.or_none(),
    "clipnorm": NON_NEGATIVE.or_none(),
    "clipvalue": NON_NEGATIVE.or_none(),
    "global_clipnorm": NON_NEGATIVE.or_none(),
    "use_ema": BOOL,
    "ema_momentum": SHARE,
    "ema_overwrite_frequency": POSITIVE_INT.or_none(),
    "loss_scale_factor": POSITIVE.or_none(),
    "gradient_accumulation_steps": _TWO_OR_MORE.or_none(),
    "name": TEXT.or_none(),
}


def options(given: Mapping[str, Any]) -> dict[str, Any]:
    """Picks the arguments of `Optimizer` out of a constructor's `locals()`."""
    return {name: given[name] for name in OPTION_RULES}


def check_one_clip(owner: str, **clips: float | None) -> None:
    """Raises `ArgumentError` when more than one way to clip gradients is set."""
    chosen = {name: value for name, value in clips.items() if value is not None}
    if len(chosen) > 1:
        received = ", ".join(f"{name}={value}" for name, value in chosen.items())
        raise ArgumentError(
            f"{owner}: only one of clipnorm, clipvalue and global_clipnorm can be set; received {received}.\n"
            "Keep one: global_clipnorm bounds all gradients together, clipnorm each variable's, clipvalue each number."
        )


class Refusing(Configurable):
    """A configurable class that explains itself when it is given an argument which it no longer has.

    `refused` maps the name of such an argument to a function of all keywords that returns the explanation.
    """

    refused: ClassVar[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {}

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        own: type = cls
        for name, explain in cls.refused.items():
            if name in kwargs and name not in accepted_arguments(own):
                raise ArgumentTypeError(f"{cls.__name__} has no argument '{name}'.\n{explain(kwargs)}")
        return super().__new__(cls)


def explain_decay(given: Mapping[str, Any]) -> str:
    """What to write in place of the argument `decay` of Keras 1 and 2."""
    if not given["decay"]:
        return "Leave it out: without it the learning rate is constant."
    rate = given.get("learning_rate", given.get("lr", 0.01))
    start = rate if is_number(rate) else 0.01
    return (
        "Pass a schedule as learning_rate. The same as before is\n"
        f"heron.optimizers.schedules.InverseTimeDecay({start}, decay_steps=1, decay_rate={given['decay']}); "
        "more usual is\n"
        f"heron.optimizers.schedules.ExponentialDecay({start}, decay_steps=1000, decay_rate=0.9)."
    )
