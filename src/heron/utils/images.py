"""Pictures as files, as objects of Pillow and as arrays."""

from __future__ import annotations

import io
import os
import pathlib
from typing import TYPE_CHECKING, Any

import numpy as np

from heron.config import floatx, standardize_data_format
from heron.errors import ArgumentError, ArgumentTypeError, ShapeError, note, shape_text, value_text
from heron.saving.files import FileContentError, check_readable, content_text, path_text
from heron.validate import one_of

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["array_to_img", "img_to_array", "load_img", "save_img"]

_MODES = {"grayscale": ("L", "I;16", "I"), "rgb": ("RGB",), "rgba": ("RGBA",)}  # the first is converted to
_COLOR_MODE = one_of(*_MODES)
_INTERPOLATION = one_of("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")


def array_to_img(x: Any, data_format: str | None = None, scale: bool = True, dtype: Any = None) -> Image.Image:
    """Makes a picture of an array.

    Args:
        x: `(height, width, channels)` with 1, 3 (RGB) or 4 (RGBA) channels; in `"channels_first"` these come first.
        data_format: `"channels_last"` or `"channels_first"`, by default `config.image_data_format()`.
        scale: whether the least value becomes 0 and the greatest 255; else they are taken as they are.
        dtype: in which the array is read, by default `config.floatx()`.

    Returns:
        A `PIL.Image.Image`.

    Raises:
        ShapeError: for an array of another rank or with other channels.

    Example:
    >>> array_to_img(np.zeros((2, 3, 1))).size
    (3, 2)
    """
    from PIL import Image

    x = np.asarray(x, dtype=dtype or floatx())
    first = standardize_data_format(data_format, "array_to_img") == "channels_first"
    channels = x.shape[0 if first else -1] if x.ndim == 3 else 0
    if channels not in (1, 3, 4):
        form = "(channels, height, width)" if first else "(height, width, channels)"
        raise ShapeError(
            f"array_to_img expects one image {form} with 1, 3 or 4 channels; received shape {shape_text(x.shape)}.\n"
            "Take one image of a batch, x[0], and give grey ones a channel axis, x[..., None]."
        )
    x = x.transpose(1, 2, 0) if first else x
    if scale:
        x = x - x.min()
        x = x / (x.max() or 1) * 255
    if channels == 1:
        return Image.fromarray(x[:, :, 0].astype("int32" if x.max() > 255 else "uint8"))
    return Image.fromarray(x.astype("uint8"))


def img_to_array(img: Any, data_format: str | None = None, dtype: Any = None) -> np.ndarray:
    """Makes an array `(height, width, channels)` of a picture.

    Args:
        img: a `PIL.Image.Image`, or an array of two or three axes.
        data_format: `"channels_last"`, or `"channels_first"` for `(channels, height, width)`; by default
            `config.image_data_format()`.
        dtype: of the array, by default `config.floatx()`.

    Raises:
        ShapeError: for anything that has not two or three axes.

    Example:
    >>> img_to_array(array_to_img(np.ones((2, 3, 3)))).shape
    (2, 3, 3)
    """
    x = np.asarray(img, dtype=dtype or floatx())
    if x.ndim not in (2, 3):
        raise ShapeError(
            f"img_to_array expects a picture, (height, width) or (height, width, channels); received shape "
            f"{shape_text(x.shape)}.\nOpen a file first: heron.utils.load_img(path)."
        )
    x = x if x.ndim == 3 else x[:, :, None]
    return x.transpose(2, 0, 1) if standardize_data_format(data_format, "img_to_array") == "channels_first" else x


def save_img(
    path: Any,
    x: Any,
    data_format: str | None = None,
    file_format: str | None = None,
    scale: bool = True,
    **kwargs: Any,
) -> None:
    """Writes an array to a file as a picture.

    Args:
        path: a path, whose ending says the format, or an open binary file.
        x: see `array_to_img`.
        data_format: see `array_to_img`.
        file_format: such as `"png"`, for an open file or against the ending.
        scale: see `array_to_img`.
        kwargs: for `PIL.Image.Image.save`, `quality` for instance.

    Raises:
        ArgumentError: for a format that Pillow does not write, or none.

    Example:
    >>> file = io.BytesIO()
    >>> save_img(file, np.zeros((2, 3, 3)), file_format="png")
    >>> load_img(file).size
    (3, 2)
    """
    if file_format is None and isinstance(path, str | os.PathLike):
        file_format = pathlib.Path(path_text(path, "save_img")).suffix[1:]
    file_format = {"jpg": "jpeg"}.get((file_format or "").lower(), file_format)
    img = array_to_img(x, data_format, scale)
    if img.mode == "RGBA" and (file_format or "").lower() == "jpeg":
        note("JPEG files have no transparency: it is left out. A PNG file would keep it.")
        img = img.convert("RGB")
    try:
        img.save(path, format=file_format or None, **kwargs)
    except (KeyError, ValueError) as error:
        raise ArgumentError(
            f"save_img: Pillow writes no files of format {file_format!r} ({error}).\n"
            "Give a path that ends in .png or .jpg, or file_format='png'."
        ) from error


def load_img(
    path: Any,
    color_mode: str = "rgb",
    target_size: Any = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
) -> Image.Image:
    """Reads a picture.

    Args:
        path: a path or an `io.BytesIO`.
        color_mode: `"rgb"`, `"rgba"` or `"grayscale"`; in the last, pictures of 16 and 32 bits stay such.
        target_size: `(height, width)` of the result; None for its own.
        interpolation: `"nearest"`, `"bilinear"`, `"bicubic"`, `"hamming"`, `"box"` or `"lanczos"`.
        keep_aspect_ratio: whether the middle is cut out in the form of `target_size` first; else the picture is
            stretched.

    Returns:
        A `PIL.Image.Image`; `img_to_array` makes an array of it.

    Raises:
        MissingFileError: (a `FileNotFoundError`) when there is no such file.
        FileContentError: (a `ValueError`) when it holds no picture that Pillow can read.
    """
    from PIL import Image

    _COLOR_MODE.check("load_img", "color_mode", color_mode)
    _INTERPOLATION.check("load_img", "interpolation", interpolation)
    data = _content(path)
    try:
        img: Image.Image = Image.open(io.BytesIO(data))
        img.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        name = repr(os.fspath(path)) if isinstance(path, str | os.PathLike) else "The file"
        raise FileContentError(
            f"{name} holds no picture that can be read ({str(error)[:100]}); it is {content_text(len(data), data)}.\n"
            "Give a PNG, JPEG, GIF, BMP, TIFF or WebP file."
        ) from error
    if img.mode not in _MODES[color_mode]:
        img = img.convert(_MODES[color_mode][0])
    if target_size is None:
        return img
    size = _width_and_height(target_size)
    box = _middle(img.size, size) if keep_aspect_ratio else None
    return img if img.size == size else img.resize(size, Image.Resampling[interpolation.upper()], box=box)


def _content(path: Any) -> bytes:
    if isinstance(path, io.BytesIO):
        return path.getvalue()
    if isinstance(path, bytes):
        path = os.fsdecode(path)
    name = path_text(path, "load_img")
    check_readable(name)
    with open(name, "rb") as file:
        return file.read()


def _width_and_height(target_size: Any) -> tuple[int, int]:
    try:
        height, width = (int(n) for n in target_size)
    except (TypeError, ValueError):
        raise ArgumentTypeError(
            f"load_img: argument 'target_size' must be (height, width); received {value_text(target_size)}.\n"
            "Write target_size=(224, 224)."
        ) from None
    return width, height


def _middle(size: tuple[int, int], wanted: tuple[int, int]) -> tuple[int, int, int, int]:
    """The largest part in the middle with the form of `wanted`: left, top, right, bottom."""
    (width, height), (wide, high) = size, wanted
    kept_width, kept_height = min(width, height * wide // high), min(height, width * high // wide)
    left, top = (width - kept_width) // 2, (height - kept_height) // 2
    return left, top, left + kept_width, top + kept_height
