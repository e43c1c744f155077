"""Classes: how many examples each has, what is taken for what, and how probable each is for one example."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from heron.errors import ArgumentError, DataError
from heron.plot import look
from heron.plot.inputs import answers, array, predicted
from heron.plot.pixels import pictures

_MOST_BARS = 45  # named and counted; more classes are drawn as a profile
_MOST_CELLS = 25  # classes of a confusion matrix with numbers in its cells


def class_balance(
    labels: Any,
    class_names: Any = None,
    *,
    title: str | None = None,
    ax: Any = None,
    path: look.Path | None = None,
) -> Figure:
    """Draws how many examples there are of each class.

    Args:
        labels: class numbers `(n,)`, one-hot rows `(n, classes)`, or names; or a dict of several such, `{"train":
            y_train, "test": y_test}`, which are compared in percent.
        class_names: the name of each class, or something that has `class_names`.
        title: what is written above; by default which class has the most and which the fewest.
        ax: axes to draw in; by default those of a figure of its own.
        path: a file to write, in the format of its ending.

    Returns:
        The figure, which shows itself in notebooks.

    Raises:
        DataError: for labels without a name, or none at all.

    Example:
    >>> figure = class_balance(["cat", "dog", "cat"])
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['2 (66.7%)', '1 (33.3%)']
    """
    parts = dict(labels) if isinstance(labels, Mapping) else {"": labels}
    if not any(part is not None and len(part) for part in parts.values()):
        raise DataError("class_balance(): there must be labels to count; received none.\nPass y_train, say.")
    together = answers("class_balance", _joined(list(parts.values())), None, class_names)
    names = together.names
    counts, start = {}, 0
    for part_name, part in parts.items():
        numbers = (together.labels if together.labels is not None else np.zeros(0, int))[start : start + len(part)]
        counts[part_name] = np.bincount(numbers, minlength=len(names))
        start += len(part)
    named = len(names) <= _MOST_BARS
    height = (0.3 + 0.2 * (len(counts) - 1)) * len(names) + 1.4 if named else 4.5
    with look.axes((7.5, min(height, 16)), ax, path) as (figure, one):
        (_bars if named else _profile)(one, counts, names)
        one.set_title(title or _balance(counts, names))
        return figure


def _joined(parts: Sequence[Any]) -> Any:
    arrays = [array(part, "labels") for part in parts]
    flat = [one.argmax(axis=1) if one.ndim == 2 and one.shape[1] > 1 else one.reshape(-1) for one in arrays]
    if any(one.dtype.kind in "OUST" for one in flat):
        flat = [one.astype(object) for one in flat]
    return np.concatenate(flat)


def _bars(ax: Axes, counts: Mapping[str, np.ndarray], names: Sequence[str]) -> None:
    several = len(counts) > 1
    thick = 0.78 / len(counts)
    most = max(float(_lengths(count, several).max()) for count in counts.values())
    for number, (part, count) in enumerate(counts.items()):
        places = np.arange(len(names)) + (number - (len(counts) - 1) / 2) * thick
        lengths = _lengths(count, several)
        ax.barh(places, lengths, height=thick * 0.92, color=look.SERIES[number % len(look.SERIES)], label=part)
        for place, length, examples in zip(places, lengths, count, strict=True):
            share = f"{examples / max(count.sum(), 1):.1%}"
            text = "none" if not examples else share if several else f"{examples:,} ({share})"
            style = {"color": look.INK if examples else look.VERMILLION, "weight": "normal" if examples else "bold"}
            where = (length + 0.012 * most, place)
            ax.text(*where, text, style, va="center_baseline", size=10 if several else 11)
    ax.set_yticks(np.arange(len(names)), [look.shortened(name, 28) for name in names])
    ax.set(xlim=(0, most * 1.22), xticks=[], ylim=(len(names) - 0.4, -0.6))
    ax.tick_params(length=0)
    ax.spines[["bottom", "left"]].set_visible(False)
    if several:
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=len(counts))


def _profile(ax: Axes, counts: Mapping[str, np.ndarray], names: Sequence[str]) -> None:
    several = len(counts) > 1
    for number, (part, count) in enumerate(counts.items()):
        lengths = np.sort(_lengths(count, several))[::-1]
        colour = look.SERIES[number % len(look.SERIES)]
        ax.step(np.arange(len(names)) + 1, lengths, where="mid", color=colour, label=part)
        ax.fill_between(np.arange(len(names)) + 1, lengths, step="mid", color=colour, alpha=0.12)
    ax.set(xlabel="classes, those with the most examples first", ylabel="percent" if several else "examples")
    ax.set(ylim=(0, None), xlim=(0.5, len(names) + 0.5))
    ax.grid(True, axis="y")
    if several:
        ax.legend(loc="upper right")


def _lengths(count: np.ndarray, several: bool) -> np.ndarray:
    return 100 * count / max(count.sum(), 1) if several else count.astype(float)


def _balance(counts: Mapping[str, np.ndarray], names: Sequence[str]) -> str:
    """The title: how even the classes are, in words."""
    count = np.sum(list(counts.values()), axis=0)
    total = f"{count.sum():,} examples of {len(names)} class{'es' if len(names) != 1 else ''}"
    if count.min() == count.max():
        return f"{total}, {count.max():,} of each"
    most, fewest = (look.shortened(names[place], 28) for place in (count.argmax(), count.argmin()))
    if not count.min():
        return f"{total}: none of {fewest}" + (f" and {sum(count == 0) - 1} more" if sum(count == 0) > 1 else "")
    return f"{total}: most are {most} ({count.max():,}), fewest {fewest} ({count.min():,})"


def confusion_matrix(
    labels: Any,
    predictions: Any,
    class_names: Any = None,
    *,
    percent: bool = True,
    title: str | None = None,
    ax: Any = None,
    path: look.Path | None = None,
) -> Figure:
    """Draws how often each class is taken for each other one.

    Args:
        labels: the true classes: numbers `(n,)`, one-hot rows `(n, classes)`, or names.
        predictions: probabilities or logits `(n, classes)`, probabilities of class 1 `(n,)`, class numbers or names.
        class_names: the name of each class, or something that has `class_names`.
        percent: whether the numbers are percent of the examples of the true class, as the colours are; else counts.
        title: what is written above; by default the commonest mistake.
        ax: axes to draw in; by default those of a figure of its own.
        path: a file to write, in the format of its ending.

    Returns:
        The figure; rows are the true classes, columns the predicted ones.

    Raises:
        DataError: for lengths that differ, or labels without a name.

    Example:
    >>> figure = confusion_matrix([0, 0, 1], [0, 1, 1], ["cat", "dog"])
    >>> print(figure.axes[0].get_title(loc="left").split(chr(10))[0])
    Commonest mistake: cat taken for dog (50 of 100)
    """
    found = answers("confusion_matrix", labels, predictions, class_names)
    if found.labels is None or found.guesses is None or not len(found.labels):
        raise DataError(
            "confusion_matrix() compares labels with predictions; received nothing to compare.\n"
            "Pass both: confusion_matrix(y_test, model.predict(x_test))."
        )
    size = len(found.names)
    counts = np.zeros((size, size), int)  # (true, predicted)
    np.add.at(counts, (found.labels, found.guesses), 1)
    shares = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    side = min(max(0.62 * size + 2.6, 4.6), 11)
    with look.axes((side + 0.8, side), ax, path) as (figure, one):
        _matrix(one, shares, counts, percent, found.names)
        below = "Of 100 examples of each class, how many are taken for what" if percent else "Numbers of examples"
        one.set_title(f"{_worst(shares, found.names)}\n{below}" if title is None else title)
        return figure


def _matrix(ax: Axes, shares: np.ndarray, counts: np.ndarray, percent: bool, names: Sequence[str]) -> None:
    size = len(names)
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=100)
    for true, guess in np.argwhere(counts) if size <= _MOST_CELLS else ():
        share = shares[true, guess]
        text = f"{counts[true, guess]:,}" if not percent else str(round(share))
        if text == "0":
            continue
        wrong = true != guess and share >= 5
        colour = "white" if share > 55 else look.VERMILLION if wrong else look.INK
        bold = "bold" if wrong or true == guess else "normal"
        small = 12 if len(text) < 4 and size <= 15 else 9
        ax.text(guess, true, text, ha="center", va="center", color=colour, weight=bold, size=small)
    step = -(-size // 50)
    places, written = np.arange(0, size, step), [look.shortened(name, 24) for name in names[::step]]
    letter = 12 if size <= 15 else 9 if size <= 30 else 7
    long = any(len(name) > 3 for name in written)
    slanted: dict[str, Any] = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"} if long else {}
    ax.set_xticks(places, written, size=letter, **slanted)
    ax.set_yticks(places, written, size=letter)
    if size <= 2 * _MOST_CELLS:
        ax.set_xticks(np.arange(size - 1) + 0.5, minor=True)
        ax.set_yticks(np.arange(size - 1) + 0.5, minor=True)
        ax.grid(True, which="minor", color="white", linewidth=2 if size <= _MOST_CELLS else 0.5)
    ax.tick_params(which="both", length=0)
    ax.spines[:].set_visible(False)
    ax.set(xlabel="what the model says", ylabel="what it is")


def _worst(percent: np.ndarray, names: Sequence[str]) -> str:
    """The title: the commonest confusion in words."""
    wrong = percent - np.diag(np.diag(percent))
    true, guess = divmod(int(wrong.argmax()), wrong.shape[1])
    if wrong[true, guess] < 0.5:
        return "Hardly anything is taken for something else"
    is_true, said = (look.shortened(names[place], 24) for place in (true, guess))
    return f"Commonest mistake: {is_true} taken for {said} ({wrong[true, guess]:.0f} of 100)"


def probabilities(
    probabilities: Any,
    label: Any = None,
    image: Any = None,
    class_names: Any = None,
    *,
    top: int = 12,
    data_format: str | None = None,
    ax: Any = None,
    path: look.Path | None = None,
) -> Figure:
    """Draws how probable a model finds each class for one example, beside its picture.

    Args:
        probabilities: `(classes,)` or `(1, classes)`, logits too, or that of class 1 alone; or the model, which is
            then asked about `image`.
        label: the true class, a number or a name; its bar is marked.
        image: the picture, `(height, width)` or with channels, if the example is one.
        class_names: the name of each class, or something that has `class_names`.
        top: of more classes than this, only the most probable are drawn, and the true one.
        data_format: where the channels are, if the shape does not say it.
        ax: axes in a grid of axes, whose place the picture takes.
        path: a file to write, in the format of its ending.

    Returns:
        The figure, which shows itself in notebooks.

    Raises:
        DataError: for several examples at once, or a label without a name.

    Example:
    >>> figure = probabilities([0.1, 0.7, 0.2], "dog", class_names=["ant", "cat", "dog"])
    >>> figure.axes[0].get_title(loc="left")
    'The model says: cat (wrong, it is: dog)'
    """
    model = probabilities
    if hasattr(model, "predict"):
        if image is None:
            raise ArgumentError(
                "probabilities(model) needs the example to ask about; received no image.\n"
                "Pass image=x_test[0], or what the model says: probabilities(model.predict(x)[0])."
            )
        one = np.asarray(image)
        probabilities = predicted(model, one if len(one) == 1 and one.ndim > 2 else one[None])
        class_names = class_names if class_names is not None else model
    said = np.atleast_2d(np.asarray(probabilities, float))
    labels = None if label is None else np.reshape(np.asarray(label), (1, -1))
    labels = labels if labels is None or labels.size > 1 else labels.reshape(1)
    if len(said) != 1 or said.ndim != 2:
        raise DataError(
            f"probabilities() draws one example; received predictions of shape {np.shape(probabilities)}.\n"
            "Choose one: probabilities(predictions[0], labels[0], images[0])."
        )
    if said.shape[1] == 1:
        said = np.where((said >= 0) & (said <= 1), said, 1 / (1 + np.exp(-said)))
        said = np.concatenate([1 - said, said], axis=1)
    found = answers("probabilities", labels, said, class_names)
    shares = found.shares[0] if found.shares is not None else said[0]
    true = None if found.labels is None else int(found.labels[0])
    places = _most_probable(shares, true, top)
    height = max(0.34 * len(places) + 0.9, 2.2 if image is None else 3.6)
    if image is None:
        with look.axes((7.0, height), ax, path) as (figure, bars):
            _share_bars(bars, shares, true, found.names, places, told=False)
            return figure
    with look.canvas((9.5, height), ax, path) as canvas:
        picture, bars = canvas.part.subplots(1, 2, width_ratios=[1, 1.4], gridspec_kw={"wspace": 0.1})
        pictures(image, examples=1, data_format=data_format).show(picture, 0)
        picture.set_anchor("N")
        look.frame(picture, look.GREY, 1.0)
        if true is not None:
            picture.set_title(f"This is: {look.shortened(found.names[true], 28)}")
        _share_bars(bars, shares, true, found.names, places, told=true is not None)
        return canvas.figure


def _most_probable(shares: np.ndarray, true: int | None, top: int) -> list[int]:
    """The classes to draw: all, in their order, or of many the most probable, and the true one."""
    if len(shares) <= max(top, 1):
        return list(range(len(shares)))
    best = [int(place) for place in np.argsort(-shares, kind="stable")[:top]]
    return best if true is None or true in best else [*best[:-1], true]


def _share_bars(
    ax: Axes, shares: np.ndarray, true: int | None, names: Sequence[str], places: Sequence[int], told: bool
) -> None:
    guess = int(shares.argmax())
    colours = [
        look.GREEN if place == true else look.VERMILLION if place == guess and true is not None else look.BLUE
        for place in places
    ]
    heights = list(range(len(places)))
    ax.barh(heights, shares[list(places)], color=colours)
    for height, place in zip(heights, places, strict=True):
        mark = "  ✓ right answer" if place == true != guess else "  ✓" if place == true else ""
        weight = "bold" if place in (guess, true) else "normal"
        ax.text(shares[place] + 0.015, height, f"{shares[place]:.1%}{mark}", va="center_baseline", weight=weight)
    verdict = ""
    if true is not None:
        verdict = (
            " (right)"
            if guess == true
            else " (wrong)"
            if told
            else f" (wrong, it is: {look.shortened(names[true], 28)})"
        )
    ax.set(title=f"The model says: {look.shortened(names[guess], 28)}{verdict}", xlim=(0, 1.32), xticks=[])
    ax.set_yticks(heights, [look.shortened(names[place], 28) for place in places])
    for tick, place in zip(ax.get_yticklabels(), places, strict=True):
        tick.set_fontweight("bold" if place == true else "normal")
    ax.tick_params(length=0)
    ax.invert_yaxis()
    ax.spines[["bottom", "left"]].set_visible(False)
