"""A description: the facts, and the ways to show them."""

from __future__ import annotations

import html
import json
import os
from pathlib import Path
from typing import Any

from heron.data.description.examples import Examples
from heron.data.description.facts import Facts, Finding, plain
from heron.data.description.page import page
from heron.data.description.words import HEADINGS, cells, picture_lines, summary, words


class Description:
    """What `describe` found out: `print` it, `save` it as a page, or go on with its `facts`.

    Attributes:
        facts: everything that was found out, as plain records.
        examples: pictures to show.
    """

    def __init__(self, facts: Facts, examples: Examples) -> None:
        self.facts = facts
        self.examples = examples

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What matters, the most serious first."""
        return self.facts.findings

    @property
    def summary(self) -> tuple[str, ...]:
        """Lines that say what the data are, and how much of them was looked at."""
        return (summary(self.facts), *picture_lines(self.facts), *self.facts.notes)

    @property
    def table(self) -> list[tuple[str, ...]]:
        """The columns as text in a table: the headings, then a line for each column."""
        return [HEADINGS, *(cells(column) for column in self.facts.parts[0].columns)]

    def to_dict(self) -> dict[str, Any]:
        """The facts as dicts, lists, numbers and text, without the pictures."""
        found: dict[str, Any] = plain(self.facts)
        return found

    def to_json(self, indent: int | None = 2) -> str:
        """The facts as JSON; NaN is null."""
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False)

    def to_html(self) -> str:
        """A page that is complete in itself: no network, no other file."""
        return page(self.facts, self.examples)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Writes the page, or, when the name ends with `.json`, the facts.

        Returns:
            The path of the file.
        """
        target = Path(path)
        text = self.to_json() if target.suffix.lower() == ".json" else self.to_html()
        target.write_text(text, encoding="utf-8")
        return target

    def __str__(self) -> str:
        return words(self.facts)

    def __repr__(self) -> str:
        rows = " + ".join(f"{part.rows or part.looked_at:,}" for part in self.facts.parts)
        return f"<Description of {self.facts.name}: {rows} {self.facts.noun()}; findings: {len(self.findings)}>"

    def _repr_html_(self) -> str:
        return (
            f'<iframe title="Description of {html.escape(self.facts.name, quote=True)}" '
            f'sandbox="allow-scripts" style="width:100%;height:720px;border:1px solid #8884;border-radius:6px" '
            f'srcdoc="{html.escape(self.to_html(), quote=True)}"></iframe>'
        )
