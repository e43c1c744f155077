"""A description as plain text, for `print` and for pipes."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from heron.data.description.facts import ColumnFacts, Facts, PartFacts
from heron.data.description.measure import number_text

_WIDTH = 100
_COLUMNS = 40
_MARKS = {"serious": "!!", "warning": "! ", "hint": "- "}
HEADINGS = ("column", "kind", "missing", "distinct", "lowest", "median", "highest", "mean", "std")


def words(facts: Facts) -> str:
    """The description as text of at most 100 columns."""
    lines = [printable(facts.name, _WIDTH)]
    lines += [f"  {printable(line, 500)}" for line in (summary(facts), *picture_lines(facts), *facts.notes)]
    for part in facts.parts[:1]:
        if part.classes:
            lines += ["", f"Classes ({', '.join(p.name for p in facts.parts)})", *_class_lines(facts)]
        rows = [cells(column) for column in part.columns[:_COLUMNS]]
        if rows:
            lines += ["", *_aligned([HEADINGS, *rows])]
        if len(part.columns) > _COLUMNS:
            lines.append(f"... {len(part.columns) - _COLUMNS} more columns")
    lines += ["", *_finding_lines(facts)]
    return "\n".join(line.rstrip() for line in lines)


def summary(facts: Facts) -> str:
    """Rows, columns and target in a line."""
    rows = ", ".join(_rows(part, facts) for part in facts.parts)
    shape = f" of shape {facts.shape}" if facts.kind in ("pictures", "sequences") and facts.shape else ""
    columns = f"; {facts.columns_total} columns" if facts.kind == "table" else ""
    goal = f"; target {printable(facts.target)}" if facts.target else ""
    return f"{rows}{shape}{columns}{goal}"


def _rows(part: PartFacts, facts: Facts) -> str:
    count = f"{part.rows:,}" if part.rows is not None else f"at least {part.looked_at:,}"
    name = "" if part.name == "data" else f"{part.name}: "
    return f"{name}{count} {facts.noun(part.rows or 2)}"


def picture_lines(facts: Facts) -> list[str]:
    """Sizes and values of pictures, a line a part."""
    lines = []
    for part in facts.parts:
        seen = part.pictures
        if seen is None:
            continue
        sizes = ", ".join(f"{size} ({count:,})" for size, count in seen.sizes[:3]) + (
            ", ..." if len(seen.sizes) > 3 else ""
        )
        values = ""
        if seen.minimum is not None and seen.maximum is not None and seen.mean is not None and seen.std is not None:
            values = (
                (
                    f"; values {number_text(round(seen.minimum, 4))} to {number_text(round(seen.maximum, 4))}, "
                    f"mean {seen.mean:.4g}, std {seen.std:.4g}"
                )
                if seen.minimum == seen.minimum
                else "; none could be read"
            )
        lines.append(f"{part.name}: {sizes}{values}")
    return lines


def cells(column: ColumnFacts) -> tuple[str, ...]:
    """A line of the table of columns, under `HEADINGS`."""
    kind = column.kind + (" (target)" if column.role == "target" else "")
    words_of = " words" if column.kind == "text" else " steps" if column.kind == "sequence" else ""
    quantile = column.quantiles.get(0.5)
    lowest, highest = column.minimum, column.maximum
    if lowest is None and column.top:
        lowest = f"mostly {printable(column.top[0][0])} ({column.top[0][1]:,})"
    return (
        printable(column.name),
        kind,
        f"{column.missing:,}" if column.missing else "",
        f"{column.distinct:,}",
        value_cell(lowest) + (words_of if lowest is not None else ""),
        value_cell(quantile),
        value_cell(highest),
        value_cell(column.mean),
        value_cell(column.std),
    )


def value_cell(value: float | str | None) -> str:
    """A number in four digits or without decimals, a text as it is, nothing for None.

    >>> value_cell(55_290.31), value_cell(0.123456), value_cell(3.0)
    ('55290', '0.1235', '3')
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if 1e4 <= abs(value) < 1e7:
        return f"{value:.0f}"
    return number_text(value) if abs(value) < 1e7 and value == round(value) else f"{value:.4g}"


def printable(text: str, most: int = 40) -> str:
    r"""A text of the data without line breaks and control characters, at most `most` long.

    >>> printable("a\tb\x1b[31m")
    'a b?[31m'
    """
    clean = "".join(c if c.isprintable() else " " if c.isspace() else "?" for c in str(text))
    return clean if len(clean) <= most else clean[: most - 1] + "…"


def _class_lines(facts: Facts) -> list[str]:
    names = list(facts.parts[0].classes or {})
    rows = [
        [printable(name), *[f"{(part.classes or {}).get(name, 0):,}" for part in facts.parts]]
        for name in names[:_COLUMNS]
    ]
    more = [f"... {len(names) - _COLUMNS} more classes"] if len(names) > _COLUMNS else []
    return [*_aligned(rows), *more]


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  "
        + "  ".join(
            c.ljust(w) if (i < 2 and len(row) > 4) or i == 0 else c.rjust(w)
            for i, (c, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]


def _finding_lines(facts: Facts) -> list[str]:
    if not facts.findings:
        return ["Nothing to complain about."]
    lines = ["Findings, the most serious first"]
    for finding in facts.findings:
        text = printable(f"{finding.text} {finding.mend}", 2000)
        wrapped = textwrap.wrap(text, _WIDTH - 5, break_long_words=False)
        lines += [f"  {_MARKS[finding.severity]} {wrapped[0]}", *[f"     {line}" for line in wrapped[1:]]]
    return lines
