"""Checks that hold for every optimizer class."""

from __future__ import annotations

import copy

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from heron import Variable, optimizers
from heron.errors import ArgumentError, ArgumentTypeError
from heron.optimizers.options import OPTION_RULES

# Without a rule of their own; LossScaleOptimizer is added below, MultiOptimizer has tests of its own.
OTHERS = (
    optimizers.Optimizer,
    optimizers.LossScaleOptimizer,
    optimizers.MultiOptimizer,
    optimizers.OptimizerMap,
)
CLASSES = [
    cls
    for cls in (getattr(optimizers, name) for name in optimizers.__all__)
    if isinstance(cls, type) and cls not in OTHERS
]
# Where the defaults would take too long to see the loss fall.
QUICK = {
    "Adadelta": {"learning_rate": 100.0},
    "Adafactor": {"learning_rate": 0.02},
    "Adagrad": {"learning_rate": 0.1},
    "Ftrl": {"learning_rate": 0.5},
    "Muon": {"learning_rate": 0.02},
}


def make(cls, **given):
    if cls is optimizers.LossScaleOptimizer:
        return cls(optimizers.SGD(0.1, momentum=0.9), initial_scale=4.0)
    return cls(**{**QUICK.get(cls.__name__, {}), **given})


EVERY = [*CLASSES, optimizers.LossScaleOptimizer]
every = pytest.mark.parametrize("cls", EVERY, ids=lambda cls: cls.__name__)


def variables(dtype="float32"):
    return [
        Variable(np.linspace(-1, 2, 6).reshape(2, 3), dtype=dtype, name="kernel"),
        Variable(np.ones(3), dtype=dtype, name="bias"),
    ]


def values(optimizer, trained):
    return [v.value for v in trained], [v.value for v in optimizer.variables]


def loss(ws):
    return sum(jnp.sum((w - 0.25) ** 2) for w in ws)


def test_all_the_optimizers_asked_for_are_here():
    names = {cls.__name__ for cls in CLASSES}
    assert names >= {
        "SGD",
        "RMSprop",
        "Adam",
        "AdamW",
        "Adagrad",
        "Adadelta",
        "Adamax",
        "Nadam",
        "Lion",
        "Ftrl",
        "Lamb",
        "Adafactor",
        "Muon",
        "ScheduleFreeAdamW",
    }


@every
def test_a_config_makes_the_same_optimizer(cls):
    first = make(cls)
    again = optimizers.deserialize(optimizers.serialize(first))
    assert type(again) is cls
    assert again.get_config() == first.get_config()
    assert cls.from_config(first.get_config()).get_config() == first.get_config()


@every
def test_the_representation_is_the_call(cls):
    first = make(cls)
    again = eval(repr(first), vars(optimizers))
    assert again.arguments.keys() == first.arguments.keys()
    assert repr(again) == repr(first)
    if cls in CLASSES:
        assert repr(cls()) == f"{cls.__name__}()"


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_arguments_are_checked_by_their_rules(cls):
    rules = {name: rule for base in reversed(cls.__mro__) for name, rule in base.__dict__.get("rules", {}).items()}
    assert set(OPTION_RULES) <= set(rules)
    assert set(rules) == set(make(cls).arguments)
    for name, rule in rules.items():
        for good in rule.good:
            assert cls(**{name: good}).arguments[name] == good
        for bad in rule.bad:
            with pytest.raises(ArgumentError, match=f"{cls.__name__}: argument '{name}' must be "):
                cls(**{name: bad})


@every
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_a_loop_keeps_shapes_and_dtypes(cls, dtype):
    optimizer, trained = make(cls), variables(dtype)
    optimizer.build(trained)
    start = values(optimizer, trained)
    assert {w.dtype.name for w in start[0]} == {dtype}

    def body(_, state):
        return optimizer.stateless_apply(state[1], jax.grad(loss)(state[0]), state[0])

    end = jax.jit(lambda state: jax.lax.fori_loop(0, 4, body, state))(start)  # fails when a type changes
    assert jax.tree.map(lambda a: (a.shape, a.dtype), end) == jax.tree.map(lambda a: (a.shape, a.dtype), start)
    assert all(np.isfinite(np.asarray(a, np.float32)).all() for a in jax.tree.leaves(end))
    counted = dict(zip([v.path for v in optimizer.variables], end[1], strict=True))
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    assert int(counted[f"{inner.name}/iteration"]) == 4


@every
def test_jitted_and_eager_updates_agree_and_the_pure_form_assigns_nothing(cls):
    optimizer, trained = make(cls), variables()
    optimizer.build(trained)
    traces = []

    @jax.jit
    def step(state):
        traces.append(1)
        return optimizer.stateless_apply(state[1], jax.grad(loss)(state[0]), state[0])

    before = values(optimizer, trained)
    state = before
    for _ in range(3):
        state = step(state)
    assert len(traces) == 1
    assert all(
        a is b for a, b in zip(jax.tree.leaves(values(optimizer, trained)), jax.tree.leaves(before), strict=True)
    )
    for _ in range(3):
        optimizer.apply(jax.grad(loss)([v.value for v in trained]))
    for a, b in zip(jax.tree.leaves(state), jax.tree.leaves(values(optimizer, trained)), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    assert int(optimizer.iterations) == 3


@every
@pytest.mark.parametrize("given", [{}, {"gradient_accumulation_steps": 2, "use_ema": True, "global_clipnorm": 5.0}])
def test_updates_lower_a_quadratic_loss(cls, given):
    optimizer, trained = make(cls, **given), variables()
    optimizer.build(trained)
    start = values(optimizer, trained)

    def body(_, state):
        return optimizer.stateless_apply(state[1], jax.grad(loss)(state[0]), state[0])

    end = jax.jit(lambda state: jax.lax.fori_loop(0, 100, body, state))(start)  # fails when a type changes
    assert float(loss(end[0])) < 0.97 * float(loss(start[0]))


@every
def test_a_deep_copy_trains_on_its_own(cls):
    optimizer, trained = make(cls), variables()
    optimizer.build(trained)
    other, others = copy.deepcopy((optimizer, trained))
    other.apply([np.ones((2, 3), np.float32), np.ones(3, np.float32)], others)
    assert int(optimizer.iterations) == 0
    assert int(other.iterations) == 1
    assert not np.array_equal(trained[1].numpy(), others[1].numpy())


@every
def test_old_spellings_are_explained(cls):
    if cls is optimizers.LossScaleOptimizer:
        with pytest.raises(ArgumentTypeError, match=r"Set it on the optimizer within: .*Adam\(clipnorm=1.0\)"):
            cls(optimizers.SGD(), clipnorm=1.0)
        return
    with pytest.warns(UserWarning, match=r"\(lr=...\) is now learning_rate=...; taken as that"):
        assert float(cls(lr=0.25).learning_rate) == 0.25
    with pytest.raises(ArgumentTypeError, match=rf"{cls.__name__} has no argument 'decay'.\nPass a schedule") as error:
        cls(learning_rate=0.5, decay=1e-3)
    assert "InverseTimeDecay(0.5, decay_steps=1, decay_rate=0.001)" in str(error.value)
    assert "ExponentialDecay(0.5," in str(error.value)
    with pytest.raises(ArgumentTypeError, match=r"Did you mean 'learning_rate'\?"):
        cls(learning_rat=0.1)


@pytest.mark.parametrize(
    "name", ["adam", "Adam", "ADAM", "sgd", "rmsprop", "adamw", "adagrad", "adadelta", "nadam", "lion"]
)
def test_a_name_is_found_in_any_case(name):
    assert type(optimizers.get(name)).__name__.lower() == name.lower()
