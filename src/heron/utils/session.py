"""What a fresh start in a running process needs."""

from __future__ import annotations

import gc

from heron import config

__all__ = ["clear_session"]


def clear_session(free_memory: bool = True) -> None:
    """Starts the automatic names afresh (`dense`, `dense_1`, ...).

    heron keeps no list of the models made, so that there is nothing else to clear: a model that nothing refers to is
    freed by itself.

    Args:
        free_memory: also run Python's garbage collector, which frees models that refer to themselves.
    """
    config.reset_names()
    if free_memory:
        gc.collect()
