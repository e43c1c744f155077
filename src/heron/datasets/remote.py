"""The table of the data sets that are downloaded on demand, and how their files come into the cache.

Addresses, sizes and checksums are those that Keras 3.15 and TensorFlow Datasets publish. For the two word lists no
SHA-256 is published: they are held to their MD5, which finds damage, though not malice.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from heron.datasets.archives import extract
from heron.datasets.download import RemoteFile, download
from heron.datasets.locks import locked
from heron.errors import ArgumentError, value_text
from heron.folders import cache_folder

_KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets"
_TENSORFLOW = "https://storage.googleapis.com/download.tensorflow.org/data"
_UNPACKING = 900.0
"""Seconds for which a process waits for another one that unpacks."""

IMDB = RemoteFile(
    f"{_KERAS}/imdb.npz",
    sha256="69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
    size=17_464_789,
)
IMDB_WORDS = RemoteFile(f"{_KERAS}/imdb_word_index.json", md5="bfafd718b763782e994055a2d397834f", size=1_641_221)
REUTERS = RemoteFile(
    f"{_KERAS}/reuters.npz",
    sha256="d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916",
    size=2_110_848,
)
REUTERS_WORDS = RemoteFile(f"{_KERAS}/reuters_word_index.json", md5="4d44cc38712099c9e383dc6e5f11a921")
CALIFORNIA_HOUSING = RemoteFile(
    f"{_KERAS}/california_housing.npz",
    sha256="1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f",
    size=743_530,
)
CIFAR10 = RemoteFile(
    "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    sha256="c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    size=170_052_171,
)
CIFAR100 = RemoteFile(
    "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
    sha256="58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
    size=168_513_733,
)
ROCK_PAPER_SCISSORS = RemoteFile(
    f"{_TENSORFLOW}/rps.zip",
    sha256="c2403444395842ad04c53612bad54b574443eae17a0723117a2ff87b9d72194f",
    size=200_682_221,
)
ROCK_PAPER_SCISSORS_TEST = RemoteFile(
    f"{_TENSORFLOW}/rps-test-set.zip",
    sha256="c27ab9fa43ce40b2e453de711365b477f4424586edf0388116674fd320f07503",
    size=29_516_758,
)
HORSES_OR_HUMANS = RemoteFile(
    f"{_TENSORFLOW}/horse-or-human.zip",
    sha256="e2e6f70d3d549c5dd10a57165e55af253ee66ad750403f95c0fb76bb943633a9",
    size=149_574_867,
)
HORSES_OR_HUMANS_TEST = RemoteFile(
    f"{_TENSORFLOW}/validation-horse-or-human.zip",
    sha256="ae5fff2f4f5554791f05358108e2e05d9801b191f1896ea101402f0e7f6c32c0",
    size=11_480_187,
)
CATS_VS_DOGS = RemoteFile(
    "https://download.microsoft.com/download/3/E/1/3E1C3F21-ECDB-4869-8368-6DEBA77B919F/kagglecatsanddogs_5340.zip",
    sha256="b7974bd00a84a99921f36ee4403f089853777b5ae8d151c76a86e64900334af9",
    size=824_887_076,
)


def folder_of(data_set: str) -> Path:
    """The folder of a data set in heron's cache."""
    return cache_folder() / "datasets" / data_set


def fetch(data_set: str, remote: RemoteFile, name: object = None) -> Path:
    """Returns the path of a file of a data set, which is downloaded if it is not there, or not whole.

    Args:
        data_set: the name of the data set.
        remote: the file.
        name: the file's name in the cache; by default its own.

    Raises:
        ArgumentError: when `name` is not the name of a file.
        DownloadError: when it cannot be had.
    """
    chosen = remote.name if name is None else str(name)
    if chosen in ("", ".", "..") or set(chosen) & {"/", "\\", "\0"}:
        raise ArgumentError(
            f"{data_set}.load_data: argument 'path' must be the name of a file, without folders; received "
            f"{value_text(name)}.\nLeave it out, and put a file that you have at "
            f"{str(folder_of(data_set) / remote.name)!r}."
        )
    path = folder_of(data_set) / chosen
    download(remote, path)
    return path


def unpack(data_set: str, remote: RemoteFile, name: str, finish: Callable[[Path], None] | None = None) -> Path:
    """Returns the folder with the content of an archive of a data set.

    The first time the archive is downloaded and unpacked; then it is deleted, unless somebody had put it there.

    Args:
        data_set: the name of the data set.
        remote: the archive.
        name: the name of the folder.
        finish: is given the folder before it gets its name.

    Raises:
        DownloadError: when the archive cannot be had.
    """
    folder = folder_of(data_set) / name
    archive = folder.with_name(remote.name)
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with locked(folder.with_name(f".{name}.lock"), archive, _UNPACKING):
        if not folder.is_dir():
            was_there = archive.exists()
            download(remote, archive)
            extract(archive, folder, finish=finish)
            if not was_there:
                archive.unlink()
    return folder
