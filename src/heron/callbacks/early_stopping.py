"""Stopping when a metric no longer improves."""

from __future__ import annotations

from typing import Any

from heron.callbacks.callback import Logs
from heron.callbacks.console import VERBOSE, say
from heron.callbacks.monitor import Monitor
from heron.validate import BOOL, NON_NEGATIVE_INT, NUMBER


class EarlyStopping(Monitor):
    """Stops training when the monitored value has not improved for `patience` epochs.

    Args:
        monitor: the name of the value in the logs; `"val_..."` needs validation data. Default `"val_loss"`.
        min_delta: a smaller change than this is no improvement. Default 0.
        patience: how many epochs without improvement are endured. Default 0.
        verbose: 1 says so when it stops and when it restores. Default 0.
        mode: `"min"`, `"max"`, or `"auto"` to go by the metric. Default `"auto"`.
        baseline: a value that must be beaten as well; epochs that do not beat it count as no improvement.
        restore_best_weights: put the weights of the best epoch back at the end. Default False: those of the last stay.
        start_from_epoch: how many epochs pass before watching begins. Default 0.

    Raises:
        ArgumentError: for arguments out of range, and when `mode="auto"` cannot tell the direction.

    Source: `keras.callbacks.EarlyStopping`; Prechelt, "Early Stopping - But When?", 1998.

    Example:
    >>> stop = EarlyStopping(monitor="loss", patience=3)
    >>> stop
    EarlyStopping(monitor='loss', patience=3)
    """

    rules = {
        "patience": NON_NEGATIVE_INT,
        "verbose": VERBOSE,
        "baseline": NUMBER.or_none(),
        "restore_best_weights": BOOL,
        "start_from_epoch": NON_NEGATIVE_INT,
    }

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        self.patience = patience
        self.verbose = verbose
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self._forget()

    def _forget(self) -> None:
        self.wait = 0
        self.stopped_epoch = 0
        self.best: float | None = None
        self.best_epoch = 0
        self.best_weights: list[Any] | None = None

    def on_train_begin(self, logs: Logs | None = None) -> None:
        super().on_train_begin(logs)
        self._forget()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        value = self.watched(logs)
        if value is None or epoch < self.start_from_epoch:
            return
        improved = self.is_improvement(value, self.best)
        if improved:
            self.best, self.best_epoch = value, epoch
        if self.restore_best_weights and (improved or self.best_weights is None):
            self.best_epoch = epoch
            self.best_weights = self.model.get_weights()
        if improved and (self.baseline is None or self.is_improvement(value, self.baseline)):
            self.wait = 0
            return
        self.wait += 1
        if not improved and self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Logs | None = None) -> None:
        if self.verbose > 0 and self.stopped_epoch > 0:
            say(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.best_weights is None:
            return
        if self.verbose > 0:
            say(f"Restoring model weights from the end of the best epoch: {self.best_epoch + 1}.")
        self.model.set_weights(self.best_weights)
