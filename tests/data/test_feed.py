"""Feeds: which rows an epoch visits, in which batches, however the data are cut, shuffled, packed or streamed."""

from __future__ import annotations

import itertools
import warnings

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras.src.trainers.data_adapters.array_slicing import train_validation_split

from heron.data import feed as feeds
from heron.data.feed import ArrayFeed, Batches, StreamFeed, check_batch_size, split_tail
from heron.errors import ArgumentError, DataError, HeronNote

SHUFFLES = st.sampled_from([False, True, "batch"])
SIZES = st.integers(1, 40)


def batches_of(feed, seed=None):
    """The batches of one epoch as lists of row numbers, found as the epoch program finds them."""
    generator = None if seed is None else seed if isinstance(seed, np.random.Generator) else np.random.default_rng(seed)
    found = []
    for block in feed.blocks(generator):
        for i in range(block.first, block.end):
            if i >= block.steps:
                chosen = np.asarray(block.data[0])[block.tail]
            elif block.order is None:
                chosen = np.asarray(block.data[0])[i * block.batch : (i + 1) * block.batch]
            else:
                chosen = np.asarray(block.data[0])[block.order[i]]
            found.append(chosen.tolist())
    return found


def array_feed(rows, batch, shuffle=False, steps=None, resident=True):
    return ArrayFeed((np.arange(rows), np.zeros((rows, 2))), rows, batch, shuffle, steps, resident)


def joined(batches):
    return list(itertools.chain.from_iterable(batches))


# ---- arrays --------------------------------------------------------------------------------------------------------


@given(rows=SIZES, batch=st.integers(1, 50), shuffle=SHUFFLES, resident=st.booleans(), seed=st.integers(0, 9))
def test_every_row_is_visited_once_an_epoch(rows, batch, shuffle, resident, seed):
    feed = array_feed(rows, batch, shuffle, resident=resident)
    for epoch in range(2):
        visited = batches_of(feed, seed + epoch)
        assert sorted(joined(visited)) == list(range(rows))
        assert [len(b) for b in visited[:-1]] == [min(batch, rows)] * (len(visited) - 1)
        assert len(visited) == feed.total == -(-rows // batch)
        if not shuffle:
            assert joined(visited) == list(range(rows))
        if shuffle == "batch":
            assert all(b == list(range(b[0], b[0] + len(b))) for b in visited)
            assert rows % min(batch, rows) == 0 or visited[-1][-1] == rows - 1, "the odd batch stays the last"


@given(
    rows=SIZES, batch=st.integers(1, 9), shuffle=SHUFFLES, seed=st.integers(0, 9), steps=st.integers(1, 6) | st.none()
)
def test_data_on_the_host_are_visited_like_data_on_the_device(rows, batch, shuffle, seed, steps):
    feed_of = [array_feed(rows, batch, shuffle, steps, resident) for resident in (True, False)]
    generators = [np.random.default_rng(seed) for _ in feed_of]
    for _ in range(3):
        first, second = (batches_of(feed, g) for feed, g in zip(feed_of, generators, strict=True))
        assert first == second


@given(rows=SIZES, batch=st.integers(1, 9), steps=st.integers(1, 7), shuffle=SHUFFLES, resident=st.booleans())
def test_given_steps_go_on_where_the_last_epoch_stopped(rows, batch, steps, shuffle, resident):
    feed = array_feed(rows, batch, shuffle, steps, resident)
    generator, per_pass = np.random.default_rng(0), -(-rows // min(batch, rows))
    passed, epochs = [], 0
    while len(passed) < per_pass:
        visited = batches_of(feed, generator)
        assert 1 <= len(visited) <= steps
        passed += visited
        epochs += 1
    assert sorted(joined(passed)) == list(range(rows)), "one pass over the data, in several epochs"
    assert epochs == -(-per_pass // steps)


def test_evaluation_with_steps_begins_anew_each_time():
    feed = array_feed(10, 3, steps=2)
    assert batches_of(feed) == batches_of(feed) == [[0, 1, 2], [3, 4, 5]]


def test_the_seed_decides_the_order():
    feed = array_feed(30, 4, True)
    assert batches_of(feed, 1) == batches_of(feed, 1)
    assert batches_of(feed, 1) != batches_of(feed, 2)


def test_pieces_on_the_host_have_one_shape_and_stay_small(monkeypatch):
    monkeypatch.setattr(feeds, "BLOCK_BYTES", 6 * 4 * 24)
    feed = array_feed(90, 4, True, resident=False)  # 24 bytes a row, 4 rows a batch: 6 batches in a piece
    blocks = list(feed.blocks(np.random.default_rng(0)))
    shapes = [jax.tree.map(np.shape, block.data) for block in blocks]
    assert shapes == [((24,), (24, 2))] * 4 + [((2,), (2, 2))]
    assert [block.steps for block in blocks] == [6, 6, 6, 4, 1]


def test_data_stay_on_the_device_and_are_put_there_once():
    feed = array_feed(10, 4)
    first, second = (next(feed.blocks(None)).data[0] for _ in range(2))
    assert first is second
    assert isinstance(first, jax.Array)
    assert feeds.fits_device(10**9), "the memory of the host is the device's"


def test_a_sample_is_the_first_batch():
    assert array_feed(10, 4, True).sample()[0].tolist() == [0, 1, 2, 3]
    assert array_feed(3, 4).sample()[0].tolist() == [0, 1, 2]


@pytest.mark.parametrize("resident", [True, False])
def test_the_first_batches_of_arrays_are_rows_as_they_stand(resident):
    feed = array_feed(10, 4, True, resident=resident)
    assert [b[0].tolist() for b in feed.first_batches(2)] == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert [len(b[1]) for b in feed.first_batches(9)] == [4, 4, 2]
    assert sorted(joined(batches_of(feed, 0))) == list(range(10))


# ---- streams -------------------------------------------------------------------------------------------------------


def stream(sizes):
    """Batches of these sizes, their rows numbered through."""
    ends = np.cumsum(sizes)
    return [(np.arange(end - size, end), None, None) for size, end in zip(sizes, ends, strict=True)]


@given(sizes=st.lists(st.integers(1, 3), min_size=1, max_size=30), capacity=st.integers(1, 5), epochs=st.integers(1, 3))
@settings(max_examples=100)
def test_batches_of_a_stream_keep_their_order_and_size(sizes, capacity, epochs):
    source = stream(sizes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feeds, "BLOCK_BATCHES", capacity)
        feed = StreamFeed(lambda: iter(source), None)
        feed.sample()
        for _ in range(epochs):
            assert batches_of(feed) == [batch[0].tolist() for batch in source]


@given(count=st.integers(1, 9), steps=st.integers(1, 12), capacity=st.integers(1, 5))
def test_steps_of_a_stream_go_round_and_round(count, steps, capacity):
    source = stream([2] * count)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feeds, "BLOCK_BATCHES", capacity)
        feed = StreamFeed(lambda: iter(source), steps)
        feed.sample()
        visited = [batch for _ in range(3) for batch in batches_of(feed)]
    endless = itertools.cycle(batch[0].tolist() for batch in source)
    assert visited == list(itertools.islice(endless, 3 * steps))


def test_equal_batches_travel_in_blocks_of_one_shape():
    feed = StreamFeed(lambda: iter(stream([4] * 150)), None)
    blocks = list(feed.blocks(None))
    assert [block.steps for block in blocks] == [64, 64, 22]
    assert {block.data[0].shape for block in blocks} == {(256,)}, "the last is filled up, so that nothing is compiled"
    assert sum(len(batch) for batch in batches_of(feed)) == 600


def test_an_odd_batch_in_the_middle_gets_a_block_of_its_own():
    feed = StreamFeed(lambda: iter(stream([4, 4, 3, 4])), None)
    assert [(block.batch, block.steps) for block in feed.blocks(None)] == [(4, 2), (3, 1), (4, 1)]


def test_big_batches_travel_alone(monkeypatch):
    monkeypatch.setattr(feeds, "BLOCK_BYTES", 100)
    feed = StreamFeed(lambda: iter(stream([30, 30])), None)
    assert [block.steps for block in feed.blocks(None)] == [1, 1]


def test_nothing_is_read_ahead_of_an_epoch_with_steps():
    taken = []

    def source():
        for i in itertools.count():
            taken.append(i)
            yield (np.array([i]), None, None)

    feed = StreamFeed(source, 3)
    feed.sample()
    assert batches_of(feed) == [[0], [1], [2]]
    assert taken == [0, 1, 2]
    assert batches_of(feed) == [[3], [4], [5]]


@pytest.mark.parametrize(("count", "steps"), [(1, None), (3, None), (9, None), (2, 3), (9, 3)])
def test_the_first_batches_of_a_stream_are_trained_on_all_the_same(count, steps):
    source, begun = stream([2, 2, 1, 2]), []

    def begin():
        begun.append(True)
        return iter(source)

    feed = StreamFeed(begin, steps)
    first = [b[0].tolist() for b in feed.first_batches(count)]
    assert first == [batch[0].tolist() for batch in source[: min(count, steps or count)]]
    assert [b[0].tolist() for b in feed.first_batches(1)] == first[:1], "asked again, they are the same"
    assert batches_of(feed) == [batch[0].tolist() for batch in source[:steps]]
    assert len(begun) == 1


def test_the_first_batches_of_a_stream_are_checked_but_for_the_very_first():
    feed, seen = StreamFeed(lambda: iter(stream([2, 2, 2, 2])), None), []
    feed.check = lambda batch: seen.append(int(batch[0][0]))
    feed.first_batches(2)
    assert seen == [2]
    batches_of(feed)
    assert seen[1:] == [2, 4, 6]


def test_an_epoch_that_was_left_leaves_nothing_of_its_beginning_to_the_next(monkeypatch):
    monkeypatch.setattr(feeds, "BLOCK_BATCHES", 1)
    feed = StreamFeed(lambda: iter(stream([1] * 9)), None)
    feed.first_batches(8)
    epoch = feed.blocks(None)
    next(epoch)
    epoch.close()
    assert joined(batches_of(feed)) == list(range(9))


def test_an_empty_source_is_refused_at_once():
    with pytest.raises(DataError, match=r"gave no batch at all. Check that it is not empty or used up"):
        StreamFeed(lambda: iter(()), None).sample()


@pytest.mark.parametrize(("steps", "epochs"), [(None, [3, 0, 0]), (2, [2, 1, 0]), (3, [3, 0, 0])])
def test_a_source_that_cannot_be_begun_anew_is_noted_once(steps, epochs):
    once = iter(stream([1, 1, 1]))
    feed = StreamFeed(lambda: once, steps, "validation data source")
    feed.sample()
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        assert [len(batches_of(feed)) for _ in epochs] == epochs
    assert [w.category for w in seen] == [HeronNote]
    assert "The validation data source" in str(seen[0].message)


def test_errors_in_a_batch_say_which_batch():
    def convert(batch):
        if batch == 2:
            raise DataError("wrong")
        return batch

    with pytest.raises(DataError, match="wrong") as caught:
        list(Batches([0, 1, 2], convert))
    assert "batch 2 of the data source" in caught.value.__notes__[0]


# ---- batch sizes and shares ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("given_size", "size"), [(None, 32), (1, 1), (np.int64(7), 7)])
def test_batch_sizes(given_size, size):
    assert check_batch_size(given_size) == size


@pytest.mark.parametrize("wrong", [0, -1, 2.0, "8", True, [8]])
def test_what_is_no_batch_size(wrong):
    with pytest.raises(ArgumentError, match="batch_size must be a positive integer; received"):
        check_batch_size(wrong)


@given(rows=st.integers(2, 200), fraction=st.floats(0.01, 0.99))
def test_a_share_is_taken_from_the_end_as_keras_takes_it(rows, fraction):
    data = (np.arange(rows),)
    if int(np.floor(rows * (1 - fraction))) in (0, rows):
        with pytest.raises(ArgumentError, match="leaves one side empty"):
            split_tail(data, rows, fraction)
        return
    mine, theirs = split_tail(data, rows, fraction), train_validation_split(data, fraction)
    for part, other in zip(mine, theirs, strict=True):
        assert part[0].tolist() == np.asarray(other[0]).tolist()
    assert joined([mine[0][0], mine[1][0]]) == list(range(rows))
