"""Loops over time steps: a plain form for any step, and a fast one for cells that mix their state with one matmul.

A recurrent cell computes, at every step, `state @ kernel` and then elementwise gates. Left to itself, the derivative
of such a loop adds a small product of matrices to the gradient of the kernel at every step, and XLA computes shared
parts of the gates once for each result that needs them. Here the derivative is a rule (`jax.custom_jvp`, so that it
can be differentiated again, forwards and backwards):

- the loop forwards keeps what the derivative of the gates needs, in the few arrays of `_lstm_rule` and `_gru_rule`;
- the loop backwards yields the gradients of the gates of every step and no more;
- the gradient of the kernel is one matmul over all steps, afterwards.

The gates of one step are computed as one `tanh` over a contiguous array (`sigmoid(x) = (1 + tanh(x / 2)) / 2`), which
CPUs do nearly three times faster than slice by slice.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

__all__ = [
    "Gates",
    "general_gru",
    "general_lstm",
    "general_simple",
    "recur",
    "scan_steps",
    "tanh_gru",
    "tanh_lstm",
    "tanh_simple",
]

States = tuple[Any, ...]


class Gates(NamedTuple):
    """How a cell goes on from a step's input and its last state.

    Attributes:
        function: `(x, states) -> states` when `is_sum`, else `(x, recurrent, states) -> states`.
        is_sum: whether only the sum of the projected input and `state @ kernel` matters.
    """

    function: Callable[..., States]
    is_sum: bool = True

    def into(self, x: Any, product: Any, biases: tuple[Any, Any]) -> tuple[Any, ...]:
        """What the function takes besides the states, from the projected input and `state @ kernel`."""
        x, product = (a if b is None else a + b for a, b in zip((x, product), biases, strict=True))
        return (x + product,) if self.is_sum else (x, product)


# ---- loops ----------------------------------------------------------------------------------------------------------


def scan_steps(
    step: Callable[[Any, Any, Any], tuple[Any, Any, Any]],
    inputs: Any,
    states: Any,
    mask: Any = None,
    *,
    previous: Any = None,
    others: Any = (),
    keep_outputs: bool = True,
    unroll: bool = False,
) -> tuple[Any, Any, Any, Any]:
    """Calls any step on one time step after the other.

    Args:
        step: `(input, states, others) -> (output, states, others)`.
        inputs: `(steps, batch, ...)`, or a structure of such arrays.
        states: the states of the samples before the first step, `(batch, ...)` each.
        mask: `(steps, batch)`, False where a step is skipped: output and states stay those of the step before.
        previous: what stands for the output before the first step, if it has the shape of an output; else zeros do.
        others: what else goes from step to step, masked or not.
        keep_outputs: whether the outputs of all steps are wanted.
        unroll: whether all steps are written out in the program.

    Returns:
        `(last output, outputs of all steps or None, states, others)`.
    """

    def body(carry: tuple[Any, Any, Any], xs: tuple[Any, Any]) -> tuple[tuple[Any, Any, Any], Any]:
        before, states, others = carry
        x, kept = xs
        output, new, others = step(x, states, others)
        if kept is not None:
            output, new = (
                jax.tree.map(functools.partial(_chosen, kept), *pair) for pair in ((output, before), (new, states))
            )
        return (output, new, others), output if keep_outputs else None

    first = jax.tree.map(lambda a: a[0], inputs)
    output = jax.eval_shape(lambda *a: step(*a)[0], first, states, others)
    if getattr(previous, "shape", None) != getattr(output, "shape", ()):
        previous = jax.tree.map(lambda s: jnp.zeros(s.shape, s.dtype), output)
    steps = jax.tree.leaves(inputs)[0].shape[0]
    carry, outputs = lax.scan(body, (previous, states, others), (inputs, mask), unroll=steps if unroll else 1)
    last, states, others = carry
    return last, outputs, states, others


def recur(
    gates: Gates,
    x: jax.Array,
    kernel: jax.Array,
    biases: tuple[Any, Any],
    states: States,
    mask: Any = None,
    *,
    keep_outputs: bool = True,
    unroll: bool = False,
) -> tuple[Any, States]:
    """Runs a cell over all steps, with the fast derivative; its output is its first state.

    Args:
        gates: the cell.
        x: the projected inputs, `(steps, batch, gates * units)`, without bias.
        kernel: `(units, gates * units)`, which the first state is multiplied by.
        biases: added to `x` and to the product with `kernel`; None for none.
        states: `(batch, units)` each.
        mask: `(steps, batch)`, False where a step is skipped.
        keep_outputs: whether the first state after every step is wanted.
        unroll: whether all steps are written out in the program.

    Returns:
        `(first state after every step or None, states after the last)`.

    Example:
    >>> x, kernel, zero = jnp.ones((5, 2, 12)), jnp.ones((3, 12)), jnp.zeros((2, 3))
    >>> outputs, (h, c) = recur(tanh_lstm, x, kernel, (None, None), (zero, zero))
    >>> outputs.shape, bool((outputs[-1] == h).all())
    ((5, 2, 3), True)
    """
    run = _compiled if gates in (tanh_simple, tanh_lstm, tanh_gru) else _recur
    return run(_Loop(gates, keep_outputs, unroll), x, kernel, biases, states, mask)


class _Loop(NamedTuple):
    gates: Gates
    keep_outputs: bool
    unroll: bool

    def over(self, body: Any, states: States, xs: Any) -> Any:
        return lax.scan(body, states, xs, unroll=jax.tree.leaves(xs)[0].shape[0] if self.unroll else 1)


@functools.partial(jax.custom_jvp, nondiff_argnums=(0,))
def _recur(loop: _Loop, x: Any, kernel: Any, biases: Any, states: States, mask: Any) -> tuple[Any, States]:
    def body(states: States, xs: Any) -> tuple[States, Any]:
        x, kept = xs
        new = loop.gates.function(*loop.gates.into(x, states[0] @ kernel, biases), states)
        new = _kept(kept, new, states)
        return new, new[0] if loop.keep_outputs else None

    states, outputs = loop.over(body, states, (x, mask))
    return outputs, states


_compiled = jax.jit(_recur, static_argnums=0)


@_recur.defjvp
def _recur_jvp(loop: _Loop, primals: Any, tangents: Any) -> Any:
    x, kernel, biases, states, mask = primals
    dx, dkernel, dbiases, dstates, _ = tangents

    def forwards(states: States, xs: Any) -> tuple[States, Any]:
        x, kept = xs
        new, derivative = jax.linearize(loop.gates.function, *loop.gates.into(x, states[0] @ kernel, biases), states)
        new = _kept(kept, new, states)
        return new, (new[0] if loop.keep_outputs else None, states[0], derivative)

    last, (outputs, before, derivatives) = loop.over(forwards, states, (x, mask))
    # All that changes by itself, for all steps at once; turned around, this is the one matmul for the kernel.
    drecurrent = _flat(before) @ dkernel  # (T * B, gates * units)
    rows = drecurrent.shape[0]
    first, second = (None if b is None else _in_each_row(b, rows).reshape(x.shape) for b in dbiases)
    driven = loop.gates.into(dx, drecurrent.reshape(x.shape), (first, second))

    def along(dstates: States, xs: Any) -> tuple[States, Any]:
        driven, derivative, kept = xs
        through = dstates[0] @ kernel
        dnew = derivative(*driven[:-1], driven[-1] + through, dstates)
        dnew = _kept(kept, dnew, dstates)
        return dnew, dnew[0] if loop.keep_outputs else None

    dlast, doutputs = loop.over(along, dstates, (driven, derivatives, mask))
    return (outputs, last), (doutputs, dlast)


def _flat(x: Any) -> Any:
    return x.reshape(-1, x.shape[-1])


def _in_each_row(bias: Any, rows: Any) -> Any:
    """`bias` in each of so many rows, as a matmul: so its gradient is one too, not XLA's slow sum over long columns."""
    return jnp.ones((rows, 1), bias.dtype) @ bias[None]


def _chosen(kept: Any, new: Any, old: Any) -> Any:
    return jnp.where(kept.reshape(kept.shape + (1,) * (new.ndim - kept.ndim)), new, old)


def _kept(kept: Any, new: States, old: States) -> States:
    if kept is None:
        return tuple(new)
    return tuple(_chosen(kept, a, b) for a, b in zip(new, old, strict=True))


# ---- gates ----------------------------------------------------------------------------------------------------------


def _columns(x: Any, *values: float) -> Any:
    """A value for each gate, repeated for its units."""
    return jnp.asarray(np.repeat(values, x.shape[-1] // len(values)), x.dtype)


def _sigmoids(x: Any) -> Any:
    return jnp.tanh(x * 0.5) * 0.5 + 0.5


def _lstm_gates(z: Any) -> Any:
    """The gates i, f, candidate, o side by side: sigmoids, but tanh for the candidate."""
    scale = _columns(z, 0.5, 0.5, 1.0, 0.5)
    return jnp.tanh(z * scale) * scale + _columns(z, 0.5, 0.5, 0.0, 0.5)


@jax.custom_jvp
def _lstm(z: Any, states: States) -> States:
    i, f, candidate, o = jnp.split(_lstm_gates(z), 4, -1)
    c = f * states[1] + i * candidate
    return o * jnp.tanh(c), c


@_lstm.defjvp
def _lstm_rule(primals: Any, tangents: Any) -> Any:
    (z, (_, c)), (dz, (_, dc)) = primals, tangents
    gates = _lstm_gates(z)
    i, f, candidate, o = jnp.split(gates, 4, -1)
    new = f * c + i * candidate
    t = jnp.tanh(new)
    # The slope of a gate g is g * (1 - g), of the candidate 1 - g * g.
    slopes = _columns(z, 0.0, 0.0, 1.0, 0.0) + gates * (_columns(z, 1.0, 1.0, 0.0, 1.0) - gates)
    ways = jnp.concatenate([candidate, c, i, t], -1) * slopes  # of z into c, and for o into h
    onwards = o * (1 - t * t)  # of c into h
    di, df, dcandidate, do = jnp.split(dz * ways, 4, -1)
    dnew = dc * f + di + df + dcandidate
    return (o * t, new), (do + dnew * onwards, dnew)


@jax.custom_jvp
def _gru(x: Any, recurrent: Any, states: States) -> States:
    z, _, candidate, _ = _gru_gates(x, recurrent)
    return (z * states[0] + (1 - z) * candidate,)


def _gru_gates(x: Any, recurrent: Any) -> tuple[Any, Any, Any, Any]:
    units = x.shape[-1] // 3
    both = _sigmoids(x[..., : 2 * units] + recurrent[..., : 2 * units])
    z, r = jnp.split(both, 2, -1)
    inner = recurrent[..., 2 * units :]
    return z, r, jnp.tanh(x[..., 2 * units :] + r * inner), inner


@_gru.defjvp
def _gru_rule(primals: Any, tangents: Any) -> Any:
    (x, recurrent, (h,)), (dx, drecurrent, (dh,)) = primals, tangents
    z, r, candidate, inner = _gru_gates(x, recurrent)
    into = (1 - z) * (1 - candidate * candidate)  # of the candidate's sum into h
    ways = jnp.concatenate([(h - candidate) * z * (1 - z), into * inner * r * (1 - r), into], -1)
    xz, xr, xh = jnp.split(dx * ways, 3, -1)
    hz, hr, hh = jnp.split(drecurrent * ways, 3, -1)
    return (z * h + (1 - z) * candidate,), (z * dh + xz + hz + xr + hr + xh + r * hh,)


def _simple(z: Any, states: States) -> States:
    return (jnp.tanh(z),)


tanh_simple = Gates(_simple)
"""A plain recurrent cell: the state is the tanh of the sum."""

tanh_lstm = Gates(_lstm)
"""Long short-term memory with tanh and sigmoid; gates in the order i, f, candidate, o."""

tanh_gru = Gates(_gru, is_sum=False)
"""A gated recurrent unit with tanh and sigmoid, reset after the matmul; gates in the order z, r, candidate."""


def general_simple(activation: Callable[[Any], Any]) -> Gates:
    """A plain recurrent cell with any activation."""
    return Gates(lambda z, states: (activation(z),))


def general_lstm(activation: Callable[[Any], Any], recurrent: Callable[[Any], Any]) -> Gates:
    """Long short-term memory with any activations."""

    def gates(z: Any, states: States) -> States:
        i, f, candidate, o = jnp.split(z, 4, -1)
        c = recurrent(f) * states[1] + recurrent(i) * activation(candidate)
        return recurrent(o) * activation(c), c

    return Gates(gates)


def general_gru(activation: Callable[[Any], Any], recurrent: Callable[[Any], Any]) -> Gates:
    """A gated recurrent unit with any activations, reset after the matmul."""

    def gates(x: Any, product: Any, states: States) -> States:
        (xz, xr, xh), (hz, hr, hh) = (jnp.split(a, 3, -1) for a in (x, product))
        z = recurrent(xz + hz)
        candidate = activation(xh + recurrent(xr + hr) * hh)
        return (z * states[0] + (1 - z) * candidate,)

    return Gates(gates, is_sum=False)
