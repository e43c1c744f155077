"""What holds while a layer is being called: the training flag, and what travels beside arrays: masks and origins."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import jax


class Origin(NamedTuple):
    """What an array was made of: `finish(before)`, value by value, a larger `before` never giving a smaller result."""

    before: Any
    finish: Callable[[Any], Any]


class CallContext:
    """One outermost call and everything called within it."""

    def __init__(self, training: bool | None) -> None:
        self.training = training
        self.seen: list[tuple[Any, Any, Any]] | None = None  # a list to which each layer adds (layer, inputs, outputs)
        self._masks: dict[int, tuple[Any, Any]] = {}
        self._origins: dict[int, tuple[Any, Origin]] = {}

    def mask_of(self, x: Any) -> Any:
        """The mask that was set for exactly this array, or None."""
        return self._masks.get(id(x), (None, None))[1]

    def set_mask(self, x: Any, mask: Any) -> None:
        """Remembers the mask for the length of the call; holding `x` keeps its identity its own."""
        self._masks[id(x)] = (x, mask)

    def origin_of(self, x: Any) -> Origin | None:
        """What exactly this array was made of, if a layer has said so."""
        return self._origins.get(id(x), (None, None))[1]

    def set_origin(self, x: Any, origin: Origin) -> None:
        """Remembers the origin for the length of the call."""
        self._origins[id(x)] = (x, origin)


class _Thread(threading.local):
    context: CallContext | None = None


_thread = _Thread()


def current() -> CallContext | None:
    """The call in progress in this thread."""
    return _thread.context


class entered:
    """Makes `context` the current one inside the block."""

    def __init__(self, context: CallContext) -> None:
        self.context = context

    def __enter__(self) -> CallContext:
        self.outer, _thread.context = _thread.context, self.context
        return self.context

    def __exit__(self, *exc: object) -> None:
        _thread.context = self.outer


def get_mask(x: Any) -> Any:
    """The mask that travels with `x`: a boolean array of its leading axes, or None."""
    context = _thread.context
    found = context.mask_of(x) if context is not None else None
    return found if found is not None else getattr(x, "_keras_mask", None)


def set_mask(x: Any, mask: Any) -> None:
    """Lets `mask` travel with `x`, as an attribute where the array takes one, else for the length of the call."""
    if mask is None:
        return
    context = _thread.context
    if context is not None:
        context.set_mask(x, mask)
    if not isinstance(x, jax.core.Tracer):
        x._keras_mask = mask
