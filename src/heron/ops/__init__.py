"""Functions on arrays, lists of numbers, variables and symbolic tensors: Keras's names, thin over JAX.

Each family is a module. `numpy`, `nn` and `linalg` are public too: what NumPy has, neural networks, linear algebra.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from heron import registry
from heron.errors import missing_name
from heron.ops import core, einops, linalg, math, nn, numpy
from heron.ops.activation import *  # noqa: F403 - relu, softmax, ...
from heron.ops.arrangement import *  # noqa: F403 - reshape, concatenate, pad, ...
from heron.ops.core import *  # noqa: F403 - conversion, slices, control flow
from heron.ops.creation import *  # noqa: F403 - zeros, arange, ...
from heron.ops.einops import *  # noqa: F403 - rearrange
from heron.ops.elementwise import *  # noqa: F403 - add, exp, equal, ...
from heron.ops.indexing import *  # noqa: F403 - where, take, sort, ...
from heron.ops.linalg import *  # noqa: F403 - solve, svd, norm, ...
from heron.ops.math import *  # noqa: F403 - top_k, segments, Fourier transforms, ...
from heron.ops.normalization import *  # noqa: F403 - moments, layer_normalization, ...
from heron.ops.objective import *  # noqa: F403 - one_hot, cross-entropies
from heron.ops.products import *  # noqa: F403 - matmul, einsum, ...
from heron.ops.reductions import *  # noqa: F403 - sum, mean, argmax, ...

_FAMILIES = (core, einops, linalg, math, nn, numpy)
__all__ = sorted({name for family in _FAMILIES for name in family.__all__})

registry.publish("heron.ops", {name: globals()[name] for name in __all__})


if not TYPE_CHECKING:  # to a type checker, a name that is not there is an error
    __getattr__ = missing_name(__name__, __all__)
