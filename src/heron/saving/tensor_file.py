"""Named arrays in the safetensors format, read and written by the safetensors library.

Nothing in such a file can run, and the library checks what its header says against the size of the file before it
allocates anything. heron adds one entry to the header's metadata, a JSON object: the SHA-256 of the whole file (its own
64 digits counted as zeros), the version that wrote it, the names of the weights in order, and, in files of whole
models, the configs.

Format: https://huggingface.co/docs/safetensors (0.8).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import IO, Any, NamedTuple

import jax.numpy as jnp
import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from heron._version import __version__
from heron.saving.files import FileContentError, content_text

MAX_HEADER = 16 * 2**20
"""The longest header that is written or read, in bytes: room for 60,000 arrays, or for the config of a large model."""

DTYPES = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "F8_E4M3": "float8_e4m3fn",
    "F8_E5M2": "float8_e5m2",
    "C64": "complex64",
    "I64": "int64",
    "I32": "int32",
    "I16": "int16",
    "I8": "int8",
    "U64": "uint64",
    "U32": "uint32",
    "U16": "uint16",
    "U8": "uint8",
    "BOOL": "bool",
}
"""The dtypes that files can hold, by the format's codes for them."""

GROUPS = ("weights", "optimizer", "random", "assets")
"""The lists of names in heron's metadata, which put the arrays of a file in order."""

_KEY, _NO_DIGEST = "heron", "0" * 64
_OPENING = '{"sha256": "'


class Entry(NamedTuple):
    """One array of a file: its name, its dtype as NumPy names it, its shape."""

    name: str
    dtype: str
    shape: tuple[int, ...]


class Header(NamedTuple):
    """What stands before the arrays.

    Attributes:
        entries: the arrays by name, in the order in which they lie in the file.
        about: heron's own metadata; empty for files from elsewhere.
        path: the file.
    """

    entries: dict[str, Entry]
    about: dict[str, Any]
    path: str

    def group(self, name: str) -> list[Entry]:
        """The arrays of one of `GROUPS` in order; in files from elsewhere all are weights."""
        if not self.about:
            return list(self.entries.values()) if name == "weights" else []
        return [self.entries[key] for key in self.about.get(name, [])]


def write(file: IO[bytes], arrays: Mapping[str, np.ndarray], about: Mapping[str, Any]) -> None:
    """Writes arrays to `file`, which can be written anywhere in and is empty.

    Args:
        file: the file.
        arrays: the arrays by name.
        about: what is kept beside them as JSON, the lists of `GROUPS` among it.

    Raises:
        FileContentError: for a dtype that the format does not have, and for too long a header.
    """
    for name, array in arrays.items():
        if array.dtype.name not in DTYPES.values():
            raise FileContentError(
                f"The array {name!r} has dtype {array.dtype}, which safetensors files cannot hold; they hold "
                f"{', '.join(DTYPES.values())}.\nGive it one of those dtypes."
            )
    text = json.dumps({"sha256": _NO_DIGEST, "version": __version__, **about}, ensure_ascii=False)
    data = safetensors.numpy.save({k: np.asarray(a, order="C") for k, a in arrays.items()}, {_KEY: text})
    length = _header_length(data)
    if length > MAX_HEADER:
        raise FileContentError(
            f"The names and shapes of {len(arrays):,} arrays, and the configs, take {length:,} bytes; at most "
            f"{MAX_HEADER:,} are written to one file.\nSave the parts of the model one by one."
        )
    file.write(data)
    file.seek(data.index(_NO_DIGEST.encode()))
    file.write(hashlib.sha256(data).hexdigest().encode())


def read_header(path: str) -> Header:
    """Reads and checks what stands before the arrays of the file `path`.

    Raises:
        FileContentError: for anything that is not a whole, well-formed safetensors file.
    """
    with open(path, "rb") as file:
        start, size = file.read(16), file.seek(0, 2)
    if len(start) < 10 or start[8:9] != b"{":
        raise FileContentError(
            f"{path!r} exists but is not a safetensors file: it is {content_text(size, start)}.\n"
            "Give a file that heron saved."
        )
    if _header_length(start) > MAX_HEADER:
        raise damaged(path, f"its header is {_header_length(start):,} bytes long; at most {MAX_HEADER:,} are read")
    try:
        with safetensors.safe_open(path, "numpy") as file:
            slices = {name: file.get_slice(name) for name in file.offset_keys()}
            entries = [_entry(path, name, s.get_dtype(), s.get_shape()) for name, s in slices.items()]
            metadata = file.metadata() or {}
    except SafetensorError as error:
        raise damaged(path, _reason(error)) from None
    header = Header({entry.name: entry for entry in entries}, _about(path, metadata), path)
    listed = [name for group in GROUPS for name in header.about.get(group, [])]
    if header.about and sorted(listed) != sorted(header.entries):
        raise damaged(path, "the lists of its arrays do not name each of them once")
    return header


def _header_length(data: bytes) -> int:
    return int.from_bytes(data[:8], "little")


def _reason(error: SafetensorError) -> str:
    """The library's word for what is wrong, shortened."""
    return str(error).partition(": ")[2].split(", expected one of")[0][:200] or str(error)[:200]


def _entry(path: str, name: str, code: str, shape: list[int]) -> Entry:
    if code not in DTYPES:
        raise FileContentError(
            f"{path!r}: {name[:80]!r} has dtype {code!r}, which heron cannot read; it reads {', '.join(DTYPES)}."
        )
    return Entry(name, DTYPES[code], tuple(shape))


def _about(path: str, metadata: Mapping[str, str]) -> dict[str, Any]:
    """The metadata that heron wrote; empty for files from elsewhere."""
    text = metadata.get(_KEY)
    if text is None:
        if any(value.startswith(_OPENING) for value in metadata.values()):
            raise damaged(path, f"its metadata should stand under {_KEY!r}")
        return {}
    try:
        about = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise damaged(path, f"its metadata cannot be read ({str(error)[:100]})") from None
    digest = about.get("sha256") if isinstance(about, dict) else None
    if not isinstance(digest, str) or len(digest) != len(_NO_DIGEST):
        raise damaged(path, "its SHA-256 is missing")
    for group in GROUPS:
        names = about.get(group, [])
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise damaged(path, f"the names of its {group} are no list of names")
    return dict(about)


def read_arrays(path: str, header: Header, wanted: Collection[str]) -> dict[str, np.ndarray]:
    """Reads the arrays named in `wanted`, after the whole file was found to be what was written.

    Raises:
        FileContentError: when it is not.
    """
    with open(path, "rb") as file:
        data = file.read()
    if header.about and _digest(data, header.about["sha256"]) != header.about["sha256"]:
        raise damaged(path, "its content does not match the SHA-256 that was stored with it")
    try:
        found = {name: (view["dtype"], view["shape"], view["data"]) for name, view in safetensors.deserialize(data)}
    except SafetensorError as error:
        raise damaged(path, _reason(error)) from None
    del data
    if {name: _entry(path, name, code, shape) for name, (code, shape, _) in found.items()} != header.entries:
        raise damaged(path, "it changed while it was read")
    arrays = {}
    for name in wanted:
        _, dtype, shape = header.entries[name]
        arrays[name] = np.frombuffer(found.pop(name)[2], jnp.dtype(dtype)).reshape(shape)
    return arrays


def _digest(data: bytes, stored: str) -> str:
    """The SHA-256 of a file, the digits that are stored in it counted as zeros."""
    at = max(0, data.find(stored.encode(), 0, 8 + _header_length(data)))
    digest = hashlib.sha256(data[:at] + _NO_DIGEST.encode())
    digest.update(memoryview(data)[at + len(_NO_DIGEST) :])
    return digest.hexdigest()


def damaged(path: str, what: str) -> FileContentError:
    """The error for a file that is not as it was written."""
    return FileContentError(
        f"{path!r} is damaged: {what}.\nNothing was loaded. Copy or save the file again, or use an earlier one."
    )
