"""Whole models to a file and back: the same predictions, the same evaluation, and training that goes on."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import safetensors
import safetensors.numpy

import heron
from heron import __version__, dtype_policies, layers, losses, metrics, ops, optimizers, saving
from heron.errors import ArgumentError, ArgumentTypeError, HeronNote, NotBuiltError, UnknownNameError
from heron.models import Functional, Model, Sequential
from heron.optimizers.schedules import ExponentialDecay
from heron.saving import FileContentError, MissingFileError, load_model, save_model

X = np.linspace(-1.0, 1.0, 24, dtype="float32").reshape(6, 4)
CLASSES = np.array([0, 1, 2, 0, 1, 2])
SUMS = X.sum(1, keepdims=True)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


def classifier():
    heron.utils.set_random_seed(7)
    block = Sequential([layers.Dense(5), layers.BatchNormalization()], name="block")
    model = Sequential([layers.Input((4,)), layers.Dense(8, "relu"), layers.Dropout(0.5), block, layers.Dense(3)])
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"], weighted_metrics=[metrics.SparseTopKCategoricalAccuracy(2)])
    return model


def line(**kwargs):
    model = Sequential([layers.Input((4,)), layers.Dense(2, **kwargs), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def fit(model, x=X, y=CLASSES, epochs=2):
    return model.fit(x, y, epochs=epochs, batch_size=2, shuffle=False, verbose=0).history


def same(ones, others):
    ones, others = heron.tree.flatten(ones), heron.tree.flatten(others)
    return len(ones) == len(others) and all(np.array_equal(a, b) for a, b in zip(ones, others, strict=True))


def there_and_back(model, path, x=X, **kwargs):
    """The model out of a file, which is of the same class and predicts the same, bit for bit."""
    model.save(path)
    twin = load_model(path, **kwargs)
    assert type(twin).__name__ == type(model).__name__
    assert same(model.predict(x), twin.predict(x))
    assert [v.trainable for v in model.weights] == [v.trainable for v in twin.weights]
    return twin


# ---- training goes on ---------------------------------------------------------------------------------------------


def test_training_goes_on_as_without_the_break(path):
    whole, broken = classifier(), classifier()
    history = fit(whole, epochs=4)
    first = fit(broken)
    twin = there_and_back(broken, path)
    assert broken.evaluate(X, CLASSES, verbose=0) == twin.evaluate(X, CLASSES, verbose=0)
    assert broken.metrics_names == twin.metrics_names
    second = fit(twin)
    assert {name: first[name] + second[name] for name in second} == history
    assert same(whole.get_weights(), twin.get_weights())
    assert same([v.numpy() for v in whole.optimizer.variables], [v.numpy() for v in twin.optimizer.variables])


@pytest.mark.parametrize(
    "optimizer",
    [
        optimizers.SGD(ExponentialDecay(0.1, 3, 0.9), momentum=0.9, nesterov=True, clipnorm=1.0),
        optimizers.LossScaleOptimizer(optimizers.RMSprop(0.01), initial_scale=8.0, dynamic_growth_steps=4),
        optimizers.AdamW(0.01, gradient_accumulation_steps=2, use_ema=True),
    ],
    ids=["schedule", "loss scale", "accumulation and averages"],
)
def test_the_state_of_every_optimizer_is_kept(path, optimizer):
    model = line()
    model.compile(optimizer, "mse")
    fit(model, X, SUMS)
    model.save(path)
    twin = load_model(path)
    assert type(twin.optimizer) is type(optimizer)
    assert fit(model, X, SUMS) == fit(twin, X, SUMS)
    assert same([v.numpy() for v in model.optimizer.variables], [v.numpy() for v in twin.optimizer.variables])


def test_a_model_that_was_not_trained_yet_is_trained_the_same(path):
    model = line()
    model.save(path)
    twin = load_model(path)
    assert not twin.optimizer.built
    assert fit(model, X, SUMS) == fit(twin, X, SUMS)


def test_a_learning_rate_that_was_changed_stays(path):
    model = line()
    model.optimizer.learning_rate = 0.125
    assert float(there_and_back(model, path).optimizer.learning_rate) == 0.125


# ---- every kind of model ------------------------------------------------------------------------------------------


class Tide(layers.Layer):
    """A layer of one's own, with a variable beside its weights."""

    def __init__(self, units, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.activation = heron.activations.get(activation)

    def build(self, input_shape):
        self.kernel = self.add_weight((input_shape[-1], self.units), name="kernel")
        self.scale = heron.Variable(np.full(self.units, 2.0), name="scale")

    def call(self, inputs):
        return self.activation(inputs @ self.kernel) * self.scale


class Net(Model):
    """A subclassed model without a name of its own."""

    def __init__(self, width, activation=None):
        super().__init__()
        self.tides = [Tide(width), Tide(width, "relu")]
        self.drop = layers.Dropout(0.3)
        self.out = layers.Dense(1, activation=activation)

    def call(self, inputs, training=False):
        for tide in self.tides:
            inputs = tide(inputs)
        return self.out(self.drop(inputs, training=training))


class Words(Model):
    """A subclassed model of a dict of inputs, one of them integers."""

    def __init__(self, name=None):
        super().__init__(name=name)
        self.words = layers.Embedding(10, 2)
        self.dense = layers.Dense(2)

    def call(self, inputs):
        return {"sum": self.dense(inputs["x"] + self.words(inputs["word"])[:, 0])}


class Grown(Model):
    """A functional model that is a class."""

    def __init__(self, units=3):
        inputs = heron.Input((4,))
        super().__init__(inputs, layers.Dense(units)(inputs))


OWN = {"Tide": Tide, "Net": Net, "Words": Words, "Grown": Grown}
WORDS = {"x": X[:, :2], "word": np.arange(6)[:, None]}


def called(model, x=X):
    model.predict(x)
    return model


def functional():
    a, b = heron.Input((4,), name="a"), heron.Input((2,), name="b")
    shared = layers.Dense(3)
    inner_input = heron.Input((3,))
    inner = Model(inner_input, layers.Dense(3, "tanh")(inner_input), name="inner")
    hidden = layers.Concatenate()([shared(a), inner(shared(a)), layers.Dense(3)(b)])
    hidden = hidden * 2 + ops.relu(shared(a) @ np.ones((3, 1), "float32"))
    return Model(
        {"a": a, "b": b},
        {"one": layers.Dense(1, name="one")(hidden), "two": layers.Dense(3, "softmax", name="two")(hidden[:, :2])},
    )


@pytest.mark.parametrize(
    "make, x",
    [
        (functional, {"a": X, "b": X[:, :2]}),
        (lambda: called(Net(3)), X),
        (lambda: Sequential([layers.Input((4,)), Tide(3, "relu"), Net(2)]), X),
        (lambda: called(Words(), WORDS), WORDS),
        (Grown, X),
        (lambda: called(Sequential([layers.Dense(2)])), X),
        (lambda: Sequential([layers.Input((4,)), layers.Flatten()]), X),
    ],
    ids=["functional", "subclass", "own layer", "dict", "functional subclass", "built by data", "no weights"],
)
def test_every_kind_of_model(path, make, x):
    make()  # so that the automatic names are others
    twin = there_and_back(make(), path, x, custom_objects=OWN)
    again = there_and_back(twin, path, x, custom_objects=OWN)
    assert (type(again) is Functional) == (type(twin) is Functional)


def test_a_model_of_several_outputs_is_evaluated_the_same(path):
    model = functional()
    model.compile(
        "adam",
        {"one": losses.Huber(2.0), "two": "sparse_categorical_crossentropy"},
        loss_weights={"one": 0.5, "two": 1.0},
        metrics={"one": ["mae", metrics.RootMeanSquaredError(name="off")], "two": ["accuracy"]},
    )
    x, y = {"a": X, "b": X[:, :2]}, {"one": SUMS, "two": CLASSES}
    model.save(path)
    twin = load_model(path)
    assert model.evaluate(x, y, verbose=0, return_dict=True) == twin.evaluate(x, y, verbose=0, return_dict=True)


def test_a_subclassed_model_is_trained_on_the_same(path):
    model = Net(3)
    model.compile("rmsprop", "mse")
    fit(model, X, SUMS)
    model.save(path)
    assert fit(load_model(path, custom_objects=OWN), X, SUMS) == fit(model, X, SUMS)


@pytest.mark.parametrize("frozen", ["a layer", "all", "a layer inside"])
def test_what_is_frozen_stays_frozen(path, frozen):
    model = classifier()
    part = {"a layer": model.layers[0], "all": model, "a layer inside": model.get_layer("block").layers[1]}[frozen]
    part.trainable = False
    model.compile("adam", model.loss)
    there_and_back(model, path)


@pytest.mark.parametrize("policy", ["bfloat16", "mixed_bfloat16", "mixed_float16"])
def test_dtype_policies_stay(path, policy):
    dtype_policies.set_dtype_policy(policy)
    try:
        stack = line(dtype="float32")
        inputs = heron.Input((4,))
        graph = Model(inputs, layers.Dense(1)(layers.Dense(2, dtype="float32")(inputs)))
    finally:
        dtype_policies.set_dtype_policy(None)
    twin = there_and_back(stack, path)
    assert type(twin.optimizer) is type(stack.optimizer)
    assert [v.dtype for v in twin.weights] == [v.dtype for v in stack.weights]
    there_and_back(graph, path)


def test_layers_named_as_the_states_are_kept_apart(path):
    class Number(layers.Layer):
        def build(self, input_shape):
            self.weight = self.add_weight((1,), name="0")

        def call(self, inputs):
            return inputs * self.weight

    model = Sequential([layers.Input((4,)), Number(name="optimizer"), Number(name="random"), layers.Dropout(0.5)])
    model.compile("adam", "mse")
    fit(model, X, X)
    twin = there_and_back(model, path, custom_objects={"Number": Number})
    assert same([v.numpy() for v in model.variables], [v.numpy() for v in twin.variables])
    assert {"optimizer/0", "optimizer/0_1", "random/0", "random/0_1"} < set(safetensors.numpy.load_file(path))


# ---- compile ------------------------------------------------------------------------------------------------------


@saving.register_keras_serializable("birds")
def squares(y_true, y_pred):
    return ((y_true - y_pred) ** 2).mean(-1)


def distance(y_true, y_pred):
    return abs(y_true - y_pred).mean(-1)


def test_losses_and_metrics_of_ones_own(path):
    model = line()
    model.compile("adam", squares, metrics=[distance])
    twin = there_and_back(model, path, custom_objects={"distance": distance})
    assert model.evaluate(X, SUMS, verbose=0) == twin.evaluate(X, SUMS, verbose=0)
    assert twin.loss is squares
    with pytest.raises(UnknownNameError, match="names the function 'distance', which heron does not know") as caught:
        load_model(path)
    assert any("compile=False" in note for note in caught.value.__notes__)


def test_compile_false_leaves_out_how_it_was_compiled(path):
    model = line()
    fit(model, X, SUMS)
    assert not there_and_back(model, path, compile=False).compiled


def test_a_model_that_was_not_compiled(path):
    model = Sequential([layers.Input((4,)), layers.Dense(1)])
    assert model.get_compile_config() == {}
    assert not there_and_back(model, path).compiled


def test_a_lambda_among_the_losses_is_left_out_with_a_note(path):
    model = line()
    model.compile("adam", lambda y_true, y_pred: (y_true - y_pred) ** 2)
    with pytest.warns(HeronNote, match="leaves out how the model was compiled: A lambda cannot be saved"):
        model.save(path)
    assert not load_model(path).compiled


def test_an_optimizer_of_other_weights_is_left_out_with_a_note(path):
    model = line()
    fit(model, X, SUMS)
    model.layers[0].trainable = False
    with pytest.warns(HeronNote, match="leaves out the state of the optimizer: .* was built for the variables"):
        model.save(path)
    twin = load_model(path)
    assert twin.compiled
    assert not twin.optimizer.built


def test_a_compile_of_ones_own_is_not_called(path):
    class Own(Net):
        def compile(self, rate):
            super().compile(optimizers.SGD(rate), "mse")

    model = called(Own(2))
    model.compile(0.1)
    model.save(path)
    with pytest.warns(HeronNote, match=r"Own has a compile\(\) of its own, which was not called"):
        twin = load_model(path, custom_objects={"Own": Own, "Tide": Tide})
    assert not twin.compiled
    assert same(model.predict(X), twin.predict(X))


def test_the_config_of_compile():
    model = line()
    model.compile(optimizers.SGD(0.5), losses.Huber(2.0), metrics=["mae"], run_eagerly=True)
    config = json.loads(json.dumps(model.get_compile_config()))
    assert config["optimizer"]["config"]["learning_rate"] == 0.5
    assert config["loss"]["class_name"] == "Huber"
    assert (config["metrics"], config["run_eagerly"], config["loss_weights"]) == (["mae"], True, None)
    twin = Sequential([layers.Input((4,)), layers.Dense(1)])
    twin.compile_from_config(config)
    assert (twin.run_eagerly, twin.loss.arguments["delta"], type(twin.optimizer)) == (True, 2.0, optimizers.SGD)


def test_the_config_of_building():
    net = Net(3)
    assert net.get_build_config() is None
    net(X)
    config = json.loads(json.dumps(net.get_build_config()))
    assert config["args"][0]["config"] == {"shape": [6, 4], "dtype": "float32"}
    twin = Net(3)
    twin.build_from_config(config)
    assert [v.shape for v in twin.weights] == [v.shape for v in net.weights]
    assert line().get_build_config() is None  # its own config says it


# ---- what is in the file ------------------------------------------------------------------------------------------


def test_the_safetensors_package_reads_it(path):
    inputs = Sequential([layers.Input((4,)), layers.Dense(2), layers.Dropout(0.5)], name="block")
    model = Sequential([inputs, layers.Dense(1)])
    model.compile("adam", "mse", metrics=["mae"])
    fit(model, X, SUMS)
    save_model(model, path)
    with safetensors.safe_open(path, "np") as file:
        about = json.loads(file.metadata()["heron"])
        kernel = file.get_tensor("block/dense/kernel")
    assert np.array_equal(kernel, inputs.layers[0].kernel.numpy())
    assert about["version"] == __version__
    assert about["model"]["class_name"] == "Sequential"
    assert [len(about[group]) for group in ("weights", "optimizer", "random")] == [4, 2 + 2 * 4, 1]
    assert about["compile"]["metrics"] == ["mae"]


def test_the_same_model_gives_the_same_file(path, tmp_path):
    model = line()
    fit(model, X, SUMS)
    model.save(path)
    load_model(path).save(tmp_path / "again.safetensors")
    assert (tmp_path / "again.safetensors").read_bytes() == path.read_bytes()


def test_load_weights_takes_the_weights_out_of_it(path):
    model, other = line(), line()
    fit(model, X, SUMS)
    model.save(path)
    other.load_weights(path)
    assert same(model.get_weights(), other.get_weights())


def test_a_file_of_weights_is_no_model(path):
    model = classifier()
    model.save_weights(path)
    with pytest.raises(FileContentError, match=r"holds weights and no model: expected a file that model.save wrote"):
        load_model(path)
    safetensors.numpy.save_file({"w": X}, path)
    with pytest.raises(FileContentError, match="holds weights and no model"):
        load_model(path)


def test_another_program_gets_the_same_predictions(path, tmp_path):
    model = classifier()
    model.save(path)
    program = (
        "import sys, heron, numpy as np\n"
        "model = heron.saving.load_model(sys.argv[1])\n"
        "np.save(sys.argv[2], model.predict(np.linspace(-1.0, 1.0, 24, dtype='float32').reshape(6, 4)))\n"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(heron.__file__).parents[1])}
    subprocess.run([sys.executable, "-c", program, path, tmp_path / "y.npy"], env=environment, check=True)
    assert np.array_equal(model.predict(X), np.load(tmp_path / "y.npy"))


def test_models_has_the_functions_too():
    assert heron.models.load_model is load_model
    assert heron.models.save_model is save_model


# ---- mistakes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("net.weights.h5", r"'.keras' or '.safetensors'; received .*net.weights.h5'. That is a file of weights alone."),
        ("net", r"'.keras', '.safetensors', '.h5' or '.hdf5'; received .*net'.\n"),
    ],
)
def test_other_endings(tmp_path, name, taken):
    with pytest.raises(ArgumentError, match=rf"whole models end in {taken}") as caught:
        line().save(tmp_path / name)
    assert f"Write {str(tmp_path / 'net.keras')!r}." in str(caught.value)
    with pytest.raises(ArgumentError, match=r"models end in '.keras', '.safetensors', '.h5' or '.hdf5'; received"):
        load_model(tmp_path / "net")


def test_arguments_that_make_no_sense(path):
    with pytest.raises(ArgumentError, match=r"zipped=True is about .keras archives"):
        line().save(path, zipped=True)
    with pytest.raises(ArgumentTypeError, match="The ending of the file name says the format"):
        line().save(path, save_format="h5")
    with pytest.raises(ArgumentTypeError, match="save_model saves models; received <Dense name=d, built=False>"):
        save_model(layers.Dense(1, name="d"), path)
    with pytest.raises(ArgumentTypeError, match=r"custom_objects must be a dict .* received the class Net"):
        load_model(path_of(line(), path), custom_objects=Net)
    with pytest.raises(ArgumentTypeError, match="load_model expects a path"):
        load_model(None)


def path_of(model, path):
    model.save(path)
    return path


def test_files_that_are_there_or_not(path, tmp_path):
    line().save(path)
    with pytest.raises(ArgumentError, match=r"exists already. Pass overwrite=True"):
        line().save(path, overwrite=False)
    with pytest.raises(MissingFileError, match=re.escape(f"Did you mean {str(path)!r}?")):
        load_model(tmp_path / "modell.safetensors")
    with pytest.raises(ArgumentError, match=r"save_model cannot write .* the folder .* does not exist"):
        line().save(tmp_path / "nowhere" / "model.safetensors")


@pytest.mark.parametrize("make", [lambda: Sequential([layers.Dense(1)]), lambda: Net(2)])
def test_a_model_without_weights_is_refused(path, make):
    with pytest.raises(NotBuiltError, match="has no weights to save: its input shape is not known yet"):
        make().save(path)
    assert not path.exists()


def test_a_subclassed_model_whose_layers_were_never_called_is_refused(path):
    model = Net(2)
    model.built = True
    with pytest.raises(NotBuiltError, match="has no weights to save"):
        model.save(path)


def test_a_lambda_layer_is_refused_and_the_old_file_stays(path):
    line().save(path)
    before = path.read_bytes()
    model = Sequential([layers.Input((4,)), layers.Lambda(lambda x: 2 * x)])
    with pytest.raises(ArgumentError, match="A lambda cannot be saved"):
        model.save(path)
    assert path.read_bytes() == before


def test_an_unknown_class_is_named(path):
    called(Net(2)).save(path)
    with pytest.raises(UnknownNameError, match=r"the class 'Net', which heron does not know.\nPass it: custom_objects"):
        load_model(path)
    with pytest.raises(UnknownNameError, match="the function 'wade'"):
        load_model(path_of(Sequential([layers.Input((4,)), layers.Lambda(wade)]), path))
    assert same(load_model(path, custom_objects={"wade": wade}).predict(X), 2 * X)


def wade(x):
    return 2 * x


def test_a_class_that_changed_since_is_told(path):
    class Other(Model):
        def __init__(self, width, activation=None):
            super().__init__()
            self.out = layers.Dense(width, activation=activation)

        def call(self, inputs):
            return self.out(inputs)

    called(Net(2)).save(path)
    with pytest.raises(FileContentError, match="the file has 6 weights, the model 2") as caught:
        load_model(path, custom_objects={"Net": Other, "Tide": Tide})
    assert "Has a class of yours changed since it was saved?" in str(caught.value)

    called(Net(2, "tanh")).save(path)

    class Broken(Net):
        def __init__(self, width):
            super().__init__(width)

    with pytest.raises(ArgumentTypeError, match="Broken has no argument 'activation'") as caught:
        load_model(path, custom_objects={"Net": Broken, "Tide": Tide})
    assert caught.value.__notes__ == [f"(while {str(path)!r} was loaded)"]


def test_a_checkpoint_is_the_whole_model_unless_weights_are_asked_for(tmp_path):
    x = np.ones((4, 2), "float32")
    model = heron.Sequential([heron.Input((2,)), heron.layers.Dense(1)])
    model.compile("sgd", "mse")
    keep = [
        heron.callbacks.ModelCheckpoint(tmp_path / "whole.safetensors"),
        heron.callbacks.ModelCheckpoint(tmp_path / "some.safetensors", save_weights_only=True),
        heron.callbacks.ModelCheckpoint(tmp_path / "some.weights.safetensors"),
    ]
    model.fit(x, x[:, :1], verbose=0, callbacks=keep)
    np.testing.assert_array_equal(heron.saving.load_model(tmp_path / "whole.safetensors").predict(x), model.predict(x))
    for name in ("some.safetensors", "some.weights.safetensors"):
        model.load_weights(tmp_path / name)
        with pytest.raises(heron.saving.FileContentError):
            heron.saving.load_model(tmp_path / name)
