"""Tuples, lists and dicts of NumPy arrays whose first axis counts rows: what batches are made of.

Written without JAX, so that a worker process starts in a fraction of a second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from heron.errors import DataError, shape_text


def mapped(function: Callable[..., Any], structure: Any, *others: Any) -> Any:
    """The structure with `function` applied to every array; None stays None."""
    if structure is None:
        return None
    if isinstance(structure, dict):
        return {key: mapped(function, value, *(o[key] for o in others)) for key, value in structure.items()}
    if isinstance(structure, tuple | list):
        parts = [mapped(function, value, *(o[i] for o in others)) for i, value in enumerate(structure)]
        return type(structure)(*parts) if hasattr(structure, "_fields") else type(structure)(parts)
    return function(structure, *others)


def leaves(structure: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every array with its place in the structure, such as `[0]['image']`."""
    if isinstance(structure, dict):
        for key, value in structure.items():
            yield from leaves(value, f"{path}[{key!r}]")
    elif isinstance(structure, tuple | list):
        for i, value in enumerate(structure):
            yield from leaves(value, f"{path}[{i}]")
    elif structure is not None:
        yield path, structure


def rows_in(structure: Any) -> int:
    """The number of rows: the length of the first array."""
    return next((len(leaf) for _, leaf in leaves(structure)), 0)


def rows_of(structure: Any, chosen: Any) -> Any:
    """The chosen rows (a slice, indices or a mask) of every array."""
    return mapped(lambda a: a[chosen], structure)


def row(structure: Any, number: int) -> Any:
    """One row: every array without its first axis."""
    return mapped(lambda a: a[number], structure)


def joined(pieces: Sequence[Any]) -> Any:
    """Pieces one after the other along the first axis."""
    return pieces[0] if len(pieces) == 1 else mapped(lambda *parts: np.concatenate(parts), *pieces)


def stacked(elements: Sequence[Any]) -> Any:
    """Elements along a new first axis.

    Raises:
        DataError: when they differ in structure or shape, with the element and both shapes.
    """
    first = form(elements[0])
    for number, element in enumerate(elements):
        if form(element) != first:
            raise DataError(
                f"The elements of a batch must have one shape; element {number} is {form_text(element)}, "
                f"element 0 is {form_text(elements[0])}.\n"
                "Bring them to one shape with map before batch, by padding or resizing; or batch one at a time."
            )
    return mapped(lambda *parts: _stack(parts), *elements)


def _stack(parts: Sequence[Any]) -> np.ndarray:
    if isinstance(parts[0], str):
        return np.array(parts, dtype=object)  # of one width each, they would take the space of the longest
    return np.stack([np.asarray(part) for part in parts])


def form(structure: Any) -> Any:
    """What must agree for elements to be stacked: places and shapes."""
    return tuple((path, np.shape(leaf)) for path, leaf in leaves(structure))


def form_text(structure: Any) -> str:
    """The shapes of an element in words."""
    shapes = [shape_text(np.shape(leaf)) for _, leaf in leaves(structure)]
    return f"of shape {shapes[0]}" if len(shapes) == 1 else f"of shapes {', '.join(shapes) or 'none'}"
