"""`keras.preprocessing.sequence`: padding, windows over series, skip-grams."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import heron
from heron.errors import ArgumentError

__all__ = ["TimeseriesGenerator", "make_sampling_table", "pad_sequences", "skipgrams"]

pad_sequences = heron.utils.pad_sequences


class TimeseriesGenerator(heron.utils.PyDataset):
    """Batches of windows over a series, with the value that follows each.

    Args:
        data: the series, steps along the first axis.
        targets: as long as `data`; the target of a window is the one right after it.
        length: how far a window reaches.
        sampling_rate: steps between two values of a window.
        stride: steps between two windows.
        start_index: where the first window begins.
        end_index: the last index that a window may reach.
        shuffle: whether windows are drawn by chance.
        reverse: whether steps are in reverse order.
        batch_size: windows in a batch.

    Raises:
        ArgumentError: where data and targets differ in length, or the series is too short.

    Example:
    >>> windows = TimeseriesGenerator(np.arange(6), np.arange(6), length=2, batch_size=3)
    >>> x, y = windows[0]
    >>> x.tolist(), y.tolist()
    ([[0, 1], [1, 2], [2, 3]], [2, 3, 4])
    """

    def __init__(
        self,
        data: Any,
        targets: Any,
        length: int,
        sampling_rate: int = 1,
        stride: int = 1,
        start_index: int = 0,
        end_index: int | None = None,
        shuffle: bool = False,
        reverse: bool = False,
        batch_size: int = 128,
    ) -> None:
        super().__init__()
        self.data, self.targets = np.asarray(data), np.asarray(targets)
        if len(self.data) != len(self.targets):
            raise ArgumentError(
                f"TimeseriesGenerator: data has {len(self.data)} steps and targets {len(self.targets)}; expected as "
                "many of both.\nGive the series for both where it is to be continued."
            )
        self.length, self.sampling_rate, self.stride = length, sampling_rate, stride
        self.start_index = start_index + length
        self.end_index = len(self.data) - 1 if end_index is None else end_index
        self.shuffle, self.reverse, self.batch_size = shuffle, reverse, batch_size
        if self.start_index > self.end_index:
            raise ArgumentError(
                f"TimeseriesGenerator: no window of length={length} fits between start_index={start_index} and "
                f"end_index={self.end_index}.\nChoose a shorter one."
            )

    def __len__(self) -> int:
        return -(-(self.end_index - self.start_index + 1) // (self.batch_size * self.stride))

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        if self.shuffle:
            rows = np.random.randint(self.start_index, self.end_index + 1, size=self.batch_size)
        else:
            first = self.start_index + self.batch_size * self.stride * index
            rows = np.arange(first, min(first + self.batch_size * self.stride, self.end_index + 1), self.stride)
        windows = np.stack([self.data[row - self.length : row : self.sampling_rate] for row in rows])
        return windows[:, ::-1] if self.reverse else windows, self.targets[rows]


def make_sampling_table(size: int, sampling_factor: float = 1e-5) -> np.ndarray:
    """How likely each word is kept, by its rank, if words are as frequent as Zipf's law has it.

    Args:
        size: the number of words.
        sampling_factor: the share above which words are left out more and more.

    Source: Mikolov et al. 2013, section 2.3, with the frequency of rank r as 1 / (r (ln r + 0.577) + 1/2 - 1/(12 r)).
    """
    rank = np.arange(size, dtype="float64")
    rank[0] = 1
    inverse = rank * (np.log(rank) + 0.577) + 0.5 - 1.0 / (12.0 * rank)
    share = sampling_factor * inverse
    return np.minimum(1.0, share / np.sqrt(share))


def skipgrams(
    sequence: Sequence[int],
    vocabulary_size: int,
    window_size: int = 4,
    negative_samples: float = 1.0,
    shuffle: bool = True,
    categorical: bool = False,
    sampling_table: Any = None,
    seed: int | None = None,
) -> tuple[list[list[int]], list[Any]]:
    """Pairs of words that are near each other, labelled 1, and pairs by chance, labelled 0.

    Args:
        sequence: the numbers of words; 0 is none.
        vocabulary_size: words there are, and one.
        window_size: how far apart two words may be.
        negative_samples: pairs by chance for each pair of the text.
        shuffle: whether the pairs are put in an order by chance.
        categorical: whether labels are `[0, 1]` and `[1, 0]` rather than 1 and 0.
        sampling_table: how likely each word is kept, of `make_sampling_table`.
        seed: for the draws.
    """
    generator = np.random.default_rng(seed)
    couples = []
    for place, word in enumerate(sequence):
        if not word or (sampling_table is not None and sampling_table[word] < generator.random()):
            continue
        first, last = max(0, place - window_size), min(len(sequence), place + window_size + 1)
        couples += [[word, sequence[j]] for j in range(first, last) if j != place and sequence[j]]
    wrong = int(len(couples) * negative_samples)
    words = [couple[0] for couple in couples]
    generator.shuffle(words)
    by_chance = [[words[i % len(words)], int(generator.integers(1, vocabulary_size))] for i in range(wrong)]
    yes, no = ([0, 1], [1, 0]) if categorical else (1, 0)
    labels: list[Any] = [yes] * len(couples) + [no] * wrong
    couples += by_chance
    if shuffle:
        order = generator.permutation(len(couples))
        couples, labels = [couples[i] for i in order], [labels[i] for i in order]
    return couples, labels
