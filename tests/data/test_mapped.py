"""Rows of mapped arrays, read from the file or through the mapping."""

import os

import numpy as np
import pytest

from heron.data.mapped import FileReader, MappingReader, reader_of

VALUES = np.arange(4000.0).reshape(1000, 4)
INDICES = [np.array([5]), np.array([], np.int64), np.array([3, 4, 5, 9, 0, 999, 998]), np.arange(1000)]


@pytest.fixture
def saved(tmp_path):
    def make(values=VALUES, mode="r"):
        np.save(tmp_path / "x.npy", values)
        return np.load(tmp_path / "x.npy", mmap_mode=mode)

    return make


@pytest.mark.parametrize("reader", [FileReader, MappingReader])
@pytest.mark.parametrize("rows", INDICES, ids=len)
def test_rows_are_those_of_the_array(saved, reader, rows):
    found = reader(saved()).read(rows)
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, VALUES[rows])


@pytest.mark.parametrize("offset", [0, 24, 70_000])
def test_parts_and_offsets_are_found_in_the_file(tmp_path, offset):
    path = tmp_path / "x.bin"
    path.write_bytes(b"\0" * offset + VALUES.tobytes())
    array = np.memmap(path, np.float64, "r", offset, VALUES.shape)
    np.testing.assert_array_equal(FileReader(array).read(np.array([7, 3])), VALUES[[7, 3]])
    np.testing.assert_array_equal(FileReader(array[100:200]).read(np.array([7, 3])), VALUES[[107, 103]])


def test_changes_to_a_shared_mapping_are_read(saved):
    array = saved(mode="r+")
    array[8] = -1
    for reader in (FileReader, MappingReader):
        np.testing.assert_array_equal(reader(array).read(np.array([8])), [[-1] * 4])


def test_private_changes_and_other_strides_go_through_the_mapping(saved):
    private = saved(mode="c")
    private[8] = -1
    for array in (private, saved()[:, 1:3], saved()[::2], saved()[::-1]):
        reader = reader_of(array)
        assert isinstance(reader, MappingReader)
        np.testing.assert_array_equal(reader.read(np.array([8, 2])), np.asarray(array)[[8, 2]])


def test_a_file_that_was_replaced_is_not_taken_for_the_one_mapped(tmp_path, saved):
    array = saved()
    np.save(tmp_path / "other.npy", VALUES + 1)
    os.replace(tmp_path / "other.npy", tmp_path / "x.npy")
    np.testing.assert_array_equal(reader_of(array).read(np.array([0, 9])), VALUES[[0, 9]])


def test_a_file_that_was_cut_is_named(tmp_path, saved):
    reader = FileReader(saved())
    os.truncate(tmp_path / "x.npy", 5000)
    with pytest.raises(ValueError, match=r"x\.npy' ends before row 900"):
        reader.read(np.array([900]))
