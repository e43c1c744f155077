"""Files that travel between Keras 3 and heron: the same predictions, the same training, whoever wrote them."""

from __future__ import annotations

import json
import zipfile
from types import SimpleNamespace

import h5py
import jax
import keras
import numpy as np
import pytest

import heron
from heron.errors import ArgumentError, HeronNote, NotBuiltError, UnknownNameError
from heron.saving import FileContentError, load_model
from tests.contracts.test_layers import scaled
from tests.oracle import QUICK

X = np.linspace(-1.0, 1.0, 24, dtype="float32").reshape(6, 4)
Y = X.sum(1, keepdims=True)
CLASSES = np.array([0, 1, 2, 0, 1, 2])
BOTH = pytest.mark.parametrize("writer, reader", [(keras, heron), (heron, keras)], ids=["from Keras", "to Keras"])


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "model.keras")


def outputs(model, x):
    """What the model gives for `x`, compiled fast."""
    state = [v.value for v in model.trainable_variables], [v.value for v in model.non_trainable_variables]
    program = jax.jit(lambda s, x: model.stateless_call(*s, x, training=False)[0], compiler_options=QUICK)
    return [np.asarray(y, "float32") for y in jax.tree.leaves(program(state, x))]


def assert_same_outputs(one, other, x, tolerance=1e-5):
    ours, theirs = outputs(one, x), outputs(other, x)
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


def shaken(model):
    """The model with other weights than it begins with."""
    rng = np.random.default_rng(5)
    model.set_weights([
        rng.uniform(0.1, 0.5, w.shape).astype(w.dtype) if w.dtype.kind == "f" else w for w in model.get_weights()
    ])  # fmt: skip
    for layer in model.layers:
        if hasattr(layer, "finalize_state"):  # Keras's Normalization keeps what it works out of its weights
            layer.finalize_state()
    return model


def graph(k):
    """Several inputs and outputs, shared layers, a model inside that is called twice, operations between layers."""
    layers, ops = k.layers, k.ops
    a, b = layers.Input((4,), name="a"), layers.Input((2,), name="b")
    shared = layers.Dense(3, activation="relu", kernel_regularizer="l2")
    inner_input = layers.Input((3,))
    inner = k.Model(inner_input, layers.BatchNormalization()(layers.Dense(3, "tanh")(inner_input)), name="inner")
    chain = k.Sequential([layers.Dense(3), layers.Dropout(0.5), k.Sequential([layers.Dense(3)], name="deep")])
    hidden = layers.Concatenate()([shared(a), inner(shared(a)), inner(chain(layers.Dense(3)(b)))])
    hidden = hidden * 2 + ops.relu(shared(a) @ np.ones((3, 1), "float32")) - 1 / ops.exp(hidden)
    cut = ops.reshape(ops.concatenate([hidden[:, :4], -hidden[:, 5:]], axis=-1), (-1, 2, 4))
    cut = ops.where(cut > 0, ops.mean(cut, axis=1, keepdims=True), ops.einsum("bij,bkj->bij", cut, cut))
    cut = layers.Flatten()(ops.transpose(cut, (0, 2, 1))[..., ::-1])
    return k.Model(
        {"a": a, "b": b},
        {"one": layers.Dense(1, name="one")(hidden), "two": layers.Dense(3, "softmax", name="two")(cut)},
    )


@BOTH
def test_graphs_and_how_they_were_compiled(path, writer, reader):
    model = shaken(graph(writer))
    model.compile(
        writer.optimizers.AdamW(writer.optimizers.schedules.CosineDecay(0.01, 100), weight_decay=0.01, clipnorm=1.0),
        {"one": writer.losses.MeanSquaredError(reduction="sum"), "two": "sparse_categorical_crossentropy"},
        loss_weights={"one": 0.5, "two": 1.0},
        metrics={"one": ["mae", writer.metrics.RootMeanSquaredError(name="off")], "two": ["accuracy"]},
    )
    x, y = {"a": X, "b": X[:, :2]}, {"one": Y, "two": CLASSES}
    model.fit(x, y, batch_size=3, shuffle=False, verbose=0)
    model.save(path)
    twin = reader.models.load_model(path)
    assert_same_outputs(model, twin, x)
    ours, theirs = (m.evaluate(x, y, verbose=0, return_dict=True) for m in (model, twin))
    assert set(ours) == set(theirs)
    assert ours == pytest.approx(theirs, rel=1e-4, abs=1e-5)
    json_twin = reader.models.model_from_json(model.to_json())
    json_twin.set_weights(model.get_weights())
    assert_same_outputs(model, json_twin, x)
    assert json_twin.compiled


def line(k, optimizer="sgd"):
    model = k.Sequential([k.layers.Input((4,)), k.layers.Dense(2, activation="tanh"), k.layers.Dense(1)])
    model.compile(optimizer, "mse")
    return model


def fit(model, epochs=1):
    model.fit(X, Y, epochs=epochs, batch_size=2, shuffle=False, verbose=0)
    return model


def test_keras_finds_nothing_to_complain_about(path, recwarn):
    fit(line(heron, "adam")).save(path)
    keras.models.load_model(path)
    assert [str(w.message) for w in recwarn if "__array__" not in str(w.message)] == []


def own_classes(k):
    """The same classes of the user's own, on either base."""

    class Tide(k.layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units

        def build(self, input_shape):
            self.rise = self.add_weight(shape=(input_shape[-1], self.units), name="rise")
            self.fall = self.add_weight(shape=(self.units,), initializer="ones", trainable=False, name="fall")

        def call(self, inputs):
            return k.ops.matmul(inputs, self.rise) * self.fall

        def get_config(self):
            return {**super().get_config(), "units": self.units}

    class Net(k.Model):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.alpha = Tide(units)
            self.zeta = k.layers.Dense(3)
            self.blocks = [k.layers.Dense(2), [k.layers.Dense(2)]]
            self.named = {"b": k.layers.Dense(2), "a": k.Sequential([k.layers.Dense(2), k.layers.Dropout(0.1)])}
            self._last = k.layers.Dense(units)

        def call(self, inputs, training=False):
            x = self.named["a"](self.named["b"](self.blocks[1][0](self.blocks[0](self.alpha(inputs)))))
            return self._last(self.zeta(x))

        def get_config(self):
            return {**super().get_config(), "units": self.units}

    return SimpleNamespace(Tide=Tide, Net=Net, custom={"Tide": Tide, "Net": Net})


@BOTH
def test_classes_of_ones_own(path, writer, reader):
    theirs, ours = own_classes(writer), own_classes(reader)
    model = theirs.Net(1, name="net")
    model(X)
    shaken(model).compile("adam", "mse")
    fit(model)
    model.save(path)
    twin = reader.models.load_model(path, custom_objects=ours.custom)
    assert type(twin) is ours.Net
    assert_same_outputs(model, twin, X)
    assert len(twin.optimizer.variables) == len(model.optimizer.variables) > 10
    chain = writer.Sequential([writer.layers.Input((4,)), theirs.Tide(3), writer.layers.Lambda(scaled)])
    shaken(chain).save(path)
    twin = reader.models.load_model(path, custom_objects={**ours.custom, "scaled": scaled})
    assert_same_outputs(chain, twin, X)


def test_paths_in_the_file_are_keras_s(tmp_path):
    found = []
    for k in (keras, heron):
        model = own_classes(k).Net(1)
        model(X)
        model.compile(k.optimizers.LossScaleOptimizer(k.optimizers.SGD()), "mse")
        fit(model).save_weights(tmp_path / "a.weights.h5")
        with h5py.File(tmp_path / "a.weights.h5") as file:
            shapes = {}
            file.visititems(lambda name, item: shapes.__setitem__(name, getattr(item, "shape", None)))  # noqa: B023
        found.append({name: shape for name, shape in shapes.items() if not name.startswith("heron")})
    assert found[0] == found[1]


class Counted(heron.layers.Layer):
    """A layer that keeps its numbers in its own way."""

    def build(self, input_shape):
        self.total = self.add_weight(shape=(2,), initializer="zeros", name="total")

    def call(self, inputs):
        return inputs + self.total[0]

    def save_own_variables(self, store):
        store["first"], store["second"] = self.total.numpy()

    def load_own_variables(self, store):
        self.total.assign([store["first"], store["second"]])

    def save_own_assets(self, store):
        store["words.txt"] = b"one two"

    def load_own_assets(self, store):
        self.words = store["words.txt"].decode().split()


def test_layers_may_write_what_they_keep_themselves(path):
    model = heron.Sequential([heron.Input((4,)), Counted(), heron.layers.Dense(1)])
    model.layers[0].total.assign([3.0, 4.0])
    model.save(path)
    twin = load_model(path, custom_objects={"Counted": Counted})
    assert twin.layers[0].total.numpy().tolist() == [3.0, 4.0]
    assert twin.layers[0].words == ["one", "two"]
    with zipfile.ZipFile(path) as archive:
        assert "assets/layers/counted/words.txt" in archive.namelist()


@BOTH
@pytest.mark.parametrize("policy", ["bfloat16", "mixed_float16"])
def test_dtypes(path, writer, reader, policy):
    inputs = writer.layers.Input((4,))
    hidden = writer.layers.Dense(2, dtype=policy)(inputs)
    model = writer.Model(inputs, writer.layers.Dense(1, dtype="float32")(hidden))
    model.save(path)
    twin = reader.models.load_model(path)
    assert [str(v.dtype) for v in twin.weights] == [str(v.dtype) for v in model.weights]
    for a, b in zip(model.weights, twin.weights, strict=True):
        np.testing.assert_array_equal(np.asarray(a.numpy(), "float32"), np.asarray(b.numpy(), "float32"))


def regularized(k, **flag):
    """A graph with layers that do one thing in training and another thing else."""
    x = k.Input((4, 4, 1))
    y = k.layers.RandomFlip("horizontal", seed=1, name="flip")(x)
    return k.Model(x, k.layers.Dropout(0.5, seed=1, name="dropout")(y, **flag))


@BOTH
def test_what_a_graph_does_in_training_is_the_callers_choice(path, writer, reader):
    """Keras writes beside each layer the flag that held as it drew the graph: True for images, False for dropout."""
    model = regularized(writer)
    model.save(path)
    twin, x = reader.models.load_model(path), np.arange(1.0, 33.0, dtype="float32").reshape(2, 4, 4, 1)
    np.testing.assert_array_equal(twin.predict(x, verbose=0), x)
    trained = np.asarray(twin(x, training=True))
    assert 0 < (trained == 0).sum() < x.size
    assert set(trained.ravel()) - {0.0} <= set(2 * x.ravel())


@pytest.mark.parametrize("copy", [heron.models.clone_model, lambda m: heron.models.model_from_json(m.to_json())])
def test_a_flag_that_was_typed_stays(copy):
    """Dropout that is meant to work in `predict` too does so in a copy."""
    model, x = regularized(heron, training=True), np.ones((2, 4, 4, 1), "float32")
    assert {*np.ravel(copy(model).predict(x, verbose=0))} == {0.0, 2.0}
    assert keras.models.model_from_json(model.to_json()).layers[-1].name == "dropout"


def test_layers_that_stand_in_two_models_stay_one(path):
    for writer, reader in ((heron, keras), (heron, heron)):  # Keras makes them two of what it writes itself
        dense = writer.layers.Dense(4)
        parts = [writer.Sequential([writer.layers.Input((4,)), dense, writer.layers.ReLU()]) for _ in range(2)]
        model = writer.Sequential([writer.layers.Input((4,)), *parts])
        model.save(path)
        twin = reader.models.load_model(path)
        assert twin.layers[0].layers[0] is twin.layers[1].layers[0]
        assert_same_outputs(model, twin, X)


# ---- heron and heron ----------------------------------------------------------------------------------------------


def test_training_goes_on_as_without_the_break(path):
    def model():
        heron.utils.set_random_seed(3)
        made = heron.Sequential([heron.Input((4,)), heron.layers.Dense(8), heron.layers.Dropout(0.5)])
        made.compile("adam", "mse")
        return made

    x = np.ones((6, 8), "float32")
    whole, broken = model(), model()
    whole.fit(X, x, epochs=2, batch_size=2, shuffle=False, verbose=0)
    broken.fit(X, x, epochs=1, batch_size=2, shuffle=False, verbose=0)
    broken.save(path)
    twin = load_model(path)
    twin.fit(X, x, epochs=1, batch_size=2, shuffle=False, verbose=0)
    for a, b in zip(whole.variables, twin.variables, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_the_digest_of_each_member_is_kept(path):
    fit(line(heron)).save(path)
    with zipfile.ZipFile(path) as archive:
        about = json.loads(archive.read("metadata.json"))
        assert set(about["sha256"]) == {"config.json", "model.weights.h5"}
        assert about["keras_version"].startswith("3.")
        assert about["heron_version"] == heron.__version__
        config = json.loads(archive.read("config.json"))
    assert (config["module"], config["class_name"]) == ("keras", "Sequential")
    dense = config["config"]["layers"][1]
    assert (dense["module"], dense["registered_name"]) == ("keras.layers", None)
    assert dense["config"]["dtype"]["class_name"] == "DTypePolicy"
    assert config["compile_config"]["loss"] == "mse"


def test_compile_false_leaves_out_how_it_was_compiled(path):
    fit(line(heron)).save(path)
    assert not load_model(path, compile=False).compiled


def test_weights_out_of_an_archive(path):
    model, other = fit(line(heron)), line(heron)
    model.save(path)
    other.load_weights(path)
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


# ---- weights that do not fit ----------------------------------------------------------------------------------------


def two(units=2, inputs=4):
    return heron.Sequential(
        [heron.Input((inputs,)), heron.layers.Dense(units, name="a"), heron.layers.Dense(1, name="b")]
    )


@pytest.fixture
def weights(tmp_path):
    file = tmp_path / "two.weights.h5"
    shaken(two()).save_weights(file)
    return file


@pytest.mark.parametrize(
    "model, what",
    [
        (lambda: two(3), "weight 'a/kernel' has shape (4, 2) in the file and (4, 3) in the model; weight 'a/bias' has"),
        (lambda: two(inputs=5), "weight 'a/kernel' has shape (4, 2) in the file and (5, 2) in the model."),
        (
            lambda: heron.Sequential([heron.Input((4,)), heron.layers.Dense(2)]),
            "the file has 4 weights, the model 2.\nOnly in the file: layers/dense_1/vars/0, layers/dense_1/vars/1.",
        ),
    ],
)
def test_weights_of_another_architecture(weights, model, what):
    model = model()
    before = model.get_weights()
    with pytest.raises(FileContentError, match="does not fit the model") as caught:
        model.load_weights(weights)
    assert what in str(caught.value)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_skip_mismatch_loads_what_fits(weights):
    model = two(inputs=5)
    with pytest.warns(HeronNote, match=r"loaded 3 of 4 weights. Left as they were: 'a/kernel' has shape \(4, 2\)"):
        model.load_weights(weights, skip_mismatch=True)
    assert model.layers[1].kernel.numpy().tolist() == shaken(two()).layers[1].kernel.numpy().tolist()


def test_objects_to_skip_stay_as_they_are(weights):
    model = two()
    before = model.layers[0].kernel.numpy()
    model.load_weights(weights, objects_to_skip=[model.layers[0]])
    assert (model.layers[0].kernel.numpy() == before).all()
    assert model.layers[1].bias.numpy().tolist() == shaken(two()).layers[1].bias.numpy().tolist()


def test_an_optimizer_of_another_kind_starts_afresh(tmp_path):
    fit(line(heron, "adam")).save_weights(tmp_path / "a.weights.h5")
    other = fit(line(heron, "sgd"))
    with pytest.warns(HeronNote, match="The state of the optimizer in .* is left out: it has 10 arrays, and the"):
        other.load_weights(tmp_path / "a.weights.h5")
    twin = line(heron, "adam")
    twin.load_weights(tmp_path / "a.weights.h5")
    assert int(twin.optimizer.iterations) == 3


def test_mistakes(tmp_path, path):
    two().save(tmp_path / "a.keras")
    with pytest.raises(ArgumentError, match=r"by_name=True is for '.h5' files of Keras 1 and 2"):
        two().load_weights(tmp_path / "a.keras", by_name=True)
    with pytest.raises(NotBuiltError, match="has no weights to save: its input shape is not known yet"):
        heron.Sequential([heron.layers.Dense(1)]).save(path)
    (tmp_path / "b.weights.h5").write_bytes((tmp_path / "a.keras").read_bytes())
    with pytest.raises(FileContentError, match=r"is not an HDF5 file: it is .*: a zip archive"):
        two().load_weights(tmp_path / "b.weights.h5")
    (tmp_path / "b.keras").write_bytes(b"hello")
    with pytest.raises(FileContentError, match=r"is not a .keras archive: it is .* that begin with b'hello'"):
        load_model(tmp_path / "b.keras")
    heron.Sequential([heron.Input((4,)), own_classes(heron).Tide(1)]).save(path)
    with pytest.raises(
        UnknownNameError, match=r"the class 'Tide', which heron does not know.\nPass it: custom_objects"
    ):
        load_model(path)


def test_folders_and_files_of_other_programs_are_named(tmp_path):
    (tmp_path / "picture.keras").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(20))
    with pytest.raises(FileContentError, match=r"28 bytes that begin with .*: a PNG picture"):
        load_model(tmp_path / "picture.keras")
    with pytest.raises(FileContentError, match=r"is a folder; whole models are files.\nIt has picture.keras: name one"):
        load_model(tmp_path)
    (tmp_path / "saved_model.pb").write_bytes(b"")
    with pytest.raises(FileContentError, match=r"a folder that TensorFlow wrote .a SavedModel.*\n.*save it again"):
        load_model(tmp_path)
    with pytest.raises(ArgumentError, match=r"Write 'net.keras'"):
        two().save("net.tf")


@pytest.mark.parametrize(
    "version, what", [("4.1.0", "has the format of Keras 4.1.0; heron reads"), ("1.2", "Keras 1.2")]
)
def test_another_format_is_named(path, version, what):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": version}))
        archive.writestr("config.json", "{}")
    with pytest.raises(FileContentError, match=what):
        load_model(path)


def test_an_archive_of_something_else_is_named(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("arr_0.npy", "x")
    with pytest.raises(
        FileContentError, match=r"is a zip archive, but not of a Keras model: it has no 'metadata.json'"
    ):
        load_model(path)
