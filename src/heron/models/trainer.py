"""compile, fit, evaluate, predict: how users train a model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any

import jax
import numpy as np

from heron import config, optimizers
from heron.callbacks import CallbackList, History, ProgbarLogger
from heron.data import adapt
from heron.data.arrays import rows_at
from heron.data.feed import NO_ROWS, ArrayFeed, Block, check_batch_size, split_tail
from heron.errors import ArgumentError, DataError
from heron.layers.structure import map_leaves
from heron.models import checks
from heron.models.diagnosis import where_not_finite
from heron.models.hints import note_pixels
from heron.models.named_classes import NamedClasses
from heron.models.steps import Steps
from heron.registry import forgiving
from heron.symbolic import KerasTensor
from heron.training.loop import PROGRESS_SECONDS, QUIET_SECONDS, Pace, Run, as_floats, fit_loop, run_epoch
from heron.training.objective import Objective
from heron.training.place import Place

_OF_COMPILE = "It is an argument of compile()."
_OLD_COMPILE = {
    "lr": "Give it to the optimizer: optimizer=heron.optimizers.Adam(learning_rate=...).",
    "learning_rate": "Give it to the optimizer: optimizer=heron.optimizers.Adam(learning_rate=...).",
    "show_accuracy": "Write metrics=['accuracy'].",
    "epochs": "It is an argument of fit().",
    "batch_size": "It is an argument of fit().",
}
_OLD_FIT = {
    "show_accuracy": "Write compile(..., metrics=['accuracy']).",
    "samples_per_epoch": "Write steps_per_epoch=..., the number of batches.",
    "nb_val_samples": "Write validation_steps=..., the number of batches.",
    "learning_rate": "Give it to the optimizer: compile(optimizer=heron.optimizers.Adam(learning_rate=...)).",
    **dict.fromkeys(("optimizer", "loss", "metrics", "lr"), _OF_COMPILE),
}
_OF_KERAS_2 = ("workers", "use_multiprocessing", "max_queue_size", "nb_worker", "pickle_safe", "max_q_size")


class Trainer(NamedClasses, Steps):
    """What a model needs to be trained; mixed into `Model`, which gives it layers and weights."""

    stop_training = False
    _is_fitting = False
    _place: Place | None = None  # during `fit`
    chunk_batches: int | None = None  # batches between two returns to Python; None: found by timing

    def _init_trainer(self) -> None:
        self.optimizer: Any = None
        self.loss: Any = None
        self.history: Any = None
        self.stop_training = False
        self.compiled = False
        self.run_eagerly = False
        self._objective: Objective | None = None
        self._programs: dict[str, Any] = {}
        self._trainable_at_compile: Any = None

    # ---- compile --------------------------------------------------------------------------------------------------

    @forgiving(gone=_OLD_COMPILE, needless=("class_mode", "sample_weight_mode", "target_tensors"))
    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Says how the model is trained. Weights are kept as they are.

        Args:
            optimizer: a name or an `heron.optimizers.Optimizer`.
            loss: a name, function or `heron.losses.Loss`; a list or dict of them for several outputs.
            loss_weights: numbers by which the losses of several outputs are multiplied.
            metrics: names, functions or `heron.metrics.Metric`s to report; `"accuracy"` is chosen by the outputs'
                shape.
            weighted_metrics: the same, weighted by `sample_weight` and `class_weight`.
            run_eagerly: run each step in Python, for looking into it with a debugger; slow.
            steps_per_execution: accepted for Keras's signature; a whole epoch is one program anyway.
            jit_compile: False is `run_eagerly=True`; otherwise everything is compiled.
            auto_scale_loss: in `"mixed_float16"`, scale the loss so that small gradients survive.

        Raises:
            UnknownNameError: for a name nobody knows, with the nearest one.
            ArgumentError: for a loss that cannot work with the model's last layer.
        """
        checks.check_kinds(optimizer, loss, loss_weights)
        objective = Objective(loss, loss_weights, metrics, weighted_metrics, getattr(self, "output_names", None))
        optimizer = optimizers.get(optimizer)
        checks.check_compile(self, objective)
        scales = auto_scale_loss and self._policy_name() == "mixed_float16"
        if scales and not isinstance(optimizer, optimizers.LossScaleOptimizer):
            optimizer = optimizers.LossScaleOptimizer(optimizer)
        checks.note_kept_weights(self, optimizer, loss)
        self.optimizer, self.loss, self._objective = optimizer, loss, objective
        self.run_eagerly = bool(run_eagerly) or jit_compile is False
        self.compiled = True
        self.stop_training = False
        self._forget_programs()

    def _policy_name(self) -> str:
        return str(self.dtype_policy.name)  # type: ignore[attr-defined]

    def _forget_programs(self) -> None:
        self.__dict__["_programs"] = {}

    # ---- fit ------------------------------------------------------------------------------------------------------

    @forgiving(renamed={"nb_epoch": "epochs"}, gone=_OLD_FIT, needless=_OF_KERAS_2)
    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: Any = True,
        class_weight: Any = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: Any = 1,
    ) -> History:
        """Trains the model.

        Args:
            x: inputs: an array or list of numbers with the samples along the first axis; a list or dict of arrays for
                models with several inputs; or an iterable of batches `(x, y)` or `(x, y, sample_weight)`.
            y: targets, in the same forms; for classes, also their names.
            batch_size: samples in a step of training, 32 by default.
            epochs: the number of the last epoch; how often the data are gone through, when `initial_epoch` is 0.
            verbose: 0 silent, 1 a progress line, 2 one line an epoch; `"auto"` is 1.
            callbacks: `heron.callbacks.Callback` objects.
            validation_split: the share of the samples, taken from the end, that is kept for validation.
            validation_data: `(x, y)` or `(x, y, sample_weight)` that is evaluated after each epoch, or an iterable
                of batches.
            shuffle: whether each epoch goes through the samples in a new order; `"batch"` shuffles whole batches.
            class_weight: dict from class number to the weight of its samples.
            sample_weight: the weight of each sample.
            initial_epoch: the epoch to begin with, when training goes on.
            steps_per_epoch: batches in an epoch, by default all there are.
            validation_steps: batches of validation, by default all.
            validation_batch_size: by default `batch_size`.
            validation_freq: validate every so many epochs, or in the epochs of a list (counted from 1).

        Returns:
            The `History`: `history.history["loss"]` is the loss of each epoch.

        Raises:
            NotCompiledError: before `compile`.
            DataError: for data that cannot be learned from, before anything is changed.
        """
        self._require_compiled("fit")
        checks.check_epochs(epochs, initial_epoch)
        checks.check_shuffle(shuffle)
        verbose, due = checks.verbosity(verbose), checks.validation_due(validation_freq)
        epochs = checks.at_most(config.max_epochs(), epochs, "epochs", "set_max_epochs")
        listeners = CallbackList(callbacks)
        with self._learning_names():
            if validation_split and validation_data is None:
                x, y, sample_weight, validation_data = self._split(x, y, sample_weight, validation_split)
            feed = self._feed(x, y, sample_weight, class_weight, batch_size, shuffle, steps_per_epoch)
            validation = self._validation(validation_data, validation_batch_size or batch_size, validation_steps)
            self._prepare(feed, "fit", validation)
        history = next((one for one in listeners if isinstance(one, History)), None)
        if history is None:
            history = History()
            listeners.callbacks.append(history)
        if verbose and not any(isinstance(one, ProgbarLogger) for one in listeners):
            listeners.callbacks.append(ProgbarLogger())
        listeners.set_params({"epochs": epochs, "steps": feed.total, "verbose": verbose})
        self.stop_training, self.history = False, history
        listeners.set_model(self)
        run = Run(
            "train", self._program("train"), self._state_variables(), feed, listeners, self._pace(listeners, "train")
        )
        place = Place(feed, np.random.default_rng(config.draw_seed()), range(initial_epoch, epochs))
        self.__dict__["_place"], self._is_fitting = place, True
        try:
            fit_loop(
                run,
                place,
                None if validation is None else self._validator(validation, listeners, due),
                self,
                lambda: self.optimizer.finalize_variable_values(self.trainable_weights),  # type: ignore[attr-defined]
                partial(where_not_finite, self, self._state_variables()),
            )
        finally:
            del self.__dict__["_place"]
            self._is_fitting = False
        return history

    def _pace(self, listeners: CallbackList, mode: str) -> Pace:
        seconds = PROGRESS_SECONDS if listeners.wants_chunks else QUIET_SECONDS
        return Pace(listeners.wants_batches(mode), seconds, self.chunk_batches)

    def _kind(self, whole: bool = True) -> adapt.Kind:
        """What the model takes; `whole` says whether the data are all there, rather than a batch of many."""
        inputs, outputs = len(self.inputs or [0]), len(self.outputs or [0])  # type: ignore[attr-defined]
        labels = partial(self._number_names, learn=whole)
        on_host = getattr(self, "_on_host", None)  # of models with a graph
        return adapt.Kind(inputs, outputs, labels, self._check_fits, self._number_of_class, on_host)

    def _check_fits(self, x: Any) -> None:
        if self.inputs:  # type: ignore[attr-defined]
            checks.check_inputs(self, x)

    def _split(self, x: Any, y: Any, sample_weight: Any, fraction: float) -> tuple[Any, Any, Any, Any]:
        if adapt.is_stream(x):
            raise ArgumentError(
                "validation_split needs arrays; from a generator or an iterable of batches no share can be set aside.\n"
                "Give validation_data instead."
            )
        given = adapt.examples(x, y, sample_weight, None, self._kind())
        train, held = split_tail(tuple(given), given.rows, fraction)
        return (*train, held)

    def _feed(
        self,
        x: Any,
        y: Any,
        sample_weight: Any,
        class_weight: Any,
        batch_size: Any,
        shuffle: Any,
        steps: Any,
        what: str = "",
        finite: bool = True,
    ) -> Any:
        checks.check_steps(steps)
        steps = checks.at_most(config.max_steps_per_epoch(), steps, "steps", "set_max_steps_per_epoch")
        if x is None:
            raise DataError(
                "No data were given: x is None. Call fit(x, y) with arrays, or with an iterable of batches."
            )
        if adapt.is_stream(x):
            if y is not None or sample_weight is not None:
                raise ArgumentError(
                    f"{what}x is an iterable of batches, which must hold targets and weights too: (x, y) or "
                    "(x, y, sample_weight). Leave y and sample_weight out."
                )
            self._look_at_columns(getattr(x, "feature_names", None), what)
            if finite:  # predict looks at no targets
                self._learn_names_of(adapt.class_names_of(x), what, not adapt.is_mapped(x))
            kind, batch_size = self._kind(whole=False), check_batch_size(batch_size)
            return adapt.stream_feed(x, steps, kind, class_weight, what, batch_size, shuffle)
        batch_size = check_batch_size(batch_size)
        given = adapt.examples(x, y, sample_weight, class_weight, self._kind(), what, finite)
        return adapt.array_feed(given, batch_size, shuffle, steps, finite)

    def _prepare(self, feed: Any, method: str, validation: Any = None) -> None:
        """Builds model, optimizer and metrics for the data, after checking that they go together."""
        outputs = self._checked(feed, method)
        if validation is not None:
            with checks.within("validation_data"):
                self._checked(validation, "validation")
        if method == "fit" and not self._objective.resolved:  # type: ignore[union-attr]
            note_pixels(self, feed.sample()[0])
        self._objective.resolve(feed.sample()[1], outputs)  # type: ignore[union-attr]
        if method == "fit" or method == "train_on_batch":
            self._build_optimizer()

    def _checked(self, feed: Any, method: str) -> Any:
        """The symbolic outputs for the data of a feed, which fit the model's inputs, losses and layers."""
        data = feed.looked_at()
        outputs = self._outputs_for(data[0])
        checks.check_layer_data(self, data[0])
        if not self._has_own_loss():
            checks.check_targets(self, self._objective, data, outputs, method)
        feed.check = checks.check_of_batches(self, self._objective, outputs)
        return outputs

    def _build_optimizer(self) -> None:
        trainable = self.trainable_variables  # type: ignore[attr-defined]
        checks.check_optimizer(self, self.optimizer, trainable)
        if not self.optimizer.built:
            self.optimizer.build(trainable)
        frozen = tuple(id(v) for v in trainable)
        if self._programs and self._trainable_at_compile not in (None, frozen):
            self._forget_programs()
        self.__dict__["_trainable_at_compile"] = frozen

    def _outputs_for(self, x: Any) -> Any:
        """The symbolic outputs for a batch like `x`; builds the model if need be."""
        known = getattr(self, "output", None) if self.built and self.inputs else None  # type: ignore[attr-defined]
        if known is not None:
            checks.check_inputs(self, x)
            return known
        tensors = map_leaves(lambda a: KerasTensor((None, *a.shape[1:]), str(a.dtype)), x)
        if not self.built:  # type: ignore[attr-defined]
            checks.check_has_layers(self)
            self._ensure_built((tensors,), {})  # type: ignore[attr-defined]
            self._forget_programs()
        if self.inputs:  # type: ignore[attr-defined]
            return self._outputs_for(x)
        return self.compute_output_spec(tensors)  # type: ignore[attr-defined]

    def _validation(self, data: Any, batch_size: Any, steps: Any) -> Any:
        if data is None:
            return None
        if isinstance(data, list | tuple):
            if not 1 <= len(data) <= 3:
                raise ArgumentError(
                    f"validation_data must be (x_val, y_val) or (x_val, y_val, weights); received {len(data)} parts."
                )
            x, y, weight = (*data, None, None)[:3]
            return self._feed(x, y, weight, None, batch_size, False, steps, what="validation ")
        return self._feed(data, None, None, None, batch_size, False, steps, what="validation ")

    def _validator(
        self, feed: Any, listeners: CallbackList, due: Callable[[int], bool]
    ) -> Callable[[int], dict[str, float]]:
        def validate(epoch: int) -> dict[str, float]:
            if not due(epoch + 1):
                return {}
            logs = self._evaluate(feed, listeners)
            return {f"val_{name}": value for name, value in logs.items()}

        return validate

    # ---- evaluate and predict -------------------------------------------------------------------------------------

    def _evaluate(self, feed: Any, listeners: CallbackList) -> dict[str, float]:
        listeners.on_test_begin()
        run = Run(
            "test", self._program("test"), self._state_variables(), feed, listeners, self._pace(listeners, "test")
        )
        logs = run_epoch(run, None, lambda: False)
        logs.pop("__bad_step__", None)
        listeners.on_test_end(logs)
        return logs

    @forgiving(needless=_OF_KERAS_2)
    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """Computes loss and metrics on data, without changing the weights.

        Args:
            x: inputs, as for `fit`.
            y: targets.
            batch_size: samples computed at a time, 32 by default.
            verbose: 0 silent, 1 or 2 a line with the result; `"auto"` is 1.
            sample_weight: the weight of each sample.
            steps: batches to evaluate, by default all.
            callbacks: `heron.callbacks.Callback` objects.
            return_dict: return a dict by name.

        Returns:
            The loss, or `[loss, metric, ...]` in the order of `metrics_names`, or a dict.
        """
        self._require_compiled("evaluate")
        verbose, listeners = checks.verbosity(verbose), CallbackList(callbacks)
        feed = self._feed(x, y, sample_weight, None, batch_size, False, steps)
        self._prepare(feed, "evaluate")
        if verbose and not any(isinstance(one, ProgbarLogger) for one in listeners):
            listeners.callbacks.append(ProgbarLogger())
        listeners.set_params({"epochs": 1, "steps": feed.total, "verbose": verbose})
        listeners.set_model(self)
        with self._running_metrics_kept():
            logs = self._evaluate(feed, listeners)
        return logs if return_dict else self._in_order(logs)

    @contextmanager
    def _running_metrics_kept(self) -> Iterator[None]:
        """Inside `fit`, where a callback evaluates, the block leaves the metrics of the epoch as they are."""
        held = [(v, v.numpy()) for v in self.metrics_variables] if self._is_fitting else []
        try:
            yield
        finally:
            for variable, value in held:
                variable.assign(value)

    def _in_order(self, logs: dict[str, Any]) -> Any:
        names = [n for n in self.metrics_names if n in logs]
        values = [logs[n] for n in names] + [v for n, v in logs.items() if n not in names]
        return values[0] if len(values) == 1 else values

    @forgiving(needless=_OF_KERAS_2)
    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> Any:
        """Computes the outputs for samples.

        Args:
            x: inputs, as for `fit`; also a plain list of numbers.
            batch_size: samples computed at a time, 32 by default.
            verbose: accepted for Keras's signature; predicting is silent.
            steps: batches to predict, by default all.
            callbacks: told of batches, if they listen to them.

        Returns:
            The outputs as NumPy arrays, in the structure in which the model returns them.
        """
        predictor = self._current_programs().get("predict")
        if predictor is not None and predictor.quick and type(x) is np.ndarray and callbacks is None and steps is None:
            fast = predictor.again(x, batch_size)
            if fast is not None:
                return fast
        return self._predict(x, batch_size, steps, callbacks)

    def _predict(self, x: Any, batch_size: Any, steps: Any, callbacks: Any) -> Any:
        batch_size = check_batch_size(batch_size)
        listeners = CallbackList(callbacks, model=self)
        listeners.set_params({"epochs": 1, "steps": steps, "verbose": 0})
        feed = self._feed(x, None, None, None, batch_size, False, steps, finite=False)
        x = feed.looked_at()[0]
        self._outputs_for(x)
        checks.check_layer_data(self, x)
        if "predict" not in self._current_programs():
            self._programs["predict"] = self._make_predictor()
        predictor = self._programs["predict"]
        listeners.on_predict_begin()
        if isinstance(feed, ArrayFeed) and not feed.is_lazy and not listeners.wants_batches("predict"):
            rows = min(feed.rows, (feed.total or 0) * feed.batch)
            data = rows_at(feed.data[0], slice(0, rows))
            outputs = predictor(data, rows, batch_size)
        else:
            outputs = self._predict_by_batch(feed, predictor, listeners)
        listeners.on_predict_end()
        return jax.tree.map(np.array, outputs)  # copies, which may be written to

    def _predict_by_batch(self, feed: Any, predictor: Any, listeners: CallbackList) -> Any:
        parts, done = [], 0
        for block in feed.blocks(None):
            for i in range(block.first, block.end):
                stop = (i + 1) * block.batch if i < block.steps else None
                rows = rows_at(block.data[0], slice(i * block.batch, stop))
                listeners.on_predict_batch_begin(done)
                parts.append(jax.tree.map(np.asarray, predictor.at_once(rows)))
                listeners.on_predict_batch_end(done, {"outputs": parts[-1]})
                done += 1
        return jax.tree.map(lambda *leaves: np.concatenate(leaves), *parts)

    # ---- single batches -------------------------------------------------------------------------------------------

    @forgiving(gone={"reset_metrics": "Call reset_metrics() where they should start anew."})
    def train_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """One step of training on one batch; returns its loss and metrics."""
        return self._on_batch("train", x, y, sample_weight, class_weight, return_dict)

    @forgiving(gone={"reset_metrics": "Call reset_metrics() where they should start anew."})
    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False) -> Any:
        """Loss and metrics on one batch."""
        with self._running_metrics_kept():
            return self._on_batch("test", x, y, sample_weight, None, return_dict)

    def _on_batch(self, mode: str, x: Any, y: Any, sample_weight: Any, class_weight: Any, return_dict: bool) -> Any:
        self._require_compiled(f"{mode}_on_batch")
        with self._learning_names() if mode == "train" else nullcontext():
            given = adapt.examples(x, y, sample_weight, class_weight, self._kind())
            feed = adapt.array_feed(given, given.rows)
            self._prepare(feed, f"{mode}_on_batch")
        program, variables = self._program(mode), self._state_variables()
        carry = program.start(variables.peek(), feed.sample)
        block = Block(tuple(given), None, NO_ROWS, given.rows, 1)
        _, logs = variables.lend(lambda state: program(carry._replace(state=state), block, 0, 1, True))
        logs = as_floats(logs)
        logs.pop("__bad_step__", None)
        return logs if return_dict else self._in_order(logs)

    @forgiving()
    def predict_on_batch(self, x: Any) -> Any:
        """The outputs for one batch as NumPy arrays."""
        rows = adapt.examples(x, None, None, None, self._kind(), finite=False).rows
        return self._predict(x, rows, None, None)
