"""Functional models: drawn with symbolic tensors, replayed on arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heron import dtype_policies, symbolic
from heron.errors import ArgumentError, ArgumentTypeError, DataError, suggestion, value_text
from heron.layers import InputLayer, Layer
from heron.layers import context as calls
from heron.models.graph import Graph, leaves_of
from heron.models.graph_config import read_graph, write_graph
from heron.models.host_inputs import HostInputs
from heron.models.inputs import fit_input
from heron.models.model import Model
from heron.ops.operation import Operation
from heron.registry import custom_object_scope
from heron.symbolic import KerasTensor


class Functional(HostInputs, Model):
    """A model given by its symbolic inputs and outputs; `Model(inputs, outputs)` makes one.

    Args:
        inputs: a symbolic tensor from `heron.Input`, or a list, tuple or dict of them.
        outputs: what was computed from them, in any such structure.
        name: by default `functional`, `functional_1`, ...

    Raises:
        ArgumentError: when the outputs do not depend on the inputs alone.

    Example:
    >>> import heron
    >>> x = heron.Input((4,))
    >>> model = heron.Model(x, heron.layers.Dense(2)(x))
    >>> model([[1.0, 2.0, 3.0, 4.0]]).shape
    (1, 2)
    """

    _unscanned = Model._unscanned | {"_graph", "_inputs_struct", "_outputs_struct"}

    def __init__(
        self, inputs: Any, outputs: Any, name: str | None = None, trainable: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(name=name, trainable=trainable, **kwargs)
        for part, what in ((inputs, "inputs"), (outputs, "outputs")):
            _check_symbolic(part, what)
        self._inputs_struct, self._outputs_struct = inputs, outputs
        self._graph = Graph(symbolic.leaves(inputs), symbolic.leaves(outputs))
        self._graph_layers = self._graph.layers
        for tensor in self._graph.inputs:
            if tensor.node is None or not isinstance(tensor.node.operation, Layer | Operation | symbolic.Operation):
                raise ArgumentError(f"Model(inputs=...): {tensor!r} was not made by heron.Input or a layer.")
        self.built = True
        self._host_part()  # which refuses a graph that cannot be cut
        if not trainable:
            self.trainable = False

    @property
    def layers(self) -> list[Layer]:
        """The layers, from the inputs to the outputs."""
        return list(self._graph_layers)

    @property
    def operations(self) -> list[Any]:
        """The layers and the operations between them, from the inputs to the outputs."""
        return list(self._graph.operations)

    @property
    def inputs(self) -> list[KerasTensor]:
        """The symbolic inputs as a flat list."""
        return self._graph.inputs

    @property
    def outputs(self) -> list[KerasTensor]:
        """The symbolic outputs as a flat list."""
        return self._graph.outputs

    @property
    def input(self) -> Any:
        """The symbolic inputs as they were given."""
        return self._inputs_struct

    @property
    def output(self) -> Any:
        """The symbolic outputs as they were given."""
        return self._outputs_struct

    @property
    def input_shape(self) -> Any:
        """The shapes of the inputs, batch included, in the structure of the inputs."""
        return symbolic.replace(self._inputs_struct, lambda t: t.shape)

    @property
    def output_shape(self) -> Any:
        """The shapes of the outputs, batch included, in the structure of the outputs."""
        return symbolic.replace(self._outputs_struct, lambda t: t.shape)

    @property
    def input_names(self) -> list[str]:
        """The names of the inputs."""
        return [t.name for t in self._graph.inputs]

    @property
    def output_names(self) -> list[str]:
        """The names of the outputs: the keys of a dict of outputs, else the names of the layers that made them."""
        if isinstance(self._outputs_struct, dict):
            return sorted(self._outputs_struct)
        return [t.node.operation.name for t in self._graph.outputs if t.node is not None]

    def build(self, input_shape: Any = None) -> None:
        """Nothing to do: the layers were built as the graph was drawn."""

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Replays the graph on arrays."""
        host = self._host_part()
        if host is not None and host.is_ready(inputs):
            return host.replayed(inputs)
        values = dict(zip(map(id, self._graph.inputs), self._matched(inputs), strict=True))
        if mask is not None:
            for tensor, one in zip(
                self._graph.inputs, mask if isinstance(mask, list | tuple) else [mask], strict=False
            ):
                calls.set_mask(values[id(tensor)], one)
        self._graph.replayed(values)
        return symbolic.replace(self._outputs_struct, lambda t: values[id(t)])

    def _matched(self, inputs: Any) -> list[Any]:
        """The arrays for the model's inputs in order, cast and with missing or extra axes of size 1 put right."""
        pairs = zip(self._graph.inputs, self._by_input(inputs), strict=True)
        return [fit_input(self._who(), tensor, value) for tensor, value in pairs]

    def _by_input(self, inputs: Any) -> list[Any]:
        """The arrays for the model's inputs in order, as they were given.

        Raises:
            DataError: when there are too few or too many, or a dict lacks a name.
        """
        struct = self._inputs_struct
        if isinstance(inputs, dict) and not isinstance(struct, dict):
            wanted = [(name,) for name in self.input_names]
        else:
            struct = struct if isinstance(struct, dict | list | tuple) else [struct]
            inputs = inputs if isinstance(inputs, dict | list | tuple) else [inputs]
            wanted = list(_by_path(struct))
        given = _by_path(inputs)
        missing = [path for path in wanted if path not in given]
        if missing and isinstance(inputs, dict):
            name = missing[0][-1]
            raise DataError(
                f"{self._who()} has the inputs {self._listed_names()}; the data lack {name!r}."
                f"{suggestion(str(name), map(str, inputs))}"
            )
        if missing or (not isinstance(inputs, dict) and len(given) != len(wanted)):
            raise DataError(
                f"{self._who()} has {len(wanted)} input{'s' * (len(wanted) > 1)} ({self._listed_names()}); "
                f"received {len(given)} array{'s' * (len(given) > 1)}.\nPass a list, or a dict by name, with "
                f"one array for each."
            )
        return [given[path] for path in wanted]

    def _listed_names(self) -> str:
        return ", ".join(repr(n) for n in self.input_names)

    def get_config(self) -> dict[str, Any]:
        """The graph as plain data: layers, how they were called, inputs and outputs; of a subclass, its arguments."""
        if Functional not in type(self).__mro__[:1]:
            return super().get_config()
        own = {"name": self.name, "trainable": self._trainable, "dtype": dtype_policies.written(self.dtype_policy)}
        return own | write_graph(self._graph, self._inputs_struct, self._outputs_struct)

    @classmethod
    def from_config(cls, config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
        """Makes the model, with fresh weights; `custom_objects` are the caller's own classes and functions by name."""
        if "input_layers" not in config:
            return super().from_config(config, custom_objects)
        with custom_object_scope(custom_objects or {}):
            inputs, outputs = read_graph(config)
        own = {key: config[key] for key in ("name", "trainable", "dtype") if key in config}
        return cls(inputs, outputs, **own)


Model.functional_class = Functional


def _by_path(structure: Any, path: tuple[Any, ...] = ()) -> dict[tuple[Any, ...], Any]:
    """What stands inside lists, tuples and dicts, by the keys and indices that lead to it; dicts in sorted order."""
    if isinstance(structure, dict):
        parts = [(key, structure[key]) for key in sorted(structure)]
    elif isinstance(structure, list | tuple):
        parts = list(enumerate(structure))
    else:
        return {path: structure}
    return {place: leaf for key, part in parts for place, leaf in _by_path(part, (*path, key)).items()}


def _check_symbolic(part: Any, what: str) -> None:
    for leaf in leaves_of(part):
        if isinstance(leaf, Layer):
            example = "Input(shape=...)" if isinstance(leaf, InputLayer) else f"x = {type(leaf).__name__}(...)(x)"
            raise ArgumentTypeError(
                f"Model({what}=...) received the layer '{leaf.name}' itself, not its output. Call it on a "
                f"tensor: {example}."
            )
        if not isinstance(leaf, KerasTensor):
            raise ArgumentTypeError(
                f"Model({what}=...) takes symbolic tensors from heron.Input and layers; received {value_text(leaf)}."
            )
