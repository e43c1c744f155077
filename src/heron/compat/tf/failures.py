"""`tf.errors`: the names, so that `except tf.errors.InvalidArgumentError` catches what heron raises in its place."""

from __future__ import annotations

InvalidArgumentError = ValueError
NotFoundError = FileNotFoundError
OutOfRangeError = StopIteration
ResourceExhaustedError = MemoryError
UnimplementedError = NotImplementedError
OpError = RuntimeError

__all__ = "InvalidArgumentError NotFoundError OpError OutOfRangeError ResourceExhaustedError UnimplementedError".split()
