"""What a layer writes into files of weights, and from what it is built again; classes of one's own may override it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, MutableMapping
from typing import Any

import numpy as np

from heron.errors import ShapeError
from heron.layers.holder import WeightHolder
from heron.variables import Variable


class Stored(WeightHolder):
    """The part of a layer that files are about."""

    _build_shapes: tuple[Any, ...] | None
    build: Any

    def get_build_config(self) -> dict[str, Any] | None:
        """The shapes that `build` was called with, as plain data; None before it.

        `{"input_shape": shape}` for one, `{"shapes_dict": {argument: shape}}` for several.
        """
        if not self.built or not self._build_shapes:
            return None
        if len(self._build_shapes) == 1:
            return {"input_shape": self._build_shapes[0]}
        names = list(inspect.signature(type(self).build).parameters)[1:]
        return {"shapes_dict": dict(zip(names, self._build_shapes, strict=False))}

    def build_from_config(self, config: Mapping[str, Any]) -> None:
        """Makes the weights from what `get_build_config` returned."""
        if config.get("input_shape") is not None:
            self.build(_shapes(config["input_shape"]))
        elif config.get("shapes_dict"):
            self.build(**{name: _shapes(shape) for name, shape in config["shapes_dict"].items()})

    def save_own_variables(self, store: MutableMapping[str, Any]) -> None:
        """Puts the values of this layer's own variables, not of layers inside it, into `store`.

        Args:
            store: filled with an array for each variable under `"0"`, `"1"`, ...
        """
        for i, variable in enumerate(self._stored_variables()):
            store[str(i)] = variable.numpy()

    def load_own_variables(self, store: Mapping[str, Any]) -> None:
        """Takes the values of this layer's own variables from what `save_own_variables` filled.

        Raises:
            ShapeError: for another number of arrays, or an array of another shape.
        """
        variables = self._stored_variables()
        if len(store) != len(variables):
            raise ShapeError(f"{self._who()} has {len(variables)} variables of its own; the store has {len(store)}.")
        for i, variable in enumerate(variables):
            variable.assign(np.asarray(store[str(i)]))

    def _stored_variables(self) -> list[Variable]:
        """This layer's own variables in Keras's order: trainable ones first."""
        listed = {id(v) for v in (*self._trainable_variables, *self._non_trainable_variables)}
        others = [v for v in self._own_variables() if id(v) not in listed]
        trainable = [*self._trainable_variables, *(v for v in others if v.trainable)]
        return [*trainable, *self._non_trainable_variables, *(v for v in others if not v.trainable)]


def _shapes(shape: Any) -> Any:
    """A shape, or a list or dict of shapes, with tuples for shapes."""
    if isinstance(shape, dict):
        return {name: _shapes(part) for name, part in shape.items()}
    if isinstance(shape, list | tuple):
        if all(size is None or isinstance(size, int) for size in shape):
            return tuple(shape)
        return [_shapes(part) for part in shape]
    return shape
