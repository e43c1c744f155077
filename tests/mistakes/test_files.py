"""The mistakes that beginners make in saving and loading: 39 of the list."""

from __future__ import annotations

import jax
import numpy as np
import pytest

import heron
from heron import layers
from tests.mistakes.kit import X, refused


class My(layers.Layer):
    """A layer that nobody has registered."""

    def __init__(self, factor, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, inputs):
        return inputs * self.factor


class Something:
    """Not data."""


def model(*middle, units=5):
    return heron.Sequential(
        [heron.Input((8,)), layers.Dense(4, name="hidden"), *middle, layers.Dense(units, name="last")]
    )


def test_39_a_layer_that_heron_does_not_know(tmp_path):
    path = tmp_path / "mine.keras"
    mine = model(My(3))
    mine.save(path)
    message = refused(
        lambda: heron.models.load_model(path),
        "the class 'My'",
        "custom_objects={'My': My}",
        "register_keras_serializable",
    )
    assert len(message) < 400, "not the whole config"
    loaded = heron.models.load_model(path, custom_objects={"My": My})  # what the message says to write
    np.testing.assert_array_equal(loaded.predict(X), mine.predict(X))


def test_39_a_layer_made_with_something_that_is_no_data(tmp_path):
    class Idle(My):
        def call(self, inputs):
            return inputs

    mine = model(Idle(Something()))
    refused(lambda: mine.save(tmp_path / "mine.keras"), "Something object", "get_config()")


def test_39_a_lambda(tmp_path):
    mine = model(layers.Lambda(lambda x: x * 2))
    texts = ("A lambda cannot be saved", "a function with a name", "register_keras_serializable")
    refused(lambda: mine.save(tmp_path / "mine.keras"), *texts)


NAMES = {
    "a model without an ending": (lambda m, f: m.save(f / "mine"), ("'.keras'", "mine.keras'.")),
    "weights without an ending": (lambda m, f: m.save_weights(f / "w"), ("'.weights.h5'", "w.weights.h5'.")),
    "weights as a model": (lambda m, f: m.save_weights(f / "w.keras"), ("'.weights.h5'", "w.weights.h5'.")),
    "a model as weights": (lambda m, f: m.save(f / "m.weights.h5"), ("weights alone", "m.keras'.")),
    "a folder that is not there": (lambda m, f: m.save(f / "none" / "mine.keras"), ("none",)),
}


@pytest.mark.parametrize("case", NAMES)
def test_39_names_of_files(case, tmp_path):
    action, texts = NAMES[case]
    mine = model()
    refused(lambda: action(mine, tmp_path), *texts, model=None)


def test_39_a_file_that_is_not_there(tmp_path):
    model().save(tmp_path / "mine.keras")
    with pytest.raises(FileNotFoundError, match=r"There is no file .*mine2.keras.*\nDid you mean .*mine.keras"):
        heron.models.load_model(tmp_path / "mine2.keras")


def test_39_a_file_that_is_no_model(tmp_path):
    path = tmp_path / "mine.keras"
    path.write_text("hello")
    texts = ("exists but is not a .keras archive: it is 5 bytes", "Give a file that model.save wrote")
    refused(lambda: heron.models.load_model(path), *texts)


def test_39_weights_of_another_model(tmp_path):
    path = tmp_path / "mine.weights.h5"
    model().save_weights(path)
    other = model(units=3)
    texts = ("weight 'last/kernel' has shape (4, 5) in the file and (4, 3) in the model", "The model is unchanged")
    refused(lambda: other.load_weights(path), *texts, "skip_mismatch=True")


def test_39_a_function_of_jax_as_activation_is_loaded_again(tmp_path):
    path = tmp_path / "mine.keras"
    mine = heron.Sequential([heron.Input((8,)), layers.Dense(4, activation=jax.nn.relu)])
    mine.save(path)
    np.testing.assert_array_equal(heron.models.load_model(path).predict(X), mine.predict(X))
