"""A file is replaced whole or not at all, whatever happens while it is written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from heron.saving import load_weights, save_weights
from heron.saving.files import replacing
from tests.saving.fakes import all_are, dense_net

ROOT = Path(__file__).parents[2]
ENDLESS = """
import sys
from itertools import count
from heron.saving import save_weights
from tests.saving.fakes import dense_net
nets = [dense_net(float(value), sizes=(300, 300, 300)) for value in (1, 2)]
for i in count():
    save_weights(nets[i % 2], sys.argv[1])
    if i == 0:
        print("ready", flush=True)
"""


def test_an_error_while_writing_leaves_the_old_file(tmp_path):
    path = tmp_path / "net.safetensors"
    save_weights(dense_net(1.0), path)
    before = path.read_bytes()
    broken = dense_net(2.0)

    def fail():
        raise KeyboardInterrupt

    broken.weights[-1].numpy = fail
    with pytest.raises(KeyboardInterrupt):
        save_weights(broken, path)
    assert os.listdir(tmp_path) == [path.name]
    assert path.read_bytes() == before


def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "net.safetensors"
    save_weights(dense_net(1.0), path)

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("heron.saving.files.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save_weights(dense_net(2.0), path)
    monkeypatch.undo()
    assert os.listdir(tmp_path) == [path.name]
    model = dense_net()
    load_weights(model, path)
    assert all_are(model, 1.0)


def test_the_content_is_on_the_disk_before_the_name(tmp_path, monkeypatch):
    events = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr("heron.saving.files.os.fsync", lambda fd: (events.append("fsync"), fsync(fd)))
    monkeypatch.setattr("heron.saving.files.os.replace", lambda a, b: (events.append("replace"), replace(a, b)))
    save_weights(dense_net(1.0), tmp_path / "net.safetensors")
    assert events[:2] == ["fsync", "replace"]


def test_what_killed_processes_left_is_removed_after_an_hour(tmp_path):
    path = tmp_path / "net.safetensors"
    old, young, other = (tmp_path / name for name in (
        ".net.safetensors.1-aa.part", ".net.safetensors.2-bb.part", ".other.safetensors.1-aa.part",
    ))  # fmt: skip
    for part in (old, young, other):
        part.write_bytes(b"half")
    for part in (old, other):
        os.utime(part, (time.time() - 4000, time.time() - 4000))
    save_weights(dense_net(1.0), path)
    assert sorted(os.listdir(tmp_path)) == sorted([path.name, young.name, other.name])


def test_the_longest_names_work(tmp_path):
    name = "n" * (255 - len(".safetensors")) + ".safetensors"
    save_weights(dense_net(1.0), tmp_path / name)
    assert os.listdir(tmp_path) == [name]


def test_a_new_file_appears_only_when_it_is_whole(tmp_path):
    path = tmp_path / "a"
    with replacing(str(path)) as file:
        file.write(b"half")
        assert not path.exists()
    assert path.read_bytes() == b"half"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_killed_process_leaves_a_whole_file(tmp_path):
    """A process that does nothing but save is killed at random moments; the file always loads and is of one piece."""
    path = tmp_path / "net.safetensors"
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    generator = np.random.default_rng()
    kills = 0
    while kills < 4 or (len(os.listdir(tmp_path)) < 3 and kills < 40):  # until two were killed in the middle of writing
        kills += 1
        process = subprocess.Popen(
            [sys.executable, "-c", ENDLESS, str(path)], env=environment, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(generator.uniform(0.0, 0.05))
        process.send_signal(signal.SIGKILL)
        process.stdout.close()
        assert process.wait() == -signal.SIGKILL
        model = dense_net(sizes=(300, 300, 300))
        load_weights(model, path)
        assert all_are(model, 1.0) or all_are(model, 2.0)
    assert len(os.listdir(tmp_path)) >= 3
