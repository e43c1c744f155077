"""What optimizers keep travels between Keras and heron, in archives and in files of weights: training goes on equal."""

from __future__ import annotations

import keras
import numpy as np
import pytest

import heron
from heron import callbacks
from heron.saving import load_model
from tests.saving.test_keras_files import X, Y


def several(k):
    """An optimizer for biases, another for all else."""
    o = k.optimizers
    which = o.OptimizerMap(o.SGD(0.01, momentum=0.9, name="rest"), {".*bias": o.Adam(0.02, name="biases")})
    return o.MultiOptimizer(which)


OPTIMIZERS = {
    "Adam": lambda k: k.optimizers.Adam(0.01, amsgrad=True),
    "schedule": lambda k: k.optimizers.SGD(
        k.optimizers.schedules.ExponentialDecay(0.1, 3, 0.9), momentum=0.9, nesterov=True
    ),
    "averages": lambda k: k.optimizers.SGD(
        0.05, momentum=0.5, use_ema=True, ema_momentum=0.8, ema_overwrite_frequency=2
    ),
    "accumulating": lambda k: k.optimizers.AdamW(0.01, gradient_accumulation_steps=2),
    "loss scale": lambda k: k.optimizers.LossScaleOptimizer(
        k.optimizers.RMSprop(0.01, gradient_accumulation_steps=2), initial_scale=8.0, dynamic_growth_steps=4
    ),
    "several": several,
    "loss scale of several": lambda k: k.optimizers.LossScaleOptimizer(several(k), initial_scale=8.0),
    "schedule free": lambda k: k.optimizers.ScheduleFreeAdamW(0.02, warmup_steps=2),
}


def line(k, optimizer):
    k.utils.set_random_seed(3)
    model = k.Sequential([k.layers.Input((4,)), k.layers.Dense(2, "tanh", name="a"), k.layers.Dense(1, name="b")])
    model.compile(optimizer, "mse")
    return model


def fit(model, epochs=1, *listeners):
    options = {"batch_size": 2, "shuffle": False, "verbose": 0, "callbacks": list(listeners)}
    return model.fit(X, Y, epochs=epochs, **options).history["loss"]


def again(reader, path, optimizer):
    """The model out of a file: as it was, or made anew and given its weights."""
    if path.endswith(".keras"):
        return reader.saving.load_model(path)
    model = line(reader, optimizer(reader))
    if reader is keras:  # which gives an optimizer its state only when it has been built
        model.optimizer.build(model.trainable_variables)
    model.load_weights(path)
    return model


@pytest.mark.parametrize(
    "writer, reader",
    [(keras, heron), (heron, keras), (heron, heron)],
    ids=["from Keras", "to Keras", "heron"],
)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_training_goes_on_as_without_the_break(tmp_path, writer, reader, name):
    """After three steps: gradients of one are accumulated, and the scale is about to grow."""
    model = line(writer, OPTIMIZERS[name](writer))
    fit(model)
    stored = [np.asarray(v) for v in model.optimizer.variables]
    rtol = 0 if writer is reader else 1e-6
    twins = []
    for path in (f"{tmp_path}/a.keras", f"{tmp_path}/a.weights.h5"):
        (model.save if path.endswith(".keras") else model.save_weights)(path)
        twins.append(again(reader, path, OPTIMIZERS[name]))
        for a, b in zip(stored, twins[-1].optimizer.variables, strict=True):
            np.testing.assert_allclose(a, np.asarray(b), rtol=rtol)
        for a, b in zip(model.get_weights(), twins[-1].get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)
    if writer is keras and name == "averages":  # Keras itself cannot go on: two of its variables are one array
        model = keras.saving.load_model(f"{tmp_path}/a.keras")
    np.testing.assert_allclose(fit(twins[0]), fit(model), rtol=10 * rtol)
    for a, b in zip(model.get_weights(), twins[0].get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=100 * rtol, atol=rtol)


def test_averages_that_stand_in_the_place_of_weights_are_what_a_checkpoint_holds(tmp_path):
    model, seen = line(heron, OPTIMIZERS["averages"](heron)), []
    keep = callbacks.ModelCheckpoint(f"{tmp_path}/{{epoch}}.keras")
    look = callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(model.get_weights()))
    fit(model, 2, callbacks.SwapEMAWeights(swap_on_epoch=True), look, keep)
    for epoch in (1, 2):
        twin = load_model(f"{tmp_path}/{epoch}.keras")
        averages = [average.numpy() for average in twin.optimizer._averages]
        for a, b, c in zip(seen[epoch - 1], twin.get_weights(), averages, strict=True):
            np.testing.assert_array_equal(a, b)
            np.testing.assert_array_equal(b, c)
