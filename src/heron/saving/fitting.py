"""Which array of a file is for which weight of a model, and what keeps them from fitting."""

from __future__ import annotations

from typing import Any

from heron.errors import note, shape_text
from heron.saving.tensor_file import Entry

Pair = tuple[Entry, str]
_SHOWN = 5


def pairs_of(entries: list[Entry], variables: dict[str, Any], partly: bool = False) -> list[Pair]:
    """Each array of the file with the name of the weight it is for; empty where neither names nor order tell.

    Args:
        entries: the arrays, in order.
        variables: the weights by name.
        partly: True takes what has the same name.
    """
    if {entry.name for entry in entries} == set(variables):
        return [(entry, entry.name) for entry in entries]
    if _same_order([entry.name for entry in entries], list(variables)):
        return list(zip(entries, variables, strict=True))
    return [(entry, entry.name) for entry in entries if entry.name in variables] if partly else []


def _same_order(names: list[str], keys: list[str]) -> bool:
    """Whether the same weights may stand in the same order under other names of layers."""
    places = {key: i for i, key in enumerate(keys)}
    return len(names) == len(keys) and all(
        name.split("/")[-1] == key.split("/")[-1] and places.get(name, i) == i
        for i, (name, key) in enumerate(zip(names, keys, strict=True))
    )


def mismatch(entry: Entry, variable: Any) -> str | None:
    """What keeps an array of the file from going into `variable`, in words; None for nothing."""
    shape, dtype = tuple(variable.shape), str(variable.dtype)
    if entry.shape != shape:
        return f"has shape {shape_text(entry.shape)} in the file and {shape_text(shape)} in the model"
    if entry.dtype != dtype and not (_is_float(entry.dtype) and _is_float(dtype)):
        return f"has dtype {entry.dtype} in the file and {dtype} in the model"
    return None


def _is_float(dtype: str) -> bool:
    return dtype.startswith(("float", "bfloat"))


def misfits(entries: list[Entry], pairs: list[Pair], variables: dict[str, Any]) -> str:
    """What keeps a whole file from fitting a model, in words; empty for nothing."""
    if len(pairs) != max(len(entries), len(variables)):
        names = {entry.name: None for entry in entries}
        return (
            f"the file has {len(names)} weights, the model {len(variables)}.\n"
            f"Only in the file: {_listed([n for n in names if n not in variables])}.\n"
            f"Only in the model: {_listed([n for n in variables if n not in names])}"
        )
    found = [(entry, key, mismatch(entry, variables[key])) for entry, key in pairs]
    wrong = [
        f"weight '{key}'{f' ({entry.name!r} in the file)' if entry.name != key else ''} {why}"
        for entry, key, why in found
        if why is not None
    ]
    return "; ".join(wrong[:_SHOWN]) + (f"; and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else "")


def note_skipped(pairs: list[Pair], variables: dict[str, Any], fitting: list[Pair], path: str) -> None:
    """Says which weights of the model were left as they were, if any."""
    loaded = {key for _, key in fitting}
    why = {key: mismatch(entry, variables[key]) for entry, key in pairs}
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
