"""Named settings of a program of one's own."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, MutableMapping
from typing import Any

from heron.errors import ArgumentError, UnknownAttributeError, nearest


class Config(MutableMapping[str, Any]):
    """A dict whose values are attributes too, and that can be frozen.

    Args:
        **kwargs: the first values by name.

    Raises:
        ArgumentError: for a change after `freeze()`.
        UnknownAttributeError: (an `AttributeError`) for an attribute that is not there, with the nearest.

    Source: `keras.utils.Config`.

    Example:
    >>> config = Config(learning_rate=0.1)
    >>> config.seed = 123
    >>> config["seed"], config.learning_rate
    (123, 0.1)
    """

    def __init__(self, **kwargs: Any) -> None:
        object.__setattr__(self, "_values", dict(kwargs))
        object.__setattr__(self, "_frozen", False)

    @property
    def frozen(self) -> bool:
        """Whether `freeze` was called."""
        return bool(self.__dict__["_frozen"])

    def freeze(self) -> None:
        """From here on every change is an error."""
        object.__setattr__(self, "_frozen", True)

    def unfreeze(self) -> None:
        """Allows changes again."""
        object.__setattr__(self, "_frozen", False)

    def as_dict(self) -> dict[str, Any]:
        """Returns a dict with the values."""
        return copy.copy(self._held)

    def to_json(self) -> str:
        """Returns the values as JSON."""
        return json.dumps(self._held)

    @property
    def _held(self) -> dict[str, Any]:
        values: dict[str, Any] = self.__dict__["_values"]
        return values

    def _check_open(self) -> None:
        if self.frozen:
            raise ArgumentError("The Config is frozen, so it cannot be changed. Call config.unfreeze() first.")

    def __getitem__(self, key: str) -> Any:
        return self._held[key]

    def __setitem__(self, key: str, item: Any) -> None:
        self._check_open()
        self._held[key] = item

    def __delitem__(self, key: str) -> None:
        self._check_open()
        del self._held[key]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._held))

    def __len__(self) -> int:
        return len(self._held)

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __getattr__(self, name: str) -> Any:
        values = self.__dict__.get("_values", {})
        if name in values:
            return values[name]
        near = nearest(name, values)
        hint = f" Did you mean {near!r}?" if near else ""
        raise UnknownAttributeError(f"The Config has no {name!r}.{hint}")

    def __repr__(self) -> str:
        return f"<Config {self._held}>"
