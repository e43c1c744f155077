"""Initializers that draw nothing: the same values every time."""

from __future__ import annotations

from typing import Any

import numpy as np

from heron.errors import ArgumentError, ShapeError, shape_text
from heron.initializers.base import Initializer, as_dtype
from heron.validate import BOOL, NUMBER, Rule, one_of

__all__ = ["STFT", "Constant", "Identity", "Ones", "Zeros"]


class Zeros(Initializer):
    """All zeros."""

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> np.ndarray:
        return np.zeros(shape, as_dtype(dtype))


class Ones(Initializer):
    """All ones."""

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> np.ndarray:
        return np.ones(shape, as_dtype(dtype))


class Constant(Initializer):
    """One value everywhere.

    Args:
        value: a number, or an array that is broadcast to the shape asked for; 0 by default.

    Example:
    >>> Constant(3.0)((2,)).tolist()
    [3.0, 3.0]
    """

    def __init__(self, value: Any = 0.0) -> None:
        self.value = value

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> np.ndarray:
        values = np.asarray(self.value).astype(as_dtype(dtype))
        try:
            return np.broadcast_to(values, tuple(shape)).copy()
        except ValueError:
            raise ShapeError(
                f"Constant: a value of shape {shape_text(values.shape)} does not fit a weight of shape "
                f"{shape_text(tuple(shape))}.\nGive a single number, or an array of the weight's shape."
            ) from None


class Identity(Initializer):
    """Ones on the diagonal of a matrix, times `gain`.

    Args:
        gain: the value on the diagonal, 1 by default.

    Raises:
        ShapeError: when called with a shape that is not a matrix's.

    Example:
    >>> Identity()((2, 2)).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """

    rules = {"gain": NUMBER}

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> np.ndarray:
        if len(shape) != 2:
            raise ShapeError(
                f"Identity makes matrices: expected a shape of 2 sizes; received {shape_text(tuple(shape))}.\n"
                "Use it for kernels of Dense layers or recurrent kernels."
            )
        return np.eye(*shape).astype(as_dtype(dtype)) * np.asarray(self.gain, as_dtype(dtype))


_WINDOW = Rule(
    "the name of a window such as 'hann', an array, or None",
    lambda v: v is None or isinstance(v, str | tuple | list | np.ndarray) or hasattr(v, "__array__"),
    ("hann", None),
    (1.5, True),
)


class STFT(Initializer):
    """The cosines or sines of a short-time Fourier transform, as a convolution kernel.

    Args:
        side: `"real"` for the cosines, `"imag"` for the sines.
        window: the name of a window of `scipy.signal.get_window`, an array of the frame's length, or None.
        scaling: `"density"` divides by the root of the window's sum of squares, `"spectrum"` by its absolute sum;
            None by nothing.
        periodic: whether the window is periodic rather than symmetric; passed to `get_window`.

    Its shape is `(frame_length, 1, fft_length // 2 + 1)`.

    Source: J. O. Smith, Spectral Audio Signal Processing, "The Short-Time Fourier Transform".
    """

    rules = {
        "side": one_of("real", "imag"),
        "window": _WINDOW,
        "scaling": one_of("density", "spectrum").or_none(),
        "periodic": BOOL,
    }

    def __init__(
        self, side: str = "real", window: Any = "hann", scaling: str | None = "density", periodic: bool = False
    ) -> None:
        self.side = side
        self.window = window
        self.scaling = scaling
        self.periodic = periodic

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> np.ndarray:
        if len(shape) != 3:
            raise ShapeError(
                "STFT makes kernels of shape (frame_length, 1, fft_length // 2 + 1); "
                f"received shape {shape_text(tuple(shape))}."
            )
        frame, _, bins = shape
        time = np.arange(frame).reshape(-1, 1, 1)
        frequency = np.arange(bins).reshape(1, 1, -1) / (2 * (bins - 1))
        wave = np.cos if self.side == "real" else np.sin
        kernel = wave(-2 * np.pi * time * frequency)  # (frame, 1, bins)
        if self.window is not None:
            window = self._window(frame)
            scale = {"density": np.sqrt(np.sum(window**2)), "spectrum": np.sum(np.abs(window)), None: 1.0}[self.scaling]
            kernel = kernel * window.reshape(-1, 1, 1) / scale
        return np.broadcast_to(kernel, shape).astype(as_dtype(dtype))

    def _window(self, length: int) -> np.ndarray:
        if isinstance(self.window, str | tuple):
            from scipy.signal import get_window  # here, because it takes 0.3 s to import and only this class needs it

            return np.asarray(get_window(self.window, length, self.periodic))
        window = np.asarray(self.window)
        if window.shape != (length,):
            raise ArgumentError(
                f"STFT: argument 'window' must have shape ({length},), the frame's length; "
                f"received shape {shape_text(window.shape)}."
            )
        return window
