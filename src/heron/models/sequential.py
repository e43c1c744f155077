"""A plain stack of layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heron import dtype_policies
from heron.errors import ArgumentError, ArgumentTypeError, DataError, NotBuiltError, value_text
from heron.layers import Input, InputLayer, Layer
from heron.models.host_inputs import HostInputs, input_for_text
from heron.models.inputs import fit_input
from heron.models.model import Model
from heron.registry import custom_object_scope, deserialize, serialize
from heron.symbolic import KerasTensor


class Sequential(HostInputs, Model):
    """A model whose layers follow one another.

    Args:
        layers: a list of layers; an `Input` (or `input_shape=` on the first layer) lets it build at once, otherwise
            it builds when it first sees data.
        trainable: whether optimizers change the weights.
        name: by default `sequential`, `sequential_1`, ...

    Raises:
        ArgumentTypeError: for something that is not a layer.

    Example:
    >>> import heron
    >>> model = heron.Sequential([heron.Input((4,)), heron.layers.Dense(2, activation="relu"), heron.layers.Dense(1)])
    >>> model.count_params()
    13
    """

    _unscanned = Model._unscanned | {"_stack_input", "_stack_output"}

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Layers that are passed one by one are refused before they are taken for other arguments."""
        if len(args) > 1 and isinstance(args[1], Layer):
            raise ArgumentTypeError(
                f"{cls.__name__} takes one list of layers; received {len(args)} arguments.\n"
                f"Put them in brackets: {cls.__name__}([layer, layer, ...])."
            )
        return super().__new__(cls, *args, **kwargs)

    def __init__(self, layers: Any = None, trainable: bool = True, name: str | None = None, **kwargs: Any) -> None:
        super().__init__(trainable=trainable, name=name, **kwargs)
        self._stack: list[Layer] = []
        self._stack_input: KerasTensor | None = None
        self._stack_output: Any = None
        if layers is not None and not isinstance(layers, list | tuple):
            layers = [layers]
        for layer in layers or []:
            self._append(layer)
        self._draw()

    @property
    def layers(self) -> list[Layer]:
        """The layers, the input left out."""
        return [layer for layer in self._stack if not isinstance(layer, InputLayer)]

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Puts a layer on top."""
        self._append(layer)
        if self.built and rebuild:
            self._stack_output = self._stack[-1](self._stack_output)
        elif rebuild:
            self._draw()

    def pop(self, rebuild: bool = True) -> Layer:
        """Takes the last layer off and returns it."""
        if not self.layers:
            raise ArgumentError(f"{self._who()} has no layers to take off.")
        layer = self._stack.pop()
        self._forget_programs()
        if self.built:
            self._stack_output = layer._nodes.pop().args[0]
            self.built = bool(self.layers)
        return layer

    def _append(self, layer: Any) -> None:
        layer = _as_layer(layer)
        if any(layer.name == other.name for other in self._stack):
            raise ArgumentError(
                f"{self._who()} already has a layer named '{layer.name}'. Give each layer a name of its own: name=..."
            )
        if isinstance(layer, InputLayer) and self._stack:
            raise ArgumentError(f"{self._who()}: Input must come first; received it after '{self._stack[-1].name}'.")
        if not self._stack and not isinstance(layer, InputLayer):
            shape, dtype = layer._batch_input_shape, getattr(layer, "input_dtype", None)
            if shape is None and isinstance(layer, Model) and layer.built and len(layer.inputs or []) == 1:
                shape = layer.inputs[0].shape
                dtype = "string" if layer.inputs[0].dtype == "string" else dtype
            if shape is not None:
                self._stack.append(InputLayer(batch_shape=shape, dtype=dtype))
        self._stack.append(layer)
        self._forget_programs()

    def _draw(self) -> None:
        """Calls the layers on a symbolic input, if its shape is known, which builds them."""
        if len(self._stack) > 1 and isinstance(self._stack[0], InputLayer):
            self.build(self._stack[0].batch_shape)

    def build(self, input_shape: Any = None) -> None:
        """Builds all layers for inputs of a shape, batch included."""
        if not self._stack:
            raise ArgumentError(f"{self._who()} has no layers. Add some: model.add(heron.layers.Dense(1)).")
        if input_shape is None:
            raise NotBuiltError(f"{self._who()} needs an input shape to be built: start it with heron.Input(shape).")
        first = self._stack[0]
        if isinstance(first, InputLayer):
            self._pass_through(first.output)
        else:
            shape = tuple(input_shape)
            if len(shape) == 1 and getattr(first.input_spec, "min_ndim", None) == 2:
                shape = (*shape, 1)  # a number for each sample is one feature
            # First as the data are, of which messages speak; then for any number of rows, as the next batches may have.
            for rows in dict.fromkeys((shape[0], None)):
                self._pass_through(Input(batch_shape=(rows, *shape[1:]), dtype=getattr(first, "input_dtype", None)))
        self.built = True
        self._host_part()  # which refuses a stack that cannot be cut

    def _draw_for_text(self, inputs: Any) -> None:
        self._stack.insert(0, input_for_text(inputs))
        self._draw()

    def _pass_through(self, x: Any) -> None:
        """Calls the layers one after the other on a symbolic input."""
        self._stack_input = x
        for layer in self.layers:
            x = layer(x)
        self._stack_output = x

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Passes the input through the layers."""
        host = self._host_part()
        if host is not None and host.is_ready(inputs):
            return host.replayed(inputs)
        x = inputs
        if self._stack_input is not None:
            x = fit_input(self._who(), self._stack_input, self._by_input(x)[0])
        for layer in self.layers:
            x = layer(x)
        return x

    def _by_input(self, inputs: Any) -> list[Any]:
        """The array for the model's input, alone in a list; it may come as the one entry of a list or dict."""
        given = list(inputs.values()) if isinstance(inputs, dict) else inputs
        given = list(given) if isinstance(given, list | tuple) else [given]
        if len(given) != 1:
            raise DataError(
                f"{self._who()} takes one array; received {len(given)}.\nA model with several inputs is a "
                "heron.Model(inputs=[...], outputs=...)."
            )
        return given

    @property
    def inputs(self) -> list[KerasTensor] | None:
        """The symbolic input in a list; None before the input shape is known."""
        return None if self._stack_input is None else [self._stack_input]

    @property
    def outputs(self) -> list[KerasTensor] | None:
        """The symbolic output in a list; None before the input shape is known."""
        return None if self._stack_output is None else [self._stack_output]

    @property
    def input_shape(self) -> tuple[int | None, ...]:
        """The shape of the input, batch included."""
        return self._known(self._stack_input).shape

    @property
    def output_shape(self) -> tuple[int | None, ...]:
        """The shape of the output, batch included."""
        return self._known(self._stack_output).shape

    @property
    def input(self) -> Any:
        """The symbolic input."""
        return self._known(self._stack_input)

    @property
    def output(self) -> Any:
        """The symbolic output."""
        return self._known(self._stack_output)

    def _known(self, tensor: Any) -> Any:
        if tensor is None:
            raise NotBuiltError(f"{self._who()} does not know its input shape yet: start it with heron.Input(shape).")
        return tensor

    def get_config(self) -> dict[str, Any]:
        """Name and layers as plain data."""
        shape = None if self._stack_input is None else list(self._stack_input.shape)
        return {
            "name": self.name,
            "trainable": self._trainable,
            "dtype": dtype_policies.written(self.dtype_policy),
            "layers": [serialize(layer) for layer in self._stack],
            "build_input_shape": shape,
        }

    @classmethod
    def from_config(cls, config: Any, custom_objects: Mapping[str, Any] | None = None) -> Sequential:
        """Makes the model, with fresh weights; `custom_objects` are the caller's own classes and functions by name."""
        shape = config.get("build_input_shape")
        with custom_object_scope(custom_objects or {}):
            layers = [deserialize(layer, kind="layers") for layer in config["layers"]]
        model = cls(layers, name=config.get("name"), dtype=config.get("dtype"))
        if not model.built and shape and model.layers:
            model.build(tuple(shape))
        if not config.get("trainable", True):  # layers say for themselves what they are in a model that is trained
            model.trainable = False
        return model


def _as_layer(layer: Any) -> Layer:
    if isinstance(layer, KerasTensor) and layer.node is not None and isinstance(layer.node.operation, InputLayer):
        return layer.node.operation
    if isinstance(layer, Layer):
        return layer
    if isinstance(layer, type) and issubclass(layer, Layer):
        raise ArgumentTypeError(
            f"Sequential received the class {layer.__name__}; it takes layers. Make one: {layer.__name__}(...)."
        )
    hint = ""
    if isinstance(layer, KerasTensor):
        hint = "\nThis is what a layer made of a tensor; a model of tensors is heron.Model(inputs, outputs)."
    elif isinstance(layer, list | tuple):
        hint = "\nTake the brackets inside the list away."
    elif callable(layer):
        hint = "\nWrap a function in a layer: heron.layers.Lambda(function)."
    raise ArgumentTypeError(f"Sequential takes layers; received {value_text(layer)}.{hint}")
