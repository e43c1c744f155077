"""Hashes of text and whole numbers that are the same on every machine: FarmHash's Fingerprint64, and SipHash.

All of a length are hashed at once, as a matrix of bytes; the same code runs in NumPy and inside compiled programs.

Source: Pike and Alakuijala, FarmHash (farmhashna); Aumasson and Bernstein, SipHash: a fast short-input PRF, 2012.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

_ALL = 2**64 - 1
_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F
_CROSS = 0xC6A4A7935BD1E995
CROSS_KEY = 0xDECAFCAFFE
"""What a crossing of features starts from."""


def _c(value: int) -> np.uint64:
    return np.uint64(value & _ALL)


def _turn(x: Any, by: int) -> Any:
    """`x` with its bits turned right."""
    return (x >> _c(by)) | (x << _c(64 - by))


def _mix(x: Any) -> Any:
    return x ^ (x >> _c(47))


def _word(rows: Any, at: int, size: int = 8) -> Any:
    """The little-endian numbers at a place of each row."""
    word = rows[:, at].astype(np.uint64)
    for i in range(1, size):
        word = word | (rows[:, at + i].astype(np.uint64) << _c(8 * i))
    return word


def _pair(u: Any, v: Any, mul: Any) -> Any:
    a = _mix((u ^ v) * mul)
    return _mix((v ^ a) * mul) * mul


def fingerprints(rows: Any) -> Any:
    """FarmHash's Fingerprint64 of each row of a matrix of bytes `(n, length)`, as uint64."""
    length = rows.shape[1]
    mul = _c(_K2 + 2 * length)
    if length == 0:
        return np.full(rows.shape[0], _c(_K2))
    if length < 4:
        first, middle, last = (rows[:, i].astype(np.uint64) for i in (0, length >> 1, length - 1))
        y, z = first + (middle << _c(8)), _c(length) + (last << _c(2))
        return _mix((y * _c(_K2)) ^ (z * _c(_K0))) * _c(_K2)
    if length < 8:
        return _pair(_c(length) + (_word(rows, 0, 4) << _c(3)), _word(rows, length - 4, 4), mul)
    if length <= 16:
        a, b = _word(rows, 0) + _c(_K2), _word(rows, length - 8)
        return _pair(_turn(b, 37) * mul + a, (_turn(a, 25) + b) * mul, mul)
    if length <= 64:
        return _middle(rows, length, mul)
    return _long(rows, length)


def _middle(rows: Any, length: int, mul: Any) -> Any:
    """17 to 64 bytes."""
    a, b = _word(rows, 0) * _c(_K1 if length <= 32 else _K2), _word(rows, 8)
    c, d = _word(rows, length - 8) * mul, _word(rows, length - 16) * _c(_K2)
    y = _turn(a + b, 43) + _turn(c, 30) + d
    z = a + _turn(b + _c(_K2), 18) + c
    if length <= 32:
        return _pair(y, z, mul)
    z = _pair(y, z, mul)
    e, f = _word(rows, 16) * mul, _word(rows, 24)
    g, h = (y + _word(rows, length - 32)) * mul, (z + _word(rows, length - 24)) * mul
    return _pair(_turn(e + f, 43) + _turn(g, 30) + h, e + _turn(f + a, 18) + g, mul)


def _weak(rows: Any, at: int, a: Any, b: Any) -> tuple[Any, Any]:
    w, x, y, z = (_word(rows, at + 8 * i) for i in range(4))
    a = a + w
    b = _turn(b + a + z, 21)
    c, a = a, a + x + y
    return a + z, b + _turn(a, 44) + c


def _long(rows: Any, length: int) -> Any:
    """More than 64 bytes: blocks of 64, the last of which overlaps the one before."""
    seed = 81
    zero = rows[:, 0].astype(np.uint64) * _c(0)
    start_y = seed * _K1 + 113 & _ALL
    start_z = start_y * _K2 + 113 & _ALL
    x, y = _word(rows, 0) + _c(seed * _K2), zero + _c(start_y)
    z = zero + _c((start_z ^ (start_z >> 47)) * _K2)
    v, w = (zero, zero), (zero, zero)
    for at in range(0, (length - 1) // 64 * 64, 64):
        x = _turn(x + y + v[0] + _word(rows, at + 8), 37) * _c(_K1) ^ w[1]
        y = _turn(y + v[1] + _word(rows, at + 48), 42) * _c(_K1) + v[0] + _word(rows, at + 40)
        z = _turn(z + w[0], 33) * _c(_K1)
        v, w = _weak(rows, at, v[1] * _c(_K1), x + w[0]), _weak(rows, at + 32, z + w[1], y + _word(rows, at + 16))
        x, z = z, x
    mul, at = _c(_K1) + ((z & _c(0xFF)) << _c(1)), length - 64
    w = w[0] + _c((length - 1) & 63), w[1]
    v = v[0] + w[0], v[1]
    w = w[0] + v[0], w[1]
    x = _turn(x + y + v[0] + _word(rows, at + 8), 37) * mul ^ (w[1] * _c(9))
    y = _turn(y + v[1] + _word(rows, at + 48), 42) * mul + v[0] * _c(9) + _word(rows, at + 40)
    z = _turn(z + w[0], 33) * mul
    v, w = _weak(rows, at, v[1] * mul, x + w[0]), _weak(rows, at + 32, z + w[1], y + _word(rows, at + 16))
    x, z = z, x
    return _pair(_pair(v[0], w[0], mul) + _mix(y) * _c(_K0) + z, _pair(v[1], w[1], mul) + x, mul)


def siphashes(rows: Any, key: Sequence[int]) -> Any:
    """SipHash-2-4 of each row of a matrix of bytes `(n, length)` under a key of two numbers, as uint64."""
    length = rows.shape[1]
    zero = np.zeros(rows.shape[0], np.uint64)
    constants = (0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573)
    v = [zero + _c(c ^ (int(key[i % 2]) & _ALL)) for i, c in enumerate(constants)]

    def rounds(v: list[Any], count: int) -> list[Any]:
        for _ in range(count):
            a, b, c, d = v
            a, c = a + b, c + d
            b, d = _turn(b, 51) ^ a, _turn(d, 48) ^ c
            a = _turn(a, 32)
            a, c = a + d, c + b
            d, b = _turn(d, 43) ^ a, _turn(b, 47) ^ c
            v = [a, b, _turn(c, 32), d]
        return v

    whole = length // 8 * 8
    last = zero + _c(length << 56)
    for i in range(length - whole):
        last = last | (rows[:, whole + i].astype(np.uint64) << _c(8 * i))
    for word in [*(_word(rows, at) for at in range(0, whole, 8)), last]:
        v = rounds([*v[:3], v[3] ^ word], 2)
        v[0] = v[0] ^ word
    v = rounds([v[0], v[1], v[2] ^ _c(0xFF), v[3]], 4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def _hash(rows: Any, salt: Sequence[int] | None) -> Any:
    return fingerprints(rows) if salt is None else siphashes(rows, salt)


def hash_texts(texts: Sequence[str], salt: Sequence[int] | None = None) -> np.ndarray:
    """The hashes of texts in UTF-8, as uint64.

    Args:
        texts: the texts.
        salt: the key of SipHash, two numbers; None for FarmHash.
    """
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    lengths = np.fromiter(map(len, encoded), int, len(encoded))
    found = np.zeros(len(encoded), np.uint64)
    for length in np.unique(lengths):
        (places,) = np.nonzero(lengths == length)
        joined = b"".join(encoded[i] for i in places)
        found[places] = _hash(np.frombuffer(joined, np.uint8).reshape(len(places), length), salt)
    return found


def buckets_of_integers(x: Any, buckets: int, salt: Sequence[int] | None = None) -> Any:
    """The hashes of int32 numbers, written in decimals, modulo `buckets`: for use inside a program.

    Args:
        x: whole numbers of any shape.
        buckets: how many there are.
        salt: the key of SipHash, two numbers; None for FarmHash.
    """
    with jax.enable_x64(True):
        flat = x.reshape(-1).astype(np.int64)
        negative, size = flat < 0, jnp.abs(flat)
        digits = [((size // 10**i) % 10 + 48).astype(np.uint8) for i in range(10)]
        length = 1 + sum((size >= 10**i).astype(np.int64) for i in range(1, 10)) + negative
        found = jnp.zeros(flat.shape, np.uint64)
        for count in range(1, 12):
            row = [digits[min(count - 1 - i, 9)] for i in range(count)]
            row[0] = jnp.where(negative, np.uint8(45), row[0])
            found = jnp.where(length == count, _hash(jnp.stack(row, axis=1), salt), found)
        found = (found % _c(buckets)).astype(np.int32)
    return found.reshape(x.shape)


def crossed(features: Sequence[Any], buckets: int) -> Any:
    """The hash of several features together, modulo `buckets`.

    Args:
        features: arrays of uint64 of one shape: fingerprints of text, and numbers as they are.
        buckets: how many there are.

    Source: FingerprintCat64 of TensorFlow, tensorflow/core/platform/fingerprint.h.
    """
    total = features[0] * _c(0) + _c(CROSS_KEY)
    for feature in features:
        total = (total ^ _c(_CROSS)) ^ (_mix(feature * _c(_CROSS)) * _c(_CROSS))
        total = _mix(_mix(total * _c(_CROSS)) * _c(_CROSS))
    return total % _c(buckets)
