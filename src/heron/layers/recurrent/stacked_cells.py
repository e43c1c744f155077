"""Several cells as one, and what makes an object a cell."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from heron.errors import ArgumentError, value_text
from heron.layers.layer import Layer


class StackedRNNCells(Layer):
    """Several cells as one: the output of each is the input of the next.

    Args:
        cells: the cells, in order.

    Call arguments:
        inputs: `(batch, features)`.
        states: a list with the states of each cell.
        training: handed to the cells.

    Input shape:
        `(batch, features)`.

    Output shape:
        The output of the last cell, and the list of the new states of each.

    Raises:
        ArgumentError: for an object that is no cell.

    Example:
    >>> import numpy as np
    >>> from heron.layers import GRUCell, LSTMCell, RNN
    >>> RNN(StackedRNNCells([LSTMCell(3), GRUCell(2)]))(np.ones((1, 5, 4))).shape
    (1, 2)
    """

    def __init__(self, cells: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cells = [check_cell(cell) for cell in cells]

    @property
    def state_size(self) -> list[Any]:
        """The `state_size` of each cell."""
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self) -> Any:
        """The size of the last cell's output."""
        return output_size(self.cells[-1])

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        """The states from which each cell starts."""
        return [self._first_of(cell, batch_size) for cell in self.cells]

    def _first_of(self, cell: Any, batch_size: Any) -> Any:
        if hasattr(cell, "get_initial_state"):
            return cell.get_initial_state(batch_size=batch_size)
        sizes = cell.state_size if isinstance(cell.state_size, list | tuple) else [cell.state_size]
        zeros = [jnp.zeros((batch_size, size), self.compute_dtype) for size in sizes]
        return zeros if isinstance(cell.state_size, list | tuple) else zeros[0]

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Builds the cells, each for the output of the one before."""
        for cell in self.cells:
            if isinstance(cell, Layer) and not cell.built:
                cell.build(input_shape)
                cell.built = True
            input_shape = (input_shape[0], output_size(cell))

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, list[Any]]:
        """One step through all cells."""
        new = []
        for cell, held in zip(self.cells, states, strict=True):
            is_listed = isinstance(held, list | tuple)
            listed = list(held) if is_listed else [held]
            inputs, after = cell(inputs, listed) if callable(cell) else cell.call(inputs, listed)
            after = list(after) if isinstance(after, list | tuple) else [after]
            new.append(after if is_listed else after[0])
        return inputs, new

    def over_time(
        self, inputs: Any, states: list[Any], mask: Any, training: bool, keep_outputs: bool, unroll: bool
    ) -> tuple[Any, Any, list[Any]]:
        """All steps at once, cell by cell: `(last output, outputs or None, states)`."""
        new = []
        for number, (cell, held) in enumerate(zip(self.cells, states, strict=True)):
            keep = keep_outputs or number < len(self.cells) - 1
            last, outputs, after = cell.over_time(inputs, list(held), mask, training, keep, unroll)
            inputs = outputs
            new.append(after)
        return last, outputs if keep_outputs else None, new


def check_cell(cell: Any) -> Any:
    """The cell, if it is one.

    Raises:
        ArgumentError: for an object without `call` or `state_size`.
    """
    missing = [name for name in ("call", "state_size") if not hasattr(cell, name)]
    if missing or isinstance(cell, type):
        raise ArgumentError(
            f"A cell of a recurrent layer must be an object with call(inputs, states) and state_size; received "
            f"{value_text(cell)}{', without ' + ' and '.join(missing) if missing else ''}.\n"
            "Use heron.layers.LSTMCell(units), GRUCell or SimpleRNNCell, or give your class the attribute state_size: "
            "an integer, or a list with one for each state."
        )
    size = cell.state_size
    sizes = size if isinstance(size, list | tuple) else [size]
    if not sizes or not all(isinstance(s, int | list | tuple) for s in sizes):
        raise ArgumentError(
            f"The state_size of a cell must be an integer or a list with one for each state; received "
            f"{value_text(size)} from {value_text(cell)}."
        )
    return cell


def output_size(cell: Any) -> Any:
    """The size of a cell's output: `output_size`, or else the size of its first state."""
    own = getattr(cell, "output_size", None)
    if own is not None:
        return own
    return cell.state_size[0] if isinstance(cell.state_size, list | tuple) else cell.state_size


def defines_all_steps(cell: Any) -> bool:
    """Whether a cell's `over_time` does what its `call` does: not if a subclass has written `call` anew."""
    if isinstance(cell, StackedRNNCells) and not all(
        defines_all_steps(one) and one.compute_dtype == cell.compute_dtype for one in cell.cells
    ):
        return False
    written = [c for c in type(cell).__mro__ if {"over_time", "call", "__call__"} & c.__dict__.keys()]
    return bool(written) and "over_time" in written[0].__dict__
