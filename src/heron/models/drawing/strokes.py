"""How arrows run between their points, and the colours of a drawing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from heron.models.drawing.layout import Point

INK, QUIET, GREY = "#222222", "#5A5A5A", "#B5B5B5"
# Of Okabe and Ito, which people with any colour vision can tell apart; the class is written in each box too.
COLOURS = {
    "input": "#222222",
    "convolution": "#0072B2",
    "pooling": "#56B4E9",
    "normalization": "#009E73",
    "recurrent": "#CC79A7",
    "attention": "#CC79A7",
    "dense": "#D55E00",
    "embeddings": "#E69F00",
    "merge": "#F0E442",
    "operation": "#F0E442",
    "preprocessing": "#E69F00",
    "image": "#E69F00",
    "dropout": "#D0D0D0",
    "noise": "#D0D0D0",
    "model": "#222222",
    "own": "#7A5195",
    "other": "#D0D0D0",
}
HEAD = 7.0  # the length of an arrow's head


class Stroke(NamedTuple):
    """A piece of a path: "M" moves, "L" draws a line, "C" a cubic curve."""

    kind: str
    points: tuple[Point, ...]


class Arrow(NamedTuple):
    """The pieces of an arrow, and the triangle at its end."""

    strokes: list[Stroke]
    tip: tuple[Point, Point, Point]


def strokes(points: Sequence[Point], splines: str, along: int) -> Arrow:
    """Draws an arrow through `points`.

    Args:
        points: from box to box; the flow goes along one axis.
        splines: "curved", "ortho" (right angles) or "line".
        along: the axis of the flow, 0 for x and 1 for y.

    Example:
    >>> [stroke.kind for stroke in strokes([(0, 0), (0, 9), (8, 20), (8, 30)], "curved", 1).strokes]
    ['M', 'L', 'C', 'L']
    """
    end = points[-1]
    onward = 1.0 if end[along] >= points[0][along] else -1.0
    neck = _moved(end, along, -onward * HEAD)
    sides = (_moved(neck, 1 - along, HEAD * 0.55), _moved(neck, 1 - along, -HEAD * 0.55))
    path, here = [Stroke("M", (points[0],))], points[0]
    for there in [*points[1:-1], neck]:
        across = abs(there[1 - along] - here[1 - along])
        middle = (here[along] + there[along]) / 2
        bends = _at(here, along, middle), _at(there, along, middle)
        if across < 0.5 or splines == "line":
            path.append(Stroke("L", (there,)))
        elif splines == "ortho":
            path += [Stroke("L", (bend,)) for bend in (*bends, there)]
        else:
            path.append(Stroke("C", (*bends, there)))
        here = there
    return Arrow(path, (end, *sides))


def _at(point: Point, axis: int, value: float) -> Point:
    return (value, point[1]) if axis == 0 else (point[0], value)


def _moved(point: Point, axis: int, distance: float) -> Point:
    return _at(point, axis, point[axis] + distance)
