"""Nested structures of lists, tuples, dicts and named tuples, whose leaves are everything else, None too.

Thin over `jax.tree`; the keys of a dict are taken in sorted order. An `OrderedDict` keeps its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import jax

from heron.errors import ArgumentError, note, value_text

__all__ = [
    "MAP_TO_NONE",
    "assert_same_paths",
    "assert_same_structure",
    "flatten",
    "flatten_with_path",
    "is_nested",
    "lists_to_tuples",
    "map_shape_structure",
    "map_structure",
    "map_structure_up_to",
    "pack_sequence_as",
    "traverse",
]


class MAP_TO_NONE:
    """What a function given to `traverse` returns to put None in place of what it was given."""


def _is_none(x: Any) -> bool:
    return x is None


def _structure(tree: Any, is_leaf: Callable[[Any], bool] | None = _is_none) -> Any:
    return jax.tree.structure(tree, is_leaf=is_leaf)


def is_nested(structure: Any) -> bool:
    """Whether `structure` is a list, tuple, dict or named tuple, an empty one too.

    >>> is_nested([1]), is_nested(1), is_nested(None)
    (True, False, False)
    """
    return not jax.tree_util.all_leaves([structure], is_leaf=_is_none)


def flatten(structure: Any) -> list[Any]:
    """The leaves in order.

    >>> flatten({"b": 1, "a": [2, (3, None)]})
    [2, 3, None, 1]
    """
    return jax.tree.leaves(structure, is_leaf=_is_none)


def _key(entry: Any) -> Any:
    for attribute in ("key", "idx", "name"):
        if hasattr(entry, attribute):
            return getattr(entry, attribute)
    return entry


def flatten_with_path(structure: Any) -> list[tuple[tuple[Any, ...], Any]]:
    """The leaves in order, each with the tuple of keys and indices that leads to it.

    >>> flatten_with_path({"a": [5, 6]})
    [(('a', 0), 5), (('a', 1), 6)]
    """
    pairs, _ = jax.tree_util.tree_flatten_with_path(structure, is_leaf=_is_none)
    return [(tuple(_path(structure, path)), leaf) for path, leaf in pairs]


def _path(structure: Any, entries: Iterable[Any]) -> list[Any]:
    """The keys along a path; the fields of a named tuple by number."""
    keys: list[Any] = []
    for entry in entries:
        key = _key(entry)
        if isinstance(structure, tuple) and hasattr(structure, "_fields"):
            key = structure._fields.index(key)
        keys.append(key)
        structure = structure[key] if isinstance(structure, list | tuple | dict) else None
    return keys


def _differ(reason: str, a: Any, b: Any) -> ArgumentError:
    return ArgumentError(
        f"Two structures that should be nested alike are not: {reason}.\n"
        f"First:  {value_text(a)}\nSecond: {value_text(b)}\n"
        "Give both the same lists, tuples and keys."
    )


def assert_same_structure(a: Any, b: Any, check_types: bool | None = None) -> None:
    """Raises unless `a` and `b` are nested alike: the same kinds of containers with the same keys and lengths.

    Args:
        a: a structure.
        b: another.
        check_types: accepted as Keras accepts it; it has no effect.

    Raises:
        ArgumentError: when they differ.
    """
    if check_types is not None:
        note("assert_same_structure: the argument 'check_types' has no effect; leave it out.")
    if _structure(a) != _structure(b):
        raise _differ(f"{_structure(a)} is not {_structure(b)}".replace("PyTreeDef", ""), a, b)


def assert_same_paths(a: Any, b: Any) -> None:
    """Raises unless the leaves of `a` and `b` have the same paths; lists and tuples count as the same.

    Raises:
        ArgumentError: naming the paths that only one of them has.
    """
    ours, theirs = ({path for path, _ in flatten_with_path(tree)} for tree in (a, b))
    if ours != theirs:
        sides = (("first", ours - theirs), ("second", theirs - ours))
        only = [f"only the {side} has {', '.join(sorted(map(str, paths)))}" for side, paths in sides if paths]
        raise _differ(" and ".join(only), a, b)


def map_structure(func: Callable[..., Any], *structures: Any, none_is_leaf: bool = True) -> Any:
    """A structure with `func` of the leaves at each place.

    Args:
        func: a function of as many leaves as there are structures.
        *structures: structures that are nested alike.
        none_is_leaf: False keeps None as it is instead of calling `func`.

    Raises:
        ArgumentError: without a structure, and when the structures differ.

    Example:
        >>> map_structure(lambda x, y: x + y, {"a": 1, "b": [2]}, {"a": 10, "b": [20]})
        {'a': 11, 'b': [22]}
    """
    if not structures:
        raise ArgumentError("map_structure needs at least one structure after the function; received none.")
    is_leaf = _is_none if none_is_leaf else None
    for other in structures[1:]:
        if _structure(other, is_leaf) != _structure(structures[0], is_leaf):
            raise _differ("map_structure goes through them together", structures[0], other)
    return jax.tree.map(func, *structures, is_leaf=is_leaf)


def map_structure_up_to(shallow_structure: Any, func: Callable[..., Any], *structures: Any) -> Any:
    """A structure like `shallow_structure` with `func` of what the others have at its leaves, nested or not.

    Raises:
        ArgumentError: without a structure, and when one does not begin like `shallow_structure`.

    Example:
        >>> map_structure_up_to([0, 0], sum, [[1, 2], [3]])
        [3, 3]
    """
    if not structures:
        raise ArgumentError("map_structure_up_to needs at least one structure after the function; received none.")
    shallow = _structure(shallow_structure)
    try:
        parts = [shallow.flatten_up_to(structure) for structure in structures]
    except ValueError as error:
        raise _differ("the second does not begin like the first", shallow_structure, structures) from error
    return shallow.unflatten([func(*leaves) for leaves in zip(*parts, strict=True)])


def map_shape_structure(func: Callable[..., Any], structure: Any) -> Any:
    """`map_structure` in which shapes, tuples or lists of integers and None, are leaves.

    >>> map_shape_structure(len, {"x": (None, 3), "y": (2,)})
    {'x': 2, 'y': 1}
    """
    return jax.tree.map(func, structure, is_leaf=lambda x: x is None or _is_shape(x))


def _is_shape(x: Any) -> bool:
    return isinstance(x, list | tuple) and all(e is None or isinstance(e, int) for e in x)


def pack_sequence_as(structure: Any, flat_sequence: Iterable[Any]) -> Any:
    """A structure nested like `structure` with the leaves `flat_sequence`.

    Raises:
        ArgumentError: for too few or too many leaves.

    Example:
        >>> pack_sequence_as({"a": 0, "b": [0]}, [1, 2])
        {'a': 1, 'b': [2]}
    """
    leaves, shape = list(flat_sequence), _structure(structure)
    if len(leaves) != shape.num_leaves:
        raise ArgumentError(
            f"pack_sequence_as: the structure {value_text(structure)} has {shape.num_leaves} places; "
            f"received {len(leaves)} leaves.\nGive one leaf for each place, as heron.tree.flatten returns them."
        )
    return shape.unflatten(leaves)


def lists_to_tuples(structure: Any) -> Any:
    """The structure with every list made a tuple.

    >>> lists_to_tuples({"a": [1, [2]]})
    {'a': (1, (2,))}
    """
    return traverse(lambda part: tuple(part) if isinstance(part, list) else None, structure, top_down=False)


def traverse(func: Callable[[Any], Any], structure: Any, top_down: bool = True) -> Any:
    """Calls `func` on the structure and all its parts, and puts what it returns in their place.

    Args:
        func: a function of a part. None leaves the part and goes on inside it, `MAP_TO_NONE` stands for None.
        structure: a structure.
        top_down: call `func` on a container before its parts; False calls it after, on the container made of the
            results.

    Example:
        >>> traverse(lambda part: part * 10 if isinstance(part, int) else None, [1, (2, "x")])
        [10, (20, 'x')]
    """

    def inside(part: Any) -> Any:
        if not is_nested(part):
            return part
        return jax.tree.map(lambda child: traverse(func, child, top_down), part, is_leaf=lambda x: x is not part)

    part = structure if top_down else inside(structure)
    result = func(part)
    if result is None:
        return inside(part) if top_down else part
    return None if result is MAP_TO_NONE or isinstance(result, MAP_TO_NONE) else result
