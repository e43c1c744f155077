"""Functions on arrays, lists of numbers, variables and symbolic tensors: Keras's names, thin over JAX.

Each family is a module: conversion, slices and control flow in `core`; what NumPy has too in `numpy` (`elementwise`,
`reductions`, `creation`, `arrangement`, `indexing`, `products`); `linalg`; special functions, segments and Fourier
transforms in `math`; `nn` (`activation`, `objective`, `normalization`); `rearrange` in `einops`.
"""

from __future__ import annotations

from heron import registry
from heron.ops import core, einops, linalg, math, nn, numpy
from heron.ops.core import *  # noqa: F403
from heron.ops.einops import *  # noqa: F403
from heron.ops.linalg import *  # noqa: F403
from heron.ops.math import *  # noqa: F403
from heron.ops.nn import *  # noqa: F403
from heron.ops.numpy import *  # noqa: F403

__all__ = sorted({name for family in (core, einops, linalg, math, nn, numpy) for name in family.__all__})

registry.publish("heron.ops", {name: globals()[name] for name in __all__})
