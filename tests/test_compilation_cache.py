"""What was compiled once is not compiled again by the next process; whatever happens to the files, nothing fails."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from heron import Sequential, compilation_cache, config, layers, settings
from heron.compilation_cache import ProgramFolder, prepare
from heron.errors import ArgumentTypeError, HeronNote

pytestmark = pytest.mark.usefixtures("as_shipped")  # what is compiled in no time is not kept
ROOT = Path(__file__).parents[1]
JAX_CACHE = compilation_cache._jax_cache
DIGITS = """
import hashlib, json
import jax
import numpy as np
import heron
from heron import layers

counts = {}
def count(event, **_):
    counts[event] = counts.get(event, 0) + 1
jax.monitoring.register_event_listener(count)

heron.config.set_random_seed(0)
net = [layers.Conv2D(4, 3, activation="relu"), layers.Conv2D(8, 3, strides=2, activation="relu"), layers.Flatten()]
net += [layers.Dropout(0.5), layers.Dense(10, activation="softmax")]
model = heron.Sequential([layers.Input((14, 14, 1)), *net])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
x, y = np.random.default_rng(0).random((40, 14, 14, 1), dtype="float32"), np.arange(40) % 10
model.fit(x, y, batch_size=16, epochs=2, verbose=0)
weights = hashlib.sha256(b"".join(np.ascontiguousarray(w).tobytes() for w in model.get_weights())).hexdigest()
named = {event.rsplit("/", 1)[-1]: number for event, number in counts.items()}
print(json.dumps({
    "requests": named["compile_requests_use_cache"],
    "hits": named.get("cache_hits", 0),
    "written": named.get("cache_misses", 0),
    "weights": weights,
}))
"""


def started(home: Path) -> subprocess.Popen[str]:
    """A process that trains the net for digits, with `home` as heron's folder; warnings are errors in it."""
    environment = {k: v for k, v in os.environ.items() if k != "HERON_COMPILATION_CACHE"}
    environment |= {"HERON_HOME": str(home), "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-W", "error::UserWarning", "-c", DIGITS]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finished(process: subprocess.Popen[str]) -> dict[str, object]:
    """What it counted; it must have ended well and silently."""
    out, err = process.communicate(timeout=300)
    assert (process.returncode, err) == (0, "")
    return json.loads(out)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder that two processes at once have filled, and what they found."""
    home = tmp_path_factory.mktemp("home")
    processes = [started(home), started(home)]
    return home, [finished(process) for process in processes]


def entries(home: Path) -> list[Path]:
    return sorted((home / "compiled").iterdir())


def test_two_processes_at_once_fill_one_folder(trained):
    home, found = trained
    assert found[0]["weights"] == found[1]["weights"]
    assert max(one["written"] for one in found) >= 1
    assert entries(home)
    assert {path.suffix for path in entries(home)} == {".xla"}


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_the_folder_is_for_its_owner_alone(trained):
    assert stat.S_IMODE((trained[0] / "compiled").stat().st_mode) == 0o700


def test_fit_compiles_nothing_in_a_later_process(trained):
    home, (first, _) = trained
    later = finished(started(home))
    assert later["requests"] >= 1
    assert later == {**first, "hits": later["requests"], "requests": later["requests"], "written": 0}


def test_damaged_programs_are_compiled_anew_and_mended(trained):
    home, (first, _) = trained
    for path in entries(home):
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    flipped = finished(started(home))
    assert (flipped["hits"], flipped["weights"]) == (0, first["weights"])
    assert flipped["written"] >= 1
    for path in entries(home):
        path.write_bytes(path.read_bytes()[:-100])
    cut = finished(started(home))
    assert (cut["hits"], cut["written"], cut["weights"]) == (0, flipped["written"], first["weights"])


# In this process


@pytest.fixture
def clean(monkeypatch, tmp_path):
    """Settings of its own, no cache installed before and after, and every program worth keeping."""
    monkeypatch.setattr(settings, "_settings", type(settings._settings)())
    monkeypatch.delenv("HERON_COMPILATION_CACHE")
    monkeypatch.setenv("HERON_HOME", str(tmp_path))
    monkeypatch.setattr(compilation_cache, "WORTHWHILE_SECONDS", 1e-9)
    yield tmp_path
    compilation_cache._withdraw()
    jax.config.update("jax_compilation_cache_dir", None)
    JAX_CACHE.reset_cache()
    assert jax.config.jax_persistent_cache_min_compile_time_secs == 1.0


def compiled(number: float) -> float:
    """Compiles and runs a program that no other test has."""
    return float(jax.jit(lambda x: jnp.sin(x) * number)(np.float32(1)))


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def test_it_is_on_by_default_and_put_in_place_by_the_first_program(clean):
    model = Sequential([layers.Input((2,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    assert JAX_CACHE._cache is None
    model.predict(np.zeros((1, 2)))
    assert JAX_CACHE._cache.path == config.compilation_cache() == clean / "compiled"
    assert len(files(clean / "compiled")) == 1


def test_off(clean):
    config.set_compilation_cache(False)
    prepare()
    compiled(1.01)
    assert (JAX_CACHE._cache, files(clean)) == (None, [])


def test_the_switch_works_at_any_time(clean):
    prepare()
    compiled(1.02)
    config.set_compilation_cache(clean / "other")
    prepare()
    compiled(1.03)
    config.set_compilation_cache(False)
    prepare()
    compiled(1.04)
    assert (len(files(clean / "compiled")), len(files(clean / "other"))) == (1, 1)


@pytest.mark.parametrize(
    ("written", "found"),
    [("off", None), ("0", None), (" False ", None), ("on", "home/compiled"), ("", "home/compiled"), ("/x/y", "/x/y")],
)
def test_the_environment_decides(written, found, clean, monkeypatch):
    monkeypatch.setenv("HERON_HOME", "home")
    monkeypatch.setenv("HERON_COMPILATION_CACHE", written)
    assert config.compilation_cache() == (found and Path(found))


def test_what_is_set_goes_before_the_environment(clean, monkeypatch):
    monkeypatch.setenv("HERON_COMPILATION_CACHE", "off")
    config.set_compilation_cache(True)
    assert config.compilation_cache() == clean / "compiled"
    config.set_compilation_cache("~/here")
    assert config.compilation_cache() == Path.home() / "here"


@pytest.mark.parametrize(("where", "text"), [(None, "received None"), ("", "received ''"), (3, "received 3")])
def test_what_is_not_a_folder_is_refused(where, text):
    with pytest.raises(ArgumentTypeError, match=f"must be True, False or a folder; {text}.\nWrite set_comp"):
        config.set_compilation_cache(where)


def test_a_cache_that_was_set_up_with_jax_is_left_alone(clean, tmp_path):
    jax.config.update("jax_compilation_cache_dir", str(tmp_path / "of_jax"))
    prepare()
    assert JAX_CACHE._cache is None
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    compiled(1.05)
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 1.0)
    installed = JAX_CACHE._cache
    prepare()
    assert JAX_CACHE._cache is installed
    assert not isinstance(installed, ProgramFolder)
    assert files(tmp_path / "of_jax")
    assert files(tmp_path / "compiled") == []


def test_jax_may_be_told_later_too(clean, tmp_path):
    prepare()
    jax.config.update("jax_compilation_cache_dir", str(tmp_path / "of_jax"))
    compiled(1.06)
    assert not isinstance(JAX_CACHE._cache, ProgramFolder)
    assert files(tmp_path / "compiled") == []


def test_a_later_jax_without_a_place_for_it_is_left_alone(clean, monkeypatch):
    monkeypatch.setattr(compilation_cache, "_IS_AS_KNOWN", False)
    prepare()
    assert JAX_CACHE._cache is None


def refusal(reason: str) -> str:
    return rf"which cannot be used \({reason}.*\), so each process compiles its programs anew.\nSet .* or to off"


def test_a_folder_that_cannot_be_made_is_told_once(clean):
    (clean / "file").touch()
    config.set_compilation_cache(clean / "file" / "folder")
    with pytest.warns(HeronNote, match=refusal("File exists|Not a directory")):
        prepare()
    prepare()
    assert compiled(1.07) == pytest.approx(np.sin(1) * 1.07, rel=1e-6)


@pytest.mark.skipif(os.name != "posix", reason="modes and owners are POSIX's")
def test_a_folder_to_which_others_may_write_is_refused(clean, monkeypatch):
    (clean / "compiled").mkdir()
    (clean / "compiled").chmod(0o770)
    with pytest.warns(HeronNote, match=refusal("other users may write to it; chmod 700 mends that")):
        prepare()
    assert JAX_CACHE._cache is None
    (clean / "compiled").chmod(0o700)
    prepare()
    compiled(1.08)
    installed = JAX_CACHE._cache
    [name] = files(clean / "compiled")
    monkeypatch.setattr(compilation_cache, "_name", lambda key: name)
    assert installed.get("key") is not None
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert installed.get("key") is None  # the file is somebody else's
    compilation_cache._withdraw()
    settings._settings.complaints.clear()
    with pytest.warns(HeronNote, match=refusal("it belongs to another user")):
        prepare()
    assert JAX_CACHE._cache is None


def test_a_user_without_a_home_gets_no_folder_named_tilde(clean, monkeypatch):
    monkeypatch.setenv("HERON_COMPILATION_CACHE", "~nobody-of-this-name/programs")
    monkeypatch.chdir(clean)
    with pytest.warns(HeronNote, match=refusal("this user has no home folder")):
        prepare()
    assert files(clean) == []


# The folder


def test_what_was_put_is_got(tmp_path):
    folder = ProgramFolder(tmp_path)
    assert folder.get("a") is None
    folder.put("a", b"one")
    folder.put("b", b"two")
    folder.put("a", b"three")
    assert (folder.get("a"), ProgramFolder(tmp_path).get("b"), folder.get("c")) == (b"three", b"two", None)


@pytest.mark.parametrize("damage", [lambda c: c[:-1], lambda c: c + b"!", lambda c: b"", lambda c: c[:20], bytes.upper])
def test_a_damaged_file_is_not_there_and_is_replaced(damage, tmp_path):
    folder = ProgramFolder(tmp_path)
    folder.put("a", b"one")
    [path] = tmp_path.iterdir()
    path.write_bytes(damage(path.read_bytes()))
    assert folder.get("a") is None
    folder.put("a", b"one")
    assert folder.get("a") == b"one"


def test_a_file_under_the_name_of_another_is_not_taken(tmp_path):
    folder = ProgramFolder(tmp_path)
    folder.put("a", b"one")
    [path] = tmp_path.iterdir()
    folder.put("b", b"two")
    os.replace(path, tmp_path / compilation_cache._name("b"))
    assert folder.get("b") is None


def test_a_program_of_another_processor_is_not_found(tmp_path, monkeypatch):
    folder = ProgramFolder(tmp_path)
    folder.put("a", b"one")
    monkeypatch.setattr(compilation_cache, "_machine", lambda: "flags: none")
    assert folder.get("a") is None


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_the_processor_is_known_by_what_it_can():
    assert any(line.startswith(("flags", "Features")) for line in compilation_cache._machine().splitlines())


@pytest.mark.parametrize("bound", [{"max_bytes": 10_000}, {"max_files": 9}])
def test_the_size_is_bounded_and_the_least_recently_used_goes(bound, tmp_path):
    folder = ProgramFolder(tmp_path, **bound)
    (tmp_path / "notes.txt").write_bytes(bytes(20_000))  # not heron's, not counted, not removed
    for i in range(30):
        folder.put(str(i), bytes(1000))
        for path in tmp_path.glob("*.xla"):  # all a second older
            used = path.stat().st_mtime_ns - 10**9
            os.utime(path, ns=(used, used))
        assert folder.get("0") == bytes(1000)  # always in use
        held = [path.stat().st_size for path in tmp_path.glob("*.xla")]
        assert sum(held) <= 10_000
        assert len(held) <= 9
    assert (tmp_path / "notes.txt").exists()
    assert [i for i in range(30) if folder.get(str(i))][-3:] == [27, 28, 29]


def test_what_other_processes_write_is_counted(tmp_path):
    folders = [ProgramFolder(tmp_path, max_files=20) for _ in range(2)]
    for i in range(100):
        folders[i % 2].put(str(i), b"one")
    assert len(files(tmp_path)) <= 20 + compilation_cache._LOOK_EVERY


def test_a_program_that_is_half_the_bound_is_not_kept(tmp_path):
    folder = ProgramFolder(tmp_path, max_bytes=1000)
    folder.put("a", bytes(600))
    assert files(tmp_path) == []
    assert folder.writable


def test_a_full_disk_does_no_harm(tmp_path, monkeypatch):
    folder = ProgramFolder(tmp_path)
    folder.put("a", b"one")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    folder.put("b", b"two")
    monkeypatch.undo()
    assert (folder.get("a"), folder.get("b"), len(files(tmp_path))) == (b"one", None, 1)
    folder.put("b", b"two")
    assert folder.get("b") is None  # it is not tried again and again


def test_what_a_killed_process_left_is_removed_after_an_hour(tmp_path):
    name = compilation_cache._name("a")
    old, new = tmp_path / f"{name}.12-0123abcd.part", tmp_path / f"{name}.13-0123abcd.part"
    for path in (old, new):
        path.touch()
    os.utime(old, (0, 0))
    ProgramFolder(tmp_path).put("b", b"two")
    assert (old.exists(), new.exists()) == (False, True)


def test_a_folder_that_is_gone_does_no_harm(tmp_path):
    folder = ProgramFolder(tmp_path / "gone")
    folder.put("a", b"one")
    assert folder.get("a") is None
