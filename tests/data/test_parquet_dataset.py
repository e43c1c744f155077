"""Parquet, Feather and Arrow files as data sets: every row once an epoch, types, missing values, what is wrong."""

from __future__ import annotations

import datetime
import decimal
import io
import json
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest
from PIL import Image

import heron
from heron.data import parquet_dataset
from heron.data.sources import arrow_files
from heron.errors import ArgumentError, ArgumentTypeError, DataError, MissingPackageError

HOUSES = {"area": [80, 120, 60], "price": [2.0, 3.5, 1.5], "city": ["Rome", "Oslo", "Rome"]}
WRITERS = {
    "parquet": lambda table, path, size: pq.write_table(table, path, row_group_size=size),
    "feather": lambda table, path, size: feather.write_feather(table, path, chunksize=size),
    "arrow": lambda table, path, size: feather.write_feather(table, path, "uncompressed", chunksize=size),
}


@pytest.fixture
def write(tmp_path):
    def write(columns, name="data.parquet", size=4):
        table = columns if isinstance(columns, pa.Table) else pa.table(columns)
        WRITERS[name.rpartition(".")[2]](table, tmp_path / name, size)
        return tmp_path / name

    return write


def rows(path, target=None, **kwargs):
    """x (and y) of the whole file, in its order."""
    (batch,) = parquet_dataset(path, target, **{"shuffle": False, "verbose": False, "batch_size": 10**6} | kwargs)
    return batch


# ---- order -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", WRITERS)
def test_every_row_comes_once_an_epoch_in_an_order_of_the_seed(write, kind):
    paths = [write({"n": np.arange(k * 50, k * 50 + 50)}, f"part{k}.{kind}", 7) for k in range(3)]
    assert np.concatenate(list(parquet_dataset(paths, shuffle=False, verbose=False))).ravel().tolist() == [*range(150)]
    data, same = (parquet_dataset(paths, seed=3, buffer_size=20, batch_size=8, verbose=False) for _ in range(2))
    assert len(data) == 19
    epochs = [np.concatenate(list(data)).ravel().astype(int).tolist() for _ in range(2)]
    assert epochs == [np.concatenate(list(same)).ravel().astype(int).tolist() for _ in range(2)]
    assert epochs[0] != epochs[1]
    assert all(sorted(epoch) == [*range(150)] for epoch in epochs)
    assert {n // 50 for n in epochs[0][:40]} != {0}, "row groups are shuffled too: the first rows are not of one file"
    iterator = iter(data)
    next(iterator)
    state = iterator.get_state()
    again = iter(parquet_dataset(paths, buffer_size=20, batch_size=8, verbose=False))
    again.set_state(state)
    assert [batch.tolist() for batch in again] == [batch.tolist() for batch in iterator]


def test_steps_after_a_shuffle_and_without_it_keep_all_rows(write):
    path = write({"n": np.arange(40)})
    data = parquet_dataset(path, shuffle=False, batch_size=None, verbose=False)
    assert sorted(np.ravel(list(data.take(10).shuffle(5, seed=1))).tolist()) == [*range(10)]
    assert sorted(np.ravel(list(data.skip(30).shuffle(5, seed=1))).tolist()) == [*range(30, 40)]
    assert sorted(np.ravel(list(data.shard(4, 1).shuffle(5, seed=1))).tolist()) == [*range(1, 40, 4)]
    assert sorted(np.ravel(list(data.repeat(2).shuffle(5, seed=1))).tolist()) == sorted([*range(40)] * 2)
    assert sorted(np.ravel(list(data.filter(lambda x: x[0] > 35).shuffle(5, seed=1))).tolist()) == [36, 37, 38, 39]
    assert sorted(np.ravel(list(data.map(lambda x: x + 1).shuffle(5, seed=1))).tolist()) == [*range(1, 41)]


def test_a_large_row_group_is_read_in_pieces(write, monkeypatch):
    monkeypatch.setattr(arrow_files, "PIECE_BYTES", 1000)
    path = write({"n": np.arange(5000)}, size=5000)
    data = parquet_dataset(path, shuffle=False, verbose=False)
    assert max(len(piece) for piece in data._source.pieces()) < 1000
    assert np.concatenate(list(data)).ravel().tolist() == [*range(5000)]


# ---- types -----------------------------------------------------------------------------------------------------------

IMAGES = np.arange(48, dtype=np.uint8).reshape(4, 3, 4)
FLAT = pa.array(IMAGES.reshape(-1))
ARRAYS = {
    "fixed lists in fixed lists": pa.FixedSizeListArray.from_arrays(pa.FixedSizeListArray.from_arrays(FLAT, 4), 3),
    "fixed lists": pa.FixedSizeListArray.from_arrays(FLAT, 12),
    "lists": pa.array(IMAGES.reshape(4, 12).tolist(), pa.list_(pa.uint8())),
    "lists of lists": pa.array(IMAGES.tolist(), pa.large_list(pa.list_(pa.uint8()))),
    "a tensor": pa.FixedShapeTensorArray.from_numpy_ndarray(IMAGES),
    "bytes": pa.array([image.tobytes() for image in IMAGES], pa.binary(12)),
}


@pytest.mark.parametrize("name", ARRAYS)
@pytest.mark.parametrize("kind", WRITERS)
def test_lists_of_one_length_are_arrays(write, name, kind):
    path = write(pa.table({"image": ARRAYS[name], "label": [1, 0, 1, 0]}), f"images.{kind}", 3)
    x, y = rows(path, "label")
    assert x.dtype == np.uint8
    assert x.shape == (4, 3, 4) or "lists in" not in name
    np.testing.assert_array_equal(x.reshape(4, 3, 4), IMAGES)
    assert y.tolist() == [1, 0, 1, 0]


def test_numbers_dates_and_flags_make_a_matrix(write):
    path = write({
        "whole": pa.array([1, 2], pa.int16()), "flag": [True, False], "half": pa.array([0.5, 1.5], pa.float16()),
        "day": [datetime.date(1970, 1, 2), datetime.date(1970, 2, 1)],
        "at": [datetime.datetime(1970, 1, 1, 12), datetime.datetime(1970, 1, 2)],
        "coins": [decimal.Decimal("1.25"), decimal.Decimal("2.50")],
        "code": pa.array([7, 9]).dictionary_encode(),
    })  # fmt: skip
    x = rows(path)
    assert x.dtype == np.float32
    assert x.tolist() == [[1, 1, 0.5, 1, 0.5, 1.25, 7], [2, 0, 1.5, 31, 1, 2.5, 9]]


def test_texts_make_a_dict_and_a_target_of_texts_is_numbered(write):
    x, y = rows(write(HOUSES), "price")
    assert (x["area"].tolist(), x["city"].tolist(), y.tolist()) == (
        [80, 120, 60],
        ["Rome", "Oslo", "Rome"],
        [2, 3.5, 1.5],
    )
    data = parquet_dataset(write(HOUSES), "city", shuffle=False, verbose=False)
    x, y = next(iter(data))
    assert (data.class_names, y.dtype, y.tolist()) == (["Oslo", "Rome"], np.int32, [1, 0, 1])
    assert x.tolist() == [[80, 2], [120, 3.5], [60, 1.5]]
    given = parquet_dataset(write(HOUSES), "city", class_names=["Rome", "Oslo"], shuffle=False, verbose=False)
    assert next(iter(given))[1].tolist() == [0, 1, 0]
    with pytest.raises(
        DataError, match=r"data\.parquet, row 1: column 'city' holds 'Oslo', which is none of the classes"
    ):
        rows(write(HOUSES), "city", class_names=["Rome", "Bonn"])
    assert rows(write(HOUSES), columns=["price"]).tolist() == [[2], [3.5], [1.5]]
    assert list(rows(write(HOUSES), columns=["price", "area"], form="columns")) == ["price", "area"]


# ---- missing values, what is wrong -----------------------------------------------------------------------------------


def test_the_numbers_of_rows_that_pandas_writes_are_no_input(write, tmp_path):
    frame = pd.DataFrame({"a": [1.0, 2.0], "y": [3, 4]}, index=[7, 9])
    frame.to_parquet(tmp_path / "frame.parquet")
    data = parquet_dataset(tmp_path / "frame.parquet", "y", verbose=False)
    assert data.feature_names == ["a"]
    chosen = parquet_dataset(tmp_path / "frame.parquet", columns=["__index_level_0__"], verbose=False)
    assert chosen.feature_names == ["__index_level_0__"]


def test_columns_in_another_order_are_found_by_their_names(write):
    paths = [write({"a": [1], "b": [2.5]}, "1.parquet"), write({"b": [4.5], "a": [3]}, "2.parquet")]
    assert rows(paths, "b")[0].tolist() == [[1], [3]]
    assert rows(paths, "b")[1].tolist() == [2.5, 4.5]


def test_missing_values(write):
    path = write({"a": [1, None, 3, 4, 5], "b": [1.0, 2.0, float("nan"), 4.0, 5.0], "kind": ["x", "y", "x", None, "y"]})
    with pytest.raises(DataError, match=r"data\.parquet, row 2: column 'b' has no value\.\nWrite missing='skip'"):
        rows(path, "kind", columns=["b"], class_names=["x", "y"])
    with pytest.raises(DataError, match=r"row 1: column 'a' has no value"):
        rows(path)
    x, y = rows(path, "kind", missing="skip")
    assert (x.tolist(), y.tolist()) == ([[1, 1], [5, 5]], [0, 1])
    x, y = rows(path, "kind", missing=-1)
    assert (x.tolist(), y.tolist()) == ([[1, 1], [-1, 2], [3, -1], [5, 5]], [0, 1, 0, 1])
    with pytest.raises(ArgumentTypeError, match="not known before"):
        len(parquet_dataset(path, missing=0, columns=["a"], verbose=False))


# ---- pictures --------------------------------------------------------------------------------------------------------


def picture(pixels, kind="PNG"):
    """A picture as a file in bytes, as Hugging Face writes it."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind)
    return {"bytes": file.getvalue(), "path": None}


@pytest.fixture
def pixels():
    return np.random.default_rng(0).integers(0, 255, (10, 6, 5, 3), np.uint8)


def test_pictures_in_bytes_are_decoded(write, pixels):
    path = write({"image": [picture(p) for p in pixels], "label": list(range(10))})
    x, y = rows(path, "label")
    assert x.dtype == np.uint8
    np.testing.assert_array_equal(x, pixels)
    assert y.tolist() == [*range(10)]
    grey, _ = rows(path, "label", color_mode="grayscale")
    assert grey.shape == (10, 6, 5, 1)
    shuffled = [
        (x, y)
        for xs, ys in parquet_dataset(path, "label", batch_size=3, verbose=False)
        for x, y in zip(xs, ys, strict=True)
    ]
    assert sorted(int(y) for _, y in shuffled) == [*range(10)]
    assert all((x == pixels[y]).all() for x, y in shuffled)


def test_pictures_of_many_sizes_are_brought_to_one(write, tmp_path):
    shapes = [(8, 8), (4, 12), (9, 3)]
    pictures = [np.full((*shape, 3), 40 * (i + 1), np.uint8) for i, shape in enumerate(shapes)]
    path = write({"image": [picture(p, "BMP") for p in pictures]})
    with pytest.raises(DataError, match=r"column 'image' holds pictures of 3 sizes: 4x12, 8x8, 9x3; .*\n.*image_size="):
        rows(path)
    for size in ((6, 7), [6, 7]):
        x = rows(path, image_size=size)
        assert x.shape == (3, 6, 7, 3)
        assert x.reshape(3, -1).mean(1).tolist() == [40, 80, 120]
    assert rows(path, image_size=5).shape == (3, 5, 5, 3)
    folder = tmp_path / "folder"
    folder.mkdir()
    for number, pixels in enumerate(pictures):
        Image.fromarray(pixels).save(folder / f"{number}.bmp")
    data = heron.utils.image_dataset_from_directory(
        folder, labels=None, image_size=(6, 7), shuffle=False, verbose=False
    )
    np.testing.assert_array_equal(x, next(iter(data)))


def test_pictures_that_cannot_be_decoded_are_named(write, pixels):
    broken = [picture(pixels[0]), {"bytes": b"no picture", "path": "a.png"}]
    with pytest.raises(DataError, match=r"after row 0: column 'image': picture 1 cannot be decoded \(10 bytes\)"):
        rows(write({"image": broken}))
    with pytest.raises(DataError, match=r"picture 1 is not in the file, which has its path alone"):
        rows(write({"image": [picture(pixels[0]), {"bytes": None, "path": "a.png"}]}))
    with pytest.raises(DataError, match=r"row 1: column 'image' has no value"):
        rows(write({"image": [picture(pixels[0]), None]}))
    assert len(rows(write({"image": [picture(pixels[0]), None]}), missing="skip")) == 1
    mixed = {"image": [None, None, picture(pixels[0]), None], "n": [1, 2, 3, 4]}
    assert rows(write(mixed, size=2), "n", missing="skip")[1].tolist() == [3]  # no picture in the first row group
    with pytest.raises(ArgumentError, match="'image_size' must be a height and a width"):
        parquet_dataset("nothing.parquet", image_size=(0, 5))
    with pytest.raises(DataError, match=r"column 'image' of .* has no place in a matrix"):
        rows(write({"image": [picture(pixels[0])]}), form="matrix")


def test_names_of_classes_that_are_noted_beside_numbers(write):
    def noted(metadata):
        return parquet_dataset(
            write(pa.table({"a": [1.0, 2.0], "label": [0, 1]}).replace_schema_metadata(metadata)),
            "label",
            verbose=False,
        ).class_names

    label = {"names": ["cat", "dog"], "_type": "ClassLabel"}
    assert noted({"huggingface": json.dumps({"info": {"features": {"label": label}}})}) == ["cat", "dog"]
    assert noted({"huggingface": json.dumps({"info": {"features": {"label": {"dtype": "int64"}}}})}) is None
    assert noted({"huggingface": "no JSON"}) is None
    assert noted({}) is None


def test_large_rows_are_drawn_from_a_smaller_buffer(write, monkeypatch):
    monkeypatch.setattr("heron.data.parquet.LEAST_DRAWN_FROM", 2)
    path = write({"a": [np.zeros(2**14).tolist()] * 4})
    monkeypatch.setattr("heron.data.parquet.DRAWN_FROM_BYTES", 3 * 2**17)
    found = []
    monkeypatch.setattr(heron.data.Dataset, "shuffle", lambda self, size, seed: found.append(size) or self)
    parquet_dataset(path, verbose=False)
    parquet_dataset(path, buffer_size=7, verbose=False)
    parquet_dataset(write({"a": [1.0], "b": [2.0]}), verbose=False)
    assert found == [3, 7, 20_000]


def test_what_is_no_array_is_told(write):
    with pytest.raises(DataError, match=r"column 'place' of .* is of the type struct.*\nLeave it out: columns=\['n'\]"):
        rows(write({"place": [{"x": 1}], "n": [1]}))
    with pytest.raises(
        DataError, match=r"after row 0: the lists of column 'words' have 1 to 2 values; expected one length"
    ):
        rows(write({"words": [[1, 2], [3]]}))
    with pytest.raises(DataError, match=r"a list of column 'words' lacks a value"):
        rows(write({"words": [[1, 2], [3, None]]}))
    with pytest.raises(DataError, match=r"column 'city' of .* holds string, which has no place in a matrix"):
        rows(write(HOUSES), form="matrix")


def test_names_are_checked(write):
    with pytest.raises(
        ArgumentError, match=r"no column 'prize'. Did you mean 'price'\?\nIts columns are: area, price, city"
    ):
        parquet_dataset(write(HOUSES), "prize")
    with pytest.raises(DataError, match=r"no column of .* is left for x"):
        parquet_dataset(write({"a": [1]}), "a")
    with pytest.raises(ArgumentError, match="class_names are those of a target of texts"):
        parquet_dataset(write(HOUSES), "price", class_names=["a"])
    with pytest.raises(ArgumentError, match=r"missing.*'raise', 'skip' or a number"):
        parquet_dataset(write(HOUSES), missing="mean")


def test_files_that_are_not_right(write, tmp_path):
    (tmp_path / "a.parquet").write_text("area,city\n1,2\n")
    with pytest.raises(DataError, match=r"neither Parquet nor Arrow.*begins with b'area'\.\nIs it a CSV file\?"):
        parquet_dataset(tmp_path / "a.parquet")
    whole = write({"n": np.arange(1000)}).read_bytes()
    (tmp_path / "a.parquet").write_bytes(whole[:-30])
    with pytest.raises(DataError, match=r"a\.parquet' cannot be read: .*\nWas it cut"):
        parquet_dataset(tmp_path / "a.parquet")
    with pytest.raises(DataError, match="has columns and no rows"):
        parquet_dataset(write({"n": pa.array([], pa.int64())}))
    with pytest.raises(DataError, match=r"there is no file .*dat\.parquet.* Did you mean .*data\.parquet"):
        parquet_dataset(tmp_path / "dat.parquet")
    with pytest.raises(DataError, match="the list of files is empty"):
        parquet_dataset([])
    files = [write({"a": [1], "b": [2]}), write({"a": [1], "b": [2.5]}, "other.parquet")]
    with pytest.raises(
        DataError, match=r"only '.*data\.parquet' has b \(int64\); only '.*other\.parquet' has b \(double\)"
    ):
        parquet_dataset(files)


def test_damage_in_the_middle_is_named(write, tmp_path):
    path = tmp_path / "data.parquet"
    table = pa.table({"n": np.random.default_rng(0).integers(0, 99, 20_000)})
    pq.write_table(table, path, row_group_size=5000, compression="gzip", use_dictionary=False)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 400] = b"\xff" * 400
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"data\.parquet, from row \d+, cannot be read: .*\nIs the file damaged"):
        list(parquet_dataset(path, shuffle=False, verbose=False))


def test_without_pyarrow_it_is_named(write, monkeypatch):
    path = write(HOUSES)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    arrow_files.pyarrow.cache_clear()
    try:
        with pytest.raises(MissingPackageError, match=r"not installed\.\nInstall it: pip install heron\[data\]"):
            parquet_dataset(path)
    finally:
        arrow_files.pyarrow.cache_clear()


# ---- use -------------------------------------------------------------------------------------------------------------


def test_what_was_found_is_said(write, capsys):
    parquet_dataset(write(HOUSES, size=2), "price", columns=["area"])
    first, *lines = capsys.readouterr().out.splitlines()
    assert first.endswith("data.parquet: 3 rows in 2 row groups, 3 columns")
    assert [line.split(maxsplit=1)[1] for line in lines] == ["int64", "double  -> target", "string  (left out)"]


def test_a_model_learns_from_files(write):
    x = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
    table = pa.table(
        {"x": pa.FixedSizeListArray.from_arrays(pa.array(x.reshape(-1)), 3), "y": x @ np.float32([1, 2, 3])}
    )
    data = parquet_dataset(write(table, size=16), "y", batch_size=16, seed=1, verbose=False)
    model = heron.Sequential([heron.Input((3,)), heron.layers.Dense(1)])
    model.compile(heron.optimizers.Adam(0.1), "mse")
    history = model.fit(data, epochs=30, verbose=0)
    assert history.history["loss"][-1] < 0.1 * history.history["loss"][0]
    assert model.predict(parquet_dataset(write(table), columns=["x"], shuffle=False, verbose=False)).shape == (64, 1)
