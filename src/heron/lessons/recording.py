"""A lesson that has run, as data: what each cell wrote and drew, for a notebook or a page."""

from __future__ import annotations

import contextlib
import io
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from heron.errors import HeronNote
from heron.lessons.lesson import Experiment, Lesson
from heron.lessons.percent import Cell
from heron.lessons.runner import answer, kept, run

FIRST_LINES, LAST_LINES = 6, 4  # what is shown of a long output


@dataclass
class Ran:
    """What became of a cell.

    Attributes:
        cell: the cell.
        text: what it printed; of a long output, its first and last lines.
        notes: heron's notes and other warnings.
        pictures: the files that it said it drew.
        error: what it raised; the lesson ends there.
    """

    cell: Cell
    text: str = ""
    notes: list[str] = field(default_factory=list)
    pictures: list[Path] = field(default_factory=list)
    error: Exception | None = None


@dataclass
class Recording:
    """A lesson and what became of its cells.

    Attributes:
        lesson: as it ran.
        cells: those of the lesson proper, up to an error.
        promises: sentence to whether it was so; None when an error came before.
        answers: of each experiment that was made, the question, what its code did, and the letter.
    """

    lesson: Lesson
    cells: list[Ran] = field(default_factory=list)
    promises: dict[str, bool] | None = None
    answers: list[tuple[Experiment, Ran, str]] = field(default_factory=list)


def record(lesson: Lesson, experiments: bool = False) -> Recording:
    """Runs a lesson in silence.

    Args:
        lesson: a lesson, perhaps `chosen`.
        experiments: whether the experiments are made too.

    Returns:
        What happened. An error in a cell is the last thing recorded, and not raised.

    Raises:
        OSError: when its folder cannot be made.
    """
    Path(lesson.folder).mkdir(parents=True, exist_ok=True)
    recording = Recording(lesson)

    @contextlib.contextmanager
    def present(cell: Cell) -> Iterator[None]:
        ran = Ran(cell)
        recording.cells.append(ran)
        with _listening(ran):
            yield

    try:
        variables = run(lesson, present)
        recording.promises = kept(variables)
    except Exception as error:
        recording.cells[-1].error = error
        return recording
    for experiment in lesson.experiments if experiments else ():
        ran = Ran(experiment.cell)
        with _listening(ran):
            letter = answer(lesson, experiment, variables)
        recording.answers.append((experiment, ran, letter))
    return recording


@contextlib.contextmanager
def _listening(ran: Ran) -> Iterator[None]:
    output = io.StringIO()
    try:
        with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(output):
            warnings.simplefilter("always", HeronNote)
            yield
    finally:
        text = output.getvalue()
        ran.pictures = [Path(name) for name in re.findall(r"^Picture: (.+)$", text, re.MULTILINE)]
        ran.text = shortened(text) if "long-output" in ran.cell.tags else text
        ran.notes = [f"{message.category.__name__}: {message.message}" for message in caught]


def shortened(text: str, first: int = FIRST_LINES, last: int = LAST_LINES) -> str:
    r"""The first and the last lines of a text, and how many lie between.

    >>> shortened("one\ntwo\nthree\nfour\n", 1, 1)
    'one\n... (2 more) ...\nfour\n'
    """
    lines = text.splitlines(keepends=True)
    between = len(lines) - first - last
    return text if between <= 0 else "".join([*lines[:first], f"... ({between} more) ...\n", *lines[-last:]])
