"""Layers as plain data, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heron import registry
from heron.layers.layer import Layer


def serialize(layer: Layer) -> dict[str, Any]:
    """Returns `layer` as plain data: its class and config, not its weights.

    Args:
        layer: a layer.

    Raises:
        ArgumentError: when an argument has no written form, such as a lambda.

    Example:
    >>> from heron.layers import Dense
    >>> serialize(Dense(3))["class_name"]
    'Dense'
    """
    return registry.serialize(layer)


def deserialize(config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Makes a layer from what `serialize` returned.

    Args:
        config: plain data.
        custom_objects: your own classes and functions by name.

    Raises:
        UnknownNameError: for a class that is neither heron's nor yours.

    Example:
    >>> from heron.layers import Dense
    >>> deserialize(serialize(Dense(3))).units
    3
    """
    return registry.deserialize(config, custom_objects=custom_objects, kind="layers")
