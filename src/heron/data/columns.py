"""Columns of a table, and what is in them: texts and arrays become numbers, dates, categories or texts."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

NUMBER, WHOLE, YES_NO = "number", "whole number", "yes/no"
CATEGORY, TEXT, DATE, SEQUENCE, EMPTY = "category", "text", "date", "sequence", "empty"
NUMERIC = frozenset({NUMBER, WHOLE, YES_NO, SEQUENCE, EMPTY})
"""Kinds whose data are float64; those of a sequence are its lengths."""

MISSING_WORDS = frozenset(
    {"", "na", "n/a", "#n/a", "<na>", "nan", "null", "none", "nil", "nat", "?", "-", "--", "missing"}
)
"""What stands for a missing value in a file of text, in lower case."""

_YES_NO = ({"yes", "no"}, {"y", "n"}, {"true", "false"}, {"t", "f"})
_YES = {"yes", "y", "true", "t", "1"}
_MOSTLY = 0.95
_FEW, _WORDS_OF_A_CATEGORY = 20, 4
DATE_FORMS = ("iso", "%d.%m.%Y", "%Y/%m/%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%d %b %Y", "%b %d, %Y")
_EXCHANGED = {"%d/%m/%Y": "%m/%d/%Y", "%d-%m-%Y": "%m-%d-%Y"}
_CODE = re.compile(r"0\d+\Z")
_CODE_AMONG_LINES = re.compile(r"\n[^\S\n]*0\d+\s*\n")
_COMMA = re.compile(r"[+-]?\d+(,\d+)?\Z")


@dataclass(frozen=True)
class Values:
    """A column whose kind is known.

    Attributes:
        kind: one of the kinds of this module.
        data: `(rows,)`: float64 with NaN for what is missing (numbers; yes is 1 and no is 0; the lengths of sequences),
            datetime64[s] with NaT, or objects: text, and None for what is missing.
        dtype: what held the values before.
        odd: texts in a column of numbers or dates that are neither, the most frequent first.
        odd_count: in how many rows one of them stands.
        words: the two texts of a yes/no column that was text, no first.
        form: how dates that were text are written: `"iso"`, or a pattern of `datetime.strptime`.
    """

    kind: str
    data: np.ndarray
    dtype: str
    odd: tuple[str, ...] = ()
    odd_count: int = 0
    words: tuple[str, ...] = ()
    form: str = ""

    def __len__(self) -> int:
        return len(self.data)

    @property
    def is_numeric(self) -> bool:
        """Whether `data` are float64."""
        return self.kind in NUMERIC

    @property
    def missing(self) -> np.ndarray:
        """Where a value is missing, bool `(rows,)`."""
        if self.data.dtype == object:
            return np.fromiter((value is None for value in self.data), bool, len(self.data))
        return np.isnat(self.data) if self.data.dtype.kind == "M" else np.isnan(self.data)

    def take(self, rows: Any) -> Values:
        """The same column with some of its rows."""
        return Values(self.kind, self.data[rows], self.dtype, self.odd, self.odd_count, self.words, self.form)


def of_texts(texts: Iterable[str | None], dtype: str = "text") -> Values:
    """The column that a list of texts means, as a file holds them.

    A column in which nineteen of twenty texts are numbers is one of numbers, and the others are its `odd` ones, taken
    for missing. Codes that begin with 0, as postal codes do, stay text.

    Args:
        texts: a text a row; None, and the words of `MISSING_WORDS`, for what is missing.
        dtype: what to keep as the `dtype`.

    Example:
    >>> of_texts(["1.5", "2", "", "4"]).data
    array([1.5, 2. , nan, 4. ])
    >>> of_texts(["red", "blue", "red", "red"]).kind
    'category'
    >>> of_texts(["2024-01-31", "2024-02-29"]).data
    array(['2024-01-31T00:00:00', '2024-02-29T00:00:00'], dtype='datetime64[s]')
    """
    texts = list(texts)
    plain = _plain_numbers(texts)
    if plain is not None:
        return Values(_whole_or_not(plain), plain, dtype)
    stripped = [None if text is None else text.strip() for text in texts]
    counts = Counter(stripped)
    known = {text: n for text, n in counts.items() if text is not None and text.lower() not in MISSING_WORDS}
    if not known:
        return Values(EMPTY, np.full(len(stripped), np.nan), dtype)
    low = {text.lower() for text in known}
    if low in ({"0", "1"}, *_YES_NO):
        yes = {text: float(text.lower() in _YES) for text in known}
        words = () if low == {"0", "1"} else tuple(sorted(known, key=yes.__getitem__))
        return Values(YES_NO, _mapped(stripped, yes, np.nan, np.float64), dtype, words=words)
    codes = any(_CODE.match(text) for text in known)
    for number in () if codes else (_number, _comma_number):
        table, odd = _parsed(known, number)
        if table is not None:
            data = _mapped(stripped, table, np.nan, np.float64)
            return Values(_whole_or_not(data), data, dtype, *odd)
    if (dates := _dates(stripped, known, dtype)) is not None:
        return dates
    data = _mapped(stripped, {text: text for text in known}, None, object)
    return Values(_category_or_text(known), data, dtype)


def _dates(texts: list[str | None], known: dict[str, int], dtype: str) -> Values | None:
    """The column of dates that texts mean, in the first form that all are written in, else most; None for none."""
    found = None
    for form in DATE_FORMS:
        table, odd = _parsed(known, functools.partial(date, form=form))
        if table is None:
            continue
        data = _mapped(texts, table, np.datetime64("NaT", "s"), "datetime64[s]")
        texts_odd, rows_odd = odd
        values = Values(DATE, data, dtype, texts_odd, rows_odd, form=form)
        if not values.odd_count:
            return values
        found = values if found is None or values.odd_count < found.odd_count else found
    return found


def of_dates(texts: Iterable[str], form: str = "") -> Values:
    """The column of dates that texts mean where somebody has said that they are; what is none is missing.

    Args:
        texts: a text a row.
        form: how they are written, as `datetime.strptime` has it; empty to find out.

    Example:
    >>> of_dates(["01/02/2024", "03/04/24"], "%m/%d/%Y").data
    array(['2024-01-02T00:00:00',                 'NaT'], dtype='datetime64[s]')
    """
    texts = list(texts)
    values = Values(TEXT, np.empty(0, object), "text") if form else of_texts(texts)
    if values.kind == DATE:
        return values
    forms = (form,) if form else DATE_FORMS
    moments = (next((d for f in forms if (d := date(text.strip(), f)) is not None), None) for text in texts)
    missing = np.datetime64("NaT", "s")
    return Values(DATE, np.array([missing if m is None else m for m in moments], "M8[s]"), "text", form=form)


def other_form(values: Values, texts: Iterable[str]) -> str | None:
    """The form in which all the dates can be read too, day and month exchanged; None where there is none."""
    other = _EXCHANGED.get(values.form)
    known = {text.strip() for text in texts} if other else set()
    return other if all(date(text, str(other)) for text in known if text.lower() not in MISSING_WORDS) else None


def of_array(array: np.ndarray, name: str = "") -> Values:
    """The column that an array of one axis means.

    Args:
        array: `(rows,)`, of any dtype.
        name: what to keep as the `dtype`, in place of the array's.

    Example:
    >>> of_array(np.array([0, 1, 1])).kind, of_array(np.array([0.5, np.nan])).kind
    ('yes/no', 'number')
    """
    dtype, kind = name or str(array.dtype), array.dtype.kind
    if kind == "U":
        return of_texts(array.tolist(), dtype)
    if kind == "S":
        return of_texts([text.decode("utf-8", "replace") for text in array.tolist()], dtype)
    if kind == "O" or array.dtype.names:
        return of_objects(array.tolist(), dtype)
    if kind == "M":
        return Values(DATE, array.astype("datetime64[s]"), dtype)
    if kind == "m":
        seconds = array / np.timedelta64(1, "s")
        return Values(NUMBER if len(seconds) else EMPTY, seconds, dtype)
    data = (np.abs(array) if kind == "c" else array).astype(np.float64)
    if not len(data) or np.isnan(data).all():
        return Values(EMPTY, data, dtype)
    return Values(YES_NO if kind == "b" else _whole_or_not(data), data, dtype)


def of_objects(values: Sequence[Any], dtype: str = "object") -> Values:
    """The column that a list of Python objects means: texts, numbers, dates, or sequences of different lengths.

    Example:
    >>> of_objects([3, None, 4.5]).data
    array([3. , nan, 4.5])
    >>> of_objects([[1, 2, 3], [4]]).kind
    'sequence'
    """
    known = [value for value in values if not _is_missing(value)]
    if not known:
        return Values(EMPTY, np.full(len(values), np.nan), dtype)
    if all(isinstance(value, bool | int | float | np.number | np.bool_) for value in known):
        data = np.array([np.nan if _is_missing(value) else float(value) for value in values])
        flags = all(isinstance(value, bool | np.bool_) for value in known)
        return Values(YES_NO if flags else _whole_or_not(data), data, dtype)
    if all(isinstance(value, list | tuple | np.ndarray) for value in known):
        lengths = np.array(
            [
                np.nan
                if _is_missing(value)
                else float(np.shape(value)[0] if np.ndim(value) else 1)
                if isinstance(value, np.ndarray)
                else float(len(value))
                for value in values
            ]
        )
        return Values(SEQUENCE, lengths, dtype)
    return of_texts([None if _is_missing(value) else _text(value) for value in values], dtype)


def _is_missing(value: Any) -> bool:
    return (
        value is None or (isinstance(value, float) and value != value) or type(value).__name__ in ("NAType", "NaTType")
    )


def _text(value: Any) -> str:
    return (
        value
        if isinstance(value, str)
        else value.decode("utf-8", "replace")
        if isinstance(value, bytes)
        else str(value)
    )


def _whole_or_not(data: np.ndarray) -> str:
    known = data[np.isfinite(data)]
    if not len(known) or not (known == np.rint(known)).all():
        return NUMBER
    low, high = known.min(), known.max()
    return YES_NO if low == 0 and high == 1 else WHOLE


def _plain_numbers(texts: list[str | None]) -> np.ndarray | None:
    """The numbers, where every text is one: most columns of most files, and then nothing else need be looked for."""
    try:
        numbers = np.array([*map(float, texts)])  # type: ignore[arg-type]
    except (ValueError, TypeError):
        return None
    lines = "\n".join(texts)  # type: ignore[arg-type]
    is_plain = len(numbers) and "_" not in lines and not _CODE_AMONG_LINES.search(f"\n{lines}\n")
    return numbers if is_plain and not np.isnan(numbers).any() else None


def _mapped(texts: list[str | None], table: dict[str, Any], otherwise: Any, dtype: Any) -> np.ndarray:
    out = np.empty(len(texts), dtype)
    out[:] = [table.get(text, otherwise) for text in texts]  # type: ignore[arg-type]
    return out


def _parsed(known: dict[str, int], parse: Callable[[str], Any]) -> tuple[dict[str, Any] | None, tuple[Any, ...]]:
    """The values of nearly all of the texts, and the odd ones with their number of rows; None if too many are odd."""
    table, odd, rows = {}, [], sum(known.values())
    odd_rows = 0
    for text, count in known.items():
        value = parse(text)
        if value is not None:
            table[text] = value
            continue
        odd.append(text)
        odd_rows += count
        if odd_rows > rows * (1 - _MOSTLY):
            return None, ()
    odd.sort(key=lambda text: -known[text])
    return table, (tuple(odd[:5]), odd_rows)


def _number(text: str) -> float | None:
    try:
        return None if "_" in text else float(text)
    except ValueError:
        return None


def _comma_number(text: str) -> float | None:
    return float(text.replace(",", ".")) if _COMMA.match(text) else None


def date(text: str, form: str) -> np.datetime64 | None:
    """The moment that a text written in one form means, in UTC; None if it is not written so.

    Example:
    >>> date("31.01.2024", "%d.%m.%Y"), date("2024-01-31 12:00", "iso")
    (np.datetime64('2024-01-31T00:00:00'), np.datetime64('2024-01-31T12:00:00'))
    """
    try:
        if form != "iso":
            return _seconds(datetime.strptime(text, form))
        return _seconds(datetime.fromisoformat(text)) if len(text) >= 8 and "-" in text else None
    except ValueError:
        return None


def _seconds(moment: datetime) -> np.datetime64:
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return np.datetime64(moment, "s")


def _category_or_text(known: dict[str, int]) -> str:
    rows, distinct = sum(known.values()), len(known)
    if max(len(text.split()) for text in known) > _WORDS_OF_A_CATEGORY and distinct > _FEW // 2:
        return TEXT
    if distinct <= max(2, min(_FEW, rows * 0.8)) or (distinct <= 1000 and distinct <= rows / 10):
        return CATEGORY
    return TEXT
