"""Classes that understand more than heron's: old arguments are translated, and heron's own object is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Translate = Callable[[tuple[Any, ...], dict[str, Any]], tuple[tuple[Any, ...], dict[str, Any]]]


class _Respelled(type):
    """The class of these classes: the objects that they make are instances of them."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, cls.__mro__[1])


def respelled(real: type, translate: Translate, name: str | None = None) -> Any:
    """A class that is called as in older programs and makes an object of `real`.

    Args:
        real: heron's class.
        translate: makes the arguments of today of those given: `(args, kwargs) -> (args, kwargs)`.
        name: of the class, by default that of `real`.

    Returns:
        A subclass of `real`. Subclasses of it are ordinary ones, whose arguments are not translated.
    """
    mixed = type("_Respelled", (_Respelled, type(real)), {})

    def new(cls: type, *args: Any, **kwargs: Any) -> Any:
        if cls is not made:
            return real.__new__(cls, *args, **kwargs)
        args, kwargs = translate(args, kwargs)
        return real(*args, **kwargs)

    body = {"__new__": new, "__module__": real.__module__, "__doc__": real.__doc__}
    made = mixed(name or real.__name__, (real,), body)
    return made
