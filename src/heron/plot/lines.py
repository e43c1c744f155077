"""What simple models make of numbers: a line through points, a border in the plane."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from heron.plot import look
from heron.plot.inputs import array, numbers, same_length


def fitted_line(
    model: Any, xs: Any, ys: Any, at: float | None = None, *, ax: Any = None, path: look.Path | None = None
) -> Figure:
    """Draws points and the line that a model of one number found through them.

    Args:
        model: a model that makes one number of one number; its line is taken from its predictions.
        xs: where the points are, `(n,)`.
        ys: how high they are, `(n,)`.
        at: an x of which the prediction is marked.
        ax: axes to draw in; by default those of a figure of its own.
        path: a file to write, in the format of its ending.

    Returns:
        The figure, which shows itself in notebooks.

    Raises:
        DataError: for unequal lengths, or no numbers at all.
    """
    xs, ys = numbers(xs, "xs"), numbers(ys, "ys")
    same_length("fitted_line", xs=len(xs), ys=len(ys))
    marked = [] if at is None else [float(at)]
    ends = np.array([min([*xs, *marked]) - 0.8, max([*xs, *marked]) + 0.8])
    start, stop = numbers(model.predict(ends), "model.predict(xs)")
    slope = (stop - start) / (ends[1] - ends[0])
    intercept = start - slope * ends[0]
    with look.axes((7.5, 5), ax, path) as (figure, axes):
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
        return figure


def decision_surface(model: Any, points: Any, answers: Any, *, ax: Any = None, path: look.Path | None = None) -> Figure:
    """Draws what a model of two numbers answers everywhere around its examples, and where it changes its mind.

    Args:
        model: a model that makes a number from 0 to 1 of two numbers.
        points: the examples, `(n, 2)`.
        answers: what they stand for, 0 or 1, `(n,)` or `(n, 1)`.
        ax: axes to draw in; by default those of a figure of its own.
        path: a file to write, in the format of its ending.

    Returns:
        The figure, which shows itself in notebooks.

    Raises:
        DataError: for unequal lengths, or no numbers at all.
    """
    points, answers = array(points, "points").astype(float).reshape(-1, 2), numbers(answers, "answers")
    same_length("decision_surface", points=len(points), answers=len(answers))
    low, high = points.min(0) - 0.5, points.max(0) + 0.5
    across, up = np.meshgrid(np.linspace(low[0], high[0], 121), np.linspace(low[1], high[1], 121))
    grid = np.stack([across.ravel(), up.ravel()], axis=1)  # (14641, 2)
    values = numbers(model.predict(grid, batch_size=len(grid)), "model.predict(points)").reshape(across.shape)
    outputs = numbers(model.predict(points), "model.predict(points)")
    with look.axes((7.5, 6), ax, path) as (figure, axes):
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
        return figure
