"""Words of the glossary in a terminal, or in a pipe."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from heron import glossary

_COLUMNS = 92


def list_terms() -> None:
    """Prints all words: name, and the beginning of its sentence on a terminal; the whole of it in a pipe."""
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        for term in glossary.TERMS.values():
            print(f"{term.name}: {term.sentence}")
        return
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    table.add_column(no_wrap=True, style="bold cyan")
    table.add_column(no_wrap=True, overflow="ellipsis")
    for term in glossary.TERMS.values():
        table.add_row(term.name, term.sentence)
    console.print(table)
    console.print("\nOne of them: heron explain softmax")


def explain(term: glossary.Term) -> None:
    """Prints a word: coloured on a terminal, plain text elsewhere."""
    console = Console(highlight=False, markup=False)
    width = min(console.width, _COLUMNS)
    if not console.is_terminal:
        print(glossary.as_text(term, width))
        return
    console.print(Text(term.name, style="bold cyan"))
    console.print(Padding(Text(term.sentence), (0, 0, 0, 2)), width=width)
    if term.formula:
        console.print(Padding(Text(term.formula, style="bold"), (1, 0, 0, 4)))
    if term.picture is not None:
        console.print(Padding(Text(term.picture(), no_wrap=True), (1, 0, 0, 4)))
    if term.example:
        typed = Syntax(term.example, "pycon", theme="ansi_dark", background_color="default")
        console.print(Padding(typed, (1, 0, 0, 4)))
    if term.see:
        console.print(Padding(Text.assemble(("See also: ", "dim"), ", ".join(term.see)), (1, 0, 0, 2)), width=width)
