"""Every public name of Keras 3.15 is in heron or in a list with the reason why not, and the lists can only be true."""

from __future__ import annotations

import types

import keras
import pytest

import heron
from tests.public_names import spaces


@pytest.mark.parametrize("name", spaces.MODULES)
def test_a_module_has_the_names_of_keras_but_for_those_listed(name):
    found = spaces.complaints(name, spaces.heron_names(name), spaces.keras_names(name))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", spaces.OBJECTS)
def test_an_object_has_the_attributes_of_keras_but_for_those_listed(name):
    make = spaces.OBJECTS[name]
    found = spaces.complaints(name, spaces.attributes(make(heron)), spaces.attributes(make(keras)))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", spaces.MODULES)
def test_every_module_in_a_compared_module_is_compared_or_listed(name):
    space = spaces.module(keras, name)
    inside = {n for n in spaces.keras_names(name) if isinstance(getattr(space, n), types.ModuleType)}
    compared = {n for n in inside if f"{name}.{n}".lstrip(".") in spaces.MODULES}
    assert inside - compared == inside & set(spaces.read_list(name).missing)


@pytest.mark.parametrize("name", spaces.MODULES)
def test_a_module_has_what_it_names_and_names_it_once(name):
    space = spaces.module(heron, name)
    names = getattr(space, "__all__", [])
    assert len(set(names)) == len(names)
    assert [n for n in names if not hasattr(space, n)] == []


def test_there_is_no_list_without_a_test():
    known = {name or "heron" for name in (*spaces.MODULES, *spaces.OBJECTS)}
    assert {path.stem for path in spaces.LISTS.glob("*.txt")} - known == set()


def test_complaints_say_what_to_change_in_a_list(monkeypatch):
    monkeypatch.setattr(spaces, "read_list", lambda name: spaces.Listed(["done", "gone", "open"], ["ours", "lost"]))
    assert spaces.complaints("x", {"done", "ours", "new", "both"}, {"done", "open", "unlisted", "both"}) == [
        "there now, take them out of lists/x.txt: done",
        "not in heron, implement them or list them in lists/x.txt as 'later: ...': unlisted",
        "not in Keras, list them in lists/x.txt as 'heron's own: ...': new",
        "in lists/x.txt but nowhere else: gone lost",
    ]
