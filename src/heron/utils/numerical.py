"""Class numbers as one-hot rows, and vectors of length 1."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from heron import config, ops
from heron.errors import DataError, value_text
from heron.ops.op import array
from heron.symbolic import KerasTensor
from heron.validate import POSITIVE_INT

__all__ = ["normalize", "to_categorical"]


def to_categorical(x: Any, num_classes: int | None = None) -> Any:
    """Turns class numbers into rows that are 1 at that place and 0 elsewhere.

    Args:
        x: whole numbers from 0, of shape `(...)` or `(..., 1)`: a list, a NumPy or JAX array.
        num_classes: the length of the rows; by default the greatest number + 1.

    Returns:
        An array of shape `(..., num_classes)` and dtype `floatx`: NumPy's, or JAX's for JAX arrays.

    Raises:
        DataError: for numbers that are not whole or not from 0 to `num_classes - 1`.

    Example:
        >>> to_categorical([0, 2])
        array([[1., 0., 0.], [0., 0., 1.]], dtype=float32)
    """
    POSITIVE_INT.or_none().check("to_categorical", "num_classes", num_classes)
    if isinstance(x, KerasTensor | jax.core.Tracer):
        x = ops.squeeze(x, -1) if len(x.shape) > 1 and x.shape[-1] == 1 else x
        return ops.one_hot(x, _known(num_classes))
    labels = _whole(x)
    labels = labels[..., 0] if labels.ndim > 1 and labels.shape[-1] == 1 else labels
    classes = int(labels.max(initial=-1)) + 1 if num_classes is None else num_classes
    if labels.size and not (labels.min() >= 0 and labels.max() < classes):
        wrong = labels[(labels < 0) | (labels >= classes)].flat[0]
        raise DataError(
            f"to_categorical: class numbers must be from 0 to num_classes - 1 = {classes - 1}; received {wrong}.\n"
            "Number the classes from 0, or raise num_classes."
        )
    rows = (labels[..., None] == np.arange(classes)).astype(config.floatx())
    return array(rows) if isinstance(x, jax.Array) else rows


def _known(num_classes: int | None) -> int:
    if num_classes is None:
        raise DataError(
            "to_categorical: the greatest class number is not known while a model is built or compiled; expected "
            "num_classes.\nWrite to_categorical(x, num_classes=...)."
        )
    return num_classes


def _whole(x: Any) -> np.ndarray:
    values = np.asarray(x)
    if values.dtype.kind not in "buif" or (values.dtype.kind == "f" and not (values == np.floor(values)).all()):
        raise DataError(
            f"to_categorical: class numbers must be whole; received {value_text(x)}.\n"
            "Give each class a number from 0: np.unique(names, return_inverse=True)[1] numbers names."
        )
    return values.astype("int64")


def normalize(x: Any, axis: int = -1, order: int = 2) -> Any:
    """Divides vectors by their length; vectors of zeros stay as they are.

    Args:
        x: a list, a NumPy or JAX array, or a symbolic tensor.
        axis: the axis along which the vectors lie, by default the last.
        order: the exponent of the norm, 2 by default: the root of the sum of squares.

    Example:
        >>> normalize([3.0, 4.0])
        array([0.6, 0.8])
    """
    POSITIVE_INT.check("normalize", "order", order)
    if isinstance(x, KerasTensor | jax.Array):
        return ops.normalize(x, axis=axis, order=order)
    values = np.atleast_1d(np.asarray(x))
    lengths = np.linalg.norm(values, order, axis, keepdims=True)
    return values / np.where(lengths == 0, 1, lengths)
