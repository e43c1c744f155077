"""Columns of a CSV file: what each holds, and chunks of text made into arrays of numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from heron.data import columns
from heron.data.sources import csv_arrow, csv_fields
from heron.data.sources.csv_format import UTF_8, Chunk, Format
from heron.errors import DataError, note

NUMBER, YES_NO, CATEGORY, TEXT, DATE = columns.NUMBER, columns.YES_NO, columns.CATEGORY, columns.TEXT, columns.DATE
IGNORE = "ignore"
KINDS = (NUMBER, YES_NO, CATEGORY, DATE, TEXT, IGNORE)
_OF_VALUES = {columns.WHOLE: NUMBER, columns.EMPTY: NUMBER, columns.SEQUENCE: TEXT}
MISSING = -1
UNKNOWN = -2
MOST_COLUMNS = 100  # a category with more values gets no columns of its own


@dataclass(frozen=True)
class Column:
    """A column and what it holds.

    Attributes:
        name: its name.
        place: its number in the file.
        kind: one of `KINDS`.
        words: the texts of a category, in the order of their numbers.
        missing: how many of the rows looked at have no value.
        mean: of the numbers looked at.
        examples: some texts, for the table.
        form: how its dates are written; empty where nobody knows.
    """

    name: str
    place: int
    kind: str
    words: tuple[str, ...] = ()
    missing: int = 0
    mean: float = 0.0
    examples: str = ""
    form: str = ""

    @property
    def features(self) -> list[str]:
        """The names of its columns in a matrix."""
        if self.kind == CATEGORY:
            return [f"{self.name}={word}" for word in self.words] if len(self.words) <= MOST_COLUMNS else []
        return [] if self.kind in (TEXT, IGNORE) else [self.name]


def column_of(name: str, place: int, texts: Sequence[str], kind: str | None) -> Column:
    """What a column holds, from its first texts; `kind` where the user has said it, `"%m/%d/%Y"` say for dates."""
    form = kind if kind and "%" in kind else ""
    kind = DATE if form else kind
    values = columns.of_dates(texts, form) if kind == DATE else columns.of_texts(texts)
    if not form and (other := columns.other_form(values, texts)) is not None:
        note(
            f"csv_dataset: the dates of column {name!r} can be read in two ways; {texts[0].strip()!r} is taken to "
            f"begin with the day.\nIf it begins with the month, write kinds={{{name!r}: {other!r}}}; if not, "
            f"kinds={{{name!r}: {values.form!r}}}."
        )
    found = kind or _OF_VALUES.get(values.kind, values.kind)
    if found == YES_NO and not values.words:
        found = NUMBER if kind is None else found
    missing = values.missing
    if values.is_numeric and not missing.any():
        known: Sequence[str] = texts
    else:
        known = [text for text in map(str.strip, texts) if text.lower() not in columns.MISSING_WORDS]
    words = tuple(values.words) or (tuple(sorted(set(map(str.strip, known)))) if found in (CATEGORY, YES_NO) else ())
    mean = _mean(values)
    examples = ", ".join(words[:3] or list(dict.fromkeys(known[:100]))[:3])[:40]
    return Column(name, place, found, words, len(texts) - len(known), mean, examples, values.form)


def _mean(values: columns.Values) -> float:
    """The mean of the finite numbers, of dates in days since 1970; 0 where there are none."""
    numbers = np.zeros(0)
    if values.data.dtype.kind == "M":
        dates = values.data[~np.isnat(values.data)]
        numbers = (dates - np.datetime64(0, "s")) / np.timedelta64(1, "D")
    elif values.is_numeric:
        numbers = values.data[np.isfinite(values.data)]
    return float(numbers.mean()) if len(numbers) else 0.0


def _days(date: np.datetime64) -> float:
    return float((date - np.datetime64(0, "s")) / np.timedelta64(1, "D"))


class Policy(NamedTuple):
    """What is done about missing values.

    Attributes:
        missing: `"raise"`, `"skip"`, `"mean"` or a number to put there.
        words: texts that stand for a missing value, in lower case.
    """

    missing: Any
    words: frozenset[str]

    @property
    def numbers(self) -> list[float]:
        """The words that are numbers."""
        return [float(word) for word in self.words if word[-1:].isdigit() and csv_fields.is_number(word)]


class Layout(NamedTuple):
    """What becomes of the columns.

    Attributes:
        form: `"matrix"` or `"columns"`.
        inputs: the columns of x.
        target: that of y, or None.
    """

    form: str
    inputs: tuple[Column, ...]
    target: Column | None

    @property
    def feature_names(self) -> list[str]:
        """The names of the columns of the matrix, or of the entries of the dict."""
        if self.form == "columns":
            return [column.name for column in self.inputs]
        return [name for column in self.inputs for name in column.features]

    @property
    def used(self) -> tuple[Column, ...]:
        """The columns of x that are read: texts have no place in a matrix."""
        return self.inputs if self.form == "columns" else tuple(c for c in self.inputs if c.features)


@dataclass
class Reader:
    """Makes arrays of chunks. It can be sent to a process.

    Args:
        format: how the file is written.
        layout: what becomes of the columns.
        policy: what is done about missing values.
        learns: whether texts that no category knows are collected in `new_words` instead of being refused.
        by_arrow: whether pyarrow parses the chunks that are as expected.
    """

    format: Format
    layout: Layout
    policy: Policy
    learns: bool = False
    by_arrow: bool = False
    new_words: dict[str, set[str]] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)
    slow = True

    def __call__(self, chunk: Chunk) -> Any:
        """The rows of a chunk: x, or `(x, y)`.

        Raises:
            DataError: for rows and fields that are not as expected, with file, line, column and text.
        """
        found = self._by_arrow(chunk) if self.by_arrow else None
        return self._by_columns(chunk) if found is None else found

    def _by_columns(self, chunk: Chunk) -> Any:
        """The rows of a chunk, read by the parser of our own."""
        try:
            fields = csv_fields.split(chunk.text, ord(self.format.separator), len(self.format.names))
        except csv_fields.Ragged as error:
            raise self._ragged(chunk, error) from None
        keep = np.ones(fields.starts.shape[1], bool)
        target = self.layout.target
        y = None if target is None else self._column(chunk, fields, target, keep, is_target=True)
        arrays = {c.name: self._column(chunk, fields, c, keep, is_target=False) for c in self.layout.used}
        return self._assembled(arrays, y, keep)

    def _by_arrow(self, chunk: Chunk) -> Any:
        """The rows of a chunk, read by pyarrow; None where something is to be said, or to be read with more care."""
        target = self.layout.target
        wanted = (*self.layout.used, *([target] if target else []))
        found = csv_arrow.read(chunk, self.format, wanted, self.policy.words)
        if found is None:
            return None
        arrays, keep = {}, None
        for column in wanted:
            values = found[column.name]
            if column.kind in (CATEGORY, YES_NO):
                values = self._known_codes(column, *values)
                if (values == UNKNOWN).any() and not self.learns:
                    return None
            missing = values == MISSING if values.dtype.kind == "i" else np.zeros(0, bool)
            if values.dtype.kind == "f":
                missing = np.isnan(values)
            keep = np.ones(len(values), bool) if keep is None else keep
            if missing.any():
                if self.policy.missing == "raise":
                    return None
                if column is target or self.policy.missing == "skip":
                    keep &= ~missing
            arrays[column.name] = self._shaped(column, values, missing, column is target)
        y = arrays.pop(target.name) if target else None
        return self._assembled(arrays, y, keep)

    def _known_codes(self, column: Column, codes: np.ndarray, words: Sequence[str]) -> np.ndarray:
        """The numbers of texts in the words of the column, of their numbers in other words."""
        known = {word: number for number, word in enumerate(column.words)}
        table = [known.get(w, MISSING if w.lower() in self.policy.words else UNKNOWN) for w in words]
        if self.learns and UNKNOWN in table:
            self.new_words.setdefault(column.name, set()).update(
                word for word, code in zip(words, table, strict=True) if code == UNKNOWN
            )
        return np.array(table, np.int64)[codes]

    def _shaped(self, column: Column, values: np.ndarray, missing: np.ndarray, is_target: bool) -> np.ndarray:
        """Codes and numbers as they go into the matrix or the dict, what is missing filled in."""
        if column.kind == CATEGORY and self.layout.form == "columns" and not is_target:
            return np.array([*column.words, "", ""], object)[values]  # -1 and -2 are the last two
        if column.kind == CATEGORY or (column.kind == YES_NO and is_target):
            return values.astype(np.int32)
        if column.kind == TEXT:
            return values
        return self._filled(values.astype(np.float32), missing, column)

    def _assembled(self, arrays: Mapping[str, np.ndarray], y: np.ndarray | None, keep: Any) -> Any:
        """X or `(x, y)` of the rows that are kept."""
        x = self._matrix(arrays, len(keep)) if self.layout.form == "matrix" else dict(arrays)
        if not keep.all():
            x = {name: a[keep] for name, a in x.items()} if isinstance(x, dict) else x[keep]
            y = None if y is None else y[keep]
        return x if y is None else (x, y)

    def _matrix(self, arrays: Mapping[str, np.ndarray], rows: int) -> np.ndarray:
        out = np.zeros((rows, len(self.layout.feature_names)), np.float32)
        place = 0
        for column in self.layout.inputs:
            width = len(column.features)
            if column.kind == CATEGORY and width:
                codes = arrays[column.name]
                known = np.flatnonzero(codes >= 0)
                out[known, place + codes[known]] = 1
            elif width:
                out[:, place] = arrays[column.name]
            place += width
        return out

    def _column(
        self, chunk: Chunk, fields: csv_fields.Fields, column: Column, keep: np.ndarray, is_target: bool
    ) -> np.ndarray:
        """The values of a column; `keep` loses the rows that are left out."""
        if column.kind in (CATEGORY, YES_NO):
            codes = self._codes(chunk, fields, column, is_target)
            self._fill(chunk, fields, column, codes == MISSING, keep, is_target)
            return self._shaped(column, codes, codes < 0, is_target)
        if column.kind == TEXT:
            return self._texts(chunk, fields, column)
        values, good = (
            csv_fields.numbers(fields, column.place, ord(self.format.decimal))
            if column.kind == NUMBER
            else (np.zeros(len(keep)), np.zeros(len(keep), bool))
        )
        missing = np.zeros(len(keep), bool)
        if good.any() and (numbers := self.policy.numbers):
            good &= ~np.isin(values, numbers)  # 999 may stand for a missing value
        known: dict[bytes, float] = {}
        for row in np.flatnonzero(~good):
            text = fields.text(int(row), column.place)
            if text not in known:
                known[text] = self._slowly(chunk, fields, column, int(row), text)
            values[row] = known[text]
            missing[row] = math.isnan(known[text])
        self._fill(chunk, fields, column, missing, keep, is_target)
        return self._shaped(column, values, missing, is_target)

    def _slowly(self, chunk: Chunk, fields: csv_fields.Fields, column: Column, row: int, text: bytes) -> float:
        """A number or date that is not written plainly; NaN where it is missing."""
        plain = self._plain(chunk, fields, column, row, text)
        if plain.lower() in self.policy.words:
            return math.nan
        try:
            if column.kind == DATE:
                for form in (column.form,) if column.form else columns.DATE_FORMS:
                    if (date := columns.date(plain, form)) is not None:
                        return _days(date)
            elif "_" not in plain:
                return float(plain if self.format.decimal == "." else plain.replace(self.format.decimal, "."))
        except ValueError:
            pass
        what = "date" if column.kind == DATE else "number"
        if plain == column.name:
            hint = "That is the name of the column: is the header there twice, of files that were joined?\n"
        elif "," in plain and self.format.decimal == "." and what == "number":
            hint = "If the comma stands before decimals, write decimal=','; if between thousands, take it out.\n"
        elif what == "date":
            hint = f"If it is one, say how dates are written: kinds={{{column.name!r}: '%d.%m.%Y'}} for 31.12.2024.\n"
        else:
            hint = ""
        raise DataError(
            f"{self._place(chunk, fields, row, column)} holds {plain!r}, which is no {what}; the rows before it hold "
            f"{what}s.\n{hint}Correct the file; or write missing_values=[{plain!r}] if it stands for a missing value, "
            f"or kinds={{{column.name!r}: 'category'}} if the column is not meant to hold {what}s."
        )

    def _codes(self, chunk: Chunk, fields: csv_fields.Fields, column: Column, is_target: bool) -> np.ndarray:
        """The number of each text in the words of the column."""
        keys = csv_fields.keys(fields, column.place)
        _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        table = {word: number for number, word in enumerate(column.words)}
        codes = np.empty(len(first), np.int64)
        for place, row in enumerate(first):
            text = self._plain(chunk, fields, column, int(row), fields.text(int(row), column.place))
            code = table.get(text, MISSING if text.lower() in self.policy.words else UNKNOWN)
            if code == UNKNOWN:
                self._met_unknown(chunk, fields, column, int(row), text, is_target)
            codes[place] = code
        return codes[inverse]

    def _met_unknown(
        self, chunk: Chunk, fields: csv_fields.Fields, column: Column, row: int, text: str, is_target: bool
    ) -> None:
        if self.learns:
            self.new_words.setdefault(column.name, set()).add(text)
        elif is_target or column.kind == YES_NO:
            known = ", ".join(repr(word) for word in column.words[:10])
            raise DataError(
                f"{self._place(chunk, fields, row, column)} holds {text!r}, which none of the rows looked at first "
                f"holds; they hold {known}.\n"
                + (f"Give all classes: class_names={[*column.words, text]!r}." if is_target else "Correct the file.")
            )
        else:
            self.unknown.setdefault(column.name, f"{text!r} in line {chunk.line + fields.line(row)}")

    def _texts(self, chunk: Chunk, fields: csv_fields.Fields, column: Column) -> np.ndarray:
        out = np.empty(fields.starts.shape[1], object)
        for row in range(len(out)):
            out[row] = self._plain(chunk, fields, column, row, fields.text(row, column.place))
        return out

    def _plain(self, chunk: Chunk, fields: csv_fields.Fields, column: Column, row: int, text: bytes) -> str:
        """A field without spaces around it and without its quotes."""
        try:
            plain = text.decode(UTF_8).strip()
        except UnicodeDecodeError:
            raise DataError(
                f"{self._place(chunk, fields, row, column)} is not {UTF_8}: {text!r}.\n"
                "Say how the file is written, encoding='latin-1' for instance."
            ) from None
        if len(plain) > 1 and plain[0] == plain[-1] == '"':
            plain = plain[1:-1].replace('""', '"').strip()
        return plain

    def _fill(
        self,
        chunk: Chunk,
        fields: csv_fields.Fields,
        column: Column,
        missing: np.ndarray,
        keep: np.ndarray,
        is_target: bool,
    ) -> None:
        """Says that a value is missing, or has its row left out."""
        if not missing.any():
            return
        if self.policy.missing == "raise":
            raise DataError(
                f"{self._place(chunk, fields, int(missing.argmax()), column)} has no value.\n"
                "Write missing='skip' to leave such rows out, missing='mean' to put the mean there, or a number."
            )
        if is_target or self.policy.missing == "skip":
            keep &= ~missing  # a target cannot be made up

    def _filled(self, values: np.ndarray, missing: np.ndarray, column: Column) -> np.ndarray:
        fill = self.policy.missing
        if not isinstance(fill, str):
            values[missing] = fill
        elif fill == "mean":
            values[missing] = column.mean
        return values

    def _place(self, chunk: Chunk, fields: csv_fields.Fields, row: int, column: Column) -> str:
        return f"{chunk.path}, line {chunk.line + fields.line(row)}: column {column.name!r}"

    def _ragged(self, chunk: Chunk, error: csv_fields.Ragged) -> DataError:
        line = chunk.text.split(b"\n")[error.line].decode(UTF_8, "replace").strip()
        return DataError(
            f"{chunk.path}, line {chunk.line + error.line} has {error.fields} fields; expected "
            f"{len(self.format.names)}, as in the first row: {line[:80]!r}.\n"
            f"Is a {self.format.separator!r} missing, or one too many? A text that holds one must stand in quotes."
        )

    def where(self, chunk: Chunk) -> str:
        """A chunk in words."""
        return f"{chunk.path}, from line {chunk.line}"

    def with_words(self) -> Reader:
        """A reader that knows the new words too."""

        def learned(column: Column) -> Column:
            new = self.new_words.get(column.name)
            return replace(column, words=tuple(sorted({*column.words, *new}))) if new else column

        target = None if self.layout.target is None else learned(self.layout.target)
        layout = self.layout._replace(inputs=tuple(map(learned, self.layout.inputs)), target=target)
        return replace(self, layout=layout, new_words={}, learns=True)
