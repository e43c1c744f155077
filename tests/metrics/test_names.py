"""Names, configs and the table of metrics."""

from __future__ import annotations

import inspect
import json

import keras
import numpy as np
import pytest

from heron import losses, metrics, registry
from heron.errors import ArgumentError, ArgumentTypeError, UnknownNameError
from heron.metrics import MeanMetricWrapper
from tests.losses.rules import bad_arguments, good_arguments
from tests.metrics.oracle import NEEDED

CLASSES = {name: cls for name, cls in registry.published("metrics").items() if inspect.isclass(cls)}
FUNCTIONS = {name: f for name, f in registry.published("metrics").items() if not inspect.isclass(f)}


def needed(name):
    return {"fn": metrics.binary_accuracy} if name == "MeanMetricWrapper" else NEEDED.get(name, {})


def compatible(name, key, value):
    """Whether a good value of one argument goes with the other arguments of the test."""
    if name == "AUC" and key == "num_labels":
        return value is None
    return not (key == "num_classes" and "target_class_ids" in needed(name) and value <= 3)


def test_every_public_name_of_keras_is_there():
    missing = [name for name in dir(keras.metrics) if not name.startswith("_") and not hasattr(metrics, name)]
    assert missing == []
    assert set(CLASSES) == {n for n in dir(keras.metrics) if n[0].isupper() and n != "Metric"}


@pytest.mark.parametrize("name", CLASSES)
def test_arguments_and_defaults_are_those_of_keras(name):
    ours = inspect.signature(CLASSES[name]).parameters
    theirs = inspect.signature(getattr(keras.metrics, name)).parameters
    assert [(p.name, p.default) for p in ours.values()] == [(p.name, p.default) for p in theirs.values()]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_arguments_of_functions_are_those_of_keras(name):
    ours = inspect.signature(FUNCTIONS[name]).parameters
    theirs = inspect.signature(getattr(keras.metrics, name)).parameters
    assert [(p.name, p.default) for p in ours.values()] == [(p.name, p.default) for p in theirs.values()]


@pytest.mark.parametrize("name", CLASSES)
def test_a_config_makes_the_same_metric(name):
    cases = [(k, v) for k, v in good_arguments(CLASSES[name]) if compatible(name, k, v) and k != "fn"]
    for key, value in cases or [("name", "mine")]:
        metric = CLASSES[name](**{**needed(name), key: value})
        plain = json.loads(json.dumps(metrics.serialize(metric)))
        again = metrics.deserialize(plain)
        assert type(again) is type(metric)
        assert again.get_config() == metric.get_config()
        assert again.name == metric.name


@pytest.mark.parametrize("name", CLASSES)
def test_bad_arguments_are_refused_by_name(name):
    for key, value in bad_arguments(CLASSES[name]):
        with pytest.raises(ArgumentError, match=f"{name}: argument '{key}' must be"):
            CLASSES[name](**{**needed(name), key: value})


@pytest.mark.parametrize("name", CLASSES)
def test_configs_are_those_of_keras(name):
    ours, theirs = CLASSES[name](**needed(name)), getattr(keras.metrics, name)(**_for_keras(needed(name)))
    plain = json.loads(json.dumps(metrics.serialize(ours)))
    assert keras.metrics.deserialize(plain).name == ours.name
    again = metrics.deserialize(keras.metrics.serialize(theirs))
    assert type(again) is CLASSES[name]
    assert set(theirs.get_config()) - set(again.get_config()) == set()
    assert theirs.dtype == ours.dtype
    assert ours._direction == getattr(theirs, "_direction", None) or theirs.__dict__.get("_direction") is None


def _for_keras(arguments):
    return {**arguments, "fn": keras.metrics.binary_accuracy} if "fn" in arguments else arguments


@pytest.mark.parametrize("name", CLASSES)
def test_repr_is_the_constructor_call(name):
    shown = repr(CLASSES[name](**needed(name), name="mine"))
    assert shown.startswith(f"{name}(")
    assert "name='mine'" in shown


@pytest.mark.parametrize("name", [*CLASSES, "Metric"])
def test_docstrings_say_what_the_arguments_are(name):
    text = inspect.getdoc(getattr(metrics, name))
    assert "Args:" in text
    assert ">>>" in text
    for argument in inspect.signature(getattr(metrics, name)).parameters:
        assert argument in text


@pytest.mark.parametrize("name", FUNCTIONS)
def test_docstrings_of_functions(name):
    text = inspect.getdoc(FUNCTIONS[name])
    for argument in inspect.signature(FUNCTIONS[name]).parameters:
        assert f"    {argument}: " in text
    assert ">>>" in text


def test_names_give_new_objects_of_the_classes_that_keras_gives():
    assert metrics.get(None) is None
    for name in [
        "mse",
        "MSE",
        "mae",
        "mape",
        "msle",
        "bce",
        "accuracy",
        "auc",
        "mean_squared_error",
        "AUC",
        "precision",
    ]:
        assert type(metrics.get(name)).__name__ == type(keras.metrics.get(name)).__name__
    assert metrics.get("mse") is not metrics.get("mse")
    assert metrics.get("rmse").name == "root_mean_squared_error"
    assert metrics.get("huber") is losses.huber
    given = metrics.AUC()
    assert metrics.get(given) is given
    assert isinstance(metrics.get(metrics.AUC), metrics.AUC)
    assert metrics.get({"class_name": "TopKCategoricalAccuracy", "config": {"k": 3}}).k == 3


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(UnknownNameError, match=r"Unknown metric 'acuracy'\. Did you mean 'accuracy'\?"):
        metrics.get("acuracy")
    with pytest.raises(ArgumentError, match=r"Cannot use 3 as a metric"):
        metrics.get(3)
    with pytest.raises(ArgumentTypeError, match=r"MeanIoU: missing a required argument: 'num_classes'"):
        metrics.get("MeanIoU")
    with pytest.raises(ArgumentTypeError, match=r"AUC has no argument 'threshold'\. Did you mean 'thresholds'\?"):
        metrics.AUC(threshold=[0.5])


def test_names_are_numbered_as_in_keras():
    from heron import config

    config.reset_names()
    assert [metrics.AUC().name, metrics.AUC().name, metrics.Precision().name] == ["auc", "auc_1", "precision"]
    assert metrics.AUC.from_config(metrics.AUC(name="area").get_config()).name == "area"


def custom_metric(y_true, y_pred):
    return abs(y_true - y_pred)


def test_a_wrapped_function_keeps_its_name_and_arguments():
    for function, arguments in ((metrics.binary_accuracy, {"threshold": 0.2}), (losses.huber, {"delta": 2.0})):
        metric = MeanMetricWrapper(function, name="mine", **arguments)
        again = MeanMetricWrapper.from_config(json.loads(json.dumps(metric.get_config())))
        assert (again._fn, again._fn_kwargs, again.name) == (function, arguments, "mine")
    plain = metrics.serialize(MeanMetricWrapper(custom_metric))
    assert metrics.deserialize(plain, {"custom_metric": custom_metric})._fn is custom_metric
    with pytest.raises(UnknownNameError, match="custom_metric"):
        metrics.deserialize(plain)
    theirs = keras.metrics.serialize(keras.metrics.MeanMetricWrapper(keras.metrics.binary_accuracy, threshold=0.1))
    assert metrics.deserialize(theirs).threshold == 0.1
    with pytest.raises(AttributeError, match="has no attribute 'margin'"):
        _ = metric.margin


@pytest.mark.parametrize(
    ("true_shape", "pred_shape", "name"),
    [
        ((8, 1), (8, 1), "BinaryAccuracy"),
        ((8,), (8, 1), "BinaryAccuracy"),
        ((8,), (8, 5), "SparseCategoricalAccuracy"),
        ((8, 1), (8, 5), "SparseCategoricalAccuracy"),
        ((8, 5), (8, 5), "CategoricalAccuracy"),
        ((8, 3), (8, 3, 5), "SparseCategoricalAccuracy"),
        ((8, 3, 5), (8, 3, 5), "CategoricalAccuracy"),
        ((8,), (8,), "CategoricalAccuracy"),
    ],
)
def test_accuracy_is_chosen_by_shape_as_in_keras(true_shape, pred_shape, name):
    from keras.src.trainers.compile_utils import get_metric

    for kind in ("accuracy", "acc", "Accuracy"):
        assert metrics.resolve_accuracy(true_shape, pred_shape, kind).__name__ == name
        assert type(get_metric(kind, np.ones(true_shape), np.ones(pred_shape))).__name__ == name
    crossentropy = name.replace("Accuracy", "Crossentropy")
    assert metrics.resolve_accuracy(true_shape, pred_shape, "ce").__name__ == crossentropy


def test_an_unknown_kind_is_refused():
    with pytest.raises(ArgumentError, match="kind must be 'accuracy', 'acc', 'crossentropy' or 'ce'; received 'mse'"):
        metrics.resolve_accuracy((8,), (8, 1), "mse")
