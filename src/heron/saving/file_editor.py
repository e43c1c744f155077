"""Looking into files of weights and changing them: KerasFileEditor."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from heron.errors import ArgumentError, ArgumentTypeError, nearest, shape_text, value_text
from heron.saving import archive, hdf5, legacy
from heron.saving.files import (
    KERAS,
    KERAS_WEIGHTS,
    FileContentError,
    check_readable,
    check_writable,
    replacing,
    safe_path,
)
from heron.saving.keras_weights import RANDOM, today
from heron.saving.layout import OPTIMIZER, own_arrays, parts

_VARIABLES = "vars"


class KerasFileEditor:
    """Shows what a file of Keras 3 holds, changes it and writes it as a file of weights.

    It serves when a layer was added, renamed or replaced since the weights were saved. The file is read as
    `load_weights` reads it: nothing in it is run or followed. Nothing is written before `save`.

    Objects - layers, and what is made of them - are named by their path, `"layers/dense_2"`, or by its last part where
    no other object has it. The weights of an object are called `"0"`, `"1"`, ...

    Attributes:
        filepath: the file.
        weights_dict: the weights: dicts within dicts by the parts of paths, NumPy arrays at the ends.
        object_metadata: the names of layers and optimizers, `{"name": ...}` by path.
        config: the model as plain data, of a `.keras` file; else None.
        metadata: who wrote a `.keras` file, and when; else None.
        model: None, for Keras's signature.

    Args:
        filepath: a `.keras` or `.weights.h5` file.

    Raises:
        MissingFileError: (a `FileNotFoundError`) when there is no such file.
        FileContentError: (a `ValueError`) when it is damaged, of another kind or made to do harm.

    Example:
    >>> import os, tempfile, heron
    >>> model = heron.Sequential([heron.Input((2,)), heron.layers.Dense(3)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     model.save(path := os.path.join(folder, "a.keras"))
    ...     editor = KerasFileEditor(path)
    >>> editor.rename_object("dense", "first")
    >>> editor.weights_dict["layers"]["first"]["0"].shape
    (2, 3)
    """

    def __init__(self, filepath: Any) -> None:
        path = safe_path(filepath, "KerasFileEditor", "models and weights", (KERAS, KERAS_WEIGHTS), KERAS_WEIGHTS)
        check_readable(path)
        self.filepath = path
        self.metadata: dict[str, Any] | None = None
        self.config: dict[str, Any] | None = None
        self.model: Any = None
        self.weights_dict: dict[str, Any] = {}
        self.object_metadata: dict[str, dict[str, str]] = {}
        self._states: dict[str, np.ndarray] = {}
        if path.endswith(KERAS):
            with archive.reading(path) as members:
                self.metadata, self.config = members.metadata, members.config
                with hdf5.reading(path, archive.weights_file(members)) as file:
                    self._read(file)
        else:
            with hdf5.reading(path) as file:
                self._read(file)

    def _read(self, file: hdf5.Hdf5File) -> None:
        if legacy.is_legacy(file):
            raise FileContentError(
                f"{self.filepath!r} was written by Keras 1 or 2, in another layout; expected a file of Keras 3.\n"
                "Load it with load_weights or load_model, save it again, and edit that."
            )
        for name, value in file.arrays(sorted(file.entries, key=_numbered)).items():
            if name.startswith(f"{RANDOM}/"):
                self._states[name] = value
                continue
            *places, last = (part for part in today(name).split("/") if part != _VARIABLES)
            inner = self.weights_dict
            for place in places:
                inner = inner.setdefault(place, {})
            inner[last] = value
        for path, _ in _objects(self.weights_dict):
            called = next((text for place in _written_as(path) if (text := file.text("name", place))), None)
            if called:
                self.object_metadata[path] = {"name": called}

    # ---- looking --------------------------------------------------------------------------------------------------

    def summary(self) -> None:
        """Prints the objects and their weights as a tree, with shapes and dtypes."""
        _print(f"Weights in '{self.filepath}'", *self._tree(self.weights_dict))

    def _tree(self, inner: Mapping[str, Any], path: str = "", indent: str = "  ") -> Iterator[str]:
        for number, (key, value) in enumerate(inner.items(), 1):
            is_last, place = number == len(inner), _joined(path, key)
            branch, below = ("└─ ", "   ") if is_last else ("├─ ", "│  ")
            if isinstance(value, dict):
                name = self.object_metadata.get(place, {}).get("name")
                yield f"{indent}{branch}{key}" + (f" ('{name}')" if name else "")
                yield from self._tree(value, place, indent + below)
            else:
                yield f"{indent}{branch}{key}: shape={shape_text(value.shape)}, dtype={value.dtype}"

    def compare(self, reference_model: Any) -> dict[str, Any]:
        """Holds the file against a model, prints what differs and returns how much does.

        The optimizer is left out, as weights load without it.

        Args:
            reference_model: a model or layer that has its weights.

        Returns:
            `{"status": "success" or "error", "error_count": ..., "match_count": ...}`: objects and weights that only
            one of them has or whose shapes differ, and weights that agree.

        Raises:
            ArgumentTypeError: for something that has no weights.
        """
        if not hasattr(reference_model, "weights"):
            raise ArgumentTypeError(
                f"KerasFileEditor.compare expects a model or layer; received {value_text(reference_model)}.\n"
                "Build the model as it is to be, and give it."
            )
        stored = {name: inner for name, inner in self.weights_dict.items() if name != OPTIMIZER}
        found = list(_differences(_weights_of(reference_model), stored))
        wrong = [one.text for one in found if one.text]
        matches = len(found) - len(wrong)
        end = f"{matches} weight{'s' * (matches != 1)} agree{'s' * (matches == 1)}, {len(wrong)} difference" + (
            "" if len(wrong) == 1 else "s"
        )
        _print(*wrong, end)
        return {"status": "error" if wrong else "success", "error_count": len(wrong), "match_count": matches}

    # ---- changing -------------------------------------------------------------------------------------------------

    def rename_object(self, object_name: str, new_name: str) -> None:
        """Gives an object another last part of its path.

        Args:
            object_name: its path or name.
            new_name: the new name, without `/`.

        Raises:
            ArgumentError: when there is no such object, or another has the new name.
        """
        parent, key, path = self._object(object_name)
        if not _is_name(new_name):
            raise ArgumentError(
                f"rename_object: argument 'new_name' must be one name, without '/'; received {value_text(new_name)}.\n"
                "An object stays where it is: write 'dense_1', not 'layers/dense_1'."
            )
        if new_name in parent and new_name != key:
            raise ArgumentError(
                f"rename_object: there is a {new_name!r} beside {path!r} already. Delete or rename it first."
            )
        renamed = {new_name if name == key else name: value for name, value in parent.items()}
        parent.clear()
        parent.update(renamed)
        there = path.removesuffix(key) + new_name
        known = self.object_metadata
        self.object_metadata = {
            there + place.removeprefix(path) if _is_inside(place, path) else place: about
            for place, about in known.items()
        }

    def delete_object(self, object_name: str) -> None:
        """Removes an object and what is in it.

        Args:
            object_name: its path or name.

        Raises:
            ArgumentError: when there is no such object.
        """
        parent, key, path = self._object(object_name)
        del parent[key]
        self.object_metadata = {k: v for k, v in self.object_metadata.items() if not _is_inside(k, path)}

    def add_object(self, object_path: str, weights: Any) -> None:
        """Puts a new object in; one of the same path is replaced.

        Args:
            object_path: its whole path, in an object that is there: `"layers/dense_2"`.
            weights: its arrays by name, `{"0": kernel, "1": bias}`; dicts for objects inside.

        Raises:
            ArgumentError: when the object around it is not there.
            ArgumentTypeError: for something else than a dict of arrays of numbers.
        """
        arrays = _arrays("add_object", weights)
        parent, _, key = object_path.strip("/").rpartition("/")
        if not _is_name(key):
            raise ArgumentError(f"add_object: 'object_path' must be a path; received {object_path!r}.")
        inner = self.weights_dict
        if parent:
            around, last, _ = self._object(parent)
            inner = around[last]
        inner[key] = arrays

    def delete_weight(self, object_name: str, weight_name: str) -> None:
        """Removes one weight of an object.

        Args:
            object_name: the path or name of the object.
            weight_name: the name of the weight, `"0"` say.

        Raises:
            ArgumentError: when there is no such object or weight.
        """
        parent, key, path = self._object(object_name)
        own = {name for name, value in parent[key].items() if not isinstance(value, dict)}
        if weight_name not in own:
            raise ArgumentError(
                f"delete_weight: {path!r} has no weight {weight_name!r}; it has {', '.join(sorted(own)) or 'none'}."
            )
        del parent[key][weight_name]

    def add_weights(self, object_name: str, weights: Any) -> None:
        """Gives an object more weights; those of the same names are replaced.

        Args:
            object_name: the path or name of the object.
            weights: arrays by name, `{"1": bias}`.

        Raises:
            ArgumentError: when there is no such object.
            ArgumentTypeError: for something else than a dict of arrays of numbers.
        """
        parent, key, _ = self._object(object_name)
        parent[key].update(_arrays("add_weights", weights))

    def _object(self, name: Any) -> tuple[dict[str, Any], str, str]:
        """The dict that holds an object, its key there, and its path."""
        known = dict(_objects(self.weights_dict))
        wanted = name.strip("/") if isinstance(name, str) else name
        paths = [wanted] if wanted in known else [p for p in known if p.rpartition("/")[2] == wanted]
        if len(paths) == 1:
            return known[paths[0]], paths[0].rpartition("/")[2], paths[0]
        if paths:
            raise ArgumentError(
                f"Several objects of the file are called {name!r}: {', '.join(paths[:10])}. Give the whole path."
            )
        near = nearest(str(name), [*known, *(p.rpartition("/")[2] for p in known)])
        hint = f"Did you mean {near!r}?" if near else "editor.summary() shows what it holds."
        raise ArgumentError(f"The file has no object {value_text(name)}. {hint}")

    # ---- writing --------------------------------------------------------------------------------------------------

    def save(self, filepath: Any) -> None:
        """Writes the weights as they are now to a file, whole or not at all.

        Args:
            filepath: the file, ending in `.weights.h5`; it may be the one that was read.

        Raises:
            ArgumentError: for another ending, or a folder that does not exist.
        """
        path = safe_path(filepath, "KerasFileEditor.save", "weights", (KERAS_WEIGHTS,), KERAS_WEIGHTS)
        check_writable(path, True, "KerasFileEditor.save")
        arrays, texts = dict(self._states), {}
        for path_of, inner in (("", self.weights_dict), *((p, d[p.rpartition("/")[2]]) for p, d in self._all())):
            place = _joined(path_of, _VARIABLES)
            arrays |= {f"{place}/{key}": value for key, value in inner.items() if not isinstance(value, dict)}
        for path_of, about in self.object_metadata.items():
            texts[_joined(path_of, _VARIABLES)] = about
        with replacing(path) as file:
            hdf5.write(file, arrays, texts)

    def resave_weights(self, filepath: Any) -> None:
        """`save` by its older name."""
        self.save(filepath)

    def _all(self) -> list[tuple[str, dict[str, Any]]]:
        return list(_objects(self.weights_dict))


class _Compared(NamedTuple):
    """One place of a file and a model: what differs there, or nothing for a weight that agrees."""

    text: str


def _differences(model: Mapping[str, Any], file: Mapping[str, Any], path: str = "") -> Iterator[_Compared]:
    for key in [*model, *(key for key in file if key not in model)]:
        place = _joined(path, key)
        here, there = model.get(key), file.get(key)
        if here is None or there is None:
            one = there if here is None else here
            kind = f"object '{place}' with {', '.join(one)}" if isinstance(one, dict) else f"weight '{place}'"
            yield _Compared(f"Only in the {'file' if here is None else 'model'}: {kind}")
        elif isinstance(here, dict) and isinstance(there, dict):
            yield from _differences(here, there, place)
        elif isinstance(here, dict) or isinstance(there, dict):
            yield _Compared(f"'{place}' is a weight in one of them and an object in the other")
        elif here.shape != there.shape:
            shapes = f"shape {shape_text(there.shape)} in the file and {shape_text(here.shape)} in the model"
            yield _Compared(f"Weight '{place}' has {shapes}")
        else:
            yield _Compared("")


def _weights_of(model: Any) -> dict[str, Any]:
    """The weights of a model in the form of `weights_dict`, without those of its optimizer."""
    found: dict[str, Any] = {}
    for part in parts(model):
        if part.path.partition("/")[0] == OPTIMIZER and part.object is not model:
            continue
        arrays = own_arrays(part.object)
        if arrays:
            inner = found
            for place in part.path.split("/") if part.path else ():
                inner = inner.setdefault(place, {})
            inner.update(arrays)
    return found


def _objects(inner: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """All objects: the path of each, and the dict that holds it."""
    for key, value in inner.items():
        if isinstance(value, dict):
            yield _joined(path, key), inner
            yield from _objects(value, _joined(path, key))


def _numbered(path: str) -> list[str | int]:
    """What orders paths so that `dense_2` comes before `dense_10`."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"([0-9]+)", path)]


def _joined(path: str, key: str) -> str:
    return f"{path}/{key}" if path else key


def _written_as(path: str) -> tuple[str, ...]:
    """Where the texts about an object stand in a file: beside its variables."""
    return (_joined(path, _VARIABLES), path)


def _is_inside(place: str, path: str) -> bool:
    return place == path or place.startswith(f"{path}/")


def _is_name(text: Any) -> bool:
    return isinstance(text, str) and text != "" and "/" not in text and text not in (_VARIABLES, ".", "..")


def _arrays(owner: str, weights: Any) -> dict[str, Any]:
    """`weights` as arrays of numbers by names that can stand in a file."""
    if not isinstance(weights, Mapping):
        raise ArgumentTypeError(
            f"{owner}: argument 'weights' must be a dict of arrays by name; received {value_text(weights)}.\n"
            "Write {'0': kernel, '1': bias}."
        )
    found: dict[str, Any] = {}
    for name, value in weights.items():
        if not _is_name(name):
            raise ArgumentError(f"{owner}: weights are called '0', '1', ...; received {value_text(name)}.")
        found[name] = _arrays(owner, value) if isinstance(value, Mapping) else np.asarray(value)
        array = found[name]
        if not isinstance(array, dict) and array.dtype.kind not in "fiub" and array.dtype.name != "bfloat16":
            raise ArgumentTypeError(
                f"{owner}: weight {name!r} must be an array of numbers; received {value_text(value)}."
            )
    return found


def _print(*lines: str) -> None:
    if sys.stdout is not None:
        sys.stdout.write("\n".join(lines) + "\n")
