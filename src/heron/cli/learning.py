"""Lessons in a terminal, or in a pipe: the list of them, one step by step, its questions, its notebook."""

from __future__ import annotations

import contextlib
import io
import sys
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from heron import glossary, lessons
from heron.cli.paper import Paper
from heron.lessons import Cell, Experiment, Lesson, Progress


def list_lessons() -> None:
    """Prints the path: each lesson with what it is about, what it gives, its seconds, and whether it was taken."""
    console = Console(highlight=False, markup=False)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    table.add_column(no_wrap=True, style="bold cyan")
    table.add_column()
    table.add_column(no_wrap=True, justify="right", style="dim")
    table.add_column(no_wrap=True, style="green")
    progress, following = Progress.load(), next_lesson()
    for name in lessons.names():
        lesson = lessons.find(name)
        table.add_row(name, lesson.summary, f"{lesson.seconds} s", _mark(lesson, progress, following))
        table.add_row("", f"You can then {lessons.plain(lesson.aims, 1000)}", style="dim")
    console.print(table)
    if following:
        console.print(f"\nTake the next one: heron learn {following}, or heron learn next")
    else:
        console.print(f"\nAll are done. Take one again: heron learn {lessons.names()[0]}")


def next_lesson() -> str | None:
    """The lesson that was begun and not finished, or else the first that is not finished; None after the last."""
    return Progress.load().following(lessons.names())


def _mark(lesson: Lesson, progress: Progress, following: str | None) -> str:
    right = progress.right.get(lesson.name)
    score = "" if right is None else f", {right} of {len(lesson.experiments)} right"
    if lesson.name in progress.finished:
        return f"done{score}"
    return "you are here" if lesson.name == following else ""


def teach(lesson: Lesson, show_code: bool = True) -> None:
    """Runs a lesson and prints, cell by cell, the prose, the code and what it writes; and what was promised.

    Args:
        lesson: the lesson.
        show_code: whether the code is printed before it runs.
    """
    paper = Paper()
    paper.say(lesson.title, style="bold")
    progress = Progress.load()
    progress.at = lesson.name
    progress.save()

    @contextlib.contextmanager
    def present(cell: Cell) -> Iterator[None]:
        if cell.kind == "markdown":
            paper.prose(cell.source.partition("\n")[2].strip() if cell is lesson.cells[0] else cell.source)
        elif show_code and "promise" not in cell.tags:
            paper.code(cell.source)
        with paper.output("long-output" in cell.tags):
            yield

    variables = lessons.run(lesson, present)
    _report(paper, lesson, lessons.kept(variables))
    progress = Progress.load()  # another process may have written meanwhile
    progress.finished.add(lesson.name)
    progress.save()


def _report(paper: Paper, lesson: Lesson, promises: dict[str, bool]) -> None:
    paper.say()
    for sentence, so in promises.items():
        paper.say(f"As promised: {sentence}." if so else f"Not as promised this time: {sentence}.",
                  style="green" if so else "yellow")  # fmt: skip
    linked = lessons.terms("\n".join(cell.source for cell in lesson.cells if cell.kind == "markdown"))
    if linked:
        words = [glossary.find(term).name for term in linked]
        paper.say()
        paper.say(f"Words of this lesson: {', '.join(words)}. What one means: heron explain {linked[0]}")
    if lesson.experiments:
        count = {1: "One question", 2: "Two questions", 3: "Three questions"}
        asked = count.get(len(lesson.experiments), f"{len(lesson.experiments)} questions")
        paper.say(f"{asked} to try your hand at: heron learn {lesson.name} --check")
    paper.say(f"The whole program: heron learn {lesson.name} --no-run")


def check(lesson: Lesson, given: Sequence[str] | None = None) -> int:
    """Runs a lesson in silence, asks its questions, makes the experiments, and says what came out.

    Args:
        lesson: the lesson.
        given: the reader's letters; None to ask for them on standard input.

    Returns:
        How many answers were right.
    """
    paper = Paper()
    paper.say(lesson.title, style="bold")
    paper.say(f"The lesson runs first, in silence; that takes about {lesson.seconds} s.")
    sys.stdout.flush()
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        variables = lessons.run(lesson)
    right = 0
    for number, experiment in enumerate(lesson.experiments):
        paper.prose(f"**{number + 1}.** {experiment.question}\n\n{_listed(experiment)}")
        letter = _asked(experiment) if given is None else given[number]
        right += _tried(paper, lesson, experiment, letter, variables)
    paper.say()
    paper.say(f"{right} of {len(lesson.experiments)} right.", style="bold")
    progress = Progress.load()
    progress.right[lesson.name] = right
    progress.save()
    return right


def _listed(experiment: Experiment) -> str:
    return "\n".join(f"- {letter}) {said}" for letter, said in experiment.choices.items())


def _asked(experiment: Experiment) -> str:
    """The letter that the reader types; "" for an empty line or the end of the input."""
    letters = list(experiment.choices)
    while True:
        print(f"\nYour answer ({', '.join(letters)}, or Enter to be shown): ", end="", flush=True)
        letter = sys.stdin.readline().strip().lower().rstrip(").")
        if not sys.stdin.isatty():
            print(letter)
        if letter in ("", *letters):
            return letter
        print(f"Type one of {', '.join(letters)}.")


def _tried(paper: Paper, lesson: Lesson, experiment: Experiment, letter: str, variables: dict[str, Any]) -> bool:
    with paper.output():
        true = lessons.answer(lesson, experiment, variables)
    said = f"{true}) {lessons.plain(experiment.choices[true], 1000)}"
    paper.say()
    if letter == true:
        paper.say(f"Right: {said}.", style="green")
    elif letter:
        paper.say(f"No, not {letter}. It is {said}.", style="yellow")
    else:
        paper.say(f"It is {said}.")
    return letter == true


def write_notebook(lesson: Lesson, file: Path) -> Exception | None:
    """Runs a lesson in silence and writes it as a notebook, with what its cells wrote and drew.

    Args:
        lesson: the lesson.
        file: where to.

    Returns:
        The error that a cell raised, which stands in the notebook; None when all went well.

    Raises:
        OSError: when the file cannot be written.
    """
    recording = lessons.record(lesson)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(lessons.notebook(recording), encoding="utf-8")
    Paper().say(f"Notebook: {file}")
    Paper().say("Open it with Jupyter, VS Code or Colab.")
    return recording.cells[-1].error
