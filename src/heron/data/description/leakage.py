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
_FEW_VALUES = 64
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
    """Learns from half of the rows, asks the other half; the share of rows told right where that is nearly all."""
    _, classes = np.unique(_codes(target), return_inverse=True)
    classes = classes.reshape(-1)
    known, cells = np.unique(_codes(values), return_inverse=True)
    if classes.max() == 0 or (values.data.dtype == object and len(known) > max(_FEW_VALUES, len(classes) / 10)):
        return None
    half = len(classes) // 2
    if len(known) <= _FEW_VALUES or values.data.dtype == object:
        guess = _most_frequent(cells.reshape(-1), classes, half)
    else:
        guess = _nearest(values.data.astype(np.float64), classes, half)
    score = float((guess == classes[half:]).mean())
    usual = float(np.bincount(classes).max() / len(classes))
    return ("tells", score) if 1 - score <= _WRONG * (1 - usual) else None


def _most_frequent(cells: np.ndarray, classes: np.ndarray, half: int) -> np.ndarray:
    """For each later row the class that is most frequent among earlier ones with its value; -1 where there is none."""
    table = np.zeros((int(cells.max()) + 1, int(classes.max()) + 1), np.int64)
    np.add.at(table, (cells[:half], classes[:half]), 1)
    return np.where(table.sum(1) > 0, table.argmax(1), -1)[cells[half:]]


def _nearest(data: np.ndarray, classes: np.ndarray, half: int) -> np.ndarray:
    """For each later row the class of the earlier one whose value is nearest."""
    order = np.argsort(data[:half], kind="stable")
    ordered, asked = data[order], data[half:]
    right = np.clip(np.searchsorted(ordered, asked), 1, half - 1)
    with np.errstate(invalid="ignore", over="ignore"):
        closer_left = asked - ordered[right - 1] <= ordered[right] - asked
    return classes[order[np.where(closer_left, right - 1, right)]]


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
