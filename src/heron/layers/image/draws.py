"""Random numbers for one call of a layer, all of one key, and the ranges that they are drawn from."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron.validate import Rule, is_int, is_number


class Draws:
    """Hands out random numbers; each call uses a key of its own, made of the one given.

    It holds no state but a counter, so that it works inside compiled loops and branches.
    """

    def __init__(self, key: Any) -> None:
        self.key = key
        self.count = 0

    def next_key(self) -> Any:
        """A key that no earlier call gave."""
        self.count += 1
        return jax.random.fold_in(self.key, self.count)

    def uniform(self, shape: Any, low: Any = 0.0, high: Any = 1.0) -> Any:
        """Floats evenly from `low` to `high`."""
        return jax.random.uniform(self.next_key(), shape, "float32", low, high)

    def signs(self, shape: Any) -> Any:
        """1 or -1."""
        return jnp.where(self.uniform(shape) > 0.5, -1.0, 1.0)

    def chosen(self, batch: Any, share: tuple[float, float]) -> Any:
        """True for each sample with a probability that is itself drawn from a range, `(batch,)`."""
        return self.uniform((batch,)) < self.uniform((batch,), *share)

    def permutation(self, batch: Any) -> Any:
        """The numbers from 0 to `batch - 1` in some order."""
        return jnp.argsort(self.uniform((batch,))).astype("int32")


def range_rule(low: float, high: float, open_low: bool = False) -> Rule:
    """The rule of a factor: a number, or two between which one is drawn."""

    def inside(value: Any) -> bool:
        return is_number(value) and (value > low if open_low else value >= low) and value <= high

    def accepts(value: Any) -> bool:
        return inside(value) or (isinstance(value, list | tuple) and len(value) == 2 and all(map(inside, value)))

    words = f"a number from {low:g} to {high:g}" + (f", {low:g} left out" if open_low else "")
    good: tuple[Any, ...] = (high, (high / 2, high), [high, high / 2])
    return Rule(f"{words}, or two between which it is drawn", accepts, good, (high + 1, (high,) * 3, "x", None))


VALUE_RANGE = Rule(
    "two numbers, the least and the greatest possible value of a pixel",
    lambda v: isinstance(v, list | tuple) and len(v) == 2 and all(map(is_number, v)) and v[0] != v[1],
    ((0, 255), [0.0, 1.0], (-1, 1)),
    (255, (0, 0), (0, 1, 2), None, ("a", "b")),
)
ODD = Rule(
    "an odd positive integer, or two",
    lambda v: all(is_int(k) and k > 0 and k % 2 for k in (v if isinstance(v, list | tuple) and len(v) == 2 else (v,))),
    (3, (3, 5), [1, 1]),
    (2, 0, (3, 4), (3, 3, 3), "3", None),
)


def drawn_from(factor: Any, low: float = -float("inf")) -> tuple[float, float]:
    """The range that a factor stands for: two numbers in order; one number for both signs, but not below `low`."""
    if isinstance(factor, list | tuple):
        return min(factor), max(factor)
    return max(-abs(factor), low), abs(factor)
