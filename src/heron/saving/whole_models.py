"""Whole models to one file and back: configs, weights, and the state of training."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from heron import registry
from heron.errors import ArgumentError, ArgumentTypeError, HeronError, UnknownNameError, note, value_text
from heron.saving import tensor_file
from heron.saving.files import FileContentError, check_readable, check_writable, replacing, safe_path
from heron.saving.fitting import misfits, pairs_of
from heron.saving.keys import unique
from heron.saving.limits import budget, check_config
from heron.saving.tensor_file import Entry, Header
from heron.saving.weights import put, variables_by_key
from heron.variables import admission

_CONFIGS = ("model", "build", "compile")


def save_model(model: Any, filepath: Any, overwrite: bool = True, zipped: bool | None = None) -> None:
    """Writes a model to one file, whole or not at all; `load_model` makes the model again from it.

    The file is in the safetensors format and holds no code: the weights under the names that `save_weights` gives
    them, the states of the optimizer and of random generators, and, as JSON in the metadata, the configs of the model
    and of `compile`. Classes and functions of your own are kept by name.

    Args:
        model: a model that has its weights.
        filepath: the file, ending in `.safetensors`.
        overwrite: whether a file that exists may be replaced. Default True.
        zipped: for Keras's signature; None, as it is about `.keras` archives.

    Raises:
        ArgumentError: for another ending, a file that exists with `overwrite=False`, a folder that does not, or a part
            of the model that has no written form, such as a lambda.
        ArgumentTypeError: for something that is no model.
        NotBuiltError: for a model that has no weights yet.

    Source: https://huggingface.co/docs/safetensors
    """
    path = safe_path(filepath, "save_model", "whole models")
    check_writable(path, overwrite, "save_model")
    if zipped is not None:
        raise ArgumentError(f"save_model: zipped={zipped!r} is about .keras archives. Leave it out for {path!r}.")
    if not hasattr(model, "get_compile_config"):
        raise ArgumentTypeError(
            f"save_model saves models; received {value_text(model)}. The weights of a layer are saved by save_weights."
        )
    variables = variables_by_key(model, "save")
    configs = {"model": registry.serialize(model), "build": model.get_build_config(), "compile": _compile_config(model)}
    about = {part: registry.serialize(config) for part, config in configs.items() if config}
    about["weights"], taken = list(variables), set(variables)
    states = {"optimizer": _optimizer_variables(model, about), "random": _random_states(model)}
    for group, members in states.items():
        about[group] = [unique(f"{group}/{i}", taken) for i in range(len(members))]
        variables |= zip(about[group], members, strict=True)
    with replacing(path) as file:
        tensor_file.write(file, {key: v.numpy() for key, v in variables.items()}, about)


def _compile_config(model: Any) -> Any:
    """How the model was compiled, as plain data; empty where that has no written form."""
    try:
        return registry.serialize(model.get_compile_config())
    except ArgumentError as error:
        note(f"save_model leaves out how the model was compiled: {error}\nCall compile() again after loading.")
        return {}


def _optimizer_variables(model: Any, about: Mapping[str, Any]) -> Sequence[Any]:
    """The variables of an optimizer that has begun to work on the weights that it would be given again."""
    if "compile" not in about or model.optimizer is None or not model.optimizer.built:
        return []
    try:
        model.optimizer.build(model.trainable_variables)
    except ArgumentError as error:
        note(f"save_model leaves out the state of the optimizer: {error}")
        return []
    variables: Sequence[Any] = model.optimizer.variables
    return variables


def _random_states(model: Any) -> list[Any]:
    weights = {id(v) for v in model.weights}
    return [v for v in model.variables if id(v) not in weights]


# ---- loading ------------------------------------------------------------------------------------------------------


def load_model(
    filepath: Any, custom_objects: Mapping[str, Any] | None = None, compile: bool = True, safe_mode: bool = True
) -> Any:
    """Makes the model that `save_model` wrote: architecture, weights, how it was compiled, and where training stood.

    No file can run code, or make the model larger than the weights in it. Classes are taken from heron and from what
    you register or pass, never imported by a name in the file. Its SHA-256 is verified.

    Args:
        filepath: the file, ending in `.safetensors`.
        custom_objects: your own classes and functions by name, unless registered with
            `heron.saving.register_keras_serializable`.
        compile: False leaves out how the model was compiled, and the state of the optimizer. Default True.
        safe_mode: for Keras's signature; code in files is refused either way.

    Returns:
        The model.

    Raises:
        MissingFileError: (a `FileNotFoundError`) when there is no such file.
        FileContentError: (a `ValueError`) when the file is damaged, holds no model, or asks for too much.
        UnknownNameError: (a `ValueError`) for a class or function that neither heron nor you gave.

    Example:
    >>> import os, tempfile, heron
    >>> model = heron.Sequential([heron.Input((2,)), heron.layers.Dense(1)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     model.save(os.path.join(folder, "line.safetensors"))
    ...     twin = load_model(os.path.join(folder, "line.safetensors"))
    >>> twin.count_params()
    3
    """
    path = safe_path(filepath, "load_model", "whole models")
    check_readable(path)
    if custom_objects is not None and not isinstance(custom_objects, Mapping):
        raise ArgumentTypeError(
            f"load_model: custom_objects must be a dict from names to classes and functions; received "
            f"{value_text(custom_objects)}.\nWrite custom_objects={{'MyLayer': MyLayer}}."
        )
    header = tensor_file.read_header(path)
    configs = {part: header.about[part] for part in _CONFIGS if part in header.about}
    if "model" not in configs:
        raise FileContentError(
            f"{path!r} holds weights and no model: expected a file that model.save wrote.\n"
            "Build the model by your own program and call model.load_weights."
        )
    check_config(path, configs)
    arrays = tensor_file.read_arrays(path, header, header.entries)
    numbers = sum(math.prod(entry.shape) for entry in header.group("weights"))
    with registry.custom_object_scope(custom_objects or {}), _explained(path):
        with admission(budget(path, numbers)):
            model = _made(path, configs, safe_mode)
            _put_weights(path, model, header, arrays)
            _put_all(path, "random generators", _random_states(model), header.group("random"), arrays)
            if compile and "compile" in configs:
                _compile(model, configs["compile"])
        if model.optimizer is not None and header.group("optimizer"):
            model.optimizer.build(model.trainable_variables)
            _put_all(path, "the optimizer", model.optimizer.variables, header.group("optimizer"), arrays)
    return model


@contextlib.contextmanager
def _explained(path: str) -> Iterator[None]:
    """Errors of heron's own name the file; all others become a `FileContentError`."""
    try:
        yield
    except HeronError as error:
        error.add_note(f"(while {path!r} was loaded)")
        raise
    except Exception as error:
        raise FileContentError(
            f"{path!r} was not loaded: the model that its config describes cannot be made "
            f"({type(error).__name__}: {str(error)[:200]}).\n"
            "Build the model by your own program and call model.load_weights."
        ) from error


def _made(path: str, configs: Mapping[str, Any], safe_mode: bool) -> Any:
    """The model with fresh weights."""
    model = registry.deserialize(configs["model"], safe_mode=safe_mode, kind="models")
    if not hasattr(model, "compile_from_config"):
        raise FileContentError(f"{path!r} was not loaded: its config describes {value_text(model)}, which is no model.")
    if "build" in configs:
        model.build_from_config(configs["build"])
    return model


def _compile(model: Any, config: Mapping[str, Any]) -> None:
    try:
        model.compile_from_config(config)
    except UnknownNameError as error:
        error.add_note("load_model(..., compile=False) loads the model without its loss, metrics and optimizer.")
        raise


def _put_weights(path: str, model: Any, header: Header, arrays: Mapping[str, np.ndarray]) -> None:
    variables = variables_by_key(model, "load")
    entries = header.group("weights")
    pairs = pairs_of(entries, variables)
    wrong = misfits(entries, pairs, variables)
    if wrong:
        raise FileContentError(
            f"{path!r} was not loaded: the model that its config describes does not fit the weights in it: {wrong}.\n"
            "Has a class of yours changed since it was saved? Build the model by your own program and call "
            "model.load_weights(..., skip_mismatch=True)."
        )
    for entry, key in pairs:
        put(variables[key], arrays[entry.name])


def _put_all(
    path: str, what: str, variables: Sequence[Any], entries: Sequence[Entry], arrays: Mapping[str, np.ndarray]
) -> None:
    """Gives the variables of `what` their values, by order."""
    shapes, stored = [tuple(v.shape) for v in variables], [entry.shape for entry in entries]
    if shapes != stored:
        raise FileContentError(
            f"{path!r} was not loaded: it holds {len(stored)} states of {what}; the model that its config describes "
            f"has {len(shapes)}, or of other shapes.\nload_model(..., compile=False) leaves the optimizer out; "
            "model.load_weights loads the weights alone."
        )
    for variable, entry in zip(variables, entries, strict=True):
        put(variable, arrays[entry.name])
