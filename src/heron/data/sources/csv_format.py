"""How a CSV file is written: separator, decimal point, header, encoding; and its text in chunks of whole rows."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple

from heron.data.columns import MISSING_WORDS
from heron.errors import DataError, note

SEPARATORS = ",;\t|"
SAMPLE_BYTES = 4 * 2**20
CHUNK_BYTES = 2 * 2**20
_BOM = b"\xef\xbb\xbf"
_WITH_POINT, _WITH_COMMA = re.compile(r"[+-]?\d+\.\d+\Z"), re.compile(r"[+-]?\d+,\d+\Z")


@dataclass(frozen=True)
class Format:
    """How a file is written.

    Attributes:
        separator: the character between fields.
        decimal: the character before the decimals of a number.
        encoding: of its text.
        has_header: whether the first row names the columns.
        names: the names of the columns.
    """

    separator: str
    decimal: str
    encoding: str
    has_header: bool
    names: tuple[str, ...]


class Chunk(NamedTuple):
    """Whole rows of a file.

    Attributes:
        path: the file.
        line: the line of the first row, counted from 1.
        text: the rows, each of which ends with a newline.
    """

    path: str
    line: int
    text: bytes


class Sample(NamedTuple):
    """The beginning of a file: how it is written, and its first rows as lists of texts."""

    format: Format
    rows: list[list[str]]
    is_whole: bool


def opened(path: str) -> BinaryIO:
    """The file, unpacked if it is a `.gz`."""
    return gzip.open(path, "rb") if path.endswith(".gz") else open(path, "rb")  # type: ignore[return-value]


def sample(path: str, most_rows: int, given: dict[str, Any]) -> Sample:
    """How the file is written, and its first rows.

    Args:
        path: the file.
        most_rows: how many rows to return at most.
        given: what the user has said of `separator`, `decimal`, `encoding` and `header`; None is found out.

    Raises:
        DataError: for a file that is empty or is no text.
    """
    with opened(path) as file:
        head = file.read(SAMPLE_BYTES)
        is_whole = not file.read(1)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in head[:1000]:
        raise DataError(
            f"csv_dataset: {path!r} is no CSV file in UTF-8: it has zero bytes, as UTF-16 and binary files have.\n"
            "Save it as CSV (UTF-8)."
        )
    head = head.removeprefix(_BOM)
    encoding = given["encoding"] or _encoding(path, head)
    text = head.decode(encoding, "replace").replace("\r\n", "\n")
    if not is_whole:
        text = text[: text.rfind("\n") + 1]
    if not text.strip():
        raise DataError(f"csv_dataset: {path!r} is empty; expected a row of names and rows of values.")
    separator = given["separator"] or _separator(text)
    read = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows = [row for row, _ in zip((row for row in read if row), range(most_rows + 1), strict=False)]
    has_header = _has_header(rows) if given["header"] is None else given["header"]
    names = _names(rows[0]) if has_header else tuple(f"column_{i}" for i in range(len(rows[0])))
    body = rows[has_header:]
    decimal = given["decimal"] or _decimal(body, separator)
    return Sample(Format(separator, decimal, encoding, has_header, names), body, is_whole and len(rows) <= most_rows)


def _encoding(path: str, head: bytes) -> str:
    try:
        head[: head.rfind(b"\n") + 1].decode("utf-8")
    except UnicodeDecodeError:
        note(f"csv_dataset: {path!r} is not UTF-8 and is read as Latin-1. If letters come out wrong, give encoding=.")
        return "latin-1"
    return "utf-8"


def _separator(text: str) -> str:
    """The character that occurs equally often in the first rows, and most often."""
    best, found = 0.0, ","
    for candidate in SEPARATORS:
        read = csv.reader(io.StringIO(text[:100_000], newline=""), delimiter=candidate)
        counts = [len(row) for row, _ in zip((row for row in read if row), range(100), strict=False)]
        usual, times = Counter(counts).most_common(1)[0]
        if usual > 1 and times / len(counts) * (1 + usual / 1000) > best:
            best, found = times / len(counts) * (1 + usual / 1000), candidate
    return found


def _decimal(rows: list[list[str]], separator: str) -> str:
    if separator == ",":
        return "."
    fields = [field.strip() for row in rows[:200] for field in row]
    return (
        "," if sum(map(bool, map(_WITH_COMMA.match, fields))) > sum(map(bool, map(_WITH_POINT.match, fields))) else "."
    )


def _is_number(text: str) -> bool:
    try:
        float(text.strip().replace(",", "."))
    except ValueError:
        return False
    return text.strip().lower() not in MISSING_WORDS


def _has_header(rows: list[list[str]]) -> bool:
    """Names are not numbers; among words they are taken for names, as most files have them."""
    return not any(_is_number(field) for field in rows[0])


def _names(row: list[str]) -> tuple[str, ...]:
    """The names in the header, made different where they are not."""
    found: list[str] = []
    for number, field in enumerate(row):
        name = field.strip() or f"column_{number}"
        while name in found:
            name += "_2"
        found.append(name)
    return tuple(found)


def chunks(path: str, has_header: bool) -> Iterator[Chunk]:
    """The rows of a file without its header, in chunks."""
    with opened(path) as file:
        rest, line, first = file.read(len(_BOM)).removeprefix(_BOM), 1, True
        while True:
            read = file.read(CHUNK_BYTES)
            text = rest + read if read else rest + b"\n" * bool(rest and not rest.endswith(b"\n"))
            if b"\r" in text and b"\n" not in text:
                text = text.replace(b"\r", b"\n")  # the old Macintosh
            cut = _row_end(text)
            rest = text[cut:] if read else b""
            text = text[:cut] if read else text
            if first and has_header and text:
                begin = _first_row_end(text)
                line += text.count(b"\n", 0, begin)
                text = text[begin:]
            if text:
                first = False
                yield Chunk(path, line, text)
                line += text.count(b"\n")
            elif cut:
                first = False
            if not read:
                if b'"' in text and text.count(b'"') % 2:
                    raise DataError(f'csv_dataset: {path!r} ends inside a quoted text: a " is missing in it.')
                return


def _row_end(text: bytes) -> int:
    """Where the last whole row of a text ends; newlines in quotes end none."""
    if b'"' not in text:
        return text.rfind(b"\n") + 1
    end = len(text)
    while (end := text.rfind(b"\n", 0, end)) >= 0:
        if text.count(b'"', 0, end) % 2 == 0:
            return end + 1
    return 0


def _first_row_end(text: bytes) -> int:
    begin = 0
    while True:
        end = text.find(b"\n", begin) + 1
        row = text[:end]
        if not end:
            return len(text)
        if row.strip() and row.count(b'"') % 2 == 0:
            return end
        begin = end
