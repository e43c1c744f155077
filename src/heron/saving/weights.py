"""Weights to a file and back."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from heron.config import snake_case
from heron.errors import ArgumentError, NotBuiltError, note, shape_text
from heron.registry import published
from heron.saving import tensor_file
from heron.saving.files import FileContentError, path_text, regular_size, replacing
from heron.saving.keys import stable_keys
from heron.saving.tensor_file import Entry

_ENDING = ".safetensors"
_SHOWN = 5


def save_weights(model: Any, filepath: Any, overwrite: bool = True) -> None:
    """Writes the weights of a model or layer to a file, whole or not at all.

    The file is in the safetensors format: arrays under names such as `dense/kernel`, no code. A crash leaves the old
    file or the new one. States of random generators and of optimizers are not part of it.

    Args:
        model: anything with `weights`, a list of variables.
        filepath: the file, ending in `.safetensors`.
        overwrite: whether a file that exists may be replaced. Default True.

    Raises:
        ArgumentError: for another ending, a file that exists with `overwrite=False`, or a folder that does not.
        NotBuiltError: for a model that has no weights yet.

    Source: https://huggingface.co/docs/safetensors
    """
    path = _checked_path(filepath, "save_weights")
    if os.path.isdir(path):
        raise ArgumentError(f"save_weights cannot write {path!r}: it is a folder. Give the name of a file in it.")
    if not overwrite and os.path.lexists(path):
        raise ArgumentError(f"save_weights: {path!r} exists already. Pass overwrite=True, or another name.")
    folder = os.path.dirname(os.path.realpath(path))
    if not os.path.isdir(folder):
        raise ArgumentError(
            f"save_weights cannot write {path!r}: the folder {folder!r} does not exist.\n"
            f"Make it first: os.makedirs({folder!r})."
        )
    variables = _variables(model, "save")
    with replacing(path) as file:
        tensor_file.write(file, ((k, str(v.dtype), tuple(v.shape), v.numpy) for k, v in variables.items()))


def load_weights(model: Any, filepath: Any, skip_mismatch: bool = False) -> None:
    """Reads weights into a model or layer; nothing of it changes unless the whole file is sound and fits.

    Weights are matched by name. When names differ, as after renaming layers, they are matched by order, provided that
    there are as many and that what stands last in their names agrees. Float arrays are converted to the model's
    float dtype; other dtypes must agree. The file's SHA-256, if heron wrote it, is verified.

    Args:
        model: anything with `weights`, built.
        filepath: a file that `save_weights` wrote, or another `.safetensors` file with the same names.
        skip_mismatch: load what fits and leave the rest as it is, with a note. Default False.

    Raises:
        MissingFileError: (a `FileNotFoundError`) when there is no such file.
        FileContentError: (a `ValueError`) when the file is damaged, of another kind, or does not fit the model.
        NotBuiltError: for a model that has no weights yet.
    """
    path = _checked_path(filepath, "load_weights")
    size = regular_size(path)
    variables = _variables(model, "load")
    with open(path, "rb") as file:
        contents = tensor_file.read_contents(file, size, path)
        pairs = _pairs(contents.entries, variables, path, skip_mismatch)
        if not skip_mismatch:
            _require_fit(pairs, variables, path)
        fitting = [(entry, key) for entry, key in pairs if _mismatch(entry, variables[key]) is None]
        arrays = dict(tensor_file.read_arrays(file, contents, {entry.name for entry, _ in fitting}, path))
    if skip_mismatch:
        _note_skipped(pairs, variables, fitting, path)
    for entry, key in fitting:
        variables[key].assign(arrays.pop(entry.name).astype(np.dtype(variables[key].dtype), copy=False))


def _checked_path(filepath: Any, what: str) -> str:
    path = path_text(filepath, what)
    if not path.endswith(_ENDING):
        stem = path
        for ending in (".h5", ".hdf5", ".keras", ".npz", ".weights"):
            stem = stem.removesuffix(ending)
        raise ArgumentError(
            f"{what}: files of weights end in '{_ENDING}'; received {path!r}.\nWrite {stem + '.weights' + _ENDING!r}."
        )
    return path


def _variables(model: Any, verb: str) -> dict[str, Any]:
    """The weights of `model` by their names in files."""
    weights: Sequence[Any] = model.weights
    name = getattr(model, "name", "")
    if not weights and not getattr(model, "built", True):
        raise NotBuiltError(
            f"{type(model).__name__} '{name}' has no weights to {verb}: its input shape is not known yet.\n"
            "Call it on data first, or give it an Input(shape=...)."
        )
    automatic = {snake_case(n) for kind in ("layers", "models") for n in published(kind)} | {"variable"}
    return dict(zip(stable_keys([v.path for v in weights], name, automatic), weights, strict=True))


# ---- what belongs to what -----------------------------------------------------------------------------------------


def _pairs(entries: list[Entry], variables: dict[str, Any], path: str, skip_mismatch: bool) -> list[tuple[Entry, str]]:
    """Each array of the file with the name of the weight it is for."""
    if {entry.name for entry in entries} == set(variables):
        return [(entry, entry.name) for entry in entries]
    if _same_order([entry.name for entry in entries], list(variables)):
        return list(zip(entries, variables, strict=True))
    if skip_mismatch:
        return [(entry, entry.name) for entry in entries if entry.name in variables]
    names = [entry.name for entry in entries]
    raise FileContentError(
        f"{path!r} does not fit the model: the file has {len(names)} weights, the model {len(variables)}.\n"
        f"Only in the file: {_listed([n for n in names if n not in variables])}.\n"
        f"Only in the model: {_listed([n for n in variables if n not in set(names)])}.\n"
        "Build the model as it was when it was saved, or pass skip_mismatch=True to load what fits."
    )


def _same_order(names: list[str], keys: list[str]) -> bool:
    """Whether the same weights may stand in the same order under other names of layers."""
    places = {key: i for i, key in enumerate(keys)}
    return len(names) == len(keys) and all(
        name.split("/")[-1] == key.split("/")[-1] and places.get(name, i) == i
        for i, (name, key) in enumerate(zip(names, keys, strict=True))
    )


def _mismatch(entry: Entry, variable: Any) -> str | None:
    """What keeps an array of the file from going into `variable`, in words; None for nothing."""
    shape, dtype = tuple(variable.shape), str(variable.dtype)
    if entry.shape != shape:
        return f"has shape {shape_text(entry.shape)} in the file and {shape_text(shape)} in the model"
    if entry.dtype != dtype and not (_is_float(entry.dtype) and _is_float(dtype)):
        return f"has dtype {entry.dtype} in the file and {dtype} in the model"
    return None


def _is_float(dtype: str) -> bool:
    return dtype.startswith(("float", "bfloat"))


def _require_fit(pairs: list[tuple[Entry, str]], variables: dict[str, Any], path: str) -> None:
    found = [(entry, key, _mismatch(entry, variables[key])) for entry, key in pairs]
    wrong = [
        f"weight '{key}'{f' ({entry.name!r} in the file)' if entry.name != key else ''} {why}"
        for entry, key, why in found
        if why is not None
    ]
    if wrong:
        raise FileContentError(
            f"{path!r} does not fit the model: {'; '.join(wrong[:_SHOWN])}"
            f"{f'; and {len(wrong) - _SHOWN} more' if len(wrong) > _SHOWN else ''}.\n"
            "The model is unchanged. Build it as it was when it was saved, or load what fits with skip_mismatch=True."
        )


def _note_skipped(
    pairs: list[tuple[Entry, str]], variables: dict[str, Any], fitting: list[tuple[Entry, str]], path: str
) -> None:
    loaded = {key for _, key in fitting}
    why = {key: _mismatch(entry, variables[key]) for entry, key in pairs}
    left = [f"'{key}' {why.get(key) or 'is not in the file'}" for key in variables if key not in loaded]
    if left:
        more = f"; and {len(left) - _SHOWN} more" if len(left) > _SHOWN else ""
        note(
            f"load_weights({path!r}, skip_mismatch=True) loaded {len(loaded)} of {len(variables)} weights. "
            f"Left as they were: {'; '.join(left[:_SHOWN])}{more}.",
        )


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(name[:80] for name in names[:_SHOWN]) + more if names else "nothing"
