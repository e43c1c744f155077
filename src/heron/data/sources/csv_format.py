"""How a CSV file is written: separator, decimal point, header, encoding; and its text in chunks of whole rows."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from heron.data.columns import MISSING_WORDS
from heron.data.sources.csv_fields import is_number
from heron.errors import ArgumentError, DataError, note, suggestion

SEPARATORS = ",;\t|"
SAMPLE_BYTES = 4 * 2**20
CHUNK_BYTES = 4 * 2**20
LONGEST_ROW = 16 * 2**20  # bytes after which a quoted text that does not end is given up
UTF_8 = "utf-8"
_GZIP, _BOM, _UTF_16 = b"\x1f\x8b", b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
_ENCODINGS = ("utf-8", "latin-1", "cp1252", "utf-16", "ascii", "shift_jis", "gb18030", "cp1251")
_SAID = re.compile(rb'"?sep=(.)"?\r?\n', re.IGNORECASE)  # Excel's line that says what separates fields
_LONGEST_SAID = 9
_CONTROLS = frozenset(range(0x80, 0xA0))  # of Latin-1, which no text has; Windows-1252 has letters and quotes there
_NAMES = {"cp1252": "Windows-1252", "latin-1": "Latin-1"}
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


def opened(path: str, encoding: str | None) -> BinaryIO:
    """The file as UTF-8, unpacked if it is packed by gzip.

    Args:
        path: the file.
        encoding: of the file; None for UTF-8, and for UTF-16 where the file begins with its mark.
    """
    recoded = encoding is not None and not is_utf_8(encoding)
    file: BinaryIO = open(path, "rb")  # noqa: SIM115 - who asked for it closes it
    if _peek(file) == _GZIP:
        file.close()
        file = gzip.open(path, "rb")  # type: ignore[assignment]  # noqa: SIM115
    if encoding is None and _peek(file) in _UTF_16:
        encoding, recoded = "utf-16", True
    return io.BufferedReader(_Recoded(file, path, str(encoding)), 2**18) if recoded else file


def is_utf_8(encoding: str) -> bool:
    """Whether an encoding is UTF-8, with a mark at the beginning or without.

    Raises:
        ArgumentError: for the name of no encoding.
    """
    try:
        return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")
    except LookupError:
        near = suggestion(encoding, _ENCODINGS) or f"Common ones are {', '.join(_ENCODINGS[:4])}."
        raise ArgumentError(f"csv_dataset: Python knows no encoding {encoding!r}.\n{near.strip()}") from None


def _peek(file: BinaryIO) -> bytes:
    start = file.read(2)
    file.seek(0)
    return start


class _Recoded(io.RawIOBase):
    """A file of another encoding as UTF-8."""

    def __init__(self, file: BinaryIO, path: str, encoding: str) -> None:
        self._file, self._path, self._encoding = file, path, encoding
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            read = self._file.read(2**18)
            try:
                self._ready = self._decoder.decode(read, final=not read).encode()
            except UnicodeDecodeError as error:
                raise DataError(
                    f"csv_dataset: {self._path!r} is not {self._encoding}: {error.reason} "
                    f"({error.object[error.start]:#x}).\nSay how the file is written, encoding='latin-1' for instance."
                ) from None
            if not read and not self._ready:
                return 0
        count = min(len(buffer), len(self._ready))
        buffer[:count], self._ready = self._ready[:count], self._ready[count:]
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


def sample(path: str, most_rows: int, given: dict[str, Any]) -> Sample:
    """How the file is written, and its first rows.

    Args:
        path: the file.
        most_rows: how many rows to return at most.
        given: what the user has said of `separator`, `decimal`, `encoding` and `header`; None is found out.

    Raises:
        DataError: for a file that is empty or is no text.
    """
    encoding = given["encoding"] or _encoding(path)
    is_guess = given["encoding"] is None and encoding in _NAMES
    with opened(path, encoding) as file:
        head = _read(file, path, SAMPLE_BYTES)
        is_whole = not _read(file, path, 1)
    if b"\0" in head[:1000]:
        raise DataError(
            f"csv_dataset: {path!r} is no text: it has zero bytes, as pictures, archives and spreadsheets have.\n"
            "Save it as CSV (UTF-8); a file of UTF-16 without its mark is read with encoding='utf-16-le'."
        )
    if is_guess:
        note(
            f"csv_dataset: {path!r} is not UTF-8 and is read as {_NAMES[encoding]}. If letters come out wrong, give "
            "encoding=."
        )
    head = head.removeprefix(_BOM)
    said = _SAID.match(head)
    text = head[said.end() if said else 0 :].decode(UTF_8, "replace").replace("\r\n", "\n")
    if not is_whole:
        text = text[: text.rfind("\n") + 1]
    if not text.strip():
        raise DataError(f"csv_dataset: {path!r} is empty; expected a row of names and rows of values.")
    separator = given["separator"] or (said[1].decode(UTF_8) if said else _separator(text))
    try:
        rows = _rows(text, separator, most_rows + 1)
    except csv.Error as error:
        raise DataError(f"csv_dataset: {path!r} cannot be read as CSV: {error}. Is a quote missing?") from None
    has_header = _has_header(rows) if given["header"] is None else given["header"]
    names = _names(rows[0]) if has_header else tuple(f"column_{i}" for i in range(len(rows[0])))
    body = rows[has_header:]
    decimal = given["decimal"] or _decimal(body, separator)
    return Sample(Format(separator, decimal, encoding, has_header, names), body, is_whole and len(rows) <= most_rows)


def _encoding(path: str) -> str:
    """UTF-8 if its beginning can be read so, UTF-16 if it has the mark, else Windows-1252 or Latin-1."""
    with opened(path, UTF_8) as file:
        head = _read(file, path, SAMPLE_BYTES)
    if head[:2] in _UTF_16:
        return "utf-16"
    try:
        head[: head.rfind(b"\n") + 1].decode(UTF_8)
    except UnicodeDecodeError:
        try:
            return "cp1252" if not _CONTROLS.isdisjoint(head) and head.decode("cp1252") else "latin-1"
        except UnicodeDecodeError:
            return "latin-1"
    return UTF_8


def _read(file: BinaryIO, path: str, count: int) -> bytes:
    try:
        return file.read(count)
    except (OSError, EOFError) as error:  # of what gzip cannot unpack
        raise DataError(
            f"csv_dataset: {path!r} cannot be read: {error}. Was it cut in a copy or a download?"
        ) from error


def _rows(text: str, separator: str, most: int) -> list[list[str]]:
    """The first rows that are not empty."""
    csv.field_size_limit(2**27)
    read = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    return [row for row, _ in zip((row for row in read if row), range(most), strict=False)]


def _separator(text: str) -> str:
    """The character that occurs equally often in the first rows, and most often."""
    best, found = 0.0, ","
    for candidate in SEPARATORS:
        counts = [len(row) for row in _rows(text[:100_000], candidate, 100)]
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
    return is_number(text.strip().replace(",", ".")) and text.strip().lower() not in MISSING_WORDS


def _has_header(rows: list[list[str]]) -> bool:
    """Names are not numbers; among words they are taken for names, as most files have them."""
    return not any(_is_number(field) for field in rows[0])


def _names(row: list[str]) -> tuple[str, ...]:
    """The names in the header, made different where they are not."""
    found: dict[str, None] = {}
    for number, field in enumerate(row):
        name = field.strip() or f"column_{number}"
        while name in found:
            name += "_2"
        found[name] = None
    return tuple(found)


def chunks(path: str, format: Format) -> Iterator[Chunk]:
    """The rows of a file without its header, in chunks.

    Raises:
        DataError: for a file that cannot be unpacked, or ends inside a quoted text.
    """
    with opened(path, format.encoding) as file:
        rest, line, first = _read(file, path, len(_BOM) + _LONGEST_SAID).removeprefix(_BOM), 1, True
        if said := _SAID.match(rest):
            rest, line = rest[said.end() :], 2
        while True:
            read = _read(file, path, CHUNK_BYTES)
            text = rest + read if read else rest + b"\n" * bool(rest and not rest.endswith(b"\n"))
            if b"\r" in text and b"\n" not in text:
                text = text.replace(b"\r", b"\n")  # the old Macintosh
            cut = _row_end(text)
            rest = text[cut:]
            if rest and (not read or len(rest) > LONGEST_ROW):
                at = line + text.count(b"\n", 0, cut)
                raise DataError(
                    f"csv_dataset: {path!r}, line {at}: a quoted text that begins in this row does not end"
                    + (f" within {LONGEST_ROW >> 20} MB." if read else '. Is a " missing in it, or one too many?')
                )
            text = text[:cut]
            if first and format.has_header and text:
                begin = _first_row_end(text)
                line += text.count(b"\n", 0, begin)
                text = text[begin:]
            first = first and not cut
            if text:
                yield Chunk(path, line, text)
                line += text.count(b"\n")
            if not read:
                return


def _row_end(text: bytes) -> int:
    """Where the last whole row of a text ends; newlines in quotes end none."""
    if b'"' not in text:
        return text.rfind(b"\n") + 1
    array = np.frombuffer(text, np.uint8)
    quotes, ends = np.flatnonzero(array == ord('"')), np.flatnonzero(array == ord("\n"))
    whole = ends[np.searchsorted(quotes, ends) % 2 == 0]
    return int(whole[-1]) + 1 if len(whole) else 0


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
