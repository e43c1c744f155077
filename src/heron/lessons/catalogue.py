"""The lessons in the order in which they are best taken."""

from __future__ import annotations

from heron.errors import UnknownNameError, suggestion
from heron.lessons.clothes import CLOTHES
from heron.lessons.convolution import CONVOLUTION
from heron.lessons.digits import DIGITS
from heron.lessons.lesson import Lesson
from heron.lessons.line import LINE
from heron.lessons.xor import XOR

LESSONS: dict[str, Lesson] = {lesson.name: lesson for lesson in (LINE, XOR, CLOTHES, CONVOLUTION, DIGITS)}


def find(name: str) -> Lesson:
    """Returns the lesson of that name.

    Raises:
        UnknownNameError: when there is none, with the nearest.

    Example:
    >>> find("line").title
    'A line'
    """
    if name not in LESSONS:
        raise UnknownNameError(f"There is no lesson named {name!r}.{suggestion(name, LESSONS)}")
    return LESSONS[name]
