"""Models as JSON, and back: their architecture and how they were compiled, without weights."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from heron import registry
from heron.errors import ArgumentError, ArgumentTypeError, value_text
from heron.saving.limits import ANY, budget, check_config
from heron.saving.model_files import configs_of, keras_form
from heron.variables import admission

_TEXT = "the JSON text"


def model_to_json(model: Any, **kwargs: Any) -> str:
    """The configs of a model as JSON that Keras 3 reads too; `kwargs` are for `json.dumps`."""
    return json.dumps(keras_form(configs_of(model)), **kwargs)


def model_from_json(json_string: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Makes the model that `Model.to_json`, of heron or Keras, described, with new weights, and compiles it if it was.

    Args:
        json_string: what `to_json` returned.
        custom_objects: your own classes and functions by name.

    Raises:
        ArgumentTypeError: for what is no text.
        ArgumentError: for text that is no JSON, or no description of a model, or asks for code or too much memory.
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
    check_config(_TEXT, config)
    with registry.custom_object_scope(custom_objects or {}), registry.sharing(), admission(budget(_TEXT, ANY)):
        model = registry.deserialize(config, kind="models")
        if not hasattr(model, "compile_from_config"):
            raise ArgumentError(f"model_from_json: the text describes {value_text(model)}, which is no model.")
        if config.get("build_config") and not model.built:
            model.build_from_config(config["build_config"])
        if config.get("compile_config"):
            model.compile_from_config(config["compile_config"])
    return model
