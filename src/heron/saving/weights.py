"""Weights to a file and back."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from heron.config import snake_case
from heron.errors import ArgumentError, NotBuiltError
from heron.layers import Layer
from heron.registry import published
from heron.saving import archive, hdf5, keras_weights, legacy, legacy_writing, tensor_file
from heron.saving.files import (
    ENDING,
    HDF5,
    KERAS,
    KERAS_WEIGHTS,
    FileContentError,
    check_readable,
    check_writable,
    replacing,
    safe_path,
)
from heron.saving.fitting import misfits, mismatch, note_skipped, pairs_of
from heron.saving.keras_weights import KerasWeights
from heron.saving.keys import stable_keys
from heron.saving.weights_source import Source


def save_weights(model: Any, filepath: Any, overwrite: bool = True) -> None:
    """Writes the weights of a model or layer to a file, whole or not at all.

    A `.weights.h5` file has Keras 3's layout, and holds the state of the optimizer and of random generators too. A
    `.safetensors` file holds the weights under names such as `dense/kernel`. Any other `.h5` file has the layout of
    Keras 2, for programs that read no other. None holds code. A crash leaves the old file or the new one.

    Args:
        model: anything with `weights`, a list of variables.
        filepath: the file, ending in `.weights.h5` or `.safetensors`, or in `.h5` or `.hdf5`.
        overwrite: whether a file that exists may be replaced. Default True.

    Raises:
        ArgumentError: for another ending, a file that exists with `overwrite=False`, or a folder that does not.
        NotBuiltError: for a model that has no weights yet.

    Source: https://huggingface.co/docs/safetensors
    """
    path = safe_path(filepath, "save_weights", "weights", (KERAS_WEIGHTS, ENDING, *HDF5), KERAS_WEIGHTS)
    check_writable(path, overwrite, "save_weights")
    variables = variables_by_key(model, "save")
    with replacing(path) as file:
        if path.endswith(ENDING):
            tensor_file.write(file, {k: v.numpy() for k, v in variables.items()}, {"weights": list(variables)})
        elif path.endswith(KERAS_WEIGHTS):
            keras_weights.write(file, model)
        else:
            legacy_writing.write_weights(file, model)


def load_weights(
    model: Any, filepath: Any, skip_mismatch: bool = False, by_name: bool = False, objects_to_skip: Any = None
) -> None:
    """Reads weights into a model or layer; nothing of it changes unless the whole file is sound and fits.

    In a `.safetensors` file weights are matched by name; when names differ, as after renaming layers, by order,
    provided that there are as many and that what stands last in their names agrees. In Keras's files they are matched
    by place, as Keras does. Float arrays are converted to the model's float dtype; other dtypes must agree. The file's
    SHA-256, if heron wrote it, is verified.

    Args:
        model: anything with `weights`, built.
        filepath: a `.safetensors`, `.weights.h5` or `.keras` file, or an `.h5` file of Keras 1 or 2.
        skip_mismatch: load what fits and leave the rest as it is, with a note. Default False.
        by_name: for `.h5` files of Keras 1 and 2: load the layers that have the same name in both. Default False.
        objects_to_skip: layers that are left as they are.

    Raises:
        MissingFileError: (a `FileNotFoundError`) when there is no such file.
        FileContentError: (a `ValueError`) when the file is damaged, of another kind, or does not fit the model.
        NotBuiltError: for a model that has no weights yet.
    """
    path = safe_path(filepath, "load_weights", "weights", (*HDF5, KERAS, ENDING), KERAS_WEIGHTS)
    check_readable(path)
    skipped = [] if objects_to_skip is None else list(objects_to_skip)
    if by_name and not path.endswith(HDF5):
        raise ArgumentError(f"load_weights: by_name=True is for '.h5' files of Keras 1 and 2; received {path!r}.")
    variables = variables_by_key(model, "load")
    with opened(path) as file:
        source, variables = source_of(file, model, variables, by_name, skipped)
        put_fitting(path, source, variables, skip_mismatch)
        if isinstance(file, KerasWeights):
            file.put_own(model, skipped)
            if path.endswith(HDF5):
                file.put_optimizer(model)
                file.put_random(model)


@contextlib.contextmanager
def opened(path: str) -> Iterator[Any]:
    """Opens a file of weights: a `Header`, `KerasWeights`, or an `Hdf5File` of Keras 1 or 2."""
    with contextlib.ExitStack() as stack:
        if path.endswith(ENDING):
            yield tensor_file.read_header(path)
            return
        content = None
        if path.endswith(KERAS):
            content = archive.weights_file(stack.enter_context(archive.reading(path)))
        file = stack.enter_context(hdf5.reading(path, content))
        yield file if legacy.is_legacy(file) else KerasWeights(file)


def source_of(
    file: Any, model: Any, variables: dict[str, Any], by_name: bool = False, skipped: Collection[Any] = ()
) -> tuple[Source, dict[str, Any]]:
    """What an opened file holds for a model, and the weights, of `variables`, that it is to fill."""
    left = {id(v) for layer in skipped for v in layer.weights}
    if isinstance(file, KerasWeights):
        left |= file.own_names(model)
    variables = {key: v for key, v in variables.items() if id(v) not in left}
    if isinstance(file, KerasWeights):
        return file.source(model, variables, skipped), variables
    if isinstance(file, hdf5.Hdf5File):
        source = legacy.source(file, model, variables, by_name)
        here = {entry.name for entry in source.entries}
        return source, {k: v for k, v in variables.items() if k in here} if by_name else variables
    return Source(file.group("weights"), lambda names: tensor_file.read_arrays(file.path, file, names)), variables


_UNFIT = (
    "{path!r} does not fit the model: {wrong}.\n"
    "The model is unchanged. Build it as it was when it was saved, or load what fits with skip_mismatch=True."
)


def put_fitting(path: str, source: Source, variables: dict[str, Any], partly: bool = False, text: str = _UNFIT) -> None:
    """Gives the weights in `variables` what the file has for them; none, unless all fit or `partly`.

    Raises:
        FileContentError: when they do not fit, with `text`.
    """
    pairs = pairs_of(source.entries, variables, partly=partly)
    wrong = "" if partly else misfits(source.entries, pairs, variables)
    if wrong:
        raise FileContentError(text.format(path=path, wrong=wrong))
    fitting = [(entry, key) for entry, key in pairs if mismatch(entry, variables[key]) is None]
    arrays = source.arrays([entry.name for entry, _ in fitting])
    if partly:
        note_skipped(pairs, variables, fitting, path)
    for entry, key in fitting:
        if entry.name in arrays:  # a weight that two layers share may stand in a file twice
            put(variables[key], arrays.pop(entry.name))


def variables_by_key(model: Any, verb: str) -> dict[str, Any]:
    """The weights of `model` by their names in files.

    Args:
        model: anything with `weights`.
        verb: what is to be done with them, for the message.

    Raises:
        NotBuiltError: for a model that has no weights yet.
    """
    weights: Sequence[Any] = model.weights
    name = getattr(model, "name", "")
    parts = [model, *(model._flatten_layers() if hasattr(model, "_flatten_layers") else ())]
    # those that build nothing make no weights
    waiting = [part for part in parts if getattr(type(part), "build", None) is not Layer.build]
    if not weights and not all(getattr(part, "built", True) for part in waiting):
        raise NotBuiltError(
            f"{type(model).__name__} '{name}' has no weights to {verb}: its input shape is not known yet.\n"
            "Call it on data first, or give it an Input(shape=...)."
        )
    automatic = {snake_case(n) for kind in ("layers", "models") for n in published(kind)} | {"variable"}
    automatic |= {snake_case(type(part).__name__) for part in parts}  # classes of the user's own
    return dict(zip(stable_keys([v.path for v in weights], name, automatic), weights, strict=True))


def put(variable: Any, array: np.ndarray) -> None:
    """Gives `variable` the values of `array` in its own dtype."""
    variable.assign(array.astype(jnp.dtype(variable.dtype), copy=False))
