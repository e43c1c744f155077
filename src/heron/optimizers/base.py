"""The base of all optimizers: everything around the update rule that a subclass gives.

An update goes: leave out missing gradients, unscale, accumulate, clip, decay weights, `rule`, moving average,
constraint, count. Each step is arithmetic on arrays read from and assigned to `Variable`s, so that within a `Scope` the
whole is pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from heron.errors import ArgumentError, NotBuiltError
from heron.optimizers import gradients
from heron.optimizers.configured import ConfiguredOptimizer
from heron.optimizers.gradients import assign_if, variable_names
from heron.variables import Scope, Variable, in_scope

Arrays = Mapping[str, jax.Array]


class Optimizer(ConfiguredOptimizer):
    """The base of optimizers: it changes variables so that a loss falls.

    An optimizer of your own sets `slots`, the names of the arrays it keeps for each variable, and overrides `rule`; or
    it overrides `build` and `update_step`, as in Keras.

    Args:
        learning_rate: how far a step goes: a number, a schedule from `heron.optimizers.schedules`, or a function
            without arguments (or of the step) that returns the rate.
        weight_decay: before each update a variable loses this share of itself, times the learning rate; None for none.
        clipnorm: the greatest length of the gradient of one variable; longer ones are shortened. None or 0 for any.
        clipvalue: the greatest size of any number in a gradient. None or 0 for any.
        global_clipnorm: the greatest length of all gradients taken together. None or 0 for any.
        use_ema: True keeps a moving average of each variable, which `finalize_variable_values` puts in its place.
        ema_momentum: the share of the old average in the new one.
        ema_overwrite_frequency: after so many updates, each time, the averages overwrite the variables. None: never.
        loss_scale_factor: the loss is multiplied and the gradients are divided by it, against underflow in float16.
        gradient_accumulation_steps: update only at every so many steps, with the mean of their gradients.
        name: the first part of the paths of its variables; by default the class name in snake case.

    Raises:
        ArgumentError: for an argument out of range, or more than one way to clip.

    Example:
    >>> class Descent(Optimizer):
    ...     def rule(self, w, g, slots, scalars):
    ...         return w - scalars["lr"] * g, {}
    >>> w = Variable([1.0, 2.0])
    >>> Descent(0.5).apply([[1.0, 1.0]], [w])
    >>> w.numpy()
    array([0.5, 1.5], dtype=float32)
    """

    # ---- the rule ----------------------------------------------------------------------------------------------------

    def scalars(self, lr: jax.Array, step: jax.Array) -> Arrays:
        """What the update of every variable needs alike, worked out once an update.

        Args:
            lr: the learning rate, a float32 scalar.
            step: the number of this update, 1 for the first, a float32 scalar.

        Returns:
            Scalars by name, which `rule` receives in the dtype of its variable; `{"lr": lr}` unless overridden.
        """
        return {"lr": lr}

    def rule(self, w: jax.Array, g: jax.Array, slots: Arrays, scalars: Arrays) -> tuple[jax.Array, Arrays]:
        """The update of one variable, a pure function of arrays of one dtype.

        Args:
            w: the variable's value.
            g: its gradient, clipped, of the same shape.
            slots: the arrays kept for it, by name, of the same shape.
            scalars: what `scalars` returned.

        Returns:
            The new value, and the new arrays by name; those left out stay as they are.
        """
        raise NotImplementedError(
            f"{type(self).__name__} has no update rule: write a method rule(self, w, g, slots, scalars), or "
            "update_step(self, gradient, variable, learning_rate)."
        )

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Updates one variable and what is kept for it; an optimizer of your own may override it, as in Keras."""
        self._apply_rule(jnp.asarray(gradient), variable, self.scalars(jnp.asarray(learning_rate), self._step()))

    def _step(self) -> jax.Array:
        count = self.iterations
        return ((count.value if isinstance(count, Variable) else count) + 1).astype(jnp.float32)

    def _apply_rule(self, gradient: jax.Array, variable: Variable, scalars: Arrays) -> None:
        index, dtype = self._get_variable_index(variable), variable.dtype
        held = {name: made[index] for name, made in self._slots.items()}
        rule = self.rule if in_scope() else self._compiled_rule()
        value, slots = rule(
            variable.value,
            gradient.astype(dtype),
            {name: v.value for name, v in held.items() if v is not None},
            {name: s.astype(dtype) for name, s in scalars.items()},
        )
        variable.assign(value)
        for name, v in held.items():
            if v is not None and name in slots:
                v.assign(slots[name])

    def _compiled_rule(self) -> Callable[..., tuple[jax.Array, Arrays]]:
        """`rule` compiled, for updates outside of any program; anew when a setting has been changed."""
        settings = {name: value for name, value in self.__dict__.items() if isinstance(value, float | int | str | None)}
        held = self.__dict__.get("_program")
        if held is None or held[0] != settings:
            held = self.__dict__["_program"] = (settings, jax.jit(self.rule))
        program: Callable[..., tuple[jax.Array, Arrays]] = held[1]
        return program

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_program"}

    def assign(self, variable: Variable, value: Any) -> None:
        """Gives `variable` a value; for use in `update_step`."""
        variable.assign(value)

    def assign_add(self, variable: Variable, value: Any) -> None:
        """Adds `value` to `variable`; for use in `update_step`."""
        variable.assign_add(value)

    def assign_sub(self, variable: Variable, value: Any) -> None:
        """Subtracts `value` from `variable`; for use in `update_step`."""
        variable.assign_sub(value)

    # ---- applying gradients ------------------------------------------------------------------------------------------

    def apply(self, grads: Iterable[Any], trainable_variables: Iterable[Variable] | None = None) -> None:
        """Updates variables by their gradients.

        Args:
            grads: one gradient, of the variable's shape, for each variable; None leaves a variable as it is.
            trainable_variables: the variables, in the same order; by default those the optimizer was built for.

        Raises:
            NotBuiltError: without variables, before `build`.
            ArgumentError: for another number of gradients, for variables the optimizer was not built for, or when every
                gradient is None.
            ShapeError: when a gradient has not the shape of its variable.
        """
        grads = list(grads)
        if not grads:
            return
        variables = self._variables_for(grads, trainable_variables)
        present, variables = gradients.present(self._me, grads, variables)
        present, variables = self._overwrite(present, variables)
        if present:
            if self.loss_scale_factor is not None:
                present = [g / self.loss_scale_factor for g in present]
            if self.gradient_accumulation_steps:
                self._accumulate(present, variables, self.gradient_accumulation_steps)
            else:
                self._update(present, variables)
            self._average()
            for v in variables:
                if v.constraint is not None:
                    v.assign(v.constraint(v.value))
        self._iterations.assign_add(1)

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Variable]]) -> Variable:
        """Updates variables by their gradients, given as pairs; returns the count of steps."""
        pairs = list(grads_and_vars)
        self.apply([g for g, _ in pairs], [v for _, v in pairs])
        return self._iterations

    def stateless_apply(
        self, optimizer_variables: Sequence[Any], grads: Sequence[Any], trainable_variables: Sequence[Any]
    ) -> tuple[list[jax.Array], list[jax.Array]]:
        """`apply` as a pure function of values, for use under `jax.jit`.

        Args:
            optimizer_variables: the values of `variables`.
            grads: the gradients.
            trainable_variables: the values of the variables that the optimizer was built for.

        Returns:
            The new values of the trainable variables, and of the optimizer's.

        Raises:
            NotBuiltError: before `build`.
            ArgumentError: for another number of values than there are variables.

        Example:
        >>> from heron.optimizers import SGD
        >>> w, optimizer = Variable([1.0]), SGD(0.5)
        >>> optimizer.build([w])
        >>> (new_w,), _ = optimizer.stateless_apply([v.value for v in optimizer.variables], [jnp.ones(1)], [w.value])
        >>> float(new_w[0]), float(w[0])
        (0.5, 1.0)
        """
        if not self.built:
            raise NotBuiltError(f"{self._me} is not built. Call optimizer.build(trainable_variables) first.")
        own, trained = self.variables, self._trainable_variables
        if len(trainable_variables) != len(trained):
            raise ArgumentError(
                f"{self._me} was built for {len(trained)} trainable variables ({variable_names(trained)}); received "
                f"{len(trainable_variables)} values.\nYou changed trainable layers; call compile() again."
            )
        if len(optimizer_variables) != len(own):
            raise ArgumentError(
                f"{self._me} has {len(own)} variables; received {len(optimizer_variables)} values for them.\n"
                "Pass [v.value for v in optimizer.variables]."
            )
        pairs = [*zip(trained, trainable_variables, strict=True), *zip(own, optimizer_variables, strict=True)]
        with Scope(pairs) as scope:
            self.apply(grads)
        return [scope.value_of(v) for v in trained], [scope.value_of(v) for v in own]

    def _variables_for(self, grads: Sequence[Any], given: Iterable[Variable] | None) -> list[Variable]:
        if given is None:
            if not self.built:
                raise NotBuiltError(
                    f"{self._me} does not know its variables yet. Call optimizer.build(trainable_variables) first, or "
                    "write optimizer.apply(grads, trainable_variables)."
                )
            variables = self._trainable_variables
        else:
            variables = list(given)
            if not self.built:
                self.build(variables)
            unknown = [v for v in variables if v not in self._index]
            if unknown:
                self._refuse(unknown)
        if len(grads) != len(variables):
            raise ArgumentError(
                f"{self._me} needs one gradient for each of {len(variables)} variables ({variable_names(variables)}); "
                f"received {len(grads)}."
            )
        return variables

    def _update(self, grads: list[jax.Array], variables: Sequence[Variable]) -> None:
        """Clips, decays the weights and applies the rule."""
        grads, lr, step = self._clip(grads), self._rate(), self._step()
        overridden = type(self).update_step is not Optimizer.update_step
        scalars = {} if overridden else self.scalars(lr, step)
        for g, v in zip(grads, variables, strict=True):
            decay = self._decay_of(v)
            if decay is not None:
                v.assign(v.value - v.value * (lr * decay).astype(v.dtype))
            if overridden:
                self.update_step(g, v, lr)
            else:
                self._apply_rule(g, v, scalars)

    def _clip(self, grads: list[jax.Array]) -> list[jax.Array]:
        if self.clipnorm:
            return gradients.clip_by_norm(grads, self.clipnorm)
        if self.global_clipnorm:
            return gradients.clip_by_global_norm(grads, self.global_clipnorm)
        return gradients.clip_by_value(grads, self.clipvalue) if self.clipvalue else grads

    def _accumulate(self, grads: list[jax.Array], variables: Sequence[Variable], steps: int) -> None:
        """Adds `grads` to those of the steps before; at every `steps`-th step updates by their mean and starts anew."""
        kept = [self._accumulated_gradients[self._get_variable_index(v)] for v in variables]
        sums = [g + a.value for g, a in zip(grads, kept, strict=True)]
        due = self._due(steps, self._iterations.value)
        changed = [*variables, *(v for v in self.variables if v not in {*kept})]
        assign_if(due, changed, lambda: self._update([g / steps for g in sums], variables))
        for a, total in zip(kept, sums, strict=True):
            a.assign(jnp.where(due, 0, total))

    def _overwrite(self, grads: list[jax.Array], variables: list[Variable]) -> tuple[list[jax.Array], list[Variable]]:
        """Variables that are overwritten by their gradient take it as it is; returns the others."""
        steps = self.gradient_accumulation_steps
        for g, v in zip(grads, variables, strict=True):
            if not v.overwrite_with_gradient:
                continue
            if steps:  # the greatest of the gradients of `steps` steps
                a = self._accumulated_gradients[self._get_variable_index(v)]
                greatest, due = jnp.maximum(g, a.value), self._due(steps, self._iterations.value)
                v.assign(jnp.where(due, greatest, v.value))
                a.assign(jnp.where(due, 0, greatest))
            else:
                v.assign(g)
        rest = [(g, v) for g, v in zip(grads, variables, strict=True) if not v.overwrite_with_gradient]
        return [g for g, _ in rest], [v for _, v in rest]

    @staticmethod
    def _due(frequency: int, count: jax.Array) -> jax.Array:
        return (count + 1) % frequency == 0

    # ---- moving averages, loss scale ---------------------------------------------------------------------------------

    def _average(self) -> None:
        """Moves the averages towards the variables, and the variables to the averages when it is time."""
        if not self.use_ema:
            return
        count = self.iterations
        count = count.value if isinstance(count, Variable) else count
        for v, average in zip(self._trainable_variables, self._averages, strict=True):
            if average is None:
                continue
            momentum = jnp.where(count == 0, 0.0, self.ema_momentum).astype(v.dtype)
            value = momentum * average.value + (1 - momentum) * v.value
            average.assign(value)
            if self.ema_overwrite_frequency:
                v.assign(jnp.where(self._due(self.ema_overwrite_frequency, count), value, v.value))

    def finalize_variable_values(self, var_list: Sequence[Variable]) -> None:
        """Puts the moving averages into the variables, when `use_ema` is set; to be called at the end of training.

        Raises:
            ArgumentError: for other variables than the optimizer was built for.
        """
        if not self.use_ema:
            return
        if len(var_list) != len(self._averages):
            raise ArgumentError(
                f"{self._me} keeps averages of {len(self._averages)} variables; received {len(var_list)} variables.\n"
                "Pass the trainable variables that it was built for."
            )
        for v, average in zip(var_list, self._averages, strict=True):
            if average is not None:
                v.assign(jnp.copy(average.value))  # two variables in one buffer could not both be donated

    def scale_loss(self, loss: Any) -> Any:
        """Returns the loss times `loss_scale_factor`, of which the gradients are then taken."""
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor
