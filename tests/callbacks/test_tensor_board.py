"""Event files, read back by a parser of the tests' own."""

from __future__ import annotations

import json

import numpy as np
import pytest

import heron
from heron import callbacks, layers
from heron.callbacks import event_file
from heron.errors import ArgumentError
from tests.callbacks import events

X = np.linspace(-1.0, 1.0, 96, dtype="float32").reshape(48, 2)
Y = X.sum(axis=1, keepdims=True)


def fit(folder, model=None, x=X, epochs=2, **kwargs):
    if model is None:
        model = heron.Sequential([layers.Input((2,)), layers.Dense(3, name="first"), layers.Dense(1, name="last")])
    model.compile(heron.optimizers.SGD(0.125), "mse")
    history = model.fit(
        x, Y, epochs=epochs, batch_size=16, verbose=0, validation_split=1 / 3,
        callbacks=[callbacks.TensorBoard(folder, **kwargs)],
    )  # fmt: skip
    return model, history.history


def test_the_logs_of_epochs_are_there_and_right(tmp_path):
    _, history = fit(tmp_path)
    train, validation = events.read(tmp_path / "train"), events.read(tmp_path / "validation")
    losses = {v.step: float(v.data) for v in train if v.tag == "epoch_loss"}
    assert losses == dict(enumerate(np.float32(history["loss"]).tolist()))
    assert [float(v.data) for v in train if v.tag == "epoch_learning_rate"] == [0.125, 0.125]
    held = [float(v.data) for v in validation if v.tag == "epoch_loss"]
    assert held == np.float32(history["val_loss"]).tolist()
    assert [v.step for v in validation if v.tag == "evaluation_loss_vs_iterations"] == [2, 4]
    assert {v.plugin for v in train if v.tag.startswith("epoch_")} == {"scalars"}
    (graph,) = [v for v in train if v.plugin == "graph_keras_model"]
    assert [one["config"]["name"] for one in json.loads(graph.data)["config"]["layers"][1:]] == ["first", "last"]


def test_batches_histograms_pictures_and_a_trace(tmp_path):
    model, _ = fit(
        tmp_path, epochs=1, update_freq="batch", histogram_freq=1, write_images=True, write_steps_per_second=True,
        profile_batch=2,
    )  # fmt: skip
    train = events.read(tmp_path / "train")
    assert [v.step for v in train if v.tag == "batch_loss"] == [1, 2]
    assert all(float(v.data) > 0 for v in train if v.tag.endswith("steps_per_second"))
    assert {v.tag for v in train if v.tag.endswith("steps_per_second")} == {
        "batch_steps_per_second",
        "epoch_steps_per_second",
    }
    kernel = model.layers[0].kernel.numpy()
    (rows,) = [v.data for v in train if v.tag == f"{model.name}/first/kernel/histogram"] or [
        v.data for v in train if v.tag == "first/kernel/histogram"
    ]
    assert rows.shape == (30, 3)
    assert rows[:, 2].sum() == kernel.size
    assert rows[0, 0] == kernel.min()
    assert rows[-1, 1] == kernel.max()
    pictures = {v.tag.split("/")[-2]: v.data for v in train if v.tag.endswith("first/kernel/image")}
    assert pictures["kernel"][:2] == [b"3", b"2"]
    assert pictures["kernel"][2].startswith(b"\x89PNG")
    assert list((tmp_path / "train" / "plugins" / "profile").rglob("*.xplane.pb"))


def test_embeddings_are_tables_for_the_projector(tmp_path):
    model = heron.Sequential(
        [layers.Input((2,)), layers.Embedding(5, 3, name="words"), layers.Flatten(), layers.Dense(1)]
    )
    whole = np.tile(np.arange(4, dtype="int32"), 24).reshape(48, 2)
    fit(tmp_path, model, whole, epochs=1, embeddings_freq=1, embeddings_metadata={"words": "names.tsv"})
    text = (tmp_path / "projector_config.pbtxt").read_text()
    assert 'tensor_path: "words.tsv"' in text
    assert 'metadata_path: "names.tsv"' in text
    table = np.loadtxt(tmp_path / "words.tsv", delimiter="\t")
    assert table.shape == (5, 3)
    assert np.allclose(table, model.get_layer("words").get_weights()[0])
    fresh = heron.models.clone_model(model)
    with pytest.raises(ArgumentError, match=r"embeddings_metadata names 'word', .* Did you mean 'words'"):
        fit(tmp_path, fresh, whole, epochs=1, embeddings_freq=1, embeddings_metadata={"word": "names.tsv"})


@pytest.mark.parametrize("values, total", [([1.0, 1.0], 2), ([], 0), ([np.nan, 2.0, np.inf], 1), ([0.0, 1.0], 2)])
def test_a_histogram_counts_what_is_finite(values, total):
    value = events.message(events.message(event_file.histogram("h", values))[1][0])
    rows = events.tensor(value[8][0])
    assert rows.shape == (30, 3)
    assert rows[:, 2].sum() == total


@pytest.mark.parametrize("number", [0, 1, 127, 128, 300, 2**40])
def test_whole_numbers_are_read_back(number):
    assert events.message(event_file.field(7, number)) == {7: [number]}


def test_a_picture_is_a_png_that_others_read(tmp_path):
    from matplotlib import image

    picture = np.arange(24, dtype="uint8").reshape(2, 4, 3) * 10
    (tmp_path / "a.png").write_bytes(event_file.png(picture))
    assert np.array_equal(np.round(image.imread(tmp_path / "a.png") * 255), picture)
