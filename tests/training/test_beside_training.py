"""What may be done with a model while it trains: predicting in another thread, evaluating in a callback."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import heron
from heron import layers

X = np.random.default_rng(0).normal(size=(6400, 4)).astype("float32")
Y = X.sum(axis=1)


def model(optimizer="adam"):
    heron.config.set_random_seed(1)
    net = heron.Sequential([layers.Input((4,)), layers.Dense(8, activation="relu"), layers.Dense(1)])
    net.compile(optimizer, "mse", metrics=["mae"])
    return net


def test_another_thread_predicts_while_one_fits():
    alone = model()
    alone.fit(X, Y, epochs=60, verbose=0)
    net = model()
    for rows in (1, 40):
        net.predict(X[:rows], verbose=0)
    thread = threading.Thread(target=net.fit, args=(X, Y), kwargs={"epochs": 60, "verbose": 0})
    thread.start()
    seen = []
    while thread.is_alive():
        seen.append(net.predict(X[:1], verbose=0)[0, 0])
        seen.append(net.predict(X[:40], verbose=0)[0, 0])
        seen.append(net.predict(X[:1], verbose=0, callbacks=[Listening()])[0, 0])
    thread.join()
    assert len(set(seen)) > 5  # it went on learning meanwhile
    for got, expected in zip(net.get_weights(), alone.get_weights(), strict=True):
        np.testing.assert_array_equal(got, expected)


class Listening(heron.callbacks.Callback):
    def on_predict_batch_end(self, batch, logs=None):
        pass


def test_all_weights_of_a_prediction_are_of_one_moment():
    net = heron.Sequential([layers.Input((1,)), *[layers.Dense(1, use_bias=False) for _ in range(30)]])
    net.compile("sgd", "mse")
    net.predict(np.ones((1, 1)))
    weights = net.trainable_variables
    predictor, state = net._programs["predict"], net._state_variables()
    values = [[np.full((1, 1), i, "float32") for _ in weights] for i in range(2)]
    done = threading.Event()

    def train():
        for i in range(5_000):
            state.take(state.peek()._replace(trainable_variables=values[i % 2]))
        done.set()

    thread = threading.Thread(target=train)
    state.take(state.peek()._replace(trainable_variables=values[0]))
    thread.start()
    while not done.is_set():
        assert len({float(value[0, 0]) for value in predictor.values()}) == 1
    thread.join()


def test_weights_that_a_failed_program_destroyed_are_not_waited_for():
    net = model()
    net.predict(X[:1])
    state = net._state_variables()

    def fails(given):
        for array in given.trainable_variables:
            array.delete()
        raise MemoryError

    with pytest.raises(MemoryError):
        state.lend(fails)
    with pytest.raises(RuntimeError, match="deleted"):
        net.predict(X[:1])


class Evaluating(heron.callbacks.Callback):
    def __init__(self, method):
        super().__init__()
        self.method = method

    def on_train_batch_end(self, batch, logs=None):
        quiet = {"verbose": 0} if self.method == "evaluate" else {}
        self.found = getattr(self.model, self.method)(X[:64], Y[:64], return_dict=True, **quiet)


@pytest.mark.parametrize("method", ["evaluate", "test_on_batch"])
def test_evaluating_between_batches_leaves_the_metrics_of_the_epoch(method):
    expected = model().fit(X, Y, batch_size=640, epochs=2, verbose=0).history
    net = model()
    callback = Evaluating(method)
    assert net.fit(X, Y, batch_size=640, epochs=2, verbose=0, callbacks=[callback]).history == expected
    assert callback.found == pytest.approx(net.evaluate(X[:64], Y[:64], return_dict=True, verbose=0), rel=1e-5)


def test_after_fit_the_metrics_are_those_of_the_evaluation():
    net = model()
    net.fit(X, Y, batch_size=640, verbose=0)
    logs = net.evaluate(X[:64], Y[:64], return_dict=True, verbose=0)
    assert {name: float(value) for name, value in net.get_metrics_result().items()} == pytest.approx(logs)
