"""What a lesson is: steps, each a few sentences and the code they are about."""

from __future__ import annotations

import os
import textwrap
from dataclasses import dataclass, replace
from string import Template

_COMMENT_COLUMNS = 88


@dataclass(frozen=True)
class Step:
    """A piece of a program, and what is to be said about it.

    Attributes:
        text: some sentences, read before the code.
        code: Python, run in the namespace that the steps of a lesson share. `$epochs`, `$seed` and `$folder` (inside
            double quotes) stand for the reader's choices until `Lesson.chosen` puts these in.
        long_output: whether it writes so many lines that only the first and the last are worth showing.
    """

    text: str
    code: str
    long_output: bool = False


@dataclass(frozen=True)
class Lesson:
    """An introductory program in steps.

    Attributes:
        name: by which it is asked for.
        title: what it is about, in a few words.
        summary: one sentence for a list of lessons.
        seconds: about how long it takes on two cores.
        epochs: how long it trains, unless the reader chooses.
        seed: with which random numbers, unless the reader chooses.
        steps: in the order in which they run.
        outlook: what to try next.
        ready: whether the reader's choices are in the code; see `chosen`.
    """

    name: str
    title: str
    summary: str
    seconds: int
    epochs: int
    seed: int
    steps: tuple[Step, ...]
    outlook: str
    ready: bool = False

    @property
    def folder(self) -> str:
        """Where its pictures go, unless the reader chooses."""
        return f"heron-{self.name}"

    def chosen(
        self, epochs: int | None = None, seed: int | None = None, folder: str | os.PathLike[str] | None = None
    ) -> Lesson:
        """Returns the lesson with the reader's choices, or its own, written into the code.

        Args:
            epochs: how long to train.
            seed: where random numbers start.
            folder: where pictures go.

        Returns:
            A lesson that is `ready`; one that was ready before is returned as it is.

        Example:
        >>> step = Step("Practise.", "model.fit(x, y, epochs=$epochs)")
        >>> lesson = Lesson("mini", "Mini", "A short one.", 1, 5, 0, (step,), "")
        >>> lesson.chosen(epochs=3).steps[0].code
        'model.fit(x, y, epochs=3)'
        """
        if self.ready:
            return self
        path = os.fspath(folder) if folder is not None else self.folder
        choices = {
            "epochs": self.epochs if epochs is None else epochs,
            "seed": self.seed if seed is None else seed,
            "folder": path.replace("\\", "\\\\").replace('"', '\\"'),
        }
        steps = tuple(replace(step, code=Template(step.code).substitute(choices).strip()) for step in self.steps)
        return replace(self, steps=steps, ready=True)

    def program(self) -> str:
        """Returns the whole lesson as one Python program, the sentences as comments."""
        parts = [f"# {self.title}. {self.summary}"]
        parts += [f"{_as_comment(step.text)}\n{step.code}" for step in self.chosen().steps]
        return "\n\n".join(parts) + "\n"


def _as_comment(text: str) -> str:
    return textwrap.fill(text, _COMMENT_COLUMNS, initial_indent="# ", subsequent_indent="# ", break_long_words=False)
