"""Kinds of columns, as texts and arrays mean them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heron.data import columns
from heron.data.columns import of_array, of_objects, of_texts


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["1", "2", "3"], "whole number"),
        (["1.5", "-2e3", "inf"], "number"),
        (["0", "1", "1"], "yes/no"),
        (["yes", "No", "YES"], "yes/no"),
        (["red", "blue", "red"], "category"),
        (["2024-01-31", "2024-02-01T12:00:00+02:00"], "date"),
        (["31.01.2024", "01.02.2024"], "date"),
        (["01/31/2024", "02/01/2024"], "date"),
        (["1,5", "2,25"], "number"),
        (["01234", "99999", "00001", "99999"], "category"),
        (["", "NA", "null", "?"], "empty"),
        ([], "empty"),
        ([f"a longer sentence, number {i}, which has words" for i in range(30)], "text"),
    ],
)
def test_texts_have_the_kind_that_people_mean(texts, kind):
    assert of_texts(texts).kind == kind


def test_yes_is_one_and_no_is_zero_and_their_words_are_kept():
    values = of_texts(["no", "yes", "", "yes"])
    np.testing.assert_array_equal(values.data, [0, 1, np.nan, 1])
    assert values.words == ("no", "yes")


def test_a_few_odd_texts_among_numbers_are_named_and_missing():
    values = of_texts([*map(str, range(100)), "12k", "12k", "many"])
    assert (values.kind, values.odd, values.odd_count) == ("whole number", ("12k", "many"), 3)
    assert values.missing.sum() == 3


def test_many_odd_texts_make_a_column_of_words():
    assert of_texts(["1", "2", "a", "b"] * 5).kind == "category"


def test_dates_with_a_zone_are_in_universal_time():
    assert of_texts(["2024-02-01T12:00:00+02:00"]).data[0] == np.datetime64("2024-02-01T10:00:00")


@pytest.mark.parametrize(
    ("array", "kind"),
    [
        (np.array([True, False]), "yes/no"),
        (np.array([0, 1, 1], np.uint8), "yes/no"),
        (np.array([1.0, 2.0]), "whole number"),
        (np.array([0.5, np.inf]), "number"),
        (np.array([np.nan, np.nan]), "empty"),
        (np.array(["2024-01-01", "NaT"], "M8[D]"), "date"),
        (np.array(["a", "b"]), "category"),
        (np.array([b"1", b"2"]), "whole number"),
        (np.array([3 + 4j]), "whole number"),
        (np.array([None, "x"], object), "category"),
    ],
)
def test_arrays_have_the_kind_of_their_values(array, kind):
    assert of_array(array).kind == kind


def test_lists_of_different_lengths_are_sequences_of_those_lengths():
    values = of_objects([[1, 2, 3], None, np.zeros(2)])
    assert values.kind == columns.SEQUENCE
    np.testing.assert_array_equal(values.data, [3, np.nan, 2])


@given(st.lists(st.one_of(st.none(), st.text(max_size=8))))
def test_no_text_is_too_odd(texts):
    values = of_texts(texts)
    assert len(values) == len(values.missing) == len(texts)


@given(st.lists(st.one_of(st.floats(allow_nan=False), st.integers(-(2**40), 2**40)), min_size=3))
def test_numbers_come_back_from_their_texts(numbers):
    values = of_texts([repr(number) for number in numbers])
    np.testing.assert_array_equal(values.data, np.array(numbers, np.float64))


def test_codes_stay_text_with_spaces_around_them():
    assert of_texts(["12345", " 01234", "54321 "] * 10).kind == columns.CATEGORY
    assert of_texts([" 12345", " 1234", "0.5 "] * 10).kind == columns.NUMBER
