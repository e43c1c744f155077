"""A scene as SVG: text that any browser draws, with no package of the system."""

from __future__ import annotations

import html

from heron.models.drawing.scene import FONT, LINE, PAD, STRIPE, Frame, Rectangle, Scene
from heron.models.drawing.strokes import COLOURS, GREY, INK, QUIET, Stroke, strokes

_FONTS = "Helvetica Neue, Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif"


def svg_of(scene: Scene, title: str) -> str:
    """Returns the SVG document of a scene; every text is escaped."""
    width, height = (f"{size:.0f}" for size in scene.size)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" style="max-width:100%;height:auto" font-family="{_FONTS}" font-size="{FONT:g}">',
        f"<title>{_text(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#FFFFFF"/>',
        *map(_frame, scene.frames),
        *(_arrow(arrow, scene) for arrow in scene.arrows),
        *map(_box, scene.boxes),
    ]
    if scene.note:
        at = f'x="{scene.size[0] / 2:.1f}" y="26" text-anchor="middle" fill="{QUIET}"'
        parts.append(f"<text {at}>{_text(scene.note)}</text>")
    return "\n".join([*parts, "</svg>"]) + "\n"


def _text(text: str) -> str:
    """Escaped, and without letters that XML forbids."""
    return html.escape("".join(c if c.isprintable() else " " for c in text))


def _frame(frame: Frame) -> str:
    return (
        f'<rect x="{frame.x:.1f}" y="{frame.y:.1f}" width="{frame.width:.1f}" height="{frame.height:.1f}" rx="10" '
        f'fill="#000000" fill-opacity="0.025" stroke="{GREY}" stroke-dasharray="5 4"/>'
        f'<text x="{frame.x + 14:.1f}" y="{frame.y + 24:.1f}" fill="{INK}" font-weight="600">'
        f"{_text(frame.title)}</text>"
    )


def _arrow(arrow: list[tuple[float, float]], scene: Scene) -> str:
    path, head = [], strokes(arrow, scene.splines, scene.along)
    for stroke in head.strokes:
        path.append(_command(stroke))
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in head.tip)
    return (
        f'<path d="{"".join(path)}" fill="none" stroke="{QUIET}" stroke-width="1.5" stroke-linejoin="round"/>'
        f'<polygon points="{points}" fill="{QUIET}"/>'
    )


def _command(stroke: Stroke) -> str:
    return stroke.kind + " ".join(f"{x:.1f} {y:.1f}" for x, y in stroke.points)


def _box(box: Rectangle) -> str:
    shape = f'x="{box.x:.1f}" y="{box.y:.1f}" height="{box.height:.1f}" rx="6"'
    colour, round_ = COLOURS.get(box.family, COLOURS["other"]), f"{STRIPE - 0.5:g} 6 0 0 0"
    parts = [
        f"<g><title>{_text(box.tip)}</title>",
        f'<rect {shape} width="{box.width:.1f}" fill="#FFFFFF" stroke="{GREY}"/>',
        f'<path d="M{box.x + STRIPE:.1f} {box.y:.1f}h-0.5a{round_} -{STRIPE - 0.5:g} 6v{box.height - 12:.1f}'
        f'a{round_} {STRIPE - 0.5:g} 6h0.5z" fill="{colour}"/>',
    ]
    for number, line in enumerate(box.lines):
        y = f"{box.y + PAD - 3 + LINE * (number + 0.72):.1f}"
        left, right = f"{box.x + STRIPE + PAD:.1f}", f"{box.x + box.width - PAD:.1f}"
        if line.strong or line.plain:
            strong = f'<tspan font-weight="600" fill="{INK}">{_text(line.strong)}</tspan>' if line.strong else ""
            gap = ' dx="7"' if line.strong else ""
            colour = INK if line.strong or number == len(box.lines) - 1 else QUIET
            plain = f'<tspan{gap} fill="{colour}">{_text(line.plain)}</tspan>' if line.plain else ""
            parts.append(f'<text x="{left}" y="{y}">{strong}{plain}</text>')
        if line.right:
            parts.append(f'<text x="{right}" y="{y}" text-anchor="end" fill="{QUIET}">{_text(line.right)}</text>')
    return "".join([*parts, "</g>"])
