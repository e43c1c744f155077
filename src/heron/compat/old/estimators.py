"""`keras.wrappers.scikit_learn`: models as estimators, called as in Keras 1 and 2."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import heron
from heron.compat.notes import is_now

__all__ = ["KerasClassifier", "KerasRegressor"]

_OF_FIT = frozenset(inspect.signature(heron.Model.fit).parameters) | {"nb_epoch"}


def KerasClassifier(build_fn: Callable[..., Any] | None = None, **kwargs: Any) -> Any:
    """An estimator of classes, which needs scikit-learn.

    Args:
        build_fn: the function that makes the compiled model.
        **kwargs: arguments of `fit` (`epochs`, `batch_size`, `verbose`, ...); the others are given to `build_fn`.
    """
    return _estimator("Classifier", build_fn, kwargs)


def KerasRegressor(build_fn: Callable[..., Any] | None = None, **kwargs: Any) -> Any:
    """An estimator of numbers; the arguments are those of `KerasClassifier`."""
    return _estimator("Regressor", build_fn, kwargs)


class _Built:
    """A `build_fn`, called without the data that heron's estimators hand over."""

    def __init__(self, build_fn: Callable[..., Any]) -> None:
        self.build_fn = build_fn

    def __call__(self, X: Any, y: Any, **kwargs: Any) -> Any:
        return self.build_fn(**kwargs)


def _estimator(kind: str, build_fn: Callable[..., Any] | None, kwargs: dict[str, Any]) -> Any:
    is_now(f"keras.wrappers.scikit_learn.Keras{kind}", f"keras.wrappers.SKLearn{kind}(model, fit_kwargs={{...}})")
    build_fn = kwargs.pop("model", None) if build_fn is None else build_fn
    fitting = {("epochs" if name == "nb_epoch" else name): kwargs[name] for name in kwargs if name in _OF_FIT}
    making = {name: value for name, value in kwargs.items() if name not in _OF_FIT}
    made = getattr(heron.wrappers, f"SKLearn{kind}")
    return made(_Built(build_fn) if build_fn is not None else None, model_kwargs=making, fit_kwargs=fitting)
