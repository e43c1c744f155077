"""Names of classes as targets: learned, kept, refused where they are unknown, and given back."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import heron
from heron import layers
from heron.errors import ArgumentError, DataError, NotBuiltError

X = np.eye(3, dtype="float32")[np.arange(30) % 3]
NAMES = np.array(["dog", "cat", "bird"])[np.arange(30) % 3]
NUMBERS = np.array([2, 1, 0])[np.arange(30) % 3]
TWO = np.where(NAMES == "dog", "yes", "no")


def classifier(loss="sparse_categorical_crossentropy", units=3, activation="softmax"):
    model = heron.Sequential([heron.Input((3,)), layers.Dense(units, activation, kernel_initializer="zeros")])
    model.compile(heron.optimizers.SGD(1.0), loss)
    return model


FORMS = {
    "array": NAMES,
    "list": NAMES.tolist(),
    "column": NAMES[:, None],
    "objects": NAMES.astype(object),
    "bytes": NAMES.astype("S"),
    "pandas": pd.Series(NAMES),
    "pandas category": pd.Series(NAMES, dtype="category"),
    "frame of one column": pd.DataFrame({"animal": NAMES}),
    "polars": pl.Series(NAMES.tolist()),
    "polars category": pl.Series(NAMES.tolist(), dtype=pl.Categorical),
    "pyarrow": pa.array(NAMES.tolist()),
    "pyarrow dictionary": pa.array(NAMES.tolist()).dictionary_encode(),
}


@pytest.fixture(scope="module")
def shared():
    """One model, compiled once, with what it was at first."""
    model = classifier()
    return model, model.get_weights()


@pytest.mark.parametrize("form", FORMS)
def test_names_train_as_numbers_do(form, shared):
    model, weights = shared
    losses = []
    for y in (NUMBERS, FORMS[form]):
        model.class_names = None
        model.set_weights(weights)
        losses.append(model.fit(X, y, epochs=3, shuffle=False, verbose=0).history["loss"])
    assert losses[0] == losses[1]
    assert model.class_names == ["bird", "cat", "dog"]
    assert model.predict_names(X[:4]).tolist() == NAMES[:4].tolist()
    assert model.evaluate(X, FORMS[form], verbose=0) == model.evaluate(X, NUMBERS, verbose=0)


@pytest.mark.parametrize(
    ("loss", "units", "activation", "names"),
    [
        ("categorical_crossentropy", 3, "softmax", NAMES),
        ("crossentropy", 3, "softmax", NAMES),
        ("binary_crossentropy", 1, "sigmoid", TWO),
        (heron.losses.BinaryCrossentropy(from_logits=True), 1, None, TWO),
        ("hinge", 1, "tanh", TWO),
        ("binary_crossentropy", 3, "sigmoid", NAMES),
    ],
)
def test_names_go_with_all_losses_for_classes(loss, units, activation, names):
    model = classifier(loss, units, activation)
    model.fit(X, names, epochs=8, batch_size=10, verbose=0, validation_split=0.2)
    assert model.predict_names(X).tolist() == names.tolist()


def test_names_may_be_set_before_and_come_in_their_order():
    model = classifier()
    model.class_names = np.array(["dog", "cat", "bird"])
    model.fit(X, NAMES, epochs=4, batch_size=10, verbose=0)
    assert model.class_names == ["dog", "cat", "bird"]
    assert model.predict(X[:1]).argmax() == 0
    assert model.predict_names(X[:3]).tolist() == ["dog", "cat", "bird"]


def test_class_weights_go_by_name():
    histories = []
    for y, weights in ((NUMBERS, {0: 1.0, 1: 2.0, 2: 5.0}), (NAMES, {"dog": 5.0, "cat": 2.0, "bird": 1.0})):
        histories.append(classifier().fit(X, y, class_weight=weights, shuffle=False, verbose=0).history)
    assert histories[0] == histories[1]
    with pytest.raises(DataError, match=r"names the class 'fox', .* The classes are 'bird', 'cat', 'dog'"):
        classifier().fit(X, NAMES, class_weight={"fox": 1.0}, verbose=0)


def test_several_outputs_have_names_of_their_own():
    x = heron.Input((3,))
    outputs = {"animal": layers.Dense(3, "softmax")(x), "size": layers.Dense(1)(x)}
    model = heron.Model(x, outputs)
    model.compile(heron.optimizers.SGD(0.5), {"animal": "sparse_categorical_crossentropy", "size": "mse"})
    model.fit(X, {"animal": NAMES, "size": np.ones(30)}, epochs=5, batch_size=10, verbose=0)
    assert model.class_names == {"animal": ["bird", "cat", "dog"]}
    found = model.predict_names(X[:3])
    assert found["animal"].tolist() == NAMES[:3].tolist()
    assert found["size"].shape == (3, 1)


def test_data_sets_know_their_names():
    class Batches(heron.utils.PyDataset):
        class_names = ("dog", "cat", "bird")

        def __len__(self):
            return 1

        def __getitem__(self, index):
            return X, NAMES

    model = classifier()
    model.fit(Batches(), epochs=6, verbose=0)
    assert model.class_names == ["dog", "cat", "bird"]
    assert model.predict_names(X[:2]).tolist() == ["dog", "cat"]


@pytest.mark.parametrize("ending", ["keras", "safetensors"])
def test_names_are_kept_in_files(ending, tmp_path):
    model = classifier()
    model.train_on_batch(X, NAMES)
    path = tmp_path / f"model.{ending}"
    model.save(path)
    again = heron.saving.load_model(path)
    assert again.class_names == ["bird", "cat", "dog"]
    assert again.predict_names(X).tolist() == model.predict_names(X).tolist()
    again.class_names = None
    again.save(path)
    assert heron.saving.load_model(path).class_names is None


def test_keras_loads_a_model_with_names(tmp_path):
    import keras

    model = classifier()
    model.train_on_batch(X, NAMES)
    model.save(tmp_path / "model.keras")
    theirs = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(theirs.predict(X, verbose=0), model.predict(X), rtol=1e-5)


def test_names_that_cannot_be_used(shared):
    model, _ = shared
    model.class_names = None
    cases = {
        r"y holds names, such as 'dog', and the model does not know": lambda: model.evaluate(X, NAMES, verbose=0),
        r"y holds names and numbers: 1 in row 1, and 'a'": lambda: model.fit(X, ["a", 1, "b"] * 10, verbose=0),
        r"y has 2 missing names; the first is in row 28": lambda: model.fit(X, [*NAMES[:28], None, None], verbose=0),
        r"2 class names \('no', 'yes'\); the last layer has 3 units": lambda: model.fit(X, TWO, verbose=0),
        r"y holds lists of names of different lengths": lambda: model.fit(X, [["a"], ["a", "b"]] * 15, verbose=0),
        r"y holds names, .*does not know": lambda: model.fit(iter([(X, NAMES)]), verbose=0),
    }
    for text, action in cases.items():
        with pytest.raises(DataError, match=text):
            action()
        assert model.class_names is None, "nothing is learned from a mistake"
    with pytest.raises(NotBuiltError, match="does not know the names of its classes"):
        model.predict_names(X)
    model.class_names = ["bird", "cat", "dog"]
    with pytest.raises(DataError, match=r"y has 1 label that the model does not know: 'cta'; .*row 2.*mean 'cat'"):
        model.evaluate(X[:3], ["cat", "dog", "cta"], verbose=0)
    with pytest.raises(DataError, match=r"validation y has 2 labels that .*'fox'; .*row 0.*'bird', 'cat', 'dog'"):
        model.fit(X, NAMES, validation_data=(X[:2], ["fox", "fox"]), verbose=0)
    model.class_names = ["one", "two"]
    with pytest.raises(DataError, match=r"There are 2 class names .* has 3 units"):
        model.predict_names(X)
    one = classifier("binary_crossentropy", 1, "sigmoid")
    with pytest.raises(DataError, match=r"3 class names .* has 1 unit, which stands for 2 classes.\nUse Dense\(3"):
        one.fit(X, NAMES, verbose=0)
    for wrong in ("cat", [], ["a", "a"], [1, 2], 3, {"out": "cat"}):
        with pytest.raises(ArgumentError, match="must be a list of different names"):
            model.class_names = wrong


def test_numbers_are_left_alone():
    for y in (NUMBERS, jnp.asarray(NUMBERS), pl.Series(NUMBERS), pd.Series(NUMBERS, dtype="Int64"), NUMBERS.tolist()):
        model = classifier()
        model.train_on_batch(X, y)
        assert model.class_names is None


def test_data_that_number_the_classes_otherwise_are_refused():
    def data(names, numbers):
        made = heron.data.Dataset.from_arrays(X[: len(numbers)], np.array(numbers)).batch(2)
        return made._with(class_names=names)

    model = classifier()
    train, test = data(["bird", "cat", "dog"], [0, 1, 2]), data(["cat", "dog"], [0, 1])
    said = (
        r"data number their classes otherwise than the model: 'cat' is number 0 in the data and number 1 in the model"
    )
    with pytest.raises(DataError, match=f"The validation {said}"):
        model.fit(train, validation_data=test, verbose=0)
    model.fit(train, validation_data=data(["bird", "cat"], [0, 1]), verbose=0)
    for use in (model.evaluate, model.fit):
        with pytest.raises(DataError, match=f"The {said}.*\n.*class_names=\\['bird', 'cat', 'dog'\\]"):
            use(test, verbose=0)
    with pytest.raises(DataError, match="'fish' is number 2 in the data and unknown to the model"):
        model.evaluate(data(["bird", "cat", "fish"], [0, 1, 2]), verbose=0)
    with pytest.warns(heron.errors.HeronNote, match=r"If map has renumbered them, all is well"):
        model.evaluate(test.map(lambda x, y: (x, y + 1)), verbose=0)
    model.evaluate(data(["Vogel", "Katze"], [0, 1]), verbose=0)
    assert model.predict(test.map(lambda x, y: x), verbose=0).shape == (2, 3)
