"""Runs the same updates by heron and by Keras, and compares every variable after every step."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np

from heron import Variable

STEPS = 12
NAMES = ("kernel", "bias")


def starts(dtype: str = "float32", shapes: tuple[tuple[int, ...], ...] = ((3, 4), (5,))) -> list[np.ndarray]:
    draw = np.random.default_rng(1)
    return [np.asarray(jnp.asarray(draw.normal(size=s), dtype)) for s in shapes]


def gradient(step: int, index: int, w: Any) -> Any:
    """A gradient that depends on the step and on where the variable is, a numerical noise and a pull to 0."""
    noise = np.random.default_rng((7, step, index)).normal(size=w.shape)
    return (0.3 * w + jnp.asarray(noise, w.dtype)).astype(w.dtype)


def run_heron(optimizer: Any, dtype: str = "float32", steps: int = STEPS) -> list[list[np.ndarray]]:
    """The values of the trained and the optimizer's variables after each step, by one jitted pure function."""
    variables = [Variable(v, name=n) for v, n in zip(starts(dtype), NAMES, strict=True)]
    optimizer.build(variables)
    traces = []

    @jax.jit
    def step(state, grads):
        traces.append(1)
        return optimizer.stateless_apply(state[1], grads, state[0])

    state = ([v.value for v in variables], [v.value for v in optimizer.variables])
    history = []
    for i in range(steps):
        grads = [gradient(i, k, w) for k, w in enumerate(state[0])]
        state = step(state, grads)
        history.append([np.asarray(v, np.float64) for part in state for v in part])
    assert len(traces) == 1
    return history


def run_keras(optimizer: Any, dtype: str = "float32", steps: int = STEPS) -> list[list[np.ndarray]]:
    """The same by Keras on JAX."""
    variables = [keras.Variable(v, name=n, dtype=dtype) for v, n in zip(starts(dtype), NAMES, strict=True)]
    optimizer.build(variables)
    step = jax.jit(lambda state, grads: optimizer.stateless_apply(state[1], grads, state[0]))
    state = ([v.value for v in variables], [v.value for v in optimizer.variables])
    history = []
    for i in range(steps):
        grads = [gradient(i, k, w) for k, w in enumerate(state[0])]
        state = step(state, grads)
        history.append([np.asarray(v, np.float64) for part in state for v in part])
    return history


def assert_same(ours: list[list[np.ndarray]], theirs: list[list[np.ndarray]], rtol: float = 2e-5, atol: float = 2e-6):
    assert len(ours) == len(theirs)
    for step, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        assert len(a) == len(b), "another number of variables"
        for k, (x, y) in enumerate(zip(a, b, strict=True)):
            np.testing.assert_allclose(x, y, rtol=rtol, atol=atol, err_msg=f"step {step}, variable {k}")
