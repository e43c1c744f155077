"""`jax.jit` with what heron's programs need: the persistent cache, and the compiler's settings."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax

from heron import compilation_cache

_CPU_OPTIONS = {"xla_cpu_experimental_ynn_fusion_type": ""}
"""YNNPACK's convolution takes new memory in each call: 20,000 page faults and three times the time of XLA's own."""

_refused: list[str] = []


def compiled(function: Callable[..., Any], **settings: Any) -> Callable[..., Any]:
    """`function` as a program that is compiled when it is called, and kept for the next process.

    Args:
        function: pure, on arrays.
        settings: those of `jax.jit`, such as `static_argnames` and `donate_argnums`.

    Returns:
        A function of the same arguments. A compiler that does not know one of heron's settings does without all.
    """
    compilation_cache.prepare()
    if jax.default_backend() != "cpu" or _refused:
        return jax.jit(function, **settings)
    program: Callable[..., Any] = jax.jit(function, compiler_options=_CPU_OPTIONS, **settings)

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        nonlocal program
        try:
            return program(*args, **kwargs)
        except jax.errors.JaxRuntimeError as error:
            if "No such compile option" not in str(error):
                raise
            _refused.append(str(error))
            program = jax.jit(function, **settings)
        return program(*args, **kwargs)

    return run
