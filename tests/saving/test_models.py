"""Weights of real models: rebuilt, renamed, nested, in other dtypes, trained on."""

from __future__ import annotations

import numpy as np
import pytest
import safetensors.numpy

import heron
from heron import layers
from heron.errors import NotBuiltError
from heron.saving import FileContentError

X = np.linspace(-1.0, 1.0, 24, dtype="float32").reshape(6, 4)


def classifier(classes=3, **dtype):
    block = heron.Sequential([layers.Dense(5), layers.BatchNormalization()], name="block")
    return heron.Sequential(
        [layers.Input((4,)), layers.Dense(8, "relu"), layers.Dropout(0.5), block, layers.Dense(classes, **dtype)]
    )


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.weights.safetensors"


def test_a_model_built_again_in_the_same_process_takes_the_weights(path, tmp_path):
    model, again = classifier(), classifier()
    model.save_weights(path)
    assert not np.allclose(model.predict(X), again.predict(X))
    again.load_weights(path)
    assert np.array_equal(model.predict(X), again.predict(X))
    again.save_weights(tmp_path / "again.safetensors")
    assert (tmp_path / "again.safetensors").read_bytes() == path.read_bytes()


def test_the_names_in_the_file(path):
    classifier()
    classifier().save_weights(path)
    assert set(safetensors.numpy.load_file(path)) == {
        *("dense/kernel", "dense/bias", "block/dense/kernel", "block/dense/bias", "dense_1/kernel", "dense_1/bias"),
        *(f"block/batch_normalization/{name}" for name in ("gamma", "beta", "moving_mean", "moving_variance")),
    }


def test_a_functional_model_takes_the_weights_of_a_sequential_one(path):
    model = heron.Sequential([layers.Input((4,)), layers.Dense(8, "relu"), layers.Dense(2)])
    model.save_weights(path)
    inputs = heron.Input((4,))
    twin = heron.Model(inputs, layers.Dense(2, name="out")(layers.Dense(8, "relu", name="hidden")(inputs)))
    twin.load_weights(path)
    assert np.array_equal(model.predict(X), twin.predict(X))


def test_another_architecture_is_refused_and_nothing_changes(path):
    classifier().save_weights(path)
    model = classifier(classes=5)
    before = model.get_weights()
    with pytest.raises(FileContentError, match=r"weight 'dense_1/kernel' has shape \(5, 3\) in the file and \(5, 5\)"):
        model.load_weights(path)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_bfloat16_weights(path):
    model = heron.Sequential([layers.Input((4,)), layers.Dense(2, dtype="bfloat16")])
    model.save_weights(path)
    twin = heron.Sequential([layers.Input((4,)), layers.Dense(2)])
    twin.load_weights(path)
    assert [w.dtype for w in twin.weights] == ["float32", "float32"]
    assert np.array_equal(twin.get_weights()[0], model.get_weights()[0].astype("float32"))
    twin.save_weights(path)
    model.load_weights(path)
    assert [w.dtype for w in model.weights] == ["bfloat16", "bfloat16"]


def test_a_model_without_an_input_shape_is_refused(path):
    model = heron.Sequential([layers.Dense(2)])
    with pytest.raises(NotBuiltError, match="has no weights to save: its input shape is not known yet"):
        model.save_weights(path)


def test_a_model_of_layers_without_weights_is_saved_whatever_they_are_made_of(path):
    model = heron.Sequential([layers.Input((4, 4, 3)), layers.RandomColorJitter(brightness_factor=0.2)])
    model.save_weights(path)
    model.load_weights(path)


def test_loading_between_trainings_and_predictions(path):
    model = heron.Sequential([layers.Input((4,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.save_weights(path)
    before = model.predict(X)
    model.fit(X, np.ones(6), epochs=2, verbose=0)
    after = model.predict(X)
    assert not np.array_equal(before, after)
    model.load_weights(path)
    assert np.array_equal(model.predict(X), before)
    model.fit(X, np.ones(6), epochs=1, verbose=0)
    assert not np.array_equal(model.predict(X), before)
