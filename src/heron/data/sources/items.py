"""Elements one at a time: from a function that makes a generator, and from a sequence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from heron.data.structure import form_text, leaves, stacked
from heron.errors import ArgumentTypeError, DataError, value_text


class Generated:
    """The elements of a generator that is begun anew for each epoch.

    Args:
        begin: called without arguments, returns an iterator; or an iterable that can be gone through again.
        length: the number of elements, where it is known.
    """

    def __init__(self, begin: Callable[[], Iterable[Any]] | Iterable[Any], length: int | None = None) -> None:
        if hasattr(begin, "__next__"):
            raise ArgumentTypeError(
                f"from_generator: received {value_text(begin)}, which can be gone through only once; expected the "
                "function that makes it.\nWrite from_generator(rows), not from_generator(rows())."
            )
        if not callable(begin) and not hasattr(begin, "__iter__"):
            raise ArgumentTypeError(
                f"from_generator: expected a function that makes a generator; received {value_text(begin)}."
            )
        self.begin = begin
        self.length = length

    def elements(self) -> Iterator[Any]:
        """The elements, as arrays.

        Raises:
            DataError: when an element has another structure or rank than the first, or there are too few or many.
        """
        first, count = None, 0
        for count, given in enumerate(self.begin() if callable(self.begin) else self.begin, start=1):
            element = _element(given)
            kind = tuple((path, np.ndim(leaf)) for path, leaf in leaves(element))
            if first is None:
                first = kind, form_text(element)
            elif kind != first[0]:
                raise DataError(
                    f"The generator changed what it gives: element {count - 1} is {form_text(element)}, element 0 was "
                    f"{first[1]}.\nExpected the same structure in every element: x, (x, y) or (x, y, sample_weight)."
                )
            yield element
        if self.length is not None and count != self.length:
            raise DataError(
                f"The generator ended after {count} elements; length={self.length} was promised.\n"
                "Give the true length, or none: from_generator(rows)."
            )


class Items:
    """Elements of an object with `__len__` and `__getitem__`."""

    slow = True  # for all that is known

    def __init__(self, items: Any) -> None:
        if not (hasattr(items, "__len__") and hasattr(items, "__getitem__")):
            raise ArgumentTypeError(
                f"from_sequence: expected an object with __len__ and __getitem__; received {value_text(items)}.\n"
                "For a generator write from_generator(function)."
            )
        self.items = items

    def __len__(self) -> int:
        return len(self.items)

    def read(self, rows: np.ndarray) -> Any:
        """The items of these numbers, stacked."""
        return stacked([_element(self.items[int(row)]) for row in rows])

    def where(self, rows: np.ndarray) -> str:
        """The items in words."""
        return f"item {int(rows[0])}" + (f" and {len(rows) - 1} more" if len(rows) > 1 else "")


def _element(given: Any) -> Any:
    """Tuples and dicts hold arrays; a list is an array."""
    if isinstance(given, tuple):
        return tuple(_element(part) for part in given)
    if isinstance(given, dict):
        return {key: _element(part) for key, part in given.items()}
    return given if given is None or isinstance(given, str) else np.asarray(given)
