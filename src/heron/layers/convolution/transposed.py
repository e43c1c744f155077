"""Transposed convolution: from small images to large ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from heron.layers.convolution.base import Convolution
from heron.ops.convolution import checked_output_padding, convolved_transposed, sizes_rule
from heron.validate import POSITIVE_INT


class ConvTranspose(Convolution):
    """Transposed convolution over any number of axes: what `Conv1DTranspose`, `2D` and `3D` are cases of."""

    rules = {"filters": POSITIVE_INT}

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        output_padding: int | Sequence[int] | None = None,
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
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
        self.filters = int(filters)
        self.refuse_dilated_strides()
        self.output_padding = checked_output_padding(self._who(), output_padding, self.strides)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Creates the kernel `(*window, filters, channels)` and the bias `(filters,)`."""
        channels = self.taken_channels(input_shape, slides=False)
        self.kernel = self.own_weight("kernel", (*self.kernel_size, self.filters, channels))
        self.add_bias(self.filters)

    def convolution(self, inputs: Any) -> Any:
        """The inputs spread by the kernel: no bias, no activation."""
        return convolved_transposed(self.window, inputs, self.kernel.value, self.output_padding)


class Conv1DTranspose(ConvTranspose):
    """Transposed convolution of sequences: each step adds a learned pattern to a longer sequence.

    Args:
        filters: positive integer, the number of output channels.
        kernel_size: how many steps the window covers.
        strides: how far apart the kernels of neighbouring places lie.
        padding: `"valid"` keeps all that the kernel adds to, `"same"` crops to `strides` places for each of the input.
        output_padding: places added at the end of each axis, fewer than the stride; None for what makes up the sizes
            that `padding` names.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        dilation_rate: the distance between neighbouring taps of the window; above 1 only with strides of 1.
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
        ArgumentError: for sizes of 0, for strides and dilation both above 1, for an `output_padding` not below them.
        ShapeError: for inputs with other axes or of other channels than at first.

    Example:
    >>> import numpy as np
    >>> Conv1DTranspose(4, 3, strides=2, padding="same")(np.ones((2, 10, 8))).shape
    (2, 20, 4)
    """

    rules = {"output_padding": sizes_rule(1, 0).or_none()}
    rank = 1


class Conv2DTranspose(ConvTranspose):
    """Transposed convolution of images: each pixel adds a learned pattern to a larger image.

    Args:
        filters: positive integer, the number of output channels.
        kernel_size: height and width of the window, or one number for both.
        strides: how far apart the kernels of neighbouring places lie, along each axis or everywhere.
        padding: `"valid"` keeps all that the kernel adds to, `"same"` crops to `strides` places for each of the input.
        output_padding: places added at the end of each axis, fewer than the stride; None for what makes up the sizes
            that `padding` names.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        dilation_rate: the distance between neighbouring taps of the window; above 1 only with strides of 1.
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
        ArgumentError: for sizes of 0, for strides and dilation both above 1, for an `output_padding` not below them.
        ShapeError: for inputs with other axes or of other channels than at first.

    Source: Dumoulin and Visin, https://arxiv.org/abs/1603.07285.

    Example:
    >>> import numpy as np
    >>> Conv2DTranspose(4, 3, strides=2, padding="same")(np.ones((2, 7, 7, 8))).shape
    (2, 14, 14, 4)
    """

    rules = {"output_padding": sizes_rule(2, 0).or_none()}
    rank = 2


class Conv3DTranspose(ConvTranspose):
    """Transposed convolution of volumes: each place adds a learned pattern to a larger volume.

    Args:
        filters: positive integer, the number of output channels.
        kernel_size: depth, height and width of the window, or one number for all.
        strides: how far apart the kernels of neighbouring places lie, along each axis or everywhere.
        padding: `"valid"` keeps all that the kernel adds to, `"same"` crops to `strides` places for each of the input.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        output_padding: places added at the end of each axis, fewer than the stride; None for what makes up the sizes
            that `padding` names.
        dilation_rate: the distance between neighbouring taps of the window; above 1 only with strides of 1.
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
        ArgumentError: for sizes of 0, for strides and dilation both above 1, for an `output_padding` not below them.
        ShapeError: for inputs with other axes or of other channels than at first.

    Example:
    >>> import numpy as np
    >>> Conv3DTranspose(4, 2, strides=2)(np.ones((2, 3, 3, 3, 1))).shape
    (2, 6, 6, 6, 4)
    """

    rules = {"output_padding": sizes_rule(3, 0).or_none()}
    rank = 3

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        data_format: str | None = None,
        output_padding: int | Sequence[int] | None = None,
        dilation_rate: int | Sequence[int] = 1,
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
            filters=filters,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            output_padding=output_padding,
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
