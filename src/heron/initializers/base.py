"""The base class of initializers."""

from __future__ import annotations

from typing import Any, Self

import ml_dtypes  # noqa: F401 - makes NumPy know "bfloat16"
import numpy as np

from heron import config
from heron.errors import HeronError
from heron.registry import Configurable

__all__ = ["Initializer", "as_dtype"]


class Initializer(Configurable):
    """Base class: an initializer is called with a shape and a dtype and returns a NumPy array.

    Example:
    >>> class Halves(Initializer):
    ...     def __call__(self, shape, dtype=None):
    ...         return np.full(shape, 0.5, dtype)
    >>> Halves()((2,), "float32").tolist()
    [0.5, 0.5]
    """

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> Any:
        """Returns the first values of a weight; `dtype` is by default `floatx`."""
        raise HeronError(
            f"{type(self).__name__} has no __call__: expected a method that returns the first values of a weight.\n"
            "Write def __call__(self, shape, dtype=None): return an array of that shape and dtype."
        )

    def clone(self) -> Self:
        """Returns an initializer made with the same arguments."""
        return type(self).from_config(self.get_config())


def as_dtype(dtype: Any) -> np.dtype[Any]:
    """The NumPy dtype for a name, a dtype, or None (`floatx`)."""
    return np.dtype(dtype or config.floatx())
