"""Markdown pages whose code runs: the blocks of a page in order, in one namespace, and what they print.

A ```python block runs; one marked ```python no-run is only compiled. A ```text block right below it is what it shows:
what it prints, the notes it gives, and the error it ends with; `...` stands for any text. A note or an error that is
not shown is a complaint.

`python -m tests.markdown PAGE ...` writes into pages what their blocks show.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import sys
import tempfile
import textwrap
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heron import config
from heron.errors import HeronNote
from tests.stand_in import without_keras

_FENCE = re.compile(r"^(?P<indent> *)```(?P<info>[^`\n]*)\n(?P<body>.*?)^(?P=indent)``` *$", re.MULTILINE | re.DOTALL)
_JAX_FOOTER = re.compile(r"-{20}\nFor simplicity, JAX has removed .*\n")
_LINK = re.compile(r"\[[^\]\[]*\]\((?P<target>[^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """A fenced block: language, words after it, text, the line of its first line in the page, and the output shown."""

    language: str
    marks: tuple[str, ...]
    text: str
    line: int
    shown: str | None
    shown_at: tuple[int, int] | None  # where that text stands in the page
    indent: str


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page; a ```text block that follows a ```python block belongs to it."""
    found = []
    fences = list(_FENCE.finditer(page))
    for i, fence in enumerate(fences):
        language, *marks = fence["info"].split() or [""]
        after = fences[i + 1] if i + 1 < len(fences) else None
        follows = (
            after is not None and after["info"].strip() == "text" and not page[fence.end() : after.start()].strip()
        )
        output = after if follows and language == "python" else None
        shown = textwrap.dedent(output["body"]) if output else None
        line = page.count("\n", 0, fence.start("body")) + 1
        text = textwrap.dedent(fence["body"])
        found.append(Block(language, tuple(marks), text, line, shown, output and output.span("body"), fence["indent"]))
    return found


def links(page: str) -> list[str]:
    """The targets of the links in a page, those in code left out."""
    return [link["target"] for link in _LINK.finditer(re.sub(r"`[^`\n]*`", "", _FENCE.sub("", page)))]


def complaints(path: Path, page: str) -> Iterator[str]:
    """Runs the Python blocks of a page; what does not do as the page says."""
    for block, printed, failed in outputs(path, page):
        if block.shown is None and failed:
            yield f"{path.name}:{block.line}: the block shows what the page does not:\n{printed}"
        elif block.shown is not None and not agrees(block.shown, printed):
            yield f"{path.name}:{block.line}: the page says\n{block.shown}\nthe block shows\n{printed}"


def rewritten(path: Path, page: str) -> str:
    """The page with what its blocks show, where it says something else."""
    changes = [
        (block.shown_at, textwrap.indent(printed.rstrip("\n") + "\n", block.indent))
        for block, printed, _ in outputs(path, page)
        if block.shown is not None and block.shown_at is not None and not agrees(block.shown, printed)
    ]
    for (start, stop), text in reversed(changes):
        page = page[:start] + text + page[stop:]
    return page


def outputs(path: Path, page: str) -> Iterator[tuple[Block, str, bool]]:
    """Runs the Python blocks of a page; what each shows, and whether a note or an error is part of it."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for block in blocks(page):
        if block.language == "python":
            # Blank lines in front, so that errors name the line of the page.
            code = compile("\n" * (block.line - 1) + block.text, str(path), "exec")
            if "no-run" not in block.marks:
                yield block, *run(code, namespace)


def run(code: Any, namespace: dict[str, Any]) -> tuple[str, bool]:
    """What running `code` shows, and whether a note or an error is part of it."""
    output = io.StringIO()
    failed = False
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(output):
        warnings.simplefilter("always", HeronNote)
        try:
            exec(code, namespace)
        except Exception as error:
            failed = True
            text = "".join(traceback.format_exception_only(error))
            output.write(_JAX_FOOTER.sub("", re.sub(r"^[\w.]+\.(?=\w+: )", "", text)))
    notes = [f"{type(one.message).__name__}: {one.message}\n" for one in caught]
    return output.getvalue() + "".join(notes), failed or bool(notes)


def agrees(shown: str, printed: str) -> bool:
    """Whether `printed` is `shown`, whatever stands for `...` and however the space between words runs."""
    return doctest.OutputChecker().check_output(
        shown.strip() + "\n", printed.strip() + "\n", doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    )


@contextlib.contextmanager
def settled(folder: Path) -> Iterator[None]:
    """In the block names and seeds begin anew, screens have 80 columns, files lie in `folder`, Keras is not there."""
    config.reset_names()
    config.set_random_seed(0)
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = "80"
    try:
        with contextlib.chdir(folder), without_keras():
            yield
    finally:
        os.environ.pop("COLUMNS")
        os.environ.update({} if before is None else {"COLUMNS": before})


def main() -> None:
    """Rewrites the pages that are named on the command line."""
    for path in map(Path, sys.argv[1:]):
        page = path.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder, settled(Path(folder)):
            new = rewritten(path, page)
        path.write_text(new, encoding="utf-8")
        print(path, "rewritten" if new != page else "true already")


if __name__ == "__main__":
    main()
