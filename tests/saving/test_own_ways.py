"""Classes of one's own that write and read themselves, in files of either and read by either."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest

import heron
from heron.errors import HeronNote
from heron.saving import tensor_file
from heron.saving.files import FileContentError

BOTH = pytest.mark.parametrize(("writer", "reader"), [(heron, keras), (keras, heron), (heron, heron)])
ENDING = pytest.mark.parametrize("ending", [".keras", ".weights.h5"])


def classes(api):
    """A layer and an optimizer with ways of their own, in either API."""

    class Kept(api.layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.words = []

        def build(self, input_shape):
            self.total = self.add_weight(shape=(2,), initializer="zeros", name="total")
            self.inner = self.add_weight(shape=(), initializer="ones", name="inner")
            self.built = True

        def call(self, inputs):
            return inputs + self.total[0]

        def compute_output_shape(self, input_shape):
            return input_shape

        def save_own_variables(self, store):
            super().save_own_variables(store)
            store["sum"] = np.asarray(self.total).sum()

        def load_own_variables(self, store):
            assert sorted(store.keys()) == ["0", "1", "sum"]
            self.total.assign(store["0"])
            self.inner.assign(store["1"])
            self.loaded_sum = float(np.asarray(store["sum"]))

        def save_assets(self, dir_path):
            os.makedirs(os.path.join(dir_path, "lists"))
            Path(dir_path, "words.txt").write_text(" ".join(self.words))
            Path(dir_path, "lists", "length").write_bytes(bytes([len(self.words)]))

        def load_assets(self, dir_path):
            self.words = Path(dir_path, "words.txt").read_text().split()
            assert Path(dir_path, "lists", "length").read_bytes() == bytes([len(self.words)])
            self.folder = dir_path

    class Counting(api.optimizers.SGD):
        def save_own_variables(self, store):
            super().save_own_variables(store)
            store["mark"] = np.array([1.5, 2.5])

        def load_own_variables(self, store):
            self.mark = np.asarray(store["mark"]).tolist()
            own = {name: store[name] for name in store.keys() if name != "mark"}  # noqa: SIM118 - Keras's has no items
            super().load_own_variables(own)

    return {"Kept": Kept, "Counting": Counting}


def built(api, found):
    model = api.Sequential([api.Input((3,)), found["Kept"](name="kept"), api.layers.Dense(1)])
    model.compile(found["Counting"](learning_rate=0.25, momentum=0.5), "mse")
    return model


@BOTH
@ENDING
def test_files_go_both_ways(tmp_path, writer, reader, ending):
    path, x = str(tmp_path / f"a{ending}"), np.ones((2, 3), "float32")
    model = built(writer, classes(writer))
    model.fit(x, np.ones((2, 1)), verbose=0)
    model.layers[0].total.assign([3.0, 4.0])
    model.layers[0].words = ["one", "two"]
    found = classes(reader)
    if ending == ".keras":
        model.save(path)
        twin = reader.saving.load_model(path, custom_objects=found)
        assert twin.layers[0].words == ["one", "two"]
        assert not os.path.exists(twin.layers[0].folder) or reader is keras
    else:
        model.save_weights(path)
        twin = built(reader, found)
        twin.optimizer.build(twin.trainable_variables)
        twin.load_weights(path)
    assert np.asarray(twin.layers[0].total).tolist() == [3.0, 4.0]
    assert twin.layers[0].loaded_sum == 7.0
    assert twin.optimizer.mark == [1.5, 2.5]
    assert int(np.asarray(twin.optimizer.iterations)) == 1
    for a, b in zip(twin.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b))
    np.testing.assert_allclose(twin.predict(x, verbose=0), model.predict(x, verbose=0), rtol=1e-6)


def test_files_of_tensors_hold_the_files_of_a_folder_too(tmp_path):
    path, found = str(tmp_path / "a.safetensors"), classes(heron)
    model = heron.Sequential([heron.Input((3,)), found["Kept"](name="kept")])
    model.layers[0].words = ["one"]
    model.save(path)
    assert heron.saving.load_model(path, custom_objects=found).layers[0].words == ["one"]
    about = {k: v for k, v in tensor_file.read_header(path).about.items() if k not in ("sha256", "version")}
    members = {k: v.numpy() for k, v in zip(about["weights"], model.weights, strict=True)}
    evil = "assets/layers/kept/../../evil"
    about["assets"] = [evil]
    out = io.BytesIO()
    tensor_file.write(out, {**members, evil: np.frombuffer(b"x", np.uint8)}, about)
    Path(path).write_bytes(out.getvalue())
    with pytest.raises(FileContentError, match="which leads out of its folder"):
        heron.saving.load_model(path, custom_objects=found)
    assert not (tmp_path / "evil").exists()


def test_an_archive_holds_them_where_keras_has_them(tmp_path):
    names = []
    for api in (heron, keras):
        path = str(tmp_path / f"{api.__name__}.keras")
        built(api, classes(api)).save(path)
        with zipfile.ZipFile(path) as archive:
            names.append(sorted(n for n in archive.namelist() if n.startswith("assets") and not n.endswith("/")))
    assert names[0] == names[1] == ["assets/layers/kept/lists/length", "assets/layers/kept/words.txt"]


def test_an_optimizer_writes_and_reads_its_variables():
    optimizer, store = heron.optimizers.SGD(0.5, momentum=0.9), {}
    variable = heron.Variable([1.0, 2.0])
    optimizer.apply([np.ones(2)], [variable])
    optimizer.save_own_variables(store)
    assert {name: value.shape for name, value in store.items()} == {"0": (), "1": (), "2": (2,)}
    twin = heron.optimizers.SGD(0.1, momentum=0.9)
    with pytest.warns(HeronNote, match="has 2 variables; the store has 3. Nothing was taken"):
        twin.load_own_variables(store)
    twin.build([variable])
    twin.load_own_variables(store)
    for a, b in zip(twin.variables, optimizer.variables, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())
