"""A scene as a matplotlib figure: for PNG and PDF files, with no package of the system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heron.models.drawing.scene import FONT, LINE, PAD, STRIPE, Rectangle, Scene
from heron.models.drawing.strokes import COLOURS, GREY, INK, QUIET, strokes
from heron.plot import fonts

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_POINTS = 0.75  # of 1/72 inch in a pixel of 1/96 inch


def figure_of(scene: Scene) -> Figure:
    """Draws a scene at 96 pixels an inch; the caller chooses the pixels of the file."""
    from matplotlib.figure import Figure
    from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon
    from matplotlib.path import Path

    width, height = scene.size
    figure = Figure(figsize=(width / 96, height / 96), facecolor="white")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()

    def rounded(x: float, y: float, wide: float, high: float, **style: Any) -> None:
        shape = "round,pad=0,rounding_size=6"
        axes.add_patch(FancyBboxPatch((x, y), wide, high, boxstyle=shape, mutation_aspect=1, **style))

    for frame in scene.frames:
        rounded(*frame[:4], facecolor="#F9F9F9", edgecolor=GREY, linestyle=(0, (4, 3)), linewidth=0.8)
        _write(axes, frame.x + 14, frame.y + 24, frame.title, INK, weight="bold")
    codes = {"M": [Path.MOVETO], "L": [Path.LINETO], "C": [Path.CURVE4] * 3}
    for arrow in scene.arrows:
        path, tip = strokes(arrow, scene.splines, scene.along)
        vertices = [point for stroke in path for point in stroke.points]
        kinds = [code for stroke in path for code in codes[stroke.kind]]
        axes.add_patch(PathPatch(Path(vertices, kinds), facecolor="none", edgecolor=QUIET, linewidth=1.1))
        axes.add_patch(Polygon(tip, facecolor=QUIET, edgecolor="none"))
    for box in scene.boxes:
        rounded(*box[:4], facecolor=COLOURS.get(box.family, COLOURS["other"]), edgecolor="none")
        rounded(box.x + STRIPE, box.y, box.width - STRIPE, box.height, facecolor="white", edgecolor="none")
        rounded(*box[:4], facecolor="none", edgecolor=GREY, linewidth=0.8)
        _write_lines(axes, box)
    if scene.note:
        _write(axes, width / 2, 26, scene.note, QUIET, ha="center")
    fonts.give_fonts(axes.texts)
    return figure


def _write_lines(axes: Axes, box: Rectangle) -> None:
    for number, line in enumerate(box.lines):
        y = box.y + PAD - 3 + LINE * (number + 0.72)
        x = box.x + STRIPE + PAD
        if line.strong:
            strong = _write(axes, x, y, line.strong, INK, weight="bold")
            if line.plain:
                text, size = fonts.writable(line.plain), FONT * _POINTS
                axes.annotate(
                    text, (1, y), (5, 0), xycoords=(strong, "data"), textcoords="offset points", color=INK, size=size
                )
        elif line.plain:
            _write(axes, x, y, line.plain, INK if number == len(box.lines) - 1 else QUIET)
        if line.right:
            _write(axes, box.x + box.width - PAD, y, line.right, QUIET, ha="right")


def _write(axes: Axes, x: float, y: float, text: str, colour: str, **style: Any) -> Any:
    size = FONT * _POINTS
    return axes.text(x, y, fonts.writable(text), color=colour, size=size, **style)
