"""Cases made from the rules that classes have for their arguments."""

from __future__ import annotations

import inspect
from typing import Any


def _rules(cls: type) -> dict[str, Any]:
    known = inspect.signature(cls).parameters
    rules = {k: v for base in reversed(cls.__mro__) for k, v in base.__dict__.get("rules", {}).items()}
    return {name: rule for name, rule in rules.items() if name in known}


def good_arguments(cls: type) -> list[tuple[str, Any]]:
    """Each argument that has a rule, with each of the values that the rule says are good."""
    return [(name, value) for name, rule in _rules(cls).items() for value in rule.good]


def bad_arguments(cls: type) -> list[tuple[str, Any]]:
    """The same with the bad ones."""
    return [(name, value) for name, rule in _rules(cls).items() for value in rule.bad]
