"""A point that XLA's fusion does not cross."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
from jax.experimental.xla_metadata import set_xla_metadata
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir


def settled(*arrays: jax.Array) -> Any:
    """The arrays as they are, but computed once and stored, whoever uses them.

    XLA on CPUs computes an elementwise result anew for each consumer that it can fuse it into, all that leads to it
    included; `jax.lax.optimization_barrier` is gone by then. A call that may not be inlined stays, and copies nothing.
    On other platforms, whose fusion weighs that, nothing happens.

    Returns:
        The array, or a tuple of them if there are several.
    """
    kept = _SETTLED.bind(*arrays)
    return kept[0] if len(arrays) == 1 else tuple(kept)


def with_settled_gradient(x: jax.Array) -> jax.Array:
    """`x` as it is; the gradient that comes back to it is settled."""
    return _PASSED.bind(x)


@jax.jit
def _unchanged(*arrays: jax.Array) -> tuple[jax.Array, ...]:
    return arrays


def _called(*arrays: jax.Array) -> Sequence[jax.Array]:
    with set_xla_metadata(inlineable="false"):
        return list(_unchanged(*arrays))


def _pushed(primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Sequence[Any]]:
    return _SETTLED.bind(*primals), tangents


_SETTLED = Primitive("settled")
_SETTLED.multiple_results = True
_SETTLED.def_impl(lambda *arrays: list(arrays))
_SETTLED.def_abstract_eval(lambda *arrays: list(arrays))
ad.primitive_jvps[_SETTLED] = _pushed
ad.primitive_transposes[_SETTLED] = lambda cotangents, *_: cotangents
batching.primitive_batchers[_SETTLED] = lambda arrays, axes: (_SETTLED.bind(*arrays), axes)
mlir.register_lowering(_SETTLED, mlir.lower_fun(lambda *arrays: list(arrays), multiple_results=True))
mlir.register_lowering(_SETTLED, mlir.lower_fun(_called, multiple_results=True), platform="cpu")

_PASSED = Primitive("with_settled_gradient")
_PASSED.def_impl(lambda x: x)
_PASSED.def_abstract_eval(lambda x: x)
ad.deflinear2(_PASSED, lambda ct, _: [settled(ct)])
batching.primitive_batchers[_PASSED] = lambda arrays, axes: (_PASSED.bind(*arrays), axes[0])
mlir.register_lowering(_PASSED, mlir.lower_fun(lambda x: x, multiple_results=False))
