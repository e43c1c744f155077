"""Reuters: 11,228 news messages as lists of word numbers, in 46 topics. Downloaded on demand."""

from __future__ import annotations

import os

import numpy as np

from heron.datasets.remote import REUTERS, REUTERS_WORDS, fetch
from heron.datasets.split import TEST_SPLIT, Split
from heron.datasets.stored_arrays import StoredArrays
from heron.datasets.word_sequences import WordRules, read_word_index, shuffled_order

CLASS_NAMES = tuple(
    "cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves ship cotton carcass "
    "crude nat-gas cpi money-fx interest gnp meal-feed alum oilseed gold tin strategic-metal livestock retail ipi "
    "iron-steel rubber heat jobs lei bop zinc orange pet-chem dlr gas silver wpi hog lead".split()
)
"""The name of each topic, by label."""


def load_data(
    path: str | os.PathLike[str] = "reuters.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    seed: int | None = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int | None = 3,
) -> Split:
    """Returns the messages with their topics in shuffled order, divided into two parts, as Keras does.

    The first call downloads 2.1 MB. Word n of `get_word_index()`, the n-th most frequent, is the number
    `n + index_from`; 0 is left for padding.

    Args:
        path: the name of the file in heron's cache.
        num_words: numbers from here on are replaced by `oov_char`, so that the largest is `num_words - 1`; None for no
            limit.
        skip_top: numbers below are replaced by `oov_char`.
        maxlen: messages of this length or longer are left out; None for no limit.
        test_split: the share of messages in the test part, 0 <= test_split < 1.
        seed: of the shuffle.
        start_char: the number before each message; None for none.
        oov_char: the number of a word that was cut out; None to leave such words out.
        index_from: is added to the number of every word.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: messages, object arrays of lists of integers, and topics, int64 from 0
        to 45, which stand for `CLASS_NAMES`. With the defaults 8,982 and 2,246 rows.

    Raises:
        ArgumentError: when an argument is out of its range, or `maxlen` leaves nothing.
        DownloadError: when the file cannot be had; the message says where to put it by hand.

    Source:
        D. Lewis, Reuters-21578 text categorization collection, 1987; prepared for Keras.
    """
    rules = WordRules("reuters.load_data", num_words, skip_top, maxlen, seed, start_char, oov_char, index_from)
    TEST_SPLIT.check("reuters.load_data", "test_split", test_split)
    stored = StoredArrays(fetch("reuters", REUTERS, path))
    labels = stored.numbers("y")
    order = shuffled_order(len(labels), np.random.RandomState(seed))
    rows, labels = rules.marked(stored.rows("x"), labels, order)
    x = rules.limited(rows, rules.limit(rows))
    cut = int(len(x) * (1 - test_split))
    return (x[:cut], labels[:cut]), (x[cut:], labels[cut:])


def get_word_index(path: str | os.PathLike[str] = "reuters_word_index.json") -> dict[str, int]:
    """Returns the number of each of the 30,979 words, 1 for the most frequent; the first call downloads 0.6 MB.

    In the messages a word has this number plus `index_from`.

    Args:
        path: the name of the file in heron's cache.

    Raises:
        DownloadError: when the file cannot be had; the message says where to put it by hand.
    """
    return read_word_index(fetch("reuters", REUTERS_WORDS, path))


def get_label_names() -> tuple[str, ...]:
    """Returns the names of the 46 topics, by label.

    >>> get_label_names()[3], len(get_label_names())
    ('earn', 46)
    """
    return CLASS_NAMES
