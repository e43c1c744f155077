"""Convolution of channels-last arrays: one function for every rank, stride, dilation and grouping.

A convolution is linear in the array and in the kernel, and so are its two gradients. The three maps

    convolution      (x, kernel)  -> y
    input gradient   (dy, kernel) -> dx
    kernel gradient  (x, dy)      -> dkernel

are each a primitive of JAX here, and the derivatives of each are the other two: so gradients of any order, forwards or
backwards, stay within the three. On GPUs and TPUs they are XLA's own convolution and its transposes; on CPUs each has
the form that `cpu_convolution` finds best for its shapes.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

from heron.ops.lowering import cpu_convolution
from heron.ops.lowering.geometry import Geometry, Padding, Shape, xla_convolution


def convolve(
    x: jax.Array,
    kernel: jax.Array,
    *,
    strides: Sequence[int],
    padding: Padding,
    dilation: Sequence[int],
    groups: int = 1,
) -> jax.Array:
    """Slide a kernel over the inner axes of a batch.

    Args:
        x: `(batch, *spatial, channels)`.
        kernel: `(*window, channels // groups, filters)`, of the dtype of `x`.
        strides: The step of the window along each spatial axis.
        padding: How many zeros are put before and after each spatial axis; negative numbers crop.
        dilation: The distance between neighbouring taps of the kernel, for each spatial axis.
        groups: Into how many groups channels and filters are divided; each group sees its own channels alone.

    Returns:
        `(batch, *out, filters)`, of the dtype of `x`.
    """
    return _CONVOLUTION.bind(x, kernel, geometry=Geometry.of(strides, padding, dilation, groups))


def convolve_transpose(
    x: jax.Array,
    kernel: jax.Array,
    *,
    strides: Sequence[int],
    padding: Padding,
    dilation: Sequence[int],
) -> jax.Array:
    """The transpose of `convolve` as a linear map of `x`: what carries a gradient from its output to its input.

    Args:
        x: `(batch, *spatial, filters)`.
        kernel: `(*window, channels, filters)`: the kernel of the convolution whose transpose this is.
        strides: The strides of that convolution.
        padding: How many zeros are put before and after each spatial axis once `strides - 1` zeros stand between
            neighbours.
        dilation: The distance between neighbouring taps of the kernel.

    Returns:
        `(batch, *out, channels)`.
    """
    sides, spatial = [], []
    for size, taps, stride, apart, (lo, hi) in zip(
        x.shape[1:-1], kernel.shape[:-2], strides, dilation, padding, strict=True
    ):
        spread, reach = (size - 1) * stride + 1, (taps - 1) * apart
        spatial.append(spread + lo + hi - reach)
        sides.append((reach - lo, reach - hi))
    geometry = Geometry.of(strides, sides, dilation, 1)
    return _INPUT_GRADIENT.bind(x, kernel, geometry=geometry, spatial=tuple(spatial))


class _Map(NamedTuple):
    """A bilinear map as a primitive is made of it.

    Attributes:
        name: of the primitive.
        reference: computes it with XLA's own convolution.
        on_cpu: computes it in the form that is best on CPUs.
        shape: of the result, from the operands' shapes.
        transposes: the gradient of either operand, from the result's gradient, the other operand and the shape wanted.
        per_example: whether the result has a row for each row of the first operand.
    """

    name: str
    reference: Callable[..., jax.Array]
    on_cpu: Callable[..., jax.Array]
    shape: Callable[..., Shape]
    transposes: tuple[Callable[..., jax.Array], Callable[..., jax.Array]]
    per_example: bool


def _primitive(parts: _Map) -> Primitive:
    made = Primitive(parts.name)

    @functools.cache
    def compiled(**params: Any) -> Callable[..., jax.Array]:
        return jax.jit(functools.partial(made.bind, **params))

    def evaluated(first: Any, second: Any, **params: Any) -> jax.Array:
        return compiled(**params)(first, second)

    def abstract(first: Any, second: Any, **params: Any) -> Any:
        dtype = jnp.promote_types(first.dtype, second.dtype)
        return jax.core.ShapedArray(parts.shape(first.shape, second.shape, **params), dtype)

    def of_first(ct: jax.Array, first: Any, second: Any, **params: Any) -> jax.Array:
        return parts.transposes[0](ct, second, _shape(first), params["geometry"])

    def of_second(ct: jax.Array, first: Any, second: Any, **params: Any) -> jax.Array:
        return parts.transposes[1](ct, first, _shape(second), params["geometry"])

    made.def_impl(evaluated)
    made.def_abstract_eval(abstract)
    ad.defbilinear(made, of_first, of_second)
    batching.primitive_batchers[made] = functools.partial(_batched, made, parts)
    mlir.register_lowering(made, mlir.lower_fun(parts.reference, multiple_results=False))
    mlir.register_lowering(made, mlir.lower_fun(parts.on_cpu, multiple_results=False), platform="cpu")
    return made


def _shape(operand: Any) -> Shape:
    return operand.aval.shape if hasattr(operand, "aval") else jnp.shape(operand)


def _batched(made: Primitive, parts: _Map, operands: Any, axes: Any, **params: Any) -> Any:
    """`jax.vmap` over examples joins the batch; over kernels, it is left to XLA's convolution."""
    (first, second), (axis, other) = operands, axes
    if parts.per_example and other is None:
        first = jnp.moveaxis(first, axis, 0)
        result = made.bind(first.reshape(-1, *first.shape[2:]), second, **params)
        return result.reshape(*first.shape[:2], *result.shape[1:]), 0
    return jax.vmap(functools.partial(parts.reference, **params), axes)(first, second), 0


def _to_input(dy: jax.Array, kernel: jax.Array, shape: Shape, geometry: Geometry) -> jax.Array:
    return _INPUT_GRADIENT.bind(dy, kernel, geometry=geometry, spatial=shape[1:-1])


def _to_kernel(x: jax.Array, dy: jax.Array, shape: Shape, geometry: Geometry) -> jax.Array:
    return _KERNEL_GRADIENT.bind(x, dy, geometry=geometry, window=shape[:-2])


def _to_output(x: jax.Array, kernel: jax.Array, geometry: Geometry) -> jax.Array:
    return _CONVOLUTION.bind(x, kernel, geometry=geometry)


def _xla_input_gradient(dy: jax.Array, kernel: jax.Array, *, geometry: Geometry, spatial: Shape) -> jax.Array:
    x = jax.ShapeDtypeStruct((dy.shape[0], *spatial, kernel.shape[-2] * geometry.groups), dy.dtype)
    return jax.linear_transpose(lambda x: xla_convolution(x, kernel, geometry=geometry), x)(dy)[0]


def _xla_kernel_gradient(x: jax.Array, dy: jax.Array, *, geometry: Geometry, window: Shape) -> jax.Array:
    kernel = jax.ShapeDtypeStruct((*window, x.shape[-1] // geometry.groups, dy.shape[-1]), x.dtype)
    return jax.linear_transpose(lambda kernel: xla_convolution(x, kernel, geometry=geometry), kernel)(dy)[0]


_CONVOLUTION = _primitive(
    _Map(
        "convolution",
        xla_convolution,
        cpu_convolution.convolution,
        lambda x, kernel, geometry: (x[0], *geometry.outer(x[1:-1], kernel[:-2]), kernel[-1]),
        (
            lambda dy, kernel, shape, geometry: _to_input(dy, kernel, shape, geometry),
            lambda dy, x, shape, geometry: _to_kernel(x, dy, shape, geometry),
        ),
        per_example=True,
    )
)
_INPUT_GRADIENT = _primitive(
    _Map(
        "convolution_input_gradient",
        _xla_input_gradient,
        cpu_convolution.input_gradient,
        lambda dy, kernel, geometry, spatial: (dy[0], *spatial, kernel[-2] * geometry.groups),
        (
            lambda dx, kernel, _, geometry: _to_output(dx, kernel, geometry),
            lambda dx, dy, shape, geometry: _to_kernel(dx, dy, shape, geometry),
        ),
        per_example=True,
    )
)
_KERNEL_GRADIENT = _primitive(
    _Map(
        "convolution_kernel_gradient",
        _xla_kernel_gradient,
        cpu_convolution.kernel_gradient,
        lambda x, dy, geometry, window: (*window, x[-1] // geometry.groups, dy[-1]),
        (
            lambda kernel, dy, shape, geometry: _to_input(dy, kernel, shape, geometry),
            lambda kernel, x, _, geometry: _to_output(x, kernel, geometry),
        ),
        per_example=False,
    )
)
