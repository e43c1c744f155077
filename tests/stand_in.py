"""heron may stand in for Keras in a process that has imported Keras itself, as an oracle."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

import heron


def _is_theirs(name: str) -> bool:
    return name.partition(".")[0] in ("keras", "tensorflow", "tf_keras")


@contextlib.contextmanager
def without_keras() -> Iterator[None]:
    """In the block no module of Keras or TensorFlow is imported yet; afterwards those that were are back."""
    real = {name: sys.modules.pop(name) for name in list(sys.modules) if _is_theirs(name)}
    try:
        yield
    finally:
        heron.compat.uninstall()
        for name in [name for name in sys.modules if _is_theirs(name)]:
            del sys.modules[name]
        sys.modules.update(real)
