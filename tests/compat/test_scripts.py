"""Programs of the introductions, and tutorials in the style people find, run unmodified with `heron run`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parent / "scripts"
SOURCES = Path(__file__).resolve().parents[2] / "src"


def environment(**more):
    """That of a process in which compiling is quick, and what comes out slower."""
    path = os.pathsep.join(filter(None, [str(SOURCES), os.environ.get("PYTHONPATH")]))
    quick = {"JAX_DISABLE_MOST_OPTIMIZATIONS": "1", "HERON_COMPILATION_CACHE": "off", "PYTHONIOENCODING": "utf-8"}
    return {**os.environ, **quick, "PYTHONPATH": path, "TERM": "dumb", "MPLBACKEND": "Agg", **more}


def heron_run(*arguments, folder, **more):
    """What `heron run ARGUMENTS` did."""
    return subprocess.run(
        [sys.executable, "-m", "heron", "run", *map(str, arguments)],
        cwd=folder,
        env=environment(**more),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )


FEW = {"HERON_MAX_STEPS_PER_EPOCH": "3", "HERON_MAX_EPOCHS": "2"}
# Script: environment, what it prints, the notes it gets.
PROGRAMS = {
    "line": ({}, ["[[18.9"], []),
    "xor_keras1": (
        {},
        ["Epoch 14/500\n", "[[0.]\n [1.]\n [1.]\n [0.]]"],
        [
            "heron: keras.layers.core is now keras.layers; taken as that. (xor_keras1.py, line 3)",
            "heron: fit(nb_epoch=...) is now epochs=...; taken as that. (xor_keras1.py, line 19)",
        ],
    ),
    "clothes": (
        {"HERON_MAX_STEPS_PER_EPOCH": "200", "HERON_MAX_EPOCHS": "1"},
        ["Test accuracy: 0.", "(10,)"],
        ["limited"],
    ),
    "settings": ({}, ["Epoch 5/5", "(100, 10)"], []),
    "digits": (FEW, ["x_train shape: (60000, 28, 28, 1)", "1,199,882", "Test accuracy: "], ["limited"]),
    "functional_api": ({}, ["restored: True ['kind_accuracy', 'kind_loss']"], []),
    "tf_data_pipeline": (
        {},
        ["TensorFlow version: 2.", "8 int64", "start: True", "(5, 10)", "(32, 28, 28, 1) True True"],
        [],
    ),
    "images_from_folders": (
        {},
        ["Found 48 images belonging to 2 classes.", "{'bright': 0, 'dark': 1}", "data batch shape: (8, 16, 16, 3)"],
        ["RMSprop(lr=...) is now learning_rate=...", "fit_generator() is now fit()", "predict_classes(x) is now"],
    ),
    "text_sentiment": ({}, ["1 (32, 6)", "accuracy 1.0", "[ True False]"], ["Embedding(input_length=...)"]),
    "text_vectorization": ({}, ["Label 0 corresponds to neg", "Accuracy above 0.9:  True"], []),
    "auto_mpg": ({}, ["Normalized: (1, 6)", "29\n", "(24,) True"], []),
    "callbacks_and_checkpoints": (
        {},
        ["Epoch 1: val_loss improved from None", "(120, 1)", "lr 0.0"],
        ["SGD(decay=1e-06) is now SGD(learning_rate=keras.optimizers.schedules.InverseTimeDecay(0.05, 1, 1e-06))"],
    ),
    "custom_layer": ({}, ["(2, 4) 2", "[2. 2.]\n[4. 4.] 1", "True"], []),
    "custom_loss": (
        {},
        ["['coeff_determination', 'loss']\n" * 3],
        ["tensorflow.keras.backend.sqrt is now keras.ops.sqrt; taken as that. (custom_loss.py, line 9)"],
    ),
    "frozen_layers": ({}, ["trainable: 2 of 6", "unchanged: True", "fine-tuned: True"], []),
    "time_series": ({}, ["(32, 16, 1) (32, 1)", "(1, 1) 3", "0.5"], []),
    "autoencoder": (FEW, ["(50, 14, 14, 4) (50, 28, 28, 1)"], ["Functional(input=...) is now inputs=..."]),
    "custom_train_step": ({}, ["True"], []),
    "scikit_learn": ({}, ["2 True"], ["keras.wrappers.scikit_learn.KerasClassifier is now"]),
}


def test_every_script_is_run():
    assert {path.stem for path in SCRIPTS.glob("*.py")} == set(PROGRAMS)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_script_runs_as_it_is(name, tmp_path):
    limits, shown, noted = PROGRAMS[name]
    done = heron_run(SCRIPTS / f"{name}.py", folder=tmp_path, **limits)
    assert done.returncode == 0, done.stderr
    for text in shown:
        assert text in done.stdout, done.stdout
    for text in noted:
        assert done.stderr.count(text) == 1, done.stderr
    lines = done.stderr.splitlines()
    assert all(line.startswith("heron: ") for line in lines), done.stderr
    assert noted or not lines, done.stderr
