"""Training held against Keras on JAX: the same model, weights and data give the same weights and History."""

from __future__ import annotations

import keras
import numpy as np
import pytest

import heron

RNG = np.random.default_rng(7)
X = RNG.normal(size=(50, 4)).astype("float32")
TABLE = RNG.normal(size=(50, 1)).astype("float32")
CLASSES = RNG.integers(0, 3, 50)
ONE_HOT = np.eye(3, dtype="float32")[CLASSES]
BINARY = RNG.integers(0, 2, (50, 1)).astype("float32")
IDS = RNG.integers(0, 9, (50, 5))


def dense(k, units=1, activation=None):
    return k.Sequential([k.Input((4,)), k.layers.Dense(8, activation="relu"), k.layers.Dense(units, activation)])


def normalised(k):
    norms = [k.layers.BatchNormalization(), k.layers.LayerNormalization()]
    return k.Sequential([k.Input((4,)), k.layers.Dense(8, use_bias=False), *norms, k.layers.Dense(1)])


def penalised(k):
    hidden = k.layers.Dense(8, kernel_regularizer="l2", activity_regularizer=k.regularizers.L1(0.01))
    return k.Sequential([k.Input((4,)), hidden, k.layers.Dense(1, kernel_constraint="non_neg")])


def branching(k):
    a = k.Input((4,), name="a")
    shared = k.layers.Dense(4, activation="tanh", name="shared")
    joined = k.layers.Concatenate(name="joined")([shared(a), shared(a * 2.0)])
    outputs = [k.layers.Dense(1, name="left")(joined), k.layers.Dense(3, activation="softmax", name="right")(joined)]
    return k.Model(a, outputs)


def by_name(k):
    a = k.Input((4,), name="a")
    return k.Model({"a": a}, {"value": k.layers.Dense(1)(a), "kind": k.layers.Dense(3, activation="softmax")(a)})


def embedded(k):
    pooled = k.layers.Lambda(lambda x: x.mean(1), output_shape=(6,))
    layers = [k.Input((5,), dtype="int32"), k.layers.Embedding(9, 6), pooled, k.layers.Dense(3, activation="softmax")]
    return k.Sequential(layers)


def nested(k):
    inner = k.Sequential([k.Input((4,)), k.layers.Dense(5, activation="relu")])
    a = k.Input((4,))
    return k.Model(a, k.layers.Dense(1)(inner(a)))


def subclassed(k):
    class Net(k.Model):
        def __init__(self):
            super().__init__()
            self.first = k.layers.Dense(5, activation="relu")
            self.second = k.layers.Dense(1)

        def call(self, inputs, training=False):
            return self.second(self.first(inputs))

    return Net()


SPARSE = "sparse_categorical_crossentropy"
CASES = {
    "mse sgd": (lambda k: dense(k), {"optimizer": "sgd", "loss": "mse", "metrics": ["mae"]}, X, TABLE, {}),
    "mse flat targets": (lambda k: dense(k), {"optimizer": "sgd", "loss": "mse"}, X, TABLE[:, 0], {}),
    "softmax adam": (
        lambda k: dense(k, 3, "softmax"),
        {"optimizer": "adam", "loss": SPARSE, "metrics": ["accuracy"]},
        X,
        CLASSES,
        {},
    ),
    "one-hot rmsprop": (
        lambda k: dense(k, 3, "softmax"),
        {"optimizer": "rmsprop", "loss": "categorical_crossentropy", "metrics": ["acc", "AUC"]},
        X,
        ONE_HOT,
        {"validation_split": 0.2},
    ),
    "sigmoid nadam": (
        lambda k: dense(k, 1, "sigmoid"),
        {"optimizer": "nadam", "loss": "binary_crossentropy", "metrics": ["accuracy", "Precision"]},
        X,
        BINARY,
        {"validation_data": (X[:20], BINARY[:20]), "validation_freq": 2},
    ),
    "class weights": (
        lambda k: dense(k, 3, "softmax"),
        {"optimizer": "adamw", "loss": SPARSE, "weighted_metrics": ["accuracy"]},
        X,
        CLASSES,
        {"class_weight": {0: 1.0, 1: 2.0, 2: 0.5}},
    ),
    "sample weights": (
        lambda k: dense(k),
        {"optimizer": "adagrad", "loss": "huber", "metrics": ["mse"], "weighted_metrics": ["mse"]},
        X,
        TABLE,
        {"sample_weight": np.linspace(0, 1, 50, dtype="float32")},
    ),
    "batch norm": (normalised, {"optimizer": "adam", "loss": "mse"}, X, TABLE, {"batch_size": 7}),
    "regularised": (penalised, {"optimizer": "sgd", "loss": "mse"}, X, TABLE, {}),
    "two outputs": (
        branching,
        {"optimizer": "adam", "loss": ["mse", SPARSE], "loss_weights": [0.3, 2.0], "metrics": [["mae"], ["accuracy"]]},
        X,
        [TABLE, CLASSES],
        {},
    ),
    "dicts": (
        by_name,
        {"optimizer": "adam", "loss": {"value": "mse", "kind": SPARSE}, "metrics": {"kind": ["accuracy"]}},
        {"a": X},
        {"value": TABLE, "kind": CLASSES},
        {},
    ),
    "embedding": (embedded, {"optimizer": "adam", "loss": SPARSE}, IDS, CLASSES, {"steps_per_epoch": 1}),
    "nested": (nested, {"optimizer": "adamax", "loss": "log_cosh"}, X, TABLE, {"initial_epoch": 1}),
    "subclassed": (subclassed, {"optimizer": "lion", "loss": "mae"}, X, TABLE, {}),
}


@pytest.mark.parametrize("case", CASES)
def test_trains_as_keras(case):
    make, compiling, x, y, fitting = CASES[case]
    ours, theirs = make(heron), make(keras)
    if not theirs.built:
        theirs(X[:1]), ours(X[:1])
    ours.set_weights(theirs.get_weights())
    ours.compile(**compiling), theirs.compile(**compiling)
    fitting = {"epochs": 3, "batch_size": 16, "shuffle": False, "verbose": 0} | fitting
    our_history, their_history = ours.fit(x, y, **fitting), theirs.fit(x, y, **fitting)
    assert list(our_history.history) == list(their_history.history)
    for name, values in their_history.history.items():
        np.testing.assert_allclose(our_history.history[name], values, rtol=2e-4, atol=2e-5, err_msg=name)
    for mine, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-3, atol=2e-5)
    mine, other = (model.evaluate(x, y, verbose=0, return_dict=True) for model in (ours, theirs))
    assert set(mine) == set(other)
    for name in other:
        np.testing.assert_allclose(mine[name], other[name], rtol=2e-4, atol=2e-5, err_msg=name)
    our_predictions, their_predictions = ours.predict(x, batch_size=16), theirs.predict(x, batch_size=16, verbose=0)
    keras.tree.map_structure(
        lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-3, atol=2e-5), our_predictions, their_predictions
    )


@pytest.mark.parametrize("case", ["softmax adam", "two outputs", "dicts", "nested"])
def test_evaluate_lists_in_keras_order(case):
    make, compiling, x, y, _ = CASES[case]
    ours, theirs = make(heron), make(keras)
    ours.set_weights(theirs.get_weights())
    ours.compile(**compiling), theirs.compile(**compiling)
    np.testing.assert_allclose(ours.evaluate(x, y, verbose=0), theirs.evaluate(x, y, verbose=0), rtol=2e-4, atol=2e-5)


def test_single_batches_as_keras():
    ours, theirs = dense(heron), dense(keras)
    ours.set_weights(theirs.get_weights())
    for model in (ours, theirs):
        model.compile("adam", "mse", metrics=["mae"])
    for _ in range(3):
        np.testing.assert_allclose(ours.train_on_batch(X, TABLE), theirs.train_on_batch(X, TABLE), rtol=1e-4)
    mine = ours.test_on_batch(X, TABLE, return_dict=True)
    other = theirs.test_on_batch(X, TABLE, return_dict=True)
    assert set(mine) == set(other)
    for name in other:
        np.testing.assert_allclose(mine[name], other[name], rtol=1e-4)
    np.testing.assert_allclose(ours.predict_on_batch(X), theirs.predict_on_batch(X), rtol=1e-4, atol=1e-6)
