"""`keras.wrappers.scikit_learn`: models as estimators, called as in Keras 1 and 2."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Self

import numpy as np

import heron
from heron.compat.notes import is_now
from heron.errors import ArgumentError, MissingPackageError

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
except ImportError as missing:
    _missing: ImportError | None = missing
    BaseEstimator, ClassifierMixin, RegressorMixin = (type(name, (), {}) for name in "ECR")
else:
    _missing = None

__all__ = ["KerasClassifier", "KerasRegressor"]

_OF_FIT = frozenset(inspect.signature(heron.Model.fit).parameters) | {"nb_epoch"}


class _Wrapped(BaseEstimator):  # type: ignore[misc]
    """What both have: the function that makes the model, and arguments for it and for `fit`."""

    def __init__(self, build_fn: Callable[..., Any] | None = None, **sk_params: Any) -> None:
        kind = type(self).__name__.removeprefix("Keras")
        if _missing is not None:
            raise MissingPackageError(
                f"{type(self).__name__} needs scikit-learn, which is not installed ({_missing}).\n"
                "Install it: pip install heron[sklearn]."
            )
        if build_fn is None and "model" in sk_params:
            build_fn = sk_params.pop("model")
        if not callable(build_fn):
            raise ArgumentError(
                f"{type(self).__name__} expects build_fn, a function that makes a compiled model; received "
                f"{build_fn!r}.\nWrite {type(self).__name__}(build_fn=create_model, epochs=10)."
            )
        is_now(f"keras.wrappers.scikit_learn.Keras{kind}", f"keras.wrappers.SKLearn{kind}")
        self.build_fn, self.sk_params = build_fn, sk_params

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**self.sk_params, "build_fn": self.build_fn}

    def set_params(self, **params: Any) -> Self:
        """Other arguments, as a search over them sets."""
        self.build_fn = params.pop("build_fn", self.build_fn)
        self.sk_params.update(params)
        return self

    def fit(self, x: Any, y: Any, **kwargs: Any) -> Any:
        """Makes a model and trains it; the history is returned."""
        making = {name: value for name, value in self.sk_params.items() if name not in _OF_FIT}
        fitting = {name: value for name, value in self.sk_params.items() if name in _OF_FIT}
        self.model = self.build_fn(**making)
        self.n_features_in_ = np.shape(x)[-1]
        return self.model.fit(x, self._targets(y), **{**fitting, **kwargs})

    def _targets(self, y: Any) -> np.ndarray:
        return np.asarray(y)

    def _outputs(self, x: Any) -> np.ndarray:
        outputs: np.ndarray = self.model.predict(x, batch_size=self.sk_params.get("batch_size"), verbose=0)
        return outputs


class KerasClassifier(ClassifierMixin, _Wrapped):  # type: ignore[misc]
    """An estimator of classes, which needs scikit-learn.

    Args:
        build_fn: the function that makes the compiled model.
        **sk_params: arguments of `fit` (`epochs`, `batch_size`, `verbose`, ...); the others are given to `build_fn`.

    Raises:
        ArgumentError: without a function.
        MissingPackageError: without scikit-learn.
    """

    def _targets(self, y: Any) -> np.ndarray:
        y = np.asarray(y)
        if y.ndim == 2 and y.shape[1] > 1:
            self.classes_ = np.arange(y.shape[1])
            return y
        self.classes_, numbers = np.unique(y.ravel(), return_inverse=True)
        one_hot = self.model.loss == "categorical_crossentropy"
        return np.eye(len(self.classes_), dtype="float32")[numbers] if one_hot else numbers

    def predict(self, x: Any, **kwargs: Any) -> np.ndarray:
        """The class of each sample."""
        y = self._outputs(x)
        return np.asarray(self.classes_[y.argmax(axis=-1) if y.shape[-1] > 1 else (y[:, 0] > 0.5).astype(int)])

    def predict_proba(self, x: Any, **kwargs: Any) -> np.ndarray:
        """The probability of each class."""
        y = self._outputs(x)
        return y if y.shape[-1] > 1 else np.hstack([1 - y, y])


class KerasRegressor(RegressorMixin, _Wrapped):  # type: ignore[misc]
    """An estimator of numbers; the arguments are those of `KerasClassifier`."""

    def predict(self, x: Any, **kwargs: Any) -> np.ndarray:
        """The prediction for each sample."""
        return np.squeeze(self._outputs(x), axis=-1)

    def score(self, x: Any, y: Any, **kwargs: Any) -> float:
        """The loss, negated: the greater the better."""
        loss = self.model.evaluate(x, np.asarray(y), verbose=0)
        return -float(loss[0] if isinstance(loss, list) else loss)
