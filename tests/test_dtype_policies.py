"""Dtype policies."""

from __future__ import annotations

import json
import re

import jax.numpy as jnp
import keras
import numpy as np
import pytest

import heron
from heron import config, dtype_policies
from heron.dtype_policies import DTypePolicy, DTypePolicyMap
from heron.errors import ArgumentError, ArgumentTypeError, UnknownNameError


@pytest.mark.parametrize(
    "name", ["float32", "float16", "bfloat16", "float64", "int32", "uint8", "bool", "mixed_float16", "mixed_bfloat16"]
)
def test_as_in_keras(name):
    ours, theirs = DTypePolicy(name), keras.DTypePolicy(name)
    assert (ours.compute_dtype, ours.variable_dtype) == (theirs.compute_dtype, theirs.variable_dtype)
    assert ours.get_config() == theirs.get_config() == {"name": name}
    assert repr(ours) == repr(theirs)


@pytest.mark.parametrize(
    ("identifier", "name"),
    [
        ("mixed_float16", "mixed_float16"),
        (np.float16, "float16"),
        (np.dtype("int32"), "int32"),
        (jnp.bfloat16, "bfloat16"),
        (DTypePolicy("uint8"), "uint8"),
        ({"class_name": "DTypePolicy", "config": {"name": "float16"}}, "float16"),
        (None, "float32"),
    ],
)
def test_get(identifier, name):
    assert dtype_policies.get(identifier).name == name


def test_the_policy_of_the_process(monkeypatch):
    monkeypatch.setattr(config._settings, "dtype_policy", None)
    dtype_policies.set_dtype_policy("mixed_bfloat16")
    assert dtype_policies.dtype_policy() == DTypePolicy("mixed_bfloat16")
    dtype_policies.set_dtype_policy(DTypePolicy("float16"))
    assert dtype_policies.get(None).name == "float16"
    dtype_policies.set_dtype_policy(None)
    assert dtype_policies.dtype_policy().name == "float32"
    monkeypatch.setattr(config._settings, "floatx", "float16")
    assert DTypePolicy().name == "float16"


def test_unknown_names():
    with pytest.raises(
        UnknownNameError, match=r"Unknown dtype policy 'mixed_bfloat61'\. Did you mean 'mixed_bfloat16'\?"
    ):
        DTypePolicy("mixed_bfloat61")
    with pytest.raises(UnknownNameError, match="Unknown dtype policy 'nothing'"):
        dtype_policies.set_dtype_policy("nothing")


def test_equality():
    assert DTypePolicy("float32") == DTypePolicy("float32") != DTypePolicy("float16")
    assert len({DTypePolicy("float32"), DTypePolicy("float32")}) == 1
    assert DTypePolicy("float32") != "float32"


# ---- policies by layer --------------------------------------------------------------------------------------------


def maps(api):
    found = api.dtype_policies.DTypePolicyMap(default_policy=api.dtype_policies.DTypePolicy("float32"))
    found["encoder/layer_0/dense"] = api.dtype_policies.DTypePolicy("bfloat16")
    found["encoder/.*"] = api.dtype_policies.DTypePolicy("float16")
    found["decoder"] = api.dtype_policies.DTypePolicy("mixed_bfloat16")
    return found


def test_a_map_finds_what_it_finds_in_keras():
    ours, theirs = maps(heron), maps(keras)
    for path in ("encoder/layer_0/dense", "encoder/attention/query", "encoder", "decoder", "decoder/dense", ""):
        assert ours[path].name == theirs[path].name
    assert list(ours) == list(theirs)
    assert (ours.name, ours.compute_dtype, len(ours)) == (theirs.name, theirs.compute_dtype, len(theirs))
    assert ("encoder/.*" in ours, "encoder/x" in ours) == (True, False)
    del ours["encoder/.*"]
    assert ours["encoder/attention/query"].name == "float32"
    assert repr(ours).startswith("<DTypePolicyMap default_policy=float32, mapping={'encoder/layer_0/dense': 'bfloat16'")


def test_configs_of_maps_go_to_keras_and_back():
    ours, theirs = maps(heron), maps(keras)
    from_theirs = dtype_policies.deserialize(json.loads(json.dumps(keras.dtype_policies.serialize(theirs))))
    assert from_theirs == ours
    from_ours = keras.dtype_policies.deserialize(json.loads(json.dumps(dtype_policies.serialize(ours))))
    assert {k: v.name for k, v in from_ours.items()} == {k: v.name for k, v in ours.items()}
    assert dtype_policies.get(dtype_policies.serialize(DTypePolicyMap())).get_config() == {
        "default_policy": None,
        "policy_map": {},
    }


def block(api, policies):
    class Block(api.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.first = api.layers.Dense(3, dtype=self.dtype_policy, name="first")
            self.last = api.layers.Dense(2, dtype=self.dtype_policy, name="last")

        def build(self, input_shape):
            self.first.build(input_shape)
            self.last.build((*input_shape[:-1], 3))
            self.built = True

        def call(self, x):
            return self.last(self.first(x))

        def compute_output_shape(self, input_shape):
            return (*input_shape[:-1], 2)

    return Block(dtype=policies(), name="block")


def test_layers_of_a_model_take_their_own_policy_as_in_keras():
    def policies(api):
        of = api.dtype_policies.DTypePolicy
        return lambda: api.dtype_policies.DTypePolicyMap(
            of("float32"), {"block/first": of("mixed_bfloat16"), ".*/la.t": of("float16")}
        )

    seen = []
    for api in (heron, keras):
        layer = block(api, policies(api))
        inputs = api.Input((4,))
        model = api.Model(inputs, layer(inputs))
        parts = (layer, layer.first, layer.last)
        seen.append([(p.path, p.compute_dtype, str(p.variable_dtype)) for p in parts])
        seen[-1] += [str(w.dtype) for w in model.weights]
        seen[-1].append(str(np.asarray(model.predict(np.ones((1, 4)), verbose=0)).dtype))
    assert seen[0] == seen[1]
    assert seen[0][:3] == [
        ("block", "float32", "float32"),
        ("block/first", "bfloat16", "float32"),
        ("block/last", "float16", "float16"),
    ]


def test_a_map_is_saved_with_layers_and_may_be_the_policy_of_the_process(monkeypatch, tmp_path):
    monkeypatch.setattr(config._settings, "dtype_policy", None)
    dtype_policies.set_dtype_policy(DTypePolicyMap("float32", {"net/hidden": "mixed_bfloat16"}))
    layers = [heron.layers.Dense(3, name="hidden"), heron.layers.Dense(1, name="out")]
    model = heron.Sequential([heron.Input((2,)), *layers], name="net")
    dtype_policies.set_dtype_policy(None)
    assert [layer.compute_dtype for layer in layers] == ["bfloat16", "float32"]
    model.save(path := str(tmp_path / "a.keras"))
    twin = heron.saving.load_model(path)
    assert [layer.compute_dtype for layer in twin.layers] == ["bfloat16", "float32"]
    assert [layer.compute_dtype for layer in keras.saving.load_model(path).layers] == ["bfloat16", "float32"]
    np.testing.assert_array_equal(twin.predict(np.ones((1, 2))), model.predict(np.ones((1, 2))))


def several():
    policies = maps(heron)
    policies["encoder/attention/.*"] = "bfloat16"
    return policies["encoder/attention/query"]


def hostile(pattern):
    return DTypePolicyMap.from_config({"default_policy": None, "policy_map": {pattern: "float32"}})


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (several, ArgumentError, "matches several keys: 'encoder/.*', 'encoder/attention/.*'"),
        (lambda: maps(heron).__setitem__("decoder", "float32"), ArgumentError, "has the key 'decoder' already"),
        (lambda: maps(heron).__setitem__("a(", "float32"), ArgumentError, "is no path or pattern"),
        (lambda: maps(heron).__setitem__("a", "float31"), UnknownNameError, "Unknown dtype policy 'float31'"),
        (lambda: maps(heron).__setitem__("a", maps(heron)), ArgumentError, "one policy, not a map"),
        (lambda: DTypePolicyMap(maps(heron)), ArgumentError, "one policy, not a map"),
        (lambda: DTypePolicyMap("float32", [1]), ArgumentTypeError, "must be a dict; received"),
        (lambda: hostile("(a+)+$"), ArgumentError, "without repeated groups"),
        (lambda: hostile("(a|a)*"), ArgumentError, "without repeated groups"),
        (lambda: hostile(".*.*.*.*x"), ArgumentError, "at most three"),
        (lambda: hostile("a{99999}"), ArgumentError, "without repeated groups"),
        (
            lambda: dtype_policies.get({"class_name": "Zeros", "module": "keras.initializers", "config": {}}),
            ArgumentError,
            "describes no dtype policy",
        ),
    ],
)
def test_what_is_refused(call, error, said):
    with pytest.raises(error, match=re.escape(said)):
        call()
