"""Depthwise convolution: every channel by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from heron.layers.convolution.base import Convolution
from heron.ops.convolution import convolved_by_channel
from heron.validate import POSITIVE_INT


class DepthwiseConv(Convolution):
    """Depthwise convolution over any number of axes: what `DepthwiseConv1D` and `DepthwiseConv2D` are cases of."""

    rules = {"depth_multiplier": POSITIVE_INT}

    def __init__(
        self,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
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
            bias_initializer=bias_initializer,
            depthwise_regularizer=depthwise_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            depthwise_constraint=depthwise_constraint,
            bias_constraint=bias_constraint,
            **kwargs,
        )
        self.depth_multiplier = int(depth_multiplier)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Creates the kernel `(*window, channels, depth_multiplier)` and the bias, one number for each output."""
        channels = self.taken_channels(input_shape)
        self.kernel = self.add_weight_of("depthwise", "kernel", (*self.kernel_size, channels, self.depth_multiplier))
        self.add_bias(channels * self.depth_multiplier)

    def convolution(self, inputs: Any) -> Any:
        """The inputs under the kernel: no bias, no activation."""
        return convolved_by_channel(self.window, inputs, self.kernel.value)


class DepthwiseConv1D(DepthwiseConv):
    """Convolution of each channel of a sequence by itself.

    Args:
        kernel_size: how many steps the window covers.
        strides: how far the window moves at a time.
        padding: `"valid"` for windows inside alone, `"same"` for zeros around, so that stride 1 keeps the size.
        depth_multiplier: how many outputs each input channel has.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        dilation_rate: the distance between neighbouring taps of the window.
        activation: name or function applied to the result; None for none.
        use_bias: whether a bias is added to each channel.
        depthwise_initializer: how the kernel starts, Glorot-uniform by default.
        bias_initializer: how the bias starts, zeros by default.
        depthwise_regularizer: penalty on the kernel.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        depthwise_constraint: projection of the kernel after each update.
        bias_constraint: projection of the bias after each update.

    Input shape:
        `(batch, steps, channels)`, or `(batch, channels, steps)` with `"channels_first"`.

    Output shape:
        `(batch, new_steps, channels * depth_multiplier)`, or
        `(batch, channels * depth_multiplier, new_steps)`; in the compute dtype.

    Raises:
        ArgumentError: for sizes of 0.
        ShapeError: for inputs with other axes, of other channels than at first or smaller than the window.

    Example:
    >>> import numpy as np
    >>> DepthwiseConv1D(3, depth_multiplier=2)(np.ones((2, 10, 8))).shape
    (2, 8, 16)
    """

    rank = 1


class DepthwiseConv2D(DepthwiseConv):
    """Convolution of each channel of an image by itself.

    Args:
        kernel_size: height and width of the window, or one number for both.
        strides: how far the window moves along each axis, or one number for both.
        padding: `"valid"` for windows inside alone, `"same"` for zeros around, so that stride 1 keeps the size.
        depth_multiplier: how many outputs each input channel has.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        dilation_rate: the distance between neighbouring taps of the window.
        activation: name or function applied to the result; None for none.
        use_bias: whether a bias is added to each channel.
        depthwise_initializer: how the kernel starts, Glorot-uniform by default.
        bias_initializer: how the bias starts, zeros by default.
        depthwise_regularizer: penalty on the kernel.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        depthwise_constraint: projection of the kernel after each update.
        bias_constraint: projection of the bias after each update.

    Input shape:
        `(batch, height, width, channels)`, or `(batch, channels, height, width)` with `"channels_first"`.

    Output shape:
        `(batch, new_height, new_width, channels * depth_multiplier)`, or
        `(batch, channels * depth_multiplier, new_height, new_width)`; in the compute dtype.

    Raises:
        ArgumentError: for sizes of 0.
        ShapeError: for inputs with other axes, of other channels than at first or smaller than the window.

    Source: Howard et al., https://arxiv.org/abs/1704.04861.

    Example:
    >>> import numpy as np
    >>> DepthwiseConv2D(3, padding="same")(np.ones((2, 7, 7, 8))).shape
    (2, 7, 7, 8)
    """

    rank = 2
