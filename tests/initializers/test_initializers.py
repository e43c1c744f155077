"""Initializers: moments, bounds, fans and seeds against their definitions; names and configs against Keras."""

from __future__ import annotations

import inspect
import math

import keras
import numpy as np
import pytest

from heron import Variable, config, initializers, registry
from heron.errors import ArgumentError, HeronError, ShapeError, UnknownNameError
from heron.initializers.scaling import compute_fans
from heron.random import SeedGenerator

CLASSES = sorted(
    {c for c in vars(initializers).values() if inspect.isclass(c) and issubclass(c, initializers.Initializer)},
    key=lambda c: c.__name__,
)
CONCRETE = [c for c in CLASSES if c is not initializers.Initializer]
RANDOM = [c for c in CONCRETE if "seed" in registry.accepted_arguments(c)]
SHAPE_OF = {"STFT": (8, 1, 5)}
NAMES = [n for n in initializers.__all__ if n not in ("get", "serialize", "deserialize", "Initializer")]


def shape_for(cls):
    return SHAPE_OF.get(cls.__name__, (6, 4))


# ---- distributions ------------------------------------------------------------------------------------------------

FANS = 300, 200
WIDTHS = [  # variance, and the bound beyond which nothing is drawn
    ("glorot_uniform", 2 / 500, math.sqrt(6 / 500)),
    ("glorot_normal", 2 / 500, 2 * math.sqrt(2 / 500) / 0.8796256610342398),
    ("he_uniform", 2 / 300, math.sqrt(6 / 300)),
    ("he_normal", 2 / 300, 2 * math.sqrt(2 / 300) / 0.8796256610342398),
    ("lecun_uniform", 1 / 300, math.sqrt(3 / 300)),
    ("lecun_normal", 1 / 300, 2 * math.sqrt(1 / 300) / 0.8796256610342398),
    ("random_uniform", 0.05**2 / 3, 0.05),
    ("random_normal", 0.05**2, 0.05 * 6),
    ("truncated_normal", (0.05 * 0.8796256610342398) ** 2, 0.1),
]


@pytest.mark.parametrize(("name", "variance", "bound"), WIDTHS)
def test_a_distribution_has_its_width(name, variance, bound):
    config.set_random_seed(1)
    x = initializers.get(name)(FANS)
    assert abs(x.mean()) < 5 * math.sqrt(variance / x.size)
    assert x.var() == pytest.approx(variance, rel=0.03)
    assert np.abs(x).max() <= bound * (1 + 1e-6)
    assert np.abs(x).max() > bound * (0.98 if name != "random_normal" else 0.6)


@pytest.mark.parametrize(("name", "variance", "bound"), WIDTHS)
def test_keras_draws_from_the_same_distribution(name, variance, bound):
    theirs = np.sort(np.ravel(getattr(keras.initializers, name)(seed=1)(FANS)))
    ours = np.sort(np.ravel(getattr(initializers, name)(seed=1)(FANS)))
    # The greatest distance between the two empirical distribution functions; 1.95 is passed once in a thousand times.
    distance = np.abs(np.searchsorted(theirs, ours) / ours.size - np.arange(ours.size) / ours.size).max()
    assert distance < 1.95 * math.sqrt(2 / ours.size)


@pytest.mark.parametrize("distribution", ["uniform", "truncated_normal", "normal", "untruncated_normal"])
@pytest.mark.parametrize(("mode", "fan"), [("fan_in", 300), ("fan_out", 200), ("fan_avg", 250)])
def test_variance_scaling_scales_the_variance(mode, fan, distribution):
    x = initializers.VarianceScaling(3.0, mode, distribution, seed=2)(FANS)
    assert x.var() == pytest.approx(3 / fan, rel=0.03)


def test_the_untruncated_normal_reaches_farther():
    x = initializers.VarianceScaling(distribution="untruncated_normal", seed=1)((100, 1000))
    assert np.abs(x).max() > 3 * x.std()


@pytest.mark.parametrize("shape", [(), (5,), (5, 7), (3, 5, 7), (3, 3, 5, 7), (2, 3, 4, 5, 6)])
@pytest.mark.parametrize("axes", [(None, None), ([0], [-1]), ((0, 1), None)])
def test_the_fans_are_keras_s(shape, axes):
    from keras.src.initializers.random_initializers import compute_fans as keras_fans

    if axes[0] and len(shape) < 2:
        return
    assert compute_fans(shape, *axes) == keras_fans(shape, *axes)


def test_given_axes_count_the_fans():
    x = initializers.HeUniform(seed=1, input_axes=1, output_axes=[0])((10, 400))
    assert np.abs(x).max() == pytest.approx(math.sqrt(6 / 400), rel=0.01)


@pytest.mark.parametrize("shape", [(4, 4), (6, 4), (4, 6), (2, 3, 5)])
def test_orthogonal_is_orthogonal(shape):
    x = initializers.Orthogonal(gain=2.0, seed=1)(shape).reshape(-1, shape[-1])
    x = x if x.shape[0] >= x.shape[1] else x.T
    np.testing.assert_allclose(x.T @ x, 4 * np.eye(x.shape[1]), atol=1e-5)


def test_the_constants():
    assert initializers.Zeros()((2,)).tolist() == [0, 0]
    assert initializers.Ones()((2,), "int8").dtype == np.int8
    assert initializers.Constant([1.0, 2.0])((2, 2)).tolist() == [[1, 2], [1, 2]]
    assert initializers.Identity(3.0)((2, 3)).tolist() == [[3, 0, 0], [0, 3, 0]]


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"side": "imag"},
        {"window": None},
        {"scaling": "spectrum"},
        {"scaling": None, "periodic": True},
        {"window": np.arange(8.0)},
    ],
)
def test_stft_is_keras_s(arguments):
    ours, theirs = (module.STFT(**arguments)((8, 1, 5)) for module in (initializers, keras.initializers))
    np.testing.assert_allclose(ours, theirs, atol=1e-6)


# ---- seeds --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cls", RANDOM)
def test_an_integer_seed_gives_the_same_values_at_every_call(cls):
    one = cls(seed=3)
    assert np.array_equal(one((6, 4)), one((6, 4)))
    assert np.array_equal(one((6, 4)), cls(seed=np.int64(3))((6, 4)))
    assert not np.array_equal(one((6, 4)), cls(seed=4)((6, 4)))


@pytest.mark.parametrize("cls", RANDOM)
def test_no_seed_gives_new_values_that_set_random_seed_repeats(cls):
    def draw():
        config.set_random_seed(5)
        one = cls()
        return one((6, 4)), one((6, 4))

    first, second = draw()
    again, _ = draw()
    assert np.array_equal(first, again)
    assert not np.array_equal(first, second)


def test_a_seed_generator_is_advanced():
    generator = SeedGenerator(7)
    one = initializers.RandomNormal(seed=generator)
    first, second = one((4,)), one((4,))
    assert not np.array_equal(first, second)
    assert generator.state.numpy().tolist() == [7, 2]
    assert np.array_equal(initializers.RandomNormal(seed=SeedGenerator(7))((4,)), first)


# ---- dtypes, names, configs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [None, "float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize("cls", CONCRETE)
def test_the_result_is_a_numpy_array_of_the_shape_and_dtype(cls, dtype):
    x = cls()(shape_for(cls), dtype)
    assert (type(x), x.shape, x.dtype.name) == (np.ndarray, shape_for(cls), dtype or "float32")
    assert x.flags.writeable


def test_a_variable_is_made_with_an_initializer():
    assert Variable(initializers.Ones(), shape=(2,), dtype="bfloat16").dtype == "bfloat16"


@pytest.mark.parametrize("cls", CONCRETE)
def test_a_config_is_keras_s_and_comes_back(cls):
    ours, theirs = cls(), getattr(keras.initializers, cls.__name__)()
    if cls is not initializers.Identity:  # Keras's forgets the gain
        assert ours.get_config() == theirs.get_config()
    written = initializers.serialize(ours)
    assert (written["module"], written["class_name"]) == ("keras.initializers", cls.__name__)
    back = initializers.deserialize(keras.initializers.serialize(theirs))
    assert (type(back), back.get_config()) == (cls, ours.get_config())
    assert initializers.deserialize(written).get_config() == ours.get_config() == ours.clone().get_config()


@pytest.mark.parametrize("name", NAMES)
def test_every_name_of_keras_is_known(name):
    assert hasattr(keras.initializers, name)
    assert type(initializers.get(name)).__name__ == getattr(keras.initializers, name).__name__


@pytest.mark.parametrize("name", ["normal", "uniform", "one", "zero", "GLOROT_UNIFORM"])
def test_aliases_and_other_cases_are_known(name):
    assert isinstance(initializers.get(name), initializers.Initializer)


def test_a_seed_generator_survives_the_config():
    back = initializers.deserialize(initializers.serialize(initializers.HeNormal(seed=SeedGenerator(3, name="g"))))
    assert back.seed.get_config() == {"seed": 3, "name": "g"}


def test_get_takes_what_users_write():
    ones = np.ones((2, 2))
    assert initializers.get(None) is None
    assert initializers.get(initializers.Ones)((1,)).tolist() == [1]
    assert initializers.get(ones)((2, 2), "float16").dtype == "float16"
    assert initializers.get({"class_name": "Constant", "config": {"value": 2.0}})((1,)).tolist() == [2]
    assert initializers.get(np.zeros) is np.zeros


# ---- mistakes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda: initializers.get("glorot"),
            UnknownNameError,
            r"Unknown initializer 'glorot'\. Did you mean 'GlorotNormal'",
        ),
        (lambda: initializers.get(3), ArgumentError, r"Cannot use 3 as an initializer; expected a name"),
        (
            lambda: initializers.get(np.ones(2))((3,)),
            ShapeError,
            r"has shape \(2,\); the weight has shape \(3,\)\.\nGive",
        ),
        (
            lambda: initializers.Constant([1, 2])((3,)),
            ShapeError,
            r"value of shape \(2,\) does not fit a weight of shape \(3,\)",
        ),
        (lambda: initializers.Identity()((3,)), ShapeError, r"expected a shape of 2 sizes; received \(3,\)\.\nUse it"),
        (
            lambda: initializers.Orthogonal()((3,)),
            ShapeError,
            r"at least 2 sizes; received \(3,\)\.\nUse 'glorot_uniform'",
        ),
        (
            lambda: initializers.STFT()((3, 2)),
            ShapeError,
            r"kernels of shape \(frame_length, 1, .*received shape \(3, 2\)",
        ),
        (
            lambda: initializers.STFT(window=np.ones(3))((8, 1, 5)),
            ArgumentError,
            r"must have shape \(8,\).*received shape \(3,\)",
        ),
        (lambda: initializers.VarianceScaling(0.0), ArgumentError, r"'scale' must be a number above 0; received 0\.0"),
        (
            lambda: initializers.VarianceScaling(mode="fan"),
            ArgumentError,
            r"'mode' must be one of .*received 'fan'.\nDid you",
        ),
        (
            lambda: initializers.RandomNormal(seed="a"),
            ArgumentError,
            r"'seed' must be an integer, a heron\.random\.SeedGenerator",
        ),
        (
            lambda: initializers.Initializer()((2,)),
            HeronError,
            r"Initializer has no __call__: expected .*\nWrite def __call__",
        ),
    ],
)
def test_a_mistake_is_named(call, error, text):
    with pytest.raises(error, match=text):
        call()


def good_and_bad():
    for cls in CONCRETE:
        rules = {k: r for base in reversed(cls.__mro__) for k, r in base.__dict__.get("rules", {}).items()}
        for name in registry.accepted_arguments(cls):
            if name in rules:
                yield from ((cls, name, value, True) for value in rules[name].good)
                yield from ((cls, name, value, False) for value in rules[name].bad)


@pytest.mark.parametrize(("cls", "name", "value", "is_good"), list(good_and_bad()))
def test_arguments_keep_their_rules(cls, name, value, is_good):
    if is_good:
        assert cls(**{name: value}).arguments[name] is value
    else:
        with pytest.raises(ArgumentError, match=f"{cls.__name__}: argument '{name}' must be"):
            cls(**{name: value})
