"""Arrays that are read as they are needed: mapped files, in `fit`, `evaluate` and `predict`."""

import numpy as np
import pytest

import heron
from heron.data.arrays import to_array
from heron.data.feed import ArrayFeed
from heron.errors import DataError


@pytest.fixture
def mapped(tmp_path, monkeypatch):
    """Makes arrays that lie in files, however small, be read by rows."""
    monkeypatch.setattr("heron.data.rows.WHOLE_BYTES", 0)

    def make(values, name="x", mode="r"):
        np.save(tmp_path / f"{name}.npy", values)
        return np.load(tmp_path / f"{name}.npy", mmap_mode=mode)

    return make


@pytest.fixture
def model():
    heron.utils.set_random_seed(3)
    model = heron.Sequential([heron.Input((4,)), heron.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    return model


def test_a_mapped_file_trains_evaluates_and_predicts_as_the_array_in_memory(mapped, model):
    values = np.random.default_rng(0).normal(size=(70, 4))
    y = values.sum(1)
    start = model.get_weights()
    results = []
    for x, target in ((values, y), (mapped(values), mapped(y, "y"))):
        model.set_weights(start)
        heron.utils.set_random_seed(5)
        history = model.fit(x, target, batch_size=16, epochs=2, validation_split=0.2, verbose=0)
        results.append((history.history, model.get_weights(), model.evaluate(x, y, verbose=0), model.predict(x)))
    (history, weights, scores, outputs), (history_2, weights_2, scores_2, outputs_2) = results
    assert history.keys() == history_2.keys()
    for name, figures in history.items():
        np.testing.assert_allclose(figures, history_2[name], rtol=1e-6)
    np.testing.assert_allclose(weights[0], weights_2[0], rtol=1e-6)
    np.testing.assert_allclose(scores, scores_2, rtol=1e-6)
    np.testing.assert_allclose(outputs, outputs_2, rtol=1e-6)


def test_a_missing_value_is_found_when_it_is_read_and_its_row_is_named(mapped, model):
    values = np.zeros((70, 4))
    values[53, 2] = np.nan
    with pytest.raises(DataError, match=r"x has 1 missing or infinite value; the first .* in row 53, column 2"):
        model.fit(mapped(values), np.zeros(70), batch_size=16, verbose=0)
    assert np.isnan(model.predict(mapped(values), verbose=0)).sum() == 1


def test_an_epoch_visits_each_row_once_in_a_new_order(mapped):
    x = to_array(mapped(np.arange(103)), "x")
    feed = ArrayFeed((x,), 103, 10, shuffle=True)
    generator, orders = np.random.default_rng(0), []
    for _ in range(2):
        seen = []
        for block in feed.blocks(generator):
            data = np.asarray(block.data[0])
            seen.extend(data[: block.steps * block.batch].tolist())
        orders.append(seen)
        assert sorted(seen) == list(range(103))
    assert orders[0] != orders[1]
