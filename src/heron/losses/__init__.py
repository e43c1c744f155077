"""Losses: what training makes small. Classes, functions of the same formulas, and the names for both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from heron import registry
from heron.errors import missing_name
from heron.losses.crossentropy import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
    binary_crossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
)
from heron.losses.divergence import KLDivergence, Poisson, kl_divergence, poisson
from heron.losses.focal import (
    BinaryFocalCrossentropy,
    CategoricalFocalCrossentropy,
    CategoricalGeneralizedCrossEntropy,
    binary_focal_crossentropy,
    categorical_focal_crossentropy,
    categorical_generalized_cross_entropy,
)
from heron.losses.label_checks import check_labels
from heron.losses.label_facts import LabelFacts
from heron.losses.loss import Loss, LossFunctionWrapper
from heron.losses.margin import CategoricalHinge, Hinge, SquaredHinge, categorical_hinge, hinge, squared_hinge
from heron.losses.overlap import Dice, Tversky, dice, tversky
from heron.losses.regression import (
    CosineSimilarity,
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    cosine_similarity,
    huber,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
from heron.losses.sequence import CTC, ctc
from heron.losses.similarity import Circle, circle

mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
bce = BCE = binary_crossentropy
kld = KLD = kullback_leibler_divergence = kl_divergence
logcosh = log_cosh
huber_loss = huber
cosine_proximity = cosine_similarity

__all__ = [
    "Loss",
    "LossFunctionWrapper",
    "BinaryCrossentropy",
    "BinaryFocalCrossentropy",
    "CategoricalCrossentropy",
    "CategoricalFocalCrossentropy",
    "CategoricalGeneralizedCrossEntropy",
    "CategoricalHinge",
    "Circle",
    "CosineSimilarity",
    "CTC",
    "Dice",
    "Hinge",
    "Huber",
    "KLDivergence",
    "LogCosh",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Poisson",
    "SparseCategoricalCrossentropy",
    "SquaredHinge",
    "Tversky",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_generalized_cross_entropy",
    "categorical_hinge",
    "circle",
    "cosine_similarity",
    "ctc",
    "dice",
    "hinge",
    "huber",
    "kl_divergence",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "poisson",
    "sparse_categorical_crossentropy",
    "squared_hinge",
    "tversky",
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
    "kullback_leibler_divergence",
    "logcosh",
    "huber_loss",
    "cosine_proximity",
    "get",
    "serialize",
    "deserialize",
    "as_loss",
    "resolve_crossentropy",
    "LabelFacts",
    "check_labels",
]

_HELPERS = ("get", "serialize", "deserialize", "as_loss", "resolve_crossentropy", "LabelFacts", "check_labels")


def get(identifier: Any) -> Any:
    """Returns the loss that a name, config, class, function or object stands for; None for None.

    Args:
        identifier: `"mse"` and `"mean_squared_error"` give the function, `"MeanSquaredError"` an object of the class.

    Raises:
        UnknownNameError: for a name that is no loss, with the nearest one.

    Example:
    >>> get("mse").__name__, get("Huber")
    ('mean_squared_error', Huber())
    """
    return None if identifier is None else registry.resolve(identifier, "losses", _NAMES, "loss")


def serialize(loss: Any) -> Any:
    """Returns a loss object or function as plain data."""
    return registry.serialize(loss)


def deserialize(name: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Returns the loss that `serialize` described, or that a name stands for.

    Args:
        name: a config or a name.
        custom_objects: the caller's own classes and functions by name.

    Raises:
        UnknownNameError: for a loss that is neither heron's nor the caller's.
    """
    with registry.custom_object_scope(custom_objects or {}):
        return get(name)


def resolve_crossentropy(y_true_shape: Any, y_pred_shape: Any) -> Any:
    """Returns the function that the loss `"crossentropy"` (or `"ce"`) means for these shapes.

    Args:
        y_true_shape: the shape of the labels.
        y_pred_shape: the shape of the model's output.

    Example:
    >>> resolve_crossentropy((32,), (32, 10)).__name__
    'sparse_categorical_crossentropy'
    """
    if y_pred_shape[-1] == 1:
        return binary_crossentropy
    sparse = len(y_true_shape) < len(y_pred_shape) or y_true_shape[-1] == 1
    return sparse_categorical_crossentropy if sparse else categorical_crossentropy


def as_loss(identifier: Any, y_true_shape: Any = None, y_pred_shape: Any = None) -> Loss | None:
    """Returns what `compile(loss=...)` takes as a `Loss` object: a function becomes one of its own name.

    Args:
        identifier: a name, config, class, function or object; None for None.
        y_true_shape: the shape of the labels, needed for `"crossentropy"` (or `"ce"`), which is chosen by shape.
        y_pred_shape: the shape of the model's output, needed for the same.

    Raises:
        UnknownNameError: for a name that is no loss, with the nearest one.

    Example:
    >>> as_loss("mse").name, as_loss("ce", (32,), (32, 10)).fn.__name__
    ('mse', 'sparse_categorical_crossentropy')
    """
    by_shape = isinstance(identifier, str) and identifier.lower() in ("crossentropy", "ce")
    if by_shape and y_true_shape is not None and y_pred_shape is not None:
        found = resolve_crossentropy(y_true_shape, y_pred_shape)
    else:
        found = get(identifier)
    if found is None or isinstance(found, Loss):
        return found
    name = identifier if isinstance(identifier, str) else getattr(found, "__name__", None)
    return LossFunctionWrapper(found, name=name)


# What a name stands for: every class and function above, aliases included.
_NAMES = {name: globals()[name] for name in __all__ if name not in ("Loss", "LossFunctionWrapper", *_HELPERS)}
registry.publish("heron.losses", _NAMES)


if not TYPE_CHECKING:  # to a type checker, a name that is not there is an error
    __getattr__ = missing_name(__name__, __all__)
