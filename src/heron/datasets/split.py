"""Rows into a training and a test part: the two forms in which `load_data()` returns a data set."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np

from heron.datasets.decoders import Array
from heron.validate import RATE, Rule, is_int, is_number

Split: TypeAlias = tuple[tuple[Array, Array], tuple[Array, Array]]
"""`(x_train, y_train), (x_test, y_test)`."""

TEST_SPLIT = replace(RATE, expected="a number from 0 up to, but not including, 1 (the share of rows kept for the test)")
SEED = Rule(
    "an integer from 0 to 4294967295",
    lambda v: is_int(v) and 0 <= v < 2**32,
    (0, 113, 2**32 - 1),
    (-1, 2**32, 1.5, "113", None, True),
).or_none()
PATH = Rule(
    "a file name (Keras downloads to it; heron ships the data and reads no such file)",
    lambda v: isinstance(v, str | os.PathLike),
    ("mnist.npz",),
    (None, 0.2, b"mnist.npz"),
    lambda v: f"Write test_split={v}, by name: the first argument is 'path'." if is_number(v) and 0 <= v < 1 else "",
)


def as_split(arrays: Mapping[str, Array]) -> Split:
    """Returns arrays that come divided, named `x_train`, `y_train`, `x_test`, `y_test`, as pairs of pairs."""
    return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])


def shuffled_split(arrays: Mapping[str, Array], test_split: float, seed: int | None) -> Split:
    """Returns copies of the rows `x` and `y` in shuffled order, the last of them as the test part.

    The order is `numpy.random.RandomState(seed).shuffle` of the row numbers and the training part has
    `int(rows * (1 - test_split))` rows, which is Keras's rule: the same arguments give the same rows in the same order.

    Args:
        arrays: `x` of shape `(rows, features)` and `y` of shape `(rows,)`.
        test_split: the share of the test part, 0 <= test_split < 1.
        seed: of the shuffle; None draws another order each time.

    Example:
        >>> import numpy as np
        >>> (x_train, y_train), (x_test, y_test) = shuffled_split({"x": np.eye(10), "y": np.arange(10)}, 0.2, seed=0)
        >>> y_train, y_test
        (array([2, 8, 4, 9, 1, 6, 7, 3]), array([0, 5]))
    """
    order: Any = np.arange(len(arrays["x"]))
    np.random.RandomState(seed).shuffle(order)
    cut = int(len(order) * (1 - test_split))
    train, test = order[:cut], order[cut:]
    return (arrays["x"][train], arrays["y"][train]), (arrays["x"][test], arrays["y"][test])
