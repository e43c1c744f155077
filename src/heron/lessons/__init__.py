"""Lessons: introductory programs that explain themselves, step by step.

`heron learn` runs them in a terminal; `run` is for other front ends. Importing this package loads neither JAX nor
Matplotlib.
"""

from heron.lessons.catalogue import LESSONS, find
from heron.lessons.lesson import Lesson, Step
from heron.lessons.runner import run

__all__ = ["LESSONS", "Lesson", "Step", "find", "run"]
