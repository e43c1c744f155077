"""The decorator that makes a function on arrays a Keras op: on arrays it computes, on symbolic tensors it records."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec

import jax
import jax.numpy as jnp
import numpy as np

from heron import config
from heron.errors import ArgumentTypeError, UnknownNameError, suggestion, value_text
from heron.symbolic import call_operation, function_operation, has_symbolic
from heron.variables import Variable

P = ParamSpec("P")


def op(function: Callable[P, Any]) -> Callable[P, Any]:
    """Makes `function` work on arrays, lists of numbers, variables and symbolic tensors alike.

    On arrays it is the function itself. When an argument is, or holds, a `KerasTensor`, the call is recorded as a node
    of the graph and its result inferred.
    """

    @functools.wraps(function)
    def applied(*args: P.args, **kwargs: P.kwargs) -> Any:
        if has_symbolic(args) or (kwargs and has_symbolic(kwargs)):
            return call_operation(function_operation(function), args, dict(kwargs))
        return function(*args, **kwargs)

    return applied


_DTYPES = (
    "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 bfloat16 float32 float64 complex64 complex128 "
    "float8_e4m3fn float8_e5m2 string"
).split()
_PYTHON_TYPES: dict[Any, str] = {bool: "bool", int: "int32", float: "float32", complex: "complex64", str: "string"}
_PYTHON_TYPES |= {"int": "int32", "float": "float32", "complex": "complex64"}


def standardize_dtype(dtype: Any) -> str:
    """The name of a dtype given as a name, a NumPy or JAX dtype or a Python type; `floatx` for None.

    Raises:
        UnknownNameError: for anything else, with the nearest name.

    Example:
        >>> standardize_dtype(float), standardize_dtype(np.int8)
        ('float32', 'int8')
    """
    if dtype is None:
        return config.floatx()
    if isinstance(dtype, str) and dtype in _DTYPES:
        return dtype
    name = _PYTHON_TYPES.get(dtype) if isinstance(dtype, str | type) else None
    name = name or getattr(dtype, "name", None) or getattr(dtype, "__name__", None) or str(dtype)
    if name not in _DTYPES:
        raise UnknownNameError(f"Unknown dtype {name!r}.{suggestion(str(name), _DTYPES)}")
    return name


def array_dtype(dtype: Any = None) -> Any:
    """The dtype an array gets that is asked for `dtype`: 64 bits become 32 unless JAX's x64 mode is on."""
    return jax.dtypes.canonicalize_dtype(standardize_dtype(dtype))


def dtype_or_none(dtype: Any) -> Any:
    """`array_dtype(dtype)`, but None for None: the op decides."""
    return None if dtype is None else array_dtype(dtype)


def array(x: Any, dtype: Any = None) -> jax.Array:
    """`x` as an array: a number, list, NumPy array or `Variable`; Python floats become `floatx`.

    Raises:
        ArgumentTypeError: for text, for lists of unequal lengths and for objects that hold no numbers.
    """
    if isinstance(x, Variable):
        x = x.value
    dtype = dtype_or_none(dtype)
    if isinstance(x, jax.Array):
        return x if dtype is None else x.astype(dtype)
    if not hasattr(x, "dtype"):
        x = _from_python(x)
    if isinstance(x, np.ndarray | np.generic) and x.dtype.kind in "OSUT":
        raise _no_numbers(x)
    if isinstance(x, np.ndarray) and dtype is None:
        x = x.astype(jax.dtypes.canonicalize_dtype(x.dtype), copy=False)
        return jnp.asarray(x, x.dtype)  # without a dtype JAX compiles a program for each shape
    return jnp.asarray(x, dtype=dtype)


def is_scalar(x: Any) -> bool:
    """True for a Python number, whose dtype is weak: it takes that of the array it is combined with."""
    return isinstance(x, bool | int | float | complex) and not isinstance(x, np.generic)


def operand(x: Any) -> Any:
    """`x` as something to calculate with: an array, but a Python number stays one."""
    return x if is_scalar(x) else array(x)


def floating(x: Any) -> Any:
    """`x` as floats (or complex numbers) to calculate with: integers and booleans become `floatx`."""
    if is_scalar(x):
        return jnp.asarray(x if isinstance(x, complex) else float(x))
    x = array(x)
    return x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(config.floatx())


def _from_python(x: Any) -> Any:
    """A Python number or nested list as an array; arrays and variables may stand inside lists."""
    if isinstance(x, list | tuple) and any(isinstance(leaf, jax.Array | Variable) for leaf in jax.tree.leaves(x)):
        return jnp.stack([array(part) for part in x])
    try:
        value = np.asarray(x)
    except ValueError as error:
        raise ArgumentTypeError(
            f"Cannot make an array of {value_text(x)}: expected rows of one length; received rows of several.\n"
            "Pad the rows (heron.utils.pad_sequences) or pass them one by one."
        ) from error
    return value.astype(config.floatx()) if value.dtype.kind == "f" and not hasattr(x, "__array__") else value


def _no_numbers(x: Any) -> ArgumentTypeError:
    return ArgumentTypeError(
        f"Cannot compute with {value_text(x.tolist())}: expected numbers; received dtype {x.dtype}.\n"
        "Turn text into numbers first: float(text) for numerals, a lookup layer for words."
    )
