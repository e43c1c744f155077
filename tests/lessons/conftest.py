"""What the tests of lessons share."""

from __future__ import annotations

import pytest

from heron import config


@pytest.fixture(autouse=True, scope="module")
def compiled_as_shipped(as_shipped: None) -> None:
    """Lessons compute for seconds and promise what they reach: their programs are compiled as users have them."""


@pytest.fixture(autouse=True)
def names_begin_anew() -> None:
    """A lesson finds the names of its layers as in a process of its own, whatever lesson ran before it."""
    config.reset_names()
