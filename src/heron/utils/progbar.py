"""A progress line for loops of one's own."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from typing import Any

from heron import config
from heron.callbacks.console import is_terminal, log
from heron.callbacks.progress import Progress, Screen, keras_line, live_line, log_line, visible_width
from heron.errors import ArgumentError


class Progbar:
    """Shows how far a loop has come.

    On a terminal one line is written over; elsewhere one line is written at the end.

    Args:
        target: how many steps there will be, None if that is not known.
        width: kept for Keras's signature; the line is as wide as it needs.
        verbose: 0 silent, 1 a line that moves, 2 one line at the end. Default 1.
        interval: seconds between two updates of the line. Default 0.05.
        stateful_metrics: names of values that are shown as they are; the others are averaged over the steps.
        stateless_metrics: names of values that are averaged; the others are shown as they are.
        unit_name: what one step is called. Default `"step"`.

    Raises:
        ArgumentError: when both lists of names are given.

    Source: `keras.utils.Progbar`.

    Example:
    >>> bar = Progbar(2)
    >>> bar.update(1, [("loss", 1.0)])
    >>> bar.update(2, [("loss", 0.5)])
    2/2 - 0s - ...s/step - loss: 0.5000
    """

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        stateless_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
    ) -> None:
        if stateful_metrics is not None and stateless_metrics is not None:
            raise ArgumentError(
                "Progbar: stateful_metrics and stateless_metrics were both given; one says what the other would.\n"
                "Leave one of them out."
            )
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.unit_name = unit_name
        self.stateful_metrics = None if stateless_metrics is not None else set(stateful_metrics or ())
        self.stateless_metrics = None if stateless_metrics is None else set(stateless_metrics)
        self._done = 0
        self._sums: dict[str, tuple[Any, int]] = {}  # the sum over steps, and how many
        self._began = time.perf_counter()
        self._drawn = float("-inf")
        self._shown = 0  # characters of an unfinished line

    def update(self, current: int, values: Any = None, finalize: bool | None = None) -> None:
        """Shows that `current` steps are done.

        Args:
            current: how many steps are done, all together.
            values: pairs of a name and its value in the last step.
            finalize: whether this is the end; by default when `current` has reached `target`.
        """
        finalize = bool(self.target is not None and current >= self.target) if finalize is None else finalize
        steps = max(current - self._done, 1)
        for name, value in values or ():
            if finalize or not self._is_averaged(name):
                self._sums[name] = (value, 1)
            else:
                total, count = self._sums.get(name, (0.0, 0))
                self._sums[name] = (total + value * steps, count + steps)
        self._done = current
        self._show(finalize)

    def add(self, n: int, values: Any = None) -> None:
        """Shows that `n` more steps are done."""
        self.update(self._done + n, values)

    def _is_averaged(self, name: str) -> bool:
        return (
            name in self.stateless_metrics
            if self.stateless_metrics is not None
            else name not in (self.stateful_metrics or ())
        )

    def _show(self, finalize: bool) -> None:
        now = time.perf_counter()
        logs = {name: total / max(count, 1) for name, (total, count) in self._sums.items()}
        seconds = now - self._began
        left = seconds / self._done * (self.target - self._done) if self.target and self._done else None
        progress = Progress("", self._done, self.target, seconds, None if finalize else left, finalize, logs)
        interactive = config.is_interactive_logging_enabled()
        if self.verbose == 1 and interactive and is_terminal(sys.stdout):
            if not finalize and now - self._drawn < self.interval:
                return
            self._drawn, line = now, self._named(live_line(progress, Screen(), moving=not finalize))
            width = visible_width(line)
            sys.stdout.write("\r" + line + " " * (self._shown - width) + ("\n" if finalize else ""))
            sys.stdout.flush()
            self._shown = 0 if finalize else width
        elif self.verbose and finalize:
            line = self._named((keras_line if self.verbose == 2 else log_line)(progress))
            if interactive:
                sys.stdout.write(line + "\n")
            else:
                log(line)

    def _named(self, line: str) -> str:
        return line.replace("s/step", f"s/{self.unit_name}", 1)
