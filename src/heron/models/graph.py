"""The graph between symbolic inputs and outputs: which nodes, in which order, on which layers."""

from __future__ import annotations

from typing import Any

from heron import symbolic
from heron.errors import ArgumentError
from heron.layers import Layer
from heron.symbolic import KerasTensor, Node


class Graph:
    """The nodes that lead from `inputs` to `outputs`.

    Attributes:
        nodes: in an order in which each comes after those it depends on; those of the inputs are left out.
        operations: layers and operations, each once, those furthest from the outputs first (Keras's order).

    Raises:
        ArgumentError: when an output depends on an input that is not given, or on none.
    """

    def __init__(self, inputs: list[KerasTensor], outputs: list[KerasTensor]):
        self.inputs, self.outputs = inputs, outputs
        given = {id(t) for t in inputs}
        order, first_seen = _walk(outputs, given)
        self.nodes = [node for node in order if not all(id(t) in given for t in symbolic.leaves(node.outputs))]
        self.operations = _by_depth(order, first_seen, inputs)

    @property
    def layers(self) -> list[Layer]:
        """The operations that are layers."""
        return [operation for operation in self.operations if isinstance(operation, Layer)]

    def replayed(self, values: dict[int, Any], nodes: list[Node] | None = None) -> dict[int, Any]:
        """Calls the nodes on values.

        Args:
            values: those of the inputs, by the identity of the tensors.
            nodes: some of the nodes; None for all.

        Returns:
            The same dict, with those of all tensors.
        """
        for node in self.nodes if nodes is None else nodes:
            args, kwargs = symbolic.replace((node.args, node.kwargs), lambda t: values[id(t)])
            result = node.operation(*args, **kwargs)
            for tensor, value in zip(symbolic.leaves(node.outputs), leaves_of(result), strict=True):
                values[id(tensor)] = value
        return values


def leaves_of(structure: Any) -> list[Any]:
    """What stands inside lists, tuples and dicts; in a dict in the order of its keys."""
    if isinstance(structure, list | tuple):
        return [leaf for part in structure for leaf in leaves_of(part)]
    if isinstance(structure, dict):
        return [leaf for key in sorted(structure) for leaf in leaves_of(structure[key])]
    return [structure]


def _walk(outputs: list[KerasTensor], given: set[int]) -> tuple[list[Node], dict[int, int]]:
    """The nodes behind `outputs`, dependencies first, and at which turn each operation was first met."""
    order: list[Node] = []
    done: set[int] = set()
    first_seen: dict[int, int] = {}
    for output in outputs:
        stack: list[tuple[KerasTensor, bool]] = [(output, False)]
        while stack:
            tensor, expanded = stack.pop()
            node = tensor.node
            if node is None:
                raise ArgumentError(
                    f"The output depends on {tensor!r}, which no layer made. Start from heron.Input(shape=...)."
                )
            if id(node) in done:
                continue
            if expanded:
                done.add(id(node))
                order.append(node)
                continue
            if not node.inputs and id(tensor) not in given:
                raise ArgumentError(
                    f"The output depends on Input '{node.operation.name}', which is not in Model(inputs=...). "
                    f"Add it there."
                )
            first_seen.setdefault(id(node.operation), len(first_seen))
            stack.append((tensor, True))
            if id(tensor) not in given:
                stack.extend((t, False) for t in reversed(node.inputs))
    return order, first_seen


def _by_depth(order: list[Node], first_seen: dict[int, int], inputs: list[KerasTensor]) -> list[Any]:
    given = {id(t) for t in inputs}
    node_depth: dict[int, int] = {}
    depth: dict[int, int] = {}
    operations = {id(node.operation): node.operation for node in order}
    for node in reversed(order):
        here = max(node_depth.get(id(node), 0), depth.get(id(node.operation), 0))
        depth[id(node.operation)] = node_depth[id(node)] = here
        if any(id(t) in given for t in symbolic.leaves(node.outputs)):
            continue
        for tensor in node.inputs:
            if tensor.node is not None:
                node_depth[id(tensor.node)] = max(here + 1, node_depth.get(id(tensor.node), 0))
    for tensor in inputs:
        if tensor.node is not None and id(tensor.node.operation) not in depth:
            operations[id(tensor.node.operation)] = tensor.node.operation
            depth[id(tensor.node.operation)] = 0
            first_seen.setdefault(id(tensor.node.operation), -1)
    return sorted(operations.values(), key=lambda o: (-depth[id(o)], first_seen[id(o)]))
