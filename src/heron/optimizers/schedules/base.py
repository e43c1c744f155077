"""What all learning-rate schedules share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp

from heron import config as settings
from heron import registry
from heron.registry import Configurable
from heron.validate import Rule, is_number
from heron.variables import Variable

DECAY_STEPS = Rule(
    "a number of steps above 0",
    lambda v: is_number(v) and v > 0,
    (1, 1000, 0.5),
    (0, -5, "1000", None),
    lambda v: "Count updates, not epochs: epochs * (samples / batch size)." if is_number(v) else "",
)


class LearningRateSchedule(Configurable):
    """The base of learning-rate schedules.

    A schedule of your own overrides `__call__(self, step)`; `step` is an integer scalar, the number of updates so far.
    Its configuration is its constructor call, as for every heron object.

    Example:
    >>> class Halving(LearningRateSchedule):
    ...     def __init__(self, start):
    ...         self.start = start
    ...
    ...     def __call__(self, step):
    ...         return self.start * 0.5**step
    >>> Halving(0.1)(3), Halving(0.1)
    (0.0125, Halving(start=0.1))
    """

    def __call__(self, step: Any) -> Any:
        """Returns the learning rate for the update that follows `step` updates."""
        raise NotImplementedError(f"Schedule {type(self).__name__} needs a method __call__(self, step); it has none.")


def as_float(step: Any) -> jax.Array:
    """`step` in the float type in which schedules calculate."""
    step = step.value if isinstance(step, Variable) else step
    return jnp.asarray(step, dtype="float64" if settings.floatx() == "float64" else "float32")


def whole(step: Any, size: float) -> jax.Array:
    """How many whole times `size` goes into `step`, as a float.

    Between integers this is exact. A compiler may turn `step / 7` into `step * (1 / 7)`, whose floor is off by one for
    some multiples of 7.
    """
    step = jnp.asarray(step.value if isinstance(step, Variable) else step)
    if jnp.issubdtype(step.dtype, jnp.integer) and float(size).is_integer():
        return as_float(step // int(size))
    return jnp.floor(as_float(step) / size)


def serialize(learning_rate_schedule: LearningRateSchedule) -> dict[str, Any]:
    """Returns the schedule as plain data that `deserialize` reads.

    Example:
    >>> from heron.optimizers.schedules import ExponentialDecay
    >>> serialize(ExponentialDecay(0.1, 10, 0.5))["class_name"]
    'ExponentialDecay'
    """
    data: dict[str, Any] = registry.serialize(learning_rate_schedule)
    if data["module"] == "keras.optimizers":
        data["module"] = "keras.optimizers.schedules"  # where Keras looks for its own
    return data


def deserialize(config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Makes the schedule that `serialize` described.

    Args:
        config: a dict with `class_name` and `config`.
        custom_objects: your own classes by name.

    Raises:
        UnknownNameError: for a class that neither heron nor the caller knows.

    Example:
    >>> from heron.optimizers.schedules import CosineDecay
    >>> deserialize(serialize(CosineDecay(0.1, 10)))
    CosineDecay(initial_learning_rate=0.1, decay_steps=10)
    """
    return registry.deserialize(config, custom_objects=custom_objects, kind="optimizers")
