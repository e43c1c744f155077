"""Optimizers: how a model's weights follow the gradients of its loss.

| class | in a word |
|---|---|
| `SGD` | gradient descent, plain or with momentum |
| `RMSprop` | steps divided by the root of averaged squares |
| `Adam`, `AdamW`, `Adamax`, `Nadam`, `Lamb` | averaged gradients over averaged squares, and variants |
| `Adagrad`, `Adadelta`, `Ftrl` | sums of squares; for sparse features |
| `Lion` | steps of one size in the direction of the sign |
| `Adafactor` | averaged squares put together from rows and columns |
| `Muon` | momentum, made orthogonal for matrices |
| `ScheduleFreeAdamW` | Adam with an average of its path for a falling rate |
| `MultiOptimizer` | several, each for some of the variables, as an `OptimizerMap` says |
| `LossScaleOptimizer` | a dynamic loss scale around another, for float16 |
| `Optimizer` | the base, for rules of your own |

`schedules` holds learning rates that change with the step. Everywhere an optimizer is asked for, its name will do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from heron import registry
from heron.errors import ArgumentError, missing_name, value_text
from heron.optimizers import schedules
from heron.optimizers.adafactor import Adafactor
from heron.optimizers.adagrad import Adadelta, Adagrad, Ftrl
from heron.optimizers.adam import Adam, Adamax, AdamW, Lamb, Nadam
from heron.optimizers.base import Optimizer
from heron.optimizers.lion import Lion
from heron.optimizers.loss_scale import LossScaleOptimizer
from heron.optimizers.multi_optimizer import MultiOptimizer, OptimizerMap
from heron.optimizers.muon import Muon
from heron.optimizers.rmsprop import RMSprop
from heron.optimizers.schedule_free import ScheduleFreeAdamW
from heron.optimizers.sgd import SGD

__all__ = [
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "LossScaleOptimizer",
    "MultiOptimizer",
    "Muon",
    "Nadam",
    "Optimizer",
    "OptimizerMap",
    "RMSprop",
    "ScheduleFreeAdamW",
    "deserialize",
    "get",
    "schedules",
    "serialize",
]

_ALL = (
    *(SGD, RMSprop, Adam, AdamW, Adamax, Nadam, Lamb),
    *(Adagrad, Adadelta, Ftrl, Adafactor, Lion, Muon, ScheduleFreeAdamW, LossScaleOptimizer, MultiOptimizer, Optimizer),
)
_BY_NAME = {cls.__name__.lower(): cls for cls in _ALL if cls not in (Optimizer, LossScaleOptimizer, MultiOptimizer)}


def get(identifier: Any) -> Any:
    """Returns the optimizer that a name (in any case), a config, a class or an optimizer stands for.

    Args:
        identifier: `"adam"` for instance; None stands for None.

    Raises:
        UnknownNameError: for a name that is none, with the nearest one.
        ArgumentError: for anything else.

    Example:
    >>> get("adam")
    Adam()
    """
    if identifier is None:
        return None
    if isinstance(identifier, Mapping):
        identifier = deserialize(identifier)
    found = registry.resolve(identifier, "optimizers", _BY_NAME)
    if isinstance(found, Optimizer):
        return found
    raise ArgumentError(
        f"Cannot use {value_text(identifier)} as an optimizer; expected a name such as 'adam', or an optimizer such as "
        "heron.optimizers.Adam(0.001)."
    )


def serialize(optimizer: Optimizer) -> dict[str, Any]:
    """Returns the optimizer, without its variables, as plain data that `deserialize` reads.

    Example:
    >>> serialize(SGD(0.5))["config"]["learning_rate"]
    0.5
    """
    data: dict[str, Any] = registry.serialize(optimizer)
    return data


def deserialize(config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Makes the optimizer that `serialize` described.

    Args:
        config: a dict with `class_name` (in any case) and `config`.
        custom_objects: your own classes by name.

    Raises:
        ArgumentError: when `class_name` is missing.
        UnknownNameError: for a class that neither heron nor the caller knows.

    Example:
    >>> deserialize({"class_name": "sgd", "config": {"learning_rate": 0.5}})
    SGD(learning_rate=0.5)
    """
    name = config.get("class_name")
    if not isinstance(name, str):
        raise ArgumentError(
            f"The config of an optimizer needs 'class_name' and 'config'; received {value_text(dict(config))}.\n"
            "Write {'class_name': 'Adam', 'config': {'learning_rate': 0.001}}."
        )
    known = _BY_NAME.get(name.lower())
    whole = {**config, "class_name": known.__name__ if known else name, "config": config.get("config") or {}}
    return registry.deserialize(whole, custom_objects=custom_objects, kind="optimizers")


registry.publish("heron.optimizers", {cls.__name__: cls for cls in (*_ALL, OptimizerMap)})


if not TYPE_CHECKING:  # to a type checker, a name that is not there is an error
    __getattr__ = missing_name(__name__, __all__, {"legacy": "All optimizers are in heron.optimizers itself."})
