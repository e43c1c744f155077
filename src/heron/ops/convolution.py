"""Convolutions: a kernel slid over sequences, images and volumes, in one form for one to three spatial axes.

Everything is computed on channels-last arrays by `heron.ops.lowering.convolution`; arrays whose channels come first are
turned round on the way in and out.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from heron.config import standardize_data_format
from heron.errors import ArgumentError, ShapeError, nearest, shape_text
from heron.ops.lowering.convolution import convolve, convolve_transpose
from heron.ops.op import array, op
from heron.validate import Rule, is_int

__all__ = ["conv", "conv_transpose", "depthwise_conv", "separable_conv"]

_THINGS = {1: "sequences", 2: "images", 3: "volumes"}


# ---- arguments ----------------------------------------------------------------------------------------------------


@functools.cache
def sizes_rule(rank: int, least: int = 1) -> Rule:
    """The rule of an integer of `least` or more, or one for each of `rank` spatial axes."""
    number = "a positive integer" if least == 1 else f"an integer of {least} or more"

    def is_size(value: Any) -> bool:
        return is_int(value) and value >= least

    def accepts(value: Any) -> bool:
        several = isinstance(value, list | tuple) and len(value) == rank and all(is_size(v) for v in value)
        return is_size(value) or several

    def mend(value: Any) -> str:
        zero = value == 0 or (isinstance(value, list | tuple) and 0 in value)
        if zero and least:
            return "1 is the least: a window of one place, a step of one place, neighbouring taps."
        if isinstance(value, list | tuple) and len(value) != rank and len(value) > 0:
            return (
                f"Write one for each of the {rank} spatial axes: {(value[0],) * rank}, or {value[0]} for all of them."
            )
        return ""

    words = f"{number}, or a tuple of {rank} of them" if rank > 1 else f"{number}, alone or in a tuple"
    bad = (least - 1, (least,) * (rank + 1), (least - 1,) * rank, 1.5, "3", None)
    return Rule(words, accepts, (least, (least,) * rank, [least] * rank), bad, mend)


@functools.cache
def padding_rule(*choices: str) -> Rule:
    """The rule of a padding: one of `choices` in any letter case."""

    def mend(value: Any) -> str:
        near = nearest(value, choices) if isinstance(value, str) else None
        return f"Did you mean {near!r}?" if near else ""

    return Rule(
        f"one of {', '.join(map(repr, choices))}",
        lambda v: isinstance(v, str) and v.lower() in choices,
        (*choices, "SAME"),
        ("full", 1, None, (1, 1)),
        mend,
    )


def sizes(value: Any, rank: int) -> tuple[int, ...]:
    """One integer for each of `rank` axes, from one for all or one for each."""
    return (int(value),) * rank if is_int(value) else tuple(int(v) for v in value)


# ---- the window ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Window:
    """How a kernel is slid over an array; nothing is checked here.

    Args:
        owner: the op or layer, as messages name it.
        strides: the step along each spatial axis.
        padding: `"valid"`, `"same"`, or `"causal"`, which pads the beginning alone.
        dilation: the distance between neighbouring taps along each spatial axis.
        channels_first: whether the channels are axis 1, not the last.
    """

    owner: str
    strides: tuple[int, ...]
    padding: str
    dilation: tuple[int, ...]
    channels_first: bool

    def inward(self, x: Any) -> Any:
        """The array with its channels last."""
        return jnp.moveaxis(x, 1, -1) if self.channels_first else x

    def outward(self, y: Any) -> Any:
        """A result with its channels where those of the input were."""
        return jnp.moveaxis(y, -1, 1) if self.channels_first else y

    def reach(self, window: Sequence[int]) -> tuple[int, ...]:
        """How many places the dilated window covers along each axis."""
        return tuple((k - 1) * d + 1 for k, d in zip(window, self.dilation, strict=True))

    def pads(self, shape: Sequence[Any], window: Sequence[int]) -> list[tuple[Any, Any]]:
        """How many zeros go before and after each spatial axis of inputs of `shape`, which has room for the window."""
        self.check_room(shape, window)
        spatial, reach = self.spatial(shape), self.reach(window)
        if self.padding == "causal":
            return [(size - 1, 0) for size in reach]
        return lax.padtype_to_pads(np.array(spatial), np.array(reach), np.array(self.strides), self.padding.upper())

    def spatial(self, shape: Sequence[Any]) -> tuple[Any, ...]:
        """The sizes of the spatial axes."""
        return tuple(shape[2:] if self.channels_first else shape[1:-1])

    def check_room(self, shape: Sequence[Any], window: Sequence[int]) -> None:
        """Raises `ShapeError` when the window fits nowhere; sizes that are not known are taken to be large enough."""
        least = self.reach(window) if self.padding == "valid" else (1,) * len(window)
        if any(isinstance(size, int) and size < need for size, need in zip(self.spatial(shape), least, strict=True)):
            raise self._no_room(shape, window, least)

    def _no_room(self, shape: Sequence[Any], window: Sequence[int], least: Sequence[int]) -> ShapeError:
        spatial = self.spatial(shape)
        has = " x ".join(str(d) if isinstance(d, int) else "None" for d in spatial)
        dilated = f" with dilation {' x '.join(map(str, self.dilation))}" if max(self.dilation) > 1 else ""
        mend = (
            f"Use padding='same', less pooling and smaller strides before it, or larger {_THINGS[len(window)]}."
            if self.padding == "valid"
            else f"Use less pooling and smaller strides before it, or larger {_THINGS[len(window)]}."
        )
        turned = zip(shape[2:], least, strict=True)  # the spatial sizes, if the channels came first
        would_fit = all(not is_int(size) or size >= need for size, need in turned)
        if not self.channels_first and is_int(shape[1]) and shape[1] in (1, 3) and would_fit:
            mend = f"If the {shape[1]} of axis 1 counts channels, move them to the end: x = np.moveaxis(x, 1, -1)."
        return ShapeError(
            f"{self.owner}: its window of {' x '.join(map(str, window))}{dilated} needs inputs of at least "
            f"{' x '.join(map(str, least))} places; received shape {shape_text(shape)}, which has {has}.\n{mend}"
        )

    def arrays(self, inputs: Any, *kernels: Any) -> tuple[Any, ...]:
        """Inputs, channels last, and kernels as arrays of one dtype: that of the kernels, if they are floats."""
        held = [array(kernel) for kernel in kernels]
        x = array(inputs)
        dtype = held[0].dtype if jnp.issubdtype(held[0].dtype, jnp.inexact) else jnp.result_type(x, held[0])
        return tuple(a.astype(dtype) for a in (self.inward(x), *held))


def _window(
    owner: str, inputs: Any, kernel: Any, strides: Any, padding: Any, data_format: Any, dilation: Any
) -> Window:
    """The window of a call of an op, its arguments checked."""
    owner = f"heron.ops.{owner}"
    shape, kernel_shape = array(inputs).shape, array(kernel).shape
    rank = len(shape) - 2
    if rank not in _THINGS or len(kernel_shape) != len(shape):
        raise ShapeError(
            f"{owner} expects inputs with the axes (batch, ..., channels), one to three between those, and a kernel "
            f"with as many axes; received shapes {shape_text(shape)} and {shape_text(kernel_shape)}.\n"
            "Add the missing axis: x[..., None] for one channel, x[None] for a single sample."
        )
    padding_rule("valid", "same").check(owner, "padding", padding)
    sizes_rule(rank).check(owner, "strides", strides)
    sizes_rule(rank).check(owner, "dilation_rate", dilation)
    channels_first = standardize_data_format(data_format, owner) == "channels_first"
    return Window(owner, sizes(strides, rank), padding.lower(), sizes(dilation, rank), channels_first)


def _wrong_channels(window: Window, inputs: Any, kernel: Any, expected: str) -> ShapeError:
    where = "axis 1" if window.channels_first else "last axis"
    other = "channels_last" if window.channels_first else "channels_first"
    return ShapeError(
        f"{window.owner}: a kernel of shape {shape_text(array(kernel).shape)} takes inputs whose {where} has "
        f"{expected}; received shape {shape_text(array(inputs).shape)}.\n"
        f"Make the kernel for these channels, or say data_format='{other}' if they are on the other side."
    )


# ---- on arrays, as layers use them --------------------------------------------------------------------------------


def convolved(window: Window, inputs: Any, kernel: Any) -> Any:
    """`conv` of checked arguments: the number of groups is that of the input's channels over the kernel's."""
    x, weights = window.arrays(inputs, kernel)
    channels = x.shape[-1]
    taken, filters = weights.shape[-2:]
    if not is_int(channels) or channels % taken or filters % (channels // taken):
        many = f"{taken} channels, or a multiple of them that divides into as many groups as the {filters} filters do"
        raise _wrong_channels(window, inputs, kernel, many)
    return window.outward(_slid(window, inputs, x, weights, channels // taken))


def convolved_by_channel(window: Window, inputs: Any, kernel: Any) -> Any:
    """`depthwise_conv` of checked arguments."""
    x, weights = window.arrays(inputs, kernel)
    return window.outward(_each_channel(window, inputs, x, weights))


def convolved_separably(window: Window, inputs: Any, depthwise_kernel: Any, pointwise_kernel: Any) -> Any:
    """`separable_conv` of checked arguments."""
    x, depthwise, pointwise = window.arrays(inputs, depthwise_kernel, pointwise_kernel)
    ones = (1,) * len(window.strides)
    made = math.prod(depthwise.shape[-2:])
    if pointwise.shape[:-1] != (*ones, made):
        raise ShapeError(
            f"{window.owner} expects a pointwise kernel of shape {shape_text((*ones, made, 'filters'))} (None: any "
            f"number), as the depthwise kernel makes {made} channels; received shape {shape_text(pointwise.shape)}.\n"
            f"Reshape it, or make it anew with {made} input channels."
        )
    y = _each_channel(window, inputs, x, depthwise)
    y = convolve(y, pointwise, strides=ones, padding=[(0, 0)] * len(ones), dilation=ones)
    return window.outward(y)


def convolved_transposed(window: Window, inputs: Any, kernel: Any, output_padding: Sequence[int] | None) -> Any:
    """`conv_transpose` of checked arguments."""
    x, weights = window.arrays(inputs, kernel)
    if x.shape[-1] != weights.shape[-1]:
        raise _wrong_channels(window, inputs, kernel, f"{weights.shape[-1]} channels")
    extra: Sequence[int | None] = output_padding if output_padding is not None else (None,) * len(window.strides)
    reach = window.reach(weights.shape[:-2])
    pads = [_transposed_pads(window.padding, *one) for one in zip(reach, window.strides, extra, strict=True)]
    for size, stride, reached, pad in zip(x.shape[1:-1], window.strides, reach, pads, strict=True):
        if isinstance(size, int) and (size - 1) * stride + 2 + sum(pad) <= reached:
            raise ShapeError(
                f"{window.owner}: nothing would come out of inputs of shape {shape_text(array(inputs).shape)}; "
                f"expected at least one place along every spatial axis.\nUse larger "
                f"{_THINGS[len(reach)]}, or output_padding=1."
            )
    y = convolve_transpose(x, weights, strides=window.strides, padding=pads, dilation=window.dilation)
    return window.outward(y)


def _slid(window: Window, inputs: Any, x: Any, kernel: Any, groups: int) -> Any:
    pads = window.pads(array(inputs).shape, kernel.shape[:-2])
    return convolve(x, kernel, strides=window.strides, padding=pads, dilation=window.dilation, groups=groups)


def _each_channel(window: Window, inputs: Any, x: Any, kernel: Any) -> Any:
    channels, multiplier = kernel.shape[-2:]
    if x.shape[-1] != channels:
        raise _wrong_channels(window, inputs, kernel, f"{channels} channels")
    flat = kernel.reshape(*kernel.shape[:-2], 1, channels * multiplier)  # (*window, 1, C * M)
    return _slid(window, inputs, x, flat, channels)


def _transposed_pads(padding: str, reach: int, stride: int, extra: int | None) -> tuple[int, int]:
    """The zeros before and after an axis spread by `stride`.

    Without `extra`, `n` places become `n * stride` ("same") or the fewest of which every window lies inside, but at
    least that many ("valid").
    """
    if padding == "valid":
        return reach - 1, reach - 1 + (max(stride - reach, 0) if extra is None else extra)
    total = reach + stride - 2 if extra is None else reach + reach % 2 - 2 + extra
    before = min((total + 1) // 2, reach - 1)
    return before, total - before


# ---- the ops ------------------------------------------------------------------------------------------------------


@op
def conv(
    inputs: Any,
    kernel: Any,
    strides: int | Sequence[int] = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: int | Sequence[int] = 1,
) -> Any:
    """Slides a kernel over one to three spatial axes: sums of products of its taps with the channels under them.

    Args:
        inputs: `(batch, *spatial, channels)`, or `(batch, channels, *spatial)` with `"channels_first"`.
        kernel: `(*window, channels // groups, filters)`; its second last axis says how many groups there are.
        strides: the step of the window, one number or one for each spatial axis.
        padding: `"valid"` for windows inside alone, `"same"` for zeros around, so that stride 1 keeps the size.
        data_format: `"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.
        dilation_rate: the distance between neighbouring taps, one number or one for each spatial axis.

    Returns:
        `(batch, *out, filters)`, the channels where those of the input are, of the dtype of the kernel.

    Raises:
        ShapeError: when the channels do not fit, or the window fits nowhere.

    Example:
        >>> x, difference = array([[[1.0], [4.0], [9.0]]]), array([[[-1.0]], [[1.0]]])
        >>> conv(x, difference).tolist()
        [[[3.0], [5.0]]]
    """
    return convolved(_window("conv", inputs, kernel, strides, padding, data_format, dilation_rate), inputs, kernel)


@op
def depthwise_conv(
    inputs: Any,
    kernel: Any,
    strides: int | Sequence[int] = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: int | Sequence[int] = 1,
) -> Any:
    """`conv` of each channel by itself, with kernels of its own.

    Args:
        inputs: `(batch, *spatial, channels)`, or `(batch, channels, *spatial)` with `"channels_first"`.
        kernel: `(*window, channels, multiplier)`.
        strides: as in `conv`.
        padding: as in `conv`.
        data_format: as in `conv`.
        dilation_rate: as in `conv`.

    Returns:
        `(batch, *out, channels * multiplier)`, those of one channel side by side.

    Raises:
        ShapeError: when the channels do not fit, or the window fits nowhere.

    Example:
        >>> depthwise_conv(array([[[1.0, 10.0], [2.0, 20.0]]]), array([[[1.0], [2.0]]])).tolist()
        [[[1.0, 20.0], [2.0, 40.0]]]
    """
    window = _window("depthwise_conv", inputs, kernel, strides, padding, data_format, dilation_rate)
    return convolved_by_channel(window, inputs, kernel)


@op
def separable_conv(
    inputs: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: int | Sequence[int] = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: int | Sequence[int] = 1,
) -> Any:
    """`depthwise_conv`, then a mixing of the channels at each place.

    Args:
        inputs: `(batch, *spatial, channels)`, or `(batch, channels, *spatial)` with `"channels_first"`.
        depthwise_kernel: `(*window, channels, multiplier)`.
        pointwise_kernel: `(1, ..., channels * multiplier, filters)`.
        strides: as in `conv`.
        padding: as in `conv`.
        data_format: as in `conv`.
        dilation_rate: as in `conv`.

    Returns:
        `(batch, *out, filters)`.

    Raises:
        ShapeError: when the channels do not fit, or the window fits nowhere.

    Example:
        >>> x, each, mix = array([[[1.0, 10.0]]]), array([[[1.0], [2.0]]]), array([[[1.0], [1.0]]])
        >>> separable_conv(x, each, mix).tolist()
        [[[21.0]]]
    """
    window = _window("separable_conv", inputs, depthwise_kernel, strides, padding, data_format, dilation_rate)
    return convolved_separably(window, inputs, depthwise_kernel, pointwise_kernel)


@op
def conv_transpose(
    inputs: Any,
    kernel: Any,
    strides: int | Sequence[int] = 1,
    padding: str = "valid",
    output_padding: int | Sequence[int] | None = None,
    data_format: str | None = None,
    dilation_rate: int | Sequence[int] = 1,
) -> Any:
    """The transpose of `conv` as a linear map: every input place adds the kernel, times its value, to the output.

    Args:
        inputs: `(batch, *spatial, channels)`, or `(batch, channels, *spatial)` with `"channels_first"`.
        kernel: `(*window, filters, channels)`.
        strides: how far apart the kernels of neighbouring input places lie.
        padding: `"valid"` keeps all that is added to, `"same"` crops to `strides` places for each input place.
        output_padding: places added at the end of each axis to what `padding` alone leaves, fewer than the stride;
            None for those that make up the sizes named there.
        data_format: as in `conv`.
        dilation_rate: as in `conv`.

    Returns:
        `(batch, *out, filters)`.

    Raises:
        ArgumentError: when `output_padding` is not below the strides.
        ShapeError: when the channels do not fit, or nothing would come out.

    Source: Dumoulin and Visin, https://arxiv.org/abs/1603.07285.

    Example:
        >>> conv_transpose(array([[[1.0], [2.0]]]), array([[[1.0]], [[10.0]]]), strides=2).tolist()
        [[[1.0], [10.0], [2.0], [20.0]]]
    """
    window = _window("conv_transpose", inputs, kernel, strides, padding, data_format, dilation_rate)
    extra = checked_output_padding(window.owner, output_padding, window.strides)
    return convolved_transposed(window, inputs, kernel, extra)


def checked_output_padding(owner: str, output_padding: Any, strides: tuple[int, ...]) -> tuple[int, ...] | None:
    """`output_padding` for each axis, or None; `ArgumentError` unless it is below the strides."""
    if output_padding is None:
        return None
    sizes_rule(len(strides), 0).check(owner, "output_padding", output_padding)
    extra = sizes(output_padding, len(strides))
    if any(e >= s for e, s in zip(extra, strides, strict=True)):
        raise ArgumentError(
            f"{owner}: argument 'output_padding' must be below the strides {strides} along every axis; received "
            f"{output_padding}.\nLeave it out, or write at most {tuple(s - 1 for s in strides)}."
        )
    return extra
