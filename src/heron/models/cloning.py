"""Copies of models with layers of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from heron import registry, symbolic
from heron.errors import ArgumentError, ArgumentTypeError, value_text
from heron.layers import Input, InputLayer, Layer
from heron.models.functional import Functional
from heron.models.model import Model
from heron.models.sequential import Sequential
from heron.symbolic import KerasTensor, Operation


def clone_model(
    model: Any,
    input_tensors: Any = None,
    clone_function: Callable[[Layer], Layer] | None = None,
    call_function: Callable[..., Any] | None = None,
    recursive: bool = False,
    **kwargs: Any,
) -> Any:
    """Makes a model of the same architecture with new layers and fresh weights.

    Args:
        model: a Sequential or Functional; a model of another class is made again from its config.
        input_tensors: symbolic tensors for the new model to start from, in the structure of the model's inputs; by
            default new ones.
        clone_function: makes the new layer from an old one (inputs excepted); by default from its config.
        call_function: `(layer, *args, **kwargs)` calls a new layer, for Functional models; by default it is called.
        recursive: whether models inside are cloned in the same way, not by `clone_function`.
        **kwargs: none; for Keras's signature.

    Raises:
        ArgumentTypeError: for something that is no model.
        ArgumentError: for an argument that the model's class does not go with.

    Example:
    >>> import heron
    >>> model = heron.Sequential([heron.Input((2,)), heron.layers.Dense(1)])
    >>> twin = clone_model(model)
    >>> twin.count_params(), twin.layers[0] is model.layers[0]
    (3, False)
    """
    if kwargs:
        raise ArgumentTypeError(f"clone_model has no argument {next(iter(kwargs))!r}.")
    if not isinstance(model, Model):
        raise ArgumentTypeError(f"clone_model copies models; received {value_text(model)}.")
    cloner = _Cloner(clone_function or _from_config, call_function, recursive)
    return cloner.model(model, input_tensors, chosen=clone_function is not None)


def _from_config(layer: Layer) -> Layer:
    return type(layer).from_config(layer.get_config())


class _Cloner:
    """Clones layers, each once."""

    def __init__(self, clone: Callable[[Layer], Layer], call: Callable[..., Any] | None, recursive: bool) -> None:
        self.clone, self.call, self.recursive = clone, call, recursive
        self.made: dict[int, Any] = {}

    def layer(self, layer: Any) -> Any:
        """The clone of a layer or of an operation."""
        if id(layer) not in self.made:
            if isinstance(layer, Operation):
                self.made[id(layer)] = Operation(layer.function, layer.kind)
            elif self.recursive and isinstance(layer, Sequential | Functional):
                self.made[id(layer)] = self.model(layer)
            else:
                self.made[id(layer)] = self.clone(layer)
        return self.made[id(layer)]

    def model(self, model: Any, inputs: Any = None, chosen: bool = False) -> Any:
        """The clone of a model."""
        if isinstance(model, Sequential):
            if self.call is not None and not self.made:
                raise ArgumentError("clone_model: call_function goes with Functional models; received a Sequential.")
            return self._sequential(model, inputs)
        if isinstance(model, Functional):
            return self._functional(model, inputs)
        if chosen or self.call is not None or inputs is not None:
            raise ArgumentError(
                f"clone_model: the layers of {type(model).__name__} '{model.name}' are called by its own code, so that "
                "clone_function, call_function and input_tensors cannot be used.\nGive its class arguments instead."
            )
        with registry.custom_object_scope({type(model).__name__: type(model)}):
            return registry.deserialize(registry.serialize(model))

    def _sequential(self, model: Sequential, inputs: Any) -> Sequential:
        layers = [self.layer(layer) for layer in model.layers]
        first = model._stack[0] if model._stack else None
        if inputs is not None:
            found = symbolic.leaves(inputs)
            if len(found) != 1:
                raise ArgumentError(f"clone_model: a Sequential takes one input tensor; received {value_text(inputs)}.")
            layers.insert(0, Input(tensor=found[0]))
        elif isinstance(first, InputLayer):
            layers.insert(0, InputLayer.from_config(first.get_config()))
        clone = Sequential(layers, name=model.name, trainable=model.trainable)
        return self._compiled(model, clone)

    def _functional(self, model: Functional, inputs: Any) -> Any:
        if inputs is None:
            inputs = symbolic.replace(model.input, _new_input)
        old, new = symbolic.leaves(model.input), symbolic.leaves(inputs)
        if len(old) != len(new):
            raise ArgumentError(
                f"clone_model: {type(model).__name__} '{model.name}' has {len(old)} inputs; received {len(new)}."
            )
        values: dict[int, Any] = dict(zip(map(id, old), new, strict=True))
        for node in model._graph.nodes:
            args, kwargs = symbolic.replace((node.args, node.kwargs), lambda t: values[id(t)])
            operation = self.layer(node.operation)
            for tensor, value in zip(
                symbolic.leaves(node.outputs), symbolic.leaves(self._called(operation, args, kwargs)), strict=True
            ):
                values[id(tensor)] = value
        outputs = symbolic.replace(model.output, lambda t: values[id(t)])
        clone = Functional(inputs, outputs, name=model.name)
        return self._compiled(model, clone)

    def _called(self, operation: Any, args: Any, kwargs: Any) -> Any:
        if isinstance(operation, Operation):
            return symbolic.call_operation(operation, args, kwargs)
        return operation(*args, **kwargs) if self.call is None else self.call(operation, *args, **kwargs)

    @staticmethod
    def _compiled(model: Any, clone: Any) -> Any:
        if model.compiled:
            clone.compile_from_config(model.get_compile_config())
        return clone


def _new_input(tensor: KerasTensor) -> KerasTensor:
    made: KerasTensor = Input(batch_shape=tensor.shape, dtype=tensor.dtype, name=tensor.name)
    return made
