"""InputSpec: what it accepts, and what a layer says with it."""

from __future__ import annotations

import numpy as np
import pytest

from heron import layers
from heron.errors import ArgumentError, ShapeError
from heron.layers import InputSpec


@pytest.mark.parametrize(
    ("spec", "good", "bad"),
    [
        ({"ndim": 3}, [(2, 3, 4), (None, None, None)], [(2, 3), (2, 3, 4, 5)]),
        ({"min_ndim": 2}, [(2, 3), (2, 3, 4)], [(2,)]),
        ({"max_ndim": 2}, [(2,), (2, 3)], [(2, 3, 4)]),
        ({"axes": {-1: 4}}, [(2, 4), (2, None)], [(2, 5)]),
        ({"axes": {1: 4, 2: None}}, [(2, 4, 9)], [(2, 5, 9)]),
        ({"shape": (None, 3)}, [(7, 3), (None, None)], [(7, 4), (7, 3, 1), (7,)]),
        ({"shape": (None, 3), "allow_last_axis_squeeze": True}, [(7, 3), (7, 3, 1), (7,)], [(7, 3, 2)]),
        ({}, [(), (2, 3, 4)], []),
    ],
    ids=str,
)
def test_shapes(spec, good, bad):
    spec = InputSpec(**spec)
    for shape in good:
        spec.check("Layer 'x'", shape)
    for shape in bad:
        with pytest.raises(ShapeError, match=r"^Layer 'x' expects inputs"):
            spec.check("Layer 'x'", shape)


@pytest.mark.parametrize(
    ("spec", "shape", "text"),
    [
        (
            {"ndim": 3},
            (32, 8),
            r"with 3 axes, \(samples, steps, features\); .* which has 2\.\nAdd the missing axis: x\[",
        ),
        (
            {"ndim": 2},
            (8,),
            r"\nOne sample\? Add the batch axis: x\[None\]\. Many samples of one feature\? .* x\[:, None\]",
        ),
        ({"ndim": 2}, (8, 2, 2), r"which has 3\.\nAdd heron\.layers\.Flatten\(\) before it\."),
        (
            {"min_ndim": 4},
            (32, 28, 28),
            r"at least 4 axes, \(samples, height, width, channels\); .*\nAdd the missing axis",
        ),
        ({"max_ndim": 2}, (2, 3, 4), r"at most 2 axes; received shape \(2, 3, 4\)\."),
        (
            {"axes": {-1: 3}},
            (2, 3, 8, 8),
            r"last axis has 3 values, .*\nThe channels seem to come first; .* np\.moveaxis",
        ),
        (
            {"axes": {1: 5}},
            (2, 3, 8),
            r"axis 1 has 5 values, .*\nMake axis 1 of the data 5 long, or build the layer anew",
        ),
        (
            {"axes": {-1: 6}},
            (None, 2, 3),
            r"\nAdd heron\.layers\.Flatten\(\) before it, or reshape .* to \(samples, 6\)",
        ),
        (
            {"shape": (None, 3)},
            (2, 4),
            r"expects inputs of shape \(None, 3\); received shape \(2, 4\)\.\nDid the data gain",
        ),
    ],
)
def test_messages_say_how_to_mend(spec, shape, text):
    with pytest.raises(ShapeError, match=text):
        InputSpec(**spec).check("Layer 'x'", shape)


def test_an_axis_beyond_the_allowed():
    with pytest.raises(ArgumentError, match="axis 3 is beyond the 2 axes that it allows"):
        InputSpec(ndim=2, axes={3: 1})


def test_the_config():
    spec = InputSpec(shape=[None, 3], name="a")
    assert InputSpec.from_config(spec.get_config()).shape == (None, 3)
    assert repr(spec) == "InputSpec(shape=[None, 3], name='a')"


def test_a_layer_with_several_inputs():
    class Pair(layers.Layer):
        def __init__(self):
            super().__init__(name="pair")
            self.input_spec = [InputSpec(ndim=2), InputSpec(ndim=1)]

        def call(self, inputs):
            return inputs[0]

    x = np.zeros((2, 3), "float32")
    assert Pair()([x, np.zeros(2, "float32")]).shape == (2, 3)
    with pytest.raises(ShapeError, match=r"Pair 'pair' expects inputs with 1 axes"):
        Pair()([x, x])
    with pytest.raises(ShapeError, match="Pair 'pair' expects 2 inputs; received 1"):
        Pair()([x])
