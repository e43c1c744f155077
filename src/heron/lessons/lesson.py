"""What a lesson is: a program in cells, with a title, aims, a promise, and experiments whose answers it can find."""

from __future__ import annotations

import ast
import json
import os
import re
from dataclasses import dataclass
from typing import Any

from heron.errors import ArgumentError
from heron.lessons.percent import Cell, LessonError, read

_AIMS = "After this lesson you can "
_TAGS = frozenset({"parameters", "long-output", "promise", "experiment"})


@dataclass(frozen=True)
class Experiment:
    """A question, and the code that finds the answer after the lesson has run.

    Attributes:
        question: markdown, without the choices.
        choices: letter to what it stands for.
        cell: code that prints what it saw and sets `answer` to the true letter.
    """

    question: str
    choices: dict[str, str]
    cell: Cell


@dataclass(frozen=True)
class Lesson:
    """An introductory program in cells.

    Attributes:
        name: by which it is asked for.
        seconds: about how long it takes on two cores.
        text: the whole program.
        title: what it is about, in a few words.
        summary: one sentence for a list of lessons.
        aims: what the reader can do afterwards, the words after "After this lesson you can".
        parameters: EPOCHS, SEED, FOLDER: what the reader may choose, and its value.
        cells: prose and code in the order in which they run, the title first and the promise last.
        experiments: what to try afterwards.
    """

    name: str
    seconds: int
    text: str
    title: str
    summary: str
    aims: str
    parameters: dict[str, Any]
    cells: tuple[Cell, ...]
    experiments: tuple[Experiment, ...]

    @classmethod
    def of(cls, name: str, text: str, seconds: int = 1) -> Lesson:
        r"""Reads a lesson.

        Args:
            name: by which it is asked for.
            text: its program, in the percent format.
            seconds: about how long it takes.

        Raises:
            LessonError: when the program is not a lesson: its beginning, its parameters, its promise or an experiment.

        Example:
        >>> head = "# %% [markdown]\n# # Mini\n#\n# A short one.\n#\n# After this lesson you can count.\n"
        >>> code = '# %% tags=["parameters"]\nFOLDER = "mini"\n# %% tags=["promise"]\npromised = {"1 is 1": 1 == 1}\n'
        >>> Lesson.of("mini", head + code).aims
        'count.'
        """
        cells = read(text, f"lesson {name!r}")
        for cell in cells:
            if unknown := set(cell.tags) - _TAGS:
                raise _wrong(name, cell, f"tags are among {sorted(_TAGS)}", f"received {sorted(unknown)}")
        title, summary, aims = _beginning(name, cells[0])
        proper = tuple(cell for cell in cells if "experiment" not in cell.tags)
        if proper != cells[: len(proper)] or [cell for cell in proper if "promise" in cell.tags] != [proper[-1]]:
            expected = "the lesson ends with one cell of promises, and experiments follow it"
            raise _wrong(name, proper[-1], expected, "received another order")
        return cls(
            name, seconds, text, title, summary, aims,
            parameters={key: value for key, (value, _) in _parameters(name, proper).items()},
            cells=proper,
            experiments=_experiments(name, cells[len(proper) :]),
        )  # fmt: skip

    @property
    def folder(self) -> str:
        """Where its pictures go."""
        return str(self.parameters["FOLDER"])

    def chosen(
        self, epochs: int | None = None, seed: int | None = None, folder: str | os.PathLike[str] | None = None
    ) -> Lesson:
        """Returns the lesson with the reader's choices written into the cell of its parameters.

        Args:
            epochs: how long to train; None for its own number, as below.
            seed: where random numbers start.
            folder: where pictures go.

        Raises:
            ArgumentError: when it has no such parameter.
        """
        choices = {"EPOCHS": epochs, "SEED": seed, "FOLDER": None if folder is None else os.fspath(folder)}
        places = _parameters(self.name, self.cells)
        lines = self.text.splitlines(keepends=True)
        for key, value in choices.items():
            if value is None:
                continue
            if key not in places:
                raise ArgumentError(
                    f"Lesson {self.name!r} has no {key.lower()} to choose; it has {_listed(places)}. "
                    f"Leave --{key.lower()} away."
                )
            number = places[key][1] - 1
            written = json.dumps(value, ensure_ascii=False)
            lines[number] = f"{key} = {written}\n"
        return Lesson.of(self.name, "".join(lines), self.seconds)


def _listed(names: Any) -> str:
    return ", ".join(name.lower() for name in names)


def _beginning(name: str, cell: Cell) -> tuple[str, str, str]:
    """Title, summary and aims of the first cell."""
    parts = [" ".join(part.split()) for part in cell.source.split("\n\n")]
    aims = next((part for part in parts if part.startswith(_AIMS)), None)
    if cell.kind != "markdown" or len(parts) < 3 or not parts[0].startswith("# ") or aims is None:
        expected = f"the first cell has '# Title', a paragraph that sums up, and a paragraph {_AIMS!r}..."
        raise _wrong(name, cell, expected, f"received {parts[0]!r}")
    return parts[0][2:], parts[1], aims.removeprefix(_AIMS)


def _parameters(name: str, cells: tuple[Cell, ...]) -> dict[str, tuple[Any, int]]:
    """The parameters: name to value and the line of the program."""
    cell = next((cell for cell in cells if cell.kind == "code"), cells[0])
    expected = 'the first cell of code has the tag "parameters" and lines EPOCHS = 5, SEED = 1, FOLDER = "heron-x"'
    found: dict[str, tuple[Any, int]] = {}
    for node in ast.parse(cell.source).body if "parameters" in cell.tags else []:
        if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)):
            raise _wrong(name, cell, expected, f"received {ast.unparse(node)!r}")
        try:
            value = ast.literal_eval(node.value)
        except ValueError:
            raise _wrong(name, cell, expected, f"received {ast.unparse(node)!r}") from None
        found[node.targets[0].id] = (value, cell.line + node.lineno - 1)
    if "FOLDER" not in found:
        raise _wrong(name, cell, expected, f"received {cell.source.partition(chr(10))[0]!r}")
    return found


def _experiments(name: str, cells: tuple[Cell, ...]) -> tuple[Experiment, ...]:
    kinds = [cell.kind for cell in cells]
    if kinds != ["markdown", "code"] * (len(cells) // 2):
        expected = "an experiment is a cell with the question and a cell with the code"
        raise _wrong(name, cells[-1], expected, f"received {kinds}")
    return tuple(_experiment(name, *pair) for pair in zip(cells[::2], cells[1::2], strict=True))


def _experiment(name: str, asking: Cell, cell: Cell) -> Experiment:
    question, _, listed = asking.source.partition("\n\n- ")
    choices = {letter: " ".join(said.split()) for letter, said in re.findall(r"([a-z])\) ([^-].*(?:\n  .*)*)", listed)}
    if len(choices) < 2 or "answer" not in cell.source:
        expected = "a question is followed by '- a) ...', '- b) ...', and its code sets answer"
        raise _wrong(name, asking, expected, f"received {len(choices)} choices")
    return Experiment(question, choices, cell)


def _wrong(name: str, cell: Cell, expected: str, received: str) -> LessonError:
    return LessonError(f"lesson {name!r}, line {cell.line}: expected that {expected}; {received}.\nWrite it so.")
