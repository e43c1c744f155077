"""Auto MPG: the fuel consumption of 392 cars of the years 1970 to 1982."""

from __future__ import annotations

from heron.datasets.cache import load
from heron.datasets.catalogue import AUTO_MPG, MPG_FEATURES
from heron.datasets.split import SEED, TEST_SPLIT, Split, shuffled_split

FEATURE_NAMES = MPG_FEATURES
"""The name of each column of `x`."""

ORIGIN_NAMES = {1: "USA", 2: "Europe", 3: "Japan"}
"""What the values of the column `origin` stand for."""


def load_data(test_split: float = 0.2, seed: int | None = 113) -> Split:
    """Returns the 392 cars in shuffled order, divided into a training and a test part.

    These are the cars whose horsepower is known; the 6 others of the 398 at UCI are left out. `displacement` is in
    cubic inches, `weight` in pounds, `acceleration` in seconds from 0 to 60 miles an hour, `model_year` counts from
    1900, and `origin` is a category (`ORIGIN_NAMES`), not a quantity.

    Args:
        test_split: the share of rows in the test part, 0 <= test_split < 1.
        seed: of the shuffle; None draws another order each time.

    Returns:
        `(x_train, y_train), (x_test, y_test)`, float64: features `(rows, 7)`, whose columns are `FEATURE_NAMES`, and
        targets `(rows,)` in miles per gallon, 9 to 46.6. With the defaults 313 and 79 rows.

    Raises:
        ArgumentError: when an argument is out of its range.
        ContainerError: when the file that came with heron is missing or damaged.

    Source:
        R. Quinlan, "Combining instance-based and model-based learning", ICML 1993; UCI machine learning repository.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()
        >>> x_train.shape, x_test.shape, FEATURE_NAMES[3]
        ((313, 7), (79, 7), 'weight')
    """
    TEST_SPLIT.check("auto_mpg.load_data", "test_split", test_split)
    SEED.check("auto_mpg.load_data", "seed", seed)
    return shuffled_split(load(AUTO_MPG), test_split, seed)
