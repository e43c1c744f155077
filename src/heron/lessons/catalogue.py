"""The lessons in the order in which they are best taken."""

from __future__ import annotations

import functools
from pathlib import Path

from heron.errors import UnknownNameError, suggestion
from heron.lessons.lesson import Lesson

_PROGRAMS = Path(__file__).parent / "programs"

# About how many seconds each takes on two cores.
_SECONDS = {
    "line": 3,
    "xor": 3,
    "by_hand": 3,
    "clothes": 12,
    "layer": 5,
    "digits": 60,
    "activity": 10,
    "hands": 45,
    "noughts": 20,
    "houses": 10,
    "fruit": 10,
    "overfitting": 10,
    "words": 10,
    "transfer": 20,
    "sequences": 20,
    "saving": 5,
}


@functools.cache
def names() -> tuple[str, ...]:
    """The names of the lessons, first to last.

    >>> names()[:2]
    ('line', 'xor')
    """
    return tuple(name for name in _SECONDS if _program(name).is_file())


@functools.cache
def find(name: str) -> Lesson:
    """Returns the lesson of that name.

    Raises:
        UnknownNameError: when there is none, with the nearest.
        LessonError: when its program is not in the form of a lesson.

    Example:
    >>> find("line").title
    'A line'
    """
    if name not in names():
        raise UnknownNameError(f"There is no lesson named {name!r}.{suggestion(name, names())}")
    return Lesson.of(name, _program(name).read_text(encoding="utf-8"), _SECONDS[name])


def _program(name: str) -> Path:
    return _PROGRAMS / f"{name}.py"
