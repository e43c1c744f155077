"""Mixed precision under the names of Keras 2: `heron.dtype_policies` and the loss scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heron.dtype_policies import DTypePolicy, dtype_policy, set_dtype_policy
from heron.errors import missing_name
from heron.optimizers import LossScaleOptimizer

Policy = DTypePolicy
global_policy = dtype_policy
set_global_policy = set_dtype_policy

__all__ = [
    "DTypePolicy",
    "LossScaleOptimizer",
    "Policy",
    "dtype_policy",
    "global_policy",
    "set_dtype_policy",
    "set_global_policy",
]


if not TYPE_CHECKING:  # to a type checker, a name that is not there is an error
    __getattr__ = missing_name(__name__, __all__, {"experimental": "Its names are in heron.mixed_precision itself."})
