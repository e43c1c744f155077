"""Several optimizers for one model."""

from __future__ import annotations

import keras
import numpy as np
import pytest

import heron
from heron import Variable, optimizers
from heron.errors import ArgumentError, ArgumentTypeError
from heron.optimizers import SGD, Adam, MultiOptimizer, OptimizerMap

X = np.linspace(-1.0, 1.0, 32, dtype="float32").reshape(16, 2)


def net(api, optimizer):
    model = api.Sequential(
        [api.layers.Input((2,)), api.layers.Dense(3, name="first"), api.layers.Dense(1, name="last")]
    )
    model.set_weights([np.full(w.shape, 0.25, "float32") for w in model.weights])
    model.compile(optimizer, "mse")
    return model


def both(api):
    make = api.optimizers
    which = make.OptimizerMap(make.SGD(0.1, momentum=0.9), {".*first/.*": make.Adam(0.01)})
    return make.MultiOptimizer(which)


def test_training_is_that_of_keras():
    ours, theirs = net(heron, both(heron)), net(keras, both(keras))
    for model in (ours, theirs):
        model.fit(X, X[:, :1], epochs=3, batch_size=8, shuffle=False, verbose=0)
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        assert np.allclose(a, b, rtol=1e-5, atol=1e-6)
    assert int(ours.optimizer.iterations) == 6
    assert [v.shape for v in ours.optimizer.variables][:1] == [()]


def test_the_map_finds_paths_and_patterns():
    default, one, two = SGD(), Adam(), Adam()
    which = OptimizerMap(default, {"a/b": one, "a/.*": two})
    assert (which["a/b"], which["a/c"], which["x"], len(which), list(which)) == (one, two, default, 2, ["a/b", "a/.*"])
    which[".*/c"] = one
    with pytest.raises(ArgumentError, match=r"several keys fit the variable 'a/c': 'a/.\*', '.\*/c'; expected one"):
        which["a/c"]
    del which[".*/c"]
    with pytest.raises(ArgumentError, match="has an optimizer for 'a/b' already"):
        which["a/b"] = two
    with pytest.raises(ArgumentError, match="a key must be a string"):
        which[3] = two
    with pytest.raises(ArgumentTypeError, match="The optimizer of the key 'z' must be an optimizer; received 'sgd'"):
        which["z"] = "sgd"
    with pytest.raises(ArgumentError, match="must not be a LossScaleOptimizer, which holds others itself"):
        which["z"] = optimizers.LossScaleOptimizer(SGD())


def test_a_function_may_choose_and_the_config_goes_round():
    slow, fast = SGD(0.125), SGD(0.5)
    optimizer = MultiOptimizer(lambda v: slow if v.name == "slow" else fast, loss_scale_factor=2.0)
    v, w = Variable([1.0], name="slow"), Variable([1.0], name="fast")
    optimizer.apply([[2.0], [2.0]], [v, w])
    assert (v.numpy().tolist(), w.numpy().tolist()) == ([0.875], [0.5])
    assert optimizer.optimizers == [slow, fast]
    again = optimizers.deserialize(optimizers.serialize(MultiOptimizer(OptimizerMap(SGD(0.25), {"a": Adam(0.5)}))))
    assert [(type(one), float(one.learning_rate)) for one in again.optimizers] == [(Adam, 0.5), (SGD, 0.25)]


def test_it_has_no_learning_rate_and_averages_are_put_in_place():
    optimizer = MultiOptimizer(OptimizerMap(SGD(0.5, use_ema=True, ema_momentum=0.5)))
    with pytest.raises(AttributeError, match="each of its optimizers has one of its own"):
        _ = optimizer.learning_rate
    with pytest.raises(AttributeError, match="each of its optimizers has one of its own"):
        optimizer.learning_rate = 1.0
    v = Variable([1.0])
    optimizer.apply([[1.0]], [v])
    optimizer.apply([[1.0]], [v])
    optimizer.finalize_variable_values([v])
    assert v.numpy().tolist() == [0.25]
    with pytest.raises(ArgumentTypeError, match="must be an optimizer; received None"):
        MultiOptimizer(lambda variable: None).build([v])
