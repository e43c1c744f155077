"""Metrics: what is measured over an epoch. Classes, functions of the same formulas, and the names for both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from heron import config, registry
from heron.errors import ArgumentError, missing_name
from heron.losses import (
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    categorical_hinge,
    hinge,
    huber,
    kl_divergence,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
)
from heron.metrics.accuracy import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
)
from heron.metrics.auc import AUC
from heron.metrics.correlation import (
    ConcordanceCorrelation,
    PearsonCorrelation,
    concordance_correlation,
    pearson_correlation,
)
from heron.metrics.f_score import F1Score, FBetaScore
from heron.metrics.iou import BinaryIoU, IoU, MeanIoU, OneHotIoU, OneHotMeanIoU
from heron.metrics.margin import CategoricalHinge, Hinge, SquaredHinge
from heron.metrics.metric import Metric
from heron.metrics.operating_point import (
    PrecisionAtRecall,
    RecallAtPrecision,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
)
from heron.metrics.precision_recall import (
    FalseNegatives,
    FalsePositives,
    Precision,
    Recall,
    TrueNegatives,
    TruePositives,
)
from heron.metrics.probabilistic import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    KLDivergence,
    Poisson,
    SparseCategoricalCrossentropy,
)
from heron.metrics.r2 import R2Score
from heron.metrics.reduction import Mean, MeanMetricWrapper, Sum
from heron.metrics.regression import (
    CosineSimilarity,
    LogCoshError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    RootMeanSquaredError,
)
from heron.metrics.top_k import (
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)

mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
bce = BCE = binary_crossentropy
kld = KLD = kl_divergence

__all__ = [
    "Metric",
    "AUC",
    "Accuracy",
    "BinaryAccuracy",
    "BinaryCrossentropy",
    "BinaryIoU",
    "CategoricalAccuracy",
    "CategoricalCrossentropy",
    "CategoricalHinge",
    "ConcordanceCorrelation",
    "CosineSimilarity",
    "F1Score",
    "FBetaScore",
    "FalseNegatives",
    "FalsePositives",
    "Hinge",
    "IoU",
    "KLDivergence",
    "LogCoshError",
    "Mean",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanIoU",
    "MeanMetricWrapper",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "OneHotIoU",
    "OneHotMeanIoU",
    "PearsonCorrelation",
    "Poisson",
    "Precision",
    "PrecisionAtRecall",
    "R2Score",
    "Recall",
    "RecallAtPrecision",
    "RootMeanSquaredError",
    "SensitivityAtSpecificity",
    "SparseCategoricalAccuracy",
    "SparseCategoricalCrossentropy",
    "SparseTopKCategoricalAccuracy",
    "SpecificityAtSensitivity",
    "SquaredHinge",
    "Sum",
    "TopKCategoricalAccuracy",
    "TrueNegatives",
    "TruePositives",
    "binary_accuracy",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_accuracy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_hinge",
    "concordance_correlation",
    "hinge",
    "huber",
    "kl_divergence",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "pearson_correlation",
    "poisson",
    "sparse_categorical_accuracy",
    "sparse_categorical_crossentropy",
    "sparse_top_k_categorical_accuracy",
    "squared_hinge",
    "top_k_categorical_accuracy",
    "mse",
    "MSE",
    "mae",
    "MAE",
    "mape",
    "MAPE",
    "msle",
    "MSLE",
    "bce",
    "BCE",
    "kld",
    "KLD",
    "get",
    "serialize",
    "deserialize",
    "resolve_accuracy",
]

_HELPERS = ("Metric", "get", "serialize", "deserialize", "resolve_accuracy")
_ALIASES = {
    "mse": MeanSquaredError,
    "mae": MeanAbsoluteError,
    "mape": MeanAbsolutePercentageError,
    "msle": MeanSquaredLogarithmicError,
    "rmse": RootMeanSquaredError,
    "bce": BinaryCrossentropy,
    "kld": KLDivergence,
    "kullback_leibler_divergence": KLDivergence,
    "logcosh": LogCoshError,
    "cosine_proximity": CosineSimilarity,
    "f1": F1Score,
    "r2": R2Score,
}


def get(identifier: Any) -> Any:
    """Returns the metric that a name, config, class, function or object stands for; None for None.

    Args:
        identifier: `"mse"`, `"mean_squared_error"` and `"MeanSquaredError"` give a new metric. `"accuracy"` gives
            `Accuracy`; training chooses by shape instead, see `resolve_accuracy`.

    Raises:
        UnknownNameError: for a name that is no metric, with the nearest one.

    Example:
    >>> get("mse"), get("AUC")
    (MeanSquaredError(), AUC())
    """
    return None if identifier is None else registry.resolve(identifier, "metrics", _NAMES, "metric")


def serialize(metric: Any) -> Any:
    """Returns a metric object or function as plain data."""
    return registry.serialize(metric)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Returns the metric that `serialize` described, or that a name stands for.

    Args:
        config: a config or a name.
        custom_objects: the caller's own classes and functions by name.

    Raises:
        UnknownNameError: for a metric that is neither heron's nor the caller's.
    """
    with registry.custom_object_scope(custom_objects or {}):
        return get(config)


_BY_SHAPE: dict[str, tuple[type[Metric], type[Metric], type[Metric]]] = {
    "accuracy": (BinaryAccuracy, SparseCategoricalAccuracy, CategoricalAccuracy),
    "crossentropy": (BinaryCrossentropy, SparseCategoricalCrossentropy, CategoricalCrossentropy),
}
_BY_SHAPE |= {"acc": _BY_SHAPE["accuracy"], "ce": _BY_SHAPE["crossentropy"]}


def resolve_accuracy(y_true_shape: Any, y_pred_shape: Any, kind: str = "accuracy") -> type[Metric]:
    """Returns the class that the metric `"accuracy"` means for these shapes.

    One output is binary; labels with fewer axes than predictions, or one column, are class numbers; others are one-hot.

    Args:
        y_true_shape: the shape of the labels.
        y_pred_shape: the shape of the model's output.
        kind: `"accuracy"` (or `"acc"`), or `"crossentropy"` (or `"ce"`).

    Raises:
        ArgumentError: for another kind.

    Example:
    >>> resolve_accuracy((32,), (32, 10)).__name__, resolve_accuracy((32, 1), (32, 1), "ce").__name__
    ('SparseCategoricalAccuracy', 'BinaryCrossentropy')
    """
    classes = _BY_SHAPE.get(str(kind).lower())
    if classes is None:
        raise ArgumentError(f"kind must be 'accuracy', 'acc', 'crossentropy' or 'ce'; received {kind!r}.")
    binary, sparse, categorical = classes
    if y_pred_shape[-1] == 1:
        return binary
    return sparse if len(y_true_shape) < len(y_pred_shape) or y_true_shape[-1] == 1 else categorical


_PUBLIC = {name: globals()[name] for name in __all__ if name not in _HELPERS}
_CLASSES = {name: found for name, found in _PUBLIC.items() if isinstance(found, type)}
_FUNCTIONS = {name: found for name, found in _PUBLIC.items() if name not in _CLASSES and name == found.__name__}
# A name stands for a class where there is one, else for a function.
_NAMES: dict[str, Any] = {
    **_FUNCTIONS,
    **_CLASSES,
    **{config.snake_case(name): cls for name, cls in _CLASSES.items()},
    **_ALIASES,
    **{name.upper(): cls for name, cls in _ALIASES.items() if len(name) <= 4},
}
registry.publish("heron.metrics", {**_CLASSES, **_FUNCTIONS})


if not TYPE_CHECKING:  # to a type checker, a name that is not there is an error
    __getattr__ = missing_name(__name__, __all__)
