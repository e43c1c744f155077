"""Resampling with any kernel: a picture is multiplied by a matrix of weights from each side."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np


def _cubic(b: float, c: float) -> Callable[[np.ndarray], np.ndarray]:
    """The family of Mitchell and Netravali, "Reconstruction filters in computer graphics" (1988)."""

    def kernel(x: np.ndarray) -> np.ndarray:
        near = ((12 - 9 * b - 6 * c) * x**3 + (-18 + 12 * b + 6 * c) * x**2 + 6 - 2 * b) / 6
        far = ((-b - 6 * c) * x**3 + (6 * b + 30 * c) * x**2 + (-12 * b - 48 * c) * x + 8 * b + 24 * c) / 6
        return np.where(x < 1, near, np.where(x < 2, far, 0))

    return kernel


def _lanczos(radius: int) -> Callable[[np.ndarray], np.ndarray]:
    return lambda x: np.where(x < radius, np.sinc(x) * np.sinc(x / radius), 0)


# Each with its radius; names and formulas are those of tf.image.resize.
KERNELS: dict[str, tuple[float, Callable[[np.ndarray], np.ndarray]]] = {
    "bilinear": (1, lambda x: np.maximum(0, 1 - x)),
    "bicubic": (2, _cubic(0, 0.5)),
    "mitchellcubic": (2, _cubic(1 / 3, 1 / 3)),
    "lanczos3": (3, _lanczos(3)),
    "lanczos5": (5, _lanczos(5)),
    "gaussian": (1.5, lambda x: np.where(x < 1.5, np.exp(-2 * x**2), 0)),
    "area": (0.5, lambda x: (x <= 0.5) * 1.0),
}


@functools.lru_cache(maxsize=64)
def weights(before: int, after: int, name: str, antialias: bool) -> np.ndarray:
    """What each pixel before counts for each pixel after, float32 `(after, before)`, rows of sum 1."""
    kernel = KERNELS[name][1]
    scale = before / after
    stretch = max(scale, 1.0) if antialias or name == "area" else 1.0
    centres = (np.arange(after) + 0.5) * scale - 0.5
    found = kernel(np.abs(centres[:, None] - np.arange(before)) / stretch)
    return (found / found.sum(1, keepdims=True)).astype(np.float32)


def resampled(picture: np.ndarray, height: int, width: int, name: str, antialias: bool) -> np.ndarray:
    """A picture `(h, w)` or `(h, w, channels)` of another size; one of bytes stays one of bytes, rounded and cut."""
    flat = picture.reshape(*picture.shape[:2], -1).astype(np.float32)
    rows = np.tensordot(weights(picture.shape[0], height, name, antialias), flat, 1)  # (height, w, c)
    out = np.einsum("xw,hwc->hxc", weights(picture.shape[1], width, name, antialias), rows, optimize=True)
    out = out.reshape(height, width, *picture.shape[2:])
    return np.clip(np.round(out), 0, 255).astype(np.uint8) if picture.dtype == np.uint8 else out
