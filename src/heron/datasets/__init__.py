"""Data sets that come with heron, so that nothing is downloaded.

Each module has `load_data()`, which returns `(x_train, y_train), (x_test, y_test)`. The first call decodes the data
into a per-user cache, later calls map them into memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from heron.datasets import auto_mpg, basic_motions, boston_housing, fashion_mnist, mnist
from heron.errors import missing_name

__all__ = ["mnist", "fashion_mnist", "boston_housing", "auto_mpg", "basic_motions"]


if not TYPE_CHECKING:  # to a type checker, a name that is not there is an error
    __getattr__ = missing_name(__name__, __all__)
