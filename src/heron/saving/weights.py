"""Weights to a file and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from heron.config import snake_case
from heron.errors import NotBuiltError
from heron.registry import published
from heron.saving import tensor_file
from heron.saving.files import FileContentError, check_readable, check_writable, replacing, safe_path
from heron.saving.fitting import misfits, mismatch, note_skipped, pairs_of
from heron.saving.keys import stable_keys


def save_weights(model: Any, filepath: Any, overwrite: bool = True) -> None:
    """Writes the weights of a model or layer to a file, whole or not at all.

    The file is in the safetensors format: arrays under names such as `dense/kernel`, no code. A crash leaves the old
    file or the new one. States of random generators and of optimizers are not part of it; `save_model` keeps them.

    Args:
        model: anything with `weights`, a list of variables.
        filepath: the file, ending in `.safetensors`.
        overwrite: whether a file that exists may be replaced. Default True.

    Raises:
        ArgumentError: for another ending, a file that exists with `overwrite=False`, or a folder that does not.
        NotBuiltError: for a model that has no weights yet.

    Source: https://huggingface.co/docs/safetensors
    """
    path = safe_path(filepath, "save_weights", "weights", ".weights")
    check_writable(path, overwrite, "save_weights")
    variables = variables_by_key(model, "save")
    with replacing(path) as file:
        tensor_file.write(file, {k: v.numpy() for k, v in variables.items()}, {"weights": list(variables)})


def load_weights(model: Any, filepath: Any, skip_mismatch: bool = False) -> None:
    """Reads weights into a model or layer; nothing of it changes unless the whole file is sound and fits.

    Weights are matched by name. When names differ, as after renaming layers, they are matched by order, provided that
    there are as many and that what stands last in their names agrees. Float arrays are converted to the model's
    float dtype; other dtypes must agree. The file's SHA-256, if heron wrote it, is verified.

    Args:
        model: anything with `weights`, built.
        filepath: a file that `save_weights` or `save_model` wrote, or another `.safetensors` file with the same names.
        skip_mismatch: load what fits and leave the rest as it is, with a note. Default False.

    Raises:
        MissingFileError: (a `FileNotFoundError`) when there is no such file.
        FileContentError: (a `ValueError`) when the file is damaged, of another kind, or does not fit the model.
        NotBuiltError: for a model that has no weights yet.
    """
    path = safe_path(filepath, "load_weights", "weights", ".weights")
    check_readable(path)
    variables = variables_by_key(model, "load")
    header = tensor_file.read_header(path)
    entries = header.group("weights")
    pairs = pairs_of(entries, variables, partly=skip_mismatch)
    wrong = "" if skip_mismatch else misfits(entries, pairs, variables)
    if wrong:
        raise FileContentError(
            f"{path!r} does not fit the model: {wrong}.\n"
            "The model is unchanged. Build it as it was when it was saved, or load what fits with skip_mismatch=True."
        )
    fitting = [(entry, key) for entry, key in pairs if mismatch(entry, variables[key]) is None]
    arrays = tensor_file.read_arrays(path, header, [entry.name for entry, _ in fitting])
    if skip_mismatch:
        note_skipped(pairs, variables, fitting, path)
    for entry, key in fitting:
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
    if not weights and not all(getattr(part, "built", True) for part in parts):
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
