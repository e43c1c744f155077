"""`keras.preprocessing.text`: the tokenizer of Keras 1 and 2. Today's is `keras.layers.TextVectorization`."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from heron.errors import ArgumentError

__all__ = ["Tokenizer", "hashing_trick", "one_hot", "text_to_word_sequence", "tokenizer_from_json"]

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


def text_to_word_sequence(input_text: str, filters: str = FILTERS, lower: bool = True, split: str = " ") -> list[str]:
    """The words of a text.

    >>> text_to_word_sequence("The heron, the river.")
    ['the', 'heron', 'the', 'river']
    """
    text = input_text.lower() if lower else input_text
    text = text.translate({ord(one): split for one in filters})
    return [word for word in text.split(split) if word]


def one_hot(
    input_text: str,
    n: int,
    filters: str = FILTERS,
    lower: bool = True,
    split: str = " ",
    analyzer: Callable[[str], list[str]] | None = None,
) -> list[int]:
    """Each word as a number below `n`, by Python's hash, which differs from process to process."""
    return hashing_trick(input_text, n, hash, filters, lower, split, analyzer)


def hashing_trick(
    text: str,
    n: int,
    hash_function: Any = None,
    filters: str = FILTERS,
    lower: bool = True,
    split: str = " ",
    analyzer: Callable[[str], list[str]] | None = None,
) -> list[int]:
    """Each word as a number from 1 to `n - 1`, by a hash of it.

    Args:
        text: the text.
        n: one more than the highest number.
        hash_function: a function of a word; `"md5"` for one that is the same in every process; None for Python's.
        filters: characters that separate words.
        lower: whether case is ignored.
        split: what separates words.
        analyzer: makes the words of the text, in place of the above.
    """

    def md5(word: str) -> int:
        return int(hashlib.md5(word.encode(), usedforsecurity=False).hexdigest(), 16)

    number = {None: hash, "md5": md5}.get(hash_function, hash_function)
    words = analyzer(text) if analyzer else text_to_word_sequence(text, filters, lower, split)
    return [number(word) % (n - 1) + 1 for word in words]


class Tokenizer:
    """Numbers words by how often they occur, from 1 for the most frequent.

    Args:
        num_words: only the `num_words - 1` most frequent words are given; None for all.
        filters: characters that separate words.
        lower: whether case is ignored.
        split: what separates words.
        char_level: whether characters are counted, not words.
        oov_token: what stands, as number 1, for words that are not known; None leaves them out.
        analyzer: makes the words of a text, in place of the above.

    Example:
    >>> tokenizer = Tokenizer(oov_token="?")
    >>> tokenizer.fit_on_texts(["the heron and the river"])
    >>> tokenizer.texts_to_sequences(["the blue heron"])
    [[2, 1, 3]]
    """

    def __init__(
        self,
        num_words: int | None = None,
        filters: str = FILTERS,
        lower: bool = True,
        split: str = " ",
        char_level: bool = False,
        oov_token: Any = None,
        analyzer: Callable[[str], list[str]] | None = None,
        **kwargs: Any,
    ) -> None:
        self.num_words = kwargs.pop("nb_words", num_words)
        self.document_count = kwargs.pop("document_count", 0)
        if kwargs:
            raise ArgumentError(
                f"Tokenizer has no argument {next(iter(kwargs))!r}. It has num_words, filters, lower, "
                "split, char_level, oov_token and analyzer."
            )
        self.filters, self.lower, self.split = filters, lower, split
        self.char_level, self.oov_token, self.analyzer = char_level, oov_token, analyzer
        self.word_counts: dict[str, int] = {}
        self.word_docs: dict[str, int] = defaultdict(int)
        self.index_docs: dict[int, int] = defaultdict(int)
        self.word_index: dict[str, int] = {}
        self.index_word: dict[int, str] = {}

    def _words(self, text: Any) -> list[str]:
        if self.char_level or isinstance(text, list):
            words = [one.lower() for one in text] if self.lower else list(text)
            return words
        text = text.decode() if isinstance(text, bytes) else str(text)
        return (
            self.analyzer(text) if self.analyzer else text_to_word_sequence(text, self.filters, self.lower, self.split)
        )

    def fit_on_texts(self, texts: Iterable[Any]) -> None:
        """Counts the words of texts, and numbers them."""
        for text in texts:
            self.document_count += 1
            words = self._words(text)
            for word in words:
                self.word_counts[word] = self.word_counts.get(word, 0) + 1
            for word in set(words):
                self.word_docs[word] += 1
        ordered = sorted(self.word_counts, key=lambda word: -self.word_counts[word])
        known = ordered if self.oov_token is None else [self.oov_token, *ordered]
        self.word_index = {word: number for number, word in enumerate(known, start=1)}
        self.index_word = {number: word for word, number in self.word_index.items()}
        self.index_docs = defaultdict(int, {self.word_index[word]: n for word, n in self.word_docs.items()})

    def fit_on_sequences(self, sequences: Iterable[Sequence[int]]) -> None:
        """Counts in how many sequences each number occurs."""
        for sequence in sequences:
            self.document_count += 1
            for number in set(sequence):
                self.index_docs[number] += 1

    def texts_to_sequences(self, texts: Iterable[Any]) -> list[list[int]]:
        """The numbers of the words of each text."""
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts: Iterable[Any]) -> Iterator[list[int]]:
        """`texts_to_sequences`, one at a time."""
        unknown = self.word_index.get(self.oov_token)
        for text in texts:
            numbers = []
            for word in self._words(text):
                number = self.word_index.get(word)
                if number is None or (self.num_words and number >= self.num_words):
                    number = unknown
                if number is not None:
                    numbers.append(number)
            yield numbers

    def sequences_to_texts(self, sequences: Iterable[Sequence[int]]) -> list[str]:
        """The words of each sequence of numbers."""
        return list(self.sequences_to_texts_generator(sequences))

    def sequences_to_texts_generator(self, sequences: Iterable[Sequence[int]]) -> Iterator[str]:
        """`sequences_to_texts`, one at a time."""
        for sequence in sequences:
            words = [self.index_word.get(n) if not self.num_words or n < self.num_words else None for n in sequence]
            yield " ".join(word or self.oov_token for word in words if word or self.oov_token)

    def texts_to_matrix(self, texts: Iterable[Any], mode: str = "binary") -> np.ndarray:
        """A row for each text, a column for each word; see `sequences_to_matrix`."""
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    def sequences_to_matrix(self, sequences: Sequence[Sequence[int]], mode: str = "binary") -> np.ndarray:
        """A row for each sequence, a column for each number.

        Args:
            sequences: lists of numbers.
            mode: `"binary"` (whether it occurs), `"count"`, `"freq"` (share of the sequence) or `"tfidf"`.

        Raises:
            ArgumentError: for another mode, or before anything is counted.
        """
        if mode not in ("binary", "count", "freq", "tfidf"):
            raise ArgumentError(f"mode must be 'binary', 'count', 'freq' or 'tfidf'; received {mode!r}.")
        if not self.num_words and not self.word_index:
            raise ArgumentError("The tokenizer knows no words yet. Call fit_on_texts(texts), or give num_words.")
        columns = self.num_words or len(self.word_index) + 1
        matrix = np.zeros((len(sequences), columns))
        for row, sequence in zip(matrix, sequences, strict=True):
            for number, count in Counter(n for n in sequence if n < columns).items():
                if mode == "tfidf":
                    seen = self.document_count / (1 + self.index_docs.get(number, 0))
                    row[number] = (1 + np.log(count)) * np.log(1 + seen)
                else:
                    row[number] = {"binary": 1, "count": count, "freq": count / len(sequence)}[mode]
        return matrix

    def get_config(self) -> dict[str, Any]:
        """All that it knows, as plain data."""
        tables = ("word_counts", "word_docs", "index_docs", "word_index", "index_word")
        plain = ("num_words", "filters", "lower", "split", "char_level", "oov_token", "document_count")
        return {name: getattr(self, name) for name in plain} | {
            name: json.dumps(getattr(self, name)) for name in tables
        }

    def to_json(self, **kwargs: Any) -> str:
        """All that it knows, as text; `tokenizer_from_json` reads it."""
        return json.dumps({"class_name": "Tokenizer", "config": self.get_config()}, **kwargs)


def tokenizer_from_json(json_string: str) -> Tokenizer:
    """The tokenizer that `to_json` wrote."""
    config = dict(json.loads(json_string)["config"])
    tables = {
        name: json.loads(config.pop(name))
        for name in ("word_counts", "word_docs", "index_docs", "word_index", "index_word")
    }
    made = Tokenizer(**config)
    made.word_counts, made.word_index = tables["word_counts"], tables["word_index"]
    made.word_docs = defaultdict(int, tables["word_docs"])
    made.index_docs = defaultdict(int, {int(k): v for k, v in tables["index_docs"].items()})
    made.index_word = {int(k): v for k, v in tables["index_word"].items()}
    return made
