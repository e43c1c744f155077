"""What is done to gradients before an update: leaving out missing ones, and clipping."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from heron.errors import ArgumentError, ShapeError, note, shape_text
from heron.variables import Scope, Variable


def variable_names(variables: Sequence[Variable], limit: int = 8) -> str:
    """The paths of `variables` as one line of text."""
    paths = [v.path for v in variables]
    shown = ", ".join(paths[:limit])
    return f"{shown}, and {len(paths) - limit} more" if len(paths) > limit else shown or "none"


def present(owner: str, grads: Sequence[Any], variables: Sequence[Variable]) -> tuple[list[jax.Array], list[Variable]]:
    """Returns the gradients that are not None, as arrays, and their variables.

    Raises:
        ArgumentError: when every gradient is None.
        ShapeError: when a gradient has not the shape of its variable.
    """
    kept: list[jax.Array] = []
    having: list[Variable] = []
    missing: list[Variable] = []
    for g, v in zip(grads, variables, strict=True):
        if g is None:
            missing.append(v)
            continue
        g = g.value if isinstance(g, Variable) else g if isinstance(g, jax.Array) else jnp.asarray(g)
        if g.shape != v.shape:
            raise ShapeError(
                f"{owner}: the gradient of '{v.path}' must have its shape {shape_text(v.shape)}; "
                f"received shape {shape_text(g.shape)}.\nPass gradients in the order of the variables."
            )
        kept.append(g)
        having.append(v)
    if not kept:
        raise ArgumentError(
            f"{owner}: every gradient is None (variables: {variable_names(missing)}).\n"
            "The loss does not depend on them: compute it from the model's output inside the function that is "
            "differentiated, or give compile() a loss."
        )
    if missing:
        note(
            f"{owner}: no gradient for {variable_names(missing)}; they stay as they are. The loss does not depend on "
            "them, or compile() was given no loss.",
        )
    return kept, having


def _norm(grads: Sequence[jax.Array]) -> jax.Array:
    """The length of all `grads` taken as one vector, in float32 at least: squares of 16-bit floats overflow."""
    wide = [g.astype(jnp.promote_types(g.dtype, jnp.float32)) for g in grads]
    return jnp.sqrt(sum((jnp.sum(g * g) for g in wide), start=jnp.zeros((), jnp.float32)))


def clip_by_norm(grads: Sequence[jax.Array], limit: float) -> list[jax.Array]:
    """Shortens each gradient that is longer than `limit` to that length."""
    return [g * (limit / jnp.maximum(_norm([g]), limit)).astype(g.dtype) for g in grads]


def clip_by_global_norm(grads: Sequence[jax.Array], limit: float) -> list[jax.Array]:
    """Shortens all gradients by one factor, to at most `limit` for all together; NaN when one is infinite."""
    norm = _norm(grads)
    factor = jnp.where(jnp.isfinite(norm), limit / jnp.maximum(norm, limit), jnp.nan)
    return [g * factor.astype(g.dtype) for g in grads]


def clip_by_value(grads: Sequence[jax.Array], limit: float) -> list[jax.Array]:
    """Puts each number into the range from `-limit` to `limit`."""
    return [jnp.clip(g, -limit, limit) for g in grads]


def assign_if(condition: jax.Array, variables: Sequence[Variable], action: Callable[[], None]) -> None:
    """Runs `action`, which assigns to some of `variables`, where `condition` holds; else they stay as they are."""
    if not isinstance(condition, jax.core.Tracer):
        if bool(condition):
            action()
        return

    def taken() -> list[jax.Array]:
        with Scope() as scope:
            action()
            return [scope.value_of(v) for v in variables]

    kept = [v.value for v in variables]
    for v, value in zip(variables, jax.lax.cond(condition, taken, lambda: kept), strict=True):
        v.assign(value)
