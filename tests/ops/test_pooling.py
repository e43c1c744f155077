"""Pooling in each of its forms: against Keras and XLA, ties, NaN, padding, derivatives of any order, dtypes, errors."""

from __future__ import annotations

import itertools
import re

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from jax import lax
from jax.test_util import check_grads

from heron import KerasTensor, ops
from heron.errors import ArgumentError, ShapeError
from heron.ops.lowering import pooling
from tests.oracle import QUICK, array

NONE = ((0, 0), (0, 0))
POOLS = {"max": pooling.pool_max, "average": pooling.pool_average}
every_form = pytest.mark.parametrize("form", pooling.FORMS)
every_pool = pytest.mark.parametrize("kind", POOLS)


def sampled(number):
    """Windows, strides, sizes and paddings of one to three axes, always the same."""
    rng = np.random.default_rng(7)
    for _ in range(number):
        rank = int(rng.choice([1, 2, 2, 2, 3]))
        window = tuple(int(k) for k in rng.integers(1, 5 if rank < 3 else 4, rank))
        equal = rng.random() < 0.4
        strides = window if equal else tuple(int(s) for s in rng.integers(1, 4, rank))
        spatial = tuple(k + int(more) for k, more in zip(window, rng.integers(0, 6, rank), strict=True))
        yield window, strides, spatial, str(rng.choice(["valid", "same"])), str(rng.choice(["max", "average"]))


CASES = [(*case, form) for case, form in zip(sampled(72), itertools.cycle(["taps", "taps", "windows"]), strict=False)]


def integers(*shape):
    """Small whole numbers, so that many are equal."""
    return np.random.default_rng(len(shape)).integers(0, 4, shape).astype("float32")


@pytest.mark.parametrize(("window", "strides", "spatial", "padding", "kind", "form"), CASES)
def test_values_and_gradients_are_those_of_keras(window, strides, spatial, padding, kind, form):
    x = integers(2, *spatial, 3)

    def weighted(pool, x):
        y = pool(x, window, strides, padding=padding, data_format="channels_last")
        return jnp.sum(y * array(*y.shape)), y

    def run(pool):
        program = jax.jit(jax.value_and_grad(lambda x: weighted(pool, x), has_aux=True), compiler_options=QUICK)
        return program(x)

    with pooling.forced(form):
        (_, ours), gradient = run(getattr(ops, f"{kind}_pool"))
    (_, theirs), expected = run(getattr(keras.ops, f"{kind}_pool"))
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    np.testing.assert_allclose(gradient, expected, rtol=1e-5, atol=1e-5)


@every_form
@pytest.mark.parametrize(("window", "strides"), [((2, 2), (2, 2)), ((3, 3), (2, 2)), ((2, 2), (3, 1))])
def test_of_equal_values_the_first_in_the_order_of_memory_gets_the_gradient(form, window, strides):
    x = jnp.zeros((1, 6, 6, 1))
    with pooling.forced(form):
        slope = jax.grad(lambda x: pooling.pool_max(x, window, strides, NONE).sum())
        gradient = jax.jit(slope, compiler_options=QUICK)(x)
    expected = np.zeros((6, 6))
    for row, column in itertools.product(range(0, 7 - window[0], strides[0]), range(0, 7 - window[1], strides[1])):
        expected[row, column] = 1
    np.testing.assert_array_equal(gradient[0, :, :, 0], expected)


@pytest.mark.parametrize("window", [(2, 2), (3, 3), (4, 3)])
def test_a_nan_is_larger_than_all_numbers_and_gets_the_gradient(window):
    x = np.arange(144, dtype="float32").reshape(1, 12, 12, 1)
    x[0, 1, 1, 0] = x[0, 0, 2, 0] = np.nan
    x[0, 5, 5, 0] = np.inf
    expected = lax.reduce_window(x, -np.inf, lax.max, (1, *window, 1), (1, *window, 1), "VALID")
    with pooling.forced("taps"):
        pool = lambda x: pooling.pool_max(x, window, window, NONE)  # noqa: E731
        summed = jax.value_and_grad(lambda x: (pool(x).sum(), pool(x)), has_aux=True)
        (_, y), gradient = jax.jit(summed, compiler_options=QUICK)(x)
    np.testing.assert_array_equal(y, expected)
    first = (1, 1) if window[1] == 2 else (0, 2)
    assert gradient[0, *first, 0] == 1
    assert gradient[0, 5, 5, 0] == 1
    assert gradient.sum() == y.size


@every_pool
@pytest.mark.parametrize(
    ("window", "strides", "padding"),
    [((2, 2), (2, 2), NONE), ((3, 2), (2, 1), ((1, 1), (0, 1))), ((1, 2), (2, 3), NONE)],
)
def test_derivatives_of_first_and_second_order_are_right(kind, window, strides, padding):
    x = jnp.asarray(np.random.default_rng(1).permutation(30).reshape(1, 6, 5, 1) / 2, "float32")

    @jax.jit
    def curved(x):
        return jnp.sum(jnp.sin(POOLS[kind](x**2 / 8, window, strides, padding)))

    with pooling.forced("taps"):
        check_grads(curved, (x,), order=2, modes=["fwd", "rev"], rtol=3e-2, atol=3e-2, eps=1e-2)


def test_both_forms_have_the_same_gradient_of_a_gradient():
    x = array(2, 7, 7, 2)
    found = []
    for form in pooling.FORMS:
        with pooling.forced(form):

            def penalty(x):
                slope = jax.grad(lambda x: jnp.sum(pooling.pool_max(x, (3, 3), (2, 2), NONE) ** 3))(x)
                return jnp.sum(slope**2)

            found.append(jax.jit(jax.grad(penalty), compiler_options=QUICK)(x))
    np.testing.assert_allclose(*found, rtol=1e-4, atol=1e-4)


@every_pool
@every_form
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "int8", "int32", "uint8"])
def test_every_dtype_of_numbers_is_pooled(kind, form, dtype):
    x = jnp.asarray(integers(2, 5, 5, 3), dtype)
    with pooling.forced(form):
        y = POOLS[kind](x, (2, 2), (2, 2), ((0, 1), (1, 0)))
    expected = POOLS[kind](jnp.asarray(x, "float32"), (2, 2), (2, 2), ((0, 1), (1, 0)))
    if kind == "max" or "float" in dtype:
        assert y.dtype == dtype
    np.testing.assert_allclose(np.asarray(y, "float32"), expected, rtol=1e-2)


@every_pool
def test_it_is_mapped_and_takes_no_samples_and_unknown_sizes(kind):
    pool = lambda x: POOLS[kind](x, (3, 3), (2, 2), NONE)  # noqa: E731
    x = jnp.asarray(array(3, 2, 5, 5, 2))
    slope = jax.grad(lambda x: jnp.sum(pool(x) ** 2))
    mapped = jax.jit(jax.vmap(slope), compiler_options=QUICK)(x)
    np.testing.assert_allclose(mapped[1], jax.jit(slope, compiler_options=QUICK)(x[1]), rtol=1e-6)
    assert pool(x[0, :0]).shape == (0, 2, 2, 2)
    op = getattr(ops, f"{kind}_pool")
    assert op(KerasTensor((None, None, 8, 3)), 2).shape == (None, None, 4, 3)
    assert op(KerasTensor((None, 9, None, 3)), 2, 3, padding="same").shape == (None, 3, None, 3)


def test_on_a_cpu_windows_of_usual_sizes_are_pooled_by_taps(monkeypatch):
    x = jnp.zeros((1, 64, 1))

    def kernel_of(window):
        return str(jax.make_jaxpr(lambda x: pooling.pool_max(x, (window,), (window,), ((0, 0),)))(x))

    assert "reduce_window" not in kernel_of(2)
    assert "reduce_window" in kernel_of(64)
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    assert "reduce_window" in kernel_of(2)


def test_adaptive_pooling_is_keras_s_for_sizes_that_divide_or_not():
    for shape, size in [((2, 7, 3), 3), ((2, 5, 3), 7), ((2, 6, 10, 3), (4, 3)), ((1, 5, 4, 6, 2), (2, 4, 4))]:
        for name in ("adaptive_max_pool", "adaptive_average_pool"):
            results = []
            for module in (ops, keras.ops):
                op = getattr(module, name)
                program = jax.jit(
                    jax.value_and_grad(lambda x, op=op, size=size: jnp.sum(op(x, size, "channels_last") ** 2)),
                    compiler_options=QUICK,
                )
                results.append(program(array(*shape)))
            for ours, theirs in zip(*results, strict=True):
                np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


def test_folding_adds_what_unfolding_took_apart():
    x = array(2, 3, 5, 6)
    how = {"kernel_size": (3, 2), "dilation": (1, 2), "padding": 1, "stride": (2, 1)}
    unfold = lambda x: ops.unfold(x, **how)  # noqa: E731
    g = array(*jax.eval_shape(unfold, x).shape)
    transposed = jax.jit(lambda x, g: jax.vjp(unfold, x)[1](g), compiler_options=QUICK)(x, g)[0]
    np.testing.assert_allclose(ops.fold(g, (5, 6), **how), transposed, rtol=1e-5, atol=1e-5)


WRONG = {
    "zero window": (lambda: ops.max_pool(array(1, 4, 1), 0), ArgumentError, "'pool_size' must be a positive integer"),
    "zero step": (lambda: ops.average_pool(array(1, 4, 1), 2, 0), ArgumentError, "'strides' must be a positive"),
    "rank": (lambda: ops.max_pool(array(1, 4, 4, 1), (2, 2, 2)), ArgumentError, "or a tuple of 2 of them"),
    "padding": (lambda: ops.max_pool(array(1, 4, 1), 2, padding="causal"), ArgumentError, "'valid', 'same'"),
    "axes": (lambda: ops.max_pool(array(4, 4), 2), ShapeError, "received shape (4, 4).\nAdd the missing axis"),
    "too small": (lambda: ops.max_pool(array(1, 4, 1), 5), ShapeError, "needs inputs of at least 5"),
    "adaptive": (lambda: ops.adaptive_max_pool(array(1, 4, 1), 0), ArgumentError, "'output_size' must be a positive"),
    "unfold": (lambda: ops.unfold(array(1, 2, 3, 3), 4), ShapeError, "window of 4 x 4 needs images of at least that"),
    "unfold axes": (lambda: ops.unfold(array(3, 3), 2), ShapeError, "expects images (batch, channels, height, width)"),
    "fold": (lambda: ops.fold(array(1, 4, 5), 3, 2), ShapeError, "for each of 2 x 2 windows; received shape (1, 4, 5)"),
    "deep": (lambda: ops.depth_to_space(array(1, 2, 2, 3), 2), ShapeError, "a multiple of 2 x 2 = 4 channels"),
    "blocks": (lambda: ops.space_to_depth(array(1, 3, 2, 3), 2), ShapeError, "whose height and width are multiples"),
    "block axes": (lambda: ops.space_to_depth(array(3, 2, 3), 2), ShapeError, "expects images with 4 axes"),
}


@pytest.mark.parametrize("case", WRONG)
def test_bad_input_is_told(case):
    action, error, text = WRONG[case]
    with pytest.raises(error, match=re.escape(text)):
        action()
