"""Which class or function a name stands for: heron's own published tables and the caller's own classes.

Nothing is ever imported by a name found in a config.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from heron.errors import ArgumentError, UnknownNameError, value_text

# heron's own packages whose classes a config may name: a fixed list, whatever a file says.
_OWN_PACKAGES = (
    *("dtype_policies", "random", "initializers", "regularizers", "constraints", "activations", "layers"),
    *("losses", "metrics", "optimizers", "models", "ops", "utils"),
)
# All that a config may name of a package that is imported late: any other name is refused without importing it.
_ALL_OF = {"utils": ("FeatureSpace", "Feature", "Cross", "TFDIdentity")}
_published: dict[str, dict[str, Any]] = {}
_homes: dict[type, str] = {}
_KERAS_HOMES = {
    "Functional": "keras.src.models.functional",
    **dict.fromkeys(("Model", "Sequential", "DTypePolicy"), "keras"),
    **dict.fromkeys(("Feature", "Cross", "TFDIdentity"), "keras.src.layers.preprocessing.feature_space"),
}
_registered: dict[str, Any] = {}
_scopes = threading.local()

T = TypeVar("T")


def name_of(function: Any) -> str:
    """The name of a function or class; what stands for anything else is its repr."""
    return getattr(function, "__name__", repr(function))


# ---- heron's own --------------------------------------------------------------------------------------------------


def publish(module: str, table: Mapping[str, Any]) -> None:
    """Makes the classes and functions of a public package, `"heron.layers"` say, known to `deserialize` by name."""
    home = module.removeprefix("heron.")
    _published.setdefault(home.split(".")[0], {}).update(table)
    _homes.update({obj: home for obj in table.values() if inspect.isclass(obj)})


def published(kind: str) -> Mapping[str, Any]:
    """The published names of one package, `"layers"` say."""
    return _published.get(kind, {})


def keras_home(cls: type) -> str | None:
    """The module under which files name a class that heron publishes; None for other classes."""
    if not any(table.get(cls.__name__) is cls for table in _published.values()):
        return None
    return _KERAS_HOMES.get(cls.__name__, f"keras.{_homes[cls]}")


# ---- the caller's own ---------------------------------------------------------------------------------------------


def register_keras_serializable(package: str = "Custom", name: str | None = None) -> Callable[[T], T]:
    """Decorator that lets saved models name the decorated class or function, as `"package>name"`.

    Raises:
        ArgumentError: when a class without `get_config` is decorated.
    """

    def decorator(obj: T) -> T:
        if inspect.isclass(obj) and not hasattr(obj, "get_config"):
            raise ArgumentError(f"Cannot register class {obj.__name__}: it has no get_config() method. Add one.")
        _registered[f"{package}>{name or name_of(obj)}"] = obj
        return obj

    return decorator


def get_custom_objects() -> dict[str, Any]:
    """The classes and functions registered for the whole process, by name; what is put in can be loaded."""
    return _registered


def get_registered_name(obj: Any) -> str:
    """Returns the name `obj` was registered under, or its own name."""
    return registered_name(obj) or name_of(obj)


def get_registered_object(
    name: str, custom_objects: Mapping[str, Any] | None = None, module_objects: Mapping[str, Any] | None = None
) -> Any:
    """Returns the class or function known as `name`, or None."""
    for table in (custom_objects or {}, _scope_objects(), _registered, module_objects or {}):
        if name in table:
            return table[name]
    return None


@contextlib.contextmanager
def custom_object_scope(custom_objects: Mapping[str, Any]) -> Iterator[None]:
    """Inside the block, names in `custom_objects` can be used wherever heron takes a name."""
    stack = _scopes.__dict__.setdefault("stack", [])
    stack.append(dict(custom_objects))
    try:
        yield
    finally:
        stack.pop()


def _scope_objects() -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for table in _scopes.__dict__.get("stack", []):
        merged.update(table)
    return merged


def custom_object(name: str) -> Any:
    """Returns what the caller's scopes or registrations hold under `name` (with or without its package), or None."""
    if not _registered and not _scopes.__dict__.get("stack"):
        return None
    found = get_registered_object(name)
    return found if found is not None else _registered.get(f"Custom>{name}")


def registered_name(obj: Any) -> str | None:
    """The name under which `obj` was registered, None if it was not."""
    return next((name for name, known in _registered.items() if known is obj), None)


# ---- names in configs ---------------------------------------------------------------------------------------------


def named_in(config: Mapping[str, Any], wanted: Any, kind: str | None) -> Any:
    """The class or function that a config names: the caller's, or heron's own where it names nothing else."""
    registered, module = config.get("registered_name"), str(config.get("module") or "")
    if not isinstance(wanted, str):
        raise ArgumentError(f"The config names {value_text(wanted)} as a class or function; expected a name.")
    if registered == config["class_name"] == "function":
        registered = None  # as Keras writes it for functions that nobody registered
    found = custom_object(registered) if isinstance(registered, str) else None
    found = found if found is not None else custom_object(wanted)
    if found is None and registered in (None, wanted):
        found = _own(wanted, kind, module)
    if found is None:
        what, name = "function" if config["class_name"] == "function" else "class", registered or wanted
        raise UnknownNameError(
            f"The config names the {what} {name!r}, which heron does not know.\n"
            f"Pass it: custom_objects={{{name!r}: {wanted}}}, or register it with "
            "@heron.saving.register_keras_serializable()."
        )
    return found


def _own(name: str, kind: str | None, module: str) -> Any:
    """What heron's packages publish under `name`: looked for in `kind`, then where `module` points, then everywhere."""
    path = module.split(".")
    ours = _OWN_PACKAGES if path[0] in ("keras", "heron") else ()
    for package in dict.fromkeys(p for p in (kind, *path[1:], *ours) if p in _OWN_PACKAGES):
        if package not in _published and name in _ALL_OF.get(str(package), (name,)):
            importlib.import_module(f"heron.{package}")  # which publishes itself
        if name in published(str(package)):
            return published(str(package))[name]
    return None
