"""Archives: what is unpacked, what is refused, and that a folder is there whole or not at all."""

from __future__ import annotations

import contextlib
import io
import os
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heron.datasets.archives import ArchiveError, Budget, extract

FILES = {"a.txt": b"one", "deep/er/b.bin": bytes(range(256)), "empty": b""}


def make_zip(path: Path, files: dict[str, bytes], mode: int = 0, compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            info.compress_type = compression
            archive.writestr(info, content)
    return path


def make_tar(path: Path, files: dict[str, bytes], kind: str = "w:gz", **attributes: object) -> Path:
    with tarfile.open(path, kind) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            for key, value in attributes.items():
                setattr(info, key, value)
            archive.addfile(info, io.BytesIO(content))
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("kind", ["zip", "stored", "w", "w:gz", "w:bz2", "w:xz"])
def test_files_and_folders_come_out(tmp_path, kind):
    path = tmp_path / "archive"
    if kind in ("zip", "stored"):
        make_zip(path, {**FILES, "folder/": b""}, compression=zipfile.ZIP_STORED if kind == "stored" else 8)
    else:
        make_tar(path, FILES, kind, mode=0o4777)
    extract(path, tmp_path / "out")
    assert contents(tmp_path / "out") == FILES
    assert not (tmp_path / "out" / "a.txt").stat().st_mode & (stat.S_ISUID | stat.S_IXUSR)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["archive", "out"]


def test_a_folder_of_that_name_is_replaced(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "old").write_text("")
    extract(make_zip(tmp_path / "archive", FILES), tmp_path / "out")
    assert contents(tmp_path / "out") == FILES


BAD_NAMES = ["/etc/x", "../x", "a/../../x", "C:/x", "C:x", "a\\..\\x", "x" * 300]


@pytest.mark.parametrize("name", BAD_NAMES)
@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_names_that_lead_out_are_refused(tmp_path, make, name):
    path = make(tmp_path / "archive", {"good": b"1", name: b"2"})
    with pytest.raises(ArchiveError, match="Expected names inside the new folder; received '"):
        extract(path, tmp_path / "in" / "out")
    assert not (tmp_path / "in" / "out").exists()
    assert not (tmp_path / "x").exists()
    assert list((tmp_path / "in").iterdir()) == []


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_tar_files_are_refused(tmp_path, kind):
    path = make_tar(tmp_path / "archive", {"bad": b""}, type=kind, linkname="/etc/passwd")
    with pytest.raises(ArchiveError, match="received 'bad', which is a link or a device"):
        extract(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO])
def test_links_and_devices_in_zip_files_are_refused(tmp_path, kind):
    path = make_zip(tmp_path / "archive", {"bad": b"/etc/passwd"}, mode=kind | 0o777)
    with pytest.raises(ArchiveError, match="received 'bad', which is a link or a device"):
        extract(path, tmp_path / "out")


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("names", [["a", "a"], ["a", "a/b"], ["a/b", "a"], ["a", "./a"]])
def test_two_files_of_one_name_are_refused(tmp_path, names):
    path = tmp_path / "archive"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    with pytest.raises(ArchiveError, match=r"Expected each (file|name) once; received"):
        extract(path, tmp_path / "out")


def test_encrypted_files_are_refused(tmp_path):
    path = make_zip(tmp_path / "archive", {"secret": b"x"})
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match="received 'secret', which is encrypted"):
        extract(path, tmp_path / "out")


@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_bombs_are_refused(tmp_path, make):
    small = Budget(members=5, growth=10, least=1000)
    path = make(tmp_path / "archive", {"zeros": b"\0" * 1_000_000})
    with pytest.raises(ArchiveError, match=r"Expected (files of at most \d+ bytes in all|a moderate size); received"):
        extract(path, tmp_path / "out", budget=small)
    path = make(tmp_path / "archive", {str(i): b"" for i in range(6)})
    with pytest.raises(ArchiveError, match="Expected at most 5 files; received more"):
        extract(path, tmp_path / "out", budget=small)
    assert os.listdir(tmp_path) == ["archive"]


def test_a_header_that_would_fill_the_memory_is_refused(tmp_path):
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 1 << 33
    (tmp_path / "archive").write_bytes(info.tobuf(tarfile.GNU_FORMAT) + b"\0" * 2048)
    with pytest.raises(ArchiveError, match="received a bomb"):
        extract(tmp_path / "archive", tmp_path / "out")


@pytest.mark.parametrize("formats, found", [(("zip",), "a zip file"), (("tar",), "a tar file, plain or compressed")])
def test_other_files_are_refused(tmp_path, formats, found):
    (tmp_path / "archive").write_bytes(b"GIF89a, say" * 100)
    with pytest.raises(ArchiveError, match=f"Expected {found}; received a file that begins with b'GIF89a'"):
        extract(tmp_path / "archive", tmp_path / "out", formats)


def test_a_format_that_was_not_asked_for_is_refused(tmp_path):
    with pytest.raises(ArchiveError, match="Expected a tar file"):
        extract(make_zip(tmp_path / "archive", FILES), tmp_path / "out", ("tar",))


@pytest.mark.parametrize("kind", ["zip", "w", "w:gz", "w:bz2", "w:xz"])
def test_damaged_archives_are_refused_whatever_is_wrong(tmp_path_factory, kind):
    folder = tmp_path_factory.mktemp("damaged")
    path = folder / "archive"
    whole = (make_zip(path, FILES) if kind == "zip" else make_tar(path, FILES, kind)).read_bytes()

    @given(st.integers(0, len(whole) - 1), st.integers(1, 255), st.integers(0, len(whole)))
    def damaged(place, change, kept):
        data = bytearray(whole)
        data[place] ^= change
        path.write_bytes(data[:kept])
        with contextlib.suppress(ArchiveError):
            extract(path, folder / "out", budget=Budget(least=10_000))
        assert sorted(os.listdir(folder)) in (["archive"], ["archive", "out"])

    damaged()
