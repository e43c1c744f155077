"""The picture of a range test."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from heron.plot import look


def range_test(result: Any, *, path: look.Path | None = None, ax: Any = None) -> Figure:
    """Draws the loss at each learning rate, the suggested rate, and where the loss runs away.

    Args:
        result: what `model.check` returned.
        path: a file to write, in the format of its ending.
        ax: axes to draw in; by default those of a figure of its own.
    """
    rates, losses = np.array(result.learning_rates), np.array(result.losses)
    smoothed = np.array(result.smoothed)
    suggested, diverging = result.suggested_learning_rate, result.diverging_rate
    with look.axes((7.5, 4.8), ax, path) as (figure, axes):
        axes.grid(True, axis="y")
        axes.plot(rates, losses, "o", color=look.SKY, markersize=4, zorder=2)
        axes.plot(rates, smoothed, color=look.BLUE, zorder=3)
        axes.set_xscale("log")
        low, high = _limits(smoothed, losses, rates, diverging)
        axes.set_ylim(low, high)
        title = "The loss while the learning rate grows\ndots: a batch each; line: without their noise"
        if diverging is not None and diverging < rates[-1]:
            axes.axvspan(diverging, rates[-1], color=look.VERMILLION, alpha=0.12, zorder=1)
            look.label(axes, "runs away", (diverging, high), (6, -8), look.VERMILLION, va="top")
        if suggested is not None:
            height = float(np.interp(np.log(suggested), np.log(rates), smoothed))
            axes.axvline(suggested, color=look.GREEN, linestyle="--", zorder=1)
            axes.plot([suggested], [height], "D", color=look.GREEN, markersize=9, zorder=4)
            text = f"suggested: {suggested:g}"
            look.label(axes, text, (suggested, low + 0.06 * (high - low)), (-8, 0), look.GREEN, ha="right", plate=True)
            axes.set_title(title)
        axes.set(xlabel="learning rate (each step a little larger)", ylabel="loss of the batch")
        return figure


def _limits(
    smoothed: np.ndarray, losses: np.ndarray, rates: np.ndarray, diverging: float | None
) -> tuple[float, float]:
    """The heights that matter: what ran away goes out of the picture."""
    kept = np.isfinite(losses) & (rates <= (diverging if diverging is not None else np.inf))
    values = np.concatenate([losses[kept], smoothed[kept]]) if kept.any() else np.array([0.0, 1.0])
    low, high = float(values.min()), float(values.max())
    room = max(high - low, 1e-9 + 0.05 * abs(high))
    return low - 0.08 * room, high + 0.3 * room
