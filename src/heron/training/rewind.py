"""Going back to the batch in which the loss became NaN, to find out where it began.

When the loss is not finite, the weights that made it so are gone: programs use up what they are given. Now and then,
seldom enough to cost nothing, the state is copied to the host, and it is noted what ran since. From the copy the same
compiled program then leads to the state just before that batch.
"""

from __future__ import annotations

import time
from typing import Any, NamedTuple

import jax
import numpy as np

from heron.training.program import Carry, Program, rows_of_batch
from heron.training.state import StateVariables

MOST_BYTES = 64 * 2**20  # of a state
MOST_DATA = 128 * 2**20  # bytes of batches that are kept for this, and would be gone without it
SHARE = 0.01  # of the time, at most, goes into copies
MOST_PIECES = 256


class Piece(NamedTuple):
    """Batches that ran: `done` of their epoch before them, then `start` to `stop` of `block`."""

    done: int
    block: Any
    start: int
    stop: int


class Rewind:
    """The way back to a batch.

    Args:
        program: the compiled program that trains.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self._copy: Any = None
        self._pieces: list[Piece] = []
        self._data: Any = None  # of the last block
        self._held = 0  # bytes of the blocks before it
        self._next = 0.0

    def before(self, variables: StateVariables, piece: Piece) -> None:
        """To be called before a piece runs, with the variables whose values it will use up."""
        started = time.perf_counter()
        if started >= self._next:
            self._forget()
            self._copy = _copied(variables.peek())
            cost = time.perf_counter() - started
            self._next = time.perf_counter() + cost / SHARE if self._copy is not None else float("inf")
        if self._copy is None:
            return
        self._pieces.append(piece)
        if piece.block.data is not self._data:
            self._held += 0 if self._data is None else _bytes(self._pieces[-2].block)
            self._data = piece.block.data
        if len(self._pieces) > MOST_PIECES or self._held > MOST_DATA:
            self._forget()

    def to(self, batch: int) -> tuple[Any, Any] | None:
        """The state before a batch of the last piece, and the rows of that batch; None when it cannot be had.

        Args:
            batch: its number in the epoch, as `bad_step` counts.
        """
        if self._copy is None or not self._pieces:
            return None
        state, last = self._copy, self._pieces[-1]
        place = last.start + batch - last.done
        if not last.start <= place < last.stop:
            return None
        for piece in (*self._pieces[:-1], last._replace(stop=place)):
            if piece.stop > piece.start:
                carry = Carry(state, self._program.no_logs, np.int32(-1), np.int32(piece.done))
                state = self._program(carry, piece.block, piece.start, piece.stop, piece.done == 0)[0].state
        self._forget()
        return state, rows_of_batch(last.block, place)

    def _forget(self) -> None:
        self._copy, self._pieces, self._data, self._held = None, [], None, 0


def _bytes(block: Any) -> int:
    """The size of the rows of a block; there may be room for more, which takes no memory."""
    rows = block.steps * block.batch + block.tail.shape[0]
    return sum(leaf.nbytes // max(1, leaf.shape[0]) * rows for leaf in jax.tree.leaves(block.data))


def _copied(state: Any) -> Any:
    leaves = jax.tree.leaves(state)
    whole = all(getattr(leaf, "is_fully_addressable", True) for leaf in leaves)
    if not whole or sum(leaf.nbytes for leaf in leaves) > MOST_BYTES:
        return None
    return jax.tree.map(np.array, state)
