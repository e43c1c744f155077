"""Models and weights in files, and the registry through which files name classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heron.errors import missing_name
from heron.registry import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from heron.registry import deserialize as deserialize_keras_object
from heron.registry import serialize as serialize_keras_object
from heron.saving.file_editor import KerasFileEditor
from heron.saving.files import FileContentError, MissingFileError
from heron.saving.weights import load_weights, save_weights
from heron.saving.whole_models import load_model, save_model

CustomObjectScope = custom_object_scope

__all__ = [
    "CustomObjectScope",
    "FileContentError",
    "KerasFileEditor",
    "MissingFileError",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "load_model",
    "load_weights",
    "register_keras_serializable",
    "save_model",
    "save_weights",
    "serialize_keras_object",
]


if not TYPE_CHECKING:  # to a type checker, a name that is not there is an error
    __getattr__ = missing_name(__name__, __all__)
