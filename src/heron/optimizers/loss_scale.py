"""A dynamic loss scale around another optimizer, for training in float16."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from heron.optimizers import gradients
from heron.optimizers.base import Optimizer
from heron.optimizers.gradients import assign_if
from heron.optimizers.options import OPTION_RULES
from heron.validate import POSITIVE, POSITIVE_INT, TEXT, Rule
from heron.variables import Variable

_OPTIMIZER = Rule(
    "an optimizer",
    lambda v: isinstance(v, Optimizer) and not isinstance(v, LossScaleOptimizer),
    (),
    ("adam", Optimizer, None, 0.1),
    lambda v: (
        "Write heron.optimizers.LossScaleOptimizer(heron.optimizers.Adam())."
        if not isinstance(v, Optimizer)
        else "It scales the loss already; use it as it is."
    ),
)


def _set_inside(name: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda given: f"Set it on the optimizer within: LossScaleOptimizer(Adam({name}={given[name]!r}))."


def _explain_dynamic(given: Mapping[str, Any]) -> str:
    return (
        "Its scale is always dynamic. For a constant one leave LossScaleOptimizer out and set loss_scale_factor on the "
        "optimizer."
    )


class LossScaleOptimizer(Optimizer):
    """Multiplies the loss by a scale that adapts, so that small gradients do not vanish in float16.

    The gradients are divided by the scale before `inner_optimizer` sees them. When one is infinite or NaN the step is
    left out and the scale halved; after `dynamic_growth_steps` good steps it is doubled.

    Args:
        inner_optimizer: the optimizer that updates; it counts the steps, clips, averages and accumulates.
        initial_scale: the first scale.
        dynamic_growth_steps: the number of good steps after which the scale is doubled.
        name: the first part of the paths of its variables; by default the class name in snake case.

    Raises:
        ArgumentError: when `inner_optimizer` is no optimizer, or another argument is not above 0.
        ArgumentTypeError: for an argument that belongs to the inner optimizer.

    Source: Micikevicius et al. 2017, Mixed precision training, arXiv:1710.03740.

    Example:
    >>> from heron.optimizers import SGD
    >>> w, optimizer = Variable([1.0]), LossScaleOptimizer(SGD(0.1), initial_scale=8.0)
    >>> optimizer.apply([[8.0]], [w])
    >>> optimizer.apply([[float("inf")]], [w])
    >>> float(w[0]), float(optimizer.dynamic_scale)
    (0.9, 4.0)
    """

    rules = {
        "inner_optimizer": _OPTIMIZER,
        "initial_scale": POSITIVE,
        "dynamic_growth_steps": POSITIVE_INT,
        "name": TEXT.or_none(),
    }
    renamed = {"optimizer": "inner_optimizer"}
    refused = {
        **{name: _set_inside(name) for name in OPTION_RULES if name != "name"},
        "dynamic": _explain_dynamic,
    }

    def __init__(
        self,
        inner_optimizer: Optimizer,
        initial_scale: float = 2.0**15,
        dynamic_growth_steps: int = 2000,
        name: str | None = None,
    ) -> None:
        self.inner_optimizer = inner_optimizer
        super().__init__(learning_rate=0.0, name=name)
        self.initial_scale = float(initial_scale)
        self.dynamic_growth_steps = dynamic_growth_steps
        inner_optimizer.loss_scale_factor = None  # the gradients are unscaled here

    def build(self, variables: Iterable[Variable]) -> None:
        variables = list(variables)
        if not self.built:
            self.step_counter = self.add_variable((), dtype="int32", name="step_counter")
            self.dynamic_scale = self.add_variable(
                (), np.asarray(self.initial_scale), dtype="float32", name="dynamic_scale"
            )
        self.inner_optimizer.build(variables)
        super().build(variables)

    @property
    def variables(self) -> list[Variable]:
        """Its own variables, then those of the inner optimizer."""
        return [*super().variables, *self.inner_optimizer.variables]

    def apply(self, grads: Iterable[Any], trainable_variables: Iterable[Variable] | None = None) -> None:
        """Unscales the gradients and updates by them, or leaves the step out; see `Optimizer.apply`."""
        grads = list(grads)
        if not grads:
            return
        variables = self._variables_for(grads, trainable_variables)
        present, variables = gradients.present(self._me, grads, variables)
        finite = jnp.all(jnp.stack([jnp.all(jnp.isfinite(g)) for g in present]))
        scale = self.dynamic_scale.value
        unscaled = [g if v.overwrite_with_gradient else g / scale for g, v in zip(present, variables, strict=True)]
        changed = [*variables, *self.inner_optimizer.variables]
        assign_if(finite, changed, lambda: self.inner_optimizer.apply(unscaled, variables))
        self._adapt(finite, scale)

    def _adapt(self, finite: jax.Array, scale: jax.Array) -> None:
        count = self.step_counter.value + 1
        grow = finite & (count == self.dynamic_growth_steps)
        self.dynamic_scale.assign(scale * jnp.where(grow, 2.0, jnp.where(finite, 1.0, 0.5)))
        self.step_counter.assign(jnp.where(finite & ~grow, count, 0))

    @property
    def learning_rate(self) -> Any:
        """The learning rate of the inner optimizer. May be set."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, learning_rate: Any) -> None:
        self.inner_optimizer.learning_rate = learning_rate

    @property
    def iterations(self) -> Any:
        """The number of updates so far, those left out not counted."""
        return self.inner_optimizer.iterations

    def scale_loss(self, loss: Any) -> Any:
        """Returns the loss times the present scale, of which the gradients are then taken."""
        return loss * (self.dynamic_scale.value if self.built else self.initial_scale)

    def exclude_from_weight_decay(
        self, var_list: Iterable[Variable] | None = None, var_names: Iterable[str] | None = None
    ) -> None:
        """Keeps variables from losing weight by the inner optimizer's `weight_decay`."""
        self.inner_optimizer.exclude_from_weight_decay(var_list, var_names)

    def finalize_variable_values(self, var_list: Sequence[Variable]) -> None:
        self.inner_optimizer.finalize_variable_values(var_list)
