"""Where a loss that is not finite began: a batch goes through the layers once more, one by one."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from heron.layers import context as calls
from heron.training.state import StateVariables
from heron.variables import Scope

LARGE = 1e6


def where_not_finite(model: Any, variables: StateVariables, state: Any, batch: Any) -> str:
    """A sentence that names the layer that was the first to give NaN or infinity; empty when it cannot be said.

    Args:
        model: the model.
        variables: the variables of its training.
        state: their values before the batch.
        batch: `(x, y, sample_weight)`, the batch whose loss was not finite.
    """
    seen: list[tuple[Any, Any, Any]] = []
    context = calls.CallContext(True)
    context.seen = seen
    pairs = [pair for group, values in zip(variables, state, strict=True) for pair in zip(group, values, strict=True)]
    try:
        with Scope(pairs) as scope, calls.entered(context):
            model(batch[0], training=True)
            for layer, inputs, outputs in seen:
                if not _finite(outputs):
                    weights = [w.name for w in layer.weights if not _finite(scope.value_of(w))]
                    return _layer_text(layer, inputs, weights)
            return _loss_text(seen)
    except Exception:  # what is told is extra: a model that cannot be called so is told about without it
        return ""
    finally:
        model._clear_losses()


def _layer_text(layer: Any, inputs: Any, weights: list[str]) -> str:
    who = layer._who()
    if weights:
        return f" The first layer that was not finite was {who}: its {weights[0]} became so in the step before."
    return f" The first values that are not finite came out of {who}; its inputs were {_size_text(inputs)}."


def _loss_text(seen: list[tuple[Any, Any, Any]]) -> str:
    if not seen:
        return ""
    layer, _, outputs = seen[-2] if len(seen) > 1 else seen[-1]
    return f" All layers gave finite values, {layer._who()} {_size_text(outputs)}; the loss of them is not finite."


def _size_text(values: Any) -> str:
    sizes = [float(jnp.max(jnp.abs(leaf))) for leaf in _floats(values) if leaf.size]
    size = max(sizes, default=0.0)
    return f"up to {size:.1e}" if not sizes or size >= LARGE or size < 1e-3 else f"up to {size:.3g}"


def _finite(values: Any) -> bool:
    return all(bool(jnp.isfinite(leaf).all()) for leaf in _floats(values))


def _floats(values: Any) -> list[Any]:
    return [
        leaf
        for leaf in jax.tree.leaves(values)
        if isinstance(leaf, jax.Array | np.ndarray) and jnp.issubdtype(leaf.dtype, jnp.floating)
    ]
