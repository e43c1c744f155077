"""Data of other libraries, recognised by what they can do.

pandas, polars, pyarrow, SciPy and grain are the real ones. Of torch, TensorFlow and Hugging Face datasets, which are
too large for a test, there are look-alikes: they have exactly the attributes of the real classes that heron looks at.
"""

from __future__ import annotations

import dataclasses
import functools
from collections import UserDict, namedtuple

import grain
import h5py
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse as sp

import heron
from heron.data.adapt import Kind, examples, stream_feed
from heron.data.arrays import to_array, to_structure
from heron.data.protocols import class_names_of, is_stream, refuse_splits
from heron.data.rows import LazyRows
from heron.errors import ArgumentTypeError, DataError

ONE = Kind(1, 1)
X = np.arange(12.0, dtype="float32").reshape(6, 2)
Y = np.arange(6)


class Tensor:
    """A tensor of torch: one that requires a gradient has no `numpy`, and bfloat16 is unknown to NumPy."""

    def __init__(self, values, dtype="torch.float32", grad=False, layout="torch.strided"):
        self.values, self.dtype, self.grad, self.layout = values, dtype, grad, layout
        self.shape = np.shape(values)

    def detach(self):
        return Tensor(self.values, self.dtype, False, self.layout)

    def cpu(self):
        return self

    def to_dense(self):
        return Tensor(self.values, self.dtype)

    def float(self):
        return Tensor(self.values)

    def __array__(self, dtype=None, copy=None):
        if self.grad or "bfloat16" in self.dtype or "sparse" in self.layout:
            raise TypeError("Got unsupported ScalarType BFloat16, or can't call numpy() on a tensor that requires grad")
        return np.asarray(self.values, dtype)


ARRAYS = {
    "torch": Tensor(X),
    "torch, with a gradient": Tensor(X, grad=True),
    "torch, bfloat16": Tensor(X, "torch.bfloat16"),
    "torch, sparse": Tensor(X, layout="torch.sparse_coo"),
    "a list of tensors": [Tensor(row, grad=True) for row in X],
    "pandas": pd.DataFrame(X, columns=["a", "b"]),
    "pandas, of several kinds": pd.DataFrame({"a": pd.array([0, 2, 4, 6, 8, 10], "Int64"), "b": X[:, 1]}),
    "pandas, on arrow": pd.DataFrame(X, columns=["a", "b"]).astype("float[pyarrow]"),
    "pandas, columns of one name": pd.DataFrame(X, columns=["a", "a"]).astype({"a": "Float32"}),
    "polars": pl.DataFrame(X, schema=["a", "b"]),
    "polars, of several kinds": pl.DataFrame({"a": [0, 2, 4, 6, 8, 10], "b": X[:, 1]}),
    "polars, lazy": pl.DataFrame(X, schema=["a", "b"]).lazy(),
    "polars, rows in one column": pl.Series(X.tolist(), dtype=pl.Array(pl.Float32, 2)),
    "pyarrow": pa.table({"a": X[:, 0], "b": X[:, 1]}),
    "pyarrow, a batch": pa.record_batch({"a": X[:, 0], "b": X[:, 1]}),
    "pyarrow, rows in one column": pa.array(X.tolist(), pa.list_(pa.float32(), 2)),
    "sparse matrix": sp.csr_matrix(X),
    "sparse array": sp.coo_array(X),
    "sparse, a dict": sp.dok_matrix(X),
}


@pytest.mark.parametrize("form", ARRAYS)
def test_arrays(form):
    assert not is_stream(ARRAYS[form])
    array = to_array(ARRAYS[form], "x")
    assert array.dtype == np.float32
    np.testing.assert_array_equal(array, X)


def test_a_sparse_matrix_that_is_a_dict_is_an_array():
    matrix = sp.dok_matrix(X)
    refuse_splits(matrix)
    np.testing.assert_array_equal(to_structure(matrix, "x", several=False), X)


COLUMNS = {
    "pandas": pd.Series(Y),
    "pandas, nullable": pd.Series(Y, dtype="Int64"),
    "pandas, a category of numbers": pd.Series(Y, dtype="category"),
    "polars": pl.Series(Y),
    "pyarrow": pa.array(Y),
    "pyarrow, in chunks": pa.chunked_array([Y[:2], Y[2:]]),
}


@pytest.mark.parametrize("form", COLUMNS)
def test_columns(form):
    assert not is_stream(COLUMNS[form])
    assert to_array(COLUMNS[form], "y").tolist() == Y.tolist()


@pytest.mark.parametrize(
    "missing",
    [
        pd.DataFrame({"a": pd.array([1, None, 3], "Int64"), "b": [1.0, np.nan, np.nan]}),
        pl.DataFrame({"a": [1, None, 3], "b": [1.0, None, None]}),
        pa.table({"a": [1, None, 3], "b": [1.0, None, None]}),
    ],
)
def test_missing_values_are_counted_by_column(missing):
    text = r"x has 3 missing .*row 1, column 'a'.*\nBy column: 2 in 'b', 1 in 'a'\.\nLeave those samples out"
    with pytest.raises(DataError, match=text):
        examples(missing, None, None, None, ONE)


TEXTS = {
    "a category": (
        pd.DataFrame({"n": [1, 2], "city": ["Rome", "Oslo"]}),
        r"Column 'city' of x holds text \(str.*\), such as 'Rome' in row 0; .*\n.*get_dummies.*FeatureSpace.*String",
    ),
    "a slip": (
        pl.DataFrame({"price": ["1.5", "2", "n/a", "3"]}),
        r"Column 'price' of x holds text among numbers: 'n/a' in row 2\.\nMend the data",
    ),
    "numbers as text": (
        pa.table({"price": ["1.5", "2"]}),
        r"Column 'price' of x holds numbers written as text, such as '1.5' in row 0",
    ),
    "sentences": (
        pl.Series(["the film was very good", "a bad film, all in all"]),
        r"x holds text.*\nTurn sentences into numbers: heron.layers.TextVectorization",
    ),
    "dates": (
        pl.DataFrame({"day": pl.Series(["2020-01-01", "2020-01-02"]).str.to_date()}),
        r"Column 'day' of x holds datetime64\[D\] values, such as '2020-01-01'",
    ),
    "rows of several lengths": (
        pl.DataFrame({"a": [[1, 2], [3]]}),
        r"Column 'a' of x holds rows of different lengths: row 0 has 2 values, row 1 has 1",
    ),
    "words among numbers": ([[1.0, 2.0], [3.0, "x"]], r"x holds text, such as 'x' in row 1, column 1"),
    "objects": (pd.DataFrame({"a": [1, {2}]}), r"Column 'a' of x holds \{2\} in row 1"),
    "a table without columns": (pd.DataFrame(index=[0, 1]), "x is a table without columns"),
    "an empty dict": ({}, "x is an empty dict. Expected an array for each input"),
    "no rows": (pd.DataFrame({"a": []}), r"x has no samples \(shape \(0, 1\)\)"),
}


@pytest.mark.parametrize("case", TEXTS)
def test_what_is_no_number_is_named(case):
    value, text = TEXTS[case]
    with pytest.raises((DataError, ArgumentTypeError), match=text):
        examples(value, None, None, None, ONE)


def test_tensors_of_tensorflow_that_are_not_dense():
    ragged = type("RaggedTensor", (), {"row_splits": [0, 1], "to_tensor": None})()
    sparse = type("SparseTensor", (), {"dense_shape": (2, 2), "indices": [], "values": []})()
    for value, text in ((ragged, "different lengths.*\nPad .* x.to_tensor"), (sparse, "tf.sparse.to_dense.x.")):
        assert not is_stream(value)
        with pytest.raises(DataError, match=text):
            to_array(value, "x")


# ---- what is read by rows -------------------------------------------------------------------------------------------


def test_a_large_sparse_matrix_is_never_dense():
    matrix = sp.random_array((200_000, 50_000), density=1e-6, format="coo", rng=np.random.default_rng(0))
    given = examples(matrix, np.zeros(200_000), None, None, ONE)
    assert isinstance(given.x, LazyRows)
    assert given.x.nbytes == 40_000_000_000
    some = np.array([5, 199_999, 5, 0])
    np.testing.assert_array_equal(given.x[some], matrix.tocsr()[some].toarray().astype("float32"))
    np.testing.assert_array_equal(given.x.part(10, 20)[:3], matrix.tocsr()[10:13].toarray().astype("float32"))


def test_a_missing_value_in_a_sparse_matrix_is_found_where_it_is(monkeypatch):
    monkeypatch.setattr("heron.data.rows.WHOLE_BYTES", 0)
    matrix = sp.csr_array(np.array([[0, 1.0], [0, 0], [np.inf, 0]]))
    with pytest.raises(DataError, match="x has 1 missing or infinite value; the first is infinite, in row 2, column 0"):
        examples(matrix, None, None, None, ONE)


def test_arrays_in_hdf5_files_are_read_by_rows(monkeypatch, tmp_path):
    monkeypatch.setattr("heron.data.rows.WHOLE_BYTES", 0)
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["x"] = X.astype("float64")
        rows = to_array(file["x"], "x")
        assert isinstance(rows, LazyRows)
        assert rows.dtype == np.float32
        np.testing.assert_array_equal(rows[np.array([4, 1, 1])], X[[4, 1, 1]])
        np.testing.assert_array_equal(rows[1:3], X[1:3])
        assert rows[np.array([], int)].shape == (0, 2)


# ---- structures -----------------------------------------------------------------------------------------------------

Pair = namedtuple("Pair", "first second")


@dataclasses.dataclass
class Parts:
    """Inputs by name."""

    a: object
    b: object


def test_structures_of_arrays():
    pair = to_structure(Pair([1, 2], [3, 4]), "x", several=True)
    assert isinstance(pair, Pair)
    assert pair.second.tolist() == [3, 4]
    assert to_structure(Parts([1], [2.5]), "x", several=False)["b"].tolist() == [2.5]
    assert to_structure(UserDict(a=[1]), "x", several=False)["a"].tolist() == [1]
    nested = to_structure({"a": {"b": [np.ones(2), np.zeros((2, 3))]}, "c": [[1, 2], [3, 4]]}, "x", several=False)
    assert [part.shape for part in nested["a"]["b"]] == [(2,), (2, 3)]
    assert nested["c"].shape == (2, 2)
    assert not is_stream(Parts(1, 2))


# ---- batches --------------------------------------------------------------------------------------------------------


def rows_of(source, kind=ONE, **options):
    """The inputs and targets of one epoch, batch by batch."""
    feed = stream_feed(source, options.pop("steps", None), kind, batch_size=2, **options)
    found = []
    for block in feed.blocks(np.random.default_rng(0)):
        parts = [None if part is None else np.asarray(part) for part in block.data[:2]]
        for i in range(block.first, block.end):
            at = slice(i * block.batch, (i + 1) * block.batch)
            found.append(tuple(None if part is None else part[at].tolist() for part in parts))
    return found


WANTED = [(X[i : i + 2].tolist(), Y[i : i + 2].tolist()) for i in (0, 2, 4)]


def pairs(start=0):
    for i in range(start, 6, 2):
        yield X[i : i + 2], Y[i : i + 2]


def _of_torch(name, **attributes):
    return type(name, (type("Dataset", (), {"__module__": "torch.utils.data.dataset"}),), attributes)()


class OfTensorFlow:
    """A `tf.data.Dataset`."""

    def __init__(self, count=3):
        self.count = count

    def as_numpy_iterator(self):
        return pairs()

    def cardinality(self):
        return np.int64(self.count)

    def __iter__(self):
        raise AssertionError("gives tensors, which would be copied twice")


class OfHuggingFace:
    """A `datasets.Dataset`: a table, of which rows are taken by number."""

    column_names = ["text", "label"]
    features = {"text": object(), "label": type("ClassLabel", (), {"names": ["no", "yes"]})()}

    def __init__(self, columns):
        self.columns = columns
        self.column_names = list(columns)

    def with_format(self, kind):
        return self

    def __len__(self):
        return 6

    def __getitem__(self, rows):
        return {name: [column[row] for row in rows] for name, column in self.columns.items()}


class StreamOfHuggingFace:
    """A `datasets.IterableDataset`: its rows come one after the other, lists where there are several numbers."""

    features = None

    def __init__(self, columns):
        self.columns, self.column_names = columns, list(columns)

    def with_format(self, kind):
        return self

    def __iter__(self):
        return (dict(zip(self.columns, row, strict=True)) for row in zip(*self.columns.values(), strict=True))


class ColumnOfHuggingFace:
    """What `dataset["text"]` is: a sequence that reads the table when asked."""

    def __init__(self, values):
        self.values, self.source, self.column_name = values, object(), "text"

    def __len__(self):
        return len(self.values)

    def __getitem__(self, rows):
        return self.values[rows]

    def __iter__(self):
        return iter(self.values)


SAMPLES = {"__len__": lambda self: 6, "__getitem__": lambda self, i: (X[i], Y[i])}
SOURCES = {
    "a generator": lambda: pairs(),
    "a generator function": lambda: pairs,
    "a partial function": lambda: functools.partial(pairs, start=0),
    "a function": lambda: lambda: list(pairs()),
    "lists, as torch loaders give them": lambda: (list(batch) for batch in pairs()),
    "named tuples": lambda: (Pair(*batch) for batch in pairs()),
    "torch, samples": lambda: _of_torch("Mine", **SAMPLES),
    "torch, several samples at a time": lambda: _of_torch(
        "Mine", **SAMPLES, __getitems__=lambda self, rows: [[Tensor(X[i], grad=True), int(Y[i])] for i in rows]
    ),
    "torch, a stream of samples": lambda: _of_torch("Mine", __iter__=lambda self: zip(X, Y, strict=True)),
    "torch, tensors": lambda: _of_torch("TensorDataset", tensors=(Tensor(X), Tensor(Y)), **SAMPLES),
    "tf.data": OfTensorFlow,
    "tf.data, of unknown length": lambda: OfTensorFlow(-2),
    "Hugging Face": lambda: OfHuggingFace({"pixels": X.tolist(), "label": Y.tolist()}),
    "Hugging Face, a stream": lambda: StreamOfHuggingFace({"pixels": X.tolist(), "y": Y.tolist()}),
    "grain, by number": lambda: grain.MapDataset.source(list(zip(X, Y, strict=True))).batch(2),
    "grain, in order": lambda: grain.MapDataset.source(list(zip(X, Y, strict=True))).batch(2).to_iter_dataset(),
}


@pytest.mark.parametrize("form", SOURCES)
def test_sources_of_batches(form):
    source = SOURCES[form]()
    assert is_stream(source)
    assert rows_of(source) == WANTED


@pytest.mark.parametrize("form", ["torch, samples", "torch, tensors", "Hugging Face"])
def test_samples_with_numbers_come_in_a_new_order(form):
    found = rows_of(SOURCES[form](), shuffle=True)
    flat = [row for _, y in found for row in y]
    assert sorted(flat) == Y.tolist()
    assert all(X[y].tolist() == x for batch, numbers in found for x, y in zip(batch, numbers, strict=True))


def test_dicts_of_samples_become_dicts_of_batches():
    samples = _of_torch(
        "Mine", __len__=lambda self: 3, __getitem__=lambda self, i: ({"a": X[i], "w": ["p", "q"][0]}, i)
    )
    batch = next(iter(stream_feed_batches(samples)))
    assert batch[0]["a"].shape == (2, 2)
    assert batch[0]["w"] == ["p", "p"]


def stream_feed_batches(source):
    from heron.data.protocols import source_of

    return source_of(source, 2, False).begin()


def test_several_columns_of_hugging_face_are_inputs_by_name():
    source = OfHuggingFace({"a": X[:, 0].tolist(), "b": X[:, 1].tolist(), "label": Y.tolist()})
    x, y = next(iter(stream_feed_batches(source)))
    assert set(x) == {"a", "b"}
    assert y == [0, 1]
    with pytest.raises(DataError, match="the columns 'label', 'target', each of which may be the target"):
        stream_feed_batches(OfHuggingFace({"label": Y, "target": Y}))
    with pytest.raises(DataError, match=r"x is a dict of data sets: 'train', 'test'.*\nWrite fit\(x\['train'\]\)"):
        refuse_splits({"train": source, "test": source})


def test_columns_of_hugging_face_are_arrays_names_among_them():
    x, y = ColumnOfHuggingFace(X.tolist()), ColumnOfHuggingFace(["cat", "dog"] * 3)
    assert not is_stream(x)
    np.testing.assert_array_equal(to_array(x, "x"), X)
    model = heron.Sequential([heron.Input(X.shape[1:]), heron.layers.Dense(2, activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy")
    model.fit(x, y, verbose=0)
    assert model.class_names == ["cat", "dog"]
    assert model.predict(x, verbose=0).shape == (len(X), 2)


def test_the_names_of_classes_are_found():
    source = OfHuggingFace({"pixels": X, "label": Y})
    folder = type("ImageFolder", (), {"classes": ["ant", "bee"]})()
    loader = type("DataLoader", (), {"dataset": folder})()
    named = type("Dataset", (), {"class_names": ("cat", "dog")})()
    found = [class_names_of(x) for x in (source, folder, loader, named, object(), iter([]))]
    assert found == [["no", "yes"], ["ant", "bee"], ["ant", "bee"], ["cat", "dog"], None, None]


# ---- what cannot be read --------------------------------------------------------------------------------------------

ENDLESS = {
    "tf.data": lambda: OfTensorFlow(-1),
    "grain": lambda: grain.MapDataset.source([1]).batch(1).repeat(),
}


@pytest.mark.parametrize("form", ENDLESS)
def test_a_source_without_end_needs_a_number_of_steps(form):
    with pytest.raises(DataError, match=r"never ends. Expected the number of batches .*\n.*steps_per_epoch=100"):
        stream_feed(ENDLESS[form](), None, ONE)
    assert stream_feed(ENDLESS[form](), 5, ONE).total == 5


def changing(*later):
    yield X[:2], Y[:2]
    yield from later


UNLIKE = {
    "another number of axes": ((X[:2, None], Y[:2]), r"Batch 1 .*: x has the shape \(2, 1, 2\); expected \(2, 2\)"),
    "numbers with a fraction": ((X[:2], [0.5, 1.5]), r"Batch 1 .*: y holds float32 values; expected int32"),
    "weights": ((X[:2], Y[:2], [1.0, 1.0]), "Batch 1 .*: it has x, y, sample_weight; expected x, y"),
    "no targets": (X[:2], "Batch 1 .*: it has x; expected x, y"),
    "a dict": (({"a": X[:2]}, Y[:2]), r"Batch 1 .*: it has x\['a'\], y; expected x, y"),
}


@pytest.mark.parametrize("case", UNLIKE)
def test_a_batch_unlike_the_first_is_refused(case):
    batch, text = UNLIKE[case]
    with pytest.raises(DataError, match=text):
        rows_of(changing(batch))


def test_what_may_change_from_batch_to_batch():
    found = rows_of(changing((X[:1].astype("float64"), Y[:1].astype("uint8")), (X[:2].astype("int32"), Y[:2])))
    assert [y for _, y in found] == [[0, 1], [0], [0, 1]]
    assert [x for x, _ in found][1] == X[:1].tolist()
    lengths = rows_of(changing((np.zeros((2, 5), "float32"), Y[:2])))  # where the model takes any
    assert [np.shape(x) for x, _ in lengths] == [(2, 2), (2, 5)]


def test_sizes_that_the_model_does_not_take():
    import heron

    model = heron.Sequential([heron.Input((2,)), heron.layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(DataError, match=r"Batch 2 of the data source .*: x has the shape \(2, 5\); expected \(2, 2\)"):
        model.fit(changing((X[:2], Y[:2]), (np.zeros((2, 5)), Y[:2])), verbose=0)
    anything = heron.Sequential([heron.Input((None, 1)), heron.layers.GlobalAveragePooling1D()])
    batches = [np.ones((2, 3, 1)), np.ones((2, 5, 1))]
    assert anything.predict(iter(batches)).shape == (4, 1)


def test_what_a_function_must_give():
    def needy(path, size=3):
        yield path

    with pytest.raises(ArgumentTypeError, match=r"function needy, which needs the arguments path.*\n.*lambda: needy"):
        rows_of(needy)
    with pytest.raises(ArgumentTypeError, match=r"returned an array of shape .*Expected an iterable of batches"):
        rows_of(lambda: X)


def test_samples_that_cannot_be_stacked():
    odd = _of_torch("Mine", __len__=lambda self: 2, __getitem__=lambda self, i: (np.zeros(i + 1), 0))
    with pytest.raises(DataError, match=r"The samples of a batch have different shapes: \(1,\), \(2,\)"):
        rows_of(odd)
    uneven = _of_torch("Mine", __len__=lambda self: 2, __getitem__=lambda self, i: (X[i],) * (i + 1))
    with pytest.raises(DataError, match=r"The samples of a batch have \[1, 2\] parts"):
        rows_of(uneven)
    with pytest.raises(DataError, match="has no samples"):
        rows_of(_of_torch("Mine", __len__=lambda self: 0, __getitem__=None))


def test_single_samples_are_told_from_batches():
    with pytest.raises(DataError, match=r"gives single samples.*\nMake batches of them: .*batch\(32\)"):
        rows_of(zip(X, Y.tolist(), strict=True))
