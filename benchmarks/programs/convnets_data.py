"""The data of all contestants, and what they report of a training."""

import resource
import sys
from statistics import median

import numpy as np
from reporting import REHEARSAL, report

from heron.datasets import mnist

NET, _rows, _batch = sys.argv[1:4]
BATCH = 8 if REHEARSAL else int(_batch)
ROWS = 2 * BATCH if REHEARSAL else int(_rows)
EPOCHS = 2 if REHEARSAL else 3
CLASSES = {"sequences": 6}.get(NET, 10)
SHAPE = {"resnet": (32, 32, 3), "mobilenet": (32, 32, 3), "sequences": (128, 9)}.get(NET, (28, 28, 1))


def training_data():
    """`(ROWS, *SHAPE)` float32 and `(ROWS,)` int32: MNIST from 0 to 1, or noise and in it a pattern for each class."""
    if SHAPE == (28, 28, 1):
        (images, labels), _ = mnist.load_data()
        return (images[:ROWS, ..., None] / 255.0).astype(np.float32), labels[:ROWS].astype(np.int32)
    generator = np.random.default_rng(0)
    patterns = generator.normal(0, 0.1, (CLASSES, *SHAPE)).astype(np.float32)
    labels = generator.integers(CLASSES, size=ROWS, dtype=np.int32)
    return patterns[labels] + generator.normal(0, 0.5, (ROWS, *SHAPE)).astype(np.float32), labels


def memory_mb():
    """The most resident memory this process has had, in megabytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most * 1024 / 1e6


def report_training(seconds, accuracy):
    """Prints the figures of a training whose epochs took `seconds` each."""
    later = median(seconds[1:])
    compilation = max(0.0, seconds[0] - later)
    report(rate=ROWS / later, first=seconds[0], compilation=compilation, memory=memory_mb(), accuracy=100 * accuracy)
