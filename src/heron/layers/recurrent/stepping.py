"""Calling a layer at every time step inside one compiled loop, whatever states it keeps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

from heron.layers.layer import Layer
from heron.ops.lowering.recurrence import scan_steps
from heron.variables import AutocastScope, Scope


def call_steps(
    layer: Any, call: Callable[[Any, Any], tuple[Any, Any]], inputs: Any, states: Any, mask: Any = None, **options: Any
) -> tuple[Any, Any, Any]:
    """Calls a layer once for each time step; variables that it assigns go from step to step, and so do its losses.

    Args:
        layer: the layer; also an object that is none, of which nothing is known.
        call: `(input, states) -> (output, states)`, by means of the layer.
        inputs: `(steps, batch, ...)`.
        states: the states before the first step.
        mask: `(steps, batch)`, False where a step is skipped.
        options: those of `scan_steps`.

    Returns:
        `(last output, outputs of all steps or None, states)`.
    """
    inside = list(layer._flatten_layers()) if isinstance(layer, Layer) else []
    changing = layer.non_trainable_variables if inside else []
    with AutocastScope(None):
        values = [variable.value for variable in changing]
    losses = [list(one._losses) for one in inside]
    adds: list[int] = []

    def step(x: Any, states: Any, others: Any) -> tuple[Any, Any, Any]:
        values, total = others
        for one in inside:
            one._losses.clear()
        with Scope(zip(changing, values, strict=True)) as scope:
            output, states = call(x, states)
        added = [loss for one in inside for loss in one._losses]
        if added:
            adds.append(len(added))
        return output, states, ([scope.value_of(v) for v in changing], total + sum(added))

    others = (values, jnp.zeros(()))
    try:
        last, outputs, states, (values, total) = scan_steps(step, inputs, states, mask, others=others, **options)
    finally:
        for one, before in zip(inside, losses, strict=True):
            one._losses[:] = before
    for variable, value in zip(changing, values, strict=True):
        variable.assign(value)
    if adds:
        inside[0].add_loss(total)
    return last, outputs, states
