"""A model as boxes and edges: a box for each call of a layer, with what is to be said about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from heron import symbolic
from heron.errors import NotBuiltError
from heron.layers import InputLayer, Layer
from heron.models.graph import Graph
from heron.models.summary import kind_of, outputs_of

_FAMILIES = (
    *("convolution", "pooling", "normalization", "recurrent", "attention", "merge", "embeddings", "preprocessing"),
    *("image", "dropout", "noise"),
)
_FAMILY_OF_MODULE = {"dense": "dense", "einsum_dense": "dense", "dot_product": "merge", "wrapper": "recurrent"} | {
    name: name for name in _FAMILIES
}


@dataclass
class Box:
    """A call of a layer.

    Attributes:
        kind: the layer's class, or what an operation does.
        name: the layer's name.
        details: sizes of windows, rates: what the class alone does not say.
        activation: its name; "" for none.
        shapes, dtypes: of each output; "?" when unknown.
        params: how many numbers the layer has; None for an input.
        trainable: whether they are trained; None when there are none.
        call: "call 2 of 3" when the layer is called several times, else "".
        family: what kinds of layers look alike.
        inside: the layers of a model, when they are to be drawn.
    """

    kind: str
    name: str
    details: str = ""
    activation: str = ""
    shapes: tuple[str, ...] = ()
    dtypes: tuple[str, ...] = ()
    params: int | None = None
    trainable: bool | None = None
    call: str = ""
    family: str = "other"
    inside: Diagram | None = None


class Edge(NamedTuple):
    """From an output of a box to an input of another."""

    source: int
    target: int
    output: int = 0
    input: int = 0


@dataclass
class Diagram:
    """Boxes and edges between them.

    Attributes:
        title: the model's class and name.
        boxes, edges: see there; edges name boxes by their place.
        inputs: the boxes of the model's inputs.
        outputs: the boxes that make the model's outputs.
        is_graph: whether the edges are known; if not, the boxes stand in the order in which layers were made.
    """

    title: str
    boxes: list[Box] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    inputs: list[int] = field(default_factory=list)
    outputs: list[int] = field(default_factory=list)
    is_graph: bool = True


def diagram_of(model: Any, expand_nested: bool = False) -> Diagram:
    """Reads the boxes and edges of a model.

    Args:
        model: a built model.
        expand_nested: whether models inside it are drawn with their layers.

    Raises:
        NotBuiltError: when it is not built, so that shapes are unknown.

    Example:
    >>> import heron
    >>> model = heron.Sequential([heron.Input((4,)), heron.layers.Dense(2)])
    >>> [(box.kind, box.shapes[0]) for box in diagram_of(model).boxes]
    [('InputLayer', '(None, 4)'), ('Dense', '(None, 2)')]
    """
    diagram = Diagram(f"{type(model).__name__} · {model.name}")
    graph = _graph_of(model)
    if graph is not None:
        _read_graph(diagram, graph, expand_nested)
    elif not _is_known(model):
        raise NotBuiltError(
            f"{type(model).__name__} '{model.name}' cannot be drawn: the shapes in a model must be known, received one "
            "that has not seen any data yet.\nStart it with heron.Input(shape), call model.build((None, ...)) with the "
            "shape of a batch, or draw it after fit."
        )
    else:
        diagram.is_graph = False
        layers = [layer for layer in model.layers if isinstance(layer, Layer)] or [model]
        diagram.boxes = [_box(layer, outputs_of(layer, []), expand_nested and layer is not model) for layer in layers]
    return diagram


def _graph_of(model: Any) -> Graph | None:
    """The graph of a functional model or a stack; None when only the model's own code knows it."""
    graph = getattr(model, "_graph", None)
    if graph is None and getattr(model, "inputs", None) and getattr(model, "outputs", None):
        graph = Graph(symbolic.leaves(model.inputs), symbolic.leaves(model.outputs))
    return graph


def _is_known(model: Any) -> bool:
    return bool(model.built) and all(layer.built for layer in model.layers)


def _read_graph(diagram: Diagram, graph: Graph, expand_nested: bool) -> None:
    made_by: dict[int, tuple[int, int]] = {}  # tensor -> its box, and which output of it
    for tensor in graph.inputs:
        operation = tensor.node.operation if tensor.node is not None else None
        name = operation.name if isinstance(operation, InputLayer) else tensor.name
        made_by[id(tensor)] = (len(diagram.boxes), 0)
        diagram.boxes.append(
            Box("InputLayer", name, shapes=(_shape_text(tensor),), dtypes=(tensor.dtype,), family="input")
        )
    diagram.inputs = list(range(len(diagram.boxes)))
    calls: dict[int, int] = {}
    for node in graph.nodes:
        calls[id(node.operation)] = calls.get(id(node.operation), 0) + 1
    seen: dict[int, int] = {}
    for node in graph.nodes:
        box = _box(node.operation, node.outputs, expand_nested)
        seen[id(node.operation)] = call = seen.get(id(node.operation), 0) + 1
        if calls[id(node.operation)] > 1:
            box.call = f"call {call} of {calls[id(node.operation)]}"
        place = len(diagram.boxes)
        diagram.boxes.append(box)
        for number, tensor in enumerate(node.inputs):
            source, output = made_by[id(tensor)]
            diagram.edges.append(Edge(source, place, output, number))
        for number, tensor in enumerate(symbolic.leaves(node.outputs)):
            made_by.setdefault(id(tensor), (place, number))
    diagram.outputs = [made_by[id(tensor)][0] for tensor in graph.outputs]


def _box(step: Any, outputs: Any, expand_nested: bool) -> Box:
    leaves = symbolic.leaves(outputs)
    shapes, dtypes = tuple(map(_shape_text, leaves)) or ("?",), tuple(leaf.dtype for leaf in leaves)
    if not isinstance(step, Layer):
        return Box(kind_of(step), step.name, shapes=shapes, dtypes=dtypes, family="operation")
    params = step.count_params() if step.built else None
    inside = getattr(step, "layers", None) if hasattr(step, "get_layer") else None
    box = Box(
        kind_of(step),
        step.name,
        _details(step),
        _activation(step),
        shapes,
        dtypes,
        params,
        bool(step.trainable) if params else None,
        family="model" if inside else _family(step),
    )
    if inside:
        box.details = f"{len(inside)} layer{'s' if len(inside) > 1 else ''}"
        box.inside = diagram_of(step, expand_nested) if expand_nested else None
    wrapped = getattr(step, "layer", None) or getattr(step, "forward_layer", None)
    if isinstance(wrapped, Layer):
        box.details = kind_of(wrapped)
    return box


def _family(layer: Layer) -> str:
    for cls in type(layer).__mro__:
        parts = cls.__module__.split(".")
        if parts[:2] == ["heron", "layers"] and len(parts) > 2 and cls is not Layer:
            return _FAMILY_OF_MODULE.get(parts[2], "other")
    return "own"


def _details(layer: Layer) -> str:
    window = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
    strides, rate = getattr(layer, "strides", None), getattr(layer, "rate", None)
    found = [_sizes(window)] if _is_sizes(window) else []
    if _is_sizes(strides) and set(_tuple(strides)) != {1} and _tuple(strides) != _tuple(window):
        found.append(f"stride {_sizes(strides)}")
    if isinstance(rate, int | float):
        found.append(f"{rate:g}")
    return " · ".join(found)


def _tuple(sizes: Any) -> tuple[Any, ...]:
    return tuple(sizes) if isinstance(sizes, list | tuple) else (sizes,)


def _is_sizes(sizes: Any) -> bool:
    return sizes is not None and all(isinstance(one, int) for one in _tuple(sizes)) and bool(_tuple(sizes))


def _sizes(sizes: Any) -> str:
    parts = _tuple(sizes)
    return str(parts[0]) if len(set(parts)) == 1 and len(parts) == 1 else "×".join(map(str, parts))


def _activation(layer: Layer) -> str:
    activation = getattr(layer, "activation", None)
    name = getattr(activation, "__name__", None) or getattr(activation, "name", None)
    return "" if activation is None or name in (None, "linear") else str(name)


def _shape_text(tensor: Any) -> str:
    sizes: Sequence[Any] = tensor.shape
    return f"({', '.join(map(str, sizes))}{',' if len(sizes) == 1 else ''})"
