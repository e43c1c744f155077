"""The text of the progress display: what has happened goes in, one line comes out. Nothing here prints."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

BAR_CELLS = 20
_SMALLEST_BAR = 8
_ESCAPE = re.compile(r"\x1b\[\d+m")
_GREEN, _DIM, _PLAIN = "\x1b[32m", "\x1b[2m", "\x1b[0m"


class Progress(NamedTuple):
    """How far training, evaluation or prediction has come.

    Attributes:
        title: `"Epoch 3/5"`, or empty for evaluation and prediction.
        done: batches done in this epoch.
        steps: batches of an epoch; None while that is unknown.
        seconds: since the epoch began.
        left: seconds until everything is done; None when it is done or cannot be told.
        finished: whether the epoch is over.
        logs: the metrics by name.
        doing: what is going on besides training, such as `"validating"`.
    """

    title: str
    done: int
    steps: int | None
    seconds: float
    left: float | None
    finished: bool
    logs: Mapping[str, Any]
    doing: str = ""


class Screen(NamedTuple):
    """What a terminal can show.

    Attributes:
        columns: characters in a line.
        unicode: whether its encoding has the characters of the bar.
        colour: whether it understands colours.
    """

    columns: int = 80
    unicode: bool = True
    colour: bool = True


def number_text(value: Any) -> str:
    """Returns a metric with four decimals, or in powers of ten when it is not above 0.001; arrays by their mean.

    >>> number_text(0.85123), number_text(0.0004)
    ('0.8512', '4.0000e-04')
    """
    value = value if isinstance(value, float) else float(np.mean(value))
    return f"{value:.4f}" if abs(value) > 1e-3 else f"{value:.4e}"


def metric_texts(logs: Mapping[str, Any]) -> list[str]:
    """Returns `["accuracy: 0.8512", "loss: 0.4120"]`."""
    return [f"{name}: {number_text(value)}" for name, value in logs.items()]


def step_time(seconds: float, steps: int | None) -> str:
    """Returns the time of one step, `"290us/step"`.

    >>> step_time(3.0, 1875), step_time(3.0, 2), step_time(0.5, None)
    ('2ms/step', '2s/step', '')
    """
    if not steps:
        return ""
    each = seconds / steps
    if each >= 1 or each == 0:
        return f"{each:.0f}s/step"
    return f"{each * 1e3:.0f}ms/step" if each >= 1e-3 else f"{each * 1e6:.0f}us/step"


def duration_text(seconds: float) -> str:
    """Returns `"7s"`, `"2:05"` or `"1:02:05"`.

    >>> duration_text(7.4), duration_text(125), duration_text(3725)
    ('7s', '2:05', '1:02:05')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def count_text(done: int, steps: int | None) -> str:
    """Returns `"  37/1875"`, the first number as wide as the second; `"37"` when the second is unknown."""
    return f"{done:{len(str(steps))}d}/{steps}" if steps else f"{done}"


def log_line(progress: Progress) -> str:
    """Returns the line of a finished epoch for logs, pipes and notebooks.

    >>> log_line(Progress("Epoch 3/5", 1875, 1875, 3.0, None, True, {"loss": 0.412}))
    'Epoch 3/5 - 3s - 1875/1875 - 2ms/step - loss: 0.4120'
    """
    count = count_text(progress.done, progress.steps or progress.done or None) if progress.done else ""
    each = step_time(progress.seconds, progress.done)
    if progress.title:
        head = [progress.title, f"{progress.seconds:.0f}s", count, each]
    else:
        head = [count, f"{progress.seconds:.0f}s", each]
    return " - ".join([*filter(None, head), *metric_texts(progress.logs)])


def keras_line(progress: Progress) -> str:
    """Returns the line that follows `Epoch 3/5` with `verbose=2`.

    >>> keras_line(Progress("Epoch 3/5", 1875, 1875, 3.0, None, True, {"loss": 0.412}))
    '1875/1875 - 3s - 2ms/step - loss: 0.4120'
    """
    return log_line(progress._replace(title=""))


def bar(fraction: float, cells: int, screen: Screen) -> str:
    """Returns a bar of `cells` characters.

    >>> bar(0.5, 9, Screen(colour=False)), bar(0.5, 9, Screen(unicode=False, colour=False))
    ('━━━━╸────', '[===>...]')
    """
    if not screen.unicode:
        inner = max(1, cells - 2)
        full = min(inner, int(fraction * inner))
        filled, rest = "=" * full + ">" * (full < inner), "." * (inner - full - 1)
        return f"[{filled}{rest}]"
    halves = min(2 * cells, int(fraction * 2 * cells))
    filled = "━" * (halves // 2) + "╸" * (halves % 2)
    rest = "─" * (cells - len(filled))
    if not screen.colour:
        return filled + rest
    return f"{_GREEN}{filled}{_PLAIN}{_DIM}{rest}{_PLAIN}"


def live_line(progress: Progress, screen: Screen, moving: bool = True) -> str:
    """Returns the line for a terminal.

    What does not fit goes in this order: most of the bar, the bar, and while the line is `moving`, so that it can be
    written over, the last metrics: then it is never wider than the screen less one. A line that stays keeps them.

    >>> live_line(Progress("Epoch 3/5", 12, 16, 3.0, 5.0, False, {"loss": 0.412}), Screen(60, True, False))
    'Epoch 3/5 ━━━━━━━━━━━━━━━───── 12/16 5s left - loss: 0.4120'
    """
    room = max(1, screen.columns - 1)
    count = count_text(progress.done, progress.steps)
    if progress.finished:
        pace = f"{duration_text(progress.seconds)} {step_time(progress.seconds, progress.done)}".rstrip()
    elif progress.left is not None:
        pace = f"{duration_text(progress.left)} left"
    else:
        pace = duration_text(progress.seconds)
    tail = " ".join(filter(None, [count, pace, progress.doing]))
    metrics = metric_texts(progress.logs)
    spare = room - len(" - ".join([tail, *metrics])) - len(progress.title) - 2
    fraction = min(1.0, progress.done / progress.steps) if progress.steps else float(progress.finished)
    shown = bar(fraction, min(BAR_CELLS, spare), screen) if spare >= _SMALLEST_BAR else ""
    head = " ".join(filter(None, [progress.title, shown, tail]))
    if not moving:
        return " - ".join([head, *metrics])
    while metrics and visible_width(" - ".join([head, *metrics])) > room:
        metrics.pop()
    line = " - ".join([head, *metrics])
    return line if visible_width(line) <= room else line[:room]  # too narrow for a bar, so for colours


def visible_width(text: str) -> int:
    """Returns how many characters of `text` take room on the screen; colours do not."""
    return len(_ESCAPE.sub("", text))


class Forecast:
    """Tells how long is still to go from how far it went since it was first asked.

    The time before the first report is left out: it holds the compilation.
    """

    def __init__(self) -> None:
        self._first: tuple[float, float] | None = None

    def left(self, position: float, end: float, now: float) -> float | None:
        """Seconds until `position` reaches `end` (both in epochs); None until there is something to go by."""
        if self._first is None:
            self._first = position, now
            return None
        begun, since = self._first
        return (now - since) / (position - begun) * max(0.0, end - position) if position > begun else None
