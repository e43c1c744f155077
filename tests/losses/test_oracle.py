"""heron's losses against Keras: values, gradients, weights, reductions, masks, 16-bit dtypes."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from heron import losses
from tests.losses.oracle import assert_same_loss, batch

KIND = {
    "MeanSquaredError": "numbers",
    "MeanAbsoluteError": "numbers",
    "MeanAbsolutePercentageError": "numbers",
    "MeanSquaredLogarithmicError": "numbers",
    "CosineSimilarity": "numbers",
    "Huber": "numbers",
    "LogCosh": "numbers",
    "Poisson": "counts",
    "KLDivergence": "one_hot",
    "Hinge": "signs",
    "SquaredHinge": "signs",
    "CategoricalHinge": "one_hot",
    "BinaryCrossentropy": "binary",
    "BinaryFocalCrossentropy": "binary",
    "CategoricalCrossentropy": "one_hot",
    "CategoricalFocalCrossentropy": "one_hot",
    "SparseCategoricalCrossentropy": "classes",
    "CategoricalGeneralizedCrossEntropy": "classes",
    "Dice": "binary",
    "Tversky": "binary",
}
REDUCTIONS = ["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None]
CONFIGURATIONS = [
    ("CosineSimilarity", "numbers", {"axis": 0}),
    ("Huber", "numbers", {"delta": 0.5}),
    ("Hinge", "binary", {}),
    ("SquaredHinge", "binary", {}),
    ("BinaryCrossentropy", "signs", {"from_logits": True}),
    ("BinaryCrossentropy", "binary", {"label_smoothing": 0.2}),
    ("BinaryCrossentropy", "binary", {"label_smoothing": 0.2, "from_logits": True}),
    ("BinaryCrossentropy", "binary", {"axis": 0}),
    ("CategoricalCrossentropy", "one_hot", {"from_logits": True}),
    ("CategoricalCrossentropy", "one_hot", {"label_smoothing": 0.1}),
    ("CategoricalCrossentropy", "one_hot", {"label_smoothing": 0.1, "from_logits": True}),
    ("CategoricalCrossentropy", "binary", {"axis": 0}),
    ("SparseCategoricalCrossentropy", "classes", {"from_logits": True}),
    ("SparseCategoricalCrossentropy", "classes", {"ignore_class": 1}),
    ("SparseCategoricalCrossentropy", "classes", {"ignore_class": 2, "from_logits": True}),
    ("BinaryFocalCrossentropy", "binary", {"apply_class_balancing": True, "alpha": 0.4, "gamma": 1.5}),
    ("BinaryFocalCrossentropy", "binary", {"from_logits": True, "label_smoothing": 0.1}),
    ("CategoricalFocalCrossentropy", "one_hot", {"alpha": [0.1, 0.2, 0.3, 0.4], "gamma": 3.0}),
    ("CategoricalFocalCrossentropy", "one_hot", {"from_logits": True, "label_smoothing": 0.1}),
    ("CategoricalGeneralizedCrossEntropy", "classes", {"q": 0.8}),
    ("Dice", "binary", {"axis": (1,)}),
    ("Tversky", "binary", {"alpha": 0.3, "beta": 0.9, "axis": (1,)}),
]


@pytest.mark.parametrize("name", KIND)
def test_a_loss_with_default_arguments(name):
    assert_same_loss(name, *batch(KIND[name]))


@pytest.mark.parametrize(("name", "kind", "arguments"), CONFIGURATIONS)
def test_a_loss_with_arguments(name, kind, arguments):
    assert_same_loss(name, *batch(kind), arguments)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", ["MeanSquaredError", "SparseCategoricalCrossentropy"])
@pytest.mark.parametrize("weight_shape", [None, (6,), (6, 1)])
def test_reductions_and_weights(name, reduction, weight_shape):
    weight = None if weight_shape is None else np.linspace(0, 2, 6, dtype=np.float32).reshape(weight_shape)
    assert_same_loss(name, *batch(KIND[name]), {"reduction": reduction}, weight, gradient=False)


@pytest.mark.parametrize("name", KIND)
def test_weights_are_differentiated_through(name):
    weight = np.linspace(0.5, 2, 6, dtype=np.float32)
    arguments = {"axis": (1,)} if name in ("Dice", "Tversky") else {}
    assert_same_loss(name, *batch(KIND[name]), arguments, weight)


@pytest.mark.parametrize("weight_shape", [(6, 5), (6, 1)])
@pytest.mark.parametrize("name", ["MeanAbsoluteError", "SparseCategoricalCrossentropy", "BinaryCrossentropy"])
def test_weights_of_time_steps(name, weight_shape):
    y_true, y_pred = batch(KIND[name], (6, 5, 4))
    weight = np.random.default_rng(1).random(weight_shape).astype(np.float32)
    for reduction in ("sum_over_batch_size", "mean_with_sample_weight", "none"):
        assert_same_loss(name, y_true, y_pred, {"reduction": reduction}, weight, gradient=False)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weight_shape", [None, (6, 5), (6, 1)])
def test_masks(reduction, weight_shape):
    y_true, y_pred = batch("numbers", (6, 5, 4))
    mask = np.arange(30).reshape(6, 5) % 3 > 0
    weight = None if weight_shape is None else np.random.default_rng(1).random(weight_shape).astype(np.float32)
    assert_same_loss("MeanSquaredError", y_true, y_pred, {"reduction": reduction}, weight, mask)


def test_a_mask_that_keeps_nothing():
    assert_same_loss("MeanSquaredError", *batch("numbers", (6, 5, 4)), mask=np.zeros((6, 5), bool))


def test_a_mask_beside_an_ignored_class():
    y_true, y_pred = batch("classes", (6, 5, 4))
    mask = np.arange(30).reshape(6, 5) % 3 > 0
    assert_same_loss("SparseCategoricalCrossentropy", y_true, y_pred, {"ignore_class": 1}, mask=mask)


@pytest.mark.filterwarnings("ignore:overflow encountered in cast:RuntimeWarning")  # 1 / epsilon in Keras
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("name", KIND)
def test_16_bits(name, dtype):
    y_true, y_pred = batch(KIND[name])
    if KIND[name] == "numbers":
        y_true = np.abs(y_true) + 1
    assert_same_loss(name, y_true, y_pred, {"dtype": dtype}, gradient=False)


def test_labels_of_every_shape_and_dtype_that_keras_takes():
    y_true, y_pred = batch("classes")
    for labels in (y_true, y_true[:, None], y_true.astype(np.uint8), y_true.astype(np.float32)):
        assert_same_loss("SparseCategoricalCrossentropy", labels, y_pred)
    numbers, predicted = batch("numbers", (6, 1))
    for labels, predictions in (
        (numbers[:, 0], predicted),
        (numbers, predicted[:, 0]),
        (numbers[:, 0], predicted[:, 0]),
    ):
        assert_same_loss("MeanSquaredError", labels, predictions)


def test_circle():
    y_true, y_pred = batch("embeddings", (8, 4))
    for arguments in ({"gamma": 4.0}, {"gamma": 2.0, "margin": 0.2, "remove_diagonal": False}, {"reduction": "none"}):
        assert_same_loss("Circle", y_true, y_pred, arguments)


def test_ctc():
    rng = np.random.default_rng(2)
    y_true = rng.integers(1, 5, (6, 3))
    y_true[2] = [2, 2, 3]
    for row, length in enumerate((3, 3, 3, 2, 1, 0)):
        y_true[row, length:] = 0
    assert_same_loss("CTC", y_true, rng.normal(size=(6, 8, 5)).astype(np.float32), {"reduction": "none"})


FUNCTIONS = {
    "mean_squared_error": "numbers",
    "mean_absolute_error": "numbers",
    "mean_absolute_percentage_error": "numbers",
    "mean_squared_logarithmic_error": "numbers",
    "cosine_similarity": "numbers",
    "huber": "numbers",
    "log_cosh": "numbers",
    "poisson": "counts",
    "kl_divergence": "one_hot",
    "hinge": "signs",
    "squared_hinge": "signs",
    "categorical_hinge": "one_hot",
    "binary_crossentropy": "binary",
    "binary_focal_crossentropy": "binary",
    "categorical_crossentropy": "one_hot",
    "categorical_focal_crossentropy": "one_hot",
    "sparse_categorical_crossentropy": "classes",
    "dice": "binary",
    "tversky": "binary",
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_values_of_each_sample(name):
    for shape in ((6, 4), (2, 3, 4)):
        y_true, y_pred = batch(FUNCTIONS[name], shape)
        expected = jax.jit(getattr(keras.losses, name))(y_true, y_pred)
        received = jax.jit(getattr(losses, name))(y_true, y_pred)
        assert received.shape == expected.shape
        np.testing.assert_allclose(received, expected, rtol=1e-5, atol=1e-6)


def test_circle_against_references():
    y_true, y_pred = batch("embeddings", (8, 4))
    references = batch("embeddings", (5, 4), seed=1)
    arguments = {"ref_labels": references[0], "ref_embeddings": references[1], "remove_diagonal": False, "gamma": 4}
    expected = keras.losses.circle(y_true, y_pred, **arguments)
    np.testing.assert_allclose(losses.circle(y_true, y_pred, **arguments), expected, rtol=1e-5)


@pytest.mark.parametrize("name", [*KIND, "Circle"])
def test_compiled_equals_eager(name):
    y_true, y_pred = batch(KIND.get(name, "embeddings"))
    loss = getattr(losses, name)()
    np.testing.assert_allclose(jax.jit(loss)(y_true, y_pred), loss(y_true, y_pred), rtol=1e-6)


@pytest.mark.parametrize("name", [*KIND, "Circle"])
def test_the_gradient_is_finite_at_the_edges(name):
    y_true, _ = batch(KIND.get(name, "embeddings"))
    rows = np.array([[0, 0, 0, 1], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [1, 0, 0, 0], [0, 1, 0, 0]], np.float32)
    loss = getattr(losses, name)()
    value, slope = jax.jit(jax.value_and_grad(lambda p: loss(y_true, p)))(jnp.asarray(rows))
    assert np.isfinite(value)
    assert np.isfinite(slope).all()
