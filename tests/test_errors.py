"""Error classes, and the words messages are made of."""

from __future__ import annotations

import traceback
import warnings

import jax.numpy as jnp
import numpy as np
import pytest

import heron
from heron import errors


@pytest.mark.parametrize(
    ("kind", "base"),
    [
        (errors.ArgumentError, ValueError),
        (errors.ArgumentTypeError, TypeError),
        (errors.ShapeError, ValueError),
        (errors.DataError, ValueError),
        (errors.UnknownNameError, ValueError),
        (errors.UnknownAttributeError, AttributeError),
        (errors.NotCompiledError, ValueError),
        (errors.NotBuiltError, ValueError),
    ],
)
def test_every_error_is_heron_s_and_python_s(kind, base):
    with pytest.raises(base, match=r"^said$") as caught:
        raise kind("said")
    assert isinstance(caught.value, errors.HeronError)


def test_a_note_names_the_line_that_led_to_it():
    with pytest.warns(errors.HeronNote, match="^old spelling$") as caught:
        errors.note("old spelling")
    assert caught[0].filename == __file__
    assert issubclass(errors.HeronNote, UserWarning)


def test_a_note_is_shown_once_a_line():
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("default")
        for _ in range(3):
            errors.note("again")
        errors.note("again")
    assert len(seen) == 2


@pytest.mark.parametrize(
    ("name", "known", "found"),
    [
        ("rleu", ["relu", "elu", "selu"], "relu"),
        ("dense", ["Dense", "Dropout"], "Dense"),
        ("DENSE", ["Dense"], "Dense"),
        ("zzz", ["Dense"], None),
        ("x", [], None),
        (3, ["3d"], "3d"),
    ],
)
def test_nearest(name, known, found):
    assert errors.nearest(name, known) == found


def test_suggestion():
    assert errors.suggestion("rleu", ["tanh", "relu"]) == " Did you mean 'relu'? Known: relu, tanh."
    assert errors.suggestion("zzz", ["tanh", "relu", "relu"]) == " Known: relu, tanh."
    assert errors.suggestion("zzz", []) == ""
    assert errors.suggestion("n11", [f"n{i}" for i in range(100)]) == " Did you mean 'n11'?"


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ((), "()"),
        ((3,), "(3,)"),
        ([2, 3], "(2, 3)"),
        ((None, 3), "(None, 3)"),
        (("d0", 3), "(None, 3)"),
        (None, "unknown"),
    ],
)
def test_shape_text(shape, text):
    assert errors.shape_text(shape) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        ("a", "'a'"),
        (None, "None"),
        (np.zeros((2, 3)), "an array of shape (2, 3) and dtype float64"),
        (jnp.zeros((2,)), "an array of shape (2,) and dtype float32"),
        (np.float32(2), "np.float32(2.0)"),
        (dict, "the class dict"),
        ([1, 2], "[1, 2]"),
        ("x" * 100, "'" + "x" * 76 + "..."),
    ],
)
def test_value_text(value, text):
    assert errors.value_text(value) == text


def test_python_adds_no_guess_of_its_own_to_an_unknown_attribute():
    with pytest.raises(AttributeError, match=r"Did you mean Dense\?$") as caught:
        heron.layers.dense  # noqa: B018
    printed = "".join(traceback.format_exception_only(caught.value))
    assert printed.count("Did you mean") == 1
