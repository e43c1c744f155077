"""Flatten, Reshape, Permute and RepeatVector: unknown sizes and messages."""

from __future__ import annotations

import numpy as np
import pytest

from heron import config, layers
from heron.errors import ArgumentError, ShapeError
from heron.symbolic import KerasTensor
from tests.oracle import array


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (layers.Flatten(), (None, 28, 28), (None, 784)),
        (layers.Flatten(), (None, None, 3), (None, None)),
        (layers.Flatten(), (None,), (None, 1)),
        (layers.Flatten(data_format="channels_first"), (None, 3, None, 4), (None, None)),
        (layers.Reshape((3, -1)), (None, 12), (None, 3, 4)),
        (layers.Reshape((-1, 2)), (None, None, 4), (None, None, 2)),
        (layers.Reshape((-1, 4)), (None, None, 3), (None, None, 4)),
        (layers.Reshape((2, 6)), (None, None, 4), (None, 2, 6)),
        (layers.Reshape(()), (None, 1), (None,)),
        (layers.Permute((2, 1)), (None, None, 3), (None, 3, None)),
        (layers.RepeatVector(3), (None, None), (None, 3, None)),
    ],
)
def test_unknown_sizes(layer, shape, expected):
    assert layer(KerasTensor(shape)).shape == expected


def test_a_shape_that_was_unknown_is_checked_with_the_data():
    layer = layers.Reshape((2, 6))
    layer(KerasTensor((None, None, 4)))
    x = array(5, 3, 4)
    np.testing.assert_array_equal(layer(x), x.reshape(5, 2, 6))
    with pytest.raises(ShapeError, match="each sample has 8 values, and 2x6 = 12 are needed"):
        layer(array(5, 2, 4))


def test_values_that_cannot_be_reshaped():
    with pytest.raises(ShapeError) as caught:
        layers.Reshape((3, 3), name="grid")(np.zeros((2, 8)))
    assert str(caught.value) == (
        "Reshape 'grid' cannot make shape (3, 3) out of inputs of shape (2, 8): each sample has 8 values, and 3x3 = 9 "
        "are needed.\nChange target_shape, or the layer before; -1 in target_shape stands for what is left."
    )
    with pytest.raises(ShapeError, match=r"each sample has 8 values, and a multiple of 3 = 3 are needed"):
        layers.Reshape((-1, 3))(KerasTensor((None, 8)))


def test_permute_counts_axes_from_1():
    with pytest.raises(ArgumentError, match="'dims' must be the numbers 1 to n in any order"):
        layers.Permute((0, 1))
    with pytest.raises(ShapeError, match=r"expects inputs with 3 axes, .* received shape \(2, 3\)"):
        layers.Permute((2, 1))(array(2, 3))


def test_the_data_format_in_force_is_in_the_config(monkeypatch):
    monkeypatch.setattr(config._settings, "image_data_format", "channels_first")
    flatten = layers.Flatten()
    monkeypatch.undo()
    assert flatten.get_config()["data_format"] == "channels_first"
    x = array(2, 3, 4, 5)
    np.testing.assert_array_equal(flatten(x), np.moveaxis(x, 1, -1).reshape(2, -1))
