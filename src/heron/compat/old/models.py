"""Names of `keras.models` that are elsewhere today."""

from __future__ import annotations

import heron

__all__ = ["Input"]

Input = heron.Input

GONE = {
    "Graph": "It was removed with Keras 1.\nWrite keras.Model(inputs, outputs).",
    "model_from_yaml": "Models are no longer written as YAML.\nWrite model.to_json() and "
    "keras.models.model_from_json(text).",
}
