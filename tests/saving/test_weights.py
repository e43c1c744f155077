"""Weights to a file and back: what fits, what does not, and what is said about it."""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest
import safetensors.numpy

import heron
from heron import __version__, layers, saving
from heron.errors import ArgumentError, ArgumentTypeError, HeronNote, NotBuiltError
from heron.saving import FileContentError, MissingFileError, load_weights, save_weights
from heron.saving.keys import stable_keys
from heron.saving.tensor_file import DTYPES
from heron.saving.weights import variables_by_key
from tests.saving.fakes import FakeModel, all_are, dense_net


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "net.weights.safetensors")


@pytest.fixture
def saved(path):
    """A file in which all weights of `dense_net` are 1."""
    save_weights(dense_net(1.0), path)
    return path


def refusal(model, path, **kwargs):
    """The text of the refusal to load `path`, after which `model`, all zeros, is unchanged."""
    with pytest.raises(FileContentError) as caught:
        load_weights(model, path, **kwargs)
    assert all_are(model, 0.0)
    return str(caught.value)


# ---- there and back -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES.values())
@pytest.mark.parametrize("shape", [(), (0,), (7,), (2, 0, 3), (3, 4, 5)])
def test_every_dtype_and_shape_comes_back_bit_for_bit(path, dtype, shape):
    dtype = np.dtype(dtype)
    count = int(np.prod(shape)) * dtype.itemsize
    data = np.random.default_rng(0).integers(0, 2 if dtype.kind == "b" else 256, count, dtype=np.uint8)
    array = data.view(dtype).reshape(shape)
    save_weights(FakeModel(w=array), path)
    model = FakeModel(w=np.zeros(shape, dtype))
    load_weights(model, path)
    assert model.values()[0].tobytes() == array.tobytes()
    assert (model.values()[0].dtype, model.values()[0].shape) == (dtype, shape)


def test_arrays_in_any_memory_order_are_written_in_c_order(path):
    array = np.arange(12, dtype="float32").reshape(3, 4)
    save_weights(FakeModel(a=array.T, b=array[:, ::2]), path)
    assert np.array_equal(safetensors.numpy.load_file(path)["a"], array.T)
    assert np.array_equal(safetensors.numpy.load_file(path)["b"], array[:, ::2])


def test_paths_may_be_path_objects(tmp_path):
    path = tmp_path / "a.safetensors"
    save_weights(dense_net(1.0), path)
    model = dense_net()
    load_weights(model, path)
    assert all_are(model, 1.0)


def test_the_safetensors_package_reads_what_was_written(saved):
    arrays = safetensors.numpy.load_file(saved)
    assert {name: (a.shape, a.dtype.name) for name, a in arrays.items()} == {
        "dense/kernel": ((3, 4), "float32"),
        "dense/bias": ((4,), "float32"),
        "dense_1/kernel": ((4, 2), "float32"),
        "dense_1/bias": ((2,), "float32"),
    }
    assert all(np.all(a == 1.0) for a in arrays.values())
    with safetensors.safe_open(saved, "np") as file:
        about = json.loads(file.metadata()["heron"])
    assert about["version"] == __version__
    assert about["weights"] == ["dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias"]


def test_what_the_safetensors_package_wrote_is_read(path):
    arrays = {v.path.removeprefix("net/"): v.array for v in dense_net(1.0).weights}
    safetensors.numpy.save_file(arrays, path)
    model = dense_net()
    load_weights(model, path)
    assert all_are(model, 1.0)


def test_a_model_without_weights_is_a_file_too(path):
    save_weights(FakeModel(), path)
    load_weights(FakeModel(), path)
    assert "the file has 0 weights, the model 4" in refusal(dense_net(), path)


# ---- names --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "paths, keys",
    [
        (
            ["net/dense_4/kernel", "net/dense_4/bias", "dense_9/kernel"],
            ["dense/kernel", "dense/bias", "dense_1/kernel"],
        ),
        (["net/block_1/dense_3/w", "net/block_2/dense_4/w"], ["block_1/dense/w", "block_2/dense/w"]),
        (["a/w", "a/w", "a/w_1"], ["a/w", "a/w_1", "a/w_1_1"]),
        (["network/w"], ["network/w"]),
        (["net/variable_8", "net/variable_9"], ["variable", "variable_1"]),
        (["net/dense_1/kernel", "net/dense/kernel"], ["dense/kernel", "dense_1/kernel"]),
        (["net/conv2d_1/w", "net/dense_1_1/w"], ["conv2d_1/w", "dense_1_1/w"]),
        ([], []),
    ],
)
def test_names_in_files(paths, keys):
    assert stable_keys(paths, "net", {"dense", "variable"}) == keys


def test_layers_of_ones_own_are_counted_from_the_first_too():
    class Tide(layers.Layer):
        def build(self, input_shape):
            self.add_weight(input_shape[-1:], name="w")

        def call(self, x):
            return x

    def net():
        return heron.Sequential([layers.Input((2,)), Tide(), Tide()])

    net()
    assert list(variables_by_key(net(), "save")) == ["tide/w", "tide_1/w"]


def test_names_are_unique_whatever_the_paths():
    paths = ["a/w", "a/w_1", "a/w", "a/w", "a/w_1", "a/w_2"]
    assert len(set(stable_keys(paths, "", set()))) == len(paths)


def test_renamed_layers_are_matched_by_order(saved):
    model = dense_net(name="other", layers=("hidden", "out"))
    load_weights(model, saved)
    assert all_are(model, 1.0)


def test_names_that_stand_in_another_order_are_matched_by_name(path):
    save_weights(FakeModel(**{"a/w": [1.0], "b/w": [2.0]}), path)
    model = FakeModel(**{"b/w": [0.0], "a/w": [0.0]})
    load_weights(model, path)
    assert model.values() == [[2.0], [1.0]]


@pytest.mark.parametrize("names", [("b/w", "c/w"), ("a/v", "b/v"), ("x/w", "y/w", "z/w"), ("x/w",)])
def test_order_does_not_count_when_names_contradict_it(path, names):
    save_weights(FakeModel(**{"a/w": [1.0], "b/w": [2.0]}), path)
    text = refusal(FakeModel(**{name: [0.0] for name in names}), path)
    assert "does not fit the model" in text
    assert "Only in the model: " + ", ".join(n for n in names if n not in ("a/w", "b/w")) in text


# ---- what does not fit --------------------------------------------------------------------------------------------


def test_another_number_of_layers(saved):
    model = dense_net(sizes=(3, 4, 2, 5), layers=("dense", "dense_1", "dense_2"))
    text = refusal(model, saved)
    assert "the file has 4 weights, the model 6." in text
    assert "Only in the file: nothing." in text
    assert "Only in the model: dense_2/kernel, dense_2/bias." in text
    assert "skip_mismatch=True" in text


def test_long_lists_of_names_are_cut(saved):
    text = refusal(FakeModel(**{f"layer{i}/w": [0.0] for i in range(40)}), saved)
    assert "layer4/w and 35 more." in text


def test_another_shape(saved):
    text = refusal(dense_net(sizes=(3, 4, 5)), saved)
    assert "weight 'dense_1/kernel' has shape (4, 2) in the file and (4, 5) in the model" in text
    assert "'dense_1/bias' has shape (2,) in the file and (5,) in the model" in text
    assert "The model is unchanged." in text


def test_another_shape_under_another_name(saved):
    text = refusal(dense_net(layers=("hidden", "out"), sizes=(3, 4, 5)), saved)
    assert (
        "weight 'out/kernel' ('dense_1/kernel' in the file) has shape (4, 2) in the file and (4, 5) in the model"
        in text
    )


@pytest.mark.parametrize(
    "given, wanted", [("int32", "float32"), ("float32", "int32"), ("int64", "int32"), ("bool", "uint8")]
)
def test_another_dtype(path, given, wanted):
    save_weights(FakeModel(w=np.ones(3, given)), path)
    assert f"weight 'w' has dtype {given} in the file and {wanted} in the model" in refusal(
        FakeModel(w=np.zeros(3, wanted)), path
    )


@pytest.mark.parametrize("given", ["float32", "float16", "bfloat16", "float64"])
@pytest.mark.parametrize("wanted", ["float32", "float16", "bfloat16", "float64"])
def test_float_dtypes_are_converted(path, given, wanted):
    save_weights(dense_net(0.5, dtype=np.dtype(given)), path)
    model = dense_net(dtype=np.dtype(wanted))
    load_weights(model, path)
    assert all_are(model, 0.5)
    assert {a.dtype.name for a in model.values()} == {wanted}


def test_bfloat16_is_kept(path):
    save_weights(FakeModel(w=np.array([1.5, -2.0], jnp.bfloat16)), path)
    assert Path(path).read_bytes().count(b'"BF16"') == 1


def test_skip_mismatch_loads_what_fits_and_says_what_did_not(saved):
    model = dense_net(sizes=(3, 4, 5))
    with pytest.warns(HeronNote) as notes:
        load_weights(model, saved, skip_mismatch=True)
    assert [bool(np.all(a == 1.0)) for a in model.values()] == [True, True, False, False]
    text = str(notes[0].message)
    assert "loaded 2 of 4 weights" in text
    assert "'dense_1/kernel' has shape (4, 2) in the file and (4, 5) in the model" in text


def test_skip_mismatch_with_another_number_of_weights(saved):
    model = dense_net(sizes=(3, 4, 2, 5), layers=("dense", "dense_1", "extra"))
    with pytest.warns(HeronNote, match="loaded 4 of 6 weights. Left as they were: 'extra/kernel' is not in the file"):
        load_weights(model, saved, skip_mismatch=True)
    smaller = dense_net(sizes=(3, 4), layers=("dense",))
    load_weights(smaller, saved, skip_mismatch=True)  # no note: every weight of the model was loaded
    assert all_are(smaller, 1.0)


def test_skip_mismatch_does_not_skip_damage(saved):
    data = bytearray(Path(saved).read_bytes())
    data[-1] ^= 1
    Path(saved).write_bytes(data)
    assert "is damaged" in refusal(dense_net(), saved, skip_mismatch=True)


def test_a_model_without_shapes_is_refused(path, saved):
    model = FakeModel()
    model.built = False
    with pytest.raises(NotBuiltError, match="FakeModel 'net' has no weights to save: its input shape is not known yet"):
        save_weights(model, path)
    with pytest.raises(NotBuiltError, match="has no weights to load"):
        load_weights(model, saved)


def test_a_dtype_that_the_format_lacks(path):
    with pytest.raises(FileContentError, match="'w' has dtype complex128, which safetensors files cannot hold"):
        save_weights(FakeModel(w=np.zeros(2, "complex128")), path)
    assert not os.path.exists(path)


def test_too_many_arrays_for_a_header_are_refused_when_writing(path, monkeypatch):
    monkeypatch.setattr("heron.saving.tensor_file.MAX_HEADER", 100)
    with pytest.raises(FileContentError, match="The names and shapes of 4 arrays, and the configs, take"):
        save_weights(dense_net(), path)


# ---- paths --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "function, name, what",
    [
        (save_weights, "net.keras", "end in '.weights.h5', '.safetensors', '.h5' or '.hdf5'; received {}."),
        (save_weights, "net", "end in '.weights.h5', '.safetensors', '.h5' or '.hdf5'; received {}."),
        (load_weights, "net", "end in '.h5', '.hdf5', '.keras' or '.safetensors'; received {}."),
        (load_weights, "net.weights", "end in '.h5', '.hdf5', '.keras' or '.safetensors'; received {}."),
    ],
)
def test_another_ending(tmp_path, function, name, what):
    with pytest.raises(ArgumentError, match="files of weights end in") as caught:
        function(dense_net(), tmp_path / name)
    assert what.format(repr(str(tmp_path / name))) in str(caught.value)
    assert f"Write {str(tmp_path / 'net.weights.h5')!r}." in str(caught.value)


@pytest.mark.parametrize("given", [None, 3, b"net.safetensors"])
@pytest.mark.parametrize("function", [save_weights, load_weights])
def test_something_that_is_no_path(function, given):
    with pytest.raises(ArgumentTypeError, match=rf"{function.__name__} expects a path .*; received {given!r}"):
        function(dense_net(), given)


def test_a_missing_file_says_which_is_near(saved, tmp_path):
    with pytest.raises(FileNotFoundError, match=re.escape("Did you mean")) as caught:
        load_weights(dense_net(), tmp_path / "nett.weights.safetensors")
    assert isinstance(caught.value, MissingFileError)
    assert repr(saved) in str(caught.value)
    with pytest.raises(MissingFileError, match=re.escape("That folder has: net.weights.safetensors.")):
        load_weights(dense_net(), tmp_path / "quite_another.safetensors")
    with pytest.raises(MissingFileError, match=r"the folder .* does not exist"):
        load_weights(dense_net(), tmp_path / "nowhere" / "net.safetensors")
    os.remove(saved)
    with pytest.raises(MissingFileError, match="Check the path"):
        load_weights(dense_net(), saved)


def test_a_folder_is_no_file(tmp_path):
    folder = tmp_path / "a.safetensors"
    folder.mkdir()
    with pytest.raises(ArgumentError, match=r"it is a folder. Give the name of a file in it"):
        save_weights(dense_net(), folder)
    with pytest.raises(FileContentError, match="is a folder; expected a file"):
        load_weights(dense_net(), folder)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no named pipes in folders")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.safetensors")
    with pytest.raises(FileContentError, match="is a device or pipe; expected a file"):
        load_weights(dense_net(), tmp_path / "a.safetensors")


def test_a_missing_folder_is_not_made(tmp_path):
    with pytest.raises(ArgumentError, match=r"the folder .* does not exist.\nMake it first: os.makedirs"):
        save_weights(dense_net(), tmp_path / "new" / "a.safetensors")


def test_a_file_is_not_replaced_unasked(saved):
    before = Path(saved).read_bytes()
    with pytest.raises(ArgumentError, match=r"exists already. Pass overwrite=True"):
        save_weights(dense_net(2.0), saved, overwrite=False)
    assert Path(saved).read_bytes() == before
    save_weights(dense_net(2.0), saved)
    model = dense_net()
    load_weights(model, saved)
    assert all_are(model, 2.0)


@pytest.mark.skipif(os.name == "nt", reason="links and modes are POSIX's")
def test_links_and_modes_stay(saved, tmp_path):
    os.chmod(saved, 0o600)
    link = tmp_path / "link.safetensors"
    link.symlink_to(saved)
    save_weights(dense_net(2.0), link)
    assert link.is_symlink()
    assert stat.S_IMODE(os.stat(saved).st_mode) == 0o600
    model = dense_net()
    load_weights(model, saved)
    assert all_are(model, 2.0)


# ---- the registry under Keras's names -----------------------------------------------------------------------------


def test_the_registry_has_keras_s_names():
    @saving.register_keras_serializable("birds", "Heron")
    def wade(x):
        return x

    assert saving.get_registered_name(wade) == "birds>Heron"
    assert saving.get_registered_object("birds>Heron") is wade
    assert saving.deserialize_keras_object(saving.serialize_keras_object(wade)) is wade
    for scope in (saving.CustomObjectScope, saving.custom_object_scope):
        with scope({"egret": wade}):
            assert saving.get_registered_object("egret") is wade
        assert saving.get_registered_object("egret") is None
