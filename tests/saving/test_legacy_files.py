"""Models and weights of Keras 1 and 2 in .h5 files, read."""

from __future__ import annotations

import json

import h5py
import keras
import numpy as np
import pytest

import heron
from heron.errors import HeronNote, UnknownNameError
from heron.saving import FileContentError, load_model
from tests.saving.test_keras_files import X, assert_same_outputs, graph, shaken

RNG = np.random.default_rng(8)
GLOROT = {"class_name": "GlorotUniform", "config": {"seed": None, "dtype": "float32"}}
ZEROS = {"class_name": "Zeros", "config": {}}


def old(name, call=None, /, **config):
    """A layer as Keras 2 wrote it, with how it was called in a Functional."""
    title = config.pop("name", name.lower())
    layer = {"class_name": name, "config": {"name": title, "trainable": True, "dtype": "float32", **config}}
    return layer if call is None else {**layer, "name": title, "inbound_nodes": call}


def conv(name, title, call, **config):
    kernel = "depthwise" if name == "DepthwiseConv2D" else "kernel"
    more = {"depth_multiplier": 1, "groups": 1} if name == "DepthwiseConv2D" else {"filters": 4, "groups": 1}
    return old(
        name, call, name=title, kernel_size=[3, 3], strides=[1, 1], padding="same", data_format="channels_last",
        dilation_rate=[1, 1], activation="linear", use_bias=False, bias_initializer=ZEROS, bias_regularizer=None,
        activity_regularizer=None, bias_constraint=None,
        **{f"{kernel}_initializer": GLOROT, f"{kernel}_regularizer": None, f"{kernel}_constraint": None}, **more,
        **config,
    )  # fmt: skip


def norm(title, call):
    return old(
        "BatchNormalization", call, name=title, axis=[3], momentum=0.999, epsilon=0.001, center=True, scale=True,
        beta_initializer=ZEROS, gamma_initializer={"class_name": "Ones", "config": {}}, moving_mean_initializer=ZEROS,
        moving_variance_initializer={"class_name": "Ones", "config": {}}, beta_regularizer=None, gamma_regularizer=None,
        beta_constraint=None, gamma_constraint=None,
    )  # fmt: skip


def place(name, **kwargs):
    return [[[name, 0, 0, kwargs]]]


def image_net():
    """A piece of MobileNet, as Teachable Machine exports it: models within a Sequential."""
    layers = [
        old("InputLayer", [], name="input_1", batch_input_shape=[None, 8, 8, 3], sparse=False, ragged=False),
        conv("Conv2D", "Conv1", place("input_1")),
        norm("bn_Conv1", place("Conv1", training=False)),
        old("ReLU", place("bn_Conv1"), name="relu", max_value=6.0, negative_slope=0.0, threshold=0.0),
        conv("DepthwiseConv2D", "depthwise", place("relu")),
        old("Add", [[["depthwise", 0, 0, {}], ["relu", 0, 0, {}]]], name="add"),
    ]
    ends = {"input_layers": [["input_1", 0, 0]], "output_layers": [["add", 0, 0]]}
    model = {"class_name": "Functional", "config": {"name": "model1", "layers": layers, **ends}}
    pool = old("GlobalAveragePooling2D", name="pool", data_format="channels_last")
    outer = old("InputLayer", name="input_2", batch_input_shape=[None, 8, 8, 3], sparse=False, ragged=False)
    head = [
        old("InputLayer", name="input_3", batch_input_shape=[None, 4], sparse=False, ragged=False),
        old("Dense", name="dense_Dense1", units=5, activation="relu", use_bias=True, kernel_initializer={
            "class_name": "VarianceScaling",
            "config": {"scale": 1.0, "mode": "fan_in", "distribution": "truncated_normal", "seed": None},
        }, bias_initializer=ZEROS, kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
            kernel_constraint=None, bias_constraint=None),
        old("Dense", name="dense_Dense2", units=2, activation="softmax", use_bias=False),
    ]  # fmt: skip
    return {"class_name": "Sequential", "config": {"name": "sequential_4", "layers": [
        {"class_name": "InputLayer", "config": outer["config"]},
        {"class_name": "Sequential", "config": {"name": "sequential_1", "layers": [outer, model, pool]}},
        {"class_name": "Sequential", "config": {"name": "sequential_3", "layers": head}},
    ]}}  # fmt: skip


IMAGE_WEIGHTS = {
    "sequential_1": {
        "Conv1/kernel:0": (3, 3, 3, 4), "bn_Conv1/gamma:0": (4,), "bn_Conv1/beta:0": (4,),
        "depthwise/depthwise_kernel:0": (3, 3, 4, 1), "bn_Conv1/moving_mean:0": (4,),
        "bn_Conv1/moving_variance:0": (4,),
    },
    "sequential_3": {
        "dense_Dense1/kernel:0": (4, 5), "dense_Dense1/bias:0": (5,), "dense_Dense2/kernel:0": (5, 2),
    },
}  # fmt: skip


def write(path, config, weights, training=None, whole=True, version="2.4.0"):
    """An HDF5 file as Keras 2 wrote it; returns the arrays by layer and name."""
    arrays = {
        layer: {name: RNG.uniform(0.1, 0.9, shape).astype("float32") for name, shape in listed.items()}
        for layer, listed in weights.items()
    }
    with h5py.File(path, "w") as file:
        if whole:
            file.attrs["model_config"] = json.dumps(config).encode()
            file.attrs["keras_version"], file.attrs["backend"] = version.encode(), b"tensorflow"
        if training is not None:
            file.attrs["training_config"] = json.dumps(training).encode()
        root = file.create_group("model_weights") if whole else file
        root.attrs["layer_names"] = np.array([name.encode() for name in arrays])
        root.attrs["keras_version"] = version.encode()
        for layer, listed in arrays.items():
            group = root.create_group(layer)
            group.attrs["weight_names"] = np.array([name.encode() for name in listed])
            for name, array in listed.items():
                group[name] = array
    return arrays


@pytest.fixture
def path(tmp_path):
    return tmp_path / "keras_model.h5"


TRAINING = {
    "loss": {"class_name": "SparseCategoricalCrossentropy", "config": {
        "reduction": "auto", "name": "sparse_categorical_crossentropy", "from_logits": False,
    }},
    "metrics": [{"class_name": "MeanMetricWrapper", "config": {
        "name": "accuracy", "dtype": "float32", "fn": "sparse_categorical_accuracy",
    }}],
    "weighted_metrics": None, "loss_weights": None,
    "optimizer_config": {"class_name": "Adam", "config": {
        "name": "Adam", "learning_rate": 0.002, "decay": 0.0, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-07,
        "amsgrad": False,
    }},
}  # fmt: skip


def test_an_image_model_of_keras_2(path):
    arrays = write(path, image_net(), IMAGE_WEIGHTS, TRAINING)
    model = load_model(path)
    assert model.get_layer("sequential_1").layers[0].layers[2].epsilon == 0.001
    conv1 = model.get_layer("sequential_1").layers[0].get_layer("Conv1")
    np.testing.assert_array_equal(conv1.kernel.numpy(), arrays["sequential_1"]["Conv1/kernel:0"])
    bn = model.get_layer("sequential_1").layers[0].get_layer("bn_Conv1")
    np.testing.assert_array_equal(bn.moving_mean.numpy(), arrays["sequential_1"]["bn_Conv1/moving_mean:0"])
    assert model.predict(np.ones((2, 8, 8, 3)), verbose=0).shape == (2, 2)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.002)
    assert type(model.loss).__name__ == "SparseCategoricalCrossentropy"
    twin = keras.models.Sequential(
        [keras.layers.Input((4,)), keras.layers.Dense(5, "relu"), keras.layers.Dense(2, "softmax", use_bias=False)]
    )
    twin.set_weights(list(arrays["sequential_3"].values()))
    assert_same_outputs(model.get_layer("sequential_3"), twin, X)


def test_how_it_was_compiled_may_be_past_understanding(path):
    write(path, image_net(), IMAGE_WEIGHTS, {**TRAINING, "loss": "my_loss"})
    with pytest.warns(HeronNote, match="was not compiled: .*my_loss"):
        assert not load_model(path).compiled
    assert not load_model(path, compile=False).compiled


def test_weights_of_keras_2(path):
    arrays = write(
        path, None, {"a": {"a/kernel:0": (4, 2), "a/bias:0": (2,)}, "b": {"b/kernel:0": (2, 1)}}, whole=False
    )

    def net(first="a", second="b"):
        dense = heron.layers.Dense
        return heron.Sequential([heron.Input((4,)), dense(2, name=first), dense(1, use_bias=False, name=second)])

    for names in (("a", "b"), ("x", "y")):  # by name, and by order
        model = net(*names)
        model.load_weights(path)
        np.testing.assert_array_equal(model.layers[0].kernel.numpy(), arrays["a"]["a/kernel:0"])
        np.testing.assert_array_equal(model.layers[1].kernel.numpy(), arrays["b"]["b/kernel:0"])
    part = net("x", "b")
    before = part.layers[0].kernel.numpy()
    part.load_weights(path, by_name=True)
    np.testing.assert_array_equal(part.layers[0].kernel.numpy(), before)
    np.testing.assert_array_equal(part.layers[1].kernel.numpy(), arrays["b"]["b/kernel:0"])
    with pytest.raises(FileContentError, match=r"'a/kernel' has shape \(4, 2\) in the file and \(5, 2\) in the model"):
        heron.Sequential([
            heron.Input((5,)), heron.layers.Dense(2, name="a"), heron.layers.Dense(1, use_bias=False, name="b"),
        ]).load_weights(path)  # fmt: skip


def test_a_model_of_keras_1(path):
    """A list of layers for a Sequential, and the arguments of 2015."""
    config = {"class_name": "Sequential", "config": [
        {"class_name": "Dense", "config": {
            "name": "dense_1", "trainable": True, "batch_input_shape": [None, 4], "input_dtype": "float32",
            "output_dim": 3, "init": "glorot_uniform", "activation": "tanh", "bias": True, "W_regularizer": None,
            "b_regularizer": None, "activity_regularizer": None, "W_constraint": None, "b_constraint": None,
            "input_dim": 4,
        }},
        {"class_name": "Dropout", "config": {"name": "dropout_1", "trainable": True, "p": 0.25}},
        {"class_name": "Dense", "config": {"name": "dense_2", "trainable": True, "output_dim": 1, "bias": False}},
    ]}  # fmt: skip
    weights = {"dense_1": {"dense_1_W": (4, 3), "dense_1_b": (3,)}, "dense_2": {"dense_2_W": (3, 1)}}
    arrays = write(path, config, weights, version="1.2.2")
    model = load_model(path)
    assert model.layers[1].rate == 0.25
    hidden = np.tanh(X @ arrays["dense_1"]["dense_1_W"] + arrays["dense_1"]["dense_1_b"])
    np.testing.assert_allclose(model.predict(X, verbose=0), hidden @ arrays["dense_2"]["dense_2_W"], rtol=1e-5)


@pytest.mark.parametrize("ending", [".h5", ".hdf5"])
def test_models_that_keras_3_writes_in_this_form(tmp_path, ending):
    twin = shaken(graph(keras))
    twin.compile("adam", {"one": "mse", "two": "sparse_categorical_crossentropy"})
    path = str(tmp_path / f"model{ending}")
    twin.save(path)
    x = {"a": X, "b": X[:, :2]}
    assert_same_outputs(load_model(path), twin, x)
    line = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(2), keras.layers.Dense(1)])
    line.compile("adam", "mse")
    line.fit(X, X[:, :1], epochs=2, batch_size=3, shuffle=False, verbose=0)
    line.save(path)
    ours = load_model(path)
    for model in (line, ours):
        model.fit(X, X[:, :1], batch_size=3, shuffle=False, verbose=0)
    for a, b in zip(line.get_weights(), ours.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_mistakes(path, tmp_path):
    write(path, None, {"a": {"a/kernel:0": (4, 2)}}, whole=False)
    with pytest.raises(FileContentError, match="holds weights and no model: it has no 'model_config'"):
        load_model(path)
    write(path, {"class_name": "Sequential", "config": {"layers": [old("TFOpLambda", function="math.add")]}}, {})
    with pytest.raises(UnknownNameError, match="the class 'TFOpLambda', which heron does not know"):
        load_model(path)
    for config in ([], {"class_name": "Sequential"}, {"class_name": "Sequential", "config": {"layers": 5}}):
        write(path, config, {})
        with pytest.raises(FileContentError, match="is damaged"):
            load_model(path)


def test_damaged_texts_are_refused(path):
    """Lengths and places of texts are looked at before they are followed; the library's own reader would crash."""
    write(path, image_net(), IMAGE_WEIGHTS, TRAINING)
    data, rng = path.read_bytes(), np.random.default_rng(2)
    heaps = [at for at in range(len(data)) if data.startswith(b"GCOL", at)]
    headers = [
        at for at in range(len(data) - 1) if data.startswith((b"weight_names", b"layer_names", b"model_config"), at)
    ]
    outcomes = set()
    for i in range(150):
        changed = bytearray(data)
        start = (heaps if i % 2 else headers)[int(rng.integers(len(heaps if i % 2 else headers)))]
        for _ in range(2):
            changed[start + int(rng.integers(80))] = int(rng.integers(256))
        path.write_bytes(changed)
        try:
            load_model(path, compile=False)
            outcomes.add("loaded")
        except ValueError as error:
            outcomes.add(type(error).__name__)
    assert "FileContentError" in outcomes
