"""What all convolution layers share: the window, the bias, the activation and the config."""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from heron import activations, constraints, initializers, regularizers
from heron.config import standardize_data_format
from heron.errors import ArgumentError, ArgumentTypeError, ShapeError, shape_text
from heron.layers.context import Origin, current
from heron.layers.convolution.spatial_spec import SpatialSpec
from heron.layers.layer import Layer
from heron.ops.convolution import Window, padding_rule, sizes, sizes_rule
from heron.ops.lowering.channels import add_bias
from heron.validate import BOOL, one_of
from heron.variables import Variable

_WINDOW = ("kernel_size", "strides", "dilation_rate")
DATA_FORMAT = one_of("channels_last", "channels_first").or_none()


class Windowed(Layer):
    """A layer that slides a window over `rank` spatial axes: rules and config of the arguments that describe it.

    Subclasses that set `rank` get the rules of those arguments for so many axes.
    """

    rank: ClassVar[int]
    paddings: ClassVar[tuple[str, ...]] = ("valid", "same")
    rules = {"data_format": DATA_FORMAT, "use_bias": BOOL}
    strides: tuple[int, ...]
    dilation_rate: tuple[int, ...]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if "rank" in cls.__dict__:
            windows = dict.fromkeys(_WINDOW, sizes_rule(cls.rank))
            cls.rules = {**cls.__dict__.get("rules", {}), **windows, "padding": padding_rule(*cls.paddings)}
        super().__init_subclass__(**kwargs)

    def refuse_dilated_strides(self) -> None:
        """Raises `ArgumentError` when both strides and dilation are above 1."""
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ArgumentError(
                f"{self._who()}: 'strides' and 'dilation_rate' cannot both be above 1; received strides="
                f"{self.strides} and dilation_rate={self.dilation_rate}.\n"
                "Write strides=1, and pool afterwards if the result is to be smaller; or dilation_rate=1."
            )

    def get_config(self) -> dict[str, Any]:
        """The arguments, those of the window as they were understood."""
        config = super().get_config()
        for name in (*_WINDOW, "output_padding", "padding", "data_format"):
            if name in config:
                value = getattr(self, name)
                config[name] = list(value) if isinstance(value, tuple) else value
        return config


class Convolution(Windowed):
    """A layer that slides a window over spatial axes, adds a bias for each channel and applies an activation.

    A subclass says in `convolution` how a kernel is applied. Those that set `rank` get as defaults of strides and
    dilation one number for each of so many axes.
    """

    renamed = {
        "nb_filter": "filters",
        "filter_length": "kernel_size",
        "border_mode": "padding",
        "subsample": "strides",
        "subsample_length": "strides",
        "atrous_rate": "dilation_rate",
        "bias": "use_bias",
        "init": "kernel_initializer",
        "W_regularizer": "kernel_regularizer",
        "b_regularizer": "bias_regularizer",
    }
    bias: Variable | None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if "rank" in cls.__dict__:
            cls.__init__ = _for_rank(cls.__init__, cls.rank)  # type: ignore[method-assign]
        super().__init_subclass__(**kwargs)

    def __init__(
        self,
        *,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int],
        padding: str,
        data_format: str | None,
        dilation_rate: int | Sequence[int],
        activation: Any,
        use_bias: bool,
        **kwargs: Any,
    ) -> None:
        """Keeps the arguments; those in `kwargs` that initialize, penalize or project a weight are looked up."""
        parts = {name: find for name in kwargs if (find := _part(name)) is not None}
        found = {name: find.get(kwargs.pop(name)) for name, find in parts.items()}
        super().__init__(**kwargs)
        self.kernel_size = sizes(kernel_size, self.rank)
        self.strides = sizes(strides, self.rank)
        self.dilation_rate = sizes(dilation_rate, self.rank)
        self.padding = padding.lower()
        self.data_format = standardize_data_format(data_format)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        for name, part in found.items():
            setattr(self, name, part)
        self.input_spec = SpatialSpec(self.rank, self.data_format == "channels_first")

    # ---- for subclasses -------------------------------------------------------------------------------------------

    def convolution(self, inputs: Any) -> Any:
        """The inputs under the kernel: no bias, no activation."""
        raise ArgumentTypeError(
            f"{type(self).__name__} has no convolution() method. Write def convolution(self, inputs)."
        )

    def taken_channels(self, input_shape: tuple[int | None, ...], slides: bool = True) -> int:
        """The input's number of channels, by now known and expected ever after; `slides`: the window must fit in."""
        first = self.data_format == "channels_first"
        self.input_spec.check(self._who(), input_shape)
        channels = self.known_size(input_shape, 1 if first else -1)
        if slides:
            self.window.check_room(input_shape, self.kernel_size)
        self.input_spec.note_misplaced_channels(self._who(), input_shape)
        self.input_spec = SpatialSpec(self.rank, first, channels)
        return channels

    def add_weight_of(self, kind: str, name: str, shape: tuple[int, ...]) -> Variable:
        """`add_weight` with this layer's `<kind>_initializer`, `<kind>_regularizer` and `<kind>_constraint`."""
        return self.own_weight(name, shape, **{part: getattr(self, f"{kind}_{part}") for part in _PARTS})

    def add_bias(self, channels: int) -> None:
        """Creates the bias, unless there is to be none."""
        self.bias = self.add_weight_of("bias", "bias", (channels,)) if self.use_bias else None

    # ---- calling --------------------------------------------------------------------------------------------------

    @property
    def window(self) -> Window:
        """How the kernel is slid."""
        first = self.data_format == "channels_first"
        return Window(self._who(), self.strides, self.padding, self.dilation_rate, first)

    def call(self, inputs: Any) -> Any:
        """Computes the output."""
        y = self.convolution(inputs)
        output = self.finish(y)
        context = current()
        if context is not None and self.activation in _RISING:
            context.set_origin(output, Origin(y, self.finish))
        return output

    def finish(self, y: Any) -> Any:
        """What follows the convolution: the bias of each channel and the activation."""
        if self.bias is not None:
            bias, first = self.bias.value, self.data_format == "channels_first"
            y = y + bias.reshape(-1, *(1,) * self.rank) if first else add_bias(y, bias)
        return self.activation(y)


# Activations that keep the order of numbers: a maximum may be taken before them and the bias.
_RISING = (activations.linear, activations.relu, activations.relu6)
_PARTS: dict[str, types.ModuleType] = {
    "initializer": initializers,
    "regularizer": regularizers,
    "constraint": constraints,
}


def _part(argument: str) -> types.ModuleType | None:
    """The module that finds what `kernel_initializer`, say, stands for; None for other arguments."""
    weight, _, part = argument.rpartition("_")
    return _PARTS.get(part) if weight not in ("", "activity") else None


def _for_rank(init: Callable[..., None], rank: int) -> Callable[..., None]:
    """The constructor `init` with one stride and one dilation an axis as defaults, where it has 1 for all axes."""
    raw = getattr(init, "__wrapped__", init)
    code, defaults = raw.__code__, raw.__defaults__ or ()
    names = code.co_varnames[code.co_argcount - len(defaults) : code.co_argcount]
    ones = 1 if rank == 1 else (1,) * rank
    fitted = tuple(ones if name in _WINDOW else default for name, default in zip(names, defaults, strict=True))
    made = types.FunctionType(code, raw.__globals__, raw.__name__, fitted, raw.__closure__)
    made.__kwdefaults__, made.__annotations__ = raw.__kwdefaults__, raw.__annotations__
    made.__doc__, made.__module__, made.__qualname__ = raw.__doc__, raw.__module__, raw.__qualname__
    return made


def check_groups(layer: Convolution, groups: int, filters: int, input_shape: Any = None, channels: int = 0) -> None:
    """Raises unless `groups` divides the filters and, once there are any, the channels of the input."""
    if filters % groups:
        raise ArgumentError(
            f"{layer._who()}: argument 'filters' must be a multiple of 'groups'; received filters={filters} and "
            f"groups={groups}.\nWrite filters={-(-filters // groups) * groups}, or {_divisors(filters)}."
        )
    if channels % groups:
        raise ShapeError(
            f"{layer._who()} has groups={groups} and expects inputs whose number of channels is a multiple of it; "
            f"received shape {shape_text(input_shape)}, which has {channels}.\n"
            f"Write {_divisors(math.gcd(channels, filters))}."
        )


def _divisors(number: int) -> str:
    """The numbers of groups that divide a number of channels, as they are written."""
    found = [str(d) for d in range(1, number + 1) if number % d == 0]
    return f"groups={found[0]}" if len(found) == 1 else f"one of groups={', '.join(found)}"
