"""A loss that becomes NaN (22 and 23 of the list): the note says in which batch, and in which layer it began."""

from __future__ import annotations

import numpy as np
import pytest

import heron
from heron import layers, ops
from heron.optimizers import SGD
from tests.mistakes.kit import X, Y, fit, noted


class Logarithm(layers.Layer):
    """Of numbers below 0 too."""

    def call(self, inputs):
        return ops.log(inputs)


class Root(layers.Layer):
    """Whose gradient at 0 is infinite."""

    def call(self, inputs):
        return inputs + ops.sqrt(inputs * 0.0)


def model_of(*stack, loss="mse", rate=0.01, **compiling):
    model = heron.Sequential([heron.Input((8,)), *stack])
    model.compile(SGD(rate), loss, **compiling)
    return model


CASES = {
    "a layer": (
        lambda: model_of(layers.Dense(4), Logarithm(name="logarithm"), layers.Dense(1)),
        ("batch 1 of 2", "came out of Logarithm 'logarithm'; its inputs were up to "),
    ),
    "a layer inside a model": (
        lambda: model_of(heron.Sequential([layers.Dense(4), Logarithm(name="inside")]), layers.Dense(1)),
        ("came out of Logarithm 'inside'",),
    ),
    "weights": (
        lambda: model_of(layers.Dense(1, name="price"), Root()),
        ("batch 2 of 2", "Dense 'price': its kernel became so in the step before"),
    ),
    "the loss": (
        lambda: model_of(layers.Dense(1, name="price"), rate=1e22),
        ("All layers gave finite values, Dense 'price' up to ", "e+", "the loss of them is not finite"),
    ),
    "a loss of one's own": (
        lambda: model_of(layers.Dense(1, name="price"), loss=lambda y, p: ops.sqrt(p - p - 1.0)),
        ("batch 1 of 2", "All layers gave finite values, Dense 'price'"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_23_the_layer_in_which_it_began_is_named(case):
    make, texts = CASES[case]
    with noted(__file__, "The loss became NaN or infinite in epoch 1, ", *texts, "More: heron explain learning-rate"):
        fit(make(), X, Y)


def test_23_it_is_found_in_a_later_epoch_and_in_a_stream():
    heron.utils.set_random_seed(0)  # which values overflow first hangs on the weights it begins with
    model = model_of(layers.Dense(4, name="hidden"), layers.Dense(1, name="price"), rate=0.7)
    with noted(__file__, "The loss became NaN or infinite in epoch ", "All layers gave finite values, Dense 'price'"):
        fit(model, X * 3, Y, epochs=8)
    with noted(__file__, "in epoch 1, batch 3;", "came out of Logarithm 'logarithm'; its inputs were up to "):
        stack = [layers.Dense(1, kernel_initializer="ones"), Logarithm(name="logarithm")]
        good = np.ones_like(X), Y
        model_of(*stack, rate=1e-9).fit(iter([good, good, (-good[0], Y)]), verbose=0)


def test_23_the_weights_stay_as_training_left_them():
    """Going back to the batch is done beside the model."""
    plain, watched = (model_of(layers.Dense(1), Logarithm(), layers.Dense(1)) for _ in range(2))
    watched.set_weights(plain.get_weights())
    with noted(__file__, "came out of Logarithm"):
        fit(watched, X, Y)
    assert all(np.isnan(weight).any() for weight in watched.get_weights())
    assert watched.losses == []


def test_23_a_model_that_cannot_say_where_is_told_all_the_same():
    class Once(layers.Layer):
        calls = 0

        def call(self, inputs):
            Once.calls += 1
            if Once.calls > 1:  # the first is for the compiled program
                raise RuntimeError("not again")
            return ops.log(inputs)

    model = model_of(layers.Dense(1), Once())
    Once.calls = 0
    with noted(__file__, "from there on nothing is learned.\nUsual causes"):
        fit(model, X, Y)
