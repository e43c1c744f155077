"""Drawings of models: `model.plot()`, and Keras's `plot_model` and `model_to_dot`."""

from __future__ import annotations

import os
import pathlib
from typing import TYPE_CHECKING, Any

from heron.errors import ArgumentError, ArgumentTypeError, value_text
from heron.models.drawing.boxes import Diagram, diagram_of
from heron.models.drawing.dot import Dot
from heron.models.drawing.image import figure_of
from heron.models.drawing.scene import Options, scene_of
from heron.models.drawing.svg import svg_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DIRECTIONS = ("TB", "BT", "LR", "RL")
_SPLINES = {"ortho": "ortho", "curved": "curved", "spline": "curved", "line": "line", "polyline": "line"}
_MOST_PIXELS = 2**16 - 1  # of a side of a PNG that matplotlib can draw


class Drawing:
    """A drawing of a model, which shows itself in notebooks and writes itself to files; `model.plot()` makes one.

    Example:
    >>> import heron
    >>> model = heron.Sequential([heron.Input((4,)), heron.layers.Dense(2)])
    >>> model.plot().svg[:4]
    '<svg'
    """

    def __init__(self, diagram: Diagram, options: Options, dpi: int = 192) -> None:
        self._diagram, self._options, self._dpi = diagram, options, dpi
        self._scene = scene_of(diagram, options)

    @property
    def svg(self) -> str:
        """The drawing as an SVG document."""
        return svg_of(self._scene, self._diagram.title)

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<Drawing of {self._diagram.title}: {len(self._diagram.boxes)} boxes>"

    def figure(self) -> Figure:
        """The drawing as a matplotlib figure."""
        return figure_of(self._scene)

    def save(self, path: str | os.PathLike[str], dpi: int | None = None) -> None:
        """Writes a file: .svg, .dot, or what matplotlib writes (.png, .pdf, .jpg, ...). Folders are made.

        Args:
            path: the file; its ending says of what kind it is.
            dpi: pixels an inch of .png and .jpg; 96 make a pixel of one of the drawing, by default 192.

        Raises:
            ArgumentError: for another ending.
        """
        file = pathlib.Path(path)
        kind = file.suffix[1:].lower()
        known = ("svg", "dot", "png", "pdf", "jpg", "jpeg", "webp", "eps", "ps", "tif", "tiff")
        if kind not in known:
            raise ArgumentError(
                f"A drawing's file must end with .{', .'.join(known)}; received {os.fspath(path)!r}.\n"
                f"Write {os.fspath(file.with_suffix('.svg'))!r}."
            )
        file.parent.mkdir(parents=True, exist_ok=True)
        if kind == "svg":
            file.write_text(self.svg, encoding="utf-8")
        elif kind == "dot":
            file.write_text(Dot(self._diagram, self._options).to_string(), encoding="utf-8")
        else:
            inches = max(self._scene.size) / 96
            self.figure().savefig(file, format=kind, dpi=min(dpi or self._dpi, _MOST_PIXELS / inches))


def draw(model: Any, expand_nested: bool, dpi: int = 192, **options: Any) -> Drawing:
    """Draws a model.

    Raises:
        ArgumentError: for a direction or form of lines that is not known.
        NotBuiltError: when the model is not built.
    """
    diagram, chosen = _read(model, expand_nested, options)
    return Drawing(diagram, chosen, dpi)


def _read(model: Any, expand_nested: bool, options: dict[str, Any]) -> tuple[Diagram, Options]:
    if not hasattr(model, "layers") or not hasattr(model, "count_params"):
        raise ArgumentTypeError(
            f"Only models can be drawn; received {value_text(model)}.\nPass what heron.Sequential or heron.Model made."
        )
    for name, known in (("rankdir", _DIRECTIONS), ("splines", tuple(_SPLINES))):
        if name in options and options[name] not in known:
            raise ArgumentError(
                f"{name} must be one of {', '.join(map(repr, known))}; received {options[name]!r}.\n"
                f"Leave it away for {known[0]!r}."
            )
    if "splines" in options:
        options = {**options, "splines": _SPLINES[options["splines"]]}
    return diagram_of(model, expand_nested), Options(**options)


def plot_model(
    model: Any,
    to_file: str | os.PathLike[str] | None = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> Drawing:
    """Draws a model into a file, as Keras does; neither pydot nor Graphviz is needed. `model.plot()` says more.

    Args:
        model: a built model.
        to_file: where the drawing goes: .png, .svg, .pdf, .jpg or .dot; None for no file.
        show_shapes: whether the boxes say the shapes of outputs.
        show_dtype: whether they say their dtypes.
        show_layer_names: whether they say the layers' names.
        rankdir: where the flow goes: "TB" (down), "BT", "LR" (to the right), "RL".
        expand_nested: whether models inside the model are drawn with their layers.
        dpi: pixels an inch of a PNG, of which 96 are one pixel of the drawing each.
        show_layer_activations: whether the boxes say the activations.
        show_trainable: whether they say if the layer is trained.
        splines: how edges run: "ortho" (right angles), "curved" ("spline"), "line" ("polyline").
        **kwargs: none; what Keras once took is refused by name.

    Returns:
        The drawing, which shows itself in notebooks.

    Raises:
        NotBuiltError: when the model is not built.
        ArgumentError: for an ending of the file, a direction or a form of lines that is not known.

    Source: `keras.utils.plot_model`.
    """
    _refuse("plot_model", kwargs)
    drawing = draw(
        model,
        expand_nested,
        dpi,
        show_shapes=show_shapes,
        show_dtype=show_dtype,
        show_layer_names=show_layer_names,
        show_params=False,
        show_layer_activations=show_layer_activations,
        show_trainable=show_trainable,
        rankdir=rankdir,
        splines=splines,
    )
    if to_file is not None:
        drawing.save(to_file)
    return drawing


def model_to_dot(
    model: Any,
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    subgraph: bool = False,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> Dot:
    """Writes a model in the language of Graphviz.

    Args:
        model: a built model.
        show_shapes: whether the boxes say the shapes of outputs.
        show_dtype: whether they say their dtypes.
        show_layer_names: whether they say the layers' names.
        rankdir: where the flow goes: "TB" (down), "BT", "LR" (to the right), "RL".
        expand_nested: whether models inside the model become clusters.
        dpi: pixels an inch, for the programs of Graphviz.
        subgraph: whether the text is a cluster, to be put into another graph.
        show_layer_activations: whether the boxes say the activations.
        show_trainable: whether they say if the layer is trained.
        splines: how edges run: "ortho" (right angles), "curved" ("spline"), "line" ("polyline").
        **kwargs: none; what Keras once took is refused by name.

    Returns:
        An object with `to_string()`, `write_raw(path)`, `write(path, format=...)` and `create(format=...)`, of which
        formats other than the text need the programs of Graphviz.

    Raises:
        NotBuiltError: when the model is not built.

    Source: `keras.utils.model_to_dot`.
    """
    _refuse("model_to_dot", kwargs)
    diagram, options = _read(
        model,
        expand_nested,
        {
            "show_shapes": show_shapes,
            "show_dtype": show_dtype,
            "show_layer_names": show_layer_names,
            "show_params": False,
            "show_layer_activations": show_layer_activations,
            "show_trainable": show_trainable,
            "rankdir": rankdir,
            "splines": splines,
        },
    )
    return Dot(diagram, options, dpi, subgraph)


def _refuse(who: str, kwargs: dict[str, Any]) -> None:
    if kwargs:
        raise ArgumentTypeError(
            f"{who}() has no argument {next(iter(kwargs))!r}; it was removed from Keras or never there.\n"
            "Leave it away; to draw a part of a model, make a heron.Model of that part."
        )
