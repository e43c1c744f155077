"""Trading computation for memory: what a layer computed is forgotten, and computed again for the gradient."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, Self

import jax
import numpy as np

from heron.errors import ArgumentTypeError, value_text
from heron.layers import context as calls
from heron.validate import NON_NEGATIVE, one_of
from heron.variables import Scope, Variable

_MODE = one_of("full", "activations", "larger_than", "list_of_layers").or_none()


class RematMode(NamedTuple):
    """What a `RematScope` says; its arguments."""

    mode: str | None
    output_size_threshold: float
    layer_names: tuple[str, ...]


class _Thread(threading.local):
    def __init__(self) -> None:
        self.modes: list[RematMode] = []


_thread = _Thread()


class RematScope:
    """Layers that are made inside the block compute again what they need for the gradient, and keep less.

    Args:
        mode: which layers: `"full"` all of them; `"activations"` all, of their activation functions alone;
            `"larger_than"` those whose output has more numbers (batch included) than `output_size_threshold`;
            `"list_of_layers"` those named in `layer_names`; None for none, inside another scope. Default `"full"`.
        output_size_threshold: for `"larger_than"`. Default 1024.
        layer_names: for `"list_of_layers"`.

    Source: `keras.RematScope`; Chen et al. 2016, https://arxiv.org/abs/1604.06174

    Example:
    >>> from heron.layers import Dense
    >>> with RematScope("list_of_layers", layer_names=["large"]):
    ...     layer = Dense(2048, name="large")
    """

    def __init__(
        self,
        mode: str | None = "full",
        output_size_threshold: float = 1024,
        layer_names: Iterable[str] | None = None,
    ) -> None:
        _MODE.check("RematScope", "mode", mode)
        NON_NEGATIVE.check("RematScope", "output_size_threshold", output_size_threshold)
        self.mode = mode
        self.output_size_threshold = output_size_threshold
        self.layer_names = list(layer_names or ())

    def __enter__(self) -> Self:
        _thread.modes.append(RematMode(self.mode, self.output_size_threshold, tuple(self.layer_names)))
        return self

    def __exit__(self, *exc: object) -> None:
        _thread.modes.pop()


def current_mode() -> RematMode | None:
    """What the innermost `RematScope` says, None outside of any and where it says None."""
    mode = _thread.modes[-1] if _thread.modes else None
    return None if mode is None or mode.mode is None else mode


def remat(f: Callable[..., Any]) -> Callable[..., Any]:
    """Returns `f` as a function that keeps only its arguments for the gradient, and computes the rest again.

    It may read and assign variables.

    Args:
        f: a function of arrays, or structures of them; other arguments are passed on as they are.

    Raises:
        ArgumentTypeError: for something that is not a function.

    Source: `keras.remat`; `jax.checkpoint`.

    Example:
    >>> import jax
    >>> import jax.numpy as jnp
    >>> float(jax.grad(remat(jnp.sin))(0.0))
    1.0
    """
    if not callable(f):
        raise ArgumentTypeError(f"remat expects a function; received {value_text(f)}. Write remat(self.compute).")
    return functools.wraps(f)(functools.partial(_again, f, ()))


def rematerialized(layer: Any, mode: RematMode | None, call: Callable[..., Any]) -> Callable[..., Any]:
    """`call` of a layer in the way that `mode` says, with the losses that the layers inside add."""
    if mode is None or (mode.mode == "list_of_layers" and layer.name not in mode.layer_names):
        return call
    if mode.mode == "activations":
        return functools.partial(_with_activation, layer, call)
    layers = tuple(layer._flatten_layers())
    if mode.mode == "larger_than":
        return functools.partial(_when_large, call, layers, mode.output_size_threshold)
    return functools.partial(_again, call, layers)


def _with_activation(layer: Any, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    own = layer.__dict__.get("activation")
    if not callable(own):
        return call(*args, **kwargs)
    layer.__dict__["activation"] = remat(own)
    try:
        return call(*args, **kwargs)
    finally:
        layer.__dict__["activation"] = own


def _when_large(call: Callable[..., Any], layers: Sequence[Any], size: float, *args: Any, **kwargs: Any) -> Any:
    pure, arrays = _pure(call, layers, args, kwargs)
    outputs = jax.eval_shape(pure, arrays)[0]
    large = sum(int(np.prod(leaf.shape)) for leaf in jax.tree.leaves(outputs)) > size
    return _again(call, layers, *args, **kwargs) if large else call(*args, **kwargs)


def _again(call: Callable[..., Any], layers: Sequence[Any], *args: Any, **kwargs: Any) -> Any:
    assigned: list[Variable] = []
    pure, arrays = _pure(call, layers, args, kwargs, assigned)
    outputs, values, masks, losses = jax.checkpoint(pure)(arrays)
    for variable, value in zip(assigned, values, strict=True):
        variable.assign(value)
    for leaf, mask in zip(jax.tree.leaves(outputs), masks, strict=True):
        if mask is not None:
            calls.set_mask(leaf, mask)
    for layer, added in zip(layers, losses, strict=True):
        layer._losses.extend(added)
    return outputs


def _pure(
    call: Callable[..., Any],
    layers: Sequence[Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    assigned: list[Variable] | None = None,
) -> tuple[Callable[[list[Any]], Any], list[Any]]:
    """`call` as a function of the arrays among its arguments, which leaves no trace, and these arrays.

    It returns the outputs, the new values of the variables in `assigned`, the masks of the outputs, and the losses
    that each of `layers` added.
    """
    leaves, structure = jax.tree.flatten((args, kwargs), is_leaf=lambda leaf: leaf is None)
    places = [i for i, leaf in enumerate(leaves) if isinstance(leaf, jax.Array | np.ndarray | float)]
    masks = [calls.get_mask(leaves[i]) for i in places]

    def pure(arrays: list[Any]) -> Any:
        filled = list(leaves)
        for place, array, mask in zip(places, arrays, masks, strict=True):
            filled[place] = array
            if mask is not None:
                calls.set_mask(array, mask)
        inner_args, inner_kwargs = jax.tree.unflatten(structure, filled)
        before = [len(layer._losses) for layer in layers]
        try:
            with Scope() as scope:
                outputs = call(*inner_args, **inner_kwargs)
                pairs = scope.assigned()
            added = [layer._losses[count:] for layer, count in zip(layers, before, strict=True)]
        finally:
            for layer, count in zip(layers, before, strict=True):
                del layer._losses[count:]
        if assigned is not None:
            assigned[:] = [variable for variable, _ in pairs]
        made = [calls.get_mask(leaf) for leaf in jax.tree.leaves(outputs)]
        return outputs, [value for _, value in pairs], made, added

    return pure, [leaves[i] for i in places]
