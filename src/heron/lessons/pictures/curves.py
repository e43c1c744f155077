"""Lines, borders and the course of a training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MaxNLocator, PercentFormatter

from heron.errors import ArgumentError
from heron.lessons.pictures import look


def fitted_line(model: Any, xs: Any, ys: Any, file: look.Path, at: float | None = None) -> str:
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
    xs, ys = look.numbers(xs), look.numbers(ys)
    marked = [] if at is None else [float(at)]
    ends = np.array([min([*xs, *marked]) - 0.8, max([*xs, *marked]) + 0.8])
    start, stop = look.numbers(model.predict(ends))
    slope = (stop - start) / (ends[1] - ends[0])
    intercept = start - slope * ends[0]
    with rc_context(look.LOOK):
        figure = Figure(figsize=(7.5, 5))
        axes = figure.add_subplot()
        axes.grid(True)
        axes.plot(ends, [start, stop], color=look.BLUE, zorder=2)
        axes.scatter(xs, ys, s=90, color=look.INK, zorder=3)
        look.label(axes, "the examples", (xs[len(xs) // 2], ys[len(ys) // 2]), (14, -14), look.INK, va="top")
        sign = "+" if intercept >= 0 else "−"
        title = f"The line the model found: y = {slope:.3f} x {sign} {abs(intercept):.3f}"
        if at is not None:
            answer = slope * at + intercept
            axes.scatter([at], [answer], s=190, marker="*", color=look.VERMILLION, zorder=4)
            text = f"predicted for x = {at:g}:\ny = {answer:.3f}"
            look.label(axes, text, (at, answer), (-22, 6), look.VERMILLION, ha="right")
        axes.set(title=title, xlabel="x", ylabel="y", xlim=tuple(ends))
        return look.save(figure, file)


def decision_surface(model: Any, points: Any, answers: Any, file: look.Path) -> str:
    """Draws what a model of two numbers answers everywhere around its examples, and where it changes its mind.

    Args:
        model: a model that makes a number from 0 to 1 of two numbers.
        points: the examples, `(n, 2)`.
        answers: what they stand for, 0 or 1, `(n,)` or `(n, 1)`.
        file: where the PNG goes; folders are made.

    Returns:
        The name of the file.
    """
    points, answers = np.asarray(points, float).reshape(-1, 2), look.numbers(answers)
    low, high = points.min(0) - 0.5, points.max(0) + 0.5
    across, up = np.meshgrid(np.linspace(low[0], high[0], 121), np.linspace(low[1], high[1], 121))
    grid = np.stack([across.ravel(), up.ravel()], axis=1)  # (14641, 2)
    values = look.numbers(model.predict(grid, batch_size=len(grid))).reshape(across.shape)
    outputs = look.numbers(model.predict(points))
    with rc_context(look.LOOK):
        figure = Figure(figsize=(7.5, 6))
        axes = figure.add_subplot()
        surface = axes.contourf(across, up, values, levels=np.linspace(0, 1, 21), cmap=look.TWO_SIDES, alpha=0.75)
        axes.contour(across, up, values, levels=[0.5], colors=[look.INK], linewidths=2)
        for (x, y), answer, output in zip(points, answers, outputs, strict=True):
            fill, ink = ("white", look.INK) if answer < 0.5 else (look.INK, "white")
            axes.scatter(x, y, s=620, color=fill, edgecolor=look.INK, linewidth=2, zorder=3)
            axes.text(x, y, f"{answer:.0f}", color=ink, ha="center", va="center", weight="bold", size=15, zorder=4)
            look.label(axes, f"output {output:.2f}", (x, y), (0, -22), look.INK, ha="center", va="top", plate=True)
        bar = figure.colorbar(surface, ax=axes, ticks=[0, 0.25, 0.5, 0.75, 1.0], pad=0.03)
        bar.set_label("what the network answers")
        bar.outline.set_visible(False)
        axes.set(title="What the network answers everywhere.\nCircles: the right answers. Black line: undecided")
        axes.set(xlabel="first input", ylabel="second input", aspect="equal")
        axes.set(xticks=np.unique(points[:, 0]), yticks=np.unique(points[:, 1]))
        return look.save(figure, file)


def training_curves(
    history: Mapping[str, Sequence[float]], file: look.Path, test: Mapping[str, float] | None = None
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
    with rc_context(look.LOOK):
        figure = Figure(figsize=(5.4 * len(names), 4.4))
        for place, name in enumerate(names):
            axes = figure.add_subplot(1, len(names), place + 1)
            _curve(axes, name, history, (test or {}).get(name))
        return look.save(figure, file)


def _curve(axes: Axes, name: str, history: Mapping[str, Sequence[float]], test: float | None) -> None:
    is_loss = name == "loss"
    axes.grid(True, axis="y")
    curves = {
        "training": (history[name], look.BLUE, "-", "o"),
        "validation": (history.get(f"val_{name}", ()), look.GREY, "--", "s"),
        "test images": (() if test is None else (test,), look.VERMILLION, "", "D"),
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
        look.label(axes, text, (last, value), (0, 13 if above else -13), colour, "right", "bottom" if above else "top")
    title = "Loss: how wrong (lower is better)" if is_loss else "Accuracy: share of right answers"
    axes.set(title=title, xlabel="epoch")
    axes.margins(x=0.08, y=0.18)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True) if last > 1 else FixedLocator([1]))
    if not is_loss:
        axes.yaxis.set_major_formatter(PercentFormatter(1.0))
