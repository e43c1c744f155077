"""MNIST: 28 x 28 grey images of handwritten digits."""

from __future__ import annotations

import os

from heron.datasets.cache import load
from heron.datasets.catalogue import MNIST
from heron.datasets.split import PATH, Split, as_split

CLASS_NAMES = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
"""The name of each class, by label."""


def load_data(path: str | os.PathLike[str] = "mnist.npz") -> Split:
    """Returns the 60,000 training and 10,000 test images of MNIST with their labels.

    The data come with heron, nothing is downloaded. The first call decodes them (about a second); later calls map them
    into memory in some milliseconds. The arrays may be written to; the cache does not change.

    Args:
        path: accepted because Keras has it, where it names the downloaded file; the data returned do not depend on it.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: images `(60000, 28, 28)` and `(10000, 28, 28)`, uint8 from 0 (paper) to
        255 (ink), and labels `(60000,)` and `(10000,)`, uint8 from 0 to 9.

    Raises:
        ArgumentError: when `path` is no file name.
        ContainerError: when the file that came with heron is missing or damaged.

    Source:
        Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits". CC BY-SA 3.0.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()
        >>> x_train.shape, x_train.dtype, y_train[:5]
        ((60000, 28, 28), dtype('uint8'), array([5, 0, 4, 1, 9], dtype=uint8))
    """
    PATH.check("mnist.load_data", "path", path)
    return as_split(load(MNIST))
