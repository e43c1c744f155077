"""Merge layers: what they say about shapes that do not fit, and masks."""

from __future__ import annotations

import jax.numpy as jnp
import keras
import numpy as np
import pytest

from heron import layers
from heron.errors import ShapeError
from heron.layers.context import get_mask
from tests.oracle import array


def test_shapes_that_do_not_fit_are_named_with_their_layers():
    x = layers.Input((16,))
    a, b = layers.Dense(8, name="left")(x), layers.Dense(4, name="right")(x)
    with pytest.raises(ShapeError) as caught:
        layers.Add(name="sum")([a, b])
    assert str(caught.value) == (
        "Add 'sum' takes tensors of the same shape; received 'left' (None, 8) and 'right' (None, 4). Axis -1 has sizes "
        "4 and 8.\nGive the layers before as many units, or join the tensors with Concatenate()."
    )


def test_arrays_are_named_by_their_position():
    with pytest.raises(ShapeError, match=r"received input 1 \(2, 3\), input 2 \(2, 3\) and input 3 \(2, 4\)\."):
        layers.Multiply()([array(2, 3), array(2, 3), array(2, 4)])


@pytest.mark.parametrize("name", ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot"])
def test_what_is_not_a_list_of_tensors_is_refused(name):
    layer = getattr(layers, name)(**({"axes": 1} if name == "Dot" else {}))
    with pytest.raises(ShapeError, match=rf"takes a list of tensors; received one of shape \(2, 3\)\.\nWrite {name}\("):
        layer(array(2, 3))
    with pytest.raises(ShapeError, match="takes a list of tensors; received something else"):
        layer([])
    with pytest.raises(ShapeError, match="takes tensors with as many samples each; received input 1"):
        layer([array(2, 3), array(3, 3)])
    with pytest.raises(ShapeError, match=r"needs a batch axis in front; received a tensor of shape \(\)"):
        layer([np.float32(1.0), array(3, 3)])


@pytest.mark.parametrize("name", ["Subtract", "Dot"])
def test_two_means_two(name):
    layer = getattr(layers, name)(**({"axes": 1} if name == "Dot" else {}))
    with pytest.raises(ShapeError, match="takes a list of exactly 2 tensors; received 3"):
        layer([array(2, 3)] * 3)


@pytest.mark.parametrize(
    ("layer", "shapes", "text"),
    [
        (layers.Concatenate(), [(2, 3), (2, 3, 4)], r"takes tensors with as many axes each; received input 1 \(2, 3\)"),
        (layers.Concatenate(axis=3), [(2, 3), (2, 4)], r"joins along axis 3; received .* which have 2 axes"),
        (
            layers.Concatenate(axis=1),
            [(2, 3, 4), (2, 3, 5)],
            r"except along axis 1; .* Axis 2 has sizes 4 and 5\.",
        ),
        (layers.Dot(axes=0), [(2, 3), (2, 3)], r"sums along axes=0, which must be axes of the tensors other than the"),
        (layers.Dot(axes=(1, 3)), [(2, 3), (2, 3)], r"sums along axes=\(1, 3\), which must be axes of the tensors"),
        (layers.Dot(axes=1), [(2, 3), (2, 4)], r"must have the same size; .* where the sizes are 3 and 4\."),
    ],
)
def test_each_says_what_it_needs(layer, shapes, text):
    with pytest.raises(ShapeError, match=text):
        layer([array(*shape) for shape in shapes])


def test_shapes_are_checked_at_every_call():
    layer = layers.Add()
    assert layer([array(2, 3), array(2, 3)]).shape == (2, 3)
    assert layer([array(2, 4), array(2, 4)]).shape == (2, 4)
    with pytest.raises(ShapeError, match="Axis -1 has sizes 3 and 4"):
        layer([array(2, 3), array(2, 4)])


def test_unknown_sizes_fit_everything():
    steps = [layers.Input((None, 4)), layers.Input((5, 4))]
    assert layers.Maximum()(steps).shape == (None, 5, 4)
    assert layers.Concatenate(axis=1)(steps).shape == (None, None, 4)
    assert layers.Dot(axes=2)(steps).shape == (None, None, 5)


def test_lists_of_numbers_are_tensors_one_by_one():
    assert layers.Add()([[[1, 2]], np.array([[3, 4]]), [[5, 6]]]).tolist() == [[9, 12]]


# ---- masks: the same numbers and masks as Keras ----


def masked(library, steps, mask):
    layer = library.layers.Masking(mask_value=99.0) if library is keras else layers.Masking(mask_value=99.0)
    return layer(jnp.asarray(np.where(mask[..., None], steps, np.float32(99.0))))


FIRST = np.array([[True, True, False], [True, False, False]])
SECOND = np.array([[True, False, False], [True, True, True]])


@pytest.mark.parametrize("name", ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"])
@pytest.mark.parametrize("how", ["both", "first", "second", "three"])
def test_masks_as_in_keras(name, how):
    if how == "three" and name == "Subtract":
        name = "Multiply"
    results = []
    for library in (keras, None):
        a = masked(library, array(2, 3, 4), FIRST) if how != "second" else jnp.asarray(array(2, 3, 4))
        b = masked(library, array(2, 3, 4) - 1, SECOND) if how != "first" else jnp.asarray(array(2, 3, 4) - 1)
        c = [masked(library, array(2, 3, 4) ** 2, SECOND[::-1])] if how == "three" else []
        y = getattr(keras.layers if library else layers, name)()([a, b, *c])
        results.append((np.asarray(y), get_mask(y)))
    (theirs, their_mask), (ours, our_mask) = results
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    assert (our_mask is None) == (their_mask is None)
    if our_mask is not None:
        np.testing.assert_array_equal(our_mask, their_mask)


def test_masks_are_joined_along_the_steps():
    a, b = masked(None, array(2, 3, 4), FIRST), jnp.asarray(array(2, 2, 4))
    mask = get_mask(layers.Concatenate(axis=1)([a, b]))
    np.testing.assert_array_equal(mask, np.concatenate([FIRST, np.ones((2, 2), bool)], axis=1))


def test_the_mask_of_a_dot_product_is_none():
    a = masked(None, array(2, 3, 4), FIRST)
    assert get_mask(layers.Dot(axes=1)([a, a])) is None
