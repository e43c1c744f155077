"""Layers that make one tensor out of several: Add, Subtract, Multiply, Average, Maximum, Minimum and Concatenate."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

from heron.errors import ShapeError, shape_text
from heron.layers.layer import Layer
from heron.layers.structure import as_arrays
from heron.ops.lowering.products import with_stored_gradient
from heron.validate import INT


class Merge(Layer):
    """What the layers that take a list of tensors have in common: their input is checked, their masks are combined.

    The mask of the result is the "or" of the masks of the inputs, if all of them have one.

    Args:
        **kwargs: name, dtype and what else every layer takes.
    """

    supports_masking = True
    exactly_two = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Combines a list of tensors, each an array, list of numbers or symbolic tensor."""
        if args and isinstance(args[0], list | tuple):
            args = ([as_arrays(self, x) for x in args[0]] or None, *args[1:])
        return super().__call__(*args, **kwargs)

    def _check_inputs(self, inputs: Any) -> None:
        if not isinstance(inputs, list | tuple) or not inputs or not all(hasattr(x, "shape") for x in inputs):
            got = f"one of shape {shape_text(inputs.shape)}" if hasattr(inputs, "shape") else "something else"
            raise ShapeError(
                f"{self._who()} takes a list of tensors; received {got}.\nWrite {type(self).__name__}()([a, b])."
            )
        if self.exactly_two and len(inputs) != 2:
            raise ShapeError(f"{self._who()} takes a list of exactly 2 tensors; received {len(inputs)}.")
        shapes = [tuple(d if isinstance(d, int) else None for d in x.shape) for x in inputs]
        if not all(shapes):
            raise ShapeError(f"{self._who()} needs a batch axis in front; received a tensor of shape ().")
        if len({s[0] for s in shapes if s[0] is not None}) > 1:
            raise ShapeError(f"{self._who()} takes tensors with as many samples each; {received(inputs)}.")
        self.check_shapes(inputs, shapes)

    def check_shapes(self, inputs: Any, shapes: list[tuple[Any, ...]]) -> None:
        """Raises `ShapeError` unless the sizes after the batch are equal, 1 or unknown, counted from the last axis."""
        for back in range(1, max(map(len, shapes))):
            sizes = {s[-back] for s in shapes if len(s) > back} - {1, None}
            if len(sizes) > 1:
                raise ShapeError(
                    f"{self._who()} takes tensors of the same shape; {received(inputs)}. Axis -{back} has sizes "
                    f"{' and '.join(map(str, sorted(sizes)))}.\nGive the layers before as many units, or join the "
                    "tensors with Concatenate()."
                )

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Returns the "or" of the masks, None unless all inputs have one."""
        if previous_mask is None or any(m is None for m in previous_mask):
            return None
        return functools.reduce(jnp.logical_or, previous_mask)


class Elementwise(Merge):
    """What the layers that combine tensors value by value have in common: their shapes are aligned first.

    Tensors with fewer axes than others get axes of size 1 after the batch; sizes of 1 are repeated.

    Args:
        **kwargs: name, dtype and what else every layer takes.
    """

    combine: Callable[..., Any]  # a method of each subclass: arrays with as many axes, their masks or None -> one array

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """Combines the tensors."""
        ndim = max(x.ndim for x in inputs)
        aligned = [jnp.reshape(x, (x.shape[0], *(1,) * (ndim - x.ndim), *x.shape[1:])) for x in inputs]
        return self.combine(aligned, [None] * len(aligned) if mask is None else mask)


def received(inputs: Any) -> str:
    """`"received 'dense' (None, 8) and 'dense_1' (None, 4)"`, arrays by their position."""
    parts = []
    for number, x in enumerate(inputs, start=1):
        node = getattr(x, "node", None)
        parts.append(f"{repr(node.operation.name) if node else f'input {number}'} {shape_text(x.shape)}")
    return f"received {', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else f"received {parts[0]}"


def over(mask: Any, x: Any) -> Any:
    """`mask`, which holds for the leading axes of `x`, as booleans of the shape of `x`."""
    return jnp.broadcast_to(jnp.reshape(mask, (*mask.shape, *(1,) * (x.ndim - mask.ndim))), x.shape)


class Add(Elementwise):
    """Adds tensors, value by value.

    Args:
        **kwargs: name, dtype and what else every layer takes.

    Input shape:
        A list of tensors of the same shape; sizes of 1 are repeated.

    Output shape:
        That of the tensors.

    Raises:
        ShapeError: naming the layers whose outputs do not fit together.

    Example:
    >>> Add()([[[1.0, 2.0]], [[10.0, 20.0]]]).tolist()
    [[11.0, 22.0]]
    """

    def combine(self, arrays: list[Any], masks: list[Any]) -> Any:
        """Adds."""
        return with_stored_gradient(functools.reduce(jnp.add, arrays))


class Subtract(Elementwise):
    """Subtracts the second tensor from the first.

    Args:
        **kwargs: name, dtype and what else every layer takes.

    Input shape:
        A list of two tensors of the same shape; sizes of 1 are repeated.

    Output shape:
        That of the tensors.

    Raises:
        ShapeError: for more or fewer tensors than two, and for shapes that do not fit together.

    Example:
    >>> Subtract()([[[1.0, 2.0]], [[10.0, 20.0]]]).tolist()
    [[-9.0, -18.0]]
    """

    exactly_two = True

    def combine(self, arrays: list[Any], masks: list[Any]) -> Any:
        """Subtracts."""
        return jnp.subtract(*arrays)


class Multiply(Elementwise):
    """Multiplies tensors, value by value; masked values count as 1, and are 0 where all are masked.

    Args:
        **kwargs: name, dtype and what else every layer takes.

    Input shape:
        A list of tensors of the same shape; sizes of 1 are repeated.

    Output shape:
        That of the tensors.

    Raises:
        ShapeError: naming the layers whose outputs do not fit together.

    Example:
    >>> Multiply()([[[1.0, 2.0]], [[10.0, 20.0]]]).tolist()
    [[10.0, 40.0]]
    """

    def combine(self, arrays: list[Any], masks: list[Any]) -> Any:
        """Multiplies."""
        full: list[Any] = [None if m is None else over(m, x) for x, m in zip(arrays, masks, strict=True)]
        neutral = [x if m is None else jnp.where(m, x, 1) for x, m in zip(arrays, full, strict=True)]
        product = functools.reduce(jnp.multiply, neutral)
        if any(m is None for m in full):
            return product
        return jnp.where(functools.reduce(jnp.logical_or, full), product, 0)


class Average(Elementwise):
    """Averages tensors, value by value.

    Args:
        **kwargs: name, dtype and what else every layer takes.

    Input shape:
        A list of tensors of the same shape; sizes of 1 are repeated.

    Output shape:
        That of the tensors.

    Raises:
        ShapeError: naming the layers whose outputs do not fit together.

    Example:
    >>> Average()([[[1.0, 2.0]], [[10.0, 20.0]]]).tolist()
    [[5.5, 11.0]]
    """

    def combine(self, arrays: list[Any], masks: list[Any]) -> Any:
        """Averages."""
        return functools.reduce(jnp.add, arrays) / len(arrays)


def _where_unmasked(function: Callable[[Any, Any], Any], arrays: list[Any], masks: list[Any]) -> Any:
    """Folds `function` over the arrays; where only one of two is unmasked, that one is taken."""

    def fold(first: tuple[Any, Any], second: tuple[Any, Any]) -> tuple[Any, Any]:
        (a, a_mask), (b, b_mask) = first, second
        b = b if b_mask is None else jnp.where(b_mask, b, a)
        a = a if a_mask is None else jnp.where(a_mask, a, b)
        return function(a, b), None if a_mask is None or b_mask is None else a_mask | b_mask

    full = [None if m is None else over(m, x) for x, m in zip(arrays, masks, strict=True)]
    return functools.reduce(fold, zip(arrays, full, strict=True))[0]


class Maximum(Elementwise):
    """Takes the largest of the tensors, value by value; masked values do not count.

    Args:
        **kwargs: name, dtype and what else every layer takes.

    Input shape:
        A list of tensors of the same shape; sizes of 1 are repeated.

    Output shape:
        That of the tensors.

    Raises:
        ShapeError: naming the layers whose outputs do not fit together.

    Example:
    >>> Maximum()([[[1.0, 20.0]], [[10.0, 2.0]]]).tolist()
    [[10.0, 20.0]]
    """

    def combine(self, arrays: list[Any], masks: list[Any]) -> Any:
        """Takes the largest."""
        return _where_unmasked(jnp.maximum, arrays, masks)


class Minimum(Elementwise):
    """Takes the smallest of the tensors, value by value; masked values do not count.

    Args:
        **kwargs: name, dtype and what else every layer takes.

    Input shape:
        A list of tensors of the same shape; sizes of 1 are repeated.

    Output shape:
        That of the tensors.

    Raises:
        ShapeError: naming the layers whose outputs do not fit together.

    Example:
    >>> Minimum()([[[1.0, 20.0]], [[10.0, 2.0]]]).tolist()
    [[1.0, 2.0]]
    """

    def combine(self, arrays: list[Any], masks: list[Any]) -> Any:
        """Takes the smallest."""
        return _where_unmasked(jnp.minimum, arrays, masks)


class Concatenate(Merge):
    """Joins tensors end to end along one axis.

    Args:
        axis: the axis along which they are joined.

    Input shape:
        A list of tensors of the same shape except along `axis`.

    Output shape:
        That of the tensors, with the sum of their sizes along `axis`.

    Raises:
        ShapeError: naming the layers whose outputs do not fit together.

    Example:
    >>> Concatenate()([[[1.0, 2.0]], [[10.0]]]).tolist()
    [[1.0, 2.0, 10.0]]
    """

    rules = {"axis": INT}

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = int(axis)

    def check_shapes(self, inputs: Any, shapes: list[tuple[Any, ...]]) -> None:
        """Raises `ShapeError` unless all sizes but those along the axis are equal or unknown."""
        ndim = len(shapes[0])
        if len(set(map(len, shapes))) > 1:
            raise ShapeError(f"{self._who()} takes tensors with as many axes each; {received(inputs)}.")
        if not -ndim <= self.axis < ndim:
            raise ShapeError(f"{self._who()} joins along axis {self.axis}; {received(inputs)}, which have {ndim} axes.")
        for axis in range(ndim):
            sizes = {s[axis] for s in shapes} - {None}
            if axis != self.axis % ndim and len(sizes) > 1:
                raise ShapeError(
                    f"{self._who()} takes tensors whose shapes are equal except along axis {self.axis}; "
                    f"{received(inputs)}. Axis {axis} has sizes {' and '.join(map(str, sorted(sizes)))}.\n"
                    f"Reshape or pool one of them first, or join along another axis."
                )

    def call(self, inputs: Any) -> Any:
        """Joins."""
        return jnp.concatenate(inputs, axis=self.axis)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Joins the masks likewise; inputs without one count as unmasked."""
        if previous_mask is None or all(m is None for m in previous_mask):
            return None
        kept = max(m.ndim for m in previous_mask if m is not None)
        full = [
            jnp.ones(x.shape, bool) if m is None else over(m, x) for x, m in zip(inputs, previous_mask, strict=True)
        ]
        joined = jnp.concatenate(full, axis=self.axis)
        return jnp.any(joined, axis=tuple(range(kept, joined.ndim)))


def _as_function(layer: type[Merge], result: str) -> Callable[..., Any]:
    """A function that makes `layer` and calls it on a list of tensors."""

    def merged(inputs: Any, **kwargs: Any) -> Any:
        return layer(**kwargs)(inputs)

    name = merged.__name__ = merged.__qualname__ = layer.__name__.lower()
    merged.__doc__ = (
        f"Calls a new `{layer.__name__}` layer on a list of tensors.\n\n"
        f"Args:\n    inputs: the tensors.\n    **kwargs: what `{layer.__name__}` takes.\n\n"
        f"Returns:\n    A tensor of their shape.\n\n"
        f"Example:\n\n>>> {name}([[[1.0, 4.0]], [[3.0, 2.0]]]).tolist()\n{result}\n"
    )
    return merged


add = _as_function(Add, "[[4.0, 6.0]]")
subtract = _as_function(Subtract, "[[-2.0, 2.0]]")
multiply = _as_function(Multiply, "[[3.0, 8.0]]")
average = _as_function(Average, "[[2.0, 3.0]]")
maximum = _as_function(Maximum, "[[3.0, 4.0]]")
minimum = _as_function(Minimum, "[[1.0, 2.0]]")


def concatenate(inputs: Any, axis: int = -1, **kwargs: Any) -> Any:
    """Calls a new `Concatenate` layer on a list of tensors.

    Args:
        inputs: the tensors.
        axis: the axis along which they are joined.
        **kwargs: what else `Concatenate` takes.

    Returns:
        A tensor.

    Example:
    >>> concatenate([[[1.0, 4.0]], [[3.0, 2.0]]], axis=0).tolist()
    [[1.0, 4.0], [3.0, 2.0]]
    """
    return Concatenate(axis=axis, **kwargs)(inputs)
