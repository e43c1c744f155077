"""heron's metrics against Keras: several batches, weights, resets, options, masks."""

from __future__ import annotations

import jax.numpy as jnp
import keras
import numpy as np
import pytest

from heron import metrics
from tests.metrics.oracle import KIND, UNWEIGHTED, assert_same_metric, assert_same_result, data

# Keras counts regions in int64, which JAX without 64 bits makes int32 and says so.
pytestmark = pytest.mark.filterwarnings("ignore:Explicitly requested dtype int64:UserWarning")

CONFIGURATIONS = [
    ("BinaryAccuracy", {"threshold": 0.3}, "binary"),
    ("TopKCategoricalAccuracy", {"k": 1}, "one_hot"),
    ("SparseTopKCategoricalAccuracy", {"k": 3}, "classes"),
    ("TruePositives", {"thresholds": [0.2, 0.7]}, "binary"),
    ("FalseNegatives", {"thresholds": [0.9, 0.2, 0.7]}, "binary"),
    ("TrueNegatives", {"thresholds": [0.0, 0.5, 1.0]}, "binary"),
    ("FalsePositives", {"thresholds": [i / 10 for i in range(11)]}, "binary"),
    ("FalsePositives", {"thresholds": [(i / 10) ** 2 for i in range(10, 0, -1)]}, "binary"),
    ("Precision", {"thresholds": [0.3, 0.6]}, "binary"),
    ("Precision", {"thresholds": 0.2}, "binary"),
    ("Precision", {"top_k": 2}, "one_hot"),
    ("Precision", {"class_id": 1}, "one_hot"),
    ("Precision", {"top_k": 2, "class_id": 1}, "one_hot"),
    ("Precision", {"thresholds": [0.0, 0.5, 1.0]}, "binary"),
    ("Recall", {"thresholds": [0.3, 0.6]}, "binary"),
    ("Recall", {"top_k": 1}, "one_hot"),
    ("Recall", {"top_k": 2, "class_id": 0, "thresholds": 0.2}, "one_hot"),
    ("SensitivityAtSpecificity", {"specificity": 0.7, "num_thresholds": 1}, "binary"),
    ("SpecificityAtSensitivity", {"sensitivity": 0.7, "num_thresholds": 20}, "binary"),
    ("PrecisionAtRecall", {"recall": 0.8, "class_id": 2}, "one_hot"),
    ("RecallAtPrecision", {"precision": 1.0}, "binary"),
    ("AUC", {"num_thresholds": 3}, "binary"),
    ("AUC", {"num_thresholds": 2}, "binary"),
    ("AUC", {"thresholds": [0.3, 0.5]}, "binary"),
    ("AUC", {"thresholds": [0.9, 0.1, 0.2, 0.3, 0.35, 0.5, 0.8, 0.85]}, "binary"),
    ("AUC", {"from_logits": True}, "binary"),
    ("AUC", {"label_weights": [0.1, 0.2, 0.3, 0.4]}, "binary"),
    ("AUC", {"multi_label": True}, "binary"),
    ("AUC", {"multi_label": True, "num_labels": 4, "num_thresholds": 5}, "binary"),
    ("AUC", {"multi_label": True, "label_weights": [0.1, 0.2, 0.3, 0.4]}, "binary"),
    ("AUC", {"multi_label": True, "label_weights": [0.1, 0.2, 0.3, 0.4], "curve": "PR"}, "binary"),
    ("FBetaScore", {"average": "micro", "beta": 2.0, "threshold": 0.3}, "binary"),
    ("FBetaScore", {"average": "macro", "beta": 0.5}, "one_hot"),
    ("FBetaScore", {"average": "weighted", "threshold": 0.6}, "binary"),
    ("F1Score", {"average": "weighted"}, "one_hot"),
    ("F1Score", {"threshold": 0.5}, "binary"),
    ("R2Score", {"class_aggregation": None}, "numbers"),
    ("R2Score", {"class_aggregation": "variance_weighted_average"}, "numbers"),
    ("R2Score", {"num_regressors": 3}, "numbers"),
    ("CosineSimilarity", {"axis": 0}, "numbers"),
    ("PearsonCorrelation", {"axis": 0}, "numbers"),
    ("ConcordanceCorrelation", {"axis": 0}, "numbers"),
    ("BinaryCrossentropy", {"from_logits": True}, "binary"),
    ("BinaryCrossentropy", {"label_smoothing": 0.2}, "binary"),
    ("CategoricalCrossentropy", {"label_smoothing": 0.2, "from_logits": True}, "one_hot"),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, "classes"),
    ("SparseCategoricalCrossentropy", {"ignore_class": 1}, "classes"),
    ("IoU", {"num_classes": 4, "target_class_ids": [3], "ignore_class": 1}, "labels"),
    ("IoU", {"num_classes": 3, "target_class_ids": [0, 1]}, "labels"),
    ("MeanIoU", {"num_classes": 4, "sparse_y_pred": False}, "classes"),
    ("BinaryIoU", {"target_class_ids": [1], "threshold": 0.3}, "binary"),
    ("OneHotMeanIoU", {"num_classes": 4, "dtype": "float32"}, "one_hot"),
]


@pytest.mark.parametrize("name", KIND)
def test_a_metric_with_default_arguments(name):
    assert_same_metric(name)


@pytest.mark.parametrize("name", [name for name in KIND if name not in UNWEIGHTED])
def test_a_weighted_metric(name):
    assert_same_metric(name, weight_shape=(6,))


@pytest.mark.parametrize(("name", "arguments", "kind"), CONFIGURATIONS)
def test_a_metric_with_arguments(name, arguments, kind):
    # Along axis 0 there is one value per column: none per sample that could be weighted.
    weighted = arguments.get("axis") != 0 and name not in UNWEIGHTED
    assert_same_metric(name, arguments, kind, weight_shape=(6,) if weighted else None)


@pytest.mark.parametrize("curve", ["ROC", "PR", "PRGAIN"])
@pytest.mark.parametrize("summation_method", ["interpolation", "minoring", "majoring"])
def test_every_area(curve, summation_method):
    assert_same_metric(
        "AUC", {"curve": curve, "summation_method": summation_method, "num_thresholds": 30}, weight_shape=(6, 4)
    )


@pytest.mark.parametrize("weight_shape", [(6,), (6, 1), (6, 5)])
@pytest.mark.parametrize(
    "name", ["MeanSquaredError", "SparseCategoricalAccuracy", "BinaryAccuracy", "CategoricalAccuracy"]
)
def test_weights_of_time_steps(name, weight_shape):
    assert_same_metric(name, shape=(6, 5, 4), weight_shape=weight_shape)


@pytest.mark.parametrize("name", ["Precision", "AUC"])
def test_counts_of_labels_weighted_one_by_one(name):
    assert_same_metric(name, weight_shape=(6, 4))
    assert_same_metric(name, shape=(6, 1), weight_shape=(6, 1))


@pytest.mark.parametrize("dtype", ["float32", "uint8", "int64"])
@pytest.mark.parametrize("shape", [(6,), (6, 1)])
def test_class_numbers_of_every_shape_and_dtype(shape, dtype):
    for name in ("SparseCategoricalAccuracy", "SparseTopKCategoricalAccuracy", "SparseCategoricalCrossentropy"):
        ours, theirs = getattr(metrics, name)(), getattr(keras.metrics, name)()
        y_true, y_pred = data("classes", (6, 8))
        for metric in (ours, theirs):
            metric.update_state(y_true.reshape(shape).astype(dtype), y_pred, np.arange(6.0))
        assert_same_result(ours, theirs)


@pytest.mark.parametrize(("true_shape", "pred_shape"), [((6,), (6, 1)), ((6, 1), (6,)), ((6,), (6,)), ((6, 1), (6, 1))])
@pytest.mark.parametrize("name", ["BinaryAccuracy", "MeanSquaredError", "RootMeanSquaredError", "AUC", "Recall"])
def test_one_column_may_be_left_out(name, true_shape, pred_shape):
    ours, theirs = getattr(metrics, name)(), getattr(keras.metrics, name)()
    y_true, y_pred = data("binary", (6, 1))
    for metric in (ours, theirs):
        metric.update_state(y_true.reshape(true_shape), y_pred.reshape(pred_shape))
    assert_same_result(ours, theirs)


@pytest.mark.parametrize(
    "weight", [None, 2.0, [1.0, 0.0, 3.0], [[1.0], [0.0], [3.0]], [[1.0, 2.0], [0.0, 1.0], [3.0, 0]]]
)
@pytest.mark.parametrize("name", ["Mean", "Sum"])
def test_mean_and_sum(name, weight):
    ours, theirs = getattr(metrics, name)(), getattr(keras.metrics, name)()
    for values in (np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([[9.0, 8.0], [7.0, 6.0], [5.0, 4.0]])):
        for metric in (ours, theirs):
            metric.update_state(values, None if weight is None else np.array(weight))
        assert_same_result(ours, theirs)


def test_mean_of_numbers_of_every_rank():
    for values in (4.0, np.array([1.0, 3.0]), np.arange(24.0).reshape(2, 3, 4)):
        ours, theirs = metrics.Mean(), keras.metrics.Mean()
        for metric in (ours, theirs):
            metric.update_state(values)
            metric.update_state(1.0, sample_weight=3)
        assert_same_result(ours, theirs)


@pytest.mark.parametrize("weight_shape", [None, (6, 5), (6, 1)])
@pytest.mark.parametrize("name", ["MeanSquaredError", "SparseCategoricalAccuracy"])
def test_a_mask_on_the_predictions(name, weight_shape):
    y_true, y_pred = data(KIND[name], (6, 5, 4))
    mask = np.arange(30).reshape(6, 5) % 3 > 0
    weight = None if weight_shape is None else np.random.default_rng(1).random(weight_shape).astype(np.float32)
    ours, theirs = getattr(metrics, name)(), getattr(keras.metrics, name)()
    for metric in (ours, theirs):
        predicted = jnp.array(y_pred)
        predicted._keras_mask = jnp.asarray(mask)
        metric.update_state(y_true, predicted, sample_weight=weight)
    assert_same_result(ours, theirs)


def test_a_weighted_metric_of_values_with_a_mask():
    y_true, y_pred = data("classes", (6, 4))
    ours = metrics.SparseCategoricalCrossentropy(ignore_class=1)
    theirs = keras.metrics.SparseCategoricalCrossentropy(ignore_class=1)
    for metric in (ours, theirs):
        metric.update_state(y_true, y_pred, sample_weight=np.arange(6.0))
    assert_same_result(ours, theirs)


def test_sorted_ids():
    ours = metrics.SparseTopKCategoricalAccuracy(k=2, from_sorted_ids=True)
    theirs = keras.metrics.SparseTopKCategoricalAccuracy(k=2, from_sorted_ids=True)
    for metric in (ours, theirs):
        metric.update_state(np.array([2, 1, 0]), np.array([[1, 0, 3], [1, 0, 2], [3, 0, 2]]))
    assert_same_result(ours, theirs)


def test_whole_weights_of_regions():
    for arguments in ({"num_classes": 4}, {"num_classes": 4, "dtype": "float32"}):
        ours, theirs = metrics.MeanIoU(**arguments), keras.metrics.MeanIoU(**arguments)
        y_true, y_pred = data("labels", (6, 5, 4))
        for metric in (ours, theirs):
            metric.update_state(y_true, y_pred, sample_weight=np.arange(30).reshape(6, 5))
        assert_same_result(ours, theirs)


FUNCTIONS = {
    "binary_accuracy": "binary",
    "categorical_accuracy": "one_hot",
    "sparse_categorical_accuracy": "classes",
    "top_k_categorical_accuracy": "one_hot",
    "sparse_top_k_categorical_accuracy": "classes",
    "pearson_correlation": "numbers",
    "concordance_correlation": "numbers",
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("shape", [(6, 8), (2, 3, 8)])
def test_the_values_of_each_sample(name, shape):
    y_true, y_pred = data(FUNCTIONS[name], shape)
    expected = getattr(keras.metrics, name)(y_true, y_pred)
    received = getattr(metrics, name)(y_true, y_pred)
    assert received.shape == tuple(expected.shape)
    np.testing.assert_allclose(received, expected, rtol=1e-5, atol=1e-6)


def test_16_bit_predictions():
    for name in ("SparseCategoricalAccuracy", "MeanSquaredError", "AUC", "BinaryAccuracy"):
        y_true, y_pred = data(KIND[name])
        ours, theirs = getattr(metrics, name)(), getattr(keras.metrics, name)()
        for metric in (ours, theirs):
            metric.update_state(y_true, jnp.asarray(y_pred, jnp.bfloat16))
        assert_same_result(ours, theirs, 1e-2)
