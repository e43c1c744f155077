"""What the tests of lessons share."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True, scope="module")
def compiled_as_shipped(as_shipped: None) -> None:
    """Lessons compute for seconds and promise what they reach: their programs are compiled as users have them."""
