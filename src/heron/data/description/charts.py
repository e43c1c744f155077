"""Charts as SVG inside a page: histograms of columns, and the classes as bars."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from heron.data.description.facts import Histogram
from heron.data.description.measure import number_text

_WIDTH, _HEIGHT = 168, 38
_LABELS, _LETTER, _BAR, _GAP = 190, 7.6, 11, 8
_LONGEST, _NUMBERS = (
    250,
    115,
)  # of a bar, and room for the numbers beside it: together with short names as wide as a phone


def escaped(text: object) -> str:
    """Text of the data in which no character means anything to a browser; control characters become `?`."""
    clean = "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in str(text))
    return html.escape(clean, quote=True)


def spark(histograms: Sequence[Histogram | None], name: str) -> str:
    """A small histogram of the first part, the others as outlines over it; heights are shares of the rows.

    Args:
        histograms: of each part, with the same edges.
        name: of the column, for those who hear the page.
    """
    first = histograms[0] if histograms else None
    if first is None or not sum(first.counts):
        return ""
    bars = len(first.counts)
    shares = [
        [count / max(1, sum(h.counts)) for count in h.counts] if h and len(h.counts) == bars else None
        for h in histograms
    ]
    top = max(max(own) for own in shares if own) or 1.0
    width = _WIDTH / bars
    gap = 0.8 if width > 3 else 0.0
    parts = [f'<line class="axis" x1="0" x2="{_WIDTH}" y1="{_HEIGHT - 0.5}" y2="{_HEIGHT - 0.5}"/>']
    for i, share in enumerate(shares[0] or []):
        height = (_HEIGHT - 2) * share / top
        if share:
            height = max(height, 1.0)
            parts.append(
                f'<rect class="p0" x="{i * width:.1f}" y="{_HEIGHT - 1 - height:.1f}" '
                f'width="{width - gap:.1f}" height="{height:.1f}"/>'
            )
    for number, own in enumerate(shares[1:], 1):
        if own:
            steps = []
            for i, share in enumerate(own):
                y = _HEIGHT - 1 - (_HEIGHT - 2) * share / top
                steps.append(f"{i * width:.1f},{y:.1f} {(i + 1) * width:.1f},{y:.1f}")
            parts.append(f'<polyline class="o{min(number, 2)}" points="{" ".join(steps)}"/>')
    label = f"Histogram of {name}, {number_text(first.edges[0])} to {number_text(first.edges[-1])}"
    return _svg(_WIDTH, _HEIGHT, label, parts)


def shares_bar(top: Sequence[tuple[str, int]], rows: int, name: str) -> str:
    """The most frequent values of a column as bars, each with its name in a tooltip."""
    if not top or not rows:
        return ""
    shown = top[:12]
    width = _WIDTH / max(len(shown), 4)
    highest = max(count for _, count in shown)
    parts = [f'<line class="axis" x1="0" x2="{_WIDTH}" y1="{_HEIGHT - 0.5}" y2="{_HEIGHT - 0.5}"/>']
    for i, (value, count) in enumerate(shown):
        height = max(1.0, (_HEIGHT - 2) * count / highest)
        parts.append(
            f'<rect class="p0" x="{i * width:.1f}" y="{_HEIGHT - 1 - height:.1f}" '
            f'width="{width - 2:.1f}" height="{height:.1f}">'
            f"<title>{escaped(value)}: {count:,} ({100 * count / rows:.1f} %)</title></rect>"
        )
    listed = ", ".join(f"{value} {count}" for value, count in shown[:5])
    return _svg(_WIDTH, _HEIGHT, f"Most frequent values of {name}: {listed}", parts)


def class_bars(parts: Sequence[tuple[str, Mapping[str, int]]]) -> str:
    """The rows of each class, a bar a part, as shares of their part, with the numbers beside."""
    names = list(parts[0][1])[:40]
    shares = [{name: own.get(name, 0) / max(1, sum(own.values())) for name in names} for _, own in parts]
    top = max((share for own in shares for share in own.values()), default=1.0) or 1.0
    block = len(parts) * (_BAR + 2) + _GAP
    block = max(block, 22)
    drawn = []
    labels = min(_LABELS, 14 + _LETTER * max(map(len, names), default=0))
    for i, name in enumerate(names):
        y = i * block
        shown = name if len(name) <= 25 else name[:24] + "…"
        drawn.append(
            f'<text x="{labels - 10:.0f}" y="{y + (block - _GAP) / 2 + 5:.1f}" text-anchor="end">{escaped(shown)}'
            f"<title>{escaped(name)}</title></text>"
        )
        start = y + (block - _GAP - len(parts) * (_BAR + 2) + 2) / 2
        for number, ((part, counts), own) in enumerate(zip(parts, shares, strict=True)):
            width = max(0.0, _LONGEST * own[name] / top)
            at = start + number * (_BAR + 2)
            drawn.append(
                f'<rect class="p{min(number, 2)}" x="{labels:.0f}" y="{at:.1f}" '
                f'width="{width:.1f}" height="{_BAR}" rx="2">'
                f"<title>{escaped(name)}, {escaped(part)}: {counts.get(name, 0):,}</title></rect>"
                f'<text class="soft" x="{labels + width + 7:.1f}" y="{at + _BAR - 1:.1f}">{counts.get(name, 0):,}'
                f"  ({100 * own[name]:.1f} %)</text>"
            )
    listed = ", ".join(f"{name} {parts[0][1].get(name, 0)}" for name in names[:10])
    return _svg(labels + _LONGEST + _NUMBERS, max(1, len(names)) * block, f"Rows of each class: {listed}", drawn)


def _svg(width: float, height: float, label: str, parts: Sequence[str]) -> str:
    return (
        f'<svg width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        f'aria-label="{escaped(label)}">{"".join(parts)}</svg>'
    )
