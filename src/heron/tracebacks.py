"""Errors of heron show the lines of the user's program; the lines inside heron are left out where they are printed.

Nothing is taken from an exception: `__traceback__`, `__cause__` and `__context__` hold everything, for debuggers, for
`logging` and for whoever catches it. Only what Python and IPython print of an error that nobody caught is shorter.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

VARIABLE = "HERON_TRACEBACK_FILTERING"
HOW_TO_SEE_ALL = (
    "(The lines inside heron are left out; to see them call heron.config.disable_traceback_filtering(), "
    f"or set {VARIABLE}=off.)"
)
_OFF = ("off", "0", "false", "no")
_HERON = str(Path(__file__).resolve().parent)
_LIBRARIES = tuple(
    {str(Path(folder).resolve()) for name in ("stdlib", "platstdlib") if (folder := sysconfig.get_path(name))}
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
    if path.startswith(_HERON + os.sep) or "site-packages" in path or "dist-packages" in path:
        return False
    return not path.startswith(tuple(folder + os.sep for folder in _LIBRARIES))


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


@contextmanager
def cut(error: BaseException) -> Iterator[bool]:
    """Inside the block `error`, and those it came from, have the user's lines alone; says whether any was left out.

    An error none of whose lines is the user's keeps them all.
    """
    kept = [(one, one.__traceback__) for one in _chain(error)]
    is_shorter = False
    try:
        for one, traceback in kept:
            shown = users_lines(traceback)
            if shown is not None or one is not error:
                is_shorter = is_shorter or _length(shown) < _length(traceback)
                one.__traceback__ = shown
        yield is_shorter
    finally:
        for one, traceback in kept:
            one.__traceback__ = traceback


def _chain(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and not any(error is one for one in found):
        found.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return found


def _length(traceback: TracebackType | None) -> int:
    count = 0
    while traceback is not None:
        count, traceback = count + 1, traceback.tb_next
    return count


def show_cut(kind: type[BaseException]) -> None:
    """Lets Python print uncaught errors of this kind cut; where a program has a hook of its own, that stays."""
    hook = sys.excepthook
    if getattr(hook, "__module__", None) not in ("sys", "typer.main"):  # typer's prints what Python prints
        return
    sys.excepthook = _cutting(kind, sys.__excepthook__)


def _cutting(kind: type[BaseException], plain: Callable[..., Any]) -> Callable[..., None]:
    def hook(error_type: type[BaseException], error: BaseException, traceback: TracebackType | None = None) -> None:
        if not (isinstance(error, kind) and filtering.is_on):
            plain(error_type, error, traceback)
            return
        with cut(error) as is_shorter:
            plain(error_type, error, error.__traceback__)
        if is_shorter:
            sys.stderr.write(HOW_TO_SEE_ALL + "\n")

    return hook


def in_ipython(error: BaseException) -> list[str]:
    """What IPython and Jupyter print of an error, line by line; they ask an exception's `_render_traceback_`."""
    shell = sys.modules["IPython"].get_ipython()
    render = shell.InteractiveTB.structured_traceback
    if not filtering.is_on:
        return list(render(type(error), error, error.__traceback__, tb_offset=shell.InteractiveTB.tb_offset))
    with cut(error) as is_shorter:
        lines = render(type(error), error, error.__traceback__, tb_offset=0)
    return [*lines, *([HOW_TO_SEE_ALL] if is_shorter else [])]
