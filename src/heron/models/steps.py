"""The pure steps of training, evaluation and prediction, and the metrics they feed."""

from __future__ import annotations

from typing import Any

import jax

from heron.errors import ArgumentError, NotCompiledError, more
from heron.layers import context as calls
from heron.layers.holder import structure_changes
from heron.models.checks import looking_layers
from heron.training.objective import Objective
from heron.training.predictor import CarryingPredictor, Predictor
from heron.training.program import Program
from heron.training.state import StateVariables, TrainState
from heron.variables import Scope, Variable


class Steps:
    """What a compiled model computes from one batch, as functions of a state; mixed into `Model`."""

    optimizer: Any
    metrics_variables: list[Variable]
    compiled: bool
    run_eagerly: bool
    _objective: Objective | None
    _programs: dict[str, Any]

    def _require_compiled(self, method: str) -> Objective:
        if not self.compiled or self._objective is None:
            raise NotCompiledError(
                f"{method}() was called before compile(). Say first how to train, for example:\n"
                f"model.compile(optimizer='adam', loss='mse'){more('compile')}"
            )
        return self._objective

    # ---- metrics --------------------------------------------------------------------------------------------------

    @property
    def metrics(self) -> list[Any]:
        """All metrics: the loss, those of `compile`, and those kept as attributes of the model and its layers."""
        compiled = self._objective.metrics if self._objective is not None else []
        own = super().metrics  # type: ignore[misc]
        return list({id(m): m for m in [*compiled, *own]}.values())

    @property
    def metrics_names(self) -> list[str]:
        """The names under which the metrics are reported."""
        return [_log_name(m) for m in self.metrics]

    def reset_metrics(self) -> None:
        """Clears the metrics."""
        for metric in self.metrics:
            metric.reset_state()

    def get_metrics_result(self) -> dict[str, Any]:
        """The current values of the metrics by name."""
        found: dict[str, Any] = {}
        for metric in self.metrics:
            value = metric.result()
            found |= value if isinstance(value, dict) else {_log_name(metric): value}
        return found

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        """The scalar loss of one batch: that of `compile` and the penalties of the layers. May be overridden."""
        total = self._require_compiled("compute_loss").loss(y, y_pred, sample_weight)
        for extra in self.losses:  # type: ignore[attr-defined]
            extra = jax.numpy.sum(extra)
            total = extra if total is None else total + extra
        if total is None:
            raise ArgumentError(
                "There is no loss to train with. Give one to compile(loss='mse'), or call self.add_loss(...) "
                "in a layer."
            )
        return total

    def stateless_compute_loss(
        self,
        trainable_variables: Any,
        non_trainable_variables: Any,
        metrics_variables: Any,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> tuple[Any, tuple[Any, Any, Any]]:
        """`compute_loss` as a pure function of the values of the variables.

        Returns:
            `(loss, (trainable_variables, non_trainable_variables, metrics_variables))`, the values as they are after.
        """
        variables = self._state_variables()
        groups = variables.trainable, variables.non_trainable, variables.metrics
        values = trainable_variables, non_trainable_variables, metrics_variables
        pairs = [pair for group, given in zip(groups, values, strict=True) for pair in zip(group, given, strict=True)]
        with Scope(pairs) as scope:
            loss = self.compute_loss(x, y, y_pred, sample_weight, training=training)
        fixed, metrics = ([scope.value_of(v) for v in group] for group in groups[1:])
        return loss, (trainable_variables, fixed, metrics)

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict[str, Any]:
        """Feeds one batch to the metrics and returns their values. May be overridden."""
        self._update_metrics(y, y_pred, sample_weight)
        return self.get_metrics_result()

    def _update_metrics(self, y: Any, y_pred: Any, sample_weight: Any) -> None:
        self._require_compiled("compute_metrics").update_metrics(y, y_pred, sample_weight)

    # ---- steps: pure functions of a state -------------------------------------------------------------------------

    def compute_loss_and_updates(
        self,
        trainable_variables: Any,
        non_trainable_variables: Any,
        metrics_variables: Any,
        x: Any,
        y: Any,
        sample_weight: Any,
        training: bool = False,
        optimizer_variables: Any = None,
    ) -> Any:
        """The loss of one batch as a pure function, to be differentiated by its first argument.

        Returns:
            `(loss to differentiate, (loss, y_pred, new non-trainable variables, new metrics variables))`.
        """
        variables = self._state_variables()
        pairs = [
            *zip(variables.trainable, trainable_variables, strict=True),
            *zip(variables.non_trainable, non_trainable_variables, strict=True),
            *zip(variables.metrics, metrics_variables, strict=True),
            *(zip(variables.optimizer, optimizer_variables, strict=True) if optimizer_variables is not None else ()),
        ]
        with Scope(pairs) as scope, calls.entered(calls.CallContext(training)):
            try:
                y_pred = self(x, training=training)  # type: ignore[operator]
                loss = self.compute_loss(x, y, y_pred, sample_weight, training=training)
                self._objective.loss_tracker.update_state(loss, sample_weight=_rows(x))  # type: ignore[union-attr]
                if not self._has_own_metrics():
                    self._update_metrics(y, y_pred, sample_weight)
                scaled = self.optimizer.scale_loss(loss) if training and self.optimizer is not None else loss
            finally:
                self._clear_losses()  # type: ignore[attr-defined]
        after = ([scope.value_of(v) for v in group] for group in (variables.non_trainable, variables.metrics))
        return scaled, (loss, y_pred, *after)

    def train_step(self, state: Any, data: Any) -> tuple[dict[str, Any], TrainState]:
        """One step of training as a pure function; override it for a training loop of your own.

        Args:
            state: `(trainable_variables, non_trainable_variables, optimizer_variables, metrics_variables)`.
            data: one batch: `(x, y, sample_weight)`, or `(x, y)` when there are no weights.

        Returns:
            The logs, a dict of scalars, and the new state, in the same form.
        """
        trainable, non_trainable, optimizer, metrics = state
        x, y, sample_weight = _unpack(data)
        differentiate = jax.value_and_grad(self.compute_loss_and_updates, has_aux=True)
        (_, (loss, y_pred, non_trainable, metrics)), grads = differentiate(
            trainable, non_trainable, metrics, x, y, sample_weight, training=True, optimizer_variables=optimizer
        )
        trainable, optimizer = self.optimizer.stateless_apply(optimizer, grads, trainable)
        logs, metrics = self._logs(loss, metrics, (x, y, y_pred, sample_weight))
        return logs, TrainState(trainable, non_trainable, optimizer, metrics)

    def test_step(self, state: Any, data: Any) -> tuple[dict[str, Any], Any]:
        """One step of evaluation as a pure function; may be overridden.

        Args:
            state: `(trainable_variables, non_trainable_variables, metrics_variables)`.
            data: one batch, as for `train_step`.
        """
        trainable, non_trainable, metrics = state
        x, y, sample_weight = _unpack(data)
        _, (loss, y_pred, non_trainable, metrics) = self.compute_loss_and_updates(
            trainable, non_trainable, metrics, x, y, sample_weight, training=False
        )
        logs, metrics = self._logs(loss, metrics, (x, y, y_pred, sample_weight))
        return logs, (trainable, non_trainable, metrics)

    def _has_own_metrics(self) -> bool:
        """Whether `compute_metrics` is overridden; it then says, and computes, what a step reports."""
        return type(self).compute_metrics is not Steps.compute_metrics

    def _has_own_loss(self) -> bool:
        """Whether what is done with the targets is the user's own affair."""
        overridable = ("compute_loss", "compute_loss_and_updates", "train_step", "test_step")
        return any(getattr(type(self), name) is not getattr(Steps, name) for name in overridable)

    def _logs(self, loss: Any, metrics: Any, batch: tuple[Any, Any, Any, Any]) -> tuple[dict[str, Any], Any]:
        """What a step reports, and the values of the metrics after it."""
        if not self._has_own_metrics():
            return {"loss": loss.astype("float32")}, metrics
        variables = self.metrics_variables
        with Scope(zip(variables, metrics, strict=True)) as scope:
            logs = self.compute_metrics(*batch)
        return dict(logs), [scope.value_of(variable) for variable in variables]

    def predict_step(self, state: Any, data: Any) -> tuple[Any, Any]:
        """The outputs for one batch as a pure function; may be overridden.

        Args:
            state: `(trainable_variables, non_trainable_variables)`.
            data: one batch of inputs.
        """
        trainable, non_trainable = state
        x, _, _ = _unpack(data)
        return self.stateless_call(trainable, non_trainable, x, training=False)  # type: ignore[attr-defined]

    def _state_variables(self) -> StateVariables:
        optimizer = self.optimizer.variables if self.optimizer is not None else []
        return StateVariables(
            self.trainable_variables,  # type: ignore[attr-defined]
            self.non_trainable_variables,  # type: ignore[attr-defined]
            optimizer,
            self.metrics_variables,
        )

    def _program(self, mode: str) -> Program:
        """The compiled program for `"train"` or `"test"`, made once for each `compile`."""
        found = self._current_programs().get(mode)
        if found is not None:
            return found
        step = self._train_step_of_state if mode == "train" else self._test_step_of_state
        plain = getattr(type(self), f"{mode}_step") is getattr(Steps, f"{mode}_step")
        plain = plain and not self._has_own_metrics()
        program = Program(
            step,
            self._results if plain else lambda state: {},
            self._with_clear_metrics,
            watch="loss",
            reported={} if plain else None,
            eager=self.run_eagerly,
        )
        self._programs[mode] = program
        return program

    def _train_step_of_state(self, state: Any, data: Any) -> Any:
        logs, state = self.train_step(state, _packed(data))
        return logs, TrainState(*map(list, state))  # a step of the user's own may return tuples

    def _test_step_of_state(self, state: Any, data: Any) -> Any:
        logs, (trainable, non_trainable, metrics) = self.test_step(
            (state.trainable_variables, state.non_trainable_variables, state.metrics_variables), _packed(data)
        )
        return logs, TrainState(list(trainable), list(non_trainable), state.optimizer_variables, list(metrics))

    def _with_clear_metrics(self, state: TrainState) -> TrainState:
        variables = self.metrics_variables
        with Scope(zip(variables, state.metrics_variables, strict=True)) as scope:
            self.reset_metrics()
            return state._replace(metrics_variables=[scope.value_of(v) for v in variables])

    def _results(self, state: Any) -> dict[str, Any]:
        with Scope(zip(self.metrics_variables, state.metrics_variables, strict=True)):
            return self.get_metrics_result()

    def _current_programs(self) -> dict[str, Any]:
        """The compiled programs; forgotten when layers were exchanged, frozen or unfrozen since they were made."""
        changes = structure_changes()
        if self.__dict__.get("_programs_at") != changes:
            layers = list(self._flatten_layers())  # type: ignore[attr-defined]
            parts = [*layers, None, *self.trainable_variables, None, *self.non_trainable_variables]  # type: ignore[attr-defined]
            known = self.__dict__.get("_programs_of")
            if known is None or list(map(id, known[0])) != list(map(id, parts)):
                self.__dict__["_programs"] = {}
            self.__dict__["_programs_of"] = (parts,)
            self.__dict__["_programs_at"] = changes
        return self._programs

    def __getstate__(self) -> dict[str, Any]:
        """What is copied and pickled: everything but the compiled programs, which are made again when needed."""
        left_out = ("_programs_of", "_programs_at", "_place")
        return {name: value for name, value in self.__dict__.items() if name not in left_out} | {"_programs": {}}

    def _make_predictor(self) -> Predictor:
        trainable, fixed = self.trainable_variables, self.non_trainable_variables  # type: ignore[attr-defined]
        carried = [
            variable
            for layer in self._flatten_layers()  # type: ignore[attr-defined]
            if getattr(layer, "stateful", False)
            for variable in layer._carried_variables()
        ]

        def both(state: Any, x: Any) -> tuple[Any, Any]:
            return self.predict_step((state[: len(trainable)], state[len(trainable) :]), _packed((x, None, None)))

        if not carried:
            quick = not looking_layers(self)
            return Predictor(
                lambda state, x: both(state, x)[0], [*trainable, *fixed], eager=self.run_eagerly, quick=quick
            )
        places = {id(variable): place for place, variable in enumerate(fixed)}

        def forward(state: Any, x: Any) -> tuple[Any, list[Any]]:
            outputs, values = both(state, x)
            return outputs, [values[places[id(variable)]] for variable in carried]

        return CarryingPredictor(forward, [*trainable, *fixed], carried, eager=self.run_eagerly)


def _rows(x: Any) -> int:
    return int(jax.tree.leaves(x)[0].shape[0])


def _packed(data: tuple[Any, Any, Any]) -> Any:
    """A batch in the form in which Keras hands it to the steps: what was not given is left out."""
    x, y, sample_weight = data
    if sample_weight is not None:
        return data
    if y is not None:
        return x, y
    return (x,) if isinstance(x, list | tuple) else x


def _unpack(data: Any) -> tuple[Any, Any, Any]:
    if not isinstance(data, tuple):
        return data, None, None
    return (*data, None, None)[:3]


def _log_name(metric: Any) -> str:
    return str(getattr(metric, "_log_name", metric.name))
