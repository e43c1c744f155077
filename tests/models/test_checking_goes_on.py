"""An error does not end a check: all that does not depend on it is said as well."""

from __future__ import annotations

import numpy as np
import pytest

import heron
from heron import layers

Dense, SPARSE = layers.Dense, "sparse_categorical_crossentropy"
ROWS = np.random.default_rng(0).normal(size=(120, 4)).astype("float32")
CLASSES = np.arange(120) % 3
RARE = np.where(np.arange(120) > 5, 0, 1 + np.arange(120) % 2)
NO_SOFTMAX = "expects probabilities, but the last layer has no activation"
WITH_NAN = np.where(np.arange(480).reshape(120, 4) == 7, np.nan, ROWS)


def check(x, y, last=None, columns=4, **options):
    model = heron.Sequential([heron.Input((columns,)), last or Dense(3)])
    model.compile("adam", SPARSE)
    return model.check(x, y, verbose=0, **options)


def said(result, severity):
    return {(one.about, one.what) for one in result.findings if one.severity == severity}


ERRORS = {
    "missing values in x": ({"x": WITH_NAN, "y": CLASSES}, "data", "x has 1 missing or infinite value"),
    "missing values in y": ({"x": ROWS, "y": np.where(CLASSES == 0, np.nan, 1)}, "data", "y has 40 missing"),
    "labels out of range": ({"x": ROWS, "y": CLASSES + 2}, "labels", "class numbers from 0 to 2"),
    "labels that are one-hot": ({"x": ROWS, "y": np.eye(3)[CLASSES]}, "labels", "needs class numbers"),
    "x of another shape": ({"x": ROWS[:, :3], "y": CLASSES}, "shapes", "expects data of shape"),
    "fewer labels than rows": ({"x": ROWS, "y": CLASSES[:100]}, "data", "x has 120, y has 100"),
    "text as inputs": ({"x": np.array([["a", "b"]] * 120), "y": CLASSES}, "data", "text"),
    "validation of another shape": (
        {"x": ROWS, "y": CLASSES, "validation_data": (ROWS[:, :3], CLASSES), "learning_rate": False, "overfit": False},
        "validation",
        "In validation_data",
    ),
    "a share for validation that is too large": (
        {"x": ROWS, "y": CLASSES, "validation_split": 0.999, "learning_rate": False, "overfit": False},
        "data",
        "leaves one side empty",
    ),
}


@pytest.mark.parametrize("case", ERRORS)
def test_a_last_layer_without_softmax_is_told_beside_any_error(case):
    arguments, about, text = ERRORS[case]
    result = check(**arguments)
    ((found, what),) = said(result, "error")
    assert found == about
    assert text in what
    assert [NO_SOFTMAX in what for about, what in said(result, "look") if about == "labels"] == [True]
    assert "parameters" in {one.about for one in result.passed}
    assert not any(one.about == "training" for one in result.findings)


@pytest.mark.parametrize("case", ["missing values in x", "x of another shape", "fewer labels than rows"])
def test_classes_that_are_rare_are_told_whatever_the_inputs_are(case):
    arguments, about, _ = ERRORS[case]
    result = check(arguments["x"], RARE[: len(arguments["y"])], Dense(3, "softmax"))
    assert {one.about for one in result.findings if one.severity == "error"} == {about}
    assert any(one.about == "class balance" for one in result.findings)


def test_labels_out_of_range_are_told_beside_inputs_that_do_not_fit():
    result = check(ROWS[:, :3] * 1e4, CLASSES + 2, Dense(3, "softmax"))
    assert {about for about, _ in said(result, "error")} == {"shapes", "labels"}
    assert "inputs" in {about for about, _ in said(result, "mend")}


def test_training_is_tried_where_only_the_validation_data_are_wrong():
    result = check(ROWS, CLASSES, Dense(3, "softmax"), validation_data=(ROWS[:, :3], CLASSES), learning_rate=False)
    assert {about for about, _ in said(result, "error")} == {"validation"}
    assert {"gradients", "first loss", "one batch by heart"} <= {
        one.about for one in (*result.findings, *result.passed)
    }


@pytest.mark.parametrize("y", [CLASSES, np.eye(3)[CLASSES]])
def test_a_loss_that_chooses_by_the_labels_is_judged_by_these_labels(y):
    model = heron.Sequential([heron.Input((5,)), Dense(3)])
    model.compile("adam", "crossentropy")
    result = model.check(ROWS, y, verbose=0)
    ((_, what),) = [one for one in said(result, "look") if one[0] == "labels"]
    assert NO_SOFTMAX in what


def test_nothing_is_made_up_of_a_sound_last_layer_or_of_a_loss_of_numbers():
    assert said(check(WITH_NAN, CLASSES, Dense(3, "softmax")), "look") == set()
    model = heron.Sequential([heron.Input((5,)), Dense(1)])
    model.compile("adam", "mse")
    assert {one.about for one in model.check(ROWS, ROWS.sum(1), verbose=0).findings} == {"shapes"}
