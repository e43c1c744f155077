"""The container formats: what they mean, and what is said of a file that is not one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from heron.datasets.decoders import idx, table, time_series
from heron.errors import DataError

SERIES = b"# a comment\n@problemName p\n@classLabel true up down\n@data\n1,2,3:4,5,6:down\n\n7,8,9:0,1,2:up\n"


def idx_bytes(array: np.ndarray) -> bytes:
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


@given(arrays(np.uint8, array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=5)))
def test_idx_reads_back_what_was_written(array):
    read = idx(idx_bytes(array))
    assert read.dtype == np.uint8
    assert np.array_equal(read, array)
    assert read.shape == array.shape


@given(arrays(np.uint8, (2, 3)), st.integers(0, 18))
def test_a_shortened_idx_file_is_refused(array, kept):
    data = idx_bytes(array)
    with pytest.raises(DataError, match="Give the whole uncompressed file"):
        idx(data[: min(kept, len(data) - 1)])


@pytest.mark.parametrize(
    "data, text",
    [
        (b"", r"which begins with b'\\x00\\x00\\x08'; received 0 bytes"),
        (b"PK\x03\x04 a zip", r"received 10 bytes that begin with b'PK\\x03'"),
        (b"\x00\x00\x0d\x01\x00\x00\x00\x00", "an IDX file of unsigned bytes"),
        (idx_bytes(np.zeros(3, np.uint8)) + b"!", r"expected 11 bytes for values of shape \(3,\); received 12"),
    ],
)
def test_what_is_not_idx_is_refused(data, text):
    with pytest.raises(DataError, match=text):
        idx(data)


def test_table_takes_columns_by_name_and_order():
    data = b"a,b,name,c\r\n1,2,saw,3e-1\r\n-4,5.5,bow,6\r\n"
    read = table(data, ["c", "a"])
    assert read.dtype == np.float64
    assert read.tolist() == [[0.3, 1.0], [6.0, -4.0]]


def test_table_with_a_header_alone_has_no_rows():
    assert table(b"a,b\n", ["b"]).shape == (0, 1)


@pytest.mark.parametrize(
    "data, text",
    [
        (b"", "expected the columns a, b; received a file with none"),
        (b"a,c\n1,2\n", "expected the columns b; received a file with a, c"),
        (b"a,b\n1,2\n1,?\n", r"row 2 is '1,\?'"),
        (b"a,b\n1\n", r"row 1 is '1'"),
        (b"a,b\n\xff,1\n", r"row 1 is"),
    ],
)
def test_what_is_not_such_a_table_is_refused(data, text):
    with pytest.raises(DataError, match=text):
        table(data, ["a", "b"])


def test_time_series_puts_the_steps_before_the_channels():
    series, labels = time_series(SERIES)
    assert (series.dtype, labels.dtype) == (np.float32, np.int32)
    assert series.tolist() == [[[1, 4], [2, 5], [3, 6]], [[7, 0], [8, 1], [9, 2]]]
    assert labels.tolist() == [1, 0]
    assert series.flags.c_contiguous


@pytest.mark.parametrize(
    "old, new, text",
    [
        (b":up", b":left", r"one of the classes \['up', 'down'\]; series 2 is '7,8,9:0,1,2:left'"),
        (b"7,8", b"7,?", "expected numbers and one of the classes"),
        (b"9:0,1,2", b"9", r"expected \(2, 3\) channels and steps, as in series 1; series 2"),
        (b"4,5,6", b"4,5", "series 1 is '1,2,3:4,5:down'"),
        (b"@classLabel true up down", b"", r"one of the classes \[\]"),
    ],
)
def test_a_bad_series_is_named(old, new, text):
    with pytest.raises(DataError, match=text):
        time_series(SERIES.replace(old, new))


@pytest.mark.parametrize("data", [b"", b"@classLabel true up\n@data\n"])
def test_a_file_without_series_is_refused(data):
    with pytest.raises(DataError, match="expected series after the line '@data'; received none"):
        time_series(data)


@given(st.binary(max_size=200) | st.text(alphabet="1,:.@#\n aud-e", max_size=80).map(str.encode))
def test_no_bytes_bring_another_error(data):
    for decode in (idx, lambda d: table(d, ["a"]), time_series):
        try:
            decode(data)
        except DataError:
            continue
