"""Sounds from WAV files."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from heron.data.sources.files import Files

FORMATS = (".wav",)
PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
_ENDLESS = 0x7FFFF000  # sizes that stand in files of programs that did not know how long the sound would be


class Sounds(Files):
    """Sounds `(n, samples, channels)`, float32 from -1 to 1; shorter ones are followed by silence.

    Args:
        rate: samples a second to which each is brought; None to leave them.
        length: samples of each; None for those of the longest in the batch.
    """

    what = "Sound"

    def __init__(
        self, paths: list[str], labels: np.ndarray | None, lossy: bool, *, rate: int | None, length: int | None
    ) -> None:
        super().__init__(paths, labels, lossy)
        self.rate = rate
        self.length = length

    def begin(self, count: int) -> list[np.ndarray]:
        return []

    def place(self, batch: list[np.ndarray], number: int, path: str) -> list[np.ndarray]:
        with open(path, "rb") as file:
            sound, rate = decoded(file.read())
        if self.rate is not None and rate != self.rate:
            sound = resampled(sound, rate, self.rate)
        if batch and sound.shape[1] != batch[0].shape[1]:
            raise ValueError(f"it has {sound.shape[1]} channels, the sounds before it {batch[0].shape[1]}")
        batch.append(sound[: self.length])
        return batch

    def finish(self, batch: list[np.ndarray], count: int) -> np.ndarray:
        samples = max((len(sound) for sound in batch), default=0) if self.length is None else self.length
        out = np.zeros((count, samples, batch[0].shape[1] if batch else 1), np.float32)
        for place, sound in zip(out, batch, strict=True):
            place[: len(sound)] = sound
        return out


def decoded(data: bytes) -> tuple[np.ndarray, int]:
    """The samples `(samples, channels)` of a WAV file, float32 from -1 to 1, and how many make a second.

    Args:
        data: the bytes of the file: PCM of 8, 16, 24 or 32 bits, or floats of 32 or 64.

    Raises:
        ValueError: for what is no such file.

    Source: Microsoft, "Multiple Channel Audio Data and WAVE Files" (2007).
    """
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise ValueError("it is no WAV file")
    form: tuple[Any, ...] | None = None
    place = 12
    while place + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, place)
        body = data[place + 8 : place + 8 + size]
        if name == b"fmt " and len(body) >= 16:
            form = struct.unpack_from("<HHIIHH", body)
            if form[0] == EXTENSIBLE and len(body) >= 26:
                form = (*struct.unpack_from("<H", body, 24), *form[1:])
        elif name == b"data" and form is not None:
            if len(body) < size < _ENDLESS:
                raise ValueError(f"it ends after {len(body)} of the {size} bytes of its sound")
            return _samples(body, form[0], form[5], max(1, form[1])), form[2]
        place += 8 + size + size % 2
    raise ValueError("it ends before its sound begins")


def _samples(body: bytes, kind: int, bits: int, channels: int) -> np.ndarray:
    width = bits // 8
    body = body[: len(body) // max(1, width * channels) * width * channels]
    values: Any
    if kind == FLOAT and bits in (32, 64):
        values = np.frombuffer(body, f"<f{width}").astype(np.float32)
    elif kind == PCM and bits == 8:
        values = (np.frombuffer(body, np.uint8).astype(np.float32) - 128) / 128
    elif kind == PCM and bits in (16, 24, 32):
        wide = np.zeros((len(body) // width, 4), np.uint8)
        wide[:, 4 - width :] = np.frombuffer(body, np.uint8).reshape(-1, width)
        values = wide.view("<i4")[:, 0].astype(np.float32) / 2**31
    else:
        raise ValueError(f"its samples are of a kind that is not read (format {kind}, {bits} bits)")
    return values.reshape(-1, channels)


def resampled(sound: np.ndarray, before: int, after: int) -> np.ndarray:
    """The sound at another rate: its spectrum is cut, or filled up with zeros."""
    count = -(-len(sound) * after // before)
    spectrum = np.fft.rfft(sound, axis=0)
    kept = spectrum[: count // 2 + 1]
    return np.fft.irfft(kept, count, axis=0).astype(np.float32) * np.float32(count / max(1, len(sound)))
