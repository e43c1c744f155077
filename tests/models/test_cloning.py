"""Models made again with layers of their own."""

from __future__ import annotations

import keras
import numpy as np
import pytest

import heron
from heron import layers, ops
from heron.errors import ArgumentError, ArgumentTypeError
from heron.models import Functional, Model, Sequential, clone_model

X = np.linspace(-1.0, 1.0, 8, dtype="float32").reshape(2, 4)


def stack():
    model = Sequential([heron.Input((4,), name="in"), layers.Dense(3, "relu"), layers.Dense(1)], name="net")
    model.compile("adam", "mse")
    return model


def drawn():
    a, b = heron.Input((4,), name="a"), heron.Input((4,), name="b")
    shared, inner = layers.Dense(3), Sequential([heron.Input((3,)), layers.Dense(2)])
    hidden = inner(shared(a)) + ops.relu(inner(shared(b)))
    return Model({"a": a, "b": b}, {"sum": layers.Dense(1)(hidden), "double": hidden * 2})


def test_a_sequential():
    model = stack()
    twin = clone_model(model)
    assert (twin.name, twin.layers[0].name, type(twin)) == ("net", model.layers[0].name, Sequential)
    assert twin.compiled
    assert not np.array_equal(model.layers[0].kernel, twin.layers[0].kernel)
    twin.set_weights(model.get_weights())
    np.testing.assert_array_equal(twin.predict(X, verbose=0), model.predict(X, verbose=0))
    assert clone_model(Sequential([layers.Dense(2)])).layers[0].units == 2


def test_a_functional():
    model = drawn()
    twin = clone_model(model)
    assert len({id(v) for v in (*model.weights, *twin.weights)}) == 2 * len(model.weights) == 12
    twin.set_weights(model.get_weights())
    ours, theirs = (m({"a": X, "b": X + 1}) for m in (model, twin))
    for name in ("sum", "double"):
        np.testing.assert_array_equal(ours[name], theirs[name])


def test_functions_of_ones_own():
    def wider(layer):
        config = layer.get_config()
        return type(layer).from_config({**config, "units": 7} if config.get("units") == 3 else config)

    def dropped(layer, *args, **kwargs):
        y = layer(*args, **kwargs)
        return layers.Dropout(0.5)(y) if isinstance(layer, layers.Dense) else y

    assert clone_model(stack(), clone_function=wider).layers[0].units == 7
    x = heron.Input((4,))
    model = Model(x, layers.Dense(2)(layers.Dense(3)(x)))
    twin = clone_model(model, clone_function=lambda layer: layer, call_function=dropped)
    assert [type(layer).__name__ for layer in twin.layers] == ["InputLayer", "Dense", "Dropout", "Dense", "Dropout"]
    assert twin.layers[1] is model.layers[1]


def test_models_inside_are_cloned_in_the_same_way_when_asked():
    seen = []

    def noted(layer):
        seen.append(type(layer).__name__)
        return type(layer).from_config(layer.get_config())

    clone_model(drawn(), clone_function=noted)
    assert seen.count("Sequential") == 1
    seen.clear()
    clone_model(drawn(), clone_function=noted, recursive=True)
    assert "Sequential" not in seen
    assert seen.count("Dense") == 3


def test_other_inputs():
    x = heron.Input((4,), batch_size=2, name="mine")
    assert clone_model(stack(), input_tensors=x).inputs[0].shape == (2, 4)
    tensors = {"a": heron.Input((4,), batch_size=2), "b": heron.Input((4,), batch_size=2)}
    assert clone_model(drawn(), input_tensors=tensors).outputs[0].shape[0] == 2
    with pytest.raises(ArgumentError, match="has 2 inputs; received 1"):
        clone_model(drawn(), input_tensors=x)
    with pytest.raises(ArgumentError, match="a Sequential takes one input tensor"):
        clone_model(stack(), input_tensors=list(tensors.values()))


def test_the_same_as_keras():
    x = keras.Input((4,))
    theirs = keras.models.clone_model(keras.Model(x, keras.layers.Dense(2, name="d")(x)))
    x = heron.Input((4,))
    ours = clone_model(Model(x, layers.Dense(2, name="d")(x)))
    assert [layer.name for layer in ours.layers][1:] == [layer.name for layer in theirs.layers][1:]
    assert type(ours) is Functional


class Own(Model):
    def __init__(self, units=2):
        super().__init__()
        self.dense = layers.Dense(units)

    def call(self, inputs):
        return self.dense(inputs)


def test_a_class_of_ones_own_is_made_from_its_config():
    assert clone_model(Own(5)).dense.units == 5
    with pytest.raises(ArgumentError, match=r"the layers of Own 'own.*' are called by its own code"):
        clone_model(Own(), clone_function=lambda layer: layer)


def test_mistakes():
    with pytest.raises(ArgumentTypeError, match="clone_model copies models; received <Dense"):
        clone_model(layers.Dense(1))
    with pytest.raises(ArgumentTypeError, match="clone_model has no argument 'layers'"):
        clone_model(stack(), layers=2)
    with pytest.raises(ArgumentError, match="call_function goes with Functional models"):
        clone_model(stack(), call_function=lambda layer, x: layer(x))
