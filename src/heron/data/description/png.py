"""PNG files from arrays, without a library."""

from __future__ import annotations

import struct
import zlib

import numpy as np


def png(pixels: np.ndarray) -> bytes:
    r"""The bytes of a PNG file.

    Args:
        pixels: uint8 `(height, width)` for grey, `(height, width, 3)` for colour, `(height, width, 4)` with
            transparency.

    Source:
        W3C, "Portable Network Graphics (PNG) Specification", third edition.

    Example:
    >>> png(np.zeros((2, 3), np.uint8))[:4]
    b'\x89PNG'
    """
    height, width = pixels.shape[:2]
    channels = pixels.shape[2] if pixels.ndim == 3 else 1
    colour_type = {1: 0, 3: 2, 4: 6}[channels]
    rows = np.ascontiguousarray(pixels, np.uint8).reshape(height, width * channels)
    filtered = np.concatenate([np.zeros((height, 1), np.uint8), rows], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, 0)
    body = [(b"IHDR", header), (b"IDAT", zlib.compress(filtered.tobytes(), 6)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in body)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def as_pixels(picture: np.ndarray, low: float, high: float, most: int = 96) -> np.ndarray:
    """A picture as uint8 for `png`, thinned to at most `most` pixels a side; `low` becomes black and `high` white.

    Example:
    >>> as_pixels(np.array([[0.0, 0.5], [1.0, np.nan]]), 0.0, 1.0)
    array([[  0, 128],
           [255,   0]], dtype=uint8)
    """
    step = max(1, -(-max(picture.shape[:2]) // most))
    picture = picture[::step, ::step]
    if picture.ndim == 3 and picture.shape[2] == 1:
        picture = picture[..., 0]
    if picture.dtype == np.uint8 and low >= 0 and high > 127:
        return picture
    spread = (high - low) or 1.0
    scaled = np.nan_to_num((picture.astype(np.float64) - low) / spread, posinf=1.0, neginf=0.0)
    return np.clip(np.rint(scaled * 255), 0, 255).astype(np.uint8)
