"""California housing: the median value of houses in 20,640 block groups, 1990. Downloaded on demand."""

from __future__ import annotations

import os

from heron.datasets.remote import CALIFORNIA_HOUSING, fetch
from heron.datasets.split import SEED, TEST_SPLIT, Split, shuffled_split
from heron.datasets.stored_arrays import StoredArrays
from heron.validate import one_of

FEATURE_NAMES = (
    "MedInc",
    "HouseAge",
    "AveRooms",
    "AveBedrms",
    "Population",
    "AveOccup",
    "Latitude",
    "Longitude",
)
"""The name of each column of `x`, as Keras names them."""

_VERSION = one_of("small", "large")
_SMALL = 600


def load_data(
    version: str = "large",
    path: str | os.PathLike[str] = "california_housing.npz",
    test_split: float = 0.2,
    seed: int | None = 113,
) -> Split:
    """Returns the block groups in shuffled order, divided into a training and a test part, as Keras does.

    The first call downloads 0.7 MB.

    Args:
        version: `"large"` for all 20,640 rows, `"small"` for the first 600, which stand in for Boston housing.
        path: the name of the file in heron's cache.
        test_split: the share of rows in the test part, 0 <= test_split < 1.
        seed: of the shuffle; None draws another order each time.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: features `(rows, 8)`, whose columns are `FEATURE_NAMES`, and targets
        `(rows,)`, the median value of a house in dollars. With the defaults 16,512 and 4,128 rows.

    Raises:
        ArgumentError: when an argument is out of its range.
        DownloadError: when the file cannot be had; the message says where to put it by hand.

    Source:
        R. K. Pace, R. Barry, "Sparse spatial autoregressions", Statistics and Probability Letters 33, 1997, 291-297.
    """
    owner = "california_housing.load_data"
    _VERSION.check(owner, "version", version)
    TEST_SPLIT.check(owner, "test_split", test_split)
    SEED.check(owner, "seed", seed)
    stored = StoredArrays(fetch("california_housing", CALIFORNIA_HOUSING, path))
    rows = {name: stored.numbers(name)[: _SMALL if version == "small" else None] for name in ("x", "y")}
    return shuffled_split(rows, test_split, seed)
