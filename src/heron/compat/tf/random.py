"""`tf.random`."""

from __future__ import annotations

import sys
from typing import Any

import heron
from heron import ops
from heron.compat.tf.arrays import _sizes
from heron.compat.tf.host import host_tensor, is_on_host, raw

GONE = {
    "Generator": "Write keras.random.SeedGenerator(seed), and seed=generator in keras.random.normal.",
    "experimental": "Write keras.random.SeedGenerator(seed).",
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


__all__ = ["categorical", "normal", "set_seed", "shuffle", "truncated_normal", "uniform"]
