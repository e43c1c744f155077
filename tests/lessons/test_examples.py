"""The programs in examples/, run as a newcomer runs them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def output_of(name, folder, before="", **more):
    """What `python examples/NAME.py` prints, after the code `before`, with `more` in its environment."""
    path = os.pathsep.join(filter(None, [str(REPOSITORY / "src"), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8", **more}
    program = str(REPOSITORY / "examples" / f"{name}.py")
    wrapped = f"import runpy\n{before}\nrunpy.run_path({program!r}, run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", wrapped] if before else [sys.executable, program],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert not any(folder.iterdir())
    return done.stdout, done.stderr


def numbers(text):
    return [float(n) for n in re.findall(r"-?\d+\.?\d*(?:e[-+]?\d+)?", text)]


def test_line(tmp_path):
    out, _ = output_of("line", tmp_path)
    first, second = (numbers(line)[0] for line in out.splitlines() if line.startswith("[["))
    assert 18.9 < first < 19.1
    assert first != 19
    assert 30.9 < second < 31.1
    assert out.count("Epoch ") == 1000


def test_xor(tmp_path):
    out, notes = output_of("xor", tmp_path)
    assert numbers(out[out.index("[[") :]) == [0, 1, 1, 0]
    assert "Epoch 14/500\n" in out
    assert re.search(r"^1/1 - 0s - \d+us/step - binary_accuracy: \d\.\d{4} - loss: \d\.\d{4}$", out, re.MULTILINE)
    assert "nb_epoch" in notes
    assert "epochs" in notes


def test_clothes(tmp_path):
    out, _ = output_of("clothes", tmp_path, "import heron; heron.utils.set_random_seed(0)")
    training = [float(a) for a in re.findall(r"^Epoch.* accuracy: (\d\.\d+)", out, re.MULTILINE)]
    assert len(training) == 5
    assert 0.79 < training[0] < 0.85
    assert 0.87 < training[-1] < 0.91
    assert float(re.search(r"Test accuracy: (\S+)", out).group(1)) >= 0.86
    probabilities = numbers(out[out.index("[") : out.index("]")])
    assert len(probabilities) == 10
    assert sum(probabilities) == pytest.approx(1, abs=1e-5)
    assert sum(p < 0.05 for p in probabilities) == 9
    assert "predicted: 8 label: 8" in out


def test_settings(tmp_path):
    out, _ = output_of("settings", tmp_path)
    loss, accuracy = numbers(next(line for line in out.splitlines() if line.startswith("[")))
    assert 0 < loss < 2.3
    assert accuracy > 0.5
    assert "32/32" in out
    assert "(200, 10)" in out


def test_dense_by_hand(tmp_path):
    out, _ = output_of("dense_by_hand", tmp_path)
    assert "X (100, 784) W (784, 10) b (10,) result (100, 10)" in out
    assert out.rstrip().endswith("equal: True")


def test_convolution_by_hand(tmp_path):
    out, _ = output_of("convolution_by_hand", tmp_path)
    assert "[[4. 3. 4.]\n [2. 4. 3.]\n [2. 3. 4.]]\nconvolution equal: True" in out
    assert out.endswith("[[7. 9.]\n [8. 4.]]\npooling equal: True\n")


FEW_DIGITS = """
from heron.datasets import mnist
(x, y), (x_test, y_test) = mnist.load_data()
mnist.load_data = lambda: ((x[:384], y[:384]), (x_test[:128], y_test[:128]))
"""


def test_digits_with_a_hundredth_of_the_images(tmp_path):
    out, _ = output_of("digits", tmp_path, FEW_DIGITS, MPLBACKEND="Agg")
    assert "x_train shape: (384, 28, 28, 1)" in out
    assert "Total params: 1,199,882 " in out
    validation = [float(a) for a in re.findall(r"^Epoch.* val_accuracy: (\d\.\d+)", out, re.MULTILINE)]
    assert len(validation) == 12
    score = float(re.search(r"Test accuracy: (\S+)", out).group(1))
    assert score == pytest.approx(validation[-1], abs=1e-4)
    assert score > 0.75
