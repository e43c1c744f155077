"""Models: layers put together, trained, evaluated and asked for predictions."""

from typing import TYPE_CHECKING

from heron import registry
from heron.errors import missing_name
from heron.models.cloning import clone_model
from heron.models.functional import Functional
from heron.models.json_configs import model_from_json
from heron.models.model import Model
from heron.models.sequential import Sequential
from heron.saving import load_model, save_model

__all__ = ["Functional", "Model", "Sequential", "clone_model", "load_model", "model_from_json", "save_model"]

registry.publish("heron.models", {cls.__name__: cls for cls in (Functional, Model, Sequential)})


_FILES = "Whole models are kept in files: model.save(path), heron.models.load_model(path)."

if not TYPE_CHECKING:  # to a type checker, a name that is not there is an error
    __getattr__ = missing_name(__name__, __all__, {"model_from_yaml": _FILES})
