"""Descriptions of data in a terminal, or in a pipe."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

import heron

if TYPE_CHECKING:
    from heron.data import Description

_MOST_COLUMNS = 60
_BAR = 24
_STYLES = {"serious": "bold red", "warning": "yellow", "hint": "cyan"}
_NARROW = 110
_LEFT_OUT_WHEN_NARROW = frozenset({"distinct", "mean", "std"})
_TEXT_HEADINGS = frozenset({"column", "kind"})


def list_data_sets() -> None:
    """Prints the data sets that can be described by name: name, and what it is."""
    console = Console(highlight=False)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    table.add_column(no_wrap=True, style="bold cyan")
    table.add_column()
    for name in heron.datasets.__all__:
        module = getattr(heron.datasets, name)
        if hasattr(module, "load_data"):
            line = (module.__doc__ or "").strip().splitlines()[0]
            table.add_row(name, line.partition(": ")[2].rstrip(".") or line)
    console.print(table)
    console.print("\nDescribe one, or what is yours: heron describe auto_mpg, heron describe data.csv --target price")


def show(description: Description) -> None:
    """Prints a description: coloured tables on a terminal, plain text elsewhere."""
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        print(description)
        return
    console.print(Text(printable(description.facts.name), style="bold"))
    for line in description.summary:
        console.print(Padding(Text(printable(line), style="dim"), (0, 0, 0, 2)))
    _show_classes(console, description)
    _show_columns(console, description)
    _show_findings(console, description)


def save(description: Description, path: Path) -> None:
    """Writes the page and says so.

    Raises:
        OSError: when it cannot be written.
    """
    written = description.save(path)
    Console(highlight=False, markup=False, stderr=True).print(f"Written: {written}", soft_wrap=True)


def printable(text: str) -> str:
    r"""Text of the data without characters that steer a terminal.

    >>> printable("a\x1b[31mb")
    'a?[31mb'
    """
    return "".join(c if c.isprintable() else " " if c.isspace() else "?" for c in text)


def _show_classes(console: Console, description: Description) -> None:
    parts = [part for part in description.facts.parts if part.classes]
    if not parts:
        return
    table = Table(box=box.SIMPLE_HEAD, header_style="dim", pad_edge=False)
    table.add_column("class")
    for part in parts:
        table.add_column(part.name, justify="right")
    table.add_column("")
    first = parts[0].classes or {}
    most = max(first.values(), default=1) or 1
    for name in list(first)[:_MOST_COLUMNS]:
        counts = [f"{(part.classes or {}).get(name, 0):,}" for part in parts]
        bar = "█" * round(_BAR * first[name] / most)
        table.add_row(printable(name), *counts, Text(bar, style="blue"))
    console.print(table)
    if len(first) > _MOST_COLUMNS:
        console.print(f"... {len(first) - _MOST_COLUMNS} more classes")


def _show_columns(console: Console, description: Description) -> None:
    headings, *rows = description.table
    if not rows or description.facts.kind == "pictures":
        return
    kept = [
        place
        for place, heading in enumerate(headings)
        if console.width >= _NARROW or heading not in _LEFT_OUT_WHEN_NARROW
    ]
    table = Table(box=box.SIMPLE_HEAD, header_style="dim", pad_edge=False)
    for place in kept:
        heading = headings[place]
        style = "bold" if heading == "column" else "yellow" if heading == "missing" else ""
        table.add_column(heading, justify="left" if heading in _TEXT_HEADINGS else "right", style=style)
    for row in rows[:_MOST_COLUMNS]:
        table.add_row(*[Text(printable(row[place])) for place in kept])
    console.print(table)
    if len(rows) > _MOST_COLUMNS:
        console.print(f"... {len(rows) - _MOST_COLUMNS} more columns")


def _show_findings(console: Console, description: Description) -> None:
    if not description.findings:
        console.print("\nNothing to complain about.")
        return
    console.print()
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column()
    for finding in description.findings:
        said = Text.assemble(printable(finding.text), "\n", (printable(finding.mend), "dim"))
        table.add_row(Text(finding.severity, style=_STYLES[finding.severity]), said)
    console.print(table)
