"""The plain recurrent layer."""

from __future__ import annotations

from typing import Any

from heron.layers.arguments import own_arguments
from heron.layers.recurrent.cell import GatedCell, is_tanh_and_sigmoid
from heron.layers.recurrent.rnn import GatedRNN
from heron.ops.lowering.recurrence import Gates, general_simple, tanh_simple


class SimpleRNNCell(GatedCell):
    """One step of `SimpleRNN`, for `RNN`, `StackedRNNCells` and loops of your own.

    Args:
        units: positive integer, the size of the output, which is the state.
        activation: applied to the sum.
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
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.

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
    >>> cell = SimpleRNNCell(3)
    >>> output, states = cell(np.ones((2, 4)), cell.get_initial_state(2))
    >>> output.shape, len(states)
    ((2, 3), 1)
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
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
        seed: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(own_arguments(locals()), **kwargs)

    def formula(self) -> Gates:
        """`activation(inputs @ kernel + bias + state @ recurrent_kernel)`."""
        return tanh_simple if is_tanh_and_sigmoid(self.activation) else general_simple(self.activation)


class SimpleRNN(GatedRNN):
    """The plain recurrent layer: each output is `activation(inputs @ kernel + bias + last output @ recurrent_kernel)`.

    What it reads is soon forgotten; `LSTM` and `GRU` remember longer.

    Args:
        units: positive integer, the size of the output, which is the state.
        activation: applied to the sum.
        use_bias: whether a bias is added.
        kernel_initializer: how the input's kernel `(features, units)` starts.
        recurrent_initializer: how the state's kernel `(units, units)` starts, orthogonal by default.
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

    Source: Elman, "Finding structure in time", 1990.

    Example:
    >>> import numpy as np
    >>> SimpleRNN(3)(np.ones((2, 5, 4))).shape
    (2, 3)
    """

    cell_class = SimpleRNNCell

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
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
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        seed: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(own_arguments(locals()), **kwargs)
