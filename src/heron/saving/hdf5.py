"""HDF5 files of arrays and texts, read without following anything in them, and written with a checksum.

The library that reads them (h5py) is imported when the first such file is met. Links are walked by hand: nothing but
arrays of numbers that lie in the file itself is read, and what a file declares is held against its size first.

heron writes the SHA-256 of the whole file (its own 64 digits counted as zeros) as the attribute `heron` of the root.
It is verified before the library sees the file.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import itertools
import math
import struct
from collections.abc import Collection, Iterator, Mapping
from typing import IO, Any

import jax.numpy as jnp
import numpy as np

from heron.saving.files import FileContentError, content_text
from heron.saving.hdf5_texts import Texts
from heron.saving.tensor_file import Entry, damaged

SIGNATURE = b"\x89HDF\r\n\x1a\n"
MAX_ITEMS = 200_000
"""How many groups and arrays of one file are looked at."""
MAX_RATIO = 100
"""How many times the size of the file its arrays may be: compressed weights come to 2 or 3."""

_MARK, _NO_DIGEST = b"heron-sha256:", b"0" * 64
_PIECE = 2**20
_ATTRIBUTE = "heron"
_MAX_ATTRIBUTE = 60_000  # bytes: HDF5 has room for 64 KiB beside a group
_FILTERS = (1, 2, 3)  # deflate, shuffle, fletcher32; others would be looked for among the plugins of the system
_LIBRARY = (
    struct.error,
    OSError,
    RuntimeError,
    KeyError,
    ValueError,
    TypeError,
    OverflowError,
    MemoryError,
    AttributeError,
)


def _h5py() -> Any:
    import h5py  # at the first file: it takes a tenth of a second

    return h5py


class Hdf5File:
    """An open file: its arrays by path, and the texts beside them.

    Attributes:
        path: the name of the file, for messages.
        entries: the arrays by path, without those of groups that were not asked for.
    """

    def __init__(self, path: str, file: Any, content: IO[bytes], size: int) -> None:
        self.path = path
        self._file = file
        self._content, self._known = content, dict[str, dict[str, list[str]]]()
        self._found: dict[str, Any] = {}
        self.entries: dict[str, Entry] = {}
        with self._checked():
            for name, dataset in self._walk():
                self.entries[name] = self._entry(name, dataset)
                self._found[name] = dataset
        numbers = sum(math.prod(e.shape) * jnp.dtype(e.dtype).itemsize for e in self.entries.values())
        if numbers > MAX_RATIO * size:
            raise self._refused(f"its {size:,} bytes declare arrays of {numbers:,} bytes")

    def _walk(self) -> Iterator[tuple[str, Any]]:
        """All datasets by path, each group and dataset reached by its own name in the file alone."""
        h5py = _h5py()
        waiting, seen, count = [("", self._file)], {h5py.h5o.get_info(self._file.id).addr}, 0
        while waiting:
            prefix, group = waiting.pop()
            for name in sorted(group):
                count += 1
                path = f"{prefix}{name}"
                link = group.get(name, getlink=True)
                if not isinstance(link, h5py.HardLink):
                    raise self._refused(f"{path[:80]!r} is a link to elsewhere ({type(link).__name__})")
                if count > MAX_ITEMS:
                    raise self._refused(f"it holds more than {MAX_ITEMS:,} groups and arrays")
                item = group.get(name)
                place = h5py.h5o.get_info(item.id).addr
                if place in seen:
                    raise self._refused(f"{path[:80]!r} stands in several places")
                seen.add(place)
                if isinstance(item, h5py.Group):
                    waiting.append((f"{path}/", item))
                elif isinstance(item, h5py.Dataset):
                    yield path, item
                else:
                    raise self._refused(f"{path[:80]!r} is neither a group nor an array")

    def _entry(self, name: str, dataset: Any) -> Entry:
        """The array's shape and dtype, after a look at where its numbers lie."""
        h5py = _h5py()
        made = dataset.id.get_create_plist()
        if made.get_layout() == h5py.h5d.VIRTUAL:
            raise self._refused(f"the array {name[:80]!r} lies in other files (a virtual dataset)")
        if made.get_external_count():
            raise self._refused(f"the array {name[:80]!r} lies in other files (external storage)")
        filters = [made.get_filter(i)[0] for i in range(made.get_nfilters())]
        if any(code not in _FILTERS for code in filters):
            raise self._refused(f"the array {name[:80]!r} is packed in a way that heron does not read ({filters})")
        dtype, shape = dataset.dtype, dataset.shape
        if shape is None or len(shape) > 32:
            raise self._refused(f"the array {name[:80]!r} has no shape")
        bits = math.prod(shape) * dtype.itemsize
        if not filters and bits > dataset.id.get_storage_size():
            raise self._refused(
                f"the array {name[:80]!r} declares {bits:,} bytes and holds {dataset.id.get_storage_size():,}"
            )
        return Entry(name, self._dtype_name(name, dtype), tuple(shape))

    def _dtype_name(self, name: str, dtype: np.dtype[Any]) -> str:
        if dtype.kind in "fiub" and dtype.itemsize <= 8:
            return dtype.newbyteorder("=").name
        if dtype.kind == "V" and dtype.itemsize == 2 and dtype.fields is None:  # as Keras writes it
            return "bfloat16"
        raise self._refused(f"the array {name[:80]!r} holds no plain numbers (dtype {dtype})")

    def arrays(self, wanted: Collection[str]) -> dict[str, np.ndarray]:
        """Reads the arrays at the paths in `wanted`."""
        found = {}
        for name in wanted:
            entry = self.entries[name]
            with self._checked():
                array = np.asarray(self._found[name][()])
            dtype = jnp.dtype(entry.dtype)
            found[name] = array.view(dtype) if array.dtype.kind == "V" else array.astype(dtype, copy=False)
        return found

    def text(self, name: str, group: str = "") -> str | None:
        """The text that stands beside a group, by default the root, under `name`; None for nothing."""
        found = self._texts(group).get(name)
        return found[0] if found else None

    def names(self, name: str, group: str = "") -> list[str]:
        """The list of texts that stands beside a group under `name`, or in parts under `name0`, `name1`, ..."""
        found, texts = self._texts(group), []
        parts = (
            [name]
            if name in found
            else itertools.takewhile(found.__contains__, map(f"{name}{{}}".format, range(10**6)))
        )
        for part in parts:
            texts += found[part]
        return texts

    def groups(self, group: str = "") -> list[str]:
        """The names of what stands directly in a group, by default the root; empty where it is not."""
        with self._checked():
            place = self._group(group)
            return [] if place is None else sorted(place)

    @functools.cached_property
    def _reader(self) -> Texts:
        return Texts(self._content)

    def _group(self, group: str) -> Any:
        place = self._file
        for part in group.split("/") if group else ():
            place = place.get(part) if isinstance(place, _h5py().Group) else None
        return place if isinstance(place, _h5py().Group) else None

    def _texts(self, group: str) -> dict[str, list[str]]:
        if group not in self._known:
            with self._checked():
                place = self._group(group)
                self._known[group] = {} if place is None else self._reader.at(_h5py().h5o.get_info(place.id).addr)
        return self._known[group]

    @contextlib.contextmanager
    def _checked(self) -> Iterator[None]:
        """What the library says of a file that it cannot read, in heron's words."""
        try:
            yield
        except FileContentError:
            raise
        except _LIBRARY as error:
            raise damaged(self.path, f"as an HDF5 file ({str(error)[:100]})") from None

    def _refused(self, what: str) -> FileContentError:
        return FileContentError(
            f"{self.path!r} was not loaded: {what}.\n"
            "It is damaged or made to do harm. Get it again from where it comes from."
        )


@contextlib.contextmanager
def reading(path: str, file: IO[bytes] | None = None) -> Iterator[Hdf5File]:
    """Opens the file `path`, or the open `file` that messages call so, and looks through all of it.

    Raises:
        FileContentError: for anything that is not a whole HDF5 file of plain arrays, and for one that is not as heron
            wrote it.
    """
    with contextlib.ExitStack() as stack:
        file = file if file is not None else stack.enter_context(open(path, "rb"))
        file.seek(0)
        head, size = file.read(16), file.seek(0, 2)
        if not head.startswith(SIGNATURE):
            raise FileContentError(
                f"{path!r} exists but is not an HDF5 file: it is {content_text(size, head)}.\n"
                "Give a file that heron or Keras saved."
            )
        signed = _verify(path, file)
        file.seek(0)
        try:
            opened = stack.enter_context(_h5py().File(file, "r"))
            says = _ATTRIBUTE in opened.attrs
        except _LIBRARY as error:
            raise damaged(path, f"as an HDF5 file ({str(error)[:100]})") from None
        if says != signed:
            raise damaged(path, "its SHA-256 is missing")
        yield Hdf5File(path, opened, file, size)


def _verify(path: str, file: IO[bytes]) -> bool:
    """Holds the file against the SHA-256 in it; False where there is none."""
    start = _digest_place(file)
    if start is None:
        return False
    file.seek(start)
    stored = file.read(64)
    file.seek(0)
    digest = hashlib.sha256(file.read(start))
    digest.update(_NO_DIGEST)
    file.seek(start + 64)
    while piece := file.read(_PIECE):
        digest.update(piece)
    if digest.hexdigest().encode() != stored:
        raise damaged(path, "its content does not match the SHA-256 that was stored with it")
    return True


def _digest_place(file: IO[bytes]) -> int | None:
    """Where the SHA-256 stands in the file."""
    file.seek(0)
    end, at = b"", 0  # the last bytes of the piece before, and where they stand
    while piece := file.read(_PIECE):
        data = end + piece
        found = data.find(_MARK)
        if found >= 0:
            return at + found + len(_MARK)
        end, at = data[-len(_MARK) :], at + len(data) - len(_MARK)
    return None


def write(file: IO[bytes], arrays: Mapping[str, np.ndarray], texts: Mapping[str, Mapping[str, Any]]) -> None:
    """Writes arrays to `file`, an empty one.

    Args:
        file: the file.
        arrays: the arrays by path.
        texts: for the path of a group its attributes, texts and lists of them; groups that are named here are made.
    """
    memory = io.BytesIO()
    with _h5py().File(memory, "w") as target:
        target.attrs[_ATTRIBUTE] = np.bytes_(_MARK + _NO_DIGEST)
        for group, attributes in texts.items():
            place = target.require_group(group)
            for name, text in attributes.items():
                for part, value in _attributes(name, text):
                    place.attrs[part] = value
        for path, array in arrays.items():
            if array.dtype.kind not in "fiub" and array.dtype.name != "bfloat16":
                raise FileContentError(
                    f"The array {path!r} has dtype {array.dtype}, which HDF5 files of weights do not hold.\n"
                    "Write a '.safetensors' file, which does."
                )
            made = target.create_dataset(path, data=np.asarray(array, order="C"))
            if array.dtype.name == "bfloat16":
                made.attrs["dtype"] = "bfloat16"
    start = memory.getvalue().index(_MARK + _NO_DIGEST) + len(_MARK)
    data = memory.getbuffer()
    data[start : start + 64] = hashlib.sha256(data).hexdigest().encode()
    file.write(data)


def _attributes(name: str, text: str | list[str]) -> list[tuple[str, Any]]:
    """A text under its name; a list in as many parts, `name0`, `name1`, as the room of an attribute makes of it."""
    if isinstance(text, str):
        return [(name, text)]
    listed = np.array([one.encode() for one in text], dtype=None if text else "S1")
    parts = np.array_split(listed, max(1, -(-listed.nbytes // _MAX_ATTRIBUTE)))
    return [(name if len(parts) == 1 else f"{name}{i}", part) for i, part in enumerate(parts)]
