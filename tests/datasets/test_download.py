"""Downloads from a server that cuts, lies, hangs and refuses: the file is whole or not there, and nothing hangs."""

from __future__ import annotations

import hashlib
import logging
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from heron import settings
from heron.datasets import download as download_module
from heron.datasets.download import DownloadError, Patience, RemoteFile, WrongContentError, download, file_hash
from heron.datasets.locks import _try_lock
from tests.datasets.fake_server import running

CONTENT = bytes(range(256)) * 40
SHA256 = hashlib.sha256(CONTENT).hexdigest()
QUICK = Patience(timeout=0.3, attempts=3, connections=20, pause=0.01, longest_pause=0.02)
CERTIFICATE = Path(__file__).with_name("loopback.pem")


@pytest.fixture
def server():
    with running() as server:
        yield server


@pytest.fixture
def target(tmp_path):
    return tmp_path / "cache" / "file.bin"


def fetch(url: str, target: Path, again: bool = False, **facts: object) -> bool:
    return download(RemoteFile(url, **facts), target, again, QUICK)


def left_in(target: Path) -> list[str]:
    return sorted(path.name for path in target.parent.iterdir())


def test_a_file_comes_once(server, target, capsys):
    url = server.serve("/file.bin", CONTENT)
    assert fetch(url, target, sha256=SHA256.upper(), size=len(CONTENT))
    assert target.read_bytes() == CONTENT
    assert capsys.readouterr().out == f"Downloading file.bin (10.2 kB) from {url}\n"
    assert not fetch(url, target, sha256=SHA256)
    assert fetch(url, target, again=True)
    assert len(server.requests) == 2
    assert left_in(target) == ["file.bin"]


@pytest.mark.parametrize("facts", [{"sha256": SHA256}, {"md5": hashlib.md5(CONTENT).hexdigest()}, {}])
def test_a_connection_that_is_cut_goes_on_where_it_ended(server, target, facts):
    url = server.serve("/file.bin", CONTENT, "cut 1000", "status 503", "cut 2000")
    fetch(url, target, **facts)
    assert target.read_bytes() == CONTENT
    assert [asked for _, asked in server.requests] == [None, "bytes=1000-", "bytes=1000-", "bytes=3000-"]


def test_a_later_process_goes_on_when_the_checksum_is_known(server, target):
    url = server.serve("/file.bin", CONTENT, *["cut 1000", "hang", "hang", "hang"])
    with pytest.raises(DownloadError, match=r"received: no answer for 0\.3 seconds"):
        fetch(url, target, sha256=SHA256)
    assert left_in(target) == ["file.bin.part"]
    fetch(url, target, sha256=SHA256)
    assert server.requests[-1][1] == "bytes=1000-"
    assert target.read_bytes() == CONTENT


def test_without_a_checksum_what_another_process_left_is_not_trusted(server, target):
    target.parent.mkdir()
    target.with_name("file.bin.part").write_bytes(b"other")
    fetch(server.serve("/file.bin", CONTENT), target)
    assert server.requests == [("/file.bin", None)]
    assert target.read_bytes() == CONTENT


def test_a_beginning_of_another_file_is_thrown_away(server, target):
    target.parent.mkdir()
    target.with_name("file.bin.part").write_bytes(b"other")
    fetch(server.serve("/file.bin", CONTENT), target, sha256=SHA256)
    assert [asked for _, asked in server.requests] == ["bytes=5-", None]
    assert target.read_bytes() == CONTENT


def test_a_file_that_changes_between_two_connections_is_begun_again(server, target):
    url = server.serve("/file.bin", b"x" * 5000, "cut 1000", "status 500")
    server.delay = 0.01
    original = server.send

    def change(*args):
        original(*args)
        server.files["/file.bin"], server.etag = CONTENT, '"two"'

    server.send = change
    fetch(url, target)
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("fault", ["ignore range", "wrong range", "no length"])
def test_servers_that_do_ranges_badly(server, target, fault):
    fetch(server.serve("/file.bin", CONTENT, "cut 1000", fault), target, sha256=SHA256)
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("beginning", [CONTENT, CONTENT + b"more"])
def test_a_part_that_is_already_long_enough(server, target, beginning):
    target.parent.mkdir()
    target.with_name("file.bin.part").write_bytes(beginning)
    fetch(server.serve("/file.bin", CONTENT), target, sha256=SHA256)
    assert target.read_bytes() == CONTENT
    assert len(server.requests) == (1 if beginning == CONTENT else 2)


def test_a_server_that_says_too_long_a_length(server, target):
    with pytest.raises(DownloadError, match=r"(ended after 10240 of 10340 bytes|no bytes beyond those)"):
        fetch(server.serve("/file.bin", CONTENT, *["long length"] * 9), target)
    assert left_in(target) == []


def test_a_server_that_says_too_short_a_length(server, target):
    url = server.serve("/file.bin", CONTENT, "short length", "short length")
    with pytest.raises(
        WrongContentError, match=rf"Expected the SHA-256 {SHA256}; received 10237 bytes with the SHA-256"
    ):
        fetch(url, target, sha256=SHA256)
    assert left_in(target) == []
    with pytest.raises(WrongContentError, match=r"Expected 10240 bytes; received a file of 10237 bytes"):
        fetch(url, target, size=len(CONTENT))
    assert left_in(target) == []


@pytest.mark.parametrize("fault", [(), ("no length",)])
def test_a_file_that_is_too_long_is_not_read_to_its_end(server, target, fault):
    with pytest.raises(WrongContentError, match=r"Expected 100 bytes; received (a file of 10240|more than 100) bytes"):
        fetch(server.serve("/file.bin", CONTENT, *fault), target, size=100)
    assert left_in(target) == []


def test_another_content_is_refused_and_the_old_file_stays(server, target):
    target.parent.mkdir()
    target.write_bytes(b"old")
    url = server.serve("/file.bin", b"evil")
    with pytest.raises(WrongContentError) as raised:
        fetch(url, target, sha256=SHA256)
    assert isinstance(raised.value, ValueError)
    what, received, mend = str(raised.value).splitlines()
    assert what == f"file.bin: the file at {url} is not the one that was expected."
    assert received.startswith(f"Expected the SHA-256 {SHA256}; received 4 bytes with the SHA-256 ")
    assert mend.endswith(f"put the expected one at {str(target)!r}.")
    assert target.read_bytes() == b"old"
    assert left_in(target) == ["file.bin"]


def test_a_damaged_file_in_the_cache_is_downloaded_again(server, target, capsys):
    url = server.serve("/file.bin", CONTENT)
    fetch(url, target, sha256=SHA256)
    target.write_bytes(CONTENT[:-1])
    fetch(url, target, sha256=SHA256)
    assert target.read_bytes() == CONTENT
    assert "is not the file at" in capsys.readouterr().out


@pytest.mark.parametrize("status", [404, 403, 410])
def test_a_refusal_is_not_asked_about_twice(server, target, status):
    with pytest.raises(DownloadError, match=rf"received: the server answered {status} "):
        fetch(server.serve("/file.bin", CONTENT, f"status {status}"), target)
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_stays_busy_is_given_up(server, target, status):
    with pytest.raises(DownloadError, match=rf"received: the server answered {status} "):
        fetch(server.serve("/file.bin", CONTENT, *[f"status {status}"] * 9), target)
    assert len(server.requests) == QUICK.attempts


@pytest.mark.parametrize("fault, reason", [("hang", "no answer for"), ("trickle", r"only \d+ bytes came in")])
def test_a_server_that_hangs_is_given_up(server, target, fault, reason):
    began = time.monotonic()
    with pytest.raises(DownloadError, match=reason):
        fetch(server.serve("/file.bin", CONTENT, *[fault] * 20), target)
    assert time.monotonic() - began < 20


def test_offline_the_message_says_where_the_file_belongs(target):
    remote = RemoteFile("https://127.0.0.1:9/data/file.bin", sha256=SHA256, size=10240)
    with pytest.raises(DownloadError) as raised:
        download(remote, target, patience=QUICK)
    what, received, mend = str(raised.value).splitlines()
    assert what == "file.bin (10.2 kB) could not be downloaded from https://127.0.0.1:9/data/file.bin."
    assert received.startswith("Expected an answer from 127.0.0.1; received: the connection failed (")
    assert mend == (
        f"Offline, put the file (10240 bytes with the SHA-256 {SHA256}) at {str(target)!r} by hand; behind a proxy, "
        "set the environment variable HTTPS_PROXY to its address, such as http://proxy.example.org:3128."
    )
    target.write_bytes(CONTENT)
    assert not download(remote, target, patience=QUICK)


def test_a_name_that_is_not_found(target):
    with pytest.raises(DownloadError, match=r"received: the (server's name was not found|server answered) "):
        fetch("https://no-such-host.invalid/file.bin", target)


@pytest.mark.parametrize("address", ["http://example.org/file.bin", "ftp://example.org/f", "data:,x", "nonsense"])
def test_only_safe_addresses(target, address):
    with pytest.raises(DownloadError, match=r"Expected an address that begins with https://; received the scheme"):
        fetch(address, target)


def test_a_safe_address_may_not_lead_to_an_unsafe_one(server, target):
    url = server.serve("/file.bin", b"", "redirect http://example.org/file.bin")
    with pytest.raises(DownloadError, match=r"'http://example.org/file.bin' is not safe"):
        fetch(url, target)
    url = server.serve("/file.bin", b"", "redirect file:///etc/hostname")
    with pytest.raises(DownloadError, match=r"leads to a file of this machine|answered 302"):
        fetch(url, target)


def test_redirects_are_followed(server, target):
    server.serve("/there.bin", CONTENT)
    fetch(server.serve("/file.bin", b"", "redirect /there.bin"), target, sha256=SHA256)
    assert target.read_bytes() == CONTENT


def test_the_proxy_of_the_environment_is_used(server, target, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", server.url(""))
    server.files["http://data.example/file.bin"] = CONTENT
    fetch("http://data.example/file.bin", target, sha256=SHA256)
    assert target.read_bytes() == CONTENT
    assert server.requests == [("http://data.example/file.bin", None)]


def test_a_certificate_is_checked(target, monkeypatch):
    with running(str(CERTIFICATE)) as server:
        server.serve("/file.bin", CONTENT)
        url = server.url("/file.bin", "https")
        with pytest.raises(DownloadError, match="received: the server's certificate is not trusted"):
            fetch(url, target)
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        fetch(url, target)
    assert target.read_bytes() == CONTENT


def test_a_file_of_this_machine_is_copied(tmp_path, target):
    (tmp_path / "a b.bin").write_bytes(CONTENT)
    remote = RemoteFile((tmp_path / "a b.bin").as_uri(), sha256=SHA256)
    assert remote.name == "a b.bin"
    download(remote, target)
    assert target.read_bytes() == CONTENT
    with pytest.raises(DownloadError, match="No such file"):
        fetch((tmp_path / "none").as_uri(), target.with_name("none"))


def test_two_processes_make_one_download(server, target):
    url = server.serve("/file.bin", CONTENT)
    server.delay = 0.5
    code = (
        "import sys, pathlib; from heron.datasets.download import RemoteFile, download\n"
        "print('new', download(RemoteFile(sys.argv[1], sha256=sys.argv[2]), pathlib.Path(sys.argv[3])))"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    command = [sys.executable, "-c", code, url, SHA256, str(target)]
    running_now = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) for _ in range(2)]
    said = [process.communicate(timeout=60)[0].splitlines()[-1] for process in running_now]
    assert sorted(said) == ["new False", "new True"]
    assert target.read_bytes() == CONTENT
    assert len(server.requests) == 1
    assert left_in(target) == ["file.bin"]


def test_a_process_that_is_stuck_is_not_waited_for(server, target):
    target.parent.mkdir()
    with open(target.with_name(".file.bin.lock"), "w") as stuck:
        _try_lock(stuck.fileno())
        fetch(server.serve("/file.bin", CONTENT), target, sha256=SHA256)
    assert target.read_bytes() == CONTENT


def test_a_disk_without_space_is_said_before(server, target, monkeypatch):
    monkeypatch.setattr(download_module.shutil, "disk_usage", lambda path: _Usage())
    with pytest.raises(DownloadError, match=r"Expected 10\.2 kB of free space; received 5 bytes"):
        fetch(server.serve("/file.bin", CONTENT), target)


class _Usage:
    free = 5


def test_a_folder_that_cannot_be_made(server, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(DownloadError, match=r"cannot be written to .*\n.*\nSet the environment variable HERON_HOME"):
        fetch(server.serve("/file.bin", CONTENT), tmp_path / "file" / "file.bin")


def test_without_interactive_logging_the_logger_is_told(server, target, capsys, caplog, monkeypatch):
    monkeypatch.setattr(settings._settings, "interactive_logging", False)
    with caplog.at_level(logging.INFO, "heron"):
        fetch(server.serve("/file.bin", CONTENT, "cut 10"), target)
    assert capsys.readouterr().out == ""
    assert caplog.messages[0].startswith("Downloading file.bin from http://")
    assert caplog.messages[1] == "file.bin: the connection ended after 10 of 10240 bytes; trying again"


def test_on_a_terminal_a_line_moves(server, target, monkeypatch, capsys):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    fetch(server.serve("/file.bin", CONTENT), target)
    assert "\r[========================] 10.2 kB of 10.2 kB, " in capsys.readouterr().out


def test_checksums_of_files(tmp_path):
    (tmp_path / "x").write_bytes(b"abc")
    assert file_hash(tmp_path / "x", "md5") == "900150983cd24fb0d6963f7d28e17f72"
    assert file_hash(tmp_path / "x") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
