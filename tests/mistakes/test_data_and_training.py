"""The mistakes that beginners make most, each made as a beginner makes it, and what heron says to it.

The numbers are those of the list of forty that the project keeps. Each is refused before anything is compiled, printed
or changed, or is understood, where there is no doubt about what was meant.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import heron
from heron import layers
from heron.callbacks import EarlyStopping
from heron.optimizers import SGD, Adam
from tests.mistakes.kit import (
    CLASSES,
    IMAGES,
    ONE_HOT,
    SPARSE,
    X,
    Y,
    classifier,
    fit,
    noted,
    refused,
    regression,
    two_inputs,
)

PIXELS = [heron.Input((28, 28)), layers.Flatten(), layers.Dense(10, "softmax")]


# ---- 1: a number, a list --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [[heron.Input((1,))], []], ids=["built", "not built"])
def test_1_numbers_and_lists_simply_work(first):
    model = heron.Sequential([*first, layers.Dense(1, kernel_initializer="ones")])
    model.compile("sgd", "mse")
    fit(model, [1, 2, 3], [1, 2, 3])
    assert model.predict([10.0]).shape == (1, 1)
    assert model.predict(10.0).shape == model.predict(10).shape == (1, 1)
    assert model.predict([1.0, 2.0]).shape == (2, 1)
    assert model(10.0).shape == (1, 1)
    assert model([1.0, 2.0]).shape == (2, 1)
    np.testing.assert_allclose(model.evaluate([1, 2], [1, 2], verbose=0), 0, atol=1e-6)
    np.testing.assert_allclose(model.predict(np.float64(3.0)), 3, atol=1e-5)


# ---- shapes ---------------------------------------------------------------------------------------------------------


def unfitting(shape, data):
    model = heron.Sequential([heron.Input(shape), layers.Flatten(), layers.Dense(1)])
    model.compile("adam", "mse")
    return model, data


NEEDS_BATCH = ("received shape", "one sample without the batch axis", "x[None]")
SHAPES = {
    "2 one row": (*unfitting((8,), X[0]), (*NEEDS_BATCH, "(None, 8)", "(8,)", "x.reshape(1, 8)")),
    "3 one image": (*unfitting((28, 28), IMAGES[0]), (*NEEDS_BATCH, "x.reshape(1, 28, 28)")),
    "3 one image, channels": (
        *unfitting((28, 28, 1), IMAGES[0]),
        ("received shape (28, 28)", "the batch axis and the channel axis", "x[None, ..., None]"),
    ),
    "4 columns": (
        *unfitting((10,), X),
        ("expects data of shape (None, 10); received shape (64, 8)", "8 columns", "made for 10", "heron.Input((8,))"),
    ),
    "36 channels first": (*unfitting((28, 28, 3), np.zeros((2, 3, 28, 28), "float32")), ("np.moveaxis(x, 1, -1)",)),
    "37 samples in Input": (*unfitting((64, 8), X), ("If these are 64 samples", "heron.Input((8,))")),
    "37 other number of samples": (*unfitting((100, 8), X), ("must not contain the number of samples", "Input((8,))")),
}


@pytest.mark.parametrize("case", SHAPES)
def test_data_of_another_shape(case):
    model, data, texts = SHAPES[case]
    refused(lambda: model.predict(data), *texts, model=model)
    rows = np.zeros(len(data))
    for method in (model.fit, model.evaluate, model.train_on_batch, model.test_on_batch):
        refused(lambda method=method: method(data, rows), *texts, model=model)
    refused(lambda: model.predict_on_batch(data), *texts, model=model)


def test_2_one_sample_with_one_target():
    model = regression()
    refused(lambda: fit(model, X[0], Y[0]), "x has 8, y has 1", "one sample", "x[None]", model=model)


def test_4_a_model_that_was_built_by_its_first_data():
    class Net(heron.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(1)

        def call(self, inputs):
            return self.dense(inputs)

    for model in (heron.Sequential([layers.Dense(1)]), Net()):
        model.compile("sgd", "mse")
        fit(model, X, Y)
        refused(lambda model=model: model.predict(X[:, :5]), "8", "(5,)", "A model for these data", model=model)


# ---- 6 to 16: labels, loss and last layer ---------------------------------------------------------------------------

LABELS = {
    "7 class numbers, one-hot loss": (
        lambda: classifier(loss="categorical_crossentropy"),
        CLASSES,
        ("needs one-hot rows", "class numbers (0 to 4)", f"loss='{SPARSE}'", "to_categorical(y, 5)"),
    ),
    "7 as a column": (
        lambda: classifier(loss="categorical_crossentropy"),
        CLASSES[:, None],
        ("needs one-hot rows", "class numbers (0 to 4)"),
    ),
    "8 one-hot, sparse loss": (
        classifier,
        ONE_HOT,
        ("needs class numbers", "one-hot (5 columns", "loss='categorical_crossentropy'", "y.argmax(-1)"),
    ),
    "9 too few units": (
        lambda: classifier(4),
        CLASSES,
        ("class numbers from 0 to 3", "4 units", "from 0 to 4", "Use Dense(5)"),
    ),
    "9 counting from 1": (classifier, CLASSES + 1, ("from 1 to 5", "Subtract 1 from y", "Dense(6)")),
    "9 counting from -1": (classifier, CLASSES - 1, ("from -1 to 3", "ignore_class=-1")),
    "11 one unit, categorical": (
        lambda: classifier(1, "sigmoid", "categorical_crossentropy"),
        CLASSES % 2,
        ("always 0", "nothing would be learned", "binary_crossentropy"),
    ),
    "11 one unit, sparse": (lambda: classifier(1, "sigmoid"), CLASSES % 2, ("always 0", "binary_crossentropy")),
    "12 two units, binary loss": (
        lambda: classifier(2, "softmax", "binary_crossentropy"),
        CLASSES % 2,
        ("2 outputs", SPARSE, "Dense(1, activation='sigmoid')"),
    ),
    "13 ten classes, binary loss": (
        lambda: classifier(1, "sigmoid", "binary_crossentropy"),
        CLASSES,
        ("needs labels 0 and 1", "0, 1, 2, 3, 4", "Dense(5, activation='softmax')", SPARSE),
    ),
    "13 labels -1 and 1": (
        lambda: classifier(1, "sigmoid", "binary_crossentropy"),
        CLASSES % 2 * 2 - 1,
        ("needs labels 0 and 1", "the values -1, 1", "(y + 1) / 2"),
    ),
    "13 labels 1 and 2": (
        lambda: classifier(1, "sigmoid", "binary_crossentropy"),
        CLASSES % 2 + 1,
        ("the values 1, 2", "y - 1"),
    ),
    "16 three columns, one unit": (regression, np.zeros((64, 3)), ("3 columns", "predicts 1", "Use Dense(3)")),
    "16 one column, three units": (
        lambda: classifier(3, None, "mse"),
        Y[:, 0],
        ("(64,)", "(None, 3)", "Use Dense(1)"),
    ),
    "18 fewer targets": (
        regression,
        Y[:50],
        ("x has 64, y has 50", "Was a split, a filter or a dropna applied to only one of them?"),
    ),
    "19 text": (
        regression,
        np.array(["cat", "dog"] * 32),
        ("holds text, such as 'cat'", "loss='sparse_categorical_crossentropy'", "model.predict_names(x)"),
    ),
    "19 a list of text": (regression, ["cat", "dog"] * 32, ("holds text, such as 'cat' in row 0",)),
    "19 a column of objects": (
        regression,
        pd.Series(["cat", "dog"] * 32, dtype=object),
        ("holds text, such as 'cat' in row 0", "predict_names"),
    ),
    "19 a category": (regression, pd.Series(["cat", "dog"] * 32, dtype="category"), ("holds text (category)",)),
    "22 missing": (
        regression,
        np.where(np.arange(64) == 3, np.nan, Y[:, 0]),
        (
            "y has 1 missing or infinite value",
            "missing (NaN), in row 3",
            "make the loss NaN",
            "x, y = x[keep], y[keep]",
        ),
    ),
}


@pytest.mark.parametrize("case", LABELS)
def test_labels_that_do_not_go_with_the_model(case):
    make, y, texts = LABELS[case]
    model = make()
    refused(lambda: fit(model, X, y), *texts, model=model)
    refused(lambda: model.evaluate(X, y), *texts, model=model)
    if not case.startswith(("18", "22")):  # rows are counted, and values looked at, for whole data sets
        batches = [(X, y)]
        refused(lambda: model.fit(iter(batches)), *texts[:1], model=model)


@pytest.mark.parametrize("case", LABELS)
def test_the_same_labels_in_the_validation_data(case):
    make, y, texts = LABELS[case]
    model = make()
    if case.startswith("11"):
        return  # there are no right labels for this model
    right = {1: Y, 3: np.zeros((64, 3))}.get(model.output_shape[-1], CLASSES % 2)
    if "binary" in str(model.loss):
        right = np.zeros((64, model.output_shape[-1]))
    elif model.loss == "categorical_crossentropy":
        right = ONE_HOT
    message = refused(lambda: fit(model, X, right, validation_data=(X, y)), *texts[1:2], model=model)
    assert "validation" in message


def test_6_a_forgotten_flatten():
    model = heron.Sequential([heron.Input((28, 28)), layers.Dense(10, "softmax")])
    model.compile("adam", SPARSE)
    y = np.arange(64) % 10
    refused(lambda: fit(model, IMAGES, y), "(64,)", "(None, 28, 10)", "heron.layers.Flatten()", model=model)


def test_10_softmax_over_one_unit():
    with noted(__file__, "softmax over axis -1, which has a single element, always gives 1", "use sigmoid"):
        model = heron.Sequential([heron.Input((8,)), layers.Dense(1, "softmax")])
    texts = ("1 unit and softmax", "always gives exactly 1", "Dense(1, activation='sigmoid')")
    refused(lambda: model.compile("adam", "binary_crossentropy"), *texts, model=model)
    refused(lambda: model.compile("adam", "mse"), *texts, model=model)
    assert not model.compiled


def test_14_scores_where_the_loss_expects_probabilities():
    for units, loss, wanted in ((5, SPARSE, "softmax"), (1, "binary_crossentropy", "sigmoid")):
        model = classifier(units, None, loss)
        with noted(__file__, "expects probabilities, but the last layer has no activation", wanted, "from_logits=True"):
            fit(model, X, CLASSES % 2)
    model = classifier(loss=heron.losses.SparseCategoricalCrossentropy(from_logits=True))
    with noted(__file__, "from_logits=True but the last layer already applies softmax", "Leave out one of the two"):
        fit(model, X, CLASSES)


@pytest.mark.parametrize("loss", ["mse", "mean_absolute_error", heron.losses.Huber(), heron.losses.mean_squared_error])
def test_15_accuracy_of_numbers(loss):
    model = regression(loss=loss, metrics=["accuracy"])
    with noted(__file__, "counts exact matches", "metrics=['mae']"):
        history = fit(model, X, Y, validation_split=0.25)
    assert history.history["accuracy"] == [0]
    fit(model, X, Y)  # said once


def test_15_accuracy_of_classes_is_fine():
    fit(regression(metrics=["accuracy"]), X, CLASSES % 2)
    fit(classifier(1, "sigmoid", "binary_crossentropy", metrics=["accuracy"]), X, CLASSES % 2)


@pytest.mark.parametrize("method", ["fit", "evaluate", "train_on_batch", "test_on_batch"])
def test_17_before_compile(method):
    model = heron.Sequential([heron.Input((8,)), layers.Dense(1)])
    texts = (f"{method}() was called before compile()", "model.compile(optimizer='adam', loss='mse')")
    refused(lambda: getattr(model, method)(X, Y), *texts, model=model)


def test_18_other_parts_of_another_length():
    model = regression()
    refused(lambda: fit(model, X, Y, sample_weight=np.ones(50)), "sample_weight has 50", model=model)
    refused(lambda: fit(model, X, Y, validation_data=(X, Y[:50])), "validation y has 50", model=model)
    model = two_inputs()
    refused(lambda: fit(model, [X, X[:10, :4]], Y), "x[0] has 64, x[1] has 10", model=model)


def test_19_names_of_classes_are_taken():
    model = classifier(2)
    names = np.array(["cat", "dog"])[CLASSES % 2]
    fit(model, X, names)
    assert model.class_names == ["cat", "dog"]
    assert set(model.predict_names(X)) <= {"cat", "dog"}
    model = classifier()
    refused(lambda: fit(model, X, names), "2 class names ('cat', 'dog')", "5 units", "Use Dense(2)", model=model)


# ---- 20 to 22: tables -----------------------------------------------------------------------------------------------

TABLES = {
    "text": (
        {"city": ["x", "y", "z"]},
        ("Column 'city' of x", "such as 'x'", "pandas.get_dummies(x, columns=['city'])"),
    ),
    "category": ({"city": pd.Categorical(["x", "y", "x"])}, ("Column 'city' of x", "category", "get_dummies")),
    "date": (
        {"day": pd.to_datetime(["2020-01-01", "2021-01-01", "2022-01-01"])},
        ("Column 'day' of x", "'2020-01-01", "(x['day'] - x['day'].min()).dt.days", "x.drop(columns='day')"),
    ),
    "missing": (
        {"power": [1.0, np.nan, np.nan]},
        ("x has 2 missing or infinite values", "row 1, column 'power'", "np.where(np.isfinite(x), x, 0)"),
    ),
    "missing whole number": (
        {"power": pd.array([1, 2, None], dtype="Int64")},
        ("x has 1 missing or infinite value", "row 2, column 'power'", "np.where(np.isfinite(x), x, 0)"),
    ),
}


@pytest.mark.parametrize("case", TABLES)
def test_20_a_table_with_something_else_than_numbers(case):
    columns, texts = TABLES[case]
    model = heron.Sequential([heron.Input((2,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    table = pd.DataFrame({"weight": [1.0, 2.0, 3.0], **columns})
    refused(lambda: fit(model, table, [1, 2, 3]), *texts, model=model)


def test_20_a_table_of_numbers_simply_works():
    table = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [1, 2, 3], "c": [True, False, True]})
    model = heron.Sequential([layers.Dense(1)])
    model.compile("sgd", "mse")
    fit(model, table, table["b"])
    np.testing.assert_allclose(model.predict(table), model.predict(table.to_numpy(dtype="float32")), rtol=1e-6)


def test_21_rows_of_unequal_length():
    model = regression()
    for rows in ([[1, 2], [3]], np.array([[1, 2], [3]], dtype=object)):
        texts = ("The rows of x have different lengths (1, 2)", "heron.utils.pad_sequences(x)")
        refused(lambda rows=rows: fit(model, rows, [1, 2]), *texts, model=model)
    assert heron.utils.pad_sequences([[1, 2], [3]]).shape == (2, 2)


def test_22_missing_values():
    x = X.copy()
    x[3, 2] = np.nan
    texts = ("x has 1 missing or infinite value", "missing (NaN), in row 3, column 2", "np.where(np.isfinite(x), x, 0)")
    model = regression()
    refused(lambda: fit(model, x, Y), *texts, model=model)
    refused(lambda: model.evaluate(x, Y), *texts, model=model)
    refused(lambda: model.train_on_batch(x, Y), *texts, model=model)
    refused(lambda: fit(model, X, Y, validation_data=(x, Y)), "validation x has 1", *texts[1:], model=model)
    x[3, 2], x[5, 0] = np.inf, np.inf
    refused(lambda: fit(model, x, Y), "2 missing or infinite values; the first is infinite", model=model)
    keep = np.isfinite(x).reshape(len(x), -1).all(1)  # what the message says to write
    fit(model, x[keep], Y[keep])
    assert np.isnan(model.predict(np.where(np.isfinite(x), x, np.nan))).any(), "predicting is left to the user"


# ---- 23 and 24: scale -----------------------------------------------------------------------------------------------


def test_23_a_loss_that_becomes_nan():
    model = regression(optimizer=SGD(10.0))
    with noted(__file__, "became NaN or infinite in epoch", "Normalization().adapt(x)", "learning rate", "too high"):
        fit(model, X * 1000, Y * 1e5, epochs=4)


def test_23_a_loss_that_grows_without_end():
    model = heron.Sequential([heron.Input((8,)), layers.Dense(1)])
    model.compile(SGD(0.1), "mse")
    with noted(__file__, "The loss is ", "training runs away", "not scaled", "try a tenth of it"):
        history = fit(model, X * 5, Y, epochs=5, batch_size=16)
    assert np.isfinite(history.history["loss"]).all()


def test_24_pixels_from_0_to_255():
    labels = np.arange(64) % 10
    for x in (IMAGES, IMAGES.astype("float32"), IMAGES[..., None]):
        model = heron.Sequential(PIXELS if x.ndim == 3 else [heron.Input((28, 28, 1)), *PIXELS[1:]])
        model.compile("adam", SPARSE)
        with noted(__file__, "pixel values from 0 to 255", "x = x / 255", "heron.layers.Rescaling(1 / 255)"):
            fit(model, x, labels)
        fit(model, x, labels)  # said once


def test_24_is_not_said_to_those_who_scale():
    labels = np.arange(64) % 10
    for first in (layers.Rescaling(1 / 255), layers.BatchNormalization()):
        model = heron.Sequential([PIXELS[0], first, *PIXELS[1:]])
        model.compile("adam", SPARSE)
        fit(model, IMAGES, labels)
    x = heron.Input((28, 28))
    model = heron.Model(x, layers.Dense(10, "softmax")(layers.Flatten()(x / 255)))
    model.compile("adam", SPARSE)
    fit(model, IMAGES, labels)
    model = heron.Sequential(PIXELS)
    model.compile("adam", SPARSE)
    fit(model, IMAGES / 255, labels)
    fit(regression(), X * 100, Y)


# ---- 27: token ids --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [[heron.Input((6,), dtype="int32")], [heron.Input((6,))], []])
def test_27_token_ids_out_of_range(first):
    model = heron.Sequential([*first, layers.Embedding(10, 4), layers.Flatten(), layers.Dense(1)])
    model.compile("adam", "mse")
    good, bad = np.arange(384).reshape(64, 6) % 10, np.arange(384).reshape(64, 6) % 50
    model.predict(good)
    texts = ("token id 49", "input_dim=10 (ids 0 to 9)", "Use input_dim=50")
    refused(lambda: fit(model, bad, Y), *texts, model=model)
    refused(lambda: model.evaluate(bad, Y), *texts, model=model)
    refused(lambda: model.predict(bad), *texts, model=model)
    assert model.predict(good[:2]).shape == (2, 1)
    refused(lambda: model.predict(bad[-2:]), "token id", model=model)


# ---- 38: inputs and targets missing or by another name --------------------------------------------------------------

PARTS = {
    "one array for two inputs": (two_inputs, lambda m: fit(m, X, Y), ("2 inputs ('a', 'b')", "received 1 array")),
    "three arrays": (two_inputs, lambda m: fit(m, [X, X[:, :4], X], Y), ("2 inputs ('a', 'b')", "received 3 arrays")),
    "predict": (two_inputs, lambda m: m.predict(X), ("2 inputs ('a', 'b')", "received 1 array")),
    "another key": (two_inputs, lambda m: fit(m, {"a": X, "bb": X[:, :4]}, Y), ("lack 'b'", "'bb'")),
    "the wrong way round": (two_inputs, lambda m: fit(m, [X[:, :4], X], Y), ("(None, 8)", "received shape (64, 4)")),
    "dict, wrong shape": (two_inputs, lambda m: fit(m, {"a": X, "b": X}, Y), ("(None, 4)", "received shape (64, 8)")),
    "list to one input": (regression, lambda m: fit(m, [X, X[:, :3]], Y), ("must be one array", "(64, 8) and (64, 3)")),
    "no y": (regression, lambda m: m.fit(X), ("fit() needs targets", "fit(x, y)")),
    "no y in evaluate": (regression, lambda m: m.evaluate(X), ("evaluate() needs targets", "evaluate(x, y)")),
    "no y in batches": (regression, lambda m: m.fit(iter([X])), ("needs targets", "batches (x, y)")),
    "nothing": (regression, lambda m: m.fit(), ("No data were given", "fit(x, y)")),
    "x and y in a tuple": (regression, lambda m: m.fit((X, Y)), ("must be one array", "fit(x, y)")),
    "x and y in a list": (regression, lambda m: m.fit([X, Y]), ("must be one array", "fit(x, y)")),
    "a list of batches": (regression, lambda m: m.fit([(X, Y)]), ("must be one array", "fit(iter(batches))")),
    "y twice": (regression, lambda m: m.fit(iter([(X, Y)]), Y), ("iterable of batches", "Leave y")),
    "a file name": (regression, lambda m: fit(m, "data.csv", Y), ("the text 'data.csv'", "pandas.read_csv(path)")),
    "a function": (regression, lambda m: fit(m, X, abs), ("y must be an array or a list of numbers",)),
    "validation x alone": (
        regression,
        lambda m: fit(m, X, Y, validation_data=X),
        ("In validation_data", "the targets are missing", "(x_val, y_val)"),
    ),
    "validation y None": (
        regression,
        lambda m: fit(m, X, Y, validation_data=(X, None)),
        ("In validation_data", "the targets are missing"),
    ),
    "validation of four": (
        regression,
        lambda m: fit(m, X, Y, validation_data=(X, Y, X, Y)),
        ("validation_data must be (x_val, y_val)", "received 4 parts"),
    ),
    "validation columns": (
        regression,
        lambda m: fit(m, X, Y, validation_data=(X[:, :5], Y)),
        ("In validation_data", "(None, 8)", "(64, 5)"),
    ),
}


@pytest.mark.parametrize("case", PARTS)
def test_38_parts_of_the_data(case):
    make, action, texts = PARTS[case]
    model = make()
    refused(lambda: action(model), *texts, model=model)


def test_38_targets_of_several_outputs():
    x = heron.Input((8,))
    model = heron.Model(x, [layers.Dense(1, name="price")(x), layers.Dense(5, "softmax", name="kind")(x)])
    model.compile("adam", {"price": "mse", "kind": SPARSE})
    refused(lambda: fit(model, X, {"price": Y, "knd": CLASSES}), "'price', 'kind'", "lacks 'kind'", model=model)
    refused(lambda: fit(model, X, [Y]), "2 outputs (price, kind); y holds 1 array.", model=model)
    refused(lambda: fit(model, X, [Y, CLASSES + 1]), "Subtract 1", model=model)
    fit(model, X, {"kind": CLASSES, "price": Y})


def test_38_two_inputs_in_any_order_of_names():
    model = two_inputs()
    fit(model, {"b": X[:, :4], "a": X}, Y)
    a = model.predict({"b": X[:, :4], "a": X})
    np.testing.assert_array_equal(a, model.predict([X, X[:, :4]]))


# ---- 40: callbacks, validation, settings ----------------------------------------------------------------------------

SETTINGS = {
    "a class as callback": (lambda m: fit(m, X, Y, callbacks=[EarlyStopping]), ("the class EarlyStopping", "Make one")),
    "text as callback": (lambda m: fit(m, X, Y, callbacks=["stop"]), ("must be heron.callbacks.Callback", "'stop'")),
    "metrics third": (
        lambda m: m.compile("adam", "mse", ["accuracy"]),
        ("loss_weights=...) takes numbers; received ['accuracy']", "third argument", "metrics="),
    ),
    "metrics third, text": (lambda m: m.compile("adam", "mse", "accuracy"), ("third argument", "metrics=")),
    "exchanged": (lambda m: m.compile("mse", "adam"), ("'mse' is a loss, not an optimizer", "optimizer='adam'")),
    "metric as loss": (lambda m: m.compile("adam", "accuracy"), ("'accuracy' is a metric, not a loss", "metrics=")),
    "loss 3": (lambda m: m.compile("adam", 3), ("Cannot use 3 as a loss",)),
    "metric 3": (lambda m: m.compile("adam", "mse", metrics=[3]), ("metrics=...) takes names", "received 3")),
    "split of a generator": (
        lambda m: m.fit(iter([(X, Y)]), validation_split=0.2),
        ("validation_split needs arrays", "validation_data"),
    ),
    "split in per cent": (lambda m: fit(m, X, Y, validation_split=20), ("between 0 and 1", "20", "write 0.2")),
    "split 1": (lambda m: fit(m, X, Y, validation_split=1.0), ("between 0 and 1",)),
    "split of little": (lambda m: fit(m, X[:1], Y[:1], validation_split=0.5), ("leaves one side empty",)),
    "no samples": (lambda m: fit(m, X[:0], Y[:0]), ("x has no samples (shape (0, 8))", "Check how the data were read")),
    "an empty list": (lambda m: fit(m, [], []), ("x has no samples",)),
    "predict no samples": (lambda m: m.predict(X[:0]), ("x has no samples",)),
    "an empty generator": (lambda m: m.fit(iter([])), ("gave no batch at all", "empty or used up")),
    "batch size 0": (lambda m: fit(m, X, Y, batch_size=0), ("batch_size must be a positive integer; received 0",)),
    "batch size 8.0": (lambda m: m.predict(X, batch_size=8.0), ("batch_size must be a positive integer",)),
    "epochs -1": (lambda m: fit(m, X, Y, epochs=-1), ("epochs=...) must be an integer of 0 or more; received -1",)),
    "epochs text": (lambda m: fit(m, X, Y, epochs="3"), ("received '3'", "Write 3 without quotes")),
    "epochs 1.5": (lambda m: fit(m, X, Y, epochs=1.5), ("received 1.5",)),
    "steps 0": (lambda m: fit(m, X, Y, steps_per_epoch=0), ("steps must be a positive integer", "received 0")),
    "validation steps": (lambda m: fit(m, X, Y, validation_split=0.5, validation_steps=-1), ("received -1",)),
    "validation_freq": (lambda m: fit(m, X, Y, validation_split=0.5, validation_freq=0), ("validation_freq",)),
    "shuffle": (lambda m: fit(m, X, Y, shuffle="yes"), ("shuffle=...) must be True, False or 'batch'", "'yes'")),
    "verbose": (lambda m: fit(m, X, Y, verbose=3), ("verbose must be 0 (silent)", "received 3")),
    "verbose of evaluate": (lambda m: m.evaluate(X, Y, verbose="no"), ("verbose must be 0", "'no'")),
    "class_weight": (lambda m: fit(m, X, CLASSES, class_weight="balanced"), ("must be a dict", "{0: 1.0, 1: 5.0}")),
    "both weights": (
        lambda m: fit(m, X, CLASSES, class_weight={0: 1.0}, sample_weight=np.ones(64)),
        ("class_weight or sample_weight, not both",),
    ),
}


@pytest.mark.parametrize("case", SETTINGS)
def test_40_settings(case):
    action, texts = SETTINGS[case]
    model = regression()
    refused(lambda: action(model), *texts, model=model)


def test_40_early_stopping_without_validation():
    with noted(__file__, "watches 'val_loss'", "validation_split=0.2", "monitor='loss'"):
        fit(regression(), X, Y, callbacks=[EarlyStopping()], epochs=2)


def test_40_acc_is_accuracy():
    model = classifier(metrics=["accuracy"])
    with noted(__file__, "'val_acc'", "taken as 'val_accuracy'"):
        history = fit(model, X, CLASSES, callbacks=[EarlyStopping("val_acc")], validation_split=0.2).history
    refused(lambda: history["acc"], "no 'acc'", "history['accuracy']")
    refused(lambda: history["val_los"], "history['val_loss']")


def test_40_epochs_is_the_number_of_the_last():
    with noted(__file__, "trains nothing", "the last epoch", "write epochs=8"):
        fit(regression(), X, Y, initial_epoch=5, epochs=3)


def test_40_a_class_without_a_weight():
    with noted(__file__, "says nothing about class 1", "its weight is 1"):
        fit(classifier(), X, CLASSES, class_weight={0: 2.0})


def test_40_layers_changed_after_compile():
    def freeze(model):
        model.layers[0].trainable = False

    for change in (freeze, lambda model: model.add(layers.Dense(1))):
        model = regression()
        fit(model, X, Y)
        change(model)
        texts = ("frozen, unfrozen, added or taken off after compile()", "4 trainable weights", "Call compile() again")
        refused(lambda model=model: fit(model, X, Y), *texts, model=model)
        assert np.isfinite(model.evaluate(X, Y, verbose=0))
        model.compile("adam", "mse")
        fit(model, X, Y)


def test_40_one_optimizer_for_two_models():
    optimizer = Adam()
    first, second = regression(optimizer=optimizer), regression(optimizer=optimizer)
    fit(first, X, Y)
    refused(lambda: fit(second, X, Y), "already trains another model", "Make a new one", model=second)


def test_40_weights_stay_when_compiled_again():
    model = regression()
    fit(model, X, Y)
    before = model.get_weights()
    model.compile("sgd", "mae")
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_40_a_trained_model_compiled_again_as_it_was():
    model = classifier(metrics=["accuracy"])
    fit(model, X, CLASSES)
    texts = ("compile() keeps the weights", "fit() will go on from there", "make the model again", "explain compile")
    with noted(__file__, *texts):
        model.compile("adam", SPARSE, metrics=["accuracy"])
    model.compile("adam", SPARSE)  # not trained since
    fit(model, X, CLASSES)
    model.compile(Adam(1e-4), SPARSE)  # another rate: that it goes on is what is wanted
    model.layers[0].trainable = False
    model.compile(Adam(1e-4), SPARSE)


def test_40_a_model_without_layers():
    model = heron.Sequential()
    model.compile("adam", "mse")
    refused(lambda: fit(model, X, Y), "has no layers", "model.add(heron.layers.Dense(1))", model=model)


def test_40_a_model_without_a_loss():
    model = regression(loss=None)
    texts = ("no loss to train with", "compile(loss='mse')", "add_loss")
    before = model.get_weights()
    refused(lambda: model.fit(X, Y, verbose=0), *texts, compiles=True)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_40_a_generator_that_is_used_up():
    batches = [(X, Y)] * 3
    for steps, epochs, text in ((None, 1, "no batches left"), (2, 2, "ended after 1 of 2 batches")):
        model = regression()
        with noted(__file__, text, "only once", "while True"):
            history = model.fit(iter(batches), epochs=4, steps_per_epoch=steps, verbose=0)
        assert len(history.history["loss"]) == epochs
