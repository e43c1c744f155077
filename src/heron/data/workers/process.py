"""One worker process, and what is said when it dies."""

from __future__ import annotations

import collections
import contextlib
import os
import signal
import subprocess
import sys
import threading
from typing import Any

from heron.data.workers import wire
from heron.data.workers.child import KEPT
from heron.errors import DataError, HeronError

_START = "import sys; sys.path[:] = {path!r}; from heron.data.workers.child import main; main()"


class WorkerDied(HeronError, RuntimeError):
    """A process that made elements of a data set has ended before its time."""


def pickled(work: Any) -> bytes:
    """The work as bytes, with functions that stand in the user's program or notebook by value.

    Raises:
        DataError: for what cannot be sent to another process, such as an open file.
    """
    import cloudpickle  # only who asks for processes needs it

    try:
        return cloudpickle.dumps(work)
    except Exception as error:
        raise DataError(
            f"The data set cannot be sent to worker processes: {error}.\n"
            "Expected functions and sources without open files, locks or generators. "
            "Open such things inside the function, or leave workers at 0, which uses threads."
        ) from error


class Process:
    """A worker process. It is started by `sys.executable` alone: the user's program needs no `__main__` guard."""

    def __init__(self) -> None:
        options: dict[str, Any] = {"start_new_session": True}  # Ctrl-C on the terminal is for the program alone
        if sys.platform == "win32":
            options = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START.format(path=sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env={**os.environ, "JAX_PLATFORMS": "cpu"},  # the accelerator is the program's
            **options,
        )
        self.task: Any = None  # what it makes, or made last
        self._known: collections.deque[Any] = collections.deque(maxlen=KEPT)
        self._lock = threading.RLock()  # re-entrant, as the collector may close it in the thread that waits for it

    @property
    def number(self) -> int:
        """The process id."""
        return self._process.pid

    def __call__(self, work: Any, work_bytes: bytes, task: Any) -> Any:
        """The element that `work` makes of `task`, made in the process.

        Raises:
            WorkerDied: when the process is gone.
        """
        pipes = self._process.stdin, self._process.stdout
        with self._lock:
            self.task = task
            try:
                if not any(known is work for known in self._known):
                    wire.send(pipes[0], (id(work), work_bytes))  # type: ignore[arg-type]
                    self._known.append(work)
                wire.send(pipes[0], (id(work), None))  # type: ignore[arg-type]
                wire.send(pipes[0], task)  # type: ignore[arg-type]
                element, error = wire.receive(pipes[1])  # type: ignore[arg-type]
            except (OSError, EOFError, ValueError) as gone:
                raise WorkerDied(self._last_words(work.where(task))) from gone
        if error is not None:
            raise error
        return element

    def _last_words(self, where: str) -> str:
        try:
            code = self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            code = None
        if code is not None and code < 0:
            how = f"was killed by {signal.Signals(-code).name}"
        else:
            how = "closed its pipe" if code is None else f"ended with exit code {code}"
        return (
            f"Worker process {self.number} of the data set {how}" + (f" while it read {where}" if where else "") + ".\n"
            "Expected it to live as long as the data set. SIGKILL often means that memory ran out: give fewer "
            "workers, or workers=0 for threads. What it printed before stands above."
        )

    def close(self) -> None:
        """Ends the process and waits until it is gone."""
        if self._process.poll() is None:
            self._process.kill()  # it holds nothing but pipes
        self._process.wait()
        with self._lock:  # whoever waits for an answer has met the end of the pipe
            for pipe in (self._process.stdin, self._process.stdout):
                with contextlib.suppress(OSError):
                    pipe.close()  # type: ignore[union-attr]
