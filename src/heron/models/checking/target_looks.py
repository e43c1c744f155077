"""What can be said of the targets: classes and their balance, the scale of numbers, what the last layer can give."""

from __future__ import annotations

import contextlib
from typing import Any

import jax
import numpy as np

from heron import losses
from heron.data.description.wording import count_text, percent
from heron.errors import HeronError
from heron.models import checks
from heron.models.checking.findings import LOOK, MEND, OK, Findings, short
from heron.training.objective import by_output

_RARE, _UNEVEN = 10.0, 3.0
_FAR = 100.0
_TINY = 1e-3
_SHOWN = 12
_FEW_VALUES = 10
_SPARSE = (losses.sparse_categorical_crossentropy, losses.categorical_generalized_cross_entropy)
_ONE_HOT = (losses.categorical_crossentropy, losses.categorical_focal_crossentropy)
_BINARY = (losses.binary_crossentropy, losses.binary_focal_crossentropy)
_OF_NUMBERS = (losses.mean_squared_error, losses.mean_absolute_error, losses.huber, losses.log_cosh)
_RANGES = {
    "relu": (0.0, np.inf),
    "softplus": (0.0, np.inf),
    "exponential": (0.0, np.inf),
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
    "relu6": (0.0, 6.0),
}


class Target:
    """One output of the model, with its targets and its loss.

    Args:
        name: the output's name; empty when there is one.
        y: its targets, an array.
        output: the symbolic output.
        loss: its loss, as compiled.
    """

    def __init__(self, name: str, y: np.ndarray, output: Any, loss: Any) -> None:
        self.name, self.y, self.output = name, y, output
        self.loss = losses.as_loss(loss, y.shape, output.shape)
        self.function = getattr(self.loss, "fn", self.loss)

    @property
    def about(self) -> str:
        """What findings call it."""
        return f"labels of {self.name}" if self.name else "labels"

    @property
    def units(self) -> int | None:
        """The size of the last axis of the output."""
        size = self.output.shape[-1] if self.output.shape else None
        return size if isinstance(size, int) else None

    @property
    def labels_of_a_sample(self) -> int:
        """How many answers the model gives for one sample: as many as there are pixels, or steps, or one."""
        return int(np.prod([size or 1 for size in self.output.shape[1:-1]]))

    def classes(self) -> np.ndarray | None:
        """The class number of each label, `(labels,)`; None where the targets are no classes."""
        y = self.y
        if not y.size or y.dtype.kind not in "biuf":
            return None
        if self.function in _SPARSE:
            return y.reshape(-1).astype(int)
        if self.function in _ONE_HOT and y.ndim >= 2:
            return y.reshape(-1, y.shape[-1]).argmax(-1)
        one_each = y.size == len(y) and bool(np.isin(y, (0, 1)).all())
        return y.reshape(-1).astype(int) if self.function in _BINARY and one_each else None

    def chance(self, rows: Any = None) -> float | None:
        """The loss of one who always gives the same answer, the best one for these labels; None if not known.

        Args:
            rows: the labels to count; None counts on nothing, and takes all classes to be as likely.
        """
        if self.function in (*_SPARSE[:1], *_ONE_HOT[:1], *_BINARY[:1]):
            classes = self.classes()
            if rows is None or classes is None:
                return float(np.log(2 if self.function in _BINARY else self.units or 2))
            shares = np.unique(classes[rows], return_counts=True)[1] / len(classes[rows])
            return float(-(shares * np.log(shares)).sum())
        y = np.asarray(self.y if rows is None else self.y[rows], np.float64)
        if self.function is losses.mean_squared_error:
            return float(y.var(0).mean())
        if self.function is losses.mean_absolute_error:
            return float(np.abs(y - np.median(y, axis=0)).mean())
        return None


def targets_of(model: Any, y: Any, outputs: Any) -> list[Target]:
    """The targets of the outputs that have a loss."""
    predictions, names = jax.tree.leaves(outputs), model._objective.names_of(outputs)
    given = by_output(y, outputs, names)
    found = []
    for target, prediction, name, loss in zip(
        given, predictions, names, checks._losses(model._objective, names), strict=False
    ):
        if loss is not None and target is not None:
            found.append(Target(name if len(names) > 1 else "", np.asarray(target), prediction, loss))
    return found


def look_at_last_layer(found: Findings, model: Any, y: Any, outputs: Any) -> None:
    """Adds what is to be said of a loss and the layer before it, whatever the labels are: labels are made that fit."""
    predictions, names = jax.tree.leaves(outputs), model._objective.names_of(outputs)
    given = by_output(y, outputs, names) if y is not None else [None] * len(names)
    for target, prediction, loss in zip(given, predictions, checks._losses(model._objective, names), strict=False):
        shape = tuple(size or 1 for size in prediction.shape)
        classes, one_hot = np.zeros(shape[:-1], int), np.zeros(shape, int)
        one_hot[..., :1] = 1
        for labels in (classes, one_hot) if loss is not None and shape else ():
            with contextlib.suppress(HeronError), found.noting("labels"):
                meant = losses.as_loss(loss, (labels if target is None else target).shape, prediction.shape)
                losses.check_labels(
                    meant, losses.LabelFacts.of(labels), prediction.shape, checks.last_activation(prediction)
                )
                break


def look_at_target(found: Findings, target: Target, names: Any, weighted: bool) -> None:
    """Adds what the labels of one output are like."""
    classes = target.classes()
    if classes is not None and len(classes):
        _look_at_classes(found, target, classes, names if isinstance(names, list) else None, weighted)
    elif target.function in _OF_NUMBERS and target.y.dtype.kind in "biuf" and np.isfinite(target.y).all():
        _look_at_numbers(found, target)
    if not found.says(target.about):
        found.add(OK, target.about, _praise(target, classes))


def _praise(target: Target, classes: np.ndarray | None) -> str:
    if classes is not None:
        return f"{count_text(len(np.unique(classes)), 'class', 'classes')}, which go with the loss and the last layer."
    if target.y.dtype.kind in "biuf" and target.y.size:
        return f"numbers from {short(target.y.min())} to {short(target.y.max())}, which go with the loss."
    return "they go with the loss."


def _look_at_classes(found: Findings, target: Target, classes: np.ndarray, names: Any, weighted: bool) -> None:
    known, counts = np.unique(classes, return_counts=True)

    def called(number: int) -> str:
        return repr(names[number]) if names and number < len(names) else f"class {number}"

    if len(known) == 1:
        found.add(
            *(MEND, target.about, f"All labels are {called(int(known[0]))}: there is nothing to tell apart."),
            mend="Add samples of the other classes, or check how the labels were read.",
            term="labels",
        )
        return
    unused = (target.units or 0) - len(known) if target.function in (*_SPARSE, *_ONE_HOT) else 0
    if unused > 0 and len(classes) > 20 * (target.units or 0):
        lacking = [i for i in range(target.units or 0) if i not in set(known.tolist())]
        which = ", ".join(map(str, lacking[:6])) + (", ..." if len(lacking) > 6 else "")
        found.add(
            *(LOOK, target.about, f"The last layer has {target.units} units; no label is of class {which}."),
            why="What has no samples is never learned.",
            mend=f"Use Dense({int(known.max()) + 1}) if there are no more classes, or check how the labels were read.",
            term="labels",
        )
    most, least = int(known[counts.argmax()]), int(known[counts.argmin()])
    ratio = counts.max() / counts.min()
    if ratio < _UNEVEN:
        return
    if weighted:
        found.add(OK, "class balance", f"{called(most)} is {ratio:.0f} times as frequent as {called(least)}; weighted.")
        return
    first = called(most) if names else called(most).capitalize()
    weights = {int(c): round(len(classes) / (len(known) * int(n)), 2) for c, n in zip(known, counts, strict=True)}
    shown = ", ".join(f"{c}: {w:g}" for c, w in list(weights.items())[:_SHOWN]) + (
        ", ..." if len(weights) > _SHOWN else ""
    )
    found.add(
        MEND if ratio >= _RARE else LOOK,
        "class balance",
        f"{first} has {counts.max():,} samples, {called(least)} {counts.min():,}: "
        f"always saying {called(most)} is right in {percent(counts.max() / len(classes))}.",
        "Accuracy says little then, and the rare class may never be given.",
        f"fit(x, y, class_weight={{{shown}}})\n"
        "Look at each class by itself: heron.plot.confusion_matrix(y, predictions).",
        "class",
    )


def _look_at_numbers(found: Findings, target: Target) -> None:
    y = target.y.astype(np.float64)
    mean, std, low, high = float(y.mean()), float(y.std()), float(y.min()), float(y.max())
    if len(y) > 1 and low == high:
        found.add(
            *(MEND, target.about, f"Every target is {low:g}: there is nothing to learn."),
            mend="Check how they were read.",
        )
        return
    _look_at_range(found, target, low, high)
    values = np.unique(y[:4096])
    whole = bool((values == np.rint(values)).all())
    if whole and 3 <= len(values) <= _FEW_VALUES < len(y) // 5 and values[0] in (0, 1) and target.units == 1:
        count = int(values[-1]) + 1
        found.add(
            *(LOOK, target.about, f"The targets are whole numbers from {low:g} to {high:g}, learned as amounts."),
            why="If they number classes, 2 does not lie between 1 and 3.",
            mend=f"For classes: Dense({count}, activation='softmax') and loss='sparse_categorical_crossentropy'.",
            term="regression",
        )
    size = max(abs(low), abs(high))
    if size > _FAR or std < _TINY * max(size, 1e-30) or (0 < std < _TINY):
        why = (
            "A network begins near 0, far from there."
            if size > _FAR
            else "The loss is small from the beginning, and what is to be learned is lost in it."
        )
        found.add(
            *(MEND if size > 10 * _FAR else LOOK, target.about),
            f"The targets go from {short(low)} to {short(high)}, {short(mean)} on average, give or take {short(std)}.",
            why,
            f"mean, scale = {mean:.4g}, {std:.3g}; model.fit(x, (y - mean) / scale), and predictions * scale + mean",
            "regression",
        )


def _look_at_range(found: Findings, target: Target, low: float, high: float) -> None:
    activation = checks.last_activation(target.output)
    least, most = _RANGES.get(activation or "", (-np.inf, np.inf))
    outside = float((np.asarray(target.y) < least - 1e-6).mean() + (np.asarray(target.y) > most + 1e-6).mean())
    if outside:
        span = f"{least:g} to {most:g}" if np.isfinite(most) else f"{least:g} and above"
        found.add(
            *(MEND, target.about, f"The last layer ends with {activation}, which gives {span}; the targets go from"),
            why=f"{short(low)} to {short(high)}. {percent(outside)} of them can never be reached.",
            mend="Take the activation of the last layer away: Dense(1).",
            term="activation",
        )
