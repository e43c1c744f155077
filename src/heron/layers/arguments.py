"""Constructors with many arguments: kept as attributes under their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from heron import activations, constraints, initializers, regularizers

_FINDERS: dict[str, Callable[[Any], Any]] = {
    "activation": activations.get,
    "initializer": initializers.get,
    "regularizer": regularizers.get,
    "constraint": constraints.get,
}


def keep_arguments(owner: Any, given: Mapping[str, Any]) -> None:
    """Makes attributes of a constructor's arguments, with names of activations, initializers, ... looked up."""
    for name, value in given.items():
        find = _FINDERS.get(name.rpartition("_")[2])
        setattr(owner, name, find(value) if find else value)


def own_arguments(namespace: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments among the `locals()` of a constructor that has run no other line."""
    return {name: value for name, value in namespace.items() if name not in ("self", "kwargs", "__class__")}
