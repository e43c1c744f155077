"""The functions on tensors at the root of `tensorflow`, which are those of `tf.math` too."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

import heron
from heron import ops
from heron.compat.tf.host import HostTensor, apply, host_tensor, is_on_host, raw, tensor
from heron.errors import ArgumentError, ShapeError, shape_text

# Function of TensorFlow: op of Keras, for those of one tensor, of two, and those that reduce.
_UNARY = {name: name for name in (
    "abs ceil cos cosh exp expm1 floor log log1p negative reciprocal round rsqrt sigmoid sign sin sinh sqrt square tan "
    "tanh logical_not erf"
).split()} | {
    "acos": "arccos", "acosh": "arccosh", "asin": "arcsin", "asinh": "arcsinh", "atan": "arctan", "atanh": "arctanh"
}  # fmt: skip
_BINARY = {name: name for name in (
    "add subtract multiply divide mod maximum minimum equal not_equal greater greater_equal less less_equal "
    "logical_and logical_or logical_xor"
).split()} | {
    "truediv": "divide", "floordiv": "floor_divide", "floormod": "mod", "pow": "power", "atan2": "arctan2"
}  # fmt: skip
_REDUCING = {name: f"reduce_{name}" for name in "sum mean max min prod any all logsumexp".split()}
_REDUCING |= {"std": "reduce_std", "var": "reduce_variance"}

Unique = namedtuple("Unique", "y idx")


def _unary(name: str, op: str) -> Callable[..., Any]:
    def function(x: Any, name: str | None = None) -> Any:
        return apply(op, x)

    return _named(function, name, f"The op `keras.ops.{op}` of each element.")


def _binary(name: str, op: str) -> Callable[..., Any]:
    def function(x: Any, y: Any, name: str | None = None) -> Any:
        return apply(op, x, y)

    return _named(function, name, f"The op `keras.ops.{op}` of elements of both.")


def _reducing(name: str, op: str) -> Callable[..., Any]:
    def function(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Any:
        return apply(op, input_tensor, axis=tuple(axis) if isinstance(axis, list) else axis, keepdims=keepdims)

    return _named(function, name, f"The op `keras.ops.{op}` along axes.")


def _named(function: Callable[..., Any], name: str, text: str) -> Callable[..., Any]:
    function.__name__ = function.__qualname__ = name
    function.__doc__ = text
    return function


def __getattr__(name: str) -> Any:
    raise AttributeError(name)


globals().update({name: _unary(name, op) for name, op in _UNARY.items()})
globals().update({name: _binary(name, op) for name, op in _BINARY.items()})
globals().update({name: _reducing(name, op) for op, name in _REDUCING.items()})

# ---- tensors --------------------------------------------------------------------------------------------------------


def convert_to_tensor(value: Any, dtype: Any = None, dtype_hint: Any = None, name: str | None = None) -> Any:
    """A tensor of a number, list, array, variable or text, in a dtype.

    Python's integers become int32 and its floats float32 by default.
    """
    value = raw(value)
    kind = np.asarray(value).dtype.kind if isinstance(value, str | bytes | list | tuple | np.ndarray) else "f"
    if dtype == "string" or kind in "SUO":
        return host_tensor(np.asarray(value, dtype=object if kind == "O" else None))
    if is_on_host():
        made = np.asarray(value, dtype=None if dtype is None else str(dtype))
        return host_tensor(made.astype(np.float32) if dtype is None and isinstance(value, float) else made)
    return ops.convert_to_tensor(value, dtype=dtype)


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str | None = None) -> Any:
    """A tensor of numbers or text, filled up or brought to `shape`."""
    made = convert_to_tensor(value, dtype)
    if shape is None:
        return made
    full = int(np.prod(shape))
    return fill(shape, made) if np.size(made) == 1 and full != 1 else reshape(made, shape)


class Variable(heron.Variable):
    """A tensor that can be assigned, made as TensorFlow's.

    Args:
        initial_value: a number, list, array or tensor, or a function without arguments that gives one.
        trainable: whether optimizers change it.
        name: the last part of its path.
        dtype: of the tensor.
    """

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool = True,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        variable_def: Any = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        value = initial_value() if callable(initial_value) else initial_value
        super().__init__(ops.convert_to_tensor(raw(value), dtype=dtype), trainable=trainable, name=name)

    def assign(self, value: Any, **kwargs: Any) -> Variable:
        """Replaces the value."""
        super().assign(raw(value))
        return self

    def assign_add(self, value: Any, **kwargs: Any) -> Variable:  # type: ignore[override]
        """Adds `value`."""
        super().assign_add(raw(value))
        return self

    def assign_sub(self, value: Any, **kwargs: Any) -> Variable:  # type: ignore[override]
        """Subtracts `value`."""
        super().assign_sub(raw(value))
        return self

    def read_value(self) -> Any:
        """The value."""
        return self.value


class _TensorClass(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, jax.Array | HostTensor | heron.KerasTensor)


class Tensor(metaclass=_TensorClass):
    """What tensors are instances of: arrays of JAX, symbolic tensors, and elements of data sets."""


class TensorShape(tuple):  # type: ignore[type-arg]
    """A shape, which is a tuple.

    >>> TensorShape([None, 3]).as_list(), TensorShape([2, 3]).num_elements()
    ([None, 3], 6)
    """

    @property
    def rank(self) -> int:
        """The number of axes."""
        return len(self)

    ndims = rank

    def as_list(self) -> list[int | None]:
        """The sizes as a list."""
        return list(self)

    def num_elements(self) -> int | None:
        """The number of elements, None where a size is not known."""
        return None if None in self else int(np.prod(self))


class TensorSpec:
    """The shape and the dtype of a tensor."""

    def __init__(self, shape: Any = None, dtype: Any = "float32", name: str | None = None) -> None:
        self.shape, self.dtype, self.name = None if shape is None else TensorShape(shape), dtype, name

    def __repr__(self) -> str:
        return f"TensorSpec(shape={shape_text(self.shape)}, dtype={self.dtype!r})"


def is_tensor(x: Any) -> bool:
    """Whether `x` is a tensor or a variable."""
    return isinstance(x, Tensor | heron.Variable)


def cast(x: Any, dtype: Any, name: str | None = None) -> Any:
    """The same numbers in another dtype."""
    if is_on_host():
        return host_tensor(np.asarray(raw(x)).astype(str(np.dtype(dtype))))
    return ops.cast(raw(x), dtype)


def identity(input: Any, name: str | None = None) -> Any:
    """The tensor itself."""
    return tensor(raw(input))


def stop_gradient(input: Any, name: str | None = None) -> Any:
    """The tensor, as a constant to gradients."""
    return apply("stop_gradient", input)


def zeros(shape: Any, dtype: Any = "float32", name: str | None = None) -> Any:
    """A tensor of zeros."""
    return apply("zeros", _sizes(shape), dtype=dtype)


def ones(shape: Any, dtype: Any = "float32", name: str | None = None) -> Any:
    """A tensor of ones."""
    return apply("ones", _sizes(shape), dtype=dtype)


def zeros_like(input: Any, dtype: Any = None, name: str | None = None) -> Any:
    """Zeros in the shape of a tensor."""
    return apply("zeros_like", input, dtype=dtype)


def ones_like(input: Any, dtype: Any = None, name: str | None = None) -> Any:
    """Ones in the shape of a tensor."""
    return apply("ones_like", input, dtype=dtype)


def fill(dims: Any, value: Any, name: str | None = None) -> Any:
    """A tensor of one number."""
    return ops.full(_sizes(dims), raw(value))


def eye(num_rows: int, num_columns: int | None = None, dtype: Any = "float32", **kwargs: Any) -> Any:
    """Ones on the diagonal."""
    return apply("eye", num_rows, num_columns, dtype=dtype)


def range(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, name: str | None = None) -> Any:
    """Numbers with equal steps: `range(limit)` or `range(start, limit, delta)`."""
    start, limit = (0, start) if limit is None else (start, limit)
    return apply("arange", raw(start), raw(limit), raw(delta), dtype=dtype)


def linspace(start: Any, stop: Any, num: int, name: str | None = None, axis: int = 0) -> Any:
    """`num` numbers from `start` to `stop`, both included."""
    return apply("linspace", start, stop, num)


def one_hot(
    indices: Any, depth: int, on_value: Any = None, off_value: Any = None, axis: int | None = None,
    dtype: Any = None, name: str | None = None,
) -> Any:  # fmt: skip
    """A row for each number, with a one in its place."""
    made = ops.one_hot(raw(indices), int(depth), axis=-1 if axis is None else axis, dtype=dtype or "float32")
    if on_value is not None or off_value is not None:
        made = ops.where(made > 0, 1 if on_value is None else on_value, 0 if off_value is None else off_value)
    return host_tensor(made) if is_on_host() else made


# ---- shapes ---------------------------------------------------------------------------------------------------------


def shape(input: Any, out_type: Any = None, name: str | None = None) -> Any:
    """The shape."""
    given = raw(input)
    known = tuple(given.shape) if hasattr(given, "shape") else np.shape(given)
    return known if any(not isinstance(size, int) for size in known) else host_tensor(np.array(known, "int32"))


def rank(input: Any, name: str | None = None) -> Any:
    """The number of axes."""
    return host_tensor(np.ndim(raw(input)))


def size(input: Any, out_type: Any = None, name: str | None = None) -> Any:
    """The number of elements."""
    return host_tensor(np.size(raw(input)))


def reshape(tensor: Any, shape: Any, name: str | None = None) -> Any:
    """The same elements in another shape."""
    return apply("reshape", _text_or_array(tensor), _sizes(shape))


def transpose(a: Any, perm: Any = None, conjugate: bool = False, name: str | None = None) -> Any:
    """The axes in another order."""
    return apply("transpose", a, None if perm is None else tuple(int(axis) for axis in perm))


def expand_dims(input: Any, axis: int, name: str | None = None) -> Any:
    """A new axis of size 1."""
    if _is_text(input):
        return host_tensor(np.expand_dims(np.asarray(input), axis))
    return apply("expand_dims", input, axis)


def squeeze(input: Any, axis: Any = None, name: str | None = None) -> Any:
    """Without axes of size 1."""
    return apply("squeeze", input, tuple(axis) if isinstance(axis, list) else axis)


def concat(values: Sequence[Any], axis: int, name: str | None = None) -> Any:
    """Tensors one after the other."""
    return apply("concatenate", list(values), axis)


def stack(values: Sequence[Any], axis: int = 0, name: str | None = None) -> Any:
    """Tensors along a new axis."""
    return apply("stack", list(values), axis)


def unstack(value: Any, num: int | None = None, axis: int = 0, name: str | None = None) -> list[Any]:
    """The parts along an axis."""
    return list(ops.unstack(raw(value), num, axis))


def split(value: Any, num_or_size_splits: Any, axis: int = 0, num: int | None = None, name: Any = None) -> list[Any]:
    """Parts along an axis: so many equal ones, or of these sizes."""
    if np.ndim(num_or_size_splits):
        sizes = [int(one) for one in num_or_size_splits]
        length = raw(value).shape[axis]
        sizes = [length - sum(n for n in sizes if n >= 0) if one < 0 else one for one in sizes]
        num_or_size_splits = np.cumsum(sizes)[:-1].tolist()
    return list(apply("split", value, num_or_size_splits, axis))


def tile(input: Any, multiples: Any, name: str | None = None) -> Any:
    """A tensor several times along its axes."""
    return apply("tile", input, _sizes(multiples))


def repeat(input: Any, repeats: Any, axis: int | None = None, name: str | None = None) -> Any:
    """Each element several times."""
    return apply("repeat", input, repeats, axis)


def pad(tensor: Any, paddings: Any, mode: str = "CONSTANT", constant_values: Any = 0, name: str | None = None) -> Any:
    """A tensor with more around it."""
    filling = {"constant_values": constant_values} if mode.lower() == "constant" else {}
    return apply("pad", tensor, [tuple(map(int, pair)) for pair in np.asarray(paddings)], mode.lower(), **filling)


def reverse(tensor: Any, axis: Any, name: str | None = None) -> Any:
    """The elements in reverse order."""
    return apply("flip", tensor, axis=tuple(axis) if isinstance(axis, list | tuple) else axis)


def roll(input: Any, shift: Any, axis: Any, name: str | None = None) -> Any:
    """The elements moved round."""
    return apply("roll", input, shift, axis)


def broadcast_to(input: Any, shape: Any, name: str | None = None) -> Any:
    """A tensor in a larger shape."""
    return apply("broadcast_to", input, _sizes(shape))


def gather(params: Any, indices: Any, validate_indices: Any = None, axis: int | None = None, **kwargs: Any) -> Any:
    """The parts of these numbers along an axis, the first by default."""
    return apply("take", params, indices, axis=0 if axis is None else axis)


def gather_nd(params: Any, indices: Any, **kwargs: Any) -> Any:
    """The elements, or parts, at these places."""
    places = ops.convert_to_tensor(raw(indices))
    return ops.convert_to_tensor(raw(params))[tuple(ops.moveaxis(places, -1, 0))]


def boolean_mask(tensor: Any, mask: Any, axis: int | None = None, name: str | None = None) -> Any:
    """The parts where `mask` is true."""
    return ops.convert_to_tensor(np.compress(np.asarray(mask).ravel(), np.asarray(raw(tensor)), axis=axis or 0))


def where(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Any:
    """`x` where the condition holds, else `y`; alone, the places where it holds."""
    if x is None and y is None:
        return host_tensor(np.argwhere(np.asarray(raw(condition))))
    return apply("where", condition, x, y)


def slice(input_: Any, begin: Any, size: Any, name: str | None = None) -> Any:
    """The part of this size from `begin` on; -1 for all that is left."""
    x, begin = raw(input_), [int(one) for one in begin]
    ends = [None if int(n) == -1 else b + int(n) for b, n in zip(begin, size, strict=True)]
    return tensor(x[tuple(map(_slice, begin, ends))])


def sort(values: Any, axis: int = -1, direction: str = "ASCENDING", name: str | None = None) -> Any:
    """The elements by size."""
    made = apply("sort", values, axis)
    return apply("flip", made, axis) if direction == "DESCENDING" else made


def argsort(values: Any, axis: int = -1, direction: str = "ASCENDING", stable: bool = False, name: Any = None) -> Any:
    """The places of the elements by size."""
    return apply("argsort", apply("negative", values) if direction == "DESCENDING" else values, axis)


def unique(x: Any, out_idx: Any = None, name: str | None = None) -> Unique:
    """The different elements in the order in which they come, and where each element is among them."""
    values, first, places = np.unique(np.asarray(raw(x)), return_index=True, return_inverse=True)
    order = np.argsort(first)
    return Unique(host_tensor(values[order]), host_tensor(np.argsort(order)[places]))


def meshgrid(*args: Any, indexing: str = "xy", name: str | None = None) -> list[Any]:
    """Coordinates of a grid."""
    return list(ops.meshgrid(*map(raw, args), indexing=indexing))


# ---- mathematics ----------------------------------------------------------------------------------------------------


def argmax(input: Any, axis: int | None = None, output_type: Any = None, name: str | None = None) -> Any:
    """The place of the greatest, along the first axis by default."""
    return apply("argmax", input, 0 if axis is None else axis)


def argmin(input: Any, axis: int | None = None, output_type: Any = None, name: str | None = None) -> Any:
    """The place of the least, along the first axis by default."""
    return apply("argmin", input, 0 if axis is None else axis)


def add_n(inputs: Sequence[Any], name: str | None = None) -> Any:
    """The sum of tensors."""
    total = raw(inputs[0])
    for one in inputs[1:]:
        total = apply("add", total, one)
    return total


def cumsum(x: Any, axis: int = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None) -> Any:
    """Sums so far."""
    if exclusive or reverse:
        raise ArgumentError("cumsum(exclusive=..., reverse=...) is not among what heron runs; expected False.\n"
                            "Flip the tensor, or subtract it from the sums.")  # fmt: skip
    return apply("cumsum", x, axis)


def squared_difference(x: Any, y: Any, name: str | None = None) -> Any:
    """`(x - y)` squared."""
    return apply("square", apply("subtract", x, y))


def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any, name: str | None = None) -> Any:
    """Numbers no less and no greater than these."""
    return apply("clip", t, clip_value_min, clip_value_max)


def clip_by_norm(t: Any, clip_norm: Any, axes: Any = None, name: str | None = None) -> Any:
    """A tensor made no longer than `clip_norm`."""
    length = apply("sqrt", apply("sum", apply("square", t), axis=axes, keepdims=axes is not None))
    return apply("multiply", t, apply("divide", clip_norm, apply("maximum", length, clip_norm)))


def norm(tensor: Any, ord: Any = "euclidean", axis: Any = None, keepdims: bool = False, name: str | None = None) -> Any:
    """The length of a tensor, or along axes."""
    if ord == "euclidean":
        return apply("sqrt", apply("sum", apply("square", tensor), axis=axis, keepdims=keepdims))
    return apply("norm", tensor, ord, axis, keepdims)


def matmul(a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False, **kwargs: Any) -> Any:
    """The product of matrices.

    Raises:
        ShapeError: for a vector, where TensorFlow wants a matrix.
    """
    a, b = raw(a), raw(b)
    for one in (a, b):
        if np.ndim(one) < 2 and not isinstance(one, heron.KerasTensor):
            raise ShapeError(
                f"matmul expects matrices; received shapes {shape_text(np.shape(a))} and {shape_text(np.shape(b))}.\n"
                "For a vector write tf.linalg.matvec(a, v), or v[:, None]."
            )
    a = apply("swapaxes", a, -1, -2) if transpose_a else a
    return apply("matmul", a, apply("swapaxes", b, -1, -2) if transpose_b else b)


def tensordot(a: Any, b: Any, axes: Any, name: str | None = None) -> Any:
    """The product over axes."""
    return apply("tensordot", a, b, axes)


def einsum(equation: str, *inputs: Any, **kwargs: Any) -> Any:
    """The sum of products that the equation says."""
    return apply("einsum", equation, *inputs)


def searchsorted(sorted_sequence: Any, values: Any, side: str = "left", **kwargs: Any) -> Any:
    """Where values would stand."""
    return apply("searchsorted", sorted_sequence, values, side)


def tensor_scatter_nd_update(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Any:
    """A tensor with other elements at these places."""
    return ops.scatter_update(raw(tensor), raw(indices), raw(updates))


def map_fn(fn: Callable[[Any], Any], elems: Any, **kwargs: Any) -> Any:
    """A function of each row."""
    return ops.map(fn, raw(elems))


def cond(pred: Any, true_fn: Callable[[], Any], false_fn: Callable[[], Any], name: str | None = None) -> Any:
    """The one or the other, by a condition."""
    if isinstance(raw(pred), jax.core.Tracer):
        return ops.cond(raw(pred), true_fn, false_fn)
    return true_fn() if bool(pred) else false_fn()


def _sizes(shape: Any) -> Any:
    """A shape as a tuple of integers; sizes that are being traced stay."""
    if isinstance(shape, int | np.integer):
        return (int(shape),)
    if isinstance(shape, list | tuple):
        return tuple(
            size if isinstance(size, jax.core.Tracer) or not hasattr(size, "__index__") else int(size) for size in shape
        )
    return tuple(int(size) for size in np.atleast_1d(np.asarray(shape)))


def _is_text(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.dtype.kind in "SUO"


def _text_or_array(x: Any) -> Any:
    return x if hasattr(x, "shape") else convert_to_tensor(x)


def _slice(begin: int, end: int | None) -> Any:
    return np.s_[begin:end]


__all__ = [
    *_UNARY, *_BINARY, *_REDUCING.values(),
    *(
        "Tensor TensorShape TensorSpec Variable add_n argmax argmin argsort boolean_mask broadcast_to cast "
        "clip_by_norm clip_by_value concat cond constant convert_to_tensor cumsum einsum expand_dims eye fill "
        "gather gather_nd identity is_tensor linspace map_fn matmul meshgrid norm one_hot ones ones_like pad range "
        "rank repeat reshape "
        "reverse roll searchsorted shape size slice sort split squared_difference squeeze stack stop_gradient "
        "tensor_scatter_nd_update tensordot tile transpose unique unstack where zeros zeros_like"
    ).split(),
]  # fmt: skip
