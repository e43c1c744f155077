"""Names of `keras.utils` that are gone or have another name."""

from __future__ import annotations

from typing import Any

import numpy as np

import heron

__all__ = ["get_file", "plot_model"]

TODAY = {
    "plot": "plot_model",
    "probas_to_classes": "y.argmax(axis=-1)",
}
GONE = {
    "GeneratorEnqueuer": "Give the generator to fit: model.fit(generator).",
    "HDF5Matrix": "Write numpy.load(path, mmap_mode='r'), or h5py.File(path)['name'][...].",
    "OrderedEnqueuer": "Give the data set to fit: model.fit(sequence).",
    "SidecarEvaluator": "It belongs to training on several machines.\nLeave it out.",
    "experimental": "Its contents change from release to release.\nLeave it out.",
    "multi_gpu_model": "A program runs on one device.\nLeave it out.",
    "print_summary": "Write model.summary().",
}

get_file = heron.utils.get_file
plot_model = plot = heron.utils.plot_model


def probas_to_classes(y: Any) -> np.ndarray:
    """The class of each row of probabilities."""
    y = np.asarray(y)
    return y.argmax(axis=-1) if y.ndim > 1 and y.shape[1] > 1 else (y > 0.5).astype("int32")
