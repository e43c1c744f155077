"""Learning-rate schedules against Keras 3, and what they refuse."""

from __future__ import annotations

import inspect

import jax
import keras
import numpy as np
import pytest

from heron import Variable, optimizers, registry
from heron.errors import ArgumentError, ArgumentTypeError, UnknownNameError
from heron.optimizers import schedules

GIVEN = [
    ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 8, "decay_rate": 0.5}),
    ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 8, "decay_rate": 0.5, "staircase": True}),
    ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 8, "decay_rate": 0.5}),
    ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 8, "decay_rate": 0.5, "staircase": True}),
    ("PiecewiseConstantDecay", {"boundaries": [3, 10, 20], "values": [0.4, 0.3, 0.2, 0.1]}),
    ("PiecewiseConstantDecay", {"boundaries": [3], "values": [1.0, 0.5]}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 8}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 8, "power": 2.0, "end_learning_rate": 0.02}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 8, "cycle": True}),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 16}),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 16, "alpha": 0.2}),
    ("CosineDecay", {"initial_learning_rate": 0.0, "decay_steps": 16, "warmup_target": 0.3, "warmup_steps": 5}),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 16, "warmup_target": 0.3}),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 2}),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 4, "t_mul": 1.0, "m_mul": 0.7}),
    (
        "CosineDecayRestarts",
        {"initial_learning_rate": 0.1, "first_decay_steps": 8, "t_mul": 1.5, "m_mul": 0.8, "alpha": 0.1},
    ),
]


def test_the_public_names_are_those_of_keras():
    theirs = {name for name in dir(keras.optimizers.schedules) if not name.startswith("_")}
    assert set(schedules.__all__) == theirs
    assert len(theirs) == 9


@pytest.mark.parametrize(("name", "given"), GIVEN)
def test_rates_are_those_of_keras(name, given):
    ours, theirs = getattr(schedules, name)(**given), getattr(keras.optimizers.schedules, name)(**given)
    steps = np.arange(32)
    rates = jax.jit(jax.vmap(ours))(steps)
    assert rates.dtype == "float32"
    assert not rates.weak_type
    theirs = jax.jit(theirs)
    np.testing.assert_allclose(rates, [float(theirs(step)) for step in steps], rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(rates[:12], [float(ours(step)) for step in range(12)], rtol=1e-5, atol=1e-7)
    assert float(ours(Variable(3, dtype="int32"))) == pytest.approx(float(rates[3]))


@pytest.mark.parametrize("size", [3, 7, 10, 41])
def test_rates_change_at_the_right_step_in_compiled_programs_too(size):
    steps = np.arange(40 * size)
    stairs = schedules.ExponentialDecay(1.0, size, 0.9, staircase=True)
    np.testing.assert_allclose(jax.jit(jax.vmap(stairs))(steps), 0.9 ** (steps // size), rtol=1e-5)
    cycles = schedules.PolynomialDecay(1.0, size, end_learning_rate=0.0, power=0.5, cycle=True)
    periods = np.maximum(-(-steps // size), 1)
    expected = np.sqrt(1 - steps / (size * periods))
    np.testing.assert_allclose(jax.jit(jax.vmap(cycles))(steps), expected, atol=1e-3)
    same = schedules.CosineDecayRestarts(1.0, size, t_mul=1.0)
    expected = 0.5 * (1 + np.cos(np.pi * (steps % size) / size))
    np.testing.assert_allclose(jax.jit(jax.vmap(same))(steps), expected, atol=1e-5)
    growing = schedules.CosineDecayRestarts(1.0, size, t_mul=3.0)
    starts = size * (3 ** np.arange(4) - 1) // 2
    np.testing.assert_allclose(jax.jit(jax.vmap(growing))(starts), 1.0, rtol=1e-5)


@pytest.mark.parametrize(("name", "given"), GIVEN)
def test_configs_are_those_of_keras_and_make_the_same_schedule(name, given):
    ours, theirs = getattr(schedules, name)(**given), getattr(keras.optimizers.schedules, name)(**given)
    assert schedules.serialize(ours) == keras.optimizers.schedules.serialize(theirs)
    again = schedules.deserialize(schedules.serialize(ours))
    assert repr(again) == repr(ours)
    assert eval(repr(ours), vars(schedules)).get_config() == ours.get_config()
    assert keras.optimizers.schedules.deserialize(schedules.serialize(ours)).get_config() == ours.get_config()


@pytest.mark.parametrize("name", sorted({name for name, _ in GIVEN}))
def test_arguments_are_those_of_keras(name):
    ours, theirs = (inspect.signature(getattr(m, name)) for m in (schedules, keras.optimizers.schedules))
    assert [(p.name, p.default) for p in ours.parameters.values()] == [
        (p.name, p.default) for p in theirs.parameters.values()
    ]


@pytest.mark.parametrize("name", sorted({name for name, _ in GIVEN}))
def test_arguments_are_checked_by_their_rules(name):
    cls = getattr(schedules, name)
    given = next(g for n, g in GIVEN if n == name)
    rules = {key: rule for base in cls.__mro__ for key, rule in base.__dict__.get("rules", {}).items()}
    assert set(rules) == set(cls(**given).get_config())
    for key, rule in rules.items():
        for good in rule.good:
            assert cls(**{**given, key: good}).get_config()[key] == good
        for bad in rule.bad:
            with pytest.raises(ArgumentError, match=f"{name}: argument '{key}' must be "):
                cls(**{**given, key: bad})


def test_boundaries_and_values_must_fit():
    with pytest.raises(ArgumentError, match=r"one value more than boundaries.* received 2 boundaries and 2 values"):
        schedules.PiecewiseConstantDecay([1, 2], [0.1, 0.2])
    with pytest.raises(ArgumentError, match=r"'boundaries' must ascend; received \[5, 2\]\.\nWrite \[2, 5\]"):
        schedules.PiecewiseConstantDecay([5, 2], [0.1, 0.2, 0.3])
    with pytest.raises(ArgumentError, match=r"Write \[0.1\]"):
        schedules.PiecewiseConstantDecay(0.1, [0.1])
    with pytest.raises(ArgumentError, match="Count updates, not epochs"):
        schedules.CosineDecay(0.1, 0)
    with pytest.raises(ArgumentTypeError, match="Did you mean 'decay_steps'"):
        schedules.CosineDecay(0.1, decay_step=3)


def test_a_schedule_of_ones_own():
    class Halving(schedules.LearningRateSchedule):
        def __init__(self, start):
            self.start = start

        def __call__(self, step):
            return self.start / (step + 1)

    optimizer = optimizers.SGD(Halving(0.5), name="own")
    assert float(optimizer.learning_rate) == 0.5
    config = optimizers.serialize(optimizer)
    with pytest.raises(UnknownNameError, match="Halving"):
        optimizers.deserialize(config)
    again = optimizers.deserialize(config, custom_objects={"Halving": Halving})
    assert repr(again) == "SGD(learning_rate=Halving(start=0.5), name='own')"
    with pytest.raises(NotImplementedError, match=r"LearningRateSchedule needs a method __call__\(self, step\)"):
        schedules.LearningRateSchedule()(0)


def test_a_schedule_is_found_by_its_published_name():
    assert registry.published("optimizers")["CosineDecay"] is schedules.CosineDecay
    with pytest.raises(UnknownNameError, match="Cosine"):
        schedules.deserialize({"class_name": "CosineDecai", "config": {}})
