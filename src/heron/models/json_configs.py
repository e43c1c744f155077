"""Models from JSON: the configs of their layers, without weights."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from heron import registry
from heron.errors import ArgumentError, ArgumentTypeError, value_text


def model_from_json(json_string: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Makes the model that `Model.to_json` described, with new weights.

    Args:
        json_string: what `to_json` returned.
        custom_objects: your own classes and functions by name.

    Raises:
        ArgumentTypeError: for what is no text.
        ArgumentError: for text that is no JSON, or no description of a model.
        UnknownNameError: for a class that is neither heron's nor yours.

    Example:
    >>> import heron
    >>> text = heron.Sequential([heron.Input((4,)), heron.layers.Dense(2)]).to_json()
    >>> model_from_json(text).output_shape
    (None, 2)
    """
    if not isinstance(json_string, str):
        raise ArgumentTypeError(
            f"model_from_json: argument 'json_string' must be text; received {value_text(json_string)}.\n"
            "Write model_from_json(model.to_json()); files of whole models are read by load_model(path)."
        )
    try:
        config = json.loads(json_string)
    except (ValueError, RecursionError) as error:
        raise ArgumentError(
            f"model_from_json needs the JSON that to_json() returns; received {value_text(json_string)}, which is no "
            f"JSON ({error})."
        ) from None
    if not isinstance(config, dict) or "class_name" not in config:
        raise ArgumentError(
            "model_from_json needs the JSON that to_json() returns, which has a 'class_name'; received "
            f"{value_text(config)}."
        )
    return registry.deserialize(config, custom_objects, kind="models")
