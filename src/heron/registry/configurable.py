"""Constructor calls as configs: `Configurable` checks and keeps the arguments that an object was made with."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Self, TypeVar

from heron.errors import ArgumentError, ArgumentTypeError, note, value_text
from heron.registry.configs import deserialize, serialize
from heron.registry.names import name_of
from heron.validate import Rule, check, unknown_argument

# Arguments of heron's own classes that, as text, name a file or address to open.
_OPENED = ("vocabulary", "idf_weights", "filepath", "weights")

T = TypeVar("T")
# functools.cache, typed so that classes may be passed; type checkers doubt that they can be hashed.
_remembered: Callable[[T], T] = functools.cache  # type: ignore[assignment]


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
            else f"{name}={name_of(value)}"
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


def _recording(init: Callable[..., None]) -> Callable[..., None]:
    """Wraps a constructor: the outermost one binds, checks and keeps the arguments."""
    signature = inspect.signature(init)

    @functools.wraps(init)
    def recorded(self: Any, *args: Any, **kwargs: Any) -> None:
        if "_arguments" in self.__dict__ or type(self).__init__ is not recorded:
            init(self, *args, **kwargs)
            return
        kwargs = _modern_spelling(type(self), kwargs)
        self.__dict__["_arguments"] = _checked(type(self), _bind(type(self), signature, self, args, kwargs))
        init(self, *args, **kwargs)

    return recorded


def _checked(cls: type, arguments: dict[str, Any]) -> dict[str, Any]:
    for base in reversed(cls.__mro__):
        check(cls.__name__, base.__dict__.get("rules", {}), arguments)
    return arguments


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
