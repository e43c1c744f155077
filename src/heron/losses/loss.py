"""The base class of losses, and the class that makes one of a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

import jax

from heron import config, dtype_policies
from heron.errors import ArgumentTypeError
from heron.layers.context import CallContext, entered, get_mask
from heron.layers.structure import as_arrays, map_leaves
from heron.losses.alignment import squeeze_or_expand_to_same_rank
from heron.losses.reduction import REDUCTION, reduce_weighted_values
from heron.ops.op import array
from heron.registry import Configurable, published, resolve, serialize
from heron.validate import CALLABLE, TEXT


class Loss(Configurable):
    """What training makes small. Subclass it and write `call`, which returns one value per sample.

    Args:
        name: its name in logs; by default made of the class name.
        reduction: how the values of a batch become one number. `"sum_over_batch_size"` and `"mean"`: their average;
            `"sum"`; `"mean_with_sample_weight"`: their weighted sum over the sum of the weights; `"none"` or None: as
            they are.
        dtype: a dtype or policy to compute in, by default `heron.config.floatx()`.

    Raises:
        ArgumentError: for an unknown reduction.

    Example:
    >>> class Cubic(Loss):
    ...     def call(self, y_true, y_pred):
    ...         return abs(y_true - y_pred).mean(axis=-1) ** 3
    >>> float(Cubic()([[0.0], [0.0]], [[1.0], [2.0]]))
    4.5
    """

    rules = {"name": TEXT.or_none(), "reduction": REDUCTION}

    def __init__(
        self, name: str | None = None, reduction: str | None = "sum_over_batch_size", dtype: Any = None
    ) -> None:
        self.name = name or config.auto_name(config.snake_case(type(self).__name__))
        self.reduction = reduction
        self._dtype = dtype_policies.get(dtype or config.floatx()).compute_dtype

    @property
    def dtype(self) -> str:
        """The dtype it computes in."""
        return self._dtype

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Returns the loss of each sample; to be written by subclasses.

        Args:
            y_true: the labels, in this loss's dtype.
            y_pred: the predictions, in this loss's dtype.
        """
        raise ArgumentTypeError(
            f"{type(self).__name__} has no call method.\nWrite: def call(self, y_true, y_pred): ..."
        )

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None) -> jax.Array:
        """Returns the loss of a batch.

        Args:
            y_true: labels: an array, or a structure of arrays that `call` understands.
            y_pred: predictions of the model.
            sample_weight: None, or weights of shape `(batch,)`, or one for each value of `call`.
            mask: a boolean array like `sample_weight`, False for what does not count; by default the mask that layers
                let travel with `y_pred`, if any.

        Raises:
            ShapeError: when labels, predictions and weights do not fit each other.
        """
        mask = get_mask(y_pred) if mask is None else mask
        with jax.named_scope(self.name), entered(CallContext(None)):
            y_pred = map_leaves(lambda x: array(x, self.dtype), as_arrays(self, y_pred))
            y_true = map_leaves(self._label, as_arrays(self, y_true))
            values = self.call(y_true, y_pred)
            mask = _both(mask, get_mask(values))
            return reduce_weighted_values(values, sample_weight, mask, self.reduction, self.dtype)

    def _label(self, label: Any) -> jax.Array:
        return array(label, self.dtype)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor call as plain data, the name as it is now."""
        plain = super().get_config()
        return {**plain, "name": self.name} if "name" in plain else plain


def _both(one: Any, other: Any) -> Any:
    """Where both masks are True; a mask that is None leaves nothing out."""
    if one is None or other is None:
        return other if one is None else one
    return array(one, bool) & array(other, bool)


class LossFunctionWrapper(Loss):
    """A loss that applies a function to labels and predictions of equal rank.

    Args:
        fn: a function `(y_true, y_pred, **kwargs)` that returns one value per sample.
        reduction, name, dtype: see `Loss`.
        **kwargs: passed on to `fn`; each can be read as an attribute.

    Example:
    >>> loss = LossFunctionWrapper(lambda y_true, y_pred, power: abs(y_true - y_pred) ** power, power=2)
    >>> float(loss([[1.0]], [[3.0]])), loss.power
    (4.0, 2)
    """

    rules = {"fn": CALLABLE}
    keeps_kwargs = True

    def __init__(
        self,
        fn: Callable[..., Any],
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.fn = fn
        self._fn_kwargs = kwargs

    def __getattr__(self, name: str) -> Any:
        kwargs = self.__dict__.get("_fn_kwargs", {})
        if name in kwargs:
            return kwargs[name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Returns what the function says for each sample."""
        if hasattr(y_true, "ndim") and hasattr(y_pred, "ndim"):
            y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
        return self.fn(y_true, y_pred, **self._fn_kwargs)

    def _label(self, label: Any) -> jax.Array:
        if getattr(self.fn, "takes_class_numbers", False):
            return array(label)
        return super()._label(label)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor call; the function by its name, in the form Keras reads."""
        plain = super().get_config()
        if "fn" in plain:
            plain["fn"] = function_config(self.fn)
        return plain

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Makes an object from what `get_config` returned."""
        if "fn" not in config:
            return super().from_config(config)
        rest = {k: v for k, v in config.items() if k != "fn"}
        made: Self = super().from_config({**rest, "fn": resolve(config["fn"], "losses", published("losses"))})
        return made


def function_config(function: Callable[..., Any]) -> Any:
    """A function as Keras writes it in configs."""
    plain = serialize(function)
    if isinstance(plain, str):
        return {"module": "builtins", "class_name": "function", "config": plain, "registered_name": "function"}
    return plain
