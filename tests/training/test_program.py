"""The epoch program: compiled once, the same in one piece or many, exact in its odd last batch."""

from __future__ import annotations

import numpy as np
import pytest

import heron
from heron import layers

RNG = np.random.default_rng(0)
X = RNG.normal(size=(75, 3)).astype("float32")
Y = X @ np.array([[1.0], [-2.0], [0.5]], "float32")


def model(random=False, seed=3):
    heron.utils.set_random_seed(seed)
    extra = [layers.Dropout(0.3), layers.BatchNormalization()] if random else []
    made = heron.Sequential([heron.Input((3,)), layers.Dense(6, "relu"), *extra, layers.Dense(1)])
    made.compile("adam", "mse", metrics=["mae"])
    return made


def weights_after(chunk=None, callbacks=None, **fitting):
    made = model(random=True)
    made.chunk_batches = chunk
    history = made.fit(X, Y, batch_size=8, epochs=3, verbose=0, callbacks=callbacks, **fitting)
    return made.get_weights(), history.history


def same(a, b):
    return all(np.array_equal(x, y) for x, y in zip(a[0], b[0], strict=True)) and a[1] == b[1]


def test_an_epoch_is_compiled_once_for_all_epochs_and_pieces():
    made = model()
    made.chunk_batches = 4
    made.fit(X, Y, batch_size=8, epochs=4, verbose=0)
    assert made._programs["train"].traces == 1
    made.fit(X, Y, batch_size=8, epochs=2, verbose=0, validation_split=0)
    assert made._programs["train"].traces == 1
    made.fit(X[:40], Y[:40], batch_size=8, epochs=1, verbose=0)
    assert made._programs["train"].traces == 2, "another number of rows is another program"


def test_compile_and_freezing_start_a_new_program():
    made = model()
    made.fit(X, Y, verbose=0)
    made.layers[0].trainable = False
    before = made.layers[0].get_weights()
    made.compile("sgd", "mse")
    made.fit(X, Y, verbose=0)
    assert all(np.array_equal(a, b) for a, b in zip(before, made.layers[0].get_weights(), strict=True))


@pytest.mark.parametrize("chunk", [1, 3, 9, 1000])
def test_weights_are_bit_identical_in_one_piece_or_many(chunk):
    assert same(weights_after(None), weights_after(chunk))


def test_batch_hooks_do_not_change_the_result():
    class Listener(heron.callbacks.Callback):
        batches = 0

        def on_train_batch_end(self, batch, logs=None):
            self.batches += 1

    listener = Listener()
    assert same(weights_after(), weights_after(callbacks=[listener]))
    assert listener.batches == 3 * 10


def test_the_same_seed_gives_the_same_weights_and_another_does_not():
    first, second = weights_after(), weights_after()
    assert same(first, second)
    made = model(random=True, seed=4)
    made.fit(X, Y, batch_size=8, epochs=3, verbose=0)
    assert not np.array_equal(first[0][0], made.get_weights()[0])


def test_run_eagerly_gives_the_same_weights():
    eager, compiled = model(), model()
    eager.compile("adam", "mse", run_eagerly=True)
    compiled.compile("adam", "mse")
    for made in (eager, compiled):
        made.fit(X[:20], Y[:20], batch_size=8, epochs=2, shuffle=False, verbose=0)
    for a, b in zip(eager.get_weights(), compiled.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_a_stream_trains_as_the_same_arrays_do():
    def batches():
        for start in range(0, 75, 8):
            yield X[start : start + 8], Y[start : start + 8]

    class Batches:
        def __len__(self):
            return 10

        def __getitem__(self, i):
            if i >= 10:
                raise IndexError
            return X[8 * i : 8 * i + 8], Y[8 * i : 8 * i + 8]

    arrays, generator, sequence = model(), model(), model()
    arrays.fit(X, Y, batch_size=8, shuffle=False, epochs=2, verbose=0)
    generator.fit(batches(), verbose=0)
    generator.fit(batches(), verbose=0)
    sequence.fit(Batches(), epochs=2, verbose=0)
    for other in (generator, sequence):
        for a, b in zip(arrays.get_weights(), other.get_weights(), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-6)


def test_data_that_do_not_fit_the_device_train_the_same(monkeypatch):
    whole, pieces = model(), model()
    for made in (whole, pieces):
        heron.utils.set_random_seed(5)
        made.fit(X, Y, batch_size=8, epochs=3, verbose=0)
        monkeypatch.setattr("heron.data.feed.fits_device", lambda size: False)
        monkeypatch.setattr("heron.data.feed.BLOCK_BYTES", 8 * 16 * 4)
    for a, b in zip(whole.get_weights(), pieces.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)
    assert pieces._programs["train"].traces == 2, "one for the full pieces, one for the odd last batch"


def test_an_endless_generator_needs_steps_and_goes_on_across_epochs():
    seen = []

    def endless():
        i = 0
        while True:
            seen.append(i)
            yield X[:8] + i, Y[:8]
            i += 1

    history = model().fit(endless(), steps_per_epoch=3, epochs=4, verbose=0)
    assert len(history.history["loss"]) == 4
    assert seen == list(range(12))


def test_weights_read_in_a_callback_survive_the_next_epoch():
    class Keeper(heron.callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.kept = []

        def on_epoch_end(self, epoch, logs=None):
            self.kept.append(self.model.layers[0].kernel.value)

    keeper = Keeper()
    model().fit(X, Y, epochs=4, verbose=0, callbacks=[keeper])
    kept = [np.array(value) for value in keeper.kept]
    assert len(kept) == 4
    assert not np.array_equal(kept[0], kept[-1])


def test_weights_set_in_a_callback_are_used():
    class Reset(heron.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.model.set_weights([np.zeros_like(w) for w in self.model.get_weights()])
            self.model.optimizer.learning_rate = 0.0

    made = model()
    made.fit(X, Y, epochs=2, verbose=0, callbacks=[Reset()])
    assert all(not w.any() for w in made.get_weights())


def test_a_loss_that_is_no_number_is_reported_with_its_batch():
    made = heron.Sequential([heron.Input((3,)), layers.Dense(1)])
    made.compile(heron.optimizers.SGD(1e30), "mse")
    with pytest.warns(heron.errors.HeronNote, match=r"NaN or infinite in epoch 1, batch 2 of 10"):
        made.fit(X, Y, batch_size=8, epochs=2, shuffle=False, verbose=0)
