"""The public names of heron and of Keras side by side, and the lists of what differs, each group with its reason.

A list is a text file in `lists/`: a line at the margin gives the reason of the names on the indented lines below it.

    later: convolution
        Conv1D Conv2D
    heron's own: class numbers and one-hot rows are told apart before training
        LabelFacts check_labels
"""

from __future__ import annotations

import importlib
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import keras

import heron

LISTS = Path(__file__).parent / "lists"
MISSING, OWN = ("later", "left out"), "heron's own"

MODULES = (
    *("", "activations", "backend", "callbacks", "config", "constraints", "datasets", "datasets.boston_housing"),
    *("datasets.california_housing", "datasets.cifar10", "datasets.cifar100", "datasets.imdb", "datasets.reuters"),
    *("datasets.fashion_mnist", "datasets.mnist", "dtype_policies", "initializers", "layers", "losses", "metrics"),
    *("mixed_precision", "models", "ops", "ops.image", "ops.linalg", "ops.nn", "ops.numpy", "optimizers"),
    *("optimizers.schedules", "random", "regularizers", "saving", "tree", "utils", "utils.bounding_boxes"),
    "wrappers",
)


def _functional(api: Any) -> Any:
    inputs = api.Input((2,))
    return api.Model(inputs, api.layers.Dense(1)(inputs))


# Attributes are compared on objects, as some are set in __init__ and some are properties.
OBJECTS: dict[str, Callable[[Any], Any]] = {
    "Model": _functional,
    "Layer": lambda api: api.layers.Layer(),
    "Optimizer": lambda api: api.optimizers.SGD(),
    "LearningRateSchedule": lambda api: api.optimizers.schedules.CosineDecay(0.1, 10),
    "Loss": lambda api: api.losses.MeanSquaredError(),
    "Metric": lambda api: api.metrics.Mean(),
    "Initializer": lambda api: api.initializers.Zeros(),
    "Regularizer": lambda api: api.regularizers.L1L2(),
    "Callback": lambda api: api.callbacks.Callback(),
    "CallbackList": lambda api: api.callbacks.CallbackList(),
    "Variable": lambda api: api.Variable([1.0]),
    "KerasTensor": lambda api: api.KerasTensor((2,)),
    "SeedGenerator": lambda api: api.random.SeedGenerator(1),
    "InputSpec": lambda api: api.layers.InputSpec(ndim=2),
}


CONFIGURABLE = {"arguments", "keeps_kwargs", "renamed", "rules"}


def module(api: types.ModuleType, name: str) -> Any:
    """`heron` or `keras` itself for "", else the module inside it."""
    return importlib.import_module(f"{api.__name__}.{name}") if name else api


def keras_names(name: str) -> set[str]:
    return {n for n in dir(module(keras, name)) if not n.startswith("_")}


def heron_names(name: str) -> set[str]:
    """The public names of a module, and the modules inside that Keras has too."""
    space = module(heron, name)
    inside = {n for n in keras_names(name) if isinstance(vars(space).get(n), types.ModuleType)}
    return public(space) | inside


def public(space: types.ModuleType) -> set[str]:
    """`__all__`; of a module without it the classes and functions that it defines."""
    if hasattr(space, "__all__"):
        return {n for n in space.__all__ if not n.startswith("_")}
    own = {n for n, value in vars(space).items() if getattr(value, "__module__", None) == space.__name__}
    return {n for n in own if not n.startswith("_")}


def attributes(thing: Any) -> set[str]:
    """The public attributes, without those that every object with a config has in heron."""
    return {n for n in dir(thing) if not n.startswith("_")} - CONFIGURABLE


class Listed(NamedTuple):
    """A list: names that Keras has and heron not, names that heron has and Keras not."""

    missing: list[str]
    own: list[str]


def read_list(name: str) -> Listed:
    """Reads `lists/<name>.txt`; without a file nothing differs."""
    found = Listed([], [])
    path = LISTS / f"{name or 'heron'}.txt"
    if not path.exists():
        return found
    names: list[str] | None = None
    for line in path.read_text(encoding="utf-8").splitlines():
        if line[:1].isspace():
            assert names is not None, f"{path.name}: names before the first reason"
            names.extend(line.split())
        elif line:
            kind, _, reason = line.partition(": ")
            assert kind in (*MISSING, OWN), f"{path.name}: a reason begins with {MISSING} or {OWN!r}; {line!r} does not"
            assert reason, f"{path.name}: {line!r} gives no reason"
            names = found.own if kind == OWN else found.missing
    return found


def complaints(name: str, ours: set[str], theirs: set[str]) -> list[str]:
    """What to change in a list so that it is exactly the difference."""
    listed = read_list(name)
    file = f"lists/{name or 'heron'}.txt"
    every = [*listed.missing, *listed.own]
    found = {
        f"there now, take them out of {file}": set(listed.missing) & ours,
        f"not in heron, implement them or list them in {file} as 'later: ...'": theirs - ours - set(listed.missing),
        f"not in Keras, list them in {file} as 'heron's own: ...'": ours - theirs - set(listed.own),
        f"in {file} but nowhere else": (set(listed.missing) - theirs - ours) | (set(listed.own) - ours),
        f"in Keras too, so not heron's own, in {file}": set(listed.own) & theirs,
        f"twice in {file}": {n for n in every if every.count(n) > 1},
    }
    return [f"{what}: {' '.join(sorted(names))}" for what, names in found.items() if names]
