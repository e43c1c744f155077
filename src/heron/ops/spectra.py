"""Sound as frequencies over time: the short-time Fourier transform and its inverse."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from heron.errors import ArgumentError, ArgumentTypeError, ShapeError, shape_text
from heron.ops.math import extract_sequences, irfft, rfft
from heron.ops.op import array, op
from heron.validate import POSITIVE_INT, one_of

__all__ = ["istft", "stft"]

_NAMED = {"hann": (0.5, 0.5), "hamming": (0.54, 0.46)}
_NAME = one_of(*_NAMED)


def window_of(owner: str, window: Any, length: int, fft_length: int) -> np.ndarray | Any:
    """The window of `length` in the middle of `fft_length` numbers, 0 around it; ones for None.

    Args:
        owner: who asks, for messages.
        window: `"hann"`, `"hamming"`, an array of shape `(length,)`, or None.
        length: how many numbers a frame takes from the signal.
        fft_length: the size of the transform.

    Raises:
        ArgumentError: for another name, or an array of another shape.
    """
    for name, size in (("sequence_length", length), ("fft_length", fft_length)):
        POSITIVE_INT.check(owner, name, size)
    if fft_length < length:
        raise ArgumentError(
            f"{owner}: argument 'fft_length' must be at least sequence_length={length}; received {fft_length}.\n"
            f"The next power of two is {2 ** (length - 1).bit_length()}."
        )
    if window is None:
        return np.ones(fft_length)
    if isinstance(window, str):
        _NAME.check(owner, "window", window)
        mean, swing = _NAMED[window]
        window = mean - swing * np.cos(2 * np.pi * np.arange(length) / length) if length > 1 else np.ones(1)
    if np.shape(window) != (length,):
        raise ArgumentError(
            f"{owner}: argument 'window' must have shape ({length},), as sequence_length says; received shape "
            f"{shape_text(np.shape(window))}."
        )
    left = (fft_length - length) // 2
    return (np if isinstance(window, np.ndarray) else jnp).pad(window, (left, fft_length - length - left))


def _real(name: str, x: Any) -> Any:
    x = array(x)
    if x.dtype.name not in ("float32", "float64"):
        raise ArgumentTypeError(
            f"heron.ops.{name}: argument 'x' must be float32 or float64; received {x.dtype.name}.\n"
            "Convert it: heron.ops.cast(x, 'float32')."
        )
    return x


@op
def stft(
    x: Any, sequence_length: int, sequence_stride: int, fft_length: int, window: Any = "hann", center: bool = True
) -> Any:
    """The Fourier transforms of windows of the last axis: which frequencies there are at which time.

    Args:
        x: the signal, `(..., time)`, float32 or float64.
        sequence_length: how many numbers each window takes.
        sequence_stride: how far apart the windows are.
        fft_length: the size of the transform; windows are filled up with zeros.
        window: `"hann"`, `"hamming"`, an array of shape `(sequence_length,)`, or None for none.
        center: whether the signal is reflected at both ends, so that window `t` is centred at `t * sequence_stride`.

    Returns:
        The real and the imaginary parts, each `(..., windows, fft_length // 2 + 1)`.

    Raises:
        ArgumentError: for sizes or a window that do not fit.
        ArgumentTypeError: for numbers that are no floats.

    Example:
    >>> real, imaginary = stft([0.0, 1.0, 2.0, 3.0, 4.0], 3, 2, 3)
    >>> real.tolist()
    [[0.75, -0.375], [3.75, -1.875], [5.25, -2.625]]
    """
    owner = "heron.ops.stft"
    POSITIVE_INT.check(owner, "sequence_stride", sequence_stride)
    x, weights = _real("stft", x), window_of(owner, window, sequence_length, fft_length)
    if center:
        if x.ndim < 1 or x.shape[-1] <= fft_length // 2:
            raise ShapeError(
                f"{owner}: a signal is reflected by fft_length // 2 = {fft_length // 2} at each end, and must be "
                f"longer; received shape {shape_text(x.shape)}.\nGive center=False, a smaller fft_length, or pad it."
            )
        x = jnp.pad(x, [(0, 0)] * (x.ndim - 1) + [(fft_length // 2, fft_length // 2)], mode="reflect")
    frames = extract_sequences(x, fft_length, sequence_stride)  # (..., windows, fft_length)
    return rfft(frames * jnp.asarray(weights, x.dtype), fft_length)


@op
def istft(
    x: Any,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    length: int | None = None,
    window: Any = "hann",
    center: bool = True,
) -> Any:
    """The signal whose `stft` is `x`.

    Args:
        x: a pair, the real and the imaginary parts, each `(..., windows, fft_length // 2 + 1)`.
        sequence_length: as given to `stft`.
        sequence_stride: as given to `stft`.
        fft_length: as given to `stft`.
        length: the length of the signal; by default what the windows cover.
        window: as given to `stft`. With None the windows are added as they are: the signal is `fft_length /
            sequence_stride` times as large.
        center: as given to `stft`.

    Returns:
        The signal, `(..., time)`.

    Raises:
        ArgumentError: for sizes or a window that do not fit.

    Example:
    >>> istft(stft([0.0, 1.0, 2.0, 3.0, 4.0], 1, 1, 1), 1, 1, 1).tolist()
    [0.0, 1.0, 2.0, 3.0, 4.0]
    """
    owner = "heron.ops.istft"
    POSITIVE_INT.check(owner, "sequence_stride", sequence_stride)
    weights = jnp.asarray(window_of(owner, window, sequence_length, fft_length), "float32")
    if not isinstance(x, list | tuple) or len(x) != 2 or array(x[0]).ndim < 2:
        raise ShapeError(
            f"{owner}: argument 'x' must be a pair of arrays of shape (..., windows, frequencies), the real and the "
            "imaginary parts, as stft returns them.\nWrite istft((real, imaginary), ...)."
        )
    frames = irfft(x, fft_length) * weights  # (..., windows, fft_length)
    count = frames.shape[-2]
    total = fft_length + sequence_stride * (count - 1)
    places = sequence_stride * jnp.arange(count)[:, None] + jnp.arange(fft_length)
    signal = jnp.zeros((*frames.shape[:-2], total), frames.dtype).at[..., places].add(frames)
    weight = jnp.zeros(total, frames.dtype).at[places].add(jnp.broadcast_to(weights**2, places.shape))
    signal = signal / jnp.where(weight > 1e-10, weight, 1)
    if window is None:
        signal = signal * (fft_length / sequence_stride)
    start = fft_length // 2 if center else 0
    return signal[..., start : total - start if length is None else start + length]
