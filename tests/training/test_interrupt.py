"""Ctrl-C in a real process: training stops after the running piece and keeps what it has."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

PROGRAM = """
import numpy as np
import heron
x = np.random.default_rng(0).normal(size=(4096, 16)).astype("float32")
model = heron.Sequential([heron.Input((16,)), heron.layers.Dense(64, "relu"), heron.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, x[:, :1], verbose=0)
before = model.get_weights()
print("ready", flush=True)
history = model.fit(x, x[:, :1], epochs=1_000_000, verbose=0)
moved = any((a != b).any() for a, b in zip(before, model.get_weights()))
print("epochs", len(history.history["loss"]), "moved", moved, "predicts", model.predict(x[:2]).shape, flush=True)
"""


def test_ctrl_c_keeps_weights_and_history_and_says_so():
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout.readline().strip() == "ready"
            time.sleep(1.0)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()  # where it did not end by itself
    assert process.returncode == 0, err
    epochs = int(out.split()[1])
    assert 1 <= epochs < 1_000_000
    assert "moved True" in out
    assert "predicts (2, 1)" in out
    assert "Stopped by Ctrl-C in epoch" in err
    assert "kept" in err
