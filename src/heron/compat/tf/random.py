"""`tf.random`."""

from __future__ import annotations

import sys
from typing import Any

import heron
from heron import ops
from heron.compat.tf.arrays import _sizes
from heron.compat.tf.host import host_tensor, is_on_host, raw

GONE = {
    **dict.fromkeys(
        ("get_global_generator", "set_global_generator"),
        "Whoever draws has a generator.\nWrite tf.random.Generator.from_seed(seed).",
    ),
    "experimental": "Write tf.random.Generator.from_seed(seed).",
    "poisson": "Write numpy.random.default_rng().poisson(...).",
}


def seed_here(seed: Any) -> Any:
    """The seed that was given; without one, in the `call` of a layer, that layer's own generator, made when first met.

    A program that is compiled would have the same numbers at every step otherwise.
    """
    frame = sys._getframe(1)
    while seed is None and frame is not None:
        owner = frame.f_locals.get("self")
        if frame.f_code.co_name == "call" and isinstance(owner, heron.Layer):
            if getattr(owner, "seed_generator", None) is None:
                owner.seed_generator = heron.random.SeedGenerator()
            return owner.seed_generator
        frame = frame.f_back  # type: ignore[assignment]
    return seed


def _given(made: Any) -> Any:
    return host_tensor(made) if is_on_host() else made


def set_seed(seed: int) -> None:
    """Lets everything that is drawn begin anew: Python's, NumPy's and heron's random numbers."""
    heron.utils.set_random_seed(seed)


def normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", seed: Any = None, name: Any = None
) -> Any:
    """Numbers of the normal distribution."""
    return _given(heron.random.normal(_sizes(shape), mean, stddev, dtype, seed_here(seed)))


def uniform(
    shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = "float32", seed: Any = None, name: Any = None
) -> Any:
    """Numbers between two, the second left out."""
    if str(dtype).startswith(("int", "uint")):
        return _given(heron.random.randint(_sizes(shape), minval, maxval, dtype, seed_here(seed)))
    return _given(
        heron.random.uniform(
            _sizes(shape), float(minval), 1.0 if maxval is None else float(maxval), dtype, seed_here(seed)
        )
    )


def truncated_normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", seed: Any = None, name: Any = None
) -> Any:
    """Normal numbers within two standard deviations."""
    return _given(heron.random.truncated_normal(_sizes(shape), mean, stddev, dtype, seed_here(seed)))


def shuffle(value: Any, seed: Any = None, name: str | None = None) -> Any:
    """The rows in an order by chance."""
    return _given(heron.random.shuffle(ops.convert_to_tensor(raw(value)), 0, seed_here(seed)))


def categorical(logits: Any, num_samples: int, dtype: Any = None, seed: Any = None, name: str | None = None) -> Any:
    """Class numbers drawn by their logits, `(rows, num_samples)`."""
    return _given(heron.random.categorical(ops.convert_to_tensor(raw(logits)), num_samples, seed=seed_here(seed)))


class Generator(heron.random.SeedGenerator):
    """Random numbers from a state of their own; a layer that has one as an attribute keeps its state.

    Args:
        seed: an integer; the same one gives the same sequence, another one than in TensorFlow. None: one is drawn.
    """

    @classmethod
    def from_seed(cls, seed: int, alg: Any = None) -> Generator:
        """A generator that begins at a seed; `alg` is accepted for TensorFlow's signature."""
        return cls(int(seed))

    @classmethod
    def from_non_deterministic_state(cls, alg: Any = None) -> Generator:
        """A generator that begins anywhere; after `tf.random.set_seed` at the same place in each run."""
        return cls()

    def reset_from_seed(self, seed: int) -> None:
        """Begins anew at a seed."""
        self.state.assign(type(self)(int(seed)).state)

    def normal(self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", name: Any = None) -> Any:
        """Numbers of the normal distribution."""
        return normal(shape, mean, stddev, dtype, self)

    def truncated_normal(
        self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", name: Any = None
    ) -> Any:
        """Normal numbers within two standard deviations."""
        return truncated_normal(shape, mean, stddev, dtype, self)

    def uniform(self, shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = "float32", name: Any = None) -> Any:
        """Numbers between two, the second left out."""
        return uniform(shape, minval, maxval, dtype, self)


__all__ = ["Generator", "categorical", "normal", "set_seed", "shuffle", "truncated_normal", "uniform"]
