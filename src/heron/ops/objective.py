"""Ops that losses are made from: classes as vectors, cross-entropies, signal to noise."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron import config
from heron.errors import ArgumentError, ShapeError, shape_text
from heron.ops.op import array, array_dtype, floating, op

__all__ = [
    "binary_crossentropy",
    "categorical_crossentropy",
    "multi_hot",
    "one_hot",
    "psnr",
    "sparse_categorical_crossentropy",
]


def _dense(name: str, sparse: bool) -> None:
    if sparse:
        raise ArgumentError(f"heron.ops.{name}: heron's arrays are dense; received sparse=True.\nLeave sparse out.")


@op
def one_hot(x: Any, num_classes: int, axis: int = -1, dtype: Any = None, sparse: bool = False) -> Any:
    """Class numbers as vectors that are 1 at that place and 0 elsewhere; all 0 for a number that is no class.

    Args:
        x: integers.
        num_classes: the length of the vectors.
        axis: where the new axis goes, by default last.
        dtype: by default `floatx`.
        sparse: accepted for Keras's signature; heron's arrays are dense.

    Example:
        >>> one_hot([0, 2], 3).tolist()
        [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    _dense("one_hot", sparse)
    return jax.nn.one_hot(array(x), num_classes, axis=axis, dtype=array_dtype(dtype))


@op
def multi_hot(
    inputs: Any, num_classes: int | None = None, axis: int = -1, dtype: Any = None, sparse: bool = False
) -> Any:
    """The class numbers of each row as one vector that is 1 at those places and 0 elsewhere.

    Args:
        inputs: integers of shape `(batch, n, ...)`, or `(n,)` for one row.
        num_classes: the length of the vectors.
        axis: where the new axis goes, by default last.
        dtype: by default `floatx`.
        sparse: accepted for Keras's signature; heron's arrays are dense.

    Raises:
        ArgumentError: without `num_classes`.
    """
    _dense("multi_hot", sparse)
    if num_classes is None:
        raise ArgumentError(
            "heron.ops.multi_hot: argument 'num_classes' must be a positive integer; received None.\n"
            "Write multi_hot(x, num_classes=...), one more than the greatest class number."
        )
    x = array(inputs)
    hot = jax.nn.one_hot(x.astype("int32"), num_classes, axis=axis, dtype=array_dtype(dtype))
    return jnp.max(hot, axis=1 if x.ndim > 1 else 0)


def _same_shape(name: str, target: Any, output: Any) -> None:
    if target.shape != output.shape or (name == "categorical_crossentropy" and target.ndim < 1):
        raise ShapeError(
            f"heron.ops.{name}: arguments 'target' and 'output' must have the same shape; "
            f"received {shape_text(target.shape)} and {shape_text(output.shape)}.\n"
            "For class numbers use heron.ops.sparse_categorical_crossentropy; else reshape one of them."
        )


def _log_probabilities(output: Any, from_logits: bool, axis: int) -> Any:
    if from_logits:
        return jax.nn.log_softmax(output, axis)
    small = config.epsilon()
    return jnp.log(jnp.clip(output / jnp.sum(output, axis, keepdims=True), small, 1 - small))


@op
def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Any:
    """`-target * log(output) - (1 - target) * log(1 - output)` for each element.

    Args:
        target: what is right, from 0 to 1.
        output: the probabilities predicted, or their logits; the same shape.
        from_logits: whether `output` is logits.

    Raises:
        ShapeError: when the shapes differ.
    """
    target, output = array(target), floating(output)
    _same_shape("binary_crossentropy", target, output)
    if from_logits:
        return -target * jax.nn.log_sigmoid(output) - (1.0 - target) * jax.nn.log_sigmoid(-output)
    output = jnp.clip(output, config.epsilon(), 1.0 - config.epsilon())
    return -(target * jnp.log(output) + (1.0 - target) * jnp.log(1.0 - output))


@op
def categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Any:
    """`-sum(target * log(output))` over the classes along `axis`.

    Args:
        target: the right probability of each class.
        output: the probabilities predicted (brought to sum 1), or their logits; the same shape.
        from_logits: whether `output` is logits.
        axis: the axis of the classes.

    Raises:
        ShapeError: when the shapes differ.
    """
    target, output = array(target), floating(output)
    _same_shape("categorical_crossentropy", target, output)
    return -jnp.sum(target * _log_probabilities(output, from_logits, axis), axis)


@op
def sparse_categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Any:
    """`-log(output)` of the right class.

    Args:
        target: the number of the right class, of shape `(...)` or `(..., 1)`; 0 results for a number that is no class.
        output: the probabilities predicted (brought to sum 1), or their logits, of shape `(..., classes)`.
        from_logits: whether `output` is logits.
        axis: the axis of the classes.

    Raises:
        ShapeError: when the shapes do not fit.
    """
    target, output = array(target, "int32"), floating(output)
    if target.ndim == output.ndim and target.ndim > 0 and target.shape[-1] == 1:
        target = jnp.squeeze(target, -1)
    if output.ndim < 1 or target.shape != output.shape[:-1]:
        raise ShapeError(
            "heron.ops.sparse_categorical_crossentropy: 'target' must have the shape of 'output' without its last "
            f"axis, the classes; received {shape_text(target.shape)} and {shape_text(output.shape)}.\n"
            "For one-hot targets use heron.ops.categorical_crossentropy."
        )
    log_probabilities = _log_probabilities(output, from_logits, axis)
    right = jax.nn.one_hot(target, output.shape[axis], axis=axis, dtype=bool)
    return -jnp.sum(jnp.where(right, log_probabilities, 0), axis)


@op
def psnr(x1: Any, x2: Any, max_val: float) -> Any:
    """The peak signal-to-noise ratio in decibels of two arrays whose greatest possible value is `max_val`."""
    x1, x2 = floating(x1), floating(x2)
    if x1.shape != x2.shape:
        raise ShapeError(
            "heron.ops.psnr: arguments 'x1' and 'x2' must have the same shape; "
            f"received {shape_text(x1.shape)} and {shape_text(x2.shape)}.\nReshape or crop one of them."
        )
    return 20 * jnp.log10(jnp.asarray(max_val, x1.dtype)) - 10 * jnp.log10(jnp.mean(jnp.square(x1 - x2)))
