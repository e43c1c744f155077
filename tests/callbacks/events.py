"""Reads TensorBoard's event files: a parser of its own, which checks every checksum."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import NamedTuple

import numpy as np

DTYPES = {1: "<f4", 2: "<f8"}


class Value(NamedTuple):
    step: int
    tag: str
    plugin: str
    data: object


def crc32c(data: bytes) -> int:
    """Bit by bit, from the definition: the polynomial 0x1EDC6F41, reflected."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 * (crc & 1))
    return crc ^ 0xFFFFFFFF


def checksum(data: bytes) -> int:
    crc = crc32c(data)
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) % 2**32


def records(path: Path) -> list[bytes]:
    content, at, found = path.read_bytes(), 0, []
    while at < len(content):
        length, head = struct.unpack_from("<QI", content, at)
        assert checksum(content[at : at + 8]) == head
        data = content[at + 12 : at + 12 + length]
        assert checksum(data) == struct.unpack_from("<I", content, at + 12 + length)[0]
        found.append(data)
        at += length + 16
    return found


def message(data: bytes) -> dict[int, list]:
    """The fields of a protocol buffer by number."""
    found: dict[int, list] = {}
    at = 0

    def varint() -> int:
        nonlocal at
        number = shift = 0
        while True:
            byte = data[at]
            at += 1
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return number

    while at < len(data):
        number, kind = divmod(varint(), 8)
        if kind == 0:
            value = varint()
        elif kind == 1:
            (value,) = struct.unpack_from("<d", data, at)
            at += 8
        else:
            assert kind == 2
            length = varint()
            value = data[at : at + length]
            at += length
        found.setdefault(number, []).append(value)
    return found


def tensor(data: bytes) -> object:
    fields = message(data)
    (dtype,) = fields[1]
    shape = [message(size).get(1, [0])[0] for size in message(fields[2][0]).get(2, [])]
    if dtype == 7:
        return fields[8] if shape else fields[8][0]
    return np.frombuffer(fields[4][0], DTYPES[dtype]).reshape(shape)


def read(folder: Path) -> list[Value]:
    """All values in the one event file of a folder, after its head has been checked."""
    (path,) = folder.glob("events.out.tfevents.*")
    head, *rest = records(path)
    assert message(head)[3] == [b"brain.Event:2"]
    found = []
    for data in rest:
        event = message(data)
        for summary in event[5]:
            for value in message(summary).get(1, []):
                fields = message(value)
                plugin = message(message(fields[9][0])[1][0])[1][0].decode()
                found.append(Value(event.get(2, [0])[0], fields[1][0].decode(), plugin, tensor(fields[8][0])))
    return found
