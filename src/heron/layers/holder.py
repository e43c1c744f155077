"""What a layer is made of: its weights, the layers inside it, and the penalties on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np

from heron.errors import NotBuiltError, ShapeError, shape_text
from heron.random import SeedGenerator
from heron.variables import Variable

_changes = [0]


def structure_changes() -> int:
    """How often any layer was put into another, frozen or unfrozen: while it stays, nothing need be looked through."""
    return _changes[0]


class WeightHolder:
    """Finds weights and layers among the attributes of a layer, in the order of assignment."""

    _unscanned: ClassVar[frozenset[str]] = frozenset()
    name: str
    built: bool
    _trainable: bool
    _trainable_variables: list[Variable]
    _non_trainable_variables: list[Variable]
    _losses: list[Any]

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, WeightHolder | Variable) or isinstance(self.__dict__.get(name), WeightHolder):
            _changes[0] += 1
        super().__setattr__(name, value)

    def _who(self) -> str:
        """The layer as messages name it."""
        return f"{type(self).__name__} '{self.name}'"

    def _parts(self, kind: type | tuple[type, ...]) -> Iterator[Any]:
        """Objects of a kind among the attributes, also inside lists, tuples and dicts, in the order of assignment."""
        for name, value in self.__dict__.items():
            if name not in self._unscanned:
                yield from _found(value, kind)

    def _layers_inside(self) -> Iterator[Any]:
        return self._parts(WeightHolder)

    def _flatten_layers(self) -> Iterator[Any]:
        """This layer and all layers inside it, each once, outer ones first."""
        seen: set[int] = set()

        def walk(layer: Any) -> Iterator[Any]:
            if id(layer) not in seen:
                seen.add(id(layer))
                yield layer
                for inner in layer._layers_inside():
                    yield from walk(inner)

        return walk(self)

    def _own_variables(self) -> list[Variable]:
        listed = [*self._trainable_variables, *self._non_trainable_variables]
        return _unique(iter([*listed, *self._parts(Variable)]))

    @property
    def weights(self) -> list[Variable]:
        """All weights: this layer's trainable, its other ones, then those of the layers inside."""
        return _unique(v for layer in self._flatten_layers() for v in layer._own_variables())

    @property
    def variables(self) -> list[Variable]:
        """All weights, and what is no weight but changes: the states of random generators, say."""
        return _unique(
            v for layer in self._flatten_layers() for v in (*layer._own_variables(), *layer._carried_variables())
        )

    def _carried_variables(self) -> list[Variable]:
        """This layer's variables that are no weights, and are not saved: the states of random generators."""
        return [generator.state for generator in self._parts(SeedGenerator)]

    @property
    def trainable_variables(self) -> list[Variable]:
        """The variables that optimizers change."""
        return [v for v in self.variables if v.trainable]

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The variables that optimizers leave alone, the states of random generators among them."""
        return [v for v in self.variables if not v.trainable]

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that optimizers change."""
        return [v for v in self.weights if v.trainable]

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that optimizers leave alone."""
        return [v for v in self.weights if not v.trainable]

    @property
    def trainable(self) -> bool:
        """Whether optimizers change the weights; setting it reaches all layers inside."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        value = bool(value)
        _changes[0] += 1
        for layer in self._flatten_layers():
            layer._trainable = value
            for variable in layer._trainable_variables:
                variable.trainable = value

    @property
    def losses(self) -> list[Any]:
        """The penalties: of the last call (`add_loss`, activity regularizers) and of the weights."""
        collected = [loss for layer in self._flatten_layers() for loss in layer._losses]
        penalised = self.trainable_variables
        return collected + [v.regularizer(v.value) for v in penalised if v.regularizer is not None]

    def _clear_losses(self) -> None:
        for layer in self._flatten_layers():
            layer._losses.clear()

    def get_weights(self) -> list[np.ndarray]:
        """Copies of the weights as NumPy arrays, in the order of `weights`."""
        return [v.numpy() for v in self.weights]

    def set_weights(self, weights: list[Any]) -> None:
        """Replaces the weights; nothing is changed unless all shapes fit.

        Raises:
            ShapeError: for another number of arrays, or an array of another shape.
        """
        own = self.weights
        if len(own) != len(weights):
            raise ShapeError(
                f"{self._who()} has {len(own)} weight arrays; set_weights received {len(weights)}."
                + ("" if self.built else "\nIt is not built yet: call it on data, or build(input_shape), first.")
            )
        for variable, value in zip(own, weights, strict=True):
            if np.shape(value) != variable.shape:
                raise ShapeError(
                    f"Weight '{variable.path}' of {self._who()} has shape {shape_text(variable.shape)}; "
                    f"set_weights received shape {shape_text(np.shape(value))} in its place. Nothing was changed."
                )
        for variable, value in zip(own, weights, strict=True):
            variable.assign(value)

    def count_params(self) -> int:
        """The number of numbers in the weights."""
        if not self.built:
            raise NotBuiltError(f"{self._who()} has no weights yet. Call it on data, or build(input_shape), first.")
        return sum(v.size for v in self.weights)


def _found(value: Any, kind: Any) -> Iterator[Any]:
    if isinstance(value, kind):
        yield value
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _found(part, kind)
    elif isinstance(value, dict):
        for part in value.values():
            yield from _found(part, kind)


def _unique(variables: Iterator[Variable]) -> list[Variable]:
    return list({id(v): v for v in variables}.values())
