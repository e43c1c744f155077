"""`tf.compat.v1`: what of it means the same today."""

from __future__ import annotations

from heron.compat.tf.random import set_seed
from heron.compat.tf.root import enable_eager_execution, enable_v2_behavior, executing_eagerly

set_random_seed = set_seed

__all__ = ["enable_eager_execution", "enable_v2_behavior", "executing_eagerly", "set_random_seed"]
