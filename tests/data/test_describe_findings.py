"""What `describe` finds: planted mistakes are found, clean data are not accused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from heron.data import describe
from heron.data.description.repeats import near_pairs


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def said(description, severity=None):
    return [f.text for f in description.findings if severity in (None, f.severity)]


def found(description, start):
    """The one finding that begins so."""
    (finding,) = [f for f in description.findings if f.text.startswith(start)]
    return finding


# Clean data


@pytest.mark.parametrize("name", ["auto_mpg", "boston_housing", "basic_motions"])
def test_the_shipped_tables_have_hints_only(name):
    assert {f.severity for f in describe(name).findings} == {"hint"}


def test_random_data_are_clean():
    x, y = random(300, 6), random(300, seed=1)
    assert said(describe(x, y, test=(random(100, 6, seed=2), random(100, seed=3)))) == []


def test_random_pictures_are_clean():
    pictures = np.random.default_rng(0).random((300, 16, 16))
    assert said(describe(pictures, np.arange(300) % 3)) == []


def test_fashion_mnist_has_near_duplicates_and_no_equal_pictures():
    description = describe("fashion_mnist", sample=10_000)
    assert said(description, "serious") == []
    assert [r.exact for r in description.facts.repeats] == [0, 0, 0]
    scale = found(description, "The values go from 0 to 255.")
    assert "Rescaling(1 / 255)" in scale.mend


# Leaks


def test_rows_of_the_test_part_that_are_in_the_training_part_are_serious():
    x, test = random(200, 4), random(50, 4, seed=1)
    test[10:22] = x[100:112]
    description = describe(x, test=test)
    finding = description.findings[0]
    assert finding.severity == "serious"
    assert finding.text.startswith("12 rows of the test part are also in the training part: a model may know them")
    assert finding.examples[0] == (100, 10)
    assert finding.mend == "Take them out of the training part, or divide the data anew, equal rows together."


def test_pictures_copied_changed_in_brightness_or_noise_are_found():
    rng = np.random.default_rng(0)
    smooth = np.cumsum(np.cumsum(rng.normal(size=(200, 28, 28)), 1), 2)
    x = ((smooth - smooth.min((1, 2), keepdims=True)) / np.ptp(smooth, (1, 2), keepdims=True) * 255).astype(np.uint8)
    fresh = np.rot90(x[100:140], 1, axes=(1, 2)).copy()
    fresh[0] = x[3]
    fresh[1] = (x[4] * 0.8).astype(np.uint8)
    fresh[2] = np.clip(x[5].astype(int) + rng.integers(-4, 5, (28, 28)), 0, 255).astype(np.uint8)
    between = describe(x, test=fresh).facts.repeats[-1]
    assert (between.exact, between.near) == (1, 2)
    assert set(between.pairs) == {(3, 0, True), (4, 1, False), (5, 2, False)}
    assert describe(x, test=x[60:100]).facts.repeats[-1].exact == 40


def test_tables_rounded_elsewhere_are_nearly_equal():
    x = random(500, 6)
    test = random(100, 6, seed=1)
    test[7] = x[30] + 1e-9
    found = describe(x, test=test)
    between = found.facts.repeats[-1]
    assert (between.exact, between.near, between.pairs) == (0, 1, ((30, 7, False),))
    assert "<b>0 + 1 nearly</b><span>equal in two parts</span>" in found.to_html()


def test_texts_that_differ_in_case_and_commas_are_nearly_equal():
    texts = [f"A sentence about the number {i}, with words in it." for i in range(50)]
    again = ["a sentence about the number 3 with words in it", "A sentence about the number 4, with words in it."]
    between = describe(texts, test=again).facts.repeats[-1]
    assert (between.exact, between.near) == (1, 1)


def test_tables_of_few_different_rows_repeat_by_nature():
    rng = np.random.default_rng(0)
    x, test = rng.integers(0, 3, (500, 2)), rng.integers(0, 3, (100, 2))
    assert said(describe(x, test=test), "serious") == []


def test_equal_rows_with_different_targets_contradict():
    x = random(100, 3)
    x[50:55] = x[:5]
    y = np.arange(100) % 2
    y[50:55] = 1 - y[:5]
    description = describe(x, y)
    assert found(description, "5 groups of equal rows in the data have different targets").severity == "warning"
    assert found(description, "5 rows of the data repeat an earlier one.").count == 5


def test_near_pairs_are_those_of_all_distances():
    rows = random(60, 40)
    rows[10] = rows[3] + 0.01 * random(40, seed=2)
    rows[20] = rows[3]
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    distances = np.linalg.norm(rows[:, None] - rows[None], axis=2)
    expected = {(i, j) for i, j in np.argwhere(distances < 0.05).tolist() if i < j}
    assert {tuple(pair) for pair in near_pairs(rows).tolist()} == expected == {(3, 10), (3, 20), (10, 20)}


# Columns that hold the answer


def test_a_column_that_equals_the_target_is_serious():
    x = random(100, 3)
    description = describe({"a": x[:, 0], "b": x[:, 1], "price again": x[:, 2], "price": x[:, 2]}, "price")
    assert description.findings[0].severity == "serious"
    assert description.findings[0].text.startswith("Column 'price again' equals the target 'price' in every row")


@pytest.mark.parametrize("formula", [lambda y: 2 * y + 1, np.exp, lambda y: -(y**3)])
def test_a_column_that_follows_the_target_is_found(formula):
    y = random(200)
    x = {"a": random(200, seed=1), "b": formula(y)}
    assert [d.column for d in describe(x, y).facts.determined] == ["b"]


def test_a_column_that_tells_the_class_is_found():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 400)
    x = {"code": np.array(["x", "y", "z"])[y], "size": y + rng.normal(0, 0.01, 400), "noise": rng.normal(size=400)}
    described = describe(x, np.array(["cat", "dog", "cow"])[y])
    assert {d.column for d in described.facts.determined} == {"code", "size"}
    assert any(text.startswith("Column 'code' alone tells the target 'target' in 100.0 %") for text in said(described))


def test_a_good_column_is_not_accused_nor_one_that_names_rows():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 400)
    x = {"good": y + rng.normal(0, 0.4, 400), "name": [f"row {i} of the table here now" for i in range(400)]}
    assert describe(x, y).facts.determined == ()


def test_an_only_column_may_determine_the_target():
    x = np.arange(50.0)
    assert describe(x, 2 * x - 1).facts.determined == ()


# Columns


def test_ids_are_found_by_counting_and_by_name():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "row": np.arange(100, 200),
            "customer_id": rng.permutation(10**6)[:100],
            "year": rng.integers(1900, 2020, 100),
            "token": [f"{i * 7919:x}-{i}" for i in range(100)],
        }
    )
    assert [c.name for c in describe(frame).facts.parts[0].columns if c.is_id] == ["row", "customer_id", "token"]


def test_constants_holes_stand_ins_and_infinities_are_told():
    rng = np.random.default_rng(0)
    age = rng.integers(18, 90, 200).astype(float)
    age[[3, 9]] = -999
    ratio = rng.normal(size=200)
    ratio[[1, 2]] = np.inf
    hole = np.where(np.arange(200) % 4 == 0, np.nan, rng.normal(size=200))
    description = describe({"age": age, "ratio": ratio, "hole": hole, "same": np.ones(200), "void": [None] * 200})
    assert found(description, "Column 'ratio' has 2 infinite values").severity == "serious"
    assert found(description, "Column 'age' has the value -999 far from all others").severity == "warning"
    assert found(description, "Column 'same' is 1 in every row: it says nothing.").severity == "warning"
    assert found(description, "Column 'void' has no value in any row.").mend == "Leave it out."
    assert found(description, "Missing values in 1 column: 'hole' 50 (25.0 %).").count == 50


def test_a_target_with_holes_is_serious():
    y = random(50)
    y[4] = np.nan
    assert found(describe(random(50, 2), y), "The target 'target' has 1 missing value (2.0 %).").severity == "serious"


def test_scales_far_apart_ask_for_normalization():
    description = describe(np.column_stack([random(100), 10_000 * random(100, seed=1)]))
    assert "heron.layers.Normalization()" in found(description, "The columns have different scales").mend
    large = describe(np.random.default_rng(0).normal(5000, 100, (100, 3)))
    assert "networks learn best from numbers around 1" in found(large, "Column 'column ").text
    assert not [one for one in large.findings if "different scales" in one.text]


def test_a_category_in_several_spellings_is_told():
    description = describe({"city": ["Paris", "paris", "Rome", "Paris"] * 10})
    assert found(description, "Column 'city' spells a category in several ways: 'Paris', 'paris'.")


# Parts and classes


def test_labels_only_in_the_test_part_are_serious():
    labels = np.array(["cat", "dog"])[np.arange(60) % 2]
    other = np.array(["cat", "cow"])[np.arange(20) % 2]
    description = describe(random(60, 2), labels, test=(random(20, 2, seed=1), other))
    finding = found(description, "1 class of the test part does not occur in the training part: 'cow'.")
    assert (finding.severity, finding.count) == ("serious", 10)
    assert found(description, "The test part has nothing of 'dog'").severity == "warning"


def test_uneven_and_single_classes():
    y = np.array([0] * 190 + [1] * 10)
    assert found(describe(random(200, 2), y), "The classes are uneven: '0' has 190 rows, '1' has 10, 19 times")
    assert found(describe(random(60, 2), np.zeros(60, int)), "All rows are of one class, '0'").severity == "serious"


def test_a_sorted_split_is_a_shift():
    x = np.sort(random(1000))[:, None] + np.zeros((1, 2))
    description = describe(x[:800], test=x[800:])
    assert found(description, "'column 0' is distributed differently in the test part").severity == "warning"
    assert "shuffle" in found(description, "'column 0' is distributed").mend


def test_pictures_scaled_in_one_part_only():
    pictures = np.random.default_rng(0).random((60, 10, 10))
    description = describe(pictures * 255, test=pictures[::-1].copy()[:20] * 0.9)
    assert any("was only one of them divided by 255?" in text for text in said(description, "serious"))


def test_parts_with_different_columns():
    description = describe({"a": np.arange(30), "b": np.arange(30)}, test={"a": ["x"] * 30})
    assert found(description, "Column 'b' is in the training part but not in the test part.").severity == "serious"
    assert found(description, "'a' is of the kind whole number in the training part and category in the test part.")
