"""Constraints under their names of Keras 1."""

from __future__ import annotations

import heron

__all__: list[str] = []

TODAY = {"maxnorm": "max_norm", "nonneg": "non_neg", "unitnorm": "unit_norm"}

maxnorm = heron.constraints.max_norm
nonneg = heron.constraints.non_neg
unitnorm = heron.constraints.unit_norm
