"""What model.check finds, each in a case that has it and in one that has not."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

import heron
from heron import layers
from heron.errors import HeronError
from heron.models.checking import Finding
from heron.models.checking import checking as module

Dense = layers.Dense
GENERATOR = np.random.default_rng(0)
ROWS = GENERATOR.normal(size=(300, 4)).astype("float32")
CLASSES = (ROWS[:, 0] > 0).astype("int32") + (ROWS[:, 1] > 0)
AMOUNTS = ROWS @ np.array([1, -2, 0.5, 1], "float32")
PIXELS = GENERATOR.integers(0, 256, (100, 8, 8)).astype("uint8")
SPARSE = "sparse_categorical_crossentropy"


def model_of(*stack, loss=SPARSE, optimizer="adam", shape=(4,)):
    model = heron.Sequential([heron.Input(shape), *stack])
    model.compile(optimizer, loss)
    return model


def to_classes(units=3, activation="softmax", loss=SPARSE, **more):
    return model_of(Dense(16, activation="relu"), Dense(units, activation=activation), loss=loss, **more)


def to_amounts(last=None, optimizer="adam", **more):
    return model_of(Dense(16, activation="relu"), Dense(1, activation=last, **more), loss="mse", optimizer=optimizer)


def pictures(*first):
    return model_of(*first, layers.Flatten(), Dense(3, activation="softmax"), shape=(8, 8))


def looked(model, x, y=None, **more):
    return model.check(x, y, verbose=0, learning_rate=False, overfit=False, **more)


def frozen():
    model = to_amounts()
    model.trainable = False
    return model


def rounding():
    return model_of(Dense(8), layers.Lambda(jnp.round), Dense(3, activation="softmax"))


def dead():
    first = Dense(8, activation="relu", bias_initializer=heron.initializers.Constant(-50.0))
    return model_of(first, Dense(3, activation="softmax"))


def deep(activation):
    return model_of(*[Dense(8, activation=activation) for _ in range(8)], Dense(3, activation="softmax"))


def logarithm(shift):
    return model_of(layers.Lambda(lambda x: jnp.log(x + shift)), Dense(3, activation="softmax"))


def imbalanced(number):
    return np.arange(300) < number


CASES = {
    "pixels": (lambda: looked(pictures(), PIXELS, CLASSES[:100]), "mend", "inputs", "pixel values from 0 to 255"),
    "scales": (lambda: looked(to_classes(), ROWS * [1, 1000, 1, 1], CLASSES), "mend", "inputs", "different scales: 'c"),
    "large": (
        lambda: looked(model_of(layers.Flatten(), Dense(3), shape=(5, 7)), 999 * GENERATOR.normal(size=(50, 5, 7))),
        *("mend", "inputs", "x has values from -"),
    ),
    "not centred": (
        lambda: looked(to_classes(), np.add(ROWS, [0, 0, 9, 0]), CLASSES),
        "look",
        "inputs",
        "far from 0 for how",
    ),
    "constant": (
        lambda: looked(to_classes(), ROWS * [1, 1, 0, 1], CLASSES),
        *("look", "inputs", "'column 2' of x is the same in every row and says nothing"),
    ),
    "answer": (
        lambda: looked(to_amounts(), np.c_[ROWS[:, :3], AMOUNTS].astype("float32"), AMOUNTS),
        *("mend", "inputs", "Column 'column 3' equals the target in every row"),
    ),
    "one class": (lambda: looked(to_classes(), ROWS, 0 * CLASSES), "mend", "labels", "All labels are class 0"),
    "unused class": (
        lambda: looked(to_classes(5), np.r_[ROWS, ROWS], np.r_[CLASSES, CLASSES]),
        *("look", "labels", "has 5 units; no label is of class 3, 4"),
    ),
    "rare class": (
        lambda: looked(to_classes(1, "sigmoid", "binary_crossentropy"), ROWS, imbalanced(15)),
        *("mend", "class balance", "Class 0 has 285 samples, class 1 15: always saying class 0 is right in 95.0 %"),
    ),
    "uneven": (
        lambda: looked(to_classes(1, "sigmoid", "binary_crossentropy"), ROWS, imbalanced(60)),
        *("look", "class balance", "fit(x, y, class_weight={0: 0.62, 1: 2.5})"),
    ),
    "far targets": (
        lambda: looked(to_amounts(), ROWS, 1000 * AMOUNTS + 5000),
        *("mend", "labels", "model.fit(x, (y - mean) / scale)"),
    ),
    "tiny targets": (lambda: looked(to_amounts(), ROWS, 1e-5 * AMOUNTS), "look", "labels", "what is to be learned is"),
    "same target": (lambda: looked(to_amounts(), ROWS, 0 * AMOUNTS + 3), "mend", "labels", "Every target is 3"),
    "classes as amounts": (lambda: looked(to_amounts(), ROWS, CLASSES), "look", "labels", "number classes"),
    "relu last": (lambda: looked(to_amounts("relu"), ROWS, AMOUNTS), "mend", "labels", "ends with relu, which gives 0"),
    "sigmoid last": (lambda: looked(to_amounts("sigmoid"), ROWS, AMOUNTS), "mend", "labels", "which gives 0 to 1;"),
    "logits": (lambda: looked(to_classes(activation=None), ROWS, CLASSES), "look", "labels", "expects probabilities"),
    "frozen": (lambda: looked(frozen(), ROWS, AMOUNTS), "mend", "parameters", "is frozen: no weight of it is trained"),
    "no weights": (lambda: looked(model_of(layers.ReLU(), loss="mse"), ROWS, ROWS), "mend", "parameters", "no weights"),
    "few samples": (
        lambda: looked(model_of(Dense(64), Dense(64), Dense(3, activation="softmax")), ROWS[:20], CLASSES[:20]),
        *("look", "parameters", "4,675 weights to train for 20 samples"),
    ),
    "repeats": (
        lambda: looked(to_classes(), ROWS, CLASSES, validation_data=(ROWS[:50], CLASSES[:50])),
        *("mend", "validation", "50 samples of the validation data (100.0 %) are in the training data too"),
    ),
    "repeats by chance": (
        lambda: looked(to_classes(), np.sign(ROWS), CLASSES, validation_data=(np.sign(ROWS[:50]), CLASSES[:50])),
        *("look", "validation", "so it may be chance"),
    ),
    "dead": (lambda: looked(dead(), ROWS, CLASSES), "mend", "activations", "100.0 % of the units of Dense"),
    "saturated": (
        lambda: looked(model_of(Dense(8, activation="tanh"), Dense(3, activation="softmax")), 60 * ROWS, CLASSES),
        *("look", "activations", "lies at the ends of its tanh"),
    ),
    "not finite": (
        lambda: looked(logarithm(0), ROWS, CLASSES),
        "mend",
        "activations",
        "the first layer to give values",
    ),
    "no gradient": (lambda: looked(rounding(), ROWS, CLASSES), "mend", "gradients", "gets no gradient at all"),
    "vanishing": (lambda: looked(deep("sigmoid"), ROWS, CLASSES), "look", "gradients", "it vanishes on its way back"),
    "exploding": (
        lambda: looked(to_amounts(), 1000 * ROWS, AMOUNTS),
        *("mend", "gradients", "the first step goes astray"),
    ),
    "confident": (
        lambda: looked(to_classes(), 60 * ROWS, CLASSES),
        *("look", "first loss", "it would be ln 3 = 1.1 by chance"),
    ),
    "far off": (lambda: looked(to_amounts(), 1000 * ROWS, AMOUNTS), "mend", "first loss", "who always says the mean"),
}
SOUND = {
    "pixels": lambda: looked(pictures(), PIXELS / 255, CLASSES[:100]),
    "pixels scaled inside": lambda: looked(pictures(layers.Rescaling(1 / 255)), PIXELS, CLASSES[:100]),
    "scales inside": lambda: looked(
        model_of(layers.BatchNormalization(), Dense(3, activation="softmax")), ROWS * [1, 99, 1, 1], CLASSES
    ),
    "classes": lambda: looked(to_classes(), ROWS, CLASSES),
    "one-hot": lambda: looked(to_classes(loss="categorical_crossentropy"), ROWS, np.eye(3)[CLASSES]),
    "two classes": lambda: looked(to_classes(1, "sigmoid", "binary_crossentropy"), ROWS, ROWS.sum(1) > 0),
    "weighted": lambda: looked(
        to_classes(1, "sigmoid", "binary_crossentropy"), ROWS, imbalanced(15), class_weight={0: 0.5, 1: 10.0}
    ),
    "amounts": lambda: looked(to_amounts(), ROWS, AMOUNTS),
    "positive amounts": lambda: looked(
        to_amounts("relu", bias_initializer=heron.initializers.Constant(3.0)), ROWS, np.abs(AMOUNTS)
    ),
    "validation": lambda: looked(to_classes(), ROWS[:200], CLASSES[:200], validation_data=(ROWS[200:], CLASSES[200:])),
    "finite": lambda: looked(logarithm(10), ROWS, CLASSES),
    "deep": lambda: looked(deep("tanh"), ROWS, CLASSES),
}


COMPUTED = ("activations", "gradients", "first loss")


@pytest.fixture
def only_looking(monkeypatch):
    """Nothing is computed, which saves compiling where findings come of looking alone."""
    monkeypatch.setattr(module._Check, "_try", lambda *_: None)


@pytest.mark.parametrize("case", [case for case in CASES if CASES[case][2] in COMPUTED])
def test_it_is_found_by_computing(case):
    is_found(case)


@pytest.mark.parametrize("case", [case for case in CASES if CASES[case][2] not in COMPUTED])
def test_it_is_found_by_looking(case, only_looking):
    is_found(case)


def is_found(case):
    heron.config.set_random_seed(1)
    check, severity, about, text = CASES[case]
    said = check().findings
    same = [f"{one.what} {one.why}{one.mend}" for one in said if (one.severity, one.about) == (severity, about)]
    assert any(text in one for one in same), said


@pytest.mark.parametrize("case", SOUND)
def test_nothing_is_found_where_nothing_is(case, only_looking):
    heron.config.set_random_seed(1)
    result = SOUND[case]()
    assert result.findings == ()
    assert {"shapes", "labels", "parameters"} <= {one.about for one in result.passed}


@pytest.mark.parametrize("case", ["classes", "positive amounts", "finite", "deep"])
def test_nothing_is_found_by_computing_where_nothing_is(case):
    heron.config.set_random_seed(1)
    result = SOUND[case]()
    assert result.findings == ()
    assert {*COMPUTED} <= {one.about for one in result.passed}


def test_several_inputs_outputs_and_token_ids(only_looking):
    first, second = heron.Input((4,), name="a"), heron.Input((6,), name="ids")
    words = layers.GlobalAveragePooling1D()(layers.Embedding(900, 4)(second))
    hidden = Dense(8, activation="relu")(layers.Concatenate()([first, words]))
    model = heron.Model([first, second], [Dense(3, activation="softmax", name="k")(hidden), Dense(1, name="v")(hidden)])
    model.compile("adam", {"k": SPARSE, "v": "mse"})
    ids = GENERATOR.integers(0, 900, (300, 6))
    good = looked(model, {"a": ROWS, "ids": ids}, {"k": CLASSES, "v": AMOUNTS})
    assert good.findings == ()
    assert {"labels of k", "labels of v"} <= {one.about for one in good.passed}
    bad = looked(model, {"a": ROWS, "ids": ids}, {"k": CLASSES, "v": 0 * AMOUNTS})
    assert [one.about for one in bad.findings] == ["labels of v"]
    (error,) = looked(model, {"a": ROWS, "ids": ids + 1}, {"k": CLASSES, "v": AMOUNTS}).findings
    assert error.severity == "error"
    assert "has token id 900" in error.what


def holed():
    rows = ROWS.copy()
    rows[16, 2] = np.nan
    return rows


ERRORS = {
    "NaN": (to_classes, (holed(), CLASSES), "in row 16, column 2"),
    "labels": (lambda: to_classes(2), (ROWS, CLASSES), "received y with class numbers from 0 to 2"),
    "-1 and 1": (
        lambda: to_classes(1, "sigmoid", "binary_crossentropy"),
        (ROWS, np.where(CLASSES > 0, 1, -1)),
        "the values -1, 1",
    ),
    "one-hot": (to_classes, (ROWS, np.eye(3)[CLASSES]), "received y that is one-hot"),
    "shape": (to_classes, (ROWS[:, :3], CLASSES), "received shape (300, 3)"),
    "lengths": (to_classes, (ROWS, CLASSES[:9]), "x has 300, y has 9"),
    "text": (to_classes, ([["a", "b", "c", "d"]] * 3, [0, 1, 2]), "x holds text, such as 'a'"),
    "no targets": (to_classes, (ROWS,), "fit() needs targets"),
    "no data": (to_classes, (), "No data were given"),
    "uncompiled": (lambda: heron.Sequential([Dense(3)]), (ROWS, CLASSES), "fit() was called before compile()"),
    "no layers": (lambda: compiled_empty(), (ROWS, CLASSES), "has no layers"),
}


def compiled_empty():
    model = heron.Sequential()
    model.compile("adam", "mse")
    return model


@pytest.mark.parametrize("case", ERRORS)
def test_what_fit_would_raise_is_an_error_of_the_same_text(case):
    make, data, text = ERRORS[case]
    heron.config.reset_names()
    result = make().check(*data, verbose=0)
    errors = [str(one) for one in result.findings if one.severity == "error"]
    assert not result.ok
    assert len(errors) == 1
    assert text in errors[0]
    heron.config.reset_names()
    with pytest.raises(HeronError) as raised:
        make().fit(*data, verbose=0)
    assert errors[0] == str(raised.value)
    assert result.suggested_learning_rate is None


def test_errors_of_later_batches_of_validation_and_of_ones_own_layers(only_looking):
    late = looked(to_classes(), iter([(ROWS[:30], CLASSES[:30]), (ROWS[:30], CLASSES[:30] + 5)]))
    error = late.findings[0]
    assert "received y with class numbers from 5 to 7" in error.what
    assert "(in batch 1 of the" in error.mend
    (error,) = looked(to_classes(), ROWS, CLASSES, validation_data=(ROWS[:5], [7] * 5)).findings[:1]
    assert (error.severity, error.about) == ("error", "validation")
    assert error.what.startswith("In validation_data: ")

    class Wrong(layers.Layer):
        def call(self, inputs):
            return heron.ops.reshape(inputs, (-1, 7))

    model = heron.Sequential([Wrong(name="wrong"), Dense(3)])
    model.compile("adam", "mse")
    (error,) = looked(model, ROWS, ROWS).findings
    assert error.severity == "error"
    assert "(in Wrong 'wrong', called on inputs of shape" in error.mend


def test_names_of_columns_and_classes_are_used(only_looking):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"age": ROWS[:, 0], "income": 5000 * ROWS[:, 1], "b": ROWS[:, 2], "c": ROWS[:, 3]})
    names = np.where(imbalanced(20), "rare", "usual")
    said = looked(to_classes(2), frame, names).findings
    assert any("'income' goes from" in one.what for one in said)
    assert any("'usual' has 280 samples, 'rare' 20" in one.what for one in said)


def test_findings_keep_the_text_of_errors():
    text = "Dense needs this; received that.\nWrite a.\nOr b.\nMore: heron explain learning-rate"
    found = Finding.of_text("error", "shapes", text)
    assert (found.what, found.mend, found.term) == (
        "Dense needs this; received that.",
        "Write a.\nOr b.",
        "learning-rate",
    )
    assert str(found) == text
