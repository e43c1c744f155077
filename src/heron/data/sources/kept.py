"""Rows of files that stay in memory once they are read: text is parsed and pages are unpacked once, if they are few."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from heron.data.structure import leaves, mapped

KEPT_BYTES = 256 * 2**20
"""Of rows of one data set that stay in memory."""


class Kept:
    """The pieces of the parts of a data set that have been read as a whole, as many as fit.

    Args:
        most_bytes: of arrays that are kept; texts count as their pointers.
    """

    def __init__(self, most_bytes: int = KEPT_BYTES) -> None:
        self._free = most_bytes
        self._parts: dict[Any, list[Any]] = {}

    def pieces(self, part: Any, read: Callable[[], Iterator[Any]]) -> Iterator[Any]:
        """The pieces of a part, in their order: `read()` is asked for them unless they are here.

        Args:
            part: what it is known by.
            read: begins it anew.

        Yields:
            pieces that are nobody else's, whoever writes into them.
        """
        if part in self._parts:
            for piece in self._parts[part]:
                yield mapped(np.array, piece)
            return
        found: list[Any] = []
        size = 0
        for piece in read():
            size += sum(leaf.nbytes for _, leaf in leaves(piece))
            if size <= self._free:
                found.append(mapped(np.array, piece))
            else:
                found.clear()
            yield piece
        if size <= self._free and part not in self._parts:
            self._parts[part] = found
            self._free -= size
