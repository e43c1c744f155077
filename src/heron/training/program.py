"""The epoch as one compiled program.

    program(carry, block, start, stop) -> (carry, logs)

runs batches `start` to `stop` of a block in a `fori_loop` whose bounds are arguments: the same compiled code runs a
whole epoch, or any part of one. The odd last batch has code of its own inside the same program, entered by a second
loop of no or one turn, so that it trains at its true size. The carry is donated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from heron.compilation import compiled
from heron.data.feed import NO_ROWS, Block

Step = Callable[[Any, Any], tuple[dict[str, Any], Any]]


class Carry(NamedTuple):
    """What goes from batch to batch.

    Attributes:
        state: the state of training or evaluation.
        logs: what the last step reported, for steps that report.
        bad_step: the number of the first batch whose loss was not finite, -1 for none, int32.
        step: batches done in this epoch, int32.
    """

    state: Any
    logs: Any
    bad_step: Any
    step: Any


class Program:
    """A step, compiled into a loop over the batches of a block.

    Args:
        step: `(state, batch) -> (logs, state)`, pure.
        results: `(state) -> logs`, computed once after the last batch; merged over the step's own logs.
        reset: `(state) -> state` with cleared metrics, applied where an epoch begins.
        watch: the name in the step's logs that is watched for NaN and infinity, or None.
        reported: what the step's logs look like, as zeros by name; None to find out from a first batch.
        eager: run the step in Python, without compiling.
    """

    def __init__(
        self,
        step: Step,
        results: Callable[[Any], dict[str, Any]],
        reset: Callable[[Any], Any],
        watch: str | None = None,
        reported: dict[str, Any] | None = None,
        eager: bool = False,
    ):
        self._reported = reported
        self.step = step
        self.results = results
        self.reset = reset
        self.watch = watch
        self.eager = eager
        self.traces = 0
        self._clear: list[np.ndarray] | None = None
        self._run = compiled(self._loop, static_argnames=("batch", "full"), donate_argnums=0)

    @property
    def no_logs(self) -> dict[str, Any]:
        """What the step's logs look like, as zeros."""
        return dict(self._reported or {})

    def start(self, state: Any, sample: Callable[[], Any]) -> Carry:
        """The carry at the beginning of an epoch.

        Args:
            state: the state.
            sample: gives one batch, from whose shapes it is found once what the step reports.
        """
        if self._reported is None:
            shapes = {} if self.eager else jax.eval_shape(self.step, state, sample())[0]
            self._reported = {name: np.zeros(s.shape, s.dtype) for name, s in shapes.items()}
        return Carry(state, self.no_logs, np.int32(-1), np.int32(0))

    def __call__(self, carry: Carry, block: Block, start: int, stop: int, fresh: bool) -> tuple[Carry, dict[str, Any]]:
        """Runs batches `start` up to `stop` of `block`, from cleared metrics if `fresh`; `carry` is used up."""
        if self.eager:
            carry = carry._replace(state=self.reset(carry.state)) if fresh else carry
            return self._eagerly(carry, block, start, stop)
        span = (np.int32(start), np.int32(min(stop, block.steps)), np.int32(stop > block.steps))
        order = NO_ROWS if block.order is None else block.order
        carry = self._cleared(carry) if fresh else carry
        return self._run(carry, block.data, order, block.tail, span, batch=block.batch, full=block.steps > 0)

    def _cleared(self, carry: Carry) -> Carry:
        """`carry` with the metrics cleared: on the host, as each of them would be one more kernel in the program."""
        if self._clear is None:
            self._clear = [np.asarray(value) for value in self.reset(carry.state).metrics_variables]
        return carry._replace(state=carry.state._replace(metrics_variables=list(self._clear)))

    def _loop(self, carry: Carry, data: Any, order: Any, tail: Any, span: Any, *, batch: int, full: bool) -> Any:
        self.traces += 1

        def whole(i: Any, carry: Carry) -> Carry:
            if order.ndim == 2:
                chosen = jax.lax.dynamic_index_in_dim(order, i, keepdims=False)  # (batch,)
                rows = jax.tree.map(lambda a: a.at[chosen].get(mode="promise_in_bounds"), data)
            else:
                rows = jax.tree.map(lambda a: jax.lax.dynamic_slice_in_dim(a, i * batch, batch), data)
            return self._advance(carry, rows)

        def odd(_: Any, carry: Carry) -> Carry:
            return self._advance(carry, jax.tree.map(lambda a: a[tail], data))

        if full:
            carry = jax.lax.fori_loop(span[0], span[1], whole, carry)
        if tail.shape[0] > 0:
            carry = jax.lax.fori_loop(0, span[2], odd, carry)
        return carry, self._report(carry)

    def _advance(self, carry: Carry, rows: Any) -> Carry:
        logs, state = self.step(carry.state, rows)
        bad = carry.bad_step
        if self.watch in logs:
            finite = jnp.isfinite(logs[self.watch])
            bad = jnp.where((bad < 0) & ~finite, carry.step, bad)
        return Carry(state, {name: logs[name] for name in carry.logs}, bad, carry.step + 1)

    def _report(self, carry: Carry) -> dict[str, Any]:
        logs = {**carry.logs, **self.results(carry.state)}
        return {**logs, "__bad_step__": carry.bad_step}

    def _eagerly(self, carry: Carry, block: Block, start: int, stop: int) -> tuple[Carry, dict[str, Any]]:
        for i in range(start, stop):
            carry = self._advance(carry, rows_of_batch(block, i))
        return carry, self._report(carry)


def rows_of_batch(block: Block, number: int) -> Any:
    """The rows of one batch of a block, taken in Python."""
    if number >= block.steps:
        chosen = block.tail
    elif block.order is None:
        chosen = slice(number * block.batch, (number + 1) * block.batch)
    else:
        chosen = block.order[number]
    return jax.tree.map(lambda a: a[chosen], block.data)
