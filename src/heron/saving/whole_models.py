"""Whole models to one file and back: configs, weights, and the state of training."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from heron import registry
from heron.errors import ArgumentError, ArgumentTypeError, HeronError, UnknownNameError, value_text
from heron.saving import model_files
from heron.saving.files import (
    ENDING,
    HDF5,
    KERAS,
    KERAS_WEIGHTS,
    FileContentError,
    check_readable,
    check_writable,
    path_text,
    replacing,
    safe_path,
)
from heron.saving.limits import budget, check_config
from heron.saving.model_files import Configs
from heron.variables import admission


def save_model(model: Any, filepath: Any, overwrite: bool = True, zipped: bool | None = None) -> None:
    """Writes a model to one file, whole or not at all; `load_model` makes the model again from it.

    A `.keras` archive is one that Keras 3 loads; a `.safetensors` file holds the same for heron. Both hold no code: the
    configs of the model and of `compile`, the weights, the states of the optimizer and of random generators, and a
    checksum. Classes and functions of your own are kept by name. An `.h5` file, as Keras 2 wrote them and Keras 3 still
    loads, holds all but the states of random generators.

    Args:
        model: a model that has its weights.
        filepath: the file, ending in `.keras` or `.safetensors`, or in `.h5` or `.hdf5`.
        overwrite: whether a file that exists may be replaced. Default True.
        zipped: for Keras's signature; `.keras` files are zip archives, the others are not.

    Raises:
        ArgumentError: for another ending, a file that exists with `overwrite=False`, a folder that does not, or a part
            of the model that has no written form, such as a lambda.
        ArgumentTypeError: for something that is no model.
        NotBuiltError: for a model that has no weights yet.

    Source: https://huggingface.co/docs/safetensors
    """
    taken = (KERAS, ENDING) if path_text(filepath, "save_model").endswith(KERAS_WEIGHTS) else (KERAS, ENDING, *HDF5)
    path = safe_path(filepath, "save_model", "whole models", taken, KERAS)
    check_writable(path, overwrite, "save_model")
    if zipped is not None and zipped is not path.endswith(KERAS):
        raise ArgumentError(f"save_model: zipped={zipped!r} is about .keras archives. Leave it out for {path!r}.")
    if not hasattr(model, "get_compile_config"):
        raise ArgumentTypeError(
            f"save_model saves models; received {value_text(model)}. The weights of a layer are saved by save_weights."
        )
    configs = model_files.configs_of(model)
    with replacing(path) as file:
        model_files.writer_of(path)(file, model, configs)


def load_model(
    filepath: Any, custom_objects: Mapping[str, Any] | None = None, compile: bool = True, safe_mode: bool = True
) -> Any:
    """Makes the model that `save_model`, or Keras, wrote: architecture, weights, how it was compiled, where it stood.

    No file can run code, or make the model larger than the weights in it. Classes are taken from heron and from what
    you register or pass, never imported by a name in the file. heron's SHA-256 is verified.

    Args:
        filepath: a `.keras` or `.safetensors` file, or an `.h5` file of Keras 1 or 2.
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
    ...     model.save(os.path.join(folder, "line.keras"))
    ...     twin = load_model(os.path.join(folder, "line.keras"))
    >>> twin.count_params()
    3
    """
    path = safe_path(filepath, "load_model", "whole models", (KERAS, ENDING, *HDF5), KERAS)
    check_readable(path)
    if custom_objects is not None and not isinstance(custom_objects, Mapping):
        raise ArgumentTypeError(
            f"load_model: custom_objects must be a dict from names to classes and functions; received "
            f"{value_text(custom_objects)}.\nWrite custom_objects={{'MyLayer': MyLayer}}."
        )
    with model_files.opened(path) as file:
        check_config(path, list(file.configs))
        file.read()
        with registry.custom_object_scope(custom_objects or {}), registry.sharing(), _explained(path):
            with admission(budget(path, file.numbers)):
                model = _made(path, file.configs, safe_mode)
                file.put_weights(model)
                if compile and file.configs.compile:
                    _compile(file, model)
            if model.optimizer is not None:
                file.put_optimizer(model)
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


def _made(path: str, configs: Configs, safe_mode: bool) -> Any:
    """The model with fresh weights."""
    model = registry.deserialize(configs.model, safe_mode=safe_mode, kind="models")
    if not hasattr(model, "compile_from_config"):
        raise FileContentError(f"{path!r} was not loaded: its config describes {value_text(model)}, which is no model.")
    if configs.build and not model.built:
        model.build_from_config(configs.build)
    if configs.class_names:
        model.class_names = configs.class_names
    return model


def _compile(file: Any, model: Any) -> None:
    try:
        file.compile(model)
    except UnknownNameError as error:
        error.add_note("load_model(..., compile=False) loads the model without its loss, metrics and optimizer.")
        raise
