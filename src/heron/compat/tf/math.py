"""`tf.math`: what is not at the root as well."""

from __future__ import annotations

from typing import Any

from heron import ops
from heron.compat.tf.arrays import convert_to_tensor
from heron.compat.tf.host import apply, raw
from heron.compat.tf.nn import in_top_k, l2_normalize, softmax, softplus, top_k  # noqa: F401 (in __all__)


def is_nan(x: Any, name: str | None = None) -> Any:
    """Whether elements are not a number."""
    return apply("isnan", x)


def is_inf(x: Any, name: str | None = None) -> Any:
    """Whether elements are infinite."""
    return apply("isinf", x)


def is_finite(x: Any, name: str | None = None) -> Any:
    """Whether elements are finite."""
    return apply("isfinite", x)


def divide_no_nan(x: Any, y: Any, name: str | None = None) -> Any:
    """The quotient, 0 where it is divided by 0."""
    return ops.divide_no_nan(raw(x), raw(y))


def multiply_no_nan(x: Any, y: Any, name: str | None = None) -> Any:
    """The product, 0 where `y` is 0."""
    return ops.where(convert_to_tensor(y) == 0, 0, ops.multiply(raw(x), raw(y)))


def erfinv(x: Any, name: str | None = None) -> Any:
    """The inverse of the error function."""
    return ops.erfinv(raw(x))


def log_sigmoid(x: Any, name: str | None = None) -> Any:
    """The logarithm of the sigmoid."""
    return ops.log_sigmoid(raw(x))


def count_nonzero(
    input: Any, axis: Any = None, keepdims: bool | None = None, dtype: Any = None, name: Any = None
) -> Any:
    """How many elements are not 0."""
    return apply("count_nonzero", input, axis)


def cumprod(x: Any, axis: int = 0, name: str | None = None) -> Any:
    """Products so far."""
    return apply("cumprod", x, axis)


def bincount(arr: Any, weights: Any = None, minlength: int | None = None, **kwargs: Any) -> Any:
    """How often each number occurs."""
    return ops.bincount(raw(arr), weights=weights, minlength=minlength or 0)


def confusion_matrix(labels: Any, predictions: Any, num_classes: int | None = None, **kwargs: Any) -> Any:
    """How often each class (row) was predicted as each (column)."""
    labels, predictions = convert_to_tensor(labels, "int32"), convert_to_tensor(predictions, "int32")
    count = num_classes or int(max(labels.max(), predictions.max())) + 1
    pairs = ops.bincount(ops.reshape(labels * count + predictions, (-1,)), minlength=count * count)
    return ops.reshape(pairs[: count * count], (count, count))


def reduce_euclidean_norm(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: Any = None) -> Any:
    """The length along axes."""
    return apply("sqrt", apply("sum", apply("square", input_tensor), axis=axis, keepdims=keepdims))


def segment_sum(data: Any, segment_ids: Any, name: str | None = None) -> Any:
    """The sums of the rows with the same number."""
    return ops.segment_sum(raw(data), raw(segment_ids))


__all__ = (
    "bincount confusion_matrix count_nonzero cumprod divide_no_nan erfinv in_top_k is_finite is_inf is_nan "
    "l2_normalize log_sigmoid multiply_no_nan reduce_euclidean_norm segment_sum softmax softplus top_k"
).split()
