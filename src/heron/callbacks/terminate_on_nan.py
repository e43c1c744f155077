"""Stopping when the loss is no longer a number."""

from __future__ import annotations

import math

from heron.callbacks.callback import Callback, Logs
from heron.callbacks.console import say
from heron.errors import HeronError
from heron.registry import Configurable
from heron.validate import BOOL


class LossNotFiniteError(HeronError, RuntimeError):
    """The loss became NaN or infinite, and `TerminateOnNaN(raise_error=True)` was listening."""


class TerminateOnNaN(Configurable, Callback):
    """Stops training when the loss is NaN or infinite.

    The loss is looked at several times a second and at the end of every epoch. It is the mean over the epoch so far, in
    which one NaN is enough to make it NaN.

    Args:
        raise_error: raise an error instead, so that nothing that follows training runs. Default False.

    Raises:
        LossNotFiniteError: (a `RuntimeError`) during training, with `raise_error=True`.

    Source: `keras.callbacks.TerminateOnNaN`.

    Example:
    >>> TerminateOnNaN()
    TerminateOnNaN()
    """

    rules = {"raise_error": BOOL}

    def __init__(self, raise_error: bool = False) -> None:
        super().__init__()
        self.raise_error = raise_error
        self._epoch = 0
        self._stopped = False

    @property
    def wants_chunks(self) -> bool:
        """True: it need not wait for the end of a long epoch."""
        return True

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._stopped = False

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._epoch = epoch

    def on_chunk_end(self, done: int, logs: Logs | None = None) -> None:
        self._look(f"Epoch {self._epoch + 1}, after batch {done}", logs)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self._look(f"Epoch {epoch + 1}", logs)

    def _look(self, where: str, logs: Logs | None) -> None:
        loss = (logs or {}).get("loss")
        if self._stopped or loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            raise LossNotFiniteError(
                f"{where}: the loss is {loss}; expected a finite number.\n"
                "Scale the inputs and targets, or lower the learning rate: try a tenth of it."
            )
        self._stopped = True
        say(f"{where}: the loss is {loss}, terminating training.")
        self.model.stop_training = True
