"""Symbolic tensors: placeholders that know shape and dtype, and the nodes that record how they were made.

A functional model is drawn with them. Nothing here computes: shapes come from `jax.eval_shape`, in which an unknown
size (`None`) is a symbol. One symbol stands for one axis, so that two inputs of unknown length are taken to be
equally long.
"""

from __future__ import annotations

import contextlib
import functools
import operator
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from heron import config
from heron.errors import ArgumentError, ArgumentTypeError, HeronError, shape_text
from heron.tracebacks import last_line

__all__ = [
    "KerasTensor",
    "Node",
    "Operation",
    "SymbolicScope",
    "call_operation",
    "has_symbolic",
    "has_text",
    "in_symbolic_scope",
    "infer",
    "is_symbolic",
    "leaves",
]

_MAX_NDIM = 12
_PROBES = (97, 101)


class KerasTensor:
    """A placeholder for an array.

    Args:
        shape: its shape; None for a size that is not known.
        dtype: its dtype by name.
        sparse: accepted for Keras's signature; heron's tensors are dense.
        name: by default `keras_tensor`, `keras_tensor_1`, ...
    """

    def __init__(
        self,
        shape: tuple[int | None, ...],
        dtype: Any = "float32",
        sparse: bool = False,
        name: str | None = None,
        node: Node | None = None,
        index: int = 0,
    ) -> None:
        self.shape = tuple(d if d is None else int(d) for d in shape)
        self.dtype = dtype if isinstance(dtype, str) else np.dtype(dtype).name
        self.sparse = sparse
        self.name = name or config.auto_name("keras_tensor")
        self.node = node
        self.index = index
        self._keras_mask: Any = None

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int | None:
        """The number of elements, None when an axis is unknown."""
        return None if None in self.shape else int(np.prod([d for d in self.shape if d is not None]))

    def __repr__(self) -> str:
        return f"<KerasTensor shape={shape_text(self.shape)}, dtype={self.dtype}, name={self.name}>"

    def __len__(self) -> int:
        if not self.shape or self.shape[0] is None:
            raise ArgumentTypeError(f"{self!r} has no known length: its first axis is unknown until data arrive.")
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        raise ArgumentTypeError(
            f"{self!r} cannot be iterated: it is a placeholder while the model is being built.\n"
            "Index it (x[:, 0]) or use heron.ops.split or heron.ops.unstack."
        )

    def __bool__(self) -> bool:
        raise ArgumentTypeError(
            f"{self!r} has no truth value: it is a placeholder while the model is being built.\n"
            "To choose between two values use heron.ops.where(condition, a, b)."
        )

    def _no_array(self, *args: Any, **kwargs: Any) -> Any:
        raise ArgumentTypeError(self._no_numbers())

    def _no_numbers(self) -> str:
        return (
            f"{self!r} holds no numbers: it is a placeholder while the model is being built, and NumPy or JAX "
            "functions cannot take it.\nUse the function of the same name in heron.ops, or wrap yours in "
            "heron.layers.Lambda."
        )

    __array__ = __float__ = __int__ = _no_array

    @property
    def __jax_array__(self) -> Any:
        """What JAX looks for in its arguments; it puts a `TypeError` raised here in words of its own."""
        raise ArgumentError(self._no_numbers())

    def __array_ufunc__(self, *args: Any, **kwargs: Any) -> Any:
        return self._no_array()

    def __array_function__(self, *args: Any, **kwargs: Any) -> Any:
        return self._no_array()

    def __getitem__(self, key: Any) -> Any:
        return call_operation(function_operation(_getitem, "get_item"), (self, key), {})

    def reshape(self, *newshape: Any) -> Any:
        """The tensor with the same elements in another shape."""
        shape = newshape[0] if len(newshape) == 1 and not isinstance(newshape[0], int) else newshape
        return call_operation(function_operation(_reshape, "reshape"), (self, tuple(shape)), {})

    def astype(self, dtype: Any) -> Any:
        """The tensor cast to `dtype`."""
        return call_operation(function_operation(_astype, "cast"), (self, dtype), {})

    __hash__ = object.__hash__


# Functions of JAX with gradients of their own, such as jax.nn.relu, look for no __jax_array__; they ask here.
_answer_jax: Any = getattr(getattr(jax._src, "dtypes", None), "register_canonicalize_value_handler", None)
if _answer_jax is not None:
    _answer_jax(KerasTensor, lambda tensor: tensor.__jax_array__)


def _getitem(x: Any, key: Any) -> Any:
    return x[key]


def _reshape(x: Any, shape: tuple[int, ...]) -> Any:
    return x.reshape(shape)


def _astype(x: Any, dtype: Any) -> Any:
    return x.astype(dtype)


FUNCTIONS: dict[str, Callable[..., Any]] = {"get_item": _getitem, "reshape": _reshape, "cast": _astype}


class Operation:
    """A named step of a graph: something that can be called on tensors.

    Args:
        function: what it computes from arrays.
        name: its name in the graph.
    """

    def __init__(self, function: Callable[..., Any], name: str) -> None:
        self.function = function
        self.kind = name
        self.name = config.auto_name(name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<Operation {self.name}>"


def function_operation(function: Callable[..., Any], name: str | None = None) -> Operation:
    """A new graph step that applies `function`."""
    return Operation(function, name or str(getattr(function, "__name__", "operation")))


class Node:
    """One call of an operation on tensors.

    Attributes:
        operation: the layer or `Operation` that was called.
        args, kwargs: with what; symbolic tensors anywhere inside.
        outputs: what came out, a structure of symbolic tensors.
    """

    def __init__(self, operation: Any, args: tuple[Any, ...], kwargs: dict[str, Any], outputs: Any) -> None:
        self.operation = operation
        self.args = args
        self.kwargs = kwargs
        self.outputs = outputs
        for index, tensor in enumerate(leaves(outputs)):
            tensor.node, tensor.index = self, index

    @property
    def inputs(self) -> list[KerasTensor]:
        """The symbolic tensors that went in, in order."""
        return leaves((self.args, self.kwargs))


def is_symbolic(x: Any) -> bool:
    """True for a `KerasTensor`."""
    return isinstance(x, KerasTensor)


def leaves(structure: Any) -> list[KerasTensor]:
    """The symbolic tensors inside lists, tuples and dicts, in order; those of a dict in the order of its keys."""
    if isinstance(structure, KerasTensor):
        return [structure]
    if isinstance(structure, list | tuple):
        return [leaf for part in structure for leaf in leaves(part)]
    if isinstance(structure, dict):
        return [leaf for key in sorted(structure) for leaf in leaves(structure[key])]
    return []


def has_symbolic(structure: Any) -> bool:
    """True when a `KerasTensor` is anywhere inside lists, tuples and dicts."""
    if isinstance(structure, KerasTensor):
        return True
    if isinstance(structure, list | tuple):
        return any(has_symbolic(part) for part in structure)
    if isinstance(structure, dict):
        return any(has_symbolic(part) for part in structure.values())
    return False


def replace(structure: Any, new: Callable[[KerasTensor], Any]) -> Any:
    """The same structure with each symbolic tensor replaced by `new(tensor)`."""
    if isinstance(structure, KerasTensor):
        return new(structure)
    if isinstance(structure, tuple) and hasattr(structure, "_fields"):
        return type(structure)(*(replace(part, new) for part in structure))
    if isinstance(structure, list | tuple):
        return type(structure)(replace(part, new) for part in structure)
    if isinstance(structure, dict):
        replaced = {key: replace(structure[key], new) for key in sorted(structure)}  # in the order of `leaves`
        return {key: replaced[key] for key in structure}
    return structure


# ---- inference ----------------------------------------------------------------------------------------------------


@functools.cache
def _symbols() -> tuple[Any, ...]:
    return tuple(jax.export.symbolic_shape(", ".join(f"d{i}" for i in range(_MAX_NDIM))))


def has_text(structure: Any) -> bool:
    """True when a `KerasTensor` of dtype `"string"` is anywhere inside lists, tuples and dicts."""
    return any(leaf.dtype == "string" for leaf in leaves(structure))


def infer(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Returns what `function` would return, symbolic tensors in place of arrays, without computing it.

    Where the function asks a question of an unknown size that has no answer ("is it 3?"), an axis that is known in
    another tensor is taken to be as long there; failing that it is traced with two sizes, and what differs between the
    two is unknown.
    """
    if has_text((args, kwargs)):
        text = next(leaf for leaf in leaves((args, kwargs)) if leaf.dtype == "string")
        raise ArgumentTypeError(
            f"{text!r} holds text, with which nothing can be computed; expected numbers.\n"
            "Number it first: heron.layers.TextVectorization for sentences, StringLookup or Hashing for words."
        )
    if all(None not in leaf.shape for leaf in leaves((args, kwargs))):
        return _as_tensors(_trace(function, args, kwargs, lambda axis: 1))
    try:
        return _as_tensors(_trace(function, args, kwargs, lambda axis: _symbols()[axis]))
    except HeronError:
        raise
    except Exception as reason:
        known = _known_sizes(leaves((args, kwargs)))
        if known:
            with contextlib.suppress(Exception):
                return _as_tensors(_trace(function, args, kwargs, lambda axis: known.get(axis) or _symbols()[axis]))
        first, second = (_probe(function, args, kwargs, size, reason) for size in _PROBES)

        def merge(one: Any, other: Any) -> KerasTensor:
            shape = [a if a == b else None for a, b in zip(one.shape, other.shape, strict=True)]
            return KerasTensor(tuple(shape), one.dtype.name)

        return jax.tree.map(merge, first, second)


def _known_sizes(tensors: list[KerasTensor]) -> dict[int, int]:
    """For axes that are unknown in some tensors and have one size in all others: that size, which must fit."""
    sizes: dict[int, set[int | None]] = {}
    for tensor in tensors:
        for axis, size in enumerate(tensor.shape):
            sizes.setdefault(axis, set()).add(size)
    return {axis: size for axis, found in sizes.items() if None in found and len(found) == 2 for size in found if size}


def _probe(function: Any, args: Any, kwargs: Any, size: int, reason: Exception) -> Any:
    try:
        return _trace(function, args, kwargs, lambda axis: size + axis)
    except Exception as error:
        if _is_same_mistake(error, reason):  # told in sizes that somebody gave, not in those of this trial
            if unknown := re.search(r"\bd\d+\b", str(reason)):
                reason.add_note(f"({unknown[0]} is a size that is not known yet, such as the number of samples)")
            raise reason from None
        raise error from None


def _is_same_mistake(one: Exception, other: Exception) -> bool:
    """Whether two errors are of one kind and were raised at one line of the user's program."""
    line = last_line(one)
    return type(one) is type(other) and line is not None and line == last_line(other)


class SymbolicScope:
    """Says, for the length of a `with` block, that shapes are being found and nothing is computed.

    `in_symbolic_scope()` tells code of one's own; every inference of shapes is in such a scope.

    Example:
    >>> with SymbolicScope():
    ...     in_symbolic_scope()
    True
    """

    def __enter__(self) -> SymbolicScope:
        _thread.symbolic += 1
        return self

    def __exit__(self, *exc: object) -> None:
        _thread.symbolic -= 1


class _Thread(threading.local):
    symbolic = 0


_thread = _Thread()


def in_symbolic_scope() -> bool:
    """Whether shapes are being found in this thread."""
    return _thread.symbolic > 0


def _trace(function: Any, args: Any, kwargs: Any, size_of: Callable[[int], Any]) -> Any:
    structs: list[jax.ShapeDtypeStruct] = []

    def struct(tensor: KerasTensor) -> int:
        shape = tuple(size_of(axis) if d is None else d for axis, d in enumerate(tensor.shape))
        structs.append(jax.ShapeDtypeStruct(shape, jax.dtypes.canonicalize_dtype(tensor.dtype)))
        return len(structs) - 1

    inside = leaves((args, kwargs))
    for tensor in inside:
        struct(tensor)

    def run(arrays: list[Any]) -> Any:
        supply = iter(arrays)
        filled_args, filled_kwargs = replace((args, kwargs), lambda _: next(supply))
        return function(*filled_args, **filled_kwargs)

    with SymbolicScope():
        return jax.eval_shape(run, structs)


def _as_tensors(structure: Any) -> Any:
    def tensor(s: Any) -> KerasTensor:
        return KerasTensor(tuple(d if isinstance(d, int) else None for d in s.shape), s.dtype.name)

    return jax.tree.map(tensor, structure)


def call_operation(operation: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Records one call of `operation` and returns its symbolic outputs."""
    outputs = infer(operation, args, kwargs)
    Node(operation, args, kwargs, outputs)
    return outputs


_KERAS_NAMES = {
    "mul": "multiply",
    "sub": "subtract",
    "truediv": "true_divide",
    "abs": "absolute",
    "floordiv": "floor_divide",
    "pow": "power",
}
_KERAS_NAMES |= {"lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal", "neg": "negative"}
_KERAS_NAMES |= {"and_": "logical_and", "or_": "logical_or", "xor": "logical_xor", "invert": "logical_not"}


def _operator(name: str, reflected: bool = False) -> Callable[..., Any]:
    function, kind = getattr(operator, name), _KERAS_NAMES.get(name, name)
    FUNCTIONS[kind] = function

    def unary(self: KerasTensor) -> Any:
        return call_operation(function_operation(function, kind), (self,), {})

    def binary(self: KerasTensor, other: Any) -> Any:
        other = np.asarray(other) if isinstance(other, list | tuple) else other
        pair = (other, self) if reflected else (self, other)
        return call_operation(function_operation(function, kind), pair, {})

    return unary if name in ("neg", "abs", "invert") else binary


for _name in "add sub mul truediv floordiv mod pow matmul".split():
    setattr(KerasTensor, f"__{_name}__", _operator(_name))
    setattr(KerasTensor, f"__r{_name}__", _operator(_name, reflected=True))
for _name in "lt le gt ge and_ or_ xor neg abs invert".split():
    setattr(KerasTensor, f"__{_name.rstrip('_')}__", _operator(_name))


def input_tensor(shape: tuple[int | None, ...], dtype: Any, name: str | None) -> KerasTensor:
    """A tensor that stands for data; checks that the shape has few enough axes to be named."""
    if len(shape) > _MAX_NDIM:
        raise ArgumentError(f"A tensor may have {_MAX_NDIM} axes at most; received shape {shape_text(shape)}.")
    return KerasTensor(shape, dtype, name=name)
