"""Fashion-MNIST: 28 x 28 grey images of clothes, shoes and bags."""

from __future__ import annotations

from heron.datasets.cache import load
from heron.datasets.catalogue import FASHION_MNIST
from heron.datasets.split import Split, as_split

CLASS_NAMES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
"""The name of each class, by label."""


def load_data() -> Split:
    """Returns the 60,000 training and 10,000 test images of Fashion-MNIST with their labels.

    The data come with heron, nothing is downloaded. The first call decodes them (about two seconds); later calls map
    them into memory in some milliseconds. The arrays may be written to; the cache does not change.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: images `(60000, 28, 28)` and `(10000, 28, 28)`, uint8 from 0
        (background) to 255, and labels `(60000,)` and `(10000,)`, uint8 from 0 to 9, which stand for `CLASS_NAMES`.

    Raises:
        ContainerError: when the file that came with heron is missing or damaged.

    Source:
        H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST", 2017, arXiv:1708.07747. MIT licence, Zalando SE.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()
        >>> x_train.shape, x_train.dtype, CLASS_NAMES[y_train[0]]
        ((60000, 28, 28), dtype('uint8'), 'Ankle boot')
    """
    return as_split(load(FASHION_MNIST))
