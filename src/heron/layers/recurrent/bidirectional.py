"""A recurrent layer that reads its input in both directions."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

from heron.errors import ArgumentError, value_text
from heron.layers.layer import Layer
from heron.registry import custom_object_scope, deserialize, serialize
from heron.validate import one_of

_MERGES: dict[str, Callable[[Any, Any], Any]] = {
    "concat": lambda a, b: jnp.concatenate([a, b], -1),
    "sum": operator.add,
    "mul": operator.mul,
    "ave": lambda a, b: (a + b) / 2,
}


class Bidirectional(Layer):
    """Reads a sequence forwards with one recurrent layer and backwards with another, and merges what they say.

    Args:
        layer: the recurrent layer; it is copied, and a copy that reads backwards is made.
        merge_mode: `"concat"`, `"sum"`, `"mul"`, `"ave"`, or None for both outputs as they are.
        weights: first values of the weights of both layers, those of the forward layer first.
        backward_layer: the layer that reads backwards, if it is to be another; it needs `go_backwards=True`.

    Call arguments:
        sequences: the inputs.
        initial_state: the states to start from, those of the forward layer first.
        mask: booleans `(batch, steps)`, False where a step is skipped.
        training: handed to both layers.

    Input shape:
        `(batch, steps, features)`.

    Output shape:
        That of the layer, twice as wide with `"concat"`; with `merge_mode=None` a tuple of both outputs; with
        `return_state` followed by the states of both.

    Raises:
        ArgumentError: for something that is no recurrent layer, and for two layers that do not go together.

    Source: Schuster and Paliwal, "Bidirectional recurrent neural networks", 1997.

    Example:
    >>> import numpy as np
    >>> from heron.layers import LSTM
    >>> Bidirectional(LSTM(3))(np.ones((2, 5, 4))).shape
    (2, 6)
    """

    rules = {"merge_mode": one_of(*_MERGES, None)}
    supports_masking = True

    def __init__(
        self,
        layer: Any,
        merge_mode: str | None = "concat",
        weights: Any = None,
        backward_layer: Any = None,
        **kwargs: Any,
    ) -> None:
        for name, one in (("layer", layer), ("backward_layer", backward_layer)):
            if not (isinstance(one, Layer) and hasattr(one, "go_backwards")) and (one is not None or name == "layer"):
                raise ArgumentError(
                    f"Bidirectional: argument '{name}' must be a recurrent layer; received {value_text(one)}.\n"
                    "Write Bidirectional(heron.layers.LSTM(32)); a layer of your own needs the attributes "
                    "go_backwards, return_sequences, return_state and stateful."
                )
        super().__init__(**kwargs)
        self.forward_layer = _copy(layer, f"forward_{layer.name.removeprefix('forward_')}")
        self.backward_layer = backward_layer or _copy(
            layer, f"backward_{layer.name.removeprefix('backward_')}", go_backwards=True
        )
        self._check_pair()
        for one in (self.forward_layer, self.backward_layer):
            if hasattr(one, "zero_output_for_mask"):
                one.zero_output_for_mask = one.return_sequences
        self.merge_mode = merge_mode
        self.stateful = layer.stateful
        self.return_sequences = layer.return_sequences
        self.return_state = layer.return_state
        self._first_weights = list(weights) if weights else None

    def _check_pair(self) -> None:
        forward, backward = self.forward_layer, self.backward_layer
        if forward.go_backwards == backward.go_backwards:
            raise ArgumentError(
                "Bidirectional needs one layer that reads forwards and one that reads backwards; received two with "
                f"go_backwards={forward.go_backwards}.\nSet go_backwards=True on backward_layer alone."
            )
        for name in ("stateful", "return_sequences", "return_state"):
            first, second = getattr(forward, name), getattr(backward, name)
            if first != second:
                raise ArgumentError(
                    f"Bidirectional needs two layers with the same {name}; received {first} for layer and {second} for "
                    f"backward_layer.\nSet {name}={first} on backward_layer too."
                )

    def _check_inputs(self, inputs: Any) -> None:
        self.forward_layer._check_inputs(inputs)

    def build(self, sequences_shape: tuple[int | None, ...], initial_state_shape: Any = None) -> None:
        """Builds both layers."""
        for layer in (self.forward_layer, self.backward_layer):
            if not layer.built:
                layer.build(sequences_shape)
        if self._first_weights is not None:
            half = len(self._first_weights) // 2
            self.forward_layer.set_weights(self._first_weights[:half])
            self.backward_layer.set_weights(self._first_weights[half:])

    def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False) -> Any:
        """Runs both layers and merges their outputs."""
        half = None if initial_state is None else len(initial_state) // 2
        halves = (None, None) if half is None else (initial_state[:half], initial_state[half:])
        (y, *states), (y_back, *states_back) = (
            _listed(layer(sequences, initial_state=state, mask=mask))
            for layer, state in zip((self.forward_layer, self.backward_layer), halves, strict=True)
        )
        y, y_back = y.astype(self.compute_dtype), y_back.astype(self.compute_dtype)
        if self.return_sequences:
            y_back = y_back[:, ::-1]  # in the order of the input
        merged = (y, y_back) if self.merge_mode is None else (_MERGES[self.merge_mode](y, y_back),)
        outputs = (*merged, *states, *states_back)
        return outputs[0] if len(outputs) == 1 else outputs

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The mask of the inputs, when the outputs of all steps come out; states have none."""
        mask = previous_mask[0] if isinstance(previous_mask, list | tuple) else previous_mask
        mask = mask if self.return_sequences else None
        return mask if self.merge_mode is not None else (mask, mask)

    @property
    def states(self) -> tuple[Any, ...] | None:
        """The variables in which stateful layers keep their states, or None."""
        forward, backward = self.forward_layer.states, self.backward_layer.states
        return (*forward, *backward) if forward and backward else None

    def reset_state(self) -> None:
        """Puts both layers back to states of zeros.

        Raises:
            ArgumentError: when the layers are not stateful.
        """
        if not self.stateful:
            raise ArgumentError(f"{self._who()} keeps no states to reset. Make its layer with stateful=True.")
        self.forward_layer.reset_state()
        self.backward_layer.reset_state()

    def reset_states(self) -> None:
        """`reset_state`, by its older name."""
        self.reset_state()

    def get_config(self) -> dict[str, Any]:
        """The constructor call as plain data, with both layers as they are."""
        config = {name: value for name, value in super().get_config().items() if name != "weights"}
        return config | {"layer": serialize(self.forward_layer), "backward_layer": serialize(self.backward_layer)}


def _listed(outputs: Any) -> list[Any]:
    return list(outputs) if isinstance(outputs, list | tuple) else [outputs]


def _copy(layer: Any, name: str, **changes: Any) -> Any:
    """A layer with the same arguments but for `changes`; weights and the user's own classes inside are found."""
    config = serialize(layer)
    config["config"] = {**config["config"], "name": name, **changes}
    known = {type(one).__name__: type(one) for one in layer._flatten_layers()}
    own = {key: cls for key, cls in known.items() if not cls.__module__.startswith("heron.")}
    with custom_object_scope(own):
        return deserialize(config)
