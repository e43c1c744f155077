"""EinsumDense: what it says about equations and shapes, and how its kernel starts."""

from __future__ import annotations

import numpy as np
import pytest

from heron import initializers, layers
from heron.errors import ArgumentError, ShapeError
from heron.symbolic import KerasTensor
from tests.oracle import array


@pytest.mark.parametrize("equation", ["ab,bc", "ab,bc->", "...ab,bc->ac", "...ab...,bc->...ac...", "ab,bc->ac...", "a"])
def test_equations_of_another_form(equation):
    with pytest.raises(ArgumentError, match=r"cannot read the equation .*; expected one of the forms 'ab,bc->ac'"):
        layers.EinsumDense(equation, output_shape=3)


def test_spaces_do_not_matter():
    assert layers.EinsumDense("ab, bc -> ac", output_shape=3)(array(2, 4)).shape == (2, 3)


@pytest.mark.parametrize(
    ("equation", "bias_axes", "text"),
    [
        ("ab,bc->ad", None, "letter 'd' of the output stands nowhere else in the equation"),
        ("ab,cd->abd", None, "letter 'c' of the kernel stands nowhere else"),
        ("ab,bc->ac", "b", "letter 'b' of the bias stands nowhere else"),
    ],
)
def test_letters_without_a_size(equation, bias_axes, text):
    with pytest.raises(ArgumentError, match=text):
        layers.EinsumDense(equation, output_shape=3, bias_axes=bias_axes)


@pytest.mark.parametrize(
    ("equation", "output_shape", "shape", "text"),
    [
        ("abc,cd->abd", (None, 5), (2, 4), r"takes inputs with 3 axes; received shape \(2, 4\)"),
        ("ab,bc->ac", 5, (2, 3, 4), r"takes inputs with 2 axes; received shape \(2, 3, 4\)"),
        ("abc,cd->abd", 5, (2, 3, 4), r"output has 3 lettered axes; output_shape=\(5,\) gives 2, the batch included"),
        ("...c,cd->...d", (2, 5), (2, 3, 4), r"output has 1 lettered axes; output_shape=\(2, 5\) gives 2\."),
        ("abc,cd->abd", (7, 5), (2, 3, 4), r"axis 'b' of .* has size 3 in the input but 7 in output_shape=\(7, 5\)"),
    ],
)
def test_shapes_that_do_not_agree(equation, output_shape, shape, text):
    with pytest.raises(ShapeError, match=text):
        layers.EinsumDense(equation, output_shape)(array(*shape))


def test_sizes_the_kernel_needs_must_be_known():
    with pytest.raises(ShapeError, match=r"needs to know the size of axis 'c' of 'abc,cd->abd' to create its kernel"):
        layers.EinsumDense("abc,cd->abd", (None, 5))(KerasTensor((None, 3, None)))


def test_unknown_steps():
    layer = layers.EinsumDense("abc,cd->abd", (None, 5), bias_axes="d")
    assert layer(KerasTensor((None, None, 4))).shape == (None, None, 5)
    assert layer(array(2, 7, 4)).shape == (2, 7, 5)


def test_the_width_of_the_kernel_follows_from_what_is_summed_over():
    layer = layers.EinsumDense("abc,cde->abde", (None, 4, 25), kernel_initializer=initializers.VarianceScaling(seed=1))
    layer(array(2, 3, 400))
    assert abs(float(np.std(layer.kernel.numpy())) - 400**-0.5) < 0.002
    assert layer.kernel_initializer.input_axes is None


def test_other_initializers_are_left_alone():
    layer = layers.EinsumDense("ab,bc->ac", 3, kernel_initializer="ones")
    layer(array(2, 4))
    assert layer.kernel.numpy().tolist() == [[1.0] * 3] * 4
