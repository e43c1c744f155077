"""Pooling layers against Keras's, masks, configs and messages."""

from __future__ import annotations

import re

import keras
import numpy as np
import pytest

from heron import layers
from heron.errors import ArgumentError, ShapeError
from tests.oracle import array, assert_same_as_keras

SHAPES = {1: (2, 7, 3), 2: (2, 6, 7, 3), 3: (2, 5, 4, 6, 2)}
MASK = np.array([[True, True, False, True, False, False, True], [False, True, True, True, True, True, True]])
WINDOWS = [
    *[{"pool_size": 2, "padding": padding} for padding in ("valid", "same")],
    {"pool_size": 3, "strides": 1, "padding": "same"},
    {"pool_size": 3, "strides": 2, "data_format": "channels_first"},
    {"pool_size": 2, "dtype": "mixed_bfloat16"},
]
WHOLE = [{}, {"keepdims": True}, {"data_format": "channels_first"}, {"data_format": "channels_first", "keepdims": True}]
CASES = [
    *[(f"{kind}Pooling{rank}D", kwargs, rank) for kind in ("Max", "Average") for rank in SHAPES for kwargs in WINDOWS],
    *[(f"Global{kind}Pooling{rank}D", kw, rank) for kind in ("Max", "Average") for rank in SHAPES for kw in WHOLE],
    *[
        (f"Adaptive{kind}Pooling{rank}D", {"output_size": size, "data_format": data_format}, rank)
        for kind in ("Max", "Average")
        for rank in SHAPES
        for size, data_format in ((2, "channels_last"), (3, "channels_first"))
    ],
]


@pytest.mark.parametrize(("name", "kwargs", "rank"), CASES)
def test_a_layer_is_keras_s(name, kwargs, rank):
    shape = SHAPES[rank]
    if kwargs.get("data_format") == "channels_first":
        shape = (shape[0], shape[-1], *shape[1:-1])
    tolerance = {"rtol": 2e-2, "atol": 2e-2} if "dtype" in kwargs else {}
    ours, theirs = getattr(layers, name)(**kwargs), getattr(keras.layers, name)(**kwargs)
    assert_same_as_keras(ours, theirs, array(*shape), **tolerance)


@pytest.mark.parametrize("kwargs", WHOLE)
def test_masked_steps_do_not_count_in_a_mean(kwargs):
    shape = (2, 3, 7) if "data_format" in kwargs else (2, 7, 3)
    ours, theirs = layers.GlobalAveragePooling1D(**kwargs), keras.layers.GlobalAveragePooling1D(**kwargs)
    assert_same_as_keras(ours, theirs, array(*shape), mask=MASK)


def test_the_mean_of_no_step_at_all_is_zero():
    y = layers.GlobalAveragePooling1D()(array(2, 7, 3), mask=np.array([[False] * 7, [True] * 7]))
    np.testing.assert_array_equal(y[0], 0)
    assert np.all(y[1] != 0)


def test_a_mask_of_other_axes_is_refused():
    with pytest.raises(ShapeError, match=r"expects a mask \(samples, steps\) .* received one of shape \(7,\)"):
        layers.GlobalAveragePooling1D()(array(2, 7, 3), mask=MASK[0])


def test_the_second_names_are_the_same_classes():
    for name in layers.__all__:
        if "Pool" in name and not name[:-2].endswith("Pooling"):
            assert getattr(layers, name) is getattr(layers, name.replace("Avg", "Average").replace("Pool", "Pooling"))


def test_the_size_of_the_window_is_the_default_step():
    layer = layers.MaxPooling2D((3, 2))
    assert layer.strides == (3, 2)
    assert layer.get_config()["strides"] == [3, 2]
    assert layers.AveragePooling1D(4).strides == (4,)


TOO_SMALL = "MaxPooling2D 'p': its window of 2 x 2 needs inputs of at least 2 x 2 places; received shape (4, 1, 1, 8)"
WRONG = {
    "zero": (lambda: layers.MaxPooling2D(0), ArgumentError, "MaxPooling2D: argument 'pool_size' must be a positive"),
    "no step": (lambda: layers.AveragePooling1D(2, 0), ArgumentError, "argument 'strides' must be a positive integer"),
    "small": (lambda: layers.MaxPooling2D(name="p")(array(4, 1, 1, 8)), ShapeError, TOO_SMALL),
    "mend": (lambda: layers.MaxPooling2D()(array(4, 1, 1, 8)), ShapeError, "Use padding='same', less pooling"),
    "no channels": (lambda: layers.MaxPooling2D()(array(4, 8, 8)), ShapeError, "expects inputs with 4 axes"),
    "no place": (lambda: layers.GlobalMaxPooling1D()(array(4, 0, 3)), ShapeError, "at least one place along each of"),
    "no output": (lambda: layers.AdaptiveMaxPooling2D((2, 0)), ArgumentError, "'output_size' must be a positive"),
}


@pytest.mark.parametrize("case", WRONG)
def test_bad_input_is_told(case):
    action, error, text = WRONG[case]
    with pytest.raises(error, match=re.escape(text)):
        action()
