"""What the cells with gates have in common: weights, dropout, one step, and all steps at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np

from heron import activations, random
from heron.errors import missing_method
from heron.layers.arguments import keep_arguments
from heron.layers.layer import Layer
from heron.ops.lowering.recurrence import Gates, recur, scan_steps
from heron.random.seed import SEED
from heron.validate import BOOL, POSITIVE_INT, RATE, Rule
from heron.variables import Variable

IMPLEMENTATION = Rule("0, 1 or 2", lambda v: type(v) is int and 0 <= v <= 2, (1, 2), (3, "2", None))


class DropoutCell(Layer):
    """A cell that drops inputs and states, the same ones at every step of a sequence.

    The masks are drawn at the first step and kept until `reset_dropout_mask` and `reset_recurrent_dropout_mask`,
    which a recurrent layer calls before and after each sequence.
    """

    dropout: float
    recurrent_dropout: float
    seed_generator: random.SeedGenerator
    masks_each: int | None = None  # how many masks, one for each gate; None for one that all gates share
    _dropout_mask: Any = None
    _recurrent_dropout_mask: Any = None

    def get_dropout_mask(self, step_input: Any) -> Any:
        """The mask for the inputs of a step, or the list of one for each gate; None without dropout."""
        if self._dropout_mask is None and self.dropout > 0:
            self._dropout_mask = self._masks(step_input, self.dropout)
        return self._dropout_mask

    def get_recurrent_dropout_mask(self, step_input: Any) -> Any:
        """The mask for the state, or the list of one for each gate; None without dropout."""
        if self._recurrent_dropout_mask is None and self.recurrent_dropout > 0:
            self._recurrent_dropout_mask = self._masks(step_input, self.recurrent_dropout)
        return self._recurrent_dropout_mask

    def reset_dropout_mask(self) -> None:
        """Forgets the mask for the inputs."""
        self._dropout_mask = None

    def reset_recurrent_dropout_mask(self) -> None:
        """Forgets the mask for the state."""
        self._recurrent_dropout_mask = None

    def forget_masks(self) -> None:
        """Forgets all masks."""
        self.reset_dropout_mask()
        self.reset_recurrent_dropout_mask()

    def _masks(self, like: Any, rate: float) -> Any:
        ones = jnp.ones_like(like)
        drawn = [random.dropout(ones, rate, seed=self.seed_generator) for _ in range(self.masks_each or 1)]
        return drawn[0] if self.masks_each is None else drawn


class GatedCell(DropoutCell):
    """One step of a recurrent layer whose gates are functions of `inputs @ kernel` and `state @ recurrent_kernel`.

    A subclass sets `gates`, and `formula` to what becomes of the two products.
    """

    rules = {
        "units": POSITIVE_INT,
        "use_bias": BOOL,
        "dropout": RATE,
        "recurrent_dropout": RATE,
        "seed": SEED,
        "implementation": IMPLEMENTATION,
    }
    gates: ClassVar[int] = 1
    states: ClassVar[int] = 1
    units: int
    use_bias: bool
    bias: Variable | None
    implementation: int = 2

    def __init__(self, given: Mapping[str, Any], /, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        keep_arguments(self, given)
        seed = given["seed"]
        self.seed_generator = seed if isinstance(seed, random.SeedGenerator) else random.SeedGenerator(seed)
        if self.gates > 1 and (self.recurrent_dropout > 0 or self.implementation == 1):
            self.implementation, self.masks_each = 1, self.gates
        self.state_size: Any = self.units if self.states == 1 else [self.units] * self.states
        self.output_size = self.units

    # ---- weights --------------------------------------------------------------------------------------------------

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Creates `kernel`, `recurrent_kernel` and `bias`, the gates side by side."""
        width = self.gates * self.units
        self.kernel = self.own_weight("kernel", (self.known_size(input_shape, -1), width))
        self.recurrent_kernel = self.add_weight((self.units, width), name="recurrent_kernel", **self._parts_of_state())
        self.bias = self.own_weight("bias", self.bias_shape(), **self._first_bias()) if self.use_bias else None

    def bias_shape(self) -> tuple[int, ...]:
        """The shape of the bias."""
        return (self.gates * self.units,)

    def _first_bias(self) -> dict[str, Any]:
        return {"initializer": self.bias_initializer}

    def _parts_of_state(self) -> dict[str, Any]:
        return {part: getattr(self, f"recurrent_{part}") for part in ("initializer", "regularizer", "constraint")}

    def biases(self) -> tuple[Any, Any]:
        """What is added to the projected input, and to the product with the state."""
        return None if self.bias is None else self.bias.value, None

    # ---- mathematics ----------------------------------------------------------------------------------------------

    def formula(self) -> Gates:
        """What becomes of the two products."""
        raise missing_method(self, "formula(self)", "the Gates that become of the two products")

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, Any]:
        """One step: `(batch, features)` and the states give `(output, new states)`."""
        is_listed = isinstance(states, list | tuple)
        held = tuple(states) if is_listed else (states,)
        x = self.projected(inputs[None], training)[0]  # (B, gates * units)
        new = self.step(x, held, self._state_masks(held[0], training))
        return new[0], list(new) if is_listed else new[0]

    def projected(self, inputs: Any, training: bool) -> Any:
        """The inputs of all steps, `(T, B, features)`, under the kernel: one matmul, `(T, B, gates * units)`."""
        kernel = self.kernel.value
        masks = self.get_dropout_mask(inputs[0]) if training else None
        if masks is None or self.masks_each is None:
            return _over_rows(inputs if masks is None else inputs * masks, kernel)
        parts = jnp.split(kernel, self.gates, -1)
        return jnp.concatenate([_over_rows(inputs * m, k) for m, k in zip(masks, parts, strict=True)], -1)

    def product(self, state: Any, kernel: Any, masks: Any) -> Any:
        """`state @ kernel`, the state masked for each gate."""
        if masks is None:
            return state @ kernel
        if not isinstance(masks, list):
            return (state * masks) @ kernel
        parts = jnp.split(kernel, self.gates, -1)
        return jnp.concatenate([(state * m) @ k for m, k in zip(masks, parts, strict=True)], -1)

    def step(self, x: Any, states: tuple[Any, ...], masks: Any) -> tuple[Any, ...]:
        """The new states, from the projected input of one step."""
        formula = self.formula()
        product = self.product(states[0], self.recurrent_kernel.value, masks)
        return tuple(formula.function(*formula.into(x, product, self.biases()), states))

    def _state_masks(self, state: Any, training: bool) -> Any:
        return self.get_recurrent_dropout_mask(state) if training else None

    def has_one_product(self) -> bool:
        """Whether the recurrent kernel is used in one matmul a step."""
        return True

    def over_time(
        self, inputs: Any, states: list[Any], mask: Any, training: bool, keep_outputs: bool, unroll: bool
    ) -> tuple[Any, Any, list[Any]]:
        """All steps of `(T, B, features)` at once: `(last output, outputs or None, states)`."""
        x, held = self.projected(inputs, training), tuple(states)
        masks = self._state_masks(held[0], training)
        if masks is None and self.has_one_product():
            kernel = self.recurrent_kernel.value
            outputs, held = recur(
                self.formula(), x, kernel, self.biases(), held, mask, keep_outputs=keep_outputs, unroll=unroll
            )
            return held[0], outputs, list(held)

        def step(x: Any, states: Any, others: Any) -> tuple[Any, Any, Any]:
            new = self.step(x, states, masks)
            return new[0], new, others

        last, outputs, held, _ = scan_steps(
            step, x, held, mask, previous=held[0], keep_outputs=keep_outputs, unroll=unroll
        )
        return last, outputs, list(held)

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        """Zeros of shape `(batch_size, units)`, one for each state."""
        return [jnp.zeros((batch_size, self.units), self.compute_dtype) for _ in range(self.states)]


def _over_rows(x: Any, kernel: Any) -> Any:
    """`x @ kernel` as one matmul of two matrices, whose gradient XLA computes well too."""
    return (x.reshape(-1, x.shape[-1]) @ kernel).reshape(*x.shape[:-1], kernel.shape[-1])


def is_tanh_and_sigmoid(activation: Any, recurrent: Any = activations.sigmoid) -> bool:
    """Whether a cell has the activations that the fast forms are written for."""
    return activation in (activations.tanh, jnp.tanh) and recurrent is activations.sigmoid


def first_bias_of_lstm(cell: Any, units: int) -> dict[str, Any]:
    """The initializer of the bias, with ones for the forget gate where the cell wants that."""
    if not cell.unit_forget_bias:
        return {"initializer": cell.bias_initializer}

    def ones_to_forget(shape: tuple[int, ...], dtype: Any = None) -> np.ndarray:
        parts = [cell.bias_initializer((n,), dtype=dtype) for n in (units, 2 * units)]
        return np.concatenate([np.asarray(parts[0]), np.ones(units, np.asarray(parts[0]).dtype), np.asarray(parts[1])])

    return {"initializer": ones_to_forget}
