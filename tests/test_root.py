"""The lazy root: its table, what it keeps, and what it says about a name it does not have."""

from __future__ import annotations

import ast
import sys
import tomllib
import types
from pathlib import Path

import pytest

import heron

REPOSITORY = Path(__file__).resolve().parent.parent


def names_for_type_checkers() -> dict[str, str]:
    """Name -> module, as written in the TYPE_CHECKING block of the root."""
    root = ast.parse(Path(heron.__file__).read_text(encoding="utf-8"))
    (block,) = (node for node in root.body if isinstance(node, ast.If))
    return {alias.asname: statement.module for statement in block.body for alias in statement.names}


def test_type_checkers_see_the_same_names_as_programs():
    assert names_for_type_checkers() == {**dict.fromkeys(heron._SUBMODULES, "heron"), **heron._HOME_OF}


def test_dir_lists_every_public_name():
    assert set(heron.__all__) == {"__version__", *heron._SUBMODULES, *heron._HOME_OF}
    assert set(heron.__all__) <= set(dir(heron))
    assert len(heron.__all__) == len(set(heron.__all__))


def test_a_name_is_looked_up_once_and_kept(monkeypatch):
    home = types.ModuleType("heron.made_up")
    home.Thing = type("Thing", (), {})
    monkeypatch.setitem(sys.modules, "heron.made_up", home)
    monkeypatch.setitem(heron._HOME_OF, "Thing", "heron.made_up")
    try:
        assert heron.Thing is home.Thing
        assert vars(heron)["Thing"] is home.Thing
    finally:
        vars(heron).pop("Thing", None)


def test_a_submodule_is_imported_when_asked_for():
    assert heron.errors is sys.modules["heron.errors"]
    assert vars(heron)["errors"] is heron.errors


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("Sequental", "Sequential"), ("sequential", "Sequential"), ("layer", "Layer"), ("optimizer", "Optimizer")],
)
def test_an_unknown_name_is_answered_with_the_nearest_one(wrong, right):
    with pytest.raises(AttributeError, match=rf"^heron has no attribute '{wrong}'\. Did you mean heron\.{right}\?$"):
        getattr(heron, wrong)


def test_a_name_near_to_nothing_is_answered_with_where_to_look():
    with pytest.raises(AttributeError, match=r"^heron has no attribute 'zzz'\. dir\(heron\) lists the names it has\.$"):
        _ = heron.zzz


def test_the_version_is_the_one_the_build_reads():
    settings = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" in settings["project"]["dynamic"]
    written = (REPOSITORY / settings["tool"]["hatch"]["version"]["path"]).read_text(encoding="utf-8")
    assert f'__version__ = "{heron.__version__}"' in written
