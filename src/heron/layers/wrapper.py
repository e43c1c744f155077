"""A layer around a layer."""

from __future__ import annotations

from typing import Any

from heron.errors import ArgumentError, value_text
from heron.layers.layer import Layer


class Wrapper(Layer):
    """Base class of layers that hold one other layer, `layer`, and do something before or after it.

    A subclass writes `call`; what it holds is built with it, and stands in its config.

    Args:
        layer: the layer; a model is one too.

    Input shape:
        That of the layer.

    Output shape:
        That of the layer.

    Raises:
        ArgumentError: for something that is no layer.

    Example:
    >>> from heron.layers import Dense
    >>> class Doubled(Wrapper):
    ...     def call(self, inputs):
    ...         return 2 * self.layer(inputs)
    >>> Doubled(Dense(1, kernel_initializer="ones"))([[1.0, 2.0]]).tolist()
    [[6.0]]
    """

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        if not isinstance(layer, Layer):
            name = type(self).__name__
            raise ArgumentError(
                f"{name} needs a layer; received {value_text(layer)}.\n"
                f"Write {name}(heron.layers.Dense(3)), or wrap a function in heron.layers.Lambda."
            )
        super().__init__(**kwargs)
        self.layer = layer

    def build(self, input_shape: Any = None) -> None:
        """Builds the layer."""
        if not self.layer.built:
            self.layer.build(input_shape)
            self.layer.built = True
