"""`tf.nn`: activations, which are heron's own so that models with them are saved, and the functions of networks."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import heron
from heron import ops
from heron.compat.tf.host import raw
from heron.errors import ArgumentError

_ACTIVATIONS = (
    "relu relu6 elu selu gelu leaky_relu sigmoid tanh softplus softsign softmax log_softmax silu swish celu".split()
)

TopK = namedtuple("TopK", "values indices")

GONE = {
    "rnn_cell": "It was removed with TensorFlow 2.\nWrite keras.layers.LSTM.",
    "dynamic_rnn": "It was removed with TensorFlow 2.\nWrite keras.layers.LSTM.",
    "softmax_cross_entropy_with_logits_v2": "Write tf.nn.softmax_cross_entropy_with_logits(labels, logits).",
    "xw_plus_b": "Write tf.matmul(x, w) + b.",
    "embedding_lookup_sparse": "Write keras.layers.Embedding.",
    "sampled_softmax_loss": "Write keras.losses.SparseCategoricalCrossentropy.",
    "nce_loss": "Write keras.losses.SparseCategoricalCrossentropy.",
}


def __getattr__(name: str) -> Any:
    if name not in _ACTIVATIONS:
        raise AttributeError(name)
    return getattr(heron.activations, name)


softmax, softplus = heron.activations.softmax, heron.activations.softplus


def bias_add(value: Any, bias: Any, data_format: str | None = None, name: str | None = None) -> Any:
    """A number added to each channel."""
    return ops.add(raw(value), raw(bias))


def l2_loss(t: Any, name: str | None = None) -> Any:
    """Half the sum of squares."""
    return ops.sum(ops.square(raw(t))) / 2


def l2_normalize(x: Any, axis: Any = None, epsilon: float = 1e-12, name: str | None = None) -> Any:
    """Vectors of length 1."""
    square = ops.sum(ops.square(raw(x)), axis=axis, keepdims=True)
    return ops.multiply(raw(x), ops.rsqrt(ops.maximum(square, epsilon)))


def dropout(x: Any, rate: float, noise_shape: Any = None, seed: Any = None, name: str | None = None) -> Any:
    """Elements set to 0 by chance, the others made larger."""
    return heron.random.dropout(raw(x), rate, noise_shape=noise_shape, seed=seed)


def moments(x: Any, axes: Any, shift: Any = None, keepdims: bool = False, name: str | None = None) -> Any:
    """Mean and variance along axes."""
    return ops.moments(raw(x), tuple(axes) if isinstance(axes, list) else axes, keepdims=keepdims)


def embedding_lookup(params: Any, ids: Any, **kwargs: Any) -> Any:
    """The rows of these numbers."""
    return ops.take(raw(params), raw(ids), axis=0)


def top_k(input: Any, k: int = 1, sorted: bool = True, name: str | None = None) -> Any:
    """The greatest elements and their places."""
    return TopK(*ops.top_k(raw(input), k))


def in_top_k(targets: Any, predictions: Any, k: int, name: str | None = None) -> Any:
    """Whether the target is among the `k` greatest."""
    return ops.in_top_k(raw(targets), raw(predictions), k)


def _spatial(strides: Any) -> Any:
    """Strides of height and width, of those of all four axes."""
    return tuple(strides[1:-1]) if isinstance(strides, list | tuple) and len(strides) == 4 else strides


def conv2d(input: Any, filters: Any, strides: Any, padding: str, data_format: str = "NHWC", **kwargs: Any) -> Any:
    """Convolution of images with a kernel.

    Raises:
        ArgumentError: for channels first, and padding by numbers.
    """
    if data_format != "NHWC" or not isinstance(padding, str):
        raise ArgumentError("tf.nn.conv2d: heron expects data_format='NHWC' and padding 'SAME' or 'VALID'; received "
                            f"{data_format!r} and {padding!r}.\nWrite keras.ops.conv.")  # fmt: skip
    return ops.conv(raw(input), raw(filters), _spatial(strides), padding.lower())


def max_pool2d(input: Any, ksize: Any, strides: Any, padding: str, **kwargs: Any) -> Any:
    """The greatest of each window."""
    return ops.max_pool(raw(input), _spatial(ksize), _spatial(strides), padding.lower())


def avg_pool2d(input: Any, ksize: Any, strides: Any, padding: str, **kwargs: Any) -> Any:
    """The mean of each window."""
    return ops.average_pool(raw(input), _spatial(ksize), _spatial(strides), padding.lower())


max_pool, avg_pool = max_pool2d, avg_pool2d


def softmax_cross_entropy_with_logits(labels: Any, logits: Any, axis: int = -1, name: str | None = None) -> Any:
    """The cross-entropy of rows of probabilities and logits."""
    return ops.categorical_crossentropy(raw(labels), raw(logits), from_logits=True, axis=axis)


def sparse_softmax_cross_entropy_with_logits(labels: Any, logits: Any, name: str | None = None) -> Any:
    """The cross-entropy of class numbers and logits."""
    return ops.sparse_categorical_crossentropy(raw(labels), raw(logits), from_logits=True)


def sigmoid_cross_entropy_with_logits(labels: Any, logits: Any, name: str | None = None) -> Any:
    """The binary cross-entropy of each element."""
    return ops.binary_crossentropy(raw(labels), raw(logits), from_logits=True)


__all__ = [
    *_ACTIVATIONS,
    *(
        "avg_pool avg_pool2d bias_add conv2d dropout embedding_lookup in_top_k l2_loss l2_normalize max_pool "
        "max_pool2d moments sigmoid_cross_entropy_with_logits softmax_cross_entropy_with_logits "
        "sparse_softmax_cross_entropy_with_logits top_k"
    ).split(),
]
