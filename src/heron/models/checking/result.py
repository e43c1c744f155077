"""What a check found out, and the ways to show it."""

from __future__ import annotations

import html
import importlib
import json
import math
import os
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from heron.errors import DataError
from heron.models.checking.findings import ERROR, LOOK, MEND, OK, SEVERITIES, Finding

_WIDTH = 100
_COLOURS = {ERROR: "#B00020", MEND: "#D55E00", LOOK: "#0072B2", OK: "#009E73"}


class CheckResult:
    """What `model.check` found out: `print` it, `plot` its range test, or go on with its `findings`.

    Attributes:
        title: a line that says what was checked.
        findings: what matters, the most serious first: errors, what to mend, what to look at.
        passed: what was looked at and is well.
        suggested_learning_rate: a good rate to begin with; None when none was looked for or found.
        learning_rates: the rates of the range test, in the order in which they were tried.
        losses: the loss of the batch that was trained with each.
        smoothed: these losses without their noise.
        diverging_rate: the rate from which on the loss grew; None when it did not.
        learning_rate: the rate that the model is set to; None for a schedule.
    """

    def __init__(
        self,
        title: str,
        found: Iterable[Finding],
        *,
        suggested_learning_rate: float | None = None,
        learning_rates: Sequence[float] = (),
        losses: Sequence[float] = (),
        smoothed: Sequence[float] = (),
        diverging_rate: float | None = None,
        learning_rate: float | None = None,
    ) -> None:
        both = tuple(found)
        self.title = title
        self.findings = tuple(one for one in both if one.severity != OK)
        self.passed = tuple(one for one in both if one.severity == OK)
        self.suggested_learning_rate = suggested_learning_rate
        self.learning_rates, self.losses, self.smoothed = tuple(learning_rates), tuple(losses), tuple(smoothed)
        self.diverging_rate = diverging_rate
        self.learning_rate = learning_rate

    @property
    def ok(self) -> bool:
        """Whether nothing must be mended; there may be something to look at."""
        return not any(one.severity in (ERROR, MEND) for one in self.findings)

    @property
    def summary(self) -> str:
        """The last line: how much is to be done."""
        counts = {name: sum(one.severity == name for one in self.findings) for name in SEVERITIES}
        said = [
            f"{counts[ERROR]} error{'s' * (counts[ERROR] > 1)}" if counts[ERROR] else "",
            f"{counts[MEND]} thing{'s' * (counts[MEND] > 1)} to mend" if counts[MEND] else "",
            f"{counts[LOOK]} to look at" if counts[LOOK] else "",
        ]
        text = ", ".join(filter(None, said)) or "Nothing to complain about"
        rate = self.suggested_learning_rate
        return f"{text}." + (f" Suggested learning rate: {rate:g}." if rate is not None else "")

    def plot(self, path: str | os.PathLike[str] | None = None, *, ax: Any = None) -> Any:
        """Draws the range test: the loss at each learning rate, and the suggested one.

        Args:
            path: a file to write, in the format of its ending.
            ax: axes of a matplotlib figure to draw in; by default those of a figure of its own.

        Returns:
            The matplotlib figure, which shows itself in notebooks.

        Raises:
            DataError: when there was no range test.
        """
        if len(self.learning_rates) < 2:
            raise DataError(
                "There is no range test to draw: it was left out (learning_rate=False), or errors came before it.\n"
                "Mend what print(result) names, then call model.check(x, y) again."
            )
        picture = importlib.import_module(f"{__package__}.picture")
        return picture.range_test(self, path=path, ax=ax)

    def to_dict(self) -> dict[str, Any]:
        """All of it as dicts, lists, numbers and text; numbers that are not finite are None."""
        return {
            "title": self.title,
            "ok": self.ok,
            "findings": [asdict(one) for one in self.findings],
            "passed": [asdict(one) for one in self.passed],
            "learning_rate": self.learning_rate,
            "suggested_learning_rate": self.suggested_learning_rate,
            "diverging_rate": self.diverging_rate,
            "learning_rates": list(self.learning_rates),
            "losses": [loss if math.isfinite(loss) else None for loss in self.losses],
        }

    def to_json(self, indent: int | None = 2) -> str:
        """The same as JSON."""
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False)

    def __str__(self) -> str:
        lines = [self.title, ""]
        everything = (*self.findings, *self.passed)
        width = max((len(one.about) for one in everything), default=0)
        for one in everything:
            head = f"  {one.severity:<5}  {one.about:<{width}}  "
            body = _wrapped(f"{one.what} {one.why}".strip(), _WIDTH - len(head))
            for line in one.mend.splitlines():
                body += [f"> {part}" if i == 0 else f"  {part}" for i, part in enumerate(_cut(line, len(head) + 2))]
            if one.term:
                body.append(f"> heron explain {one.term.replace(' ', '-')}")
            lines += [(head if i == 0 else " " * len(head)) + part for i, part in enumerate(body)]
        return "\n".join([*lines, "", self.summary])

    def __repr__(self) -> str:
        return f"<CheckResult of {self.title.partition(':')[0]}: {self.summary}>"

    def _repr_html_(self) -> str:
        cells = "".join(
            f'<tr><td style="color:{_COLOURS[one.severity]};font-weight:bold">{one.severity}</td>'
            f"<td>{html.escape(one.about)}</td>"
            f'<td style="text-align:left">{html.escape(f"{one.what} {one.why}".strip())}'
            + "".join(f"<br><code>{html.escape(line)}</code>" for line in one.mend.splitlines())
            + "</td></tr>"
            for one in (*self.findings, *self.passed)
        )
        return f"<p><b>{html.escape(self.title)}</b></p><table>{cells}</table><p>{html.escape(self.summary)}</p>"


def _wrapped(text: str, width: int) -> list[str]:
    together = text.replace(" %", "\N{NO-BREAK SPACE}%")
    lines = textwrap.wrap(together, width, break_long_words=False, break_on_hyphens=False)
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines] or [""]


def _cut(text: str, taken: int) -> list[str]:
    return _wrapped(text, _WIDTH - taken)
