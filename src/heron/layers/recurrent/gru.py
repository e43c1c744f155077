"""Gated recurrent units."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from heron.layers.arguments import own_arguments
from heron.layers.recurrent.cell import GatedCell, is_tanh_and_sigmoid
from heron.layers.recurrent.rnn import GatedRNN
from heron.ops.lowering.recurrence import Gates, general_gru, tanh_gru
from heron.validate import BOOL


class GRUCell(GatedCell):
    """One step of `GRU`, for `RNN`, `StackedRNNCells` and loops of your own.

    Args:
        units: positive integer, the size of the output, which is the state.
        activation: applied to the candidate.
        recurrent_activation: applied to the two gates.
        use_bias: whether a bias is added.
        kernel_initializer: how the input's kernel starts.
        recurrent_initializer: how the state's kernel starts, orthogonal by default.
        bias_initializer: how the bias starts.
        kernel_regularizer: penalty on the input's kernel.
        recurrent_regularizer: penalty on the state's kernel.
        bias_regularizer: penalty on the bias.
        kernel_constraint: projection of the input's kernel after each update.
        recurrent_constraint: projection of the state's kernel after each update.
        bias_constraint: projection of the bias after each update.
        dropout: the share of the inputs that is dropped in training.
        recurrent_dropout: the share of the state that is dropped in training.
        reset_after: whether the reset gate acts after the matmul with the state, as cuDNN has it (the bias is then of
            shape `(2, 3 * units)`), or before it, as in the paper.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.
        implementation: 1 draws dropout for each gate of its own, 2 once for all; 1 with `recurrent_dropout`.

    Call arguments:
        inputs: `(batch, features)`.
        states: the last output `(batch, units)`, in a list or not.
        training: whether anything is dropped.

    Input shape:
        `(batch, features)`.

    Output shape:
        `(batch, units)`, and the new state.

    Example:
    >>> import numpy as np
    >>> cell = GRUCell(3)
    >>> output, states = cell(np.ones((2, 4)), cell.get_initial_state(2))
    >>> output.shape, len(states)
    ((2, 3), 1)
    """

    rules = {"reset_after": BOOL}
    gates = 3

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        reset_after: bool = True,
        seed: Any = None,
        implementation: int = 2,
        **kwargs: Any,
    ) -> None:
        super().__init__(own_arguments(locals()), **kwargs)

    def bias_shape(self) -> tuple[int, ...]:
        """One row, or one for each of the two products."""
        return (2, 3 * self.units) if self.reset_after else (3 * self.units,)

    def biases(self) -> tuple[Any, Any]:
        """The bias of the projected input, and that of the product with the state."""
        if self.bias is None or not self.reset_after:
            return super().biases()
        return self.bias.value[0], self.bias.value[1]

    def formula(self) -> Gates:
        """Gates z, r, candidate, the reset gate acting after the matmul."""
        if is_tanh_and_sigmoid(self.activation, self.recurrent_activation):
            return tanh_gru
        return general_gru(self.activation, self.recurrent_activation)

    def has_one_product(self) -> bool:
        """Not when the state goes through the reset gate before it meets the candidate's part of the kernel."""
        return self.reset_after

    def step(self, x: Any, states: tuple[Any, ...], masks: Any) -> tuple[Any, ...]:
        """The new state, from the projected input of one step."""
        if self.reset_after:
            return super().step(x, states, masks)
        (h,), bias = states, self.biases()[0]
        x = x if bias is None else x + bias
        kernels = jnp.split(self.recurrent_kernel.value, 3, -1)
        masked = [h * m for m in masks] if masks is not None else [h] * 3
        xz, xr, xh = jnp.split(x, 3, -1)
        z, r = (self.recurrent_activation(a + b @ k) for a, b, k in zip((xz, xr), masked[:2], kernels[:2], strict=True))
        candidate = self.activation(xh + (r * masked[2]) @ kernels[2])
        return (z * h + (1 - z) * candidate,)


class GRU(GatedRNN):
    """Gated recurrent units: reads a sequence step by step, with two gates and one state.

    The update gate decides how much of the state stays, the reset gate what of it the candidate sees.

    Args:
        units: positive integer, the size of the output, which is the state.
        activation: applied to the candidate.
        recurrent_activation: applied to the two gates.
        use_bias: whether a bias is added.
        kernel_initializer: how the input's kernel `(features, 3 * units)` starts; gates in the order z, r, h.
        recurrent_initializer: how the state's kernel `(units, 3 * units)` starts, orthogonal by default.
        bias_initializer: how the bias starts.
        kernel_regularizer: penalty on the input's kernel.
        recurrent_regularizer: penalty on the state's kernel.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: projection of the input's kernel after each update.
        recurrent_constraint: projection of the state's kernel after each update.
        bias_constraint: projection of the bias after each update.
        dropout: the share of the inputs that is dropped in training, the same ones at every step.
        recurrent_dropout: the share of the state that is dropped in training, the same ones at every step.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.
        return_sequences: whether the outputs of all steps come out, not that of the last alone.
        return_state: whether the last states come out too.
        go_backwards: whether the sequence is read from its end; outputs come in the order of reading.
        stateful: whether a batch starts from the states in which the batch before ended; needs a fixed batch size.
        unroll: whether all steps are written out in the program: long to compile, sometimes faster.
        reset_after: whether the reset gate acts after the matmul with the state, as cuDNN has it (the bias is then of
            shape `(2, 3 * units)`), or before it, as in the paper.
        use_cudnn: accepted for Keras's signature; XLA compiles the loop everywhere.
        implementation: 1 draws dropout for each gate of its own, 2 once for all; 1 with `recurrent_dropout`.

    Call arguments:
        sequences: the inputs.
        initial_state: the state to start from, zeros by default.
        mask: booleans `(batch, steps)`, False where a step is skipped.
        training: whether anything is dropped.

    Input shape:
        `(batch, steps, features)`.

    Output shape:
        `(batch, units)`, or `(batch, steps, units)` with `return_sequences`; with `return_state` a tuple of the output
        and the state `(batch, units)`.

    Raises:
        ShapeError: for inputs without a time axis, and for a state of another shape.

    Source: Cho et al., "Learning phrase representations using RNN encoder-decoder", 2014.

    Example:
    >>> import numpy as np
    >>> GRU(3)(np.ones((2, 5, 4))).shape
    (2, 3)
    """

    cell_class = GRUCell

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: Any = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        reset_after: bool = True,
        use_cudnn: Any = "auto",
        implementation: int = 2,
        **kwargs: Any,
    ) -> None:
        super().__init__(own_arguments(locals()), **kwargs)
