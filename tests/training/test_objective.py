"""Losses and metrics of `compile`, resolved against outputs and targets as Keras resolves them."""

from __future__ import annotations

import keras
import numpy as np
import pytest

import heron
from heron.errors import ArgumentError, UnknownNameError

RNG = np.random.default_rng(1)
X = RNG.normal(size=(40, 4)).astype("float32")
CLASSES = RNG.integers(0, 3, 40)
ONE_HOT = np.eye(3, dtype="float32")[CLASSES]
BINARY = RNG.integers(0, 2, (40, 1)).astype("float32")


def stack(k, units, activation):
    return k.Sequential([k.Input((4,)), k.layers.Dense(units, activation=activation)])


def twins(units, activation, **compiling):
    ours, theirs = stack(heron, units, activation), stack(keras, units, activation)
    ours.set_weights(theirs.get_weights())
    for model in (ours, theirs):
        model.compile("sgd", **compiling)
    return ours, theirs


BY_SHAPE = [
    (3, "softmax", "sparse_categorical_crossentropy", CLASSES),
    (3, "softmax", "categorical_crossentropy", ONE_HOT),
    (1, "sigmoid", "binary_crossentropy", BINARY),
    (3, "softmax", "crossentropy", CLASSES),
    (3, "softmax", "ce", ONE_HOT),
    (1, "sigmoid", "crossentropy", BINARY),
]


@pytest.mark.parametrize(("units", "activation", "loss", "y"), BY_SHAPE)
def test_accuracy_and_crossentropy_are_chosen_by_shape(units, activation, loss, y):
    ours, theirs = twins(units, activation, loss=loss, metrics=["accuracy", "acc"])
    mine = ours.evaluate(X, y, verbose=0, return_dict=True)
    other = theirs.evaluate(X, y, verbose=0, return_dict=True)
    assert sorted(mine) == sorted(other)
    for name in other:
        np.testing.assert_allclose(mine[name], other[name], rtol=1e-4)


def test_crossentropy_is_a_metric_by_shape_too():
    model = stack(heron, 3, "softmax")
    model.compile("sgd", "ce", metrics=["ce", "crossentropy"])
    logs = model.evaluate(X, CLASSES, verbose=0, return_dict=True)
    np.testing.assert_allclose([logs["ce"], logs["crossentropy"]], logs["loss"], rtol=1e-5)


def test_metrics_that_need_shapes_are_made_before_compiling():
    def metrics(k):
        return [k.metrics.F1Score(name="f1"), k.metrics.AUC(multi_label=True, name="auc"), k.metrics.R2Score(name="r2")]

    ours, theirs = stack(heron, 3, "softmax"), stack(keras, 3, "softmax")
    ours.set_weights(theirs.get_weights())
    ours.compile("sgd", "categorical_crossentropy", metrics=metrics(heron))
    theirs.compile("sgd", "categorical_crossentropy", metrics=metrics(keras))
    histories = [m.fit(X, ONE_HOT, epochs=2, shuffle=False, verbose=0).history for m in (ours, theirs)]
    assert list(histories[0]) == list(histories[1])
    for name, values in histories[1].items():
        np.testing.assert_allclose(histories[0][name], values, rtol=1e-3, atol=1e-6)


def test_functions_serve_as_losses_and_metrics():
    def gap(y_true, y_pred):
        return abs(y_true - y_pred).mean(-1)

    model = stack(heron, 1, None)
    model.compile("sgd", gap, metrics=[gap, lambda y, p: p[:, 0]])
    logs = model.evaluate(X, BINARY, verbose=0, return_dict=True)
    np.testing.assert_allclose(logs["loss"], logs["gap"], rtol=1e-6)
    assert "<lambda>" in logs


def test_unknown_names_are_met_at_compile():
    for wrong, text in (
        ({"loss": "msee"}, "Did you mean 'mse'"),
        ({"loss": "mse", "metrics": ["acuracy"]}, "accuracy"),
    ):
        with pytest.raises(UnknownNameError, match=text):
            stack(heron, 1, None).compile("sgd", **wrong)
    with pytest.raises(ArgumentError, match=r"takes names, functions or metric objects; received 3"):
        stack(heron, 1, None).compile("sgd", "mse", metrics=[3])


def test_losses_for_outputs_that_are_not_there():
    a = heron.Input((4,))
    model = heron.Model(a, {"left": heron.layers.Dense(1)(a), "right": heron.layers.Dense(1)(a)})
    model.compile("sgd", {"left": "mse", "rigth": "mse"})
    with pytest.raises(
        ArgumentError, match=r"names the output 'rigth', which the model does not have. Did you mean 'right'"
    ):
        model.fit(X, {"left": BINARY, "right": BINARY}, verbose=0)
    model.compile("sgd", ["mse"])
    with pytest.raises(ArgumentError, match=r"has 1 entries for a model with 2 outputs \(left, right\)"):
        model.fit(X, {"left": BINARY, "right": BINARY}, verbose=0)
