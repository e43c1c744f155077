"""Batch, layer and group normalization beyond the comparison with Keras: statistics, freezing, messages."""

from __future__ import annotations

import numpy as np
import pytest

from heron import layers
from heron.errors import ArgumentError, ShapeError
from heron.symbolic import KerasTensor
from tests.oracle import array


def test_training_moves_the_averages_and_inference_does_not():
    layer = layers.BatchNormalization(momentum=0.9)
    x = array(50, 3) * 2 + 1
    layer(x)
    assert layer.moving_mean.numpy().tolist() == [0, 0, 0]
    layer(x, training=True)
    np.testing.assert_allclose(layer.moving_mean.numpy(), 0.1 * x.mean(0), rtol=1e-5)
    np.testing.assert_allclose(layer.moving_variance.numpy(), 0.9 + 0.1 * x.var(0), rtol=1e-5)


def test_a_frozen_layer_uses_its_averages_in_training_too():
    layer = layers.BatchNormalization()
    x = array(50, 3)
    quiet = layer(x)
    layer.trainable = False
    np.testing.assert_array_equal(layer(x, training=True), quiet)
    assert layer.moving_mean.numpy().tolist() == [0, 0, 0]
    assert layer.trainable_weights == []
    assert len(layer.non_trainable_weights) == 4


def test_statistics_stay_in_float32_and_do_not_overflow():
    layer = layers.BatchNormalization(dtype="mixed_float16")
    x = np.array([[40000.0], [60000.0]], "float16")
    y = layer(x, training=True)
    np.testing.assert_allclose(np.asarray(y, "float32"), [[-1], [1]], atol=1e-3)
    assert layer.moving_variance.dtype == "float32"
    assert np.isfinite(layer.moving_variance.numpy()).all()


def test_masked_steps_count_for_nothing():
    layer = layers.BatchNormalization(momentum=0.0)
    x = np.array([[[1.0], [3.0], [1000.0]]], "float32")
    layer(x, training=True, mask=np.array([[True, True, False]]))
    np.testing.assert_allclose(layer.moving_mean.numpy(), [2.0], rtol=1e-5)
    np.testing.assert_allclose(layer.moving_variance.numpy(), [1.0], rtol=1e-5)
    with pytest.raises(ShapeError, match=r"expects a mask with fewer axes than its inputs of shape \(1, 3, 1\)"):
        layer(x, training=True, mask=np.ones((1, 3, 1), bool))


def test_another_number_of_features():
    layer = layers.BatchNormalization(name="bn")
    layer(array(2, 3))
    with pytest.raises(ShapeError, match="BatchNormalization 'bn' expects inputs whose last axis has 3"):
        layer(array(2, 4))


@pytest.mark.parametrize(
    "layer", [layers.BatchNormalization, layers.LayerNormalization, layers.RMSNormalization, layers.GroupNormalization]
)
def test_the_axis_must_exist_and_be_known(layer):
    with pytest.raises(ShapeError, match=r"has axis=3; received inputs of shape \(2, 4\), which have 2 axes"):
        layer(axis=3)(array(2, 4))
    with pytest.raises(ShapeError, match=r"needs to know the size of axis 1 .* received shape \(None, None\)"):
        layer()(KerasTensor((None, None)))


def test_unit_normalization_leaves_zeros():
    y = layers.UnitNormalization()(np.array([[3.0, 4.0], [0.0, 0.0]], "float32"))
    np.testing.assert_allclose(y, [[0.6, 0.8], [0, 0]], rtol=1e-6)


def test_groups_divide_the_channels():
    with pytest.raises(ShapeError) as caught:
        layers.GroupNormalization(groups=4, name="gn")(array(2, 6))
    assert str(caught.value) == (
        "GroupNormalization 'gn' has groups=4, which does not divide the 6 channels of inputs of shape (2, 6).\n"
        "Use one of 1, 2, 3, 6, or -1 for one channel a group."
    )


def test_limits_of_the_renorm_correction():
    with pytest.raises(
        ArgumentError, match="'renorm_clipping' must be a dict with numbers under some of the keys rmin"
    ):
        layers.BatchNormalization(renorm=True, renorm_clipping={"rmax": 1.0, "rmin": 2.0})


def test_models_of_old_divide_without_subtracting():
    layer = layers.LayerNormalization(rms_scaling=True, epsilon=0.0)
    x = array(2, 4)
    np.testing.assert_allclose(layer(x), x / x.std(1, keepdims=True), rtol=1e-5)
    assert [w.name for w in layer.weights] == ["gamma"]
