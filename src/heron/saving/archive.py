"""`.keras` archives: zip files of a config, the weights and what layers keep besides; nothing is ever extracted.

Members are read into memory, by their exact names, after what the archive declares was held against its size. heron
keeps the SHA-256 of each member in `metadata.json`.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import IO, Any

from heron._version import __version__
from heron.saving.files import FileContentError, content_text
from heron.saving.tensor_file import damaged

KERAS_VERSION = "3.15.1"
"""The version of Keras whose format is written; later ones read it too."""

METADATA, CONFIG, WEIGHTS, ASSETS = "metadata.json", "config.json", "model.weights.h5", "assets/"
MAX_DIRECTORY = 2**20
"""The longest list of members that is read, in bytes: room for 10,000."""
MAX_JSON = 64 * 2**20
"""The longest config that is read, in bytes."""
MAX_RATIO = 100
"""How many times its compressed size a member may be; Keras does not compress."""

_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError,
               IndexError, OverflowError, UnicodeError, KeyError)  # fmt: skip


class Archive:
    """An open archive.

    Attributes:
        path: the name of the file, for messages.
        metadata: who wrote it.
        config: the model as plain data.
    """

    def __init__(self, path: str, members: zipfile.ZipFile, size: int) -> None:
        self.path = path
        self._zip = members
        self._infos = self._checked_members(size)
        self._digests: Mapping[str, Any] = {}
        self.metadata = self._json(METADATA)
        digests = self.metadata.get("sha256")
        self._digests = digests if isinstance(digests, dict) else {}
        if self._digests and set(self._digests) != set(self._infos) - {METADATA}:
            raise damaged(path, "its members are not those that were stored")
        self._check_version()
        self.config = self._json(CONFIG)

    def _checked_members(self, size: int) -> dict[str, zipfile.ZipInfo]:
        """The members by name, none of which leads out of the archive or is larger than it may be."""
        infos = self._zip.infolist()
        found = {info.filename: info for info in infos}
        if len(found) != len(infos):
            raise self._refused("two of its members have one name")
        for name, info in found.items():
            if name.startswith("/") or ".." in name.split("/") or any(c in name for c in "\\:\0"):
                raise self._refused(f"its member {name[:80]!r} leads out of it")
            if info.file_size > MAX_RATIO * info.compress_size:
                raise self._refused(
                    f"its member {name[:80]!r} declares {info.file_size:,} bytes and holds {info.compress_size:,}"
                )
        total = sum(info.file_size for info in infos)
        if total > MAX_RATIO * size:
            raise self._refused(f"its {size:,} bytes declare members of {total:,} bytes")
        files = {name: info for name, info in found.items() if not name.endswith("/")}
        for name in (METADATA, CONFIG):
            if name not in files:
                raise FileContentError(
                    f"{self.path!r} is a zip archive, but not of a Keras model: it has no {name!r}; it has "
                    f"{', '.join(list(files)[:5]) or 'nothing'}.\nGive a file that model.save wrote."
                )
        return files

    def _check_version(self) -> None:
        version = self.metadata.get("keras_version")
        if not isinstance(version, str):
            raise damaged(self.path, f"{METADATA} does not say which Keras wrote it")
        if version.split(".")[0] not in ("2", "3"):
            raise FileContentError(
                f"{self.path!r} has the format of Keras {version[:20]}; heron reads those of Keras 2.12 to 3.\n"
                "Save it again with such a version, or with a later heron."
            )

    @property
    def names(self) -> list[str]:
        """The names of the members."""
        return list(self._infos)

    def read(self, name: str) -> bytes:
        """The content of one member.

        Raises:
            FileContentError: when it is not there, or not as it was written.
        """
        info = self._infos.get(name)
        if info is None:
            raise FileContentError(
                f"{self.path!r} has no {name!r}; it has {', '.join(list(self._infos)[:5])}.\n"
                "Give a file that model.save wrote."
            )
        try:
            with self._zip.open(info) as member:
                data = member.read(info.file_size + 1)
        except _UNREADABLE as error:
            raise damaged(self.path, f"{name!r} cannot be read ({str(error)[:100]})") from None
        if len(data) != info.file_size:
            raise damaged(self.path, f"{name!r} is not as long as it says")
        if self._digests and hashlib.sha256(data).hexdigest() != self._digests[name]:
            raise damaged(self.path, f"{name!r} does not match the SHA-256 that was stored with it")
        return data

    def _json(self, name: str) -> dict[str, Any]:
        size = self._infos[name].file_size
        if size > MAX_JSON:
            raise self._refused(f"{name!r} declares {size:,} bytes; at most {MAX_JSON:,} are read")
        return parsed(self.path, name, self.read(name))

    def _refused(self, what: str) -> FileContentError:
        return FileContentError(
            f"{self.path!r} was not loaded: {what}.\n"
            "It is damaged or made to do harm. Get it again from where it comes from."
        )


def parsed(path: str, name: str, text: str | bytes) -> dict[str, Any]:
    """A JSON object out of a file.

    Raises:
        FileContentError: for anything else.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise damaged(path, f"{name!r} cannot be read ({str(error)[:100]})") from None
    if not isinstance(value, dict):
        raise damaged(path, f"{name!r} is no JSON object")
    return value


class _Bounded:
    """A file of which no more than `limit` bytes are read at once, until it is None."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.limit: int | None = MAX_DIRECTORY

    def read(self, size: int = -1) -> bytes:
        if self.limit is not None and (size < 0 or size > self.limit):
            at, end = self._file.tell(), self._file.seek(0, 2)
            self._file.seek(at)
            if min(size if size >= 0 else end, end - at) > self.limit:
                raise zipfile.BadZipFile(f"its list of members is longer than {self.limit:,} bytes")
        return self._file.read(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


@contextlib.contextmanager
def reading(path: str) -> Iterator[Archive]:
    """Opens the archive `path`.

    Raises:
        FileContentError: for anything that is not a whole archive of a model.
    """
    with open(path, "rb") as file:
        head, size = file.read(16), file.seek(0, 2)
        file.seek(0)
        bounded = _Bounded(file)
        try:
            members = zipfile.ZipFile(bounded)
        except _UNREADABLE as error:
            if head.startswith(b"PK\x03\x04"):
                raise damaged(path, f"as a zip archive ({str(error)[:100]})") from None
            raise FileContentError(
                f"{path!r} exists but is not a .keras archive: it is {content_text(size, head)}.\n"
                "Give a file that model.save wrote."
            ) from None
        bounded.limit = None
        with members:
            yield Archive(path, members, size)


def write(
    file: IO[bytes],
    config: Mapping[str, Any],
    weights: bytes,
    assets: Mapping[str, bytes],
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Writes an archive to `file`, an empty one.

    Args:
        file: the file.
        config: the model as plain data.
        weights: the content of its HDF5 file.
        assets: what layers keep besides, by path.
        facts: what else is said of the model, beside who wrote it.
    """
    members = {CONFIG: json.dumps(config).encode(), WEIGHTS: weights}
    members |= {f"{ASSETS}{name}": data for name, data in assets.items()}
    about = {
        "keras_version": KERAS_VERSION,
        "date_saved": datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S"),
        "heron_version": __version__,
        "sha256": {name: hashlib.sha256(data).hexdigest() for name, data in members.items()},
        **(facts or {}),
    }
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in {METADATA: json.dumps(about).encode(), **members}.items():
            archive.writestr(zipfile.ZipInfo(name), data)


def weights_file(archive: Archive) -> io.BytesIO:
    """The weights of an archive as an open file."""
    if WEIGHTS not in archive.names and "model.weights.npz" in archive.names:
        raise FileContentError(
            f"{archive.path!r} keeps its weights as 'model.weights.npz', which heron does not read.\n"
            "Save the model again with Keras's model.save, which writes 'model.weights.h5'."
        )
    return io.BytesIO(archive.read(WEIGHTS))
