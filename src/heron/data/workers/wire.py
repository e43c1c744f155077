"""Messages between processes over a pipe: pickles with the bytes of arrays beside them, copied once."""

from __future__ import annotations

import pickle
import struct
from typing import Any, BinaryIO

import numpy as np

_COUNT = struct.Struct("<Q")


def send(pipe: BinaryIO, message: Any) -> None:
    """Writes a message that `pickle` can take."""
    buffers: list[pickle.PickleBuffer] = []
    body = pickle.dumps(message, protocol=5, buffer_callback=buffers.append)
    views = [memoryview(body), *(buffer.raw() for buffer in buffers)]
    _write(pipe, _COUNT.pack(len(views)) + b"".join(_COUNT.pack(view.nbytes) for view in views))
    for view in views:
        _write(pipe, view)


def receive(pipe: BinaryIO) -> Any:
    """Reads a message.

    Raises:
        EOFError: when the other side has gone.
    """
    (count,) = _COUNT.unpack(_read(pipe, _COUNT.size))
    sizes = struct.unpack(f"<{count}Q", _read(pipe, 8 * count))
    body, *buffers = [_read(pipe, size) for size in sizes]
    return pickle.loads(body, buffers=buffers)


def _write(pipe: BinaryIO, data: Any) -> None:
    view = memoryview(data).cast("B")
    while view.nbytes:
        view = view[pipe.write(view) :]


def _read(pipe: BinaryIO, size: int) -> Any:
    buffer: Any = np.empty(size, np.uint8)  # a bytearray would be filled with zeros first
    view = memoryview(buffer)
    while view.nbytes:
        got = pipe.readinto(view)  # type: ignore[attr-defined]
        if not got:
            raise EOFError("The other side of the pipe has gone.")
        view = view[got:]
    return buffer
