"""Convolution of sequences, images and volumes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from heron.layers.convolution.base import Convolution, check_groups
from heron.ops.convolution import convolved
from heron.validate import POSITIVE_INT, Rule, is_int

_GROUPS = Rule("a positive integer", lambda v: is_int(v) and v > 0, (1, 2), (0, -1, 1.5, "2", None))


class Conv(Convolution):
    """Convolution over any number of spatial axes: the form that `Conv1D`, `Conv2D` and `Conv3D` are cases of."""

    rules = {"filters": POSITIVE_INT, "groups": _GROUPS}

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
        groups: int = 1,
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
        super().__init__(
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
            **kwargs,
        )
        self.filters, self.groups = int(filters), int(groups)
        self.refuse_dilated_strides()
        check_groups(self, self.groups, self.filters)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Creates the kernel `(*window, channels // groups, filters)` and the bias `(filters,)`."""
        channels = self.taken_channels(input_shape)
        check_groups(self, self.groups, self.filters, input_shape, channels)
        self.kernel = self.own_weight("kernel", (*self.kernel_size, channels // self.groups, self.filters))
        self.add_bias(self.filters)

    def convolution(self, inputs: Any) -> Any:
        """The inputs under the kernel: no bias, no activation."""
        return convolved(self.window, inputs, self.kernel.value)


class Conv1D(Conv):
    """Convolution of sequences: learned patterns of a few steps, looked for everywhere.

    Args:
        filters: positive integer, the number of output channels.
        kernel_size: how many steps the window covers.
        strides: how far the window moves at a time.
        padding: `"valid"` for windows inside alone, `"same"` for zeros around, so that stride 1 keeps the length,
            `"causal"` for zeros before the first step alone, so that no output sees later steps.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        dilation_rate: the distance between neighbouring taps of the window; above 1 only with strides of 1.
        groups: into how many groups channels and filters are divided, each seeing its own channels alone.
        activation: name or function applied to the result; None for none.
        use_bias: whether a bias is added to each channel.
        kernel_initializer: how the kernel starts, Glorot-uniform by default.
        bias_initializer: how the bias starts, zeros by default.
        kernel_regularizer: penalty on the kernel.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: projection of the kernel after each update.
        bias_constraint: projection of the bias after each update.

    Input shape:
        `(batch, steps, channels)`, or `(batch, channels, steps)` with `"channels_first"`.

    Output shape:
        `(batch, new_steps, filters)`, or `(batch, filters, new_steps)`; in the compute dtype.

    Raises:
        ArgumentError: for sizes of 0, for strides and dilation both above 1, when `groups` does not divide `filters`.
        ShapeError: for inputs with other axes, of other channels than at first or smaller than the window.

    Example:
    >>> import numpy as np
    >>> Conv1D(4, 3, padding="causal")(np.ones((2, 10, 8))).shape
    (2, 10, 4)
    """

    rank = 1
    paddings = ("valid", "same", "causal")


class Conv2D(Conv):
    """Convolution of images: learned patterns of a few pixels, looked for everywhere.

    Args:
        filters: positive integer, the number of output channels.
        kernel_size: height and width of the window, or one number for both.
        strides: how far the window moves along each axis, or one number for both.
        padding: `"valid"` for windows inside alone, `"same"` for zeros around, so that stride 1 keeps the size.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        dilation_rate: the distance between neighbouring taps of the window; above 1 only with strides of 1.
        groups: into how many groups channels and filters are divided, each seeing its own channels alone.
        activation: name or function applied to the result; None for none.
        use_bias: whether a bias is added to each channel.
        kernel_initializer: how the kernel starts, Glorot-uniform by default.
        bias_initializer: how the bias starts, zeros by default.
        kernel_regularizer: penalty on the kernel.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: projection of the kernel after each update.
        bias_constraint: projection of the bias after each update.

    Input shape:
        `(batch, height, width, channels)`, or `(batch, channels, height, width)` with `"channels_first"`.

    Output shape:
        `(batch, new_height, new_width, filters)`, or
        `(batch, filters, new_height, new_width)`; in the compute dtype.

    Raises:
        ArgumentError: for sizes of 0, for strides and dilation both above 1, when `groups` does not divide `filters`.
        ShapeError: for inputs with other axes, of other channels than at first or smaller than the window.

    Source: LeCun et al., "Gradient-based learning applied to document recognition", 1998.

    Example:
    >>> import numpy as np
    >>> Conv2D(32, 3, activation="relu")(np.ones((2, 28, 28, 1))).shape
    (2, 26, 26, 32)
    """

    rank = 2


class Conv3D(Conv):
    """Convolution of volumes, or of films: learned patterns along three axes, looked for everywhere.

    Args:
        filters: positive integer, the number of output channels.
        kernel_size: depth, height and width of the window, or one number for all.
        strides: how far the window moves along each axis, or one number for all.
        padding: `"valid"` for windows inside alone, `"same"` for zeros around, so that stride 1 keeps the size.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        dilation_rate: the distance between neighbouring taps of the window; above 1 only with strides of 1.
        groups: into how many groups channels and filters are divided, each seeing its own channels alone.
        activation: name or function applied to the result; None for none.
        use_bias: whether a bias is added to each channel.
        kernel_initializer: how the kernel starts, Glorot-uniform by default.
        bias_initializer: how the bias starts, zeros by default.
        kernel_regularizer: penalty on the kernel.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: projection of the kernel after each update.
        bias_constraint: projection of the bias after each update.

    Input shape:
        `(batch, depth, height, width, channels)`, or
        `(batch, channels, depth, height, width)` with `"channels_first"`.

    Output shape:
        `(batch, new_depth, new_height, new_width, filters)`, or
        `(batch, filters, new_depth, new_height, new_width)`; in the compute dtype.

    Raises:
        ArgumentError: for sizes of 0, for strides and dilation both above 1, when `groups` does not divide `filters`.
        ShapeError: for inputs with other axes, of other channels than at first or smaller than the window.

    Example:
    >>> import numpy as np
    >>> Conv3D(4, 3, strides=2)(np.ones((2, 9, 9, 9, 1))).shape
    (2, 4, 4, 4, 4)
    """

    rank = 3
