"""A diagram in the language of Graphviz, for people who have its programs."""

from __future__ import annotations

import os
import pathlib
import subprocess
from collections.abc import Iterator
from typing import Any

from heron.errors import ArgumentError
from heron.models.drawing.boxes import Box, Diagram
from heron.models.drawing.scene import Options, lines_of


class Dot:
    """A drawing as DOT text, with the methods of a `pydot.Dot` that write it.

    Example:
    >>> import heron
    >>> model = heron.Sequential([heron.Input((4,)), heron.layers.Dense(2)])
    >>> print(heron.utils.model_to_dot(model).to_string().splitlines()[0])
    digraph G {
    """

    def __init__(self, diagram: Diagram, options: Options, dpi: int = 200, subgraph: bool = False) -> None:
        self._text = "\n".join(_graph(diagram, options, dpi, subgraph)) + "\n"

    def to_string(self) -> str:
        """The DOT text."""
        return self._text

    def write(self, path: str | os.PathLike[str], prog: str = "dot", format: str = "raw") -> bool:
        """Writes a file: the text itself ("raw", "dot"), or what the program `prog` of Graphviz makes of it.

        Raises:
            ArgumentError: when that program is not installed, or refuses.
        """
        if format in ("raw", "dot"):
            pathlib.Path(path).write_text(self._text, encoding="utf-8")
        else:
            pathlib.Path(path).write_bytes(self.create(prog, format))
        return True

    def write_raw(self, path: str | os.PathLike[str], prog: str = "dot") -> bool:
        """Writes the DOT text."""
        return self.write(path, prog)

    def write_png(self, path: str | os.PathLike[str], prog: str = "dot") -> bool:
        """Writes a PNG, which needs Graphviz."""
        return self.write(path, prog, "png")

    def write_svg(self, path: str | os.PathLike[str], prog: str = "dot") -> bool:
        """Writes an SVG, which needs Graphviz."""
        return self.write(path, prog, "svg")

    def create(self, prog: str = "dot", format: str = "png") -> bytes:
        """What the program `prog` of Graphviz makes of the text.

        Raises:
            ArgumentError: when that program is not installed, or refuses.
        """
        try:
            done = subprocess.run([prog, f"-T{format}"], input=self._text.encode(), capture_output=True, check=True)
        except FileNotFoundError as error:
            raise ArgumentError(
                f"Dot.create() needs the program {prog!r} of Graphviz; it was not found.\n"
                "Install Graphviz, or let heron draw: model.plot('model.png') needs none."
            ) from error
        except subprocess.CalledProcessError as error:
            raise ArgumentError(
                f"Dot.create(): {prog!r} must make format={format!r}; it said {error.stderr.decode().strip()!r}.\n"
                "Choose format='png' or 'svg'."
            ) from error
        return done.stdout


def _graph(diagram: Diagram, options: Options, dpi: int, subgraph: bool) -> Iterator[str]:
    yield "subgraph cluster_model {" if subgraph else "digraph G {"
    splines = {"ortho": "ortho", "line": "line"}.get(options.splines, "curved")
    yield f"  graph [rankdir={options.rankdir}, splines={splines}, dpi={dpi}, concentrate=true];"
    yield '  node [shape=box, style="rounded", fontname="Helvetica", fontsize=11];'
    if subgraph:
        yield f"  label={_quoted(diagram.title)};"
    yield from _inside(diagram, options, "n", "  ")
    yield "}"


def _inside(diagram: Diagram, options: Options, prefix: str, indent: str) -> Iterator[str]:
    for number, box in enumerate(diagram.boxes):
        name = f"{prefix}_{number}"
        if box.inside is None:
            yield f"{indent}{name} [label={_quoted(*_label(box, options))}];"
        else:
            yield f"{indent}subgraph cluster_{name} {{"
            yield f"{indent}  label={_quoted(f'{box.kind} · {box.name}')};"
            yield from _inside(box.inside, options, name, f"{indent}  ")
            yield f"{indent}}}"
    for edge in diagram.edges:
        start = _end(diagram, edge.source, edge.output, prefix, leaving=True)
        yield f"{indent}{start} -> {_end(diagram, edge.target, edge.input, prefix, leaving=False)};"


def _end(diagram: Diagram, number: int, port: int, prefix: str, leaving: bool) -> str:
    """The node at an end of an edge; in a model that is drawn with its layers, the layer that gives or takes."""
    inside, name = diagram.boxes[number].inside, f"{prefix}_{number}"
    if inside is None:
        return name
    ends = inside.outputs if leaving else inside.inputs
    ends = ends or [len(inside.boxes) - 1 if leaving else 0]
    return _end(inside, ends[min(port, len(ends) - 1)], port, name, leaving)


def _label(box: Box, options: Options) -> Iterator[str]:
    for line in lines_of(box, options):
        yield "  ".join(filter(None, line))


def _quoted(*lines: str) -> str:
    escaped: list[Any] = [line.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") for line in lines]
    return '"' + "\\n".join(escaped) + '"'
