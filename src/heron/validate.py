"""Rules for constructor and function arguments, kept as data.

A `Rule` says in words what it expects, holds a test, and carries values that must pass and values that must fail.
Classes list their rules under `rules = {"units": POSITIVE_INT}`; the constructor checks them before it runs, one
sentence serves all of them, and the test-suite generates its cases from the same data.
"""

from __future__ import annotations

import numbers
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from heron.errors import ArgumentError, ArgumentTypeError, nearest, value_text


@dataclass(frozen=True)
class Rule:
    """What one argument may be.

    Args:
        expected: the end of the sentence "'units' must be ...".
        accepts: returns True for a value that may pass.
        good: sample values that pass.
        bad: sample values that fail.
        mend: a sentence that helps, made from the refused value; empty for none.
    """

    expected: str
    accepts: Callable[[Any], bool]
    good: tuple[Any, ...]
    bad: tuple[Any, ...]
    mend: Callable[[Any], str] = field(default=lambda value: "")

    def check(self, owner: str, name: str, value: Any) -> None:
        """Raises `ArgumentError` unless `value` may be given to argument `name` of `owner`."""
        if not self.accepts(value):
            mend = self.mend(value)
            raise ArgumentError(
                f"{owner}: argument '{name}' must be {self.expected}; received {value_text(value)}."
                + (f"\n{mend}" if mend else "")
            )

    def or_none(self) -> Rule:
        """The same rule with None allowed."""
        return Rule(
            f"{self.expected}, or None",
            lambda value: value is None or self.accepts(value),
            (*self.good, None),
            tuple(b for b in self.bad if b is not None),
            self.mend,
        )


def is_int(value: Any) -> bool:
    """True for Python and NumPy integers, False for booleans."""
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def is_number(value: Any) -> bool:
    """True for Python and NumPy real numbers (0-dimensional arrays too), False for booleans and text."""
    if getattr(value, "shape", None) == () and getattr(value, "dtype", None) is not None:
        return value.dtype.kind in "iuf"
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _text_number(value: Any) -> str:
    return f"Write {value} without quotes." if isinstance(value, str) and value.lstrip("-").isdigit() else ""


def _percent(value: Any) -> str:
    return f"For {value} per cent write {value / 100}." if is_number(value) and 1 < value <= 100 else ""


POSITIVE_INT = Rule(
    "a positive integer", lambda v: is_int(v) and v > 0, (1, 16), (0, -1, 1.5, "16", None, True), _text_number
)
NON_NEGATIVE_INT = Rule("an integer of 0 or more", lambda v: is_int(v) and v >= 0, (0, 3), (-1, 0.5, "2", None))
INT = Rule("an integer", is_int, (-1, 0, 2), (1.5, "2", None, True))
INTS = Rule(
    "an integer or a sequence of integers",
    lambda v: is_int(v) or (isinstance(v, list | tuple) and len(v) > 0 and all(is_int(i) for i in v)),
    (1, (1, 2), [-1]),
    (1.5, "1", None, (1, "2")),
)
SHAPE = Rule(
    "a tuple of sizes, each a positive integer or None",
    lambda v: isinstance(v, list | tuple) and all(d is None or (is_int(d) and d > 0) for d in v),
    ((), (28, 28), (None, 3)),
    (8, "8", (0,), (2.5,), None),
    lambda v: f"Write ({v},)." if is_int(v) else "",
)
TARGET_SHAPE = Rule(
    "a tuple of positive integers, one of which may be -1",
    lambda v: (
        isinstance(v, list | tuple) and all(is_int(d) and (d > 0 or d == -1) for d in v) and list(v).count(-1) < 2
    ),
    ((3, 4), (-1, 2), ()),
    ((-1, -1), (0,), 3, None, ("2",)),
    lambda v: f"Write ({v},)." if is_int(v) else "",
)
NUMBER = Rule("a number", is_number, (0, 1.5, -2), ("1", None, True))
POSITIVE = Rule("a number above 0", lambda v: is_number(v) and v > 0, (1, 0.5), (0, -1, "1", None))
NON_NEGATIVE = Rule("a number of 0 or more", lambda v: is_number(v) and v >= 0, (0, 0.5), (-1, "1", None))
FRACTION = Rule("a number from 0 to 1", lambda v: is_number(v) and 0 <= v <= 1, (0, 0.5, 1), (-0.1, 1.5, "x"), _percent)
RATE = Rule(
    "a number from 0 up to, but not including, 1 (the share that is dropped)",
    lambda v: is_number(v) and 0 <= v < 1,
    (0, 0.5),
    (-0.1, 1, 50, "0.5", None),
    _percent,
)
BOOL = Rule("True or False", lambda v: isinstance(v, bool), (True, False), ("yes", None, 2))
TEXT = Rule("a string", lambda v: isinstance(v, str), ("a",), (1, None))
CALLABLE = Rule("a function", callable, (abs,), (1, "x", None))


def one_of(*choices: Any) -> Rule:
    """A rule that accepts exactly `choices`."""
    listed = ", ".join(repr(c) for c in choices)

    def accepts(value: Any) -> bool:
        return any(type(value) is type(c) and value == c for c in choices)

    def mend(value: Any) -> str:
        near = nearest(value, [c for c in choices if isinstance(c, str)]) if isinstance(value, str) else None
        return f"Did you mean {near!r}?" if near else ""

    return Rule(f"one of {listed}", accepts, choices, ("no such choice", 12345), mend)


def check(owner: str, rules: Mapping[str, Rule], values: Mapping[str, Any]) -> None:
    """Checks each value that has a rule; raises `ArgumentError` at the first that breaks it."""
    for name, rule in rules.items():
        if name in values:
            rule.check(owner, name, values[name])


def unknown_argument(owner: str, name: str, known: list[str]) -> ArgumentTypeError:
    """The error for a keyword that `owner` does not have."""
    near = nearest(name, known)
    hint = f" Did you mean '{near}'?" if near else ""
    return ArgumentTypeError(f"{owner} has no argument '{name}'.{hint}\nIts arguments are: {', '.join(known)}.")
