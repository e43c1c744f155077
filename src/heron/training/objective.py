"""What training aims at and reports: the losses and metrics of `compile`, resolved against outputs and targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax

from heron import losses as losses_module
from heron import metrics as metrics_module
from heron.errors import ArgumentError, suggestion, value_text


class Output:
    """One output of the model: its loss, the loss's weight, and its metrics."""

    def __init__(self, path: Any, name: str, loss: Any, weight: float | None):
        self.path, self.name, self.loss, self.weight = path, name, loss, weight
        self.metrics: list[Any] = []
        self.weighted_metrics: list[Any] = []
        self.tracker: Any = None


class Objective:
    """The losses and metrics of a model.

    Args:
        loss: a name, function or `Loss`; a list or dict of them for several outputs.
        loss_weights: numbers in the same form.
        metrics: names, functions or `Metric`s; nested for several outputs.
        weighted_metrics: the same, weighted by the sample weights.
        output_names: the names of the model's outputs, in order.

    `resolve` fits them to the outputs; only then do the metric objects exist.
    """

    def __init__(
        self,
        loss: Any,
        loss_weights: Any,
        metrics: Any,
        weighted_metrics: Any,
        output_names: Sequence[str] | None = None,
    ):
        self.given = (loss, loss_weights, metrics, weighted_metrics)
        self.output_names = list(output_names or [])
        self.loss_tracker = metrics_module.Mean(name="loss")
        self.outputs: list[Output] = []
        self.resolved = False
        for part in _flat(loss):
            if not (isinstance(part, str) and _BY_SHAPE.get(part.lower()) == "crossentropy"):
                losses_module.get(part)
        self._check_metric_names(metrics)
        self._check_metric_names(weighted_metrics)

    def _check_metric_names(self, metrics: Any) -> None:
        for part in _flat(metrics):
            if isinstance(part, str) and part.lower() not in _BY_SHAPE:
                metrics_module.get(part)
            elif not (callable(part) or isinstance(part, Mapping | str) or hasattr(part, "update_state")):
                raise ArgumentError(
                    f"compile(metrics=...) takes names, functions or metric objects; received {value_text(part)}."
                )

    # ---- resolving ------------------------------------------------------------------------------------------------

    def resolve(self, y: Any, y_pred: Any) -> None:
        """Fits losses and metrics to targets `y` and outputs `y_pred` (structures of anything with a shape)."""
        if self.resolved:
            return
        paths = [path for path, _ in jax.tree_util.tree_flatten_with_path(y_pred)[0]]
        names = self.names_of(y_pred)
        loss, weights, metrics, weighted = self.given
        targets, predictions = by_output(y, y_pred, names), jax.tree.leaves(y_pred)
        pairs = [() if one is None else (one, two) for one, two in zip(targets, predictions, strict=False)]
        per_output = [_spread(part, paths, names, what) for part, what in ((loss, "loss"), (weights, "loss_weights"))]
        self.outputs = [
            Output(path, name, losses_module.as_loss(one, *(tuple(a.shape) for a in pair)), weight)
            for path, name, one, weight, pair in zip(paths, names, *per_output, pairs, strict=True)
        ]
        many = len(self.outputs) > 1
        for given, attribute in ((metrics, "metrics"), (weighted, "weighted_metrics")):
            spread = _spread_metrics(given, paths, names)
            for i, output in enumerate(self.outputs):
                made = [_metric(m, targets[i], predictions[i]) for m in spread[i]]
                if many:
                    for m in made:
                        m._log_name = f"{output.name}_{m.name}"
                setattr(output, attribute, made)
            if attribute == "weighted_metrics":
                self._tell_apart()
        with_loss = [output for output in self.outputs if output.loss is not None]
        if len(with_loss) > 1:
            for output in with_loss:
                output.tracker = metrics_module.Mean(name=f"{output.name}_loss")
        self.resolved = True

    def _tell_apart(self) -> None:
        """Puts `weighted_` before the names of weighted metrics that are also there unweighted."""
        for output in self.outputs:
            plain = {metric.name for metric in output.metrics}
            for metric in output.weighted_metrics:
                if metric.name in plain:
                    metric._log_name = getattr(metric, "_log_name", metric.name).removesuffix(metric.name) + (
                        f"weighted_{metric.name}"
                    )

    def names_of(self, y_pred: Any) -> list[str]:
        """The names of the outputs, in the order of the leaves of `y_pred`."""
        return [self._name_of(i, path) for i, (path, _) in enumerate(jax.tree_util.tree_flatten_with_path(y_pred)[0])]

    def _name_of(self, index: int, path: Any) -> str:
        if index < len(self.output_names):
            return self.output_names[index]
        key = getattr(path[-1], "key", None) if path else None
        return str(key) if key is not None else f"output_{index}"

    @property
    def metrics(self) -> list[Any]:
        """All metrics in the order in which they are reported, the loss first."""
        loss = self.given[0]
        named = [o for o in self.outputs if o.tracker is not None]
        if isinstance(loss, dict):
            named.sort(key=lambda o: list(loss).index(o.name))
        trackers = [o.tracker for o in named]
        own = [m for o in self.outputs for m in (*o.metrics, *o.weighted_metrics)]
        return [self.loss_tracker, *trackers, *own]

    @property
    def variables(self) -> list[Any]:
        """The variables of all metrics."""
        return [v for m in self.metrics for v in m.variables]

    # ---- computing: inside a Scope ----------------------------------------------------------------------------------

    def loss(self, y: Any, y_pred: Any, sample_weight: Any) -> Any:
        """The sum of the weighted losses of the outputs, scalar; None when there is no loss."""
        total = None
        for i, output in enumerate(self.outputs):
            if output.loss is None:
                continue
            target, prediction, weight = self._parts(i, y, y_pred, sample_weight)
            value = output.loss(target, prediction, weight)
            if output.tracker is not None:
                output.tracker.update_state(value, sample_weight=prediction.shape[0] if prediction.ndim else 1)
            value = value if output.weight is None else value * output.weight
            total = value if total is None else total + value
        return total

    def update_metrics(self, y: Any, y_pred: Any, sample_weight: Any) -> None:
        """Feeds one batch to the metrics."""
        for i, output in enumerate(self.outputs):
            if not output.metrics and not output.weighted_metrics:
                continue
            target, prediction, weight = self._parts(i, y, y_pred, sample_weight)
            for metric in output.metrics:
                metric.update_state(target, prediction)
            for metric in output.weighted_metrics:
                metric.update_state(target, prediction, sample_weight=weight)

    def _parts(self, i: int, y: Any, y_pred: Any, sample_weight: Any) -> tuple[Any, Any, Any]:
        names = [output.name for output in self.outputs]
        weights = by_output(sample_weight, y_pred, names)
        for_all = not isinstance(sample_weight, dict | list | tuple)
        return by_output(y, y_pred, names)[i], jax.tree.leaves(y_pred)[i], weights[0 if for_all else i]


def by_output(given: Any, y_pred: Any, names: Sequence[str]) -> list[Any]:
    """The target, or weight, of each output in order, None where there is none.

    A dict goes by the keys of the outputs, or by their names when they are no dict; everything else by the order.
    """
    if isinstance(given, dict) and isinstance(y_pred, dict):
        found = [part for key in sorted(y_pred) for part in by_output(given.get(key), y_pred[key], ())]
    elif isinstance(given, dict) and not set(names).isdisjoint(given):
        found = [given.get(name) for name in names]
    else:
        found = jax.tree.leaves(given, is_leaf=lambda v: v is None)
    return found + [None] * (len(names) - len(found))


_BY_SHAPE = {"accuracy": "accuracy", "acc": "accuracy", "crossentropy": "crossentropy", "ce": "crossentropy"}


def _metric(given: Any, target: Any, prediction: Any) -> Any:
    """The metric object that `given` means for this output, with its variables."""
    metric = _unmade_metric(given, target, prediction)
    if target is not None and hasattr(metric, "make_variables"):
        sizes = (*target.shape, *[1] * len(prediction.shape))
        shape = tuple(sizes[i] if size is None else size for i, size in enumerate(prediction.shape))
        metric.make_variables(
            jax.ShapeDtypeStruct(target.shape, target.dtype), jax.ShapeDtypeStruct(shape, prediction.dtype)
        )
    return metric


def _unmade_metric(given: Any, target: Any, prediction: Any) -> Any:
    if isinstance(given, str) and given.lower() in _BY_SHAPE and target is not None:
        shapes = tuple(target.shape), tuple(prediction.shape)
        return metrics_module.resolve_accuracy(*shapes, kind=_BY_SHAPE[given.lower()])(name=given)
    metric = metrics_module.get(given)
    if not hasattr(metric, "update_state"):
        name = given if isinstance(given, str) else getattr(given, "__name__", "metric")
        metric = metrics_module.MeanMetricWrapper(metric, name=name)
    elif isinstance(given, str):
        metric.name = given
    return metric


def _flat(structure: Any) -> list[Any]:
    if structure is None:
        return []
    if isinstance(structure, dict):
        return [leaf for v in structure.values() for leaf in _flat(v)]
    if isinstance(structure, list | tuple):
        return [leaf for v in structure for leaf in _flat(v)]
    return [structure]


def _spread(given: Any, paths: list[Any], names: list[str], what: str) -> list[Any]:
    """One entry for each output, from one for all, a list, or a dict by name."""
    count = len(paths)
    if isinstance(given, dict):
        unknown = [k for k in given if k not in names]
        if unknown:
            raise ArgumentError(
                f"compile({what}=...) names the output {unknown[0]!r}, which the model does not have."
                f"{suggestion(unknown[0], names)}"
            )
        return [given.get(name) for name in names]
    if isinstance(given, list | tuple):
        if len(given) != count:
            raise ArgumentError(
                f"compile({what}=...) has {len(given)} entries for a model with {count} output{'s' * (count > 1)} "
                f"({', '.join(names)}). Give one for each."
            )
        return list(given)
    return [given] * count


def _spread_metrics(given: Any, paths: list[Any], names: list[str]) -> list[list[Any]]:
    if given is None:
        return [[] for _ in paths]
    if isinstance(given, dict):
        return [_flat(entry) for entry in _spread(given, paths, names, "metrics")]
    if not isinstance(given, list | tuple):
        return [[given] for _ in paths]
    nested = any(isinstance(entry, list | tuple | dict) or entry is None for entry in given)
    if nested and len(given) == len(paths):
        return [_flat(entry) for entry in given]
    if len(paths) > 1 and len(given) == len(paths):
        return [[entry] for entry in given]
    return [list(given) for _ in paths]
