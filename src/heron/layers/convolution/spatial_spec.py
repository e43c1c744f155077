"""What inputs a layer takes that slides a window, and the messages for images that come in another form."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from heron.errors import ShapeError, more, note, shape_text
from heron.layers.input_spec import InputSpec
from heron.validate import is_int

_AXES = {1: ("steps",), 2: ("height", "width"), 3: ("depth", "height", "width")}
_USUAL_CHANNELS = (1, 3)  # of data: gray and colour


class SpatialSpec(InputSpec):
    """Inputs with a batch axis, spatial axes and a channel axis.

    Args:
        rank: the number of spatial axes.
        channels_first: whether the channels are axis 1, not the last.
        channels: how many there must be; None while any number will do.
    """

    def __init__(self, rank: int, channels_first: bool = False, channels: int | None = None) -> None:
        super().__init__(ndim=rank + 2, axes={1 if channels_first else -1: channels})
        self.rank, self.channels_first, self.channels = rank, channels_first, channels

    def check(self, who: str, shape: tuple[Any, ...]) -> None:
        """Raises `ShapeError`, in the name of the layer `who`, unless `shape` (batch included) is accepted."""
        if len(shape) != self.ndim:
            raise ShapeError(
                f"{who} expects inputs with {self.ndim} axes, {self._words()}; received shape {shape_text(shape)}, "
                f"which has {len(shape)}.\n{self._mend_axes(shape)}"
            )
        received = shape[1 if self.channels_first else -1]
        if self.channels is not None and is_int(received) and received != self.channels:
            many = f"{self.channels} channel{'s' * (self.channels != 1)}"
            raise ShapeError(
                f"{who} expects inputs with {many}, {self._words()}, as on its first call; received shape "
                f"{shape_text(shape)}.\n{self._mend_channels(shape, received)}"
            )

    def note_misplaced_channels(self, who: str, shape: Sequence[Any]) -> None:
        """Notes that images seem to have their channels on the other side: `(n, 3, 32, 32)`, say, not last."""
        if self.rank == 2 and all(is_int(d) for d in shape[1:]):
            ahead, behind = (shape[-1], shape[1]) if self.channels_first else (shape[1], shape[-1])
            sides = shape[1:-1] if self.channels_first else shape[2:]
            if ahead in _USUAL_CHANNELS and sides[0] == sides[1] > 4 and behind == sides[0]:
                note(
                    f"{who} takes inputs {self._words()}; shape {shape_text(shape)} looks like {sides[0]} x {sides[1]} "
                    f"images whose channels are on the other side.\n{self._mend_side()}"
                )

    def _words(self) -> str:
        channels = "channels" if self.channels is None else str(self.channels)
        sides = _AXES[self.rank]
        order = (channels, *sides) if self.channels_first else (*sides, channels)
        return f"(samples, {', '.join(order)})"

    def _mend_side(self) -> str:
        if self.channels_first:
            return "Move them to the front: x = np.moveaxis(x, -1, 1); or leave data_format='channels_first' out."
        return "Move them to the end: x = np.moveaxis(x, 1, -1); or give the layer data_format='channels_first'."

    def _mend_channels(self, shape: Sequence[Any], received: int) -> str:
        axis = 1 if self.channels_first else -1
        if shape[-1 if self.channels_first else 1] == self.channels:
            return f"The channels seem to be on the other side. {self._mend_side()}"
        if self.channels == 1:
            return f"Make one channel of them: x = x.mean({axis}, keepdims=True)."
        if received == 1:
            return f"Repeat the one channel: x = np.repeat(x, {self.channels}, {axis})."
        return f"Give it such inputs, or build the model anew for {received} channels."

    def _mend_axes(self, shape: Sequence[Any]) -> str:
        missing = self.rank + 2 - len(shape)
        if missing < 0:
            fitting = len(shape) - 2
            if fitting in _AXES:
                return f"For {len(shape)} axes there are the {fitting}D layers, heron.layers.Conv{fitting}D say."
            return f"Reshape them to {self.ndim} axes."
        if len(shape) == 2 and (square := _square(shape[-1])) and self.rank == 2:
            sides = (square[-1], *square[:-1]) if self.channels_first else square
            return f"If these are images in rows, unroll them: x = x.reshape(-1, {', '.join(map(str, sides))})."
        if missing == 1 and not self._lacks_batch(shape):
            full = (shape[0], 1, *shape[1:]) if self.channels_first else (*shape, 1)
            known = all(is_int(d) for d in full[1:])
            model = (
                f" Write heron.Input({shape_text(full[1:])}) in the model, or put heron.layers.Reshape"
                f"({shape_text(full[1:])}) before this layer."
            )
            index = ":, None" if self.channels_first else "..., None"
            return (
                f"The channel axis is missing; add it: x = x[{index}], which has shape {shape_text(full)}."
                f"{model if known else ''}{more('channel')}"
            )
        if missing == 1:
            return "One sample without the batch axis? Write x[None]."
        index = "None, None" if self.channels_first else "None, ..., None"
        return f"One sample without batch and channel axis? Write x[{index}]."

    def _lacks_batch(self, shape: Sequence[Any]) -> bool:
        channels = shape[0 if self.channels_first else -1]
        wanted = _USUAL_CHANNELS if self.channels is None else (self.channels,)
        return self.rank > 1 and is_int(shape[0]) and channels in wanted


def _square(size: Any) -> tuple[int, int, int] | None:
    """Height, width and channels of a square image of so many numbers, of one channel or three."""
    for channels in _USUAL_CHANNELS:
        if is_int(size) and size % channels == 0:
            side = math.isqrt(size // channels)
            if side >= 8 and side * side * channels == size:
                return side, side, channels
    return None
