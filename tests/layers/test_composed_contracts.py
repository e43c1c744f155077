"""The contracts of layers that hold cells or layers, of cells, and of attention: config, arguments, weights, words."""

from __future__ import annotations

import inspect
import json

import jax
import keras
import numpy as np
import pytest

import heron
from heron import layers
from heron.symbolic import KerasTensor
from tests.contracts.test_layers import ELSEWHERE
from tests.oracle import array

X = array(2, 4, 3)
MADE = {
    "MultiHeadAttention": lambda api: api.MultiHeadAttention(
        2, 3, value_dim=2, output_shape=5, dropout=0.5, use_gate=True, seed=1, name="x"
    ),
    "GroupQueryAttention": lambda api: api.GroupQueryAttention(3, 4, 2, use_bias=False, sliding_window=2, name="x"),
    "SpectralNormalization": lambda api: api.SpectralNormalization(api.Dense(2, name="inner"), name="x"),
    "Wrapper": lambda api: api.Wrapper(api.Dense(2, name="inner"), name="x"),
    "Bidirectional": lambda api: api.Bidirectional(api.GRU(2, name="inner"), merge_mode="sum", name="x"),
    "RNN": lambda api: api.RNN([api.LSTMCell(2), api.GRUCell(2)], return_state=True, name="x"),
    "StackedRNNCells": lambda api: api.StackedRNNCells([api.LSTMCell(2), api.GRUCell(2)], name="x"),
    "TimeDistributed": lambda api: api.TimeDistributed(api.Dense(2, name="inner"), name="x"),
    "GRUCell": lambda api: api.GRUCell(2, activation="relu", reset_after=False, dropout=0.1, seed=1, name="x"),
    "LSTMCell": lambda api: api.LSTMCell(2, unit_forget_bias=False, kernel_regularizer="l2", name="x"),
    "SimpleRNNCell": lambda api: api.SimpleRNNCell(2, use_bias=False, recurrent_constraint="non_neg", name="x"),
}
every = pytest.mark.parametrize("name", sorted(MADE))


def run(layer):
    """The output for the same inputs, however the layer is called."""
    if type(layer).__name__.endswith("Attention"):
        return layer(X, X)
    if type(layer).__name__ == "Wrapper":  # has no call of its own
        layer.build(X.shape)
        return layer.layer(X)
    if hasattr(layer, "get_initial_state") and not hasattr(layer, "return_sequences"):
        return layer(X[:, 0], layer.get_initial_state(2))
    return layer(X)


def test_every_exception_has_a_case_here():
    assert set(MADE) == {name for name, file in ELSEWHERE.items() if file.endswith("test_composed_contracts.py")}


@every
def test_the_config_is_plain_data_that_makes_the_same_layer(name):
    layer = MADE[name](layers)
    expected = run(layer)
    config = json.loads(json.dumps(layer.get_config()))
    twin = layers.deserialize({"class_name": name, "config": config})
    assert json.loads(json.dumps(twin.get_config())) == config
    run(twin)
    twin.set_weights(layer.get_weights())
    for a, b in zip(jax.tree.leaves(run(twin)), jax.tree.leaves(expected), strict=True):
        np.testing.assert_array_equal(a, b)


@every
def test_keras_and_heron_read_the_config_of_each_other(name):
    keras.utils.clear_session(free_memory=False)
    theirs = MADE[name](keras.layers)
    expected = json.dumps(theirs.get_config())
    from_theirs = getattr(layers, name).from_config(json.loads(expected))
    back = type(theirs).from_config(json.loads(json.dumps(from_theirs.get_config())))
    assert json.dumps(back.get_config()) == expected
    from_ours = type(theirs).from_config(json.loads(json.dumps(MADE[name](layers).get_config())))
    assert set(from_ours.get_config()) == set(theirs.get_config())


@every
def test_arguments_and_defaults_are_those_of_keras(name):
    ours = inspect.signature(getattr(layers, name).__init__).parameters
    theirs = [p for p in inspect.signature(getattr(keras.layers, name).__init__).parameters.values() if p.kind != 4]
    assert [p.name for p in theirs] == list(ours)[: len(theirs)]
    assert [str(p.default) for p in theirs] == [str(ours[p.name].default) for p in theirs]


@every
def test_the_weights_are_those_of_keras(name):
    keras.utils.clear_session(free_memory=False)
    heron.utils.clear_session(free_memory=False)
    ours, theirs = MADE[name](layers), MADE[name](keras.layers)
    run(ours), run(theirs)
    for kind in ("weights", "trainable_weights", "variables"):
        one, other = ([(v.path.split("/")[1:], tuple(v.shape)) for v in getattr(x, kind)] for x in (ours, theirs))
        if kind == "variables":  # Keras names generators by number
            one, other = ([(path[-1], shape) for path, shape in found] for found in (one, other))
        assert one == other, kind


@every
def test_the_inferred_shape_is_the_real_one(name):
    layer = MADE[name](layers)
    shapes = [y.shape[1:] for y in jax.tree.leaves(run(layer))]
    if name == "Wrapper":
        return
    if name.endswith("Attention"):
        assert [y.shape[1:] for y in jax.tree.leaves(layer(*[KerasTensor((None, 4, 3))] * 2))] == shapes
        assert layer(X[:0], X[:0]).shape == (0, *shapes[0])
    elif name in ("Bidirectional", "RNN", "SpectralNormalization", "TimeDistributed"):
        assert [y.shape[1:] for y in jax.tree.leaves(layer(KerasTensor((None, 4, 3))))] == shapes
        assert layer(X[:0]) is not None
    else:
        states = jax.tree.map(lambda s: KerasTensor((None, *s.shape[1:])), layer.get_initial_state(2))
        assert [y.shape[1:] for y in jax.tree.leaves(layer(KerasTensor((None, 3)), states))] == shapes


@every
def test_the_docstring_tells_what_a_user_needs(name):
    text = inspect.getdoc(getattr(layers, name))
    called = () if name == "Wrapper" else ("Call arguments:",)
    for section in (*called, "Args:", "Example:", ">>> ", "Input shape:", "Output shape:"):
        assert section in text, section
    for argument in set(inspect.signature(getattr(layers, name).__init__).parameters) - {"self", "kwargs"}:
        assert f"{argument}:" in text, argument
