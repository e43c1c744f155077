"""A maximum is taken before the bias and the activation of the convolution it follows: with the same results."""

import jax
import numpy as np
import pytest

import heron
from heron import layers
from tests.oracle import array

pytestmark = pytest.mark.usefixtures("as_shipped")  # some results are the same to the bit


def _pooled_apart(conv, pool, x):
    """What the two layers give when they are called one by one, so that neither knows of the other."""
    return pool(np.asarray(conv(x)))


@pytest.mark.parametrize("activation", ["relu", "relu6", "linear", "tanh"])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_the_result_is_that_of_the_layers_apart(activation, data_format):
    conv = layers.Conv2D(4, 3, activation=activation, bias_initializer="normal", data_format=data_format)
    pool = layers.MaxPooling2D(2, padding="same", data_format=data_format)
    x = array(2, 7, 8, 3) if data_format == "channels_last" else array(2, 3, 7, 8)
    model = heron.Sequential([conv, pool])
    np.testing.assert_array_equal(model(x), _pooled_apart(conv, pool, x))


def test_gradients_are_those_of_the_layers_apart():
    conv, pool = layers.Conv2D(4, 3, activation="relu", bias_initializer="normal"), layers.MaxPooling2D(2)
    x = array(2, 8, 8, 3)
    model = heron.Sequential([conv, pool])
    model(x)
    trainable = [v.value for v in model.trainable_variables]

    def of(call):
        return jax.grad(lambda values, x: (call(values, x) ** 2).sum(), (0, 1))(trainable, x)

    def apart(values, x):
        y = conv.stateless_call(values, [], x)[0]
        return pool.stateless_call([], [], y)[0]

    together = of(lambda values, x: model.stateless_call(values, [], x)[0])
    for found, expected in zip(jax.tree.leaves(together), jax.tree.leaves(of(apart)), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_others_see_the_whole_output_of_the_convolution():
    inputs = heron.Input((8, 8, 3))
    seen = layers.Conv2D(4, 3, activation="relu", bias_initializer="normal")(inputs)
    model = heron.Model(inputs, [seen, layers.MaxPooling2D(3)(seen), layers.AveragePooling2D(3)(seen)])
    whole, largest, mean = model.predict(array(2, 8, 8, 3), verbose=0)
    assert whole.min() == 0
    blocks = whole.reshape(2, 2, 3, 2, 3, 4)
    np.testing.assert_array_equal(largest, blocks.max((2, 4)))
    np.testing.assert_allclose(mean, blocks.mean((2, 4)), rtol=1e-5)


def test_a_net_trains_to_the_same_bits_again():
    def trained():
        heron.utils.set_random_seed(7)
        model = heron.Sequential(
            [
                layers.Input((12, 12, 2)),
                layers.Conv2D(8, 3, activation="relu"),
                layers.Conv2D(8, 3, strides=2, padding="same", activation="relu"),
                layers.MaxPooling2D(2),
                layers.BatchNormalization(),
                layers.DepthwiseConv2D(2),
                layers.Dropout(0.25),
                layers.Flatten(),
                layers.Dense(3, activation="softmax"),
            ]
        )
        model.compile("adam", "sparse_categorical_crossentropy")
        model.fit(array(70, 12, 12, 2), np.arange(70) % 3, batch_size=32, epochs=2, verbose=0)
        return model.get_weights()

    for once, again in zip(trained(), trained(), strict=True):
        np.testing.assert_array_equal(once, again)
