"""Looking into files of weights and changing them, files of Keras's among them."""

from __future__ import annotations

import json
import os

import h5py
import keras
import numpy as np
import pytest

import heron
from heron import layers
from heron.errors import ArgumentError, ArgumentTypeError
from heron.saving import KerasFileEditor


def network(api, size=3, name="net"):
    inputs = api.Input((4,))
    x = api.layers.Dense(size, name="first")(inputs)
    return api.Model(inputs, api.layers.Dense(2, name="last")(x), name=name)


@pytest.fixture
def saved(tmp_path):
    model = network(heron)
    path = str(tmp_path / "a.weights.h5")
    model.save_weights(path)
    return model, path


def test_a_file_shows_what_it_holds(saved, capsys):
    model, path = saved
    editor = KerasFileEditor(path)
    assert editor.filepath == path
    assert (editor.config, editor.metadata, editor.model) == (None, None, None)
    np.testing.assert_array_equal(editor.weights_dict["layers"]["dense_1"]["0"], model.get_weights()[2])
    editor.summary()
    said = capsys.readouterr().out.splitlines()
    assert said[1:] == [
        "  └─ layers",
        "     ├─ dense ('first')",
        "     │  ├─ 0: shape=(4, 3), dtype=float32",
        "     │  └─ 1: shape=(3,), dtype=float32",
        "     └─ dense_1 ('last')",
        "        ├─ 0: shape=(3, 2), dtype=float32",
        "        └─ 1: shape=(2,), dtype=float32",
    ]


def test_an_archive_shows_its_config(tmp_path):
    path = str(tmp_path / "a.keras")
    network(keras).save(path)
    editor = KerasFileEditor(path)
    try:
        theirs = keras.saving.KerasFileEditor(path)
    except KeyError as error:
        pytest.skip(f"Keras cannot open its own archive with this h5py: {error}")
    assert editor.config == json.loads(json.dumps(theirs.config))
    assert editor.metadata == theirs.metadata
    assert {p: m["name"] for p, m in editor.object_metadata.items()} == {
        p.strip("/"): m["name"] for p, m in theirs.object_metadata.items() if "name" in m and p.startswith("/layers/d")
    }
    for mine, other in zip(editor.weights_dict["layers"].values(), theirs.weights_dict["layers"].values(), strict=True):
        for key in other:
            np.testing.assert_array_equal(mine[key], other[key])


def test_what_was_edited_loads_in_both(saved, tmp_path):
    model, path = saved
    kernel, bias = np.full((4, 5), 2.0, "float32"), np.ones(5, "float32")
    editor = KerasFileEditor(path)
    editor.delete_object("dense")
    editor.add_object("layers/dense", {"0": kernel, "1": bias})
    editor.delete_weight("layers/dense_1", "0")
    editor.add_weights("dense_1", {"0": np.zeros((5, 2), "float32")})
    new = str(tmp_path / "b.weights.h5")
    editor.resave_weights(new)
    for api in (heron, keras):
        twin = network(api, 5)
        twin.load_weights(new)
        for a, b in zip(twin.get_weights(), [kernel, bias, np.zeros((5, 2)), model.get_weights()[3]], strict=True):
            np.testing.assert_array_equal(a, b)


def test_a_renamed_object_keeps_its_name_and_place(saved):
    _, path = saved
    editor = KerasFileEditor(path)
    editor.rename_object("dense", "dense_7")
    assert list(editor.weights_dict["layers"]) == ["dense_7", "dense_1"]
    assert editor.object_metadata["layers/dense_7"] == {"name": "first"}
    editor.save(path)
    assert list(KerasFileEditor(path).object_metadata) == ["layers/dense_1", "layers/dense_7"]


def test_layers_within_layers_and_random_states_are_kept(tmp_path):
    path = str(tmp_path / "a.weights.h5")
    model = heron.Sequential(
        [heron.Input((3, 2)), layers.Bidirectional(layers.LSTM(2)), layers.Dropout(0.5), layers.Dense(1)]
    )
    model.save_weights(path)
    editor = KerasFileEditor(path)
    assert editor.compare(model)["status"] == "success"
    editor.save(path)
    with h5py.File(path) as file:
        assert len(file["heron/random"]) == 3
    before = model.get_weights()
    model.set_weights([w * 0 for w in before])
    model.load_weights(path)
    for a, b in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_an_optimizer_is_kept_and_not_compared(tmp_path):
    path = str(tmp_path / "a.weights.h5")
    model = network(heron)
    model.compile("adam", "mse")
    model.fit(np.ones((4, 4)), np.ones((4, 2)), verbose=0)
    model.save_weights(path)
    editor = KerasFileEditor(path)
    assert editor.weights_dict["optimizer"]["0"].shape == ()
    assert editor.compare(network(heron)) == {"status": "success", "error_count": 0, "match_count": 4}
    editor.save(path)
    twin = network(heron)
    twin.compile("adam", "mse")
    twin.load_weights(path)
    assert int(twin.optimizer.iterations.value) == 1


def test_a_file_is_held_against_a_model(saved, capsys):
    _, path = saved
    editor = KerasFileEditor(path)
    inputs = heron.Input((4,))
    x = layers.Dense(5)(inputs)
    x = layers.BatchNormalization()(x)
    other = heron.Model(inputs, layers.Dense(2, use_bias=False)(x))
    assert editor.compare(other) == {"status": "error", "error_count": 5, "match_count": 0}
    said = capsys.readouterr().out.splitlines()
    assert said == [
        "Weight 'layers/dense/0' has shape (4, 3) in the file and (4, 5) in the model",
        "Weight 'layers/dense/1' has shape (3,) in the file and (5,) in the model",
        "Only in the model: object 'layers/batch_normalization' with 0, 1, 2, 3",
        "Weight 'layers/dense_1/0' has shape (3, 2) in the file and (5, 2) in the model",
        "Only in the file: weight 'layers/dense_1/1'",
        "0 weights agree, 5 differences",
    ]


def test_a_crash_while_saving_leaves_the_old_file(saved, monkeypatch):
    _, path = saved
    with open(path, "rb") as file:
        before = file.read()
    editor = KerasFileEditor(path)
    editor.delete_object("dense")
    monkeypatch.setattr(os, "fsync", lambda fd: (_ for _ in ()).throw(OSError("no space")))
    with pytest.raises(OSError, match="no space"):
        editor.save(path)
    with open(path, "rb") as file:
        assert file.read() == before


def test_links_to_elsewhere_and_damage_are_refused(saved, tmp_path):
    _, path = saved
    with open(path, "r+b") as file:
        file.seek(-9, 2)
        file.write(b"x")
    with pytest.raises(ValueError, match="does not match the SHA-256"):
        KerasFileEditor(path)
    linked = str(tmp_path / "link.weights.h5")
    with h5py.File(linked, "w") as file:
        file["layers"] = h5py.ExternalLink(path, "/layers")
    with pytest.raises(ValueError, match="is a link to elsewhere"):
        KerasFileEditor(linked)
    bomb = str(tmp_path / "bomb.weights.h5")
    with h5py.File(bomb, "w") as file:
        file.create_dataset("layers/dense/vars/0", (2**40,), "float32", chunks=(1024,), compression="gzip")
    with pytest.raises(ValueError, match="bytes declare arrays of 4,398,046,511,104 bytes"):
        KerasFileEditor(bomb)
    old = str(tmp_path / "old.weights.h5")
    with h5py.File(old, "w") as file:
        file.attrs["layer_names"] = [b"dense"]
    with pytest.raises(ValueError, match="written by Keras 1 or 2"):
        KerasFileEditor(old)


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda e: e.delete_object("dens"), ArgumentError, "no object 'dens'. Did you mean 'dense'"),
        (lambda e: e.delete_object("layers/conv9"), ArgumentError, "no object 'layers/conv9'"),
        (lambda e: e.rename_object("dense", "layers/x"), ArgumentError, "must be one name, without '/'"),
        (lambda e: e.rename_object("dense", "dense_1"), ArgumentError, "is a 'dense_1' beside 'layers/dense' already"),
        (lambda e: e.delete_weight("dense", "9"), ArgumentError, "has no weight '9'; it has 0, 1"),
        (lambda e: e.add_object("layer/x", {}), ArgumentError, "no object 'layer'"),
        (lambda e: e.add_object("layers/", {}), ArgumentError, None),
        (lambda e: e.add_object("layers/x", [1]), ArgumentTypeError, "must be a dict of arrays"),
        (lambda e: e.add_weights("dense", {"2": ["x"]}), ArgumentTypeError, "weight '2' must be an array of numbers"),
        (lambda e: e.add_weights("dense", {"a/b": [1]}), ArgumentError, "weights are called '0', '1'"),
        (lambda e: e.save("a.keras"), ArgumentError, "end in '.weights.h5'"),
        (lambda e: e.compare(3), ArgumentTypeError, "expects a model or layer; received 3"),
        (lambda e: KerasFileEditor("a.h5"), ArgumentError, "end in '.keras' or '.weights.h5'"),
        (lambda e: KerasFileEditor("none.keras"), FileNotFoundError, "There is no file"),
    ],
)
def test_what_is_refused(saved, call, error, said):
    editor = KerasFileEditor(saved[1])
    if said is None:
        call(editor)  # a slash at the end changes nothing: the object 'layers' is replaced
        assert editor.weights_dict["layers"] == {}
        return
    with pytest.raises(error, match=said):
        call(editor)


def test_a_name_that_several_objects_have_needs_a_path(tmp_path):
    path = str(tmp_path / "a.weights.h5")
    heron.Sequential([network(heron, name="one"), layers.Dense(2)]).save_weights(path)
    editor = KerasFileEditor(path)
    with pytest.raises(ArgumentError, match="Several objects of the file are called 'dense'"):
        editor.delete_object("dense")
    editor.delete_object("layers/dense")
    assert list(editor.weights_dict["layers"]) == ["functional"]
