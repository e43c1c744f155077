"""A function as a layer."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Self

from heron.errors import ArgumentError
from heron.layers.layer import Layer
from heron.validate import CALLABLE


class Lambda(Layer):
    """Applies a function of your own.

    A model with a `lambda` in it cannot be saved, for only code could restore it; a function with a name that is
    registered with `@heron.saving.register_keras_serializable()` can. For weights write a subclass of `Layer`.

    Args:
        function: takes the input as an array, and `mask` or `training` if it has arguments of these names.
        output_shape: accepted for Keras's signature; the shape is found by tracing the function.
        mask: a function of inputs and mask that returns the mask of the output, or that mask; None for no mask.
        arguments: more keyword arguments for `function`.

    Input shape:
        Any, and any structure of arrays.

    Output shape:
        What the function gives.

    Example:
    >>> Lambda(lambda x: x**2)([1.0, 3.0]).tolist()
    [1.0, 9.0]
    """

    rules = {"function": CALLABLE}

    def __init__(
        self,
        function: Callable[..., Any],
        output_shape: Any = None,
        mask: Any = None,
        arguments: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.function = function
        self.mask = mask
        self.keywords = dict(arguments or {})
        self._takes = _argument_names(function) & {"mask", "training"}

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Returns the mask of the output."""
        return self.mask(inputs, previous_mask) if callable(self.mask) else self.mask

    def call(self, inputs: Any, mask: Any = None, training: bool = False) -> Any:
        """Applies the function."""
        known = {"mask": mask, "training": training}
        return self.function(inputs, **self.keywords, **{name: known[name] for name in sorted(self._takes)})

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Makes the layer from what `get_config` returned; refuses code kept as data."""
        for name in ("function", "output_shape", "mask"):
            value = config.get(name)
            if isinstance(value, Mapping) and value.get("class_name") == "__lambda__":
                raise ArgumentError(
                    f"The config of Lambda '{config.get('name')}' holds Python code as its '{name}'; heron runs no "
                    "code out of a file.\nBuild the model by your own program and load only the weights, or replace "
                    "the lambda by a registered function and save again."
                )
        return super().from_config(config)


def _argument_names(function: Callable[..., Any]) -> set[str]:
    try:
        return set(inspect.signature(function).parameters)
    except ValueError:  # some functions written in C have no signature
        return set()
