"""Ops of mathematics beyond NumPy's own: special functions, segments, ranks, distances, Fourier transforms."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron.errors import ArgumentError, ShapeError, shape_text, value_text
from heron.ops.factory import axes, unary
from heron.ops.op import array, floating, op

__all__ = [
    "cdist",
    "erf",
    "erfc",
    "erfinv",
    "extract_sequences",
    "fft",
    "fft2",
    "ifft2",
    "in_top_k",
    "irfft",
    "logdet",
    "logsumexp",
    "polar",
    "rfft",
    "rsqrt",
    "segment_max",
    "segment_min",
    "segment_prod",
    "segment_sum",
    "top_k",
    "view_as_complex",
    "view_as_real",
]

rsqrt = unary("rsqrt", "`1 / sqrt(x)`.", jax.lax.rsqrt, convert=floating)
erf = unary("erf", "The error function.", jax.lax.erf, convert=floating)
erfc = unary("erfc", "`1 - erf(x)`, exact for large `x`.", jax.lax.erfc, convert=floating)
logdet = unary(
    "logdet", "The logarithm of the size of the determinant.", lambda x: jnp.linalg.slogdet(x)[1], convert=floating
)
erfinv = unary("erfinv", "The inverse of the error function.", jax.lax.erf_inv, convert=floating)


@op
def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """`log(sum(exp(x)))` along `axis`, without overflow."""
    return jax.nn.logsumexp(floating(x), axis=axes(axis), keepdims=keepdims)


# ---- ranks --------------------------------------------------------------------------------------------------------


@op
def top_k(x: Any, k: int, sorted: bool = True) -> Any:
    """The `k` greatest elements along the last axis, falling, and their indices; `sorted` makes no difference.

    >>> values, indices = top_k([1, 9, 5], 2)
    >>> values.tolist(), indices.tolist()
    ([9, 5], [1, 2])
    """
    values, indices = jax.lax.top_k(array(x), k)
    return values, indices


@op
def in_top_k(targets: Any, predictions: Any, k: int) -> Any:
    """Whether the score of the right class is among the `k` greatest of its row; ties count, NaN does not.

    `targets` has shape `(batch,)`, `predictions` `(batch, classes)`.
    """
    predictions = floating(predictions)
    score = jnp.take_along_axis(predictions, array(targets)[..., None], -1)  # (batch, 1)
    score = jnp.where(jnp.isnan(score), -jnp.inf, score)
    return 1 + jnp.sum(predictions > score, -1) <= k


# ---- segments -----------------------------------------------------------------------------------------------------


def _segment(name: str, doc: str) -> Any:
    function = getattr(jax.ops, name)

    def call(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Any:
        return function(array(data), array(segment_ids), num_segments, indices_are_sorted=sorted)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"""{doc} of the rows of `data` that have the same number in `segment_ids`.

    Args:
        data: an array; its first axis is divided into segments.
        segment_ids: for each row the number of its segment.
        num_segments: how many segments there are; needed inside compiled programs, by default the greatest number + 1.
        sorted: whether `segment_ids` rise, which is faster.
    """
    return op(call)


segment_sum = _segment("segment_sum", "The sum")
segment_max = _segment("segment_max", "The greatest")
segment_min = _segment("segment_min", "The smallest")
segment_prod = _segment("segment_prod", "The product")


# ---- distances and windows ----------------------------------------------------------------------------------------


@op
def cdist(x: Any, y: Any) -> Any:
    """The distances between every row of `x` `(..., n, d)` and every row of `y` `(..., m, d)`: `(..., n, m)`."""
    x, y = floating(x), floating(y)
    if x.ndim < 2 or y.ndim < 2 or x.shape[-1] != y.shape[-1]:
        raise ShapeError(
            "heron.ops.cdist: arguments 'x' and 'y' must be matrices with as many columns; "
            f"received shapes {shape_text(x.shape)} and {shape_text(y.shape)}.\n"
            "Give a vector a second axis: heron.ops.expand_dims(x, 0)."
        )
    return jnp.sqrt(jnp.sum(jnp.square(x[..., :, None, :] - y[..., None, :, :]), -1))


@op
def extract_sequences(x: Any, sequence_length: int, sequence_stride: int) -> Any:
    """Windows of `sequence_length` elements along the last axis, `sequence_stride` apart: `(..., windows, length)`."""
    x = array(x)
    starts = jnp.arange(0, x.shape[-1] - sequence_length + 1, sequence_stride)
    return x[..., starts[:, None] + jnp.arange(sequence_length)]


# ---- complex numbers and Fourier transforms -----------------------------------------------------------------------


def _complex(name: str, x: Any) -> Any:
    if not isinstance(x, list | tuple) or len(x) != 2:
        raise ArgumentError(
            f"heron.ops.{name}: argument 'x' must be a pair of arrays, real and imaginary parts; "
            f"received {value_text(x)}.\nWrite (x, heron.ops.zeros_like(x)) for real numbers."
        )
    return jax.lax.complex(floating(x[0]), floating(x[1]))


def _parts(x: Any) -> tuple[Any, Any]:
    return jnp.real(x), jnp.imag(x)


@op
def fft(x: Any) -> Any:
    """The Fourier transform along the last axis of a pair `(real, imaginary)`; returns such a pair."""
    return _parts(jnp.fft.fft(_complex("fft", x)))


@op
def fft2(x: Any) -> Any:
    """The Fourier transform along the last two axes of a pair `(real, imaginary)`; returns such a pair."""
    return _parts(jnp.fft.fft2(_complex("fft2", x)))


@op
def ifft2(x: Any) -> Any:
    """The inverse of `fft2`."""
    return _parts(jnp.fft.ifft2(_complex("ifft2", x)))


@op
def rfft(x: Any, fft_length: int | None = None) -> Any:
    """The Fourier transform of real numbers along the last axis, cut or padded to `fft_length`: `(real, imaginary)`."""
    return _parts(jnp.fft.rfft(floating(x), n=fft_length))


@op
def irfft(x: Any, fft_length: int | None = None) -> Any:
    """The inverse of `rfft`: real numbers from a pair `(real, imaginary)`."""
    return jnp.fft.irfft(_complex("irfft", x), n=fft_length)


@op
def polar(abs_: Any, angle: Any) -> Any:
    """The complex numbers with these sizes and angles in radians."""
    size, angle = floating(abs_), floating(angle)
    return jax.lax.complex(size * jnp.cos(angle), size * jnp.sin(angle))


@op
def view_as_complex(x: Any) -> Any:
    """An array of shape `(..., 2)`, real and imaginary parts, as complex numbers of shape `(...)`."""
    x = floating(x)
    if x.ndim < 1 or x.shape[-1] != 2:
        raise ShapeError(
            "heron.ops.view_as_complex: the last axis of 'x' must have size 2, real and imaginary part; "
            f"received shape {shape_text(x.shape)}.\nStack the parts: heron.ops.stack([real, imaginary], axis=-1)."
        )
    return jax.lax.complex(x[..., 0].astype("float32"), x[..., 1].astype("float32"))


@op
def view_as_real(x: Any) -> Any:
    """Complex numbers as an array with a last axis of size 2: real and imaginary part."""
    return jnp.stack(_parts(array(x)), -1)
