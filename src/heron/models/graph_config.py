"""A functional graph as plain data, in the form Keras 3 writes, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heron import ops, registry, symbolic
from heron.errors import ArgumentError, UnknownNameError
from heron.layers import Layer
from heron.models.graph import Graph
from heron.saving import operations
from heron.symbolic import KerasTensor, Operation

Place = tuple[str, int, int]


def write_graph(graph: Graph, inputs: Any, outputs: Any) -> dict[str, Any]:
    """The layers of `graph`, each with how it was called, and the places of `inputs` and `outputs`."""
    calls = _calls(graph)
    return {
        "layers": [_written_operation(operation, calls) for operation in graph.operations],
        "input_layers": _written(inputs, calls, bare=True),
        "output_layers": _written(outputs, calls, bare=True),
    }


def _calls(graph: Graph) -> dict[int, list[Any]]:
    """For each operation, by identity, its nodes in the graph in order; inputs first."""
    calls: dict[int, list[Any]] = {}
    for node in [*(t.node for t in graph.inputs if t.node is not None), *graph.nodes]:
        known = calls.setdefault(id(node.operation), [])
        if all(node is not other for other in known):
            known.append(node)
    return calls


def _place(tensor: KerasTensor, calls: dict[int, list[Any]]) -> Place:
    node = tensor.node
    if node is None:
        raise ArgumentError(
            f"{tensor!r} was made by no layer, so the model that uses it cannot be written as a config."
        )
    number = next(i for i, other in enumerate(calls[id(node.operation)]) if other is node)
    return (node.operation.name, number, tensor.index)


def _written_operation(operation: Any, calls: dict[int, list[Any]]) -> dict[str, Any]:
    nodes = [node for node in calls[id(operation)] if node.inputs]
    if isinstance(operation, Operation):
        body, forms = _operation_form(operation, nodes)
    else:
        body, forms = registry.serialize(operation), [(list(node.args), node.kwargs) for node in nodes]
    inbound = [_written_call(args, kwargs, calls) for args, kwargs in forms]
    return {**body, "name": operation.name, "inbound_nodes": inbound}


def _written_call(args: list[Any], kwargs: dict[str, Any], calls: dict[int, list[Any]]) -> dict[str, Any]:
    """A call with its arguments; `"meant"` says that `training` was typed, which Keras's files do not tell."""
    meant = {"meant": ["training"]} if kwargs.get("training") is not None else {}
    return {"args": _written(args, calls), "kwargs": _written(kwargs, calls), **meant}


def _operation_form(operation: Operation, nodes: list[Any]) -> tuple[dict[str, Any], list[tuple[list[Any], Any]]]:
    """The entry of an operation, and the arguments of its calls: as Keras has it, or else as heron calls it."""
    form, function = operations.FORMS.get(operation.kind), getattr(ops, operation.kind, None)
    written: dict[str, Any]
    if form is not None and function is not None and len(nodes) == 1:
        args, kwargs, settings = operations.split_call(operation.kind, function, nodes[0].args, nodes[0].kwargs)
        if not symbolic.has_symbolic(settings):
            config = {"name": operation.name} | {k: _written(v, {}) for k, v in settings.items()}
            name = form.class_name
            written = {"module": form.module, "class_name": name, "config": config, "registered_name": name}
            return written, [(args, kwargs)]
    config = {"name": operation.name, "function": operation.kind}
    written = {"module": "heron.ops", "class_name": "Operation", "config": config, "registered_name": None}
    return written, [(list(node.args), node.kwargs) for node in nodes]


def _written(value: Any, calls: dict[int, list[Any]], bare: bool = False) -> Any:
    if isinstance(value, KerasTensor):
        place = list(_place(value, calls))
        config = {"shape": list(value.shape), "dtype": value.dtype, "keras_history": place}
        return place if bare else {"class_name": "__keras_tensor__", "config": config}
    if isinstance(value, list | tuple):
        return [_written(v, calls, bare) for v in value]
    if isinstance(value, dict):
        return {k: _written(v, calls, bare) for k, v in value.items()}
    if isinstance(value, slice):
        ends = {"start": value.start, "stop": value.stop, "step": value.step}
        return {"class_name": "__slice__", "config": {k: registry.serialize(v) for k, v in ends.items()}}
    if value is Ellipsis:
        return {"class_name": "__ellipsis__", "config": {}}
    return registry.serialize(value)


class _Reader:
    """Rebuilds the calls of a written graph as soon as what they need has been made."""

    def __init__(self, config: Mapping[str, Any]):
        self.entries = {entry["name"]: entry for entry in config["layers"]}
        self.operations = {name: _operation(entry) for name, entry in self.entries.items()}
        self.made: dict[Place, Any] = {}
        for name, operation in self.operations.items():
            if isinstance(operation, Layer) and operation._nodes:
                self._keep(name, 0, operation._nodes[0].outputs)

    def _keep(self, name: str, call: int, outputs: Any) -> None:
        for index, tensor in enumerate(symbolic.leaves(outputs)):
            self.made[(name, call, index)] = tensor

    def read(self) -> None:
        waiting = [
            (name, number, node)
            for name, entry in self.entries.items()
            for number, node in enumerate(entry.get("inbound_nodes", []))
        ]
        while waiting:
            later = []
            for name, number, node in waiting:
                if all(place in self.made for place in _places(node)):
                    args, kwargs = self.filled(node["args"]), self.filled(node["kwargs"])
                    if "training" not in node.get("meant", ()):
                        kwargs.pop("training", None)  # what held while Keras drew the graph; the model's own flag rules
                    self._keep(name, number, self._called(name, args, kwargs))
                else:
                    later.append((name, number, node))
            if len(later) == len(waiting):
                raise ArgumentError(
                    f"The model's config is not a graph: the inputs of layer '{later[0][0]}' are never made."
                )
            waiting = later

    def _called(self, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        operation, entry = self.operations[name], self.entries[name]
        if not isinstance(operation, Operation):
            return operation(*args, **kwargs)
        if not operations.is_operation(entry):
            return symbolic.call_operation(operation, tuple(args), kwargs)
        settings = self.filled(entry["config"])
        given, named = operations.joined_call(operation.kind, operation.function, args, kwargs, settings)
        return symbolic.call_operation(operation, given, named)

    def filled(self, value: Any, bare: bool = False) -> Any:
        if bare and isinstance(value, list | tuple) and len(value) == 3 and isinstance(value[0], str):
            return self._tensor(tuple(value))
        if isinstance(value, list):
            return [self.filled(v, bare) for v in value]
        if not isinstance(value, dict):
            return value
        special = {
            "__keras_tensor__": lambda c: self._tensor(tuple(c["keras_history"])),
            "__tuple__": lambda c: tuple(self.filled(v) for v in c),
            "__slice__": lambda c: slice(*(self.filled(c[end]) for end in ("start", "stop", "step"))),
            "__ellipsis__": lambda c: Ellipsis,
        }.get(value.get("class_name", ""))
        if special is not None:
            return special(value["config"])
        if "class_name" in value:
            return registry.deserialize(value)
        return {k: self.filled(v, bare) for k, v in value.items()}

    def _tensor(self, place: tuple[Any, ...]) -> Any:
        if place not in self.made:
            raise ArgumentError(
                f"The model's config refers to output {place[2]} of layer {place[0]!r}, which is not there."
            )
        return self.made[place]


def _places(value: Any) -> list[Place]:
    if isinstance(value, dict):
        if value.get("class_name") == "__keras_tensor__":
            return [tuple(value["config"]["keras_history"])]
        return [place for v in value.values() for place in _places(v)]
    return [place for v in value for place in _places(v)] if isinstance(value, list) else []


def _operation(entry: Mapping[str, Any]) -> Any:
    if operations.is_operation(entry):
        kind = operations.function_name(entry["class_name"])
    elif entry["class_name"] == "Operation":
        kind = entry["config"]["function"]
    else:
        return registry.deserialize(entry, kind="layers")
    function = getattr(ops, kind, None) if kind in ops.__all__ else symbolic.FUNCTIONS.get(str(kind))
    if function is None:
        raise UnknownNameError(
            f"The config names the operation {kind or entry['class_name']!r}, which heron does not know."
        )
    operation = Operation(getattr(function, "__wrapped__", function), str(kind))
    operation.name = entry["name"]
    return operation


def read_graph(config: Mapping[str, Any]) -> tuple[Any, Any]:
    """The symbolic inputs and outputs of the graph that `write_graph` wrote, on new layers.

    Raises:
        UnknownNameError: for a class or operation that is neither heron's nor the caller's.
        ArgumentError: for places that are not there.
    """
    reader = _Reader(config)
    reader.read()
    return reader.filled(config["input_layers"], bare=True), reader.filled(config["output_layers"], bare=True)
