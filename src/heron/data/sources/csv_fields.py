"""Fields of CSV text found and read by whole columns: NumPy does for a chunk what a parser does for a character.

A field is loaded as words of eight bytes that end with its last character, so that numbers of up to 24 characters are
read by a dozen operations on a column. The trick of eight digits in three multiplications is Wojciech Mula's,
"SIMD-ized parsing of series of integers" (2014); dividing a whole number below 2**53 by a power of
ten below 10**23 rounds rightly (William Clinger, "How to read floating point numbers accurately", 1990).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

PAD = 32  # bytes before the text, so that a word may begin before it
WORDS = 3
NEWLINE, RETURN, QUOTE, MINUS, PLUS = 10, 13, 34, 45, 43
_U = np.uint64
_ONES = 0x0101010101010101
_HIGH = _U(0x80 * _ONES)
_ZEROS = _U(0x30 * _ONES)
_POWERS = 10.0 ** np.arange(8 * WORDS + 1)


class Ragged(Exception):
    """A row with another number of fields than the rest: its line in the text, counted from 0, and its fields."""

    def __init__(self, line: int, fields: int) -> None:
        super().__init__(line, fields)
        self.line = line
        self.fields = fields


class Fields(NamedTuple):
    """Where the fields of a chunk stand.

    Attributes:
        padded: uint8, the text after `PAD` bytes.
        starts: intp `(columns, rows)`, where fields begin in `padded`.
        ends: intp `(columns, rows)`, where they end.
        lines: intp `(rows,)`, the line of each row in the chunk, counted from 0; None where each row is a line.
    """

    padded: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    lines: np.ndarray | None

    def text(self, row: int, column: int) -> bytes:
        """A field as it stands."""
        return self.padded[self.starts[column, row] : self.ends[column, row]].tobytes()

    def line(self, row: int) -> int:
        """The line of a row in the chunk, counted from 0."""
        return row if self.lines is None else int(self.lines[row])


def split(text: bytes, separator: int, columns: int) -> Fields:
    """The fields of a chunk of whole rows; empty lines are passed over.

    Args:
        text: the chunk, which ends with a newline.
        separator: the byte between fields.
        columns: fields of a row.

    Raises:
        Ragged: at the first row with more or fewer fields.
    """
    padded = np.zeros(PAD + len(text) + 8, np.uint8)
    padded[PAD : PAD + len(text)] = np.frombuffer(text, np.uint8)
    body = padded[PAD : PAD + len(text)]
    is_stop = body == separator
    is_newline = body == NEWLINE
    is_stop |= is_newline
    quoted = QUOTE in text
    if quoted:
        inside = np.bitwise_xor.accumulate(body == QUOTE)
        is_stop &= ~inside
    stops = np.flatnonzero(is_stop)
    last = is_newline[stops]
    whole = len(stops) % columns == 0 and int(last.sum()) * columns == len(stops) and last[columns - 1 :: columns].all()
    kept, lines = (None, None) if whole else _uneven(body, stops, last, columns)
    starts = np.empty_like(stops)
    starts[:1] = 0
    np.add(stops[:-1], 1, out=starts[1:])
    if kept is not None:
        starts, stops = starts[kept], stops[kept]
    if quoted:
        lines = np.cumsum(is_newline)[stops[columns - 1 :: columns]] - 1
    starts, ends = (np.ascontiguousarray(a.reshape(-1, columns).T) + PAD for a in (starts, stops))  # (columns, rows)
    if RETURN in text:
        ends[-1] -= padded[ends[-1] - 1] == RETURN
        np.maximum(ends[-1], starts[-1], out=ends[-1])
    return Fields(padded, starts, ends, lines)


def _uneven(body: np.ndarray, stops: np.ndarray, last: np.ndarray, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """Which stops belong to rows, and the line of each row, where some lines are empty."""
    row_ends = np.flatnonzero(last)
    counts = np.diff(row_ends, prepend=-1)
    begins = np.concatenate([[0], stops[row_ends[:-1]] + 1])
    sizes = stops[row_ends] - begins
    blank = (counts == 1) & ((sizes == 0) | ((sizes == 1) & (body[np.minimum(begins, len(body) - 1)] == RETURN)))
    wrong = np.flatnonzero((counts != columns) & ~blank)
    if len(wrong):
        at = int(wrong[0])
        raise Ragged(int(np.count_nonzero(body[: begins[at]] == NEWLINE)), int(counts[at]))
    lines = np.flatnonzero(~blank)
    return np.repeat(~blank, counts), lines


def _words(fields: Fields, column: int, count: int) -> list[np.ndarray]:
    """The last `8 * count` bytes up to the end of each field, uint64 each, the last eight first."""
    aligned = fields.padded[: len(fields.padded) // 8 * 8].view("<u8")
    ends = fields.ends[column]
    found = []
    for number in range(count):
        at = ends - 8 * (number + 1)
        place = at >> 3
        shift = ((at & 7) << 3).astype(_U)
        low = aligned.take(place)
        high = aligned.take(place + 1, mode="clip")
        found.append((low >> shift) | ((high << _U(1)) << (_U(63) - shift)))
    return found


def _masked(word: np.ndarray, length: np.ndarray, number: int, fill: np.uint64) -> np.ndarray:
    """The word with the bytes before the beginning of the field replaced by `fill`."""
    valid = np.clip(length - 8 * number, 0, 8).astype(_U)
    keep = ~_U(0) << ((_U(8) - valid) << _U(3))
    return (word & keep) | (fill & ~keep)


def numbers(fields: Fields, column: int, decimal: int) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of a column, float64 `(rows,)`, and which of them could be read: digits, a sign, a decimal point.

    What could not (an exponent, a word, more than 24 characters, nothing at all) is for `float`.
    """
    starts = fields.starts[column]
    first = fields.padded.take(starts)
    length = fields.ends[column] - starts
    minus = (first == MINUS) & (length > 0)
    length = length - (minus | ((first == PLUS) & (length > 0)))
    longest = int(length.max(initial=0))
    count = min(WORDS, max(1, -(-longest // 8)))
    words = [_masked(w, length, k, _ZEROS) for k, w in enumerate(_words(fields, column, count))]
    good = (length > 0) & (length <= 8 * WORDS)
    shifts = np.zeros(len(starts), np.uint8)
    seen = np.zeros(len(starts), bool)
    wanted = _U(decimal * _ONES)
    parts = []
    for number, word in enumerate(words):
        differs = word ^ wanted
        point = (differs - _U(_ONES)) & ~differs & _HIGH
        if point.any() or seen.any():
            point &= ~point + _U(1)  # the lowest is the first in the text, and the only one that is sure
            has = point != 0
            before = (point << _U(1)) - has  # up to the point; nothing where there is none
            if number:
                has &= ~seen
                before = np.where(seen, ~_U(0), before * has)
            earlier = words[number + 1] if number + 1 < count else _ZEROS
            word = (((word << _U(8)) | (earlier >> _U(56))) & before) | (word & ~before)
            after = (np.bitwise_count(~before) >> 3) & 7
            shifts += after if not number else np.where(has, after + 8 * number, 0)
            seen |= has
        digits = (word & _U(0xF0 * _ONES)) | (((word + _U(6 * _ONES)) & _U(0xF0 * _ONES)) >> _U(4))
        good &= digits == _U(0x33 * _ONES)
        parts.append(_eight(word))
    good &= length > seen  # a point alone is no number
    value = parts[-1].astype(np.float64)
    for part in reversed(parts[:-1]):
        value = value * 1e8 + part
    if seen.any():
        value /= _POWERS.take(shifts)
    return np.negative(value, out=value, where=minus) if minus.any() else value, good


def is_number(text: str) -> bool:
    """Whether `float` takes a text."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def _eight(word: np.ndarray) -> np.ndarray:
    """The number that eight digits mean."""
    word = word - _ZEROS
    word = word * _U(10) + (word >> _U(8))
    pairs = _U(0x000000FF000000FF)
    high = (word & pairs) * _U(0x000F424000000064)
    low = ((word >> _U(16)) & pairs) * _U(0x0000271000000001)
    return (high + low) >> _U(32)


def keys(fields: Fields, column: int) -> np.ndarray:
    """A number for each field, uint64 `(rows,)`, equal for equal texts and, but for one pair in 2**64, no others."""
    length = fields.ends[column] - fields.starts[column]
    count = max(1, -(-int(length.max(initial=0)) // 8))
    key = np.zeros(len(length), _U)
    if count > WORDS:  # texts this long are rare in columns of categories
        return np.array([hash(fields.text(row, column)) for row in range(len(length))], np.int64).view(_U)
    for number, word in enumerate(_words(fields, column, count)):
        mixed = _masked(word, length, number, _U(0)) * _U(0x9E3779B97F4A7C15)
        key ^= (mixed ^ (mixed >> _U(29))) * _U(2 * number + 1)
    return key ^ (length.astype(_U) * _U(0xBF58476D1CE4E5B9))
