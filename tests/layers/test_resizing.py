"""Layers that pad, crop and enlarge, against Keras's."""

from __future__ import annotations

import re

import keras
import pytest

from heron import layers
from heron.errors import ArgumentError, ShapeError
from tests.oracle import array, assert_same_as_keras

SEQUENCE, IMAGE, VOLUME = (2, 5, 3), (2, 5, 6, 3), (2, 5, 4, 6, 2)
FIRST = {"data_format": "channels_first"}
CASES = [
    *[("ZeroPadding1D", {"padding": padding}, SEQUENCE) for padding in (1, 0, (2, 0))],
    ("ZeroPadding1D", {"padding": (1, 2), **FIRST}, SEQUENCE),
    *[("ZeroPadding2D", {"padding": padding}, IMAGE) for padding in (2, ((1, 2), (0, 3)))],
    ("ZeroPadding2D", {"padding": ((1, 2), (0, 3)), **FIRST}, IMAGE),
    ("ZeroPadding3D", {}, VOLUME),
    ("ZeroPadding3D", {"padding": ((1, 2), (0, 3), (2, 1)), **FIRST}, VOLUME),
    *[("Cropping1D", {"cropping": cropping}, SEQUENCE) for cropping in (1, (2, 0))],
    *[("Cropping2D", {"cropping": cropping}, IMAGE) for cropping in (0, 2, ((1, 2), (0, 3)))],
    ("Cropping2D", {"cropping": ((0, 1), (3, 0)), **FIRST}, (2, 3, 5, 6)),
    ("Cropping3D", {}, VOLUME),
    ("Cropping3D", {"cropping": ((1, 2), (0, 1), (2, 0)), **FIRST}, (2, 2, 5, 4, 6)),
    *[("UpSampling1D", {"size": size}, SEQUENCE) for size in (1, 3)],
    *[("UpSampling2D", {"size": size}, IMAGE) for size in (2, (1, 3))],
    ("UpSampling2D", {"size": (2, 3), **FIRST}, IMAGE),
    *[("UpSampling2D", {"size": 2, "interpolation": kind}, IMAGE) for kind in ("bilinear", "bicubic")],
    ("UpSampling2D", {"size": (1, 2), "interpolation": "lanczos5", **FIRST}, (1, 2, 3, 4)),
    ("UpSampling3D", {}, VOLUME),
    ("UpSampling3D", {"size": (1, 2, 3), **FIRST}, VOLUME),
]


@pytest.mark.parametrize(("name", "kwargs", "shape"), CASES)
def test_a_layer_is_keras_s(name, kwargs, shape):
    assert_same_as_keras(getattr(layers, name)(**kwargs), getattr(keras.layers, name)(**kwargs), array(*shape))


def test_one_number_an_axis_is_meant_for_both_of_its_ends():
    assert layers.ZeroPadding2D((1, 2)).padding == ((1, 1), (2, 2))
    assert layers.Cropping3D((1, (2, 0), 0)).cropping == ((1, 1), (2, 0), (0, 0))


WRONG = {
    "negative": (lambda: layers.ZeroPadding1D(-1), ArgumentError, "'padding' must be an integer of 0 or more"),
    "axes": (lambda: layers.Cropping2D((1, 1, 1)), ArgumentError, "or 2 of them, one for each axis, or 2 pairs"),
    "nothing left": (
        lambda: layers.Cropping1D((3, 2), name="c")(array(*SEQUENCE)),
        ShapeError,
        "Cropping1D 'c' cuts 3 + 2 = 5 places off axis 1, which must have more; received inputs of shape (2, 5, 3)",
    ),
    "zero": (lambda: layers.UpSampling2D(0), ArgumentError, "'size' must be a positive integer"),
    "kind": (lambda: layers.UpSampling2D(interpolation="bilinaer"), ArgumentError, "Did you mean 'bilinear'?"),
    "rank": (lambda: layers.ZeroPadding2D()(array(2, 5, 3)), ShapeError, "expects inputs with 4 axes"),
}


@pytest.mark.parametrize("case", WRONG)
def test_bad_input_is_told(case):
    action, error, text = WRONG[case]
    with pytest.raises(error, match=re.escape(text)):
        action()
