"""Data sets: five that come with heron, and eight that are downloaded when they are first asked for.

Each module has `load_data()`, which returns `(x_train, y_train), (x_test, y_test)`. The first call decodes or downloads
the data into a per-user cache, later calls read them from there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from heron.datasets import (
    auto_mpg,
    basic_motions,
    boston_housing,
    california_housing,
    cats_vs_dogs,
    cifar10,
    cifar100,
    fashion_mnist,
    horses_or_humans,
    imdb,
    mnist,
    reuters,
    rock_paper_scissors,
)
from heron.errors import missing_name

__all__ = [
    *("mnist", "fashion_mnist", "boston_housing", "auto_mpg", "basic_motions"),
    *("cifar10", "cifar100", "imdb", "reuters", "california_housing"),
    *("rock_paper_scissors", "horses_or_humans", "cats_vs_dogs"),
]


if not TYPE_CHECKING:  # to a type checker, a name that is not there is an error
    __getattr__ = missing_name(__name__, __all__)
