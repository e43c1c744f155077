"""The pictures of the lessons: each function draws one, saves it as a PNG file and returns the file's name.

Colours are those of Okabe and Ito, which people with any colour vision can tell apart; what is wrong is marked by more
than a colour.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MaxNLocator, PercentFormatter

from heron.errors import ArgumentError

BLUE, ORANGE, VERMILLION, GREY, INK = "#0072B2", "#E69F00", "#D55E00", "#767676", "#222222"
PIXELS_PER_INCH = 144
_LOOK: dict[Any, Any] = {
    "font.size": 12,
    "axes.titlesize": 13,
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.labelcolor": INK,
    "axes.edgecolor": GREY,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": "#E4E4E4",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "lines.linewidth": 2.5,
    "lines.markersize": 8,
    "figure.constrained_layout.use": True,
}
_TWO_SIDES = LinearSegmentedColormap.from_list("two sides", [BLUE, "#FFFFFF", ORANGE])
_Path = str | os.PathLike[str]


def fitted_line(model: Any, xs: Any, ys: Any, file: _Path, at: float | None = None) -> str:
    """Draws points and the line that a model of one number found through them.

    Args:
        model: a model that makes one number of one number; its line is taken from its predictions.
        xs: where the points are, `(n,)`.
        ys: how high they are, `(n,)`.
        file: where the PNG goes; folders are made.
        at: an x of which the prediction is marked.

    Returns:
        The name of the file.
    """
    xs, ys = _numbers(xs), _numbers(ys)
    marked = [] if at is None else [float(at)]
    ends = np.array([min([*xs, *marked]) - 0.8, max([*xs, *marked]) + 0.8])
    start, stop = _numbers(model.predict(ends))
    slope = (stop - start) / (ends[1] - ends[0])
    intercept = start - slope * ends[0]
    with rc_context(_LOOK):
        figure = Figure(figsize=(7.5, 5))
        axes = figure.add_subplot()
        axes.grid(True)
        axes.plot(ends, [start, stop], color=BLUE, zorder=2)
        axes.scatter(xs, ys, s=90, color=INK, zorder=3)
        _label(axes, "the examples", (xs[len(xs) // 2], ys[len(ys) // 2]), (14, -14), INK, va="top")
        sign = "+" if intercept >= 0 else "−"
        title = f"The line the model found: y = {slope:.3f} x {sign} {abs(intercept):.3f}"
        if at is not None:
            answer = slope * at + intercept
            axes.scatter([at], [answer], s=190, marker="*", color=VERMILLION, zorder=4)
            text = f"predicted for x = {at:g}:\ny = {answer:.3f}"
            _label(axes, text, (at, answer), (-22, 6), VERMILLION, ha="right")
        axes.set(title=title, xlabel="x", ylabel="y", xlim=tuple(ends))
        return _save(figure, file)


def decision_surface(model: Any, points: Any, answers: Any, file: _Path) -> str:
    """Draws what a model of two numbers answers everywhere around its examples, and where it changes its mind.

    Args:
        model: a model that makes a number from 0 to 1 of two numbers.
        points: the examples, `(n, 2)`.
        answers: what they stand for, 0 or 1, `(n,)` or `(n, 1)`.
        file: where the PNG goes; folders are made.

    Returns:
        The name of the file.
    """
    points, answers = np.asarray(points, float).reshape(-1, 2), _numbers(answers)
    low, high = points.min(0) - 0.5, points.max(0) + 0.5
    across, up = np.meshgrid(np.linspace(low[0], high[0], 121), np.linspace(low[1], high[1], 121))
    grid = np.stack([across.ravel(), up.ravel()], axis=1)  # (14641, 2)
    values = _numbers(model.predict(grid, batch_size=len(grid))).reshape(across.shape)
    outputs = _numbers(model.predict(points))
    with rc_context(_LOOK):
        figure = Figure(figsize=(7.5, 6))
        axes = figure.add_subplot()
        surface = axes.contourf(across, up, values, levels=np.linspace(0, 1, 21), cmap=_TWO_SIDES, alpha=0.75)
        axes.contour(across, up, values, levels=[0.5], colors=[INK], linewidths=2)
        for (x, y), answer, output in zip(points, answers, outputs, strict=True):
            fill, ink = ("white", INK) if answer < 0.5 else (INK, "white")
            axes.scatter(x, y, s=620, color=fill, edgecolor=INK, linewidth=2, zorder=3)
            axes.text(x, y, f"{answer:.0f}", color=ink, ha="center", va="center", weight="bold", size=15, zorder=4)
            _label(axes, f"output {output:.2f}", (x, y), (0, -22), INK, ha="center", va="top", plate=True)
        bar = figure.colorbar(surface, ax=axes, ticks=[0, 0.25, 0.5, 0.75, 1.0], pad=0.03)
        bar.set_label("what the network answers")
        bar.outline.set_visible(False)
        axes.set(title="What the network answers everywhere.\nCircles: the right answers. Black line: undecided")
        axes.set(xlabel="first input", ylabel="second input", aspect="equal")
        axes.set(xticks=np.unique(points[:, 0]), yticks=np.unique(points[:, 1]))
        return _save(figure, file)


def training_curves(
    history: Mapping[str, Sequence[float]], file: _Path, test: Mapping[str, float] | None = None
) -> str:
    """Draws accuracy and loss after each epoch.

    Args:
        history: the numbers by name, one an epoch: `fit(...).history`.
        file: where the PNG goes; folders are made.
        test: the numbers on test data, by the same names, drawn beside the last epoch.

    Returns:
        The name of the file.

    Raises:
        ArgumentError: when the history is empty.
    """
    names = [name for name in ("accuracy", "binary_accuracy", "loss") if name in history and len(history[name])]
    if not names:
        raise ArgumentError("training_curves() needs the history of a training with a loss; received an empty one.")
    with rc_context(_LOOK):
        figure = Figure(figsize=(5.4 * len(names), 4.4))
        for place, name in enumerate(names):
            axes = figure.add_subplot(1, len(names), place + 1)
            _curve(axes, name, history, (test or {}).get(name))
        return _save(figure, file)


def _curve(axes: Axes, name: str, history: Mapping[str, Sequence[float]], test: float | None) -> None:
    is_loss = name == "loss"
    axes.grid(True, axis="y")
    curves = {
        "training": (history[name], BLUE, "-", "o"),
        "validation": (history.get(f"val_{name}", ()), GREY, "--", "s"),
        "test images": (() if test is None else (test,), VERMILLION, "", "D"),
    }
    last = len(history[name])
    ends = []
    for label, (values, colour, style, marker) in curves.items():
        if len(values):
            epochs = np.arange(last - len(values), last) + 1
            axes.plot(epochs, values, linestyle=style, color=colour, marker=marker if len(values) <= 30 else "")
            ends.append((values[-1], label, colour))
    highest = max(ends)[1]
    for value, label, colour in ends:
        text = f"{label} {value:.3f}" if is_loss else f"{label} {value:.1%}"
        above = label == highest
        _label(axes, text, (last, value), (0, 13 if above else -13), colour, "right", "bottom" if above else "top")
    title = "Loss: how wrong (lower is better)" if is_loss else "Accuracy: share of right answers"
    axes.set(title=title, xlabel="epoch")
    axes.margins(x=0.08, y=0.18)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True) if last > 1 else FixedLocator([1]))
    if not is_loss:
        axes.yaxis.set_major_formatter(PercentFormatter(1.0))


def predictions_grid(
    images: Any, labels: Any, predictions: Any, class_names: Sequence[str], file: _Path, rows: int = 5, columns: int = 6
) -> str:
    """Draws images with the names that a model gave them, and the true names where it was wrong.

    Args:
        images: grey images, `(n, height, width)`; the first `rows * columns` are drawn.
        labels: their true classes, `(n,)`.
        predictions: the probabilities of the classes, `(n, classes)`.
        class_names: the name of each class.
        file: where the PNG goes; folders are made.
        rows: how many rows of images are drawn.
        columns: how many images are in a row.

    Returns:
        The name of the file.
    """
    images, labels = np.asarray(images), np.asarray(labels).reshape(-1)
    guesses = np.asarray(predictions).argmax(axis=1)
    shown = min(rows * columns, len(images))
    right = int((guesses[:shown] == labels[:shown]).sum())
    with rc_context({**_LOOK, "font.size": 11}):
        figure = Figure(figsize=(1.72 * columns, 2.12 * rows + 0.5))
        for i in range(shown):
            axes = figure.add_subplot(rows, columns, i + 1)
            axes.imshow(images[i], cmap="gray_r", interpolation="nearest")
            correct = guesses[i] == labels[i]
            _frame(axes, BLUE if correct else VERMILLION, 1.5 if correct else 4.0)
            guess = class_names[guesses[i]]
            text = f"{guess}\n " if correct else f"✗ {guess}\nreally: {class_names[labels[i]]}"
            axes.set_xlabel(text, color=INK if correct else VERMILLION, weight="normal" if correct else "bold")
        figure.suptitle(
            f"The first {shown} test images and what the network takes them for: {right} right, {shown - right} wrong",
            size=14,
        )
        return _save(figure, file)


def one_image(image: Any, label: int, probabilities: Any, class_names: Sequence[str], file: _Path) -> str:
    """Draws one image beside the probability that a model gives to each class.

    Args:
        image: a grey image, `(height, width)`.
        label: its true class.
        probabilities: of the classes, `(classes,)`.
        class_names: the name of each class.
        file: where the PNG goes; folders are made.

    Returns:
        The name of the file.
    """
    probabilities, label = _numbers(probabilities), int(label)
    guess = int(probabilities.argmax())
    with rc_context(_LOOK):
        figure = Figure(figsize=(9.5, 4.0))
        picture, bars = figure.subplots(1, 2, width_ratios=[1, 1.4], gridspec_kw={"wspace": 0.1})
        picture.imshow(image, cmap="gray_r", interpolation="nearest")
        picture.set_anchor("N")
        _frame(picture, GREY, 1.0)
        picture.set_title(f"This is: {class_names[label]}")
        places = np.arange(len(probabilities))
        colours = [VERMILLION if p == guess != label else BLUE for p in places]
        bars.barh(places, probabilities, color=colours)
        for place, share in zip(places, probabilities, strict=True):
            weight = "bold" if place == guess else "normal"
            bars.text(share + 0.015, place, f"{share:.1%}", va="center_baseline", weight=weight)
        verdict = "right" if guess == label else "wrong"
        bars.set(title=f"The network says: {class_names[guess]} ({verdict})", xlim=(0, 1.18), xticks=[])
        bars.set_yticks(places, class_names)
        bars.tick_params(length=0)
        bars.invert_yaxis()
        bars.spines[["bottom", "left"]].set_visible(False)
        return _save(figure, file)


def confusion_matrix(labels: Any, predictions: Any, class_names: Sequence[str], file: _Path) -> str:
    """Draws how often each class was taken for each other one, in percent of the images of the class.

    Args:
        labels: the true classes, `(n,)`.
        predictions: the probabilities of the classes, `(n, classes)`.
        class_names: the name of each class.
        file: where the PNG goes; folders are made.

    Returns:
        The name of the file.
    """
    size = len(class_names)
    labels, guesses = np.asarray(labels).reshape(-1).astype(int), np.asarray(predictions).argmax(axis=1)
    counts = np.zeros((size, size), int)  # (true, predicted)
    np.add.at(counts, (labels, guesses), 1)
    percent = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    with rc_context(_LOOK):
        figure = Figure(figsize=(9.4, 8.6))
        axes = figure.add_subplot()
        axes.imshow(percent, cmap="Blues", vmin=0, vmax=100)
        for true, guess in np.ndindex(size, size):
            share = round(percent[true, guess])
            if share:
                dark = share > 55
                wrong = true != guess and share >= 5
                colour = "white" if dark else VERMILLION if wrong else INK
                bold = "bold" if wrong or true == guess else "normal"
                axes.text(guess, true, str(share), ha="center", va="center", color=colour, weight=bold)
        axes.set_xticks(np.arange(size), class_names, rotation=40, ha="right", rotation_mode="anchor")
        axes.set_yticks(np.arange(size), class_names)
        axes.set_xticks(np.arange(size - 1) + 0.5, minor=True)
        axes.set_yticks(np.arange(size - 1) + 0.5, minor=True)
        axes.grid(True, which="minor", color="white", linewidth=2)
        axes.tick_params(which="both", length=0)
        axes.spines[:].set_visible(False)
        axes.set(xlabel="what the network says", ylabel="what it is")
        axes.set_title(f"{_worst(percent, class_names)}\nOf 100 images of each kind, how many are taken for what")
        return _save(figure, file)


def _worst(percent: np.ndarray, class_names: Sequence[str]) -> str:
    """The title: the commonest confusion in words."""
    mistakes = percent - np.diag(np.diag(percent))
    true, guess = divmod(int(mistakes.argmax()), mistakes.shape[1])
    if mistakes[true, guess] < 0.5:
        return "Hardly anything is taken for something else"
    how_often = f"{mistakes[true, guess]:.0f} of 100"
    return f"Commonest mistake: {class_names[true]} taken for {class_names[guess]} ({how_often})"


# ---- what they share ----------------------------------------------------------------------------------------------


def _numbers(values: Any) -> np.ndarray:
    return np.asarray(values, dtype=float).reshape(-1)


def _frame(axes: Axes, colour: str, width: float) -> None:
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(True)
    axes.spines[:].set(color=colour, linewidth=width)


def _label(
    axes: Axes,
    text: str,
    point: tuple[float, float],
    offset: tuple[float, float],
    colour: str,
    ha: str = "left",
    va: str = "center",
    plate: bool = False,
) -> None:
    """Writes `text` beside a point, `offset` points (of 1/72 inch) away from it; `plate` puts white behind it."""
    box = {"boxstyle": "round,pad=0.2", "facecolor": "white", "edgecolor": "none", "alpha": 0.75} if plate else None
    axes.annotate(text, point, offset, textcoords="offset points", color=colour, ha=ha, va=va, zorder=5, bbox=box)


def _save(figure: Figure, file: _Path) -> str:
    path = Path(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, format="png", dpi=PIXELS_PER_INCH, facecolor="white", bbox_inches="tight", pad_inches=0.2)
    return str(path)
