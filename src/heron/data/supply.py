"""Where batches come from, and what is to be said of a source that lets one wait, or that goes on and on."""

from __future__ import annotations

import contextlib
import linecache
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any, Self

from heron.errors import HeronNote, value_text
from heron.tracebacks import is_of_the_user

LONG_WAIT = 60.0  # seconds of waiting for one batch after which a note says so
LONG_PASS = 60.0  # seconds, and
MANY_BATCHES = 100  # batches, after which a note says that a source of unknown length has not ended


class Supply:
    """A source of batches, gone through once an epoch.

    Args:
        name: what notes call it.
        is_known: whether the number of batches in an epoch is known.
    """

    def __init__(self, name: str = "data", is_known: bool = True) -> None:
        self._name, self._is_known = name, is_known
        self._begun, self._given = 0.0, 0
        self._has_said_waiting = False

    def batches(self, source: Iterator[Any]) -> Awaited:
        """The batches of an epoch that begins."""
        self._begun, self._given = time.monotonic(), 0
        return Awaited(source, self)

    def gave(self) -> str:
        """Counts a batch; returns what is to be said of a source that goes on and on, mostly nothing."""
        self._given += 1
        if self._is_known or self._given < MANY_BATCHES or (seconds := time.monotonic() - self._begun) < LONG_PASS:
            return ""
        self._is_known = True  # it is said once
        return (
            f"The {self._name} has given {self._given:,} batches in {seconds:.0f} s and has not ended. How many it has "
            "is not known, so the epoch lasts until it ends.\nIf it never does (while True: ... yield), say how many "
            "batches make an epoch: fit(..., steps_per_epoch=100), validation_steps=100, or evaluate(..., steps=100)."
        )

    def ended(self) -> None:
        """The source came to its end; it has one."""
        self._is_known = True

    def waiting_text(self, thread: int | None) -> str:
        """What is to be said of a batch that does not come, once.

        Args:
            thread: the thread that makes it.
        """
        if self._has_said_waiting:
            return ""
        self._has_said_waiting = True
        after = f" after {self._given:,} batch{'es' * (self._given != 1)} of this epoch" if self._begun else ""
        return (
            f"Nothing has come from the {self._name} for {LONG_WAIT:g} s{after}.{_where(thread)}\n"
            "Does it wait for a lock, a network or a queue that stays empty? Ctrl-C stops training. "
            "If its batches take so long to make, all is well, and this is not said again."
        )


class Listener:
    """What a thread that reads batches has to tell to the one that asked for them.

    Attributes:
        supply: what it reads from.
        news: what is to be said.
    """

    def __init__(self) -> None:
        self.supply = Supply()
        self.news: list[str] = []

    def listen(self) -> None:
        """From here on hears of the batches that this thread reads."""
        _here.listener = self


_here = threading.local()


class Awaited:
    """An iterator of batches for each of which somebody waits.

    Args:
        source: the iterator.
        supply: is told of each batch.
    """

    def __init__(self, source: Iterator[Any], supply: Supply) -> None:
        self._source, self._supply = source, supply

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        listener: Listener | None = getattr(_here, "listener", None)
        if listener is None:
            with _watched(self._supply):
                return self._next()[0]
        listener.supply = self._supply
        batch, news = self._next()
        if news:
            listener.news.append(news)
        return batch

    def _next(self) -> tuple[Any, str]:
        try:
            return next(self._source), self._supply.gave()
        except StopIteration:
            self._supply.ended()
            raise

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)


@contextlib.contextmanager
def _watched(supply: Supply) -> Iterator[None]:
    """Inside the block this thread makes a batch for itself; it cannot say that it waits, so a clock does."""
    thread, asking = threading.get_ident(), sys._getframe(2)  # its caller, which runs as long as the block does

    def say() -> None:
        if text := supply.waiting_text(thread):
            at = [(frame.f_code.co_filename, frame.f_lineno) for frame in _users_frames(asking)]
            warnings.warn_explicit(text, HeronNote, *(at or [("<data>", 0)])[0])

    clock = threading.Timer(LONG_WAIT, say)
    clock.daemon = True
    clock.start()
    try:
        yield
    finally:
        clock.cancel()


def _users_frames(frame: FrameType | None) -> list[FrameType]:
    """The calls of the user's program among those that led to a frame, the innermost first."""
    found = []
    while frame is not None:
        if is_of_the_user(frame.f_code.co_filename):
            found.append(frame)
        frame = frame.f_back
    return found


def _where(thread: int | None) -> str:
    """The line of the user's program at which a thread is, and the number of the batch if it was asked for by one."""
    frames = _users_frames(sys._current_frames().get(thread or 0))
    if not frames:
        return ""
    file, number, function = frames[0].f_code.co_filename, frames[0].f_lineno, frames[0].f_code.co_name
    asked = next((f for f in frames if f.f_code.co_name == "__getitem__" and f.f_code.co_argcount > 1), None)
    if asked is not None:
        call = f"__getitem__({value_text(asked.f_locals.get(asked.f_code.co_varnames[1]))})"
        function = call if asked is frames[0] else f"{function}, called by {call}"
    line = linecache.getline(file, number).strip()
    return f"\nIt is in line {number} of {Path(file).name}, in {function}" + (f": {line}" if line else ".")
