"""A pool that makes elements ahead of time, and hands them out in the order of their tasks."""

from __future__ import annotations

import collections
import os
import queue
import threading
import weakref
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from heron.data.workers.process import Process, WorkerDied, pickled

MOST_THREADS = 16
HANGING = 600.0  # seconds after which an element that is being made is given up


class Pool:
    """Threads, each of which may have a process that does its work.

    Args:
        workers: processes; 0 does the work in threads of this process.
        ahead: elements made ahead of time; None for two for each thread.

    Elements come in the order of their tasks, whatever the number of workers. The processes are ended by `close`, when
    the pool is collected, and when the program ends; they end by themselves when the program is killed.
    """

    def __init__(self, workers: int = 0, ahead: int | None = None) -> None:
        threads = workers or min(MOST_THREADS, os.cpu_count() or 1)
        self.ahead = max(1, 2 * threads if ahead is None else ahead)
        self._shared = _Shared(workers)
        self._threads = ThreadPoolExecutor(min(threads, self.ahead) if not workers else threads, "heron-data")
        self._finalizer = weakref.finalize(self, _close, self._threads, self._shared)

    @property
    def processes(self) -> list[int]:
        """The ids of the worker processes that run."""
        return [process.number for process in self._shared.all]

    @property
    def is_broken(self) -> bool:
        """True when a worker has died: the pool is closed then."""
        return self._shared.broken

    def ordered(self, tasks: Iterator[Any], work: Any) -> Iterator[Any]:
        """The elements that `work` makes of the tasks."""
        self._shared.send_along(work)
        waiting: collections.deque[tuple[Any, Future[Any]]] = collections.deque()
        try:
            for task in tasks:
                waiting.append((task, self._threads.submit(_do, self._shared, work, task)))
                if len(waiting) > self.ahead:
                    yield self._result(work, *waiting.popleft())
            while waiting:
                yield self._result(work, *waiting.popleft())
        except WorkerDied:
            self.close()
            raise
        finally:
            for _, future in waiting:
                future.cancel()

    def _result(self, work: Any, task: Any, future: Future[Any]) -> Any:
        if (result := finished(future)) is not TOO_LONG:
            return result
        number = next((process.number for process in self._shared.all if process.task is task), None)
        raise hanging("A thread" if number is None else f"Worker process {number}", where_of(work, task))

    def close(self) -> None:
        """Ends threads and processes."""
        self._finalizer()


TOO_LONG = object()


def finished(future: Future[Any]) -> Any:
    """The result of a task, waited for; `TOO_LONG` when it hangs."""
    try:
        return future.result(HANGING)
    except TimeoutError:
        if future.done():  # it was the task that raised it
            raise
        return TOO_LONG


def where_of(work: Any, task: Any) -> str:
    """What a task makes, in words; empty where nothing is known."""
    return str(work.where(task)) if hasattr(work, "where") else ""


def hanging(who: str, where: str) -> WorkerDied:
    """The error for a worker that does not come to an end."""
    return WorkerDied(
        f"{who} of the data set has been busy with {where or 'one element'} for {HANGING:g} seconds.\n"
        "Expected an element within that time. Does it wait for a lock, a network or a file that does not come? "
        "Try it alone, outside of training."
    )


class _Shared:
    """What threads and pool share; it does not know the pool, which can be collected while threads wait."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.broken = False
        self.all: list[Process] = []
        self.free: queue.SimpleQueue[Process] = queue.SimpleQueue()
        self.pickled: weakref.WeakKeyDictionary[Any, bytes] = weakref.WeakKeyDictionary()
        self.lock = threading.RLock()  # re-entrant, as the collector may close the pool in a thread that holds it

    def send_along(self, work: Any) -> None:
        if self.workers and work not in self.pickled:
            self.pickled[work] = pickled(work)

    def process(self) -> Process:
        """A process that is free; the first times a new one. There are as many as threads that ask."""
        with self.lock:
            if self.broken:
                raise WorkerDied("The worker processes of the data set have ended. Go through it anew.")
            if len(self.all) < self.workers:
                self.all.append(Process())
                return self.all[-1]
        return self.free.get()


def _do(shared: _Shared, work: Any, task: Any) -> Any:
    if not shared.workers:
        return work(task)
    process = shared.process()
    try:
        return process(work, shared.pickled[work], task)
    except WorkerDied:
        shared.broken = True
        raise
    finally:
        shared.free.put(process)


def _close(threads: ThreadPoolExecutor, shared: _Shared) -> None:
    shared.broken = True
    threads.shutdown(wait=False, cancel_futures=True)
    with shared.lock:
        for process in shared.all:
            process.close()
        shared.all.clear()
