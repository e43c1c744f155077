"""Weights whose largest singular value is brought to 1."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from heron import initializers
from heron.errors import ArgumentError
from heron.layers.input_spec import InputSpec
from heron.layers.wrapper import Wrapper
from heron.ops.normalization import normalize
from heron.validate import POSITIVE_INT
from heron.variables import Variable


class SpectralNormalization(Wrapper):
    """Divides a layer's kernel by its largest singular value in training, so that it stretches no input.

    The singular vector is followed by power iteration, from call to call. In a compiled program, such as that of
    `fit`, the layer computes with the divided kernel and the optimizer changes the kernel itself; a call on arrays with
    `training=True` keeps the divided kernel.

    Args:
        layer: a layer with a `kernel` (`Dense`, `Conv2D`) or with `embeddings`.
        power_iterations: how many steps of power iteration a call takes.

    Call arguments:
        inputs: the inputs of the layer.
        training: whether the kernel is divided.

    Input shape:
        That of the layer.

    Output shape:
        That of the layer.

    Raises:
        ArgumentError: for a layer that has no kernel.

    Source: Miyato et al., https://arxiv.org/abs/1802.05957.

    Example:
    >>> import numpy as np
    >>> from heron.layers import Dense
    >>> SpectralNormalization(Dense(3))(np.ones((2, 4)), training=True).shape
    (2, 3)
    """

    rules = {"power_iterations": POSITIVE_INT}

    def __init__(self, layer: Any, power_iterations: int = 1, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)
        self.power_iterations = power_iterations

    def build(self, input_shape: Any = None) -> None:
        """Builds the layer and creates the singular vector."""
        super().build(input_shape)
        kernel = getattr(self.layer, "kernel", None)
        found = getattr(self.layer, "embeddings", None) if kernel is None else kernel
        if found is None:
            raise ArgumentError(
                f"{self._who()} divides the kernel or the embeddings of its layer; received {self.layer._who()}, which "
                "has neither.\nWrap a layer with a kernel, such as heron.layers.Dense or Conv2D."
            )
        self.kernel: Variable = found
        if found is kernel:
            self.input_spec = InputSpec(min_ndim=1, axes={-1: input_shape[-1]})
        self._trainable_variables.append(self.kernel)  # the first of the weights, as in Keras
        self.vector_u = self.add_weight(
            (1, self.kernel.shape[-1]),
            initializers.TruncatedNormal(stddev=0.02),
            dtype=self.kernel.dtype,
            trainable=False,
            name="vector_u",
        )

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Computes the layer's output."""
        if training:
            kernel, old = self.kernel.value, self.vector_u.value
            vector, divided = self.normalized_weights()
            is_zero = jnp.all(kernel == 0)
            self.vector_u.assign(jnp.where(is_zero, old, vector))
            self.kernel.assign(jnp.where(is_zero, kernel, divided))
        output = self.layer(inputs)
        return output.astype(inputs.dtype) if jnp.issubdtype(inputs.dtype, jnp.floating) else output

    def normalized_weights(self) -> tuple[Any, Any]:
        """The new singular vector `(1, units)`, and the kernel divided by its largest singular value."""
        kernel, u = self.kernel.value, self.vector_u.value
        weights = kernel.reshape(-1, kernel.shape[-1])  # (features, units)
        v: Any = None
        for _ in range(self.power_iterations):
            v = normalize(u @ weights.T, axis=None)  # (1, features)
            u = normalize(v @ weights, axis=None)  # (1, units)
        u, v = jax.lax.stop_gradient((u, v))
        largest = v @ weights @ u.T  # (1, 1)
        return u, kernel / jnp.where(largest == 0, 1, largest).reshape(())
