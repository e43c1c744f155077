"""Lessons in a terminal, or in a pipe."""

from __future__ import annotations

import contextlib
import io
import sys
import textwrap
import warnings
from collections import deque
from collections.abc import Iterator
from typing import TextIO

from rich.console import Console
from rich.padding import Padding
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from heron.errors import HeronNote
from heron.lessons import LESSONS, Lesson, Step, run

_COLUMNS = 92
_FIRST_LINES, _LAST_LINES = 6, 4
_INDENT = "    "


def list_lessons() -> None:
    """Prints the lessons: name, a sentence, seconds."""
    console = Console(highlight=False)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    table.add_column(no_wrap=True, style="bold cyan")
    table.add_column()
    table.add_column(no_wrap=True, justify="right", style="dim")
    for lesson in LESSONS.values():
        table.add_row(lesson.name, lesson.summary, f"{lesson.seconds} s")
    console.print(table)
    console.print(f"\nTake one: heron learn {next(iter(LESSONS))}")


def teach(lesson: Lesson, show_code: bool = True) -> None:
    """Runs a lesson and prints, step by step, the text, the code and what it writes.

    Args:
        lesson: the lesson.
        show_code: whether the code is printed before it runs.
    """
    page = _Page(show_code)
    page.say(lesson.title, style="bold")
    run(lesson, page.present)
    page.say()
    page.say(lesson.outlook)
    page.say(f"The whole program: heron learn {lesson.name} --no-run")


class _Page:
    """Where a lesson is written: colours and highlighted code on a terminal, plain text elsewhere."""

    def __init__(self, show_code: bool) -> None:
        self._console = Console(highlight=False, markup=False)
        self._width = min(self._console.width, _COLUMNS)
        self._show_code = show_code
        self._number = 0

    def say(self, text: str = "", style: str | None = None) -> None:
        self._console.print(Text(text, style=style or ""), width=self._width)

    @contextlib.contextmanager
    def present(self, step: Step) -> Iterator[None]:
        self._number += 1
        self.say()
        self._console.print(Text.assemble((f"{self._number}. ", "bold cyan"), step.text), width=self._width)
        if self._show_code:
            self._show(step.code)
        sys.stdout.flush()
        shown = (_FIRST_LINES, _LAST_LINES) if step.long_output else (None, 0)
        output = Output(sys.stdout, *shown)
        with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(output):
            yield
        output.finish()
        self._tell(caught)

    def _show(self, code: str) -> None:
        self.say()
        if self._console.is_terminal:
            highlighted = Syntax(code, "python", theme="ansi_dark", background_color="default", word_wrap=True)
            self._console.print(Padding(highlighted, (0, 0, 0, len(_INDENT))))
        else:
            print(textwrap.indent(code, _INDENT))

    def _tell(self, caught: list[warnings.WarningMessage]) -> None:
        """Prints heron's notes as text, and other warnings as ever."""
        for message in caught:
            if issubclass(message.category, HeronNote):
                self.say(f"Note: {message.message}", style="yellow")
            else:
                warnings.showwarning(message.message, message.category, message.filename, message.lineno)


class Output(io.TextIOBase):
    r"""A stream that starts with an empty line and passes on the first and the last lines written to it.

    Args:
        stream: where to.
        first: how many lines from the beginning; None for all.
        last: how many lines from the end.

    Example:
    >>> page = io.StringIO()
    >>> output = Output(page, first=1, last=1)
    >>> output.write("one\ntwo\nthree\nfour\n")
    19
    >>> output.finish()
    >>> page.getvalue()
    '\none\n... (2 more) ...\nfour\n'
    """

    def __init__(self, stream: TextIO, first: int | None = None, last: int = 0) -> None:
        self._stream, self._first = stream, first
        self._passed = self._dropped = 0
        self._held: deque[str] = deque(maxlen=last)
        self._part = ""
        self._begun = False

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """That of the stream behind."""
        return self._stream.encoding

    def fileno(self) -> int:
        return self._stream.fileno()

    def isatty(self) -> bool:
        return self._stream.isatty()

    def writable(self) -> bool:
        return True

    def flush(self) -> None:
        self._stream.flush()

    def write(self, text: str) -> int:
        """Passes `text` on, or holds it if it may be left out."""
        if not self._begun:
            self._begun = True
            self._stream.write("\n")
        for line in text.splitlines(keepends=True):
            if self._first is None or self._passed < self._first:
                self._stream.write(line)
                self._passed += line.endswith("\n")
            else:
                self._hold(line)
        return len(text)

    def _hold(self, line: str) -> None:
        self._part += line
        if self._part.endswith("\n"):
            self._dropped += len(self._held) == self._held.maxlen
            self._held.append(self._part)
            self._part = ""

    def finish(self) -> None:
        """Writes how many lines were left out, and the last lines."""
        if self._dropped:
            self._stream.write(f"... ({self._dropped} more) ...\n")
        self._stream.write("".join(self._held) + self._part)
        self._stream.flush()
