"""Inputs as users write them - numbers, lists, arrays, dicts - made into structures of arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from heron.errors import ArgumentTypeError, DataError, shape_text, value_text
from heron.variables import Variable


def map_leaves(function: Callable[[Any], Any], structure: Any) -> Any:
    """Applies `function` to what stands inside lists, tuples and dicts; None stays None."""
    if isinstance(structure, dict):
        return {k: map_leaves(function, v) for k, v in structure.items()}
    if isinstance(structure, tuple) and hasattr(structure, "_fields"):
        return type(structure)(*(map_leaves(function, v) for v in structure))
    if isinstance(structure, list | tuple):
        return type(structure)(map_leaves(function, v) for v in structure)
    return None if structure is None else function(structure)


def is_numbers(value: Any) -> bool:
    """True for a number, and for a (nested) list of numbers."""
    while isinstance(value, list | tuple):
        if not value:
            return True
        value = value[0]
    return isinstance(value, int | float | complex | bool | np.generic)


def first_text(structure: Any) -> str | None:
    """The string with which lists, tuples and dicts begin, if it is one."""
    while isinstance(structure, list | tuple | dict) and structure:
        structure = next(iter(structure.values() if isinstance(structure, dict) else structure))
    return structure if isinstance(structure, str) else None


def shapes_of(structure: Any) -> str:
    """The shapes in a structure, as text."""
    shapes = map_leaves(
        lambda x: shape_text(np.shape(x)) if not hasattr(x, "shape") else shape_text(x.shape), structure
    )
    return str(shapes).replace("'", "")


def as_arrays(owner: Any, value: Any) -> Any:
    """`value` with every number and list of numbers as one array, and variables as their value.

    Raises:
        DataError: for rows of unequal length, text, and arrays of Python objects.
    """
    if isinstance(value, Variable):
        return value.value
    if isinstance(value, list | tuple) and is_numbers(value):
        return numbers_to_array(value)
    if isinstance(value, np.generic):
        return numbers_to_array(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return np.asarray(value, dtype=np.float32 if isinstance(value, float) else np.int32)
    if isinstance(value, dict):
        return {k: as_arrays(owner, v) for k, v in value.items()}
    if isinstance(value, list | tuple) and not hasattr(value, "_fields"):
        return type(value)(as_arrays(owner, v) for v in value)
    if hasattr(value, "compute_output_spec") and not isinstance(value, type):
        raise ArgumentTypeError(
            f"{type(owner).__name__} was called on the layer '{value.name}' itself; expected its output.\n"
            f"Call that layer first: x = {type(value).__name__}(...)(inputs)."
        )
    if isinstance(value, type) or type(value).__name__ == "function":
        raise ArgumentTypeError(
            f"{type(owner).__name__} was called on {value_text(value)}; expected an array or tensor."
        )
    return value


def numbers_to_array(value: Any) -> np.ndarray:
    """A (nested) list of numbers as float32, int32 or bool; rows of unequal length are refused."""
    try:
        array = np.asarray(value)
    except ValueError:
        array = np.asarray(None)
    if array.dtype == object:
        lengths = sorted({len(v) for v in value if isinstance(v, list | tuple)})
        found = f" (lengths {', '.join(map(str, lengths[:5]))})" if lengths else ""
        raise DataError(
            f"The rows of a list have different lengths{found}; an array needs them equal.\n"
            "Pad the shorter ones: heron.utils.pad_sequences(x)."
        )
    if array.dtype == np.float64:
        return array.astype(np.float32)
    return array.astype(np.int32) if array.dtype == np.int64 and abs(array).max(initial=0) < 2**31 else array
