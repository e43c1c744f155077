"""Models as estimators of scikit-learn, which must be installed: `pip install heron[sklearn]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heron.errors import missing_name
from heron.wrappers.estimators import SKLearnClassifier, SKLearnRegressor, SKLearnTransformer

__all__ = ["SKLearnClassifier", "SKLearnRegressor", "SKLearnTransformer"]


if not TYPE_CHECKING:  # to a type checker, a name that is not there is an error
    __getattr__ = missing_name(
        __name__,
        __all__,
        {"KerasClassifier": "It is SKLearnClassifier here.", "KerasRegressor": "It is SKLearnRegressor here."},
    )
