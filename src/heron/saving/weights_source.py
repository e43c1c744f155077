"""Files of weights of every format, as named arrays."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

import numpy as np

from heron.saving.tensor_file import Entry


class Source(NamedTuple):
    """What a file holds for a model.

    Attributes:
        entries: the arrays, those that have a place in the model under the names of its weights.
        arrays: reads some of them by name.
    """

    entries: list[Entry]
    arrays: Callable[[Collection[str]], dict[str, np.ndarray]]
