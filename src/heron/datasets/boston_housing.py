"""Boston housing: the median value of houses in 506 census tracts, 1970.

One of the thirteen features, `B`, is computed from the share of Black residents of a tract. It is returned so that
results can be compared with the literature and with Keras; heron's own lesson leaves it out, and so should a model that
is meant for use.
"""

from __future__ import annotations

import os

from heron.datasets.cache import load
from heron.datasets.catalogue import BOSTON_FEATURES, BOSTON_HOUSING
from heron.datasets.split import PATH, SEED, TEST_SPLIT, Split, shuffled_split

FEATURE_NAMES = BOSTON_FEATURES
"""The name of each column of `x`."""


def load_data(
    path: str | os.PathLike[str] = "boston_housing.npz", test_split: float = 0.2, seed: int | None = 113
) -> Split:
    """Returns the 506 tracts in shuffled order, divided into a training and a test part.

    The same `test_split` and `seed` give the same rows in the same order as Keras. Column `B` (number 11) encodes race:
    leave it out, for example by `numpy.delete(x, 11, axis=1)`.

    Args:
        path: accepted because Keras has it, where it names the downloaded file; the data returned do not depend on it.
        test_split: the share of rows in the test part, 0 <= test_split < 1.
        seed: of the shuffle; None draws another order each time.

    Returns:
        `(x_train, y_train), (x_test, y_test)`, float64: features `(rows, 13)`, whose columns are `FEATURE_NAMES`, and
        targets `(rows,)`, the median value of owner-occupied homes in thousands of dollars, 5 to 50. With the defaults
        404 and 102 rows.

    Raises:
        ArgumentError: when an argument is out of its range.
        ContainerError: when the file that came with heron is missing or damaged.

    Source:
        D. Harrison, D. L. Rubinfeld, "Hedonic housing prices and the demand for clean air", Journal of Environmental
        Economics and Management 5, 1978, 81-102.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()
        >>> x_train.shape, x_test.shape, float(y_train[0])
        ((404, 13), (102, 13), 15.2)
    """
    PATH.check("boston_housing.load_data", "path", path)
    TEST_SPLIT.check("boston_housing.load_data", "test_split", test_split)
    SEED.check("boston_housing.load_data", "seed", seed)
    return shuffled_split(load(BOSTON_HOUSING), test_split, seed)
