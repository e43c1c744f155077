"""What a worker process runs: it makes elements until nobody wants any more."""

from __future__ import annotations

import os
import pickle
import traceback
from typing import Any

from heron.data.workers import wire

KEPT = 4  # what a process remembers how to make; both sides forget in the same order


def main() -> None:
    """Remembers `(name, work)`, and answers `(name, None)` and a task with `(element, None)` or `(None, error)`."""
    tasks = os.fdopen(os.dup(0), "rb", buffering=0)
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what the user's functions print is not for the pipe
    known: dict[int, Any] = {}
    while True:
        try:
            name, pickled = wire.receive(tasks)
            if pickled is not None:
                known.pop(name, None)
                known[name] = pickled
                if len(known) > KEPT:
                    del known[next(iter(known))]
                continue
            task = wire.receive(tasks)
        except EOFError:
            return
        try:
            if isinstance(known[name], bytes):
                known[name] = pickle.loads(known[name])
            answer: tuple[Any, Any] = (known[name](task), None)
        except Exception as error:
            answer = (None, _portable(error))
        try:
            wire.send(answers, answer)
        except BrokenPipeError:
            return


def _portable(error: Exception) -> Exception:
    """An error that survives the way, with what the worker was at."""
    place = "".join(traceback.format_tb(error.__traceback__)[-3:]).rstrip()
    error.add_note(f"(in worker process {os.getpid()}:\n{place}\n)")
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        plain = RuntimeError(f"{type(error).__name__}: {error}")
        plain.__notes__ = error.__notes__
        return plain
    return error


if __name__ == "__main__":
    main()
