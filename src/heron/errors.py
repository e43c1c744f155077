"""Errors and notes that say what went wrong, what was expected, what was received and how to mend it."""

from __future__ import annotations

import difflib
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from opcode import opmap
from typing import Any

from heron.tracebacks import HOW_TO_SEE_ALL as HOW_TO_SEE_ALL
from heron.tracebacks import in_ipython, show_cut
from heron.tracebacks import without_jax_notes as without_jax_notes

_IMPORT_FROM = opmap["IMPORT_FROM"]
show_cut()


class HeronError(Exception):
    """Base class of every error that heron raises on purpose.

    When nobody catches one, the lines of the user's program are printed, without those inside heron.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        show_cut(instead_of=("sys", "typer.main"))  # typer's shows every line, of heron too

    def _render_traceback_(self) -> list[str]:
        return in_ipython(self)


class ArgumentError(HeronError, ValueError):
    """An argument has the right type but a value that cannot be used."""


class ArgumentTypeError(HeronError, TypeError):
    """An argument is missing, unknown or of the wrong type."""


class ShapeError(ArgumentError):
    """An array has a shape that a layer, loss or model cannot take."""


class DataError(ArgumentError):
    """Training data that cannot be learned from: empty, unequal lengths, labels out of range, missing values."""


class UnknownNameError(ArgumentError):
    """A name that stands for nothing heron knows."""


class UnknownAttributeError(HeronError, AttributeError):
    """An attribute that does not exist, with the nearest that does."""

    @property
    def name(self) -> Any:
        """None: Python 3.12 and later would add a guess of their own to the message."""
        return None

    @name.setter
    def name(self, value: Any) -> None:
        """Python says what was asked for; the message says it already."""


class UnknownImportError(HeronError, ImportError):
    """A name imported from a module that does not have it, with the nearest that it has."""


class MissingPackageError(HeronError, ImportError):
    """A package that this needs is not installed."""


class NotCompiledError(ArgumentError):
    """Training was asked of a model whose `compile` has not been called."""


class NotBuiltError(ArgumentError):
    """Weights were asked of a layer or model that has not seen an input shape yet."""


class HeronNote(UserWarning):
    """A friendly note: an old spelling was understood, or something will not do what it seems to."""


def note(text: str) -> None:
    """Shows `text` as a `HeronNote`, once for each line outside heron and JAX that leads to it."""
    warnings.warn(text, HeronNote, stacklevel=_users_level())


def _users_level() -> int:
    """How many calls lie between `note` and the nearest code that is neither heron's nor JAX's."""
    frame, level = sys._getframe(2), 2
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] in ("heron", "jax"):
        frame, level = frame.f_back, level + 1
    return level


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Returns the name in `known` that is most like `name`, or None when none is near."""
    lowered = {k.lower(): k for k in known}
    match = difflib.get_close_matches(str(name).lower(), list(lowered), n=1, cutoff=0.6)
    return lowered[match[0]] if match else None


def suggestion(name: str, known: Iterable[str]) -> str:
    """Returns `" Did you mean 'x'? Known: ..."` for an unknown `name`, as short as the list allows."""
    names = sorted(set(known))
    near = nearest(name, names)
    hint = f" Did you mean {near!r}?" if near else ""
    listed = f" Known: {', '.join(names)}." if names and (len(names) <= 60) else ""
    return hint + listed


def more(term: str) -> str:
    r"""The last line of a message for which a word of the glossary matters.

    >>> more("learning rate")
    '\nMore: heron explain learning-rate'
    """
    return f"\nMore: heron explain {term.lower().replace(' ', '-')}"


def shape_text(shape: Sequence[Any] | None) -> str:
    """Returns `shape` as users write it: unknown or symbolic sizes are `None`.

    >>> shape_text((None, 28, 28))
    '(None, 28, 28)'
    """
    if shape is None:
        return "unknown"
    sizes = [str(d) if isinstance(d, int) else "None" for d in shape]
    return f"({sizes[0]},)" if len(sizes) == 1 else f"({', '.join(sizes)})"


def value_text(value: Any, limit: int = 80) -> str:
    """Returns a one-line picture of `value`: arrays by shape and dtype, everything else by a shortened repr."""
    shape, dtype = getattr(value, "shape", None), getattr(value, "dtype", None)
    if shape is not None and dtype is not None and len(shape) > 0:
        return f"an array of shape {shape_text(tuple(shape))} and dtype {dtype}"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    text = " ".join(repr(value).split())
    return text if len(text) <= limit else text[: limit - 3] + "..."


def missing_name(module: str, known: Iterable[str], gone: Mapping[str, str] | None = None) -> Callable[[str], Any]:
    """A `__getattr__` for a module, which answers a name that is not there with the nearest that is.

    Args:
        module: the module's name.
        known: its public names.
        gone: old name to the sentence that says what to write instead.

    Example:
    >>> missing_name("heron.losses", ["mse", "mae"])("msee")
    Traceback (most recent call last):
    heron.errors.UnknownAttributeError: heron.losses has no 'msee'. Did you mean 'mse'?
    """

    def missing(name: str) -> Any:
        near = nearest(name, known)
        hint = (gone or {}).get(name) or (f"Did you mean {near!r}?" if near else f"dir({module}) lists what it has.")
        raise no_such_name(module, name, f"{module} has no {name!r}. {hint}")

    return missing


def no_such_name(module: str, name: str, text: str) -> Exception:
    """The error for a module's `__getattr__`: for `from module import name` an `ImportError`, else an `AttributeError`.

    Python has words of its own for an `AttributeError` in an import statement, which leave out what is meant.
    """
    asking = sys._getframe(2)
    if asking.f_code.co_code[asking.f_lasti] == _IMPORT_FROM and f"{module}.{name}" not in sys.modules:
        return UnknownImportError(text, name=name)
    return UnknownAttributeError(text)


def missing_method(owner: object, method: str, gives: str) -> NotImplementedError:
    """Returns the error of a hook that a subclass must write.

    Args:
        owner: the object whose class lacks it.
        method: the method as it is defined, `"step(self, x)"` for instance.
        gives: what it returns.
    """
    name = type(owner).__name__
    return NotImplementedError(
        f"{name} has no method {method.partition('(')[0]}(), which gives {gives}; expected one in every subclass.\n"
        f"Add to class {name}: def {method}"
    )
