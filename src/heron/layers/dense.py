"""Densely connected layer."""

from __future__ import annotations

from typing import Any

from heron import activations, constraints, initializers, regularizers
from heron.layers.input_spec import InputSpec
from heron.layers.layer import Layer
from heron.ops.lowering.products import dense
from heron.validate import BOOL, POSITIVE_INT


class Dense(Layer):
    """A layer in which every output depends on every input: `activation(inputs @ kernel + bias)`.

    Args:
        units: positive integer, the number of outputs.
        activation: name or function applied to the result; None for none.
        use_bias: whether a bias is added.
        kernel_initializer: how the kernel starts, Glorot-uniform by default.
        bias_initializer: how the bias starts, zeros by default.
        kernel_regularizer: penalty on the kernel.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: projection of the kernel after each update.
        bias_constraint: projection of the bias after each update.

    Input shape:
        `(batch, ..., features)`.

    Output shape:
        `(batch, ..., units)`, in the compute dtype.

    Raises:
        ArgumentError: when `units` is not a positive integer.
        ShapeError: when called on another number of features than at first.

    Example:
    >>> Dense(3)([[1.0, 2.0]]).shape
    (1, 3)
    """

    rules = {"units": POSITIVE_INT, "use_bias": BOOL}
    renamed = {"output_dim": "units", "init": "kernel_initializer", "W_regularizer": "kernel_regularizer"}
    supports_masking = True

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.units = int(units)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Creates the kernel `(features, units)` and the bias `(units,)`."""
        features = self.known_size(input_shape, -1)
        self.kernel = self.own_weight("kernel", (features, self.units))
        self.bias = self.own_weight("bias", (self.units,)) if self.use_bias else None
        self.input_spec = InputSpec(min_ndim=2, axes={-1: features})

    def call(self, inputs: Any) -> Any:
        """Computes the output."""
        x = dense(inputs, self.kernel.value, None if self.bias is None else self.bias.value)  # (B, ..., units)
        return self.activation(x)
