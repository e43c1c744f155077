"""A model as files of weights see it."""

from __future__ import annotations

import numpy as np


class FakeVariable:
    """A named array."""

    def __init__(self, path, array):
        self.path = path
        self.array = np.asarray(array)
        self.shape = self.array.shape
        self.dtype = self.array.dtype.name

    def numpy(self):
        return self.array.copy()

    def assign(self, value):
        assert (value.shape, value.dtype.name) == (self.shape, self.dtype)
        self.array = value


class FakeModel:
    """Weights by path, and a name."""

    built = True

    def __init__(self, name="net", **arrays):
        self.name = name
        self.weights = [FakeVariable(path, array) for path, array in arrays.items()]

    def values(self):
        return [v.array for v in self.weights]


def dense_net(value=0.0, name="net", layers=("dense", "dense_1"), sizes=(3, 4, 2), dtype="float32"):
    """A model of Dense layers whose weights are all `value`."""
    arrays = {}
    for layer, rows, columns in zip(layers, sizes, sizes[1:], strict=False):
        arrays[f"{name}/{layer}/kernel"] = np.full((rows, columns), value, dtype)
        arrays[f"{name}/{layer}/bias"] = np.full(columns, value, dtype)
    return FakeModel(name, **arrays)


def all_are(model, value):
    return all(np.all(array.astype("float32") == value) for array in model.values())
