"""What all losses share: the base class, shapes, weights, masks, dtypes and what is refused."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from heron import losses
from heron.errors import ArgumentError, ArgumentTypeError, HeronNote, ShapeError
from heron.layers.context import CallContext, entered, set_mask
from heron.losses import Loss, LossFunctionWrapper

ONES = np.ones((4, 3), np.float32)


class Absolute(Loss):
    def call(self, y_true, y_pred):
        return jnp.mean(jnp.abs(y_true - y_pred), axis=-1)


def test_a_subclass_writes_call_alone():
    loss = Absolute()
    assert loss.name == "absolute"
    assert loss.reduction == "sum_over_batch_size"
    assert float(loss(ONES, 3 * ONES)) == 2.0
    assert float(loss(ONES, 3 * ONES, sample_weight=[1, 1, 0, 0])) == 1.0
    assert Absolute(reduction="none")(ONES, 3 * ONES).shape == (4,)


def test_a_subclass_without_call_is_told_to_write_it():
    with pytest.raises(
        ArgumentTypeError, match=r"Nothing has no call method\.\nWrite: def call\(self, y_true, y_pred\)"
    ):
        type("Nothing", (Loss,), {})()(ONES, ONES)


def test_a_subclass_sees_structures_of_arrays():
    class Both(Loss):
        def call(self, y_true, y_pred):
            return jnp.mean(y_pred["a"] - y_true["a"], -1) + jnp.mean(y_pred["b"] * y_true["b"], -1)

    assert float(Both()({"a": ONES, "b": ONES}, {"a": 2 * ONES, "b": 3 * ONES})) == 4.0


def test_lists_and_numbers_are_arrays():
    assert float(losses.MeanSquaredError()([[0, 1], [0, 0]], [[1, 1], [1, 0]])) == 0.5
    assert float(losses.SparseCategoricalCrossentropy()([0], [[0.5, 0.5]])) == pytest.approx(np.log(2))


def test_an_unknown_reduction_is_refused():
    with pytest.raises(ArgumentError, match=r"'reduction' must be one of .*received 'avg'"):
        losses.MeanSquaredError(reduction="avg")
    with pytest.raises(ArgumentError, match=r"Did you mean 'sum'\?"):
        losses.MeanSquaredError(reduction="sums")


def test_a_wrong_argument_is_answered_with_the_right_one():
    with pytest.raises(ArgumentTypeError, match=r"has no argument 'from_logit'\. Did you mean 'from_logits'\?"):
        losses.BinaryCrossentropy(from_logit=True)


# ---- shapes ---------------------------------------------------------------------------------------------------------

SAME_SHAPE = [
    "MeanSquaredError",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredLogarithmicError",
    "CosineSimilarity",
    "Huber",
    "LogCosh",
    "Poisson",
    "KLDivergence",
    "Hinge",
    "SquaredHinge",
    "CategoricalHinge",
    "BinaryCrossentropy",
    "BinaryFocalCrossentropy",
    "CategoricalCrossentropy",
    "CategoricalFocalCrossentropy",
    "Dice",
    "Tversky",
]


@pytest.mark.parametrize("name", SAME_SHAPE)
def test_no_loss_repeats_values_silently(name):
    for true_shape, pred_shape in (
        ((4, 3), (4, 1)),
        ((4, 1), (4, 3)),
        ((4,), (4, 3)),
        ((3,), (4, 3)),
        ((2, 3), (4, 3)),
    ):
        with pytest.raises(ShapeError, match="compares each prediction with one label") as error:
            getattr(losses, name)()(np.ones(true_shape), np.ones(pred_shape))
        assert str(true_shape) in str(error.value)
        assert str(pred_shape) in str(error.value)


@pytest.mark.parametrize("name", [name for name in SAME_SHAPE if "Categorical" not in name])
def test_a_column_may_be_left_out(name):
    loss = getattr(losses, name)()
    rng = np.random.default_rng(0)
    y_true, y_pred = rng.random((4, 1)).astype(np.float32), rng.random((4, 1)).astype(np.float32)
    expected = loss(y_true, y_pred)
    assert loss(y_true[:, 0], y_pred) == expected
    assert loss(y_true, y_pred[:, 0]) == expected


@pytest.mark.parametrize(
    ("true_shape", "pred_shape", "mend"),
    [
        ((4, 3), (4, 1), r"end the model with Dense\(3\), or give y_true 1 column\."),
        ((4, 1), (4, 3), r"end the model with Dense\(1\), or give y_true 3 columns\."),
        ((4,), (4, 3), r"end the model with Dense\(1\); if the labels are class numbers, use a sparse_categorical"),
        ((5, 2), (4, 2), r"There are 5 labels for 4 predictions"),
        ((4, 2), (4, 7, 7, 2), r"Put heron\.layers\.Flatten\(\)"),
        ((4, 7, 2), (4, 2), r"Reshape y_true to \(4, 2\)"),
    ],
)
def test_the_message_says_how_to_mend_it(true_shape, pred_shape, mend):
    with pytest.raises(ShapeError, match=mend):
        losses.mean_squared_error(np.ones(true_shape), np.ones(pred_shape))


def test_functions_of_the_user_get_labels_of_the_same_rank():
    loss = LossFunctionWrapper(lambda y_true, y_pred: (y_true - y_pred) ** 2, reduction="none")
    assert loss(np.zeros(4), np.ones((4, 1))).shape == (4, 1)


@pytest.mark.parametrize(
    ("true_shape", "pred_shape", "mend"),
    [
        ((4, 3), (4, 3), r"One-hot rows go with categorical_crossentropy"),
        ((4,), (4, 9, 9, 3), r"Put heron\.layers\.Flatten\(\)"),
        ((5,), (4, 3), r"Give y_true one class number per prediction"),
    ],
)
def test_class_numbers_of_a_wrong_shape(true_shape, pred_shape, mend):
    with pytest.raises(ShapeError, match=mend):
        losses.SparseCategoricalCrossentropy()(np.ones(true_shape, int), np.ones(pred_shape))


def test_other_losses_of_class_numbers_check_their_shapes():
    with pytest.raises(ShapeError, match=r"ctc takes y_true of shape \(batch, length\)"):
        losses.CTC()(np.ones(4), np.ones((4, 5, 3)))
    with pytest.raises(ShapeError, match=r"circle takes embeddings of shape \(batch, d\)"):
        losses.Circle()(np.ones(4), np.ones((5, 3)))
    with pytest.raises(ShapeError, match=r"categorical_generalized_cross_entropy"):
        losses.CategoricalGeneralizedCrossEntropy()(np.ones((4, 3)), np.ones((4, 3)))


def test_one_class_is_noted():
    for loss in (losses.categorical_crossentropy, losses.categorical_focal_crossentropy):
        with pytest.warns(HeronNote, match=r"one class is always certain.*\n.*use binary_crossentropy"):
            loss(np.ones((4, 1)), np.ones((4, 1)))


def test_an_axis_that_is_a_truth_value_is_refused():
    for loss in (losses.categorical_crossentropy, losses.categorical_focal_crossentropy):
        with pytest.raises(ArgumentError, match="argument 'axis' must be an integer; received True"):
            loss(ONES, ONES, axis=True)


# ---- weights and masks ----------------------------------------------------------------------------------------------


def test_weights_of_samples_hold_for_all_their_steps():
    y_pred = np.random.default_rng(0).random((4, 4, 2)).astype(np.float32)
    loss = losses.MeanSquaredError(reduction="none")
    each = loss(np.zeros_like(y_pred), y_pred)
    weighted = loss(np.zeros_like(y_pred), y_pred, sample_weight=np.array([1.0, 2.0, 3.0, 4.0]))
    np.testing.assert_allclose(weighted, each * np.array([[1.0], [2.0], [3.0], [4.0]]), rtol=1e-6)


@pytest.mark.parametrize("shape", [(3,), (4, 3), (4, 2, 5), (2, 4)])
def test_weights_that_do_not_fit_are_refused(shape):
    with pytest.raises(ShapeError, match=r"sample_weight .*must have the shape of the values it weighs, \(4,\)"):
        losses.MeanSquaredError()(ONES, ONES, sample_weight=np.ones(shape))


def test_weights_of_steps_for_averaged_steps_are_told_why():
    with pytest.raises(ShapeError, match="has already averaged over the last axis"):
        losses.MeanSquaredError()(ONES, ONES, sample_weight=np.ones((4, 3)))


def test_a_mask_may_be_an_argument_an_attribute_or_travel_in_a_call():
    y_pred = np.arange(8, dtype=np.float32).reshape(4, 2)
    mask = np.array([True, False, True, False])
    loss = losses.MeanAbsoluteError()
    expected = float(jnp.mean(jnp.abs(y_pred[[0, 2]])))
    assert float(loss(np.zeros((4, 2)), y_pred, mask=mask)) == pytest.approx(expected)
    marked = jnp.asarray(y_pred)
    marked._keras_mask = jnp.asarray(mask)
    assert float(loss(np.zeros((4, 2)), marked)) == pytest.approx(expected)

    @jax.jit
    def within_a_call(x):
        with entered(CallContext(True)):
            set_mask(x, jnp.asarray(mask))
            return loss(np.zeros((4, 2)), x)

    assert float(within_a_call(y_pred)) == pytest.approx(expected)


def test_an_ignored_class_does_not_count_in_means():
    y_pred = np.full((4, 2), 0.5, np.float32)
    loss = losses.SparseCategoricalCrossentropy(ignore_class=-1)
    assert float(loss(np.array([0, 1, -1, -1]), y_pred)) == pytest.approx(np.log(2))
    assert float(jax.jit(loss)(np.array([0, 1, -1, -1]), y_pred)) == pytest.approx(np.log(2))
    assert float(loss(np.full(4, -1), y_pred)) == 0.0


def test_an_ignored_class_leaves_no_trace_in_the_gradient():
    loss = losses.SparseCategoricalCrossentropy(ignore_class=255)
    slope = jax.grad(lambda p: loss(np.array([0, 255], np.uint8), p))(jnp.full((2, 3), 1 / 3))
    assert np.isfinite(slope).all()
    assert not np.any(slope[1])


# ---- dtypes ---------------------------------------------------------------------------------------------------------


def test_it_computes_in_its_dtype():
    assert losses.MeanSquaredError()(ONES.astype(np.float16), ONES.astype(np.float16)).dtype == "float32"
    assert losses.MeanSquaredError(dtype="bfloat16")(ONES, ONES).dtype == "bfloat16"
    assert losses.MeanSquaredError(dtype="mixed_float16").dtype == "float16"


def test_class_numbers_keep_their_value_in_16_bits():
    classes = 1000
    labels = np.array([257, 999])
    scores = np.where(np.arange(classes) == labels[:, None], 20.0, 0.0)
    loss = losses.SparseCategoricalCrossentropy(from_logits=True, dtype="bfloat16")
    assert float(loss(labels, scores)) < 0.1


def test_sums_of_many_values_in_16_bits_do_not_overflow():
    numbers = np.full((70_000, 1), 2.0, np.float16)
    assert float(losses.MeanAbsoluteError(dtype="float16")(0 * numbers, numbers)) == pytest.approx(2.0, rel=1e-3)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_a_certain_prediction_in_16_bits_is_finite(dtype):
    labels, predictions = jnp.array([[0, 1], [1, 0], [0, 1]]), jnp.array([[0, 1], [0, 1], [1, 0]], dtype)
    for name in ("BinaryCrossentropy", "CategoricalCrossentropy", "KLDivergence", "BinaryFocalCrossentropy"):
        loss = getattr(losses, name)(dtype=dtype)
        value, slope = jax.value_and_grad(lambda p, loss=loss: loss(labels, p))(predictions)
        assert np.isfinite(float(value))
        assert np.isfinite(np.asarray(slope, np.float32)).all()


def test_an_empty_last_axis_is_refused():
    for name in [*SAME_SHAPE, "SparseCategoricalCrossentropy"]:
        with pytest.raises(ShapeError, match=r"received y_pred of shape \(4, 0\), whose last axis is empty\.\nLook at"):
            getattr(losses, name)()(np.ones((4,) if "Sparse" in name else (4, 0)), np.ones((4, 0)))


def test_an_empty_batch_has_the_loss_zero():
    assert float(losses.MeanSquaredError()(np.ones((0, 3, 2)), np.ones((0, 3, 2)))) == 0.0


# ---- axes -----------------------------------------------------------------------------------------------------------


def test_classes_on_another_axis():
    rng = np.random.default_rng(0)
    y_pred = rng.random((2, 3, 5)).astype(np.float32)
    y_true = rng.integers(0, 3, (2, 5))
    expected = losses.sparse_categorical_crossentropy(y_true, np.moveaxis(y_pred, 1, -1))
    np.testing.assert_allclose(losses.sparse_categorical_crossentropy(y_true, y_pred, axis=1), expected, rtol=1e-6)
    one_hot = np.moveaxis(np.eye(3, dtype=np.float32)[y_true], -1, 1)
    np.testing.assert_allclose(losses.categorical_crossentropy(one_hot, y_pred, axis=1), expected, rtol=1e-6)
