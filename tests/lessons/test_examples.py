"""The programs in examples/, run as a newcomer runs them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def output_of(name, folder):
    """What `python examples/NAME.py` prints."""
    path = os.pathsep.join(filter(None, [str(REPOSITORY / "src"), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, str(REPOSITORY / "examples" / f"{name}.py")],
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
    out, _ = output_of("clothes", tmp_path)
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
