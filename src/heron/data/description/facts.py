"""What is known of data: plain records of numbers and words, which the table, the page and JSON all show."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from heron.data.columns import NUMERIC

SERIOUS, WARNING, HINT = "serious", "warning", "hint"
SEVERITIES = (SERIOUS, WARNING, HINT)
"""How much a finding matters, the most serious first: results are wrong; they are worse than need be; good to know."""

NOUNS = {"table": "row", "pictures": "picture", "sequences": "sequence", "texts": "text"}


@dataclass(frozen=True)
class Finding:
    """Something about the data that matters for learning, and how to mend it.

    Attributes:
        severity: `"serious"`, `"warning"` or `"hint"`.
        about: what it is about: a column, a part of the data, the labels.
        text: what was found, in a sentence.
        mend: what to do about it.
        count: in how many rows, or 0.
        examples: some of them: row numbers, file names, values.
    """

    severity: str
    about: str
    text: str
    mend: str
    count: int = 0
    examples: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Histogram:
    """How many values lie between each two edges; the last edge belongs to the last one."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class ColumnFacts:
    """One column of one part of the data.

    Attributes:
        name: its name.
        role: `"input"` or `"target"`.
        kind: number, whole number, yes/no, category, text, date, sequence or empty.
        dtype: as what it was handed in.
        rows: how many were looked at.
        missing: rows without a value.
        infinite: rows with an infinite value.
        distinct: different values, what is missing not counted.
        minimum, maximum: numbers, dates as text; of texts the number of words, of sequences the length.
        mean, std: of the finite numbers; the standard deviation is that of the population.
        quantiles: at 0.01, 0.05, 0.25, 0.5, 0.75, 0.95 and 0.99, linear between two values, as in NumPy.
        outliers: values more than three times the distance of the quartiles beyond them.
        top: the most frequent values with their number of rows, of columns with few values.
        histogram: of numbers and dates (in days since 1970), of the words of texts.
        sentinel: a value far from all others that stands in many rows, such as -999.
        odd, odd_count: texts where a number or a date was expected.
        is_id: every row has its own value, and counts or names the row.
    """

    name: str
    role: str
    kind: str
    dtype: str
    rows: int
    missing: int = 0
    infinite: int = 0
    distinct: int = 0
    minimum: float | str | None = None
    maximum: float | str | None = None
    mean: float | None = None
    std: float | None = None
    quantiles: Mapping[float, float] = field(default_factory=dict)
    outliers: int = 0
    top: tuple[tuple[str, int], ...] = ()
    histogram: Histogram | None = None
    sentinel: float | None = None
    odd: tuple[str, ...] = ()
    odd_count: int = 0
    is_id: bool = False

    @property
    def is_constant(self) -> bool:
        """Whether all rows, but for one in twenty where it is missing, hold the same value."""
        return self.rows > 1 and self.distinct == 1 and self.missing <= 0.05 * self.rows and self.infinite == 0

    @property
    def is_numeric_kind(self) -> bool:
        """Whether its values are numbers."""
        return self.kind in NUMERIC


@dataclass(frozen=True)
class PictureFacts:
    """The pictures of one part.

    Attributes:
        sizes: `"28 x 28"` (height x width) and in how many pictures, the most frequent first.
        channels: 1 for grey, 3 for colour, 4 with transparency, and in how many pictures.
        minimum, maximum, mean, std: of all values of all pictures.
        brightness: the mean of each picture.
        blank: pictures of one colour only.
        unreadable: files that are no picture, and why.
        empty_files: files of 0 bytes among them.
        not_finite: pictures with missing (NaN) or infinite values.
    """

    sizes: tuple[tuple[str, int], ...]
    channels: tuple[tuple[int, int], ...]
    minimum: float | None
    maximum: float | None
    mean: float | None
    std: float | None
    brightness: Histogram | None
    blank: tuple[Any, ...] = ()
    unreadable: tuple[tuple[str, str], ...] = ()
    empty_files: int = 0
    not_finite: int = 0


@dataclass(frozen=True)
class Repeats:
    """Rows that are equal, or nearly, within a part or between two.

    Attributes:
        first, second: the parts; the same name twice within one.
        exact: rows of the second that equal an (earlier) row of the first.
        near: further rows of the second that nearly equal one.
        pairs: row numbers of some, `(in the first, in the second, whether exact)`.
        contradictions: groups of equal rows whose targets differ, when there is one target.
        usual: whether so many are to be expected, because there are few different rows.
    """

    first: str
    second: str
    exact: int
    near: int
    pairs: tuple[tuple[int, int, bool], ...] = ()
    contradictions: int = 0
    usual: bool = False


@dataclass(frozen=True)
class Determined:
    """A column that says what the target is.

    Attributes:
        column: its name.
        how: `"equals"`, `"follows"` (by a formula or an order) or `"tells"` (the class).
        score: the share of rows told right, or the absolute correlation of ranks.
    """

    column: str
    how: str
    score: float


@dataclass(frozen=True)
class Shift:
    """A column that is distributed differently in two parts.

    Attributes:
        column: its name.
        first, second: the parts.
        distance: the largest distance of the two distribution functions (Kolmogorov and Smirnov), or half the sum of
            the differences of the shares of categories; 0 to 1.
    """

    column: str
    first: str
    second: str
    distance: float


@dataclass(frozen=True)
class PartFacts:
    """One part of the data: the training set, say.

    Attributes:
        name: `"training"`, `"validation"` or `"test"`; `"data"` when there is one.
        rows: how many there are; None when only the source knows.
        looked_at: how many of them the facts are about.
        columns: the facts of each column, inputs first.
        classes: the rows of each class, by its name, for a target that is one.
        pictures: of data that are pictures.
    """

    name: str
    rows: int | None
    looked_at: int
    columns: tuple[ColumnFacts, ...]
    classes: Mapping[str, int] | None = None
    pictures: PictureFacts | None = None

    @property
    def is_sample(self) -> bool:
        """Whether only some of the rows were looked at."""
        return self.rows is None or self.looked_at < self.rows

    def column(self, name: str, role: str = "input") -> ColumnFacts | None:
        """The facts of one column, or None."""
        return next((column for column in self.columns if column.name == name and column.role == role), None)


class Thumbnail(NamedTuple):
    """A small picture: the bytes of a PNG file, and what it shows."""

    png: bytes
    caption: str


@dataclass(frozen=True)
class Facts:
    """All that was found out.

    Attributes:
        name: of the data.
        kind: `"table"`, `"pictures"`, `"sequences"` or `"texts"`.
        shape: of one row, as far as all have one.
        parts: a record for each part.
        columns_total: how many columns there are; facts of the first 200 are kept.
        target: the name of the column that is to be predicted; None without one.
        repeats: equal and nearly equal rows.
        determined: inputs that say what the target is.
        shifts: columns that differ between parts.
        findings: what matters, the most serious first.
        notes: what was not looked at, and what was taken for what.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    parts: tuple[PartFacts, ...]
    columns_total: int = 0
    target: str | None = None
    repeats: tuple[Repeats, ...] = ()
    determined: tuple[Determined, ...] = ()
    shifts: tuple[Shift, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()

    def noun(self, count: int = 2) -> str:
        """`"row"`, `"picture"`, `"sequence"` or `"text"`, with an s unless `count` is 1."""
        return NOUNS[self.kind] + "s" * (count != 1)

    def counted(self, count: int) -> str:
        """`"1 row"`, `"1,200 pictures"`."""
        return f"{count:,} {self.noun(count)}"


def plain(value: Any) -> Any:
    """A record as dicts, lists, numbers and text that JSON can hold: NaN is None, infinite numbers are text.

    Example:
    >>> plain(Histogram((0.0, float("inf")), (3,)))
    {'edges': [0.0, 'inf'], 'counts': [3]}
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return value if value is None or isinstance(value, bool | int | float) else str(value)
