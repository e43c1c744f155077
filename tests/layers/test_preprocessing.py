"""Words, categories and sound as numbers. What Keras computes with TensorFlow stands here as what it must give."""

from __future__ import annotations

import inspect
import json

import jax
import keras
import numpy as np
import pytest

import heron
from heron import layers
from heron.errors import ArgumentError, ArgumentTypeError, DataError, NotBuiltError, ShapeError
from heron.layers.preprocessing.fingerprint import buckets_of_integers, hash_texts
from heron.layers.preprocessing.index_lookup import IndexLookup
from tests.oracle import QUICK, array, assert_same_as_keras, ids

WORDS = ["a", "b", "c", "d"]
ROWS = [["a", "c", "d"], ["d", "z", "b"]]
SENTENCES = ["The cat, sat.", "the\u00a0dog ÄB SAT sat"]  # a no-break space cuts no words


def quick(function, *args):
    return jax.jit(function, compiler_options=QUICK)(*args)


# ---- against Keras ----


@pytest.mark.parametrize("mode", ["one_hot", "multi_hot", "count"])
@pytest.mark.parametrize("shape", [(5,), (4, 1), (4, 3), (2, 3, 2)])
def test_categories_are_encoded_as_by_keras(mode, shape):
    x = ids(*shape, below=6)
    ours, theirs = (api.layers.CategoryEncoding(6, mode) for api in (heron, keras))
    expected = np.asarray(theirs(x))
    for found in (ours(x), quick(ours, x)):
        np.testing.assert_array_equal(found, expected)
    assert ours(heron.KerasTensor((None, *shape[1:]), "int32")).shape[1:] == expected.shape[1:]


def test_counts_may_be_weighted():
    x, weights = ids(4, 3, below=5), array(4, 3)
    ours, theirs = (api.layers.CategoryEncoding(5, "count") for api in (heron, keras))
    np.testing.assert_allclose(ours(x, count_weights=weights), theirs(x, count_weights=weights), rtol=1e-6)
    np.testing.assert_allclose(quick(lambda x: ours(x, count_weights=weights), x), ours(x, count_weights=weights))


@pytest.mark.parametrize("mode", ["int", "one_hot", "multi_hot", "count"])
def test_ranges_are_those_of_keras(mode):
    x = array(4, 3)
    ours, theirs = (api.layers.Discretization([-1.0, 0.0, 0.5], output_mode=mode) for api in (heron, keras))
    np.testing.assert_array_equal(ours(x), theirs(x))
    assert ours(x).dtype == theirs(x).dtype
    np.testing.assert_array_equal(quick(ours, x), ours(x))


def test_ranges_are_found_as_by_keras_also_batch_by_batch():
    x = np.random.default_rng(1).normal(size=(1000, 2)).astype("float32")
    for parts in ([x], [x[:300], x[300:]], [x[:10], x[10:500], x[500:]]):
        ours, theirs = (api.layers.Discretization(num_bins=7, epsilon=0.02) for api in (heron, keras))
        ours.adapt(iter(parts) if len(parts) > 1 else x)
        for part in parts:  # its adapt() needs TensorFlow
            theirs.update_state(part)
        theirs.finalize_state()
        np.testing.assert_allclose(ours.bin_boundaries, theirs.bin_boundaries, rtol=1e-6)
    twin = layers.Discretization.from_config(json.loads(json.dumps(ours.get_config())))
    assert twin.get_config() == ours.get_config()
    ours.adapt([1.0, 2.0, 3.0, 4.0])
    assert max(ours.bin_boundaries) <= 4


@pytest.mark.parametrize("bins", [1, 5])
@pytest.mark.parametrize("data", [np.ones(9), np.r_[np.zeros(90), np.arange(10.0)]], ids=["equal", "mostly equal"])
def test_ranges_found_in_equal_numbers_are_loaded_again(data, bins, tmp_path):
    ranges = layers.Discretization(num_bins=bins)
    ranges.adapt(data)
    model = heron.Sequential([heron.Input((1,)), ranges])
    model.save(tmp_path / "ranges.keras")
    twin = heron.models.load_model(tmp_path / "ranges.keras").layers[-1]
    assert twin.bin_boundaries == ranges.bin_boundaries
    np.testing.assert_array_equal(twin(data), ranges(data))


def test_large_numbers_are_told_apart():
    seconds = np.array([1_699_999_999, 1_700_000_000, 1_700_000_001])
    ranges = layers.Discretization([1_700_000_000.0, 1_700_000_001.0])
    for given in (seconds, seconds.astype("float64"), seconds.tolist(), seconds.astype("int32")):
        np.testing.assert_array_equal(ranges(given), [0, 1, 2])
    np.testing.assert_array_equal(quick(ranges, seconds.astype("int32")), [0, 1, 2])
    np.testing.assert_array_equal(layers.Discretization([3e9, 4e9])(np.array([2**31 + 5, 3_500_000_000])), [0, 1])
    np.testing.assert_array_equal(layers.Discretization([0.1, 0.7])(np.array([0.1, 0.7], "float32")), [1, 2])


@pytest.mark.parametrize(
    ("mode", "kwargs"),
    [
        ("log", {}),
        ("psd", {"padding": "same", "expand_dims": True, "fft_length": 16}),
        ("stft", {"data_format": "channels_first", "scaling": "spectrum"}),
        ("real", {"data_format": "channels_first", "expand_dims": True, "window": None}),
    ],
)
def test_spectrograms_are_those_of_keras(mode, kwargs):
    kwargs = {"mode": mode, "frame_length": 8, "frame_step": 3, **kwargs}
    ours, theirs = (api.layers.STFTSpectrogram(**kwargs) for api in (heron, keras))
    assert_same_as_keras(ours, theirs, array(2, 14, 14), atol=1e-4)


@pytest.mark.parametrize("kwargs", [{}, {"power_to_db": False, "mag_exp": 1.0, "window": "hamming"}])
def test_mel_spectrograms_are_those_of_keras(kwargs):
    kwargs = {"fft_length": 32, "sequence_stride": 8, "sequence_length": 20, "num_mel_bins": 5, **kwargs}
    x = array(2, 64)
    ours, theirs = (quick(api.layers.MelSpectrogram(sampling_rate=1000, **kwargs), x) for api in (heron, keras))
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)


# ---- hashes ----

HASHES = {  # of FarmHash, and of SipHash under the key (133, 137), modulo 2 ** 62
    "": (1936946117179621455, 316627932347062996),
    "ab": (3066228220894225694, 3814769135020288330),
    "hello": (3786372426573024488, 1067426241479190957),
    "sixteen chars ab": (3329364169701187574, 4030776250990120333),
    "x" * 32: (3678204687145032709, 814092544179586341),
    "z" * 64: (294799756062990872, 3484376427546784575),
    "w" * 65: (3272011567211491968, 2877200667339158543),
    "u" * 200: (2936433037223361089, 308140983563212580),
    "äöü": (1369468762253336450, 177505435353916045),
}


@pytest.mark.parametrize("salt", [None, (133, 137)])
def test_hashes_are_those_of_keras(salt):
    found = hash_texts(list(HASHES), salt) % np.uint64(2**62)
    assert found.tolist() == [pair[salt is not None] for pair in HASHES.values()]


def test_numbers_are_hashed_alike_inside_a_program():
    x = np.array([[0, 7, -17], [99999, 2147483647, -2147483648]], "int32")
    assert layers.Hashing(1000)(x[0, ::2]).tolist() == [735, 845]
    for salt in (None, [5, 6]):
        expected = hash_texts([str(i) for i in x.flat], salt) % np.uint64(1000)
        found = quick(lambda x: buckets_of_integers(x, 1000, salt), x)  # noqa: B023
        assert np.asarray(found).reshape(-1).tolist() == expected.tolist()


def test_text_is_hashed_as_by_keras():
    letters = [["A"], ["B"], ["C"], ["D"], ["E"]]
    for salt, expected in ((None, [1, 0, 1, 1, 2]), ((133, 137), [1, 2, 1, 0, 2]), (133, [0, 0, 2, 1, 0])):
        assert np.asarray(layers.Hashing(3, salt=salt)(letters)).reshape(-1).tolist() == expected
    masked = layers.Hashing(3, mask_value="")(np.array([["A"], ["B"], [""], ["C"], ["D"]]))
    assert np.asarray(masked).reshape(-1).tolist() == [1, 1, 0, 2, 2]
    assert layers.Hashing(4, output_mode="one_hot")([[1], [2]]).tolist() == [[0, 1, 0, 0], [0, 0, 0, 1]]
    assert layers.Hashing(4, output_mode="count")([[1, 2], [2, 2]]).tolist() == [[0, 1, 0, 1], [0, 0, 0, 2]]


def test_features_are_crossed_as_by_keras():
    cross, numbers = layers.HashedCrossing(1000), [np.array([1, 2, -3]), np.array([4, 5, 6])]
    assert cross(numbers).tolist() == [725, 438, 156]
    assert quick(lambda a, b: cross([a, b]), *numbers).tolist() == [725, 438, 156]
    assert cross([[1, 2], ["x", "yy"], [7, 8]]).tolist() == [45, 89]
    one_hot = layers.HashedCrossing(5, output_mode="one_hot")([[[1], [2]], [["x"], ["yy"]]])
    assert one_hot.tolist() == [[0, 0, 0, 0, 1], [0, 1, 0, 0, 0]]


# ---- vocabularies ----


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("int", [[1, 3, 4], [4, 0, 2]]),
        ("multi_hot", [[0, 1, 0, 1, 1], [1, 0, 1, 0, 1]]),
        ("binary", [[0, 1, 0, 1, 1], [1, 0, 1, 0, 1]]),
        ("count", [[0, 1, 0, 1, 1], [1, 0, 1, 0, 1]]),
        ("one_hot", [np.eye(5)[[1, 3, 4]].tolist(), np.eye(5)[[4, 0, 2]].tolist()]),
    ],
)
def test_words_get_the_numbers_of_keras(mode, expected):
    layer = layers.StringLookup(vocabulary=WORDS, output_mode=mode)
    for rows in (ROWS, np.array(ROWS), np.array(ROWS, "S"), np.array(ROWS, object)):
        assert layer(rows).tolist() == expected


def test_weights_of_words():
    given = {"output_mode": "tf-idf", "vocabulary": WORDS, "idf_weights": [0.25, 0.75, 0.6, 0.4]}
    found = layers.StringLookup(**given)([["a", "c", "d", "d"], ["d", "z", "b", "z"]])
    np.testing.assert_allclose(found, [[0, 0.25, 0, 0.6, 0.8], [1, 0, 0.75, 0, 0.4]])
    layer = layers.StringLookup(output_mode="tf_idf", max_tokens=8, pad_to_max_tokens=True)
    layer.adapt(ROWS)
    expected = [[0, 0.5108256, 0, 0, 0, 0.6931472, 0, 0], [0.6566828, 0.5108256, 0, 0, 0, 0, 0, 0]]
    np.testing.assert_allclose(layer([["a", "d"], ["q", "d"]]), expected, rtol=1e-6)
    column = layers.StringLookup(output_mode="tf_idf")
    column.adapt(["a", "c", "d", "d"])  # four documents
    np.testing.assert_allclose(column([["a", "d"]]), [[0, 0.8472979, 0, 1.0986123]], rtol=1e-6)


def test_vocabularies_are_learned_by_frequency_then_backwards_by_name():
    layer = layers.StringLookup()
    layer.adapt(ROWS)
    assert layer.get_vocabulary() == ["[UNK]", "d", "z", "c", "b", "a"]
    assert layer.get_vocabulary(include_special_tokens=False) == ["d", "z", "c", "b", "a"]
    assert layer.vocabulary_size() == 6
    layer.adapt(iter([(np.array(["b", "a"]), 0), (np.array(["b"]), 0), (np.array(["q"]), 0)]), steps=2)
    assert layer.get_vocabulary() == ["[UNK]", "b", "a"]
    few = layers.StringLookup(max_tokens=3, mask_token="")
    few.adapt(["", "x", "x", "y"])
    assert few.get_vocabulary() == ["", "[UNK]", "x"]


def test_unknown_terms_share_numbers_by_a_hash():
    layer = layers.StringLookup(vocabulary=WORDS, num_oov_indices=3, mask_token="m")
    assert layer([["a", "q", "r", "s", "m"]]).tolist() == [[4, 3, 2, 2, 0]]
    salted = layers.StringLookup(vocabulary=WORDS, num_oov_indices=3, salt=[5, 6])
    assert salted([["a", "q", "r", "s", "m"]]).tolist() == [[3, 1, 0, 2, 2]]
    x = np.array([[12, 5, -7, 100]])
    for method, expected in (("floormod", [[3, 2, 2, 1]]), ("farmhash", [[3, 1, 2, 0]])):
        numbers = layers.IntegerLookup(vocabulary=[12, 36], num_oov_indices=3, oov_method=method)
        assert numbers(x).tolist() == expected
        assert quick(numbers, x).tolist() == expected


def test_numbers_get_places_also_inside_a_model():
    layer = layers.IntegerLookup(mask_token=0)
    layer.adapt([[12, 1138, 42], [42, 1000, 36]])
    assert layer.get_vocabulary() == [0, -1, 42, 1138, 1000, 36, 12]
    x = np.array([[12, 1138, 42], [0, 1, 2]])
    assert layer(x).tolist() == quick(layer, x).tolist() == [[6, 3, 2], [0, 1, 1]]
    assert layer([[12.0, 3_000_000_000]]).tolist() == [[6, 1]]
    hot = layers.IntegerLookup(vocabulary=[12, 36, 7], output_mode="multi_hot", mask_token=0, num_oov_indices=2)
    assert hot([[12, 5, 0, 36]]).tolist() == [[0, 1, 1, 1, 0]]
    inputs = heron.Input((4,), dtype="int32")
    model = heron.Model(inputs, hot(inputs))
    assert model.predict(np.array([[12, 5, 0, 36]]), verbose=0).tolist() == [[0, 1, 1, 1, 0]]


def test_numbers_lead_back_to_terms():
    assert layers.StringLookup(vocabulary=WORDS, invert=True)([[0, 1, 2, 9]]).tolist() == [["[UNK]", "a", "b", "[UNK]"]]
    layer = layers.IntegerLookup(vocabulary=[12, 36], invert=True, mask_token=0)
    assert layer([[0, 1, 2, 3, 9, -4]]).tolist() == [[0, -1, 12, 36, -1, -1]]


def test_vocabularies_from_files_and_by_hand(tmp_path):
    (tmp_path / "words.txt").write_text("ä\nb\r\nc\n", encoding="utf-8")
    layer = layers.StringLookup(vocabulary=str(tmp_path / "words.txt"))
    assert layer.get_vocabulary() == ["[UNK]", "ä", "b", "c"]
    layer.set_vocabulary(["[UNK]", "x", "y"])
    assert layer([["y", "b"]]).tolist() == [[2, 0]]
    layer.save_assets(tmp_path)
    assert (tmp_path / "vocabulary.txt").read_text() == "[UNK]\nx\ny"
    other = layers.StringLookup()
    other.load_assets(tmp_path)
    assert other.get_vocabulary() == layer.get_vocabulary()


# ---- sentences ----


@pytest.mark.parametrize(
    ("kwargs", "vocabulary", "numbers"),
    [
        ({}, "|[UNK]|sat|Äb|the\u00a0dog|the|cat", [[5, 6, 2, 0], [4, 3, 2, 2], [1, 0, 0, 0], [0, 0, 0, 0]]),
        (
            {"ngrams": (2,)},
            "|[UNK]|Äb sat|the\u00a0dog Äb|the cat|sat sat|cat sat",
            [[4, 6, 0], [3, 2, 5], [0, 0, 0], [0, 0, 0]],
        ),
        (
            {"output_mode": "multi_hot"},
            "[UNK]|sat|Äb|the\u00a0dog|the|cat",
            [[0, 1, 0, 0, 1, 1], [0, 1, 1, 1, 0, 0], [1, 0, 0, 0, 0, 0], [0] * 6],
        ),
        (
            {"output_mode": "count", "max_tokens": 4},
            "[UNK]|sat|Äb|the\u00a0dog",
            [[2, 1, 0, 0], [0, 2, 1, 1], [1, 0, 0, 0], [0] * 4],
        ),
        (
            {"output_sequence_length": 3},
            "|[UNK]|sat|Äb|the\u00a0dog|the|cat",
            [[5, 6, 2], [4, 3, 2], [1, 0, 0], [0, 0, 0]],
        ),
    ],
)
def test_sentences_give_the_numbers_of_keras(kwargs, vocabulary, numbers):
    layer = layers.TextVectorization(**kwargs)
    layer.adapt(SENTENCES)
    assert layer.get_vocabulary() == vocabulary.split("|")
    assert layer([*SENTENCES, "zzz", ""]).tolist() == numbers


def test_ngrams_are_of_all_sizes_up_to_the_number_and_weights_are_learned():
    layer = layers.TextVectorization(ngrams=2)
    layer.adapt(SENTENCES[:1])
    assert layer.get_vocabulary() == ["", "[UNK]", "the cat", "the", "sat", "cat sat", "cat"]
    weighted = layers.TextVectorization(output_mode="tf_idf")
    weighted.adapt(SENTENCES)
    expected = [0, 1.0216513, 0.6931472, 0.6931472, 0, 0]
    np.testing.assert_allclose(weighted(SENTENCES)[1], expected, rtol=1e-6)


def test_sentences_may_be_cut_otherwise():
    letters = layers.TextVectorization(split="character", standardize=None, vocabulary=["a", "b"])
    assert letters(["abA", "b"]).tolist() == [[2, 3, 1], [3, 0, 0]]
    words = layers.TextVectorization(split=None, vocabulary=["a", "b"], output_sequence_length=3)
    assert words([["a", "c"], ["b", "B"]]).tolist() == [[2, 1, 0], [3, 3, 0]]
    own = layers.TextVectorization(
        standardize=np.char.upper, split=lambda texts: [text.split(",") for text in texts], vocabulary=["A", "B"]
    )
    assert own([["a,b"], ["b"]]).tolist() == [[2, 3], [3, 0]]
    assert layers.TextVectorization(vocabulary=["a", "b"])("a c b").tolist() == [2, 1, 3]


# ---- pipelines and files ----


def test_a_pipeline_takes_text_to_a_model_and_trains_by_default():
    lookup = layers.StringLookup(vocabulary=WORDS)
    model = heron.Sequential([heron.Input((3,)), layers.Embedding(5, 2), layers.Flatten(), layers.Dense(1)])
    whole = layers.Pipeline([lookup, model])
    np.testing.assert_allclose(whole(ROWS), model(lookup(ROWS)))
    twin = layers.Pipeline.from_config(json.loads(json.dumps(whole.get_config())))
    assert twin(ROWS).shape == (2, 1)
    assert [type(layer).__name__ for layer in twin.layers] == ["StringLookup", "Sequential"]
    dropped = layers.Pipeline([layers.Dropout(0.5, seed=1)])
    assert 0 in np.asarray(dropped(np.ones((4, 9), "float32")))
    assert 0 not in np.asarray(dropped(np.ones((4, 9), "float32"), training=False))


@heron.saving.register_keras_serializable()
class Sorter(heron.Model):
    """A model that keeps its vocabulary, which it learned, and one with weights of words."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.words = layers.StringLookup(output_mode="tf_idf")
        self.sentences = layers.TextVectorization(output_mode="tf_idf")
        self.dense = layers.Dense(1)

    def build(self, input_shape):
        self.dense.build(input_shape)

    def call(self, inputs):
        return self.dense(inputs)


@pytest.mark.parametrize("ending", [".keras", ".safetensors"])
def test_vocabularies_are_saved_with_the_model(ending, tmp_path):
    model = Sorter()
    model.words.adapt(ROWS)
    model.sentences.adapt(SENTENCES)
    model.build((None, 6))
    model.save(tmp_path / f"model{ending}")
    twin = heron.saving.load_model(tmp_path / f"model{ending}")
    assert twin.words.get_vocabulary() == model.words.get_vocabulary()
    np.testing.assert_array_equal(twin.words(ROWS), model.words(ROWS))
    np.testing.assert_array_equal(twin.sentences(SENTENCES), model.sentences(SENTENCES))


@pytest.mark.parametrize("ending", [".keras", ".safetensors"])
def test_a_model_that_looks_numbers_up_is_saved_whole(ending, tmp_path):
    lookup = layers.IntegerLookup(output_mode="multi_hot")
    lookup.adapt([5, 7, 7])
    model = heron.Sequential([heron.Input((2,), dtype="int32"), lookup, layers.Dense(1)])
    model.save(tmp_path / f"model{ending}")
    twin = heron.saving.load_model(tmp_path / f"model{ending}")
    x = np.array([[5, 7], [7, 1]])
    np.testing.assert_array_equal(twin(x), model(x))
    twin.layers[0].adapt([1, 2])  # a vocabulary that was learned may be learned again


def test_a_vocabulary_may_come_after_the_model_as_in_files_of_keras():
    lookup = layers.IntegerLookup.from_config({"output_mode": "multi_hot", "vocabulary": None, "vocabulary_size": 3})
    inputs = heron.Input((2,), dtype="int32")
    model = heron.Model(inputs, lookup(inputs))
    lookup.load_own_assets({"vocabulary.txt": b"-1\n7\n5"})
    assert model(np.array([[5, 7], [7, 1]])).tolist() == [[0, 1, 1], [1, 1, 0]]


# ---- what must hold for those that cannot be held against Keras without TensorFlow ----

CASES = {
    "HashedCrossing": ({"num_bins": 5}, [["a", "b"], ["c", "d"]]),
    "Hashing": ({"num_bins": 5, "salt": 3}, ROWS),
    "IntegerLookup": ({"vocabulary": [4, 5]}, [[4, 9]]),
    "StringLookup": ({"vocabulary": WORDS}, ROWS),
    "TextVectorization": ({"vocabulary": WORDS, "ngrams": 2}, ["a b", "c"]),
}


@pytest.mark.parametrize("name", CASES)
def test_configs_arguments_and_docstrings(name):
    cls, (kwargs, inputs) = getattr(layers, name), CASES[name]
    layer = cls(**kwargs)
    twin = layers.deserialize({"class_name": name, "config": json.loads(json.dumps(layer.get_config()))})
    assert twin.get_config() == layer.get_config()
    np.testing.assert_array_equal(twin(inputs), layer(inputs))
    theirs = list(inspect.signature(getattr(keras.layers, name).__init__).parameters.values())
    ours = inspect.signature(cls.__init__).parameters
    assert list(ours)[: len(theirs)] == [p.name for p in theirs]
    assert [ours[p.name].default for p in theirs] == [p.default for p in theirs]
    rules = {k: v for base in reversed(cls.__mro__) for k, v in base.__dict__.get("rules", {}).items() if k in ours}
    for argument, rule in rules.items():
        for bad in rule.bad:
            with pytest.raises(ArgumentError, match=f"^{name}: argument '{argument}' must be "):
                cls(**{**kwargs, argument: bad})
    text = inspect.getdoc(cls)
    assert all(section in text for section in ("Input shape:", "Output shape:", "Example:"))
    assert all(f"{argument}:" in text for argument in set(ours) - {"self", "kwargs", "name", "dtype"})


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: layers.StringLookup()(["a"]), NotBuiltError, r"has no vocabulary yet.\nCall adapt\(data\)"),
        (lambda: layers.IntegerLookup()(heron.Input((2,))), NotBuiltError, "has no vocabulary yet"),
        (lambda: layers.TextVectorization()(["a"]), NotBuiltError, "^TextVectorization '.*' has no vocabulary yet"),
        (lambda: layers.Discretization(num_bins=3)([1.0]), NotBuiltError, r"with num_bins=3.\nCall adapt\(x\)"),
        (
            lambda: layers.StringLookup(vocabulary=WORDS, num_oov_indices=0)([["a", "x", "y", "x"]]),
            DataError,
            "'x', 'y' are not in the vocabulary, and num_oov_indices=0",
        ),
        (lambda: layers.StringLookup(vocabulary=["a", "b", "a"]), DataError, "'a' is repeated.\nWrite list"),
        (lambda: layers.StringLookup(vocabulary=[]), DataError, "the vocabulary is empty"),
        (
            lambda: layers.StringLookup(vocabulary=["a", ""], mask_token=""),
            DataError,
            "mask_token='' stands at place 1",
        ),
        (lambda: layers.StringLookup(vocabulary=WORDS, max_tokens=3), DataError, "has 5 terms, .* max_tokens=3"),
        (lambda: layers.StringLookup(vocabulary="no/such.txt"), DataError, "'no/such.txt' cannot be read"),
        (lambda: layers.StringLookup(vocabulary=WORDS).adapt(ROWS), ArgumentError, "adapt.. would have nothing to do"),
        (lambda: layers.StringLookup().adapt([]), DataError, "adapt.. was given no data"),
        (
            lambda: layers.StringLookup(vocabulary=WORDS)([1, 2]),
            ArgumentTypeError,
            "takes text; received 1.\nFor whole",
        ),
        (
            lambda: layers.StringLookup(vocabulary=WORDS)(["a", None]),
            DataError,
            r"a missing value \(None\) at position",
        ),
        (lambda: layers.StringLookup(vocabulary=WORDS)([["a"], ["b", "c"]]), DataError, "in rows of one length"),
        (
            lambda: layers.StringLookup(vocabulary=WORDS)(heron.Input((1,))),
            ArgumentTypeError,
            "before the model: x = la",
        ),
        (lambda: layers.StringLookup(invert=True, output_mode="count"), ArgumentError, "output_mode must be 'int'"),
        (lambda: layers.StringLookup(pad_to_max_tokens=True), ArgumentError, "needs max_tokens"),
        (lambda: layers.StringLookup(vocabulary=WORDS, output_mode="tf_idf"), ArgumentError, "comes with its weights"),
        (lambda: layers.StringLookup(idf_weights=[1.0]), ArgumentError, "are for output_mode='tf_idf'"),
        (lambda: layers.IntegerLookup(vocabulary=["a"]), DataError, "must be whole numbers"),
        (
            lambda: layers.IntegerLookup(vocabulary=[4])(["a"]),
            ArgumentTypeError,
            "received text, such as 'a'.\nFor text",
        ),
        (lambda: layers.IntegerLookup(vocabulary=[4])([0.5]), DataError, "takes whole numbers; received 0.5"),
        (lambda: layers.IntegerLookup(salt=3), ArgumentError, "a salt is for oov_method='farmhash'"),
        (lambda: layers.CategoryEncoding(3)([3]), DataError, "from 0 to 2, as num_tokens=3 says; received 3"),
        (
            lambda: layers.CategoryEncoding(3)([0], count_weights=[1.0]),
            ArgumentError,
            "count_weights are for output_mod",
        ),
        (lambda: layers.Discretization(), ArgumentError, "received neither"),
        (
            lambda: layers.Discretization([2.0, 1.0]),
            ArgumentError,
            r"each above .*\nWrite sorted\(set\(\[2.0, 1.0\]\)\)",
        ),
        (lambda: layers.Discretization([1.0])(np.array(["a"])), ArgumentTypeError, "takes numbers; received text"),
        (lambda: layers.Discretization(num_bins=2).adapt([np.nan]), DataError, "1 missing values"),
        (lambda: layers.Discretization([1.0])([1.0, np.nan]), DataError, "1 missing values .*\nFill missing values in"),
        (
            lambda: layers.Discretization([1.0])([1.0, None]),
            DataError,
            r"takes an array of numbers; received \[1.0, None",
        ),
        (lambda: layers.Discretization([1.0])(["a"]), ArgumentTypeError, "takes numbers; received text, such as 'a'"),
        (
            lambda: layers.Discretization(num_bins=2).adapt(np.array(["2020-01-01"], "datetime64[D]")),
            DataError,
            "received dates or times",
        ),
        (lambda: layers.CategoryEncoding(3)([["a"]]), ArgumentTypeError, "takes numbers; received text, such as 'a'"),
        (lambda: layers.Discretization([1.0]).adapt([1.0]), ArgumentError, "was made with bin_boundaries"),
        (lambda: layers.Hashing(3, dtype="float32"), ArgumentError, "dtype must be 'int32' or 'int64'"),
        (lambda: layers.HashedCrossing(3)(np.array(["a"])), ShapeError, "a list of two or more inputs"),
        (lambda: layers.HashedCrossing(3)([["a"], ["b", "c"]]), ShapeError, "inputs of one shape"),
        (lambda: layers.TextVectorization(vocabulary=WORDS)([["a", "b"]]), ShapeError, "one sentence a row"),
        (lambda: layers.TextVectorization(ragged=True), ArgumentError, "must be False, as heron's arrays are dense"),
        (
            lambda: layers.TextVectorization(output_mode="count", output_sequence_length=3),
            ArgumentError,
            "output_sequence_length is for output_mode='int'",
        ),
        (
            lambda: layers.TextVectorization(vocabulary=WORDS, split=lambda texts: texts)(["a"]),
            ArgumentTypeError,
            "must return a list of words for each of 1 sentences",
        ),
        (lambda: layers.Pipeline([]), ArgumentError, "must be a list of layers"),
        (
            lambda: layers.STFTSpectrogram(frame_length=4, frame_step=5),
            ArgumentError,
            "frame_step must be at most frame",
        ),
        (lambda: layers.MelSpectrogram(fft_length=4, sequence_length=5), ArgumentError, "at least sequence_length=5"),
    ],
)
def test_what_does_not_fit_is_said(call, error, said):
    with pytest.raises(error, match=said):
        call()


@pytest.mark.parametrize("mode", ["int", "tf_idf"])
def test_a_model_of_nothing_but_text_is_saved_before_its_first_call(mode, tmp_path):
    vectorize = layers.TextVectorization(output_mode=mode)
    vectorize.adapt(SENTENCES)
    model = heron.Sequential([heron.Input((1,), dtype="string"), vectorize])
    model.save(tmp_path / "words.keras")
    twin = heron.models.load_model(tmp_path / "words.keras").layers[-1]
    np.testing.assert_allclose(twin(SENTENCES), vectorize(SENTENCES))


def test_an_empty_word_at_the_end_of_a_vocabulary_is_read_again():
    lookup, store = layers.StringLookup(vocabulary=["b", ""]), {}
    lookup.save_own_assets(store)
    twin = layers.StringLookup()
    twin.load_own_assets(store)
    assert twin.get_vocabulary() == ["[UNK]", "b", ""]


@pytest.mark.parametrize("hook", ["_terms", "_plain", "_numbers_of", "_unknown_bins", "_inverted"])
def test_a_lookup_of_your_own_is_told_what_to_write(hook):
    class Lookup(IndexLookup):
        pass

    lookup = Lookup(None, 1, None, "?", None, None, False, "int", False, None)
    with pytest.raises(
        NotImplementedError, match=rf"Lookup has no method {hook}\(.*\nAdd to class Lookup: def {hook}\("
    ):
        getattr(lookup, hook)(())
