"""Programs in the percent format, which VS Code, Spyder and Jupytext read too: cells that begin with `# %%`.

A cell of code is plain Python. A cell of prose begins with `# %% [markdown]`, and each of its lines with `#`. Either
may have tags: `# %% tags=["parameters"]`. Source: https://jupytext.readthedocs.io/en/latest/formats-scripts.html
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Literal

from heron.errors import ArgumentError

_HEAD = re.compile(r"# ?%%(?P<prose> \[markdown\])?(?: tags=(?P<tags>\[.*\]))?")


class LessonError(ArgumentError):
    """The program of a lesson is not in the form that lessons have."""


@dataclass(frozen=True)
class Cell:
    """A piece of a program.

    Attributes:
        kind: "markdown" for prose, "code" for Python.
        source: the prose without its comment signs, or the code; no empty lines around it.
        tags: words about it.
        line: in which line of the program `source` begins, from 1.
    """

    kind: Literal["markdown", "code"]
    source: str
    tags: tuple[str, ...] = ()
    line: int = 1


def read(text: str, name: str = "a program") -> tuple[Cell, ...]:
    r"""Returns the cells of a program.

    Args:
        text: the program.
        name: how messages call it.

    Raises:
        LessonError: when a line is neither in a cell nor in the form of its cell, with the line.

    Example:
    >>> read('# %% [markdown]\n# Count.\n# %% tags=["parameters"]\nn = 1\n')[1]
    Cell(kind='code', source='n = 1', tags=('parameters',), line=4)
    """
    cells: list[Cell] = []
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines) if re.match(r"# ?%%", line)]
    for number, line in enumerate(lines[: starts[0]] if starts else lines or [""]):
        if line.strip() or not starts:
            raise _wrong(name, number, line, "a cell begins with a line '# %%' or '# %% [markdown]'", "Begin with one.")
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        cells.append(_cell(lines, start, stop, name))
    return tuple(cells)


def _cell(lines: list[str], start: int, stop: int, name: str) -> Cell:
    prose, tags = _head(lines[start], start, name)
    body = lines[start + 1 : stop]
    if prose:
        for number, line in enumerate(body, start + 1):
            if line.strip() and not line.startswith("#"):
                raise _wrong(
                    name, number, line, "a line of prose begins with '# '", "Write '# ' before it, or '# %%' above it."
                )
        body = [re.sub(r"# ?", "", line, count=1) for line in body]
    while body and not body[-1].strip():
        body.pop()
    empty = next((number for number, line in enumerate(body) if line.strip()), 0)
    source = "\n".join(line.rstrip() for line in body[empty:])
    if not prose:
        _compiled(source, start + 2 + empty, name)
    return Cell("markdown" if prose else "code", source, tags, start + 2 + empty)


def _head(line: str, number: int, name: str) -> tuple[bool, tuple[str, ...]]:
    head = _HEAD.fullmatch(line.rstrip())
    try:
        tags = json.loads(head["tags"] or "[]") if head else None
    except ValueError:
        tags = None
    if head is None or tags is None or not all(isinstance(tag, str) for tag in tags):
        form = "'# %%', then perhaps ' [markdown]', then perhaps ' tags=[\"a tag\"]'"
        raise _wrong(name, number, line, f"the head of a cell is {form}", "Write it so.")
    return head["prose"] is not None, tuple(tags)


def _compiled(source: str, line: int, name: str) -> None:
    try:
        compile("\n" * (line - 1) + source, name, "exec")
    except SyntaxError as error:
        number = (error.lineno or line) - 1
        shown = (error.text or source.partition("\n")[0]).strip()
        raise _wrong(name, number, shown, f"a cell of code is whole Python ({error.msg})", "Mend the line.") from None


def _wrong(name: str, number: int, line: str, expected: str, mend: str) -> LessonError:
    return LessonError(f"{name}, line {number + 1}: expected that {expected}; received {line.strip()!r}.\n{mend}")
