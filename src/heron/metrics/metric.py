"""The base class of metrics: numbers kept over the batches of an epoch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import jax
import numpy as np

from heron import config, dtype_policies, initializers
from heron.errors import ArgumentError, ArgumentTypeError
from heron.registry import Configurable
from heron.validate import TEXT
from heron.variables import Scope, Variable, name_scope


class Metric(Configurable):
    """What is measured over an epoch. Subclass it, and write `update_state` and `result`.

    The state is in variables, made by `add_weight`. The `stateless_` methods are the same functions with the state as
    an argument, for use inside compiled programs; they need no code in subclasses.

    Args:
        dtype: a dtype or policy to compute in, by default `heron.config.floatx()`.
        name: its name in logs; by default made of the class name.

    Example:
    >>> class Largest(Metric):
    ...     def __init__(self, name="largest"):
    ...         super().__init__(name=name)
    ...         self.most = self.add_weight(name="most", initializer="zeros")
    ...
    ...     def update_state(self, y_true, y_pred, sample_weight=None):
    ...         self.most.assign(max(self.most.value, y_pred.max()))
    ...
    ...     def result(self):
    ...         return self.most.value
    >>> float(Largest()(None, np.array([1.0, 3.0])))
    3.0
    """

    rules = {"name": TEXT.or_none()}
    # Whether larger is better ("up") or smaller ("down"), for callbacks that keep the best; None when not known.
    _direction: ClassVar[str | None] = None
    # True in classes whose variables all exist after the constructor.
    _variables_at_start: ClassVar[bool] = False

    def __init__(self, dtype: Any = None, name: str | None = None) -> None:
        self.name = name or config.auto_name(config.snake_case(type(self).__name__))
        self._dtype = dtype_policies.get(dtype or config.floatx()).compute_dtype
        self._variables: list[Variable] = []

    @property
    def dtype(self) -> str:
        """The dtype it computes in."""
        return self._dtype

    def add_variable(
        self,
        shape: Sequence[int] | str = (),
        initializer: Any = None,
        dtype: Any = None,
        aggregation: str = "sum",
        name: str | None = None,
    ) -> Variable:
        """Makes a variable that belongs to the state.

        Args:
            shape: its shape.
            initializer: a name, object or function; None for zeros.
            dtype: its dtype, by default `heron.config.floatx()`.
            aggregation: accepted for Keras's signature.
            name: its name.

        Raises:
            ArgumentError: when the constructor of the base class has not run.
        """
        if "_variables" not in self.__dict__:
            raise ArgumentError(
                f"{type(self).__name__} makes a variable before its base class is ready.\n"
                "Begin __init__ with super().__init__(name=name)."
            )
        if isinstance(shape, str):  # the order of arguments before Keras 3
            name, shape = name or shape, ()
        with name_scope(self.name.replace("/", ">")):
            variable = Variable(
                initializers.get("zeros" if initializer is None else initializer),
                shape=tuple(shape),
                dtype=dtype or config.floatx(),
                trainable=False,
                autocast=False,
                aggregation=aggregation,
                name=name,
            )
        self._variables.append(variable)
        return variable

    def add_weight(
        self, shape: Sequence[int] | str = (), initializer: Any = None, dtype: Any = None, name: str | None = None
    ) -> Variable:
        """Makes a variable that belongs to the state; see `add_variable`."""
        return self.add_variable(shape, initializer, dtype, name=name)

    @property
    def variables(self) -> list[Variable]:
        """The state: this metric's variables in the order in which they were made, then those of metrics it holds."""
        found = {id(v): v for v in self._variables}
        inner: dict[int, Variable] = {}
        for name, value in self.__dict__.items():
            for part in _parts(value) if name not in ("_arguments", "_variables") else ():
                if isinstance(part, Variable):
                    found.setdefault(id(part), part)
                else:
                    inner.update((id(v), v) for v in part.variables)
        return list({**found, **inner}.values())

    def update_state(self, *args: Any, **kwargs: Any) -> Any:
        """Takes a batch into account; to be written by subclasses."""
        raise ArgumentTypeError(
            f"{type(self).__name__} has no update_state method.\n"
            "Write: def update_state(self, y_true, y_pred, sample_weight=None): ..."
        )

    def result(self) -> Any:
        """Returns the metric of all batches so far; to be written by subclasses."""
        raise ArgumentTypeError(f"{type(self).__name__} has no result method.\nWrite: def result(self): ...")

    def reset_state(self) -> None:
        """Starts afresh: all variables become zeros."""
        for variable in self.variables:
            variable.assign(np.zeros(variable.shape, variable.dtype))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Takes a batch into account and returns the metric of all batches so far."""
        self.update_state(*args, **kwargs)
        return self.result()

    # ---- the same as pure functions -------------------------------------------------------------------------------

    def make_variables(self, *args: Any, **kwargs: Any) -> None:
        """Lets a metric that makes variables at its first batch make them now; nothing is computed.

        Args:
            *args: what `update_state` takes: arrays, or anything with a shape and dtype.
            **kwargs: the same by name.
        """
        if not self._variables_at_start:
            jax.eval_shape(lambda a, k: self._updated([], a, k), args, kwargs)

    def stateless_update_state(self, metric_variables: Sequence[Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Returns the state after a batch, given the state before it; the variables keep their values.

        Args:
            metric_variables: the values of `variables`, in order.
            *args: what `update_state` takes.
            **kwargs: the same by name.

        Raises:
            ArgumentError: when there are not as many values as variables.
        """
        return self._updated(self._bound(metric_variables), args, kwargs)

    def stateless_result(self, metric_variables: Sequence[Any]) -> Any:
        """Returns the metric that a state stands for.

        Args:
            metric_variables: the values of `variables`, in order.

        Raises:
            ArgumentError: when there are not as many values as variables.
        """
        with Scope(self._bound(metric_variables)):
            return self.result()

    def stateless_reset_state(self) -> list[Any]:
        """Returns the state before the first batch."""
        with Scope() as scope:
            self.reset_state()
        return [scope.value_of(v) for v in self.variables]

    def _updated(self, pairs: Any, args: Any, kwargs: Any) -> list[Any]:
        with Scope(pairs) as scope:
            self.update_state(*args, **kwargs)
        return [_strong(scope.value_of(v), v.dtype) for v in self.variables]

    def _bound(self, values: Sequence[Any]) -> list[tuple[Variable, Any]]:
        variables = self.variables
        if len(values) != len(variables):
            hint = "" if variables else "\nIt makes them at its first batch: call make_variables(y_true, y_pred) first."
            raise ArgumentError(
                f"Metric '{self.name}' has {len(variables)} variables; its state needs one value for each, in order; "
                f"received {len(values)} values.{hint}"
            )
        return list(zip(variables, values, strict=True))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor call as plain data, the name and dtype as they are now."""
        now = {"name": self.name, "dtype": self.dtype}
        plain = super().get_config()
        return {key: now.get(key, value) for key, value in plain.items()}


def _parts(value: Any) -> Iterator[Any]:
    """The variables and metrics in a value: itself, or inside lists, tuples and dicts."""
    if isinstance(value, Variable | Metric):
        yield value
    elif isinstance(value, list | tuple | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _parts(part)


def _strong(value: Any, dtype: str) -> Any:
    """An array of exactly this type: one that only inherited it from a Python number would compile loops anew."""
    return value.astype(dtype) if getattr(value, "weak_type", False) else value
