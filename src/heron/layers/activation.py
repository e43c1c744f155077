"""An activation function as a layer of its own."""

from __future__ import annotations

from typing import Any

from heron import activations
from heron.layers.layer import Layer


class Activation(Layer):
    """Applies an activation function to every value.

    Args:
        activation: a name such as `"relu"`, or a function from array to array; None passes the input on.

    Input shape:
        Any.

    Output shape:
        That of the input.

    Raises:
        UnknownNameError: for an unknown name, with the nearest known one.

    Example:
    >>> Activation("relu")([-3.0, 0.0, 2.0]).tolist()
    [0.0, 0.0, 2.0]
    """

    supports_masking = True

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def call(self, inputs: Any) -> Any:
        """Applies the function."""
        return self.activation(inputs)
