"""Models that know the names of their classes: targets may be names, and predictions are named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import jax
import numpy as np

from heron import losses
from heron.data.labels import (
    check_same_columns,
    check_same_numbers,
    checked_names,
    distinct,
    is_names,
    listed,
    numbered,
    words_of,
)
from heron.errors import DataError, NotBuiltError

_ONE_HOT = (
    losses.categorical_crossentropy,
    losses.categorical_focal_crossentropy,
    losses.categorical_hinge,
    losses.kl_divergence,
)
_HINGES = (losses.hinge, losses.squared_hinge)
_BY_UNITS = (losses.binary_crossentropy, losses.binary_focal_crossentropy, *_HINGES)
_OF_NUMBERS = (
    losses.mean_squared_error,
    losses.mean_absolute_error,
    losses.mean_absolute_percentage_error,
    losses.mean_squared_logarithmic_error,
    losses.huber,
    losses.log_cosh,
    losses.poisson,
    losses.cosine_similarity,
)


class NamedClasses:
    """What a model needs to be taught names; mixed into `Trainer`."""

    _class_names: Any = None
    _learned: dict[str | None, list[str]] | None = None  # while `fit` looks at its data

    @property
    def class_names(self) -> Any:
        """The names of the classes, in the order of their numbers; a dict by output where there are several.

        `fit(x, y)` with names in `y` learns them, sorted; they may be set before, in another order. They are kept in
        files. None when nobody has named them.
        """
        return self._class_names

    @class_names.setter
    def class_names(self, names: Any) -> None:
        self.__dict__["_class_names"] = checked_names(names)

    def predict_names(self, x: Any, batch_size: int | None = None, steps: int | None = None) -> Any:
        """The name of the class that is most likely, for each sample.

        Args:
            x: inputs, as for `fit`.
            batch_size: samples computed at a time, 32 by default.
            steps: batches to predict, by default all.

        Returns:
            A NumPy array of strings `(samples,)`; in the structure of the outputs where there are several.

        Raises:
            NotBuiltError: when the classes have no names.
            DataError: when there are more or fewer names than units.
        """
        if self._class_names is None:
            raise NotBuiltError(
                f"{self._who()} does not know the names of its classes.\n"  # type: ignore[attr-defined]
                "Train it on names, model.fit(x, ['cat', 'dog', ...]), or set them: model.class_names = ['cat', 'dog']."
            )
        outputs = self.predict(x, batch_size=batch_size, steps=steps)  # type: ignore[attr-defined]
        if not isinstance(self._class_names, dict):
            return self._named(outputs, self._class_names, None)
        leaves, tree = jax.tree.flatten(outputs)
        names = self._objective_names()
        found = [
            self._named(leaf, self._class_names[name], name) if name in self._class_names else leaf
            for leaf, name in zip(leaves, names, strict=True)
        ]
        return jax.tree.unflatten(tree, found)

    def _named(self, outputs: np.ndarray, names: list[str], output: str | None) -> np.ndarray:
        units = outputs.shape[-1] if outputs.ndim > 1 else 1
        self._check_units(len(names), units, output)
        if units > 1:
            return np.array(names)[outputs.argmax(-1)]
        loss = self._loss_of(output)
        logits = getattr(loss, "from_logits", False) or getattr(loss, "fn", loss) in (
            losses.hinge,
            losses.squared_hinge,
        )
        return np.array(names)[(outputs.reshape(len(outputs)) > (0 if logits else 0.5)).astype(int)]

    # ---- names in targets -------------------------------------------------------------------------------------------

    @contextmanager
    def _learning_names(self) -> Iterator[None]:
        """Inside the block, the names of classes are learned from targets; they are kept if all goes well."""
        self.__dict__["_learned"] = {}
        try:
            yield
            if self._learned:
                whole = self._learned.get(None)
                self.__dict__["_class_names"] = whole or {**(self._class_names or {}), **self._learned}
        finally:
            self.__dict__["_learned"] = None

    def _learn_names_of(self, names: list[str] | None, what: str, sure: bool) -> None:
        """Takes the names that a data set knows, where the model has none; else sees that they are numbered alike."""
        if not names or len(self._objective_names()) > 1:
            return
        known = (self._learned or {}).get(None) or self._class_names
        if isinstance(known, list):
            check_same_numbers(names, known, what, sure)
        elif known is None and self._learned is not None:
            self._learned[None] = names

    def _look_at_columns(self, names: Any, what: str) -> None:
        """Keeps the names of the columns of a data set, and holds those of later ones against them."""
        if not isinstance(names, list | tuple):
            return
        if names and self.__dict__.get("_column_names"):
            check_same_columns(names, self.__dict__["_column_names"], what)
        elif names and self._learned is not None:
            self.__dict__["_column_names"] = list(names)

    def _number_names(self, x: Any, y: Any, what: str, learn: bool = True) -> Any:
        """Targets with numbers or one-hot rows in the place of names, as the loss takes them.

        Args:
            x: inputs, for a model that is not built yet.
            y: targets.
            what: put in front of the names in messages; what has a name is not learned from.
            learn: whether these are all targets; from one batch of many, names are not learned.
        """
        learn = learn and not what
        outputs = self._objective_names()
        if isinstance(y, Mapping):
            single = len(outputs) < 2
            return {
                key: self._number(x, part, f"{what}y[{key!r}]", learn, None if single else str(key))
                for key, part in y.items()
            }
        if len(outputs) > 1 and isinstance(y, list | tuple) and len(y) == len(outputs):
            parts = [
                self._number(x, part, f"{what}y[{i}]", learn, name)
                for i, (part, name) in enumerate(zip(y, outputs, strict=True))
            ]
            return tuple(parts) if isinstance(y, tuple) else parts
        return self._number(x, y, f"{what}y", learn, None)

    def _number(self, x: Any, y: Any, label: str, learn: bool, output: str | None) -> Any:
        if not is_names(y):
            return y
        loss = self._loss_of(output)
        function = getattr(loss, "fn", loss)
        if function in _OF_NUMBERS:
            return y  # refused as text
        words = words_of(y, label)
        names = self._names_for(words, label, learn, output)
        numbers = numbered(words, names, label)
        units = self._units(x, output)
        self._check_units(len(names), units, output)
        if function in _ONE_HOT or (function in _BY_UNITS and (units or 1) > 1):
            return np.eye(len(names), dtype=np.float32)[numbers]
        return numbers

    def _names_for(self, words: np.ndarray, label: str, learn: bool, output: str | None) -> list[str]:
        """The names that are known for an output, or learned now."""
        known = self._class_names.get(output) if isinstance(self._class_names, dict) else self._class_names
        if known is None and self._learned is not None:
            if output not in self._learned and learn:
                self._learned[output] = distinct(words)
            known = self._learned.get(output)
        if known is None:
            raise DataError(
                f"{label} holds names, such as {words.reshape(-1)[0]!r}, and the model does not know the names of its "
                "classes yet. Expected numbers, or names that it was trained on.\n"
                "Set them in the order of their numbers: model.class_names = ['cat', 'dog']."
            )
        return list(known)

    def _number_of_class(self, name: str) -> int:
        """The number of the class with a name, for `class_weight`."""
        known = (self._learned or {}).get(None) or self._class_names
        if not isinstance(known, list) or name not in known:
            held = f"The classes are {listed(known)}." if isinstance(known, list) else "The classes have no names."
            raise DataError(
                f"class_weight names the class {name!r}, which there is not. {held}\n"
                "Give the weights by the names that y holds, or by class number: {0: 1.0, 1: 5.0}."
            )
        return known.index(name)

    def _check_units(self, count: int, units: int | None, output: str | None) -> None:
        wanted = (2,) if units == 1 else (units,)
        if units is None or count in wanted or (units == 1 and count == 1):
            return
        of = "" if output is None else f" of the output {output!r}"
        names = self._class_names.get(output) if isinstance(self._class_names, dict) else self._class_names
        known = names or (self._learned or {}).get(output) or []
        raise DataError(
            f"There are {count} class names{of} ({listed(known)}); the last layer has {units} unit{'s' * (units > 1)}, "
            f"which stand{'s' * (units == 1)} for {wanted[0]} classes.\n"
            + (
                f"Use Dense({count}, activation='softmax') with loss='sparse_categorical_crossentropy'."
                if count > 2
                else f"Use Dense({count}) as the last layer, or set model.class_names to the names of all classes."
            )
        )

    # ---- what is known of outputs -----------------------------------------------------------------------------------

    def _objective_names(self) -> list[str]:
        return list(getattr(self, "output_names", None) or [])

    def _loss_of(self, output: str | None) -> Any:
        objective = getattr(self, "_objective", None)
        given = None if objective is None else objective.given[0]
        names = self._objective_names()
        if isinstance(given, Mapping):
            given = given.get(output or (names[0] if names else None))
        elif isinstance(given, list | tuple):
            place = names.index(output) if output in names else 0
            given = given[place] if place < len(given) else None
        if given is None or given in ("crossentropy", "ce"):
            return None
        return losses.get(given)

    def _units(self, x: Any, output: str | None) -> int | None:
        """The size of the last axis of an output; builds the model if need be."""
        outputs = jax.tree.leaves(self._outputs_for(x))  # type: ignore[attr-defined]
        names = self._objective_names()
        place = names.index(output) if output in names else 0
        size = outputs[place].shape[-1] if outputs[place].shape else None
        return size if isinstance(size, int) else None
