"""The variables of an optimizer: the ones it counts with, and the slots it keeps for each variable it trains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from typing import Any

import numpy as np

from heron import config as settings
from heron.errors import ArgumentError, NotBuiltError, note
from heron.optimizers.gradients import variable_names
from heron.optimizers.options import Refusing
from heron.variables import Variable, name_scope


class OptimizerState(Refusing):
    """The part of an optimizer that makes, names, orders and finds variables."""

    slots: tuple[str | tuple[str, ...], ...] = ()
    """Names of the arrays kept for each variable. A tuple within stands for a block of names whose arrays are made
    variable by variable; block follows block, and names alone are one block. The order matters to files only."""

    name: str = "optimizer"
    use_ema: bool = False
    gradient_accumulation_steps: int | None = None

    def __init__(self) -> None:
        self.built = False
        self._trainable_variables: list[Variable] = []
        self._index: dict[Variable, int] = {}
        self._slots: dict[str, list[Variable | None]] = {}
        self._averages: list[Variable | None] = []
        self._accumulated_gradients: list[Variable] = []

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, Variable):
            self._track(value)
        super().__setattr__(name, value)

    def _track(self, variable: Variable) -> None:
        tracked = self.__dict__.setdefault("_variables", [])
        if not any(v is variable for v in tracked):
            tracked.append(variable)

    @property
    def variables(self) -> list[Variable]:
        """All variables of the optimizer: iteration, learning rate (unless a schedule), then what `build` made."""
        return list(self.__dict__.get("_variables", []))

    def add_variable(
        self, shape: Sequence[int], initializer: Any = "zeros", dtype: Any = None, name: str | None = None
    ) -> Variable:
        """Makes a variable that belongs to the optimizer.

        Args:
            shape: its shape.
            initializer: `"zeros"`, `"ones"`, an array, or a function `(shape, dtype) -> array`.
            dtype: its dtype; by default `heron.config.floatx()`.
            name: the last part of its path.

        Raises:
            ArgumentError: for another initializer.
        """
        dtype = dtype or settings.floatx()
        if isinstance(initializer, str):
            if initializer not in ("zeros", "ones"):
                raise ArgumentError(
                    f"{self._me}: 'initializer' must be 'zeros', 'ones', an array or a function; received "
                    f"{initializer!r}.\nPass the initializer itself, heron.initializers.get({initializer!r})."
                )
            initializer = np.full(tuple(shape), float(initializer == "ones"), dtype="float32")
        with name_scope(self.name):
            made = Variable(initializer, tuple(shape), dtype=dtype, trainable=False, autocast=False, name=name)
        self._track(made)
        return made

    def add_variable_from_reference(
        self, reference_variable: Variable, name: str | None = None, initializer: Any = "zeros"
    ) -> Variable:
        """Makes a variable of the shape and dtype of `reference_variable`, named after its path and `name`."""
        full_name = f"{reference_variable.path.replace('/', '_')}_{name or 'var'}"
        return self.add_variable(reference_variable.shape, initializer, reference_variable.dtype, full_name)

    def add_optimizer_variables(
        self, trainable_variables: Iterable[Variable], name: str | Sequence[str], initializer: Any = "zeros"
    ) -> Any:
        """Makes a variable like each of `trainable_variables`.

        Args:
            trainable_variables: the variables to be like.
            name: the last part of the names, or several, each of which gives a list.
            initializer: one for all, or a list with one for each name.

        Returns:
            A list with one variable for each trainable variable (None for those that their gradient overwrites), or a
            tuple of such lists.

        Raises:
            ArgumentError: when there are not as many initializers as names.
        """
        names = [name] if isinstance(name, str) else list(name)
        starts = list(initializer) if isinstance(initializer, list | tuple) else [initializer] * len(names)
        if len(starts) != len(names):
            raise ArgumentError(
                f"{self._me}: add_optimizer_variables needs one initializer for all names or one for each; "
                f"received {len(starts)} for {len(names)} names."
            )
        lists: tuple[list[Variable | None], ...] = tuple([] for _ in names)
        for v in trainable_variables:
            for made, slot, start in zip(lists, names, starts, strict=True):
                none = v.overwrite_with_gradient
                made.append(None if none else self.add_variable_from_reference(v, slot, start))
        return lists[0] if isinstance(name, str) else lists

    def initial_slot(self, slot: str, variable: Variable) -> Any:
        """What a slot of `variable` starts from: an initializer or an array, or None where it has no such slot."""
        return "zeros"

    def build(self, variables: Iterable[Variable]) -> None:
        """Makes the variables that the optimizer keeps for each of `variables`; a second call changes nothing.

        Raises:
            ArgumentError: when it was built for others.
        """
        variables = list(variables)
        if self.built:
            if {*variables} != {*self._trainable_variables}:
                self._refuse([v for v in variables if v not in self._index])
            return
        self._trainable_variables = variables
        self._index = {v: i for i, v in enumerate(variables)}
        if self.use_ema:
            self._averages = self.add_optimizer_variables(variables, "average")
        if self.gradient_accumulation_steps:
            like = self.add_variable_from_reference
            self._accumulated_gradients = [like(v, "gradient_accumulator") for v in variables]
        names_alone = all(isinstance(slot, str) for slot in self.slots)
        for block in (self.slots,) if names_alone else self.slots:
            self._build_block((block,) if isinstance(block, str) else block)
        self.built = True

    def _build_block(self, block: Iterable[Any]) -> None:
        for v in self._trainable_variables:
            for slot in block:
                made = None if v.overwrite_with_gradient else self._make_slot(slot, v)
                self._slots.setdefault(slot, []).append(made)

    def _make_slot(self, slot: str, variable: Variable) -> Variable | None:
        start = self.initial_slot(slot, variable)
        return None if start is None else self.add_variable_from_reference(variable, slot, start)

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Gives each of `variables` its value from `weights`, arrays in the same order.

        Raises:
            NotBuiltError: before `build`.
            ArgumentError: for another number of arrays.
        """
        if not self.built:
            raise NotBuiltError(f"{self._me} has no weights yet. Call optimizer.build(trainable_variables) first.")
        if len(weights) != len(self.variables):
            raise ArgumentError(
                f"{self._me} has {len(self.variables)} variables; set_weights received {len(weights)} arrays."
            )
        for v, value in zip(self.variables, weights, strict=True):
            v.assign(value)

    def save_own_variables(self, store: MutableMapping[str, Any]) -> None:
        """Puts the values of its variables into `store`, under `"0"`, `"1"`, ...; a subclass may write them otherwise.

        Args:
            store: filled with arrays.
        """
        for i, variable in enumerate(self.variables):
            store[str(i)] = variable.numpy()

    def load_own_variables(self, store: Mapping[str, Any]) -> None:
        """Takes the values of its variables from what `save_own_variables` filled.

        Where the numbers of variables differ, nothing changes, with a note: an optimizer has most of them only once it
        is built.

        Args:
            store: arrays by name.
        """
        if len(store) != len(self.variables):
            note(
                f"{self._me} has {len(self.variables)} variables; the store has {len(store)}. Nothing was taken from "
                "it.\nCall optimizer.build(trainable_variables) first."
            )
            return
        for i, variable in enumerate(self.variables):
            variable.assign(store[str(i)])

    @property
    def _me(self) -> str:
        return f"{type(self).__name__} '{self.name}'"

    def _refuse(self, unknown: Sequence[Variable]) -> None:
        """Raises the error for other variables than those the optimizer was built for."""
        got = f"received also {variable_names(unknown)}" if unknown else "some of them are missing now"
        raise ArgumentError(
            f"{self._me} was built for the variables {variable_names(self._trainable_variables)}; {got}.\n"
            "You changed trainable layers; call compile() again. In a loop of your own, make a new optimizer."
        )

    def _get_variable_index(self, variable: Variable) -> int:
        """The place of `variable` in the list the optimizer was built for."""
        if variable not in self._index:
            self._refuse([variable])
        return self._index[variable]
