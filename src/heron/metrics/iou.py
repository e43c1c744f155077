"""IoU: how far predicted regions and true regions overlap, from a matrix of counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from heron import config
from heron.errors import ArgumentError, ShapeError, note, shape_text
from heron.metrics.metric import Metric
from heron.ops.op import array
from heron.validate import BOOL, INT, NUMBER, POSITIVE_INT, Rule, is_int

_CLASS_IDS = Rule(
    "a list of class numbers from 0",
    lambda v: isinstance(v, list | tuple) and len(v) > 0 and all(is_int(i) and i >= 0 for i in v),
    ([0], (0, 1)),
    (0, [], [-1], [0.5], "0", None),
)


class IoU(Metric):
    """The overlap of predicted and true samples of some classes over their union, averaged over these classes.

    Args:
        num_classes: how many classes there are.
        target_class_ids: the numbers of the classes that count.
        name: see `Metric`.
        dtype: the dtype of the counts, by default int32.
        ignore_class: a class number in the labels whose samples are left out; None for none.
        sparse_y_true: True when labels are class numbers, False when they are one-hot.
        sparse_y_pred: True when predictions are class numbers, False when they are scores for each class.
        axis: the axis of the classes, where there is one.

    Raises:
        ArgumentError: for a target class that is not below `num_classes`.

    Example:
    >>> float(IoU(num_classes=2, target_class_ids=[0])([0, 0, 1, 1], [0, 1, 0, 1]))
    0.3333
    """

    rules = {
        "num_classes": POSITIVE_INT,
        "target_class_ids": _CLASS_IDS,
        "ignore_class": INT.or_none(),
        "sparse_y_true": BOOL,
        "sparse_y_pred": BOOL,
        "axis": INT,
    }
    _direction = "up"
    _variables_at_start = True

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        super().__init__(name=name, dtype=dtype or "int32")
        if max(target_class_ids) >= num_classes:
            raise ArgumentError(
                f"{type(self).__name__}: target_class_ids must be below num_classes={num_classes}, as classes are "
                f"numbered from 0; received {list(target_class_ids)}.\nUse num_classes={max(target_class_ids) + 1}."
            )
        self.num_classes = num_classes
        self.target_class_ids = list(target_class_ids)
        self.ignore_class = ignore_class
        self.sparse_y_true = sparse_y_true
        self.sparse_y_pred = sparse_y_pred
        self.axis = axis
        self.total_cm = self.add_variable(
            (num_classes, num_classes), "zeros", self.dtype, name="total_confusion_matrix"
        )

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Counts a batch; samples of classes outside of 0 to `num_classes` - 1 are left out.

        Args:
            y_true: labels of any shape.
            y_pred: predictions of the same shape.
            sample_weight: None, or weights of that shape, or one for all.

        Raises:
            ShapeError: for different numbers of labels, predictions and weights.
        """
        y_true, y_pred = array(y_true), array(y_pred)
        y_true = (y_true if self.sparse_y_true else jnp.argmax(y_true, self.axis)).astype(self.dtype).reshape(-1)
        y_pred = (y_pred if self.sparse_y_pred else jnp.argmax(y_pred, self.axis)).astype(self.dtype).reshape(-1)
        weights = self._weights(sample_weight)
        if y_true.size != y_pred.size or weights.size not in (1, y_true.size):
            raise ShapeError(
                f"Metric '{self.name}' takes one label for each prediction; received {y_true.size} labels, "
                f"{y_pred.size} predictions and weights of shape {shape_text(np.shape(weights))}.\n"
                "For one-hot labels or scores for each class set sparse_y_true or sparse_y_pred to False."
            )
        counted = (y_true >= 0) & (y_true < self.num_classes) & (y_pred >= 0) & (y_pred < self.num_classes)
        if self.ignore_class is not None:
            counted = counted & (y_true != self.ignore_class)
        weights = jnp.where(counted, weights, 0).astype(self.dtype)
        place = jnp.where(counted, y_true, 0).astype(jnp.int32), jnp.where(counted, y_pred, 0).astype(jnp.int32)
        self.total_cm.assign(self.total_cm.value.at[place].add(weights))

    def _weights(self, sample_weight: Any) -> Any:
        given = array(1 if sample_weight is None else sample_weight)
        counts_whole = jnp.issubdtype(np.dtype(self.dtype), jnp.integer)
        if counts_whole and jnp.issubdtype(given.dtype, jnp.floating):
            note(
                f"Metric '{self.name}' counts in {self.dtype}, so its weights lose what is after the point.\n"
                "Use whole weights, or dtype='float32'.",
            )
        return given.astype(self.dtype).reshape(-1)

    def result(self) -> Any:
        """Returns the mean overlap so far of the target classes that have occurred, a scalar."""
        matrix = self.total_cm.value
        both = jnp.diag(matrix)
        either = jnp.sum(matrix, axis=0) + jnp.sum(matrix, axis=1) - both
        chosen = np.array(self.target_class_ids)
        both, either = both[chosen].astype("float32"), either[chosen].astype("float32")
        occurred = either > 1e-9
        overlap = jnp.where(occurred, both / (either + config.epsilon()), 0.0)
        return jnp.sum(overlap) / (jnp.sum(occurred.astype("float32")) + config.epsilon())


class BinaryIoU(IoU):
    """IoU of two classes, predicted by a threshold.

    Args:
        target_class_ids: which of the classes 0 and 1 count.
        threshold: predictions of at least so much are class 1.
        name: see `Metric`.
        dtype: the dtype of the counts, by default int32.

    Example:
    >>> float(BinaryIoU(threshold=0.3)([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7]))
    0.3333
    """

    rules = {"threshold": NUMBER}

    def __init__(
        self,
        target_class_ids: Sequence[int] = (0, 1),
        threshold: float = 0.5,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(2, target_class_ids, name, dtype)
        self.threshold = threshold

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Counts a batch; see `IoU.update_state`."""
        super().update_state(y_true, array(y_pred, "float32") >= self.threshold, sample_weight)


class MeanIoU(IoU):
    """IoU averaged over all classes.

    Args:
        num_classes: how many classes there are.
        name: see `Metric`.
        dtype: the dtype of the counts, by default int32.
        ignore_class: a class number in the labels whose samples are left out; None for none.
        sparse_y_true: True when labels are class numbers, False when they are one-hot.
        sparse_y_pred: True when predictions are class numbers, False when they are scores for each class.
        axis: the axis of the classes, where there is one.

    Example:
    >>> float(MeanIoU(num_classes=2)([0, 0, 1, 1], [0, 1, 0, 1]))
    0.3333
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        every = list(range(num_classes))
        super().__init__(num_classes, every, name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis)


class OneHotIoU(IoU):
    """IoU of some classes, for one-hot labels.

    Args:
        num_classes: how many classes there are.
        target_class_ids: the numbers of the classes that count.
        name: see `Metric`.
        dtype: the dtype of the counts, by default int32.
        ignore_class: a class number in the labels whose samples are left out; None for none.
        sparse_y_pred: True when predictions are class numbers, False when they are scores for each class.
        axis: the axis of the classes.

    Example:
    >>> float(OneHotIoU(2, [0])([[1, 0], [0, 1]], [[0.9, 0.1], [0.2, 0.8]]))
    1.0
    """

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis)


class OneHotMeanIoU(MeanIoU):
    """IoU averaged over all classes, for one-hot labels.

    Args:
        num_classes: how many classes there are.
        name: see `Metric`.
        dtype: the dtype of the counts, by default int32.
        ignore_class: a class number in the labels whose samples are left out; None for none.
        sparse_y_pred: True when predictions are class numbers, False when they are scores for each class.
        axis: the axis of the classes.

    Example:
    >>> float(OneHotMeanIoU(2)([[1, 0], [0, 1]], [[0.9, 0.1], [0.2, 0.8]]))
    1.0
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)
