"""The ops of neural networks, by the families in which they are written."""

from __future__ import annotations

from heron.ops import activation, attention, convolution, ctc, normalization, objective, patches, pooling
from heron.ops.activation import *  # noqa: F403
from heron.ops.attention import *  # noqa: F403
from heron.ops.convolution import *  # noqa: F403
from heron.ops.ctc import *  # noqa: F403
from heron.ops.math import polar as polar
from heron.ops.normalization import *  # noqa: F403
from heron.ops.objective import *  # noqa: F403
from heron.ops.patches import *  # noqa: F403
from heron.ops.pooling import *  # noqa: F403

_FAMILIES = (activation, attention, objective, normalization, convolution, pooling, patches, ctc)
__all__ = sorted(["polar", *(name for family in _FAMILIES for name in family.__all__)])
