"""The hash generator: uniform bits, no correlation between neighbours, rows, steps and seeds; avalanche; repeatable.

Bounds are about five standard deviations of what independent bits give: chance alone would pass them once in a million.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from heron.ops.lowering.noise import keep_mask, random_bits

N = 1 << 17


def bits(seed, step, shape=(N,)):
    return np.asarray(random_bits(jnp.array([seed, step], "uint32"), shape))


def as_signs(words):
    """The 32 bits of each word as -1 and 1."""
    return (np.unpackbits(words.view(np.uint8)).reshape(-1, 32).astype("float32") - 0.5) * 2


@pytest.mark.parametrize(("seed", "step"), [(0, 0), (1, 0), (0, 1), (2**32 - 1, 2**32 - 1), (1337, 99)])
def test_every_bit_is_set_half_of_the_time(seed, step):
    assert np.abs(as_signs(bits(seed, step)).mean(0)).max() < 5 / np.sqrt(N)


@pytest.mark.parametrize("seed", range(3))
def test_bytes_are_uniform(seed):
    counts = np.bincount(bits(seed, 7).view(np.uint8), minlength=256)
    expected = 4 * N / 256
    assert ((counts - expected) ** 2 / expected).sum() < 255 + 5 * np.sqrt(2 * 255)


@pytest.mark.parametrize("lag", [1, 2, 3, 4, 10, 32, 128, 784, 1024, 4096])
def test_neighbours_are_not_correlated(lag):
    signs = as_signs(bits(3, 5))
    assert np.abs((signs[lag:] * signs[:-lag]).mean(0)).max() < 5 / np.sqrt(N)
    u = bits(3, 5) / 2**32 - 0.5
    assert abs((u[lag:] * u[:-lag]).mean() * 12) < 5 / np.sqrt(N)


@pytest.mark.parametrize(("other_seed", "other_step"), [(3, 1), (3, 2), (4, 0), (3 + 2**31, 0), (0, 3), (3, 2**31)])
def test_steps_and_seeds_are_not_correlated(other_seed, other_step):
    one, other = as_signs(bits(3, 0)), as_signs(bits(other_seed, other_step))
    assert np.abs((one * other).mean(0)).max() < 5 / np.sqrt(N)
    for shift in (1, 2, 64):
        assert np.abs((one[shift:] * other[:-shift]).mean(0)).max() < 5 / np.sqrt(N)


def test_a_mask_shares_no_run_with_that_of_another_step():
    # A counter that was only offset by the step would make one stream a shifted copy of another.
    first = set(zip(*(bits(8, 0)[i : N - 1 + i].tolist() for i in (0, 1)), strict=True))
    for step in range(1, 20):
        words = bits(8, step)
        assert not first & set(zip(words[:-1].tolist(), words[1:].tolist(), strict=True))


@pytest.mark.parametrize("word", [0, 1])
def test_each_bit_of_the_seed_changes_half_of_the_bits(word):
    base = np.array([12345, 678], "uint32")
    for bit in range(32):
        changed = base.copy()
        changed[word] ^= np.uint32(1 << bit)
        difference = bits(*base, shape=(4096,)) ^ bits(*changed, shape=(4096,))
        share = np.unpackbits(difference.view(np.uint8)).mean()
        assert abs(share - 0.5) < 5 * 0.5 / np.sqrt(4096 * 32), (word, bit)


def test_keep_masks_of_many_steps_are_independent():
    masks = np.stack([np.asarray(keep_mask(jnp.array([1, step], "uint32"), (4096,), 0.5)) for step in range(64)])
    signs = masks * 2.0 - 1
    correlations = (signs @ signs.T / 4096)[np.triu_indices(64, 1)]
    assert np.abs(correlations).max() < 5.2 / np.sqrt(4096)
    assert correlations.std() == pytest.approx(1 / np.sqrt(4096), rel=0.1)
    assert np.abs(masks.mean(0) - 0.5).max() < 5 * 0.5 / 8  # no unit is dropped more often than others


@pytest.mark.parametrize("rate", [0.0, 1e-3, 0.25, 0.5, 0.999])
def test_a_mask_is_false_at_its_rate(rate):
    mask = np.asarray(keep_mask(jnp.array([5, 6], "uint32"), (256, 512), rate))
    assert abs((~mask).mean() - rate) <= 5 * np.sqrt(rate * (1 - rate) / mask.size)


def in_python(seed, step, index):
    """The generator in Python's integers."""

    def mix(x, key=0):
        x = (x ^ (x >> 16)) * 0x7FEB352D % 2**32
        x = ((x ^ (x >> 15)) + key) * 0x846CA68B % 2**32
        return x ^ (x >> 16)

    golden = 0x9E3779B9
    offset = mix((step + mix((seed * golden + 0x7FEB352D) % 2**32)) % 2**32)
    middle = mix(offset ^ mix((seed + mix((step * golden + 0x846CA68B) % 2**32)) % 2**32))
    return mix((index * golden + offset) % 2**32, middle)


def test_the_bits_are_the_same_on_every_run_and_platform():
    for seed, step in ((1, 2), (0, 0), (2**32 - 1, 77)):
        assert bits(seed, step, (2, 3)).ravel().tolist() == [in_python(seed, step, i) for i in range(6)]
    assert bits(1, 2, (2,)).tolist() == [2267818601, 2886471664]
    seed = jnp.array([1, 2], "uint32")
    np.testing.assert_array_equal(jax.jit(lambda s: random_bits(s, (2, 3)))(seed), bits(1, 2, (2, 3)))
    assert bits(1, 2, ()).shape == ()
    assert bits(1, 2, (0, 3)).shape == (0, 3)
