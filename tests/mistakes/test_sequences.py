"""The mistakes that beginners make with sequences: 25 and 26 of the list, and tokens in later batches (27)."""

from __future__ import annotations

import numpy as np
import pytest

import heron
from heron import layers
from tests.mistakes.kit import CLASSES, SPARSE, X, Y, fit, refused

RECURRENT = {
    "LSTM": lambda **kwargs: layers.LSTM(4, **kwargs),
    "GRU": lambda **kwargs: layers.GRU(4, **kwargs),
    "SimpleRNN": lambda **kwargs: layers.SimpleRNN(4, **kwargs),
}


def model_of(*stack, loss="mse"):
    model = heron.Sequential(list(stack))
    model.compile("adam", loss)
    return model


# ---- 25: a table where a sequence is wanted -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", RECURRENT)
def test_25_a_table_to_a_recurrent_layer(kind):
    texts = (
        f"{kind} 'reader' reads sequences: it expects inputs with 3 axes, (samples, steps, features)",
        "(None, 8), which has 2",
        "For 8 steps of one feature: x[..., None]",
        "More: heron explain sequence",
    )
    model = model_of(RECURRENT[kind](name="reader"), layers.Dense(1))
    refused(lambda: fit(model, X, Y), *texts, model=model)
    refused(lambda: model_of(heron.Input((8,)), RECURRENT[kind](name="reader")), *texts)


def test_25_what_the_message_says_to_write():
    assert fit(model_of(RECURRENT["SimpleRNN"](), layers.Dense(1)), X[..., None], Y).history["loss"]


def test_25_a_table_to_a_convolution():
    model = model_of(layers.Conv1D(4, 3, name="conv"), layers.Flatten(), layers.Dense(1))
    texts = ("Conv1D 'conv' expects inputs with 3 axes", "The channel axis is missing", "x = x[..., None]", "(8, 1)")
    refused(lambda: fit(model, X, Y), *texts, "More: heron explain channel", model=model)


# ---- 26: the last step, or all of them ------------------------------------------------------------------------------

STACKED = {
    "Sequential": lambda: heron.Sequential(
        [heron.Input((8, 1)), layers.LSTM(4, name="one"), layers.LSTM(4, name="two"), layers.Dense(1)]
    ),
    "functional": lambda: layers.LSTM(4, name="two")(layers.LSTM(4, name="one")(heron.Input((8, 1)))),
    "another kind": lambda: layers.GRU(4, name="two")(layers.SimpleRNN(4, name="one")(heron.Input((8, 1)))),
    "wrapped": lambda: layers.LSTM(4, name="two")(
        layers.Bidirectional(layers.LSTM(4), name="one")(heron.Input((8, 1)))
    ),
}


@pytest.mark.parametrize("case", STACKED)
def test_26_stacked_without_return_sequences(case):
    texts = ("'two' reads sequences", "'one' before it gives its last step alone", "Set return_sequences=True on 'one'")
    refused(STACKED[case], *texts, "More: heron explain recurrent")


def test_26_all_steps_where_one_answer_is_wanted():
    for y, last, loss in ((Y, layers.Dense(1), "mse"), (CLASSES, layers.Dense(5, "softmax"), SPARSE)):
        model = model_of(heron.Input((8, 1)), layers.LSTM(4, return_sequences=True, name="reader"), last, loss=loss)
        texts = ("8 predictions per sample", "LSTM 'reader' gives all its steps", "take its return_sequences=True away")
        refused(lambda model=model, y=y: fit(model, X[..., None], y), *texts, model=model)


def test_26_an_answer_for_each_step_is_fine():
    model = model_of(heron.Input((8, 1)), layers.SimpleRNN(2, return_sequences=True), layers.Dense(1))
    assert fit(model, X[..., None], X[..., None]).history["loss"]


# ---- 27 and 9, 13: out of range in a later batch --------------------------------------------------------------------


def embedding():
    return model_of(heron.Input((6,)), layers.Embedding(10, 4), layers.Flatten(), layers.Dense(1))


def classifier():
    return model_of(heron.Input((8,)), layers.Dense(5, "softmax"), loss=SPARSE)


def yes_or_no():
    return model_of(heron.Input((8,)), layers.Dense(1, "sigmoid"), loss="binary_crossentropy")


TOKENS = np.arange(48).reshape(8, 6) % 10
LATER = {
    "27 tokens": (
        embedding,
        (TOKENS, Y[:8]),
        (TOKENS + 40, Y[:8]),
        ("token id 49", "input_dim=10", "Use input_dim=50"),
    ),
    "9 classes": (classifier, (X, CLASSES), (X, CLASSES + 5), ("from 0 to 4", "from 5 to 9", "Use Dense(10)")),
    "9 below 0": (classifier, (X, CLASSES), (X, CLASSES - 1), ("from -1 to 3", "ignore_class=-1")),
    "13 numbers": (yes_or_no, (X, CLASSES % 2), (X, CLASSES), ("needs labels 0 and 1", "the values 0, 1, 2, 3, 4")),
}


@pytest.mark.parametrize("case", LATER)
@pytest.mark.parametrize("what", ["training", "validation", "evaluate"])
def test_27_values_out_of_range_in_a_later_batch(case, what):
    make, good, bad, texts = LATER[case]
    model = make()
    batches = [good, good, bad]
    actions = {
        "training": lambda: model.fit(iter(batches), verbose=0),
        "validation": lambda: model.fit(*good, validation_data=iter(batches), verbose=0),
        "evaluate": lambda: model.evaluate(iter(batches), verbose=0),
    }
    with pytest.raises(heron.errors.DataError) as caught:
        actions[what]()
    assert [text for text in texts if text not in str(caught.value)] == []
    assert "batch 2 of the" in caught.value.__notes__[-1]


def test_9_a_class_out_of_range_in_a_file_that_is_read_by_rows(tmp_path, monkeypatch):
    monkeypatch.setattr("heron.data.rows.WHOLE_BYTES", 0)
    np.save(tmp_path / "x.npy", X)
    x, y = np.load(tmp_path / "x.npy", mmap_mode="r"), CLASSES.copy()
    y[60] = 7
    with pytest.raises(
        heron.errors.DataError, match=r"needs class numbers from 0 to 4, .* from 0 to 7.\nUse Dense\(8\)"
    ):
        classifier().fit(x, y, batch_size=16, verbose=0)


def test_27_a_label_that_is_ignored_is_no_mistake_in_a_later_batch():
    model = model_of(
        heron.Input((8,)), layers.Dense(5, "softmax"), loss=heron.losses.SparseCategoricalCrossentropy(ignore_class=-1)
    )
    model.fit(iter([(X, CLASSES), (X, np.where(CLASSES == 2, -1, CLASSES))]), verbose=0)
