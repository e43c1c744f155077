"""Models and weights as Keras 3 writes them to `.h5` files, for programs that ask for these.

What such a file has no place for is not in it: the states of random generators.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any

import numpy as np

from heron import losses, metrics
from heron.errors import ArgumentError, UnknownNameError
from heron.saving import hdf5
from heron.saving.archive import KERAS_VERSION
from heron.saving.keys import unique

_ROOT, _WEIGHTS, _OPTIMIZER, _TOP = "/", "model_weights", "optimizer_weights", "top_level_model_weights"
_CHOSEN_BY_SHAPE = ("accuracy", "acc", "crossentropy", "ce")
Arrays = dict[str, np.ndarray]
Texts = dict[str, dict[str, str | list[str]]]


def write_weights(file: IO[bytes], model: Any) -> None:
    """Writes the weights of `model` to `file`, an empty one.

    Raises:
        ArgumentError: for something without layers.
    """
    hdf5.write(file, *_weights(model, ""))


def write_model(file: IO[bytes], model: Any, form: Mapping[str, Any], state: Any, class_names: Any = None) -> None:
    """Writes a whole model to `file`, an empty one.

    Args:
        file: the file.
        model: the model.
        form: its config and how it was compiled, as Keras 3 writes them.
        state: the variables of its optimizer.
        class_names: the names of its classes, which Keras passes over.
    """
    arrays, texts = _weights(model, f"{_WEIGHTS}/")
    texts[_ROOT] = {"model_config": json.dumps(_layers_by_name(form)), **_versions()}
    if training := _training_config(form.get("compile_config") or {}):
        texts[_ROOT]["training_config"] = json.dumps(training)
        arrays |= _group(texts, _OPTIMIZER, state)
    if class_names:
        texts[_ROOT]["class_names"] = list(class_names)
    hdf5.write(file, arrays, texts)


def _versions() -> dict[str, str | list[str]]:
    return {"keras_version": KERAS_VERSION, "backend": "jax"}


def _weights(model: Any, root: str) -> tuple[Arrays, Texts]:
    """The arrays by path, and the lists of names beside the groups that they are in."""
    if not hasattr(model, "layers"):
        raise ArgumentError(
            "save_weights: an '.h5' file holds the weights of a model, layer by layer; this has no layers.\n"
            "Write a '.weights.h5' file."
        )
    texts: Texts = {root or _ROOT: {"layer_names": [layer.name for layer in model.layers], **_versions()}}
    arrays: Arrays = {}
    for layer in model.layers:
        arrays |= _group(texts, f"{root}{layer.name}", [*layer.trainable_weights, *layer.non_trainable_weights])
    return arrays | _group(texts, f"{root}{_TOP}", model._stored_variables()), texts


def _group(texts: Texts, group: str, variables: Any) -> Arrays:
    taken: set[str] = set()
    found = {unique(variable.path, taken): variable.numpy() for variable in variables}
    texts[group] = {"weight_names": list(found)}
    return {f"{group}/{name}": array for name, array in found.items()}


# ---- configs --------------------------------------------------------------------------------------------------------


def _layers_by_name(form: Mapping[str, Any]) -> dict[str, Any]:
    """The config of a model in which classes of one's own go by their registered names, as these files have it."""
    inner = dict(form["config"])
    if isinstance(inner.get("layers"), list):
        inner["layers"] = [_layers_by_name(layer) if "config" in layer else layer for layer in inner["layers"]]
    name = form.get("registered_name") or form["class_name"]
    kept = {key: value for key, value in form.items() if key not in ("build_config", "compile_config")}
    return {**kept, "class_name": name, "config": inner}


def _training_config(compiled: Mapping[str, Any]) -> dict[str, Any]:
    """How a model was compiled; empty where these files have no form for it."""
    optimizer = compiled.get("optimizer")
    if not isinstance(optimizer, Mapping):
        return {}
    name = optimizer.get("registered_name") or optimizer["class_name"]
    return {
        "loss": _full_names(compiled.get("loss"), losses.get),
        "metrics": _full_names(compiled.get("metrics"), metrics.get),
        "weighted_metrics": _full_names(compiled.get("weighted_metrics"), metrics.get),
        "loss_weights": compiled.get("loss_weights"),
        "optimizer_config": {"class_name": name, "config": optimizer["config"]},
    }


def _full_names(value: Any, get: Any) -> Any:
    """Losses or metrics by the full names of their functions: Keras reads no others in these files."""
    if isinstance(value, list):
        return [_full_names(part, get) for part in value]
    if isinstance(value, Mapping) and "class_name" not in value:
        return {key: _full_names(part, get) for key, part in value.items()}
    if not isinstance(value, str) or value in _CHOSEN_BY_SHAPE:
        return value
    try:
        found = get(value)
    except UnknownNameError:
        return value
    return getattr(found, "__name__", None) or type(found).__name__
