"""Nested structures against Keras's tree, and what is refused."""

from __future__ import annotations

import inspect
from collections import OrderedDict, namedtuple

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heron import tree
from heron.errors import ArgumentError, HeronNote

Point = namedtuple("Point", "x y")
STRUCTURES = [
    1,
    None,
    "text",
    [],
    (),
    {},
    [1],
    [None, 2],
    [[1, 2], (3, {"b": 4, "a": 5})],
    {"b": [1, (2,)], "a": {"z": None}},
    Point(1, [2, 3]),
    OrderedDict(b=1, a=2),
    [[], {}, ()],
    [Point(1, 2), {"k": Point(3, None)}],
]
FUNCTIONS = [n for n in tree.__all__ if n != "MAP_TO_NONE"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_names_and_arguments_are_keras_s(name):
    def arguments(module):
        return [(p.name, p.default) for p in inspect.signature(getattr(module, name)).parameters.values()]

    assert arguments(tree) == arguments(keras.tree)
    assert set(tree.__all__) == {n for n in dir(keras.tree) if not n.startswith("_")}


@pytest.mark.parametrize("structure", STRUCTURES, ids=repr)
def test_a_structure_is_taken_apart_as_by_keras(structure):
    for name in ("is_nested", "flatten", "flatten_with_path", "lists_to_tuples"):
        assert getattr(tree, name)(structure) == getattr(keras.tree, name)(structure), name


@pytest.mark.parametrize("structure", STRUCTURES, ids=repr)
@pytest.mark.parametrize("none_is_leaf", [True, False])
def test_mapping_and_packing_are_keras_s(structure, none_is_leaf):
    def wrap(*leaves):
        return ("leaf", *leaves)

    for structures in ([structure], [structure, structure]):
        ours, theirs = (m.map_structure(wrap, *structures, none_is_leaf=none_is_leaf) for m in (tree, keras.tree))
        assert ours == theirs
        assert type(ours) is type(theirs)
    count = len(tree.flatten(structure))
    assert tree.pack_sequence_as(structure, range(count)) == keras.tree.pack_sequence_as(structure, range(count))


@pytest.mark.parametrize("structure", STRUCTURES, ids=repr)
@pytest.mark.parametrize("top_down", [True, False])
def test_traversal_visits_and_replaces_as_keras_s(structure, top_down):
    def run(module):
        seen = []

        def function(part):
            seen.append(part)
            if part == 2:
                return module.MAP_TO_NONE
            return "pair" if part == (2,) else None

        return module.traverse(function, structure, top_down=top_down), seen

    assert run(tree) == run(keras.tree)


def test_map_structure_up_to_stops_at_the_shallow_leaves():
    shallow, deep = {"a": 0, "b": (0, 0)}, {"a": [1, 2], "b": ([3], {"c": 4})}
    function = lambda *parts: list(parts)  # noqa: E731
    for structures in ([deep], [deep, deep]):
        assert tree.map_structure_up_to(shallow, function, *structures) == keras.tree.map_structure_up_to(
            shallow, function, *structures
        )


def test_shapes_are_leaves():
    shapes = {"x": (None, 3), "y": [(2,), (1, 2)]}
    assert tree.map_shape_structure(np.size, shapes) == keras.tree.map_shape_structure(np.size, shapes)


nested = st.recursive(
    st.integers(),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=8,
)


@given(nested)
def test_packing_what_was_flattened_gives_the_structure(structure):
    assert tree.pack_sequence_as(structure, tree.flatten(structure)) == structure
    assert [leaf for _, leaf in tree.flatten_with_path(structure)] == tree.flatten(structure)
    tree.assert_same_structure(structure, tree.map_structure(str, structure))
    tree.assert_same_paths(structure, tree.lists_to_tuples(structure))


@pytest.mark.parametrize(
    ("a", "b"), [([1], (1,)), ([1], [1, 2]), ({"a": 1}, {"b": 1}), (1, [1]), ([1, [2]], [1, 2]), (Point(1, 2), (1, 2))]
)
def test_structures_that_differ_are_told_apart(a, b):
    with pytest.raises(
        ArgumentError, match=r"nested alike are not(.|\n)*First:(.|\n)*Second:(.|\n)*Give both the same"
    ):
        tree.assert_same_structure(a, b)
    with pytest.raises(ArgumentError, match="map_structure goes through them together"):
        tree.map_structure(max, a, b)
    with pytest.raises(ValueError):  # noqa: PT011 - Keras's own words
        keras.tree.assert_same_structure(a, b)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: tree.map_structure(max), r"map_structure needs at least one structure after the function"),
        (lambda: tree.map_structure_up_to([0], max), r"map_structure_up_to needs at least one structure"),
        (lambda: tree.map_structure_up_to([0, 0], max, [1]), r"the second does not begin like the first"),
        (lambda: tree.pack_sequence_as([0, 0], [1]), r"has 2 places; received 1 leaves\.\nGive one leaf"),
        (
            lambda: tree.assert_same_paths({"a": 1, "b": 2}, {"a": 1, "c": 2}),
            r"only the first has \('b',\) and only the second has \('c',\)",
        ),
    ],
)
def test_a_mistake_is_named(call, text):
    with pytest.raises(ArgumentError, match=text):
        call()


def test_an_argument_without_effect_is_noted():
    with pytest.warns(HeronNote, match="'check_types' has no effect"):
        tree.assert_same_structure([1], [2], check_types=True)
