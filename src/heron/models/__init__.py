"""Models: layers put together, trained, evaluated and asked for predictions."""

from heron import registry
from heron.models.functional import Functional
from heron.models.model import Model
from heron.models.sequential import Sequential

__all__ = ["Functional", "Model", "Sequential"]

registry.publish("heron.models", {name: globals()[name] for name in __all__})
