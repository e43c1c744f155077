"""`get_file`: Keras's arguments and return values."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

import heron
from heron.datasets.archives import ArchiveError
from heron.datasets.download import DownloadError, WrongContentError
from heron.datasets.get_file import get_file
from heron.errors import ArgumentError
from tests.datasets.fake_server import running
from tests.datasets.test_archives import FILES, contents, make_tar, make_zip

TEXT = b"some text"


@pytest.fixture
def server():
    with running() as server:
        yield server


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HERON_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_it_is_a_utility():
    assert heron.utils.get_file is get_file


def test_a_file_gets_the_name_of_its_address_or_another(server, home, tmp_path):
    url = server.serve("/some/te%20xt.txt", TEXT) + "?version=2"
    server.files["/some/te%20xt.txt?version=2"] = TEXT
    assert get_file(origin=url) == str(home / "downloads" / "datasets" / "te xt.txt")
    assert get_file("b.txt", url, cache_subdir="texts") == str(home / "downloads" / "texts" / "b.txt")
    assert get_file(Path("c.txt"), url, cache_dir=tmp_path) == str(tmp_path / "datasets" / "c.txt")
    assert get_file("d.txt", url, cache_subdir=str(tmp_path / "own")) == str(tmp_path / "own" / "d.txt")
    assert (tmp_path / "own" / "d.txt").read_bytes() == TEXT


@pytest.mark.parametrize(
    "fname, archive, folder",
    [
        (None, "data.tar.gz_archive", "data.tar.gz"),
        ("mine", "mine_archive", "mine"),
        ("mine.tar.gz", "mine.tar.gz", "mine_extracted"),
    ],
)
def test_folders_are_named_as_in_keras(server, tmp_path, fname, archive, folder):
    url = server.serve("/data.tar.gz", make_tar(tmp_path / "made", FILES).read_bytes())
    path = get_file(fname, url, extract=True, cache_dir=tmp_path)
    assert path == str(tmp_path / "datasets" / folder)
    assert contents(Path(path)) == FILES
    assert sorted(os.listdir(tmp_path / "datasets")) == sorted([archive, folder])
    (Path(path) / "note").write_text("mine")
    assert get_file(fname, url, extract=True, cache_dir=tmp_path) == path
    assert (Path(path) / "note").exists()  # not unpacked again
    assert len(server.requests) == 1
    get_file(fname, url, extract=True, cache_dir=tmp_path, force_download=True)
    assert not (Path(path) / "note").exists()


def test_old_spellings(server, tmp_path):
    url = server.serve("/data.tar.gz", make_tar(tmp_path / "made", FILES).read_bytes())
    md5 = hashlib.md5(server.files["/data.tar.gz"]).hexdigest()
    assert contents(Path(get_file("data", url, untar=True, md5_hash=md5, cache_dir=tmp_path))) == FILES
    zipped = server.serve("/data.zip", make_zip(tmp_path / "made", FILES).read_bytes())
    with pytest.raises(ArchiveError, match="Expected a tar file"):
        get_file("zipped", zipped, untar=True, cache_dir=tmp_path)
    assert contents(Path(get_file("z", zipped, extract=True, archive_format=["zip"], cache_dir=tmp_path))) == FILES


@pytest.mark.parametrize("algorithm", ["sha256", "md5", "auto"])
def test_checksums_of_either_kind(server, tmp_path, algorithm):
    url = server.serve("/a.txt", TEXT)
    made = hashlib.new("md5" if algorithm == "md5" else "sha256", TEXT).hexdigest()
    get_file("a.txt", url, file_hash=made.upper(), hash_algorithm=algorithm, cache_dir=tmp_path)
    wrong = ("0" if made[0] != "0" else "1") + made[1:]
    with pytest.raises(WrongContentError, match=f"{wrong}; received 9 bytes with the .* {made}"):
        get_file("a.txt", url, file_hash=wrong, hash_algorithm=algorithm, cache_dir=tmp_path)


def test_plain_http_must_be_allowed(tmp_path, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    url = "http://data.example/a.txt"
    monkeypatch.setattr("heron.datasets.download.time.sleep", lambda seconds: None)
    with pytest.raises(DownloadError, match=r"Write https://, or give the file's SHA-256 as file_hash, or allow_http"):
        get_file("a.txt", url, cache_dir=tmp_path)
    with pytest.raises(DownloadError, match="received: the connection failed"):
        get_file("a.txt", url, cache_dir=tmp_path, allow_http=True)


@pytest.mark.parametrize(
    "arguments, text",
    [
        ({}, "argument 'origin' must be the address of the file, a string; received None"),
        ({"origin": 3}, "received 3"),
        ({"origin": "https://example.org/"}, "argument 'fname' must be the name of a file, without folders"),
        ({"origin": "https://example.org/a", "fname": "../a"}, r"received '\.\./a'"),
        ({"origin": "https://example.org/a", "fname": "a\\b"}, "must be the name of a file"),
        ({"origin": "https://example.org/%2e%2e"}, "must be the name of a file"),
        ({"origin": "https://example.org/a", "file_hash": "abc"}, r"received 'abc' for the algorithm 'sha256'\.\nThe"),
        ({"origin": "https://example.org/a", "file_hash": "z" * 64}, "64 hexadecimal digits"),
        ({"origin": "https://example.org/a", "hash_algorithm": "sha1", "file_hash": "0"}, "one of 'auto', 'sha256'"),
        ({"origin": "https://example.org/a", "extract": True, "archive_format": "rar"}, "received 'rar'"),
        ({"origin": "https://example.org/a", "extract": True, "archive_format": None}, "Write extract=False"),
    ],
)
def test_bad_arguments_are_refused(arguments, text):
    with pytest.raises(ArgumentError, match=text):
        get_file(**arguments)
