"""Reading ahead: the next block of data is made in a thread while the program computes with the one before."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator
from typing import Any

from heron.data import supply
from heron.errors import note

Waiting = Callable[[], bool]
PATIENCE = 0.02  # seconds for which a block is filled although somebody waits for it


class _Failed:
    """What the source raised, on its way to the thread that asked."""

    def __init__(self, error: BaseException):
        self.error = error


_END = object()


class _Reader:
    """A thread that takes from an iterator, at most `depth` results ahead.

    Args:
        make: makes the iterator; it is handed a function that says whether somebody waits for the next result.
        depth: results that may lie ready.
    """

    def __init__(self, make: Callable[[Waiting], Iterator[Any]], depth: int):
        self._ready: queue.Queue[Any] = queue.Queue(depth)
        self._waiting_since: float | None = time.monotonic()
        self._stopped = threading.Event()
        self._make = make
        self._listener = supply.Listener()
        self._thread = threading.Thread(target=self._run, name="heron-read-ahead", daemon=True)
        self._thread.start()

    def _is_awaited(self) -> bool:
        since = self._waiting_since
        return self._stopped.is_set() or (since is not None and time.monotonic() - since > PATIENCE)

    def _run(self) -> None:
        self._listener.listen()
        try:
            for result in self._make(self._is_awaited):
                if not self._handed_over(result):
                    return
            self._handed_over(_END)
        except BaseException as error:  # whatever it is, the thread that waits must hear of it
            self._handed_over(_Failed(error))

    def _handed_over(self, result: Any) -> bool:
        """Puts `result` where it can be taken; False when nobody wants it any more."""
        while not self._stopped.is_set():
            try:
                self._ready.put(result, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def next(self) -> Any:
        self._waiting_since = time.monotonic()
        try:
            result = self._ready.get(timeout=supply.LONG_WAIT)
        except queue.Empty:
            if text := self._listener.supply.waiting_text(self._thread.ident):
                note(text)
            result = self._ready.get()
        self._waiting_since = None
        while self._listener.news:
            note(self._listener.news.pop())
        return result

    def stop(self) -> None:
        """Ends the thread after what it is reading; it is waited for, but not for a source that hangs."""
        self._stopped.set()
        self._thread.join(timeout=5)


def read_ahead(make: Callable[[Waiting], Iterator[Any]], depth: int = 1) -> Generator[Any, None, None]:
    """What an iterator gives, in its order, read in a thread of its own; its errors are raised here.

    Args:
        make: makes the iterator, in that thread. It is handed a function that says whether somebody waits: then it had
            better give what it has.
        depth: results that may lie ready beside the one in use.
    """
    reader = _Reader(make, depth)
    try:
        while (result := reader.next()) is not _END:
            if isinstance(result, _Failed):
                raise result.error
            yield result
    finally:
        reader.stop()
