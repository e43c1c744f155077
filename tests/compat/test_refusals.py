"""What heron does not run is refused by name, with what it is and what to write instead."""

from __future__ import annotations

import functools
import importlib

import pytest

from heron.compat.finder import _homes
from heron.compat.homes import GONE_MODULES, HOMES
from heron.errors import ArgumentError, HeronError, UnknownAttributeError, UnknownImportError

IMPORTS = {
    "import tensorflow.compat.v1.app": "tensorflow.compat.v1.app is not among what heron runs. Graphs and",
    "from tensorflow.examples.tutorials.mnist import input_data": "Write keras.datasets.mnist.load_data().",
    "from keras.applications.vgg16 import VGG16": "Ready-made networks come with weights that heron does not ship",
    "from tensorflow.keras.applications import MobileNetV2": "keras.models.load_model('network.keras')",
    "from keras.src import layers": "It is private to Keras.\nImport the public name: from keras import layers.",
    "import tensorflow.python.framework": "It is private to TensorFlow.",
    "from keras.layers import LocallyConnected1D": "It was removed with Keras 3.\nWrite keras.layers.Conv1D.",
    "from keras.utils import multi_gpu_model": "A program runs on one device.\nLeave it out.",
    "from keras.models import Graph": "Write keras.Model(inputs, outputs).",
}
ATTRIBUTES = {
    "GradientTape": "A tape records operations as they run; heron differentiates functions, which compile.\nTrain with "
    "model.fit(x, y). For a step of your own, write a train_step with jax.value_and_grad",
    "Session": "Graphs and sessions of TensorFlow 1 are not run.\nWrite the model with keras.Sequential",
    "placeholder": "Graphs and sessions of TensorFlow 1 are not run.",
    "global_variables_initializer": "Graphs and sessions of TensorFlow 1 are not run.",
    "compat.v1.Session": "tensorflow.compat.v1.Session is not among what heron runs. Graphs and sessions",
    "compat.v1.disable_eager_execution": "Graphs and sessions of TensorFlow 1 are not run.",
    "distribute.MirroredStrategy": "heron runs on one.\nLeave the strategy and its scope() out.",
    "lite.TFLiteConverter": "which cannot read heron's.\nWrite model.save('model.keras'), and convert that file",
    "saved_model.save": "Write model.save('model.keras') and keras.models.load_model('model.keras').",
    "estimator.DNNClassifier": "Estimators were removed from TensorFlow.\nTrain a model of Keras: model.fit(x, y).",
    "feature_column.numeric_column": "Write keras.utils.FeatureSpace",
    "train.AdamOptimizer": "keras.optimizers",
    "summary.create_file_writer": "callbacks=[keras.callbacks.TensorBoard(folder)]",
    "ragged.constant": "Write keras.utils.pad_sequences(rows).",
    "data.TFRecordDataset": "TFRecords are files of TensorFlow.\nWrite numpy.savez(path, x=x, y=y)",
    "io.parse_single_example": "TFRecords are files of TensorFlow.",
    "Module": "Write a subclass of keras.Layer or keras.Model.",
    "random.get_global_generator": "Write tf.random.Generator.from_seed(seed).",
    "random.experimental": "Write tf.random.Generator.from_seed(seed).",
    "ragged.stack": "Ragged tensors have rows of several lengths, which XLA does not compile.",
    "RaggedTensor.from_row_splits": "Write keras.utils.pad_sequences(rows).",
    "strings.split": "Write keras.layers.TextVectorization",
    "keras.backend.learning_phase": "Whether a layer trains is an argument of its call: layer(x, training=True).",
    "keras.backend.gradients": "Write jax.grad(lambda x: ops.mean(model(x)))(x).",
    "keras.backend.get_session": "Leave it out: fit, evaluate and predict need none.",
    "keras.layers.Merge": "Write keras.layers.concatenate([a, b]) or add([a, b]) on tensors",
    "contrib.layers": "It was removed with TensorFlow 2.",
}


@pytest.mark.parametrize("statement", IMPORTS)
def test_imports(statement, installed):
    with pytest.raises(UnknownImportError) as caught:
        exec(statement, {})
    assert IMPORTS[statement] in str(caught.value)
    assert " is not among what heron runs. " in str(caught.value)


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_attributes(name, tf):
    with pytest.raises(UnknownAttributeError) as caught:
        functools.reduce(getattr, name.split("."), tf)
    assert ATTRIBUTES[name] in str(caught.value)
    assert str(caught.value).startswith("tensorflow.")


@pytest.mark.parametrize("name", sorted(GONE_MODULES))
def test_every_module_that_is_refused_says_what_to_write(name, installed):
    if name not in HOMES:
        with pytest.raises(UnknownImportError, match=r"\n?(Write|Leave|Build|Train|Import) "):
            importlib.import_module(name)


def test_every_name_that_is_refused_says_what_to_write(installed):
    seen = 0
    for module in HOMES:
        for home in _homes(module):
            for name, text in getattr(home, "GONE", {}).items():
                seen += 1
                assert any(word in text for word in ("Write ", "Leave it out", "Give ", "write ")), (module, name)
    assert seen > 100


@pytest.mark.parametrize(
    ("action", "text"),
    [
        (lambda tf: tf.cumsum([1.0], reverse=True), "cumsum(exclusive=..., reverse=...) is not among what heron runs"),
        (lambda tf: tf.matmul([1.0, 2.0], [[1.0], [2.0]]), "For a vector write tf.linalg.matvec(a, v)"),
        (lambda tf: tf.image.resize([[[1.0]]], (2, 2), method="area"), "tf.image.resize has the methods bilinear"),
        (lambda tf: tf.nn.conv2d([1.0], [1.0], 1, [[0, 0]]), "expects data_format='NHWC' and padding 'SAME'"),
        (lambda tf: tf.data.Dataset.list_files("/nowhere/*.png"), "no file fits '/nowhere/*.png'"),
        (lambda tf: tf.io.decode_image(b"", channels=2), "A picture is decoded to 1 (gray), 3 (RGB) or 4 (RGBA)"),
        (lambda tf: tf.debugging.assert_equal(1, 2), "Expected elements that are equal"),
        (
            lambda tf: tf.keras.preprocessing.image.ImageDataGenerator(zca_whitening=True),
            "ImageDataGenerator(zca_whitening=True) is not among what heron runs",
        ),
        (
            lambda tf: tf.keras.preprocessing.image.ImageDataGenerator(data_format="channels_first"),
            "Write numpy.moveaxis(x, 1, -1).",
        ),
        (
            lambda tf: tf.keras.preprocessing.image.ImageDataGenerator(fill_mode="mirror"),
            "fill_mode must be one of 'nearest', 'constant', 'reflect', 'wrap'; received 'mirror'.",
        ),
        (
            lambda tf: tf.keras.preprocessing.image.ImageDataGenerator().flow([[1.0]]),
            "expects pictures (samples, height, width, channels); received shape (1, 1).\nGray pictures: x[..., None].",
        ),
        (
            lambda tf: tf.keras.preprocessing.image.ImageDataGenerator().flow_from_directory("/nowhere"),
            "there is no folder '/nowhere'. It must hold a folder for each class.",
        ),
        (
            lambda tf: tf.keras.preprocessing.image.ImageDataGenerator().flow([[[[1.0]]]], save_to_dir="x"),
            "Write keras.utils.save_img(path, image)",
        ),
        (
            lambda tf: tf.keras.preprocessing.text.Tokenizer(nwords=3),
            "Tokenizer has no argument 'nwords'. It has num_wo",
        ),
        (
            lambda tf: tf.keras.preprocessing.text.Tokenizer().sequences_to_matrix([[1]]),
            "The tokenizer knows no words yet. Call fit_on_texts(texts), or give num_words.",
        ),
        (
            lambda tf: tf.keras.preprocessing.sequence.TimeseriesGenerator([1, 2], [1], length=1),
            "data has 2 steps and targets 1; expected as many of both.",
        ),
        (
            lambda tf: tf.keras.preprocessing.sequence.TimeseriesGenerator([1, 2], [1, 2], length=5),
            "no window of length=5 fits",
        ),
        (lambda tf: tf.keras.wrappers.scikit_learn.KerasClassifier(), "expects build_fn, a function that makes a comp"),
    ],
)
def test_arguments(action, text, tf):
    with pytest.raises((ArgumentError, HeronError)) as caught:
        action(tf)
    assert text in str(caught.value)
