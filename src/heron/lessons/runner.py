"""Runs a lesson: the code of its steps, as it stands, one after the other in one namespace."""

from __future__ import annotations

import contextlib
import linecache
from collections.abc import Callable
from typing import Any

from heron.lessons.lesson import Lesson, Step

Presenter = Callable[[Step], contextlib.AbstractContextManager[Any]]


def _silently(step: Step) -> contextlib.AbstractContextManager[Any]:
    return contextlib.nullcontext()


def run(lesson: Lesson, present: Presenter = _silently) -> dict[str, Any]:
    """Runs the code of every step.

    Args:
        lesson: a lesson, `chosen` or not.
        present: makes the context in which a step runs, and so gets a word in before and after it. By default none.

    Returns:
        The variables that the program made, by name.

    Raises:
        Exception: whatever the code raises; the traceback shows its lines.

    Example:
    >>> lesson = Lesson("mini", "Mini", "A short one.", 1, 2, 0, (Step("Count.", "n = 1 + $epochs"),), "")
    >>> run(lesson)["n"]
    3
    """
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for number, step in enumerate(lesson.chosen().steps, start=1):
        with present(step):
            exec(_compiled(step.code, f"<lesson {lesson.name}, step {number}>"), namespace)
    return namespace


def _compiled(code: str, name: str) -> Any:
    """Compiles `code` and tells `traceback`, which asks `linecache`, its lines."""
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    return compile(code, name, "exec")
