"""Every form of a convolution and of its gradients, forced in turn, against XLA's own."""

import functools
import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from heron.ops.lowering import cpu_convolution as forms
from heron.ops.lowering import few_channels
from heron.ops.lowering.convolution import convolve, convolve_transpose
from heron.ops.lowering.geometry import Geometry, xla_convolution
from tests.oracle import QUICK, array

# name: batch, spatial, window, channels, filters, strides, padding, dilation, groups
CASES = {
    "plain": (4, (9, 8), (3, 3), 5, 6, (1, 1), ((0, 0), (0, 0)), (1, 1), 1),
    "padded": (4, (7, 6), (3, 2), 5, 6, (1, 1), ((1, 1), (1, 0)), (1, 1), 1),
    "strided": (16, (9, 8), (3, 3), 5, 6, (2, 2), ((1, 1), (0, 1)), (1, 1), 1),
    "far strides": (4, (9, 11), (2, 3), 3, 4, (3, 4), ((0, 0), (1, 1)), (1, 1), 1),
    "wide kernel, strided": (2, (12, 12), (7, 5), 3, 4, (2, 3), ((3, 3), (2, 2)), (1, 1), 1),
    "dilated": (4, (11, 10), (3, 2), 5, 6, (1, 1), ((2, 2), (0, 0)), (2, 3), 1),
    "sequence": (16, (12,), (5,), 4, 6, (1,), ((4, 0),), (1,), 1),
    "strided sequence": (5, (12,), (4,), 4, 6, (3,), ((1, 1),), (1,), 1),
    "volume": (2, (5, 4, 6), (2, 3, 2), 3, 4, (1, 1, 1), ((0, 1), (1, 1), (0, 0)), (1, 1, 1), 1),
    "few channels": (4, (8, 9), (3, 3), 1, 6, (1, 1), ((0, 0), (2, 1)), (1, 1), 1),
    "few channels, cropped": (4, (8, 9), (2, 5), 2, 3, (1, 1), ((1, 0), (-1, 2)), (1, 1), 1),
    "few channels, odd places": (4, (8, 9), (3, 3), 2, 3, (1, 1), ((0, 0), (0, 0)), (1, 1), 1),
    "volume of few channels": (2, (4, 5, 6), (3, 2, 3), 1, 4, (1, 1, 1), ((1, 1), (0, 0), (0, 0)), (1, 1, 1), 1),
    "pointwise": (4, (5, 6), (1, 1), 5, 6, (1, 1), ((0, 0), (0, 0)), (1, 1), 1),
    "strided pointwise": (4, (5, 6), (1, 1), 5, 6, (2, 3), ((0, 0), (0, 0)), (1, 1), 1),
}
GROUPED = {
    "groups": (4, (7, 6), (3, 3), 6, 9, (1, 1), ((1, 1), (0, 0)), (1, 1), 3),
    "strided groups": (4, (7, 6), (3, 3), 4, 6, (2, 1), ((1, 1), (0, 0)), (1, 1), 2),
    "depthwise": (4, (7, 6), (3, 3), 5, 5, (1, 1), ((1, 1), (1, 1)), (1, 1), 5),
    "depthwise, two filters each": (4, (7, 6), (3, 2), 3, 6, (2, 2), ((1, 1), (0, 1)), (1, 1), 3),
    "dilated depthwise": (2, (9, 8), (3, 3), 3, 3, (1, 1), ((2, 2), (2, 2)), (2, 2), 3),
    "depthwise sequence": (4, (9,), (3,), 5, 5, (1,), ((1, 1),), (1,), 5),
}


def _compiled(function):
    return jax.jit(function, compiler_options=QUICK)


@functools.cache
def _case(name):
    batch, spatial, window, channels, filters, *rest = {**CASES, **GROUPED}[name]
    geometry = Geometry.of(*rest)
    x, kernel = array(batch, *spatial, channels), array(*window, channels // geometry.groups, filters)
    y, back = jax.vjp(functools.partial(xla_convolution, geometry=geometry), x, kernel)
    dy = array(*y.shape)
    dx, dkernel = back(dy)
    return geometry, x, kernel, dy, np.asarray(y), np.asarray(dx), np.asarray(dkernel)


def _same(found, expected):
    found = np.asarray(found)
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= 1e-5 * np.abs(expected).max()


def _fits(form, geometry, window, places):
    """Whether a form is made for a case."""
    if "pointwise" in form:
        return set(window) == {1}
    if "pairs" in form:
        return {*geometry.strides, *geometry.dilation} == {1} and places % 2 == 0
    return "phases" not in form or (set(geometry.dilation) == {1} and min(lo for lo, _ in geometry.padding) >= 0)


FORWARD = {"canonical": lambda x, w, g: xla_convolution(x, w, geometry=g)}
FORWARD |= {"pairs": few_channels.forward_by_pairs, "patches": forms.forward_by_patches}
FORWARD |= {"pointwise": forms.forward_pointwise}
FORWARD |= {"pairs, two at a time": functools.partial(few_channels.forward_by_pairs, chunk=2)}
BACKWARD = {"canonical": forms.backward_canonical, "pointwise": forms.backward_pointwise}
BACKWARD |= {"scatter": forms.backward_by_scatter, "phases": forms.backward_by_phases}
ACROSS = {"pointwise": forms.across_pointwise, "canonical": forms.across_canonical}
ACROSS |= {"pairs": few_channels.across_by_pairs}
ACROSS |= {"pairs, two at a time": functools.partial(few_channels.across_by_pairs, chunk=2)}
ACROSS |= {"canonical, two at a time": functools.partial(forms.across_canonical, chunk=2)}


@pytest.mark.parametrize(("name", "form"), list(itertools.product(CASES, FORWARD)))
def test_forward(name, form):
    geometry, x, kernel, _, y, _, _ = _case(name)
    if _fits(form, geometry, kernel.shape[:-2], y.shape[-2]) and not ("two" in form and x.shape[0] % 2):
        _same(_compiled(lambda x, w: FORWARD[form](x, w, geometry))(x, kernel), y)


@pytest.mark.parametrize(("name", "form"), list(itertools.product(CASES, BACKWARD)))
def test_input_gradient(name, form):
    geometry, x, kernel, dy, _, dx, _ = _case(name)
    if _fits(form, geometry, kernel.shape[:-2], dy.shape[-2]):
        _same(_compiled(lambda dy, w: BACKWARD[form](dy, w, geometry, x.shape[1:-1]))(dy, kernel), dx)


@pytest.mark.parametrize(("name", "form"), list(itertools.product(CASES, ACROSS)))
def test_kernel_gradient(name, form):
    geometry, x, kernel, dy, _, _, dkernel = _case(name)
    if _fits(form, geometry, kernel.shape[:-2], dy.shape[-2]) and not ("two" in form and x.shape[0] % 2):
        _same(_compiled(lambda x, dy: ACROSS[form](x, dy, geometry, kernel.shape[:-2]))(x, dy), dkernel)


@pytest.mark.parametrize("name", [*CASES, *GROUPED])
def test_what_is_chosen_and_its_gradients(name):
    geometry, x, kernel, dy, *expected = _case(name)

    def all_three(x, kernel, dy):
        strides, padding, dilation, groups = geometry
        y, back = jax.vjp(
            lambda x, w: convolve(x, w, strides=strides, padding=padding, dilation=dilation, groups=groups), x, kernel
        )
        return y, *back(dy)

    for found, wanted in zip(_compiled(all_three)(x, kernel, dy), expected, strict=True):
        _same(found, wanted)


@pytest.mark.parametrize("name", ["padded", "strided", "depthwise"])
def test_second_derivatives_in_both_modes(name):
    geometry, x, kernel, *_ = _case(name)
    x, kernel = x[:2], kernel
    strides, padding, dilation, groups = geometry

    def ours(x, w):
        return jnp.sin(convolve(x, w, strides=strides, padding=padding, dilation=dilation, groups=groups)).sum()

    def xlas(x, w):
        return jnp.sin(xla_convolution(x, w, geometry=geometry)).sum()

    def reverse(f):
        return jax.grad(lambda x, w: sum((g**2).sum() for g in jax.grad(f, (0, 1))(x, w)), (0, 1))

    def forward(f):
        return lambda x, w: jax.jvp(jax.grad(f, (0, 1)), (x, w), (x * 0.5, w * 0.25))[1]

    for mode in (reverse, forward):
        for found, wanted in zip(_compiled(mode(ours))(x, kernel), _compiled(mode(xlas))(x, kernel), strict=True):
            _same(found, np.asarray(wanted))


def test_over_examples_and_over_kernels_by_vmap():
    x, kernels = array(3, 2, 6, 5, 4), array(3, 3, 2, 4, 5)
    conv = functools.partial(convolve, strides=(1, 1), padding=((1, 1), (0, 0)), dilation=(1, 1))
    apart = jnp.stack([conv(part, kernels[0]) for part in x])
    _same(jax.vmap(conv, (0, None))(x, kernels[0]), np.asarray(apart))
    both = jnp.stack([conv(part, kernel) for part, kernel in zip(x, kernels, strict=True)])
    _same(jax.vmap(conv)(x, kernels), np.asarray(both))


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "int32"])
def test_other_dtypes_stay_what_they_are(dtype):
    x, kernel = jnp.asarray(array(2, 6, 5, 4) * 4, dtype), jnp.asarray(array(3, 3, 4, 5) * 4, dtype)
    y = convolve(x, kernel, strides=(1, 1), padding=((0, 0), (0, 0)), dilation=(1, 1))
    exact = xla_convolution(
        x.astype("float32"), kernel.astype("float32"), geometry=Geometry.of((1, 1), ((0, 0), (0, 0)), (1, 1), 1)
    )
    assert y.dtype == dtype
    np.testing.assert_allclose(np.asarray(y, "float32"), exact, rtol=1e-2, atol=1e-2 * np.abs(exact).max())


def test_nothing_in_is_nothing_out():
    conv = functools.partial(convolve, strides=(1, 1), padding=((0, 0), (0, 0)), dilation=(1, 1))
    x, kernel = jnp.zeros((0, 6, 5, 4)), jnp.ones((3, 3, 4, 5))
    y, back = jax.vjp(conv, x, kernel)
    assert y.shape == (0, 4, 3, 5)
    assert [g.shape for g in back(y)] == [x.shape, kernel.shape]
    assert not np.any(back(y)[1])


def test_the_transpose_is_the_transpose():
    geometry = {"strides": (2, 2), "dilation": (1, 1)}
    x, kernel = array(2, 9, 8, 3), array(3, 2, 3, 5)
    y = convolve(x, kernel, padding=((0, 0), (0, 0)), **geometry)
    back = convolve_transpose(y, kernel, padding=((2, 2), (1, 1)), **geometry)
    assert back.shape == (2, 9, 8, 3)
    _same(back, np.asarray(jax.vjp(lambda x: convolve(x, kernel, padding=((0, 0), (0, 0)), **geometry), x)[1](y)[0]))


@pytest.mark.parametrize(
    ("batch", "places", "size"), [(128, 576, 8), (128, 64, 0), (100, 576, 10), (97, 576, 0), (8, 900, 0)]
)
def test_a_kernel_gradient_is_computed_a_few_images_at_a_time(batch, places, size):
    assert forms._chunk(batch, places) == size


@pytest.mark.parametrize(
    ("x", "kernel", "strides", "pairs"),
    [
        ((32, 28, 28, 1), (3, 3, 1, 32), 1, True),
        ((32, 29, 29, 1), (3, 3, 1, 32), 1, False),  # 27 places: the last pair would be half outside
        ((32, 28, 28, 1), (3, 3, 1, 32), 2, False),
        ((32, 28, 28, 8), (3, 3, 8, 32), 1, False),
        ((32, 28, 28, 1), (3, 3, 1, 128), 1, False),
        ((32, 28, 28, 1), (3, 2, 1, 32), 1, False),
    ],
)
def test_pairs_are_for_first_layers(x, kernel, strides, pairs):
    geometry = Geometry.of((strides,) * 2, ((0, 0),) * 2, (1, 1), 1)
    assert few_channels.is_of_few(x, kernel, geometry) == pairs


@pytest.mark.parametrize(
    ("x", "chunk"),
    [
        ((128, 28, 28, 3), 0),  # 6 MB of rows are laid out at once
        ((32, 96, 96, 3), 4),  # 20 MB are not
        ((32, 224, 224, 3), 2),
        ((31, 96, 96, 3), 1),
    ],
)
def test_the_rows_of_large_images_are_laid_out_for_a_few_at_a_time(x, chunk):
    assert few_channels.images_at_a_time(x, (3, 3), (x[1] - 2, x[2] - 2)) == chunk
