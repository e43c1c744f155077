"""A diagram laid out on paper: rectangles with lines of text, frames around models inside, and arrows."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from heron.models.drawing.boxes import Box, Diagram
from heron.models.drawing.layout import Layout, Link, Point, arrange, stacked

FONT = 13.0
MARGIN = 16.0
LINE = 18.0
PAD = 12.0
STRIPE = 5.0  # the coloured edge of a box
_FRAME = 18.0  # between a frame and what is in it
_TITLE = 26.0
_WIDEST = 420.0
_NARROW, _WIDE = "fijlrtIJ.,:;!|'()[]/ ", "mwMWQOGD@%·×"
_TWO_LINES = 4  # more outputs than these are counted, not listed


@dataclass(frozen=True)
class Options:
    """What is said in the boxes, and how edges run.

    Attributes:
        rankdir: where the flow goes: "TB" (down), "BT", "LR" (to the right), "RL".
        splines: "curved", "ortho" (right angles) or "line".
    """

    show_shapes: bool = True
    show_dtype: bool = False
    show_layer_names: bool = True
    show_params: bool = True
    show_layer_activations: bool = True
    show_trainable: bool = False
    rankdir: str = "TB"
    splines: str = "curved"


class Line(NamedTuple):
    """A line of text: at the left in strong and in plain letters, and at the right."""

    strong: str = ""
    plain: str = ""
    right: str = ""


class Rectangle(NamedTuple):
    """A box on paper, from its upper left corner."""

    x: float
    y: float
    width: float
    height: float
    lines: tuple[Line, ...]
    family: str
    tip: str


class Frame(NamedTuple):
    """The border around a model inside, and its title."""

    x: float
    y: float
    width: float
    height: float
    title: str


@dataclass
class Scene:
    """Everything that is drawn, in pixels from the upper left corner.

    Attributes:
        size: width and height.
        frames: from outside to inside.
        boxes: see `Rectangle`.
        arrows: the points of each, of which each next one is reached straight or by a curve, as `splines` says.
        splines, along: how arrows run, and along which axis (0 for x, 1 for y) the flow goes.
        note: what is written at the top; "" for nothing.
    """

    size: Point = (0.0, 0.0)
    frames: list[Frame] = field(default_factory=list)
    boxes: list[Rectangle] = field(default_factory=list)
    arrows: list[list[Point]] = field(default_factory=list)
    splines: str = "curved"
    along: int = 1
    note: str = ""


def scene_of(diagram: Diagram, options: Options) -> Scene:
    """Lays a diagram out on paper."""
    scene = _scene(diagram, options, _common_width(diagram, options))
    if not diagram.is_graph:
        scene.note = f"{diagram.title}: its own code calls these layers"
    top = _TITLE if scene.note else 0.0
    width = max(scene.size[0], text_width(scene.note))
    shifted = Scene(splines=options.splines, along=0 if options.rankdir in ("LR", "RL") else 1, note=scene.note)
    _add(shifted, scene, (MARGIN + (width - scene.size[0]) / 2, MARGIN + top))
    shifted.size = (width + 2 * MARGIN, scene.size[1] + 2 * MARGIN + top)
    return shifted


def lines_of(box: Box, options: Options) -> tuple[Line, ...]:
    """What is written in a box."""
    said = [box.details] if box.details else []
    if options.show_layer_activations and box.activation:
        said.append(box.activation)
    lines = [Line(box.kind, " · ".join(said), box.call)]
    params = ""
    if options.show_params and box.params:
        params = f"{box.params:,} param{'s' if box.params > 1 else ''}"
    if options.show_trainable and box.trainable is not None:
        params = ", ".join(filter(None, [params, "trained" if box.trainable else "frozen"]))
    name = box.name if options.show_layer_names else ""
    shapes = _joined(box.shapes) if options.show_shapes else ""
    dtypes = _joined(tuple(dict.fromkeys(box.dtypes))) if options.show_dtype else ""
    if shapes or dtypes:
        lines += [Line(plain=name, right=params)] if name else []
        lines.append(Line(plain=shapes, right=dtypes if name or not params else f"{dtypes} {params}".strip()))
    elif name or params:
        lines.append(Line(plain=name, right=params))
    return tuple(lines)


def text_width(text: str, strong: bool = False) -> float:
    """About how wide a text is, in pixels, and hardly ever less than it will be."""
    width = 0.0
    for letter in text:
        if unicodedata.east_asian_width(letter) in "WF":
            width += 1.0
        elif unicodedata.combining(letter):
            continue
        else:
            width += 0.36 if letter in _NARROW else 0.95 if letter in _WIDE else 0.7 if letter.isupper() else 0.61
    return width * FONT * (1.08 if strong else 1.0)


def _joined(parts: Sequence[str]) -> str:
    if len(parts) > _TWO_LINES:
        return f"{parts[0]}, ... ({len(parts)} outputs)"
    return ", ".join(parts)


def _line_width(line: Line) -> float:
    width = text_width(line.strong, strong=True) + text_width(line.plain) + text_width(line.right)
    return width + 9.0 * bool(line.strong and line.plain) + 22.0 * bool(line.right)


def _common_width(diagram: Diagram, options: Options) -> float:
    """The width of all boxes, in models inside too, so that they stand in line."""
    widths = [90.0]
    for box in diagram.boxes:
        widths.append(max(map(_line_width, lines_of(box, options))) + 2 * PAD + STRIPE)
        if box.inside is not None:
            widths.append(_common_width(box.inside, options))
    return min(max(widths), _WIDEST)


def _scene(diagram: Diagram, options: Options, width: float) -> Scene:
    sideways = options.rankdir in ("LR", "RL")
    insides = [None if box.inside is None else _scene(box.inside, options, width) for box in diagram.boxes]
    texts = [lines_of(box, options) for box in diagram.boxes]
    tallest = max(map(len, texts), default=1)
    sizes = []
    for lines, inside in zip(texts, insides, strict=True):
        if inside is None:
            sizes.append((width, LINE * (tallest if sideways else len(lines)) + 2 * PAD - 6))
        else:
            sizes.append((inside.size[0] + 2 * _FRAME, inside.size[1] + 2 * _FRAME + _TITLE))
    flow = [(size[1], size[0]) if sideways else size for size in sizes]
    layout = (
        arrange(flow, _links(diagram, insides, sizes, sideways), diagram.inputs)
        if diagram.is_graph
        else (stacked(sizes))
    )
    sideways = sideways and diagram.is_graph
    place = _turned(layout, options.rankdir if diagram.is_graph else "TB")
    scene = Scene(size=(layout.size[1], layout.size[0]) if sideways else layout.size)
    for box, lines, inside, size, middle in zip(diagram.boxes, texts, insides, sizes, layout.middles, strict=True):
        x, y = place(middle)
        corner = (x - size[0] / 2, y - size[1] / 2)
        if inside is None:
            tip = _tip(box)
            scene.boxes.append(
                Rectangle(*corner, *size, tuple(_fitted(line, size[0]) for line in lines), box.family, tip)
            )
        else:
            call = f" · {box.call}" if box.call else ""
            scene.frames.append(Frame(*corner, *size, f"{box.kind} · {box.name}{call}"))
            _add(scene, inside, (corner[0] + _FRAME, corner[1] + _FRAME + _TITLE))
    scene.arrows += [[place(point) for point in path] for path in layout.paths]
    return scene


def _turned(layout: Layout, rankdir: str) -> Callable[[Point], Point]:
    """From a place along u and v to one on paper."""
    whole = layout.size[1]
    turns: dict[str, Callable[[Point], Point]] = {
        "TB": lambda point: point,
        "BT": lambda point: (point[0], whole - point[1]),
        "LR": lambda point: (point[1], point[0]),
        "RL": lambda point: (whole - point[1], point[0]),
    }
    return turns[rankdir]


def _links(diagram: Diagram, insides: Sequence[Scene | None], sizes: Sequence[Point], sideways: bool) -> list[Link]:
    """The edges; those of a model that is drawn with its layers meet its frame where its inputs and outputs are."""
    axis = 1 if sideways else 0

    def port(place: int, number: int, boxes: Sequence[int]) -> float | None:
        inside, inner = insides[place], diagram.boxes[place].inside
        if inside is None or inner is None or not inner.is_graph or number >= len(boxes):
            return None
        plain = [i for i, box in enumerate(inner.boxes) if box.inside is None]
        if boxes[number] not in plain:
            return None
        rectangle = inside.boxes[_own_places(inner)[boxes[number]]]
        start = (_FRAME, _FRAME + _TITLE)[axis]
        middle = start + (rectangle.x, rectangle.y)[axis] + (rectangle.width, rectangle.height)[axis] / 2
        return middle - sizes[place][axis] / 2

    found = []
    for edge in diagram.edges:
        source, target = diagram.boxes[edge.source].inside, diagram.boxes[edge.target].inside
        leaves = port(edge.source, edge.output, source.outputs) if source is not None else None
        enters = port(edge.target, edge.input, target.inputs) if target is not None else None
        found.append(Link(edge.source, edge.target, leaves, enters))
    return found


def _own_places(diagram: Diagram) -> dict[int, int]:
    """Where the rectangle of each plain box of a diagram is among all rectangles of its scene."""
    found, place = {}, 0
    for number, box in enumerate(diagram.boxes):
        found[number] = place
        place += 1 if box.inside is None else _count(box.inside)
    return found


def _count(diagram: Diagram) -> int:
    return sum(1 if box.inside is None else _count(box.inside) for box in diagram.boxes)


def _add(scene: Scene, other: Scene, at: Point) -> None:
    """Puts what `other` has into `scene`, its upper left corner at `at`."""
    scene.frames += [frame._replace(x=frame.x + at[0], y=frame.y + at[1]) for frame in other.frames]
    scene.boxes += [box._replace(x=box.x + at[0], y=box.y + at[1]) for box in other.boxes]
    scene.arrows += [[(x + at[0], y + at[1]) for x, y in arrow] for arrow in other.arrows]


def _fitted(line: Line, width: float) -> Line:
    """The line, its longest part cut where it would not fit."""
    room = width - 2 * PAD - STRIPE + 1.0
    while _line_width(line) > room:
        longest = max(line._fields, key=lambda part: len(getattr(line, part)))
        text = getattr(line, longest).rstrip("…")
        if len(text) < 4:
            break
        line = line._replace(**{longest: text[:-1] + "…"})
    return line


def _tip(box: Box) -> str:
    params = "" if box.params is None else f", {box.params:,} params"
    call = f", {box.call}" if box.call else ""
    return f"{box.kind} {box.name}: {', '.join(box.shapes)}{params}{call}"
