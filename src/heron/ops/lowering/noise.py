"""Cheap random bits for dropout masks.

A counter-based generator: the bits of element `i` are a hash of `i` and of two keys mixed from the seed. The hash is
`lowbias32` by C. Wellons ("Prospecting for Hash Functions", nullprogram.com/blog/2018/07/31), two multiplications and
three xor-shifts, in which every input bit flips every output bit with probability 1/2 to within 0.2 %. JAX's threefry
costs about four times as much on a CPU.

The first key offsets the counter; the second is mixed in between the two rounds, so that the streams of two seeds are
not shifted copies of each other. The bits are good enough to decide which units to drop: uniform, uncorrelated between
neighbours and between steps, reproducible on every platform. They are not for cryptography, and samples whose tails
matter are drawn with `jax.random` instead.
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
from jax import lax

__all__ = ["keep_mask", "random_bits"]

_GOLDEN = 0x9E3779B9  # 2**32 / golden ratio: consecutive counters land far apart
_FIRST, _SECOND = 0x7FEB352D, 0x846CA68B


def _word(value: int) -> jax.Array:
    return jnp.uint32(value)


def _hash(x: jax.Array, key: jax.Array | None = None) -> jax.Array:
    x = (x ^ (x >> 16)) * _word(_FIRST)
    x = x ^ (x >> 15)
    if key is not None:
        x = x + key
    x = x * _word(_SECOND)
    return x ^ (x >> 16)


def _keys(seed: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Two well-mixed words from a seed and a step: each depends on all 64 bits."""
    low = _hash(seed[1] + _hash(seed[0] * _word(_GOLDEN) + _word(_FIRST)))
    return low, _hash(low ^ _hash(seed[0] + _hash(seed[1] * _word(_GOLDEN) + _word(_SECOND))))


def random_bits(seed: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    """32 random bits for each element of an array.

    Args:
        seed: uint32 of shape (2,), as `SeedGenerator.next` gives it.
        shape: the shape wanted.

    Returns:
        An array of dtype uint32; the same for the same seed and number of elements.

    Example:
    >>> random_bits(jnp.array([1, 0], "uint32"), (2, 3)).shape
    (2, 3)
    """
    offset, middle = _keys(jnp.asarray(seed, jnp.uint32))
    counter = lax.iota(jnp.uint32, math.prod(shape)).reshape(shape)
    return _hash(counter * _word(_GOLDEN) + offset, middle)


def keep_mask(seed: jax.Array, shape: tuple[int, ...], rate: float) -> jax.Array:
    """A boolean array that is False with probability `rate`, exact to 2**-32."""
    return random_bits(seed, shape) >= _word(min(round(rate * 2**32), 2**32 - 1))
