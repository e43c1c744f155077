"""Comparison of heron's losses with those of Keras on its JAX backend."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np

from heron import losses

TOLERANCE = {"float32": 1e-5, "float16": 5e-3, "bfloat16": 4e-2}


def batch(kind: str, shape: tuple[int, ...] = (6, 4), seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Labels and predictions of a kind: "numbers", "binary", "signs", "one_hot", "classes", "mask" or "embeddings"."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=shape).astype(np.float32)
    probabilities = (np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)).astype(np.float32)
    classes = rng.integers(0, shape[-1], shape[:-1])
    if kind == "numbers":
        return (rng.normal(size=shape) * 2).astype(np.float32), scores
    if kind == "counts":
        return rng.integers(0, 5, shape).astype(np.float32), np.exp(scores)
    if kind == "binary":
        return rng.integers(0, 2, shape).astype(np.float32), (1 / (1 + np.exp(-scores))).astype(np.float32)
    if kind == "signs":
        return rng.choice([-1.0, 1.0], shape).astype(np.float32), scores
    if kind == "one_hot":
        return np.eye(shape[-1], dtype=np.float32)[classes], probabilities
    if kind == "classes":
        return classes.astype(np.int32), probabilities
    if kind == "embeddings":
        return classes.astype(np.int32) % 2, scores / np.linalg.norm(scores, axis=-1, keepdims=True)
    raise AssertionError(kind)


def assert_same_loss(
    name: str,
    y_true: Any,
    y_pred: Any,
    arguments: dict[str, Any] | None = None,
    sample_weight: Any = None,
    mask: Any = None,
    gradient: bool = True,
) -> None:
    """Same value, same values per sample and same gradient with respect to the predictions."""
    arguments = arguments or {}
    ours, theirs = getattr(losses, name)(**arguments), getattr(keras.losses, name)(**arguments)
    dtype = np.dtype(ours.dtype) if ours.dtype != "bfloat16" else jnp.bfloat16
    tolerance = TOLERANCE[ours.dtype]

    def masked(loss: Any) -> Any:
        # An array of its own for the mask: the attribute must not reach the other framework.
        value = jnp.array(y_pred)
        value._keras_mask = jnp.asarray(mask)
        return loss(y_true, value, sample_weight), jnp.zeros(())

    def differentiated(loss: Any) -> Any:
        def total(prediction: Any) -> Any:
            value = loss(y_true, prediction, sample_weight)
            return jnp.sum(value), value

        if not gradient:
            return jax.jit(total)(y_pred)[1], jnp.zeros(())
        slope, value = jax.jit(jax.grad(total, has_aux=True))(jnp.asarray(y_pred))
        return value, slope

    run = differentiated if mask is None else masked
    (received, our_slope), (expected, their_slope) = run(ours), run(theirs)
    assert received.dtype == dtype == expected.dtype
    assert received.shape == expected.shape
    np.testing.assert_allclose(
        np.asarray(received, np.float32), np.asarray(expected, np.float32), rtol=tolerance, atol=tolerance
    )
    np.testing.assert_allclose(our_slope, their_slope, rtol=10 * tolerance, atol=tolerance)
