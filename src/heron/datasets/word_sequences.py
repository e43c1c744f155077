"""Texts as lists of word numbers: Keras's rules for what is marked, moved, cut out and left out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from heron.datasets.decoders import Array
from heron.datasets.split import SEED
from heron.datasets.stored_arrays import Rows
from heron.errors import ArgumentError, DataError
from heron.validate import INT, NON_NEGATIVE_INT, check

_RULES = {
    "num_words": NON_NEGATIVE_INT.or_none(),
    "skip_top": NON_NEGATIVE_INT,
    "maxlen": NON_NEGATIVE_INT.or_none(),
    "seed": SEED,
    "start_char": INT.or_none(),
    "oov_char": INT.or_none(),
    "index_from": INT.or_none(),
}


@dataclass(frozen=True)
class WordRules:
    """How texts become lists of numbers; the arguments of `imdb.load_data` and `reuters.load_data`.

    Args:
        owner: the function, for messages.
        num_words: numbers from here on are cut out; 0 or None for the largest number there is, which is then cut out
            itself, as in Keras.
        skip_top: numbers below are cut out.
        maxlen: texts of this length or longer are left out; 0 or None for no limit.
        seed: of the shuffle.
        start_char: the number before each text, None for none.
        oov_char: the number in the place of what was cut out, None for nothing in its place.
        index_from: is added to every number.
    """

    owner: str
    num_words: int | None
    skip_top: int
    maxlen: int | None
    seed: int | None
    start_char: int | None
    oov_char: int | None
    index_from: int | None

    def __post_init__(self) -> None:
        check(self.owner, _RULES, {name: getattr(self, name) for name in _RULES})

    def marked(self, rows: Rows, labels: Array, order: Array) -> tuple[Rows, Array]:
        """Rows in the given order with moved numbers and a start, those that are too long left out with their labels.

        Raises:
            ArgumentError: when none is left.
        """
        rows = Rows(rows.words + (self.index_from or 0), rows.lengths)
        if self.start_char is not None:
            starts = np.cumsum(rows.lengths) - rows.lengths
            rows = Rows(np.insert(rows.words, starts, self.start_char), rows.lengths + 1)
        if self.maxlen:
            order = order[rows.lengths[order] < self.maxlen]
            if not len(order):
                raise ArgumentError(
                    f"{self.owner}: argument 'maxlen' must leave some texts, each shorter than it; received "
                    f"{self.maxlen}, and the shortest has {int(rows.lengths.min())} words.\nIncrease maxlen."
                )
        return _taken(rows, order), labels[order]

    def limit(self, *parts: Rows) -> int:
        """The number from which on words are cut out."""
        return self.num_words or max(int(part.words.max()) for part in parts)

    def limited(self, rows: Rows, limit: int) -> Array:
        """The texts as a row of lists, without the words that are too frequent or too rare."""
        kept = (rows.words >= self.skip_top) & (rows.words < limit)
        if self.oov_char is not None:
            return _lists(Rows(np.where(kept, rows.words, self.oov_char), rows.lengths))
        row = np.repeat(np.arange(len(rows.lengths)), rows.lengths)
        return _lists(Rows(rows.words[kept], np.bincount(row[kept], minlength=len(rows.lengths))))


def shuffled_order(count: int, random: np.random.RandomState) -> Array:
    """The row numbers in shuffled order, as Keras shuffles them."""
    order: Any = np.arange(count)
    random.shuffle(order)
    return order


def _taken(rows: Rows, order: Array) -> Rows:
    """The rows with the given numbers."""
    starts, lengths = (np.cumsum(rows.lengths) - rows.lengths)[order], rows.lengths[order]
    before = np.repeat(np.cumsum(lengths) - lengths, lengths)  # where each word's row begins in the result
    where = np.arange(int(lengths.sum())) - before + np.repeat(starts, lengths)
    return Rows(rows.words[where], lengths)


def _lists(rows: Rows) -> Array:
    words, ends = rows.words.tolist(), np.cumsum(rows.lengths).tolist()
    lists = np.empty(len(ends), object)
    start = 0
    for i, end in enumerate(ends):
        lists[i] = words[start:end]
        start = end
    return lists


def read_word_index(path: Path) -> dict[str, int]:
    """Returns a word list: the number of each word, by frequency.

    Raises:
        DataError: when the file is not one.
    """
    try:
        found = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        found = error
    if isinstance(found, dict) and all(type(number) is int for number in found.values()):
        return found
    raise DataError(
        f"{path.name}: {str(path)!r} cannot be read.\nExpected a JSON object with a number for each word.\n"
        "Delete the file; it is then downloaded again."
    )
