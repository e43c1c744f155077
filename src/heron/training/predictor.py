"""Predicting: a model's outputs for any number of rows, by programs that are compiled once.

Rows travel in windows of a fixed number of batches. A program that goes through as many of them as it is told serves
windows that are full and windows that are not, and so any number of rows. The rows after the last whole batch are
computed as the end of one more batch, which begins with rows that have been computed before: a program for just so many
rows would have to be compiled. Where those rows come out otherwise than before, because the model looks at a batch as
a whole or draws noise, the last rows are computed by themselves.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from heron.compilation import compiled
from heron.data.arrays import rows_at
from heron.data.feed import BLOCK_BATCHES, BLOCK_BYTES, aligned
from heron.errors import ShapeError
from heron.training.state import taking
from heron.variables import Variable

ROUNDING = 1e-5
"""By what part of the largest output the same row may differ beside other rows, in another place of a batch."""


class Predictor:
    """A pure function of variables and one batch of inputs, compiled over windows of batches.

    Args:
        forward: `(values, inputs) -> outputs`, pure.
        variables: the variables whose values it takes.
        eager: run it in Python, without compiling.
        quick: whether arrays of a shape predicted before need no checks.
    """

    def __init__(
        self,
        forward: Callable[[Any, Any], Any],
        variables: Sequence[Variable],
        eager: bool = False,
        quick: bool = True,
    ):
        self.quick = quick
        self.eager = eager
        self.forward = forward
        self.variables = tuple(variables)
        self.one = forward if eager else compiled(forward)
        self.many = compiled(self._window, static_argnames="batch")
        self._seen: set[tuple[Any, Any]] = set()
        self._capacities: dict[Any, int] = {}

    def values(self) -> list[jax.Array]:
        """The variables' present values, all from before or all from after a piece of training."""
        with taking:
            return [variable.peek() for variable in self.variables]

    def __call__(self, data: Any, rows: int, batch: int) -> Any:
        """The outputs for all rows of `data`, computed `batch` at a time."""
        if rows > batch:
            return self._applied(self._in_parts, data, batch=batch)
        if isinstance(data, np.ndarray):
            self._seen.add((data.shape, data.dtype))
        return self.at_once(data)

    def _in_parts(self, values: Any, data: Any, *, batch: int) -> Any:
        """The outputs for more rows than a batch has: windows of whole batches, and the rest."""
        data = jax.tree.map(np.asarray, data)
        rows = len(jax.tree.leaves(data)[0])
        whole, parts = rows - rows % batch, []
        window = batch if self.eager else batch * self._capacity(values, data, batch)
        for first in range(0, whole, window):
            count = min(window, whole - first)
            part = rows_at(data, slice(first, first + count))
            parts.append(self.one(values, part) if self.eager else self._by_window(values, part, window, batch))
        if whole < rows:
            parts.append(self._rest(values, data, parts[-1], window, batch))
        return jax.tree.map(lambda *outputs: np.concatenate(outputs), *parts) if len(parts) > 1 else parts[0]

    def _rest(self, values: Any, data: Any, before: Any, window: int, batch: int) -> Any:
        """The outputs of the rows after the last whole batch, those `before` them being known."""
        rows = len(jax.tree.leaves(data)[0])
        rest = rows % batch
        if not self.eager:
            outputs = self._by_window(values, rows_at(data, slice(rows - batch, rows)), window, batch)
            found, known = (list(map(np.asarray, jax.tree.leaves(tree))) for tree in (outputs, before))
            if all(
                len(a) == batch and _is_same(a[:-rest], b[rest - batch :]) for a, b in zip(found, known, strict=True)
            ):
                return jax.tree.unflatten(jax.tree.structure(outputs), [a[-rest:] for a in found])
        return self.one(values, rows_at(data, slice(rows - rest, rows)))

    def _by_window(self, values: Any, data: Any, size: int, batch: int) -> Any:
        """The outputs for at most `size` rows, whole batches of them."""
        rows = len(jax.tree.leaves(data)[0])
        room = jax.tree.map(lambda a: _with_room(a, size), data)
        outputs = self.many(values, room, np.int32(rows // batch), batch=batch)
        return jax.tree.map(lambda a: a if rows == size else np.asarray(a)[: len(a) * rows // size], outputs)

    def _window(self, values: Any, data: Any, count: Any, *, batch: int) -> Any:
        """The outputs of the first `count` batches of a window; zeros for the others."""

        def step(i: Any, held: Any) -> Any:
            outputs = self.forward(values, jax.tree.map(lambda a: lax.dynamic_slice_in_dim(a, i * batch, batch), data))
            return jax.tree.map(lambda a, b: lax.dynamic_update_slice_in_dim(a, b, i * len(b), 0), held, outputs)

        first = jax.tree.map(lambda a: a[:batch], data)
        batches = len(jax.tree.leaves(data)[0]) // batch
        held = jax.tree.map(
            lambda a: jnp.zeros((batches * a.shape[0], *a.shape[1:]), a.dtype),
            jax.eval_shape(self.forward, values, first),
        )
        return lax.fori_loop(0, count, step, held)

    def _capacity(self, values: Any, data: Any, batch: int) -> int:
        """How many batches a window has."""
        first = jax.tree.map(lambda a: jax.ShapeDtypeStruct((batch, *a.shape[1:]), a.dtype), data)
        key = batch, *((a.shape, a.dtype) for a in jax.tree.leaves(first))
        if key not in self._capacities:
            outputs = jax.eval_shape(self.forward, values, first)
            if any(not a.shape for a in jax.tree.leaves(outputs)):
                raise ShapeError(
                    "predict: an output of the model is a single number for a whole batch; expected one or more for "
                    "each of its rows, (batch, ...).\nKeep the first axis: take sums and means over axis=1 and on."
                )
            leaves = jax.tree.leaves((first, outputs))
            size = sum(math.prod(a.shape) * np.dtype(a.dtype).itemsize for a in leaves)
            self._capacities[key] = max(1, min(BLOCK_BATCHES, BLOCK_BYTES // max(1, size)))
        return self._capacities[key]

    def at_once(self, data: Any) -> Any:
        """The outputs for all rows of `data`, computed as one batch."""
        return self._applied(self.one, data)

    def again(self, x: np.ndarray, batch_size: int | None) -> Any:
        """The outputs for a small array of a shape and dtype predicted before, without checks; None for others."""
        if (x.shape, x.dtype) not in self._seen or len(x) > (batch_size or 32):
            return None
        try:
            outputs = self.one(self.values(), x)
        except (RuntimeError, ValueError):
            outputs = self._applied(self.one, x)
        return jax.tree.map(np.array, outputs)

    def _applied(self, function: Callable[..., Any], data: Any, **options: Any) -> Any:
        """`function` of the variables' values and `data`, also while another thread trains the variables."""
        while True:
            values = self.values()
            try:
                return function(values, data, **options)
            except (RuntimeError, ValueError):
                if not self._waited(values):
                    raise

    def _waited(self, values: Sequence[jax.Array]) -> bool:
        """Whether a program of another thread had used up `values`; the variables have their new ones then.

        That is when the running piece of the epoch ends. From then on they keep arrays that can be read at any time.
        """
        if not any(map(_is_deleted, values)):
            return False
        for variable in self.variables:
            variable.share()
        while any(map(_is_deleted, self.values())):
            if not any(variable.is_given for variable in self.variables):
                return False  # the program failed
            time.sleep(0.001)
        return True


class CarryingPredictor(Predictor):
    """A predictor for layers that keep states from batch to batch: it goes batch by batch, and the states stay.

    Args:
        forward: `(values, inputs) -> (outputs, new values of carried)`, pure.
        variables: the variables whose values it takes.
        carried: those among them that change.
        eager: run it in Python, without compiling.
    """

    def __init__(
        self,
        forward: Callable[[Any, Any], tuple[Any, Sequence[Any]]],
        variables: Sequence[Variable],
        carried: Sequence[Variable],
        eager: bool = False,
    ):
        super().__init__(forward, variables, eager, quick=False)
        self.carried = tuple(carried)

    def __call__(self, data: Any, rows: int, batch: int) -> Any:
        """The outputs for all rows of `data`, computed `batch` at a time."""
        parts = [self.at_once(jax.tree.map(lambda a, i=i: a[i : i + batch], data)) for i in range(0, rows, batch)]
        return jax.tree.map(lambda *outputs: jnp.concatenate(outputs), *parts)

    def at_once(self, data: Any) -> Any:
        """The outputs for all rows of `data`, computed as one batch."""
        outputs, states = super().at_once(data)
        for variable, state in zip(self.carried, states, strict=True):
            variable.assign(state)
        return outputs


def _is_deleted(value: Any) -> bool:
    """Whether a program has used up an array."""
    return isinstance(value, jax.Array) and value.is_deleted()


def _is_same(found: np.ndarray, known: np.ndarray) -> bool:
    """Whether outputs are the same but for rounding."""
    if found.shape != known.shape or not jnp.issubdtype(found.dtype, jnp.inexact):
        return np.array_equal(found, known)
    wide = np.promote_types(known.dtype, np.float32)
    a, b = found.astype(wide), known.astype(wide)
    scale = float(np.abs(b[np.isfinite(b)]).max(initial=0))
    return np.allclose(a, b, rtol=ROUNDING, atol=ROUNDING * scale, equal_nan=True)


def _with_room(array: np.ndarray, rows: int) -> Any:
    """The array with room for so many rows, what is not filled undefined: nobody looks at it."""
    if len(array) < rows:
        filled, array = array, aligned((rows, *array.shape[1:]), array.dtype)
        array[: len(filled)] = filled
    return jax.device_put(array)
