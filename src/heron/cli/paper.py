"""Where a lesson is written: a terminal, or a pipe."""

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
from rich.text import Text

from heron.errors import HeronNote
from heron.lessons import filled, plain, unlinked

_COLUMNS = 92
_FIRST_LINES, _LAST_LINES = 6, 4
_INDENT = "    "


class Paper:
    """Where prose, code and output are written: colours and forms on a terminal, plain text elsewhere."""

    def __init__(self) -> None:
        self.console = Console(highlight=False, markup=False)
        self._width = min(self.console.width, _COLUMNS)

    def say(self, text: str = "", style: str | None = None) -> None:
        """A paragraph of plain text."""
        lines = [filled(line, self._width) for line in text.split("\n")]
        self.console.print(Text("\n".join(lines), style=style or ""), no_wrap=True, overflow="ignore", crop=False)

    def prose(self, markdown: str) -> None:
        """Prose in markdown; links to the glossary are words."""
        self.console.print()
        if self.console.is_terminal:
            from rich.markdown import Markdown  # 20 ms, for terminals alone

            self.console.print(Markdown(unlinked(markdown, "*{}*"), code_theme="ansi_dark"), width=self._width)
        else:
            print(plain(markdown, self._width))

    def code(self, code: str) -> None:
        """A piece of a program."""
        self.console.print()
        if self.console.is_terminal:
            highlighted = Syntax(code, "python", theme="ansi_dark", background_color="default", word_wrap=True)
            self.console.print(Padding(highlighted, (0, 0, 0, len(_INDENT))))
        else:
            print(textwrap.indent(code, _INDENT))

    @contextlib.contextmanager
    def output(self, long: bool = False) -> Iterator[None]:
        """In the block, what is printed stands apart, a long output only in part, and notes follow it as text."""
        sys.stdout.flush()
        output = Output(sys.stdout, *((_FIRST_LINES, _LAST_LINES) if long else (None, 0)))
        with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(output):
            yield
        output.finish()
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
