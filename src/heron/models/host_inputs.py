"""Models whose inputs are text: what text leads to is computed on the host, the rest in the compiled program.

Text cannot be in a compiled program. A graph with text inputs is cut where text has become numbers: the nodes before,
`TextVectorization` say, are called on the data as they come, once for whole arrays and batch by batch for streams; the
numbers behind the cut are what is fed. They travel as a dict whose keys no input has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from heron import symbolic
from heron.data.arrays import to_array
from heron.errors import ArgumentError, ArgumentTypeError, DataError
from heron.layers import InputLayer
from heron.layers.preprocessing.batches import is_text, text_array
from heron.models.graph import Graph
from heron.models.inputs import check_fits, fit_input
from heron.symbolic import KerasTensor


class HostPart:
    """A graph cut in two.

    Attributes:
        entries: the tensors at the cut, and the inputs that are numbers, by the keys under which they are fed.

    Raises:
        ArgumentError: when a layer takes text and numbers that were computed, when a layer of the host is to be
            trained, and when text comes out.
    """

    def __init__(self, who: str, graph: Graph, outputs: Any) -> None:
        self._who, self._graph, self._outputs = who, graph, outputs
        self._first = [node for node in graph.nodes if symbolic.has_text(node.inputs)]
        self._rest = [node for node in graph.nodes if not symbolic.has_text(node.inputs)]
        self._check()
        made = [tensor for node in self._first for tensor in symbolic.leaves(node.outputs)]
        numbers = [tensor for tensor in graph.inputs if tensor.dtype != "string"]
        self.entries: dict[str, KerasTensor] = {}
        for tensor in (*numbers, *(one for one in made if one.dtype != "string")):
            key = tensor.name if tensor.node is None else f"{tensor.node.operation.name}:{tensor.index}"
            while key in self.entries:
                key += "+"
            self.entries[key] = tensor

    def _check(self) -> None:
        computed = {id(t) for node in self._rest for t in symbolic.leaves(node.outputs)}
        for node in self._first:
            name = f"{type(node.operation).__name__} '{node.operation.name}'"
            if any(id(tensor) in computed for tensor in node.inputs):
                raise ArgumentError(
                    f"{self._who}: {name} takes text together with numbers that the model computes; expected only "
                    "inputs beside text, as layers that take text run before the compiled program.\n"
                    "Give it the inputs themselves, or put its numbers together with the others behind it."
                )
            if getattr(node.operation, "trainable_variables", None):
                raise ArgumentError(
                    f"{self._who}: {name} takes text and has weights to train, which happens in the compiled program.\n"
                    "Apply its layers in this model one by one, or let it begin where text has become numbers."
                )
        for tensor in self._graph.outputs:
            if tensor.dtype == "string":
                raise ArgumentError(
                    f"{self._who}: the output {tensor!r} is text; expected numbers, as no program computes text.\n"
                    "Call the layers one by one to get text."
                )

    def is_ready(self, inputs: Any) -> bool:
        """Whether these are the numbers behind the cut."""
        return isinstance(inputs, dict) and inputs.keys() == self.entries.keys()

    def prepared(self, model: Any, inputs: Any) -> dict[str, Any]:
        """The numbers behind the cut for data as users give them."""
        values: dict[int, Any] = {}
        for tensor, value in zip(self._graph.inputs, model._by_input(_as_arrays(model, inputs)), strict=True):
            values[id(tensor)] = _fitted(model, tensor, value)
        rows = {tensor.name: len(values[id(tensor)]) for tensor in self._graph.inputs}
        if len(set(rows.values())) > 1:
            raise DataError(
                f"{self._who}: the inputs have different numbers of samples: "
                f"{', '.join(f'{name!r} has {count}' for name, count in rows.items())}.\n"
                "Was a split, a filter or a dropna applied to only some of them?"
            )
        self._graph.replayed(values, self._first)
        return {key: _plain(values[id(tensor)]) for key, tensor in self.entries.items()}

    def replayed(self, ready: Mapping[str, Any]) -> Any:
        """The outputs for the numbers behind the cut."""
        values = {id(t): fit_input(self._who, t, ready[key]) for key, t in self.entries.items()}
        self._graph.replayed(values, self._rest)
        return symbolic.replace(self._outputs, lambda tensor: values[id(tensor)])

    def pairs(self, ready: Mapping[str, Any]) -> list[tuple[KerasTensor, Any]]:
        """The tensors at the cut with their numbers."""
        return [(tensor, ready[key]) for key, tensor in self.entries.items()]


def _as_arrays(model: Any, inputs: Any) -> Any:
    """What users give as data, text and numbers as arrays, in the structure of the inputs."""
    several = len(model.inputs) > 1
    if several and hasattr(inputs, "columns") and hasattr(inputs, "to_numpy"):
        inputs = {str(name): inputs[name] for name in inputs.columns}
    if isinstance(inputs, Mapping):
        return {name: _as_array(model, value) for name, value in inputs.items()}
    if several and isinstance(inputs, list | tuple):
        return [_as_array(model, value) for value in inputs]
    if isinstance(inputs, list | tuple) and len(inputs) == 1 and hasattr(inputs[0], "shape"):
        inputs = inputs[0]
    return _as_array(model, inputs)


def _as_array(model: Any, value: Any) -> Any:
    if hasattr(value, "__array__") and not isinstance(value, jax.Array | np.ndarray):
        value = np.asarray(value)
    return text_array(model, value) if is_text(value) else to_array(value, "x")


def _fitted(model: Any, tensor: KerasTensor, value: Any) -> Any:
    """An array with the axes of its input, and, where it is to be text, text."""
    if tensor.dtype != "string":
        if is_text(value):
            raise ArgumentTypeError(
                f"{model._who()}: the input {tensor.name!r} takes numbers; received text, such as "
                f"{str(value.reshape(-1)[0])!r}.\nTurn it into numbers first, or make the input one of text: "
                "heron.Input((1,), dtype='string')."
            )
        return fit_input(model._who(), tensor, value)
    value = text_array(model, value)
    value = value.reshape(1) if value.ndim == 0 else value
    change = check_fits(model._who(), tensor, value.shape)
    return value[..., None] if change > 0 else value[..., 0] if change < 0 else value


def _plain(value: Any) -> Any:
    return value if isinstance(value, jax.core.Tracer) else np.asarray(value)


class HostInputs:
    """What a model with a graph needs for text inputs; mixed into `Functional` and `Sequential`."""

    inputs: Any
    outputs: Any
    output: Any
    _host: tuple[list[int], HostPart] | None = None

    def _host_part(self) -> HostPart | None:
        """The graph cut in two; None for a model without text inputs."""
        inputs = self.inputs
        if not inputs or all(tensor.dtype != "string" for tensor in inputs):
            return None
        ends = [id(tensor) for tensor in (*inputs, *(self.outputs or ()))]
        if self._host is None or self._host[0] != ends:
            graph = Graph(inputs, symbolic.leaves(self.output))
            self._host = (ends, HostPart(self._who(), graph, self.output))  # type: ignore[attr-defined]
        return self._host[1]

    def _on_host(self, inputs: Any) -> Any:
        """Data as they can enter the compiled program."""
        if not self.inputs and is_text(inputs):
            self._draw_for_text(np.asarray(inputs, dtype=object))
        host = self._host_part()
        return inputs if host is None or host.is_ready(inputs) else host.prepared(self, inputs)

    def _draw_for_text(self, inputs: np.ndarray) -> None:
        """Draws a model that waits for data on text; only a stack of layers can."""

    def _fed(self, inputs: Any) -> list[tuple[KerasTensor, Any]]:
        """The tensors through which data enter the compiled program, each with its array."""
        host = self._host_part()
        if host is not None and host.is_ready(inputs):
            return host.pairs(inputs)
        return list(zip(self.inputs, self._by_input(inputs), strict=True))  # type: ignore[attr-defined]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Computes the outputs, those of layers that take text first."""
        if args and not symbolic.has_symbolic(args[0]):
            args = (self._on_host(args[0]), *args[1:])
        return super().__call__(*args, **kwargs)  # type: ignore[misc]

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """The symbolic outputs; for text they are those that were drawn."""
        if not symbolic.has_text((args, kwargs)):
            return super().compute_output_spec(*args, **kwargs)  # type: ignore[misc]
        return symbolic.replace(self.output, lambda tensor: KerasTensor(tensor.shape, tensor.dtype))


def input_for_text(inputs: np.ndarray) -> InputLayer:
    """The input of a model that text of this shape is given to."""
    return InputLayer(batch_shape=(None, *(inputs.shape[1:] or (1,))), dtype="string")
