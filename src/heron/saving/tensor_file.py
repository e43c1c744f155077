"""The safetensors format: eight bytes with the length of a JSON header, the header, and the arrays one after another.

Nothing in such a file can run. What the header says is checked against the size of the file before anything is read or
allocated. heron adds the SHA-256 of the whole file (the 64 digits themselves counted as zeros) to the header's
metadata, so that damage is noticed.

Format: https://huggingface.co/docs/safetensors (0.8).
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Collection, Iterable, Iterator
from typing import IO, Any, NamedTuple

import ml_dtypes  # noqa: F401 - makes NumPy know bfloat16 and float8 by name
import numpy as np

from heron._version import __version__
from heron.saving.files import FileContentError, content_text

MAX_HEADER = 4 * 2**20
"""The longest header that is written or read, in bytes: room for some 40,000 arrays."""

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
_CODES = {dtype: code for code, dtype in DTYPES.items()}
_DIGEST, _VERSION = "heron.sha256", "heron.version"
_NO_DIGEST = "0" * 64
_PIECE = 2**20


class Entry(NamedTuple):
    """One array of a file.

    Attributes:
        name: its name.
        dtype: its dtype, as NumPy names it.
        shape: its shape.
        start: where its bytes begin, counted from the end of the header.
        stop: where they end.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    start: int
    stop: int


class Contents(NamedTuple):
    """What the header of a file says.

    Attributes:
        head: the bytes before the arrays.
        entries: the arrays in the order in which they lie in the file.
        digest: the SHA-256 that heron wrote, None for files from elsewhere.
    """

    head: bytes
    entries: list[Entry]
    digest: str | None


# ---- writing ------------------------------------------------------------------------------------------------------


def write(file: IO[bytes], arrays: Iterable[tuple[str, str, tuple[int, ...], Any]]) -> None:
    """Writes arrays to `file`, which can be written anywhere in and is empty.

    Args:
        file: the file.
        arrays: name, dtype, shape, and a function that returns the array; one is held in memory at a time.

    Raises:
        FileContentError: for a dtype that the format does not have, and for too many arrays.
    """
    arrays = list(arrays)
    head = _head([(name, dtype, shape) for name, dtype, shape, _ in arrays])
    digest = hashlib.sha256(head)
    file.write(head)
    for _, dtype, shape, read in arrays:
        array = np.ascontiguousarray(read(), dtype=np.dtype(dtype)).reshape(shape)
        data = array.reshape(-1).view(np.uint8).data
        digest.update(data)
        file.write(data)
    file.seek(head.index(_NO_DIGEST.encode()))
    file.write(digest.hexdigest().encode())


def _head(arrays: Iterable[tuple[str, str, tuple[int, ...]]]) -> bytes:
    """The bytes before the arrays, with zeros for the digest, a multiple of eight of them."""
    header: dict[str, Any] = {"__metadata__": {_DIGEST: _NO_DIGEST, _VERSION: __version__}}
    at = 0
    for name, dtype, shape in arrays:
        if dtype not in _CODES:
            raise FileContentError(
                f"The array {name!r} has dtype {dtype}, which safetensors files cannot hold; they hold "
                f"{', '.join(_CODES)}.\nGive it one of those dtypes."
            )
        stop = at + math.prod(shape) * np.dtype(dtype).itemsize
        header[name] = {"dtype": _CODES[dtype], "shape": list(shape), "data_offsets": [at, stop]}
        at = stop
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    if len(text) > MAX_HEADER:
        raise FileContentError(
            f"The names and shapes of {len(header) - 1:,} arrays take {len(text):,} bytes; at most {MAX_HEADER:,} are "
            "written to one file.\nSave the parts of the model one by one."
        )
    return len(text).to_bytes(8, "little") + text


# ---- reading ------------------------------------------------------------------------------------------------------


def read_contents(file: IO[bytes], size: int, path: str) -> Contents:
    """Reads and checks what stands before the arrays.

    Args:
        file: the file, at its beginning.
        size: its size in bytes.
        path: its name, for messages.

    Raises:
        FileContentError: for anything that is not a whole, well-formed safetensors file.
    """
    start = file.read(16)
    length = int.from_bytes(start[:8], "little")
    if len(start) < 10 or start[8:9] != b"{":
        raise FileContentError(
            f"{path!r} exists but is not a safetensors file: it is {content_text(size, start)}.\n"
            "Give a file that save_weights wrote."
        )
    if length > size - 8:
        raise damaged(path, f"its header should be {length:,} bytes long, the whole file is {size:,}")
    if length > MAX_HEADER:
        raise damaged(path, f"its header is {length:,} bytes long; at most {MAX_HEADER:,} are read")
    head = start[: 8 + length] + file.read(max(0, length - 8))
    if len(head) != 8 + length:
        raise damaged(path, "it became shorter while it was read")
    file.seek(8 + length)
    header = _parse(head[8:], path)
    metadata = header.pop("__metadata__", {})
    entries = sorted((_entry(n, v, path) for n, v in header.items()), key=lambda e: (e.start, e.stop))
    _check_layout(entries, size - 8 - length, path)
    return Contents(head, entries, _digest(metadata, path))


def _parse(text: bytes, path: str) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise ValueError("a name stands in it twice")
        return dict(pairs)

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is no JSON number")

    try:
        header = json.loads(text.decode(), object_pairs_hook=once, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise damaged(path, f"its header cannot be read ({str(error)[:100]})") from None
    if not isinstance(header, dict):
        raise damaged(path, "its header is no JSON object")
    return header


def _entry(name: str, value: Any, path: str) -> Entry:
    """One entry of the header, its types and sizes checked."""
    if not isinstance(value, dict) or set(value) != {"dtype", "shape", "data_offsets"}:
        raise damaged(path, f"the header's entry {name[:80]!r} is not made of dtype, shape and data_offsets")
    shape, offsets = value["shape"], value["data_offsets"]
    if not _are_sizes(shape) or not _are_sizes(offsets) or len(offsets) != 2:
        raise damaged(path, f"the shape or data_offsets of {name[:80]!r} are not lists of sizes")
    dtype = DTYPES.get(value["dtype"]) if isinstance(value["dtype"], str) else None
    if dtype is None:
        raise FileContentError(
            f"{path!r}: {name[:80]!r} has dtype {str(value['dtype'])[:20]!r}, which heron cannot read; it reads "
            f"{', '.join(DTYPES)}."
        )
    expected = math.prod(shape) * np.dtype(dtype).itemsize
    if offsets[1] - offsets[0] != expected:
        what = f"{name[:80]!r} of shape {str(tuple(shape))[:80]} and dtype {dtype}"
        raise damaged(path, f"{what} does not fit its {offsets[1] - offsets[0]:,} bytes")
    return Entry(name, dtype, tuple(shape), offsets[0], offsets[1])


def _are_sizes(value: Any) -> bool:
    small = isinstance(value, list) and len(value) <= 32
    return small and all(type(v) is int and 0 <= v < 2**63 for v in value)


def _check_layout(entries: list[Entry], available: int, path: str) -> None:
    """Checks that the arrays follow one another without gaps and end where the file ends."""
    at = 0
    for entry in entries:
        if entry.start != at:
            raise damaged(path, f"the bytes of {entry.name[:80]!r} should begin at {at:,}, not at {entry.start:,}")
        at = entry.stop
    if at != available:
        raise damaged(path, f"its arrays take {at:,} bytes; {available:,} follow the header")


def _digest(metadata: Any, path: str) -> str | None:
    if not isinstance(metadata, dict):
        raise damaged(path, "its metadata are no JSON object")
    digest = metadata.get(_DIGEST)
    if digest is None and _VERSION not in metadata:
        return None
    if not isinstance(digest, str) or len(digest) != 64:
        raise damaged(path, "its SHA-256 is missing")
    return digest


def read_arrays(
    file: IO[bytes], contents: Contents, wanted: Collection[str], path: str
) -> Iterator[tuple[str, np.ndarray]]:
    """Reads the arrays named in `wanted` in one pass, then checks the digest.

    All arrays must be taken before any is used: damage shows at the end.

    Raises:
        FileContentError: when the content is not what was written.
    """
    digest = hashlib.sha256(_without_digest(contents))
    for entry in contents.entries:
        if entry.name in wanted:
            data = np.empty(entry.stop - entry.start, np.uint8)
            if file.readinto(data.data) != data.size:  # type: ignore[attr-defined]
                raise damaged(path, "it became shorter while it was read")
            digest.update(data.data)
            yield entry.name, data.view(np.dtype(entry.dtype)).reshape(entry.shape)
        else:
            for begin in range(entry.start, entry.stop, _PIECE):
                digest.update(file.read(min(_PIECE, entry.stop - begin)))
    if contents.digest is not None and digest.hexdigest() != contents.digest:
        raise damaged(path, "its content does not match the SHA-256 that was stored with it")


def _without_digest(contents: Contents) -> bytes:
    if contents.digest is None:
        return contents.head
    return contents.head.replace(contents.digest.encode(), _NO_DIGEST.encode(), 1)


def damaged(path: str, what: str) -> FileContentError:
    """The error for a file that is not as it was written."""
    return FileContentError(
        f"{path!r} is damaged: {what}.\nThe model is unchanged. Copy or save the file again, or use an earlier one."
    )
