"""FeatureSpace: what it gives is what Keras 3.15 gave, with TensorFlow at hand, for the same tables."""

from __future__ import annotations

import json
import zipfile

import numpy as np
import pandas as pd
import polars as pl
import pytest

import heron
from heron import layers
from heron.errors import ArgumentError, ArgumentTypeError, DataError, NotBuiltError
from heron.utils import FeatureSpace

TABLE = {
    "age": [20.0, 30.0, 45.0, 60.0],
    "size": [1, 2, 3, 4],
    "code": [3, 3, 7, 9],
    "city": ["Rome", "Oslo", "Rome", "Bonn"],
    "street": ["a", "b", "c", "d"],
    "zip": [12, 13, 14, 15],
    "income": [1.0, 5.0, 9.0, 2.0],
    "pixel": [0.0, 255.0, 51.0, 102.0],
}
# For each row the age, and the places of the ones in the vectors of the other columns.
AGES = [-1.23718, -0.57735, 0.41239, 1.40214]
CITY, CODE, INCOME, STREET, ZIP = [1, 2, 1, 3], [1, 1, 3, 2], [0, 2, 2, 1], [3, 2, 0, 1], [3, 3, 0, 3]
CODE_CITY, ZIP_STREET = [1, 5, 4, 0], [3, 1, 4, 0]


def space(**options):
    made = FeatureSpace(
        features={
            "age": FeatureSpace.float_normalized(),
            "size": "float",
            "code": "integer_categorical",
            "city": "string_categorical",
            "street": FeatureSpace.string_hashed(num_bins=4),
            "zip": FeatureSpace.integer_hashed(num_bins=5),
            "income": FeatureSpace.float_discretized(num_bins=3),
            "pixel": FeatureSpace.float_rescaled(scale=1 / 255),
        },
        crosses=[("code", "city"), FeatureSpace.cross(("zip", "street"), crossing_dim=6)],
        crossing_dim=8,
        **options,
    )
    made.adapt(TABLE)
    return made


def test_a_table_becomes_what_keras_makes_of_it():
    found = np.asarray(space()(TABLE))
    parts = [
        np.array(AGES)[:, None],
        np.eye(4)[CITY],
        np.eye(4)[CODE],
        np.eye(3)[INCOME],
        np.array([[0.0], [1.0], [0.2], [0.4]]),
        np.array([[1.0], [2.0], [3.0], [4.0]]),
        np.eye(4)[STREET],
        np.eye(5)[ZIP],
        np.eye(8)[CODE_CITY],
        np.eye(6)[ZIP_STREET],
    ]
    np.testing.assert_allclose(found, np.concatenate(parts, 1), atol=2e-5)


def test_forms_of_tables_and_single_rows():
    made = space()
    whole = np.asarray(made(TABLE))
    for table in (pd.DataFrame(TABLE), pl.DataFrame(TABLE), {k: np.array(v)[:, None] for k, v in TABLE.items()}):
        np.testing.assert_allclose(made(table), whole, atol=1e-6)
    one = made({name: column[1] for name, column in TABLE.items()})
    np.testing.assert_allclose(one, whole[1], atol=1e-6)
    np.testing.assert_allclose(made({**TABLE, "other": ["?"] * 4}), whole, atol=1e-6)


def test_learning_from_batches_is_learning_from_the_whole():
    table = pd.DataFrame(TABLE)
    batches = [(table[:2], [0, 1]), (table[2:], [1, 0])]
    made = FeatureSpace({"age": "float_normalized", "city": "string_categorical"})
    made.adapt(batches)
    want = FeatureSpace({"age": "float_normalized", "city": "string_categorical"})
    want.adapt(table)
    np.testing.assert_allclose(made(table), want(table), atol=1e-6)


def test_a_dict_of_columns():
    made = FeatureSpace(
        {
            "age": "float_normalized",
            "city": FeatureSpace.string_categorical(output_mode="int"),
            "income": FeatureSpace.float_discretized(num_bins=2, output_mode="int"),
            "size": FeatureSpace.float_discretized(None, bin_boundaries=[1.5, 3.5]),
        },
        output_mode="dict",
    )
    made.adapt(TABLE)
    found = made(TABLE)
    np.testing.assert_allclose(found["age"][:, 0], AGES, atol=2e-5)
    assert found["city"].tolist() == [[1], [2], [1], [3]]
    assert found["income"].tolist() == [[0], [1], [1], [1]]
    assert found["size"].tolist() == [[1, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 1]]


def test_layers_of_ones_own():
    words = layers.TextVectorization(output_mode="tf_idf")
    made = FeatureSpace({"text": FeatureSpace.feature("string", words, "float")})
    made.adapt({"text": ["a b", "b c", "c"]})
    assert made({"text": ["a"]}).shape == (1, 4)
    known = layers.StringLookup(vocabulary=["x", "y"])
    assert FeatureSpace({"a": FeatureSpace.feature("string", known, "one_hot")})({"a": ["y"]}).tolist() == [[0, 0, 1]]


def test_a_model_after_the_space_and_one_that_holds_it():
    table = {"age": TABLE["age"], "code": TABLE["code"]}
    inside = FeatureSpace({"age": "float_normalized", "code": "integer_categorical"})
    inside.adapt(table)
    assert set(inside.get_preprocessed_features()) == {"age", "code"}
    model = heron.Model(inside.get_inputs(), layers.Dense(1, name="out")(inside.get_encoded_features()))
    x = {name: np.array(column) for name, column in table.items()}
    np.testing.assert_allclose(model.predict(x), model.get_layer("out")(inside(table)), atol=1e-5)

    made = space()
    encoded = made.get_encoded_features()
    assert encoded.shape == (None, 37)
    model = heron.Model(encoded, layers.Dense(1, kernel_initializer="ones")(encoded))
    whole = layers.Pipeline([made, model])
    np.testing.assert_allclose(whole(TABLE, training=False)[:, 0], np.asarray(made(TABLE)).sum(1), rtol=1e-5)


@pytest.mark.parametrize("mode", ["concat", "dict"])
def test_a_model_that_holds_the_space_takes_tables_with_text(mode, tmp_path):
    made = space(output_mode=mode)
    encoded = made.get_encoded_features()
    flat = encoded if mode == "concat" else layers.Concatenate()(list(encoded.values()))
    answer = layers.Dense(1)(flat)
    trained = heron.Model(encoded, answer)
    trained.compile("sgd", "mse")
    trained.fit(made(TABLE), np.ones(4), verbose=0)
    whole = heron.Model(made.get_inputs(), answer)
    np.testing.assert_allclose(whole.predict(TABLE), trained.predict(made(TABLE)), rtol=1e-5)
    whole.save(tmp_path / "whole.keras")
    loaded = heron.models.load_model(tmp_path / "whole.keras")
    np.testing.assert_allclose(loaded.predict(pd.DataFrame(TABLE)), whole.predict(TABLE), rtol=1e-5)


def test_files(tmp_path):
    made = space(name="space")
    made.save(tmp_path / "space.keras")
    again = heron.saving.load_model(tmp_path / "space.keras")
    np.testing.assert_allclose(again(TABLE), made(TABLE), atol=1e-6)
    with zipfile.ZipFile(tmp_path / "space.keras") as archive:  # where Keras 3.15 looks for each part
        assert {f"assets/preprocessors/{kind}_lookup/vocabulary.txt" for kind in ("string", "integer")} < set(
            archive.namelist()
        )
        config = json.loads(archive.read("config.json"))
    home = "keras.src.layers.preprocessing.feature_space"
    assert (config["module"], config["class_name"]) == ("keras.utils", "FeatureSpace")
    assert config["config"]["features"]["size"]["module"] == home
    assert config["config"]["features"]["size"]["config"]["preprocessor"]["class_name"] == "TFDIdentity"
    assert config["config"]["crosses"][0]["module"] == home
    assert FeatureSpace.from_config(made.get_config()).get_config() == made.get_config()


MISTAKES = {
    "no features": (lambda: FeatureSpace({}), ArgumentError, "takes a dict from column names to kinds of features"),
    "no such kind": (
        lambda: FeatureSpace({"a": "flaot"}),
        ArgumentError,
        "feature 'a' must be a kind of feature; received 'flaot'. Did you mean 'float'",
    ),
    "a cross of nothing": (
        lambda: FeatureSpace({"city": "string_hashed", "job": "string_hashed"}, crosses=[("city", "jobs")]),
        ArgumentError,
        "a cross names 'jobs', which is no feature. Did you mean 'job'",
    ),
    "before adapt": (
        lambda: FeatureSpace({"a": "float_normalized"})({"a": [1.0]}),
        NotBuiltError,
        "has not learned from data yet [(]a[)]",
    ),
    "a missing column": (
        lambda: FeatureSpace({"age": "float"})({"agee": [1.0]}),
        DataError,
        "needs the column 'age'; the data have 'agee'",
    ),
    "no table": (lambda: FeatureSpace({"a": "float"})([1.0]), ArgumentTypeError, "takes a dict of columns or a table"),
    "adapt on no table": (
        lambda: FeatureSpace({"a": "float_normalized"}).adapt(3),
        ArgumentTypeError,
        "adapt.. takes a dict of columns, a table or an iterable",
    ),
    "adapt on batches of arrays": (
        lambda: FeatureSpace({"a": "float_normalized"}).adapt([np.ones(3)]),
        DataError,
        "takes batches that are dicts of columns",
    ),
    "adapt on an iterator": (
        lambda: FeatureSpace({"a": "float_normalized"}).adapt(iter([{"a": [1.0]}])),
        DataError,
        "received an iterator, which ends after the first",
    ),
    "text for numbers": (
        lambda: FeatureSpace({"a": "float"})({"a": ["x", "y"]}),
        DataError,
        "column 'a' holds text, such as 'x'; .*\nMake it 'string_categorical'",
    ),
    "missing numbers": (
        lambda: FeatureSpace({"a": "float"})({"a": [1.0, None]}),
        DataError,
        "column 'a' holds missing values",
    ),
    "numbers beside vectors": (
        lambda: FeatureSpace({"a": FeatureSpace.string_hashed(3, output_mode="int")})({"a": ["x"]}),
        ArgumentError,
        "feature 'a' gives whole numbers, which cannot be put beside others",
    ),
    "vectors of an unknown length": (
        lambda: FeatureSpace({"a": FeatureSpace.feature("float32", layers.Rescaling(2.0), "one_hot")})({"a": [1.0]}),
        ArgumentError,
        "nobody knows how many numbers Rescaling gives",
    ),
    "dates": (
        lambda: FeatureSpace({"d": "float_normalized"}).adapt({"d": pd.date_range("2020", periods=3)}),
        DataError,
        "column 'd' holds dates or times",
    ),
    "a missing whole number": (
        lambda: FeatureSpace({"i": "integer_categorical"}).adapt({"i": np.array([1.0, np.nan])}),
        DataError,
        "takes whole numbers; received nan.\nFill missing values in",
    ),
    "saved before adapt": (
        lambda: FeatureSpace({"a": "float_normalized"}).save("never.keras"),
        NotBuiltError,
        "has not learned from data yet",
    ),
    "columns of several lengths": (
        lambda: FeatureSpace({"a": "float", "b": "float"}, output_mode="dict")({"a": [1.0, 2.0], "b": [1.0]}),
        DataError,
        "the columns must be equally long; received 'a': 2, 'b': 1.\nWas a filter",
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes(case):
    action, error, text = MISTAKES[case]
    with pytest.raises(error, match=text):
        action()
