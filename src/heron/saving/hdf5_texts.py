"""The texts that stand beside groups in HDF5 files, read by hand.

Keras 1 and 2 keep configs and lists of names as attributes of variable length. A damaged one leads the library's own
reader out of its memory, so these are read here, from the bytes of the file, with every length looked at first.

Source: HDF5 File Format Specification 3.0, sections II, III.E and IV.A (superblock 0 and 1, object headers 1, attribute
messages 1 to 3), which is what h5py writes for Keras.
"""

from __future__ import annotations

import struct
from typing import IO

MAX_TEXT = 64 * 2**20
"""The longest text, or list of them, that is read, in bytes."""

_MAX_HEADER = 2**20
_ATTRIBUTE, _CONTINUATION = 0x0C, 0x10
_FIXED, _VARIABLE = 3, 9  # classes of datatypes


class UnreadableError(ValueError):
    """Bytes that are not what the format says should be there."""


class Texts:
    """Reads the attributes of groups of one file.

    Args:
        file: the file; positions are kept to its superblock at 0.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._size = file.seek(0, 2)
        head = self._read(0, 16)
        if head[8] > 1 or (head[13], head[14]) != (8, 8):
            raise UnreadableError("of a form that Keras does not write")
        self._heaps: dict[int, dict[int, bytes]] = {}

    def at(self, address: int) -> dict[str, list[str]]:
        """The texts of the object whose header stands at `address`, by name; other attributes are left out."""
        found = {}
        for message in self._attributes(address):
            read = self._attribute(message)
            if read is not None:
                found[read[0]] = read[1]
        return found

    def _read(self, at: int, length: int) -> bytes:
        if not 0 <= at <= at + length <= self._size:
            raise UnreadableError("a place outside of the file")
        self._file.seek(at)
        return self._file.read(length)

    def _attributes(self, address: int) -> list[bytes]:
        """The bodies of an object header's attribute messages."""
        version, count, length = struct.unpack("<BxHxxxxI", self._read(address, 12))
        if version != 1 or length > _MAX_HEADER:
            raise UnreadableError("an object header of another form")
        blocks, found, seen = [(address + 16, length)], [], 0
        while blocks:
            at, length = blocks.pop(0)
            data, position = self._read(at, length), 0
            while position + 8 <= len(data) and seen < count:
                kind, size, flags = struct.unpack_from("<HHB", data, position)
                body = data[position + 8 : position + 8 + size]
                if len(body) != size:
                    raise UnreadableError("a message that ends behind its block")
                position, seen = position + 8 + size, seen + 1
                if kind == _CONTINUATION:
                    blocks.append(struct.unpack_from("<QQ", _long(body, 16)))
                    if blocks[-1][1] > _MAX_HEADER or len(blocks) > 100:
                        raise UnreadableError("a header without end")
                elif kind == _ATTRIBUTE and not flags & 2:  # 2: it is shared, and stands elsewhere
                    found.append(body)
        return found

    def _attribute(self, body: bytes) -> tuple[str, list[str]] | None:
        """The name and texts of an attribute message; None for one that holds no texts."""
        version, _, *lengths = struct.unpack_from("<BBHHH", _long(body, 8))
        if version not in (1, 2, 3):
            raise UnreadableError("an attribute of another form")
        parts, at = [], 9 if version == 3 else 8
        for length in lengths:
            parts.append(_long(body[at : at + length], length))
            at += -(-length // 8) * 8 if version == 1 else length
        name, kind, space = parts[0].rstrip(b"\0").decode("utf-8", "replace"), _long(parts[1], 8), parts[2]
        count, data = _count(space), body[at:]
        cls, is_string = kind[0] & 15, kind[1] & 15 == 1
        size = struct.unpack_from("<I", kind, 4)[0]
        if cls == _FIXED and size > 0:
            if count * size > len(data):
                raise UnreadableError("a text that is cut off")
            return name, [_text(data[i * size : (i + 1) * size]) for i in range(count)]
        if cls == _VARIABLE and is_string:
            return name, [self._variable(_long(data[16 * i : 16 * (i + 1)], 16)) for i in range(count)]
        return None if count else (name, [])

    def _variable(self, place: bytes) -> str:
        """The text that a heap holds at `place`."""
        length, heap, index = struct.unpack("<IQI", place)
        if length == 0:
            return ""
        if heap not in self._heaps:
            if sum(sum(map(len, objects.values())) for objects in self._heaps.values()) > MAX_TEXT:
                raise UnreadableError(f"texts of more than {MAX_TEXT:,} bytes")
            self._heaps[heap] = self._heap(heap)
        data = self._heaps[heap].get(index)
        if data is None or len(data) < length:
            raise UnreadableError("a text that is not where it should be")
        return _text(data[:length])

    def _heap(self, at: int) -> dict[int, bytes]:
        """The objects of a global heap by number."""
        head = self._read(at, 16)
        size = struct.unpack_from("<Q", head, 8)[0]
        if head[:5] != b"GCOL\x01" or not 16 <= size <= MAX_TEXT + 2**12:
            raise UnreadableError("no heap where one should be")
        data, position, found = self._read(at, size), 16, {}
        while position + 16 <= size:
            index, length = struct.unpack_from("<HxxxxxxQ", data, position)
            if index == 0:  # what follows is free
                break
            found[index] = _long(data[position + 16 : position + 16 + length], length)
            position += 16 + -(-length // 8) * 8
        return found


def _count(space: bytes) -> int:
    """How many elements a dataspace message declares."""
    version, axes, kind = _long(space, 4)[0], space[1], space[3]
    if version not in (1, 2) or axes > 4 or (version == 2 and kind == 2):
        return 0
    start, count = (8 if version == 1 else 4), 1
    for size in struct.unpack_from(f"<{axes}Q", _long(space, start + 8 * axes), start):
        count *= size
    if count > MAX_TEXT // 16:
        raise UnreadableError("more texts than are read")
    return count


def _long(data: bytes, length: int) -> bytes:
    """`data`, which must be `length` bytes long at least."""
    if len(data) < length:
        raise UnreadableError("an entry that is cut off")
    return data


def _text(data: bytes) -> str:
    return data.rstrip(b"\0").decode("utf-8", "replace")
