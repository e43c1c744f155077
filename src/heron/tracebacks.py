"""Errors that come out of heron show the lines of the user's program; those inside heron are left out where printed.

So it is with heron's own errors and with all others that came through it: those of JAX, and of the user's own layers
and callbacks. Nothing is taken from an exception: `__traceback__`, `__cause__` and `__context__` hold everything, for
debuggers, for `logging` and for whoever catches it. Only what Python and IPython print of an error that nobody caught
is shorter.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

VARIABLE = "HERON_TRACEBACK_FILTERING"
HOW_TO_SEE_ALL = (
    "(The lines inside heron are left out; to see them call heron.config.disable_traceback_filtering(), "
    f"or set {VARIABLE}=off.)"
)
_OF_JAX = "JAX_TRACEBACK_FILTERING"  # in the note with which JAX says that it left out lines of its own
_OFF = ("off", "0", "false", "no")
_HERON = str(Path(__file__).resolve().parent)
_LIBRARIES = tuple(
    {
        str(Path(folder).resolve())
        for name in ("stdlib", "platstdlib", "scripts")
        if (folder := sysconfig.get_path(name))
    }
)


class Switch:
    """Whether lines are left out: what the user said, else what the environment says, else yes."""

    def __init__(self) -> None:
        self.chosen: bool | None = None

    @property
    def is_on(self) -> bool:
        """True when lines are left out."""
        if self.chosen is not None:
            return self.chosen
        return os.environ.get(VARIABLE, "").strip().lower() not in _OFF


filtering = Switch()


def is_of_the_user(file: str) -> bool:
    """Whether a file belongs to the user's program: not to heron, nor to Python, nor to what is installed.

    >>> is_of_the_user("/home/ada/learn.py"), is_of_the_user("<stdin>"), is_of_the_user(__file__)
    (True, True, False)
    """
    if file.startswith("<"):
        return not file.startswith("<frozen")
    path = os.path.realpath(file)
    if _is_of_heron(path) or "site-packages" in path or "dist-packages" in path:
        return False
    return not path.startswith(tuple(folder + os.sep for folder in _LIBRARIES))


def _is_of_heron(file: str) -> bool:
    return os.path.realpath(file).startswith(_HERON + os.sep)


def users_lines(traceback: TracebackType | None) -> TracebackType | None:
    """A copy of a traceback that has the lines of the user's program alone; None when it has none of them."""
    lines = []
    while traceback is not None:
        if is_of_the_user(traceback.tb_frame.f_code.co_filename):
            lines.append(traceback)
        traceback = traceback.tb_next
    shown: TracebackType | None = None
    for line in reversed(lines):
        shown = TracebackType(shown, line.tb_frame, line.tb_lasti, line.tb_lineno)
    return shown


def last_line(error: BaseException) -> tuple[str, int] | None:
    """The file and the number of the line of the user's program at which an error was raised; None for none."""
    shown, found = users_lines(error.__traceback__), None
    while shown is not None:
        found = shown.tb_frame.f_code.co_filename, shown.tb_lineno
        shown = shown.tb_next
    return found


def came_through_heron(error: BaseException) -> bool:
    """Whether heron was at work when an error was raised, or one that it came from."""
    return any(_is_of_heron(file) for one in _chain(error) for file in _files(one.__traceback__))


@contextmanager
def cut(error: BaseException) -> Iterator[bool]:
    """Inside the block `error`, and those it came from, have the user's lines alone; says whether any was left out.

    An error none of whose lines is the user's keeps them all.
    """
    kept = [(one, one.__traceback__) for one in _chain(error)]
    is_shorter = False
    try:
        with without_jax_notes(error):
            for one, traceback in kept:
                shown = users_lines(traceback)
                if shown is not None or one is not error:
                    is_shorter = is_shorter or len(_files(shown)) < len(_files(traceback))
                    one.__traceback__ = shown
            yield is_shorter
    finally:
        for one, traceback in kept:
            one.__traceback__ = traceback


@contextmanager
def without_jax_notes(error: BaseException) -> Iterator[None]:
    """Inside the block `error`, and those it came from, do not say how to see the lines inside JAX."""
    kept = [(one, one.__notes__) for one in _chain(error) if hasattr(one, "__notes__")]
    try:
        for one, notes in kept:
            one.__notes__ = [text for text in notes if _OF_JAX not in text]
        yield
    finally:
        for one, notes in kept:
            one.__notes__ = notes


def _chain(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and not any(error is one for one in found):
        found.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return found


def _files(traceback: TracebackType | None) -> list[str]:
    """The file of each line of a traceback."""
    found = []
    while traceback is not None:
        found.append(traceback.tb_frame.f_code.co_filename)
        traceback = traceback.tb_next
    return found


def show_cut(instead_of: tuple[str, ...] = ("sys",)) -> None:
    """Lets Python and IPython print uncaught errors cut; where a program has a hook of its own, that stays.

    Args:
        instead_of: the modules whose hooks are replaced.
    """
    if getattr(sys.excepthook, "__module__", None) in instead_of:
        sys.excepthook = _hook
    shell: Any = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if getattr(shell, "custom_exceptions", None) == ():
        shell.set_custom_exc((Exception,), _in_shell)


def _hook(kind: type[BaseException], error: BaseException, traceback: TracebackType | None = None) -> None:
    if not (filtering.is_on and came_through_heron(error)):
        sys.__excepthook__(kind, error, traceback)
        return
    with cut(error) as is_shorter:
        sys.__excepthook__(kind, error, error.__traceback__)
    if is_shorter:
        sys.stderr.write(HOW_TO_SEE_ALL + "\n")


def _in_shell(shell: Any, kind: Any, error: Any, traceback: TracebackType | None, tb_offset: int | None = None) -> None:
    """Shows an error as IPython does, which asks those that came through heron for their lines."""
    asked = hasattr(error, "__dict__") and not hasattr(error, "_render_traceback_") and came_through_heron(error)
    if asked:
        error._render_traceback_ = partial(in_ipython, error)
    try:
        shell.showtraceback((kind, error, traceback), tb_offset=tb_offset, running_compiled_code=True)
    finally:
        if asked:
            del error._render_traceback_


def in_ipython(error: BaseException) -> list[str]:
    """What IPython and Jupyter print of an error, line by line; they ask an exception's `_render_traceback_`."""
    shell = sys.modules["IPython"].get_ipython()
    render = shell.InteractiveTB.structured_traceback
    if not filtering.is_on:
        return list(render(type(error), error, error.__traceback__, tb_offset=shell.InteractiveTB.tb_offset))
    with cut(error) as is_shorter:
        lines = render(type(error), error, error.__traceback__, tb_offset=0)
    return [*lines, *([HOW_TO_SEE_ALL] if is_shorter else [])]
