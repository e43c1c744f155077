"""The facts of `describe`, held against NumPy and pandas."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import polars as pl
import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import heron
from heron.data import describe
from heron.data.description.measure import QUANTILES

NUMBERS = st.floats(-1e6, 1e6, width=32) | st.sampled_from([np.nan, np.inf, -np.inf])


def column(description, name, part=0):
    return description.facts.parts[part].column(name)


@settings(max_examples=40)
@given(arrays.arrays(np.float64, st.tuples(st.integers(1, 40), st.just(2)), elements=NUMBERS))
def test_counts_ranges_and_quantiles_are_those_of_numpy(table):
    described = describe(table)
    for i in range(2):
        facts, values = column(described, f"column {i}"), table[:, i]
        finite = values[np.isfinite(values)]
        assert facts.missing == np.isnan(values).sum()
        assert facts.infinite == np.isinf(values).sum()
        assert facts.distinct == pd.Series(values).nunique()
        if not len(finite):
            assert facts.mean is None
            continue
        assert (facts.minimum, facts.maximum) == (finite.min(), finite.max())
        np.testing.assert_allclose([facts.mean, facts.std], [finite.mean(), finite.std()], rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(
            [facts.quantiles[q] for q in QUANTILES], np.quantile(finite, QUANTILES), rtol=1e-9, atol=1e-9
        )
        assert sum(facts.histogram.counts) == len(finite)
        counted, _ = np.histogram(finite, facts.histogram.edges)
        assert tuple(counted) == facts.histogram.counts


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["a", "b", None])), min_size=1, max_size=40))
def test_repeated_rows_are_those_of_pandas(rows):
    frame = pd.DataFrame(rows, columns=["n", "t"])
    (repeats,) = describe(frame).facts.repeats
    assert repeats.exact == frame.duplicated().sum()


@settings(max_examples=25)
@given(
    arrays.arrays(np.uint8, st.tuples(st.integers(2, 30), st.just(3)), elements=st.integers(0, 2)),
    arrays.arrays(np.uint8, st.tuples(st.integers(2, 30), st.just(3)), elements=st.integers(0, 2)),
)
def test_rows_in_two_parts_are_those_of_sets(train, test):
    between = describe(train, test=test).facts.repeats[-1]
    known = {tuple(row) for row in train.tolist()}
    assert between.exact == sum(tuple(row) in known for row in test.tolist())
    for first, second, exact in between.pairs:
        assert exact
        assert (train[first] == test[second]).all()


FRAME = pd.DataFrame(
    {
        "number": [1.5, None, 3.0, 4.0],
        "whole": pd.array([1, None, 3, 3], dtype="Int64"),
        "flag": [True, False, None, True],
        "word": ["x", "y", None, "x"],
        "day": pd.to_datetime(["2024-01-01", None, "2024-03-01", "2024-01-01"]),
        "kind": pd.Categorical(["u", "v", "u", None]),
    }
)


@pytest.mark.parametrize(
    "table",
    [FRAME, pl.from_pandas(FRAME), pyarrow.Table.from_pandas(FRAME), {name: FRAME[name] for name in FRAME}],
    ids=["pandas", "polars", "pyarrow", "dict"],
)
def test_frames_of_all_libraries_give_the_same_facts(table):
    described = describe(table)
    kinds = {c.name: (c.kind, c.missing, c.distinct) for c in described.facts.parts[0].columns}
    assert kinds == {
        "number": ("number", 1, 3),
        "whole": ("whole number", 1, 2),
        "flag": ("yes/no", 1, 2),
        "word": ("category", 1, 2),
        "day": ("date", 1, 2),
        "kind": ("category", 1, 2),
    }
    assert (column(described, "day").minimum, column(described, "day").maximum) == ("2024-01-01", "2024-03-01")


def test_a_column_may_be_the_target_by_its_name():
    described = describe(FRAME, "kind")
    assert described.facts.target == "kind"
    assert described.facts.parts[0].classes == {"u": 2, "v": 1}
    assert column(described, "kind") is None


def test_class_names_one_hot_rows_and_empty_classes():
    labels = np.array([0, 1, 1, 3])
    named = describe(np.arange(8.0).reshape(4, 2), labels, class_names=["cat", "dog", "cow", "hen"])
    assert named.facts.parts[0].classes == {"cat": 1, "dog": 2, "cow": 0, "hen": 1}
    one_hot = describe(np.arange(8.0).reshape(4, 2), np.eye(4)[labels])
    assert one_hot.facts.parts[0].classes == {"0": 1, "1": 2, "3": 1}


def test_pictures_are_measured_and_sizes_told():
    pictures = np.random.default_rng(0).integers(0, 256, (50, 12, 9, 3), dtype=np.uint8)
    pictures[7] = 40
    seen = describe(pictures).facts.parts[0].pictures
    assert seen.sizes == (("12 x 9", 50),)
    assert seen.channels == ((3, 50),)
    assert (seen.minimum, seen.maximum, seen.blank) == (pictures.min(), pictures.max(), (7,))
    np.testing.assert_allclose([seen.mean, seen.std], [pictures.mean(), pictures.std()], rtol=1e-5)


def test_sequences_are_described_by_channel():
    series = np.random.default_rng(0).normal(size=(20, 30, 2))
    described = describe(series, feature_names=["left", "right"])
    assert described.facts.kind == "sequences"
    assert column(described, "left").mean == pytest.approx(series[..., 0].mean())


def test_texts_are_measured_in_words():
    described = describe(["one two three", "one", "", "one two"])
    facts = column(described, "text")
    assert (facts.missing, facts.minimum, facts.maximum) == (1, 1.0, 3.0) if facts.kind == "text" else True
    long = [f"{'word ' * (i % 7 + 5)}{i}" for i in range(100)]
    facts = column(describe(long), "text")
    assert (facts.kind, facts.minimum, facts.maximum, facts.distinct) == ("text", 6.0, 12.0, 100)


def test_batches_are_looked_at_one_after_the_other():
    batches = ((np.full((4, 2), i, float), np.arange(4) % 2) for i in range(5))
    part = describe(batches).facts.parts[0]
    assert (part.rows, part.classes) == (20, {"0": 10, "1": 10})


def test_a_sample_is_said_to_be_one():
    described = describe(np.arange(5000.0), sample=100)
    (part,) = described.facts.parts
    assert (part.rows, part.looked_at, part.is_sample) == (5000, 100, True)
    assert described.facts.notes == ("data: the facts are about a random sample of 100 of 5,000 rows.",)
    assert "random sample of 100 of 5,000" in str(described)
    assert describe(np.arange(5000.0), sample=100).to_dict() == described.to_dict()
    assert describe(np.arange(5000.0), sample=100, seed=1).to_dict() != described.to_dict()


def test_a_file_larger_than_the_limits_is_sampled_without_reading_all(tmp_path):
    rows, columns = 4_000_000, 64  # 1 GB, which takes no room on the disk
    mapped = np.lib.format.open_memmap(tmp_path / "big.npy", mode="w+", dtype=np.float32, shape=(rows, columns))
    del mapped
    described = describe(tmp_path / "big.npy", sample=500)
    assert (described.facts.parts[0].rows, described.facts.parts[0].looked_at) == (rows, 500)


def test_facts_are_json_with_nothing_infinite():
    described = describe(np.array([[np.nan, np.inf], [1e308, -1e308], [1e308, 1e308]]))
    facts = json.loads(described.to_json(), parse_constant=lambda text: pytest.fail(text))
    assert facts == described.to_dict()
    assert facts["parts"][0]["columns"][0]["missing"] == 1


def test_the_description_shows_itself(tmp_path):
    described = heron.data.describe("auto_mpg")
    assert repr(described) == f"<Description of auto_mpg: 313 + 79 rows; findings: {len(described.findings)}>"
    assert described.save(tmp_path / "a.json").read_text("utf-8") == described.to_json()
    assert "<table" in described.save(tmp_path / "a.html").read_text("utf-8")
    assert described._repr_html_().startswith('<iframe title="Description of auto_mpg" sandbox="allow-scripts"')
    assert described.table[0][:2] == ("column", "kind")
    lines = str(described).splitlines()
    assert lines[1] == "  training: 313 rows, test: 79 rows; 7 columns; target mpg"
    assert any(line.split()[:4] == ["weight", "whole", "number", "280"] for line in lines)
