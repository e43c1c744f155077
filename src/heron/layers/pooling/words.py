"""The parts of a docstring that the pooling layers of one, two and three axes have in common."""

from __future__ import annotations

import inspect
from typing import Any

AXES = {1: ("steps",), 2: ("height", "width"), 3: ("depth", "height", "width")}
FORMAT = '`"channels_last"`, `"channels_first"`, or None for `heron.config.image_data_format()`.'


def documented(cls: type, template: str, rank: int) -> None:
    """Puts the sections of `template`, filled in for `rank` axes, behind the sentence that `cls` has as docstring."""
    sides = AXES[rank]
    words: dict[str, Any] = {
        "name": cls.__name__,
        "format": FORMAT,
        "last": f"`(batch, {', '.join(sides)}, channels)`",
        "first": f"`(batch, channels, {', '.join(sides)})`",
        "new_last": f"`(batch, {', '.join(f'new_{side}' for side in sides)}, channels)`",
        "new_first": f"`(batch, channels, {', '.join(f'new_{side}' for side in sides)})`",
        "ones_last": f"`(batch, {', '.join('1' for _ in sides)}, channels)`",
        "size": "one number" if rank == 1 else f"one number, or one for each of {' and '.join(sides)}",
        "fours": "4, " * rank,
        "twos": "2, " * rank,
    }
    cls.__doc__ = f"{(cls.__doc__ or '').strip()}\n\n{inspect.cleandoc(template.format(**words))}\n"
