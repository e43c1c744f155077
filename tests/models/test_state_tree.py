"""The state of a model as a tree."""

from __future__ import annotations

import numpy as np
import pytest

import heron
from heron import layers
from heron.errors import ArgumentError, UnknownNameError

X = np.linspace(-1.0, 1.0, 16, dtype="float32").reshape(8, 2)


def trained():
    model = heron.Sequential([layers.Input((2,)), layers.Dense(1, name="only")], name="net")
    model.compile(heron.optimizers.SGD(0.1, momentum=0.9, name="sgd"), "mse")
    model.fit(X, X[:, :1], epochs=1, verbose=0)
    return model


def test_a_tree_goes_into_another_model():
    model, other = trained(), trained()
    tree = model.get_state_tree()
    assert sorted(tree) == [
        "metrics_variables", "non_trainable_variables", "optimizer_variables", "trainable_variables",
    ]  # fmt: skip
    kernel = model.get_weights()[0]
    (held,) = tree["trainable_variables"].values()
    held = held.get("only", held)
    assert np.array_equal(held["kernel"], kernel)
    assert int(tree["optimizer_variables"]["sgd"]["iteration"]) == 1
    other.set_state_tree(model.get_state_tree("numpy_array"))
    for a, b in zip(
        model.variables + model.optimizer.variables, other.variables + other.optimizer.variables, strict=True
    ):
        assert np.array_equal(a.numpy(), b.numpy())


def test_what_the_model_does_not_have_is_refused_and_nothing_changes():
    model = trained()
    before = model.get_weights()
    tree = model.get_state_tree("numpy_array")
    with pytest.raises(UnknownNameError, match=r"no group 'weights'"):
        model.set_state_tree({**tree, "weights": {}})
    with pytest.raises(UnknownNameError, match=r"no variable 'only/kernal' in 'trainable_variables'"):
        model.set_state_tree({"trainable_variables": {"only": {"kernal": before[0]}}})
    with pytest.raises(ArgumentError, match="must be a dict of dicts; received 3"):
        model.set_state_tree({"trainable_variables": 3})
    with pytest.raises(ArgumentError, match="value_format"):
        model.get_state_tree("list")
    assert np.array_equal(model.get_weights()[0], before[0])


def test_two_variables_of_one_path_cannot_be_told_apart():
    model = trained()
    model.weights[1].path = model.weights[0].path
    with pytest.raises(ArgumentError, match=r"Two variables have the path .*\nGive your layers names"):
        model.get_state_tree()
