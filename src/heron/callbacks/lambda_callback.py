"""A callback made of functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from heron.callbacks.callback import Callback
from heron.errors import ArgumentTypeError, value_text
from heron.validate import unknown_argument

_HOOKS = [name for name in vars(Callback) if name.startswith("on_")]


class LambdaCallback(Callback):
    """Calls the given functions at the given moments.

    Args:
        on_epoch_begin: called as `f(epoch, logs)`.
        on_epoch_end: called as `f(epoch, logs)`.
        on_train_begin: called as `f(logs)`.
        on_train_end: called as `f(logs)`.
        on_train_batch_begin: called as `f(batch, logs)`; training then returns to Python for every batch.
        on_train_batch_end: called as `f(batch, logs)`; the same.
        **kwargs: functions for the other hooks of `Callback`, under their names.

    Raises:
        ArgumentTypeError: for a hook that does not exist, and for something that is not a function.

    Source: `keras.callbacks.LambdaCallback`.

    Example:
    >>> shout = LambdaCallback(on_epoch_end=lambda epoch, logs: print(f"{logs['loss']:.2f}!"))
    >>> shout.on_epoch_end(0, {"loss": 0.5})
    0.50!
    """

    def __init__(
        self,
        on_epoch_begin: Callable[..., Any] | None = None,
        on_epoch_end: Callable[..., Any] | None = None,
        on_train_begin: Callable[..., Any] | None = None,
        on_train_end: Callable[..., Any] | None = None,
        on_train_batch_begin: Callable[..., Any] | None = None,
        on_train_batch_end: Callable[..., Any] | None = None,
        **kwargs: Callable[..., Any] | None,
    ) -> None:
        super().__init__()
        named = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
        }
        for hook, function in (named | kwargs).items():
            if hook not in _HOOKS:
                raise unknown_argument("LambdaCallback", hook, _HOOKS)
            if function is None:
                continue
            if not callable(function):
                raise ArgumentTypeError(
                    f"LambdaCallback: {hook} must be a function; received {value_text(function)}.\n"
                    f"Write {hook}=lambda ...: ..."
                )
            setattr(self, hook, function)
