"""The names of weights in a file: the same for the same architecture, however often it was built."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

_NUMBERED = re.compile(r"_\d+$")


def stable_keys(paths: Sequence[str], root: str, automatic: Collection[str]) -> list[str]:
    """Returns a unique name for each path of a weight.

    The model's own name is left out. Automatic names count all layers of the process (`dense_7`); here they count from
    the first in this model. Names that the user chose stay. A path that occurs twice gets a number.

    Args:
        paths: the paths of the weights, in the model's order.
        root: the name of the model.
        automatic: names that are given automatically, without their number.

    >>> stable_keys(["net/dense_7/kernel", "net/out/kernel", "net/dense_9/kernel"], "net", {"dense"})
    ['dense/kernel', 'out/kernel', 'dense_1/kernel']
    """
    renamed: dict[tuple[str, ...], str] = {}
    counts: dict[tuple[str, str], int] = {}
    taken: set[str] = set()
    keys = []
    for path in paths:
        parts = tuple(path.removeprefix(f"{root}/").split("/"))
        key = ""
        for i, part in enumerate(parts):
            known = renamed.get(parts[: i + 1])
            if known is None:
                known = renamed[parts[: i + 1]] = _renumbered(part, key, automatic, counts)
            key = f"{key}/{known}" if key else known
        keys.append(unique(key, taken))
    return keys


def _renumbered(part: str, parent: str, automatic: Collection[str], counts: dict[tuple[str, str], int]) -> str:
    base = _NUMBERED.sub("", part)
    if base not in automatic:
        return part
    count = counts[parent, base] = counts.get((parent, base), -1) + 1
    return f"{base}_{count}" if count else base


def unique(key: str, taken: set[str]) -> str:
    """Returns `key`, with a number where it is in `taken` already, and puts it there.

    >>> unique("a", {"a", "a_1"})
    'a_2'
    """
    name, number = key, 0
    while name in taken:
        number += 1
        name = f"{key}_{number}"
    taken.add(name)
    return name
