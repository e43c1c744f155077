"""Random numbers: seeds that advance, and the distributions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heron import registry
from heron.errors import missing_name
from heron.random.distributions import (
    beta,
    binomial,
    categorical,
    dropout,
    gamma,
    normal,
    randint,
    shuffle,
    truncated_normal,
    uniform,
)
from heron.random.seed import SeedGenerator, draw_seed

__all__ = [
    "SeedGenerator",
    "beta",
    "binomial",
    "categorical",
    "draw_seed",
    "dropout",
    "gamma",
    "normal",
    "randint",
    "shuffle",
    "truncated_normal",
    "uniform",
]

registry.publish("heron.random", {"SeedGenerator": SeedGenerator})


if not TYPE_CHECKING:  # to a type checker, a name that is not there is an error
    __getattr__ = missing_name(__name__, __all__)
