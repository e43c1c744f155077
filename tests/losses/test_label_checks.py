"""The messages for labels, losses and last layers that do not go together (and silence for those that do)."""

from __future__ import annotations

import re
import warnings

import numpy as np
import pytest

from heron import losses
from heron.errors import DataError, HeronNote, ShapeError
from heron.losses import LabelFacts, check_labels

CLASSES = np.array([0, 1, 2, 3, 4, 4, 0, 1])
BITS = CLASSES % 2
ONE_HOT = np.eye(5)[CLASSES]
NUMBERS = np.linspace(0.0, 50.0, 8)
SPARSE, CATEGORICAL, BINARY, MSE = (
    losses.SparseCategoricalCrossentropy(),
    losses.CategoricalCrossentropy(),
    losses.BinaryCrossentropy(),
    losses.MeanSquaredError(),
)
BINARY_LOGITS = losses.BinaryCrossentropy(from_logits=True)
SPARSE_LOGITS = losses.SparseCategoricalCrossentropy(from_logits=True)

# what is wrong: loss, labels, output shape, last activation, kind of error, and the parts of its message
REFUSED = {
    "7 class numbers, categorical": (
        CATEGORICAL,
        CLASSES,
        (None, 5),
        "softmax",
        ShapeError,
        [
            "Loss 'categorical_crossentropy' needs one-hot rows: y of shape (None, 5)",
            "received y of shape (8,), which holds class numbers (0 to 4)",
            "Use loss='sparse_categorical_crossentropy', or heron.utils.to_categorical(y, 5).",
        ],
    ),
    "7 class numbers in a column, categorical": (
        CATEGORICAL,
        CLASSES[:, None],
        (None, 5),
        None,
        ShapeError,
        ["received y of shape (8, 1), which holds class numbers (0 to 4)", "sparse_categorical_crossentropy"],
    ),
    "7 numbers, categorical": (
        CATEGORICAL,
        NUMBERS,
        (None, 5),
        None,
        ShapeError,
        ["received y of shape (8,), which holds one value per prediction"],
    ),
    "8 one-hot, sparse": (
        SPARSE,
        ONE_HOT,
        (None, 5),
        "softmax",
        ShapeError,
        [
            "Loss 'sparse_categorical_crossentropy' needs class numbers, one per prediction: y of shape (8,)",
            "received y that is one-hot (5 columns of 0 and 1), of shape (8, 5)",
            "Use loss='categorical_crossentropy', or turn the rows into class numbers: y.argmax(-1).",
        ],
    ),
    "8 distributions, sparse": (
        SPARSE,
        np.full((8, 5), 0.2),
        (None, 5),
        None,
        ShapeError,
        ["received y that is of 5 columns, of shape (8, 5)", "categorical_crossentropy"],
    ),
    "9 too few units": (
        SPARSE,
        CLASSES,
        (None, 4),
        "softmax",
        DataError,
        [
            "needs class numbers from 0 to 3, as the last layer has 4 units",
            "received y with class numbers from 0 to 4",
            "Use Dense(5) as the last layer.",
        ],
    ),
    "9 classes from 1": (
        SPARSE,
        CLASSES + 1,
        (None, 5),
        None,
        DataError,
        ["from 0 to 4", "from 1 to 5", "Subtract 1 from y, as class numbers start at 0; or use Dense(6)."],
    ),
    "9 classes from 1, too few units": (
        SPARSE,
        CLASSES + 1,
        (None, 3),
        None,
        DataError,
        ["Use Dense(6) as the last layer, or subtract 1 from y, as class numbers start at 0."],
    ),
    "9 negative classes": (
        SPARSE,
        CLASSES - 1,
        (None, 5),
        None,
        DataError,
        [
            "from -1 to 3",
            "Add 1 to y, as class numbers start at 0.",
            "If -1 means 'no label', give the loss ignore_class",
        ],
    ),
    "9 classes far below": (SPARSE, CLASSES - 7, (None, 5), None, DataError, ["Number the classes from 0."]),
    "9 numbers, sparse": (
        SPARSE,
        NUMBERS,
        (None, 5),
        None,
        DataError,
        ["needs class numbers, which are whole", "values from 0 to 50", "For numbers use loss='mse' with Dense(1)"],
    ),
    "9 an ignored class and another one": (
        losses.SparseCategoricalCrossentropy(ignore_class=255),
        np.array([0, 255, 9, -3]),
        (None, 5),
        None,
        DataError,
        ["from -3 to 255"],
    ),
    "10 one unit and softmax": (
        BINARY,
        BITS,
        (None, 1),
        "softmax",
        ShapeError,
        [
            "The last layer has 1 unit and softmax, which always gives exactly 1",
            "received the output shape (None, 1)",
            "use Dense(1, activation='sigmoid') with binary_crossentropy",
        ],
    ),
    "10 one unit and softmax, numbers": (MSE, NUMBERS, (None, 1), "softmax", ShapeError, ["for numbers, Dense(1)."]),
    "11 one sigmoid, categorical": (
        CATEGORICAL,
        BITS,
        (None, 1),
        "sigmoid",
        ShapeError,
        [
            "needs one output per class, 2 or more; received the output shape (None, 1)",
            "the loss is always 0 and nothing would be learned",
            "use loss='binary_crossentropy' with Dense(1, activation='sigmoid')",
        ],
    ),
    "11 one sigmoid, sparse": (SPARSE, BITS, (None, 1), "sigmoid", ShapeError, ["the loss is always 0"]),
    "12 two softmax units, binary": (
        BINARY,
        BITS,
        (None, 2),
        "softmax",
        ShapeError,
        [
            "compares each of the 2 outputs with a label of its own; received y of shape (8,)",
            "A softmax over classes goes with loss='sparse_categorical_crossentropy'",
            "Dense(1, activation='sigmoid')",
        ],
    ),
    "12 a column, binary": (BINARY, BITS[:, None], (None, 2), None, ShapeError, ["received y of shape (8, 1)"]),
    "13 labels -1 and 1": (
        BINARY,
        2 * BITS - 1,
        (None, 1),
        "sigmoid",
        DataError,
        ["needs labels 0 and 1", "received y with the values -1, 1", "Turn -1 and 1 into 0 and 1: (y + 1) / 2."],
    ),
    "13 labels 1 and 2": (BINARY, BITS + 1, (None, 1), None, DataError, ["Turn 1 and 2 into 0 and 1: y - 1."]),
    "13 labels 0 and 255": (BINARY, BITS * 255, (None, 1), None, DataError, ["0 and 255 into 0 and 1: y == 255."]),
    "13 ten classes": (
        BINARY,
        np.arange(10),
        (None, 1),
        "sigmoid",
        DataError,
        [
            "received y with class numbers from 0 to 9",
            "For 10 classes end the model with Dense(10, activation='softmax')",
            "loss='sparse_categorical_crossentropy'",
        ],
    ),
    "13 numbers": (BINARY, NUMBERS + 0.5, (None, 1), None, DataError, ["For numbers use loss='mse'"]),
    "16 three columns, one output": (
        MSE,
        np.ones((8, 3)),
        (None, 1),
        None,
        ShapeError,
        [
            "Loss 'mean_squared_error' compares each prediction with one label",
            "received y of shape (8, 3) (3 columns) for the output shape (None, 1) (the model predicts 1)",
            "Use Dense(3) as the last layer, or give y 1 column.",
        ],
    ),
    "16 one label, three outputs": (
        MSE,
        NUMBERS,
        (None, 3),
        None,
        ShapeError,
        ["received y of shape (8,) (1 column) for the output shape (None, 3)", "Use Dense(1) as the last layer."],
    ),
    "16 classes with mse": (
        MSE,
        CLASSES,
        (None, 5),
        "softmax",
        ShapeError,
        ["use loss='sparse_categorical_crossentropy'"],
    ),
    "16 columns, categorical": (CATEGORICAL, ONE_HOT, (None, 4), None, ShapeError, ["Use Dense(5) as the last layer"]),
    "16 columns, binary": (BINARY, ONE_HOT, (None, 4), None, ShapeError, ["Use Dense(5) as the last layer"]),
    "16 other axes": (MSE, np.ones((8, 3, 2)), (None, 4), None, ShapeError, ["so that both have the same shape"]),
    "6 no Flatten, sparse": (
        SPARSE,
        CLASSES,
        (None, 26, 26, 10),
        None,
        ShapeError,
        [
            "received y of shape (8,) for the output shape (None, 26, 26, 10): 26 x 26 predictions per sample",
            "Put heron.layers.Flatten() or heron.layers.GlobalAveragePooling2D() before the last layer.",
        ],
    ),
    "6 no Flatten, categorical": (
        CATEGORICAL,
        ONE_HOT,
        (None, 7, 5),
        None,
        ShapeError,
        ["(None, 7, 5): 7 predictions per sample"],
    ),
    "6 no Flatten, binary": (BINARY, BITS, (None, None, 7, 1), None, ShapeError, ["None x 7 predictions per sample"]),
    "6 no Flatten, numbers": (
        MSE,
        NUMBERS,
        (None, 7, 1),
        None,
        ShapeError,
        ["Put heron.layers.Flatten() or heron.layers.GlobalAveragePooling1D() before the last layer."],
    ),
    "class numbers for other steps": (SPARSE, np.ones((8, 3), int), (None, 4, 5), None, ShapeError, ["Reshape y"]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(case):
    loss, labels, output_shape, activation, error, parts = REFUSED[case]
    with pytest.raises(error) as raised:
        check_labels(loss, LabelFacts.of(labels), output_shape, activation)
    for part in parts:
        assert part in str(raised.value)
    assert re.search(r"received .*\n[A-Z].*\.(\nMore: heron explain [a-z-]+)?$", str(raised.value), re.DOTALL)


ACCEPTED = {
    "class numbers": (SPARSE, CLASSES, (None, 5), "softmax"),
    "class numbers in a column": (SPARSE, CLASSES[:, None], (None, 5), "softmax"),
    "class numbers as floats": (SPARSE, CLASSES.astype(float), (None, 5), "softmax"),
    "fewer classes than units": (SPARSE, CLASSES, (None, 10), "softmax"),
    "class numbers of steps": (SPARSE, np.ones((8, 7), int), (None, 7, 5), "softmax"),
    "class numbers of unknown steps": (SPARSE, np.ones((8, 7), int), (None, None, 5), "softmax"),
    "class numbers of pixels": (SPARSE, np.ones((8, 4, 4, 1), int), (None, 4, 4, 3), "softmax"),
    "an ignored class above": (losses.SparseCategoricalCrossentropy(ignore_class=255), [0, 255], (2, 5), None),
    "an ignored class below": (losses.SparseCategoricalCrossentropy(ignore_class=-1), [0, -1], (2, 5), None),
    "from logits": (SPARSE_LOGITS, CLASSES, (None, 5), "linear"),
    "a function": (losses.sparse_categorical_crossentropy, CLASSES, (None, 5), "softmax"),
    "a wrapped function": (losses.as_loss("sparse_categorical_crossentropy"), CLASSES, (None, 5), "softmax"),
    "another axis": (losses.SparseCategoricalCrossentropy(axis=1), np.ones((8, 4), int), (None, 5, 4), None),
    "one-hot": (CATEGORICAL, ONE_HOT, (None, 5), "softmax"),
    "sigmoids, categorical": (CATEGORICAL, ONE_HOT, (None, 5), "sigmoid"),
    "soft labels": (CATEGORICAL, np.full((8, 5), 0.2), (None, 5), "softmax"),
    "labels of 0 and 1": (BINARY, BITS, (None, 1), "sigmoid"),
    "labels of 0 and 1 in a column": (BINARY, BITS[:, None], (None, 1), "sigmoid"),
    "truth values": (BINARY, BITS.astype(bool), (None, 1), "sigmoid"),
    "shares": (BINARY, NUMBERS / 50, (None, 1), "sigmoid"),
    "two columns": (BINARY, np.eye(2)[BITS], (None, 2), "softmax"),
    "many labels": (BINARY, ONE_HOT, (None, 5), "sigmoid"),
    "a picture": (BINARY, np.ones((8, 4, 4)), (None, 4, 4, 1), "sigmoid"),
    "an autoencoder": (BINARY, np.ones((8, 784)), (None, 784), "sigmoid"),
    "numbers": (MSE, NUMBERS, (None, 1), "linear"),
    "columns of numbers": (MSE, np.ones((8, 3)), (None, 3), None),
    "series": (MSE, np.ones((8, 7)), (None, None, 1), None),
    "an extra column": (MSE, np.ones((8, 3, 1)), (None, 3), None),
    "unknown output": (MSE, np.ones((8, 3)), (None, None), None),
    "margins": (losses.Hinge(), 2 * BITS - 1, (None, 1), "tanh"),
    "a loss of one's own": (lambda y_true, y_pred: 0.0, ONE_HOT, (None, 3), None),
    "embeddings": (losses.Circle(), CLASSES, (None, 64), None),
    "text": (BINARY, np.array(["a", "b"]), (None, 1), None),
    "no labels at all": (MSE, np.zeros((0, 1)), (None, 1), None),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_what_is_accepted_without_a_word(case):
    loss, labels, output_shape, activation = ACCEPTED[case]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert check_labels(loss, LabelFacts.of(labels), output_shape, activation) is None


@pytest.mark.parametrize(
    ("loss", "labels", "output_shape", "activation", "text"),
    [
        (SPARSE, CLASSES, (None, 5), "linear", r"expects probabilities, but the last layer has no activation\.\n"
         r"Add activation='softmax' to it, or from_logits=True to the loss\."),
        (CATEGORICAL, ONE_HOT, (None, 5), "relu", r"has the activation relu\.\nAdd activation='softmax' to it\."),
        (BINARY, BITS, (None, 1), "linear", r"Add activation='sigmoid' to it, or from_logits=True"),
        (BINARY, ONE_HOT, (None, 5), "linear", r"Add activation='sigmoid' to it, or from_logits=True"),
        (BINARY_LOGITS, BITS, (None, 1), "sigmoid", r"already applies sigmoid.*applied twice"),
        (SPARSE_LOGITS, CLASSES, (None, 5), "softmax", r"Leave out one of the two"),
    ],
)  # fmt: skip
def test_what_may_be_meant_is_noted(loss, labels, output_shape, activation, text):
    with pytest.warns(HeronNote, match=text):
        check_labels(loss, LabelFacts.of(labels), output_shape, activation)
