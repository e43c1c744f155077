"""Long short-term memory."""

from __future__ import annotations

from typing import Any

from heron.layers.arguments import own_arguments
from heron.layers.recurrent.cell import GatedCell, first_bias_of_lstm, is_tanh_and_sigmoid
from heron.layers.recurrent.rnn import GatedRNN
from heron.ops.lowering.recurrence import Gates, general_lstm, tanh_lstm
from heron.validate import BOOL


class LSTMCell(GatedCell):
    """One step of `LSTM`, for `RNN`, `StackedRNNCells` and loops of your own.

    Args:
        units: positive integer, the size of the output and of both states.
        activation: applied to the candidate and to the cell state.
        recurrent_activation: applied to the three gates.
        use_bias: whether a bias is added.
        kernel_initializer: how the input's kernel starts.
        recurrent_initializer: how the state's kernel starts, orthogonal by default.
        bias_initializer: how the bias starts.
        unit_forget_bias: whether the forget gate's bias starts at 1 (Jozefowicz et al., 2015).
        kernel_regularizer: penalty on the input's kernel.
        recurrent_regularizer: penalty on the state's kernel.
        bias_regularizer: penalty on the bias.
        kernel_constraint: projection of the input's kernel after each update.
        recurrent_constraint: projection of the state's kernel after each update.
        bias_constraint: projection of the bias after each update.
        dropout: the share of the inputs that is dropped in training.
        recurrent_dropout: the share of the state that is dropped in training.
        seed: an integer for the same choices in every process, a `SeedGenerator`, or None.
        implementation: 1 draws dropout for each gate of its own, 2 once for all; 1 with `recurrent_dropout`.

    Call arguments:
        inputs: `(batch, features)`.
        states: `[h, c]`, each `(batch, units)`.
        training: whether anything is dropped.

    Input shape:
        `(batch, features)`.

    Output shape:
        `(batch, units)`, and the list of the two new states.

    Example:
    >>> import numpy as np
    >>> cell = LSTMCell(3)
    >>> output, states = cell(np.ones((2, 4)), cell.get_initial_state(2))
    >>> output.shape, len(states)
    ((2, 3), 2)
    """

    rules = {"unit_forget_bias": BOOL}
    gates, states = 4, 2

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: Any = None,
        implementation: int = 2,
        **kwargs: Any,
    ) -> None:
        super().__init__(own_arguments(locals()), **kwargs)

    def _first_bias(self) -> dict[str, Any]:
        return first_bias_of_lstm(self, self.units)

    def formula(self) -> Gates:
        """Gates i, f, candidate, o."""
        if is_tanh_and_sigmoid(self.activation, self.recurrent_activation):
            return tanh_lstm
        return general_lstm(self.activation, self.recurrent_activation)


class LSTM(GatedRNN):
    """Long short-term memory: reads a sequence step by step and keeps in two states what it needs of it.

    Gates decide what of the cell state `c` is forgotten, what is added and what is shown as the output `h`.

    Args:
        units: positive integer, the size of the output and of both states.
        activation: applied to the candidate and to the cell state.
        recurrent_activation: applied to the three gates.
        use_bias: whether a bias is added.
        kernel_initializer: how the input's kernel `(features, 4 * units)` starts; gates in the order i, f, c, o.
        recurrent_initializer: how the state's kernel `(units, 4 * units)` starts, orthogonal by default.
        bias_initializer: how the bias starts.
        unit_forget_bias: whether the forget gate's bias starts at 1 (Jozefowicz et al., 2015).
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
        use_cudnn: accepted for Keras's signature; XLA compiles the loop everywhere.
        implementation: 1 draws dropout for each gate of its own, 2 once for all; 1 with `recurrent_dropout`.

    Call arguments:
        sequences: the inputs.
        initial_state: `[h, c]` to start from, zeros by default.
        mask: booleans `(batch, steps)`, False where a step is skipped.
        training: whether anything is dropped.

    Input shape:
        `(batch, steps, features)`.

    Output shape:
        `(batch, units)`, or `(batch, steps, units)` with `return_sequences`; with `return_state` a tuple of the output
        and the two states `(batch, units)`.

    Raises:
        ShapeError: for inputs without a time axis, and for states of another number or shape.

    Source: Hochreiter and Schmidhuber, "Long short-term memory", 1997; Gers et al., "Learning to forget", 2000.

    Example:
    >>> import numpy as np
    >>> LSTM(3)(np.ones((2, 5, 4))).shape
    (2, 3)
    """

    cell_class = LSTMCell

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
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
        use_cudnn: Any = "auto",
        implementation: int = 2,
        **kwargs: Any,
    ) -> None:
        super().__init__(own_arguments(locals()), **kwargs)
