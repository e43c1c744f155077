"""What all pictures share: colours, labels, the place they are drawn in, and how a picture becomes a file."""

from __future__ import annotations

import contextlib
import io
import os
import pathlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure, FigureBase
from matplotlib.rcsetup import cycler
from matplotlib.text import Text

from heron.errors import ArgumentError, ArgumentTypeError, value_text
from heron.plot import fonts

# Of Okabe and Ito, which people with any colour vision can tell apart.
BLUE, ORANGE, GREEN, VERMILLION, PURPLE = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7"
SKY, GREY, INK = "#56B4E9", "#767676", "#222222"
SERIES = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, INK)
TWO_SIDES = LinearSegmentedColormap.from_list("two sides", [BLUE, "#FFFFFF", ORANGE])
PIXELS_PER_INCH = 144
_SCREEN_PIXELS_PER_INCH = 84
LOOK: dict[Any, Any] = {
    "font.family": [fonts.DEFAULT],
    "font.size": 12,
    "axes.titlesize": 13,
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.labelcolor": INK,
    "axes.prop_cycle": cycler(color=SERIES),
    "axes.edgecolor": GREY,
    "axes.facecolor": "white",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "figure.facecolor": "white",
    "grid.color": "#E4E4E4",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "lines.linewidth": 2.5,
    "lines.markersize": 8,
    "figure.constrained_layout.use": True,
}
Path = str | os.PathLike[str]


class Picture(Figure):
    r"""A matplotlib `Figure` that shows itself in notebooks, without pyplot or any other global state.

    Example:
    >>> import heron
    >>> figure = heron.plot.class_balance([0, 0, 1])
    >>> figure._repr_png_()[0][:4]
    b'\x89PNG'
    """

    def draw(self, renderer: Any) -> None:
        """Draws with the settings that it was made with."""
        with rc_context(LOOK):
            super().draw(renderer)

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        """A sharp PNG, and the width at which a notebook shows it."""
        stream = io.BytesIO()
        _write(self, stream, "png")
        data = stream.getvalue()
        width = int.from_bytes(data[16:20], "big")
        return data, {"width": round(width * _SCREEN_PIXELS_PER_INCH / PIXELS_PER_INCH)}


class Canvas(NamedTuple):
    """Where to draw: the whole figure, and the part of it (or all of it) that is ours."""

    figure: Figure
    part: FigureBase


@contextlib.contextmanager
def canvas(size: tuple[float, float], ax: Axes | None, path: Path | None, font_size: float = 12) -> Iterator[Canvas]:
    """A place for several axes: a new picture of `size` inches, or the place of `ax`, which is taken away.

    When the block ends, letters get their fonts and the picture is written to `path`.
    """
    with rc_context({**LOOK, "font.size": font_size}):
        if ax is None:
            figure: Figure = Picture(figsize=size)
            part: FigureBase = figure
        else:
            figure, spec = _figure_of(ax), ax.get_subplotspec()
            if spec is None:
                raise ArgumentError(
                    "ax= must be a place in a grid, as this picture needs several axes there; received axes that were "
                    "put at free coordinates.\nMake them with figure.subplots() or figure.add_subplot()."
                )
            part = ax.get_figure().add_subfigure(spec)  # type: ignore[union-attr]
            ax.remove()
        yield Canvas(figure, part)
        finish(figure, path)


@contextlib.contextmanager
def axes(
    size: tuple[float, float], ax: Axes | None, path: Path | None, font_size: float = 12
) -> Iterator[tuple[Figure, Axes]]:
    """One pair of axes: in a new picture of `size` inches, or `ax` itself."""
    with rc_context({**LOOK, "font.size": font_size}):
        figure = Picture(figsize=size) if ax is None else _figure_of(ax)
        yield figure, figure.add_subplot() if ax is None else ax
        finish(figure, path)


def finish(figure: Figure, path: Path | None) -> None:
    """Gives all texts fonts that can write them, and writes the picture to `path`, if there is one."""
    for one in figure.findobj(Axes):
        one.get_xticklabels(), one.get_yticklabels()
    fonts.give_fonts(figure.findobj(Text))
    if path is not None:
        save(figure, path)


def save(figure: Figure, path: Path) -> None:
    """Writes the file, in a folder that is made if need be; its ending says of what kind it is, PNG by default."""
    file = pathlib.Path(path)
    kind = file.suffix[1:].lower() or "png"
    known = figure.canvas.get_supported_filetypes()
    if kind not in known:
        raise ArgumentError(
            f"path= must end with the kind of picture: .{', .'.join(sorted(known))}; received {os.fspath(path)!r}.\n"
            f"Write path={os.fspath(file.with_suffix('.png'))!r}."
        )
    file.parent.mkdir(parents=True, exist_ok=True)
    _write(figure, file, kind)


def _write(figure: Figure, target: Any, kind: str) -> None:
    with rc_context(LOOK):
        figure.savefig(target, format=kind, dpi=PIXELS_PER_INCH, facecolor="white", bbox_inches="tight", pad_inches=0.2)


def _figure_of(ax: Any) -> Figure:
    if not isinstance(ax, Axes):
        raise ArgumentTypeError(
            f"ax= takes the axes of a matplotlib figure; received {value_text(ax)}.\n"
            "Make them with figure.subplots(), or leave ax away for a figure of its own."
        )
    figure = ax.get_figure(root=True)
    if figure is None:
        raise ArgumentError("ax= belongs to no figure any more; received axes that were removed.\nMake new ones.")
    return figure


def frame(ax: Axes, colour: str, width: float) -> None:
    """Takes the ticks away and draws a frame."""
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(True)
    ax.spines[:].set(color=colour, linewidth=width)


def label(
    ax: Axes,
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
    ax.annotate(text, point, offset, textcoords="offset points", color=colour, ha=ha, va=va, zorder=5, bbox=box)


def shortened(text: str, length: int) -> str:
    """`text`, its end cut off where it has more than `length` characters."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def grid(part: FigureBase, count: int, columns: int) -> Sequence[Axes]:
    """Axes in rows of `columns`, `count` of them."""
    rows = -(-count // columns)
    return [part.add_subplot(rows, columns, place + 1) for place in range(count)]
