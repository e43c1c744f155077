"""Names and classes: every object is its constructor call, written down as a config and read back safely.

`Configurable` remembers the arguments an object was made with; `serialize` turns an object into plain data,
`deserialize` turns the data back, taking classes only from heron's own published tables and from what the caller
registered or passed as `custom_objects`. Nothing is ever imported by a name found in a config.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import inspect
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any, ClassVar, Self, TypeVar

import numpy as np

from heron.errors import ArgumentError, ArgumentTypeError, HeronError, UnknownNameError, note, suggestion, value_text
from heron.settings import is_traceback_filtering_enabled
from heron.validate import Rule, check, unknown_argument

# heron's own packages whose classes a config may name: a fixed list, whatever a file says.
_OWN_PACKAGES = (
    *("dtype_policies", "random", "initializers", "regularizers", "constraints", "activations", "layers"),
    *("losses", "metrics", "optimizers", "models", "ops"),
)
_published: dict[str, dict[str, Any]] = {}
_homes: dict[type, str] = {}
_KERAS_HOMES = {"Functional": "keras.src.models.functional"} | dict.fromkeys(
    ("Model", "Sequential", "DTypePolicy"), "keras"
)
_registered: dict[str, Any] = {}
_scopes = threading.local()
# Arguments of heron's own classes that, as text, name a file or address to open.
_OPENED = ("vocabulary", "idf_weights", "filepath", "weights")

T = TypeVar("T")
# functools.cache, typed so that classes may be passed; type checkers doubt that they can be hashed.
_remembered: Callable[[T], T] = functools.cache  # type: ignore[assignment]


# ---- constructor calls as configs ---------------------------------------------------------------------------------


class Configurable:
    """A class whose objects are described by their constructor call.

    Subclasses may set `rules` (checks of arguments, see `heron.validate`) and `renamed` (old spellings of arguments).
    The arguments are checked before `__init__` runs and kept, so that `get_config`, `from_config` and `repr` need no
    code.
    """

    rules: ClassVar[Mapping[str, Rule]] = {}
    renamed: ClassVar[Mapping[str, str]] = {}
    keeps_kwargs: ClassVar[bool] = False  # True in a class whose constructor keeps its `**kwargs`, not passing them on

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__init__" in cls.__dict__:
            cls.__init__ = _recording(cls.__dict__["__init__"])  # type: ignore[method-assign]

    @property
    def arguments(self) -> dict[str, Any]:
        """The constructor's arguments by name, defaults included."""
        return dict(self.__dict__.get("_arguments", {}))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor call as plain data (strings, numbers, lists, dicts)."""
        return {name: serialize(value) for name, value in self.arguments.items()}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Makes an object from what `get_config` returned.

        Raises:
            ArgumentError: for a file or address to open among the arguments of one of heron's own classes.
        """
        if cls.__module__.startswith("heron."):
            _refuse_paths(cls.__name__, config)
        return cls(**{name: deserialize(value) for name, value in config.items()})

    def __repr__(self) -> str:
        defaults = argument_defaults(type(self))
        shown = [
            f"{name}={value!r}"
            if not callable(value) or isinstance(value, Configurable)
            else f"{name}={_name_of(value)}"
            for name, value in self.arguments.items()
            if not (name in defaults and _same(defaults[name], value))
        ]
        return f"{type(self).__name__}({', '.join(shown)})"


def _refuse_paths(owner: str, config: Mapping[str, Any]) -> None:
    for name in _OPENED:
        if isinstance(config.get(name), str):
            raise ArgumentError(
                f"The config of {owner} names a file or address to open as its '{name}': {value_text(config[name])}. "
                f"A config holds all it needs, and heron opens nothing that a config names.\n"
                f"Make the object by your own program: {owner}({name}=...)."
            )


def _same(a: Any, b: Any) -> bool:
    return a is b or (type(a) is type(b) and isinstance(a, str | int | float | bool | tuple) and a == b)


def _name_of(function: Any) -> str:
    return getattr(function, "__name__", repr(function))


def _recording(init: Callable[..., None]) -> Callable[..., None]:
    """Wraps a constructor: the outermost one binds, checks and keeps the arguments."""
    signature = inspect.signature(init)

    @functools.wraps(init)
    def recorded(self: Any, *args: Any, **kwargs: Any) -> None:
        if "_arguments" in self.__dict__ or type(self).__init__ is not recorded:
            init(self, *args, **kwargs)
            return
        try:
            kwargs = _modern_spelling(type(self), kwargs)
            self.__dict__["_arguments"] = _checked(type(self), _bind(type(self), signature, self, args, kwargs))
            init(self, *args, **kwargs)
        except HeronError as error:
            raise error.with_traceback(_shown_traceback(error)) from error.__cause__

    return recorded


def _checked(cls: type, arguments: dict[str, Any]) -> dict[str, Any]:
    for base in reversed(cls.__mro__):
        check(cls.__name__, base.__dict__.get("rules", {}), arguments)
    return arguments


def _shown_traceback(error: HeronError) -> TracebackType | None:
    """The lines below the present one that users see of their mistake: none, unless they asked for all."""
    return None if is_traceback_filtering_enabled() else error.__traceback__


def _modern_spelling(cls: type[Configurable], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Replaces old argument names, with one note each."""
    renamed = {old: new for base in reversed(cls.__mro__) for old, new in base.__dict__.get("renamed", {}).items()}
    for old, new in renamed.items():
        if old in kwargs and new not in kwargs:
            note(f"{cls.__name__}({old}=...) is now {new}=...; taken as that.")
            kwargs = {**kwargs, new: kwargs[old]}
            del kwargs[old]
    return kwargs


def _bind(
    cls: type, signature: inspect.Signature, self: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any]:
    """Returns the arguments by name with defaults; raises `ArgumentTypeError` with the nearest name for a wrong one."""
    open_ended = next((p.name for p in signature.parameters.values() if p.kind is p.VAR_KEYWORD), None)
    known = accepted_arguments(cls)
    for name in kwargs:
        if name not in known and not accepts_anything(cls):
            raise unknown_argument(cls.__name__, name, known)
    try:
        bound = signature.bind(self, *args, **kwargs)
    except TypeError as error:
        raise ArgumentTypeError(f"{cls.__name__}: {error}.\nIts arguments are: {', '.join(known)}.") from None
    bound.apply_defaults()
    arguments = dict(list(bound.arguments.items())[1:])
    arguments.update(arguments.pop(open_ended, {}) if open_ended else {})
    return arguments


def _constructors(cls: type) -> Iterator[inspect.Signature]:
    """The signatures of the constructors that a call of `cls` reaches, as long as each passes `**kwargs` on."""
    for base in cls.__mro__:
        init = base.__dict__.get("__init__")
        if init is None or base is object:
            continue
        signature = inspect.signature(init)
        yield signature
        if base.__dict__.get("keeps_kwargs") or not any(p.kind is p.VAR_KEYWORD for p in signature.parameters.values()):
            return


@_remembered
def accepted_arguments(cls: Any) -> list[str]:
    """The names of all arguments of `cls`, its own first."""
    names: dict[str, None] = {}
    for signature in _constructors(cls):
        for p in list(signature.parameters.values())[1:]:
            if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY):
                names[p.name] = None
    return list(names)


@_remembered
def accepts_anything(cls: Any) -> bool:
    """True when even the last constructor takes `**kwargs`, so that names cannot be checked."""
    signatures = list(_constructors(cls))
    return bool(signatures) and any(p.kind is p.VAR_KEYWORD for p in signatures[-1].parameters.values())


@_remembered
def argument_defaults(cls: Any) -> dict[str, Any]:
    """The default of each argument of `cls` that has one."""
    found: dict[str, Any] = {}
    for signature in _constructors(cls):
        for p in signature.parameters.values():
            if p.default is not p.empty:
                found.setdefault(p.name, p.default)
    return found


# ---- tables of names ----------------------------------------------------------------------------------------------


def publish(module: str, table: Mapping[str, Any]) -> None:
    """Makes the classes and functions of a public package, `"heron.layers"` say, known to `deserialize` by name."""
    home = module.removeprefix("heron.")
    _published.setdefault(home.split(".")[0], {}).update(table)
    _homes.update({obj: home for obj in table.values() if inspect.isclass(obj)})


def published(kind: str) -> Mapping[str, Any]:
    """The published names of one package, `"layers"` say."""
    return _published.get(kind, {})


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
    if callable(identifier) or isinstance(identifier, Configurable):
        return identifier
    article = "an" if what[0] in "aeiou" else "a"
    raise ArgumentError(
        f"Cannot use {value_text(identifier)} as {article} {what}; expected a name such as "
        f"{next(iter(table), 'x')!r}, {article} {what} object, its config, or a function."
    )


# ---- the caller's own classes -------------------------------------------------------------------------------------


def register_keras_serializable(package: str = "Custom", name: str | None = None) -> Callable[[T], T]:
    """Decorator that lets saved models name the decorated class or function, as `"package>name"`.

    Raises:
        ArgumentError: when a class without `get_config` is decorated.
    """

    def decorator(obj: T) -> T:
        if inspect.isclass(obj) and not hasattr(obj, "get_config"):
            raise ArgumentError(f"Cannot register class {obj.__name__}: it has no get_config() method. Add one.")
        _registered[f"{package}>{name or _name_of(obj)}"] = obj
        return obj

    return decorator


def get_custom_objects() -> dict[str, Any]:
    """The classes and functions registered for the whole process, by name; what is put in can be loaded."""
    return _registered


def get_registered_name(obj: Any) -> str:
    """Returns the name `obj` was registered under, or its own name."""
    return next((name for name, known in _registered.items() if known is obj), _name_of(obj))


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


# ---- plain data ---------------------------------------------------------------------------------------------------

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
    if isinstance(obj, list):
        return [serialize(v) for v in obj]
    if isinstance(obj, tuple):
        return [serialize(v) for v in obj]
    if isinstance(obj, Mapping) and not isinstance(obj, Configurable):
        return {str(k): serialize(v) for k, v in obj.items()}
    if hasattr(obj, "get_config") and not inspect.isclass(obj):
        return _serialize_object(obj)
    if callable(obj):
        return _serialize_function(obj)
    if hasattr(obj, "tolist"):
        return {"class_name": "__numpy__", "config": {"value": np.asarray(obj).tolist(), "dtype": str(obj.dtype)}}
    if isinstance(obj, np.dtype):
        return obj.name
    raise ArgumentError(f"Cannot write {value_text(obj)} as plain data: it has no get_config() method.")


def _serialize_object(value: Any) -> dict[str, Any]:
    cls = type(value)
    registered = next((name for name, known in _registered.items() if known is cls), None)
    own = any(table.get(cls.__name__) is cls for table in _published.values())
    written = {
        "module": _KERAS_HOMES.get(cls.__name__, f"keras.{_homes[cls]}") if own else cls.__module__,
        "class_name": cls.__name__,
        "config": value.get_config(),
        "registered_name": None if own else (registered or cls.__name__),
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
    registered = next((name for name, known in _registered.items() if known is value), None)
    if registered:
        return {
            "module": "builtins",
            "class_name": "function",
            "config": _name_of(value),
            "registered_name": registered,
        }
    name = _name_of(value)
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
    found: Any = _named(config, inner if name == "function" else name, kind)
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


def _named(config: Mapping[str, Any], wanted: Any, kind: str | None) -> Any:
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
        if package not in _published:
            importlib.import_module(f"heron.{package}")  # which publishes itself
        if name in published(str(package)):
            return published(str(package))[name]
    return None


# ---- functions that forgive --------------------------------------------------------------------------------------


def forgiving(
    renamed: Mapping[str, str] | None = None, gone: Mapping[str, str] | None = None, needless: Iterable[str] = ()
) -> Callable[[T], T]:
    """Decorator for what beginners call: old argument names are understood, unknown ones get the nearest.

    Args:
        renamed: old name to new; accepted with a note.
        gone: name to the sentence that says what to do instead.
        needless: names of old arguments that may be left out; they are, with a note.
    """
    no_need = frozenset(needless)

    def decorator(function: Any) -> Any:
        parameters = inspect.signature(function).parameters
        known = [name for name in parameters if name != "self"]
        needed = [(i, p.name) for i, p in enumerate(parameters.values()) if p.default is p.empty and p.name in known]

        @functools.wraps(function)
        def called(*args: Any, **kwargs: Any) -> Any:
            for name in [n for n in kwargs if n not in known]:
                new = (renamed or {}).get(name)
                if name in (gone or {}):
                    raise ArgumentTypeError(f"{function.__name__}() has no argument '{name}'. {gone[name]}")  # type: ignore[index]
                if name in no_need:
                    note(f"{function.__name__}({name}=...) is no longer needed; left out.")
                    del kwargs[name]
                    continue
                if new is None or new in kwargs:
                    raise unknown_argument(f"{function.__name__}()", name, known)
                note(f"{function.__name__}({name}=...) is now {new}=...; taken as that.")
                kwargs[new] = kwargs.pop(name)
            for place, name in needed:
                if len(args) <= place and name not in kwargs:
                    received = f"only {', '.join(kwargs)}" if kwargs else "nothing for it"
                    raise ArgumentTypeError(
                        f"{function.__name__}() needs the argument '{name}'; received {received}.\n"
                        f"Write {function.__name__}({name}, ...)."
                    )
            try:
                return function(*args, **kwargs)
            except HeronError as error:
                raise error.with_traceback(_shown_traceback(error)) from error.__cause__

        return called

    return decorator
