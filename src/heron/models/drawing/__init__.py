"""Drawings of models, made without any package of the system."""

from heron.models.drawing.dot import Dot
from heron.models.drawing.drawings import Drawing, draw, model_to_dot, plot_model

__all__ = ["Dot", "Drawing", "draw", "model_to_dot", "plot_model"]
