"""The import finder: `keras`, `tensorflow` and what is in them, as modules that heron's own names answer for."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from heron.compat.homes import GONE_MODULES, HIDDEN, HOMES, MOVED, ROOTS, VERSIONS, canonical
from heron.compat.notes import is_now
from heron.errors import UnknownImportError, nearest, no_such_name


def is_served(name: str) -> bool:
    """Whether `name` is a module that heron makes."""
    known = canonical(name)
    return known in HOMES or known in MOVED


def refused(name: str) -> str | None:
    """Why heron has no module of this name, where it knows: the reason for it or for what it is part of."""
    parts = canonical(name).split(".")
    heads = [".".join(parts[:i]) for i in range(len(parts), 0, -1)]
    found = next((head for head in heads if head in GONE_MODULES), None)
    return None if found is None else f"{name} is not among what heron runs. {GONE_MODULES[found]}"


class Served(ModuleType):
    """A module of Keras or TensorFlow made by heron; a name is looked up when it is first asked for."""

    def __init__(self, name: str) -> None:
        super().__init__(name, f"heron in place of {name}.")
        self.__path__: list[str] = []
        known = canonical(name)
        if known in VERSIONS:
            self.__version__ = VERSIONS[known]()

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":
            return [public for public in _names(self.__name__) if not public.startswith("_")]
        if name.startswith("__"):
            raise AttributeError(name)
        full = f"{self.__name__}.{name}"
        if is_served(full) and not any(name in getattr(home, "TODAY", {}) for home in _homes(self.__name__)):
            if canonical(full) in MOVED:  # said here, from where the line of the program is found
                is_now(full, MOVED[canonical(full)])
            return importlib.import_module(full)
        for home in _homes(self.__name__):
            if name in getattr(home, "GONE", {}):
                break
            if name in getattr(home, "TODAY", {}):
                is_now(full, home.TODAY[name])
            if name in public_names(home) or name in getattr(home, "TODAY", {}):
                value = getattr(home, name)
                setattr(self, name, value)
                return value
        raise no_such_name(self.__name__, name, missing(self.__name__, name))

    def __dir__(self) -> list[str]:
        return sorted({*self.__dict__, *_names(self.__name__)})


def _homes(name: str) -> Iterator[ModuleType]:
    """The modules that hold the names of a module that is served."""
    known = canonical(name)
    for home in HOMES[MOVED.get(known, known)]:
        yield importlib.import_module(home)


def public_names(home: ModuleType) -> Sequence[str]:
    """The names that a module gives to the world: those in `__all__`, or the functions and classes made in it."""
    listed = getattr(home, "__all__", None)
    if listed is not None:
        return list(listed)
    return [name for name, value in vars(home).items() if getattr(value, "__module__", "") == home.__name__]


def _names(name: str) -> list[str]:
    known = canonical(name)
    known = MOVED.get(known, known)
    own = [public for home in _homes(name) for public in public_names(home)]
    hidden = HIDDEN if known in ROOTS else frozenset()
    return sorted({*_inside(name), *own} - hidden)


def _inside(name: str) -> list[str]:
    """The modules right inside one."""
    known = MOVED.get(canonical(name), canonical(name))
    found = [*HOMES, "tensorflow.keras"]
    inside = [m.removeprefix(f"{known}.") for m in found if m.startswith(f"{known}.")]
    return [one for one in inside if "." not in one]


def missing(module: str, name: str, as_module: bool = False) -> str:
    """Why a module has no such name: what to write instead, or the nearest name that it has."""
    full = f"{module}.{name}"
    for home in _homes(module) if is_served(module) else ():
        if name in getattr(home, "GONE", {}):
            return f"{full} is not among what heron runs. {home.GONE[name]}"
    text = refused(full)
    if text is not None:
        return text
    near = (nearest(name, _inside(module)) if as_module else None) or nearest(name, _names(module))
    hint = f"Did you mean {near!r}?" if near else f"dir({module}) lists what it has."
    return f"{module}, as heron makes it, has no {name!r}. {hint}"


class Finder(MetaPathFinder, Loader):
    """Finds the modules of Keras and TensorFlow, whether or not the packages are installed."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] not in ROOTS:
            return None
        if is_served(fullname):
            return ModuleSpec(fullname, self, origin="heron.compat", is_package=True)
        module, _, name = fullname.rpartition(".")
        raise UnknownImportError(missing(module, name, as_module=True), name=fullname)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        known = canonical(spec.name)
        if known in MOVED:
            is_now(spec.name, MOVED[known])
        elif spec.name == "tensorflow.python.keras":
            is_now(spec.name, "tensorflow.keras")
        return Served(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing: names are looked up when they are asked for."""


def served_modules() -> list[str]:
    """The names of the modules that are in `sys.modules` and were made by heron."""
    return [name for name, module in sys.modules.items() if isinstance(module, Served)]
