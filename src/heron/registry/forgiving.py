"""Functions that forgive: old names of arguments are understood, wrong ones get the nearest."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from heron.errors import ArgumentTypeError, note
from heron.validate import unknown_argument

T = TypeVar("T")


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
            return function(*args, **kwargs)

        return called

    return decorator
