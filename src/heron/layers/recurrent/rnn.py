"""The layer that runs any cell over the steps of a sequence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from heron.config import snake_case
from heron.errors import ArgumentError, ShapeError, more, shape_text
from heron.layers.input_spec import InputSpec
from heron.layers.layer import Layer
from heron.layers.recurrent.cell import DropoutCell
from heron.layers.recurrent.stacked_cells import StackedRNNCells, check_cell, defines_all_steps
from heron.layers.recurrent.stepping import call_steps
from heron.registry import accepted_arguments, serialize
from heron.symbolic import KerasTensor, leaves
from heron.validate import BOOL, one_of
from heron.variables import AutocastScope, Variable, own_name_scope


class RNN(Layer):
    """Runs a cell over the steps of a sequence.

    A cell is an object with `call(inputs, states) -> (output, states)` for one step and with `state_size`: an integer,
    or a list with one for each state. It may have `output_size`, and `get_initial_state(batch_size)` where zeros of
    shape `(batch, state_size)` will not do. Variables that the cell assigns go from step to step.

    Args:
        cell: the cell, or a list of cells that are stacked.
        return_sequences: whether the outputs of all steps come out, not that of the last alone.
        return_state: whether the last states come out too.
        go_backwards: whether the sequence is read from its end; outputs come in the order of reading.
        stateful: whether a batch starts from the states in which the batch before ended; needs a fixed batch size.
        unroll: whether all steps are written out in the program: long to compile, sometimes faster.
        zero_output_for_mask: whether the output of a masked step is 0, not that of the step before.

    Call arguments:
        sequences: the inputs.
        initial_state: the states to start from, zeros by default.
        mask: booleans `(batch, steps)`, False where a step is skipped: output and states stay as they were.
        training: handed to the cell.

    Input shape:
        `(batch, steps, ...)`.

    Output shape:
        That of the cell, `(batch, ...)`, or `(batch, steps, ...)` with `return_sequences`; with `return_state` a tuple
        of the output and the states.

    Raises:
        ArgumentError: for a cell without `state_size`.
        ShapeError: for states of another number or shape, and for another batch size in a stateful layer.

    Example:
    >>> import numpy as np
    >>> class Sum(Layer):
    ...     state_size = 4
    ...
    ...     def call(self, inputs, states):
    ...         total = states[0] + inputs
    ...         return total, [total]
    >>> RNN(Sum())(np.ones((1, 3, 4))).tolist()
    [[3.0, 3.0, 3.0, 3.0]]
    """

    rules = dict.fromkeys(
        ("return_sequences", "return_state", "go_backwards", "stateful", "unroll", "zero_output_for_mask"), BOOL
    )
    renamed = {
        "output_dim": "units",
        "init": "kernel_initializer",
        "inner_init": "recurrent_initializer",
        "inner_activation": "recurrent_activation",
        "dropout_W": "dropout",
        "dropout_U": "recurrent_dropout",
    }
    _unscanned = Layer._unscanned | {"states"}  # no weights: they are not saved
    supports_masking = True
    states: Any = None

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.cell = StackedRNNCells(cell) if isinstance(cell, list | tuple) else check_cell(cell)
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.zero_output_for_mask = zero_output_for_mask
        size = self.cell.state_size
        self.state_size = list(size) if isinstance(size, list | tuple) else [size]

    # ---- building, states -----------------------------------------------------------------------------------------

    def _check_inputs(self, inputs: Any) -> None:
        spec = self.input_spec
        shape = getattr(inputs, "shape", None)
        if isinstance(spec, InputSpec) and shape is not None and spec.ndim is not None and len(shape) == spec.ndim - 1:
            raise _no_time_axis(self, inputs)
        super()._check_inputs(inputs)

    def build(self, sequences_shape: tuple[int | None, ...], initial_state_shape: Any = None) -> None:
        """Builds the cell for one step, and makes the variables of a stateful layer."""
        if isinstance(self.cell, Layer) and not self.cell.built:
            self.cell.build((sequences_shape[0], *sequences_shape[2:]))
            self.cell.built = True
        if self.stateful and self.states is None:
            self.states = self._state_variables_for(sequences_shape)

    def _state_variables_for(self, shape: tuple[int | None, ...]) -> Any:
        if shape[0] is None:
            raise ShapeError(
                f"{self._who()} is stateful, so it keeps states for each sample of a batch and needs to know the batch "
                f"size; received shape {shape_text(shape)}.\nSay it: "
                f"heron.Input(batch_shape={shape_text((32, *shape[1:]))}), and the same batch_size in fit."
            )
        with jax.ensure_compile_time_eval(), own_name_scope(self.name):
            first = self.get_initial_state(shape[0])
            return jax.tree.map(
                lambda v: Variable(v, trainable=False, autocast=False, dtype=self.variable_dtype, name="rnn_state"),
                first,
            )

    def _carried_variables(self) -> list[Variable]:
        return [*super()._carried_variables(), *jax.tree.leaves(self.states)]

    def get_initial_state(self, batch_size: Any) -> list[Any]:
        """The states from which a batch of `batch_size` samples starts."""
        given = getattr(self.cell, "get_initial_state", None)
        if given is None:
            dtype = getattr(self.cell, "compute_dtype", self.compute_dtype)
            return [jnp.zeros((batch_size, *_sizes(size)), dtype) for size in self.state_size]
        states = given(batch_size=batch_size)
        return list(states) if isinstance(states, list | tuple) else [states]

    def reset_state(self) -> None:
        """Puts a stateful layer back to states of zeros."""
        for variable in jax.tree.leaves(self.states):
            variable.assign(jnp.zeros(variable.shape, variable.dtype))

    def reset_states(self) -> None:
        """`reset_state`, by its older name."""
        self.reset_state()

    # ---- calling --------------------------------------------------------------------------------------------------

    def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False) -> Any:
        """Runs the cell over all steps."""
        mask = mask[0] if isinstance(mask, list | tuple) else mask
        states = self._first_states(sequences, initial_state)
        inputs = jnp.swapaxes(sequences, 0, 1)  # (T, B, ...)
        kept = None if mask is None else _time_major(mask, inputs.shape[0])
        if self.unroll and not isinstance(inputs.shape[0], int):
            raise ShapeError(
                f"{self._who()} has unroll=True, which needs to know the number of steps; received shape "
                f"{shape_text(sequences.shape)}.\nGive it in Input(shape=(steps, ...)), or leave unroll out."
            )
        if self.go_backwards:
            inputs, kept = jax.tree.map(lambda a: a[::-1], (inputs, kept))
        last, outputs, states = self._run_cell(inputs, states, kept, training)
        if kept is not None and self.zero_output_for_mask:
            last = jnp.where(_like(kept[-1], last), last, 0)
            outputs = None if outputs is None else jnp.where(_like(kept, outputs), outputs, 0)
        states = jax.tree.map(lambda s: s.astype(self.compute_dtype), states)
        for variable, state in zip(jax.tree.leaves(self.states), jax.tree.leaves(states), strict=False):
            variable.assign(state)
        output = jnp.swapaxes(outputs, 0, 1) if self.return_sequences else last
        output = output.astype(self.compute_dtype)
        return (output, *states) if self.return_state else output

    def _run_cell(self, inputs: Any, states: list[Any], mask: Any, training: bool) -> tuple[Any, Any, list[Any]]:
        try:
            if defines_all_steps(self.cell):
                with AutocastScope(self.cell.compute_dtype):
                    x = inputs.astype(self.cell.compute_dtype)
                    return self.cell.over_time(x, states, mask, training, self.return_sequences, self.unroll)
            return self._step_by_step(inputs, states, mask)
        finally:
            for cell in self.cell._flatten_layers() if isinstance(self.cell, Layer) else ():
                if isinstance(cell, DropoutCell):
                    cell.forget_masks()

    def _step_by_step(self, inputs: Any, states: list[Any], mask: Any) -> tuple[Any, Any, list[Any]]:
        structure = jax.tree.structure(states)
        dtypes = [state.dtype for state in jax.tree.leaves(states)]
        if isinstance(self.cell, Layer):
            _draw_masks(self.cell, inputs[0], states)

        def call(x: Any, states: Any) -> tuple[Any, Any]:
            output, new = self.cell(x, states) if callable(self.cell) else self.cell.call(x, states)
            held = jax.tree.leaves(new)
            if len(held) != len(dtypes):
                raise ArgumentError(
                    f"{self._who()}: its cell must return (output, states) with {len(dtypes)} states, as its "
                    f"state_size says; received {len(held)}."
                )
            return output, jax.tree.unflatten(
                structure, [s.astype(dtype) for s, dtype in zip(held, dtypes, strict=True)]
            )

        of_output = states[-1] if isinstance(states[-1], list | tuple) else states
        return call_steps(
            self.cell,
            call,
            inputs,
            states,
            mask,
            previous=of_output[0],
            keep_outputs=self.return_sequences,
            unroll=self.unroll,
        )

    def _first_states(self, sequences: Any, given: Any) -> list[Any]:
        batch = sequences.shape[0]
        if self.stateful:
            self._check_batch(batch, sequences.shape)
            given = jax.tree.map(lambda v: v.value, self.states) if given is None else given
        usual = self.get_initial_state(batch)
        if given is None:
            return usual
        listed = list(given) if isinstance(given, list | tuple) else [given]
        wanted, found = (jax.tree.leaves(s, is_leaf=lambda s: s is None) for s in (usual, listed))
        shapes = [(batch, *s.shape[1:]) for s in wanted]
        received = [getattr(s, "shape", ()) for s in found]
        if len(wanted) != len(found) or any(not _fits(a, b) for a, b in zip(shapes, received, strict=True)):
            raise ShapeError(
                f"{self._who()} expects as initial_state {_count(len(wanted), 'array')} of shape "
                f"{' and '.join(dict.fromkeys(map(shape_text, shapes)))}; received {_count(len(found), 'array')} of "
                f"shape {' and '.join(dict.fromkeys(map(shape_text, received)))}.\n"
                + (
                    f"Pass a list of {len(wanted)}, such as the states that return_state=True gives."
                    if len(wanted) != len(found)
                    else "Make the layer that gives the states as wide as this one, for the same samples."
                )
            )
        return list(jax.tree.unflatten(jax.tree.structure(usual), _cast_like(found, wanted)))

    def _check_batch(self, batch: Any, shape: Any) -> None:
        expected = jax.tree.leaves(self.states)[0].shape[0]
        if isinstance(batch, int) and batch != expected:
            raise ShapeError(
                f"{self._who()} is stateful and keeps states for {expected} samples; received a batch of {batch}, "
                f"shape {shape_text(shape)}.\nPass batch_size={expected} to fit, evaluate and predict, and a number of "
                f"samples that is a multiple of {expected}."
            )

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The mask of the inputs, when the outputs of all steps come out; states have none."""
        mask = previous_mask[0] if isinstance(previous_mask, list | tuple) else previous_mask
        mask = mask if self.return_sequences else None
        return [mask, *(None for _ in self.state_size)] if self.return_state else mask

    def get_config(self) -> dict[str, Any]:
        """The constructor call as plain data; a list of cells is written as the stack that they are."""
        config = super().get_config()
        return config | {"cell": serialize(self.cell)} if "cell" in config else config


class GatedRNN(RNN):
    """A recurrent layer that makes its cell of its own arguments, and shows the cell's as its own."""

    rules = {"use_cudnn": one_of("auto", True, False)}
    cell_class: ClassVar[Any]
    _of_cell: frozenset[str]

    def __init__(self, given: Mapping[str, Any], /, **kwargs: Any) -> None:
        cell, names = self._make_cell(given, **{k: kwargs[k] for k in ("dtype", "trainable") if k in kwargs})
        own = {name: value for name, value in given.items() if name not in (*names, "use_cudnn")}
        super().__init__(cell, **own, **kwargs)
        self._of_cell = frozenset(names)
        self.use_cudnn = given.get("use_cudnn", "auto")
        self.input_spec = InputSpec(ndim=self._axes())

    def _make_cell(self, given: Mapping[str, Any], **shared: Any) -> tuple[Any, list[str]]:
        """The cell, and the names of the arguments that are its."""
        of_all = accepted_arguments(Layer)
        names = [name for name in accepted_arguments(self.cell_class) if name in given and name not in of_all]
        name = snake_case(self.cell_class.__name__)
        return self.cell_class(**{name: given[name] for name in names}, **shared, name=name), names

    def _axes(self) -> int:
        """The number of axes of the inputs."""
        return 3

    def __getattr__(self, name: str) -> Any:
        if name in self.__dict__.get("_of_cell", ()):
            return getattr(self.cell, name)
        return super().__getattr__(name)

    def get_config(self) -> dict[str, Any]:
        """The arguments, with those of every recurrent layer that are at their defaults, as Keras writes them."""
        of_all = {name: getattr(self, name) for name in ("unroll", "zero_output_for_mask")}
        return {**of_all, **super().get_config()}


# ---- arrays -----------------------------------------------------------------------------------------------------


def _sizes(size: Any) -> tuple[int, ...]:
    return tuple(size) if isinstance(size, list | tuple) else (size,)


def _time_major(mask: Any, steps: Any) -> Any:
    """`(T, B)` booleans from `(B, T)`, or from `(B,)` for samples that are masked as a whole."""
    mask = jnp.asarray(mask).astype(bool)
    if mask.ndim == 1:
        return jnp.broadcast_to(mask, (steps, *mask.shape))
    return jnp.swapaxes(mask.reshape(mask.shape[:2]), 0, 1)


def _like(mask: Any, x: Any) -> Any:
    return mask.reshape(mask.shape + (1,) * (x.ndim - mask.ndim))


def _fits(wanted: tuple[Any, ...], shape: tuple[Any, ...]) -> bool:
    return len(wanted) == len(shape) and all(
        a == b for a, b in zip(wanted, shape, strict=True) if isinstance(a, int) and isinstance(b, int)
    )


def _cast_like(values: list[Any], usual: list[Any]) -> list[Any]:
    return [jnp.asarray(value).astype(one.dtype) for value, one in zip(values, usual, strict=True)]


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _draw_masks(cell: Layer, step_input: Any, states: Any) -> None:
    """Draws the dropout masks of a cell, or of all cells of a stack, outside of the loop over the steps."""
    if isinstance(cell, DropoutCell):
        cell.get_dropout_mask(step_input)
        cell.get_recurrent_dropout_mask(jax.tree.leaves(states)[0])
    elif isinstance(cell, StackedRNNCells):
        for inner, state in zip(cell.cells, states, strict=True):
            _draw_masks(inner, step_input, state)
            listed = list(state) if isinstance(state, list | tuple) else [state]
            step_input, _ = inner(step_input, listed) if callable(inner) else inner.call(step_input, listed)


# ---- messages -----------------------------------------------------------------------------------------------------


def _no_time_axis(layer: RNN, inputs: Any) -> ShapeError:
    """The error for inputs that lack the axis of steps, most of all after a layer that gives its last step alone."""
    ndim = layer.input_spec.ndim
    axes = "(samples, steps, features)" if ndim == 3 else f"(samples, steps, {ndim - 3} spatial axes, channels)"
    text = (
        f"{layer._who()} reads sequences: it expects inputs with {ndim} axes, {axes}; received shape "
        f"{shape_text(inputs.shape)}, which has {len(inputs.shape)}."
    )
    before = _recurrent_layer_before(inputs) if isinstance(inputs, KerasTensor) else None
    if before is not None:
        return ShapeError(
            f"{text}\n{before._who()} before it gives its last step alone. Set return_sequences=True on "
            f"'{before.name}'.{more('recurrent')}"
        )
    if ndim > 3:
        return ShapeError(f"{text}\nA single sequence? Add the batch axis: x[None].")
    size = inputs.shape[-1]
    return ShapeError(
        f"{text}\nFor {size if isinstance(size, int) else 'many'} steps of one feature: x[..., None]. For a single "
        f"sample: x[None]. After another recurrent layer: set return_sequences=True on that one.{more('sequence')}"
    )


def _recurrent_layer_before(tensor: KerasTensor) -> RNN | None:
    """The recurrent layer without `return_sequences` from which `tensor` comes, through layers that keep its shape."""
    for operation in _operations_before(tensor):
        inner = getattr(operation, "forward_layer", operation)
        if isinstance(inner, RNN):
            return operation if not inner.return_sequences else None
    return None


def _operations_before(tensor: KerasTensor) -> Iterator[Any]:
    while tensor.node is not None:
        yield tensor.node.operation
        sources = leaves((tensor.node.args, tensor.node.kwargs))
        if len(sources) != 1 or sources[0].ndim != tensor.ndim:
            return
        tensor = sources[0]
