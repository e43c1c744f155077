"""CIFAR-10: 60,000 colour images, 32 x 32, of ten kinds of things. Downloaded on demand."""

from __future__ import annotations

from heron.datasets.cifar import batches
from heron.datasets.remote import CIFAR10, unpack
from heron.datasets.split import Split

CLASS_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
"""The name of each class, by label."""

_FOLDER = "cifar-10-batches-bin"


def load_data() -> Split:
    """Returns the 50,000 training and 10,000 test images with their labels, as Keras does.

    The first call downloads 170 MB.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: images `(50000, 32, 32, 3)` and `(10000, 32, 32, 3)`, uint8 from 0 to
        255, with the channels first where `heron.config` says so, and labels `(50000, 1)` and `(10000, 1)`, uint8 from
        0 to 9, which stand for `CLASS_NAMES`.

    Raises:
        DownloadError: when the archive cannot be had; the message says where to put it by hand.

    Source:
        A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009.
    """
    folder = unpack("cifar10", CIFAR10, "files") / _FOLDER
    train = [f"data_batch_{i}.bin" for i in range(1, 6)]
    return batches(folder, train, labels=1, label=0), batches(folder, ["test_batch.bin"], labels=1, label=0)
