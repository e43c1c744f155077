"""What all pictures share: colours, fonts, labels, and how a picture becomes a file."""

from __future__ import annotations

import os
import pathlib
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

BLUE, ORANGE, VERMILLION, GREY, INK = "#0072B2", "#E69F00", "#D55E00", "#767676", "#222222"
PIXELS_PER_INCH = 144
LOOK: dict[Any, Any] = {
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
TWO_SIDES = LinearSegmentedColormap.from_list("two sides", [BLUE, "#FFFFFF", ORANGE])
Path = str | os.PathLike[str]


def numbers(values: Any) -> np.ndarray:
    """Returns `values` as floats in one row, `(n,)`."""
    return np.asarray(values, dtype=float).reshape(-1)


def frame(axes: Axes, colour: str, width: float) -> None:
    """Takes the ticks away and draws a frame."""
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(True)
    axes.spines[:].set(color=colour, linewidth=width)


def label(
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


def save(figure: Figure, file: Path) -> str:
    """Writes the PNG file, in a folder that is made if need be, and returns its name."""
    path = pathlib.Path(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, format="png", dpi=PIXELS_PER_INCH, facecolor="white", bbox_inches="tight", pad_inches=0.2)
    return str(path)
