"""Dropout and its relatives: statistics, seeds, and that they do nothing outside training."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from heron import config, layers, random
from heron.errors import ArgumentError, ShapeError

ONES = np.ones((200, 100), "float32")
RANDOM = [
    layers.Dropout(0.3, seed=1),
    layers.GaussianNoise(0.5, seed=1),
    layers.GaussianDropout(0.3, seed=1),
    layers.AlphaDropout(0.3, seed=1),
]
by_name = {"ids": lambda layer: type(layer).__name__}


@pytest.mark.parametrize("layer", RANDOM, **by_name)
def test_nothing_happens_outside_training(layer):
    for kwargs in ({}, {"training": False}, {"training": None}):
        np.testing.assert_array_equal(layer(ONES, **kwargs), ONES)


@pytest.mark.parametrize("layer", RANDOM, **by_name)
def test_every_call_draws_anew_and_a_seed_repeats(layer):
    again = type(layer).from_config(layer.get_config())
    first, second = again(ONES, training=True), again(ONES, training=True)
    assert not np.array_equal(first, second)
    twin = type(layer).from_config(layer.get_config())
    np.testing.assert_array_equal(twin(ONES, training=True), first)
    np.testing.assert_array_equal(twin(ONES, training=True), second)


def test_without_a_seed_the_global_one_decides():
    results = []
    for seed in (1, 1, 2):
        config.set_random_seed(seed)
        results.append(np.asarray(layers.Dropout(0.5)(ONES, training=True)))
    np.testing.assert_array_equal(results[0], results[1])
    assert not np.array_equal(results[0], results[2])


def test_a_generator_can_be_shared():
    generator = random.SeedGenerator(3)
    a, b = layers.Dropout(0.5, seed=generator), layers.Dropout(0.5, seed=generator)
    assert a.seed_generator is b.seed_generator
    assert not np.array_equal(a(ONES, training=True), b(ONES, training=True))
    assert generator.state.numpy().tolist() == [3, 2]


def test_dropout_keeps_the_mean():
    y = np.asarray(layers.Dropout(0.3, seed=2)(ONES, training=True))
    assert set(np.unique(y)) == {np.float32(0), np.float32(1) / np.float32(0.7)}
    assert abs((y == 0).mean() - 0.3) < 0.02
    assert abs(y.mean() - 1) < 0.03


def test_the_noise_shape_is_repeated():
    x = np.ones((30, 5, 20), "float32")
    y = np.asarray(layers.Dropout(0.5, noise_shape=(None, 1, None), seed=1)(x, training=True))
    assert (y == y[:, :1]).all()
    assert 0.3 < (y == 0).mean() < 0.7
    alpha = np.asarray(layers.AlphaDropout(0.5, noise_shape=(30, 1, 20), seed=1)(x, training=True))
    assert (alpha == alpha[:, :1]).all()
    with pytest.raises(ShapeError, match=r"has noise_shape=\(None, 2, None\), in which each size must be 1, None"):
        layers.Dropout(0.5, noise_shape=(None, 2, None))(x, training=True)
    with pytest.raises(ShapeError, match=r"Write None for axes that get noise of their own and 1 for axes that share"):
        layers.AlphaDropout(0.5, noise_shape=(30, 1))(x, training=True)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize(("layer", "rank"), [(layers.SpatialDropout2D, 2), (layers.SpatialDropout3D, 3)])
def test_whole_channels_are_dropped(layer, rank, data_format):
    first = data_format == "channels_first"
    x = np.ones((20, 10, *(3,) * rank) if first else (20, *(3,) * rank, 10), "float32")
    y = np.asarray(layer(0.5, data_format=data_format, seed=1)(x, training=True))
    space = tuple(range(2, 2 + rank)) if first else tuple(range(1, 1 + rank))
    assert (y.min(space) == y.max(space)).all()
    assert 0.3 < (y == 0).mean() < 0.7
    with pytest.raises(ShapeError, match=rf"expects inputs with {rank + 2} axes"):
        layer(0.5)(np.ones((2, 3), "float32"))


def test_gaussian_noise_has_its_deviation():
    y = np.asarray(layers.GaussianNoise(0.5, seed=1)(ONES, training=True))
    assert abs(y.mean() - 1) < 0.02
    assert abs(y.std() - 0.5) < 0.02


def test_gaussian_dropout_has_mean_1_and_the_variance_of_dropout():
    y = np.asarray(layers.GaussianDropout(0.2, seed=1)(ONES * 2, training=True))
    assert abs(y.mean() - 2) < 0.03
    assert abs(y.std() - 2 * np.sqrt(0.2 / 0.8)) < 0.03


def test_alpha_dropout_keeps_mean_and_variance():
    x = np.random.default_rng(0).normal(size=(300, 200)).astype("float32")
    y = np.asarray(layers.AlphaDropout(0.3, seed=1)(x, training=True))
    assert abs(y.mean()) < 0.02
    assert abs(y.std() - 1) < 0.02


def test_a_compiled_call_advances_the_seed_as_an_uncompiled_one():
    layer = layers.Dropout(0.5, seed=5)
    layer(ONES)
    state = [v.value for v in layer.non_trainable_variables]
    compiled = jax.jit(lambda state, x: layer.stateless_call([], state, x, training=True))
    first, state = compiled(state, ONES)
    second, state = compiled(state, ONES)
    assert state[0].tolist() == [5, 2]
    np.testing.assert_array_equal(first, layer(ONES, training=True))
    np.testing.assert_array_equal(second, layer(ONES, training=True))


@pytest.mark.parametrize(("rate", "mend"), [(50, "For 50 per cent write 0.5"), (-0.1, ""), (1, "")])
def test_a_rate_is_a_share(rate, mend):
    with pytest.raises(
        ArgumentError, match=rf"argument 'rate' must be a number from 0 up to, .*; received {rate}\.\n?{mend}"
    ):
        layers.Dropout(rate)


def test_a_rate_of_0_needs_no_seed():
    assert layers.Dropout(0).variables == []
    assert len(layers.Dropout(0.1).variables) == 1
    assert layers.Dropout(0.1).weights == []
