"""Runs a lesson: its cells, as they stand, one after the other in one namespace."""

from __future__ import annotations

import contextlib
import linecache
from collections.abc import Callable
from pathlib import Path
from typing import Any

from heron.lessons.lesson import Experiment, Lesson
from heron.lessons.percent import Cell, LessonError

Presenter = Callable[[Cell], contextlib.AbstractContextManager[Any]]


def _silently(cell: Cell) -> contextlib.AbstractContextManager[Any]:
    return contextlib.nullcontext()


def run(lesson: Lesson, present: Presenter = _silently) -> dict[str, Any]:
    """Runs every cell of the lesson proper, from the title to the promise. Its folder is made if need be.

    Args:
        lesson: a lesson, perhaps `chosen`.
        present: makes the context in which a cell of prose or code runs, and so gets a word in before and after it.

    Returns:
        The variables that the program made, by name.

    Raises:
        OSError: when the folder cannot be made.
        Exception: whatever the code raises; the traceback shows its lines, as `lesson.text` has them.
    """
    Path(lesson.folder).mkdir(parents=True, exist_ok=True)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for cell in lesson.cells:
        with present(cell):
            if cell.kind == "code":
                exec(_compiled(lesson, cell), namespace)
    return namespace


def kept(variables: dict[str, Any]) -> dict[str, bool]:
    """What the lesson promised, and whether it was so.

    Args:
        variables: those that `run` returned.

    Raises:
        LessonError: when it set no `promised`, or one that is no dict of sentences.

    Example:
    >>> kept({"promised": {"one and one are two": 1 + 1 == 2}})
    {'one and one are two': True}
    """
    promised = variables.get("promised")
    if not isinstance(promised, dict) or not promised:
        raise LessonError(
            f"expected that a lesson sets promised = {{'a sentence': a condition}}; received {promised!r}."
        )
    return {str(sentence): bool(so) for sentence, so in promised.items()}


def answer(lesson: Lesson, experiment: Experiment, variables: dict[str, Any]) -> str:
    """Makes an experiment and returns the letter of the true answer.

    Args:
        lesson: the lesson that ran.
        experiment: one of its own.
        variables: those that `run` returned; they keep their values.

    Raises:
        LessonError: when the code sets `answer` to no letter of the choices.
        Exception: whatever the code raises.
    """
    namespace = dict(variables)
    exec(_compiled(lesson, experiment.cell), namespace)
    letter = namespace.get("answer")
    if letter not in experiment.choices:
        raise LessonError(
            f"lesson {lesson.name!r}, line {experiment.cell.line}: expected that the experiment sets answer to one of "
            f"{', '.join(experiment.choices)}; received {letter!r}."
        )
    return str(letter)


def _compiled(lesson: Lesson, cell: Cell) -> Any:
    """Compiles a cell under the lines of the program, and tells `traceback`, which asks `linecache`, those lines."""
    name = f"<lesson {lesson.name}>"
    linecache.cache[name] = (len(lesson.text), None, lesson.text.splitlines(keepends=True), name)
    return compile("\n" * (cell.line - 1) + cell.source, name, "exec")
