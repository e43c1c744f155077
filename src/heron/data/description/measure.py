"""Facts of one column: ranges, quantiles, distinct and missing values, outliers, a histogram."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from heron.data import columns
from heron.data.columns import Values
from heron.data.description.facts import ColumnFacts, Histogram

QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
BINS = 24
_TOP = 12
_FEW_VALUES = 24
_FENCE = 3.0  # Tukey's far-out values
_SENTINELS = frozenset({-1.0, -9.0, -99.0, -999.0, -9999.0, -99999.0, 99.0, 999.0, 9999.0, 99999.0, 999999.0})


def column_facts(name: str, values: Values, role: str = "input", edges: Any = None) -> ColumnFacts:
    """The facts of a column.

    Args:
        name: its name.
        values: what it holds.
        role: `"input"` or `"target"`.
        edges: of the histogram; None chooses them.
    """
    common: dict[str, Any] = {
        "name": name,
        "role": role,
        "kind": values.kind,
        "dtype": values.dtype,
        "rows": len(values),
        "odd": values.odd,
        "odd_count": values.odd_count,
    }
    if values.is_numeric:
        return ColumnFacts(**common, **_of_numbers(values, edges, name))
    if values.kind == columns.DATE:
        return ColumnFacts(**common, **_of_dates(values, edges))
    return ColumnFacts(**common, **_of_words(values, edges, name))


def _of_numbers(values: Values, edges: Any, name: str) -> dict[str, Any]:
    data = values.data
    ordered = np.sort(data[np.isfinite(data)])
    missing = int(np.isnan(data).sum())
    facts: dict[str, Any] = {"missing": missing, "infinite": len(data) - missing - len(ordered)}
    infinities = len(np.unique(data[np.isinf(data)]))
    if not len(ordered):
        return facts | {"distinct": infinities}
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    counts = np.diff(starts, append=len(ordered))
    with np.errstate(over="ignore", invalid="ignore"):
        facts |= {
            "distinct": len(starts) + infinities,
            "minimum": float(ordered[0]),
            "maximum": float(ordered[-1]),
            "mean": float(ordered.mean()),
            "std": float(ordered.std()),
            "quantiles": quantiles(ordered),
            "outliers": _outliers(ordered, values.kind),
            "histogram": histogram(ordered, edges),
        }
    if len(starts) <= _FEW_VALUES:
        order = np.argsort(-counts, kind="stable")[:_TOP]
        facts["top"] = tuple((_label(ordered[starts[i]], values), int(counts[i])) for i in order)
    if values.kind in (columns.NUMBER, columns.WHOLE):
        facts["sentinel"] = _sentinel(ordered, starts, counts)
    facts["is_id"] = not infinities and _counts_rows(ordered, len(starts), len(data), name)
    return facts


def _label(value: float, values: Values) -> str:
    if values.words:
        return values.words[-1] if value else values.words[0]
    return number_text(value)


def number_text(value: float) -> str:
    """A number as short as six digits allow: `12`, `0.25`, `1.2e+07`."""
    return f"{int(value)}" if abs(value) < 1e15 and value == int(value) else f"{value:.6g}"


def quantiles(ordered: np.ndarray) -> dict[float, float]:
    """The `QUANTILES` of sorted numbers, linear between two of them."""
    at = np.array(QUANTILES) * (len(ordered) - 1)
    low = np.floor(at).astype(int)
    high = np.minimum(low + 1, len(ordered) - 1)
    share = at - low
    between = ordered[low] * (1 - share) + ordered[high] * share
    return {q: float(value) for q, value in zip(QUANTILES, between, strict=True)}


def histogram(ordered: np.ndarray, edges: Any = None) -> Histogram | None:
    """A histogram of sorted finite numbers: one bar a value for a few whole numbers, else 24 of equal width.

    Values beyond given edges count in the first or the last bar.
    """
    if not len(ordered):
        return None
    if edges is None:
        edges = _edges(float(ordered[0]), float(ordered[-1]), bool((ordered == np.rint(ordered)).all()))
    if edges is None:
        return None
    places = np.searchsorted(ordered, np.asarray(edges)[1:-1], side="left")
    counts = np.diff(np.concatenate([[0], places, [len(ordered)]]))
    return Histogram(tuple(float(e) for e in edges), tuple(int(c) for c in counts))


def _edges(low: float, high: float, whole: bool) -> np.ndarray | None:
    if not np.isfinite(high - low):
        return None
    if whole and high - low < BINS:
        return np.arange(low, high + 2) - 0.5
    if low == high:
        return np.array([low - abs(low) / 2 - 0.5, high + abs(high) / 2 + 0.5])
    edges = np.linspace(low, high, BINS + 1)
    return edges if (np.diff(edges) > 0).all() else None


def _outliers(ordered: np.ndarray, kind: str) -> int:
    if kind == columns.YES_NO or len(ordered) < 8:
        return 0
    low, high = np.quantile(ordered, 0.25), np.quantile(ordered, 0.75)
    reach = _FENCE * (high - low)
    if reach == 0:
        return 0
    return (
        int(np.searchsorted(ordered, low - reach, "left"))
        + len(ordered)
        - int(np.searchsorted(ordered, high + reach, "right"))
    )


def _sentinel(ordered: np.ndarray, starts: np.ndarray, counts: np.ndarray) -> float | None:
    """The smallest or largest value where it is one of the usual stand-ins, repeats, and lies far from the others."""
    if len(starts) < 4:
        return None
    for here, rest in ((0, slice(1, None)), (-1, slice(None, -1))):
        value, others = float(ordered[starts[here]]), ordered[starts[rest]]
        spread = float(others[-1] - others[0])
        gap = float(abs(others[0 if here == 0 else -1] - value))
        below_all = value == -1.0 and others[0] >= 0 and spread > 20
        if value in _SENTINELS and counts[here] >= 2 and (gap > spread or below_all):
            return value
    return None


def _counts_rows(ordered: np.ndarray, distinct: int, rows: int, name: str) -> bool:
    """Whether nearly all rows have a whole number of their own, which counts them or is named as what does."""
    if rows < 10 or distinct < 0.95 * rows or not (ordered == np.rint(ordered)).all():
        return False
    return ordered[-1] - ordered[0] == distinct - 1 or _named_as_id(name)


def _named_as_id(name: str) -> bool:
    words = name.lower().replace("-", "_").replace(" ", "_").split("_")
    return any(word in ("id", "uuid", "guid", "key", "index", "nr", "no", "number") for word in words)


def _of_dates(values: Values, edges: Any) -> dict[str, Any]:
    known = values.data[~np.isnat(values.data)]
    facts: dict[str, Any] = {"missing": len(values) - len(known)}
    if not len(known):
        return facts
    ordered = np.sort(known)
    days = ordered.astype("int64") / 86400.0
    whole_days = bool((days == np.rint(days)).all())
    shown = [str(day)[: 10 if whole_days else 19].replace("T", " ") for day in (ordered[0], ordered[-1])]
    return facts | {
        "distinct": len(np.unique(ordered)),
        "minimum": shown[0],
        "maximum": shown[1],
        "histogram": histogram(days, edges),
    }


def _of_words(values: Values, edges: Any, name: str) -> dict[str, Any]:
    counts = Counter(values.data.tolist())
    missing = counts.pop(None, 0)
    facts: dict[str, Any] = {"missing": missing, "distinct": len(counts)}
    if values.kind != columns.TEXT or len(counts) <= _FEW_VALUES:
        facts["top"] = tuple((str(text), count) for text, count in counts.most_common(_TOP))
    if values.kind == columns.TEXT:
        lengths = np.sort([float(len(text.split())) for text in values.data.tolist() if text is not None])
        facts |= {
            "minimum": float(lengths[0]),
            "maximum": float(lengths[-1]),
            "mean": float(lengths.mean()),
            "std": float(lengths.std()),
            "quantiles": quantiles(lengths),
            "histogram": histogram(lengths, edges),
        }
        single = lengths[-1] <= 1 or _named_as_id(name)
        facts["is_id"] = len(values) >= 10 and len(counts) >= 0.95 * len(values) and bool(single)
    return facts
