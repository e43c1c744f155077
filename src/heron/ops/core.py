"""Ops on arrays as such: conversion, slices, scattering, and control flow inside compiled programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from heron.errors import ArgumentError
from heron.ops.op import array, array_dtype, op
from heron.symbolic import KerasTensor
from heron.validate import POSITIVE_INT, one_of
from heron.variables import Variable

__all__ = [
    "associative_scan",
    "cast",
    "cond",
    "convert_to_numpy",
    "convert_to_tensor",
    "custom_gradient",
    "dtype",
    "fori_loop",
    "is_tensor",
    "map",
    "saturate_cast",
    "scan",
    "scatter",
    "scatter_update",
    "shape",
    "slice",
    "slice_update",
    "stop_gradient",
    "switch",
    "unstack",
    "vectorized_map",
    "while_loop",
]

# ---- conversion ---------------------------------------------------------------------------------------------------


@op
def convert_to_tensor(x: Any, dtype: Any = None, sparse: bool | None = None, ragged: bool | None = None) -> Any:
    """`x`, a number, nested list, NumPy array or variable, as an array.

    Args:
        x: what to convert.
        dtype: the dtype of the result; by default that of `x`, `floatx` for Python floats.
        sparse: accepted for Keras's signature; heron's arrays are dense.
        ragged: likewise.

    Raises:
        ArgumentError: for `sparse=True` or `ragged=True`.
    """
    if sparse or ragged:
        raise ArgumentError(
            "heron.ops.convert_to_tensor makes dense arrays; received sparse=True or ragged=True.\n"
            "Leave them out, and pad lists of unequal lengths with heron.utils.pad_sequences."
        )
    return array(x, dtype)


def convert_to_numpy(x: Any) -> np.ndarray:
    """`x` as a NumPy array, a copy."""
    return np.array(x.value if isinstance(x, Variable) else x)


def is_tensor(x: Any) -> bool:
    """True for an array of numbers on a device; False for lists, NumPy arrays, variables and symbolic tensors."""
    return isinstance(x, jax.Array)


def shape(x: Any) -> tuple[Any, ...]:
    """The sizes of the axes; None for those a symbolic tensor does not know."""
    return tuple(x.shape) if hasattr(x, "shape") else np.shape(x)


def dtype(x: Any) -> str:
    """The name of the dtype."""
    return x.dtype if isinstance(x, KerasTensor | Variable) else array(x).dtype.name


@op
def cast(x: Any, dtype: Any) -> Any:
    """`x` in another dtype."""
    return array(x, dtype)


@op
def saturate_cast(x: Any, dtype: Any) -> Any:
    """`x` in another dtype, numbers outside its range becoming its least or greatest.

    >>> saturate_cast([-5.0, 300.0], "uint8").tolist()
    [0, 255]
    """
    x, wanted = array(x), array_dtype(dtype)
    if wanted.name == "bool" or jnp.issubdtype(wanted, jnp.complexfloating):
        return x.astype(wanted)
    low, high = _limits(wanted)
    own_low, own_high = _limits(x.dtype)
    # A bound that x's dtype cannot hold exactly is rounded towards zero.
    bounds = [np.asarray(max(low, own_low)).astype(x.dtype), np.asarray(min(high, own_high)).astype(x.dtype)]
    if jnp.issubdtype(x.dtype, jnp.floating) and float(bounds[1]) > high:
        bounds[1] = np.nextafter(bounds[1], np.zeros((), x.dtype))
    return jnp.clip(x, *bounds).astype(wanted)


def _limits(dtype: Any) -> tuple[Any, Any]:
    if dtype.name == "bool":
        return 0, 1
    if jnp.issubdtype(dtype, jnp.integer):
        return int(jnp.iinfo(dtype).min), int(jnp.iinfo(dtype).max)
    return float(jnp.finfo(dtype).min), float(jnp.finfo(dtype).max)


def _values(structure: Any) -> Any:
    """The structure with variables replaced by their values and lists of numbers left as they are."""
    return jax.tree.map(lambda leaf: leaf.value if isinstance(leaf, Variable) else leaf, structure)


@op
def stop_gradient(variable: Any) -> Any:
    """The same values, through which no gradient flows."""
    return jax.lax.stop_gradient(array(variable))


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """Makes `f`, which returns its result and a function from upstream to own gradients, use that gradient.

    >>> @custom_gradient
    ... def double(x):
    ...     return 2.0 * x, lambda upstream: 2.0 * upstream
    >>> float(double(3.0))
    6.0
    """
    wrapped = jax.custom_gradient(f)

    def call(*args: Any, **kwargs: Any) -> Any:
        args, kwargs = _values((args, kwargs))
        return wrapped(*args, **kwargs)

    return call


# ---- slices and scattering ----------------------------------------------------------------------------------------


@op
def slice(inputs: Any, start_indices: Any, shape: Sequence[int]) -> Any:
    """The part of `inputs` of size `shape` that begins at `start_indices`, which may be computed; -1 is the rest.

    >>> slice([[1, 2, 3], [4, 5, 6]], (0, 1), (2, -1)).tolist()
    [[2, 3], [5, 6]]
    """
    inputs = array(inputs)
    sizes = [inputs.shape[i] - start_indices[i] if s == -1 else s for i, s in enumerate(shape)]
    return jax.lax.dynamic_slice(inputs, start_indices, sizes)


@op
def slice_update(inputs: Any, start_indices: Any, updates: Any) -> Any:
    """`inputs` with the part that begins at `start_indices` replaced by `updates`."""
    inputs = array(inputs)
    return jax.lax.dynamic_update_slice(inputs, array(updates, inputs.dtype), start_indices)


@op
def unstack(x: Any, num: int | None = None, axis: int = 0) -> Any:
    """A list of the slices of `x` along `axis`, which is gone from each.

    Raises:
        ArgumentError: when the axis has another size than `num`, if that is given.
    """
    x = array(x)
    if num is not None and num != x.shape[axis]:
        raise ArgumentError(
            f"heron.ops.unstack: axis {axis} has {x.shape[axis]} slices; received num={num}.\n"
            "Leave num out: the size is known from the array."
        )
    return [jnp.take(x, i, axis) for i in range(x.shape[axis])]


@op
def scatter(indices: Any, values: Any, shape: Sequence[int]) -> Any:
    """Zeros of `shape` to which `values` are added at `indices`, whose last axis names a place.

    >>> scatter([[0], [2], [2]], [1, 2, 3], (4,)).tolist()
    [1, 0, 5, 0]
    """
    values = array(values)
    place = tuple(jnp.moveaxis(array(indices), -1, 0))
    return jnp.zeros(tuple(shape), values.dtype).at[place].add(values)


_REDUCTIONS = {None: "set", "add": "add", "max": "max", "min": "min", "mul": "multiply"}
_REDUCTION = one_of("add", "max", "min", "mul").or_none()


@op
def scatter_update(inputs: Any, indices: Any, updates: Any, reduction: str | None = None) -> Any:
    """`inputs` with `updates` put at `indices`, whose last axis names a place.

    `reduction` is None (replace), `"add"`, `"max"`, `"min"` or `"mul"`.
    """
    _REDUCTION.check("heron.ops.scatter_update", "reduction", reduction)
    inputs = array(inputs)
    place = tuple(jnp.moveaxis(array(indices), -1, 0))
    return getattr(inputs.at[place], _REDUCTIONS[reduction])(array(updates))


# ---- control flow -------------------------------------------------------------------------------------------------


@op
def cond(pred: Any, true_fn: Callable[[], Any], false_fn: Callable[[], Any]) -> Any:
    """`true_fn()` if `pred` is true, else `false_fn()`; both must return arrays of the same shapes and dtypes."""
    return jax.lax.cond(array(pred), true_fn, false_fn)


@op
def switch(index: Any, branches: Sequence[Callable[..., Any]], *operands: Any) -> Any:
    """`branches[index](*operands)`; an index that does not exist is taken as the nearest that does."""
    return jax.lax.switch(array(index), branches, *_values(operands))


@op
def while_loop(
    cond: Callable[..., Any], body: Callable[..., Any], loop_vars: Any, maximum_iterations: int | None = None
) -> Any:
    """Applies `body` to the loop variables as long as `cond` of them is true.

    Args:
        cond: a function of the loop variables that returns a boolean.
        body: a function of the loop variables that returns as many, of the same shapes and dtypes.
        loop_vars: a tuple or list of arrays, or one array.
        maximum_iterations: stop after so many rounds in any case.

    Example:
        >>> int(while_loop(lambda i: i < 10, lambda i: i + 3, 0))
        12
    """
    several = isinstance(loop_vars, list | tuple)

    def carry(outputs: Any) -> tuple[Any, ...]:
        return tuple(outputs) if several else (outputs,)

    def goes_on(state: Any) -> Any:
        count, held = state
        return cond(*held) if maximum_iterations is None else (count < maximum_iterations) & cond(*held)

    def round_(state: Any) -> Any:
        count, held = state
        return count + 1, carry(body(*held))

    _, held = jax.lax.while_loop(goes_on, round_, (0, _values(carry(loop_vars))))
    return held if several else held[0]


@op
def fori_loop(lower: Any, upper: Any, body_fun: Callable[[Any, Any], Any], init_val: Any) -> Any:
    """Applies `body_fun(i, value)` for each `i` from `lower` up to, but not including, `upper`."""
    return jax.lax.fori_loop(lower, upper, body_fun, _values(init_val))


@op
def scan(
    f: Callable[[Any, Any], Any],
    init: Any,
    xs: Any = None,
    length: int | None = None,
    reverse: bool = False,
    unroll: int | bool = 1,
) -> Any:
    """Goes along the first axis of `xs` with a carried state: `carry, y = f(carry, x)`.

    Args:
        f: the function.
        init: the first state, any structure of arrays.
        xs: a structure of arrays of one length; None for none.
        length: how many rounds; needed when `xs` is None.
        reverse: go from the end to the start.
        unroll: how many rounds to compile as one; True for all.

    Returns:
        The last state, and the `y` of all rounds stacked along the first axis.

    Example:
        >>> last, totals = scan(lambda total, x: (total + x, total + x), 0, array([1, 2, 3]))
        >>> totals.tolist()
        [1, 3, 6]
    """
    if not isinstance(unroll, bool):
        POSITIVE_INT.check("heron.ops.scan", "unroll", unroll)
    return jax.lax.scan(f, _values(init), _values(xs), length, reverse, unroll)


@op
def associative_scan(f: Callable[[Any, Any], Any], elems: Any, reverse: bool = False, axis: int = 0) -> Any:
    """All running results of an associative `f` along `axis`, in a number of steps logarithmic in its size."""
    return jax.lax.associative_scan(f, _values(elems), reverse, axis)


@op
def map(f: Callable[[Any], Any], xs: Any) -> Any:
    """`f` of each slice along the first axis, one after the other, stacked."""
    return jax.lax.map(f, _values(xs))


@op
def vectorized_map(function: Callable[[Any], Any], elements: Any) -> Any:
    """`function` of each slice along the first axis, all at once, stacked."""
    return jax.vmap(function)(_values(elements))
