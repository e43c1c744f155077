"""Seeds: what a user may give as `seed`, and the generator that hands out a new one at each call."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from heron import config
from heron.errors import ArgumentError, value_text
from heron.registry import Configurable
from heron.validate import INT, Rule, is_int
from heron.variables import Variable, name_scope

__all__ = ["SEED", "SeedGenerator", "draw_seed", "numpy_generator"]


class SeedGenerator(Configurable):
    """A seed that advances: every `next()` gives a key that no earlier call gave.

    Its state is a variable, so that random layers work inside compiled programs and go on where a saved model stopped.

    Args:
        seed: an integer; the same one gives the same sequence. None: one is drawn, reproducibly after
            `heron.utils.set_random_seed`.
        name: its name, by default `seed_generator`, `seed_generator_1`, ...

    Attributes:
        state: a variable of shape (2,) and dtype uint32: the seed, and how often `next` has been called.

    Example:
    >>> generator = SeedGenerator(seed=7)
    >>> [key.tolist() for key in (generator.next(), generator.next())]
    [[7, 0], [7, 1]]
    """

    rules = {"seed": INT.or_none()}

    def __init__(self, seed: int | None = None, name: str | None = None) -> None:
        self.name = name or config.auto_name("seed_generator")
        first = config.draw_seed() if seed is None else int(seed)
        with name_scope(self.name):
            self.state = Variable(_key(first), trainable=False, autocast=False, name="seed_generator_state")

    def next(self, ordered: bool = True) -> jax.Array:
        """Returns the state, a key of shape (2,), and advances it; `ordered` is accepted for Keras's signature."""
        key = self.state.value
        self.state.assign(key + np.array([0, 1], np.uint32))
        return key

    def get_config(self) -> dict[str, Any]:
        """Returns the seed as it was given, and the name."""
        return {"seed": self.arguments["seed"], "name": self.name}


SEED = Rule(
    "an integer, a heron.random.SeedGenerator, or None",
    lambda v: v is None or is_int(v) or isinstance(v, SeedGenerator),
    (None, 0, 1337, -1),
    ("1", 0.5, True, [1, 2]),
)


def _key(seed: int) -> np.ndarray:
    return np.array([seed % 2**32, 0], np.uint32)


def draw_seed(seed: Any = None) -> jax.Array:
    """Returns the key, uint32 of shape (2,), for what a user gave as `seed`.

    Args:
        seed: an integer (always the same key), a `SeedGenerator` (its next key), a key (returned as it is), or None (a
            new key off the process-wide sequence).

    Raises:
        ArgumentError: for anything else, and for None while a program is being compiled, where the one key drawn would
            be built into the program and every run would repeat the same numbers.
    """
    if isinstance(seed, SeedGenerator):
        return seed.next()
    if seed is None:
        key = jnp.asarray(_key(config.draw_seed()))
        if isinstance(key, jax.core.Tracer):
            raise ArgumentError(
                "A random function without a seed was called while a program is being compiled: expected "
                "seed=a SeedGenerator or an integer; received None. The numbers would be the same at every step.\n"
                "Make self.seed_generator = heron.random.SeedGenerator() in the layer's __init__ and pass "
                "seed=self.seed_generator."
            )
        return key
    if is_int(seed):
        return jnp.asarray(_key(int(seed)))
    if getattr(seed, "shape", None) == (2,):
        return jnp.asarray(seed, jnp.uint32)
    raise ArgumentError(
        f"Cannot use {value_text(seed)} as a seed; expected an integer, a heron.random.SeedGenerator, or None."
    )


def numpy_generator(seed: int | SeedGenerator | None) -> np.random.Generator:
    """A generator on the host (PCG64): the same at every call for an integer, a new one for a generator or None."""
    if isinstance(seed, SeedGenerator):
        return np.random.default_rng([int(word) for word in np.asarray(seed.next())])
    return np.random.default_rng(config.draw_seed() if seed is None else int(seed) % 2**63)
