"""Rows of files that stay in memory once they are read."""

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest

from heron.data import csv_dataset, parquet_dataset
from heron.data.sources import kept
from heron.data.sources.kept import Kept
from heron.errors import DataError


def reading(pieces, log):
    def read():
        log.append("read")
        yield from pieces

    return read


def test_a_part_is_read_once():
    log, held = [], Kept()
    pieces = [(np.arange(3), np.ones(3)), (np.arange(2), np.zeros(2))]
    for _ in range(3):
        found = list(held.pieces("part", reading(pieces, log)))
        assert [piece[0].tolist() for piece in found] == [[0, 1, 2], [0, 1]]
    list(held.pieces("another", reading(pieces, log)))
    assert log == ["read", "read"]


def test_what_is_done_to_a_piece_stays_with_who_does_it():
    log, held = [], Kept()
    for _ in range(3):
        (piece,) = held.pieces(0, reading([np.zeros(4)], log))
        assert not piece.any()
        piece += 1
        log.clear()
    (piece,) = held.pieces(0, reading([np.ones(4)], log))
    assert not piece.any(), "the first reading is kept as it was"


def test_parts_that_do_not_fit_are_read_again():
    log, held = [], Kept(most_bytes=100)
    for part, size in (("small", 80), ("large", 40), ("small too", 16)) * 2:
        list(held.pieces(part, reading([np.zeros(size, np.uint8)], log)))
    assert len(log) == 4, "large is read twice, the others once"


def test_a_part_that_was_not_read_to_its_end_is_not_kept():
    log, held = [], Kept()
    next(held.pieces(0, reading([np.zeros(1), np.ones(1)], log)))
    assert [int(piece[0]) for piece in held.pieces(0, reading([np.zeros(1), np.ones(1)], log))] == [0, 1]
    assert len(log) == 2


@pytest.fixture
def table(tmp_path):
    file = tmp_path / "rows.csv"
    file.write_text("a,b,y\n" + "".join(f"{i},{i % 7},{i / 2}\n" for i in range(500)))
    return file


@pytest.fixture
def parquet(tmp_path):
    file = tmp_path / "rows.parquet"
    columns = {"a": np.arange(500.0), "b": np.arange(500) % 7, "y": np.arange(500) / 2}
    pyarrow.parquet.write_table(pyarrow.table(columns), file, row_group_size=60)
    return file


def rows(data):
    return [tuple(map(float, (*x, y))) for xs, ys in data for x, y in zip(xs, ys, strict=True)]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_later_epochs_need_no_file_and_have_the_order_that_they_would_have_had(kind, table, parquet, monkeypatch):
    monkeypatch.setattr("heron.data.csv.IN_MEMORY_BYTES", 0)
    make, file = {"csv": (csv_dataset, table), "parquet": (parquet_dataset, parquet)}[kind]

    def data():
        return make(file, "y", batch_size=32, seed=3, buffer_size=100, verbose=False)

    one, other = data(), data()
    first = rows(one)
    other.epoch = 1
    read_again = rows(other)
    file.unlink()
    kept_rows = rows(one)
    assert kept_rows == read_again
    assert kept_rows != first
    assert sorted(kept_rows) == sorted(first)


def test_more_than_fits_is_read_anew_in_every_epoch(table, monkeypatch):
    monkeypatch.setattr("heron.data.csv.IN_MEMORY_BYTES", 0)
    monkeypatch.setattr(kept.Kept.__init__, "__defaults__", (1000,))
    data = csv_dataset(table, "y", batch_size=32, shuffle=False, verbose=False)
    assert rows(data) == rows(data)
    table.unlink()
    with pytest.raises((DataError, OSError)):
        rows(data)
