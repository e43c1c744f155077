"""Separable convolution: every channel by itself, then a mixing of the channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from heron.layers.convolution.base import Convolution
from heron.ops.convolution import convolved_separably
from heron.validate import POSITIVE_INT


class SeparableConv(Convolution):
    """Separable convolution over any number of axes: what `SeparableConv1D` and `SeparableConv2D` are cases of."""

    rules = {"filters": POSITIVE_INT, "depth_multiplier": POSITIVE_INT}

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        pointwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
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
            depthwise_initializer=depthwise_initializer,
            pointwise_initializer=pointwise_initializer,
            bias_initializer=bias_initializer,
            depthwise_regularizer=depthwise_regularizer,
            pointwise_regularizer=pointwise_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            depthwise_constraint=depthwise_constraint,
            pointwise_constraint=pointwise_constraint,
            bias_constraint=bias_constraint,
            **kwargs,
        )
        self.filters, self.depth_multiplier = int(filters), int(depth_multiplier)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Creates `depthwise_kernel`, `pointwise_kernel`, of window 1, and the bias `(filters,)`."""
        channels = self.taken_channels(input_shape)
        each, made = (*self.kernel_size, channels, self.depth_multiplier), channels * self.depth_multiplier
        mixing = (*(1,) * self.rank, made, self.filters)
        self.depthwise_kernel = self.add_weight_of("depthwise", "depthwise_kernel", each)
        self.pointwise_kernel = self.add_weight_of("pointwise", "pointwise_kernel", mixing)
        self.add_bias(self.filters)

    def convolution(self, inputs: Any) -> Any:
        """The inputs under both kernels: no bias, no activation."""
        return convolved_separably(self.window, inputs, self.depthwise_kernel.value, self.pointwise_kernel.value)


class SeparableConv1D(SeparableConv):
    """Convolution of each channel of a sequence by itself, then a mixing of the channels at each step.

    Args:
        filters: positive integer, the number of output channels.
        kernel_size: how many steps the window covers.
        strides: how far the window moves at a time.
        padding: `"valid"` for windows inside alone, `"same"` for zeros around, so that stride 1 keeps the size.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        dilation_rate: the distance between neighbouring taps of the window.
        depth_multiplier: how many outputs each input channel has.
        activation: name or function applied to the result; None for none.
        use_bias: whether a bias is added to each channel.
        depthwise_initializer: how the kernel of each channel starts, Glorot-uniform by default.
        pointwise_initializer: how the mixing kernel starts, Glorot-uniform by default.
        bias_initializer: how the bias starts, zeros by default.
        depthwise_regularizer: penalty on the kernel of each channel.
        pointwise_regularizer: penalty on the mixing kernel.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        depthwise_constraint: projection of the kernel of each channel after each update.
        pointwise_constraint: projection of the mixing kernel after each update.
        bias_constraint: projection of the bias after each update.

    Input shape:
        `(batch, steps, channels)`, or `(batch, channels, steps)` with `"channels_first"`.

    Output shape:
        `(batch, new_steps, filters)`, or `(batch, filters, new_steps)`; in the compute dtype.

    Raises:
        ArgumentError: for sizes of 0.
        ShapeError: for inputs with other axes, of other channels than at first or smaller than the window.

    Example:
    >>> import numpy as np
    >>> SeparableConv1D(4, 3)(np.ones((2, 10, 8))).shape
    (2, 8, 4)
    """

    rank = 1


class SeparableConv2D(SeparableConv):
    """Convolution of each channel of an image by itself, then a mixing of the channels at each pixel.

    Args:
        filters: positive integer, the number of output channels.
        kernel_size: height and width of the window, or one number for both.
        strides: how far the window moves along each axis, or one number for both.
        padding: `"valid"` for windows inside alone, `"same"` for zeros around, so that stride 1 keeps the size.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        dilation_rate: the distance between neighbouring taps of the window.
        depth_multiplier: how many outputs each input channel has.
        activation: name or function applied to the result; None for none.
        use_bias: whether a bias is added to each channel.
        depthwise_initializer: how the kernel of each channel starts, Glorot-uniform by default.
        pointwise_initializer: how the mixing kernel starts, Glorot-uniform by default.
        bias_initializer: how the bias starts, zeros by default.
        depthwise_regularizer: penalty on the kernel of each channel.
        pointwise_regularizer: penalty on the mixing kernel.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        depthwise_constraint: projection of the kernel of each channel after each update.
        pointwise_constraint: projection of the mixing kernel after each update.
        bias_constraint: projection of the bias after each update.

    Input shape:
        `(batch, height, width, channels)`, or `(batch, channels, height, width)` with `"channels_first"`.

    Output shape:
        `(batch, new_height, new_width, filters)`, or
        `(batch, filters, new_height, new_width)`; in the compute dtype.

    Raises:
        ArgumentError: for sizes of 0.
        ShapeError: for inputs with other axes, of other channels than at first or smaller than the window.

    Source: Chollet, https://arxiv.org/abs/1610.02357.

    Example:
    >>> import numpy as np
    >>> SeparableConv2D(4, 3, strides=2)(np.ones((2, 9, 9, 8))).shape
    (2, 4, 4, 4)
    """

    rank = 2
