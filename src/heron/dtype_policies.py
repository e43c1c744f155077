"""Dtype policies: in which dtype a layer computes, and in which it keeps its weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from heron import registry, settings
from heron.errors import UnknownNameError, suggestion
from heron.registry import Configurable, publish

__all__ = ["DTypePolicy", "FloatDTypePolicy", "deserialize", "dtype_policy", "get", "serialize", "set_dtype_policy"]

_MIXED = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}
_PLAIN = (
    "float16 bfloat16 float32 float64 int8 int16 int32 int64 "
    "uint8 uint16 uint32 uint64 bool string complex64 complex128"
).split()


class DTypePolicy(Configurable):
    """The dtypes of a layer.

    Args:
        name: `"float32"`, `"float16"`, `"bfloat16"`, `"float64"`, an integer dtype, or `"mixed_float16"` /
            `"mixed_bfloat16"`: compute in 16 bits, keep the weights in float32. None: the process-wide float type.

    Example:
    >>> DTypePolicy("mixed_bfloat16").compute_dtype, DTypePolicy("mixed_bfloat16").variable_dtype
    ('bfloat16', 'float32')
    """

    def __init__(self, name: str | None = None) -> None:
        name = settings.floatx() if name is None else name
        known = [*_PLAIN, *_MIXED]
        if name not in known:
            raise UnknownNameError(f"Unknown dtype policy {name!r}.{suggestion(str(name), known)}")
        self.name = name
        self.compute_dtype = _MIXED.get(name, name)
        self.variable_dtype = "float32" if name in _MIXED else name

    def get_config(self) -> dict[str, Any]:
        """Returns `{"name": ...}`."""
        return {"name": self.name}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DTypePolicy) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f'<DTypePolicy "{self.name}">'


FloatDTypePolicy = DTypePolicy


def get(identifier: Any) -> DTypePolicy:
    """Returns the policy for a name, a dtype, a policy or its config; None is the process-wide policy."""
    if identifier is None:
        return dtype_policy()
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, dict):
        return DTypePolicy(**identifier["config"])
    if isinstance(identifier, str):
        return DTypePolicy(identifier)
    return DTypePolicy(np.dtype(identifier).name)


def dtype_policy() -> DTypePolicy:
    """Returns the policy of layers that were given none."""
    return DTypePolicy(settings.dtype_policy_name())


def set_dtype_policy(policy: Any) -> None:
    """Sets the policy of layers that are given none; a name or a `DTypePolicy`; None for the float type."""
    settings.set_dtype_policy_name(None if policy is None else get(policy).name)


def serialize(dtype_policy: DTypePolicy) -> Any:
    """Returns `dtype_policy` as plain data."""
    return registry.serialize(dtype_policy)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Makes the policy that `serialize` described."""
    return registry.deserialize(config, custom_objects, kind="dtype_policies")


publish("heron.dtype_policies", {"DTypePolicy": DTypePolicy})
