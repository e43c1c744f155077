"""The line that shows how far a download has come."""

from __future__ import annotations

import logging
import os
import sys
import time
from types import TracebackType

_INTERVAL = 0.1


def size_text(size: float | None) -> str:
    """Returns a number of bytes as people write it.

    >>> size_text(17464789), size_text(950), size_text(2_400_000_000)
    ('17.5 MB', '950 bytes', '2.4 GB')
    """
    if size is None:
        return "unknown size"
    for unit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{int(size)} bytes"


class TransferLine:
    """On a terminal a line that moves; elsewhere one line at the beginning; without interactive logging, the logger's.

    Args:
        what: the file, as it is to be named.
        url: where it comes from.
        interactive: whether to write to standard output.
    """

    def __init__(self, what: str, url: str, interactive: bool) -> None:
        self._what, self._url, self._interactive = what, url, interactive
        self._announced = False
        self._began, self._drawn, self._from, self._total = 0.0, 0.0, 0, 0
        self._width = 0

    def __enter__(self) -> TransferLine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    @staticmethod
    def say(text: str, interactive: bool) -> None:
        """Writes a line."""
        if not interactive:
            logging.getLogger("heron").info(text)
        elif sys.stdout is not None:
            sys.stdout.write(text + "\n")
            sys.stdout.flush()

    def start(self, done: int, total: int | None) -> None:
        """A connection begins to bring bytes; `done` are here already."""
        if not self._announced:
            self._announced = True
            rest = f", from {size_text(done)} on" if done else ""
            self.say(f"Downloading {self._what} from {self._url}{rest}", self._interactive)
        self._began, self._from, self._total = time.monotonic(), done, total or 0
        self.show(done)

    def show(self, done: int) -> None:
        """Shows that `done` bytes are here."""
        now = time.monotonic()
        if not self._moves() or (now - self._drawn < _INTERVAL and done != self._total):
            return
        self._drawn = now
        speed = (done - self._from) / max(now - self._began, 1e-6)
        parts = [size_text(done)]
        if self._total:
            filled = 24 * done // self._total
            left = f", {(self._total - done) / speed:.0f} s left" if speed > 1 and done < self._total else ""
            parts = [f"[{'=' * filled:<24}] {size_text(done)} of {size_text(self._total)}{left}"]
        line = f"{parts[0]}, {size_text(speed)}/s"
        sys.stdout.write("\r" + line + " " * (self._width - len(line)))
        sys.stdout.flush()
        self._width = len(line)

    def pause(self, reason: str) -> None:
        """Says why the next attempt comes later."""
        self._end()
        self.say(f"{self._what}: {reason}; trying again", self._interactive)

    def _moves(self) -> bool:
        stream = sys.stdout
        return self._interactive and stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"

    def _end(self) -> None:
        if self._width:
            sys.stdout.write("\n")
            sys.stdout.flush()
            self._width = 0
