"""What columns mean for learning: holes, constants, ids, stand-ins for missing values, outliers, scales."""

from __future__ import annotations

from collections.abc import Iterator

from heron.data import columns
from heron.data.columns import EMPTY
from heron.data.description.facts import HINT, SERIOUS, WARNING, ColumnFacts, Facts, Finding
from heron.data.description.measure import number_text
from heron.data.description.wording import count_text, listed, number, percent, place_of

_MANY_CATEGORIES = 100
_WIDE_SCALES = 100.0
_FAR_TARGET = 1000.0
_MANY_MISSING = 0.5


def column_findings(facts: Facts) -> Iterator[Finding]:
    """Missing and infinite values, constants, ids, stand-ins, outliers, spellings, scales."""
    for column in facts.parts[0].columns:
        yield from _holes(facts, column)
        yield from _values(facts, column)
    yield from _saying_nothing(facts)
    yield from _missing(facts)
    yield from _outliers(facts)
    yield from _other_parts(facts)
    yield from _scales(facts)


def _holes(facts: Facts, column: ColumnFacts) -> Iterator[Finding]:
    name = f"Column {column.name!r}" if column.role == "input" else f"The target {column.name!r}"
    if column.kind == columns.EMPTY:
        if column.role == "target":
            text = f"{name} has no value in any {facts.noun(1)}."
            mend = "Without it nothing can be learned: check how it was read."
            yield Finding(SERIOUS, column.name, text, mend, column.missing)
        return
    share = column.missing / column.rows
    if column.missing and column.role == "target":
        text = f"{name} has {count_text(column.missing, 'missing value')} ({percent(share)})."
        mend = "Leave those rows out: a missing target teaches nothing and makes the loss NaN."
        yield Finding(SERIOUS, column.name, text, mend, column.missing)
    if column.infinite:
        text = f"{name} has {count_text(column.infinite, 'infinite value')}: one is enough to make the loss NaN."
        yield Finding(
            SERIOUS,
            column.name,
            text,
            "Often from a division by 0. Mend them, or leave those rows out.",
            column.infinite,
        )
    if column.odd_count:
        shown = ", ".join(map(repr, column.odd[:4]))
        what = "dates" if column.kind == columns.DATE else "numbers"
        text = f"{name} holds {what}, but in {count_text(column.odd_count, 'row')} something else: {shown}."
        yield Finding(
            WARNING, column.name, text, "Mend them; here they count as missing.", column.odd_count, column.odd
        )


def _values(facts: Facts, column: ColumnFacts) -> Iterator[Finding]:
    name = f"Column {column.name!r}" if column.role == "input" else f"The target {column.name!r}"
    if column.is_constant and column.role == "target" and not facts.parts[0].classes:
        text = f"{name} is {_value(column)} in every row: there is nothing to learn."
        yield Finding(SERIOUS, column.name, text, "Check how it was read.")
    if column.sentinel is not None:
        text = (
            f"{name} has the value {number_text(column.sentinel)} far from all others: it may stand for a missing one."
        )
        yield Finding(WARNING, column.name, text, "If so, treat it as missing, not as a number.")
    if column.is_id and column.role == "input" and facts.kind == "table":
        text = f"{name} is different in each row and counts or names it: an id, not something to learn from."
        yield Finding(
            WARNING, column.name, text, "Leave it out; a model learns it by heart, and new rows have new ones."
        )
    if column.kind == columns.CATEGORY and column.distinct > _MANY_CATEGORIES and column.role == "input":
        text = f"{name} has {column.distinct:,} categories."
        yield Finding(
            HINT, column.name, text, "Use an Embedding, or join rare ones: heron.layers.StringLookup(max_tokens=...)."
        )
    spelled = _spellings(column)
    if spelled:
        text = f"{name} spells a category in several ways: {', '.join(map(repr, spelled))}."
        yield Finding(WARNING, column.name, text, "Write each in one way: strip blanks, use lower case.", 0, spelled)


def _value(column: ColumnFacts) -> str:
    return column.top[0][0] if column.top else number(column.minimum)


def _saying_nothing(facts: Facts) -> Iterator[Finding]:
    """Inputs without a value, and inputs with one value only."""
    inputs = [column for column in facts.parts[0].columns if column.role == "input"]
    empty = [column.name for column in inputs if column.kind == columns.EMPTY and not column.infinite]
    constant = [column for column in inputs if column.is_constant and column.kind != columns.SEQUENCE]
    if empty:
        number_of = f"Column {empty[0]!r} has" if len(empty) == 1 else f"{len(empty):,} columns have"
        which = "" if len(empty) == 1 else f": {listed(empty)}"
        text = f"{number_of} no value in any {facts.noun(1)}{which}."
        yield Finding(WARNING, "columns", text, "Leave them out." if which else "Leave it out.", 0, tuple(empty[:10]))
    if len(constant) == 1:
        (column,) = constant
        every = "every row" if not column.missing else "every row that has a value"
        text = f"Column {column.name!r} is {_value(column)} in {every}: it says nothing."
        yield Finding(WARNING, column.name, text, "Leave it out.")
    elif constant:
        names = [column.name for column in constant]
        text = f"{len(names):,} columns are the same in every row and say nothing: {listed(names)}."
        yield Finding(WARNING, "columns", text, "Leave them out.", 0, tuple(names[:10]))


def _missing(facts: Facts) -> Iterator[Finding]:
    """Missing values of inputs, in one finding where many columns have some."""
    holed = [c for c in facts.parts[0].columns if c.missing and c.role == "input" and c.kind != columns.EMPTY]
    holed.sort(key=lambda column: -column.missing)
    mends = {
        True: "Fill in the median, with a column of 0 and 1 beside that says where; one NaN makes the loss NaN.",
        False: "Give what is missing a category of its own.",
    }
    for numeric in (True, False):
        mine = [c for c in holed if c.is_numeric_kind == numeric]
        if not mine:
            continue
        shown = ", ".join(f"{c.name!r} {c.missing:,} ({percent(c.missing / c.rows)})" for c in mine[:6])
        more = f" and {len(mine) - 6} more" if len(mine) > 6 else ""
        text = f"Missing values in {count_text(len(mine), 'column')}: {shown}{more}."
        severity = WARNING if numeric or mine[0].missing > _MANY_MISSING * mine[0].rows else HINT
        total = sum(c.missing for c in mine)
        yield Finding(severity, "missing values", text, mends[numeric], total, tuple(c.name for c in mine[:10]))


def _outliers(facts: Facts) -> Iterator[Finding]:
    """Values far out, in one finding where many columns have some."""
    far = [c for c in facts.parts[0].columns if c.outliers and c.role == "input" and c.sentinel is None and c.quantiles]
    if facts.kind != "table" or not far:
        return
    far.sort(key=lambda column: -column.outliers)
    shown = []
    for column in far[:4]:
        middle = f"{number_text(column.quantiles[0.25])} to {number_text(column.quantiles[0.75])}"
        reach = f"{number(column.minimum)} to {number(column.maximum)}"
        shown.append(f"{column.name!r} has {column.outliers:,} (the middle half is {middle}, the whole {reach})")
    if len(far) > 4:
        shown.append(f"{count_text(len(far) - 4, 'more column')}")
    text = f"Values far outside the middle half: {'; '.join(shown)}."
    mend = "Look whether they are mistakes. If a column has a long tail, learn from its logarithm."
    yield Finding(HINT, "outliers", text, mend, sum(column.outliers for column in far), tuple(c.name for c in far[:10]))


def _spellings(column: ColumnFacts) -> tuple[str, ...]:
    if column.kind != columns.CATEGORY:
        return ()
    seen: dict[str, list[str]] = {}
    for text, _ in column.top:
        seen.setdefault("".join(text.lower().split()), []).append(text)
    return next((tuple(group) for group in seen.values() if len(group) > 1), ())


def _other_parts(facts: Facts) -> Iterator[Finding]:
    """What only a later part shows: holes, new kinds, columns that are not there."""
    first = facts.parts[0]
    for part in facts.parts[1:]:
        names = {column.name for column in part.columns if column.role == "input"}
        mine = {column.name for column in first.columns if column.role == "input"}
        for name in sorted(mine ^ names):
            here, there = (first, part) if name in mine else (part, first)
            text = f"Column {name!r} is in {place_of(here.name)} but not in {place_of(there.name)}."
            yield Finding(SERIOUS, name, text, "Both need the same columns: check the names.")
        for column in part.columns:
            before = first.column(column.name, column.role)
            if before is None:
                continue
            if EMPTY not in (before.kind, column.kind) and before.is_numeric_kind != column.is_numeric_kind:
                text = (
                    f"{column.name!r} is of the kind {before.kind} in {place_of(first.name)} and {column.kind} in "
                    f"{place_of(part.name)}."
                )
                yield Finding(SERIOUS, column.name, text, "Look at its values there: they cannot be fed in one way.")
            if column.missing and not before.missing:
                held = count_text(column.missing, "missing value")
                text = f"{column.name!r} has {held} in {place_of(part.name)}, none in {place_of(first.name)}."
                yield Finding(WARNING, column.name, text, "Fill them in, in the same way in all parts.", column.missing)
            if column.infinite and not before.infinite:
                text = f"{column.name!r} has {count_text(column.infinite, 'infinite value')} in {place_of(part.name)}."
                yield Finding(SERIOUS, column.name, text, "Mend them, or leave those rows out.", column.infinite)


def _scales(facts: Facts) -> Iterator[Finding]:
    if facts.kind not in ("table", "sequences"):
        return
    measured = [
        c for c in facts.parts[0].columns if c.kind in (columns.NUMBER, columns.WHOLE) and c.std and not c.is_id
    ]
    inputs = [c for c in measured if c.role == "input"]
    reach = {c.name: max(abs(float(c.minimum or 0)), abs(float(c.maximum or 0))) for c in inputs}
    if inputs and facts.kind == "table":
        large, small = max(reach, key=reach.__getitem__), min(reach, key=reach.__getitem__)
        wide = reach[large] > _WIDE_SCALES * max(reach[small], 1e-30)
        if wide or reach[large] > _WIDE_SCALES:
            far = f"{large!r} reaches {number_text(reach[large])}"
            text = f"Column {far}; networks learn best from numbers around 1."
            if wide:
                text = f"The columns have different scales: {far}, {small!r} only {number_text(reach[small])}."
            mend = "Scale them alike: heron.layers.Normalization(), adapt() it on the training part."
            yield Finding(HINT, "inputs", text, mend)
    for column in measured:
        size = max(abs(float(column.minimum or 0)), abs(float(column.maximum or 0)))
        if column.role == "target" and facts.parts[0].classes is None and size > _FAR_TARGET:
            text = f"The target {column.name!r} reaches {number_text(size)}: a network begins near 0, far from there."
            yield Finding(HINT, column.name, text, "Divide it by a round number, or learn its logarithm.")
