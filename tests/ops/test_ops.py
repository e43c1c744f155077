"""What the ops promise beyond Keras's table: control flow, what may be given, what is refused and how."""

from __future__ import annotations

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from heron import KerasTensor, Variable, config, ops
from heron.errors import ArgumentError, ArgumentTypeError, HeronNote, ShapeError, UnknownNameError

A = np.arange(12, dtype="float32").reshape(3, 4)


def same(x, y):
    np.testing.assert_allclose(np.asarray(x), np.asarray(y), rtol=1e-6, atol=1e-6)


# ---- what may be given --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "x", [[1.0, 4.0], (1.0, 4.0), np.array([1.0, 4.0]), jnp.array([1.0, 4.0]), Variable([1.0, 4.0])]
)
def test_an_op_takes_lists_arrays_and_variables(x):
    same(ops.sqrt(x), [1.0, 2.0])
    assert ops.sqrt(x).dtype == "float32"
    same(ops.concatenate([x, x]), [1.0, 4.0, 1.0, 4.0])


def test_a_list_may_hold_arrays_and_variables():
    same(ops.sum([jnp.ones(2), Variable([1.0, 2.0])], axis=0), [2.0, 3.0])


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "int8"])
def test_a_python_number_takes_the_dtype_of_the_array(dtype):
    x = jnp.ones((2,), dtype)
    assert ops.multiply(x, 2).dtype == dtype
    assert (x * ops.sqrt(2.0)).dtype == (dtype if dtype != "int8" else "float32")


def test_python_floats_become_floatx():
    try:
        config.set_floatx("bfloat16")
        assert ops.convert_to_tensor([1.5]).dtype == ops.convert_to_tensor(1.5).dtype == "bfloat16"
        assert ops.exp([1, 2]).dtype == ops.zeros(2).dtype == ops.arange(0, 1, 0.5).dtype == "bfloat16"
    finally:
        config.set_floatx("float32")


@pytest.mark.parametrize(
    ("asked", "given"),
    [("float64", "float32"), ("int64", "int32"), (float, "float32"), (int, "int32"), (np.int8, "int8")],
)
def test_64_bits_become_32_and_python_types_are_dtypes(asked, given):
    assert ops.cast(A, asked).dtype == ops.zeros((2,), asked).dtype == ops.arange(3, dtype=asked).dtype == given


def test_an_unknown_dtype_is_refused_with_the_nearest_one():
    with pytest.raises(UnknownNameError, match=r"Unknown dtype 'float31'\. Did you mean 'float3?"):
        ops.cast(A, "float31")


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (["a", "b"], r"Cannot compute with \['a', 'b'\]: expected numbers; received dtype <U1"),
        ([[1, 2], [3]], r"expected rows of one length; received rows of several\.\nPad the rows"),
        ([object()], "expected numbers; received dtype object"),
    ],
)
def test_what_holds_no_numbers_is_refused(x, text):
    with pytest.raises(ArgumentTypeError, match=text):
        ops.add(x, 1)


# ---- symbolic tensors ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "shape"),
    [
        (lambda x: ops.add(x, 1.0), (None, 4)),
        (lambda x: ops.mean(x, axis=0), (4,)),
        (lambda x: ops.reshape(x, (-1, 2, 2)), (None, 2, 2)),
        (lambda x: ops.reshape(x, (ops.shape(x)[0], 2, 2)), (None, 2, 2)),
        (lambda x: ops.concatenate([x, x], axis=1), (None, 8)),
        (lambda x: ops.concatenate([x, x], axis=0), (None, 4)),
        (lambda x: ops.one_hot(ops.argmax(x, axis=1), 5), (None, 5)),
        (lambda x: ops.top_k(x, 2)[1], (None, 2)),
        (lambda x: ops.split(x, 2, axis=1)[0], (None, 2)),
        (lambda x: ops.where(x > 0, x, 0.0), (None, 4)),
        (lambda x: ops.softmax(x), (None, 4)),
        (lambda x: ops.layer_normalization(x), (None, 4)),
        (lambda x: ops.rearrange(x, "b (h w) -> b h w", h=2), (None, 2, 2)),
        (lambda x: ops.einsum("bi,bj->bij", x, x), (None, 4, 4)),
        (lambda x: ops.vectorized_map(lambda row: row * 2, x), (None, 4)),
        (lambda x: ops.stop_gradient(x), (None, 4)),
    ],
)
def test_an_unknown_batch_size_stays_unknown(function, shape):
    out = function(KerasTensor((None, 4)))
    assert isinstance(out, KerasTensor)
    assert out.shape == shape


def test_a_symbolic_call_is_recorded_under_the_op_s_name():
    x = KerasTensor((None, 4))
    y = ops.multiply(x, 2.0)
    assert y.node.operation.kind == "multiply"
    same(y.node.operation(A, 2.0), A * 2)


def test_size_and_shape_of_a_symbolic_tensor():
    x = KerasTensor((None, 4))
    assert (ops.shape(x), ops.ndim(x), ops.size(x), ops.dtype(x)) == ((None, 4), 2, None, "float32")


# ---- control flow -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("flag", "result"), [(True, 1.0), (False, 2.0)])
def test_cond_takes_one_branch(flag, result):
    assert ops.cond(flag, lambda: ops.array(1.0), lambda: ops.array(2.0)) == result
    assert jax.jit(lambda p: ops.cond(p, lambda: 1.0, lambda: 2.0))(flag) == result


@pytest.mark.parametrize(("index", "result"), [(0, 3.0), (1, -1.0), (9, -1.0), (-2, 3.0)])
def test_switch_takes_the_branch_or_the_nearest(index, result):
    assert ops.switch(index, [ops.add, ops.subtract], 1.0, 2.0) == result


def test_while_loop_carries_one_or_several():
    assert ops.while_loop(lambda i: i < 10, lambda i: i + 3, 0) == 12
    i, total = ops.while_loop(lambda i, t: i < 4, lambda i, t: [i + 1, t + i], (0, 0))
    assert (int(i), int(total)) == (4, 6)
    assert ops.while_loop(lambda i: i < 10, lambda i: i + 3, 0, maximum_iterations=2) == 6
    assert ops.while_loop(lambda i, j: i < 10, lambda i, j: (i + 1, j), [0, 1], maximum_iterations=0) == (0, 1)


def test_loops_take_variables():
    assert ops.while_loop(lambda x: x < 10.0, lambda x: x * 2, Variable(3.0)) == 12.0
    assert ops.fori_loop(0, 3, lambda i, x: x + i, Variable(1.0)) == 4.0
    same(ops.map(lambda x: x * 2, Variable([1.0, 2.0])), [2.0, 4.0])


def test_scan_carries_and_collects():
    last, totals = ops.scan(lambda c, x: (c + x, c * x), jnp.array(1.0), jnp.array([1.0, 2.0, 3.0]))
    assert last == 7.0
    same(totals, [1.0, 4.0, 12.0])
    last, none = ops.scan(lambda c, _: (c * 2, None), jnp.array(1.0), length=3, reverse=True, unroll=True)
    assert (float(last), none) == (8.0, None)
    with pytest.raises(ArgumentError, match=r"heron\.ops\.scan: argument 'unroll' must be a positive integer"):
        ops.scan(lambda c, x: (c, x), 0, A, unroll=0)


def test_associative_scan_is_a_running_result():
    same(ops.associative_scan(jnp.add, jnp.arange(5), reverse=True), [10, 10, 9, 7, 4])


def test_vectorized_map_and_vectorize():
    same(ops.vectorized_map(jnp.sum, jnp.asarray(A)), A.sum(1))
    same(ops.vectorize(lambda x, y: x + y)(jnp.arange(2), jnp.arange(3)[:, None]), np.add.outer(range(3), range(2)))


def test_custom_gradient_replaces_the_gradient():
    @ops.custom_gradient
    def clipped(x):
        return x * x, lambda upstream: 100.0 * upstream

    assert jax.grad(clipped)(3.0) == 100.0
    assert clipped(Variable(3.0)) == 9.0


def test_stop_gradient_stops_it():
    assert jax.grad(lambda x: x * ops.stop_gradient(x))(3.0) == 3.0


def test_jvp_gives_value_and_derivative():
    value, slope = ops.jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.0))
    assert (float(value), float(slope)) == (6.0, 3.0)
    *_, aux = ops.jvp(lambda x: (x, x + 1), [2.0], [1.0], has_aux=True)
    assert aux == 3.0


def test_conversion_to_numpy_copies():
    v = Variable([1.0])
    copy = ops.convert_to_numpy(v)
    copy[0] = 7
    assert v.numpy()[0] == 1.0
    assert isinstance(copy, np.ndarray)


def test_only_device_arrays_are_tensors():
    assert [ops.is_tensor(x) for x in (jnp.ones(1), np.ones(1), [1], Variable(1.0), KerasTensor((1,)))] == [True] + [
        False
    ] * 4
    assert (ops.dtype(np.int8(1)), ops.dtype(2.0), ops.dtype(Variable(1.0))) == ("int8", "float32", "float32")


# ---- single ops ---------------------------------------------------------------------------------------------------


def nearest_in_simplex(x):
    """By bisection on the shift, an algorithm other than the op's."""
    low, high = x.min() - 1, x.max()
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if np.maximum(x - middle, 0).sum() > 1 else (low, middle)
    return np.maximum(x - low, 0)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_sparsemax_is_the_projection_onto_the_simplex(axis):
    x = np.random.default_rng(0).normal(size=(6, 5)).astype("float32")
    y = np.asarray(ops.sparsemax(x, axis=axis))
    np.testing.assert_allclose(y, np.apply_along_axis(nearest_in_simplex, axis, x.astype("float64")), atol=1e-5)
    assert (y == 0).any()
    np.testing.assert_allclose(y.sum(axis), 1, atol=1e-6)


def test_eig_and_argpartition():
    values, vectors = ops.eig(np.array([[2.0, 1.0], [0.0, 3.0]], "float32"))
    np.testing.assert_allclose(
        np.array([[2, 1], [0, 3]]) @ vectors, np.asarray(vectors) * np.asarray(values), atol=1e-6
    )
    order = np.asarray(ops.argpartition([5, 1, 4, 2], 1))
    assert {1, 3} == set(order[:2].tolist())
    assert ops.argpartition(A, 2, axis=None).shape == (12,)


def test_ops_that_keras_offers_for_arrays_only_take_lists_too():
    same(ops.segment_sum([1, 2, 3], [0, 0, 1]), [3, 3])
    same(ops.repeat([1, 2], [2, 1]), [1, 1, 2])
    same(ops.bincount([[1, 1, 4], [0, 0, 0]]), [[0, 2, 0, 0, 1], [3, 0, 0, 0, 0]])
    same(ops.bincount([[1, 1], [0, 2]], weights=[[1.0, 2.0], [3.0, 4.0]]), [[0, 3, 0], [3, 0, 4]])
    same(ops.histogram(A, bins=[0, 6, 12])[0], [6, 6])
    same(ops.erf(0), 0.0)


def test_a_class_that_does_not_exist_costs_nothing():
    same(ops.sparse_categorical_crossentropy([-1, 0], [[0.0, -np.inf]] * 2, from_logits=True), [0.0, 0.0])


def test_the_gradient_of_a_norm_of_zeros_is_finite():
    assert np.isfinite(jax.grad(lambda x: ops.normalize(x).sum())(jnp.zeros(3))).all()


def test_saturate_cast_stays_in_range():
    assert ops.saturate_cast([3e9, -3e9], "int32").tolist() == [2147483520, -2147483648]
    assert ops.saturate_cast([True, False], "uint8").tolist() == [1, 0]


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda: ops.glu(np.ones((2, 3))),
            ShapeError,
            r"glu halves axis -1, whose size must be even; received shape \(2, 3\)",
        ),
        (lambda: ops.unstack(A, num=2), ArgumentError, r"axis 0 has 3 slices; received num=2\.\nLeave num out"),
        (
            lambda: ops.pad(A, 1, "edge", 3.0),
            ArgumentError,
            r"'constant_values' goes with mode='constant'; received mode='edge'",
        ),
        (
            lambda: ops.ldexp(A, A),
            ArgumentTypeError,
            r"ldexp: argument 'x2' must be integers.*received dtype float32.\nCast it",
        ),
        (
            lambda: ops.searchsorted(A, 1.0),
            ShapeError,
            r"must be a vector; received shape \(3, 4\)\.\nUse heron\.ops\.vec",
        ),
        (lambda: ops.bincount([1], sparse=True), ArgumentError, r"arrays are dense; received sparse=True"),
        (
            lambda: ops.convert_to_tensor([1], ragged=True),
            ArgumentError,
            r"makes dense arrays; received sparse=True or ragged",
        ),
        (lambda: ops.one_hot([1], 2, sparse=True), ArgumentError, r"one_hot: heron's arrays are dense"),
        (
            lambda: ops.multi_hot([1]),
            ArgumentError,
            r"'num_classes' must be a positive integer; received None\.\nWrite",
        ),
        (
            lambda: ops.cholesky([[1.0, 2.0], [2.0, 1.0]]),
            ArgumentError,
            r"must be positive definite; received a matrix",
        ),
        (lambda: ops.pinv([1.0]), ShapeError, r"pinv: argument 'x' must be a matrix or a batch.*received shape \(1,\)"),
        (
            lambda: ops.qr(A, mode="raw"),
            ArgumentError,
            r"qr: argument 'mode' must be one of 'reduced', 'complete'; received 'raw'",
        ),
        (
            lambda: ops.cdist(A, A.T),
            ShapeError,
            r"matrices with as many columns; received shapes \(3, 4\) and \(4, 3\)",
        ),
        (lambda: ops.fft(A), ArgumentError, r"must be a pair of arrays, real and imaginary parts; received an array"),
        (
            lambda: ops.view_as_complex(A),
            ShapeError,
            r"must have size 2, real and imaginary part; received shape \(3, 4\)",
        ),
        (
            lambda: ops.scatter_update(A, [[0]], [1], "sum"),
            ArgumentError,
            r"'reduction' must be one of 'add', .*received 'sum'",
        ),
        (
            lambda: ops.binary_crossentropy([1.0], [[1.0]]),
            ShapeError,
            r"must have the same shape; received \(1,\) and \(1, 1\)",
        ),
        (
            lambda: ops.categorical_crossentropy(1.0, 1.0),
            ShapeError,
            r"categorical_crossentropy: .*received \(\) and \(\)",
        ),
        (
            lambda: ops.sparse_categorical_crossentropy([1], A),
            ShapeError,
            r"the classes; received \(1,\) and \(3, 4\)\.\nFor one-hot",
        ),
        (lambda: ops.psnr(A, A.T, 1.0), ShapeError, r"psnr: .*same shape; received \(3, 4\) and \(4, 3\)"),
        (
            lambda: ops.layer_normalization(A, rms_scaling=True),
            ArgumentError,
            r"received also \['rms_scaling'\].\nFor scaling",
        ),
        (lambda: ops.normalize(A, order=0), ArgumentError, r"argument 'order' must be a positive integer; received 0"),
        (lambda: ops.rearrange(A, "a b"), ArgumentError, r"does not fit an array of shape \(3, 4\): it needs one '->'"),
        (lambda: ops.rearrange(A, "a -> a"), ArgumentError, r"its left side has 1 axes"),
        (lambda: ops.rearrange(A, "a b -> a c"), ArgumentError, r"both sides must have the same names, each once"),
        (
            lambda: ops.rearrange(A, "a (b c) -> a b c", b=3),
            ArgumentError,
            r"b=3 does not fit.*group \(b c\) does not give 4",
        ),
    ],
)
def test_a_mistake_is_named(call, error, text):
    with pytest.raises(error) as caught:
        call()
    assert re.search(text, str(caught.value), re.DOTALL), str(caught.value)


@pytest.mark.parametrize(("name", "always"), [("softmax", 1), ("log_softmax", 0)])
def test_a_softmax_over_one_element_is_noted(name, always):
    with pytest.warns(
        HeronNote, match=rf"{name} over axis -1, which has a single element, always gives {always}.*\n.*sigmoid"
    ):
        getattr(ops, name)(np.ones((3, 1), "float32"))
