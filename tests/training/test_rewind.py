"""The way back to the batch in which the loss became NaN: the state there is that of a run that stopped before it."""

from __future__ import annotations

import numpy as np
import pytest

import heron
from heron import layers
from heron.training import rewind as rewinding
from heron.training.rewind import Rewind

RNG = np.random.default_rng(0)
X = RNG.normal(size=(44, 3)).astype("float32")
Y = X @ np.array([[1.0], [-2.0], [0.5]], "float32")
BAD = 41


def model():
    heron.utils.set_random_seed(7)
    made = heron.Sequential([heron.Input((3,)), layers.Dense(4, "tanh"), layers.Dropout(0.2), layers.Dense(1)])
    made.compile("adam", "mse")
    return made


def data(bad):
    """One sample whose squared error is infinite in float32."""
    y = Y.copy()
    if bad:
        y[BAD] = 1e30
    return X, y


def batches(bad):
    x, y = data(bad)
    for i in range(0, 44, 8):
        yield x[i : i + 8], y[i : i + 8]


class Values:
    """Stands for variables."""

    def __init__(self, values):
        self.peek = lambda: values


@pytest.fixture
def found(monkeypatch):
    """What `explain` was handed: the state and the batch."""
    got = []
    monkeypatch.setattr("heron.models.trainer.where_not_finite", lambda *args: got.append(args[2:]) or "")
    return got


@pytest.mark.parametrize("chunk", [None, 1, 3])
@pytest.mark.filterwarnings("ignore:The loss became NaN:heron.errors.HeronNote")
def test_back_in_arrays(found, chunk):
    bad, good = model(), model()
    bad.chunk_batches = chunk
    bad.fit(*data(True), batch_size=8, shuffle=False, verbose=0)
    good.fit(*(part[:40] for part in data(False)), batch_size=8, shuffle=False, verbose=0)
    ((state, batch),) = found
    expected = good.get_weights()
    for ours, theirs in zip(state.trainable_variables, expected[:2] + expected[2:], strict=False):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)
    np.testing.assert_array_equal(batch[0], X[40:])


@pytest.mark.filterwarnings("ignore:The loss became NaN:heron.errors.HeronNote")
def test_no_way_back_where_the_batches_are_gone_and_one_in_shuffled_arrays(found, monkeypatch):
    monkeypatch.setattr(rewinding, "SHARE", 1e-9)  # one copy, at the beginning
    rounds = iter([False, False, True, False, False, True])
    bad, good, kept = model(), model(), model()

    class Stream:
        def __iter__(self):
            return batches(next(rounds))

    kept.fit(Stream(), epochs=3, verbose=0)
    assert len(found) == 1, "small batches are kept for a while"
    found.clear()
    monkeypatch.setattr(rewinding, "MOST_DATA", 100)
    bad.fit(Stream(), epochs=3, verbose=0)
    assert found == [], "the batches of the first epochs of a stream are gone: no way back from a copy before them"
    good.fit(*data(True), batch_size=8, epochs=1, verbose=0)
    assert len(found) == 1
    assert BAD in [int(np.argmax(np.all(row == X, axis=1))) for row in np.asarray(found[0][1][0])]


def test_large_states_are_not_copied(monkeypatch):
    monkeypatch.setattr(rewinding, "MOST_BYTES", 3)
    way = Rewind(None)
    way.before(Values([np.zeros(4)]), rewinding.Piece(0, None, 0, 1))
    assert way.to(0) is None


def test_copies_take_a_small_share_of_the_time(monkeypatch):
    now = iter([0.0, 1.0, 1.0, 50.0, 99.0, 102.0, 103.0, 103.0])
    monkeypatch.setattr(rewinding.time, "perf_counter", lambda: next(now))
    copies = []
    monkeypatch.setattr(rewinding, "_copied", lambda state: copies.append(state) or state)
    way = Rewind(None)
    block = heron_block()
    for state in "abcd":
        way.before(Values(state), rewinding.Piece(0, block, 0, 1))
    assert copies == ["a", "d"], "a copy that took a second is not made again for a hundred"


def heron_block():
    from heron.data.feed import NO_ROWS, Block

    return Block((X,), None, NO_ROWS, 8, 5)
