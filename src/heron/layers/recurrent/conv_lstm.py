"""Long short-term memory whose kernels are convolutions: it reads sequences of pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp

from heron import random
from heron.config import standardize_data_format
from heron.layers.arguments import keep_arguments, own_arguments
from heron.layers.convolution.base import Windowed
from heron.layers.recurrent.cell import DropoutCell, first_bias_of_lstm, is_tanh_and_sigmoid
from heron.layers.recurrent.rnn import GatedRNN
from heron.ops.convolution import Window, convolved, sizes
from heron.ops.lowering.recurrence import general_lstm, scan_steps, tanh_lstm
from heron.random.seed import SEED
from heron.validate import BOOL, POSITIVE_INT, RATE

_ARGUMENTS = """filters kernel_size strides padding data_format dilation_rate activation recurrent_activation use_bias
kernel_initializer recurrent_initializer bias_initializer unit_forget_bias kernel_regularizer recurrent_regularizer
bias_regularizer kernel_constraint recurrent_constraint bias_constraint dropout recurrent_dropout seed""".split()


class ConvLSTMCell(DropoutCell):
    """One step of a `ConvLSTM` layer, over any number of spatial axes.

    Args:
        rank: the number of spatial axes.
        given: the arguments of the layer by name.
    """

    keeps_kwargs = True
    masks_each = 4

    def __init__(self, rank: int, given: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        keep_arguments(self, given)
        self.rank = rank
        self.kernel_size, self.strides, self.dilation_rate = (
            sizes(given[name], rank) for name in ("kernel_size", "strides", "dilation_rate")
        )
        self.padding = given["padding"].lower()
        self.data_format = standardize_data_format(given["data_format"])
        seed = given["seed"]
        self.seed_generator = seed if isinstance(seed, random.SeedGenerator) else random.SeedGenerator(seed)
        self.state_size = [self.filters, self.filters]
        self.output_size = self.filters

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Creates `kernel`, `recurrent_kernel` and `bias`, the gates side by side in the last axis."""
        first = self.data_format == "channels_first"
        for axis in range(1, len(input_shape)):
            self.known_size(input_shape, axis)
        self._step_shape = tuple(input_shape[1:])
        channels, width = self.known_size(input_shape, 1 if first else -1), 4 * self.filters
        self.kernel = self.own_weight("kernel", (*self.kernel_size, channels, width))
        parts = {part: getattr(self, f"recurrent_{part}") for part in ("initializer", "regularizer", "constraint")}
        self.recurrent_kernel = self.add_weight(
            (*self.kernel_size, self.filters, width), name="recurrent_kernel", **parts
        )
        first_bias = first_bias_of_lstm(self, self.filters)
        self.bias = self.own_weight("bias", (width,), **first_bias) if self.use_bias else None

    def _window(self, strides: Any, padding: str, dilation: Any) -> Window:
        return Window(self._who(), strides, padding, dilation, channels_first=False)

    def _inwards(self, x: Any, axis: int = 1) -> Any:
        return jnp.moveaxis(x, axis, -1) if self.data_format == "channels_first" else x

    def outwards(self, x: Any, axis: int = 1) -> Any:
        """An array with its channels last, with its channels where the inputs have theirs."""
        return jnp.moveaxis(x, -1, axis) if self.data_format == "channels_first" else x

    def projected(self, x: Any, masks: Any) -> Any:
        """The inputs of all steps, `(T, B, *spatial, channels)`, under the kernel: one convolution."""
        window = self._window(self.strides, self.padding, self.dilation_rate)
        y = self._each(window, x, self.kernel.value, masks)
        return y if self.bias is None else y + self.bias.value

    def _each(self, window: Window, x: Any, kernel: Any, masks: Any) -> Any:
        """The convolution of `(..., B, *spatial, channels)`, masked for each gate."""
        outer = x.shape[: -self.rank - 1]

        def convolve(x: Any, kernel: Any) -> Any:
            y = convolved(window, x.reshape(-1, *x.shape[len(outer) :]), kernel)
            return y.reshape(*outer, *y.shape[1:])

        if masks is None:
            return convolve(x, kernel)
        parts = jnp.split(kernel, 4, -1)
        return jnp.concatenate([convolve(x * m, k) for m, k in zip(masks, parts, strict=True)], -1)

    def step(self, z: Any, states: Any, masks: Any) -> tuple[Any, ...]:
        """The new states from the projected inputs, all with their channels last."""
        ones = (1,) * self.rank
        z = z + self._each(self._window(ones, "same", ones), states[0], self.recurrent_kernel.value, masks)
        is_usual = is_tanh_and_sigmoid(self.activation, self.recurrent_activation)
        gates = tanh_lstm if is_usual else general_lstm(self.activation, self.recurrent_activation)
        return tuple(gates.function(z, states))

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, list[Any]]:
        """One step."""
        last, _, new = self.over_time(inputs[None], list(states), None, training, False, False)
        return last, new

    def over_time(
        self, inputs: Any, states: list[Any], mask: Any, training: bool, keep_outputs: bool, unroll: bool
    ) -> tuple[Any, Any, list[Any]]:
        """All steps at once: `(last output, outputs or None, states)`."""
        x, held = self._inwards(inputs, 2), tuple(map(self._inwards, states))
        masks = self.get_dropout_mask(x[0]) if training else None
        recurrent_masks = self.get_recurrent_dropout_mask(held[0]) if training else None

        def step(z: Any, states: Any, others: Any) -> tuple[Any, Any, Any]:
            new = self.step(z, states, recurrent_masks)
            return new[0], new, others

        z = self.projected(x, masks)
        last, outputs, held, _ = scan_steps(
            step, z, held, mask, previous=held[0], keep_outputs=keep_outputs, unroll=unroll
        )
        outputs = None if outputs is None else self.outwards(outputs, 2)
        return self.outwards(last), outputs, [self.outwards(state) for state in held]

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        """Zeros of the shape of an output."""
        first = self.data_format == "channels_first"
        spatial = self._step_shape[1:] if first else self._step_shape[:-1]
        window = self._window(self.strides, self.padding, self.dilation_rate)
        pads = window.pads((1, *spatial, 1), self.kernel_size)
        reach = window.reach(self.kernel_size)
        out = [
            (size + lo + hi - r) // stride + 1
            for size, (lo, hi), r, stride in zip(spatial, pads, reach, self.strides, strict=True)
        ]
        shape = (batch_size, self.filters, *out) if first else (batch_size, *out, self.filters)
        return [jnp.zeros(shape, self.compute_dtype) for _ in range(2)]


class ConvLSTM(Windowed, GatedRNN):
    """The form that `ConvLSTM1D`, `2D` and `3D` are cases of."""

    rules = {
        "filters": POSITIVE_INT,
        "unit_forget_bias": BOOL,
        "dropout": RATE,
        "recurrent_dropout": RATE,
        "seed": SEED,
    }

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
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
        **kwargs: Any,
    ) -> None:
        super().__init__(own_arguments(locals()), **kwargs)
        self.refuse_dilated_strides()

    def _make_cell(self, given: Mapping[str, Any], **shared: Any) -> tuple[Any, list[str]]:
        own = {name: given[name] for name in _ARGUMENTS}
        return ConvLSTMCell(self.rank, own, name="conv_lstm_cell", **shared), _ARGUMENTS

    def _axes(self) -> int:
        return self.rank + 3


class ConvLSTM1D(ConvLSTM):
    """Long short-term memory over sequences of signals with many places: the two matmuls are convolutions.

    Args:
        filters: positive integer, the number of channels of the output and of both states.
        kernel_size: how many places the window covers.
        strides: the step of the window over the inputs.
        padding: `"valid"` or `"same"`, for the inputs; states are always padded to keep their size.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        dilation_rate: the distance between neighbouring taps of the window over the inputs.
        activation: applied to the candidate and to the cell state.
        recurrent_activation: applied to the three gates.
        use_bias: whether a bias is added.
        kernel_initializer: how the input's kernel `(*kernel_size, channels, 4 * filters)` starts.
        recurrent_initializer: how the state's kernel `(*kernel_size, filters, 4 * filters)` starts.
        bias_initializer: how the bias starts.
        unit_forget_bias: whether the forget gate's bias starts at 1.
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
        go_backwards: whether the sequence is read from its end.
        stateful: whether a batch starts from the states in which the batch before ended; needs a fixed batch size.

    Call arguments:
        sequences: the inputs.
        initial_state: `[h, c]` to start from, zeros by default.
        mask: booleans `(batch, steps)`, False where a step is skipped.
        training: whether anything is dropped.

    Input shape:
        `(batch, steps, places, channels)`; with `"channels_first"`
        `(batch, steps, channels, places)`.

    Output shape:
        `(batch, new_places, filters)`; with `return_sequences`
        `(batch, steps, new_places, filters)`; with `return_state` a tuple of it and the two
        states.

    Source: Shi et al., "Convolutional LSTM network", 2015, https://arxiv.org/abs/1506.04214.

    Example:
    >>> import numpy as np
    >>> ConvLSTM1D(2, 3)(np.ones((1, 2, 5, 1))).shape
    (1, 3, 2)
    """

    rank = 1


class ConvLSTM2D(ConvLSTM):
    """Long short-term memory over sequences of pictures: the two matmuls are convolutions.

    Args:
        filters: positive integer, the number of channels of the output and of both states.
        kernel_size: the size of the window, an integer or one for each of the 2 spatial axes.
        strides: the step of the window over the inputs.
        padding: `"valid"` or `"same"`, for the inputs; states are always padded to keep their size.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        dilation_rate: the distance between neighbouring taps of the window over the inputs.
        activation: applied to the candidate and to the cell state.
        recurrent_activation: applied to the three gates.
        use_bias: whether a bias is added.
        kernel_initializer: how the input's kernel `(*kernel_size, channels, 4 * filters)` starts.
        recurrent_initializer: how the state's kernel `(*kernel_size, filters, 4 * filters)` starts.
        bias_initializer: how the bias starts.
        unit_forget_bias: whether the forget gate's bias starts at 1.
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
        go_backwards: whether the sequence is read from its end.
        stateful: whether a batch starts from the states in which the batch before ended; needs a fixed batch size.

    Call arguments:
        sequences: the inputs.
        initial_state: `[h, c]` to start from, zeros by default.
        mask: booleans `(batch, steps)`, False where a step is skipped.
        training: whether anything is dropped.

    Input shape:
        `(batch, steps, rows, columns, channels)`; with `"channels_first"`
        `(batch, steps, channels, rows, columns)`.

    Output shape:
        `(batch, new_rows, new_columns, filters)`; with `return_sequences`
        `(batch, steps, new_rows, new_columns, filters)`; with `return_state` a tuple of it and the two
        states.

    Source: Shi et al., "Convolutional LSTM network", 2015, https://arxiv.org/abs/1506.04214.

    Example:
    >>> import numpy as np
    >>> ConvLSTM2D(2, 3)(np.ones((1, 2, 5, 5, 1))).shape
    (1, 3, 3, 2)
    """

    rank = 2


class ConvLSTM3D(ConvLSTM):
    """Long short-term memory over sequences of volumes: the two matmuls are convolutions.

    Args:
        filters: positive integer, the number of channels of the output and of both states.
        kernel_size: the size of the window, an integer or one for each of the 3 spatial axes.
        strides: the step of the window over the inputs.
        padding: `"valid"` or `"same"`, for the inputs; states are always padded to keep their size.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        dilation_rate: the distance between neighbouring taps of the window over the inputs.
        activation: applied to the candidate and to the cell state.
        recurrent_activation: applied to the three gates.
        use_bias: whether a bias is added.
        kernel_initializer: how the input's kernel `(*kernel_size, channels, 4 * filters)` starts.
        recurrent_initializer: how the state's kernel `(*kernel_size, filters, 4 * filters)` starts.
        bias_initializer: how the bias starts.
        unit_forget_bias: whether the forget gate's bias starts at 1.
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
        go_backwards: whether the sequence is read from its end.
        stateful: whether a batch starts from the states in which the batch before ended; needs a fixed batch size.

    Call arguments:
        sequences: the inputs.
        initial_state: `[h, c]` to start from, zeros by default.
        mask: booleans `(batch, steps)`, False where a step is skipped.
        training: whether anything is dropped.

    Input shape:
        `(batch, steps, depth, rows, columns, channels)`; with `"channels_first"`
        `(batch, steps, channels, depth, rows, columns)`.

    Output shape:
        `(batch, new_depth, new_rows, new_columns, filters)`; with `return_sequences`
        `(batch, steps, new_depth, new_rows, new_columns, filters)`; with `return_state` a tuple of it and the two
        states.

    Source: Shi et al., "Convolutional LSTM network", 2015, https://arxiv.org/abs/1506.04214.

    Example:
    >>> import numpy as np
    >>> ConvLSTM3D(2, 3)(np.ones((1, 2, 4, 4, 4, 1))).shape
    (1, 2, 2, 2, 2)
    """

    rank = 3
