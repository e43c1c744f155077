"""Tensors of torch in descriptions and pictures: real ones where torch is installed, else what follows its protocol."""

from __future__ import annotations

import importlib.util

import matplotlib.pyplot as plt
import numpy as np
import pytest

import heron

IMAGES = np.random.default_rng(0).integers(0, 255, (12, 8, 8), np.uint8)
LABELS = np.arange(12) % 3


class StandIn:
    """A tensor as heron may use it: `detach`, `cpu`, `__array__`, the shape and the name of the dtype."""

    def __init__(self, values):
        self.values, self.shape, self.dtype = np.asarray(values), np.shape(values), f"torch.{np.asarray(values).dtype}"
        self.layout, self.requires_grad = "torch.strided", False

    def detach(self):
        return self

    def cpu(self):
        return self

    def numpy(self):
        return self.values

    def __len__(self):
        return len(self.values)

    def __getitem__(self, rows):
        return StandIn(self.values[rows])

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.values, dtype)


def tensor(values):
    if importlib.util.find_spec("torch") is None:
        return StandIn(values)
    import torch

    return torch.as_tensor(values)


def test_a_description_is_that_of_the_array():
    expected = heron.data.describe(IMAGES, LABELS).to_dict()
    found = heron.data.describe(tensor(IMAGES), tensor(LABELS)).to_dict()
    first, other = expected["parts"][0], found["parts"][0]
    assert other["rows"] == first["rows"] == 12
    assert other["classes"] == first["classes"]
    assert other["pictures"]["mean"] == pytest.approx(first["pictures"]["mean"])


def test_pictures_of_tensors_are_those_of_arrays():
    drawn = []
    for images, labels in ((IMAGES, LABELS), (tensor(IMAGES), tensor(LABELS))):
        figure = heron.plot.images(images, labels)
        figure = getattr(figure, "figure", figure)
        shown = [image.get_array() for axes in figure.axes for image in axes.get_images()]
        drawn.append((shown, [axes.get_title() for axes in figure.axes]))
        plt.close("all")
    assert drawn[0][1] == drawn[1][1]
    assert len(drawn[0][0]) == len(drawn[1][0]) == 12
    for one, other in zip(drawn[0][0], drawn[1][0], strict=True):
        np.testing.assert_array_equal(one, other)
