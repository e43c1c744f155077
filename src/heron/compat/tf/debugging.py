"""`tf.debugging`: assertions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from heron.compat.tf.host import raw
from heron.errors import ArgumentError


def set_log_device_placement(enabled: bool) -> None:
    """Nothing: JAX chooses the device."""


def enable_check_numerics(*args: Any, **kwargs: Any) -> None:
    """Nothing: fit says where a loss stops being finite."""


def _asserting(words: str, holds: Callable[[Any, Any], Any]) -> Callable[..., None]:
    def check(x: Any, y: Any, message: str | None = None, **kwargs: Any) -> None:
        a, b = np.asarray(raw(x)), np.asarray(raw(y))
        if not np.all(holds(a, b)):
            raise ArgumentError(message or f"Expected elements that are {words}; received {a!r} and {b!r}.")

    check.__doc__ = f"Raises an error unless all elements are {words}."
    return check


assert_equal = _asserting("equal", np.equal)
assert_near = _asserting("near to each other", lambda a, b: np.isclose(a, b, rtol=1e-5, atol=1e-5))
assert_less = _asserting("less than the others", np.less)
assert_greater = _asserting("greater than the others", np.greater)
assert_greater_equal = _asserting("no less than the others", np.greater_equal)

__all__ = (
    "assert_equal assert_greater assert_greater_equal assert_less assert_near enable_check_numerics "
    "set_log_device_placement"
).split()
