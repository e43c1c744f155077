"""Dtype policies: in which dtype a layer computes, and in which it keeps its weights."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any, Self

import numpy as np

from heron import registry, settings
from heron.errors import ArgumentError, ArgumentTypeError, UnknownNameError, suggestion, value_text
from heron.registry import Configurable, publish

__all__ = [
    "DTypePolicy",
    "DTypePolicyMap",
    "FloatDTypePolicy",
    "deserialize",
    "dtype_policy",
    "get",
    "serialize",
    "set_dtype_policy",
]

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

    def for_path(self, path: str) -> DTypePolicy:
        """The policy of the layer at `path`: this one."""
        return self

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

_MAX_PATTERN = 200
_TAME = re.compile(r"(?:[\w /\-.|\[\]^$]|\((?!\?)|\)(?![*+?])|\\[dswDSW.\-/]|[*+?])*")


class DTypePolicyMap(DTypePolicy, MutableMapping[str, DTypePolicy]):
    """Policies by the paths of layers; a dict whose keys are paths, or patterns of them.

    A layer that has a map as its `dtype` looks itself up by its path, `"model/block/dense"`, when it makes its weights
    and when it computes. A key that is the very path comes first; else the one key that matches the whole path as a
    regular expression (`"block/.*"`); else the default.

    Args:
        default_policy: the policy of all other layers, by name or as an object; None: the process-wide policy.
        policy_map: policies by path, to begin with.

    Raises:
        ArgumentError: for a key that is there already, a pattern that is none, and, at a look-up, for several patterns
            that match.
        ArgumentTypeError: for a `policy_map` that is no dict.

    Example:
    >>> policies = DTypePolicyMap("float32", {"encoder/.*": DTypePolicy("bfloat16")})
    >>> policies["encoder/dense"].name, policies["encoder"].name
    ('bfloat16', 'float32')
    """

    def __init__(self, default_policy: Any = None, policy_map: Mapping[str, Any] | None = None) -> None:
        if isinstance(default_policy, DTypePolicyMap):
            raise ArgumentError(
                "DTypePolicyMap: argument 'default_policy' must be one policy, not a map of them.\n"
                "Write DTypePolicyMap('float32', {...})."
            )
        if policy_map is not None and not isinstance(policy_map, dict):
            raise ArgumentTypeError(
                f"DTypePolicyMap: argument 'policy_map' must be a dict; received {value_text(policy_map)}.\n"
                "Write {'encoder/.*': 'bfloat16'}."
            )
        self._default = None if default_policy is None else get(default_policy)
        self._policies: dict[str, DTypePolicy] = {}
        for path, policy in (policy_map or {}).items():
            self[path] = policy

    @property
    def default_policy(self) -> DTypePolicy:
        """The policy of layers that no key is about."""
        return self._default if self._default is not None else get(None).for_path("")

    @property
    def name(self) -> str:  # type: ignore[override]
        """`map_` and the name of the default policy."""
        return f"map_{self.default_policy.name}"

    @property
    def compute_dtype(self) -> str:  # type: ignore[override]
        """That of the default policy."""
        return self.default_policy.compute_dtype

    @property
    def variable_dtype(self) -> str:  # type: ignore[override]
        """That of the default policy."""
        return self.default_policy.variable_dtype

    def for_path(self, path: str) -> DTypePolicy:
        """The policy of the layer at `path`."""
        return self[path]

    def __getitem__(self, path: str) -> DTypePolicy:
        if path in self._policies:
            return self._policies[path]
        matching = [pattern for pattern in self._policies if re.fullmatch(pattern, path)]
        if len(matching) > 1:
            raise ArgumentError(
                f"DTypePolicyMap: the path {path!r} matches several keys: {', '.join(map(repr, matching))}; expected "
                "one at most.\nMake the patterns narrower, or give the path itself as a key."
            )
        return self._policies[matching[0]] if matching else self.default_policy

    def __setitem__(self, path: str, policy: Any) -> None:
        if path in self._policies:
            raise ArgumentError(
                f"DTypePolicyMap has the key {path!r} already, for {self._policies[path].name!r}.\n"
                f"Delete it first: del policies[{path!r}]."
            )
        if isinstance(policy, DTypePolicyMap):
            raise ArgumentError(f"DTypePolicyMap: the policy for {path!r} must be one policy, not a map of them.")
        try:
            re.compile(path)
        except re.error as error:
            raise ArgumentError(f"DTypePolicyMap: the key {path!r} is no path or pattern ({error}).") from None
        self._policies[path] = get(policy)

    def __delitem__(self, path: str) -> None:
        del self._policies[path]

    def __contains__(self, path: object) -> bool:
        return path in self._policies

    def __len__(self) -> int:
        return len(self._policies)

    def __iter__(self) -> Iterator[str]:
        return iter(self._policies)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DTypePolicyMap):
            return NotImplemented
        return (self._default, self._policies) == (other._default, other._policies)

    __hash__ = object.__hash__

    def get_config(self) -> dict[str, Any]:
        """The default, None for the process-wide policy, and the policies by path."""
        default = None if self._default is None else registry.serialize(self._default)
        return {"default_policy": default, "policy_map": registry.serialize(dict(self._policies))}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Makes the map from what `get_config` returned.

        Raises:
            ArgumentError: for a pattern that could take a very long time to match; configs come from files.
        """
        for pattern in config.get("policy_map") or {}:
            quantifiers = len(re.findall(r"[*+?]", pattern))
            if len(pattern) > _MAX_PATTERN or quantifiers > 3 or not _TAME.fullmatch(pattern):
                raise ArgumentError(
                    f"The config of DTypePolicyMap has the pattern {value_text(pattern)}; from a config only patterns "
                    "with at most three of * + ? and without repeated groups are taken.\n"
                    "Write a pattern for each part, or set the policies by your own program."
                )
        return super().from_config(config)

    def __repr__(self) -> str:
        policies = {path: policy.name for path, policy in self._policies.items()}
        return f"<DTypePolicyMap default_policy={self.default_policy.name}, mapping={policies}>"


def written(policy: DTypePolicy) -> Any:
    """A policy as it stands in the config of a layer: its name, or the whole map."""
    return registry.serialize(policy) if isinstance(policy, DTypePolicyMap) else policy.name


def get(identifier: Any) -> DTypePolicy:
    """Returns the policy for a name, a dtype, a policy or its config; None is the process-wide policy."""
    if identifier is None:
        return dtype_policy()
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, dict):
        made = deserialize(identifier)
        if isinstance(made, DTypePolicy):
            return made
        raise ArgumentError(f"The config {value_text(identifier)} describes no dtype policy.")
    if isinstance(identifier, str):
        return DTypePolicy(identifier)
    return DTypePolicy(np.dtype(identifier).name)


def dtype_policy() -> DTypePolicy:
    """Returns the policy of layers that were given none."""
    policy = settings.dtype_policy()
    return policy if isinstance(policy, DTypePolicy) else DTypePolicy(policy)


def set_dtype_policy(policy: Any) -> None:
    """Sets the policy of layers that are given none; a name, a policy or a map of them; None for the float type."""
    found = None if policy is None else get(policy)
    settings.set_dtype_policy(found if found is None or isinstance(found, DTypePolicyMap) else found.name)


def serialize(dtype_policy: DTypePolicy) -> Any:
    """Returns `dtype_policy` as plain data."""
    return registry.serialize(dtype_policy)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Makes the policy that `serialize` described."""
    return registry.deserialize(config, custom_objects, kind="dtype_policies")


publish("heron.dtype_policies", {"DTypePolicy": DTypePolicy, "DTypePolicyMap": DTypePolicyMap})
