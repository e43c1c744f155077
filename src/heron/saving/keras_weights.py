"""The weights of a model, its optimizer and its random generators in Keras 3's HDF5 layout."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from typing import IO, Any

import jax.numpy as jnp
import numpy as np

from heron.errors import ArgumentError, HeronError, note
from heron.saving import hdf5, legacy_optimizers
from heron.saving.files import FileContentError
from heron.saving.hdf5 import Hdf5File
from heron.saving.layout import OPTIMIZER, Part, own_arrays, own_variables, parts, writes_itself
from heron.saving.states import random_states
from heron.saving.tensor_file import Entry
from heron.saving.weights_source import Source

RANDOM = "heron/random"
"""Where the states of random generators stand; Keras keeps none, and passes over this group."""

_OF_OPTIMIZERS = re.compile(rf"{OPTIMIZER}/((inner_optimizer|optimizers/\w+)/)*vars/")
_OF_KERAS_2 = "_layer_checkpoint_dependencies"  # what Keras 2.12 to 2.15 call `layers`


def write(file: IO[bytes], model: Any, optimizer: bool = True, skipped: Collection[Any] = ()) -> None:
    """Writes the variables of `model` to `file`, an empty one.

    Args:
        file: the file.
        model: a model or layer that has its weights.
        optimizer: whether the variables of its optimizer are written.
        skipped: layers that are left out.
    """
    arrays: dict[str, np.ndarray] = {}
    names: dict[str, dict[str, str]] = {}
    for part in _parts(model, skipped):
        if part.path.partition("/")[0] == OPTIMIZER and part.object is not model and not optimizer:
            continue
        place = part.inside("vars")
        names[place] = {"name": str(part.object.name)}
        arrays |= {f"{place}/{key}": value for key, value in own_arrays(part.object).items()}
    arrays |= {f"{RANDOM}/{i}": v.numpy() for i, v in enumerate(random_states(model))}
    hdf5.write(file, arrays, names)


def _parts(model: Any, skipped: Collection[Any] = ()) -> list[Part]:
    return [part for part in parts(model) if not any(part.object is one for one in skipped)]


class KerasWeights:
    """An open file in Keras 3's layout."""

    def __init__(self, file: Hdf5File) -> None:
        self._file = file
        self._stored = {today(name): entry for name, entry in file.entries.items()}
        self.numbers = sum(math.prod(entry.shape) for name, entry in self._stored.items() if not _is_state(name))

    def source(self, model: Any, keys: dict[str, Any], skipped: Collection[Any] = ()) -> Source:
        """The arrays that are for weights of `model`, under the names of the weights in `keys`.

        Arrays that have no place in the model keep their paths; `skipped` layers and their arrays are left out.
        """
        names = {id(variable): key for key, variable in keys.items()}
        known: dict[str, Any] = {}
        passed: list[str] = []
        for part in parts(model):
            place = part.inside("vars")
            if _is_optimizer(part) or part.object in skipped or writes_itself(part.object):
                passed.append(f"{place}/")
                continue
            known |= {f"{place}/{i}": v for i, v in enumerate(own_variables(part.object)) if id(v) in names}
        entries, original = [], {}
        for place, entry in self._stored.items():
            if place in known:
                entry = _fitted(entry, known[place])
                original[names[id(known[place])]] = entry.name
                entries.append(entry._replace(name=names[id(known[place])]))
            elif not place.startswith(tuple(passed)) and not _is_state(place):
                original[place] = entry.name
                entries.append(entry._replace(name=place))
        order = {key: i for i, key in enumerate(keys)}
        entries.sort(key=lambda entry: order.get(entry.name, len(order)))
        return Source(entries, lambda wanted: self._arrays({name: original[name] for name in wanted}))

    def _arrays(self, wanted: dict[str, str]) -> dict[str, np.ndarray]:
        arrays = self._file.arrays(wanted.values())
        return {name: arrays[stored] for name, stored in wanted.items()}

    def own_names(self, model: Any) -> set[int]:
        """The identities of the variables that layers with a way of their own read."""
        return {id(v) for part in parts(model) if writes_itself(part.object) for v in own_variables(part.object)}

    def put_own(self, model: Any, skipped: Collection[Any] = ()) -> None:
        """Gives the layers that have a way of their own to read their variables what is stored for them."""
        for part in _parts(model, skipped):
            if not _is_optimizer(part) and writes_itself(part.object):
                self._hand_over(part)

    def _hand_over(self, part: Part) -> None:
        """Lets a part read its variables itself."""
        store = self._store(part)
        try:
            part.object.load_own_variables(store)
        except HeronError:
            raise
        except Exception as error:
            raise FileContentError(
                f"{self._file.path!r} does not fit the model: {type(part.object).__name__} '{part.object.name}' cannot "
                f"take its variables from it ({type(error).__name__}: {str(error)[:200]}).\n"
                f"The file has {', '.join(store) or 'nothing'} for it."
            ) from error

    def _store(self, part: Part) -> dict[str, np.ndarray]:
        place = f"{part.inside('vars')}/"
        return self._arrays({n.removeprefix(place): e.name for n, e in self._stored.items() if n.startswith(place)})

    def _in_order(self, place: str) -> list[Entry]:
        """The arrays below `place`, whose names are numbers, in order."""
        found = {name.removeprefix(place): entry for name, entry in self._stored.items() if name.startswith(place)}
        return [found[name] for name in sorted(found, key=lambda name: (len(name), name))]

    def put_optimizer(self, model: Any) -> None:
        """Gives the optimizer of a compiled model its state, if there is one for the weights that it trains."""
        optimizer = getattr(model, "optimizer", None)
        store = self._in_order(f"{OPTIMIZER}/vars/")
        if optimizer is None or not store:
            return
        itself = writes_itself(optimizer)
        if itself or len(store) > len(optimizer.variables):  # it had begun to train
            try:
                optimizer.build(model.trainable_variables)
            except ArgumentError as error:
                note(f"The state of the optimizer in {self._file.path!r} is left out: {error}")
                return
        if itself:
            self._hand_over(Part(OPTIMIZER, optimizer))
            return
        variables = optimizer.variables
        if [entry.shape for entry in store] == [tuple(v.shape) for v in variables]:
            placed = list(zip(store, variables, strict=True))
        else:
            found = legacy_optimizers.places(store, optimizer, kind_by_kind=False)  # from Keras 2.12 to 2.15
            if found is None:
                note(
                    f"The state of the optimizer in {self._file.path!r} is left out: it has {len(store)} arrays, and "
                    f"the optimizer {len(variables)}, or of other shapes. Training starts with a fresh one."
                )
                return
            placed = found
        put_arrays(self._file, placed)
        legacy_optimizers.complete(optimizer, placed)

    def put_random(self, model: Any) -> None:
        """Gives the random generators of the model their states, where heron wrote them for the same model."""
        states = random_states(model)
        stored = {n: e for n, e in self._stored.items() if n.startswith(f"{RANDOM}/")}
        targets = {f"{RANDOM}/{i}": v for i, v in enumerate(states)}
        if {n: e.shape for n, e in stored.items()} != {n: tuple(v.shape) for n, v in targets.items()}:
            return
        for name, array in self._arrays({name: stored[name].name for name in targets}).items():
            targets[name].assign(cast_to(self._file.path, name, array, targets[name]))


def _is_optimizer(part: Part) -> bool:
    return not hasattr(part.object, "_stored_variables")


def _is_state(name: str) -> bool:
    return name.startswith(f"{RANDOM}/") or _OF_OPTIMIZERS.match(name) is not None


def today(name: str) -> str:
    """The path of an array of Keras 2.12 to 2.15 as Keras 3 writes it."""
    return name.replace(_OF_KERAS_2, "layers")


def _fitted(entry: Entry, variable: Any) -> Entry:
    """The entry, as of the variable's dtype where both are whole numbers (the values are looked at when read)."""
    both = (jnp.dtype(entry.dtype), jnp.dtype(variable.dtype))
    return entry._replace(dtype=str(variable.dtype)) if all(d.kind in "iu" for d in both) else entry


def put_arrays(file: Hdf5File, placed: Sequence[tuple[Entry, Any]]) -> None:
    """Gives variables the arrays of `file` that are for them."""
    arrays = file.arrays([entry.name for entry, _ in placed])
    cast = [(v, cast_to(file.path, entry.name, arrays[entry.name], v)) for entry, v in placed]
    for variable, array in cast:
        variable.assign(array)


def cast_to(path: str, name: str, array: np.ndarray, variable: Any) -> np.ndarray:
    """`array` in the dtype of `variable`.

    Raises:
        FileContentError: where whole numbers do not fit it.
    """
    dtype = jnp.dtype(variable.dtype)
    cast = array.astype(dtype, copy=False)
    if dtype.kind in "iub" and not np.array_equal(cast, array):
        raise FileContentError(f"{path!r}: {name!r} holds numbers that do not fit the dtype {dtype} of its variable.")
    return cast
