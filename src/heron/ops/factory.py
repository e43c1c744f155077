"""Families of ops that differ only in the function they apply: each member is one line of a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import jax.numpy as jnp

from heron.ops.op import array, op, operand

__all__ = ["Binary", "Bitwise", "Reduction", "Unary", "axes", "binary", "bitwise", "reduction", "unary"]


class Unary(Protocol):
    """An op of one array."""

    __name__: str

    def __call__(self, x: Any) -> Any: ...


class Binary(Protocol):
    """An op of two arrays that are broadcast against each other."""

    __name__: str

    def __call__(self, x1: Any, x2: Any) -> Any: ...


class Bitwise(Protocol):
    """An op of two arrays of integers."""

    __name__: str

    def __call__(self, x: Any, y: Any) -> Any: ...


class Reduction(Protocol):
    """An op that takes many elements together along some axes."""

    __name__: str

    def __call__(self, x: Any, axis: Any = None, keepdims: bool = False) -> Any: ...


def _named(function: Any, name: str, doc: str) -> Any:
    """`function` as the op `name` of the package `heron.ops`."""
    function.__name__ = function.__qualname__ = name
    function.__module__ = "heron.ops"
    function.__doc__ = doc
    return op(function)


def axes(axis: Any) -> Any:
    """`axis` as JAX takes it: a list of axes as a tuple."""
    return tuple(axis) if isinstance(axis, list) else axis


def unary(name: str, doc: str, function: Callable[..., Any] | None = None, convert: Any = operand) -> Unary:
    """The op `name`: `function` (by default `jax.numpy`'s of that name) of the array `x`."""
    function = function or getattr(jnp, name)

    def call(x: Any) -> Any:
        return function(convert(x))

    made: Unary = _named(call, name, doc)
    return made


def binary(name: str, doc: str, function: Callable[..., Any] | None = None, convert: Any = operand) -> Binary:
    """The op `name`: `function` of the arrays `x1` and `x2`."""
    function = function or getattr(jnp, name)

    def call(x1: Any, x2: Any) -> Any:
        return function(convert(x1), convert(x2))

    made: Binary = _named(call, name, doc)
    return made


def bitwise(name: str, doc: str, function: Callable[..., Any] | None = None) -> Bitwise:
    """The op `name`: `function` of the arrays `x` and `y`."""
    function = function or getattr(jnp, name)

    def call(x: Any, y: Any) -> Any:
        return function(operand(x), operand(y))

    made: Bitwise = _named(call, name, doc)
    return made


def reduction(name: str, doc: str, function: Callable[..., Any] | None = None, convert: Any = array) -> Reduction:
    """The op `name`: `function` of `x` along `axis`: an axis, several, or None for all."""
    function = function or getattr(jnp, name)

    def call(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return function(convert(x), axis=axes(axis), keepdims=keepdims)

    made: Reduction = _named(call, name, doc)
    return made
