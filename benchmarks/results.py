"""From the runs of a measure to medians, ratios and tables. Pure functions on numbers and text."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.measure import HERON, JAX, Figure, Measure, Target

Runs = Mapping[str, Sequence[Mapping[str, float]]]
"""The figures of each run, in the order of the rounds, by contestant."""

_SCALES = {"s": 1.0, "ms": 1e3, "µs": 1e6}


@dataclass(frozen=True)
class Summary:
    """The values of one figure over the rounds."""

    median: float
    least: float
    most: float
    rounds: int


def summarise(values: Sequence[float]) -> Summary:
    """The median and the extremes of `values`, which must not be empty."""
    if not values:
        raise ValueError("summarise needs at least one value; received none.")
    return Summary(median(values), min(values), max(values), len(values))


def values_of(runs: Runs, contestant: str, key: str) -> list[float]:
    """One figure of one contestant, round by round."""
    return [run[key] for run in runs.get(contestant, ()) if key in run]


def ratio(values: Sequence[float], base: Sequence[float]) -> float:
    """How many times `base` the values are: the median of the ratios of the rounds that both ran in.

    A busy machine slows a whole round, so the ratio within a round is steadier than that of two medians.
    """
    pairs = [a / b for a, b in zip(values, base, strict=False) if b > 0]
    return median(pairs) if pairs else math.nan


def number(value: float, unit: str) -> str:
    """`value` with three significant digits, in `unit`."""
    shown = value * _SCALES.get(unit, 1.0)
    digits = 0 if shown == 0 else max(0, 2 - math.floor(math.log10(abs(shown))))
    return f"{shown:,.{min(digits, 4)}f}"


def rows(measure: Measure, figure: Figure, runs: Runs) -> list[list[str]]:
    """The table of one figure, its heading first: who, median, extremes, times heron, rounds."""
    heading = ["", f"median {figure.unit}", "min - max", "times heron", "rounds"]
    if not figure.is_ratio_meant:
        heading.remove("times heron")
    table = [heading]
    base = values_of(runs, HERON, figure.key)
    for contestant in measure.contestants:
        values = values_of(runs, contestant.name, figure.key)
        if not values:
            continue
        found = summarise(values)
        low, high = number(found.least, figure.unit), number(found.most, figure.unit)
        row = [contestant.name, number(found.median, figure.unit), f"{low} - {high}"]
        if figure.is_ratio_meant:
            row.append(f"{ratio(values, base):.2f}" if base else "-")
        table.append([*row, str(found.rounds)])
    return table


def best_peer(runs: Runs, figure: Figure) -> str | None:
    """The contestant with the best median that is neither heron nor hand-written JAX."""
    medians = {
        name: summarise(values).median
        for name in runs
        if not name.startswith((HERON, JAX.name)) and (values := values_of(runs, name, figure.key))
    }
    best = max if figure.is_more_better else min
    return best(medians, key=medians.__getitem__) if medians else None


def verdict(target: Target, figures: Mapping[str, Figure], runs: Runs) -> str:
    """One line: what was to be reached, what was, and whether that is enough."""
    figure = figures[target.figure]
    values = values_of(runs, target.contestant, target.figure)
    subject = f"{target.contestant}: {figure.title}"
    bound = "to be at least" if figure.is_more_better else "to be at most"
    if not values:
        return f"not measured: {subject}"
    if target.times is None:
        got, scale = summarise(values).median, _SCALES.get(figure.unit, 1.0)
        shown = f"{number(got, figure.unit)} {figure.unit}, {bound} {target.limit * scale:g} {figure.unit}"
    else:
        other = best_peer(runs, figure) if target.times == "best peer" else target.times
        base = values_of(runs, other or "", target.figure)
        if not base:
            return f"not measured: {subject} against {target.times}"
        got = ratio(values, base)
        shown = f"{got:.2f} times {other}, {bound} {target.limit:g} times"
    is_reached = got >= target.limit if figure.is_more_better else got <= target.limit
    return f"{'reached' if is_reached else 'MISSED'}: {subject} {shown}"


def verdicts(measure: Measure, runs: Runs) -> list[str]:
    """The verdict on each target of the measure."""
    figures = {figure.key: figure for figure in measure.figures}
    return [verdict(target, figures, runs) for target in measure.targets]


def as_text(table: Sequence[Sequence[str]]) -> str:
    """The table for a terminal: the first column to the left, numbers to the right."""
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))])
        for row in table
    ]
    return "\n".join("  " + line.rstrip() for line in lines)


def as_markdown(table: Sequence[Sequence[str]]) -> str:
    """The table in Markdown."""
    rule = ["---", *["---:"] * (len(table[0]) - 1)]
    return "\n".join("| " + " | ".join(row) + " |" for row in (table[0], rule, *table[1:]))


def report(measure: Measure, runs: Runs, markdown: bool = False) -> str:
    """Everything there is to say about a measure that has run."""
    parts = [f"### {measure.title}" if markdown else measure.title, measure.text]
    for figure in measure.figures:
        table = rows(measure, figure, runs)
        if len(table) > 1:
            parts.append(f"**{figure.title}**" if markdown else figure.title)
            parts.append(as_markdown(table) if markdown else as_text(table))
    said = verdicts(measure, runs)
    if said:
        parts.append("\n".join(f"- {line}" if markdown else f"  {line}" for line in said))
    return "\n\n".join(parts) if markdown else "\n".join(parts)
