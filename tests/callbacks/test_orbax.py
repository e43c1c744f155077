"""Checkpoints by Orbax itself: what is kept, and training that goes on from them as if nothing had happened."""

from __future__ import annotations

import json
import os
import sys

import keras
import numpy as np
import orbax.checkpoint
import pytest

import heron
from heron import callbacks

X = np.linspace(-1.0, 1.0, 64, dtype="float32").reshape(32, 2)
Y = X.sum(axis=1, keepdims=True)
V1 = orbax.checkpoint.v1


def line(k):
    """A model whose variables have the same names whenever it is made."""
    k.utils.set_random_seed(1)
    model = k.Sequential([k.layers.Input((2,)), k.layers.Dense(1, name="line")], name="net")
    model.compile(k.optimizers.Adam(0.1, name="adam"), "mse")
    return model


def fit(model, *listeners, epochs=2, first=0):
    options = {"batch_size": 8, "shuffle": False, "verbose": 0, "callbacks": list(listeners)}
    return model.fit(X, Y, epochs=first + epochs, initial_epoch=first, **options).history["loss"]


def restored(folder, model, step=None):
    """The model with what a checkpoint holds, by default the latest."""
    model.optimizer.build(model.trainable_variables)
    with V1.training.Checkpointer(folder) as checkpointer:
        model.set_state_tree(checkpointer.load_checkpointables(step, {"pytree": model.get_state_tree()})["pytree"])
    return model


@pytest.mark.parametrize("background", [True, False])
def test_training_goes_on_from_the_latest_as_without_the_break(tmp_path, background):
    whole, broken = line(heron), line(heron)
    losses = fit(whole, epochs=5)
    checkpoint = callbacks.OrbaxCheckpoint(tmp_path / "run", max_to_keep=2, save_on_background=background)
    fit(broken, checkpoint, epochs=3)
    assert sorted(os.listdir(tmp_path / "run")) == ["1", "2"]
    with V1.training.Checkpointer(tmp_path / "run") as checkpointer:
        assert checkpointer.latest.step == 2
        config = checkpointer.load_checkpointables(None, {"model_config": None})["model_config"]["config"]
    again = restored(tmp_path / "run", line(heron))
    for a, b in zip(again.variables, broken.variables, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())
    assert fit(again, epochs=2, first=3) == losses[3:]
    earlier = restored(tmp_path / "run", heron.models.model_from_json(config), step=1)
    assert fit(earlier, epochs=3, first=2) == losses[2:]
    assert (checkpoint.is_multihost_enabled(), checkpoint.is_primary_host()) == (False, True)


@pytest.mark.filterwarnings("ignore:Sharding info not provided")  # Keras does not say where the arrays are to be
def test_keras_goes_on_from_a_checkpoint_of_heron_and_heron_from_one_of_keras(tmp_path):
    ours, theirs = line(heron), line(keras)
    fit(ours, callbacks.OrbaxCheckpoint(tmp_path / "ours"))
    fit(theirs, keras.callbacks.OrbaxCheckpoint(tmp_path / "theirs"))
    twin = keras.saving.load_model(tmp_path / "ours")
    np.testing.assert_allclose(fit(twin), fit(ours), rtol=1e-5)
    np.testing.assert_allclose(fit(restored(tmp_path / "theirs", line(heron))), fit(theirs), rtol=1e-5)


def test_the_best_alone_and_the_weights_alone(tmp_path):
    worse = callbacks.LearningRateScheduler(lambda epoch, rate: 0.1 if epoch == 0 else 5.0)
    best = callbacks.OrbaxCheckpoint(tmp_path, "loss", save_best_only=True, save_weights_only=True, mode="min")
    fit(line(heron), worse, best, epochs=3)
    assert os.listdir(tmp_path) == ["0"]
    assert os.path.isdir(tmp_path / "0" / "pytree")
    assert not os.path.exists(tmp_path / "0" / "model_config")
    tree = json.loads((tmp_path / "0" / "pytree" / "_METADATA").read_text())["tree_metadata"]
    assert {part["key_metadata"][0]["key"] for part in tree.values()} == {
        "trainable_variables",
        "non_trainable_variables",
    }


def test_every_so_many_batches_counted_on_after_a_break(tmp_path):
    model = line(heron)
    fit(model, callbacks.OrbaxCheckpoint(tmp_path, save_freq=3, max_to_keep=None))
    assert sorted(map(int, os.listdir(tmp_path))) == [3, 6]
    fit(model, callbacks.OrbaxCheckpoint(tmp_path, save_freq=3, max_to_keep=None), epochs=1)
    assert sorted(map(int, os.listdir(tmp_path))) == [3, 6, 9, 12]


@pytest.mark.parametrize("there", [None, type(sys)("orbax.checkpoint")], ids=["not installed", "too old"])
def test_without_orbax_it_is_said_what_to_install(monkeypatch, there):
    monkeypatch.setitem(sys.modules, "orbax.checkpoint", there)
    with pytest.raises(ImportError, match=r"needs the package orbax-checkpoint .*\nInstall it: pip install 'heron\["):
        callbacks.OrbaxCheckpoint("checkpoints")
