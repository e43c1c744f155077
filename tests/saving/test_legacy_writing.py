"""Files as Keras 2 wrote them, written: Keras and heron make the same of them."""

from __future__ import annotations

import h5py
import keras
import numpy as np
import pytest

import heron
from heron import layers
from heron.errors import ArgumentError, NotBuiltError
from heron.saving import hdf5, load_model, register_keras_serializable

RNG = np.random.default_rng(3)
pytestmark = pytest.mark.filterwarnings("ignore:Compiled the loaded model")


@register_keras_serializable("tests_of_h5")
class Scaled(layers.Layer):
    """A layer with a weight and an argument of its own."""

    def __init__(self, start=2.0, **kwargs):
        super().__init__(**kwargs)
        self.start = start

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(), initializer=heron.initializers.Constant(self.start), name="scale")

    def call(self, inputs):
        return inputs * self.scale


def image_net():
    model = heron.Sequential(
        [
            heron.Input((6, 6, 3)),
            layers.Conv2D(2, 3, activation="relu", kernel_regularizer=heron.regularizers.L2(0.01)),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(3, "softmax", kernel_initializer="he_normal"),
        ]
    )
    model.compile(heron.optimizers.Adam(0.02), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, RNG.normal(size=(8, 6, 6, 3)).astype("float32")


def graph():
    a, b = heron.Input((4,), name="a"), heron.Input((4,), name="b")
    joined = layers.Concatenate()([layers.Dense(3, name="left")(a), layers.Dense(3, name="right")(b)])
    summed = layers.Add()([joined, layers.Dense(6)(joined)]) * 2.0
    inner = heron.Sequential([heron.Input((6,)), layers.Dense(2)], name="inner")
    model = heron.Model([a, b], inner(summed))
    model.compile(heron.optimizers.SGD(0.1, momentum=0.9), "mse", metrics=["mae"])
    return model, [RNG.normal(size=(8, 4)).astype("float32") for _ in "ab"]


@pytest.fixture(scope="module", params=[image_net, graph])
def trained(request):
    model, x = request.param()
    model.optimizer.build(model.trainable_variables)
    for variable in (*model.weights, *model.optimizer.variables):
        if variable.dtype == "float32" and variable is not model.optimizer._learning_rate:
            variable.assign(RNG.uniform(0.1, 0.9, variable.shape))
    model.optimizer.iterations.assign(7)
    return model, x


def assert_same_weights(one, other):
    for ours, theirs in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("ending", [".h5", ".hdf5"])
def test_heron_loads_what_it_wrote_with_how_it_was_compiled_and_where_training_stood(trained, ending, tmp_path):
    model, _ = trained
    model.save(tmp_path / f"net{ending}")
    twin = load_model(tmp_path / f"net{ending}")
    assert_same_weights(model, twin)
    assert [layer.get_config() for layer in twin.layers] == [layer.get_config() for layer in model.layers]
    assert len(twin.get_compile_config()["metrics"]) == 1
    assert twin.optimizer.get_config() == model.optimizer.get_config()
    for ours, theirs in zip(model.optimizer.variables, twin.optimizer.variables, strict=True):
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())


def test_keras_loads_it(trained, tmp_path):
    model, x = trained
    model.save(tmp_path / "net.h5")
    theirs = keras.models.load_model(tmp_path / "net.h5")
    assert_same_weights(model, theirs)
    np.testing.assert_allclose(model.predict(x), theirs.predict(x, verbose=0), rtol=1e-4)
    assert theirs.optimizer.iterations == 7
    assert theirs.loss.__name__ in ("sparse_categorical_crossentropy", "mean_squared_error")
    assert type(theirs.optimizer).__name__ == type(model.optimizer).__name__
    assert float(theirs.optimizer.learning_rate) == pytest.approx(float(model.optimizer.learning_rate.numpy()))


def test_weights_alone_go_to_keras_and_back(trained, tmp_path):
    model, _ = trained
    model.save(tmp_path / "net.h5")
    model.save_weights(tmp_path / "weights.h5")
    theirs, ours = keras.models.load_model(tmp_path / "net.h5", compile=False), load_model(tmp_path / "net.h5")
    for twin in (theirs, ours):
        twin.set_weights([np.zeros_like(w) for w in twin.get_weights()])
        twin.load_weights(tmp_path / "weights.h5")
        assert_same_weights(model, twin)


def test_classes_of_ones_own_weights_beside_the_layers_and_names_of_classes(tmp_path):
    class Whole(heron.Sequential):
        """With a weight that is in no layer."""

    heron.saving.register_keras_serializable("tests_of_h5")(Whole)
    model = Whole([heron.Input((3,)), Scaled(3.0), layers.Dense(2, "softmax")])
    model.class_names = ["cat", "dog"]
    model.layers[0].scale.assign(5.0)
    model.save(tmp_path / "own.h5")
    twin = load_model(tmp_path / "own.h5")
    assert (type(twin), type(twin.layers[0]), twin.layers[0].start) == (Whole, Scaled, 3.0)
    assert float(twin.layers[0].scale.numpy()) == 5.0
    assert twin.class_names == ["cat", "dog"]


def test_the_form_is_the_one_of_keras(trained, tmp_path):
    """Attribute by attribute, as Keras wrote the model that it made of heron's file."""
    model, _ = trained
    model.save(tmp_path / "ours.h5")
    keras.models.load_model(tmp_path / "ours.h5").save(tmp_path / "theirs.h5")
    with h5py.File(tmp_path / "ours.h5") as ours, h5py.File(tmp_path / "theirs.h5") as theirs:
        assert set(theirs.attrs) <= set(ours.attrs)
        assert set(ours["model_weights"]) == set(theirs["model_weights"])
        names = [np.array(file["model_weights"].attrs["layer_names"], "S") for file in (ours, theirs)]
        assert names[0].tolist() == names[1].tolist()
        for name in names[0].astype(str):
            both = [file[f"model_weights/{name}"] for file in (ours, theirs)]
            stored = [[group[weight].shape for weight in group.attrs["weight_names"]] for group in both]
            assert stored[0] == stored[1]


def test_names_that_have_no_room_beside_a_group_stand_in_parts(tmp_path):
    names = [f"{'layer' * 20}{i:06}" for i in range(1500)]
    with open(tmp_path / "many.h5", "wb") as file:
        hdf5.write(file, {"a": np.zeros(2, "float32")}, {"group": {"layer_names": names, "empty": [], "one": "text"}})
    with hdf5.reading(str(tmp_path / "many.h5")) as file:
        assert file.names("layer_names", "group") == names
        assert file.names("empty", "group") == []
        assert file.text("one", "group") == "text"
    with h5py.File(tmp_path / "many.h5") as file:
        assert set(file["group"].attrs) == {"layer_names0", "layer_names1", "layer_names2", "empty", "one"}


# ---- mistakes -------------------------------------------------------------------------------------------------------


def test_what_an_h5_file_cannot_hold_is_refused_with_the_file_that_can(tmp_path):
    lookup = layers.StringLookup()
    lookup.adapt(["a", "b"])
    model = heron.Sequential([heron.Input((1,), dtype="string"), lookup, layers.Embedding(4, 2)])
    with pytest.raises(ArgumentError, match=r"no place for what the layers .*\nWrite a '.keras' file, which has"):
        model.save(tmp_path / "words.h5")
    assert list(tmp_path.iterdir()) == []


def test_layers_and_models_without_weights_have_no_such_file(tmp_path):
    with pytest.raises(NotBuiltError):
        heron.Sequential([layers.Dense(1)]).save(tmp_path / "net.h5")
    layer = layers.Dense(1)
    layer.build((None, 2))
    with pytest.raises(ArgumentError, match=r"layer by layer; this has no layers.\nWrite a '.weights.h5' file"):
        heron.saving.save_weights(layer, tmp_path / "layer.h5")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_stays_unless_it_may_go(trained, tmp_path):
    model, _ = trained
    (tmp_path / "net.h5").write_text("mine")
    with pytest.raises(ArgumentError, match=r"exists already. Pass overwrite=True"):
        model.save(tmp_path / "net.h5", overwrite=False)
    assert (tmp_path / "net.h5").read_text() == "mine"
