"""What Keras 1 and 2 had: its names, notes and what they do; Keras's own old code is the oracle where it is left."""

from __future__ import annotations

import numpy as np
import pytest
from keras.src.legacy.preprocessing import sequence as their_sequence
from keras.src.legacy.preprocessing import text as their_text
from PIL import Image

import heron
from heron.compat.old import image, sequence, text
from heron.errors import HeronNote
from tests.compat.conftest import heard

TEXTS = ["The heron stands, still.", "the river and the sky; the heron!", "A sky of its own\tthe"]
UNSEEN = ["the blue river", "nothing known"]


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"num_words": 4},
        {"oov_token": "?"},
        {"oov_token": "?", "num_words": 4},
        {"char_level": True},
        {"lower": False},
    ],
    ids=str,
)
def test_the_tokenizer_is_that_of_keras(arguments):
    ours, theirs = text.Tokenizer(**arguments), their_text.Tokenizer(**arguments)
    for one in (ours, theirs):
        one.fit_on_texts(TEXTS)
    assert ours.word_index == theirs.word_index
    assert ours.index_word == theirs.index_word
    assert dict(ours.word_counts) == dict(theirs.word_counts)
    assert dict(ours.index_docs) == dict(theirs.index_docs)
    numbers = ours.texts_to_sequences(TEXTS + UNSEEN)
    assert numbers == theirs.texts_to_sequences(TEXTS + UNSEEN)
    assert ours.sequences_to_texts(numbers) == theirs.sequences_to_texts(numbers)
    for mode in ("binary", "count", "freq", "tfidf"):
        np.testing.assert_allclose(ours.texts_to_matrix(TEXTS, mode), theirs.texts_to_matrix(TEXTS, mode))
    again = text.tokenizer_from_json(ours.to_json())
    assert again.texts_to_sequences(UNSEEN) == ours.texts_to_sequences(UNSEEN)
    ours.fit_on_sequences([[1, 1, 2]])
    assert ours.index_docs[1] == theirs.index_docs[1] + 1


def test_words_and_hashes():
    assert text.text_to_word_sequence(TEXTS[1]) == their_text.text_to_word_sequence(TEXTS[1])
    assert text.hashing_trick(TEXTS[1], 50, "md5") == their_text.hashing_trick(TEXTS[1], 50, "md5")
    assert text.one_hot("a b a", 20)[0] == text.one_hot("a b a", 20)[2]


@pytest.mark.parametrize(
    "arguments",
    [{}, {"sampling_rate": 2}, {"stride": 3}, {"reverse": True}, {"start_index": 4, "end_index": 15}],
    ids=str,
)
def test_windows_over_a_series_are_those_of_keras(arguments):
    data, targets = np.arange(40).reshape(20, 2), np.arange(20)
    ours = sequence.TimeseriesGenerator(data, targets, length=4, batch_size=3, **arguments)
    theirs = their_sequence.TimeseriesGenerator(data, targets, length=4, batch_size=3, **arguments)
    assert len(ours) == len(theirs)
    for i in range(len(ours)):
        for a, b in zip(ours[i], theirs[i], strict=True):
            np.testing.assert_array_equal(a, b)
    drawn = sequence.TimeseriesGenerator(data, targets, length=4, batch_size=5, shuffle=True)[0]
    assert (drawn[0][:, -1, 0] // 2 + 1 == drawn[1]).all()


def test_pairs_of_words():
    np.testing.assert_allclose(sequence.make_sampling_table(50), their_sequence.make_sampling_table(50))
    couples, labels = sequence.skipgrams([1, 2, 0, 3], 5, window_size=1, negative_samples=0.0, shuffle=False)
    assert couples == [[1, 2], [2, 1]]
    assert labels == [1, 1]
    couples, labels = sequence.skipgrams([1, 2, 3, 4], 9, window_size=2, seed=3, categorical=True)
    assert len(couples) == 2 * labels.count([0, 1])


# ---- pictures ------------------------------------------------------------------------------------------------------

PICTURES = np.random.default_rng(0).integers(0, 256, (6, 8, 10, 3)).astype("uint8")


def test_pictures_in_memory_come_in_batches():
    maker = image.ImageDataGenerator(rescale=1 / 255, validation_split=0.5)
    flow = maker.flow(PICTURES, np.arange(6), batch_size=4, shuffle=False)
    assert (len(flow), flow.n, flow.samples) == (2, 6, 6)
    x, y = flow[1]
    np.testing.assert_allclose(x, PICTURES[4:] / np.float32(255), rtol=1e-6)
    assert y.tolist() == [4, 5]
    assert [len(next(flow)[1]) for _ in range(3)] == [4, 2, 4]  # without end
    assert maker.flow(PICTURES, subset="validation").n == 3
    weighted = maker.flow(PICTURES, np.arange(6), sample_weight=np.ones(6), batch_size=6)
    assert len(weighted[0]) == 3
    with pytest.raises(IndexError, match=r"There are 2 batches, 0 to 1; received 2\."):
        flow[2]


def test_pictures_are_changed_by_chance():
    one = PICTURES[0].astype("float32")
    assert np.array_equal(image.ImageDataGenerator().random_transform(one), one)
    flipped = {image.ImageDataGenerator(horizontal_flip=True).random_transform(one, seed=s)[0, 0, 0] for s in range(9)}
    assert flipped == {one[0, 0, 0], one[0, -1, 0]}
    moved = image.ImageDataGenerator(height_shift_range=[2], fill_mode="constant", cval=7.0)
    shifted = {tuple(moved.random_transform(one, seed=s)[:, 0, 0].astype(int)) for s in range(9)}
    column = one[:, 0, 0].astype(int)
    assert shifted == {(*column[2:], 7, 7), (7, 7, *column[:-2])}
    turned = image.ImageDataGenerator(rotation_range=90, zoom_range=0.2, shear_range=20).random_transform(one)
    assert turned.shape == one.shape
    assert turned.min() >= 0
    assert turned.max() <= 255
    wrapped = image.ImageDataGenerator(width_shift_range=[3], fill_mode="wrap", interpolation_order=0)
    assert {tuple(wrapped.random_transform(one, seed=s)[0, :, 0]) for s in range(9)} == {
        tuple(np.roll(one[0, :, 0], 3)),
        tuple(np.roll(one[0, :, 0], -3)),
    }
    mirrored = image.ImageDataGenerator(width_shift_range=[2], fill_mode="reflect").random_transform(one, seed=0)
    assert set(mirrored[0, :, 0]) <= set(one[0, :, 0])
    bright = image.ImageDataGenerator(brightness_range=(0.5, 0.5)).random_transform(one)
    np.testing.assert_allclose(bright, one / 2)
    assert image.ImageDataGenerator(channel_shift_range=20.0).random_transform(one).max() <= one.max()


def test_pictures_are_standardized():
    maker = image.ImageDataGenerator(featurewise_center=True, featurewise_std_normalization=True)
    with pytest.raises(ValueError, match=r"does not know the mean of the pictures yet. Call generator.fit\(x_train\)"):
        maker.standardize(PICTURES[0].astype("float32"))
    maker.fit(PICTURES)
    x = next(maker.flow(PICTURES, batch_size=6))
    np.testing.assert_allclose(x.mean((0, 1, 2)), 0, atol=1e-4)
    np.testing.assert_allclose(x.std((0, 1, 2)), 1, atol=1e-3)
    own = image.ImageDataGenerator(
        samplewise_center=True, samplewise_std_normalization=True, preprocessing_function=abs
    )
    assert abs(own.standardize(PICTURES[0].astype("float32")).std() - 1) < 1e-4


@pytest.fixture
def folders(tmp_path):
    for name, count in (("cats", 3), ("dogs", 2)):
        (tmp_path / name).mkdir()
        for i in range(count):
            Image.fromarray(PICTURES[i]).save(tmp_path / name / f"{i}.png")
    return tmp_path


@pytest.mark.parametrize(
    ("mode", "labels"),
    [
        ("categorical", [[1, 0], [1, 0], [1, 0], [0, 1], [0, 1]]),
        ("binary", [0, 0, 0, 1, 1]),
        ("sparse", [0, 0, 0, 1, 1]),
        (None, None),
    ],
)
def test_pictures_in_folders(mode, labels, folders, capsys):
    flow = image.ImageDataGenerator().flow_from_directory(
        folders, target_size=(8, 10), class_mode=mode, batch_size=5, shuffle=False
    )
    assert capsys.readouterr().out == "Found 5 images belonging to 2 classes.\n"
    assert flow.class_indices == {"cats": 0, "dogs": 1}
    assert flow.filenames[3] == "dogs/0.png"
    assert flow.classes.tolist() == [0, 0, 0, 1, 1]
    batch = flow[0]
    x = batch if mode is None else batch[0]
    np.testing.assert_array_equal(x, PICTURES[[0, 1, 2, 0, 1]].astype("float32"))
    if mode is not None:
        assert batch[1].tolist() == labels


def test_pictures_of_a_table(folders, capsys):
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame({"filename": ["cats/0.png", "dogs/1.png"], "class": ["cat", "dog"]})
    flow = image.ImageDataGenerator().flow_from_dataframe(table, folders, target_size=(4, 4), shuffle=False)
    assert flow[0][1].tolist() == [[1, 0], [0, 1]]
    pair = image.ImageDataGenerator().flow_from_dataframe(table, folders, target_size=(4, 4), class_mode="input")
    assert np.array_equal(*pair[0])
    with pytest.raises(ValueError, match="class_mode must be one of 'categorical'"):
        image.ImageDataGenerator().flow_from_directory(folders, class_mode="one_hot")
    with pytest.raises(ValueError, match="no pictures in the folders"):
        image.ImageDataGenerator().flow_from_directory(folders / "cats")
    with pytest.raises(ValueError, match="subset must be 'training' or 'validation'; received 'test'"):
        image.ImageDataGenerator().flow(PICTURES, subset="test")


# ---- old names -----------------------------------------------------------------------------------------------------

# What is written, what comes out (as a function of heron's module), and the note.
SPELLINGS = {
    "keras.layers.Convolution2D(4, 3, 3, border_mode='same')": (
        lambda made: (type(made) is heron.layers.Conv2D, made.kernel_size, made.padding) == (True, (3, 3), "same"),
        "Convolution2D(..., 3, 3) is now Conv2D(..., (3, 3)); taken as that.",
    ),
    "keras.layers.Convolution2D(nb_filter=4, nb_row=3, nb_col=5)": (
        lambda made: made.kernel_size == (3, 5) and made.filters == 4,
        "Convolution2D(..., 3, 5) is now Conv2D(..., (3, 5)); taken as that.",
    ),
    "keras.layers.Convolution1D(4, 3)": (
        lambda made: made.kernel_size == (3,),
        "keras.layers.Convolution1D is now keras.layers.Conv1D; taken as that.",
    ),
    "keras.layers.CuDNNLSTM(4)": (lambda made: type(made) is heron.layers.LSTM, "keras.layers.CuDNNLSTM is now LSTM"),
    "keras.layers.ThresholdedReLU(theta=2.0)": (
        lambda made: float(made([3.0])[0]) == 3 and float(made([1.0])[0]) == 0,
        "keras.layers.ThresholdedReLU is now ReLU(threshold=...)",
    ),
    "keras.layers.merge([[[1.0]], [[2.0]]], mode='concat')": (
        lambda made: np.asarray(made).tolist() == [[1, 2]],
        "keras.layers.merge is now concatenate([a, b]), add([a, b]), ...",
    ),
    "keras.layers.merge([[[1.0]], [[2.0]]], mode='sum')": (
        lambda made: float(made[0, 0]) == 3,
        "keras.layers.merge is now",
    ),
    "keras.optimizers.SGD(lr=0.5)": (
        lambda made: abs(float(made.learning_rate) - 0.5) < 1e-6,
        "SGD(lr=...) is now learning_rate=...; taken as that.",
    ),
    "keras.optimizers.Adam(0.1, decay=0.5)": (
        lambda made: abs(float(made.learning_rate) - 0.1) < 1e-6 and type(made) is heron.optimizers.Adam,
        "Adam(decay=0.5) is now Adam(learning_rate=keras.optimizers.schedules.InverseTimeDecay(0.1, 1, 0.5))",
    ),
    "keras.optimizers.RMSprop(decay=0.5)": (
        lambda made: abs(float(made.learning_rate) - 0.001) < 1e-6,
        "RMSprop(decay=0.5)",
    ),
    "keras.constraints.maxnorm(3)": (
        lambda made: type(made) is heron.constraints.MaxNorm,
        "keras.constraints.maxnorm is",
    ),
    "keras.utils.np_utils.to_categorical([1], 2)": (
        lambda made: made.tolist() == [[0, 1]],
        "keras.utils.np_utils is now keras.utils; taken as that.",
    ),
    "keras.utils.probas_to_classes([[0.1, 0.9]])": (
        lambda made: made.tolist() == [1],
        "keras.utils.probas_to_classes is",
    ),
    "keras.objectives.mse([1.0], [3.0])": (lambda made: float(made) == 4, "keras.objectives is now keras.losses"),
    "keras.backend.dot([[1.0]], [[2.0]])": (
        lambda made: float(made[0, 0]) == 2,
        "keras.backend.dot is now keras.ops.matmul",
    ),
    "keras.backend.batch_dot(heron.ops.ones((2, 3)), heron.ops.ones((2, 3)), axes=1)": (
        lambda made: made.tolist() == [[3], [3]],
        "keras.backend.batch_dot is now",
    ),
    "keras.backend.batch_flatten(heron.ops.ones((2, 3, 4)))": (
        lambda made: made.shape == (2, 12),
        "batch_flatten is now",
    ),
    "keras.backend.constant(2.0, shape=(2,))": (lambda made: made.tolist() == [2, 2], "keras.backend.constant is now"),
    "keras.backend.count_params(heron.ops.ones((2, 3)))": (lambda made: made == 6, "keras.backend.count_params is now"),
    "keras.backend.dtype(heron.ops.ones(2))": (lambda made: made == "float32", "keras.backend.dtype is now x.dtype"),
    "keras.backend.eval(heron.ops.ones(2))": (lambda made: type(made) is np.ndarray, "keras.backend.eval is now"),
    "keras.backend.flatten([[1, 2]])": (
        lambda made: made.shape == (2,),
        "keras.backend.flatten is now keras.ops.ravel",
    ),
    "keras.backend.gather([5, 6], [1])": (lambda made: made.tolist() == [6], "keras.backend.gather is now"),
    "keras.backend.get_value(heron.Variable(2.0))": (lambda made: made == 2.0, "keras.backend.get_value is now"),
    "keras.backend.int_shape(heron.Input((2,)))": (
        lambda made: made == (None, 2),
        "keras.backend.int_shape is now x.shape",
    ),
    "keras.backend.is_nan([np.nan])": (lambda made: bool(made[0]), "keras.backend.is_nan is now keras.ops.isnan"),
    "keras.backend.l2_normalize([3.0, 4.0])": (lambda made: np.allclose(made, [0.6, 0.8]), "l2_normalize is now"),
    "keras.backend.ndim(heron.ops.ones((2, 3)))": (lambda made: made == 2, "keras.backend.ndim is now"),
    "keras.backend.permute_dimensions(heron.ops.ones((2, 3)), (1, 0))": (
        lambda made: made.shape == (3, 2),
        "permute_dim",
    ),
    "keras.backend.pow([2.0], 3)": (lambda made: float(made[0]) == 8, "keras.backend.pow is now keras.ops.power"),
    "keras.backend.random_uniform((2, 3))": (lambda made: made.shape == (2, 3), "is now keras.random.uniform"),
    "keras.backend.random_normal((2, 3))": (lambda made: made.shape == (2, 3), "is now keras.random.normal"),
    "keras.backend.truncated_normal((2, 3))": (
        lambda made: abs(made).max() <= 2,
        "is now keras.random.truncated_normal",
    ),
    "keras.backend.repeat(heron.ops.ones((2, 3)), 4)": (
        lambda made: made.shape == (2, 4, 3),
        "keras.backend.repeat is now",
    ),
    "keras.backend.repeat_elements([1, 2], 2, 0)": (
        lambda made: made.tolist() == [1, 1, 2, 2],
        "repeat_elements is now",
    ),
    "keras.backend.shape(heron.ops.ones((2, 3)))": (lambda made: tuple(made) == (2, 3), "keras.backend.shape is now"),
    "keras.backend.switch(True, [1.0], lambda: [2.0])": (
        lambda made: float(made[0]) == 1,
        "keras.backend.switch is now",
    ),
    "keras.backend.variable([1.0, 2.0])": (lambda made: made.numpy().tolist() == [1, 2], "is now keras.Variable"),
    "keras.backend.zeros((2,))": (
        lambda made: made.numpy().tolist() == [0, 0],
        "keras.backend.zeros is now keras.ops.zeros",
    ),
    "keras.backend.ones((2,))": (
        lambda made: made.numpy().tolist() == [1, 1],
        "keras.backend.ones is now keras.ops.ones",
    ),
    "keras.backend.clip([3.0], 0, 1)": (lambda made: float(made[0]) == 1, "keras.backend.clip is now keras.ops.clip"),
    "keras.backend.image_dim_ordering()": (lambda made: made == "tf", "is now keras.config.image_data_format()"),
    "keras.backend.identity(3)": (lambda made: made == 3, "keras.backend.identity is now the tensor itself"),
    "keras.backend.get_variable_shape(heron.Variable([1.0]))": (lambda made: made == (1,), "is now variable.shape"),
}


@pytest.mark.parametrize("written", SPELLINGS)
def test_old_spellings_work_with_one_note(written, installed):
    import keras

    holds, note = SPELLINGS[written]
    with heard() as notes:
        made = eval(written, {"keras": keras, "heron": heron, "np": np})
    assert holds(made)
    assert len([text for text in notes if note in text]) == 1, notes


def test_old_classes_may_be_asked_for_and_subclassed(installed):
    import keras

    assert isinstance(keras.optimizers.Adam(), keras.optimizers.Adam)
    assert not isinstance(keras.optimizers.SGD(), keras.optimizers.Adam)
    assert issubclass(keras.optimizers.Adam, keras.optimizers.Optimizer)

    class Mine(keras.optimizers.SGD):
        pass

    assert type(Mine(0.5)) is Mine
    with heard() as notes:
        merge = keras.layers.merge
    assert len(notes) == 1
    with pytest.raises(ValueError, match=r"merge\(mode='cos'\) is not among what heron runs; expected one of sum, mul"):
        merge([], mode="cos")


def test_values_of_variables_and_functions_of_models(installed):
    from keras import backend as K

    v = heron.Variable([1.0])
    with heard() as notes:
        K.set_value(v, [4.0])
        K.batch_set_value([(v, [5.0])])
        assert K.batch_get_value([v])[0].tolist() == [5.0]
        model = heron.Sequential([heron.Input((2,)), heron.layers.Dense(3, name="first"), heron.layers.Dense(1)])
        part = K.function([model.input], [model.get_layer("first").output])
        assert part([np.ones((4, 2))])[0].shape == (4, 3)
        with pytest.raises(ValueError, match=r"keras.backend.function\(updates=...\) is not among what heron runs"):
            K.function([model.input], [model.output], updates=[1])
    assert len(notes) == 4


def test_methods_of_models_in_keras_2(installed):
    model = heron.Sequential([heron.Input((2,)), heron.layers.Dense(3, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    x, y = np.ones((8, 2)), np.zeros(8)
    batches = [(x, y)] * 4
    with heard() as notes:
        history = model.fit_generator(iter(batches), 2, 2, verbose=0)
        assert len(history.history["loss"]) == 2
        assert np.isfinite(model.evaluate_generator(iter(batches), steps=1, verbose=0))
        assert model.predict_generator(iter([(x, y)]), 1, verbose=0).shape == (8, 3)
        assert model.predict_proba(x).shape == (8, 3)
        assert model.predict_classes(x).shape == (8,)
    assert [text.partition(" is now ")[0] for text in notes] == [
        "fit_generator()",
        "evaluate_generator()",
        "predict_generator()",
        "predict_proba()",
        "predict_classes(x)",
    ]


def test_estimators(installed):
    pytest.importorskip("sklearn")
    from sklearn.base import clone
    from sklearn.model_selection import GridSearchCV

    with heard() as notes:
        from keras.wrappers.scikit_learn import KerasClassifier, KerasRegressor

        def build(units=1, loss="binary_crossentropy"):
            model = heron.Sequential(
                [heron.Input((2,)), heron.layers.Dense(units, "softmax" if units > 1 else "sigmoid")]
            )
            model.compile("sgd", loss)
            return model

        x = np.random.default_rng(0).normal(size=(12, 2))
        names = np.where(x[:, 0] > 0, "yes", "no")
        binary = KerasClassifier(build_fn=build, epochs=1, verbose=0)
        search = GridSearchCV(binary, {"epochs": [1, 2]}, cv=2).fit(x, names)
        assert set(search.predict(x)) <= {"yes", "no"}
        assert search.predict_proba(x).shape == (12, 2)
        assert clone(binary).get_params() == binary.get_params()
        several = KerasClassifier(build, units=3, loss="categorical_crossentropy", nb_epoch=1, verbose=0)
        with pytest.warns(HeronNote, match="nb_epoch"):
            several.fit(x, np.arange(12) % 3)
        assert several.predict_proba(x).shape == (12, 3)
        numbers = KerasRegressor(build_fn=build, loss="mse", epochs=1, verbose=0)
        numbers.fit(x, x[:, 0])
        assert numbers.predict(x).shape == (12,)
        assert numbers.score(x, x[:, 0]) < 0
    assert notes == [
        f"keras.wrappers.scikit_learn.Keras{kind} is now keras.wrappers.SKLearn{kind}; taken as that."
        for kind in ("Classifier", "Regressor")
    ]


def test_the_learning_rate_under_its_old_name(installed):
    import keras

    optimizer = keras.optimizers.Adam(0.5)
    with heard() as notes:
        assert keras.backend.get_value(optimizer.lr) == 0.5
        keras.backend.set_value(optimizer.lr, 0.25)
        optimizer.lr = optimizer.lr * 0.5
    assert float(optimizer.learning_rate) == 0.125
    assert notes.count("optimizer.lr is now optimizer.learning_rate; taken as that.") == 1
    with heard() as notes:
        assert keras.layers.experimental.preprocessing.Rescaling is heron.layers.Rescaling
    assert notes == ["keras.layers.experimental.preprocessing is now keras.layers; taken as that."]
