"""`check_model`: everything that can be said before training, the model left as it is."""

from __future__ import annotations

import contextlib
import inspect
import math
import sys
import warnings
from typing import Any

import jax
import numpy as np

from heron.data import adapt
from heron.data.arrays import part_of, rows_of, to_structure
from heron.data.description.wording import count_text
from heron.data.feed import ArrayFeed, check_batch_size
from heron.data.tables import table_of
from heron.errors import ArgumentError, shape_text, value_text
from heron.layers.structure import map_leaves
from heron.models import checks
from heron.models.checking import input_looks, target_looks
from heron.models.checking.by_heart import learned_by_heart, look_by_heart
from heron.models.checking.copies import copied, fresh_optimizer, nothing_drawn
from heron.models.checking.findings import ERROR, LOOK, MEND, OK, Findings
from heron.models.checking.probe import Probe, look_at_first_loss, look_at_gradients, look_at_signals
from heron.models.checking.result import CheckResult
from heron.models.checking.sample import MOST_BATCHES, Sample, all_finite, sample_of
from heron.models.checking.suggestion import Suggestion, spread_of, suggestion
from heron.models.checking.trials import Rate, TooSlow, Trials
from heron.models.steps import Steps
from heron.optimizers import MultiOptimizer
from heron.variables import Variable

_MANY_PARAMETERS = 100
_FAR_RATE, _SLOW_RATE = 10.0, 100.0


def check_model(
    model: Any,
    x: Any,
    y: Any,
    *,
    batch_size: Any = None,
    validation_data: Any = None,
    validation_split: float = 0.0,
    class_weight: Any = None,
    sample_weight: Any = None,
    learning_rate: bool = True,
    overfit: bool = True,
    verbose: Any = 1,
) -> CheckResult:
    """See `Model.check`."""
    for name, value in (("learning_rate", learning_rate), ("overfit", overfit)):
        if not isinstance(value, bool | np.bool_):
            raise ArgumentError(
                f"check({name}=...) must be True or False, whether to try it; received {value_text(value)}."
            )
    verbose, batch_size = checks.verbosity(verbose), check_batch_size(batch_size)
    with nothing_drawn():
        check = _Check(model, bool(learning_rate), bool(overfit))
        check.run(x, y, sample_weight, class_weight, batch_size, validation_data, validation_split)
    result = check.result()
    if verbose:
        sys.stdout.write(f"{result}\n")
    return result


class _Check:
    """One check on its way: the copy it works on, and what was found so far."""

    def __init__(self, model: Any, learning_rate: bool, overfit: bool) -> None:
        self.original, self.found = model, Findings()
        self.wants_rate, self.wants_overfit = learning_rate, overfit
        self.model: Any = None
        self.feed: Any = None
        self.sample: Sample | None = None
        self.suggested = Suggestion(None, None, np.zeros(0))
        self.rates, self.losses = np.zeros(0), np.zeros(0)
        self.own_rate: float | None = None
        self.targets: list[target_looks.Target] = []

    def run(
        self, x: Any, y: Any, sample_weight: Any, class_weight: Any, batch_size: int, validation: Any, split: float
    ) -> None:
        """All of it, as far as errors allow."""
        self.model = self._copied()
        if self.model is None:
            return
        self.found.tried("compile", lambda: self.model._require_compiled("fit"))
        self._note_iterator(x, y)
        with self.model._learning_names():
            if split and validation is None:
                parts = self.found.tried("data", lambda: self.model._split(x, y, sample_weight, split))
                x, y, sample_weight, validation = parts or (x, y, sample_weight, None)
            self.feed = self._read(x, y, sample_weight, class_weight, batch_size)
            held = self.found.tried("validation", lambda: self._validation(validation, batch_size))
        weighted = class_weight is not None or sample_weight is not None
        outputs = self._drawn() if self.feed is None else self._fits(held)
        if self.feed is not None:
            self.sample = self.found.tried("data", lambda: sample_of(self.feed))
        sample, labels = self.sample, self._labels(y, outputs)
        if sample is not None:
            self._look(sample, x, held)
        if outputs is not None and self.model.built:
            self._look_at_targets(labels, outputs, weighted)
            self._look_at_size((sample and sample.total) or 0)
        if sample is not None and outputs is not None and self.found.errors_about <= {"validation"}:
            self.found.tried("training", lambda: self._try(sample, weighted))

    def _copied(self) -> Any:
        try:
            return copied(self.original)
        except Exception as error:
            self.found.add(
                *(LOOK, "model", f"{self.original._who()} cannot be copied, so nothing was tried: {error}."),
                mend="Keep what cannot be copied (open files, locks, generators) out of the attributes of its layers.",
            )
        return None

    def _note_iterator(self, x: Any, y: Any) -> None:
        if y is None and (inspect.isgenerator(x) or (hasattr(x, "__next__") and hasattr(x, "__iter__"))):
            self.found.add(
                *(LOOK, "data", "x can be gone through only once, and its first batches were used up for this check."),
                mend="Make it anew before fit().",
            )

    # ---- data and model ---------------------------------------------------------------------------------------------

    def _read(self, x: Any, y: Any, sample_weight: Any, class_weight: Any, batch_size: int) -> Any:
        """The feed that `fit` would have; of data with faults one with what can be looked at all the same."""
        steps = MOST_BATCHES if adapt.is_stream(x) else None

        def feed(x: Any, y: Any, weight: Any, by_class: Any, **options: Any) -> Any:
            return self.model._feed(x, y, weight, by_class, batch_size, False, steps, **options)

        found = self.found.tried("data", lambda: feed(x, y, sample_weight, class_weight))
        if found is not None or adapt.is_stream(x):
            return found
        kind = self.model._kind()
        for again in (
            lambda: feed(x, y, sample_weight, class_weight, finite=False),
            lambda: feed(*_common_rows(x, y, kind), None, None, finite=False),
            lambda: feed(x, None, None, None, finite=False),
        ):
            with contextlib.suppress(Exception), warnings.catch_warnings(action="ignore"):  # told already
                return again()
        return None

    def _validation(self, validation: Any, batch_size: int) -> Any:
        stream = validation is not None and not isinstance(validation, list | tuple)
        return self.model._validation(validation, batch_size, MOST_BATCHES if stream else None)

    def _drawn(self) -> Any:
        """The symbolic outputs of a model that is built, whatever the data."""
        return self.model.output if self.model.built and self.model.inputs else None

    def _fits(self, validation: Any) -> Any:
        """The symbolic outputs; tells whether model, data and loss go together."""
        model, feed = self.model, self.feed
        outputs = self.found.tried("shapes", lambda: model._outputs_for(feed.looked_at()[0]))
        if outputs is None or self.found.has(ERROR, "compile"):
            return self._drawn() if outputs is None else outputs
        lacks_targets = feed.sample()[1] is None and self.found.has(ERROR, "data")  # which is told already
        if not lacks_targets:
            self.found.tried("labels", lambda: model._checked(feed, "fit"))
        if validation is not None:

            def held() -> Any:
                with checks.within("validation_data"):
                    return model._checked(validation, "validation")

            self.found.tried("validation", held)
        if lacks_targets or self.found.has(ERROR, "labels"):
            return outputs
        data = feed.sample()
        self.found.tried("compile", lambda: model._objective.resolve(data[1], outputs))
        self.found.tried("compile", model._build_optimizer)
        if self.found.errors_about <= {"validation"}:
            shapes = [map_leaves(lambda a: shape_text(a.shape), part) for part in data[:2]]
            given = " and y of ".join(_shapes_text(part) for part in shapes if part is not None)
            found = ", ".join(shape_text(one.shape) for one in jax.tree.leaves(outputs))
            self.found.add(OK, "shapes", f"a batch has x of {given}; the model gives {found}.")
        return outputs

    def _labels(self, y: Any, outputs: Any) -> Any:
        """The targets that can be looked at: all of them, the first of a stream, or those beside unusable inputs."""
        if isinstance(self.feed, ArrayFeed) and not self.feed.is_lazy and self.feed.data[1] is not None:
            return self.feed.data[1]
        if self.sample is not None and self.sample.y is not None:
            return self.sample.y
        with contextlib.suppress(Exception), warnings.catch_warnings(action="ignore"):
            return None if outputs is None else to_structure(y, "y", self.model._kind().outputs > 1)
        return None

    def _look(self, sample: Sample, x: Any, held: Any) -> None:
        """What can be said of the inputs by looking."""
        table = table_of(x) if not adapt.is_stream(x) else None
        input_looks.look_at_inputs(self.found, self.model, sample, None if table is None else table.names)
        if held is not None:
            input_looks.look_for_repeats(self.found, self.feed, held)

    def _look_at_targets(self, y: Any, outputs: Any, weighted: bool) -> None:
        """What can be said of the targets, the loss and the last layer, whatever the inputs are."""
        found, model = self.found, self.model
        if not model.compiled or model._has_own_loss():
            return
        if self.found.errors_about - {"validation"}:  # so it may be that nobody has looked at them yet
            if y is not None and not found.has(ERROR, "labels"):
                given = (None, y, None)
                found.tried("labels", lambda: checks.check_targets(model, model._objective, given, outputs, "fit"))
            target_looks.look_at_last_layer(found, model, y, outputs)
        if y is None or found.has(ERROR, "labels") or not all_finite(y):
            return
        for target in target_looks.targets_of(model, y, outputs):
            target_looks.look_at_target(found, target, model.class_names, weighted)
        if self.sample is not None and self.sample.y is not None:
            self.targets = target_looks.targets_of(model, self.sample.y, outputs)

    def _look_at_size(self, total: int) -> None:
        """Parameters: whether there are any to train, and how many for the samples."""
        count = sum(v.size for v in self.model.trainable_variables)
        if not count:
            what = "has no weights" if not self.model.weights else "is frozen: no weight of it is trained"
            self.found.add(
                *(MEND, "parameters", f"{self.model._who()} {what}. fit() would change nothing."),
                mend="Set layer.trainable = True where it should learn, and compile() again, or add layers.",
                term="fine-tuning",
            )
        elif total and count > _MANY_PARAMETERS * total:
            self.found.add(
                *(LOOK, "parameters", f"{count:,} weights to train for {count_text(total, 'sample')}."),
                why="So many can learn so few samples by heart, which says nothing about new ones.",
                mend="Give validation_data and watch val_loss; use fewer units, Dropout, or more samples.",
                term="overfitting",
            )
        else:
            self.found.add(OK, "parameters", f"{count:,} weights to train{f' for {total:,} samples' if total else ''}.")

    # ---- trying -----------------------------------------------------------------------------------------------------

    def _try(self, sample: Sample, weighted: bool) -> None:
        """What can be said by computing."""
        model, found = self.model, self.found
        if not model.trainable_variables or not sample.is_finite():
            return
        is_new = not (self.original.optimizer.built and int(np.asarray(self.original.optimizer.iterations)))
        optimizer = model.optimizer = fresh_optimizer(model.optimizer)
        inner = getattr(optimizer, "inner_optimizer", optimizer)
        self.own_rate = _rate_of(inner)
        rate = Rate()
        if not isinstance(inner, MultiOptimizer):
            inner.learning_rate = rate
        if not optimizer.built:
            optimizer.build(model.trainable_variables)
        model._forget_programs()
        model.__dict__["_trainable_at_compile"] = None
        probe = None
        if type(model).train_step is Steps.train_step:
            probe = Probe(model)
            rows = np.arange(sample.batch)
            state = model._state_variables().peek()
            measured = probe(state, jax.tree.map(lambda a: a[rows], sample.data))
            look_at_signals(found, measured, sample.batch)
            look_at_gradients(found, model, measured)
            if len(self.targets) == 1 and not weighted:
                look_at_first_loss(found, measured, self.targets[0], rows, is_new)
            if not math.isfinite(measured.loss):
                if not found.has(MEND, "activations"):
                    found.add(
                        *(MEND, "first loss", f"The loss of the first batch is {measured.loss}."),
                        mend="Look at the loss and at the sizes of inputs and targets.",
                        term="NaN",
                    )
                return
        if isinstance(inner, MultiOptimizer) or not (self.wants_rate or self.wants_overfit):
            return
        trials = Trials(model, sample, rate)
        try:
            if self.wants_rate:
                self._range_test(trials)
            if self.wants_overfit:
                rates = (self.suggested.rate, self.own_rate, 1e-3)
                target = self.targets[0] if len(self.targets) == 1 and not weighted else None
                look_by_heart(found, learned_by_heart(trials, probe, target, filter(None, rates)), target)
        except TooSlow as error:
            found.add(
                *(LOOK, "speed", f"One step takes {error.seconds:.1f} s, so training was not tried."),
                mend="Try a smaller batch_size, or a smaller model first.",
            )

    def _range_test(self, trials: Trials) -> None:
        tried = trials.range_test()
        self.rates, self.losses = tried.rates, tried.losses
        if np.isnan(tried.losses).all():
            return
        self.suggested = suggestion(tried.rates, tried.leveled, spread_of(tried.losses[:20]))
        rate, away, own = self.suggested.rate, self.suggested.diverging, self.own_rate
        about, set_it = "learning rate", "model.optimizer.learning_rate = {:g}"
        if rate is None:
            where = f" from {away:.1g} on it grew" if away is not None else ""
            self.found.add(
                *(LOOK, about, f"In {len(tried.rates)} steps the loss fell clearly at no rate{where and ';' + where}."),
                mend="See what else is to be mended first; then check again.",
                term="learning rate",
            )
        elif own is None:
            self.found.add(OK, about, f"the loss falls fastest around {rate:g}; a schedule is set.")
        elif away is not None and own >= away:
            self.found.add(
                *(MEND, about, f"It is {own:g}; in a short trial the loss grew from {away:.1g} on."),
                why="Training runs away.",
                mend=set_it.format(rate),
                term="learning rate",
            )
        elif own > _FAR_RATE * rate or own < rate / _SLOW_RATE:
            slow = own < rate
            severity = MEND if own > _FAR_RATE**2 * rate else LOOK
            self.found.add(
                *(severity, about, f"It is {own:g}; in a short trial the loss fell fastest around {rate:g}."),
                why="Training will take long." if slow else "Training may be unsteady.",
                mend=set_it.format(rate),
                term="learning rate",
            )
        else:
            self.found.add(OK, about, f"{own:g} is set; in a short trial the loss fell fastest around {rate:g}.")

    def result(self) -> CheckResult:
        """What was found out."""
        model, sample = self.model or self.original, self.sample
        title = f"Check of {self.original._who()}"
        if sample is not None:
            total = f"{sample.total:,} samples" if sample.total else f"the first {sample.rows:,} samples of a stream"
            weights = f"{sum(v.size for v in model.weights):,} weights, " if model.built else ""
            title += f": {weights}{total}, {sample.batch} a batch"
        return CheckResult(
            title,
            self.found.in_order(),
            suggested_learning_rate=self.suggested.rate,
            learning_rates=[float(rate) for rate in self.rates],
            losses=[float(loss) for loss in self.losses],
            smoothed=[float(loss) for loss in self.suggested.smoothed],
            diverging_rate=self.suggested.diverging,
            learning_rate=self.own_rate,
        )


def _rate_of(optimizer: Any) -> float | None:
    held = getattr(optimizer, "_learning_rate", None)
    return float(held.numpy()) if isinstance(held, Variable) else None


def _common_rows(x: Any, y: Any, kind: adapt.Kind) -> tuple[Any, Any]:
    """As many samples of both as the shorter one has."""
    parts = to_structure(x, "x", kind.inputs > 1), to_structure(y, "y", kind.outputs > 1)
    rows = min(rows_of(part, "data") for part in parts)
    return part_of(parts[0], 0, rows), part_of(parts[1], 0, rows)


def _shapes_text(shapes: Any) -> str:
    found = jax.tree.leaves(shapes)
    return f"shape {found[0]}" if len(found) == 1 else f"shapes {', '.join(found)}"
