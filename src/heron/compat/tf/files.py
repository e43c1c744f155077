"""`tf.io`: files, and pictures in them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from heron.compat.tf.host import host_tensor
from heron.errors import ArgumentError

_MODES = {1: "L", 3: "RGB", 4: "RGBA"}

GONE = {
    "TFRecordWriter": "TFRecords are files of TensorFlow.\nWrite numpy.savez(path, x=x, y=y).",
    "parse_single_example": "TFRecords are files of TensorFlow.\nWrite numpy.load(path), or heron.data.Dataset.",
    "parse_example": "TFRecords are files of TensorFlow.\nWrite numpy.load(path), or heron.data.Dataset.",
    "FixedLenFeature": "TFRecords are files of TensorFlow.\nWrite numpy.load(path), or heron.data.Dataset.",
}


def text_of(given: Any) -> str:
    """A path, as text, of what may be a tensor of text."""
    item = np.asarray(given).item() if isinstance(given, np.ndarray) else given
    return item.decode() if isinstance(item, bytes) else str(item)


def read_file(filename: Any, name: str | None = None) -> Any:
    """The bytes of a file, as a tensor of text."""
    return host_tensor(np.array(Path(text_of(filename)).read_bytes(), dtype=object))


def write_file(filename: Any, contents: Any, name: str | None = None) -> None:
    """Writes bytes or text to a file."""
    item = np.asarray(contents).item()
    Path(text_of(filename)).write_bytes(item if isinstance(item, bytes) else str(item).encode())


def decode_image(
    contents: Any, channels: int | None = None, dtype: Any = "uint8", name: Any = None, **kwargs: Any
) -> Any:
    """A picture `(height, width, channels)` of the bytes of a file.

    `channels` is 1, 3 or 4, None or 0 for those of the file; a `dtype` of floats gives values from 0 to 1.

    Raises:
        ArgumentError: for another number of channels.
    """
    if channels not in (None, 0, 1, 3, 4):
        raise ArgumentError(f"A picture is decoded to 1 (gray), 3 (RGB) or 4 (RGBA) channels; received {channels!r}.")
    item = np.asarray(contents).item()
    with Image.open(io.BytesIO(item)) as picture:
        mode = _MODES[channels] if channels else picture.mode if picture.mode in _MODES.values() else "RGB"
        pixels = np.asarray(picture.convert(mode))
    pixels = pixels[..., None] if pixels.ndim == 2 else pixels
    return host_tensor(pixels if str(dtype) == "uint8" else (pixels / 255).astype(str(dtype)))


decode_jpeg = decode_png = decode_bmp = decode_gif = decode_image


def encode_jpeg(image: Any, format: str = "", quality: int = 95, **kwargs: Any) -> Any:
    """The bytes of a JPEG file of a picture."""
    return _encoded(image, "JPEG", quality=quality)


def encode_png(image: Any, compression: int = -1, name: str | None = None) -> Any:
    """The bytes of a PNG file of a picture."""
    return _encoded(image, "PNG")


def _encoded(image: Any, form: str, **options: Any) -> Any:
    buffer, pixels = io.BytesIO(), np.asarray(image).astype("uint8")
    Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(buffer, form, **options)
    return host_tensor(np.array(buffer.getvalue(), dtype=object))


__all__ = (
    "decode_bmp decode_gif decode_image decode_jpeg decode_png encode_jpeg encode_png read_file write_file"
).split()
