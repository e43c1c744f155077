"""The progress display of `fit`, `evaluate` and `predict`."""

from __future__ import annotations

import os
import shutil
import sys
import time

from heron import config
from heron.callbacks.callback import Callback, Logs
from heron.callbacks.console import is_terminal, log
from heron.callbacks.progress import Forecast, Progress, Screen, keras_line, live_line, log_line, visible_width

REDRAW_SECONDS = 0.1
STAYS_SECONDS = 0.3


class ProgbarLogger(Callback):
    """Shows the progress; `fit` adds one unless `verbose=0`.

    With `verbose=1` on a terminal one line is written over, at most ten times a second; the line of an epoch stays when
    the epoch took 0.3 s or was the last. Elsewhere (logs, pipes, notebooks) every epoch is one plain line. `verbose=2`
    writes `Epoch 3/5` and a line of results, in Keras's form.

    Source: `keras.callbacks.ProgbarLogger`.

    Example:
    >>> display = ProgbarLogger()
    >>> display.set_params({"epochs": 2, "steps": 10, "verbose": 1})
    >>> display.on_train_begin()
    >>> display.on_epoch_begin(0)
    >>> display.on_epoch_end(0, {"loss": 0.5})
    Epoch 1/2 - 0s - 10/10 - ...s/step - loss: 0.5000
    """

    def __init__(self) -> None:
        super().__init__()
        self._fitting = False
        self._shown: Logs = {}
        self._begin("")

    @property
    def wants_chunks(self) -> bool:
        """True when there is a line to write over."""
        return self._verbose() == 1 and config.is_interactive_logging_enabled() and is_terminal(sys.stdout)

    def _verbose(self) -> int:
        verbose = self.params.get("verbose", 1)
        return 1 if verbose == "auto" else int(verbose)

    # ---- what happens ---------------------------------------------------------------------------------------------

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._fitting = True
        self._begin("")

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        epochs = self.params.get("epochs", 1)
        self._epoch = epoch
        self._begin_epoch(f"Epoch {epoch + 1}/{epochs}")
        if self._verbose() == 2 and epochs > 1:
            self._write(f"{self._title}\n")
        elif self._live and not self._width:
            self._draw(self._progress(self._started))

    def on_chunk_end(self, done: int, logs: Logs | None = None) -> None:
        now = time.perf_counter()
        if not self._validating:
            self._done, self._shown = done, logs or {}
        if not self._live:
            return
        left = self._left(now)
        if now - self._drawn >= REDRAW_SECONDS:
            self._draw(self._progress(now, left, "validating" if self._validating else ""))

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        last = epoch + 1 >= self.params.get("epochs", 1) or bool(getattr(self.model, "stop_training", False))
        self._end_epoch(logs or {}, last)

    def on_train_end(self, logs: Logs | None = None) -> None:
        self._fitting = False
        self._close()

    def on_test_begin(self, logs: Logs | None = None) -> None:
        if self._fitting:
            self._validating = True
        else:
            self._begin("")

    def on_test_end(self, logs: Logs | None = None) -> None:
        if self._fitting:
            self._validating = False
        else:
            self._end_epoch(logs or {}, last=True)
            self._close()

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        self._begin("")

    def on_predict_end(self, logs: Logs | None = None) -> None:
        self._end_epoch({}, last=True)
        self._close()

    # ---- state ----------------------------------------------------------------------------------------------------

    def _begin(self, title: str) -> None:
        self._forecast = Forecast()
        self._live = self.wants_chunks
        self._screen: Screen | None = None
        self._steps: int | None = self.params.get("steps")
        self._epoch = 0
        self._drawn = self._flushed = 0.0
        self._width = 0  # characters of an unfinished line
        self._pending: Progress | None = None
        self._begin_epoch(title)

    def _begin_epoch(self, title: str) -> None:
        self._title = title
        self._done = 0
        self._shown = {}
        self._validating = False
        self._started = time.perf_counter()

    def _progress(self, now: float, left: float | None = None, doing: str = "") -> Progress:
        return Progress(self._title, self._done, self._steps, now - self._started, left, False, self._shown, doing)

    def _left(self, now: float) -> float | None:
        """Seconds until the last epoch ends."""
        if not self._steps:
            return None
        epochs = self.params.get("epochs", 1) if self._title else 1
        return self._forecast.left(self._epoch + min(1.0, self._done / self._steps), epochs, now)

    def _end_epoch(self, logs: Logs, last: bool) -> None:
        verbose, now = self._verbose(), time.perf_counter()
        if verbose == 0:
            return
        self._done = self._done or self._steps or 0  # without reports of pieces, the whole epoch was one
        if self.params.get("steps") is None:
            self._steps = self._done or None
        self._shown, left = logs, self._left(now)
        progress = self._progress(now)._replace(finished=True)
        if not self._live:
            self._write((keras_line if verbose == 2 else log_line)(progress) + "\n")
        elif last or progress.seconds >= STAYS_SECONDS:
            self._draw(progress, "\n")
        else:
            self._pending = progress._replace(left=left, finished=left is None)
            if now - self._drawn >= REDRAW_SECONDS:
                self._draw(self._pending)

    # ---- the rim --------------------------------------------------------------------------------------------------

    def _draw(self, progress: Progress, end: str = "") -> None:
        self._pending = None
        self._screen = self._screen or _screen()
        screen = self._screen._replace(columns=shutil.get_terminal_size().columns)
        text = live_line(progress, screen, moving=not end)
        width = visible_width(text)
        sys.stdout.write("\r" + text + " " * (self._width - width) + end)
        sys.stdout.flush()
        self._width = 0 if end else width
        self._drawn = time.perf_counter()

    def _write(self, text: str) -> None:
        """Writes a whole line; what is fast is handed on ten times a second."""
        if not config.is_interactive_logging_enabled():
            log(text.rstrip("\n"))
            return
        if sys.stdout is None:
            return
        sys.stdout.write(text)
        now = time.perf_counter()
        if now - self._flushed >= REDRAW_SECONDS:
            sys.stdout.flush()
            self._flushed = now

    def _close(self) -> None:
        """Ends the line that was written over, showing the last results."""
        if self._pending is not None:
            self._draw(self._pending._replace(finished=True, left=None), "\n")
        elif self._width:
            sys.stdout.write("\n")
        if sys.stdout is not None and self._verbose():
            sys.stdout.flush()
        self._width = 0


def _screen() -> Screen:
    """What the terminal behind standard output can show."""
    try:
        "━╸─".encode(sys.stdout.encoding or "ascii")
        unicode = True
    except (UnicodeEncodeError, LookupError):
        unicode = False
    known = os.name != "nt" or bool({"WT_SESSION", "ANSICON", "TERM"} & set(os.environ))
    return Screen(unicode=unicode, colour=known and not os.environ.get("NO_COLOR"))
