"""What callbacks that watch one number have in common."""

from __future__ import annotations

import math
from typing import Any

from heron.callbacks.callback import Callback, Logs
from heron.callbacks.names import better_of, nearest_log, same_log
from heron.errors import ArgumentError, more, note
from heron.registry import Configurable
from heron.validate import NUMBER, TEXT, one_of


class Monitor(Configurable, Callback):
    """Watches one entry of the logs for improvement.

    Args:
        monitor: its name, such as `"val_loss"`.
        mode: `"min"`, `"max"`, or `"auto"`: the direction of the metric, or what its name says.
        baseline: the value to beat first; None for none.
        min_delta: a smaller change than this is no improvement; its sign is ignored.

    Raises:
        ArgumentError: with `mode="auto"`, when nothing says which direction is better.
    """

    without_value = "so it does nothing"
    is_watching = True
    rules = {"monitor": TEXT, "mode": one_of("auto", "min", "max"), "min_delta": NUMBER}

    def __init__(
        self,
        monitor: str = "val_loss",
        mode: str = "auto",
        baseline: float | None = None,
        min_delta: float = 0,
    ) -> None:
        super().__init__()
        self.monitor = monitor
        self.mode = mode
        self.best = baseline
        self.min_delta = abs(float(min_delta))
        self._noted = False
        self._better: str | None = None

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._noted = False
        self._better = None
        if self._metric() is not None and self.is_watching:
            self._better = self._direction()  # rather now than after an epoch

    def watched(self, logs: Logs | None) -> float | None:
        """The monitored value; None, after one note for each training, when it is not in the logs."""
        logs = logs or {}
        name = self.monitor if self.monitor in logs else same_log(self.monitor, logs)
        if name != self.monitor:
            self._note_missing(name, logs)
        return None if name is None else logs[name]

    def is_improvement(self, value: float, reference: float | None) -> bool:
        """Whether `value` beats `reference` by more than `min_delta`; every number beats None, NaN beats nothing."""
        self._better = self._better or self._direction()
        if reference is None:
            return not math.isnan(value)
        if self._better == "min":
            return bool(value + self.min_delta < reference)
        return bool(value - self.min_delta > reference)

    def _direction(self) -> str:
        """Which values are better, `"min"` or `"max"`."""
        if self.mode != "auto":
            return self.mode
        direction = getattr(self._metric(), "_direction", None)
        known = {"up": "max", "down": "min"}.get(direction or "") or better_of(self.monitor)
        if known is None:
            raise ArgumentError(
                f"{type(self).__name__}(monitor={self.monitor!r}) cannot tell whether a higher or a lower value is "
                "better.\nPass mode='max' if higher is better, mode='min' if lower is."
            )
        return known

    def _metric(self) -> Any:
        """The model's metric that is monitored, or None."""
        name = self.monitor.removeprefix("val_")
        return next((m for m in getattr(self.model, "metrics", None) or [] if getattr(m, "name", None) == name), None)

    def _note_missing(self, taken: str | None, logs: Logs) -> None:
        if self._noted:
            return
        self._noted = True
        head = f"{type(self).__name__} watches {self.monitor!r}, which is not in the logs"
        if taken is not None:
            note(f"{head}; taken as {taken!r}.")
            return
        note(f"{head} (they have: {', '.join(logs) or 'nothing'}), {self.without_value}.\n{self._mend(logs)}")

    def _mend(self, logs: Logs) -> str:
        near = nearest_log(self.monitor, logs)
        if near is not None:
            return f"Did you mean monitor={near!r}?"
        if self.monitor.startswith("val_") and not any(name.startswith("val_") for name in logs):
            bare: Any = self.monitor[4:]
            bare = bare if bare in logs else nearest_log(bare, logs) or "loss"
            return (
                f"No validation data; add validation_split=0.2 to fit(), or monitor={bare!r}.{more('validation set')}"
            )
        return "Name the metric in compile(metrics=[...]), or monitor one of those there are."
