"""Rows that are equal or nearly so, within a part and between parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from heron.data import columns
from heron.data.columns import Values
from heron.data.description.facts import Repeats
from heron.data.description.hashes import block_hashes, mixed, table_hashes, text_codes
from heron.data.description.pictures import Looks
from heron.data.description.source import Part, Source

NEAR = 0.05
"""How far apart the signatures, which have length 1, of nearly equal pictures may be: a correlation of 0.99875."""

_RELATIVE_NEAR = 0.07
_DIRECTIONS = (8, 24)
_MOST_CANDIDATES = 10_000_000
_ROUNDING = 1e-3
_FEWEST_COLUMNS = 4
_SHOWN = 12


@dataclass
class Keys:
    """What equal rows of a part have in common.

    Attributes:
        exact: `(rows,)`, the same number for equal rows.
        near: further numbers of that kind: rows that share one are nearly equal.
        usable: rows that may be compared; others, unreadable pictures say, have no equals.
    """

    exact: np.ndarray
    near: list[np.ndarray] = field(default_factory=list)
    usable: np.ndarray | None = None


def repeats(source: Source, looks: Sequence[Looks | None]) -> list[Repeats]:
    """Equal and nearly equal rows of each part, and between each two parts."""
    parts = source.parts
    keys = _keys(source, looks)
    near = _near_pictures(looks) if source.kind == "pictures" else None
    found = [_within(part, key, near, i) for i, (part, key) in enumerate(zip(parts, keys, strict=True))]
    for first in range(len(parts)):
        for second in range(first + 1, len(parts)):
            found.append(_between(parts, keys, near, first, second, found[first]))
    return found


def _keys(source: Source, looks: Sequence[Looks | None]) -> list[Keys]:
    parts = source.parts
    if source.kind == "pictures":
        return [
            Keys(look.hashes, usable=np.isfinite(look.brightness) & ~look.blank) for look in looks if look is not None
        ]
    blocks = [part.block for part in parts if part.block is not None]
    if len(blocks) == len(parts):
        dtype = np.result_type(*[block.dtype for block in blocks])
        return [Keys(block_hashes(block.astype(dtype, copy=False))) for block in blocks]
    tables = [part.columns for part in parts]
    exact = table_hashes(tables)
    if source.kind == "texts":
        near = [_normal_texts(table) for table in tables]
        codes = text_codes(near)
        return [Keys(mine, [mixed(code)]) for mine, code in zip(exact, codes, strict=True)]
    roundings = _roundings(tables[0])
    rounded = [table_hashes(tables, digits) for digits in roundings] if roundings else []
    return [Keys(mine, [r[i] for r in rounded]) for i, mine in enumerate(exact)]


def _normal_texts(table: dict[str, Values]) -> np.ndarray:
    """The words alone, in lower case."""
    (values,) = table.values()
    out = np.empty(len(values), object)
    texts = values.data.tolist() if values.data.dtype == object else [str(v) for v in values.data]
    out[:] = [
        None if text is None else " ".join("".join(c if c.isalnum() else " " for c in text.lower()).split())
        for text in texts
    ]
    return out


def _roundings(table: dict[str, Values]) -> list[np.ndarray]:
    """The widths to which numbers are rounded, two lots, so that a pair on two sides of an edge meets in the other."""
    numeric = [values for values in table.values() if values.is_numeric]
    widths, fine = [], 0
    for values in numeric:
        known = values.data[np.isfinite(values.data)]
        with np.errstate(over="ignore", invalid="ignore"):
            std = float(known.std()) if len(known) else 0.0
        is_fine = values.kind == columns.NUMBER and len(np.unique(known)) > 20 and np.isfinite(std)
        fine += is_fine
        widths.append(_ROUNDING * std if is_fine else 0.0)
    if fine < _FEWEST_COLUMNS:
        return []
    return [np.array(widths), np.array(widths) * 1.6180339887]


def _groups(keys: np.ndarray, usable: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """The first row with the same key, for each row, and whether the row is a repetition of an earlier one."""
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    leader = first[inverse.reshape(-1)]
    again = leader != np.arange(len(keys))
    if usable is not None:
        again &= usable
    return leader, again


def _within(part: Part, keys: Keys, near: np.ndarray | None, number: int) -> Repeats:
    leader, again = _groups(keys.exact, keys.usable)
    pairs = [(part.row(int(leader[i])), part.row(int(i)), True) for i in np.flatnonzero(again)[:_SHOWN]]
    near_rows = np.zeros(len(again), bool)
    if near is not None:
        mine = near[(near[:, 0] == number) & (near[:, 2] == number)]
        mine = mine[~again[mine[:, 1]] & ~again[mine[:, 3]] & (keys.exact[mine[:, 1]] != keys.exact[mine[:, 3]])]
        near_rows[mine[:, 3]] = True
        pairs += [(part.row(a), part.row(b), False) for _, a, _, b in mine[:_SHOWN]]
    for key in keys.near:
        near_leader, near_again = _groups(key, keys.usable)
        fresh = near_again & ~again & (keys.exact[near_leader] != keys.exact) & ~near_rows
        pairs += [(part.row(near_leader[i]), part.row(i), False) for i in np.flatnonzero(fresh)[:_SHOWN]]
        near_rows |= fresh
    return Repeats(
        part.name,
        part.name,
        int(again.sum()),
        int(near_rows.sum()),
        tuple(pairs),
        _contradictions(part, leader, again),
        _usual(again),
    )


def _usual(again: np.ndarray) -> bool:
    """Whether rows repeat so often that few different ones are possible."""
    return len(again) > 20 and float(again.mean()) > 0.3


def _contradictions(part: Part, leader: np.ndarray, again: np.ndarray) -> int:
    """Groups of equal rows that have several targets."""
    if len(part.target) != 1 or not again.any():
        return 0
    (target,) = part.target.values()
    codes = text_codes([target.data])[0] if target.data.dtype == object else target.data
    known = ~target.missing
    differs = again & known & known[leader] & (codes != codes[leader])
    return len(np.unique(leader[differs]))


def _between(
    parts: list[Part], keys: list[Keys], near: np.ndarray | None, first: int, second: int, within: Repeats
) -> Repeats:
    one, two = parts[first], parts[second]
    mine, theirs = keys[first], keys[second]
    where, hit = _found(mine.exact, theirs.exact, mine.usable, theirs.usable)
    pairs = [(one.row(where[i]), two.row(i), True) for i in np.flatnonzero(hit)[:_SHOWN]]
    near_rows = np.zeros(len(hit), bool)
    if near is not None:
        both = near[(near[:, 0] == first) & (near[:, 2] == second)]
        both = both[~hit[both[:, 3]]]
        near_rows[both[:, 3]] = True
        pairs += [(one.row(a), two.row(b), False) for _, a, _, b in both[:_SHOWN]]
    for key, other in zip(mine.near, theirs.near, strict=True):
        near_where, near_hit = _found(key, other, mine.usable, theirs.usable)
        fresh = near_hit & ~hit & ~near_rows
        pairs += [(one.row(near_where[i]), two.row(i), False) for i in np.flatnonzero(fresh)[:_SHOWN]]
        near_rows |= fresh
    return Repeats(
        one.name, two.name, int(hit.sum()), int(near_rows.sum()), tuple(pairs), usual=within.usual and bool(hit.any())
    )


def _found(
    haystack: np.ndarray, needles: np.ndarray, usable: np.ndarray | None, askable: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Where each needle stands in the haystack, and whether it does."""
    rows = np.arange(len(haystack)) if usable is None else np.flatnonzero(usable)
    if not len(rows):
        return np.zeros(len(needles), int), np.zeros(len(needles), bool)
    order = rows[np.argsort(haystack[rows], kind="stable")]
    place = np.minimum(np.searchsorted(haystack[order], needles), len(order) - 1)
    hit = haystack[order[place]] == needles
    if askable is not None:
        hit &= askable
    return order[place], hit


def _near_pictures(looks: Sequence[Looks | None]) -> np.ndarray:
    """Pairs of nearly equal pictures that are not equal: `(pairs, 4)`: part and place of the one and of the other."""
    seen = [look for look in looks if look is not None]
    if len({look.signature.shape[1] for look in seen}) != 1:
        return np.zeros((0, 4), np.int64)
    signature = np.concatenate([look.signature for look in seen])
    part = np.repeat(np.arange(len(seen)), [len(look.signature) for look in seen])
    place = np.concatenate([np.arange(len(look.signature)) for look in seen])
    hashes = np.concatenate([look.hashes for look in seen])
    usable = np.concatenate([np.isfinite(look.brightness) & ~look.blank for look in seen])
    usable &= np.abs(signature).sum(1) > 0
    _, first = np.unique(hashes ^ mixed(part.astype(np.uint64)), return_index=True)
    rows = np.sort(first[usable[first]])
    pairs = rows[near_pairs(signature[rows])] if len(rows) > 1 else np.zeros((0, 2), np.int64)
    pairs = pairs[hashes[pairs[:, 0]] != hashes[pairs[:, 1]]]
    return np.stack([part[pairs[:, 0]], place[pairs[:, 0]], part[pairs[:, 1]], place[pairs[:, 1]]], 1)


def near_pairs(signature: np.ndarray) -> np.ndarray:
    """Pairs of rows of length 1 that lie within `NEAR`, or less where all rows are alike; int `(pairs, 2)`, i < j.

    Rows are projected onto the directions in which they differ most. That brings no two further apart, so a search of
    the projections finds every pair; their true distance is computed then.

    Args:
        signature: float32 `(rows, values)`.
    """
    from scipy.spatial import cKDTree

    centred = signature - signature.mean(0)
    radius = min(NEAR, _RELATIVE_NEAR * float(np.median(np.linalg.norm(centred, axis=1))))
    some = centred[:: max(1, len(centred) // 8000)]
    _, directions = np.linalg.eigh(some.T @ some)
    pairs = None
    for count in _DIRECTIONS:
        tree = cKDTree((centred @ directions[:, -count:]).astype(np.float64))
        if tree.count_neighbors(tree, radius) - len(centred) <= 2 * _MOST_CANDIDATES:
            pairs = tree.query_pairs(radius, output_type="ndarray")
            break
    if pairs is None:  # nearly all are alike: the three nearest of each will do
        distance, nearest = tree.query(tree.data, k=4, distance_upper_bound=radius)
        one, other = np.repeat(np.arange(len(centred)), 3), nearest[:, 1:].reshape(-1)
        pairs = np.stack([one, other], 1)[np.isfinite(distance[:, 1:]).reshape(-1)]
        pairs = np.unique(np.sort(pairs, 1), axis=0)
    near = []
    for start in range(0, len(pairs), 100_000):
        some_pairs = pairs[start : start + 100_000]
        apart = np.linalg.norm(signature[some_pairs[:, 0]] - signature[some_pairs[:, 1]], axis=1)
        near.append(some_pairs[apart <= radius])
    found = np.concatenate(near) if near else np.zeros((0, 2), np.int64)
    return np.sort(found, 1)[np.lexsort((found.max(1), found.min(1)))].astype(np.int64)
