"""Looking at pictures: brightness, sizes, blank and unreadable ones, and a signature that nearly equal ones share."""

from __future__ import annotations

import hashlib
import io
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from heron.data.description.facts import PictureFacts
from heron.data.description.hashes import block_hashes, mixed
from heron.data.description.measure import histogram
from heron.data.description.source import Part

_SIDE = 16
_CHUNK_VALUES = 2**22
_BLANK = 1 / 256
_PREVIEW = 96


@dataclass
class Looks:
    """What a look at each picture of a part gave; all arrays are `(looked_at,)` and of the pictures in order.

    Attributes:
        signature: the picture at 16 x 16 and grey or colour, its mean taken away, of length 1; float32
            `(looked_at, values)`. Brighter or of higher contrast, it is the same.
        hashes: equal for equal pictures.
        brightness: the mean of each picture; NaN for one that cannot be read.
        blank: pictures of one colour.
    """

    signature: np.ndarray
    hashes: np.ndarray
    brightness: np.ndarray
    blank: np.ndarray
    minimum: float
    maximum: float
    mean: float
    std: float
    sizes: Counter[str]
    channels: Counter[int]
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    empty_files: int = 0
    not_finite: int = 0

    def facts(self, part: Part) -> PictureFacts:
        """The record of what was seen."""
        known = np.sort(self.brightness[np.isfinite(self.brightness)])
        blank = np.flatnonzero(self.blank)
        names = [part.files.name(i) if part.files is not None else part.row(i) for i in blank]
        return PictureFacts(
            sizes=tuple(self.sizes.most_common(12)),
            channels=tuple(self.channels.most_common()),
            minimum=self.minimum,
            maximum=self.maximum,
            mean=self.mean,
            std=self.std,
            brightness=histogram(known),
            blank=tuple(names),
            unreadable=tuple(self.unreadable),
            empty_files=self.empty_files,
            not_finite=self.not_finite,
        )


def look_at_block(block: np.ndarray) -> Looks:
    """Looks at pictures `(pictures, height, width)` or `(pictures, height, width, channels)`."""
    pictures, height, width = block.shape[:3]
    channels = block.shape[3] if block.ndim == 4 else 1
    down, across = _averaging(height), _averaging(width)
    signatures, means, squares, lows, highs = [], [], [], [], []
    holed = 0
    step = max(1, _CHUNK_VALUES // max(1, height * width * channels))
    for start in range(0, pictures, step):
        values = block[start : start + step].astype(np.float32).reshape(-1, height, width, channels)
        if block.dtype.kind == "f":
            holed += int((~np.isfinite(values)).any((1, 2, 3)).sum())
            values = np.nan_to_num(values, posinf=0.0, neginf=0.0)
        flat = values.reshape(len(values), -1)
        means.append(flat.mean(1, dtype=np.float64))
        squares.append(np.einsum("ij,ij->i", flat, flat, dtype=np.float64) / flat.shape[1])
        lows.append(flat.min(1))
        highs.append(flat.max(1))
        small = np.stack([down @ values[..., c] @ across.T for c in range(channels)], axis=-1)
        signatures.append(small.reshape(len(values), -1))
    brightness, low, high = np.concatenate(means), np.concatenate(lows), np.concatenate(highs)
    mean = float(brightness.mean())
    minimum, maximum = float(low.min()), float(high.max())
    return Looks(
        signature=_normalized(np.concatenate(signatures)),
        hashes=block_hashes(block),
        brightness=brightness,
        blank=high - low <= _BLANK * (maximum - minimum),
        minimum=minimum,
        maximum=maximum,
        mean=mean,
        std=float(np.sqrt(max(0.0, float(np.concatenate(squares).mean()) - mean**2))),
        sizes=Counter({f"{height} x {width}": pictures}),
        channels=Counter({channels: pictures}),
        not_finite=holed,
    )


def _averaging(size: int) -> np.ndarray:
    """The matrix that averages `size` values into at most 16, float32 `(to, size)`."""
    to = min(_SIDE, size)
    edges = np.linspace(0, size, to + 1)
    place = np.arange(size)
    shares = np.minimum(edges[1:, None], place + 1) - np.maximum(edges[:-1, None], place)
    shares = np.maximum(shares, 0)
    return (shares / shares.sum(1, keepdims=True)).astype(np.float32)


def _normalized(small: np.ndarray) -> np.ndarray:
    """Rows without their mean, of length 1; those of a single colour are 0."""
    small = small - small.mean(1, keepdims=True)
    lengths = np.linalg.norm(small, axis=1, keepdims=True)
    floor = 1e-6 * max(1e-30, float(lengths.max(initial=0.0)))
    return np.where(lengths > floor, small / np.maximum(lengths, floor), 0.0).astype(np.float32)


@dataclass(frozen=True)
class PictureFiles:
    """Pictures in files.

    Attributes:
        folder: to which their names are relative.
        paths: the files.
    """

    folder: Path
    paths: Sequence[Path]

    def __len__(self) -> int:
        return len(self.paths)

    def name(self, place: int) -> str:
        """The file's name below the folder."""
        return self.paths[place].relative_to(self.folder).as_posix()

    def picture(self, place: int) -> np.ndarray | None:
        """The picture, no larger than a thumbnail, uint8 `(height, width, 3)`; None when it cannot be read."""
        seen = _decoded(self.paths[place])
        return None if isinstance(seen, str) else np.asarray(seen.preview)

    def look(self) -> Looks:
        """Reads every file once."""
        count = len(self.paths)
        small = np.zeros((count, _SIDE * _SIDE * 3), np.float32)
        brightness = np.full(count, np.nan)
        blank = np.zeros(count, bool)
        hashes = mixed(np.arange(count, dtype=np.uint64))
        sizes: Counter[str] = Counter()
        channels: Counter[int] = Counter()
        unreadable, empty, low, high, squares = [], 0, np.inf, -np.inf, []
        for i, path in enumerate(self.paths):
            seen = _decoded(path)
            if isinstance(seen, str):
                unreadable.append((self.name(i), seen))
                empty += seen == _EMPTY
                continue
            pixels = np.asarray(seen.preview, np.float32)
            small[i] = np.asarray(seen.small, np.float32).reshape(-1)
            brightness[i] = pixels.mean()
            squares.append(float((pixels**2).mean()))
            lowest, highest = float(pixels.min()), float(pixels.max())
            blank[i] = highest - lowest <= 2
            low, high = min(low, lowest), max(high, highest)
            hashes[i] = seen.hash
            sizes[f"{seen.height} x {seen.width}"] += 1
            channels[seen.channels] += 1
        known = brightness[np.isfinite(brightness)]
        mean = float(known.mean()) if len(known) else float("nan")
        std = float(np.sqrt(max(0.0, float(np.mean(squares)) - mean**2))) if squares else float("nan")
        low, high = (low, high) if squares else (float("nan"), float("nan"))
        return Looks(
            _normalized(small), hashes, brightness, blank, low, high, mean, std, sizes, channels, unreadable, empty
        )


_EMPTY = "the file is empty"


@dataclass
class _Decoded:
    preview: np.ndarray
    small: np.ndarray
    hash: int
    height: int
    width: int
    channels: int


def _decoded(path: Path) -> _Decoded | str:
    """A picture read and made small, or why it cannot be read."""
    from PIL import Image, UnidentifiedImageError

    try:
        content = path.read_bytes()
        if not content:
            return _EMPTY
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content)) as image:
                width, height = image.size
                channels = (
                    4 if image.mode in ("RGBA", "LA", "PA") else 1 if image.mode in ("1", "L", "I;16", "I", "F") else 3
                )
                image.draft("RGB", (_PREVIEW, _PREVIEW))
                image.load()
                flat = image.convert("RGB") if image.mode not in ("I;16", "I", "F") else _of_deep(image)
    except UnidentifiedImageError:
        return "no picture that can be read"
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return "larger than 89 million pixels, which may be meant to fill the memory"
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError) as error:
        return f"damaged: {error}".splitlines()[0][:120]
    scale = min(1.0, _PREVIEW / max(width, height))
    preview = flat.resize((max(1, round(width * scale)), max(1, round(height * scale))), Image.Resampling.BOX)
    digest = int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "little")
    small = flat.resize((_SIDE, _SIDE), Image.Resampling.BOX)
    return _Decoded(np.asarray(preview), np.asarray(small), digest, height, width, channels)


def _of_deep(image):  # type: ignore[no-untyped-def]
    """A picture of more than 8 bits a value as one of 8 bits, from its darkest to its brightest."""
    from PIL import Image

    values = np.asarray(image, np.float64)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    scaled = np.nan_to_num((values - low) / (high - low or 1.0) * 255)
    return Image.fromarray(scaled.astype(np.uint8)).convert("RGB")
