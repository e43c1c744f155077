"""The states of training that are no weights."""

from __future__ import annotations

from typing import Any


def random_states(model: Any) -> list[Any]:
    """The variables of a model that are not among its weights: the states of its random generators."""
    weights = {id(v) for v in model.weights}
    return [v for v in getattr(model, "variables", ()) if id(v) not in weights]
