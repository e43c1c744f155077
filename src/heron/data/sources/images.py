"""Pictures from files: decoded by Pillow, brought to one size, and laid straight into one array of bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from heron.data.sources.files import Files
from heron.data.sources.kernels import KERNELS, resampled
from heron.validate import Rule, is_int

if TYPE_CHECKING:
    from PIL import Image

FORMATS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}
# Pillow's filters by Keras's names; the others are computed by heron.data.sources.kernels.
FILTERS = {"nearest": 0, "lanczos3": 1, "bilinear": 2, "bicubic": 3, "area": 4}
INTERPOLATIONS = (*FILTERS, *(name for name in KERNELS if name not in FILTERS))
EXTENT: Any = 1  # Pillow's name for sampling a part of a picture as it is
GAP = 2.0  # a JPEG is decoded at a half, fourth or eighth of its size while that is so many times what is wanted

SIZE = Rule(
    "a height and a width such as (256, 256)",
    lambda v: (
        (is_int(v) and v > 0) or (isinstance(v, list | tuple) and len(v) == 2 and all(is_int(d) and d > 0 for d in v))
    ),
    ((8, 8), 8),
    ((8,), "8", (8, 8, 3)),
    lambda v: "Channels are not part of it; see color_mode." if isinstance(v, tuple) and len(v) == 3 else "",
)


class Images(Files):
    """Pictures of one size, `(n, height, width, channels)`.

    Args:
        size: height and width; None for pictures as they are.
        color_mode: grayscale, rgb or rgba.
        interpolation: how pixels between pixels are found.
        antialias: whether a picture that is made smaller is smoothed, so that every pixel counts.
        aspect: `"crop"` or `"pad"` to keep the proportions, None to stretch.
        channels_first: whether channels come before height and width.
        dtype: of the result; float32 has values from 0 to 255 too.
    """

    what = "Picture"

    def __init__(
        self,
        paths: list[str],
        labels: np.ndarray | None,
        lossy: bool,
        *,
        size: tuple[int, int] | None,
        color_mode: str,
        interpolation: str = "bilinear",
        antialias: bool = False,
        aspect: str | None = None,
        channels_first: bool = False,
        dtype: str = "uint8",
    ) -> None:
        super().__init__(paths, labels, lossy)
        self.size = size
        self.mode = MODES[color_mode]
        self.interpolation = interpolation
        self.antialias = antialias
        self.aspect = aspect
        self.channels_first = channels_first
        self.dtype = dtype

    def begin(self, count: int) -> np.ndarray:
        return np.empty((count, *self.size, len(self.mode)), np.uint8)  # type: ignore[misc]

    def place(self, batch: np.ndarray, number: int, path: str) -> np.ndarray:
        picture = self.decode(path)
        if picture.dtype != np.uint8:
            if self.dtype == "uint8":
                raise ValueError("it has more than 8 bits a pixel, which dtype='uint8' cannot hold")
            batch = batch.astype(np.float32, copy=False)
        batch[number] = picture.reshape(batch.shape[1:])
        return batch

    def finish(self, batch: np.ndarray, count: int) -> np.ndarray:
        batch = batch[:count]
        if self.channels_first:
            batch = batch.transpose(0, 3, 1, 2)
        return np.ascontiguousarray(batch, self.dtype)

    def decode(self, path: str | BinaryIO) -> np.ndarray:
        """One picture as an array, of bytes or of numbers with more bits."""
        from PIL import Image  # only who reads pictures needs it

        with Image.open(path) as opened:
            if self.size is None:
                return np.asarray(self._colours(opened))
            height, width = self.size
            if self.antialias and self.interpolation != "nearest":
                opened.draft(None, (int(GAP * width), int(GAP * height)))
            picture = self._colours(opened)
            if self.aspect:
                picture = (_cropped if self.aspect == "crop" else _padded)(picture, width, height)
            if picture.size == (width, height):
                return np.asarray(picture)
            return self._resized(picture, width, height)

    def _colours(self, picture: Image.Image) -> Image.Image:
        if picture.mode.startswith("I"):  # 16 bits
            if self.mode == "L":
                return picture.convert("F")  # which stay what they are, as in Keras
            picture = _of_bytes(picture)
        if picture.mode == "P" and "transparency" in picture.info:
            picture = picture.convert("RGBA")
        picture.load()
        return picture if picture.mode == self.mode else picture.convert(self.mode)

    def _resized(self, picture: Image.Image, width: int, height: int) -> np.ndarray:
        shrinks = picture.width > width or picture.height > height
        if self.interpolation in FILTERS and (self.antialias or not shrinks or self.interpolation == "nearest"):
            return np.asarray(picture.resize((width, height), FILTERS[self.interpolation], reducing_gap=3.0))
        if self.interpolation == "bilinear":
            box = (0, 0, picture.width, picture.height)
            return np.asarray(picture.transform((width, height), EXTENT, box, FILTERS["bilinear"]))
        return resampled(np.asarray(picture), height, width, self.interpolation, self.antialias)


def _of_bytes(picture: Image.Image) -> Image.Image:
    """A picture of 16 bits with the upper 8 of each, as TensorFlow decodes it; Pillow cuts all above 255 to white."""
    from PIL import Image

    return Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))


def _cropped(picture: Image.Image, width: int, height: int) -> Image.Image:
    """The greatest part in the middle that has the proportions wanted."""
    across = max(min(picture.width, int(picture.height * width / height)), 1)
    down = max(min(picture.height, int(picture.width * height / width)), 1)
    left, top = int((picture.width - across) / 2), int((picture.height - down) / 2)
    return picture.crop((left, top, left + across, top + down))


def _padded(picture: Image.Image, width: int, height: int) -> Image.Image:
    """The picture in the middle of a black one that has the proportions wanted."""
    from PIL import Image

    across = max(picture.width, int(picture.height * width / height))
    down = max(picture.height, int(picture.width * height / width))
    left, top = (across - picture.width) // 2, (down - picture.height) // 2
    if not left and not top:
        return picture  # a border of one pixel, on one side alone, is not added
    canvas = Image.new(picture.mode, (across, down))
    canvas.paste(picture, (left, top))
    return canvas
