"""The ops that NumPy has too, by the families in which they are written."""

from __future__ import annotations

from heron.ops import arrangement, creation, elementwise, indexing, products, reductions
from heron.ops.arrangement import *  # noqa: F403
from heron.ops.creation import *  # noqa: F403
from heron.ops.elementwise import *  # noqa: F403
from heron.ops.indexing import *  # noqa: F403
from heron.ops.products import *  # noqa: F403
from heron.ops.reductions import *  # noqa: F403

_FAMILIES = (elementwise, reductions, creation, arrangement, indexing, products)
__all__ = sorted(name for family in _FAMILIES for name in family.__all__)
