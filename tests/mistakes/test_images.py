"""The mistakes that beginners make with images; the numbers are those of the list that `test_mistakes` goes through."""

from __future__ import annotations

import numpy as np
import pytest

import heron
from heron import layers
from tests.mistakes.kit import IMAGES, SPARSE, fit, refused

LABELS = np.arange(64) % 10
COLOURS = np.zeros((8, 3, 32, 32), "float32")


def net(*first, ends=True, filters=2, **kwargs):
    """A small convolutional classifier; compiled."""
    last = [layers.Flatten(), layers.Dense(10, "softmax")] if ends else [layers.Dense(10, "softmax")]
    model = heron.Sequential([*first, layers.Conv2D(filters, 3, name="conv", **kwargs), *last])
    model.compile("adam", SPARSE)
    return model


# ---- 5: images without a channel axis -------------------------------------------------------------------------------

NO_CHANNELS = (
    "Conv2D 'conv' expects inputs with 4 axes, (samples, height, width, channels)",
    "28, 28), which has 3",
    "The channel axis is missing; add it: x = x[..., None]",
    "heron.Input((28, 28, 1))",
    "heron.layers.Reshape((28, 28, 1))",
)


def test_5_images_without_a_channel_axis():
    model = net()
    refused(lambda: fit(model, IMAGES / 255, LABELS), *NO_CHANNELS, model=model)
    refused(lambda: model.predict(IMAGES), *NO_CHANNELS, model=model)
    refused(lambda: net(heron.Input((28, 28))), *NO_CHANNELS, "(None, 28, 28)")
    refused(lambda: model(IMAGES), *NO_CHANNELS, "(64, 28, 28, 1)", model=model)


def test_5_what_the_message_says_to_write():
    x = IMAGES / 255
    assert fit(net(), x[..., None], LABELS).history["loss"]
    model = net(heron.Input((28, 28)), layers.Reshape((28, 28, 1)))
    assert model.predict(x[:3]).shape == (3, 10)
    assert net(heron.Input((28, 28, 1))).predict(x[:3, ..., None]).shape == (3, 10)


def test_5_one_image():
    model = net(heron.Input((28, 28, 1)))
    for image in (IMAGES[0], IMAGES[0][..., None]):
        refused(lambda image=image: model.predict(image), "(None, 28, 28, 1)", "x[None", model=model)
    refused(lambda: net()(IMAGES[0][..., None]), "One sample without the batch axis? Write x[None]")


def test_5_images_as_rows_of_pixels():
    rows = IMAGES.reshape(64, 784)
    refused(lambda: net()(rows), "4 axes", "(64, 784)", "x = x.reshape(-1, 28, 28, 1)")
    assert net()(rows.reshape(-1, 28, 28, 1)).shape == (64, 10)


# ---- 6: a forgotten Flatten -----------------------------------------------------------------------------------------


def test_6_a_forgotten_flatten_after_a_convolution():
    model = net(heron.Input((28, 28, 1)), ends=False)
    texts = (
        "(None, 26, 26, 10)",
        "26 x 26 predictions per sample",
        "heron.layers.Flatten()",
        "GlobalAveragePooling2D()",
    )
    refused(lambda: fit(model, IMAGES[..., None] / 255, LABELS), *texts, model=model)


# ---- 35: images too small for the stack -----------------------------------------------------------------------------


def test_35_an_image_too_small_for_the_stack():
    shrinking = [layers.Conv2D(4, 3, strides=2, name=f"conv{i}") for i in range(4)]
    texts = (
        "Conv2D 'conv3': its window of 3 x 3 needs inputs of at least 3 x 3 places",
        "received shape (None, 2, 2, 4), which has 2 x 2",
        "Use padding='same', less pooling and smaller strides before it, or larger images",
    )
    refused(lambda: heron.Sequential([heron.Input((28, 28, 1)), *shrinking]), *texts)
    model = heron.Sequential([heron.Input((28, 28, 1)), *shrinking[:3]])
    refused(lambda: model.add(shrinking[3]), *texts)
    assert model.output_shape == (None, 2, 2, 4)
    model.add(layers.Conv2D(4, 3, padding="same"))  # what the message says to write
    assert model.output_shape == (None, 2, 2, 4)


def test_35_data_too_small_for_a_model_of_any_size():
    model = heron.Sequential([heron.Input((None, None, 1)), layers.Conv2D(2, 5, name="conv")])
    model.compile("adam", "mse")
    small = np.zeros((4, 3, 9, 1), "float32")
    refused(lambda: model.predict(small), "Conv2D 'conv'", "at least 5 x 5", "which has 3 x 9", model=model)
    assert model.predict(np.zeros((4, 5, 9, 1), "float32")).shape == (4, 1, 5, 2)


# ---- 36: channels first ---------------------------------------------------------------------------------------------


def test_36_channels_first():
    model = net(heron.Input((32, 32, 3)))
    refused(lambda: model.predict(COLOURS), "(8, 3, 32, 32)", "np.moveaxis(x, 1, -1)", model=model)
    refused(lambda: fit(model, COLOURS, LABELS[:8]), "(8, 3, 32, 32)", "np.moveaxis(x, 1, -1)", model=model)
    layer = layers.Conv2D(2, 3, name="conv")
    layer(np.moveaxis(COLOURS, 1, -1))
    texts = ("Conv2D 'conv' expects inputs with 3 channels, (samples, height, width, 3)", "np.moveaxis(x, 1, -1)")
    refused(lambda: layer(COLOURS), *texts, "data_format='channels_first'")


def test_36_channels_first_in_a_new_model_are_noted():
    with pytest.warns(
        heron.errors.HeronNote, match=r"looks like 32 x 32 images whose channels are on the other side\.\n"
    ):
        net(heron.Input((3, 32, 32)))
    model = net(heron.Input((3, 32, 32)), data_format="channels_first")  # what the note says to write
    assert model.predict(COLOURS).shape == (8, 10)


# ---- sizes of zero, groups ------------------------------------------------------------------------------------------

ARGUMENTS = {
    "kernel": (
        lambda: net(kernel_regularizer=None, strides=0),
        ("Conv2D: argument 'strides'", "positive integer", "0"),
    ),
    "text": (lambda: layers.Conv2D("32", 3), ("Conv2D: argument 'filters'", "Write 32 without quotes")),
    "kernel 0": (lambda: layers.Conv2D(32, 0), ("Conv2D: argument 'kernel_size'", "received 0", "1 is the least")),
    "dilation 0": (lambda: layers.Conv2D(32, 3, dilation_rate=0), ("argument 'dilation_rate'", "received 0")),
    "no kernel": (lambda: layers.Conv2D(32), ("Conv2D: missing a required argument: 'kernel_size'",)),
    "filter": (lambda: layers.Conv2D(filter=32, kernel_size=3), ("no argument 'filter'. Did you mean 'filters'?",)),
    "kernel_shape": (lambda: layers.Conv2D(32, kernel_sise=3), ("Did you mean 'kernel_size'?",)),
    "conv2d": (lambda: layers.conv2d, ("'conv2d'. Did you mean Conv2D?",)),
    "groups of filters": (lambda: net(groups=3), ("'filters' must be a multiple of 'groups'", "Write filters=3")),
    "groups of channels": (
        lambda: net(heron.Input((9, 9, 3)), groups=2, filters=6),
        ("Conv2D 'conv' has groups=2", "(None, 9, 9, 3), which has 3", "Write one of groups=1, 3"),
    ),
}


@pytest.mark.parametrize("case", ARGUMENTS)
def test_arguments(case):
    action, texts = ARGUMENTS[case]
    refused(action, *texts)
