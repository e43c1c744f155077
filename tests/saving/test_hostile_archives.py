"""Files that were made to do harm are refused with one clear error, and reach nothing beyond themselves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import heron
from heron import layers, saving
from heron.errors import ArgumentError, HeronError, UnknownNameError
from heron.models import Functional, Sequential, clone_model, model_from_json
from heron.saving import FileContentError, load_model
from tests.saving import harmful

ROOT = Path(__file__).parents[2]
EXPECTED = {
    "its config holds Python code (a lambda), and heron runs no code out of a file": [
        "lambda", "lambda in an activation", "lambda in compile", "legacy lambda",
    ],
    "which heron does not know": [
        "class of any module", "function of any module", "call in a graph", "class in compile", "class as a dtype",
        "function keras.utils.get_file", "function keras.config.enable_unsafe_deserialization",
        "function keras.config.set_floatx", "function keras.datasets.mnist.load_data",
        "function keras.applications.MobileNetV2", "function keras.utils.plot_model",
        "function keras.config.set_backend", "function keras.distribution.initialize",
        "function keras.layers.deserialize", "function keras.models.clone_model", "function keras.saving.load_model",
        "function keras.visualization.plot_image_gallery", "function by its short name",
        "operation that calls functions", "own operation of no list", "torch module", "saved model",
        "another name for a class", "legacy class",
    ],
    "Lookup": ["vocabulary of a path", "vocabulary of an address", "legacy path"],
    "as if it were a way out of a folder": ["layer of a name with dots"],
    "The config of 'Dense' must be a dict": ["inner config of a list"],
    "its config is nested more than 100 deep": ["deep", "legacy depth"],
    "its weights hold 15 numbers; its config asks for": ["units", "table", "legacy units"],
    "'config.json' cannot be read": ["json of any depth", "json of numbers of any length"],
    "leads out of it": ["member up", "asset up", "member absolute", "member of a drive"],
    "two of its members have one name": ["member twice"],
    "bytes and holds": ["bomb config.json", "bomb model.weights.h5", "bomb assets", "lying directory"],
    "its list of members is longer than": ["many members"],
    "is a zip archive, but not of a Keras model": ["npz"],
    "keeps its weights as 'model.weights.npz', which heron does not read": ["npz weights"],
    "exists but is not": ["pickle", "pickle as weights"],
    "bytes declare arrays of 4,398,046,511,116 bytes": ["shape bomb"],
    "lies in other files (external storage)": ["external storage"],
    "lies in other files (a virtual dataset)": ["virtual dataset"],
    "is a link to elsewhere (ExternalLink)": ["external link", "group external link"],
    "is a link to elsewhere (SoftLink)": ["soft link", "group soft link"],
    "holds no plain numbers": ["strings", "references"],
    "stands in several places": ["circle"],
}  # fmt: skip
OF_HDF5 = "shape bomb, external storage, virtual dataset, external link, soft link, strings, references".split(", ")


def expected():
    """For each attack a part of its error."""
    found = {name: text for text, names in EXPECTED.items() for name in names}
    variants = ("{} in weights", "legacy {}")
    return found | {variant.format(name): found[name] for name in OF_HDF5 for variant in variants}


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """What another program, which watches itself, has to say of loading all the files."""
    folder = tmp_path_factory.mktemp("harm")
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-W", "ignore", "-m", "tests.saving.harmful", str(folder)]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_attack_is_here(watched):
    assert set(watched["report"]) == set(expected())


@pytest.mark.parametrize("name", expected())
def test_an_attack_is_refused(watched, name):
    error, events, seconds, touched = watched["report"][name]
    assert expected()[name] in error
    assert events == []
    assert not touched
    assert seconds < 5


def test_no_attack_left_anything_behind(watched):
    assert not watched["mark"]
    assert watched["memory"] < 800e6


def test_the_watch_would_notice(tmp_path):
    """A load that opens another file, and one that touches it behind Python's back, are seen."""
    program = (
        "import sys, json, h5py; from pathlib import Path; from tests.saving import harmful\n"
        "folder = Path(sys.argv[1]); found = harmful.attacks(folder); path = folder / 'a.h5'\n"
        "path.write_bytes(found['external storage in weights'][1])\n"
        "watch = harmful.Watch(path, folder / 'secret.bin')\n"
        "watch.on = True; file = h5py.File(path); quiet = watch.touched(); file['layers/dense/vars/0'][()]\n"
        "behind = watch.touched(); open(folder / 'secret.bin').close(); import this\n"
        "watch.on = False; print(json.dumps([quiet, behind, [e.split()[0] for e in watch.seen]]))"
    )
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path], env=environment, cwd=ROOT, capture_output=True, text=True
    )
    quiet, behind, events = json.loads(done.stdout.splitlines()[-1])
    assert (quiet, behind) == (False, True)
    assert {"open", "import"} <= set(events)


def test_the_files_that_the_others_differ_from_are_good(tmp_path):
    compiled = harmful.stack(harmful.dense()) | {"compile_config": {"optimizer": "sgd", "loss": "mse"}}
    (tmp_path / "a.keras").write_bytes(harmful.archive_bytes(compiled))
    (tmp_path / "a.h5").write_bytes(harmful.legacy_bytes(harmful.old_stack(harmful.old("Dense", units=3))))
    graph = harmful.graph(harmful.dense(), harmful.layer("Relu", "keras.src.ops.nn", "Relu", name="relu"))
    (tmp_path / "b.keras").write_bytes(harmful.archive_bytes(graph))
    for name in ("a.keras", "a.h5", "b.keras"):
        model = load_model(tmp_path / name)
        assert model.predict(np.ones((1, 4)), verbose=0).tolist() == [[4.0, 4.0, 4.0]]
        assert model.compiled == (name == "a.keras")


# ---- entries without a file ---------------------------------------------------------------------------------------

CODE = {"class_name": "__lambda__", "config": {"value": "4wEAAAA=", "code": "4wEAAAA="}}
LAMBDA = harmful.layer("Lambda", function=CODE)
MODEL = harmful.stack(LAMBDA)


@pytest.mark.parametrize(
    "enter",
    [
        lambda: layers.Lambda.from_config({"function": CODE}),
        lambda: layers.Dense.from_config({"units": 3, "activation": CODE}),
        lambda: layers.deserialize(LAMBDA),
        lambda: saving.deserialize_keras_object(LAMBDA),
        lambda: saving.deserialize_keras_object(LAMBDA, safe_mode=None),
        lambda: saving.deserialize_keras_object(LAMBDA, safe_mode=False),
        lambda: Sequential.from_config(MODEL["config"]),
        lambda: Functional.from_config(harmful.graph(LAMBDA)["config"]),
        lambda: model_from_json(json.dumps(MODEL)),
        lambda: heron.losses.get(CODE),
        lambda: heron.optimizers.deserialize(harmful.layer("SGD", "keras.optimizers", learning_rate=CODE)),
    ],
)
def test_no_entry_runs_code(enter):
    with pytest.raises(ArgumentError, match="code"):
        enter()


def test_a_clone_runs_no_code_of_a_config():
    class Sly(layers.Layer):
        def call(self, x):
            return x

        def get_config(self):
            return {"name": CODE}

    with pytest.raises(ArgumentError, match="code"):
        clone_model(Sequential([heron.Input((2,)), Sly()]))


@pytest.mark.parametrize(
    "enter",
    [
        lambda config: layers.deserialize(config),
        lambda config: saving.deserialize_keras_object(config, safe_mode=None),
        lambda config: Sequential.from_config(harmful.stack(config)["config"]),
        lambda config: model_from_json(json.dumps(harmful.stack(config))),
    ],
)
def test_no_entry_imports_a_name(enter):
    sys.modules.pop("this", None)
    with pytest.raises(UnknownNameError, match="which heron does not know"):
        enter(harmful.layer("Zen", "this", "this>Zen"))
    assert "this" not in sys.modules


@pytest.mark.parametrize(
    "config, what",
    [
        (harmful.deep(60), "nested more than 100 deep"),
        (harmful.stack(harmful.dense(10**10)), "asks for 40,000,000,000 numbers or more"),
        (harmful.dense(), "describes <Dense name=dense.*, which is no model"),
    ],
)
def test_json_may_not_ask_for_everything(config, what):
    with pytest.raises(ArgumentError, match=what):
        model_from_json(json.dumps(config))


def test_an_own_class_cannot_be_made_to_be_another(tmp_path):
    """The caller's class is used for its own name, and heron's for none that is registered."""
    mine = type("Dense", (layers.Dense,), {})
    (tmp_path / "a.keras").write_bytes(
        harmful.archive_bytes(harmful.stack(harmful.layer("Dense", "x", "my>Dense", units=3)))
    )
    with pytest.raises(UnknownNameError, match="'my>Dense'"):
        load_model(tmp_path / "a.keras")
    assert type(load_model(tmp_path / "a.keras", custom_objects={"my>Dense": mine}).layers[0]) is mine


def test_what_is_wrong_is_said_without_the_whole_config(tmp_path):
    config = harmful.stack(harmful.layer("Unknown", text="x" * 10_000))
    (tmp_path / "a.keras").write_bytes(harmful.archive_bytes(config))
    with pytest.raises(HeronError) as caught:
        load_model(tmp_path / "a.keras")
    assert len(str(caught.value)) < 500
    assert issubclass(FileContentError, ValueError)
