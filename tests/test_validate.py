"""Argument rules: what each accepts, refuses and says."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from heron import validate
from heron.errors import ArgumentError, ArgumentTypeError

RULES = {name: rule for name, rule in vars(validate).items() if isinstance(rule, validate.Rule)}


def test_there_are_rules():
    assert {"POSITIVE_INT", "SHAPE", "RATE", "BOOL"} <= set(RULES)


@pytest.mark.parametrize("name", sorted(RULES))
@pytest.mark.parametrize("optional", [False, True])
def test_a_rule_keeps_its_own_promises(name, optional):
    rule = RULES[name].or_none() if optional else RULES[name]
    assert rule.good
    for good in rule.good:
        rule.check("Layer", "size", good)
    for bad in rule.bad:
        with pytest.raises(ArgumentError) as caught:
            rule.check("Layer", "size", bad)
        assert str(caught.value).startswith(f"Layer: argument 'size' must be {rule.expected}; received ")
    assert rule.accepts(None) == (optional or None in rule.good)


@pytest.mark.parametrize(
    ("rule", "value", "text"),
    [
        (validate.POSITIVE_INT, "16", "must be a positive integer; received '16'.\nWrite 16 without quotes."),
        (validate.POSITIVE_INT, "many", "must be a positive integer; received 'many'."),
        (validate.POSITIVE_INT, np.zeros(2), "received an array of shape (2,) and dtype float64."),
        (validate.SHAPE, 8, "each a positive integer or None; received 8.\nWrite (8,)."),
        (validate.TARGET_SHAPE, 8, "one of which may be -1; received 8.\nWrite (8,)."),
        (validate.RATE, 50, "(the share that is dropped); received 50.\nFor 50 per cent write 0.5."),
        (validate.FRACTION, 120, "a number from 0 to 1; received 120."),
        (
            validate.one_of("same", "valid"),
            "sane",
            "must be one of 'same', 'valid'; received 'sane'.\nDid you mean 'same'?",
        ),
    ],
)
def test_messages_end_with_how_to_mend(rule, value, text):
    with pytest.raises(ArgumentError) as caught:
        rule.check("X", "a", value)
    assert str(caught.value).endswith(text)


@pytest.mark.parametrize("value", [3, np.int64(3), np.uint8(3)])
def test_integers_of_any_kind(value):
    assert validate.is_int(value)
    validate.POSITIVE_INT.check("X", "a", value)


@pytest.mark.parametrize("value", [3, 2.5, np.float32(1), np.array(1.0), jnp.array(2), np.int8(1)])
def test_numbers_of_any_kind(value):
    assert validate.is_number(value)


@pytest.mark.parametrize("value", [True, "1", None, np.array([1.0]), 1j, np.array("a")])
def test_what_is_no_number(value):
    assert not validate.is_number(value)


def test_one_of_tells_types_apart():
    rule = validate.one_of(1, "1", None)
    assert [rule.accepts(v) for v in (1, "1", None, True, 1.0, 2)] == [True, True, True, False, False, False]


def test_check_looks_at_what_is_there():
    validate.check("X", {"a": validate.BOOL, "b": validate.INT}, {"a": True})
    with pytest.raises(ArgumentError, match=r"^X: argument 'b' must be an integer; received 1\.5\.$"):
        validate.check("X", {"a": validate.BOOL, "b": validate.INT}, {"a": True, "b": 1.5})


def test_an_unknown_argument():
    error = validate.unknown_argument("Dense", "unit", ["units", "activation"])
    assert isinstance(error, ArgumentTypeError)
    assert str(error) == "Dense has no argument 'unit'. Did you mean 'units'?\nIts arguments are: units, activation."
    assert "Did you mean" not in str(validate.unknown_argument("Dense", "zzz", ["units"]))
