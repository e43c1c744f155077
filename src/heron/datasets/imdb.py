"""IMDB: 50,000 film reviews as lists of word numbers, half of them favourable. Downloaded on demand."""

from __future__ import annotations

import os

import numpy as np

from heron.datasets.remote import IMDB, IMDB_WORDS, fetch
from heron.datasets.split import Split
from heron.datasets.stored_arrays import StoredArrays
from heron.datasets.word_sequences import WordRules, read_word_index, shuffled_order

CLASS_NAMES = ("negative", "positive")
"""The name of each class, by label."""


def load_data(
    path: str | os.PathLike[str] = "imdb.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    seed: int | None = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int | None = 3,
) -> Split:
    """Returns the 25,000 training and 25,000 test reviews with their labels, as Keras does.

    The first call downloads 17.5 MB. Word n of `get_word_index()`, the n-th most frequent, is the number
    `n + index_from`; 0 is left for padding.

    Args:
        path: the name of the file in heron's cache.
        num_words: numbers from here on are replaced by `oov_char`, so that the largest is `num_words - 1`; None for no
            limit.
        skip_top: numbers below are replaced by `oov_char`: the most frequent words say little.
        maxlen: reviews of this length or longer are left out; None for no limit.
        seed: of the shuffle.
        start_char: the number before each review; None for none.
        oov_char: the number of a word that was cut out; None to leave such words out.
        index_from: is added to the number of every word.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: reviews `(25000,)`, an object array of lists of integers, and labels
        `(25000,)`, int64, 0 or 1, which stand for `CLASS_NAMES`.

    Raises:
        ArgumentError: when an argument is out of its range, or `maxlen` leaves nothing.
        DownloadError: when the file cannot be had; the message says where to put it by hand.

    Source:
        A. Maas et al., "Learning word vectors for sentiment analysis", ACL 2011.
    """
    rules = WordRules("imdb.load_data", num_words, skip_top, maxlen, seed, start_char, oov_char, index_from)
    stored = StoredArrays(fetch("imdb", IMDB, path))
    random = np.random.RandomState(seed)
    parts = []
    for part in ("train", "test"):
        labels = stored.numbers(f"y_{part}")
        parts.append(rules.marked(stored.rows(f"x_{part}"), labels, shuffled_order(len(labels), random)))
    limit = rules.limit(*(rows for rows, _ in parts))
    (x_train, y_train), (x_test, y_test) = [(rules.limited(rows, limit), labels) for rows, labels in parts]
    return (x_train, y_train), (x_test, y_test)


def get_word_index(path: str | os.PathLike[str] = "imdb_word_index.json") -> dict[str, int]:
    """Returns the number of each of the 88,584 words, 1 for the most frequent; the first call downloads 1.6 MB.

    In the reviews a word has this number plus `index_from`.

    Args:
        path: the name of the file in heron's cache.

    Raises:
        DownloadError: when the file cannot be had; the message says where to put it by hand.
    """
    return read_word_index(fetch("imdb", IMDB_WORDS, path))
