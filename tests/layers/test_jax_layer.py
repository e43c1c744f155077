"""Functions of JAX and modules of Flax as layers, against Keras's own and in models."""

from __future__ import annotations

import json
import sys
import types

import flax.linen as nn
import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

import heron
from heron import layers, saving
from heron.errors import ArgumentError, ArgumentTypeError, UnknownNameError
from heron.layers import FlaxLayer, JaxLayer
from tests.oracle import array


@saving.register_keras_serializable("tests")
@keras.saving.register_keras_serializable("tests")
def affine(params, inputs):
    return inputs @ params["kernel"] + params["bias"]


@saving.register_keras_serializable("tests")
@keras.saving.register_keras_serializable("tests")
def affine_init(rng, inputs):
    return {"kernel": jax.random.normal(rng, (inputs.shape[-1], 3)), "bias": jnp.zeros(3)}


@saving.register_keras_serializable("tests")
@keras.saving.register_keras_serializable("tests")
def counting(params, state, rng, inputs, training):
    outputs = inputs * params[0]
    if training:
        outputs = outputs * jax.random.bernoulli(rng, 0.5, inputs.shape)
        state = {"calls": state["calls"] + 1, "mean": inputs.mean(0)}
    return outputs, state


@saving.register_keras_serializable("tests")
@keras.saving.register_keras_serializable("tests")
def counting_init(inputs, training):
    assert training
    return (jnp.full(inputs.shape[-1], 2.0),), {"calls": 0, "mean": jnp.zeros(inputs.shape[-1])}


@saving.register_keras_serializable("tests")
class Block(nn.Module):
    width: int = 3

    @nn.compact
    def __call__(self, inputs, training):
        x = nn.Dense(self.width)(inputs)
        x = nn.BatchNorm(use_running_average=not training, momentum=0.5)(x)
        x = nn.Dropout(0.5, deterministic=not training)(x)
        return nn.relu(x)

    def get_config(self):
        return {"width": self.width}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


class Plain(nn.Module):
    width: int

    def setup(self):
        self.inner = nn.Dense(self.width)

    def __call__(self, inputs):
        return self.inner(inputs)

    def doubled(self, inputs):
        return 2 * self.inner(inputs)


@pytest.fixture
def keras_without_tensorflow(monkeypatch):
    """Keras's layer asks TensorFlow where it is, on JAX too."""
    nowhere = types.SimpleNamespace(inside_function=lambda: False)
    monkeypatch.setattr("keras.src.utils.jax_layer.tf", nowhere)


def test_a_function_computes_what_it_computes_in_keras(keras_without_tensorflow):
    x = array(4, 2)
    ours, theirs = JaxLayer(affine, affine_init), keras.layers.JaxLayer(affine, affine_init)
    ours(x)
    theirs(x)
    assert [w.shape for w in ours.weights] == [w.shape for w in theirs.weights] == [(3,), (2, 3)]
    ours.set_weights(theirs.get_weights())
    np.testing.assert_allclose(np.asarray(ours(x)), np.asarray(theirs(x)), rtol=1e-6)
    assert [w.path for w in ours.weights] == ["jax_layer/bias", "jax_layer/kernel"]
    assert {k: v for k, v in ours.get_config().items() if k != "dtype"}.keys() == {
        k for k in theirs.get_config() if k != "dtype"
    }


def test_a_state_goes_on_and_a_key_is_new_each_time():
    layer, x = JaxLayer(counting, counting_init, seed=3), np.ones((2, 4), "float32")
    assert np.asarray(layer(x)).tolist() == (2 * x).tolist()
    assert [(w.path.split("/")[1], w.trainable) for w in layer.weights] == [
        ("0", True),
        ("calls", False),
        ("mean", False),
    ]
    first, second = (np.asarray(layer(x, training=True)) for _ in range(2))
    assert not np.array_equal(first, second)
    assert (int(layer.state["calls"]), layer.state["mean"].numpy().tolist()) == (2, [1.0] * 4)
    assert layer.state["calls"].dtype == "int32"


def test_given_parameters_and_a_function_without_any():
    layer = JaxLayer(affine, params={"kernel": np.eye(2), "bias": np.array([1.0, 2.0])})
    assert layer.built is False
    assert np.asarray(layer([[1.0, 1.0]])).tolist() == [[2.0, 3.0]]
    pair = JaxLayer(lambda inputs: inputs["a"] + inputs["b"])
    assert np.asarray(pair({"a": np.ones(3), "b": np.ones(3)})).tolist() == [2.0] * 3
    assert pair.weights == []


def test_mixed_precision_keeps_weights_whole():
    layer = JaxLayer(affine, affine_init, dtype="mixed_bfloat16")
    assert layer(array(4, 2)).dtype == "bfloat16"
    assert {w.dtype for w in layer.weights} == {"float32"}


def test_both_train_in_one_model_and_are_saved(tmp_path):
    inputs = heron.Input((4,))
    x = JaxLayer(affine, affine_init, name="jax")(inputs)
    x = JaxLayer(counting, counting_init, name="counting")(x)
    x = FlaxLayer(Block(), name="flax")(x)
    model = heron.Model(inputs, layers.Dense(1)(x))
    before = {w.path: w.numpy() for w in model.weights}
    model.compile("sgd", "mse")
    history = model.fit(array(16, 4), array(16, 1), batch_size=4, epochs=2, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    moved = {w.path for w in model.weights if not np.array_equal(w.numpy(), before[w.path])}
    assert {"jax/kernel", "counting/0", "counting/calls", "flax/params.Dense_0.kernel"} <= moved
    assert {"flax/batch_stats.BatchNorm_0.mean", "flax/batch_stats.BatchNorm_0.var"} <= moved
    assert int(model.get_layer("counting").state["calls"]) == 8
    expected = model.predict(array(3, 4))
    path = str(tmp_path / "a.keras")
    model.save(path)
    np.testing.assert_array_equal(saving.load_model(path).predict(array(3, 4)), expected)
    model.save_weights(str(tmp_path / "a.weights.h5"))
    model.set_weights([w * 0 for w in model.get_weights()])
    model.load_weights(str(tmp_path / "a.weights.h5"))
    np.testing.assert_array_equal(model.predict(array(3, 4)), expected)


def test_files_go_to_keras_and_back(tmp_path, keras_without_tensorflow):
    path, x = str(tmp_path / "a.keras"), array(3, 2)
    model = keras.Sequential([keras.Input((2,)), keras.layers.JaxLayer(affine, affine_init)])
    model.save(path)
    ours = saving.load_model(path)
    np.testing.assert_allclose(ours.predict(x), model.predict(x, verbose=0), rtol=1e-6)
    ours.save(path)
    np.testing.assert_allclose(keras.saving.load_model(path).predict(x, verbose=0), ours.predict(x), rtol=1e-6)


@pytest.mark.parametrize("method", ["doubled", Plain(3).doubled, Plain.doubled])
def test_a_module_by_another_method_computes_what_it_computes_in_flax(method):
    x, module = array(4, 2), Plain(3)
    variables = module.init(jax.random.key(0), x)
    layer = FlaxLayer(module, method=method, variables=variables)
    expected = module.apply(variables, x, method="doubled")
    np.testing.assert_allclose(np.asarray(layer(x)), np.asarray(expected), rtol=1e-6)


def test_a_module_is_written_by_its_fields_and_read_when_passed():
    layer = FlaxLayer(Plain(width=5), method="doubled", name="x")
    config = json.loads(json.dumps(layer.get_config()))
    assert config["module"]["config"] == {"width": 5}
    with pytest.raises(UnknownNameError, match="names the class 'Plain', which heron does not know"):
        FlaxLayer.from_config(config)
    with saving.custom_object_scope({"Plain": Plain}):
        twin = FlaxLayer.from_config(config)
        assert (twin.module, twin.method) == (Plain(width=5), "doubled")
        with pytest.raises(ArgumentError, match="names '__class__' as the method"):
            FlaxLayer.from_config({**config, "method": "__class__"})
    with (
        saving.custom_object_scope({"Plain": dict}),
        pytest.raises(ArgumentError, match="names the class dict as its module"),
    ):
        FlaxLayer.from_config(config)


def test_without_flax_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "flax.linen", None)
    with pytest.raises(ImportError, match=r"FlaxLayer needs the package flax.*\nInstall it: pip install flax"):
        FlaxLayer(None)


def broken(params, state, inputs):
    return inputs, {}


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: JaxLayer(affine), ArgumentError, "call_fn takes params, and nothing gives them"),
        (lambda: JaxLayer(lambda x: x), ArgumentTypeError, "must take inputs; it has an argument 'x'"),
        (lambda: JaxLayer(lambda rng: 1), ArgumentTypeError, "it has no argument 'inputs'"),
        (lambda: JaxLayer(affine, lambda key, inputs: {}), ArgumentTypeError, "init_fn may take rng, inputs, training"),
        (lambda: JaxLayer(3), ArgumentError, "'call_fn' must be a function"),
        (
            lambda: JaxLayer(broken, params=[], state={"a": 1.0})([1.0]),
            ArgumentError,
            "a state of another structure than it began with",
        ),
        (
            lambda: JaxLayer(lambda state, inputs: inputs, state={"a": 1.0})([1.0]),
            ArgumentTypeError,
            "it must return \\(output, new state\\)",
        ),
        (lambda: FlaxLayer(3), ArgumentTypeError, "takes a flax.linen.Module; received 3"),
    ],
)
def test_what_is_refused(call, error, said):
    with pytest.raises(error, match=said):
        call()
