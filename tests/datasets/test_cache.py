"""The cache: filled once, judged on every load, repaired when damaged, harmless to share, not needed."""

from __future__ import annotations

import errno
import lzma
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import platformdirs
import pytest

from heron.datasets import basic_motions, cache, fashion_mnist
from heron.datasets.cache import ContainerError
from heron.datasets.catalogue import CATALOGUE
from heron.errors import HeronError, HeronNote

SRC = Path(__file__).parents[2] / "src"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A cache folder of the test's own."""
    monkeypatch.setenv("HERON_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def filled(home):
    """The files of BasicMotions in a cache that has just been filled."""
    basic_motions.load_data()
    return sorted((home / "datasets" / "basic_motions").iterdir())


@pytest.fixture
def decodings(monkeypatch):
    """A list that grows by one with every container that is decompressed."""
    calls, decompress = [], lzma.decompress

    def counted(data):
        calls.append(len(data))
        return decompress(data)

    monkeypatch.setattr(lzma, "decompress", counted)
    return calls


def assert_right(split=None):
    """Holds a load against the facts of the package's table, to the bit."""
    (x_train, y_train), (x_test, y_test) = split or basic_motions.load_data()
    specs = CATALOGUE["basic_motions"].arrays
    for name, array in {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}.items():
        assert cache.zlib.crc32(array.tobytes()) == specs[name].crc32


def test_the_second_load_decodes_nothing(home, decodings):
    assert_right()
    assert len(decodings) == 2
    assert_right()
    assert len(decodings) == 2


def test_an_image_set_is_mapped_not_decoded_the_second_time(decodings):
    fashion_mnist.load_data()
    decodings.clear()
    best = min(_timed(fashion_mnist.load_data) for _ in range(3))
    assert decodings == []
    assert best < 0.5  # 15 ms where nothing else runs; decoding takes 2 s


def _timed(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def test_the_files_are_npy_files_that_numpy_reads(filled):
    (x_train, y_train), (x_test, y_test) = basic_motions.load_data()
    assert [path.name.split("-")[0] for path in filled] == ["x_test", "x_train", "y_test", "y_train"]
    for path, array in zip(filled, (x_test, x_train, y_test, y_train), strict=True):
        read = np.load(path)
        assert read.dtype == array.dtype
        assert np.array_equal(read, array)


def test_writing_into_the_arrays_leaves_the_cache_as_it_was(filled):
    before = [path.read_bytes() for path in filled]
    (x_train, y_train), _ = basic_motions.load_data()
    x_train *= 2
    y_train[:] = 7
    assert [path.read_bytes() for path in filled] == before
    assert_right()
    assert (y_train == 7).all()  # the second load did not touch the arrays of the first


def truncate(path):
    path.write_bytes(path.read_bytes()[:-100])


def empty(path):
    path.write_bytes(b"")


def lengthen(path):
    path.write_bytes(path.read_bytes() + b"\0")


def flip(place):
    def flipped(path):
        stamp = path.stat()
        data = bytearray(path.read_bytes())
        data[place] ^= 1
        path.write_bytes(data)
        os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))  # the size and the times are those of the whole file

    return flipped


def zero_the_end(path):
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2] + bytes(len(data) - len(data) // 2))  # as after a loss of power


def swap_values(path):
    data = path.read_bytes()
    path.write_bytes(data[:-8] + data[-4:] + data[-8:-4])


def other_header(path):
    np.save(path, np.load(path)[::-1].T)


DAMAGES = {
    "truncated": truncate,
    "emptied": empty,
    "lengthened": lengthen,
    "bit in the header": flip(20),
    "bit in the first value": flip(128),
    "bit in the last value": flip(-1),
    "second half zero": zero_the_end,
    "values swapped": swap_values,
    "another array": other_header,
    "deleted": Path.unlink,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("place", [1, 3], ids=["images", "labels"])
def test_a_damaged_file_is_noticed_and_replaced(filled, decodings, damage, place):
    whole = filled[place].read_bytes()
    if damage is swap_values and whole[-8:-4] == whole[-4:]:
        damage = flip(-5)
    damage(filled[place])
    assert_right()
    assert len(decodings) == 2
    assert filled[place].read_bytes() == whole
    assert_right()
    assert len(decodings) == 2


def test_a_deleted_folder_is_filled_again(home, filled):
    shutil.rmtree(home)
    assert_right()
    assert all(path.exists() for path in filled)


def test_what_a_killed_writer_left_does_no_harm_and_is_removed_when_old(filled):
    folder = filled[0].parent
    fresh, old = (folder / f"{filled[0].name}.{pid}-00.part" for pid in (1, 2))
    for part in (fresh, old):
        part.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    filled[0].unlink()
    assert_right()
    assert fresh.exists()
    assert not old.exists()


def test_arrays_in_use_survive_the_repair_of_their_file(filled):
    split = basic_motions.load_data()
    filled[1].unlink()
    basic_motions.load_data()
    assert_right(split)


WRITER = """
import sys, zlib
from heron.datasets import mnist
print("ready", flush=True)
sys.stdin.readline()
for _ in range(2):
    (x_train, y_train), (x_test, y_test) = mnist.load_data()
    print(*(f"{zlib.crc32(a.data):08x}" for a in (x_train, y_train, x_test, y_test)), flush=True)
"""


def test_two_processes_fill_the_cache_at_once(home):
    processes = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", WRITER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=SRC,
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    specs = CATALOGUE["mnist"].arrays
    line = " ".join(f"{specs[name].crc32:08x}" for name in ("x_train", "y_train", "x_test", "y_test"))
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert (out, err, process.returncode) == (f"{line}\n{line}\n", "", 0)
    names = sorted(path.name.split("-")[0] for path in (home / "datasets" / "mnist").iterdir())
    assert names == ["x_test", "x_train", "y_test", "y_train"]  # and no temporary file


NOTE = (
    r"(?s)basic_motions: expected a cache folder in which files can be written; '.*basic_motions' cannot be used "
    r"\({}\), so the data were decoded in memory.*\nSet the environment variable HERON_HOME to such a folder\."
)


def test_a_cache_folder_that_cannot_be_made_is_not_needed(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("HERON_HOME", str(tmp_path / "file" / "home"))
    with pytest.warns(HeronNote, match=NOTE.format("Not a directory")) as notes:
        split = basic_motions.load_data()
    assert len(notes) == 1
    assert notes[0].filename == __file__  # the line of the user, not one of heron's
    assert_right(split)
    split[0][0][0] = 1  # an array of the user's own, as from the cache


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS], ids=["denied", "read-only"])
def test_a_folder_that_cannot_be_written_is_not_needed(home, monkeypatch, code):
    def refuse(path, mode="r", *args, **kwargs):
        if mode == "xb":
            raise OSError(code, os.strerror(code), str(path))
        return real(path, mode, *args, **kwargs)

    real = Path.open
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.warns(HeronNote, match=NOTE.format(os.strerror(code))):
        split = basic_motions.load_data()
    assert_right(split)
    assert list((home / "datasets" / "basic_motions").iterdir()) == []


def test_a_full_disk_leaves_no_half_file(home, monkeypatch):
    class FullDisk:
        def __init__(self, file):
            self.file = file

        def __enter__(self):
            return self

        def __exit__(self, *details):
            self.file.close()

        def write(self, data):
            self.file.write(data[:50])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    real = Path.open
    monkeypatch.setattr(
        Path, "open", lambda p, mode="r", *a: FullDisk(real(p, mode)) if mode == "xb" else real(p, mode)
    )
    with pytest.warns(HeronNote, match=NOTE.format("No space left on device")):
        split = basic_motions.load_data()
    assert_right(split)
    assert list((home / "datasets" / "basic_motions").iterdir()) == []


def test_a_filled_cache_that_cannot_be_written_is_read(filled, decodings, monkeypatch):
    monkeypatch.setattr(cache, "_write", None)
    assert_right()
    assert decodings == []


def test_a_file_that_cannot_be_replaced_is_not_trusted(filled):
    filled[0].unlink()
    filled[0].mkdir()
    with pytest.warns(HeronNote, match=NOTE.format("Is a directory")):
        split = basic_motions.load_data()
    assert_right(split)
    assert filled[0].is_dir()
    assert not list(filled[0].parent.glob("*.part"))


def test_a_user_without_a_home_gets_no_folder_named_tilde(tmp_path, monkeypatch):
    monkeypatch.delenv("HERON_HOME")
    monkeypatch.setenv("XDG_CACHE_HOME", "~nobody-of-this-name/.cache")
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda *args, **kwargs: "~nobody-of-this-name/.cache/heron")
    monkeypatch.chdir(tmp_path)
    with pytest.warns(HeronNote, match=NOTE.format("this user has no home folder")):
        split = basic_motions.load_data()
    assert_right(split)
    assert list(tmp_path.iterdir()) == []


def test_heron_home_decides_where_the_cache_is(monkeypatch, tmp_path):
    monkeypatch.setenv("HERON_HOME", str(tmp_path))
    assert cache.cache_folder() == tmp_path
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HERON_HOME", "~/heron")
    assert cache.cache_folder() == tmp_path / "heron"
    for unset in (lambda: monkeypatch.setenv("HERON_HOME", ""), lambda: monkeypatch.delenv("HERON_HOME")):
        unset()
        for xdg in ("", str(tmp_path / "caches")):
            monkeypatch.setenv("XDG_CACHE_HOME", xdg)
            assert cache.cache_folder() == Path(platformdirs.user_cache_dir("heron", appauthor=False))


@pytest.fixture
def shipped(home, tmp_path, monkeypatch):
    """A copy of BasicMotions' containers that a test may damage."""
    shutil.copytree(cache.SHIPPED / "basic_motions", tmp_path / "files" / "basic_motions")
    monkeypatch.setattr(cache, "SHIPPED", tmp_path / "files")
    return tmp_path / "files" / "basic_motions" / "BasicMotions_TEST.ts.xz"


@pytest.mark.parametrize("damage", [truncate, empty, flip(1000), lengthen], ids=["truncated", "empty", "bit", "longer"])
def test_a_damaged_container_is_named_before_it_is_decoded(shipped, home, decodings, damage):
    damage(shipped)
    with pytest.raises(ContainerError) as raised:
        basic_motions.load_data()
    what, received, mend = str(raised.value).splitlines()
    assert what == f"basic_motions: the data file '{shipped}', which came with heron, is damaged or missing."
    sha256 = CATALOGUE["basic_motions"].containers[shipped.name]
    assert received.startswith(f"Expected the SHA-256 {sha256}; received {shipped.stat().st_size} bytes with ")
    assert mend == "Install heron again: pip install --force-reinstall --no-deps heron"
    assert decodings == []
    assert not home.exists()


def test_a_missing_container_is_named(shipped):
    shipped.unlink()
    with pytest.raises(
        ContainerError, match=r"BasicMotions_TEST\.ts\.xz.* missing\.\nExpected .* received No such file"
    ):
        basic_motions.load_data()
    assert issubclass(ContainerError, HeronError)
    assert issubclass(ContainerError, OSError)


def test_a_damaged_container_matters_only_when_it_is_decoded(shipped):
    assert_right()
    truncate(shipped)
    assert_right()
