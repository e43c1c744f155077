"""Ops on images: `(height, width, channels)` or batches of them, channels last or first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heron.errors import missing_name
from heron.ops.image import color, filtering, framing, resampling
from heron.ops.image.color import *  # noqa: F403
from heron.ops.image.filtering import *  # noqa: F403
from heron.ops.image.framing import *  # noqa: F403
from heron.ops.image.resampling import *  # noqa: F403

_FAMILIES = (resampling, framing, color, filtering)
__all__ = sorted(name for family in _FAMILIES for name in family.__all__)


if not TYPE_CHECKING:  # to a type checker, a name that is not there is an error
    __getattr__ = missing_name(__name__, __all__)
