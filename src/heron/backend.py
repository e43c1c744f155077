"""The names of `keras.backend`: settings, dtypes, the session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jax.numpy as jnp

from heron import config, ops
from heron.config import (
    epsilon,
    floatx,
    image_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)
from heron.errors import missing_name
from heron.ops.op import standardize_dtype
from heron.symbolic import is_symbolic as is_keras_tensor
from heron.utils.session import clear_session

__all__ = [
    "backend",
    "clear_session",
    "epsilon",
    "floatx",
    "get_uid",
    "image_data_format",
    "is_float_dtype",
    "is_int_dtype",
    "is_keras_tensor",
    "result_type",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "standardize_dtype",
]


def backend() -> str:
    """The name of what heron computes with, always `"jax"`."""
    return "jax"


def get_uid(prefix: str = "") -> int:
    """How many automatic names with `prefix` there are, the one that this call reserves included.

    >>> first = get_uid("example")
    >>> get_uid("example") - first
    1
    """
    name = config.auto_name(prefix)
    return 1 if name == prefix else int(name.rpartition("_")[2]) + 1


def is_float_dtype(dtype: Any) -> bool:
    """Whether `dtype` is one of floats.

    >>> is_float_dtype("bfloat16"), is_float_dtype(int)
    (True, False)
    """
    return standardize_dtype(dtype).startswith(("float", "bfloat"))


def is_int_dtype(dtype: Any) -> bool:
    """Whether `dtype` is one of integers, with or without sign."""
    return standardize_dtype(dtype).startswith(("int", "uint"))


def result_type(*dtypes: Any) -> str:
    """The dtype of a calculation with arrays of these dtypes; `int` and `float` stand for Python numbers.

    >>> result_type("int32", "float16"), result_type("bfloat16", float), result_type(int, "int8")
    ('float16', 'bfloat16', 'int8')
    """
    if not dtypes:
        return config.floatx()
    python = {bool: False, int: 0, float: 0.0, complex: 0j}
    parts = [python[d] if d in python else jnp.dtype(standardize_dtype(d)) for d in dtypes]
    return jnp.result_type(*parts).name


if not TYPE_CHECKING:  # to a type checker, a name that is not there is an error
    __getattr__ = missing_name(__name__, __all__, {name: f"It is heron.ops.{name}." for name in ops.__all__})
