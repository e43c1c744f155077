"""The decorator that makes a function on arrays a Keras op: on arrays it computes, on symbolic tensors it records."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec

import jax
import jax.numpy as jnp
import numpy as np

from heron import config
from heron.errors import ArgumentTypeError, value_text
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


def array(x: Any, dtype: Any = None) -> jax.Array:
    """`x` as an array: a number, list, NumPy array or `Variable`; Python floats become `floatx`.

    Raises:
        ArgumentTypeError: for text, for lists of unequal lengths and for objects that hold no numbers.
    """
    if isinstance(x, Variable):
        x = x.value
    if isinstance(x, jax.Array):
        return x if dtype is None else x.astype(dtype)
    if not hasattr(x, "dtype"):
        x = _from_python(x)
    if isinstance(x, np.ndarray | np.generic) and x.dtype.kind in "OSUT":
        raise _no_numbers(x)
    return jnp.asarray(x, dtype=dtype)


def operand(x: Any) -> Any:
    """`x` as something to calculate with: a Python number stays one, so that it takes the other operand's dtype."""
    return x if isinstance(x, int | float | complex) and not isinstance(x, np.generic) else array(x)


def floating(x: Any) -> jax.Array:
    """`x` as an array of floats (or complex numbers): integers and booleans become `floatx`."""
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
            f"Cannot make an array of {value_text(x)}: its rows do not all have the same length.\n"
            "Pad the rows (heron.utils.pad_sequences) or pass them one by one."
        ) from error
    return value.astype(config.floatx()) if value.dtype.kind == "f" and not hasattr(x, "__array__") else value


def _no_numbers(x: Any) -> ArgumentTypeError:
    return ArgumentTypeError(
        f"Cannot compute with {value_text(x.tolist())}: expected numbers; received dtype {x.dtype}.\n"
        "Turn text into numbers first: float(text) for numerals, a lookup layer for words."
    )
