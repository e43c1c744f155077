"""Several optimizers for one model."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence
from typing import Any

from heron.errors import ArgumentError, ArgumentTypeError, UnknownAttributeError, value_text
from heron.optimizers import gradients
from heron.optimizers.base import Optimizer
from heron.optimizers.loss_scale import LossScaleOptimizer
from heron.registry import Configurable
from heron.validate import CALLABLE, POSITIVE, TEXT, Rule
from heron.variables import Variable

_OPTIMIZER = Rule("an optimizer", lambda v: isinstance(v, Optimizer), (), ("sgd", None, 3))
_MAP = Rule("a dict of optimizers", lambda v: isinstance(v, dict), ({},), ("sgd", 3, []))


class OptimizerMap(Configurable, MutableMapping[str, Optimizer]):
    """Says which optimizer trains which variable, by the variables' paths.

    A key is a path, or a regular expression for whole paths: `"encoder/.*"`.

    Args:
        default_optimizer: for variables that no key fits.
        optimizer_map: optimizers by key.

    Raises:
        ArgumentError: for a key that is there already, and when two patterns fit one path.

    Source: `keras.optimizers.OptimizerMap`.

    Example:
    >>> from heron.optimizers import SGD, Adam
    >>> which = OptimizerMap(SGD(name="sgd"), {"encoder/.*": Adam(name="adam")})
    >>> which["encoder/dense/kernel"].name, which["head/kernel"].name
    ('adam', 'sgd')
    """

    rules = {"default_optimizer": _OPTIMIZER, "optimizer_map": _MAP.or_none()}

    def __init__(self, default_optimizer: Optimizer, optimizer_map: dict[str, Optimizer] | None = None) -> None:
        self._default = default_optimizer
        self._by_key: dict[str, Optimizer] = {}
        for key, optimizer in (optimizer_map or {}).items():
            self[key] = optimizer

    @property
    def default_optimizer(self) -> Optimizer:
        """The optimizer of variables that no key fits."""
        return self._default

    @property
    def arguments(self) -> dict[str, Any]:
        """The constructor's arguments, with the keys of now."""
        return {"default_optimizer": self._default, "optimizer_map": dict(self._by_key)}

    def __getitem__(self, key: str) -> Optimizer:
        if key in self._by_key:
            return self._by_key[key]
        fitting = [pattern for pattern in self._by_key if re.fullmatch(pattern, key)]
        if len(fitting) > 1:
            raise ArgumentError(
                f"OptimizerMap: several keys fit the variable {key!r}: {', '.join(map(repr, fitting))}; expected one.\n"
                f"Add its whole path as a key, or make the patterns narrower."
            )
        return self._by_key[fitting[0]] if fitting else self._default

    def __setitem__(self, key: str, optimizer: Optimizer) -> None:
        if not isinstance(key, str):
            raise ArgumentError(
                f"OptimizerMap: a key must be a string, a path or a pattern; received {value_text(key)}."
            )
        if key in self._by_key:
            raise ArgumentError(
                f"OptimizerMap has an optimizer for {key!r} already. Delete it first: del map[{key!r}]."
            )
        _check_inner(optimizer, f"the key {key!r}")
        self._by_key[key] = optimizer

    def __delitem__(self, key: str) -> None:
        del self._by_key[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_key)

    def __len__(self) -> int:
        return len(self._by_key)

    def __contains__(self, key: object) -> bool:
        return key in self._by_key

    def __call__(self, variable: Variable) -> Optimizer:
        """The optimizer of a variable."""
        return self[variable.path]

    __hash__ = object.__hash__


class MultiOptimizer(Optimizer):
    """Trains each variable with the optimizer that a map or a function chooses for it.

    Args:
        optimizer_map: an `OptimizerMap`, or a function from a variable to its optimizer (the same object for variables
            that one optimizer is to train).
        loss_scale_factor: the loss is multiplied and the gradients are divided by it; it goes to all the optimizers.
        name: the first part of the paths of its variables.

    Attributes:
        optimizers: the optimizers; each has a learning rate of its own, this one has none.

    Raises:
        ArgumentError: when training begins, for something that is no optimizer, and for a wrapper of optimizers.

    Source: `keras.optimizers.MultiOptimizer`.

    Example:
    >>> from heron.optimizers import SGD
    >>> optimizer = MultiOptimizer(OptimizerMap(SGD(0.5), {"slow": SGD(0.125)}))
    >>> fast, slow = Variable([1.0], name="fast"), Variable([1.0], name="slow")
    >>> optimizer.apply([[1.0], [1.0]], [fast, slow])
    >>> float(fast[0]), float(slow[0])
    (0.5, 0.875)
    """

    rules = {"optimizer_map": CALLABLE, "loss_scale_factor": POSITIVE.or_none(), "name": TEXT.or_none()}
    renamed = {}
    refused = {}

    def __init__(
        self,
        optimizer_map: OptimizerMap | Callable[[Variable], Optimizer],
        loss_scale_factor: float | None = None,
        name: str | None = None,
    ) -> None:
        self.optimizers: list[Optimizer] = []
        super().__init__(learning_rate=0.0, loss_scale_factor=loss_scale_factor, name=name)
        self._optimizer_map = optimizer_map
        self._chosen: dict[Variable, Optimizer] = {}
        if isinstance(optimizer_map, OptimizerMap):
            for one in (*optimizer_map.values(), optimizer_map.default_optimizer):
                self._take(one)

    def _take(self, optimizer: Optimizer) -> None:
        if not any(one is optimizer for one in self.optimizers):
            optimizer.loss_scale_factor = self.loss_scale_factor
            self.optimizers.append(optimizer)

    def build(self, variables: Iterable[Variable]) -> None:
        variables = list(variables)
        if not self.built:
            for v in variables:
                optimizer = self._optimizer_map(v)
                _check_inner(optimizer, f"the variable {v.path!r}")
                self._take(optimizer)
                self._chosen[v] = optimizer
            for one in self.optimizers:
                own = [v for v in variables if self._chosen[v] is one]
                if own:
                    one.build(own)
        super().build(variables)

    @property
    def variables(self) -> list[Variable]:
        """Its count of steps and, as in Keras, a rate that nothing uses; then the variables of the optimizers."""
        return [*super().variables, *(v for one in self.optimizers for v in one.variables)]

    def apply(self, grads: Iterable[Any], trainable_variables: Iterable[Variable] | None = None) -> None:
        """Has each optimizer update its variables; see `Optimizer.apply`."""
        grads = list(grads)
        if not grads:
            return
        variables = self._variables_for(grads, trainable_variables)
        present, variables = gradients.present(self._me, grads, variables)
        for one in self.optimizers:
            pairs = [(g, v) for g, v in zip(present, variables, strict=True) if self._chosen[v] is one]
            if pairs:
                one.apply([g for g, _ in pairs], [v for _, v in pairs])
        self._iterations.assign_add(1)

    def finalize_variable_values(self, var_list: Sequence[Variable]) -> None:
        for one in self.optimizers:
            own = [v for v in var_list if self._chosen.get(v) is one]
            if own:
                one.finalize_variable_values(own)

    def exclude_from_weight_decay(
        self, var_list: Iterable[Variable] | None = None, var_names: Iterable[str] | None = None
    ) -> None:
        """Keeps variables from losing weight by any of the optimizers' `weight_decay`."""
        for one in self.optimizers:
            one.exclude_from_weight_decay(var_list, var_names)

    @property
    def learning_rate(self) -> Any:
        """There is none: each of `optimizers` has its own.

        Raises:
            UnknownAttributeError: (an `AttributeError`) always.
        """
        raise UnknownAttributeError(_NO_RATE)

    @learning_rate.setter
    def learning_rate(self, learning_rate: Any) -> None:
        raise UnknownAttributeError(_NO_RATE)


_NO_RATE = (
    "A MultiOptimizer has no learning rate; each of its optimizers has one of its own.\n"
    "Write optimizer.optimizers[0].learning_rate."
)


def _check_inner(optimizer: Any, whose: str) -> None:
    if not isinstance(optimizer, Optimizer):
        raise ArgumentTypeError(f"The optimizer of {whose} must be an optimizer; received {value_text(optimizer)}.")
    if isinstance(optimizer, LossScaleOptimizer | MultiOptimizer):
        raise ArgumentError(
            f"The optimizer of {whose} must not be a {type(optimizer).__name__}, which holds others itself.\n"
            "Give the optimizer inside it."
        )
