"""Predicting: a few programs for any number of rows, the same outputs however they travel."""

import numpy as np
import pytest

import heron
from heron.training import predictor as predictors


class Counted(heron.layers.Layer):
    """Doubles, and notes the rows of each program that is made."""

    def __init__(self):
        super().__init__()
        self.traced = []

    def call(self, x):
        self.traced.append(x.shape[0])
        return 2 * x


def model_of(layer, *more):
    return heron.Sequential([heron.Input((3,)), layer, *more])


def numbers(rows):
    return np.arange(3 * rows, dtype="float32").reshape(rows, 3)


def test_any_number_of_whole_batches_is_one_program():
    layer = Counted()
    model = model_of(layer)
    for rows in (64, 96, 32 * 63, 32 * 64, 32 * 65, 32 * 200):
        np.testing.assert_array_equal(model.predict(numbers(rows)), 2 * numbers(rows))
        if rows == 64:
            layer.traced.clear()
    assert layer.traced == []


def test_the_rows_after_the_last_whole_batch_need_no_program_of_their_own():
    layer = Counted()
    model = model_of(layer)
    for rows in (33, 100, 71, 63, 32 * 70 + 7):
        np.testing.assert_array_equal(model.predict(numbers(rows)), 2 * numbers(rows))
    assert {rows for rows in layer.traced if isinstance(rows, int)} == {32}


@pytest.mark.parametrize("dtype", ["float32", "int32", "bfloat16"])
def test_missing_and_infinite_values_and_other_dtypes_need_none_either(dtype):
    layer = Counted()
    inputs = heron.Input((3,), dtype=dtype)
    model = heron.Model(inputs, layer(inputs))
    x = numbers(75)
    if dtype == "float32":
        x[20], x[40], x[50], x[74] = np.nan, np.inf, 1e30, -np.inf
    expected = np.asarray(2 * x.astype(dtype) if dtype != "bfloat16" else 2 * x, "float32")
    np.testing.assert_allclose(np.asarray(model.predict(x.astype("float32")), "float32"), expected, rtol=1e-2)
    assert {rows for rows in layer.traced if isinstance(rows, int)} == {32}


def test_rows_that_come_out_otherwise_beside_others_are_computed_in_their_true_number():
    layer = Counted()
    model = model_of(layer, heron.layers.Lambda(lambda x: x - heron.ops.mean(x, axis=0)))
    np.testing.assert_allclose(model.predict(numbers(39))[32:].mean(0), 0, atol=1e-4)
    assert 7 in layer.traced


def test_a_window_holds_so_many_bytes(monkeypatch):
    monkeypatch.setattr(predictors, "BLOCK_BYTES", 10_000)
    model = model_of(Counted())
    np.testing.assert_array_equal(model.predict(numbers(1000), batch_size=100), 2 * numbers(1000))
    (capacity,) = model._programs["predict"]._capacities.values()
    assert capacity == 10_000 // (100 * 3 * 4 * 2)


def test_several_inputs_and_outputs_and_eagerly(monkeypatch):
    a, b = heron.Input((3,), name="a"), heron.Input((2,), name="b", dtype="int32")
    total = heron.layers.Lambda(lambda x: x + 1.0)(a)
    model = heron.Model({"a": a, "b": b}, {"sum": total, "both": [b, a]})
    x = {"a": numbers(205), "b": np.arange(410, dtype="int32").reshape(205, 2)}
    for eager in (False, True):
        model.compile(run_eagerly=eager)
        found = model.predict(x, batch_size=10)
        np.testing.assert_array_equal(found["sum"], x["a"] + 1)
        np.testing.assert_array_equal(found["both"][0], x["b"])
        np.testing.assert_array_equal(found["both"][1], x["a"])
        assert found["both"][0].dtype == "int32"


def test_a_layer_that_looks_at_a_whole_batch_sees_batches():
    model = model_of(heron.layers.Lambda(lambda x: x - heron.ops.mean(x, axis=0, keepdims=True)))
    x = np.random.default_rng(0).normal(size=(75, 3)).astype("float32")
    expected = np.concatenate([part - part.mean(0) for part in np.split(x, [32, 64])])
    np.testing.assert_allclose(model.predict(x), expected, atol=1e-6)


def test_outputs_with_fewer_rows_than_the_batch_are_laid_one_after_the_other():
    model = model_of(heron.layers.Lambda(lambda x: heron.ops.sum(x, axis=0, keepdims=True), output_shape=(3,)))
    expected = np.stack([part.sum(0) for part in np.split(numbers(96), [32, 64])])
    np.testing.assert_allclose(model.predict(numbers(96)), expected)


def test_a_prediction_may_be_written_to_and_stays_what_it_is():
    model = model_of(heron.layers.Dense(2))
    x = numbers(32 * 64)
    first = model.predict(x)
    kept = first.copy()
    x[:] = 0
    model.predict(x)
    np.testing.assert_array_equal(first, kept)
    first[0] = 7  # no error


def test_a_failure_in_a_window_is_the_users(monkeypatch):
    def wrong(x):
        raise ZeroDivisionError("mine")

    layer = heron.layers.Lambda(lambda x: x)
    model = model_of(layer)
    layer.function = wrong
    with pytest.raises(ZeroDivisionError, match="mine"):
        model.predict(numbers(100))


def test_an_output_without_rows_is_refused_with_what_to_do():
    model = model_of(heron.layers.Lambda(lambda x: heron.ops.sum(x)))
    with pytest.raises(heron.errors.ShapeError, match=r"single number for a whole batch.*\n.*axis=1"):
        model.predict(numbers(64))
