"""Damaged archives load equal or are refused; a killed writer leaves a whole file."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest

import heron
from heron.errors import HeronError
from heron.saving import load_model

ROOT = Path(__file__).parents[2]
X = np.linspace(-1.0, 1.0, 8, dtype="float32").reshape(2, 4)


def small(k):
    model = k.Sequential([k.layers.Input((4,)), k.layers.Dense(2, activation="relu"), k.layers.Dense(1)])
    model.set_weights([np.linspace(-1.0, 1.0, w.size, dtype=w.dtype).reshape(w.shape) for w in model.get_weights()])
    model.compile("sgd", "mse")
    return model


def state(model):
    """All that was kept of a model: configs and numbers."""
    arrays = [*model.get_weights(), *(np.asarray(v) for v in model.optimizer.variables)]
    return model.to_json(), [(a.shape, a.dtype.name, a.tobytes()) for a in arrays]


def members(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def zipped(contents):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return memory.getvalue()


def damages(data, other, count):
    """`count` damaged forms of an archive; `other` is another archive of the same kind."""
    rng = np.random.default_rng(11)
    parts, theirs = members(data), members(other)
    names = list(parts)
    for i in range(count):
        kind = i % 8
        at = int(rng.integers(len(data)))
        if kind < 4:  # some bits
            changed = bytearray(data)
            for place in rng.integers(0, len(data), kind + 1):
                changed[place] ^= 1 << int(rng.integers(8))
            yield bytes(changed)
        elif kind == 4:
            yield data[:at]
        elif kind == 5:  # a piece elsewhere
            length = int(rng.integers(1, 200))
            to = int(rng.integers(len(data)))
            yield data[:to] + data[at : at + length] + data[to + length :]
        elif kind == 6:  # members that changed places, or are gone
            order = rng.permutation(len(names))
            swapped = {names[a]: parts[names[b]] for a, b in enumerate(order)}
            yield zipped(swapped if i % 16 == 6 else {name: parts[name] for name in names if name != names[order[0]]})
        else:  # members of another archive, damaged inside, or both
            name = names[int(rng.integers(len(names)))]
            content = bytearray(theirs[name] if i % 16 == 7 else parts[name])
            content[int(rng.integers(len(content)))] ^= 1 << int(rng.integers(8))
            yield zipped({**parts, name: bytes(content)})


def outcomes(path, data, other, count, load):
    """How many damaged files were refused, and how many loaded as if nothing was; no other outcome is let pass."""
    path.write_bytes(data)
    whole = load(path)
    refused = equal = 0
    for damaged in damages(data, other, count):
        path.write_bytes(damaged)
        try:
            found = load(path)
        except HeronError:
            refused += 1
            continue
        assert found == whole
        equal += 1
    return refused, equal


def content_of(model, path):
    model.save(path)
    return path.read_bytes()


def test_a_thousand_damages_of_an_archive(tmp_path):
    path = tmp_path / "net.keras"
    other = small(heron)
    other.set_weights([w + 1 for w in other.get_weights()])
    data, other = content_of(small(heron), path), content_of(other, path)
    refused, equal = outcomes(path, data, other, 1000, lambda p: state(load_model(p)))
    assert refused + equal == 1000
    assert refused > 700
    assert equal > 0  # dates, for instance, are no one's


def test_damages_of_an_archive_that_keras_wrote(tmp_path):
    """Keras keeps no checksum but that of zip files, which new archives have anew: those are left out."""
    path = tmp_path / "net.keras"
    data = content_of(small(keras), path)
    path.write_bytes(data)
    whole = state(load_model(path))
    refused = 0
    for i, damaged in enumerate(damages(data, data, 240)):
        path.write_bytes(damaged)
        try:
            found = state(load_model(path))
        except HeronError:
            refused += 1
        else:
            assert found == whole or i % 8 == 7
    assert refused > 100


def test_damages_of_weights(tmp_path):
    path = tmp_path / "net.weights.h5"
    small(heron).save_weights(path)
    data = path.read_bytes()

    def load(path):
        model = heron.Sequential([heron.Input((4,)), heron.layers.Dense(2), heron.layers.Dense(1)])
        model.set_weights([np.zeros_like(w) for w in model.get_weights()])
        model.load_weights(path)
        return [w.tobytes() for w in model.get_weights()]

    path.write_bytes(data)
    whole, rng, refused = load(path), np.random.default_rng(3), 0
    for i in range(300):
        at = int(rng.integers(len(data)))
        changed = bytearray(data[:at] if i % 3 == 2 else data)
        for place in rng.integers(0, max(1, len(changed)), 1 + i % 2):
            changed[place : place + 1] = bytes([changed[place] ^ (1 << int(rng.integers(8)))]) if changed else b""
        path.write_bytes(changed)
        try:
            assert load(path) == whole
        except HeronError:
            refused += 1
    assert refused > 290


def test_every_byte_of_the_mark_of_the_checksum_counts(tmp_path):
    path = tmp_path / "net.weights.h5"
    small(heron).save_weights(path)
    data = path.read_bytes()
    start = data.index(b"heron-sha256:")
    for at in range(start, start + 13 + 64):
        path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        with pytest.raises(HeronError, match=r"its SHA-256 is missing|does not match the SHA-256"):
            small(heron).load_weights(path)


def test_digests_that_were_taken_out_are_missed(tmp_path):
    path = tmp_path / "net.keras"
    parts = members(content_of(small(heron), path))
    path.write_bytes(zipped({**parts, "more.txt": b"x"}))
    with pytest.raises(HeronError, match="its members are not those that were stored"):
        load_model(path)


# ---- writing ------------------------------------------------------------------------------------------------------

ENDLESS = """
import sys
from itertools import count
import numpy as np
import heron
nets = []
for value in (1.0, 2.0):
    net = heron.Sequential([heron.Input((400,)), heron.layers.Dense(400)])
    net.set_weights([np.full_like(w, value) for w in net.get_weights()])
    nets.append(net)
for i in count():
    nets[i % 2].save(sys.argv[1])
    if i == 0:
        print("ready", flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_killed_process_leaves_a_whole_archive(tmp_path):
    path = tmp_path / "net.keras"
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    generator = np.random.default_rng()
    for _ in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", ENDLESS, str(path)], env=environment, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(generator.uniform(0.0, 0.1))
        process.send_signal(signal.SIGKILL)
        process.stdout.close()
        assert process.wait() == -signal.SIGKILL
        values = {float(w.flat[0]) for w in load_model(path).get_weights()}
        assert values in ({1.0}, {2.0})


def test_an_error_while_writing_leaves_the_old_archive(tmp_path, monkeypatch):
    path = tmp_path / "net.keras"
    before = content_of(small(heron), path)

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("heron.saving.archive.zipfile.ZipFile.writestr", full)
    with pytest.raises(OSError, match="No space left"):
        small(heron).save(path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == [path.name]
