"""What the tests of pictures share."""

from __future__ import annotations

import struct

import pytest
from matplotlib.text import Text


@pytest.fixture
def size_of():
    """Width and height of a PNG file."""

    def size(path):
        with open(path, "rb") as file:
            head = file.read(24)
        assert head[:8] == b"\x89PNG\r\n\x1a\n"
        return struct.unpack(">II", head[16:24])

    return size


@pytest.fixture
def texts():
    """Every text of a figure that is not empty."""

    def found(figure):
        return [text for one in figure.findobj(Text) if (text := one.get_text()).strip()]

    return found
