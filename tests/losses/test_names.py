"""Names, configs and the table of losses."""

from __future__ import annotations

import inspect
import json

import keras
import numpy as np
import pytest

from heron import losses, registry
from heron.errors import ArgumentError, UnknownNameError
from heron.losses import Loss, LossFunctionWrapper
from tests.losses.rules import bad_arguments, good_arguments

CLASSES = {name: cls for name, cls in registry.published("losses").items() if inspect.isclass(cls)}
FUNCTIONS = {name: f for name, f in registry.published("losses").items() if not inspect.isclass(f)}


def test_every_public_name_of_keras_is_there():
    missing = [name for name in dir(keras.losses) if not name.startswith("_") and not hasattr(losses, name)]
    assert missing == []


@pytest.mark.parametrize("name", CLASSES)
def test_arguments_and_defaults_are_those_of_keras(name):
    ours = inspect.signature(CLASSES[name]).parameters
    theirs = inspect.signature(getattr(keras.losses, name)).parameters
    assert [(p.name, p.default) for p in ours.values()] == [(p.name, p.default) for p in theirs.values()]


@pytest.mark.parametrize("name", [f for f in FUNCTIONS if hasattr(keras.losses, f)])
def test_arguments_of_functions_are_those_of_keras(name):
    ours = inspect.signature(FUNCTIONS[name]).parameters
    theirs = inspect.signature(getattr(keras.losses, name)).parameters
    assert [(p.name, p.default) for p in ours.values()] == [(p.name, p.default) for p in theirs.values()]


@pytest.mark.parametrize("name", CLASSES)
def test_a_config_makes_the_same_loss(name):
    for key, value in good_arguments(CLASSES[name]):
        loss = CLASSES[name](**{key: value})
        plain = json.loads(json.dumps(losses.serialize(loss)))
        again = losses.deserialize(plain)
        assert type(again) is type(loss)
        assert again.get_config() == loss.get_config()
        assert losses.get(plain).name == loss.name


@pytest.mark.parametrize("name", CLASSES)
def test_bad_arguments_are_refused_by_name(name):
    for key, value in bad_arguments(CLASSES[name]):
        with pytest.raises(ArgumentError, match=f"{name}: argument '{key}' must be"):
            CLASSES[name](**{key: value})


# Keras has left this one out of the table that its own deserialize reads.
READ_BY_KERAS = [name for name in CLASSES if name != "CategoricalGeneralizedCrossEntropy"]


@pytest.mark.parametrize("name", READ_BY_KERAS)
def test_keras_reads_the_config(name):
    loss = CLASSES[name]()
    plain = json.loads(json.dumps(losses.serialize(loss)))
    assert keras.losses.deserialize(plain).name == loss.name


@pytest.mark.parametrize("name", READ_BY_KERAS)
def test_the_config_of_keras_is_read(name):
    theirs = getattr(keras.losses, name)()
    ours = losses.deserialize(keras.losses.serialize(theirs))
    assert type(ours) is CLASSES[name]
    assert {k: ours.get_config()[k] for k in theirs.get_config()} == theirs.get_config()


@pytest.mark.parametrize("name", CLASSES)
def test_repr_is_the_constructor_call(name):
    cls = CLASSES[name]
    assert repr(cls()) == f"{name}()"
    assert repr(cls(reduction="sum")) == f"{name}(reduction='sum')"


@pytest.mark.parametrize("name", [*CLASSES, "Loss", "LossFunctionWrapper"])
def test_docstrings_say_what_the_arguments_are(name):
    text = inspect.getdoc(getattr(losses, name))
    assert "Args:" in text
    assert ">>>" in text


@pytest.mark.parametrize("name", FUNCTIONS)
def test_docstrings_of_functions(name):
    text = inspect.getdoc(FUNCTIONS[name])
    for argument in inspect.signature(FUNCTIONS[name]).parameters:
        assert f"    {argument}: " in text
    assert ">>>" in text


def test_names_give_what_keras_gives():
    assert losses.get(None) is None
    assert losses.get("mse") is losses.mean_squared_error is losses.MSE is losses.get("MSE")
    assert losses.get("mean_squared_error") is losses.mean_squared_error
    assert isinstance(losses.get("MeanSquaredError"), losses.MeanSquaredError)
    assert isinstance(losses.get(losses.Huber), losses.Huber)
    assert losses.get({"class_name": "Huber", "config": {"delta": 2.0}}).delta == 2.0
    for name in ("bce", "kld", "mae", "mape", "msle", "mse"):
        assert losses.get(name) is losses.get(name.upper()) is getattr(losses, name)
        assert keras.losses.get(name).__name__ == losses.get(name).__name__


def test_names_of_keras_1_and_2():
    assert losses.get("kullback_leibler_divergence") is losses.kl_divergence
    assert losses.get("logcosh") is losses.log_cosh
    assert losses.get("cosine_proximity") is losses.cosine_similarity


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(UnknownNameError, match=r"Unknown loss 'msee'\. Did you mean '(mse|MSE)'\?"):
        losses.get("msee")
    with pytest.raises(UnknownNameError, match=r"Did you mean 'sparse_categorical_crossentropy'\?"):
        losses.get("sparse_categorical_cross_entropy")
    with pytest.raises(ArgumentError, match=r"Cannot use 3 as a loss"):
        losses.get(3)


def test_functions_are_written_by_name():
    assert losses.deserialize(losses.serialize(losses.mean_squared_error)) is losses.mean_squared_error
    assert losses.deserialize(keras.losses.serialize(keras.losses.huber)) is losses.huber


def custom_loss(y_true, y_pred):
    return abs(y_true - y_pred)


def test_the_users_own_functions_are_read_back_with_their_help():
    with pytest.raises(UnknownNameError, match="custom_loss"):
        losses.deserialize("custom_loss")
    assert losses.deserialize("custom_loss", {"custom_loss": custom_loss}) is custom_loss
    plain = losses.serialize(LossFunctionWrapper(custom_loss, name="mine"))
    again = losses.deserialize(plain, {"custom_loss": custom_loss, "LossFunctionWrapper": LossFunctionWrapper})
    assert (again.fn, again.name) == (custom_loss, "mine")


def test_a_wrapped_function_keeps_its_arguments():
    loss = LossFunctionWrapper(losses.huber, name="h", delta=0.5)
    again = LossFunctionWrapper.from_config(json.loads(json.dumps(loss.get_config())))
    assert (again.fn, again.delta, again.name) == (losses.huber, 0.5, "h")
    with pytest.raises(AttributeError, match="has no attribute 'gamma'"):
        _ = loss.gamma
    from keras.src.losses.losses import LossFunctionWrapper as theirs

    assert theirs.from_config(loss.get_config()).fn is keras.losses.huber


class Pinball(Loss):
    def __init__(self, quantile=0.5, **kwargs):
        super().__init__(**kwargs)
        self.quantile = quantile

    def call(self, y_true, y_pred):
        return (y_true - y_pred) * self.quantile

    def get_config(self):
        return {**super().get_config(), "quantile": self.quantile}


def test_a_subclass_in_the_style_of_keras_is_read_back():
    loss = Pinball(0.9, name="p90", reduction="sum")
    again = losses.deserialize(losses.serialize(loss), custom_objects={"Pinball": Pinball})
    assert (again.quantile, again.name, again.reduction) == (0.9, "p90", "sum")


def test_as_loss_makes_an_object_of_everything_that_compile_takes():
    assert losses.as_loss(None) is None
    loss = losses.as_loss("mse")
    assert isinstance(loss, Loss)
    assert loss.name == "mse"
    assert float(loss([[0.0]], [[2.0]], [3.0])) == 12.0
    assert losses.as_loss(custom_loss).name == "custom_loss"
    given = losses.Huber()
    assert losses.as_loss(given) is given
    with pytest.raises(UnknownNameError, match="Unknown loss 'crossentropy'"):
        losses.as_loss("crossentropy")


@pytest.mark.parametrize(
    ("true_shape", "pred_shape", "name"),
    [
        ((8, 1), (8, 1), "binary_crossentropy"),
        ((8,), (8, 1), "binary_crossentropy"),
        ((8,), (8, 5), "sparse_categorical_crossentropy"),
        ((8, 1), (8, 5), "sparse_categorical_crossentropy"),
        ((8, 5), (8, 5), "categorical_crossentropy"),
        ((8, 3), (8, 3, 5), "sparse_categorical_crossentropy"),
        ((8, 3, 5), (8, 3, 5), "categorical_crossentropy"),
    ],
)
def test_crossentropy_is_chosen_by_shape_as_in_keras(true_shape, pred_shape, name):
    from keras.src.trainers.compile_utils import get_loss

    assert losses.resolve_crossentropy(true_shape, pred_shape).__name__ == name
    assert losses.as_loss("ce", true_shape, pred_shape).fn.__name__ == name
    assert get_loss("ce", np.ones(true_shape), np.ones(pred_shape)).fn.__name__ == name
