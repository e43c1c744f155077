"""A layer that is applied to every time step."""

from __future__ import annotations

import inspect
from typing import Any

import jax
import jax.numpy as jnp

from heron.errors import ShapeError, shape_text
from heron.layers.recurrent.stepping import call_steps
from heron.layers.wrapper import Wrapper


class TimeDistributed(Wrapper):
    """Applies a layer to every time step, with the same weights.

    All steps are computed at once, as one large batch; in training, a layer that keeps statistics
    (`BatchNormalization`) sees one step after the other.

    Args:
        layer: the layer; a model is one too.

    Call arguments:
        inputs: the inputs.
        training: handed to the layer.
        mask: booleans `(batch, steps, ...)`, handed to a layer that takes a mask.

    Input shape:
        `(batch, steps, ...)`.

    Output shape:
        `(batch, steps, ...)`, each step that of the layer's output.

    Raises:
        ArgumentError: for something that is no layer.
        ShapeError: for inputs without a time axis, and a mask that does not fit.

    Example:
    >>> import numpy as np
    >>> from heron.layers import Dense
    >>> TimeDistributed(Dense(3))(np.ones((2, 5, 4))).shape
    (2, 5, 3)
    """

    supports_masking = True

    def _check_inputs(self, inputs: Any) -> None:
        shape = getattr(inputs, "shape", ())
        if len(shape) < 3:
            raise ShapeError(
                f"{self._who()} expects inputs with at least 3 axes, (samples, steps, ...); received shape "
                f"{shape_text(shape)}.\nAdd the missing axis: x[..., None] for one feature, x[None] for one sample."
            )

    def build(self, input_shape: Any = None) -> None:
        """Builds the layer for one step."""
        super().build((input_shape[0], *input_shape[2:]))

    def call(self, inputs: Any, training: bool = False, mask: Any = None) -> Any:
        """Applies the layer."""
        if mask is not None and (mask.ndim < 2 or mask.shape[:2] != inputs.shape[:2]):
            raise ShapeError(
                f"{self._who()} got a mask of shape {shape_text(mask.shape)} for inputs of shape "
                f"{shape_text(inputs.shape)}; expected a mask that starts with (samples, steps)."
            )
        takes_mask = mask is not None and "mask" in inspect.signature(self.layer.call).parameters
        if training and any("uint" not in v.dtype for v in self.layer.non_trainable_variables):
            return self._one_by_one(inputs, mask if takes_mask else None)
        rows = inputs.reshape(-1, *inputs.shape[2:])  # (B * T, ...)
        masked = {"mask": mask.reshape(-1, *mask.shape[2:])} if takes_mask else {}
        outputs = self.layer(rows, **masked)
        return jax.tree.map(lambda y: y.reshape(*inputs.shape[:2], *y.shape[1:]), outputs)

    def _one_by_one(self, inputs: Any, mask: Any) -> Any:
        steps, masks = jax.tree.map(lambda a: jnp.swapaxes(a, 0, 1), (inputs, mask))

        def call(x: Any, states: Any) -> tuple[Any, Any]:
            return self.layer(x[0], **({} if x[1] is None else {"mask": x[1]})), states

        _, outputs, _ = call_steps(self.layer, call, (steps, masks), ())
        return jax.tree.map(lambda y: jnp.swapaxes(y, 0, 1), outputs)
