"""Data sets that come with heron, so that nothing is downloaded.

Each module has `load_data()`, which returns `(x_train, y_train), (x_test, y_test)`. The first call decodes the data
into a per-user cache, later calls map them into memory.
"""

from __future__ import annotations

from heron.datasets import auto_mpg, basic_motions, boston_housing, fashion_mnist, mnist

__all__ = ["mnist", "fashion_mnist", "boston_housing", "auto_mpg", "basic_motions"]
