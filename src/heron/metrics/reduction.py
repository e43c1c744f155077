"""Mean and Sum over batches, and the metric that averages a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

import jax.numpy as jnp

from heron.errors import ShapeError, shape_text
from heron.layers.context import CallContext, entered, get_mask
from heron.layers.structure import as_arrays
from heron.losses.alignment import squeeze_or_expand_to_same_rank
from heron.losses.loss import Loss, function_config
from heron.losses.reduction import apply_mask, divide_no_nan
from heron.metrics.metric import Metric
from heron.ops.op import array
from heron.registry import published, resolve
from heron.validate import CALLABLE


def samplewise(values: Any, sample_weight: Any, reduce: Callable[..., Any], dtype: Any) -> tuple[Any, Any]:
    """Reduces values and weights to one per sample.

    Args:
        values: an array of one value per sample, step or element; or a scalar.
        sample_weight: None, or an array of the leading axes of `values`, or of sizes that broadcast to it.
        reduce: `jnp.mean` or `jnp.sum`, applied over all axes but the first.
        dtype: that of the results.

    Returns:
        The weighted values, of shape `(batch,)` or scalar, and the weights likewise, or None.

    Raises:
        ShapeError: when the weights do not fit the values.
    """
    mask = get_mask(values)
    values = array(values).astype(dtype)
    if sample_weight is not None:
        weights = apply_mask(array(sample_weight, dtype), mask, dtype, "sum")
        values, weights = squeeze_or_expand_to_same_rank(values, weights)
        if values.ndim > weights.ndim:
            values = reduce(values, axis=tuple(range(weights.ndim, values.ndim)))
        weights = _spread(weights, values.shape)
        values = values * weights
        sample_weight = reduce(weights, axis=tuple(range(1, weights.ndim))) if weights.ndim > 1 else weights
    if values.ndim > 1:
        values = reduce(values, axis=tuple(range(1, values.ndim)))
    return values, sample_weight


def _spread(weights: Any, shape: tuple[int, ...]) -> Any:
    fits = weights.ndim in (0, len(shape)) and all(w in (1, s) for w, s in zip(weights.shape, shape, strict=False))
    if not fits:
        scalar = (
            "\nA function that returns one number for the whole batch cannot be weighted by sample."
            if not shape
            else ""
        )
        raise ShapeError(
            f"sample_weight must have the shape of the values it weighs, {shape_text(shape)}, or that of their leading "
            f"axes; received {shape_text(weights.shape)}.{scalar or chr(10) + 'Pass one weight per sample.'}"
        )
    return jnp.broadcast_to(weights, shape)


class Sum(Metric):
    """The sum of all values, each times its weight.

    Args:
        name, dtype: see `Metric`.

    Example:
    >>> total = Sum()
    >>> total.update_state([1.0, 3.0, 5.0], sample_weight=[1, 1, 0])
    >>> float(total.result())
    4.0
    """

    _variables_at_start = True

    def __init__(self, name: str | None = "sum", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", self.dtype, name="total")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Adds a batch of values."""
        values, _ = samplewise(values, sample_weight, jnp.sum, self.dtype)
        self.total.assign_add(jnp.sum(values))

    def result(self) -> Any:
        """Returns the sum so far, a scalar."""
        return self.total.value


class Mean(Metric):
    """The mean of all values, each times its weight, over the sum of the weights; 0 before the first.

    Args:
        name, dtype: see `Metric`.

    Example:
    >>> mean = Mean()
    >>> mean.update_state([1.0, 3.0, 5.0], sample_weight=[1, 1, 0])
    >>> float(mean.result())
    2.0
    """

    _variables_at_start = True

    def __init__(self, name: str | None = "mean", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", self.dtype, name="total")
        self.count = self.add_variable((), "zeros", self.dtype, name="count")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Takes a batch of values into account: those of one sample count as their average."""
        values, weights = samplewise(values, sample_weight, jnp.mean, self.dtype)
        self.total.assign_add(jnp.sum(values))
        if weights is not None:
            self.count.assign_add(jnp.sum(weights))
        else:
            self.count.assign_add(values.shape[0] if values.ndim else 1)

    def result(self) -> Any:
        """Returns the mean so far, a scalar."""
        return divide_no_nan(self.total.value, self.count.value)


class MeanMetricWrapper(Mean):
    """The mean of a function of labels and predictions.

    Args:
        fn: a function `(y_true, y_pred, **kwargs)` that returns one value per sample, or a number.
        name, dtype: see `Metric`.
        **kwargs: passed on to `fn`; each can be read as an attribute.

    Example:
    >>> error = MeanMetricWrapper(lambda y_true, y_pred: abs(y_true - y_pred), name="error")
    >>> float(error([1.0, 2.0], [1.0, 4.0]))
    1.0
    """

    rules = {"fn": CALLABLE}
    keeps_kwargs = True

    def __init__(self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **kwargs: Any) -> None:
        super().__init__(name=name, dtype=dtype)
        self._fn = fn
        self._fn_kwargs = kwargs
        if isinstance(fn, Loss) or published("losses").get(getattr(fn, "__name__", "")) is fn:
            self._direction = "down"  # type: ignore[misc]

    def __getattr__(self, name: str) -> Any:
        kwargs = self.__dict__.get("_fn_kwargs", {})
        if name in kwargs:
            return kwargs[name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    def update_state(  # type: ignore[override]
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        """Takes a batch into account; `(n,)` against `(n, 1)` means `(n, 1)`."""
        weights = apply_mask(sample_weight, get_mask(y_pred), self.dtype, "sum")
        y_true, y_pred = as_arrays(self, y_true), as_arrays(self, y_pred)
        if hasattr(y_true, "ndim") and hasattr(y_pred, "ndim"):
            y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
        with entered(CallContext(None)):
            super().update_state(self._fn(y_true, y_pred, **self._fn_kwargs), weights)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor call; the function by its name, in the form Keras reads."""
        plain = super().get_config()
        if "fn" in plain:
            plain["fn"] = function_config(self._fn)
        return plain

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Makes an object from what `get_config` returned."""
        if "fn" in config:
            config = {**config, "fn": function_of(config["fn"])}
        made: Self = super().from_config(config)
        return made


def function_of(plain: Any) -> Any:
    """The function that a name or config stands for, among metrics and losses."""
    if isinstance(plain, Mapping) and plain.get("class_name") == "function":
        plain = plain["config"]
    return resolve(plain, "metrics", {**published("losses"), **published("metrics")}, "function")
