"""Layers that pass their input on unchanged."""

from __future__ import annotations

from typing import Any

from heron import regularizers
from heron.layers.layer import Layer
from heron.validate import NON_NEGATIVE


class Identity(Layer):
    """Returns its input.

    Input shape:
        Any, and any structure of arrays.

    Output shape:
        That of the input.

    Args:
        **kwargs: name, dtype and what else every layer takes.

    Example:
    >>> Identity()([1.0, 2.0]).tolist()
    [1.0, 2.0]
    """

    supports_masking = True

    def call(self, inputs: Any) -> Any:
        """Returns the input."""
        return inputs


class ActivityRegularization(Layer):
    """Returns its input and adds a penalty on its size to the loss.

    Args:
        l1: weight of the sum of absolute values, per sample.
        l2: weight of the sum of squares, per sample.

    Input shape:
        Any.

    Output shape:
        That of the input.

    Example:
    >>> layer = ActivityRegularization(l1=0.5)
    >>> y = layer([[2.0, -4.0]])
    >>> float(layer.losses[0])
    3.0
    """

    rules = {"l1": NON_NEGATIVE, "l2": NON_NEGATIVE}
    supports_masking = True

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Any) -> None:
        super().__init__(activity_regularizer=regularizers.L1L2(l1=l1, l2=l2), **kwargs)
        self.l1, self.l2 = l1, l2

    def call(self, inputs: Any) -> Any:
        """Returns the input."""
        return inputs
