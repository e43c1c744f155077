"""Whatever users pass as data becomes arrays of at most 32 bits, or an error that says where it cannot."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heron.data import Dataset
from heron.data.arrays import check_finite, check_same_rows, rows_at, rows_of, to_array, to_structure
from heron.data.rows import narrow_dtype
from heron.errors import ArgumentTypeError, DataError

NARROWED = {
    "float64": "float32",
    "float32": "float32",
    "float16": "float16",
    "bfloat16": "bfloat16",
    "int64": "int32",
    "uint64": "uint32",
    "int8": "int8",
    "uint8": "uint8",
    "bool": "bool",
    "complex64": "complex64",
}


@pytest.mark.parametrize("dtype", NARROWED)
def test_dtypes_of_at_most_32_bits(dtype):
    array = to_array(np.ones((2, 3), jnp.dtype(dtype)), "x")
    assert array.dtype.name == NARROWED[dtype]
    assert array.shape == (2, 3)


@pytest.mark.parametrize("dtype", [">f2", ">f4", ">f8", ">i2", ">u4", ">i8"])
def test_bytes_in_the_order_of_other_machines(dtype):
    array = to_array(np.array([[1, 2], [3, 4]], dtype), "x")
    assert array.dtype.isnative
    assert jnp.asarray(array).tolist() == [[1, 2], [3, 4]]
    assert narrow_dtype(np.dtype(dtype)).isnative


def test_masked_values_are_missing():
    masked = np.ma.masked_array([[1, 2], [3, 4]], [[False, True], [False, False]])
    for data in (masked, masked.astype("float32")):
        np.testing.assert_array_equal(to_array(data, "x"), np.float32([[1, np.nan], [3, 4]]))
        with pytest.raises(DataError, match=r"x has 1 missing .*NaN\), in row 0, column 1"):
            check_finite(to_array(data, "x"), "x")
    whole = to_array(np.ma.masked_array([1, 2]), "y")
    assert type(whole) is np.ndarray
    assert whole.dtype == np.int32
    (x,) = Dataset.from_arrays(masked).batch(2)
    assert np.isnan(x).tolist() == [[False, True], [False, False]]


def test_records_are_tables():
    rows = np.array([(1, 2.5, True), (4, 5.5, False)], [("a", "i4"), ("b", ">f8"), ("c", "?")])
    for records in (rows, rows.view(np.recarray), np.ma.masked_array(rows)):
        assert to_array(records, "x").tolist() == [[1, 2.5, 1], [4, 5.5, 0]]
    assert to_array(rows[["a"]], "x").tolist() == [[1], [4]]
    with pytest.raises(DataError, match=r"Column 'b' of x holds text .*'u' in row 0"):
        to_array(np.array([(1, "u"), (2, "v")], [("a", "f4"), ("b", "U1")]), "x")


class Arraylike:
    """Something with `__array__`, as frames and tensors of other libraries are."""

    def __array__(self, dtype=None, copy=None):
        return np.array([[1.0, 2.0]])


class Tensorlike(Arraylike):
    """A tensor that must be brought to the host first."""

    def detach(self):
        return self

    def cpu(self):
        return [[1.0, 2.0]]


FORMS = {
    "list": [[1.0, 2.0]],
    "tuple": ((1.0, 2.0),),
    "list of arrays": [np.array([1.0, 2.0])],
    "objects": np.array([[1.0, 2]], dtype=object),
    "array-like": Arraylike(),
    "tensor-like": Tensorlike(),
    "frame": pd.DataFrame({"a": [1.0], "b": [2.0]}),
    "nullable frame": pd.DataFrame({"a": pd.array([1], dtype="Int64"), "b": [2.0]}),
    "not contiguous": np.array([[1.0], [2.0]]).T,
    "float64 in the other byte order": np.array([[1.0, 2.0]], dtype=">f8"),
}


@pytest.mark.parametrize("form", FORMS)
def test_forms_of_arrays(form):
    array = to_array(FORMS[form], "x")
    assert array.dtype == np.float32
    np.testing.assert_array_equal(array, [[1.0, 2.0]])


def test_arrays_on_the_device_stay_there():
    array = jnp.ones((2, 3))
    assert to_array(array, "x") is array


def test_arrays_of_32_bits_are_not_copied():
    array = np.ones((2, 3), np.float32)
    assert to_array(array, "x") is array


@pytest.mark.parametrize("number", [3, 3.0, np.float64(3), np.array(3), jnp.asarray(3.0), True])
def test_one_number_is_one_sample(number):
    assert to_array(number, "x").shape == (1,)
    assert float(to_array(number, "x")[0]) == float(number)


@given(st.integers(2**31, 2**62), st.booleans())
def test_whole_numbers_beyond_32_bits_are_refused(number, negative):
    with pytest.raises(DataError, match="x holds whole numbers beyond 2147483647, which do not fit int32"):
        to_array(np.array([1, -number - 1 if negative else number]), "x")


@given(st.lists(st.integers(-(2**31) + 1, 2**31 - 1), min_size=1))
def test_whole_numbers_of_32_bits_are_kept(numbers):
    assert to_array(numbers, "x").tolist() == numbers


@given(st.lists(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=4), min_size=2, max_size=5))
def test_rows_become_an_array_or_an_error_about_their_lengths(rows):
    lengths = sorted({len(row) for row in rows})
    if len(lengths) == 1:
        assert to_array(rows, "x").tolist() == rows
    else:
        with pytest.raises(DataError, match=r"different lengths \(" + ", ".join(map(str, lengths)) + r"\)"):
            to_array(rows, "x")


@given(st.integers(1, 5), st.integers(1, 5), st.data())
def test_the_place_of_what_is_no_number_is_named(rows, columns, data):
    row, column = data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, columns - 1))
    table = np.ones((rows, columns), object)
    for wrong, error in (("word", DataError), (object(), ArgumentTypeError), (None, DataError)):
        table[row, column] = wrong
        with pytest.raises(error, match=f"row {row}, column {column}"):
            check_finite(to_array(table, "x"), "x")


@given(st.integers(1, 6), st.integers(1, 4), st.data())
def test_the_first_missing_value_is_named(rows, columns, data):
    array = np.ones((rows, columns), np.float32)
    places = st.tuples(st.integers(0, rows - 1), st.integers(0, columns - 1))
    bad = data.draw(st.sets(places, min_size=1))
    for place in bad:
        array[place] = data.draw(st.sampled_from([np.nan, np.inf, -np.inf]))
    row, column = min(bad)
    for dtype in (np.float32, jnp.bfloat16, np.float16):
        with pytest.raises(DataError, match=f"x has {len(bad)} missing or infinite .*row {row}, column {column}[.]"):
            check_finite(array.astype(dtype), "x")


def test_finite_values_pass_whatever_their_sum():
    check_finite(np.array([3e38, 3e38], np.float32), "x")
    check_finite({"a": np.array([60000, 60000], np.float16), "b": [jnp.ones(3), np.array([1, 2])]}, "x")
    check_finite(np.zeros((0, 3), np.float32), "x")


def test_a_missing_value_in_a_structure_is_named_by_its_key():
    with pytest.raises(DataError, match=r"x\['b'\] has 1 missing"):
        check_finite({"a": np.ones(2, np.float32), "b": np.array([1, np.nan], np.float32)}, "x")


def test_structures():
    one = to_structure([[1, 2], [3, 4]], "x", several=False)
    assert one.shape == (2, 2)
    two = to_structure([[1, 2], (3, 4)], "x", several=True)
    assert [part.shape for part in two] == [(2,), (2,)]
    assert isinstance(to_structure(([1], [2]), "x", several=True), tuple)
    nested = to_structure({"a": [1.5], "b": {"c": 2}}, "x", several=False)
    assert nested["a"].dtype == np.float32
    assert nested["b"]["c"].tolist() == [2]
    assert to_structure(None, "x", several=True) is None


def test_numbers_of_samples():
    assert rows_of({"a": np.ones((3, 2)), "b": np.ones(3)}, "x") == 3
    assert check_same_rows(x=np.ones((4, 2)), y=None, sample_weight=np.ones(4)) == 4
    with pytest.raises(DataError, match=r"different numbers of samples: x\['a'\] has 3, x\['b'\] has 2"):
        rows_of({"a": np.ones(3), "b": np.ones(2)}, "x")
    with pytest.raises(DataError, match="x is a single number; expected one value a sample"):
        rows_of(np.ones(()), "x")
    with pytest.raises(DataError, match=r"x has no samples \(shape \(0, 2\)\)"):
        check_same_rows(x=np.ones((0, 2)))
    with pytest.raises(DataError, match=r"x has 3, y has 2; each sample needs one of each.\nWas a split"):
        check_same_rows(x=np.ones(3), y=np.ones(2))
    with pytest.raises(DataError, match=r"If x is one sample, add the batch axis: x\[None\]"):
        check_same_rows(x=np.ones(3), y=np.ones(1))


def test_rows_of_structures():
    data = (np.arange(6), {"a": jnp.arange(12).reshape(6, 2)}, None)
    for rows in (slice(1, 3), np.array([1, 2])):
        part = rows_at(data, rows)
        assert part[0].tolist() == [1, 2]
        assert part[1]["a"].tolist() == [[2, 3], [4, 5]]
        assert part[2] is None
    assert isinstance(rows_at(data, slice(0, 1))[1]["a"], jax.Array)


@pytest.mark.parametrize("wrong", [object(), print, {1, 2}, "data.csv", b"abc"])
def test_what_is_no_array(wrong):
    with pytest.raises(ArgumentTypeError, match="x must be an array or a list of numbers; received"):
        to_array(wrong, "x")


def test_dates():
    with pytest.raises(
        DataError, match=r"x holds datetime64\[D\] values.*\nConvert them first, dates for instance to days"
    ):
        to_array(np.array(["2020-01-01"], "datetime64[D]"), "x")
