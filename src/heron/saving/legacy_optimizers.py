"""Optimizers of Keras 1 and 2: their settings, and what each array of their state is for.

What counts comes first in such a file: the steps and, for Nadam, a product of rates. Then come the arrays that are kept
for each weight. Keras 1 to 2.10 (and `optimizers.legacy` later) wrote them kind by kind: m m m, v v v. Keras 2.11 to
2.15 wrote them as Keras 3 does, but without the learning rate and Nadam's product: m v, m v, m v.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from heron.registry import custom_object, published
from heron.saving.tensor_file import Entry
from heron.variables import Variable

Places = list[tuple[Entry, Variable]]
_RATES = ("learning_rate", "current_learning_rate", "lr")
_SCHEDULES = "keras.optimizers.schedules"
_MARK = "is_legacy_optimizer"  # stands in the settings that Keras 2.11 to 2.15 wrote


def settings(name: str, config: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The class and the arguments of an optimizer in the words of Keras 3.

    Args:
        name: the class as it was written; Keras 2.11 to 2.15 called their own `Custom>Adam`.
        config: the arguments as they were written.

    >>> settings("SGD", {"learning_rate": 0.5, "momentum": 0.9, "epsilon": None})
    ('SGD', {'learning_rate': 0.5, 'momentum': 0.9})
    """
    plain = name.removeprefix("Custom>")
    if _MARK in config and plain in published("optimizers") and custom_object(name) is None:
        name = plain
    made = {key: value for key, value in config.items() if value is not None and key not in (_MARK, "jit_compile")}
    decay = made.pop("decay", 0.0)
    rate = made.get("learning_rate", made.get("lr"))
    if name == "Nadam":  # whose decay is another, and fixed today
        made.pop("schedule_decay", None)
    elif isinstance(decay, int | float) and decay > 0 and isinstance(rate, int | float):
        made.pop("lr", None)
        given = {"initial_learning_rate": rate, "decay_steps": 1, "decay_rate": decay}
        made["learning_rate"] = {"class_name": "InverseTimeDecay", "config": given}
    rate = made.get("learning_rate")
    if isinstance(rate, dict) and "class_name" in rate:
        inner = rate.get("config")
        inner = {k: v for k, v in inner.items() if v is not None} if isinstance(inner, dict) else inner
        made["learning_rate"] = {"module": _SCHEDULES, **rate, "config": inner}
    return name, made


def places(entries: Sequence[Entry], optimizer: Any, kind_by_kind: bool = True) -> Places | None:
    """Each array of a file with the variable of a built optimizer that it is for; None where they do not fit.

    Args:
        entries: the arrays in the order of the file.
        optimizer: the optimizer.
        kind_by_kind: which order of the arrays that are kept for the weights is tried first.
    """
    if any(hasattr(optimizer, name) for name in ("inner_optimizer", "optimizers")):  # Keras wrote others inside
        return None
    by_kind = [v for kind in (optimizer._averages, *optimizer._slots.values()) for v in kind if v is not None]
    kept = {id(variable) for variable in by_kind}
    orders = [by_kind, [variable for variable in optimizer.variables if id(variable) in kept]]
    if all(_last(entry) in _RATES or _last(entry).startswith("iter") for entry in entries):  # before the first step
        return list(_counts(entries, optimizer))
    scalars = sum(1 for _ in itertools.takewhile(lambda entry: entry.shape == (), entries))
    for targets in orders if kind_by_kind else orders[::-1]:
        for start in range(scalars, -1, -1):
            rest = entries[start + len(targets) :]
            shapes = [entry.shape for entry in entries[start : start + len(targets)]]
            if shapes == [tuple(v.shape) for v in targets] and _is_spare(rest, start, optimizer):
                listed = zip(entries[start : start + len(targets)], targets, strict=True)
                return [*_counts(entries[:start], optimizer), *listed]
    return None


def _is_spare(rest: Sequence[Entry], heads: int, optimizer: Any) -> bool:
    """Whether what is left has no use: nothing, or what an optimizer of Keras 2 kept in vain.

    That is one number for each weight for Adam without amsgrad (until 2.3), and momenta for SGD without momentum, where
    there is no learning rate among the `heads` numbers in front.
    """
    shapes = [entry.shape for entry in rest]
    weights = [tuple(v.shape) for v in optimizer._trainable_variables]
    return not rest or shapes == [(1,)] * len(weights) or (not optimizer._slots and shapes == weights and heads < 2)


def _counts(heads: Sequence[Entry], optimizer: Any) -> Iterator[tuple[Entry, Variable]]:
    """The numbers that stand before the arrays, with what they are for."""
    rest = list(heads)
    for entry in heads:
        if _last(entry) in _RATES:
            rest.remove(entry)
            if isinstance(optimizer._learning_rate, Variable):
                yield entry, optimizer._learning_rate
    steps = next((e for e in rest if _last(e).startswith("iter") or e.dtype.startswith("int")), next(iter(rest), None))
    if steps is not None:
        rest.remove(steps)
        yield steps, optimizer._iterations
    if rest and hasattr(optimizer, "_u_product"):
        yield rest[0], optimizer._u_product


def _last(entry: Entry) -> str:
    return entry.name.rsplit("/", 1)[-1].partition(":")[0]


def complete(optimizer: Any, placed: Places) -> None:
    """Works out what a file does not tell: the product of Nadam's rates up to now."""
    product = getattr(optimizer, "_u_product", None)
    if product is None or any(variable is product for _, variable in placed):
        return
    steps = np.arange(1, int(optimizer._iterations.numpy()) + 1)
    product.assign(math.prod(map(float, optimizer._decay(steps))))
