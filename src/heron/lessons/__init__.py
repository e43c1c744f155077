"""Lessons: introductory programs that explain themselves, cell by cell.

`heron learn` runs them in a terminal; `run` is for other front ends. Importing this package loads neither JAX nor
Matplotlib.
"""

from heron.lessons.catalogue import find, names
from heron.lessons.lesson import Experiment, Lesson
from heron.lessons.notebook import notebook
from heron.lessons.page import page
from heron.lessons.percent import Cell, LessonError
from heron.lessons.progress import Progress
from heron.lessons.prose import filled, plain, terms, unlinked
from heron.lessons.recording import Recording, record
from heron.lessons.runner import answer, kept, run

__all__ = [
    "find",
    "names",
    "Lesson",
    "Experiment",
    "Cell",
    "LessonError",
    "run",
    "kept",
    "answer",
    "record",
    "Recording",
    "notebook",
    "page",
    "Progress",
    "filled",
    "plain",
    "terms",
    "unlinked",
]
