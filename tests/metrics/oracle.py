"""Comparison of heron's metrics with those of Keras on its JAX backend."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from heron import metrics
from tests.losses.oracle import batch

# Which labels and predictions each metric takes, in the words of `batch`; metrics of one argument are not here.
KIND = {
    "Accuracy": "labels",
    "BinaryAccuracy": "binary",
    "CategoricalAccuracy": "one_hot",
    "SparseCategoricalAccuracy": "classes",
    "TopKCategoricalAccuracy": "one_hot",
    "SparseTopKCategoricalAccuracy": "classes",
    "TruePositives": "binary",
    "TrueNegatives": "binary",
    "FalsePositives": "binary",
    "FalseNegatives": "binary",
    "Precision": "binary",
    "Recall": "binary",
    "SensitivityAtSpecificity": "binary",
    "SpecificityAtSensitivity": "binary",
    "PrecisionAtRecall": "binary",
    "RecallAtPrecision": "binary",
    "AUC": "binary",
    "FBetaScore": "one_hot",
    "F1Score": "one_hot",
    "R2Score": "numbers",
    "MeanSquaredError": "numbers",
    "RootMeanSquaredError": "numbers",
    "MeanAbsoluteError": "numbers",
    "MeanAbsolutePercentageError": "numbers",
    "MeanSquaredLogarithmicError": "numbers",
    "CosineSimilarity": "numbers",
    "LogCoshError": "numbers",
    "PearsonCorrelation": "numbers",
    "ConcordanceCorrelation": "numbers",
    "Poisson": "counts",
    "KLDivergence": "one_hot",
    "Hinge": "signs",
    "SquaredHinge": "signs",
    "CategoricalHinge": "one_hot",
    "BinaryCrossentropy": "binary",
    "CategoricalCrossentropy": "one_hot",
    "SparseCategoricalCrossentropy": "classes",
    "IoU": "labels",
    "MeanIoU": "labels",
    "BinaryIoU": "binary",
    "OneHotIoU": "one_hot",
    "OneHotMeanIoU": "one_hot",
}
# What must be given to the constructor.
NEEDED: dict[str, dict[str, Any]] = {
    "TopKCategoricalAccuracy": {"k": 2},
    "SparseTopKCategoricalAccuracy": {"k": 2},
    "SensitivityAtSpecificity": {"specificity": 0.4},
    "SpecificityAtSensitivity": {"sensitivity": 0.4},
    "PrecisionAtRecall": {"recall": 0.4},
    "RecallAtPrecision": {"precision": 0.4},
    "IoU": {"num_classes": 4, "target_class_ids": [0, 2]},
    "MeanIoU": {"num_classes": 4},
    "OneHotIoU": {"num_classes": 4, "target_class_ids": [1]},
    "OneHotMeanIoU": {"num_classes": 4},
}
UNWEIGHTED = {"IoU", "MeanIoU", "BinaryIoU", "OneHotIoU", "OneHotMeanIoU"}


def data(kind: str, shape: tuple[int, ...] = (6, 4), seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Labels and predictions; "labels" are class numbers on both sides, unlike predictions of `batch`."""
    if kind == "labels":
        rng = np.random.default_rng(seed)
        return rng.integers(0, 4, shape[:-1]), rng.integers(0, 4, shape[:-1])
    return batch(kind, shape, seed)


def assert_same_metric(
    name: str,
    arguments: dict[str, Any] | None = None,
    kind: str | None = None,
    shape: tuple[int, ...] = (6, 4),
    weight_shape: tuple[int, ...] | None = None,
    tolerance: float = 1e-5,
) -> None:
    """Same result after each of three batches, after a reset, and the same variables."""
    arguments = NEEDED.get(name, {}) if arguments is None else arguments
    ours, theirs = getattr(metrics, name)(**arguments), getattr(keras.metrics, name)(**arguments)
    for seed in range(3):
        y_true, y_pred = data(kind or KIND[name], shape, seed)
        weight = None
        if weight_shape is not None:
            weight = np.random.default_rng(seed).random(weight_shape).astype(np.float32)
        for metric in (ours, theirs):
            metric.update_state(y_true, y_pred, sample_weight=weight)
        assert_same_result(ours, theirs, tolerance)
    assert [v.shape for v in ours.variables] == [tuple(v.shape) for v in theirs.variables]
    assert [v.dtype for v in ours.variables] == [v.dtype for v in theirs.variables]
    ours.reset_state()
    theirs.reset_state()
    for v in ours.variables:
        assert not np.any(v.numpy())
    y_true, y_pred = data(kind or KIND[name], shape, 7)
    for metric in (ours, theirs):
        metric.update_state(y_true, y_pred)
    assert_same_result(ours, theirs, tolerance)


def assert_same_result(ours: Any, theirs: Any, tolerance: float = 1e-5) -> None:
    received, expected = ours.result(), theirs.result()
    assert received.shape == tuple(expected.shape)
    np.testing.assert_allclose(
        np.asarray(received, np.float32), np.asarray(expected, np.float32), rtol=tolerance, atol=tolerance
    )
