"""The small helpers against Keras's, and what they refuse."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heron import KerasTensor, Variable, config, utils
from heron.errors import ArgumentError, DataError, UnknownNameError

# ---- class numbers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "classes"),
    [
        ([0, 2, 1], None),
        ([0, 2], 5),
        ([[1], [0]], None),
        ([[0, 1], [2, 3]], None),
        (3, None),
        ([1.0, 0.0], 2),
        ([True, False], 2),
    ],
)
def test_to_categorical_is_keras_s(x, classes):
    for given_ in (x, np.asarray(x)):
        ours = utils.to_categorical(given_, classes)
        np.testing.assert_array_equal(ours, keras.utils.to_categorical(x, classes))
        assert (type(ours), ours.dtype) == (np.ndarray, np.float32)


def test_to_categorical_keeps_jax_arrays_and_symbols():
    assert isinstance(utils.to_categorical(jnp.array([0, 1])), jax.Array)
    assert utils.to_categorical(KerasTensor((None, 1), "int32"), 4).shape == (None, 4)
    np.testing.assert_array_equal(jax.jit(lambda x: utils.to_categorical(x, 3))(jnp.array([2])), [[0, 0, 1]])
    assert utils.to_categorical([], 3).shape == (0, 3)


@pytest.mark.parametrize(
    ("x", "classes", "error", "text"),
    [
        ([0, 5], 3, DataError, r"from 0 to num_classes - 1 = 2; received 5\.\nNumber the classes from 0"),
        ([-1, 0], None, DataError, r"received -1"),
        ([0.5], None, DataError, r"class numbers must be whole; received \[0\.5\]\.\nGive each class a number"),
        (["cat"], None, DataError, r"must be whole; received \['cat'\]"),
        (
            [0],
            0,
            ArgumentError,
            r"to_categorical: argument 'num_classes' must be a positive integer, or None; received 0",
        ),
        (
            KerasTensor((None,)),
            None,
            DataError,
            r"expected num_classes\.\nWrite to_categorical\(x, num_classes=\.\.\.\)",
        ),
    ],
)
def test_to_categorical_names_the_mistake(x, classes, error, text):
    with pytest.raises(error, match=text):
        utils.to_categorical(x, classes)


# ---- normalize ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("axis", [1, -1])
def test_normalize_is_keras_s(axis, order):
    x = np.random.default_rng(0).normal(size=(3, 4))
    x[0] = 0
    np.testing.assert_allclose(utils.normalize(x, axis, order), keras.utils.normalize(x, axis, order))
    np.testing.assert_allclose(utils.normalize(jnp.asarray(x), axis, order), utils.normalize(x, axis, order), atol=1e-6)


def test_normalize_along_the_first_axis_and_of_lists():
    np.testing.assert_allclose(utils.normalize([[3.0, 0.0], [4.0, 0.0]], axis=0), [[0.6, 0], [0.8, 0]])
    assert utils.normalize(KerasTensor((None, 3))).shape == (None, 3)


# ---- pad_sequences ------------------------------------------------------------------------------------------------

SEQUENCES = [[1], [2, 3], [4, 5, 6], []]


@pytest.mark.parametrize("padding", ["pre", "post"])
@pytest.mark.parametrize("truncating", ["pre", "post"])
@pytest.mark.parametrize("maxlen", [None, 2, 5])
def test_pad_sequences_is_keras_s(maxlen, truncating, padding):
    arguments = {"maxlen": maxlen, "truncating": truncating, "padding": padding, "value": -1, "dtype": "float32"}
    ours, theirs = (module.pad_sequences(SEQUENCES, **arguments) for module in (utils, keras.utils))
    np.testing.assert_array_equal(ours, theirs)
    assert ours.dtype == theirs.dtype


def test_pad_sequences_of_vectors_and_of_text():
    vectors = [np.ones((2, 3)), np.zeros((1, 3))]
    np.testing.assert_array_equal(utils.pad_sequences(vectors), keras.utils.pad_sequences(vectors))
    assert utils.pad_sequences([["a"], ["b", "c"]], dtype=object, value="").tolist() == [["", "a"], ["b", "c"]]
    assert utils.pad_sequences([[1, 2]], maxlen=0).shape == (1, 0)
    assert utils.pad_sequences([]).shape == (0, 0)


@given(st.lists(st.lists(st.integers(-9, 9), max_size=5), min_size=1, max_size=5), st.integers(1, 6))
def test_pad_sequences_keeps_the_ends(sequences, maxlen):
    padded = utils.pad_sequences(sequences, maxlen=maxlen, value=99)
    for row, sequence in zip(padded, sequences, strict=True):
        assert row[row != 99].tolist() == sequence[-maxlen:]


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: utils.pad_sequences([1, 2]), DataError, r"element 0 is 1\.\nFor a single sequence write"),
        (
            lambda: utils.pad_sequences([["a"]]),
            DataError,
            r"sequence 0 cannot be an array of dtype int32; received \['a'\]",
        ),
        (
            lambda: utils.pad_sequences([[1]], value="x"),
            ArgumentError,
            r"must be a number for dtype int32; received 'x'",
        ),
        (lambda: utils.pad_sequences([[1]], padding="left"), ArgumentError, r"'padding' must be one of 'pre', 'post'"),
        (
            lambda: utils.pad_sequences([[1]], maxlen=-1),
            ArgumentError,
            r"'maxlen' must be an integer of 0 or more, or None",
        ),
        (
            lambda: utils.pad_sequences([[[1, 2]], [[1]]]),
            DataError,
            r"sequence 1 have shape \(1,\), those before it \(2,\)",
        ),
    ],
)
def test_pad_sequences_names_the_mistake(call, error, text):
    with pytest.raises(error, match=text):
        call()


# ---- batches ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [np.ones(2), (1,), (1, 2), [1, 2], (1, 2, 3)], ids=str)
def test_batches_are_unpacked_and_packed_as_by_keras(data):
    ours = utils.unpack_x_y_sample_weight(data)
    theirs = keras.utils.unpack_x_y_sample_weight(data)
    assert len(ours) == len(theirs) == 3
    assert all(np.array_equal(a, b) if a is not None else b is None for a, b in zip(ours, theirs, strict=True))
    packed = utils.pack_x_y_sample_weight(*ours)
    assert type(packed) is type(keras.utils.pack_x_y_sample_weight(*theirs))


def test_a_batch_of_four_parts_is_refused():
    with pytest.raises(DataError, match=r"received 4 parts: \(1, 2, 3, 4\)\.\nPut several inputs into one tuple"):
        utils.unpack_x_y_sample_weight((1, 2, 3, 4))


def test_a_list_as_x_is_wrapped():
    assert utils.pack_x_y_sample_weight([1, 2]) == ([1, 2],)


# ---- session and names --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("free_memory", [True, False])
def test_clear_session_starts_names_afresh(free_memory):
    Variable(1.0), Variable(1.0)
    utils.clear_session(free_memory)
    assert [Variable(1.0).name, Variable(1.0).name] == ["variable", "variable_1"]


def test_set_random_seed_repeats_every_sequence():
    import random

    def draw():
        utils.set_random_seed(3)
        return random.random(), np.random.rand(), config.draw_seed()

    assert draw() == draw()


@pytest.mark.parametrize(
    "dtype", ["float32", "bfloat16", float, int, bool, np.int8, jnp.float16, np.dtype("uint8"), None, "int"]
)
def test_dtypes_are_named_as_by_keras(dtype):
    assert utils.standardize_dtype(dtype) == keras.utils.standardize_dtype(dtype)


def test_an_unknown_dtype_is_refused():
    with pytest.raises(UnknownNameError, match=r"Unknown dtype 'flaot32'\. Did you mean 'float32'"):
        utils.standardize_dtype("flaot32")


def test_custom_objects_put_into_the_table_are_found():
    def double(x):
        return 2 * x

    utils.get_custom_objects()["double"] = double
    try:
        assert utils.get_registered_object("double") is double
    finally:
        del utils.get_custom_objects()["double"]
    with utils.CustomObjectScope({"double": double}):
        assert utils.get_registered_object("double") is double
    assert utils.get_registered_object("double") is None


def test_symbolic_tensors_are_recognised():
    assert utils.is_keras_tensor(KerasTensor((1,)))
    assert not utils.is_keras_tensor(np.ones(1))
