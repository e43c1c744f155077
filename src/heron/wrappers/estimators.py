"""The estimators: scikit-learn's checks and conventions around `fit` and `predict` of a model."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from heron.errors import ArgumentError, MissingPackageError, NotCompiledError, value_text
from heron.models import Model, clone_model

try:
    from sklearn import get_config
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, TransformerMixin
    from sklearn.utils.metadata_routing import MetadataRequest
    from sklearn.utils.multiclass import type_of_target
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError as missing:
    _missing: ImportError | None = missing
    BaseEstimator, ClassifierMixin, RegressorMixin, TransformerMixin = (type(name, (), {}) for name in "ECRT")
else:
    _missing = None


class _Estimator(BaseEstimator):  # type: ignore[misc]
    """What the estimators share; the arguments are those of `SKLearnClassifier`."""

    def __init__(
        self,
        model: Any,
        warm_start: bool = False,
        model_kwargs: Mapping[str, Any] | None = None,
        fit_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        if _missing is not None:
            raise MissingPackageError(
                f"{type(self).__name__} needs scikit-learn 1.6 or later, which is not installed ({_missing}).\n"
                "Install it: pip install heron[sklearn]."
            )
        self.model = model
        self.warm_start = warm_start
        self.model_kwargs = model_kwargs
        self.fit_kwargs = fit_kwargs

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.non_deterministic = True
        return tags

    def __sklearn_clone__(self) -> Self:
        model = copy.deepcopy(self.model) if isinstance(self.model, Model) else self.model
        return type(self)(model, self.warm_start, self.model_kwargs, self.fit_kwargs)

    @property
    def epoch_(self) -> int:
        """How many epochs the last `fit` trained, 0 before it."""
        return len(self.history_.epoch) if hasattr(self, "history_") else 0

    def set_fit_request(self, **kwargs: Any) -> Self:
        """Says which further arguments of `fit` pipelines and searches pass on.

        Args:
            **kwargs: True, False, None or another name, by the argument's name.

        Raises:
            ArgumentError: unless `sklearn.set_config(enable_metadata_routing=True)`.
        """
        if not get_config().get("enable_metadata_routing", False):
            raise ArgumentError(
                "set_fit_request needs metadata routing, which is off.\n"
                "Call sklearn.set_config(enable_metadata_routing=True) first."
            )
        self._metadata_request = MetadataRequest(owner=self)
        for name, alias in kwargs.items():
            self._metadata_request.fit.add_request(param=name, alias=alias)
        return self

    def fit(self, X: Any, y: Any, **kwargs: Any) -> Self:
        """Trains a model.

        Args:
            X: the samples, of shape (n, features).
            y: the targets, of shape (n,) or (n, outputs).
            **kwargs: further arguments of `Model.fit`; they go before those in `fit_kwargs`.

        Raises:
            ArgumentError: for something that is neither a model nor a function that returns one.
            NotCompiledError: for a model that is not compiled with a loss.
        """
        X, y = validate_data(self, X, y)
        y = self._encoded(y, begin=True)
        model = self._model_for(X, y)
        self.history_ = model.fit(X, y, **{"verbose": 0, **(self.fit_kwargs or {}), **kwargs})
        self.model_ = model
        return self

    def predict(self, X: Any) -> Any:
        """Returns what the model predicts for samples of shape (n, features), in the form of the targets."""
        return self._decoded(self._outputs(X))

    def _outputs(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        outputs: np.ndarray = self.model_.predict(validate_data(self, X, reset=False))
        return outputs

    def _model_for(self, X: Any, y: Any) -> Any:
        if self.warm_start and hasattr(self, "model_"):
            return self.model_
        if isinstance(self.model, Model):
            model = self.model if self.warm_start else self._copy(self.model)
        elif callable(self.model):
            model = self.model(X=X, y=y, **(self.model_kwargs or {}))
        else:
            model = self.model
        if not isinstance(model, Model):
            raise ArgumentError(
                f"{type(self).__name__}: model must be a heron.Model or a function (X, y, ...) that returns one; "
                f"received {value_text(model)}."
            )
        if not model.compiled or not model.loss:
            raise NotCompiledError(
                f"{type(self).__name__}: the model must be compiled with a loss and an optimizer.\n"
                "Call model.compile(optimizer='adam', loss='mse') before it is given away."
            )
        return model

    @staticmethod
    def _copy(model: Any) -> Any:
        """A model with new weights, compiled as the given one."""
        made = clone_model(model)
        if model.compiled and not made.compiled:
            made.compile_from_config(model.get_compile_config())
        return made

    def _encoded(self, y: np.ndarray, begin: bool = False) -> np.ndarray:
        """The targets as the model takes them: of two axes."""
        if begin:
            if type_of_target(y) == "unknown":
                raise ArgumentError(f"Unknown label type for data: {y!r}")
            self._target_axes = y.ndim
        return y.reshape(-1, 1) if y.ndim == 1 else y

    def _decoded(self, outputs: np.ndarray) -> Any:
        """The outputs in the form in which the targets were given."""
        return outputs[:, 0] if self._target_axes == 1 and outputs.ndim == 2 and outputs.shape[1] == 1 else outputs


class SKLearnClassifier(ClassifierMixin, _Estimator):  # type: ignore[misc]
    """A model as a classifier of scikit-learn.

    The model is trained on rows of zeros and a one, of shape (n, classes), so its loss is `"categorical_crossentropy"`
    or the like.

    Args:
        model: a compiled model, of which each `fit` trains a copy with new weights; or a function
            `(X, y, **model_kwargs)` that returns a compiled model.
        warm_start: train the model itself, and go on with its weights at the next `fit`. Default False.
        model_kwargs: further arguments of that function.
        fit_kwargs: further arguments of `Model.fit`.

    Attributes:
        model_: the trained model.
        history_: what `Model.fit` returned.
        classes_: the labels.

    Raises:
        MissingPackageError: (an `ImportError`) when scikit-learn is not installed.

    Source: `keras.wrappers.SKLearnClassifier`.
    """

    def decision_function(self, X: Any) -> np.ndarray:
        """Returns the outputs of the model, of shape (n, classes)."""
        return self._outputs(X)

    def _encoded(self, y: np.ndarray, begin: bool = False) -> np.ndarray:
        if begin:
            kind = type_of_target(y, raise_unknown=True)
            if kind not in ("binary", "multiclass"):
                raise ArgumentError(
                    f"Only binary and multiclass target types are supported; received targets of type {kind}.\n"
                    "Unknown label type: for numbers take SKLearnRegressor."
                )
            self._target_axes = y.ndim
            self.classes_ = np.unique(y)
            if len(self.classes_) < 2:
                raise ArgumentError("Classifier can't train when only one class is present. Give samples of another.")
        return np.asarray(y.reshape(-1, 1) == self.classes_, np.float32)  # (n, classes)

    def _decoded(self, outputs: np.ndarray) -> Any:
        labels = self.classes_[outputs.argmax(axis=-1)]
        return labels if self._target_axes == 1 else labels.reshape(-1, 1)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True
        return tags


class SKLearnRegressor(RegressorMixin, _Estimator):  # type: ignore[misc]
    """A model as a regressor of scikit-learn.

    Args:
        model: a compiled model, or a function that returns one, as for `SKLearnClassifier`.
        warm_start: train the model itself, and go on with its weights at the next `fit`. Default False.
        model_kwargs: further arguments of that function.
        fit_kwargs: further arguments of `Model.fit`.

    Attributes:
        model_: the trained model.
        history_: what `Model.fit` returned.

    Raises:
        MissingPackageError: (an `ImportError`) when scikit-learn is not installed.

    Source: `keras.wrappers.SKLearnRegressor`.
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        return tags


class SKLearnTransformer(TransformerMixin, _Estimator):  # type: ignore[misc]
    """A model as a step that transforms samples, in pipelines of scikit-learn.

    Args:
        model: a compiled model, or a function that returns one, as for `SKLearnClassifier`.
        warm_start: train the model itself, and go on with its weights at the next `fit`. Default False.
        model_kwargs: further arguments of that function.
        fit_kwargs: further arguments of `Model.fit`.

    Attributes:
        model_: the trained model.
        history_: what `Model.fit` returned.

    Raises:
        MissingPackageError: (an `ImportError`) when scikit-learn is not installed.

    Source: `keras.wrappers.SKLearnTransformer`.
    """

    def transform(self, X: Any) -> np.ndarray:
        """Returns the outputs of the model for samples of shape (n, features)."""
        return self._outputs(X)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags
