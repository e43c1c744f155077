"""Every public thing says what it is."""

from __future__ import annotations

import inspect
import types

import pytest

import heron
from tests.public_names import spaces

OWN = ("auto_mpg", "basic_motions", "cats_vs_dogs", "horses_or_humans", "rock_paper_scissors")
MODULES = (*spaces.MODULES, "data", "errors", *(f"datasets.{name}" for name in OWN))


def says_nothing(name: str, thing: object) -> list[str]:
    if inspect.isclass(thing):
        silent = [] if thing.__dict__.get("__doc__") else [name]
        members = {n: inspect.getattr_static(thing, n) for n in dir(thing) if not n.startswith("_")}
        wanted = (property, staticmethod, classmethod, types.FunctionType)
        return silent + [
            f"{name}.{n}" for n, member in members.items() if isinstance(member, wanted) and not _doc(thing, n)
        ]
    if callable(thing) or isinstance(thing, types.ModuleType):
        return [] if inspect.getdoc(thing) else [name]
    return []


def _doc(cls: type, name: str) -> str | None:
    """The docstring of a member, or that of the member of the same name in a base class."""
    found = (vars(base)[name].__doc__ for base in cls.__mro__ if name in vars(base))
    return next(filter(None, found), None)


@pytest.mark.parametrize("name", MODULES)
def test_everything_in_a_module_has_a_docstring(name):
    space = spaces.module(heron, name)
    assert inspect.getdoc(space)
    assert [silent for n in sorted(spaces.public(space)) for silent in says_nothing(n, getattr(space, n))] == []


def test_a_missing_docstring_is_seen():
    class Silent:
        def method(self):
            return 1

    assert says_nothing("Silent", Silent) == ["Silent", "Silent.method"]
    assert says_nothing("f", lambda: 0) == ["f"]
