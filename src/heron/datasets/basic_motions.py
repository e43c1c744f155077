"""BasicMotions: what a smartwatch felt while its wearer stood, ran, walked or played badminton."""

from __future__ import annotations

from heron.datasets.cache import load
from heron.datasets.catalogue import BASIC_MOTIONS
from heron.datasets.split import Split, as_split

CLASS_NAMES = ("Standing", "Running", "Walking", "Badminton")
"""The name of each class, by label."""

CHANNEL_NAMES = (
    "accelerometer x",
    "accelerometer y",
    "accelerometer z",
    "gyroscope x",
    "gyroscope y",
    "gyroscope z",
)
"""The name of each channel, the last axis of `x`."""


def load_data() -> Split:
    """Returns the 40 training and 40 test recordings of BasicMotions with their labels.

    Each recording is ten seconds at ten values a second. Both parts are in order of their class, ten of each:
    shuffle before a part is cut off, for `validation_split` takes the last rows, which are all Badminton.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: recordings `(40, 100, 6)`, float32, with the axes recording, step and
        channel (`CHANNEL_NAMES`), and labels `(40,)`, int32 from 0 to 3, which stand for `CLASS_NAMES`.

    Raises:
        ContainerError: when a file that came with heron is missing or damaged.

    Source:
        A. Bagnall et al., "The UEA multivariate time series classification archive, 2018", arXiv:1811.00075.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()
        >>> x_train.shape, x_train.dtype, CLASS_NAMES[y_train[0]]
        ((40, 100, 6), dtype('float32'), 'Standing')
    """
    return as_split(load(BASIC_MOTIONS))
