"""Training that leaves no trace: some steps on a copy of the weights, in one compiled program.

The learning rate of each step, and the rows of its batch, are arguments of the program: the range test and the test
whether one batch can be learned by heart are two calls of it.
"""

from __future__ import annotations

import math
import time
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from heron.compilation import compiled
from heron.models.checking.sample import Sample
from heron.models.checking.suggestion import diverged

STEPS = 100
LOWEST, HIGHEST = 1e-6, 10.0
_FEWEST = 20
_SECONDS = 2.0
_PIECE = 10


class TooSlow(Exception):
    """A step takes so long that a trial would keep its user waiting."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.1f} s")
        self.seconds = seconds


class Rate:
    """A learning rate that is what the running step says."""

    now: Any = 0.0

    def __call__(self) -> Any:
        """The rate of this step."""
        return self.now


class Tried(NamedTuple):
    """A trial.

    Attributes:
        rates: the learning rate of each step, `(steps,)`.
        losses: the loss of the batch before the step, `(steps,)`.
        state: the state of training after it.
        untrained: the loss that each batch had with the weights of the beginning, `(steps,)`; None when not measured.
    """

    rates: np.ndarray
    losses: np.ndarray
    state: Any
    untrained: np.ndarray | None = None

    @property
    def leveled(self) -> np.ndarray:
        """The losses as if all batches had been as hard at the beginning."""
        if self.untrained is None or not np.isfinite(self.untrained).all():
            return self.losses
        return self.losses - self.untrained + self.untrained.mean()


class Trials:
    """Steps of training on samples.

    Args:
        model: a built and compiled model with an optimizer of its own, both of which are changed.
        sample: the samples.
        rate: the learning rate of the optimizer.
    """

    def __init__(self, model: Any, sample: Sample, rate: Rate) -> None:
        self._model, self._sample, self._rate = model, sample, rate
        self._eager = model.run_eagerly
        self._run = compiled(self._loop)
        self._data = jax.tree.map(jax.device_put, sample.data)
        self.start = model._state_variables().peek()
        self._seconds = 0.0  # a step takes; 0 before that is known

    def range_test(self) -> Tried:
        """Steps at rates that grow from 1e-6 to 10, until the loss runs away.

        Raises:
            TooSlow: when there is no time for it.
        """
        steps = self._affordable()
        rates = np.geomspace(LOWEST, HIGHEST, steps).astype(np.float32)
        order = self._batches(steps)
        found = self._trial(self.start, rates, order)
        still = self._trial(self.start, np.zeros(len(found.rates), np.float32), order[: len(found.rates)], False)
        return found._replace(untrained=still.losses if len(still.losses) == len(found.losses) else None)

    def by_heart(self, rate: float, state: Any = None) -> Tried:
        """Steps on one and the same batch, at one rate; `state` goes on from an earlier trial.

        Raises:
            TooSlow: when there is no time for it.
        """
        steps = self._affordable()
        order = np.tile(self.few_rows, (steps, 1))
        return self._trial(self.start if state is None else state, np.full(steps, rate, np.float32), order, False)

    @property
    def few_rows(self) -> np.ndarray:
        """The rows to be learned by heart, at most 32 different ones, as often as a batch has room for them."""
        return np.resize(np.arange(min(32, self._sample.rows)), self._sample.batch).astype(np.int32)

    def rows(self, rows: np.ndarray) -> Any:
        """Samples as a batch."""
        return jax.tree.map(lambda a: a[rows], self._sample.data)

    def _batches(self, steps: int) -> np.ndarray:
        """Rows in an order drawn at random, all of them before any comes again."""
        generator, wanted = np.random.default_rng(2), steps * self._sample.batch
        times = -(-wanted // self._sample.rows)
        order = np.concatenate([generator.permutation(self._sample.rows) for _ in range(times)])
        return order[:wanted].reshape(steps, self._sample.batch).astype(np.int32)

    def _affordable(self) -> int:
        """How many steps there is time for."""
        if not self._seconds:
            order, rates, losses = self._batches(STEPS), np.zeros(STEPS, np.float32), np.zeros(STEPS, np.float32)
            for first, stop in ((0, 1), (1, 4)):  # the first compiles
                started = time.perf_counter()
                jax.block_until_ready(self._steps(self.start, losses, order, rates, first, stop))
                self._seconds = (time.perf_counter() - started) / (stop - first)
                if self._eager and self._seconds > _SECONDS / _FEWEST:
                    break
        steps = int(_SECONDS / max(self._seconds, 1e-9))
        if steps < _FEWEST:
            raise TooSlow(self._seconds)
        return min(STEPS, steps)

    def _trial(self, state: Any, rates: np.ndarray, order: np.ndarray, may_stop: bool = True) -> Tried:
        steps = len(rates)
        room = np.zeros((STEPS, *order.shape[1:]), np.int32)
        room[:steps] = order
        all_rates, losses = np.resize(rates, STEPS), np.zeros(STEPS, np.float32)
        done = 0
        for first in range(0, steps, _PIECE):
            done = min(first + _PIECE, steps)
            state, kept = self._steps(state, losses, room, all_rates, first, done)
            losses = np.array(kept)
            if not np.isfinite(losses[:done]).all() or (may_stop and diverged(losses[:done]) is not None):
                break
        return Tried(rates[:done], losses[:done], state)

    def _steps(self, state: Any, losses: Any, order: Any, rates: Any, first: int, stop: int) -> Any:
        if not self._eager:
            return self._run(state, losses, self._data, order, rates, np.int32(first), np.int32(stop))
        carry = (state, jnp.asarray(losses))
        for step in range(first, stop):
            carry = self._step(carry, self._data, order, rates, step)
        return carry

    def _loop(self, state: Any, losses: Any, data: Any, order: Any, rates: Any, first: Any, stop: Any) -> Any:
        def step(i: Any, carry: Any) -> Any:
            return self._step(carry, data, order, rates, i)

        return jax.lax.fori_loop(first, stop, step, (state, losses))

    def _step(self, carry: Any, data: Any, order: Any, rates: Any, i: Any) -> Any:
        state, losses = carry
        self._rate.now = rates[i]
        batch = jax.tree.map(lambda a: a[order[i]], data)
        logs, state = self._model._train_step_of_state(self._model._with_clear_metrics(state), batch)
        return state, losses.at[i].set(jnp.asarray(logs.get("loss", math.nan), jnp.float32))
