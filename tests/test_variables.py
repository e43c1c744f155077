"""Variables, and the scopes that make their use pure."""

from __future__ import annotations

import threading

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from heron import config, initializers
from heron.errors import ArgumentError, ShapeError
from heron.variables import AutocastScope, Scope, Variable, in_scope, name_scope, own_name_scope


@pytest.mark.parametrize(
    ("value", "kwargs", "shape", "dtype"),
    [
        ([1.0, 2.0], {}, (2,), "float32"),
        (3, {}, (), "float32"),
        ([1, 2], {"dtype": "int32"}, (2,), "int32"),
        (np.zeros((2, 3), "int8"), {}, (2, 3), "int8"),
        (jnp.zeros(2, "bfloat16"), {}, (2,), "bfloat16"),
        (jnp.zeros(2), {"dtype": "float16"}, (2,), "float16"),
        (initializers.Ones(), {"shape": (2, 2)}, (2, 2), "float32"),
        (lambda shape, dtype: np.full(shape, 7, dtype), {"shape": (3,), "dtype": "int32"}, (3,), "int32"),
        (Variable([1.0]), {}, (1,), "float32"),
    ],
)
def test_first_values(value, kwargs, shape, dtype):
    v = Variable(value, **kwargs)
    assert (v.shape, v.dtype, v.ndim, v.size) == (shape, dtype, len(shape), int(np.prod(shape)))
    assert isinstance(v.value, jax.Array)
    assert (v.value.shape, v.value.dtype.name) == (shape, dtype)


def test_first_values_that_do_not_fit():
    with pytest.raises(ArgumentError, match=r"Variable 'v' is made by a function, so it needs a shape; write shape="):
        Variable(initializers.Ones(), name="v")
    with pytest.raises(ShapeError, match=r"Variable 'v' was to have shape \(3,\); its initializer gave shape \(2,\)"):
        Variable([1.0, 2.0], shape=(3,), name="v")


def test_floats_are_of_the_default_type(monkeypatch):
    monkeypatch.setattr(config._settings, "floatx", "float16")
    assert Variable([1.0]).dtype == "float16"


def test_assignments():
    v = Variable([1.0, 2.0])
    v.assign([3, 4])
    assert v.numpy().tolist() == [3.0, 4.0]
    v.assign_add([1.0, 1.0])
    v.assign_sub(Variable([0.5, 0.5]))
    assert v.numpy().tolist() == [3.5, 4.5]
    assert v.dtype == "float32"
    count = Variable(0, dtype="int32")
    count.assign_add(1)
    assert (int(count), count.value.dtype) == (1, jnp.int32)


def test_a_variable_keeps_its_shape():
    with name_scope("layer"):
        v = Variable([1.0, 2.0], name="v")
    with pytest.raises(ShapeError) as caught:
        v.assign([1.0])
    assert str(caught.value) == "Variable 'layer/v' has shape (2,) and keeps it; received a value of shape (1,)."
    assert v.numpy().tolist() == [1.0, 2.0]


def test_numpy_gives_a_copy():
    v = Variable([1.0, 2.0])
    v.numpy()[0] = 9.0
    np.asarray(v)
    assert v.numpy().tolist() == [1.0, 2.0]


def test_it_computes_like_an_array():
    v = Variable([1.0, 4.0])
    other = np.array([2.0, 2.0], "float32")
    for result, expected in [
        (v + 1, [2, 5]),
        (1 - v, [0, -3]),
        (v * other, [2, 8]),
        (other / v, [2, 0.5]),
        (v**2, [1, 16]),
        (2**v, [2, 16]),
        (v // 3, [0, 1]),
        (v % 3, [1, 1]),
        (v @ other, 10),
        (v - v, [0, 0]),
        (v + [1, 1], [2, 5]),  # noqa: RUF005 - a sum, not a list
        (-v, [-1, -4]),
        (abs(-v), [1, 4]),
        (v > 2, [False, True]),
        (v == other / 2, [True, False]),
        (v[1], 4),
        (v[:1], [1]),
        (jnp.asarray(v), [1, 4]),
        (np.sqrt(v), [1, 2]),
    ]:
        np.testing.assert_allclose(result, expected)
    assert len(v) == 2
    assert float(Variable(2.5)) == 2.5
    assert int(Variable(2)) == 2
    assert bool(Variable(1.0))
    assert np.asarray(v, dtype="float64").dtype == np.float64


def test_repr():
    assert repr(Variable([1.0], name="v")) == "<Variable path=v, shape=(1,), dtype=float32, value=[1.]>"
    assert repr(Variable(jnp.zeros(100), name="v")) == "<Variable path=v, shape=(100,), dtype=float32>"


def test_paths():
    with name_scope("model"), name_scope("layer"), own_name_scope("layer"):
        assert Variable(1.0, name="v").path == "model/layer/v"
        with own_name_scope("inner"):
            assert Variable(1.0, name="v").path == "model/layer/inner/v"
    assert Variable(1.0, name="v").path == "v"
    config.reset_names()
    assert [Variable(1.0).name, Variable(1.0).name] == ["variable", "variable_1"]


# ---- scopes ----


def test_a_scope_holds_values_and_assignments():
    v, w = Variable(1.0), Variable(2.0)
    with Scope([(v, jnp.float32(10))]) as scope:
        assert in_scope()
        assert float(v.value) == 10
        v.assign_add(1.0)
        w.assign(5.0)
        assert (float(v), float(w)) == (11, 5)
        assert (float(scope.value_of(v)), float(scope.value_of(w))) == (11, 5)
    assert not in_scope()
    assert (float(v), float(w)) == (1, 2)


def test_scopes_inside_scopes():
    v, w = Variable(1.0), Variable(2.0)
    with Scope([(v, 10.0), (w, 20.0)]):
        with Scope([(v, 100.0)]) as inner:
            assert inner.value_of(v) == 100
            assert inner.value_of(w) == 20
            w.assign(7.0)
        assert Variable.__float__(Variable(0.0)) == 0
        assert float(w._read()) == 20


def test_a_scope_ends_with_an_error():
    v = Variable(1.0)
    with pytest.raises(RuntimeError), Scope([(v, 2.0)]):
        raise RuntimeError
    assert not in_scope()
    assert float(v) == 1


def test_a_scope_holds_in_its_own_thread_only():
    v, seen = Variable(1.0), []
    with Scope([(v, jnp.float32(2.0))]):
        thread = threading.Thread(target=lambda: seen.append(float(v)))
        thread.start()
        thread.join()
        assert float(v) == 2
    assert seen == [1.0]


def test_a_traced_function_of_variables_is_pure():
    v = Variable([1.0, 2.0])
    leaked = []

    @jax.jit
    def step(value):
        with Scope([(v, value)]) as scope:
            v.assign(v * 2)
            leaked.append(Variable(lambda shape, dtype: np.ones(shape, dtype), shape=(2,)))
            return scope.value_of(v)

    assert step(jnp.array([3.0, 4.0])).tolist() == [6.0, 8.0]
    assert v.numpy().tolist() == [1.0, 2.0]
    assert leaked[0].numpy().tolist() == [1.0, 1.0]


def test_autocast():
    v, exact, count = Variable([1.0]), Variable([1.0], autocast=False), Variable([1], dtype="int32")
    with AutocastScope("bfloat16"):
        assert [x.value.dtype.name for x in (v, exact, count)] == ["bfloat16", "float32", "int32"]
        with AutocastScope(None):
            assert v.value.dtype == jnp.float32
        v.assign_add([1.0])
    assert (v.value.dtype, float(v[0])) == (jnp.float32, 2.0)
