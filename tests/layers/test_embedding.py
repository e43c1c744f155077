"""Embedding: ids out of range, masks, starting weights and old arguments."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from heron import layers
from heron.errors import DataError, HeronNote, ShapeError
from heron.layers.context import get_mask


def test_an_id_out_of_range_is_an_error():
    layer = layers.Embedding(10, 4, name="words")
    with pytest.raises(DataError) as caught:
        layer([[1, 49]])
    assert str(caught.value) == (
        "The input has token id 49 but Embedding 'words' has input_dim=10 (ids 0 to 9).\nUse input_dim=50.\n"
        "More: heron explain embedding"
    )
    with pytest.raises(DataError, match=r"token id -3 .*\nIds count from 0; shift them"):
        layer.check_data(np.array([5, -3]))
    with pytest.raises(DataError, match="token id 10 but"):
        layer.check_data(np.array([10.0]))
    layer.check_data(np.array([0, 9]))
    layer.check_data(np.zeros((0, 3), int))


def test_inside_a_compiled_program_an_id_out_of_range_gives_nan():
    layer = layers.Embedding(3, 2)
    layer.build()
    weights = [v.value for v in layer.variables]
    y = jax.jit(lambda x: layer.stateless_call(weights, [], x)[0])(np.array([0, 2, 3, -1]))
    assert np.isnan(y).all(1).tolist() == [False, False, True, True]


def test_id_0_is_masked_on_request():
    x = np.array([[3, 0, 1], [0, 0, 2]])
    np.testing.assert_array_equal(get_mask(layers.Embedding(5, 2, mask_zero=True)(x)), x != 0)
    assert get_mask(layers.Embedding(5, 2)(x)) is None


@pytest.mark.parametrize("wrap", [lambda w: w, lambda w: [w], lambda w: w.tolist()], ids=["array", "list", "numbers"])
def test_starting_weights(wrap):
    start = np.arange(6.0, dtype="float32").reshape(3, 2)
    layer = layers.Embedding(3, 2, weights=wrap(start))
    assert layer.built
    np.testing.assert_array_equal(layer([2]), [[4.0, 5.0]])
    assert len(layer.weights) == 1
    assert "weights" not in layer.get_config()


def test_starting_weights_of_another_shape():
    with pytest.raises(ShapeError, match=r"has shape \(3, 2\); set_weights received shape \(2, 2\)"):
        layers.Embedding(3, 2, weights=np.zeros((2, 2)))


def test_input_length_is_taken_with_a_note():
    with pytest.warns(HeronNote, match=r"Embedding\(input_length=...\) is no longer needed"):
        layer = layers.Embedding(3, 2, input_length=7)
    assert layer._batch_input_shape == (None, 7)
    assert "input_length" not in layer.get_config()
    assert layer.get_config()["input_dim"] == 3


def test_whole_numbers_as_floats_are_ids():
    layer = layers.Embedding(3, 2)
    np.testing.assert_array_equal(layer(np.array([1.0, 2.0])), layer([1, 2]))
