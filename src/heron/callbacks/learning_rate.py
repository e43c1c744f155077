"""Changing the learning rate during training."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from heron.callbacks.callback import Callback, Logs
from heron.callbacks.console import VERBOSE, say
from heron.callbacks.monitor import Monitor
from heron.errors import ArgumentError, value_text
from heron.registry import Configurable
from heron.validate import CALLABLE, NON_NEGATIVE, NON_NEGATIVE_INT, NUMBER, Rule, is_number

_FACTOR = Rule(
    "a number above 0 and below 1", lambda v: is_number(v) and 0 < v < 1, (0.1, 0.5), (0, 1, 1.5, -0.1, "0.1", None)
)


class LearningRateScheduler(Configurable, Callback):
    """Sets the learning rate at the beginning of every epoch, and records it as `learning_rate` in the logs.

    Args:
        schedule: a function `(epoch, learning_rate) -> learning_rate`, or `(epoch) -> learning_rate`; epochs count
            from 0.
        verbose: 1 prints each new rate. Default 0.

    Raises:
        ArgumentError: when the function returns something that is not a number.

    Source: `keras.callbacks.LearningRateScheduler`.

    Example:
    >>> halve = LearningRateScheduler(lambda epoch, rate: rate if epoch < 10 else rate / 2)
    """

    rules = {"schedule": CALLABLE, "verbose": VERBOSE}

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        super().__init__()
        self.schedule = schedule
        self.verbose = verbose
        self._takes_rate = _takes_two(schedule)

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        optimizer = self.model.optimizer
        rate: Any = self.schedule(epoch, float(optimizer.learning_rate)) if self._takes_rate else self.schedule(epoch)
        if not is_number(rate):
            raise ArgumentError(
                f"LearningRateScheduler: the schedule must return a number; for epoch {epoch} it returned "
                f"{value_text(rate)}.\nMake it return the new learning rate, also when that does not change."
            )
        optimizer.learning_rate = float(rate)
        if self.verbose > 0:
            say(f"Epoch {epoch + 1}: LearningRateScheduler setting learning rate to {float(rate)}.")

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)


class ReduceLROnPlateau(Monitor):
    """Lowers the learning rate when the monitored value has stopped improving, and records it in the logs.

    Args:
        monitor: the name of the value in the logs. Default `"val_loss"`.
        factor: what the rate is multiplied by, below 1. Default 0.1.
        patience: how many epochs without improvement are endured. Default 10.
        verbose: 1 prints each new rate. Default 0.
        mode: `"min"`, `"max"`, or `"auto"` to go by the metric. Default `"auto"`.
        min_delta: a smaller change than this is no improvement. Default 0.0001.
        cooldown: how many epochs to wait after a change before counting again. Default 0.
        min_lr: the rate never falls below this. Default 0.

    Raises:
        ArgumentError: for arguments out of range, and when `mode="auto"` cannot tell the direction.

    Source: `keras.callbacks.ReduceLROnPlateau`.

    Example:
    >>> ReduceLROnPlateau(factor=0.2, patience=5, min_lr=0.001)
    ReduceLROnPlateau(factor=0.2, patience=5, min_lr=0.001)
    """

    renamed = {"epsilon": "min_delta"}
    rules = {
        "factor": _FACTOR,
        "patience": NON_NEGATIVE_INT,
        "verbose": VERBOSE,
        "min_delta": NUMBER,
        "cooldown": NON_NEGATIVE_INT,
        "min_lr": NON_NEGATIVE,
    }

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        self.factor = factor
        self.patience = patience
        self.verbose = verbose
        self.cooldown = cooldown
        self.min_lr = min_lr
        self.cooldown_counter = 0
        self.wait = 0

    def on_train_begin(self, logs: Logs | None = None) -> None:
        super().on_train_begin(logs)
        self.best = None
        self.cooldown_counter = 0
        self.wait = 0

    def in_cooldown(self) -> bool:
        """Whether it is waiting after a change."""
        return self.cooldown_counter > 0

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)
        value = self.watched(logs)
        if value is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self.is_improvement(value, self.best):
            self.best = value
            self.wait = 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience:
                self._reduce(epoch)

    def _reduce(self, epoch: int) -> None:
        optimizer = self.model.optimizer
        rate = float(optimizer.learning_rate)
        if rate <= np.float32(self.min_lr):  # the rate is kept as float32
            return
        rate = max(rate * self.factor, self.min_lr)
        optimizer.learning_rate = rate
        self.cooldown_counter = self.cooldown
        self.wait = 0
        if self.verbose > 0:
            say(f"Epoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {rate}.")


def _takes_two(function: Callable[..., Any]) -> bool:
    """Whether `function` can be called with two positional arguments."""
    try:
        inspect.signature(function).bind(0, 0.0)
    except TypeError:
        return False
    except ValueError:  # a function without a signature
        return True
    return True
