"""Data on their way to being described: parts of columns, of pictures or of sequences, of any kind a user has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from heron.data import columns
from heron.data.columns import Values
from heron.data.description.facts import Finding
from heron.errors import DataError

MAX_COLUMNS = 200
SAMPLE_ROWS = 400_000
SAMPLE_BYTES = 400 * 2**20
SAMPLE_CELLS = 20_000_000


class Album(Protocol):
    """Pictures that can be looked at one after the other, wherever they are."""

    def __len__(self) -> int: ...
    def small(self, size: int) -> Iterable[tuple[np.ndarray, np.ndarray]]: ...
    def picture(self, row: int) -> np.ndarray: ...
    def name(self, row: int) -> str: ...


@dataclass
class Part:
    """A part of the data, as far as it is looked at.

    Attributes:
        name: `"training"`, `"validation"`, `"test"`, or `"data"`.
        rows: how many rows the source has; None when nobody knows.
        columns: inputs by name; of sequences the channels, whose values of all steps stand below each other.
        target: what is to be predicted, by name.
        block: rows that are one array each, `(looked_at, ...)`: pictures, sequences, tables of many columns.
        files: pictures that are files.
        index: the rows that are looked at, int `(looked_at,)`; None for all.
    """

    name: str
    rows: int | None
    columns: dict[str, Values] = field(default_factory=dict)
    target: dict[str, Values] = field(default_factory=dict)
    block: np.ndarray | None = None
    files: Any = None
    index: np.ndarray | None = None
    looked_at: int = 0

    def row(self, place: int | np.intp) -> int:
        """The row number in the source of what stands at `place` among those looked at."""
        return int(place if self.index is None else self.index[place])


@dataclass
class Source:
    """All parts, and what was understood of them."""

    name: str
    kind: str
    parts: list[Part]
    shape: tuple[int, ...] = ()
    columns_total: int = 0
    class_names: Sequence[str] | None = None
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def target(self) -> str | None:
        """The name of the target, None when there is none or several."""
        names = list(self.parts[0].target)
        return names[0] if len(names) == 1 else None


@dataclass
class Wishes:
    """What the caller said about the data.

    Attributes:
        kind: `"pictures"`, `"sequences"`, `"table"`, `"texts"`, or None to find out.
        target: the column that is to be predicted.
        feature_names: of the columns, or of the channels of sequences.
        class_names: by class number.
        sample: the most rows to look at; None for the limits of this module.
        seed: of the choice of rows.
    """

    kind: str | None = None
    target: str | None = None
    feature_names: Sequence[str] | None = None
    class_names: Sequence[str] | None = None
    sample: int | None = None
    seed: int = 0

    def rows_to_look_at(self, rows: int, row_bytes: int, columns: int = 1) -> np.ndarray | None:
        """Which rows are looked at, in ascending order; None for all."""
        most = min(SAMPLE_BYTES // max(1, row_bytes), SAMPLE_CELLS // max(1, columns))
        limit = self.sample or min(SAMPLE_ROWS, max(1000, most))
        if rows <= limit:
            return None
        rng = np.random.default_rng(self.seed)
        return np.sort(rng.choice(rows, limit, replace=False, shuffle=False))


def sample_note(part: Part, noun: str) -> str | None:
    """The sentence that says that not everything was looked at; None when it was."""
    if part.rows == part.looked_at:
        return None
    of = "the first" if part.rows is None else "a random sample of"
    total = "" if part.rows is None else f" of {part.rows:,}"
    return f"{part.name}: the facts are about {of} {part.looked_at:,}{total} {noun}s."


def pop_target(table: dict[str, Values], target: str | None, what: str) -> tuple[dict[str, Values], dict[str, Values]]:
    """Inputs and target of a table.

    Raises:
        DataError: when there is no such column.
    """
    if target is None:
        return table, {}
    if target not in table:
        raise no_such_column(target, list(table), what)
    return {name: values for name, values in table.items() if name != target}, {target: table[target]}


def no_such_column(target: str, names: list[str], what: str) -> DataError:
    """The error for a target that is not among the columns."""
    from difflib import get_close_matches

    near = get_close_matches(target, names, n=1)
    known = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
    hint = f"Did you mean {near[0]!r}? " if near else ""
    return DataError(f"{what} has no column {target!r} to be the target. {hint}Its columns: {known}.")


def as_classes(values: Values, named: bool = False) -> bool:
    """Whether a target names classes: words, yes and no, or a few whole numbers without gaps that begin at 0 or 1.

    Args:
        values: the target.
        named: whether names of classes were given.
    """
    if values.kind in (columns.CATEGORY, columns.YES_NO):
        return True
    if values.kind == columns.TEXT:
        known = [text for text in values.data.tolist() if text is not None]
        return 2 * len(set(known)) <= len(known)
    if values.kind != columns.WHOLE:
        return False
    if named:
        return True
    numbers = np.unique(values.data[np.isfinite(values.data)])
    step = bool(len(numbers)) and numbers[0] in (-1, 0, 1) and bool((np.diff(numbers) <= 2).all())
    return step and (len(numbers) <= 12 or (len(numbers) <= 1000 and len(values) >= 20 * len(numbers)))


def class_labels(values: Values, names: Sequence[str] | None) -> np.ndarray:
    """The class of each row as text, objects `(rows,)`; None where it is missing."""
    out = np.empty(len(values), object)
    if values.data.dtype == object:
        out[:] = values.data
        return out
    if values.words:
        table = {0.0: values.words[0], 1.0: values.words[-1]}
    else:
        known = np.unique(values.data[np.isfinite(values.data)]).tolist()
        table = {value: _class_name(value, names) for value in known}
    out[:] = [table.get(value) for value in values.data.tolist()]
    return out


def _class_name(value: float, names: Sequence[str] | None) -> str:
    number = int(value)
    return str(names[number]) if names is not None and 0 <= number < len(names) else f"{value:g}"
