"""From the arguments of fit to feeds: what is a stream, what a batch may be, how classes are weighed."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras.src.trainers.data_adapters.data_adapter_utils import class_weight_to_sample_weights

from heron.data.adapt import BatchConverter, Kind, array_feed, class_weights, examples, is_stream, stream_feed
from heron.errors import ArgumentError, DataError, HeronNote

ONE = Kind(1, 1)


class Sequence:
    """What Keras calls a PyDataset: a length, batches by number, told of the end of an epoch."""

    def __init__(self, length=3):
        self.length, self.asked, self.ended = length, [], 0

    def __len__(self):
        return self.length

    def __getitem__(self, index):
        self.asked.append(index)
        return np.full((2, 1), index), np.full(2, index)

    def on_epoch_end(self):
        self.ended += 1


class Loader:
    """Batches anew at each `iter`, as the loaders of other libraries give them."""

    def __iter__(self):
        return iter([(np.ones((2, 1)), np.ones(2))] * 2)


@pytest.mark.parametrize("source", [iter([]), (i for i in ()), Sequence(), Loader(), {1: 2}.items(), map(str, [])])
def test_streams(source):
    assert is_stream(source)


@pytest.mark.parametrize(
    "data",
    [[1], (1,), {"a": 1}, np.ones(2), jnp.ones(2), pd.DataFrame({"a": [1]}), pd.Series([1]), 3, 3.0, "text", None],
)
def test_what_is_no_stream(data):
    assert not is_stream(data)


def epoch_of(feed):
    """The first targets of the batches of one epoch."""
    return [
        int(np.asarray(block.data[1])[i * block.batch])
        for block in feed.blocks(None)
        for i in range(block.first, block.end)
    ]


def test_sequences_are_read_in_order_and_told_of_the_end_of_each_epoch():
    source = Sequence()
    feed = stream_feed(source, None, ONE)
    assert feed.total == 3
    feed.sample()
    for epoch in (1, 2):
        assert epoch_of(feed) == [0, 1, 2]
        assert source.ended == epoch
    assert source.asked == [0, 1, 2] * 2


def test_a_loader_is_begun_anew_in_each_epoch():
    feed = stream_feed(Loader(), None, ONE)
    assert feed.total is None
    assert [len(epoch_of(feed)) for _ in range(3)] == [2, 2, 2]


@pytest.mark.parametrize(
    ("batch", "found"),
    [
        (np.ones((2, 1)), (True, False, False)),
        ((np.ones((2, 1)),), (True, False, False)),
        ((np.ones((2, 1)), [1, 2]), (True, True, False)),
        ((np.ones((2, 1)), [1, 2], [0.5, 1]), (True, True, True)),
        ([[1.0], [2.0]], (True, False, False)),
    ],
)
def test_what_a_batch_may_be(batch, found):
    sample = stream_feed(iter([batch]), None, ONE).sample()
    assert tuple(part is not None for part in sample) == found
    assert sample[0].shape == (2, 1)


def test_what_a_batch_may_not_be():
    with pytest.raises(DataError, match=r"A batch must be x, \(x, y\) or \(x, y, sample_weight\); .* a tuple of 4"):
        stream_feed(iter([(1, 2, 3, 4)]), None, ONE).sample()
    with pytest.raises(DataError, match="x has 3, y has 2") as caught:
        stream_feed(iter([(np.ones(3), np.ones(2))]), None, ONE).sample()
    assert "batch 0 of the data source" in caught.value.__notes__[0]


def test_examples():
    given_data = examples([[1.0], [2.0]], [1, 2], None, None, ONE)
    assert given_data.rows == 2
    assert given_data.sample_weight is None
    two = examples([np.ones(3), np.ones((3, 2))], {"a": [1, 2, 3]}, [1, 1, 2], None, Kind(2, 1))
    assert [part.shape for part in two.x] == [(3,), (3, 2)]
    assert two.y["a"].shape == two.sample_weight.shape == (3,)
    feed = array_feed(two, 2)
    assert (feed.rows, feed.total, feed.batch) == (3, 2, 2)


def test_missing_values_pass_only_when_they_may():
    x = np.array([[1.0, np.nan]])
    with pytest.raises(DataError, match="validation x has 1 missing"):
        examples(x, None, None, None, ONE, what="validation ")
    assert np.isnan(examples(x, None, None, None, ONE, finite=False).x).any()


@given(
    labels=st.lists(st.integers(0, 4), min_size=1, max_size=20),
    weights=st.lists(st.floats(0.125, 8, width=32), min_size=5, max_size=5),
    form=st.sampled_from(["numbers", "column", "one-hot", "floats"]),
)
def test_classes_are_weighed_as_keras_weighs_them(labels, weights, form):
    y = {
        "numbers": np.array(labels),
        "column": np.array(labels)[:, None],
        "one-hot": np.eye(5)[labels],
        "floats": np.array(labels, "float32"),
    }[form]
    table = dict(enumerate(weights))
    found = class_weights(y, table)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, np.asarray(class_weight_to_sample_weights(y, table)))


@pytest.mark.parametrize("y", [[[0, 1, 1], [1, 0, 0]], [[[0], [1]], [[1], [1]]]])
def test_class_weights_of_several_classes_a_sample_are_refused(y):
    with pytest.raises(ArgumentError, match=r"needs one class for each sample.*several in a row.\nGive the weight of"):
        class_weights(np.array(y), {0: 1.0, 1: 2.0})
    assert class_weights(np.array([[0.9, 0.1], [0.05, 0.95]]), {0: 1.0, 1: 2.0}).tolist() == [1, 2]


@pytest.mark.parametrize("nothing", [None, (None, np.ones(2))])
def test_a_batch_that_is_none_is_no_end(nothing):
    feed = stream_feed(iter([(np.ones((2, 3)), np.ones(2)), nothing]), None, Kind(1, 1))
    with pytest.raises(DataError, match=r"gave None for x.*\n.*lack a return at its end"):
        list(feed.blocks(None))


def test_batches_whose_targets_are_none_have_none():
    convert = BatchConverter(Kind(1, 1))
    for _ in range(2):
        assert convert((np.ones((2, 3), "float32"), None))[1] is None


def test_class_weights_that_cannot_be_used():
    y = np.array([0, 1, 2])
    with pytest.warns(HeronNote, match="says nothing about class 2, which is in y; its weight is 1"):
        assert class_weights(y, {0: 2.0, 1: 3.0}).tolist() == [2, 3, 1]
    with pytest.raises(ArgumentError, match=r"class_weight must be a dict such as \{0: 1.0, 1: 5.0\}"):
        class_weights(y, [1, 2, 3])
    with pytest.raises(ArgumentError, match="needs one array of targets"):
        class_weights([y, y], {0: 1.0})
    with pytest.raises(ArgumentError, match="needs one array of targets"):
        examples(y, None, None, {0: 1.0}, ONE)
    with pytest.raises(ArgumentError, match="class_weight or sample_weight, not both"):
        examples(y, y, np.ones(3), {0: 1.0}, ONE)


def test_plain_batches_after_the_first_are_checked_as_well():
    x, y = np.ones((4, 3), np.float32), np.zeros(4, np.int32)
    spoilt = x.copy()
    spoilt[2, 1] = np.nan
    huge = np.full((4, 3), 3e38, np.float32)  # finite, although their sum is not
    for third, refused in (((x, y), ""), ((huge, y), ""), ((spoilt, y), "row 2, column 1"), ((x[:, 0], y), "unlike")):
        convert = BatchConverter(Kind(1, 1))
        for _ in range(2):
            assert convert((x, y))[0] is x
        if refused:
            with pytest.raises(DataError, match=refused):
                convert(third)
        else:
            assert convert(third)[0] is third[0]
