"""R2: which share of the variance of the labels the predictions explain."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from heron.errors import ShapeError, shape_text
from heron.losses.alignment import aligned, aligned_weights
from heron.metrics.metric import Metric
from heron.ops.op import array
from heron.validate import NON_NEGATIVE_INT, one_of


class R2Score(Metric):
    """The coefficient of determination: 1 for perfect, 0 for no better than the mean of the labels.

    Args:
        class_aggregation: how the scores of several columns become one number: `"uniform_average"`,
            `"variance_weighted_average"`, or None for one score per column.
        num_regressors: how many input features the model has, for the adjusted R2; 0 for the plain one.
        name, dtype: see `Metric`.

    Example:
    >>> float(R2Score()([[1.0], [4.0], [3.0]], [[2.0], [4.0], [4.0]]))
    0.5714
    """

    rules = {
        "class_aggregation": one_of("uniform_average", "variance_weighted_average", None),
        "num_regressors": NON_NEGATIVE_INT,
    }
    _direction = "up"

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str | None = "r2_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.class_aggregation = class_aggregation
        self.num_regressors = num_regressors
        self.num_samples = self.add_variable((), "zeros", name="num_samples")

    def _make(self, columns: int) -> None:
        self.squared_sum = self.add_variable((columns,), "zeros", name="squared_sum")
        self.sum = self.add_variable((columns,), "zeros", name="sum")
        self.total_mse = self.add_variable((columns,), "zeros", name="residual")
        self.count = self.add_variable((columns,), "zeros", name="count")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes a batch into account.

        Args:
            y_true: numbers of shape `(batch, columns)`; `(batch,)` is taken as `(batch, 1)`.
            y_pred: predictions of the same shape.
            sample_weight: None, or weights of shape `(batch,)` or that of the labels.

        Raises:
            ShapeError: for other shapes.
        """
        owner = f"Metric '{self.name}'"
        y_true, y_pred = aligned(y_true, array(y_pred, self.dtype), owner)
        if y_pred.ndim != 2:
            raise ShapeError(
                f"{owner} takes predictions of shape (batch, columns); received shape {shape_text(y_pred.shape)}.\n"
                "Reshape labels and predictions to two axes."
            )
        if len(self._variables) == 1:
            self._make(y_pred.shape[1])
        weights = jnp.ones((), self.dtype)
        if sample_weight is not None:
            weights = aligned_weights(y_true, array(sample_weight, self.dtype))[1]
        weights = jnp.broadcast_to(weights, y_true.shape)
        weighted = y_true * weights
        self.sum.assign_add(jnp.sum(weighted, axis=0))
        self.squared_sum.assign_add(jnp.sum(y_true * weighted, axis=0))
        self.total_mse.assign_add(jnp.sum(jnp.square(y_true - y_pred) * weights, axis=0))
        self.count.assign_add(jnp.sum(weights, axis=0))
        self.num_samples.assign_add(y_true.size)

    def result(self) -> Any:
        """Returns the score so far: a scalar, or one number per column when `class_aggregation` is None.

        With as many regressors as samples, or more, the adjusted score does not exist, and the plain one is given.
        """
        if len(self._variables) == 1:
            return jnp.zeros((), self.dtype)
        mean = self.sum.value / self.count.value
        total = self.squared_sum.value - self.sum.value * mean
        scores = 1 - self.total_mse.value / total
        scores = jnp.where(jnp.isinf(scores), 0.0, scores)
        if self.class_aggregation == "uniform_average":
            scores = jnp.mean(scores)
        elif self.class_aggregation == "variance_weighted_average":
            scores = jnp.sum(total * scores) / jnp.sum(total)
        if self.num_regressors == 0:
            return scores
        samples = self.num_samples.value
        left = samples - self.num_regressors - 1
        adjusted = 1 - (1 - scores) * (samples - 1) / jnp.where(left > 0, left, 1)
        return jnp.where(left > 0, adjusted, scores)
