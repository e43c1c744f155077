"""`tf.compat.v1.logging`: the levels, and the function that sets one."""

from __future__ import annotations

import logging

DEBUG, INFO, WARN, ERROR, FATAL = logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL


def set_verbosity(v: int) -> None:
    """Sets the level of the logger `"tensorflow"`."""
    logging.getLogger("tensorflow").setLevel(v)


def get_verbosity() -> int:
    """The level of the logger `"tensorflow"`."""
    return logging.getLogger("tensorflow").level


__all__ = ["DEBUG", "ERROR", "FATAL", "INFO", "WARN", "get_verbosity", "set_verbosity"]
