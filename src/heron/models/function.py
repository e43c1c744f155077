"""A graph as a function: Function."""

from __future__ import annotations

from typing import Any

from heron import symbolic, tree
from heron.errors import ArgumentError, ArgumentTypeError, ShapeError, shape_text, value_text
from heron.models.graph import Graph
from heron.ops.operation import Operation
from heron.symbolic import KerasTensor


class Function(Operation):
    """Computes what lies between symbolic tensors.

    It is a functional model without what training needs: inputs come in exactly the structure and the ranks that were
    drawn.

    Args:
        inputs: a symbolic tensor, or any structure of them; they may lie anywhere in a graph.
        outputs: what was computed from them, likewise.
        name: its name, by default `function`, `function_1`, ...

    Raises:
        ArgumentError: when there are no inputs or no outputs, or the outputs depend on other inputs too.

    Example:
    >>> import heron
    >>> a, b = heron.Input((2,)), heron.Input((2,))
    >>> add = Function({"a": a, "b": b}, heron.ops.relu(a - b))
    >>> add({"a": heron.ops.ones((1, 2)), "b": heron.ops.zeros((1, 2))}).tolist()
    [[1.0, 1.0]]
    """

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None) -> None:
        super().__init__(name=name)
        for what, structure in (("inputs", inputs), ("outputs", outputs)):
            found = tree.flatten(structure)
            if not found:
                raise ArgumentError(f"Function({what}=...) must hold at least one symbolic tensor; received none.")
            for leaf in found:
                if not isinstance(leaf, KerasTensor):
                    raise ArgumentTypeError(
                        f"Function({what}=...) takes symbolic tensors; received {value_text(leaf)}.\n"
                        "Start from heron.Input(shape=...)."
                    )
        self._inputs_struct, self._outputs_struct = inputs, outputs
        self._graph = Graph(symbolic.leaves(inputs), symbolic.leaves(outputs))

    @property
    def operations(self) -> list[Any]:
        """The layers and operations, from the inputs to the outputs."""
        return list(self._graph.operations)

    @property
    def inputs(self) -> list[KerasTensor]:
        """The symbolic inputs as a flat list."""
        return self._graph.inputs

    @property
    def outputs(self) -> list[KerasTensor]:
        """The symbolic outputs as a flat list."""
        return self._graph.outputs

    def call(self, inputs: Any) -> Any:
        """Computes the outputs for new inputs.

        Raises:
            ArgumentError: for another structure than that of the inputs.
            ShapeError: for an array that does not fit its input.
        """
        arrays = self._matched(inputs)
        values = self._graph.replayed(dict(zip(map(id, self._graph.inputs), arrays, strict=True)))
        return symbolic.replace(self._outputs_struct, lambda tensor: values[id(tensor)])

    def _matched(self, inputs: Any) -> list[Any]:
        """The arrays in the order of the inputs."""
        given = dict(tree.flatten_with_path(inputs))
        wanted = dict(tree.flatten_with_path(self._inputs_struct))
        if given.keys() != wanted.keys():
            raise ArgumentError(
                f"Function '{self.name}' was called on another structure than its inputs have: {value_text(inputs)}.\n"
                f"Give arrays in the form of {value_text(self._inputs_struct)}."
            )
        for path, tensor in wanted.items():
            shape = tuple(given[path].shape)
            fits = len(shape) == len(tensor.shape) and all(
                size is None or not isinstance(here, int) or here == size
                for here, size in zip(shape, tensor.shape, strict=True)
            )
            if not fits:
                raise ShapeError(
                    f"Function '{self.name}' expects shape {shape_text(tensor.shape)} for {tensor.name}; received "
                    f"shape {shape_text(shape)}."
                )
        places = {id(tensor): path for path, tensor in wanted.items()}
        return [given[places[id(tensor)]] for tensor in self._graph.inputs]

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shapes of the outputs, batch included, for shapes in the structure of the inputs."""
        dtypes = iter(tensor.dtype for tensor in tree.flatten(self._inputs_struct))
        inputs = tree.map_shape_structure(lambda shape: KerasTensor(shape, next(dtypes)), input_shape)
        return tree.map_structure(lambda tensor: tensor.shape, self.compute_output_spec(inputs))

    def get_config(self) -> dict[str, Any]:
        """Refuses: a graph has no written form but as a model."""
        raise ArgumentError(
            f"Function '{self.name}' has no config. Make a model of it, heron.Model(inputs, outputs), which can be "
            "written."
        )
