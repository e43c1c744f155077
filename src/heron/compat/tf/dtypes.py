"""`tf.float32` and its kin."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from heron.utils import standardize_dtype

_NAMES = (
    "bfloat16 bool complex64 complex128 float16 float32 float64 int8 int16 int32 int64 string "
    "uint8 uint16 uint32 uint64"
).split()


class DType(str):
    """The name of a dtype, which is what heron takes, with the attributes that TensorFlow's have.

    >>> DType("float32").is_floating, DType("float32") == np.dtype("float32"), DType("uint8").max
    (True, True, 255)
    """

    @property
    def name(self) -> str:
        """The name."""
        return str(self)

    @property
    def as_numpy_dtype(self) -> Any:
        """NumPy's type."""
        return np.object_ if self == "string" else np.dtype(str(self)).type

    @property
    def is_floating(self) -> builtins.bool:
        """Whether it is one of floats."""
        return self.startswith(("float", "bfloat"))

    @property
    def is_integer(self) -> builtins.bool:
        """Whether it is one of integers."""
        return self.startswith(("int", "uint"))

    @property
    def is_bool(self) -> builtins.bool:
        """Whether it is that of True and False."""
        return self == "bool"

    @property
    def max(self) -> Any:
        """The greatest number."""
        return (np.finfo if str(self).startswith(("float", "bfloat")) else np.iinfo)(str(self)).max

    @property
    def min(self) -> Any:
        """The least number."""
        return (np.finfo if str(self).startswith(("float", "bfloat")) else np.iinfo)(str(self)).min

    @property
    def size(self) -> int:
        """Bytes."""
        return np.dtype(str(self)).itemsize

    def __repr__(self) -> str:
        return f"tf.{self!s}"

    __hash__ = str.__hash__


def as_dtype(dtype: Any) -> DType:
    """The dtype of this name, or of NumPy's or Python's type."""
    return DType(standardize_dtype(dtype))


bfloat16, bool, complex64, complex128, float16, float32, float64, int8, int16, int32, int64, string = (
    DType(name) for name in _NAMES[:12]
)
uint8, uint16, uint32, uint64 = (DType(name) for name in _NAMES[12:])
half, double = float16, float64

__all__ = [*_NAMES, "DType", "as_dtype", "double", "half"]
