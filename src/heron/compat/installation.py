"""`install()` and `uninstall()`: imports of Keras and TensorFlow are heron's for as long."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

import heron
from heron.compat import children, notes
from heron.compat.finder import Finder, Served, served_modules
from heron.compat.homes import ROOTS
from heron.compat.old.methods import METHODS, OF_OPTIMIZERS
from heron.errors import HeronError

_finder = Finder()
# What concrete arrays of JAX gain: `model(x).numpy()` is typed everywhere, and no subclass of the class can be made.
_ARRAY = {"numpy": lambda self: np.asarray(self)}
_added: list[tuple[type, str]] = []


class TooLateError(HeronError, ImportError):
    """The real Keras or TensorFlow is in the process already, so heron cannot stand in its place."""


class Installation:
    """What `install()` returns: in a `with` statement it ends with the block."""

    def __enter__(self) -> Installation:
        return self

    def __exit__(self, *exc: object) -> None:
        uninstall()

    def __repr__(self) -> str:
        return f"<heron.compat: imports of {', '.join(ROOTS)} are heron's>"


def install() -> Installation:
    """From here on, `keras`, `tensorflow` and `tf_keras` are imported as heron.

    The modules are made by heron, whether or not the real packages are installed; those are never touched. Names of
    Keras 3 are heron's own; spellings of Keras 1 and 2 work where they are harmless, with one note each; what heron
    does not run is refused by name, with what to write in its place. Arrays get the method `numpy()`, and models the
    methods of Keras 2 (`predict_classes`, `fit_generator`, ...) and optimizers `lr`, until `uninstall()`. Processes
    that `multiprocessing` starts in the meantime begin with the same.

    Returns:
        An object for `with`: `with heron.compat.install(): ...` ends with `uninstall()`.

    Raises:
        TooLateError: where the real Keras or TensorFlow is imported already.

    Example:
    >>> import heron
    >>> with heron.compat.install():  # doctest: +SKIP
    ...     from tensorflow import keras
    """
    real = [name for name in ROOTS if name in sys.modules and not isinstance(sys.modules[name], Served)]
    if real:
        place = getattr(sys.modules[real[0]], "__file__", None) or "a place unknown"
        raise TooLateError(
            f"heron.compat.install() comes too late: the real {' and '.join(real)} is imported already, from {place}.\n"
            f"Call it before the first import of {real[0]}; in a notebook, restart the kernel and begin with it."
        )
    if _finder not in sys.meta_path:
        notes.forget()
        sys.meta_path.insert(0, _finder)
        import jax  # here, for the command line imports this module and starts without JAX

        _add(type(jax.numpy.zeros(())), _ARRAY)
        _add(heron.Model, METHODS)
        _add(heron.optimizers.Optimizer, OF_OPTIMIZERS)
        children.prepare()
    return Installation()


def uninstall() -> None:
    """Ends what `install()` began: later imports find the real packages again, or none."""
    if _finder in sys.meta_path:
        sys.meta_path.remove(_finder)
    for name in served_modules():
        del sys.modules[name]
    children.forget()
    while _added:
        owner, name = _added.pop()
        delattr(owner, name)


def is_installed() -> bool:
    """Whether imports of Keras and TensorFlow are heron's."""
    return _finder in sys.meta_path


def _add(owner: type, methods: dict[str, Any]) -> None:
    for name, method in methods.items():
        if name not in owner.__dict__:
            setattr(owner, name, method)
            _added.append((owner, name))
