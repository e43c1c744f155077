"""Models as JSON: their configs, without weights."""

from __future__ import annotations

import json

import numpy as np
import pytest

import heron
from heron import layers
from heron.errors import ArgumentError, ArgumentTypeError, UnknownNameError
from heron.models import model_from_json


def chain():
    return heron.Sequential([heron.Input((4,)), layers.Dense(3, activation="relu"), layers.Dense(2)])


def drawn():
    x = heron.Input((4,), name="x")
    return heron.Model(x, layers.Add()([layers.Dense(2, name="a")(x), layers.Dense(2, name="b")(x)]))


@pytest.mark.parametrize("make", [chain, drawn])
def test_a_model_comes_back_from_its_json(make):
    model = make()
    back = model_from_json(model.to_json())
    back.set_weights(model.get_weights())
    x = np.random.default_rng(0).normal(size=(5, 4))
    np.testing.assert_array_equal(back.predict(x), model.predict(x))
    assert back.to_json() == model.to_json()


def test_what_is_given_to_json_dumps():
    assert chain().to_json(indent=2).startswith('{\n  "module"')


class Doubled(layers.Layer):
    def call(self, x):
        return 2 * x


def test_classes_of_ones_own_are_named():
    text = heron.Sequential([heron.Input((4,)), Doubled()]).to_json()
    with pytest.raises(UnknownNameError, match="Doubled"):
        model_from_json(text)
    assert model_from_json(text, custom_objects={"Doubled": Doubled}).output_shape == (None, 4)


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        (chain, ArgumentTypeError, "'json_string' must be text; received .*\nWrite model_from_json\\(model.to_json"),
        ("model.json", ArgumentError, "needs the JSON that to_json.. returns; received 'model.json', which is no JSON"),
        ("[" * 100_000, ArgumentError, "which is no JSON"),
        ("[1]", ArgumentError, "which has a 'class_name'; received \\[1\\]"),
        (json.dumps({"class_name": "os.system", "config": {}}), UnknownNameError, "os.system"),
    ],
    ids=["object", "path", "deep", "list", "unknown"],
)
def test_what_is_no_model_is_refused(given, error, text):
    with pytest.raises(error, match=text):
        model_from_json(given)


@pytest.mark.parametrize("kind", ["sequential", "functional"])
def test_a_config_names_classes_of_the_callers_own(kind):
    class Doubled(heron.layers.Layer):
        def call(self, x):
            return 2 * x

    x = heron.Input((2,))
    model = heron.Sequential([x, Doubled()]) if kind == "sequential" else heron.Model(x, Doubled()(x))
    twin = type(model).from_config(model.get_config(), custom_objects={"Doubled": Doubled})
    assert twin.predict(np.ones((1, 2)), verbose=0).tolist() == [[2.0, 2.0]]
    with pytest.raises(UnknownNameError, match="the class 'Doubled', which heron does not know"):
        type(model).from_config(model.get_config())
