"""The state of optimizers in files of Keras 1 and 2: training goes on as in Keras from the same state."""

from __future__ import annotations

import json
import zipfile

import h5py
import keras
import numpy as np
import pytest

import heron
from heron.errors import HeronNote
from heron.saving import load_model
from tests.saving.test_legacy_files import old

X = np.linspace(-1.0, 1.0, 24, dtype="float32").reshape(6, 4)
Y = X.sum(1, keepdims=True)
# Keras's class and arguments -> the slots that it keeps: as in its own attributes, as in the names of Keras 2 to 2.10,
# and as in those of 2.11 to 2.15; slots within brackets stand weight by weight there.
OPTIMIZERS = {
    "SGD": ("SGD", {"momentum": 0.9, "nesterov": True}, {"momentums": "momentum"}, [["momentums", "m"]]),
    "RMSprop": (
        "RMSprop",
        {"momentum": 0.5, "centered": True},
        {"_velocities": "rms", "_momentums": "momentum", "_average_gradients": "mg"},
        [["_velocities", "velocity"], ["_momentums", "momentum"], ["_average_gradients", "average_gradient"]],
    ),
    "Adam": ("Adam", {}, {"_momentums": "m", "_velocities": "v"}, [["_momentums", "m", "_velocities", "v"]]),
    "amsgrad": (
        "Adam",
        {"amsgrad": True},
        {"_momentums": "m", "_velocities": "v", "_velocity_hats": "vhat"},
        [["_momentums", "m", "_velocities", "v"], ["_velocity_hats", "vhat"]],
    ),
    "Adamax": ("Adamax", {}, {"_m": "m", "_u": "v"}, [["_m", "m", "_u", "u"]]),
    "Nadam": ("Nadam", {}, {"_momentums": "m", "_velocities": "v"}, [["_momentums", "m", "_velocities", "v"]]),
    "Adagrad": ("Adagrad", {}, {"_accumulators": "accumulator"}, [["_accumulators", "accumulator"]]),
    "Adadelta": (
        "Adadelta",
        {},
        {"_accumulated_grads": "accum_grad", "_accumulated_delta_vars": "accum_var"},
        [["_accumulated_grads", "accumulated_grad", "_accumulated_delta_vars", "accumulated_delta_var"]],
    ),
    "Ftrl": (
        "Ftrl",
        {},
        {"_accumulators": "accumulator", "_linears": "linear"},
        [["_accumulators", "accumulator", "_linears", "linear"]],
    ),
}
OLD_EXTRAS = {"clipnorm": None, "decay": 0.0}
NEW_EXTRAS = {
    "weight_decay": None, "clipnorm": None, "global_clipnorm": None, "clipvalue": None, "use_ema": False,
    "ema_momentum": 0.99, "ema_overwrite_frequency": None, "jit_compile": False, "is_legacy_optimizer": False,
}  # fmt: skip


def two_layers(k, optimizer):
    """Two weights have one shape, so that only their order tells them apart."""
    model = k.Sequential([k.layers.Input((4,)), k.layers.Dense(4, "tanh", name="a"), k.layers.Dense(1, name="b")])
    rng = np.random.default_rng(4)
    model.set_weights([rng.uniform(-0.5, 0.5, w.shape).astype("float32") for w in model.get_weights()])
    model.compile(optimizer, "mse")
    return model


def fit(model, epochs):
    return model.fit(X, Y, epochs=epochs, batch_size=2, shuffle=False, verbose=0).history["loss"]


def slot_arrays(optimizer, names, style):
    """The arrays for each weight by the names that they had: m m v v before 2.11, m v m v since."""
    weights = ["a/kernel:0", "a/bias:0", "b/kernel:0", "b/bias:0"]
    title = type(optimizer).__name__
    if style == "2.10":
        return {
            f"{title}/{weight[:-2]}/{word}:0": np.asarray(getattr(optimizer, slot)[i])
            for slot, word in names.items()
            for i, weight in enumerate(weights)
        }
    return {
        f"{title}/{word}/{weight}": np.asarray(getattr(optimizer, slot)[i])
        for block in names
        for i, weight in enumerate(weights)
        for slot, word in zip(block[::2], block[1::2], strict=True)
    }


def write(path, model, arrays, optimizer, version):
    """The file as Keras 2 wrote it."""
    layers = [
        old("InputLayer", name="in", batch_input_shape=[None, 4], sparse=False, ragged=False),
        old("Dense", name="a", units=4, activation="tanh", use_bias=True),
        old("Dense", name="b", units=1, activation="linear", use_bias=True),
    ]
    training = {"loss": "mse", "metrics": None, "weighted_metrics": None, "loss_weights": None}
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": {"name": "s", "layers": layers}})
        file.attrs["training_config"] = json.dumps({**training, "optimizer_config": optimizer})
        file.attrs["keras_version"] = version
        root = file.create_group("model_weights")
        root.attrs["layer_names"] = np.array([b"a", b"b"])
        for layer, (kernel, bias) in zip("ab", zip(*[iter(model.get_weights())] * 2, strict=True), strict=True):
            group = root.create_group(layer)
            group.attrs["weight_names"] = np.array([f"{layer}/kernel:0".encode(), f"{layer}/bias:0".encode()])
            group[f"{layer}/kernel:0"], group[f"{layer}/bias:0"] = kernel, bias
        group = file.create_group("optimizer_weights")
        group.attrs["weight_names"] = np.array([name.encode() for name in arrays])
        for name, array in arrays.items():
            group[name] = array


def state_of(model, style, names):
    """What counts, then the arrays for each weight."""
    optimizer = model.optimizer
    title, steps = type(optimizer).__name__, np.asarray(optimizer.iterations, "int64")
    arrays = {f"{title}/iter:0" if style == "2.10" else "iteration:0": steps}
    if title == "Nadam" and style == "2.10":
        arrays["momentum_cache:0"] = np.asarray(optimizer._u_product)
    return arrays | slot_arrays(optimizer, names, style)


@pytest.mark.parametrize("style", ["2.10", "2.15"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_training_goes_on_from_a_file_of_keras_2(tmp_path, name, style):
    title, arguments, by_kind, by_weight = OPTIMIZERS[name]
    model = two_layers(keras, getattr(keras.optimizers, title)(0.02, **arguments))
    fit(model, 2)
    arrays = state_of(model, style, by_kind if style == "2.10" else by_weight)
    extras = OLD_EXTRAS if style == "2.10" else NEW_EXTRAS
    config = {**extras, "name": title, "learning_rate": 0.02, **arguments}
    spelt = {"class_name": title if style == "2.10" else f"Custom>{title}", "config": config}
    write(tmp_path / "a.h5", model, arrays, spelt, f"{style}.0")
    ours = load_model(tmp_path / "a.h5")
    assert int(ours.optimizer.iterations) == 6
    stored = [np.asarray(v) for v in model.optimizer.variables]
    for a, b in zip(ours.optimizer.variables, stored, strict=True):
        np.testing.assert_allclose(a.numpy(), b, rtol=1e-6)
    if style == "2.15":
        np.testing.assert_allclose(fit(ours, 2), fit(model, 2), rtol=1e-4)


def test_keras_2_of_2018(tmp_path):
    """Adam kept a number for each weight in vain, and nothing had the name of its weight."""
    model = two_layers(keras, keras.optimizers.Adam(0.02))
    fit(model, 2)
    moments = [np.asarray(v) for kind in ("_momentums", "_velocities") for v in getattr(model.optimizer, kind)]
    listed = [np.asarray(6, "int64"), *moments, *[np.zeros(1, "float32")] * 4]
    arrays = {f"training/Adam/Variable_{i}:0" if i else "Adam/iterations:0": a for i, a in enumerate(listed)}
    config = {"lr": 0.02, "beta_1": 0.9, "beta_2": 0.999, "decay": 0.0, "epsilon": None, "amsgrad": False}
    write(tmp_path / "a.h5", model, arrays, {"class_name": "Adam", "config": config}, "2.2.4")
    np.testing.assert_allclose(fit(load_model(tmp_path / "a.h5"), 2), fit(model, 2), rtol=1e-4)


def test_what_keras_2_called_decay_is_a_schedule(tmp_path):
    """The rate of SGD was the first one, divided by 1 + decay * steps; its momenta were written even without any."""
    rate = keras.optimizers.schedules.InverseTimeDecay(0.1, 1, 0.05)
    model = two_layers(keras, keras.optimizers.SGD(rate))
    fit(model, 1)
    listed = [np.asarray(3, "int64"), *(np.zeros_like(w) for w in model.get_weights())]
    config = {"lr": 0.1, "momentum": 0.0, "decay": 0.05, "nesterov": False}
    arrays = {f"SGD/{i}:0": a for i, a in enumerate(listed)}
    write(tmp_path / "a.h5", model, arrays, {"class_name": "SGD", "config": config}, "2.2.4")
    np.testing.assert_allclose(fit(load_model(tmp_path / "a.h5"), 2), fit(model, 2), rtol=1e-4)


def test_a_schedule_of_keras_2(tmp_path):
    inner = {"initial_learning_rate": 0.1, "decay_steps": 2, "decay_rate": 0.5, "staircase": False, "name": None}
    model = two_layers(keras, keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)))
    fit(model, 1)
    rate = {"class_name": "ExponentialDecay", "config": inner}
    config = {"name": "SGD", "learning_rate": rate, "decay": 0.0, "momentum": 0.0, "nesterov": False}
    write(tmp_path / "a.h5", model, {"SGD/iter:0": np.asarray(3)}, {"class_name": "SGD", "config": config}, "2.4.0")
    np.testing.assert_allclose(fit(load_model(tmp_path / "a.h5"), 2), fit(model, 2), rtol=1e-4)


def test_an_archive_of_keras_2_15(tmp_path):
    """`.keras` files from 2.12 to 2.15 hold the same arrays by number; nothing is kept of Nadam's product of rates."""
    model = two_layers(keras, keras.optimizers.Nadam(0.02))
    fit(model, 2)
    model.save(tmp_path / "new.keras")
    arrays = list(state_of(model, "2.15", OPTIMIZERS["Nadam"][3]).values())
    with zipfile.ZipFile(tmp_path / "new.keras") as source, zipfile.ZipFile(tmp_path / "a.keras", "w") as target:
        for name in ("metadata.json", "config.json"):
            target.writestr(name, source.read(name).replace(keras.__version__.encode(), b"2.15.0"))
        source.extract("model.weights.h5", tmp_path)
        with h5py.File(tmp_path / "model.weights.h5", "a") as file:
            del file["optimizer/vars"]
            for i, array in enumerate(arrays):
                file[f"optimizer/vars/{i}"] = array
        target.write(tmp_path / "model.weights.h5", "model.weights.h5")
    np.testing.assert_allclose(fit(load_model(tmp_path / "a.keras"), 2), fit(model, 2), rtol=1e-4)


@pytest.mark.parametrize(
    "optimizer, arrays",
    [
        ({"class_name": "Adam", "config": {"name": "Adam"}}, {"iter:0": np.asarray(3), "m:0": np.zeros((4, 2))}),
        ({"class_name": "Adam", "config": {}}, {"a:0": np.zeros((4, 4)), "b:0": np.zeros(4)}),
    ],
)
def test_a_state_that_does_not_fit_is_left_out_with_a_note(tmp_path, optimizer, arrays):
    write(tmp_path / "a.h5", two_layers(heron, "sgd"), arrays, optimizer, "2.4.0")
    with pytest.warns(HeronNote, match=r"The state of the optimizer in .* is left out: it does not fit"):
        model = load_model(tmp_path / "a.h5")
    assert int(model.optimizer.iterations) == 0
    assert model.compiled


def test_an_optimizer_of_ones_own_is_not_taken_for_one_of_keras(tmp_path):
    @heron.saving.register_keras_serializable()
    class Adam(heron.optimizers.Adam):
        pass

    try:
        model = two_layers(keras, keras.optimizers.Adam(0.02))
        config = {"class_name": "Custom>Adam", "config": {**NEW_EXTRAS, "name": "Adam", "learning_rate": 0.02}}
        write(tmp_path / "a.h5", model, {"iteration:0": np.asarray(0)}, config, "2.15.0")
        assert type(load_model(tmp_path / "a.h5").optimizer) is Adam
    finally:
        heron.saving.get_custom_objects().pop("Custom>Adam")
