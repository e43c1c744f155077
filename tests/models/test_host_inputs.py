"""Models whose inputs are text: numbered on the host, trained in one program."""

from __future__ import annotations

import numpy as np
import pytest

import heron
from heron import layers, saving
from heron.errors import ArgumentError, ArgumentTypeError, DataError

TEXTS = ["the cat sat", "a dog ran", "the dog sat", "cats run"] * 2
LABELS = np.array([0, 1, 0, 1] * 2)


def vectorizer():
    layer = layers.TextVectorization(output_sequence_length=4)
    layer.adapt(TEXTS)
    return layer


def rest(size):
    return [
        layers.Embedding(size, 3, mask_zero=True),
        layers.GlobalAveragePooling1D(),
        layers.Dense(1, activation="sigmoid"),
    ]


def pair():
    """A model on text, and one of the same layers on the numbers behind it."""
    vectorize = vectorizer()
    parts = rest(vectorize.vocabulary_size())
    inputs = heron.Input((1,), dtype="string", name="text")
    x = vectorize(inputs)
    for layer in parts:
        x = layer(x)
    return heron.Model(inputs, x), heron.Sequential([heron.Input((4,), dtype="int32"), *parts]), vectorize


def test_training_on_text_is_training_on_its_numbers():
    model, _, _ = pair()
    _, plain, vectorize = pair()
    plain.set_weights(model.get_weights())
    numbers = np.asarray(vectorize(TEXTS))
    found = []
    for one, x in ((model, TEXTS), (plain, numbers)):
        one.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
        options = {"epochs": 2, "batch_size": 3, "verbose": 0, "shuffle": False, "validation_data": (x, LABELS)}
        history = one.fit(x, LABELS, **options).history
        found.append([history, one.evaluate(x, LABELS, verbose=0), one.predict(x).tolist(), one.get_weights()])
    assert found[0][:3] == found[1][:3]
    for a, b in zip(found[0][3], found[1][3], strict=True):
        np.testing.assert_array_equal(a, b)


def test_every_form_of_text_gives_the_same():
    model, plain, vectorize = pair()
    expected = plain.predict(np.asarray(vectorize(TEXTS)))
    column = np.array(TEXTS)[:, None]
    for x in (TEXTS, column, column[:, 0], column.astype(object), np.char.encode(column), {"text": column}, [column]):
        np.testing.assert_array_equal(model.predict(x), expected)
    np.testing.assert_allclose(np.asarray(model(TEXTS)), expected, rtol=1e-6)
    np.testing.assert_array_equal(model.predict_on_batch(TEXTS), expected)
    np.testing.assert_array_equal(model.predict("the cat sat"), expected[:1])


def test_batches_of_text_train_and_a_stack_draws_itself():
    vectorize = vectorizer()
    model = heron.Sequential([vectorize, *rest(vectorize.vocabulary_size())])
    model.compile("sgd", "binary_crossentropy")
    batches = [(np.array(TEXTS[i : i + 4]), LABELS[i : i + 4]) for i in (0, 4)]
    assert np.isfinite(model.fit(iter(batches), verbose=0).history["loss"]).all()
    assert model.inputs[0].dtype == "string"
    assert np.isfinite(model.train_on_batch(TEXTS, LABELS))


def test_a_model_on_text_is_saved(tmp_path):
    vectorize = vectorizer()
    stack = heron.Sequential([heron.Input((1,), dtype="string"), vectorize, *rest(vectorize.vocabulary_size())])
    for number, model in enumerate((pair()[0], stack)):
        model.save(path := str(tmp_path / f"{number}.keras"))
        np.testing.assert_array_equal(saving.load_model(path).predict(TEXTS), model.predict(TEXTS))


def test_text_and_numbers_and_a_model_inside():
    color, size = heron.Input((1,), dtype="string", name="color"), heron.Input((2,), name="size")
    lookup = layers.StringLookup(vocabulary=["red", "blue"], output_mode="one_hot")
    numbered = heron.Model(color, lookup(color))
    both = layers.Concatenate()([numbered(color), size, layers.Hashing(3, output_mode="one_hot")(color)])
    model = heron.Model([color, size], both)
    data = {"color": np.array(["blue", "green"]), "size": np.array([[1.0, 2.0], [3.0, 4.0]])}
    found = model.predict(data)
    assert found[:, :5].tolist() == [[0, 0, 1, 1, 2], [1, 0, 0, 3, 4]]
    assert found[:, 5:].sum(1).tolist() == [1, 1]
    np.testing.assert_array_equal(model.predict([data["color"], data["size"]]), found)


@pytest.mark.parametrize(("mode", "size"), [("int", 1), ("one_hot", 3), ("multi_hot", 3), ("count", 3)])
def test_drawn_shapes_are_those_that_come(mode, size):
    inputs = heron.Input((1,), dtype="string")
    for layer in (layers.StringLookup(vocabulary=["a", "b"], output_mode=mode), layers.Hashing(3, output_mode=mode)):
        drawn, made = layer(inputs), layer(np.array([["a"], ["z"]]))
        assert (drawn.shape, drawn.dtype) == ((None, size), made.dtype.name)
        assert made.shape == (2, size)
    assert set(layers.TextVectorization(output_mode=mode)(inputs).shape) == {None}


def mixed(text, numbers):
    crossed = layers.HashedCrossing(3)([text, layers.Flatten()(numbers)])
    return heron.Model([text, numbers], crossed)


def trained_inside(text, numbers):
    return heron.Model(text, pair()[0](text))


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda text, numbers: layers.Dense(1)(text), ArgumentTypeError, "holds text, with which nothing can be"),
        (lambda text, numbers: text + 1, ArgumentTypeError, "Number it first: heron.layers.TextVectorization"),
        (lambda text, numbers: layers.StringLookup()(numbers), ArgumentTypeError, "Start the model with heron.Input"),
        (lambda text, numbers: layers.IntegerLookup()(text), ArgumentTypeError, "which stands for text"),
        (lambda text, numbers: heron.Model(text, text), ArgumentError, "is text; expected numbers"),
        (mixed, ArgumentError, "takes text together with numbers that the model computes"),
        (lambda text, numbers: heron.Sequential([pair()[0]]), ArgumentError, "takes text and has weights to train"),
        (trained_inside, ArgumentError, "takes text and has weights to train"),
        (lambda text, numbers: pair()[0].predict([1.0, 2.0]), ArgumentTypeError, "takes text; received 1.0"),
    ],
)
def test_what_is_refused(call, error, said):
    with pytest.raises(error, match=said):
        call(heron.Input((1,), dtype="string"), heron.Input((1,), dtype="int32"))


@pytest.mark.parametrize(
    ("data", "error", "said"),
    [
        (
            {"word": ["a"], "size": ["b"]},
            ArgumentTypeError,
            "the input 'size' takes numbers; received text, such as 'b'",
        ),
        ({"word": ["a", "b"], "size": [1.0]}, DataError, "different numbers of samples: 'word' has 2, 'size' has 1"),
    ],
)
def test_what_does_not_fit_the_inputs_is_named_by_their_names(data, error, said):
    word, size = heron.Input((1,), dtype="string", name="word"), heron.Input((1,), name="size")
    known = layers.StringLookup(vocabulary=["a"], output_mode="one_hot")(word)
    model = heron.Model([word, size], layers.Concatenate()([known, size]))
    with pytest.raises(error, match=said):
        model.predict(data)
