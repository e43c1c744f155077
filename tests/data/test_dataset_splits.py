"""Windows over a series, and data sets cut in two: the samples of Keras in the order of Keras."""

from __future__ import annotations

import random

import numpy as np
import pytest

from heron.data import Dataset, split_dataset, timeseries_dataset_from_array
from heron.errors import ArgumentError, ArgumentTypeError, DataError


def windows(data):
    return [w.tolist() for batch in data for w in batch]


def test_windows_as_in_the_documentation_of_keras():
    data = timeseries_dataset_from_array(
        np.arange(99), None, sequence_length=10, sequence_stride=3, sampling_rate=2, batch_size=None
    )
    found = [w.tolist() for w in data]
    assert found[0] == list(range(0, 20, 2))
    assert found[-1] == list(range(78, 98, 2))
    assert len(found) == len(data) == 27


def test_windows_have_their_targets():
    series = np.random.default_rng(0).normal(size=(50, 3))
    data = timeseries_dataset_from_array(series[:-10], series[10:, 0], sequence_length=10, batch_size=8)
    x, y = next(iter(data))
    np.testing.assert_array_equal(x[3], series[3:13])
    np.testing.assert_array_equal(y, series[10:18, 0])
    assert [len(y) for _, y in data] == [8, 8, 8, 7]


@pytest.mark.parametrize("targets", [None, np.arange(60) * 2])
def test_windows_of_a_part_of_the_series(targets):
    data = timeseries_dataset_from_array(np.arange(60), targets, 4, start_index=10, end_index=30, batch_size=50)
    batch = next(iter(data))
    x = batch if targets is None else batch[0]
    assert x[0].tolist() == [10, 11, 12, 13]
    assert x[-1].tolist() == [26, 27, 28, 29]
    assert targets is None or batch[1].tolist() == list(range(20, 54, 2))


def test_shuffled_windows_begin_in_the_order_of_keras():
    data = timeseries_dataset_from_array(np.arange(30), None, 3, shuffle=True, seed=4, batch_size=5)
    order = np.arange(28)
    np.random.RandomState(4).shuffle(order)
    assert data._source.starts.tolist() == order.tolist()
    epochs = [windows(data) for _ in range(2)]
    assert epochs[0] != epochs[1]
    assert sorted(epochs[0]) == [[i, i + 1, i + 2] for i in range(28)]


def test_windows_of_a_mapped_series(tmp_path):
    np.save(tmp_path / "x.npy", np.arange(20.0))
    data = timeseries_dataset_from_array(np.load(tmp_path / "x.npy", mmap_mode="r"), None, 5, batch_size=16)
    assert windows(data)[15] == [15, 16, 17, 18, 19]


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"sequence_length": 0}, "'sequence_length' must be a positive integer"),
        ({"sequence_stride": 0}, "'sequence_stride' must be a positive integer"),
        ({"sequence_length": 5, "sampling_rate": 3}, "not one window fits: .* span 13 steps, of which there are 10"),
        ({"start_index": 10}, "have 10 steps(.|\n)*start_index=10"),
        ({"start_index": 5, "end_index": 4}, "start_index=5 and end_index=4"),
        ({"end_index": 11}, "end_index=11"),
    ],
)
def test_windows_that_cannot_be(how, said):
    with pytest.raises(ArgumentError, match=said):
        timeseries_dataset_from_array(np.arange(10), None, **{"sequence_length": 2, **how})


# ---- splits --------------------------------------------------------------------------------------------------------


def flat(data):
    return [int(v) for element in data for v in np.ravel(element)]


@pytest.mark.parametrize(
    ("left", "right", "sizes"),
    [
        (0.8, None, (8, 2)),
        (None, 0.25, (8, 2)),
        (3, None, (3, 7)),
        (3, 4, (3, 4)),
        (0.3, 0.3, (3, 3)),
        (None, 1, (9, 1)),
    ],
)
def test_sizes_are_those_of_keras(left, right, sizes):
    parts = split_dataset(np.arange(10), left, right)
    assert tuple(map(len, parts)) == sizes
    assert flat(parts[0]) == list(range(sizes[0]))
    assert flat(parts[1]) == list(range(10 - sizes[1], 10))


def test_the_shuffled_order_is_that_of_keras():
    order = list(range(20))
    random.seed(7)
    random.shuffle(order)
    left, right = split_dataset(np.arange(20), left_size=0.7, shuffle=True, seed=7)
    assert flat(left) == order[:14]
    assert flat(right) == order[14:]


@pytest.mark.parametrize("kind", ["arrays", "shuffled", "stream", "filtered", "mapped"])
@pytest.mark.parametrize("shuffle", [False, True])
def test_no_sample_is_in_both_parts_in_any_epoch(kind, shuffle):
    data = Dataset.from_arrays(np.arange(30), np.arange(30) * 2)
    count = 30
    if kind == "shuffled":
        data = data.shuffle(seed=1)
    elif kind == "stream":
        data = Dataset.from_generator(lambda: ((i, 2 * i) for i in range(30)))
    elif kind == "filtered":
        data, count = data.filter(lambda x, y: x % 3), 20
    data = data.batch(4)
    data = data.map(lambda x, y: (x, y)) if kind == "mapped" else data
    left, right = split_dataset(data, left_size=0.5, shuffle=shuffle, seed=0)
    epochs = [([x.tolist() for x, _ in left], [x.tolist() for x, _ in right]) for _ in range(2)]
    assert epochs[0] == epochs[1]
    a, b = ([x for batch in part for x in batch] for part in epochs[0])
    assert len(a) == len(b) == count // 2
    assert not set(a) & set(b)
    assert [len(x) for x in epochs[0][0]][:-1] == [4] * (-(-count // 8) - 1)
    assert all((y == 2 * x).all() for x, y in left)
    mixed = left.unbatch().shuffle(5, seed=0)
    assert sorted(int(x) for x, _ in mixed) == sorted(a)


def test_what_can_be_split():
    pairs = split_dataset((np.arange(6), np.arange(6) * 2), 4)[1]
    assert [(int(x), int(y)) for x, y in pairs] == [(4, 8), (5, 10)]
    assert flat(split_dataset([np.arange(4)], 0.5)[0]) == [0, 1]
    assert flat(split_dataset([5, 6, 7, 8], 0.5)[1]) == [7, 8]
    assert flat(split_dataset((i for i in range(4)), 0.5)[1]) == [2, 3]
    assert flat(split_dataset({"a": np.arange(4)}, 0.5)[1].map(lambda e: e["a"])) == [2, 3]

    class Mapped:
        def __len__(self):
            return 4

        def __getitem__(self, i):
            return i * 10

    assert flat(split_dataset(Mapped(), 0.5)[1]) == [20, 30]
    with pytest.raises(
        ArgumentTypeError, match="expects a Dataset, an array, or a list or tuple of arrays; received 3"
    ):
        split_dataset(3, 0.5)
    with pytest.raises(DataError, match="no rows"):
        split_dataset([], 0.5)


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ({}, "give left_size or right_size"),
        ({"left_size": 1.2}, "left_size must be a share between 0 and 1.*10; received 1.2"),
        ({"right_size": 10}, "right_size must be .*; received 10"),
        ({"left_size": 0.01}, "parts of 0 and 10; expected neither to be empty"),
        ({"left_size": 6, "right_size": 5}, "parts of 6 and 5; .* no more than 10 together"),
    ],
)
def test_sizes_that_cannot_be(sizes, said):
    with pytest.raises(ArgumentError, match=said):
        split_dataset(np.arange(10), **sizes)
    with pytest.raises(ArgumentTypeError, match="left_size must be a share or a number; received 'half'"):
        split_dataset(np.arange(10), left_size="half")


def test_what_comes_after_the_batches_must_keep_them():
    data = Dataset.from_arrays(np.arange(10)).batch(2)
    with pytest.raises(ArgumentError, match=r"changed by repeat; expected map or filter alone.\nSplit it before"):
        split_dataset(data.repeat(2), 0.5)
    with pytest.raises(ArgumentError, match="no samples to split"):
        split_dataset(data.unbatch().filter(lambda x: False).map(lambda x: x), 0.5)


def test_samples_that_are_tuples_stay_tuples():
    left, right = split_dataset([(np.ones(3), 0), (np.ones(3), 1), (np.zeros(3), 2)], left_size=2)
    assert [label for _, label in left] == [0, 1]
    assert [(x.tolist(), label) for x, label in right] == [([0, 0, 0], 2)]
