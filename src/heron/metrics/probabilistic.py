"""The cross-entropies, Kullback-Leibler divergence and Poisson loss as metrics: their means over an epoch."""

from __future__ import annotations

from typing import Any

from heron.losses.crossentropy import binary_crossentropy, categorical_crossentropy, sparse_categorical_crossentropy
from heron.losses.divergence import kl_divergence, poisson
from heron.metrics.reduction import MeanMetricWrapper
from heron.validate import BOOL, FRACTION, INT


class BinaryCrossentropy(MeanMetricWrapper):
    """The mean cross-entropy of labels 0 and 1.

    Args:
        name, dtype: see `Metric`.
        from_logits: True when the model has no sigmoid at its end.
        label_smoothing: the share, 0 to 1, by which labels move towards 0.5.

    Example:
    >>> float(BinaryCrossentropy()([[0.0], [1.0]], [[0.5], [0.5]]))
    0.693
    """

    rules = {"from_logits": BOOL, "label_smoothing": FRACTION}

    def __init__(
        self,
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
    ) -> None:
        super().__init__(binary_crossentropy, name, dtype, from_logits=from_logits, label_smoothing=label_smoothing)


class CategoricalCrossentropy(MeanMetricWrapper):
    """The mean cross-entropy of one-hot labels.

    Args:
        name, dtype: see `Metric`.
        from_logits: True when the model has no softmax at its end.
        label_smoothing: the share, 0 to 1, by which labels move towards equal shares.
        axis: the axis of the classes.

    Example:
    >>> float(CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]]))
    0.693
    """

    rules = {"from_logits": BOOL, "label_smoothing": FRACTION, "axis": INT}

    def __init__(
        self,
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
        axis: int = -1,
    ) -> None:
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(categorical_crossentropy, name, dtype, **options)


class SparseCategoricalCrossentropy(MeanMetricWrapper):
    """The mean cross-entropy of labels that are class numbers.

    Args:
        name, dtype: see `Metric`.
        from_logits: True when the model has no softmax at its end.
        ignore_class: a class number whose samples have the loss 0; None for none.
        axis: the axis of the classes.

    Example:
    >>> float(SparseCategoricalCrossentropy()([1, 0], [[0.5, 0.5], [0.5, 0.5]]))
    0.693
    """

    rules = {"from_logits": BOOL, "ignore_class": INT.or_none(), "axis": INT}

    def __init__(
        self,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ) -> None:
        options = {"from_logits": from_logits, "ignore_class": ignore_class, "axis": axis}
        super().__init__(sparse_categorical_crossentropy, name, dtype, **options)


class KLDivergence(MeanMetricWrapper):
    """The mean of how far the predicted distribution is from the true one.

    Args:
        name, dtype: see `Metric`.

    Example:
    >>> float(KLDivergence()([[1.0, 0.0], [0.5, 0.5]], [[0.5, 0.5], [0.5, 0.5]]))
    0.3466
    """

    def __init__(self, name: str | None = "kl_divergence", dtype: Any = None) -> None:
        super().__init__(kl_divergence, name, dtype)


class Poisson(MeanMetricWrapper):
    """For counts: the mean of `y_pred - y_true * log(y_pred)`.

    Args:
        name, dtype: see `Metric`.

    Example:
    >>> float(Poisson()([[2.0], [0.0]], [[1.0], [3.0]]))
    2.0
    """

    def __init__(self, name: str | None = "poisson", dtype: Any = None) -> None:
        super().__init__(poisson, name, dtype)
