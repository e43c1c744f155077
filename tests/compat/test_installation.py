"""install() and uninstall(): which modules are heron's, for how long, and what happens when it is too late."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import subprocess
import sys
import types
from multiprocessing import spawn

import jax.numpy as jnp
import pytest

import heron
from heron import compat
from heron.compat import children
from heron.compat.finder import Served
from heron.compat.homes import HOMES, MOVED
from heron.errors import HeronNote, UnknownAttributeError, UnknownImportError
from tests.compat.test_scripts import environment


def test_modules_are_heron_s_until_uninstalled(without_them):
    compat.install()
    import keras
    import tensorflow as tf
    from tensorflow.keras import layers

    assert compat.is_installed()
    assert layers.Dense is keras.layers.Dense is tf.keras.layers.Dense is heron.layers.Dense
    assert isinstance(keras, Served)
    assert keras.__version__.startswith("3.15.0+heron.")
    assert tf.__version__ == tf.version.VERSION
    assert int(tf.__version__.split(".")[0]) == 2
    compat.uninstall()
    assert not compat.is_installed()
    assert "keras" not in sys.modules
    assert "tensorflow.keras.layers" not in sys.modules
    assert importlib.util.find_spec("keras").origin != "heron.compat"
    compat.uninstall()  # twice is no mistake


def test_a_with_block_ends_it(without_them):
    with compat.install() as installation:
        assert repr(installation) == "<heron.compat: imports of keras, tensorflow, tf_keras are heron's>"
        with compat.install():
            import keras  # noqa: F401
    assert not compat.is_installed()
    assert not hasattr(jnp.zeros(1), "numpy")
    assert "fit_generator" not in heron.Model.__dict__


def test_too_late(without_them, monkeypatch):
    real = types.ModuleType("tensorflow")
    real.__file__ = "/lib/tensorflow/__init__.py"
    monkeypatch.setitem(sys.modules, "tensorflow", real)
    with pytest.raises(
        compat.TooLateError,
        match=r"comes too late: the real tensorflow is imported already, from /lib/tensorflow/__init__.py.\nCall it "
        r"before the first import of tensorflow; in a notebook, restart the kernel",
    ):
        compat.install()
    assert not compat.is_installed()
    assert sys.modules["tensorflow"] is real


def test_the_real_packages_are_not_imported():
    """Not even where they are installed: the module that would be found is never run."""
    code = (
        "import heron; heron.compat.install(); import keras, sys; from keras import layers\n"
        "assert 'keras.src' not in sys.modules\nprint(keras.__spec__.origin, 'keras' in keras.layers.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["heron.compat", "True"]


def test_the_notebook_magic(without_them, capsys):
    compat.load_ipython_extension(None)
    assert "keras and tensorflow are heron" in capsys.readouterr().out
    import keras

    assert keras.Sequential is heron.Sequential
    compat.unload_ipython_extension(None)
    assert not compat.is_installed()


@pytest.mark.parametrize("name", sorted(HOMES))
def test_every_module_has_the_names_it_lists(name, installed):
    module = importlib.import_module(name)
    names = module.__all__
    assert names or name in ("keras._tf_keras", "keras._v2", "tensorflow.compat", "tensorflow.python")
    for public in names:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("heron.compat.finder.is_now", lambda *texts: None)
            getattr(module, public)
    assert set(names) <= set(dir(module))


@pytest.mark.parametrize("name", sorted(MOVED))
def test_every_module_that_moved_gives_one_note(name, installed):
    with pytest.warns(HeronNote) as notes:
        old = importlib.import_module(name)
    assert str(notes[-1].message) == f"{name} is now {MOVED[name]}; taken as that."
    assert notes[-1].filename == __file__ or "importlib" in notes[-1].filename
    today = importlib.import_module(MOVED[name])
    assert old.__all__ == today.__all__


def test_imports_of_every_form(installed):
    space: dict = {}
    with pytest.warns(HeronNote, match=r"tensorflow.python.keras is now tensorflow.keras; taken"):
        exec(
            "import tensorflow.keras.backend as K\nimport tf_keras\nfrom keras import layers as L, Input\n"
            "from tensorflow.python.keras.layers import LSTM\nfrom keras.datasets import mnist\n"
            "import tensorflow.compat.v2 as tf2\nfrom keras.layers import *\nfrom keras.api._v2.keras import losses",
            space,
        )
    assert space["K"].epsilon() == 1e-7
    assert space["tf_keras"].layers.LSTM is space["LSTM"] is heron.layers.LSTM is space["tf2"].keras.layers.LSTM
    assert space["mnist"].load_data is heron.datasets.mnist.load_data
    assert space["Conv2D"] is heron.layers.Conv2D
    assert space["Input"] is heron.Input


def test_a_note_names_the_line_of_the_program(installed):
    with pytest.warns(HeronNote, match=r"keras.layers.core is now keras.layers; taken as that") as notes:
        from keras.layers.core import Dense  # noqa: F401
    assert len(notes) == 1
    assert notes[0].filename == __file__


MISSPELT = {
    "from keras.layers import Dens": "keras.layers, as heron makes it, has no 'Dens'. Did you mean 'Dense'?",
    "from keras.layer import Dense": "keras, as heron makes it, has no 'layer'. Did you mean 'layers'?",
    "import tensorflow.kears": "tensorflow, as heron makes it, has no 'kears'. Did you mean 'keras'?",
}


@pytest.mark.parametrize("statement", MISSPELT)
def test_a_misspelt_import_names_the_nearest(statement, installed):
    with pytest.raises(UnknownImportError) as caught:
        exec(statement, {})
    assert str(caught.value) == MISSPELT[statement]


def test_a_misspelt_attribute(tf):
    with pytest.raises(UnknownAttributeError, match=r"has no 'redce_mean'. Did you mean 'reduce_mean'\?"):
        tf.redce_mean  # noqa: B018
    assert not hasattr(tf, "nothing_of_the_kind")
    assert not hasattr(tf, "__wrapped__")


def test_other_packages_are_left_alone(installed):
    assert importlib.util.find_spec("tensorflow_datasets_of_nobody") is None
    assert importlib.util.find_spec("kerastuner_of_nobody") is None


def test_no_second_note_and_again_after_a_new_install(without_them):
    for _ in range(2):
        with compat.install():
            K = importlib.import_module("keras.backend")
            with pytest.warns(HeronNote, match=r"keras.backend.mean is now keras.ops.mean"):
                assert float(K.mean([1.0, 3.0])) == 2.0
            assert float(K.mean([1.0, 3.0])) == 2.0  # a second note would be an error


def test_processes_are_told_what_to_begin_with_until_it_ends(without_them, monkeypatch):
    monkeypatch.setenv(children.VARIABLE, "")  # put back afterwards
    before = spawn.get_preparation_data
    for _ in range(2):
        with heron.compat.install():
            told = spawn.get_preparation_data("child")
            assert told["init_main_from_name"] == "heron.compat.spawned"
            assert "init_main_from_path" not in told
            begun = json.loads(os.environ[children.VARIABLE])
        plain = before("child")
        assert spawn.get_preparation_data is before
        assert begun == {key: plain[key] for key in plain if key.startswith("init_main")}


def test_a_process_runs_the_program_under_the_name_it_is_given(tmp_path, monkeypatch):
    path = tmp_path / "program.py"
    path.write_text("from math import pi\nfound = __name__, __file__, __spec__\n")
    monkeypatch.setenv(children.VARIABLE, json.dumps({"init_main_from_path": str(path)}))
    children.run_program(names := {"__name__": "__mp_main__"})
    assert names["found"] == ("__mp_main__", str(path), None)
    assert names["pi"] > 3
    monkeypatch.setenv(children.VARIABLE, "{}")  # typed at a prompt: there is no program to run
    children.run_program(names := {})
    assert names == {}
