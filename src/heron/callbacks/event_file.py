"""TensorBoard's event files, written without TensorFlow: values go in, bytes come out.

A file is a sequence of records: the length of the data as uint64, a checksum of these 8 bytes, the data, a checksum of
the data, all little-endian (TFRecord). The data are protocol buffers, `Event` messages. Sources, in TensorFlow's
repository: `lib/io/record_writer.h`, `core/util/event.proto`, `core/framework/summary.proto`, `tensor.proto`.
"""

from __future__ import annotations

import os
import socket
import struct
import time
import zlib
from collections.abc import Iterable
from typing import Any

import numpy as np

_FLOAT, _DOUBLE, _STRING = 1, 2, 7  # codes of dtypes in TensorProto
_SCALAR_CLASS, _TENSOR_CLASS, _BLOBS_CLASS = 1, 2, 3  # codes of data_class in SummaryMetadata


def _crc_table() -> list[int]:
    table = []
    for n in range(256):
        for _ in range(8):
            n = n >> 1 ^ (0x82F63B78 if n & 1 else 0)
        table.append(n)
    return table


_CRC = _crc_table()


def masked_crc(data: bytes) -> int:
    """The checksum of records: CRC-32C (Castagnoli), rotated by 15 bits, plus a constant.

    >>> hex(masked_crc(b"123456789"))
    '0xc78ab0e5'
    """
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _CRC[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def record(data: bytes) -> bytes:
    """One record of a file."""
    length = struct.pack("<Q", len(data))
    return b"".join((length, struct.pack("<I", masked_crc(length)), data, struct.pack("<I", masked_crc(data))))


# ---- protocol buffers -----------------------------------------------------------------------------------------------


def varint(number: int) -> bytes:
    """A whole number in as many bytes as it needs; negative ones in two's complement of 64 bits.

    >>> list(varint(300))
    [172, 2]
    """
    number &= 2**64 - 1
    parts = bytearray()
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*parts, number))


def field(number: int, value: int | float | str | bytes) -> bytes:
    """One field of a message: whole numbers as varint, floats as double, text and messages with their length."""
    if isinstance(value, float):
        return varint(number << 3 | 1) + struct.pack("<d", value)
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def _tensor(dtype: int, shape: Iterable[int], content: bytes) -> bytes:
    sizes = b"".join(field(2, field(1, size)) for size in shape)
    return field(1, dtype) + field(2, sizes) + content


def _value(tag: str, plugin: str, data_class: int, tensor: bytes, content: bytes = b"") -> bytes:
    about = field(1, field(1, plugin) + (field(2, content) if content else b""))
    return field(1, field(1, tag) + field(9, about + field(4, data_class)) + field(8, tensor))


def scalar(tag: str, value: float) -> bytes:
    """The summary of one number, kept in float32."""
    number = struct.pack("<f", np.float32(value))
    return _value(tag, "scalars", _SCALAR_CLASS, _tensor(_FLOAT, (), field(4, number)))


def histogram(tag: str, values: Any, buckets: int = 30) -> bytes:
    """The summary of how numbers are distributed: rows of (left edge, right edge, count).

    NaN and infinite numbers are left out.
    """
    flat = np.asarray(values, np.float64).reshape(-1)
    flat = flat[np.isfinite(flat)]
    span = (0.0, 0.0) if not flat.size else (flat.min(), flat.max())
    if span[0] == span[1]:
        span = (span[0] - 0.5, span[1] + 0.5)
    counts, edges = np.histogram(flat, buckets, span)
    rows = np.stack([edges[:-1], edges[1:], counts], axis=1).astype("<f8")  # (buckets, 3)
    return _value(tag, "histograms", _TENSOR_CLASS, _tensor(_DOUBLE, rows.shape, field(4, rows.tobytes())))


def text(tag: str, plugin: str, content: str) -> bytes:
    """The summary of a text for one of TensorBoard's plugins."""
    return _value(tag, plugin, _TENSOR_CLASS, _tensor(_STRING, (), field(8, content)), b"")


def images(tag: str, pictures: np.ndarray) -> bytes:
    """The summary of pictures, uint8 of shape (n, height, width, channels), the channels 1, 3 or 4."""
    height, width = pictures.shape[1:3]
    parts = [str(width).encode(), str(height).encode(), *map(png, pictures)]
    content = b"".join(field(8, part) for part in parts)
    return _value(tag, "images", _BLOBS_CLASS, _tensor(_STRING, (len(parts),), content))


def png(picture: np.ndarray) -> bytes:
    """A picture, uint8 of shape (height, width, channels), in the PNG format (ISO/IEC 15948)."""
    height, width, channels = picture.shape

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, {1: 0, 3: 2, 4: 6}[channels], 0, 0, 0)
    rows = b"".join(b"\0" + row.tobytes() for row in np.ascontiguousarray(picture, np.uint8))
    data = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + data


class EventWriter:
    """Adds events to a new file in a folder.

    Args:
        folder: the folder; made if need be.
    """

    made = 0

    def __init__(self, folder: str) -> None:
        os.makedirs(folder, exist_ok=True)
        EventWriter.made += 1
        number = EventWriter.made - 1
        name = f"events.out.tfevents.{int(time.time())}.{socket.gethostname()}.{os.getpid()}.{number}.v2"
        self.path = os.path.join(folder, name)
        self._append(field(1, time.time()) + field(3, "brain.Event:2"))

    def _append(self, event: bytes) -> None:
        with open(self.path, "ab") as file:
            file.write(record(event))

    def add(self, step: int, *summaries: bytes) -> None:
        """Adds an event with values of a step; other programs see it at once."""
        if summaries:
            self._append(field(1, time.time()) + field(2, step) + field(5, b"".join(summaries)))
