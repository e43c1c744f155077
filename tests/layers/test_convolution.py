"""Convolution layers: Keras's numbers, weights and configs, and what they say to images in another form."""

from __future__ import annotations

import inspect
import json

import jax
import keras
import numpy as np
import pytest

from heron import KerasTensor, constraints, layers, registry, regularizers
from heron.errors import ArgumentError, ArgumentTypeError, HeronNote, ShapeError
from heron.layers.convolution.base import Convolution
from tests.oracle import array, assert_same_as_keras

NAMES = [n for n in layers.__all__ if "Conv" in n and getattr(layers, n).__name__ == n]
LINE, IMAGE, VOLUME = array(2, 7, 4), array(2, 6, 5, 4), array(2, 3, 4, 3, 2)
MIXED = {"dtype": "mixed_bfloat16"}
PENALTIES = {"kernel_regularizer": "l2", "bias_regularizer": "l1", "activity_regularizer": "l2"}

CASES = [
    ("Conv1D", {"filters": 3, "kernel_size": 3}, LINE),
    ("Conv1D", {"filters": 3, "kernel_size": 3, "padding": "causal", "dilation_rate": 2}, LINE),
    ("Conv1D", {"filters": 3, "kernel_size": 2, "padding": "CAUSAL", "strides": 2, "activation": "tanh"}, LINE),
    ("Conv1D", {"filters": 2, "kernel_size": 3, "padding": "causal", "data_format": "channels_first"}, LINE),
    ("Conv1D", {"filters": 4, "kernel_size": (2,), "groups": 2, "use_bias": False}, LINE),
    ("Conv2D", {"filters": 3, "kernel_size": (3, 2), "strides": (2, 1), "padding": "same"}, IMAGE),
    ("Conv2D", {"filters": 2, "kernel_size": 2, "activation": "softmax", "data_format": "channels_first"}, IMAGE),
    ("Conv2D", {"filters": 4, "kernel_size": 3, "groups": 4, **PENALTIES}, IMAGE),
    ("Conv2D", {"filters": 2, "kernel_size": 2, "dilation_rate": (2, 1), "bias_initializer": "ones"}, IMAGE),
    ("Conv2D", {"filters": 2, "kernel_size": 3, **MIXED}, IMAGE),
    ("Conv2D", {"filters": 2, "kernel_size": 3, "dtype": "float16"}, IMAGE),
    ("Conv3D", {"filters": 2, "kernel_size": 2, "padding": "same", "strides": (1, 2, 2)}, VOLUME),
    ("Conv1DTranspose", {"filters": 3, "kernel_size": 3, "strides": 2, "output_padding": 1}, LINE),
    ("Conv2DTranspose", {"filters": 3, "kernel_size": 3, "strides": 2, "padding": "same", **PENALTIES}, IMAGE),
    ("Conv2DTranspose", {"filters": 2, "kernel_size": 2, "dilation_rate": 2, "data_format": "channels_first"}, IMAGE),
    ("Conv2DTranspose", {"filters": 2, "kernel_size": 2, "use_bias": False, **MIXED}, IMAGE),
    ("Conv3DTranspose", {"filters": 2, "kernel_size": 2, "strides": 2, "output_padding": (0, 1, 1)}, VOLUME),
    ("DepthwiseConv1D", {"kernel_size": 3, "depth_multiplier": 2, "padding": "same", "dilation_rate": 2}, LINE),
    ("DepthwiseConv2D", {"kernel_size": 3, "strides": 2, "depthwise_regularizer": "l2", "activation": "relu"}, IMAGE),
    ("DepthwiseConv2D", {"kernel_size": 2, "depth_multiplier": 2, "data_format": "channels_first"}, IMAGE),
    ("DepthwiseConv2D", {"kernel_size": 2, "use_bias": False, **MIXED}, IMAGE),
    ("SeparableConv1D", {"filters": 3, "kernel_size": 3, "depth_multiplier": 2, "strides": 2}, LINE),
    ("SeparableConv2D", {"filters": 3, "kernel_size": 3, "padding": "same", "activation": "relu"}, IMAGE),
    (
        "SeparableConv2D",
        {"filters": 2, "kernel_size": 2, "data_format": "channels_first", "pointwise_regularizer": "l2"},
        IMAGE,
    ),
]


@pytest.mark.parametrize(("name", "kwargs", "inputs"), CASES, ids=[f"{n}-{i}" for i, (n, _, _) in enumerate(CASES)])
def test_same_as_keras(name, kwargs, inputs):
    tolerance = {"rtol": 3e-2, "atol": 6e-2} if "16" in str(kwargs.get("dtype")) else {"rtol": 1e-4, "atol": 1e-4}
    # Keras's config makes the same layer, and the other way round.
    twin = getattr(keras.layers, name)(**kwargs)
    layer = getattr(layers, name).from_config(json.loads(json.dumps(twin.get_config())))
    assert_same_as_keras(layer, twin, inputs, **tolerance)


@pytest.mark.parametrize("name", NAMES)
def test_the_config_is_that_of_keras(name):
    kwargs = {"kernel_size": 3, "padding": "SAME"} | ({"filters": 4} if "Depthwise" not in name else {})
    ours, theirs = (getattr(m, name)(**kwargs).get_config() for m in (layers, keras.layers))
    skipped = {"name", "dtype", "activation", "activity_regularizer"}  # written in other words
    skipped |= {k for k in theirs if k.endswith("_initializer")}
    wanted = {k: list(v) if isinstance(v, tuple) else v for k, v in theirs.items() if k not in skipped}
    assert {k: v for k, v in ours.items() if k not in skipped} == wanted


def test_second_names_are_the_same_classes():
    for name in NAMES:
        if "Depthwise" not in name and "LSTM" not in name:
            assert getattr(layers, name.replace("Conv", "Convolution")) is getattr(layers, name)
    assert "Convolution2D" not in registry.published("layers")


def test_the_parts_are_found_by_name():
    layer = layers.SeparableConv2D(
        2, 3, depthwise_constraint="non_neg", pointwise_regularizer="l2", bias_constraint=constraints.MaxNorm(1.0)
    )
    layer.build((None, 5, 5, 3))
    assert isinstance(layer.depthwise_kernel.constraint, constraints.NonNeg)
    assert isinstance(layer.pointwise_kernel.regularizer, regularizers.L2)
    assert isinstance(layer.bias.constraint, constraints.MaxNorm)


def test_bias_and_activation_are_applied_in_one_place():
    class Quiet(layers.Conv2D):
        def finish(self, y):
            return y

    layer, twin = Quiet(2, 2, activation="relu", bias_initializer="ones"), layers.Conv2D(2, 2, use_bias=False)
    layer(IMAGE), twin(IMAGE)
    twin.kernel.assign(layer.kernel)
    np.testing.assert_allclose(layer(IMAGE), twin(IMAGE), rtol=1e-6)


def test_sizes_that_are_not_known():
    layer = layers.Conv2D(3, 3, strides=2, padding="same")
    assert layer(KerasTensor((None, None, None, 2))).shape == (None, None, None, 3)
    assert layer(array(1, 9, 4, 2)).shape == (1, 5, 2, 3)
    assert layers.Conv1D(3, 3)(KerasTensor((None, None, 2))).shape == (None, None, 3)
    assert layers.Conv2DTranspose(3, 3, strides=2)(KerasTensor((None, None, 4, 2))).shape == (None, None, 9, 3)
    with pytest.raises(ShapeError, match="needs to know the size of axis -1"):
        layers.Conv2D(3, 3)(KerasTensor((None, 8, 8, None)))
    with pytest.raises(ShapeError, match="needs to know the size of axis 1"):
        layers.Conv2D(3, 3, data_format="channels_first")(KerasTensor((None, None, 8, 8)))


def test_defaults_have_one_number_for_each_axis_as_in_keras():
    for name, ones in (("Conv1D", 1), ("Conv2D", (1, 1)), ("Conv3DTranspose", (1, 1, 1))):
        parameters = inspect.signature(getattr(layers, name)).parameters
        assert parameters["strides"].default == parameters["dilation_rate"].default == ones


def test_a_subclass_with_arguments_of_its_own():
    class Small(layers.Conv2D):
        def __init__(self, filters, **kwargs):
            super().__init__(filters, 3, padding="same", **kwargs)

    twin = Small.from_config(Small(4, name="x").get_config())
    assert (twin.filters, twin.kernel_size, twin.padding, twin.name) == (4, (3, 3), "same", "x")

    class Empty(Convolution):
        rank = 2

        def __init__(self):
            super().__init__(
                kernel_size=1,
                strides=1,
                padding="valid",
                data_format=None,
                dilation_rate=1,
                activation=None,
                use_bias=False,
            )

    with pytest.raises(ArgumentTypeError, match=r"Empty has no convolution\(\) method"):
        Empty()(IMAGE)


def test_integers_are_convolved_as_floats():
    layer = layers.Conv2D(1, 1, kernel_initializer="ones")
    assert layer(np.full((1, 2, 2, 1), 255, "uint8")).tolist() == [[[[255.0]] * 2] * 2]


def test_it_is_compiled_once_for_a_shape():
    layer, traces = layers.Conv2D(2, 2), []
    layer(IMAGE)

    @jax.jit
    def called(x):
        traces.append(x.shape)
        return layer(x)

    called(IMAGE), called(IMAGE + 1)
    assert len(traces) == 1


# ---- what is refused ----

OLD = {
    "nb_filter": (lambda: layers.Conv2D(nb_filter=3, kernel_size=2).filters, 3, "now filters="),
    "border_mode": (lambda: layers.Conv2D(3, 2, border_mode="same").padding, "same", "now padding="),
    "subsample": (lambda: layers.Convolution2D(3, 2, subsample=(2, 2)).strides, (2, 2), "now strides="),
    "init": (
        lambda: type(layers.Conv1D(3, 2, init="zeros").kernel_initializer).__name__,
        "Zeros",
        "kernel_initializer",
    ),
}


@pytest.mark.parametrize("case", OLD)
def test_old_spellings_are_understood(case):
    action, value, text = OLD[case]
    with pytest.warns(HeronNote, match=text):
        assert action() == value


ARGUMENTS = {
    "kernel 0": (
        lambda: layers.Conv2D(3, 0),
        r"^Conv2D: argument 'kernel_size' must be a positive .* received 0\.\n1 is",
    ),
    "kernel 0 along one axis": (lambda: layers.Conv2D(3, (3, 0)), r"received \(3, 0\)\.\n1 is the least"),
    "stride 0": (lambda: layers.DepthwiseConv2D(3, strides=0), "^DepthwiseConv2D: argument 'strides'"),
    "dilation 0": (
        lambda: layers.Conv1D(3, 3, dilation_rate=0),
        "^Conv1D: argument 'dilation_rate'.*alone or in a tup",
    ),
    "two numbers for three": (
        lambda: layers.Conv3D(3, (3, 3)),
        r"Write one for each of the 3 spatial axes: \(3, 3, 3\)",
    ),
    "padding": (
        lambda: layers.Conv2D(3, 3, padding="causal"),
        "^Conv2D: argument 'padding' must be one of 'valid', 'same'",
    ),
    "padding near": (lambda: layers.Conv1D(3, 3, padding="casual"), r"Did you mean 'causal'\?"),
    "filters": (lambda: layers.Conv2D(0, 3), "^Conv2D: argument 'filters' must be a positive integer; received 0"),
    "strides and dilation": (
        lambda: layers.Conv2D(3, 3, strides=2, dilation_rate=2, name="c"),
        r"^Conv2D 'c': 'strides' and 'dilation_rate' cannot both be above 1; received strides=\(2, 2\).*"
        r"\nWrite strides=1",
    ),
    "transposed strides and dilation": (
        lambda: layers.Conv2DTranspose(3, 3, strides=2, dilation_rate=2),
        "cannot both be above 1",
    ),
    "groups and filters": (
        lambda: layers.Conv2D(6, 3, groups=4, name="c"),
        r"^Conv2D 'c': argument 'filters' must be a multiple of 'groups'; received filters=6 and groups=4\.\n"
        r"Write filters=8, or one of groups=1, 2, 3, 6\.$",
    ),
    "output padding": (
        lambda: layers.Conv2DTranspose(3, 3, strides=2, output_padding=2, name="c"),
        r"^Conv2DTranspose 'c': argument 'output_padding' must be below the strides \(2, 2\)",
    ),
}


@pytest.mark.parametrize("case", ARGUMENTS)
def test_arguments_that_are_refused(case):
    action, text = ARGUMENTS[case]
    with pytest.raises(ArgumentError, match=f"(?s){text}"):
        action()


def conv(name="Conv2D", built=None, **kwargs):
    layer = getattr(layers, name)(**{"filters": 4, "kernel_size": 3, "name": "c"} | kwargs)
    if built:
        layer.build(built)
    return layer


SHAPES = {
    "no channels": (
        conv(),
        (32, 28, 28),
        r"Conv2D 'c' expects inputs with 4 axes, \(samples, height, width, channels\); received shape \(32, 28, 28\), "
        r"which has 3\.\nThe channel axis is missing; add it: x = x\[\.\.\., None\], which has shape "
        r"\(32, 28, 28, 1\)\. Write heron\.Input\(\(28, 28, 1\)\) in the model, "
        r"or put heron\.layers\.Reshape\(\(28, 28, 1\)\) before",
    ),
    "no channels, sizes unknown": (
        conv(),
        (None, None, 28),
        r"x = x\[\.\.\., None\], which has .* \(None, None, 28, 1\)\.\nMore: heron explain channel$",
    ),
    "no channels first": (
        conv(data_format="channels_first"),
        (32, 28, 28),
        r"\(samples, channels, height, width\).*x = x\[:, None\], which has shape \(32, 1, 28, 28\)\..*\(1, 28, 28\)",
    ),
    "no channels, sequences": (conv("Conv1D"), (32, 8), r"\(samples, steps, channels\).*x = x\[\.\.\., None\]"),
    "no batch": (conv(), (28, 28, 3), r"One sample without the batch axis\? Write x\[None\]"),
    "no batch, built": (conv(built=(None, 9, 9, 5)), (9, 9, 5), r"Write x\[None\]"),
    "no batch first": (conv(data_format="channels_first"), (3, 28, 28), r"Write x\[None\]"),
    "neither": (conv(), (28, 27), r"One sample without batch and channel axis\? Write x\[None, \.\.\., None\]"),
    "rows of pixels": (conv(), (32, 784), r"images in rows, unroll them: x = x\.reshape\(-1, 28, 28, 1\)"),
    "rows of colours": (conv(), (None, 3072), r"x = x\.reshape\(-1, 32, 32, 3\)"),
    "rows, channels first": (conv(data_format="channels_first"), (32, 784), r"x\.reshape\(-1, 1, 28, 28\)"),
    "images to Conv1D": (
        conv("Conv1D"),
        (32, 28, 28, 1),
        r"For 4 axes there are the 2D layers, heron\.layers\.Conv2D say",
    ),
    "too many": (conv("Conv3D"), (1, 1, 1, 1, 1, 1), "Reshape them to 5 axes"),
    "channels first": (
        conv(built=(None, 28, 28, 3)),
        (2, 3, 28, 28),
        r"Conv2D 'c' expects inputs with 3 channels, \(samples, height, width, 3\), as on its first call; received "
        r"shape \(2, 3, 28, 28\)\.\nThe channels seem to be on the other side\. Move them to the end: "
        r"x = np\.moveaxis\(x, 1, -1\);"
        " or give the layer data_format='channels_first'",
    ),
    "channels last": (
        conv(built=(None, 3, 28, 28), data_format="channels_first"),
        (2, 28, 28, 3),
        r"Move them to the front: x = np\.moveaxis\(x, -1, 1\); or leave data_format='channels_first' out",
    ),
    "colours": (conv(built=(None, 9, 9, 1)), (2, 9, 9, 3), r"with 1 channel, .*: x = x\.mean\(-1, keepdims=True\)"),
    "gray": (conv(built=(None, 9, 9, 3)), (2, 9, 9, 1), r"Repeat the one channel: x = np\.repeat\(x, 3, -1\)"),
    "other channels": (conv(built=(None, 9, 9, 3)), (2, 9, 9, 4), "build the model anew for 4 channels"),
    "too small": (
        conv(),
        (None, 1, 1, 8),
        r"Conv2D 'c': its window of 3 x 3 needs inputs of at least 3 x 3 places; received shape \(None, 1, 1, 8\), "
        r"which has 1 x 1\.\nUse padding='same', less pooling and smaller strides before it, or larger images\.",
    ),
    "too small when called": (conv(built=(None, None, None, 1)), (2, 2, 9, 1), "received shape .*, which has 2 x 9"),
    "too short": (
        conv("SeparableConv1D", dilation_rate=4),
        (2, 8, 2),
        "window of 3 with dilation 4 needs .* 9 .*sequences",
    ),
    "too small, channels first": (
        conv(kernel_size=5),
        (2, 3, 28, 28),
        r"at least 5 x 5 .*\nIf the 3 of axis 1 counts channels, move them to the end: x = np\.moveaxis\(x, 1, -1\)",
    ),
    "groups": (
        conv(groups=2, filters=12),
        (None, 9, 9, 15),
        r"Conv2D 'c' has groups=2 and expects inputs whose number of channels is a multiple of it; received shape "
        r"\(None, 9, 9, 15\), which has 15\.\nWrite one of groups=1, 3\.",
    ),
}


@pytest.mark.parametrize("case", SHAPES)
def test_inputs_that_are_refused(case):
    layer, shape, text = SHAPES[case]
    before = len(layer.weights)
    calls = [lambda: layer(KerasTensor(shape))]
    if None not in shape:
        calls.append(lambda: layer(np.zeros(shape, "float32")))
    for call in calls:
        with pytest.raises(ShapeError, match=f"(?s)^{layer._who()}.*") as caught:
            call()
        assert caught.match(f"(?s){text}")
        assert str(caught.value).count("\n") <= 2
        assert len(layer.weights) == before


def test_images_that_seem_to_have_their_channels_on_the_other_side_are_noted():
    for kwargs, shape, mend in (
        ({}, (None, 3, 32, 32), "np.moveaxis(x, 1, -1)"),
        ({"data_format": "channels_first"}, (2, 32, 32, 3), "np.moveaxis(x, -1, 1)"),
    ):
        with pytest.warns(HeronNote) as notes:
            conv(**kwargs).build(shape)
        text = str(notes[0].message)
        assert "Conv2D 'c' takes inputs (samples, " in text
        assert "looks like 32 x 32 images" in text
        assert mend in text
    for shape in ((None, 32, 32, 3), (None, 3, 3, 64), (None, 3, 32, 64), (None, None, 32, 32), (None, 8, 8, 8)):
        conv(built=shape)  # a warning would be an error
