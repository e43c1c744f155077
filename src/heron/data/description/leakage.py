"""Inputs that say what the target is, and columns that differ between parts."""

from __future__ import annotations

import numpy as np

from heron.data import columns
from heron.data.columns import Values
from heron.data.description.facts import Determined, Shift
from heron.data.description.hashes import text_codes
from heron.data.description.source import Source, as_classes

_FOLLOWS = 0.9995
_WRONG = 0.03
_BINS = 32
_ROWS = 50_000
_SHIFT = 0.1
_SURE = 2.2


def determined(source: Source) -> list[Determined]:
    """The inputs of the first part that equal, follow or tell its target.

    A table of one input is left alone: that it tells the target is what it is for.
    """
    part = source.parts[0]
    if source.kind != "table" or len(part.target) != 1 or len(part.columns) < 2:
        return []
    (target,) = part.target.values()
    rows = min(len(target), _ROWS)
    picked = np.random.default_rng(0).permutation(len(target))[:rows]
    target = target.take(picked)
    found = []
    for name, values in part.columns.items():
        hit = _determines(values.take(picked), target, as_classes(target, source.class_names is not None))
        if hit is not None:
            found.append(Determined(name, *hit))
    return sorted(found, key=lambda item: -item.score)


def _determines(values: Values, target: Values, classes: bool) -> tuple[str, float] | None:
    known = ~values.missing & ~target.missing
    if known.sum() < 20:
        return None
    values, target = values.take(known), target.take(known)
    if _equal(values, target):
        return "equals", 1.0
    if classes:
        return _tells(values, target)
    if not (values.is_numeric and target.is_numeric):
        return None
    if len(np.unique(target.data)) < 5:
        return None
    score = max(_correlation(values.data, target.data), _correlation(_ranks(values.data), _ranks(target.data)))
    return ("follows", min(1.0, score)) if score >= _FOLLOWS else None


def _equal(values: Values, target: Values) -> bool:
    if len(np.unique(_codes(target))) < 2:
        return False
    if values.data.dtype != target.data.dtype:
        return False
    return bool((values.data == target.data).all())


def _codes(values: Values) -> np.ndarray:
    return text_codes([values.data])[0] if values.data.dtype == object else values.data


def _ranks(data: np.ndarray) -> np.ndarray:
    """Ranks from 0, those of equal values being their mean."""
    _, inverse, counts = np.unique(data, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts + 1) / 2)[inverse.reshape(-1)]


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    finite = np.isfinite(one) & np.isfinite(other)
    one, other = one[finite], other[finite]
    if len(one) < 20:
        return 0.0
    with np.errstate(all="ignore"):
        one, other = one - one.mean(), other - other.mean()
        score = abs(float((one @ other) / np.sqrt((one @ one) * (other @ other))))
    return score if np.isfinite(score) else 0.0


def _tells(values: Values, target: Values) -> tuple[str, float] | None:
    """Learns the most frequent class for each value, or range of values, of half the rows; asks the other half."""
    _, classes = np.unique(_codes(target), return_inverse=True)
    classes = classes.reshape(-1)
    cells = _cells(values)
    if cells is None or classes.max() == 0:
        return None
    half = len(cells) // 2
    table = np.zeros((int(cells.max()) + 1, int(classes.max()) + 1), np.int64)
    np.add.at(table, (cells[:half], classes[:half]), 1)
    guess = np.where(table.sum(1) > 0, table.argmax(1), -1)
    score = float((guess[cells[half:]] == classes[half:]).mean())
    usual = float(np.bincount(classes).max() / len(classes))
    return ("tells", score) if 1 - score <= _WRONG * (1 - usual) else None


def _cells(values: Values) -> np.ndarray | None:
    """A number from 0 for each value, or for each of 32 ranges of as many rows; None for texts that hardly repeat."""
    codes = _codes(values)
    known, cells = np.unique(codes, return_inverse=True)
    cells = cells.reshape(-1)
    if len(known) <= 2 * _BINS:
        return cells
    if values.data.dtype == object:
        return cells if len(known) <= len(codes) / 10 else None
    edges = np.unique(np.quantile(codes.astype(np.float64), np.linspace(0, 1, _BINS + 1)[1:-1], method="nearest"))
    return np.searchsorted(edges, codes.astype(np.float64))


def shifts(source: Source) -> list[Shift]:
    """Columns, the target among them, whose distribution in a later part differs clearly from that in the first."""
    first = source.parts[0]
    found = []
    for part in source.parts[1:]:
        for mine, theirs in ((first.columns, part.columns), (first.target, part.target)):
            for name in mine:
                if name in theirs:
                    distance = _distance(mine[name], theirs[name])
                    if distance is not None:
                        found.append(Shift(name, first.name, part.name, distance))
    return sorted(found, key=lambda shift: -shift.distance)


def _distance(one: Values, other: Values) -> float | None:
    """The distance of two distributions where it is large and no chance; else None."""
    a, b = one.data[~one.missing], other.data[~other.missing]
    if min(len(a), len(b)) < 20 or a.dtype.kind != b.dtype.kind or columns.TEXT in (one.kind, other.kind):
        return None
    if a.dtype == object:
        codes = text_codes([a, b])
        size = int(max(codes[0].max(), codes[1].max())) + 1
        shares = [np.bincount(code.astype(np.int64), minlength=size) / len(code) for code in codes]
        distance = float(np.abs(shares[0] - shares[1]).sum() / 2)
        chance = _SURE * np.sqrt(min(size, 1000) / 6)
    else:
        a, b = np.sort(a), np.sort(b)
        both = np.concatenate([a, b])
        lower = np.searchsorted(a, both, "right") / len(a)
        distance = float(np.abs(lower - np.searchsorted(b, both, "right") / len(b)).max())
        chance = _SURE
    return distance if distance >= max(_SHIFT, chance * np.sqrt((len(a) + len(b)) / (len(a) * len(b)))) else None
