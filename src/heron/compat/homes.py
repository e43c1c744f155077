"""Which module of Keras or TensorFlow is made of what: tables that the finder reads."""

from __future__ import annotations

from collections.abc import Callable

import heron

# Packages whose imports are heron's.
ROOTS = ("keras", "tensorflow", "tf_keras")

# What the versions of modules say: those whose names are understood, and that it is heron.
VERSIONS: dict[str, Callable[[], str]] = {
    "keras": lambda: f"3.15.0+heron.{heron.__version__}",
    "tensorflow": lambda: f"2.20.0+heron.{heron.__version__}",
}

# The same contents under other names.
_SAME = {
    "tensorflow.python.keras": "keras",
    "tensorflow.compat.v2.keras": "keras",
    "tensorflow.keras": "keras",
    "tf_keras": "keras",
    "keras._tf_keras.keras": "keras",
    "keras.api._v2.keras": "keras",
    "keras.api": "keras",
    "tensorflow.compat.v2": "tensorflow",
    "tensorflow.losses": "keras.losses",
    "tensorflow.metrics": "keras.metrics",
    "tensorflow.optimizers": "keras.optimizers",
    "tensorflow.initializers": "keras.initializers",
}

_OLD = "heron.compat.old"
_TF = "heron.compat.tf"
_PLAIN = (
    "activations callbacks config constraints dtype_policies initializers losses metrics mixed_precision ops random "
    "regularizers saving tree optimizers.schedules ops.nn ops.numpy ops.linalg ops.image "
    "datasets.mnist datasets.fashion_mnist datasets.boston_housing datasets.cifar10 datasets.cifar100 datasets.imdb "
    "datasets.reuters datasets.california_housing"
).split()

# Module to the Python modules that hold its names, of which the first that has a name gives it.
HOMES: dict[str, tuple[str, ...]] = {f"keras.{name}": (f"heron.{name}",) for name in _PLAIN} | {
    "keras": (f"{_OLD}.root", "heron"),
    "keras._tf_keras": (),
    "keras._v2": (),
    "keras.backend": (f"{_OLD}.backend", "heron.backend"),
    "keras.constraints": (f"{_OLD}.constraints", "heron.constraints"),
    "keras.datasets": (f"{_OLD}.datasets",),
    "keras.engine": (f"{_OLD}.engine", "heron.layers", "heron.models"),
    "keras.layers": (f"{_OLD}.layers", "heron.layers"),
    "keras.layers.experimental": (f"{_OLD}.layers", "heron.layers"),
    "keras.models": (f"{_OLD}.models", "heron.models"),
    "keras.optimizers": (f"{_OLD}.optimizers", "heron.optimizers"),
    "keras.preprocessing": (f"{_OLD}.folders",),
    "keras.preprocessing.image": (f"{_OLD}.image", f"{_OLD}.folders", "heron.utils"),
    "keras.preprocessing.sequence": (f"{_OLD}.sequence",),
    "keras.preprocessing.text": (f"{_OLD}.text",),
    "keras.utils": (f"{_OLD}.folders", f"{_OLD}.utils", "heron.utils"),
    "keras.wrappers": ("heron.wrappers",),
    "keras.wrappers.scikit_learn": (f"{_OLD}.estimators",),
    "tensorflow": (f"{_TF}.root", f"{_TF}.arrays", f"{_TF}.dtypes"),
    "tensorflow.compat": (),
    "tensorflow.compat.v1": (f"{_TF}.v1",),
    "tensorflow.compat.v1.logging": (f"{_TF}.logs",),
    "tensorflow.config": (f"{_TF}.devices",),
    "tensorflow.config.experimental": (f"{_TF}.devices",),
    "tensorflow.config.threading": (f"{_TF}.devices",),
    "tensorflow.config.optimizer": (f"{_TF}.devices",),
    "tensorflow.data": (f"{_TF}.data",),
    "tensorflow.data.experimental": (f"{_TF}.data",),
    "tensorflow.debugging": (f"{_TF}.debugging",),
    "tensorflow.dtypes": (f"{_TF}.arrays", f"{_TF}.dtypes"),
    "tensorflow.errors": (f"{_TF}.failures",),
    "tensorflow.image": (f"{_TF}.image",),
    "tensorflow.io": (f"{_TF}.files",),
    "tensorflow.io.gfile": (f"{_TF}.gfile",),
    "tensorflow.linalg": (f"{_TF}.linalg",),
    "tensorflow.math": (f"{_TF}.math", f"{_TF}.arrays"),
    "tensorflow.nn": (f"{_TF}.nn",),
    "tensorflow.python": (),
    "tensorflow.random": (f"{_TF}.random",),
    "tensorflow.strings": (f"{_TF}.strings",),
    "tensorflow.test": (f"{_TF}.devices",),
    "tensorflow.version": (f"{_TF}.version",),
}

_LAYER_HOMES = (
    "core convolutional pooling recurrent normalization embeddings merge noise local wrappers advanced_activations "
    "convolutional_recurrent dense_attention recurrent_v2 normalization_v2 cudnn_recurrent preprocessing "
    "experimental.preprocessing normalization.batch_normalization core.dense"
).split()

# Modules that are elsewhere today; importing one gives a note.
MOVED: dict[str, str] = {f"keras.layers.{name}": "keras.layers" for name in _LAYER_HOMES} | {
    "keras.engine.topology": "keras.engine",
    "keras.engine.training": "keras.engine",
    "keras.engine.base_layer": "keras.engine",
    "keras.engine.input_layer": "keras.engine",
    "keras.engine.input_spec": "keras.engine",
    "keras.engine.sequential": "keras.engine",
    "keras.engine.functional": "keras.engine",
    "keras.initializations": "keras.initializers",
    "keras.initializers.initializers_v2": "keras.initializers",
    "keras.mixed_precision.experimental": "keras.mixed_precision",
    "keras.objectives": "keras.losses",
    "keras.optimizers.legacy": "keras.optimizers",
    "keras.optimizers.experimental": "keras.optimizers",
    "keras.optimizer_v2": "keras.optimizers",
    "keras.utils.data_utils": "keras.utils",
    "keras.utils.generic_utils": "keras.utils",
    "keras.utils.layer_utils": "keras.utils",
    "keras.utils.np_utils": "keras.utils",
    "keras.utils.vis_utils": "keras.utils",
    "keras.utils.visualize_util": "keras.utils",
    **{f"keras.optimizer_v2.{name}": "keras.optimizers" for name in "adam rmsprop adagrad nadam adamax".split()},
    **{f"keras.optimizers.{name}_v2": "keras.optimizers" for name in "adam rmsprop adagrad nadam adamax".split()},
    "keras.optimizer_v2.gradient_descent": "keras.optimizers",
    "keras.optimizers.gradient_descent_v2": "keras.optimizers",
}

_STATE = "Write model.save('model.keras') and keras.models.load_model('model.keras')."
_COLUMNS = "Write keras.utils.FeatureSpace, or layers such as Normalization, StringLookup and CategoryEncoding."

# Modules that heron does not have, each with what it is and what to write in its place.
GONE_MODULES: dict[str, str] = {
    "keras.applications": "Ready-made networks come with weights that heron does not ship.\nBuild the network of "
    "keras.layers, or load one that Keras saved: keras.models.load_model('network.keras').",
    "keras.distribution": "Computing on several devices is not there; a program runs on one.\nLeave it out.",
    "keras.estimator": "Estimators were removed from TensorFlow.\nTrain the model itself: model.fit(x, y).",
    "keras.export": "Exported programs are not there.\nWrite model.save('model.keras').",
    "keras.legacy": "It holds what Keras itself left behind.\nWrite today's names: keras.layers, keras.losses, ...",
    "keras.quantizers": "Quantization is not there.\nLeave it out; keras.mixed_precision computes in 16 bits.",
    "keras.src": "It is private to Keras.\nImport the public name: from keras import layers.",
    "tensorflow.contrib": "It was removed with TensorFlow 2.\nWrite keras.layers, keras.optimizers, ...",
    "tensorflow.compat.v1": "Graphs and sessions of TensorFlow 1 are not run.\nWrite the model with keras.Sequential "
    "or keras.Model, and train it with fit().",
    "tensorflow.distribute": "Strategies spread a program over several devices; heron runs on one.\nLeave the strategy "
    "and its scope() out.",
    "tensorflow.estimator": "Estimators were removed from TensorFlow.\nTrain a model of Keras: model.fit(x, y).",
    "tensorflow.examples": "It was removed with TensorFlow 2.\nWrite keras.datasets.mnist.load_data().",
    "tensorflow.experimental": "Its contents change from release to release.\nWrite NumPy or keras.ops instead.",
    "tensorflow.feature_column": f"Feature columns were removed with Keras 3.\n{_COLUMNS}",
    "tensorflow.layers": "It was removed with TensorFlow 2.\nWrite keras.layers.",
    "tensorflow.lite": "It converts models for TensorFlow's own runtime, which cannot read heron's.\n"
    "Write model.save('model.keras'), and convert that file with Keras and TensorFlow where they are installed.",
    "tensorflow.lookup": "Tables are part of TensorFlow's graphs.\nWrite keras.layers.StringLookup.",
    "tensorflow.profiler": "It measures TensorFlow's own runtime.\nWrite jax.profiler.trace(folder).",
    "tensorflow.python": "It is private to TensorFlow.\nWrite the public name, such as tensorflow.keras.",
    "tensorflow.ragged": "Ragged tensors have rows of several lengths, which XLA does not compile.\n"
    "Write keras.utils.pad_sequences(rows).",
    "tensorflow.saved_model": f"A SavedModel is a graph of TensorFlow, which heron does not write.\n{_STATE}",
    "tensorflow.signal": "Write keras.ops.stft, istft, rfft, irfft, fft.",
    "tensorflow.sparse": "Sparse tensors are filled up before they are computed with.\nWrite a NumPy or SciPy array.",
    "tensorflow.summary": "It writes files for TensorBoard step by step.\n"
    "Write model.fit(..., callbacks=[keras.callbacks.TensorBoard(folder)]).",
    "tensorflow.tpu": "TPUs are found by JAX by itself.\nLeave it out.",
    "tensorflow.train": "Its checkpoints and records are files of TensorFlow, its optimizers those of TensorFlow 1.\n"
    "Write model.save_weights('name.weights.h5') or keras.callbacks.ModelCheckpoint('name.keras'), and "
    "keras.optimizers.",
    "tensorflow.types": "It is for type checkers of TensorFlow.\nLeave it out.",
    "tensorflow.xla": "Everything is compiled with XLA anyway.\nLeave it out.",
}

# Names at heron's own root that are no names of Keras.
HIDDEN = frozenset({"__version__", "compat", "data", "errors", "plot", "python"})


def canonical(name: str) -> str:
    """The name under which the tables have a module: `tensorflow.keras.layers` is `keras.layers`.

    >>> canonical("tensorflow.keras.layers"), canonical("tensorflow.compat.v2.math"), canonical("keras.ops")
    ('keras.layers', 'tensorflow.math', 'keras.ops')
    """
    for head, same in _SAME.items():
        if name == head or name.startswith(f"{head}."):
            return canonical(same + name.removeprefix(head))
    return name
