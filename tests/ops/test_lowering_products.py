"""Products of rows and weights are what an einsum says, whatever is stored on the way."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from heron.ops.lowering.products import dense, with_stored_gradient
from tests.oracle import QUICK, array

# x, kernel, how many axes are summed over, and the einsum that says the same
FORMS = [
    ((4,), (4, 3), 1, "a,ab->b"),
    ((5, 4), (4, 3), 1, "ia,ab->ib"),
    ((5, 2, 4), (4, 3), 1, "ija,ab->ijb"),
    ((5, 2, 4), (4, 3, 2), 1, "ija,abc->ijbc"),
    ((5, 2, 3, 4), (3, 4, 6), 2, "ijab,abc->ijc"),
    ((40, 60, 8), (8, 30), 1, "ija,ab->ijb"),  # large enough for its gradient to be stored
    ((0, 2, 4), (4, 3), 1, "ija,ab->ijb"),
]


def _twice(f):
    """The gradients of a gradient."""
    return jax.grad(lambda *a: sum((g**2).sum() for g in jax.grad(f, (0, 1, 2))(*a)), (0, 1, 2))


@pytest.mark.parametrize("x, kernel, summed, equation", FORMS)
def test_dense_and_two_derivatives(x, kernel, summed, equation):
    x, kernel, bias = array(*x), array(*kernel), array(*kernel[summed:])

    def ours(x, kernel, bias):
        return jnp.sin(dense(x, kernel, bias, summed)).sum()

    def plain(x, kernel, bias):
        return jnp.sin(jnp.einsum(equation, x, kernel) + bias).sum()

    np.testing.assert_allclose(dense(x, kernel, None, summed), np.einsum(equation, x, kernel), rtol=1e-5, atol=1e-5)
    found = []
    for f in (ours, plain):
        program = jax.jit(lambda *a, f=f: [*jax.grad(f, (0, 1, 2))(*a), *_twice(f)(*a)], compiler_options=QUICK)
        found.append(program(x, kernel, bias))
    for a, b in zip(*found, strict=True):
        assert a.shape == b.shape
        np.testing.assert_allclose(a, b, rtol=2e-4, atol=2e-4 * float(np.abs(b).max(initial=0.0)))


def test_dense_moves_along_and_takes_many():
    x, kernel = array(40, 60, 8), array(8, 30)
    value, moved = jax.jvp(lambda k: dense(x, k), (kernel,), (kernel,))
    np.testing.assert_allclose(moved, value, rtol=1e-6)
    many = jax.vmap(dense, (0, None))(np.stack([x, 2 * x]), kernel)
    np.testing.assert_allclose(many, np.stack([value, 2 * value]), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_dense_keeps_the_dtype(dtype):
    x, kernel, bias = (jnp.ones(shape, dtype) for shape in ((40, 60, 8), (8, 30), (30,)))
    y, back = jax.vjp(dense, x, kernel, bias)
    assert [y.dtype, *(g.dtype for g in back(y))] == [dtype] * 4
    assert {*np.ravel(y).tolist()} == {9.0}


def test_only_large_gradients_are_stored():
    """A small product would pay more for the call than it wins."""

    def calls(rows):
        program = jax.jit(jax.grad(lambda x: jnp.sin(with_stored_gradient(x)).sum()))
        return program.lower(jnp.ones((rows, 1000))).as_text().count("inlineable")

    assert (calls(10) > 0, calls(100) > 0) == (False, True)
