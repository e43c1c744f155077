"""The convolution ops: hundreds of sampled calls held against Keras's, gradients included, and what they refuse."""

from __future__ import annotations

import random

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from heron import Input, KerasTensor, Model, config, ops
from heron.errors import ArgumentError, ShapeError
from tests.oracle import QUICK, array

CALLS_IN_A_PROGRAM = 15


def _shapes(kind: str, rank: int, draw: random.Random, small: tuple[int, ...]) -> tuple[list[tuple[int, ...]], int]:
    """Shapes of the kernels of a call, and how many channels the inputs have."""
    window = tuple(draw.choice(small) for _ in range(rank))
    groups, many, made = draw.choice((1, 1, 2, 3)), draw.choice((1, 2, 3)), draw.choice((1, 2))
    if kind == "conv":
        return [(*window, many, groups * made)], groups * many
    if kind == "conv_transpose":
        return [(*window, made, many)], many
    each = (*window, many, made)
    return ([each] if kind == "depthwise_conv" else [each, (*(1,) * rank, many * made, 2)]), many


def sampled(kind: str, rank: int, number: int) -> list[tuple[dict, list[tuple[int, ...]]]]:
    """Calls of an op: keyword arguments, and the shapes of inputs and kernels."""
    draw, calls = random.Random(f"{kind}{rank}"), []
    while len(calls) < number:
        kernels, channels = _shapes(kind, rank, draw, (1, 2, 3, 4) if rank < 3 else (1, 2, 3))
        either = (
            (lambda *of: tuple(draw.choice(of) for _ in range(rank))) if rank > 1 else (lambda *of: draw.choice(of))
        )
        kwargs = {"padding": draw.choice(("valid", "same")), "strides": either(1, 1, 2, 3)}
        kwargs["dilation_rate"] = either(1, 2)
        if draw.random() < 0.5 or (kind != "conv" and kwargs["dilation_rate"] == 1):
            kwargs["dilation_rate"] = 1
        if kind == "conv_transpose" and draw.random() < 0.4:
            strides = kwargs["strides"] if rank > 1 else (kwargs["strides"],)
            kwargs["output_padding"] = tuple(draw.randrange(s) for s in strides)
        spatial = tuple(draw.randint(4, 8) if rank < 3 else draw.randint(3, 5) for _ in range(rank))
        if kind == "conv_transpose":
            spatial = tuple(d - 1 for d in spatial)
        kwargs["data_format"] = draw.choice(("channels_last", "channels_first"))
        shape = (2, channels, *spatial) if kwargs["data_format"] == "channels_first" else (2, *spatial, channels)
        dilation = np.broadcast_to(kwargs["dilation_rate"], rank)
        reach = [(k - 1) * d + 1 for k, d in zip(kernels[0], dilation, strict=False)]
        if kind == "conv_transpose" or kwargs["padding"] == "same" or all(np.array(reach) <= spatial):
            calls.append((kwargs, [shape, *kernels]))
    return calls


def _program(op, calls):
    """Outputs and gradients of all calls, as one program."""

    def one(kwargs, arrays):
        def total(arrays):
            y = op(*arrays, **kwargs)
            return jnp.sum(y * array(*y.shape)), y

        (_, y), gradients = jax.value_and_grad(total, has_aux=True)(arrays)
        return y, gradients

    return jax.jit(
        lambda every: [one(kwargs, a) for (kwargs, _), a in zip(calls, every, strict=True)], compiler_options=QUICK
    )


NUMBERS = {"conv": (45, 75, 30), "conv_transpose": (30, 45, 15), "depthwise_conv": (15, 30), "separable_conv": (15, 15)}
PROGRAMS = [
    pytest.param(kind, sampled(kind, rank, number)[part :: number // CALLS_IN_A_PROGRAM], id=f"{kind}{rank}d-{part}")
    for kind, numbers in NUMBERS.items()
    for rank, number in enumerate(numbers, 1)
    for part in range(number // CALLS_IN_A_PROGRAM)
]


@pytest.mark.parametrize(("kind", "calls"), PROGRAMS)
def test_values_and_gradients_are_keras_s(kind, calls):
    every = [[jax.device_put(array(*shape)) for shape in shapes] for _, shapes in calls]  # compiles nothing
    ours, theirs = (_program(getattr(module, kind), calls)(every) for module in (ops, keras.ops))
    for call, a, b in zip(calls, ours, theirs, strict=True):
        for mine, keras_s in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True):
            assert (mine.shape, mine.dtype) == (keras_s.shape, keras_s.dtype), call
            np.testing.assert_allclose(mine, keras_s, rtol=1e-4, atol=1e-4, err_msg=str(call))


def test_how_many_calls_are_compared():
    assert sum(len(p.values[1]) for p in PROGRAMS) >= 300
    kwargs = [call[0] for p in PROGRAMS for call in p.values[1]]
    for argument, value in (("padding", "same"), ("data_format", "channels_first")):
        assert sum(k[argument] == value for k in kwargs) > 100
    assert sum(max(np.atleast_1d(k["dilation_rate"])) > 1 and max(np.atleast_1d(k["strides"])) > 1 for k in kwargs) > 30


# ---- symbols ----


@pytest.mark.parametrize("kind", NUMBERS)
@pytest.mark.parametrize("unknown", ["batch", "batch and places", "nothing"])
def test_symbolic_shapes_are_the_real_ones(kind, unknown):
    for rank in range(1, len(NUMBERS[kind]) + 1):
        for kwargs, (shape, *kernels) in sampled(kind, rank, 6):
            first = kwargs["data_format"] == "channels_first"
            channel = 1 if first else rank + 1
            free = {"batch": {0}, "nothing": set(), "batch and places": set(range(rank + 2)) - {channel}}[unknown]
            x = KerasTensor(tuple(None if i in free else d for i, d in enumerate(shape)))
            weights = [jax.device_put(np.zeros(k, "float32")) for k in kernels]
            inferred = getattr(ops, kind)(x, *weights, **kwargs)
            places = jax.ShapeDtypeStruct(shape, "float32")
            real = jax.eval_shape(lambda x, *w: getattr(ops, kind)(x, *w, **kwargs), places, *weights)  # noqa: B023
            assert len(inferred.shape) == rank + 2
            assert all(a in (b, None) for a, b in zip(inferred.shape, real.shape, strict=True))
            assert inferred.shape[channel] == real.shape[channel]
            assert [i for i, d in enumerate(inferred.shape) if d is None] == sorted(free)


def test_a_graph_of_ops_computes_what_the_ops_do():
    x, kernel = Input((None, None, 2)), array(2, 2, 2, 3)
    model = Model(x, ops.conv(x, kernel, padding="same", strides=2))
    for size in (3, 6):
        data = array(2, size, size, 2)
        np.testing.assert_allclose(model(data), ops.conv(data, kernel, 2, "same"), rtol=1e-5, atol=1e-5)


# ---- more than first gradients, and other dtypes ----


@pytest.mark.parametrize(
    ("kind", "shape", "kernels", "kwargs"),
    [
        ("conv", (1, 5, 4, 2), [(3, 2, 2, 2)], {"strides": 2, "padding": "same"}),
        ("conv", (1, 6, 4), [(2, 2, 2)], {"dilation_rate": 2}),
        ("conv_transpose", (1, 3, 2, 2), [(3, 2, 1, 2)], {"strides": 2}),
        ("depthwise_conv", (1, 5, 4, 2), [(2, 3, 2, 2)], {}),
        ("separable_conv", (1, 4, 2), [(2, 2, 2), (1, 4, 2)], {"padding": "same"}),
    ],
)
def test_second_derivatives_are_those_of_differences(kind, shape, kernels, kwargs):
    """Along a direction: the derivative of the gradient against the difference of two gradients."""
    point = [jnp.asarray(array(*s)) for s in (shape, *kernels)]
    way = [jnp.asarray(array(*s[::-1]).reshape(s)) for s in (shape, *kernels)]

    def gradient(p):
        return jax.grad(lambda p: jnp.sum(jnp.sin(getattr(ops, kind)(*p, **kwargs))))(p)

    def both(p, step):
        moved = [[a + sign * step * d for a, d in zip(p, way, strict=True)] for sign in (1, -1)]
        return jax.jvp(gradient, (p,), (way,))[1], gradient(moved[0]), gradient(moved[1])

    slope, ahead, behind = jax.jit(both, compiler_options=QUICK)(point, 2e-3)
    for exact, a, b in zip(slope, ahead, behind, strict=True):
        np.testing.assert_allclose(exact, (a - b) / 4e-3, rtol=2e-2, atol=3e-2)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_16_bit_floats(dtype):
    x, kernel = array(2, 6, 6, 3), array(3, 3, 3, 4)
    y = ops.conv(ops.cast(x, dtype), ops.cast(kernel, dtype), padding="same")
    assert y.dtype == dtype
    np.testing.assert_allclose(np.asarray(y, "float32"), ops.conv(x, kernel, padding="same"), rtol=0.05, atol=0.2)


def test_the_dtype_is_that_of_a_float_kernel():
    x, kernel = array(1, 4, 1), array(2, 1, 1)
    assert ops.conv(x, ops.cast(kernel, "bfloat16")).dtype == "bfloat16"
    pixels = np.array([[[0], [200], [255]]], "uint8")
    assert ops.conv(pixels, np.full((2, 1, 1), 0.5, "float32")).tolist() == [[[100.0], [227.5]]]
    assert ops.conv(np.full((1, 2, 1), 0.5, "float32"), np.ones((2, 1, 1), "int32")).tolist() == [[[1.0]]]


def test_none_is_the_data_format_in_force():
    x, kernel = array(1, 3, 5), array(2, 3, 1)
    try:
        config.set_image_data_format("channels_first")
        ours = ops.conv(x, kernel)
    finally:
        config.set_image_data_format("channels_last")
    np.testing.assert_array_equal(ours, ops.conv(x, kernel, data_format="channels_first"))
    assert ops.conv(np.moveaxis(x, 1, -1), kernel).shape == (1, 4, 1)


# ---- refused ----

X, K = array(2, 5, 5, 4), array(3, 3, 4, 6)
REFUSED = {
    "axes": (lambda: ops.conv(X[0], K), r" expects inputs with the axes \(batch, \.\.\., channels\).*\(5, 5, 4\)"),
    "kernel axes": (lambda: ops.conv(X, K[0]), r"kernel with as many axes; received .* \(3, 4, 6\)"),
    "too many axes": (lambda: ops.conv(array(1, 1, 1, 1, 1, 1), array(1, 1, 1, 1, 1, 1)), "one to three between"),
    "stride 0": (
        lambda: ops.conv(X, K, strides=0),
        r"'strides' must be a positive integer, or a tuple of 2.*\n1 is the",
    ),
    "three strides": (lambda: ops.conv(X, K, strides=(1, 1, 1)), r"each of the 2 spatial axes: \(1, 1\), or 1 for all"),
    "dilation 0": (lambda: ops.conv(X, K, dilation_rate=(0, 1)), "'dilation_rate' must be"),
    "padding": (
        lambda: ops.conv(X, K, padding="smae"),
        r"'padding' must be one of 'valid', 'same'.*Did you mean 'same'",
    ),
    "causal": (lambda: ops.conv(X, K, padding="causal"), "'padding' must be one of 'valid', 'same'; received 'causal'"),
    "data format": (lambda: ops.conv(X, K, data_format="last"), "'data_format' must be one of 'channels_last'"),
    "channels": (
        lambda: ops.conv(X[..., :3], K),
        r"kernel of shape \(3, 3, 4, 6\) takes inputs whose last axis has 4 channels.*received shape \(2, 5, 5, 3\)",
    ),
    "groups": (lambda: ops.conv(array(2, 5, 5, 16), K), "divides into as many groups as the 6 filters do"),
    "first": (lambda: ops.conv(X, K, data_format="channels_first"), "axis 1 has 4 .*say data_format='channels_last'"),
    "small": (
        lambda: ops.conv(X[:, :2], K),
        r"window of 3 x 3 needs inputs of at least 3 x 3 places; received shape \(2, 2, 5, 4\), which has 2 x 5\.\n"
        "Use padding='same', less pooling and smaller strides before it, or larger images",
    ),
    "small, dilated": (
        lambda: ops.conv(X, K, dilation_rate=3),
        "3 x 3 with dilation 3 x 3 needs inputs of at least 7 x 7",
    ),
    "empty": (lambda: ops.conv(X[:, :0], K, padding="same"), r"at least 1 x 1 places.*\nUse less pooling"),
    "depthwise": (lambda: ops.depthwise_conv(X[..., 1:], K), "last axis has 4 channels; received"),
    "pointwise": (
        lambda: ops.separable_conv(X, K, array(1, 1, 20, 2)),
        r"pointwise kernel of shape \(1, 1, 24, None\) .* makes 24 channels; received shape \(1, 1, 20, 2\)",
    ),
    "transpose": (lambda: ops.conv_transpose(X, K), r"takes inputs whose last axis has 6 channels; received"),
    "output padding": (
        lambda: ops.conv_transpose(X, array(3, 3, 6, 4), strides=2, output_padding=2),
        r"'output_padding' must be below the strides \(2, 2\).*received 2\.\nLeave it out, or write at most \(1, 1\)",
    ),
    "nothing out": (
        lambda: ops.conv_transpose(X[:, :1, :1], array(2, 2, 6, 4), 2, "same", 0),
        "nothing would come out of inputs of shape",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(case):
    call, text = REFUSED[case]
    with pytest.raises(
        ArgumentError, match=f"(?s)^heron.ops.(conv|conv_transpose|depthwise_conv|separable_conv).*{text}"
    ):
        call()


def test_unknown_channels_are_refused():
    with pytest.raises(ShapeError, match=r"last axis has 4 channels.*received shape \(None, 5, 5, None\)"):
        ops.conv(KerasTensor((None, 5, 5, None)), K)
