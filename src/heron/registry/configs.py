"""Objects as plain data and back: `serialize`, `deserialize`, and `resolve` for what users write in arguments."""

from __future__ import annotations

import contextlib
import inspect
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from heron.errors import ArgumentError, UnknownNameError, suggestion, value_text
from heron.registry.names import (
    custom_object,
    custom_object_scope,
    keras_home,
    name_of,
    named_in,
    published,
    registered_name,
)

_scopes = threading.local()
_PLAIN = (str, int, float, bool, type(None))


def serialize(obj: Any) -> Any:
    """Returns `obj` as plain data that JSON can hold.

    Objects become `{"module", "class_name", "config", "registered_name"}`; published functions become their name.

    Raises:
        ArgumentError: for a value that has no safe written form, such as a lambda.
    """
    if isinstance(obj, _PLAIN):
        return obj
    if isinstance(obj, np.generic):
        return obj.item()
    if isinstance(obj, list | tuple):
        return [serialize(v) for v in obj]
    if hasattr(obj, "get_config") and not inspect.isclass(obj):
        return _serialize_object(obj)
    if isinstance(obj, Mapping):
        return {str(k): serialize(v) for k, v in obj.items()}
    if callable(obj):
        return _serialize_function(obj)
    if hasattr(obj, "tolist"):
        return {"class_name": "__numpy__", "config": {"value": np.asarray(obj).tolist(), "dtype": str(obj.dtype)}}
    if isinstance(obj, np.dtype):
        return obj.name
    raise ArgumentError(f"Cannot write {value_text(obj)} as plain data: it has no get_config() method.")


def _serialize_object(value: Any) -> dict[str, Any]:
    cls = type(value)
    home = keras_home(cls)
    written = {
        "module": home or cls.__module__,
        "class_name": cls.__name__,
        "config": value.get_config(),
        "registered_name": None if home else (registered_name(cls) or cls.__name__),
    }
    sharing = _sharing()
    if sharing is not None:
        sharing.note(value, written)
    return written


class _Sharing:
    """Which objects stand in several places of one config: they get a number, and are made once."""

    def __init__(self) -> None:
        self.written: dict[int, tuple[Any, dict[str, Any], int]] = {}  # by identity; the object is kept alive
        self.made: dict[Any, tuple[Any, Any]] = {}

    def note(self, value: Any, written: dict[str, Any]) -> None:
        known = self.written.setdefault(id(value), (value, written, len(self.written) + 1))
        if known[1] is not written:
            written["shared_object_id"] = known[1]["shared_object_id"] = known[2]


def _sharing() -> _Sharing | None:
    found: _Sharing | None = _scopes.__dict__.get("sharing")
    return found


@contextlib.contextmanager
def sharing() -> Iterator[None]:
    """Inside the block an object that is serialized twice is, by `deserialize`, one object again, as in Keras."""
    outer, _scopes.sharing = _sharing(), _Sharing()
    try:
        yield
    finally:
        _scopes.sharing = outer


def _serialize_function(value: Callable[..., Any]) -> Any:
    registered = registered_name(value)
    if registered:
        return {
            "module": "builtins",
            "class_name": "function",
            "config": name_of(value),
            "registered_name": registered,
        }
    name = name_of(value)
    same_library = str(getattr(value, "__module__", "")).startswith(("jax", "heron"))
    for kind in ("activations", "losses", "metrics"):
        known = published(kind).get(name)
        if known is value or (known is not None and same_library and not inspect.isclass(known)):
            return name
    if name == "<lambda>":
        raise ArgumentError(
            "A lambda cannot be saved: only its name would be written, never its code.\n"
            "Write it as a function with a name and register it with "
            "@heron.saving.register_keras_serializable()."
        )
    return {"module": "builtins", "class_name": "function", "config": name, "registered_name": name}


def deserialize(
    config: Any, custom_objects: Mapping[str, Any] | None = None, safe_mode: bool = True, kind: str | None = None
) -> Any:
    """Makes the value that `serialize` described.

    Args:
        config: plain data.
        custom_objects: the caller's own classes and functions by name.
        safe_mode: True refuses classes whose configs can hold code. heron writes none; kept for Keras's signature.
        kind: the package in which a bare `class_name` is looked up first.

    Raises:
        UnknownNameError: for a class that is neither heron's nor the caller's.
    """
    if custom_objects:
        with custom_object_scope(custom_objects):
            return deserialize(config, safe_mode=safe_mode, kind=kind)
    if isinstance(config, list):
        return [deserialize(v, safe_mode=safe_mode) for v in config]
    if not isinstance(config, Mapping):
        return config
    if "class_name" not in config or "config" not in config:
        return {k: deserialize(v, safe_mode=safe_mode) for k, v in config.items()}
    return _deserialize_object(config, kind)


def _deserialize_object(config: Mapping[str, Any], kind: str | None) -> Any:
    name, inner = config["class_name"], config["config"]
    if name == "__lambda__":
        raise ArgumentError(
            "The config holds Python code (a lambda), and heron runs no code out of a config.\n"
            "Build the model by your own program, or write the lambda as a function with a name, register it with "
            "@heron.saving.register_keras_serializable(), and save again."
        )
    if isinstance(name, str) and name in _SPECIAL:
        return _SPECIAL[name](inner)
    sharing, number = _sharing(), config.get("shared_object_id")
    if sharing is not None and isinstance(number, int) and sharing.made.get(number, (None,))[0] == name:
        return sharing.made[number][1]
    found: Any = named_in(config, inner if name == "function" else name, kind)
    if name == "function" or not inspect.isclass(found):
        return found
    if not isinstance(inner, Mapping) or not hasattr(found, "from_config"):
        raise ArgumentError(
            f"The config of {value_text(name)} must be a dict, and its class must have from_config(); received "
            f"{value_text(inner)} for {found.__name__}."
        )
    made = getattr(found, "from_config")(dict(inner))  # noqa: B009 - a checked class, of a type that is not known here
    if sharing is not None and isinstance(number, int):
        sharing.made[number] = (name, made)
    return made


_SPECIAL: Mapping[str, Callable[[Any], Any]] = {
    "__numpy__": lambda inner: np.asarray(inner["value"], dtype=inner["dtype"]),
    "__tensor__": lambda inner: np.asarray(inner["value"], dtype=inner["dtype"]),
    "__tuple__": tuple,
    "__list__": list,
    "__bytes__": lambda inner: str(inner["value"]).encode(),
    "__slice__": lambda inner: slice(inner["start"], inner["stop"], inner["step"]),
    "__ellipsis__": lambda inner: Ellipsis,
}


def resolve(identifier: Any, kind: str, table: Mapping[str, Any], what: str | None = None) -> Any:
    """Turns what a user may write for a part (a name, a config, a class, an object, a function) into the part.

    Args:
        identifier: a name in `table`, a config dict, a class (made without arguments), or a callable returned as it is.
        kind: the package it comes from, such as `"activations"`, used to read configs.
        table: name to class or function; names are looked up as written and then in lower case.
        what: the word for it in messages, by default `kind` without its last letter.

    Raises:
        UnknownNameError: for a name that is not in `table`, with the nearest one.
        ArgumentError: for anything else.
    """
    what = what or kind.removesuffix("s")
    if isinstance(identifier, str):
        found = custom_object(identifier)
        found = found if found is not None else table.get(identifier, table.get(identifier.lower()))
        if found is None:
            raise UnknownNameError(f"Unknown {what} {identifier!r}.{suggestion(identifier, table)}")
        return found() if inspect.isclass(found) else found
    if isinstance(identifier, Mapping):
        return deserialize(identifier, kind=kind)
    if inspect.isclass(identifier):
        return identifier()
    if callable(identifier) or hasattr(identifier, "get_config"):
        return identifier
    article = "an" if what[0] in "aeiou" else "a"
    raise ArgumentError(
        f"Cannot use {value_text(identifier)} as {article} {what}; expected a name such as "
        f"{next(iter(table), 'x')!r}, {article} {what} object, its config, or a function."
    )
