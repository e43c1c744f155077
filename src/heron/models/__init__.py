"""Models: layers put together, trained, evaluated and asked for predictions."""

from heron import registry
from heron.models.functional import Functional
from heron.models.model import Model
from heron.models.sequential import Sequential
from heron.saving import load_model, save_model

__all__ = ["Functional", "Model", "Sequential", "load_model", "save_model"]

registry.publish("heron.models", {cls.__name__: cls for cls in (Functional, Model, Sequential)})
