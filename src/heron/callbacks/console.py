"""What callbacks say to the user in words."""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

from heron import config
from heron.validate import one_of

VERBOSE = one_of(0, 1, 2, True, False)


def is_terminal(stream: Any) -> bool:
    """Whether `stream` is a terminal on which a line can be written over."""
    isatty = getattr(stream, "isatty", None)
    return isatty is not None and isatty() and os.environ.get("TERM") != "dumb"


def say(text: str) -> None:
    """Prints one line; on a terminal it leaves the line that shows the progress and starts a new one.

    Without interactive logging it goes to the logger.
    """
    if not config.is_interactive_logging_enabled():
        log(text)
        return
    stream = sys.stdout
    if stream is not None:
        stream.write(f"\n{text}\n" if is_terminal(stream) else f"{text}\n")
        stream.flush()


def log(text: str) -> None:
    """Gives a line to Python's logger `"heron"`."""
    logging.getLogger("heron").info(text)
