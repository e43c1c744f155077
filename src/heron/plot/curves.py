"""The course of a training, one or several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MaxNLocator, PercentFormatter

from heron.errors import ArgumentError, DataError, value_text
from heron.plot import look
from heron.plot.fonts import writable

_LOWER = ("loss", "error", "mse", "mae", "mape", "msle", "divergence", "entropy", "hinge", "perplexity", "false_")
_HIGHER = ("acc", "precision", "recall", "auc", "f1", "score", "r2", "iou", "similarity", "true_")
_PERCENT = ("acc", "precision", "recall")
_WORDS = {
    "loss": "Loss: how wrong (lower is better)",
    "accuracy": "Accuracy: share of right answers",
    "acc": "Accuracy: share of right answers",
    "mae": "Mean absolute error: how far off on average",
    "mean_absolute_error": "Mean absolute error: how far off on average",
    "mse": "Mean squared error",
    "lr": "Learning rate",
}
_MARKED = 30  # epochs up to which each has a mark

Run = Mapping[str, np.ndarray]


class _Curve(NamedTuple):
    """A line of a panel: what it is called, where its points are, and how it is drawn."""

    name: str
    epochs: np.ndarray
    values: np.ndarray
    colour: str
    style: str
    marker: str


def history(
    history: Any,
    metrics: str | Sequence[str] | None = None,
    *,
    test: Mapping[str, float] | None = None,
    title: str | None = None,
    ax: Any = None,
    path: look.Path | None = None,
) -> Figure:
    """Draws how loss and metrics went in training and validation, the best epoch marked; several trainings compared.

    Args:
        history: what `fit` returned, or its `history`: a list with a number for each epoch by name; a table with the
            columns of `CSVLogger`; or a dict of several such by names of trainings, `{"adam": ..., "sgd": ...}`.
        metrics: the names to draw, without `val_`; by default all.
        test: the numbers on test data, by the same names, drawn beside the last epoch.
        title: what is written above all.
        ax: axes to draw in; for several metrics those of a grid, whose place the picture takes.
        path: a file to write, in the format of its ending.

    Returns:
        The figure, which shows itself in notebooks. The best epoch is that of the validation if there is one.

    Raises:
        DataError: when no epoch was recorded.
        ArgumentError: when nothing is recorded under a name.

    Example:
    >>> record = {"loss": [2.0, 1.0, 0.5], "val_loss": [1.5, 1.0, 1.25]}
    >>> print(history(record).axes[0].get_title(loc="left"))
    Loss: how wrong (lower is better)
    best validation 1.000 in epoch 2
    """
    runs = _runs(history)
    names = _chosen(runs, [metrics] if isinstance(metrics, str) else metrics)
    columns = len(names) if len(names) <= 3 else 2 if len(names) == 4 else 3
    rows = -(-len(names) // columns)
    wider = 0.095 * max(0, max(map(len, runs)) - 12)  # inches, for the letters of long names beside the curves
    size = ((5.8 + wider) * columns, (4.2 + 0.3 * (len(runs) - 1)) * rows + 0.4 * bool(title))
    if len(names) == 1:
        with look.axes(size, ax, path) as (figure, one):
            _panel(one, names[0], runs, test)
            if title:
                one.set_title(f"{writable(title)}\n{one.get_title(loc='left')}")
            return figure
    with look.canvas(size, ax, path) as canvas:
        for name, one in zip(names, look.grid(canvas.part, len(names), columns), strict=True):
            _panel(one, name, runs, test)
        if title:
            canvas.part.suptitle(writable(title), size=14)
        return canvas.figure


def _runs(history: Any) -> dict[str, Run]:
    """The recorded numbers of each training by its name; one training is called ""."""
    if isinstance(history, list | tuple):
        history = {f"training {number + 1}": one for number, one in enumerate(history)}
    several = isinstance(history, Mapping) and history and all(_is_record(one) for one in history.values())
    runs = {str(name): _record(one) for name, one in history.items()} if several else {"": _record(history)}
    for name, run in runs.items():
        if not any(len(values) for values in run.values()):
            which = f" of {name!r}" if name else ""
            raise DataError(
                f"history() draws what was recorded in each epoch; received an empty history{which}.\n"
                "Train for an epoch at least: history = model.fit(x, y, epochs=5)."
            )
    return runs


def _is_record(one: Any) -> bool:
    return isinstance(one, Mapping) or hasattr(one, "history") or hasattr(one, "columns")


def _record(history: Any) -> Run:
    history = getattr(history, "history", history)
    history = getattr(history, "history", history)  # a model holds what its last fit returned
    if hasattr(history, "columns") and not isinstance(history, Mapping):
        history = {str(name): list(history[name]) for name in history.columns}
    if not isinstance(history, Mapping):
        raise ArgumentError(
            f"history() takes what fit returned; received {value_text(history)}.\n"
            "Write history = model.fit(...), then heron.plot.history(history)."
        )
    found = {}
    for name, values in history.items():
        try:
            numbers = np.asarray(values, float)
        except (TypeError, ValueError):
            continue  # not numbers: weights, notes
        if numbers.ndim == 1 and name != "epoch":
            found[str(name)] = numbers
    return found


def _chosen(runs: Mapping[str, Run], wanted: Sequence[str] | None) -> list[str]:
    """The names to draw, the loss after the metrics, then what is set and not measured."""
    recorded = {name: None for run in runs.values() for name in run if len(run[name])}
    plain = list(dict.fromkeys(name.removeprefix("val_") for name in recorded))
    if wanted is None:
        last = ("loss", "learning_rate", "lr")
        return sorted(plain, key=lambda name: last.index(name) + 1 if name in last else 0)
    for name in wanted:
        if name not in plain:
            raise ArgumentError(
                f"history(metrics=...) draws what was recorded; received {name!r}, recorded are {', '.join(plain)}.\n"
                "Only the loss and what compile(metrics=[...]) names is recorded."
            )
    return list(wanted)


def _direction(name: str) -> int:
    """-1 when lower is better, 1 when higher is, 0 when the name does not say."""
    if any(part in name for part in _LOWER):
        return -1
    return int(any(part in name for part in _HIGHER))


def _panel(ax: Axes, name: str, runs: Mapping[str, Run], test: Mapping[str, float] | None) -> None:
    curves = _curves(name, runs, test)
    several = len(runs) > 1
    everything = np.concatenate([curve.values for curve in curves])
    everything = everything[np.isfinite(everything)]
    is_share = everything.size > 0 and 0 <= everything.min() <= everything.max() <= 1
    percent = is_share and any(part in name for part in _PERCENT)
    number = (lambda value: f"{value:.1%}") if percent else _plain
    ax.grid(True, axis="y")
    best = []
    for curve in curves:
        ax.plot(
            *(curve.epochs, curve.values),
            linestyle=curve.style,
            color=curve.colour,
            marker=curve.marker if np.isfinite(curve.values).sum() <= _MARKED else "",
            markersize=6,
            linewidth=1.5 if several and curve.style == ":" else 2.5,
        )
    for run in runs:
        if found := _best(name, run, curves):
            curve, place = found
            point = (curve.epochs[place], curve.values[place])
            ax.scatter(*point, s=170, facecolor="none", edgecolor=curve.colour, linewidth=2, zorder=4)
            best.append(f"best {curve.name} {number(point[1])} in epoch {point[0]:.0f}")
    last = int(max(curve.epochs[-1] for curve in curves if len(curve.epochs)))
    ends = [curve for curve in curves if not (several and curve.style == ":") and np.isfinite(curve.values).any()]
    words = _WORDS.get("accuracy" if name.endswith("accuracy") else name, writable(name.replace("_", " ").capitalize()))
    nothing = "" if everything.size else "no finite numbers: the training went astray"
    notes = [*best, nothing] if not several else [nothing]
    ax.set_title("\n".join([words, *filter(None, notes)]))
    signs = ["dotted: training"] * (several and any(curve.style == ":" for curve in curves))
    signs += ["ring: best"] * (several and bool(best))
    ax.set(xlabel=f"epoch ({', '.join(signs)})" if signs else "epoch")
    ax.margins(x=0.05, y=0.1)
    _label_ends(ax, ends, number)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True) if last > 1 else FixedLocator([1]))
    if percent:
        ax.yaxis.set_major_formatter(PercentFormatter(1.0))


def _plain(value: float) -> str:
    if value == 0 or 1e-2 <= abs(value) < 1e4:
        return f"{value:.3f}"
    return f"{value:.5f}" if 1e-3 <= abs(value) < 1e-2 else f"{value:.2e}"


def _curves(name: str, runs: Mapping[str, Run], test: Mapping[str, float] | None) -> list[_Curve]:
    """The lines of a panel: training and validation in two colours, or each training in one."""
    found = []
    for number, (run_name, run) in enumerate(runs.items()):
        several = len(runs) > 1
        train, validation = (np.asarray(run.get(n, ()), float) for n in (name, f"val_{name}"))
        own = look.SERIES[number % len(look.SERIES)]
        if len(train):
            style = (own, ":" if len(validation) else "-") if several else (look.BLUE, "-")
            label = run_name if several else "training"
            found.append(_Curve(label, np.arange(len(train)) + 1, train, *style, "" if several else "o"))
        if len(validation):
            epochs = _validated(len(train), len(validation))
            style = (own, "-") if several else (look.VERMILLION, "--")
            label = run_name if several else "validation"
            found.append(_Curve(label, epochs, validation, *style, "" if several else "s"))
    if test is not None and name in test:
        last = max(curve.epochs[-1] for curve in found)
        found.append(_Curve("test", np.array([last]), np.array([float(test[name])]), look.INK, "", "D"))
    return found


def _validated(epochs: int, validations: int) -> np.ndarray:
    """In which epochs there was a validation: every `validation_freq`-th."""
    every = max(epochs // validations, 1)
    if epochs // every == validations:
        return (np.arange(validations) + 1) * every
    return np.arange(max(epochs - validations, 0), max(epochs - validations, 0) + validations) + 1


def _best(name: str, run: str, curves: Sequence[_Curve]) -> tuple[_Curve, int] | None:
    """The curve that counts, validation before training, and the place of its best value."""
    own = [curve for curve in curves if curve.marker != "D" and run in ("", curve.name)]
    direction = _direction(name)
    if not own or not direction or len(own[-1].values) < 2 or not np.isfinite(own[-1].values).any():
        return None
    return own[-1], int(np.nanargmax(direction * own[-1].values))


def _label_ends(ax: Axes, curves: Sequence[_Curve], number: Any) -> None:
    """Writes at the right what each line is and where it ends, no two on top of each other."""
    if not curves:
        return
    low, high = ax.get_ylim()
    apart = 0.085 * (high - low)
    ends = sorted(((float(c.values[np.isfinite(c.values)][-1]), c) for c in curves), key=lambda end: end[0])
    places = [value for value, _ in ends]
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + apart)
    shift = (places[-1] - ends[-1][0]) / 2
    right = max(curve.epochs[-1] for curve in curves)
    for place, (value, curve) in zip(places, ends, strict=True):
        look.label(ax, f"{writable(curve.name)} {number(value)}", (right, place - shift), (10, 0), curve.colour)
