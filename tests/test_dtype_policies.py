"""Dtype policies."""

from __future__ import annotations

import jax.numpy as jnp
import keras
import numpy as np
import pytest

from heron import config, dtype_policies
from heron.dtype_policies import DTypePolicy
from heron.errors import UnknownNameError


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
