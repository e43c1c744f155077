import jax
import jax.numpy as jnp
import numpy as np
import pytest

from heron.ops.lowering.channels import add_bias, moments, scale_and_shift
from heron.ops.lowering.settled import settled, with_settled_gradient
from tests.oracle import QUICK, array

SHAPES = [(5, 3), (4, 6, 3), (2, 4, 5, 3), (2, 3, 4, 2, 3)]


def _normalized(x, gamma, beta):
    mean, variance = moments(x)
    scale = gamma * jax.lax.rsqrt(variance + 1e-3)
    return jnp.sin(scale_and_shift(x, scale, beta - mean * scale)).sum()


def _plainly(x, gamma, beta):
    axes = tuple(range(x.ndim - 1))
    mean, variance = x.mean(axes), x.var(axes)
    return jnp.sin((x - mean) * jax.lax.rsqrt(variance + 1e-3) * gamma + beta).sum()


@pytest.mark.parametrize("shape", SHAPES)
def test_moments_scale_and_shift_and_two_derivatives(shape):
    x, gamma, beta = array(*shape), array(3), array(3, low=0.0)

    def second(f):
        return jax.grad(lambda *a: sum((g**2).sum() for g in jax.grad(f, (0, 1, 2))(*a)), (0, 1, 2))

    def all_three(f):
        program = jax.jit(lambda *a: (f(*a), jax.grad(f, (0, 1, 2))(*a), second(f)(*a)), compiler_options=QUICK)
        return jax.tree.leaves(program(x, gamma, beta))

    for a, b in zip(all_three(_normalized), all_three(_plainly), strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-4, atol=2e-4 * float(np.abs(b).max()))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_bias_and_its_gradient_in_both_modes(shape):
    x, bias = array(*shape), array(3)
    np.testing.assert_array_equal(add_bias(x, bias), x + bias)
    axes = tuple(range(x.ndim - 1))
    dx, dbias = jax.grad(lambda x, b: jnp.sin(add_bias(x, b)).sum(), (0, 1))(x, bias)
    np.testing.assert_allclose(dx, np.cos(x + bias), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(dbias, np.cos(x + bias).sum(axes), rtol=1e-4, atol=1e-5)
    moved = jax.jvp(lambda b: add_bias(x, b), (bias,), (np.ones_like(bias),))[1]
    np.testing.assert_array_equal(moved, np.ones_like(x))
    np.testing.assert_array_equal(jax.vmap(add_bias, (0, None))(x[None], bias)[0], x + bias)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "int32"])
def test_sums_keep_the_dtype(dtype):
    x = jnp.ones((4, 5, 3), dtype)
    y, back = jax.vjp(lambda x: add_bias(x, x[0, 0]), x) if dtype != "int32" else (add_bias(x, x[0, 0]), None)
    assert y.dtype == dtype
    if back is not None:
        assert back(y)[0].dtype == dtype


def test_settled_arrays_are_what_they_were():
    x, y = array(3, 4), array(2)
    for a, b in zip(jax.jit(settled)(x, y), (x, y), strict=True):
        np.testing.assert_array_equal(a, b)
    expected = 2 * np.sin(x) * np.cos(x)
    for keep in (settled, with_settled_gradient):
        f = lambda x, keep=keep: (keep(jnp.sin(x)) ** 2).sum()  # noqa: E731
        np.testing.assert_allclose(jax.jit(jax.grad(f))(x), expected, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(jax.jvp(f, (x,), (x,))[1], (expected * x).sum(), rtol=1e-4)
        np.testing.assert_allclose(jax.vmap(f)(x), (np.sin(x) ** 2).sum(1), rtol=1e-5)


def test_settled_arrays_are_computed_once():
    def program(keep):
        def f(x):
            y = keep(jnp.sin(x) * 2)
            return (y + 1).reshape(-1), jnp.dot(y, y)

        return jax.jit(f).lower(array(64, 64)).compile().as_text().count(" sine(")

    assert program(lambda y: y) > program(settled) == 1
