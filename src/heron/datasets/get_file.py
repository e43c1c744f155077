"""`get_file`: a file, or the folder in an archive, from the network into a cache, as in Keras."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from heron.datasets.archives import extract as extract_archive
from heron.datasets.download import RemoteFile, download
from heron.datasets.locks import locked
from heron.errors import ArgumentError
from heron.folders import cache_folder
from heron.validate import one_of

_ALGORITHM = one_of("auto", "sha256", "md5")
_LENGTHS = {"sha256": 64, "md5": 32}
_FORMATS = ("tar", "zip")
_UNPACKING = 900.0
"""Seconds for which a process waits for another one that unpacks."""


def get_file(
    fname: str | os.PathLike[str] | None = None,
    origin: str | None = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str | os.PathLike[str] = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: str | Sequence[str] | None = "auto",
    cache_dir: str | os.PathLike[str] | None = None,
    force_download: bool = False,
    *,
    allow_http: bool = False,
) -> str:
    """Downloads a file unless it is in the cache already, and unpacks it if it is an archive.

    The file has its name only when it is whole and its checksum is right. A download that was cut short goes on where
    it ended, at once and, where a checksum is given, at the next call too. Several processes may ask for the same file
    at once. Proxies are taken from the environment.

    From archives only files and folders are unpacked; links, devices and names that lead out of the folder are
    refused, and so is an archive that grows beyond measure. The folder appears when everything is in it.

    Args:
        fname: the name of the file in the cache; by default the last part of `origin`. With `extract`, a name without a
            dot is that of the folder; with one, the folder is the part before the dot and `_extracted`.
        origin: its address, https or file. Plain http only with a SHA-256, with `allow_http`, or from this machine.
        untar: the old spelling of `extract=True, archive_format="tar"`.
        md5_hash: the old spelling of `file_hash`, for an MD5.
        file_hash: the checksum the file must have, SHA-256 or MD5, in hexadecimal digits. Give one where you can.
        cache_subdir: the folder inside `cache_dir`; or an absolute path, which is used as it is.
        hash_algorithm: `"sha256"`, `"md5"`, or `"auto"`, which tells them apart by their lengths.
        extract: whether to unpack the file. A folder unpacked from the same file before is not made again.
        archive_format: `"tar"` (plain, gzip, bzip2, xz), `"zip"`, several of them, or `"auto"` for all.
        cache_dir: the cache; by default `downloads` in heron's cache folder (`$HERON_HOME`, or the user's), where Keras
            has `~/.keras`.
        force_download: whether to download the file although it is there.
        allow_http: whether `origin` may be plain http although no SHA-256 is given.

    Returns:
        The path of the file, or that of the folder when it was unpacked.

    Raises:
        ArgumentError: when no name or address can be made of the arguments.
        DownloadError: when the file cannot be had. The message says where to put it by hand.
        WrongContentError: when it does not have the checksum. It is a `DownloadError` and a `ValueError`.
        ArchiveError: when it is not an archive, or one that is not to be unpacked.

    Source: `keras.utils.get_file`.

    Example:
        >>> import pathlib, tempfile
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> _ = (folder / "numbers.txt").write_text("1 2 3")
        >>> path = get_file(origin=(folder / "numbers.txt").as_uri(), cache_dir=folder / "cache")
        Downloading numbers.txt from file:///...
        >>> pathlib.Path(path).read_text()
        '1 2 3'
    """
    if not origin or not isinstance(origin, str):
        raise ArgumentError(
            "get_file: argument 'origin' must be the address of the file, a string; "
            f"received {origin!r}.\nWrite get_file(origin='https://example.org/file.zip')."
        )
    if md5_hash is not None and file_hash is None:
        file_hash, hash_algorithm = md5_hash, "md5"
    remote = RemoteFile(origin, allow_http=allow_http, **_checksum(file_hash, hash_algorithm))
    base = cache_folder() / "downloads" if cache_dir is None else Path(os.path.expanduser(cache_dir))
    folder = Path(os.path.abspath(base / cache_subdir))
    name = _name(fname, remote)
    if not (extract or untar):
        download(remote, folder / name, again=force_download)
        return str(folder / name)
    formats = _formats("tar" if untar else archive_format)
    stem, dot, _ = name.partition(".")
    target = folder / (name if fname and dot else f"{name}_archive")
    unpacked = folder / (f"{stem}_extracted" if fname and dot else name)
    new = download(remote, target, again=force_download)
    with locked(unpacked.with_name(f".{unpacked.name}.lock"), target, _UNPACKING):
        if new or not unpacked.is_dir() or unpacked.stat().st_mtime < target.stat().st_mtime:
            extract_archive(target, unpacked, formats)
            os.utime(unpacked)
    return str(unpacked)


def _name(fname: str | os.PathLike[str] | None, remote: RemoteFile) -> str:
    name = str(os.fspath(fname)) if fname else remote.name
    if name not in ("", ".", "..") and not set(name) & {"/", "\\", "\0"}:
        return name
    raise ArgumentError(
        f"get_file: argument 'fname' must be the name of a file, without folders; received {fname!r} and the address "
        f"{remote.url!r}.\nWrite fname='data.csv', say, and name folders by cache_dir and cache_subdir."
    )


def _checksum(file_hash: str | None, algorithm: str) -> dict[str, Any]:
    _ALGORITHM.check("get_file", "hash_algorithm", algorithm)
    if file_hash is None:
        return {}
    digits = str(file_hash).strip().lower()
    if algorithm == "auto":
        algorithm = next((name for name, length in _LENGTHS.items() if length == len(digits)), "sha256")
    if len(digits) != _LENGTHS[algorithm] or set(digits) - set("0123456789abcdef"):
        raise ArgumentError(
            f"get_file: argument 'file_hash' must be a checksum, 64 hexadecimal digits of a SHA-256 or 32 of an MD5; "
            f"received {file_hash!r} for the algorithm {algorithm!r}.\nThe program sha256sum prints a file's SHA-256."
        )
    return {algorithm: digits}


def _formats(archive_format: str | Sequence[str] | None) -> tuple[str, ...]:
    if archive_format == "auto":
        return _FORMATS
    formats = (archive_format,) if isinstance(archive_format, str) else tuple(archive_format or ())
    if formats and set(formats) <= set(_FORMATS):
        return formats
    raise ArgumentError(
        f"get_file: argument 'archive_format' must be 'auto', 'tar', 'zip' or a list of them, when a file is to be "
        f"unpacked; received {archive_format!r}.\nWrite extract=False to keep the file as it is."
    )
