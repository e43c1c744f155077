"""The loop around the epoch program: epochs, pieces of epochs, callbacks, validation, interruption."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from typing import Any, NamedTuple

import numpy as np

from heron.callbacks.callback import CallbackList
from heron.errors import more, note
from heron.training.interrupt import Interruptible
from heron.training.place import Place
from heron.training.program import Carry, Program
from heron.training.rewind import Piece, Rewind
from heron.training.state import StateVariables

FIRST_CHUNK = 512
PROGRESS_SECONDS = 0.25
QUIET_SECONDS = 2.0
HUGE_LOSS = 1e16  # the square of targets in hundreds of millions
GROWN_LOSS = 1e8


class Pace:
    """How many batches to run before returning to Python.

    One, when a callback listens to batches; as many as take `seconds`, found by timing the pieces, otherwise. The
    result of training does not depend on it.

    Args:
        every_batch: return after each batch.
        seconds: the time one piece may take.
        fixed: a fixed number of batches instead, for tests.
    """

    def __init__(self, every_batch: bool, seconds: float, fixed: int | None = None):
        self.size: float = fixed or (1 if every_batch else FIRST_CHUNK)
        self.seconds = seconds
        self.constant = every_batch or fixed is not None
        self._timed = 0

    def stop(self, start: int, total: int) -> int:
        """The batch before which the piece that begins at `start` ends; a small rest is not left over."""
        stop = start + max(1, int(self.size))
        return total if not self.constant and stop + self.size / 4 >= total else min(stop, total)

    def timed(self, batches: int, seconds: float) -> None:
        """Learns from a finished piece; the first is not counted, it holds the compilation."""
        self._timed += 1
        if not self.constant and self._timed > 1 and seconds > 0:
            self.size = max(1.0, min(batches * self.seconds / seconds, self.size * 8))


class Run(NamedTuple):
    """One way of going through data: training or evaluation.

    Attributes:
        mode: `"train"` or `"test"`.
        program: the compiled program.
        variables: the variables behind its state.
        feed: where the blocks come from.
        callbacks: who is told.
        pace: how often.
    """

    mode: str
    program: Program
    variables: StateVariables
    feed: Any
    callbacks: CallbackList
    pace: Pace


def run_epoch(
    run: Run,
    generator: np.random.Generator | None,
    stopping: Callable[[], bool],
    watch: Watch | None = None,
) -> dict[str, float]:
    """One pass over the data, from cleared metrics; returns the logs as floats.

    Among them is `__bad_step__`, the first batch whose loss was NaN or infinite, -1 for none. The variables hold the
    current values whenever a callback runs, and when this returns or raises. A `watch` sees each piece.
    """
    hooks = run.callbacks.wants_batches(run.mode)
    begin = getattr(run.callbacks, f"on_{run.mode}_batch_begin")
    end = getattr(run.callbacks, f"on_{run.mode}_batch_end")
    carry = run.program.start(run.variables.peek(), run.feed.sample)
    logs: dict[str, Any] = {}
    done = 0
    with closing(run.feed.blocks(generator)) as blocks:
        for block in blocks:
            at = block.first
            while at < block.end and not stopping():
                stop = run.pace.stop(at, block.end)
                if hooks:
                    begin(done)
                if watch is not None:
                    watch.before(run.variables, Piece(done, block, at, stop))
                started = time.perf_counter()
                carry, logs = _advance(run, carry, block, (at, stop), fresh=done == 0)
                run.pace.timed(stop - at, time.perf_counter() - started)
                if watch is not None:
                    watch.after(logs)
                done += stop - at
                at = stop
                if hooks:
                    end(done - 1, _shown(logs))
                if run.callbacks.wants_chunks:
                    run.callbacks.on_chunk_end(done, _shown(logs))
            if stopping():
                break
    return logs


def _advance(run: Run, carry: Carry, block: Any, span: tuple[int, int], fresh: bool) -> tuple[Carry, dict[str, Any]]:
    """Runs the batches of `span`, the variables giving their values before and taking them after."""
    after, logs = run.variables.lend(lambda state: run.program(carry._replace(state=state), block, *span, fresh))
    return after, as_floats(logs)


def as_floats(logs: dict[str, Any]) -> dict[str, Any]:
    """Python floats, in the order of their names; waits for them. Arrays of several numbers stay arrays."""
    return {name: float(v) if v.ndim == 0 else np.asarray(v) for name, v in sorted(logs.items())}


def _shown(logs: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in logs.items() if name != "__bad_step__"}


class Stop:
    """Whether to stop: the model's flag or a Ctrl-C."""

    def __init__(self, model: Any, interrupt: Interruptible):
        self.model, self.interrupt = model, interrupt

    def __call__(self) -> bool:
        return self.interrupt.requested or self.model.stop_training


def fit_loop(
    run: Run,
    place: Place,
    validate: Callable[[int], dict[str, float]] | None,
    model: Any,
    finish: Callable[[], None],
    explain: Callable[[Any, Any], str] | None = None,
) -> dict[str, float]:
    """Trains for the epochs of `place`; returns the logs of the last.

    Args:
        run: the training run.
        place: the epochs, which callbacks may change as training begins, and the order of the samples.
        validate: evaluates after an epoch, by its number; returns `val_` logs, empty for none.
        model: whose `stop_training` is watched.
        finish: called after the last epoch, before the callbacks hear of the end.
        explain: says of a state and a batch, whose loss is not finite, where that began.
    """
    callbacks, logs = run.callbacks, {}
    watch = Watch(run.feed.total, None if explain is None else Rewind(run.program), explain)
    callbacks.on_train_begin()
    with Interruptible() as interrupt:
        stopping = Stop(model, interrupt)
        for epoch in place.epochs():
            callbacks.on_epoch_begin(epoch)
            logs = run_epoch(run, place.generator, stopping, watch)
            place.is_interrupted = interrupt.requested
            if not logs and not stopping():
                break  # there were no data
            watch.look(epoch, logs)
            if validate is not None and not interrupt.requested:
                logs |= validate(epoch)
            callbacks.on_epoch_end(epoch, logs)
            if stopping():
                break
    finish()
    callbacks.on_train_end(logs)
    if interrupt.requested:
        note(f"Stopped by Ctrl-C in epoch {epoch + 1}. The weights and the history up to here are kept.")
    return logs


class Watch:
    """Tells, once, that the loss became NaN or grew out of all bounds, and why that mostly is.

    Args:
        total: the batches of an epoch, None if not known.
        rewind: the way back to the batch where it began.
        explain: says where in that batch.
    """

    def __init__(
        self,
        total: int | None,
        rewind: Rewind | None = None,
        explain: Callable[[Any, Any], str] | None = None,
    ):
        self.total = total
        self._rewind, self._explain = rewind, explain
        self._where = ""
        self._first: float | None = None
        self._told = False

    def before(self, variables: StateVariables, piece: Piece) -> None:
        """Sees a piece before it runs."""
        if self._rewind is not None:
            self._rewind.before(variables, piece)

    def after(self, logs: dict[str, Any]) -> None:
        """Sees the logs of the piece; finds out, once, where a loss that is not finite began."""
        bad = int(logs.get("__bad_step__", -1))
        if bad >= 0 and self._rewind is not None and self._explain is not None:
            found, self._rewind = self._rewind.to(bad), None
            self._where = "" if found is None else self._explain(*found)

    def look(self, epoch: int, logs: dict[str, Any]) -> None:
        """Takes the number of the first bad batch out of the logs of an epoch and judges its loss."""
        bad, loss = int(logs.pop("__bad_step__", -1)), logs.get("loss")
        if self._told:
            return
        if bad >= 0:
            where = f"batch {bad + 1}" + (f" of {self.total}" if self.total else "")
            self._tell(
                f"The loss became NaN or infinite in epoch {epoch + 1}, {where}; from there on nothing is learned."
                f"{self._where}"
            )
        elif isinstance(loss, float):
            self._first = abs(loss) if self._first is None else self._first
            if loss > HUGE_LOSS or (loss > GROWN_LOSS and loss > 10_000 * self._first):
                grew = f" (in the first epoch it was {self._first:.1e})" if self._first != loss else ""
                self._tell(f"The loss is {loss:.1e} after epoch {epoch + 1}{grew}: training runs away.")

    def _tell(self, what: str) -> None:
        self._told = True
        note(
            f"{what}\nUsual causes: inputs or targets that are not scaled (divide images by 255; "
            "Normalization().adapt(x) for tables), a learning rate that is too high (try a tenth of it), or token ids "
            "that an Embedding does not have. TerminateOnNaN() stops training when the loss is NaN."
            + more("learning rate")
        )


__all__ = ["Pace", "Run", "as_floats", "fit_loop", "run_epoch"]
