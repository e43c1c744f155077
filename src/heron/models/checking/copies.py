"""A copy of a model to try things on, and the settings of the process as they were before."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from heron import config


@contextmanager
def nothing_drawn() -> Iterator[None]:
    """After the block, seeds, automatic names and what has been complained of are as before it."""
    held = config._settings
    seeds, names, complaints = held.seeds, Counter(held.names), set(held.complaints)
    held.seeds = copy.deepcopy(seeds)
    try:
        yield
    finally:
        held.seeds, held.complaints = seeds, complaints
        held.names.clear()
        held.names.update(names)


def copied(model: Any) -> Any:
    """A model with weights, optimizer and metrics of its own, and nothing of what earlier trainings recorded."""
    history, model.__dict__["history"] = model.history, None
    try:
        return copy.deepcopy(model)
    finally:
        model.__dict__["history"] = history


def fresh_optimizer(optimizer: Any) -> Any:
    """An optimizer of the same settings that has trained nothing; the same one where none can be made."""
    if not optimizer.built:
        return optimizer
    try:
        return type(optimizer).from_config(optimizer.get_config())
    except Exception:  # a class of the user's own, whose config does not make it
        return optimizer
