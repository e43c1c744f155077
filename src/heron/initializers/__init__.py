"""Initializers: how the first values of weights are drawn. They run on the host, in NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from heron import config as settings
from heron import registry
from heron.errors import ShapeError, missing_name, shape_text
from heron.initializers.base import Initializer, as_dtype
from heron.initializers.constant import STFT, Constant, Identity, Ones, Zeros
from heron.initializers.random import Orthogonal, RandomNormal, RandomUniform, TruncatedNormal
from heron.initializers.scaling import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    VarianceScaling,
)

__all__ = [
    "STFT",
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "IdentityInitializer",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "OrthogonalInitializer",
    "RandomNormal",
    "RandomUniform",
    "STFTInitializer",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "constant",
    "deserialize",
    "get",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "serialize",
    "stft",
    "truncated_normal",
    "variance_scaling",
    "zeros",
]

IdentityInitializer, OrthogonalInitializer, STFTInitializer = Identity, Orthogonal, STFT
zeros, ones, constant, identity, stft, orthogonal = Zeros, Ones, Constant, Identity, STFT, Orthogonal
random_normal, random_uniform, truncated_normal = RandomNormal, RandomUniform, TruncatedNormal
variance_scaling, glorot_normal, glorot_uniform = VarianceScaling, GlorotNormal, GlorotUniform
he_normal, he_uniform, lecun_normal, lecun_uniform = HeNormal, HeUniform, LecunNormal, LecunUniform

_CLASSES: dict[str, Any] = {
    cls.__name__: cls
    for cls in (
        *(GlorotUniform, GlorotNormal, HeUniform, HeNormal, LecunUniform, LecunNormal, VarianceScaling),
        *(Zeros, Ones, Constant, Identity, STFT, RandomUniform, RandomNormal, TruncatedNormal, Orthogonal),
        Initializer,
    )
}
_NAMES: dict[str, Any] = {
    **{settings.snake_case(name): cls for name, cls in _CLASSES.items()},
    **_CLASSES,
    "IdentityInitializer": Identity,
    "OrthogonalInitializer": Orthogonal,
    "STFTInitializer": STFT,
    "normal": RandomNormal,
    "uniform": RandomUniform,
    "one": Ones,
    "zero": Zeros,
}
registry.publish("heron.initializers", _NAMES)


def get(identifier: Any) -> Any:
    """Returns the initializer for a name, a config, a class, an initializer, a function or an array; None for None.

    A function is called as `function(shape, dtype=dtype)`. An array stands for itself: the weight must have its shape.

    Raises:
        UnknownNameError: for an unknown name, with the nearest one.
        ArgumentError: for anything else.
    """
    if identifier is None:
        return None
    if hasattr(identifier, "shape") and hasattr(identifier, "dtype") and not isinstance(identifier, type):
        return _from_array(identifier)
    return registry.resolve(identifier, "initializers", _NAMES)


def _from_array(given: Any) -> Any:
    def initialize(shape: tuple[int, ...], dtype: Any = None) -> Any:
        values = np.asarray(given)
        if tuple(shape) != values.shape:
            raise ShapeError(
                f"The array given as initializer has shape {shape_text(values.shape)}; "
                f"the weight has shape {shape_text(tuple(shape))}.\nGive an array of the weight's shape."
            )
        return values.astype(as_dtype(dtype))

    return initialize


def serialize(initializer: Any) -> Any:
    """Returns `initializer` as plain data."""
    return registry.serialize(initializer)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Makes the initializer that `serialize` described."""
    return registry.deserialize(config, custom_objects, kind="initializers")


if not TYPE_CHECKING:  # to a type checker, a name that is not there is an error
    __getattr__ = missing_name(__name__, __all__)
