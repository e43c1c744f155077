"""Seeds and distributions: keys and values are Keras's where JAX draws them; dropout by its own hash."""

from __future__ import annotations

import inspect

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from heron import KerasTensor, config, random, registry
from heron.errors import ArgumentError, ShapeError
from heron.variables import Scope

DRAWS = [
    ("normal", {"shape": (3, 4), "mean": 2.0, "stddev": 0.5}),
    ("normal", {"shape": (3,), "dtype": "float16"}),
    ("truncated_normal", {"shape": (3, 4), "mean": 1.0, "stddev": 2.0}),
    ("uniform", {"shape": (3, 4), "minval": -1.0, "maxval": 3.0}),
    ("uniform", {"shape": (2,), "dtype": "bfloat16"}),
    ("randint", {"shape": (3, 4), "minval": -3, "maxval": 9}),
    ("randint", {"shape": (3,), "minval": 0, "maxval": 9, "dtype": "uint8"}),
    ("gamma", {"shape": (3, 4), "alpha": 2.5}),
    ("beta", {"shape": (3, 4), "alpha": 2.0, "beta": [1.0, 2.0, 3.0, 4.0]}),
    ("binomial", {"shape": (3, 4), "counts": 10.0, "probabilities": 0.3}),
    ("shuffle", {"x": np.arange(12.0, dtype="float32").reshape(3, 4)}),
    ("shuffle", {"x": np.arange(12).reshape(3, 4), "axis": 1}),
]


@pytest.mark.parametrize(("name", "arguments"), DRAWS)
def test_the_same_seed_draws_what_keras_draws(name, arguments):
    ours, theirs = (getattr(module, name)(**arguments, seed=11) for module in (random, keras.random))
    assert ours.dtype == theirs.dtype
    np.testing.assert_allclose(ours.astype("float32"), theirs.astype("float32"), rtol=1e-6)


@pytest.mark.parametrize("name", [n for n in random.__all__ if n != "draw_seed"])
def test_arguments_and_defaults_are_keras_s(name):
    def arguments(module):
        parameters = inspect.signature(getattr(module, name)).parameters.values()
        return [(p.name, p.default) for p in parameters if p.kind is not p.VAR_KEYWORD]

    assert arguments(random) == arguments(keras.random)
    assert {n for n in dir(keras.random) if not n.startswith("_")} <= set(random.__all__)


def test_categorical_draws_by_the_probabilities():
    logits = np.log([[0.1, 0.9], [0.5, 0.5]]).astype("float32")
    drawn = random.categorical(logits, 4000, seed=1)
    assert (drawn.shape, drawn.dtype) == ((2, 4000), "int32")
    np.testing.assert_allclose(drawn.mean(1), [0.9, 0.5], atol=0.03)
    assert random.categorical(KerasTensor((None, 5)), 3, seed=1).shape == (None, 3)


# ---- seeds --------------------------------------------------------------------------------------------------------


def test_a_seed_generator_counts_like_keras_s():
    ours, theirs = random.SeedGenerator(5), keras.random.SeedGenerator(5)
    for _ in range(3):
        assert ours.next().tolist() == theirs.next().tolist()
    state = ours.state
    assert (state.shape, state.dtype, state.trainable, state.numpy().tolist()) == ((2,), "uint32", False, [5, 3])
    assert state.path == f"{ours.name}/seed_generator_state"


def test_a_seed_generator_without_seed_follows_set_random_seed():
    def draw():
        config.set_random_seed(9)
        return random.SeedGenerator().next().tolist(), random.normal((2,)).tolist()

    assert draw() == draw()
    assert random.SeedGenerator().next().tolist() != random.SeedGenerator().next().tolist()


def test_a_seed_generator_comes_back_from_its_config():
    generator = random.SeedGenerator(4, name="g")
    assert generator.get_config() == keras.random.SeedGenerator(4, name="g").get_config()
    back = registry.deserialize(registry.serialize(generator))
    assert (type(back), back.get_config()) == (random.SeedGenerator, {"seed": 4, "name": "g"})
    assert random.SeedGenerator(name="h").get_config() == {"seed": None, "name": "h"}


def test_a_generator_advances_inside_a_program():
    generator = random.SeedGenerator(2)

    @jax.jit
    def program(state):
        with Scope([(generator.state, state)]) as scope:
            drawn = random.normal((3,), seed=generator), random.normal((3,), seed=generator)
            return drawn, scope.value_of(generator.state)

    (first, second), state = program(generator.state.value)
    assert not np.allclose(first, second)
    assert state.tolist() == [2, 2]
    assert generator.state.numpy().tolist() == [2, 0]
    np.testing.assert_array_equal(first, random.normal((3,), seed=random.SeedGenerator(2)))


@pytest.mark.parametrize("seed", [-1, 0, 2**31, 2**32 + 5, np.int64(7)])
def test_any_integer_is_a_seed(seed):
    assert random.draw_seed(seed).tolist() == [int(seed) % 2**32, 0]


def test_a_key_is_a_seed():
    key = random.SeedGenerator(3).next()
    np.testing.assert_array_equal(random.normal((2,), seed=key), random.normal((2,), seed=3))


# ---- dropout ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_dropout_drops_its_share_and_keeps_the_mean(rate):
    x = np.full((100, 1000), 3.0, "float32")
    y = np.asarray(random.dropout(x, rate, seed=1))
    share = (y == 0).mean()
    assert abs(share - rate) < 4 * np.sqrt(rate * (1 - rate) / x.size)
    np.testing.assert_allclose(y[y != 0], 3 / (1 - rate), rtol=1e-6)


def test_dropout_of_nothing_and_of_everything():
    x = np.ones((4, 4), "float32")
    np.testing.assert_array_equal(random.dropout(x, 0.0, seed=1), x)
    np.testing.assert_array_equal(random.dropout(x, 1.0, seed=1), 0 * x)


def test_a_noise_shape_drops_whole_lines():
    y = np.asarray(random.dropout(np.ones((50, 6, 4), "float32"), 0.5, noise_shape=(None, 1, 4), seed=3))
    assert (y == y[:, :1]).all()
    assert 0.3 < (y == 0).mean() < 0.7


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_dropout_keeps_dtype_and_shape(dtype):
    y = random.dropout(jnp.ones((3, 4), dtype), 0.4, seed=1)
    assert (y.shape, y.dtype.name) == ((3, 4), dtype)
    symbol = random.dropout(KerasTensor((None, 4), dtype), 0.4, seed=1)
    assert (symbol.shape, symbol.dtype) == ((None, 4), dtype)


def test_the_gradient_of_dropout_is_its_mask():
    x = np.random.default_rng(0).normal(size=(20,)).astype("float32")
    slope = jax.grad(lambda x: random.dropout(x, 0.5, seed=4).sum())(x)
    np.testing.assert_array_equal(slope, np.asarray(random.dropout(np.ones_like(x), 0.5, seed=4)))


# ---- mistakes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda: random.SeedGenerator("a"),
            ArgumentError,
            r"SeedGenerator: argument 'seed' must be an integer, or None; received 'a'",
        ),
        (
            lambda: random.normal((2,), seed=1.5),
            ArgumentError,
            r"Cannot use 1\.5 as a seed; expected an integer, a heron\.random",
        ),
        (
            lambda: random.uniform((2,), dtype="int32"),
            ArgumentError,
            r"uniform: argument 'dtype' must be a float dtype; received 'int32'\.\nUse heron\.random\.randint",
        ),
        (
            lambda: random.randint((2,), 0, 2, dtype="float32"),
            ArgumentError,
            r"must be an integer dtype; received 'float32'\.\nUse heron\.random\.uniform",
        ),
        (
            lambda: random.categorical([0.5], 2),
            ShapeError,
            r"must have shape \(batch, classes\); received shape \(1,\)\.\nReshape it",
        ),
        (
            lambda: random.dropout([1.0], 50),
            ArgumentError,
            r"dropout: argument 'rate' must be a number from 0 to 1; received 50\.\nFor 50 per cent write 0\.5",
        ),
        (
            lambda: jax.jit(lambda: random.normal((2,)))(),
            ArgumentError,
            r"while a program is being compiled: expected seed=a SeedGenerator.*\nMake self\.seed_generator",
        ),
    ],
)
def test_a_mistake_is_named(call, error, text):
    with pytest.raises(error, match=text):
        call()
