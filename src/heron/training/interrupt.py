"""Ctrl-C during training: finish the running piece, keep everything, stop."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any, Self


class Interruptible:
    """Inside the block the first Ctrl-C only sets `requested`; a second one raises `KeyboardInterrupt` as usual.

    Signals can be caught in the main thread alone; in other threads the block does nothing.
    """

    def __init__(self) -> None:
        self.requested = False
        self._previous: Any = None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._previous = signal.getsignal(signal.SIGINT)
            if self._previous is signal.default_int_handler:
                signal.signal(signal.SIGINT, self._request)
            else:
                self._previous = None
        return self

    def _request(self, number: int, frame: FrameType | None) -> None:
        self.requested = True
        signal.signal(signal.SIGINT, self._previous)

    def __exit__(self, *exc: object) -> None:
        if self._previous is not None:
            signal.signal(signal.SIGINT, self._previous)
