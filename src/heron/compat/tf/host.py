"""Where a function computes: with JAX, or with NumPy in the functions of a `tf.data` pipeline, which run row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import jax
import numpy as np

import heron
from heron import ops, tree
from heron.ops import image as _image_ops
from heron.ops import linalg as _linalg_ops

_on_host: ContextVar[bool] = ContextVar("heron.compat.on_host", default=False)
# Ops that NumPy has under another name.
_NUMPY = {"concatenate": "concatenate", "cast": ""}


class HostTensor(np.ndarray):
    """An array of NumPy with what tensors of TensorFlow are asked for.

    >>> tensor = host_tensor([[1, 2], [3, 4]])
    >>> tensor[0, 1].numpy().item(), tensor.get_shape()
    (2, (2, 2))
    """

    def numpy(self) -> Any:
        """The array of NumPy; of text, bytes as TensorFlow gives them."""
        plain = np.asarray(self)
        if plain.dtype.kind in "UO" and plain.ndim == 0:
            text = plain.item()
            return text.encode() if isinstance(text, str) else text
        return plain[()] if plain.ndim == 0 else plain

    def get_shape(self) -> tuple[int, ...]:
        """The shape."""
        return self.shape

    def set_shape(self, shape: Any) -> None:
        """Nothing: the shape is known."""

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        return found if isinstance(found, HostTensor) else host_tensor(found)

    def __hash__(self) -> int:  # type: ignore[override]
        return id(self)


def host_tensor(value: Any) -> HostTensor:
    """`value` as an array with the manners of a tensor."""
    return np.asarray(value).view(HostTensor)


def tensor(value: Any) -> Any:
    """What came out as a tensor: arrays of NumPy become those that have `numpy()`."""
    return host_tensor(value) if isinstance(value, np.ndarray | np.generic) else value


def host_tensors(structure: Any) -> Any:
    """A structure of arrays as one of tensors; what is no array stays."""
    if isinstance(structure, dict):
        return {name: host_tensors(part) for name, part in structure.items()}
    if isinstance(structure, list | tuple):
        parts = [host_tensors(part) for part in structure]
        return type(structure)(*parts) if hasattr(structure, "_fields") else tuple(parts)
    return structure if structure is None or hasattr(structure, "as_numpy_iterator") else host_tensor(structure)


def plain(structure: Any) -> Any:
    """A structure of tensors as one of NumPy arrays."""
    if isinstance(structure, dict):
        return {name: plain(part) for name, part in structure.items()}
    if isinstance(structure, list | tuple):
        parts = [plain(part) for part in structure]
        return type(structure)(*parts) if hasattr(structure, "_fields") else tuple(parts)
    return structure if structure is None or hasattr(structure, "as_numpy_iterator") else np.asarray(structure)


@contextmanager
def on_host() -> Iterator[None]:
    """Inside the block, functions compute with NumPy where they can."""
    token = _on_host.set(True)
    try:
        yield
    finally:
        _on_host.reset(token)


def is_on_host() -> bool:
    """Whether a function of a pipeline is running."""
    return _on_host.get()


def raw(x: Any) -> Any:
    """What JAX and NumPy compute with: variables as their values, tensors of the host as plain arrays."""
    if isinstance(x, heron.Variable):
        return x.value
    return np.asarray(x) if isinstance(x, HostTensor) else x


def apply(name: str, *args: Any, **kwargs: Any) -> Any:
    """Calls the op of this name, or NumPy's function of the same name in a pipeline."""
    args = tuple(tree.map_structure(raw, one) if isinstance(one, list | tuple) else raw(one) for one in args)
    if is_on_host():
        return _on_numpy(name, args, kwargs)
    return _op(name)(*args, **kwargs)


def _op(name: str) -> Callable[..., Any]:
    for place in (ops, _linalg_ops, _image_ops):
        if hasattr(place, name):
            found: Callable[..., Any] = getattr(place, name)
            return found
    raise AttributeError(name)


def _on_numpy(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    function = getattr(np, name, None) if name not in ("cast", "norm", "split") else None
    made = (function or _op(name))(*args, **kwargs)
    if function is not None and not _has_double(args):
        made = jax.tree.map(_single, made)
    return jax.tree.map(host_tensor, made)


def _has_double(args: tuple[Any, ...]) -> bool:
    return any(getattr(leaf, "dtype", None) == np.float64 for leaf in jax.tree.leaves(args))


def _single(array: Any) -> Any:
    return np.asarray(array, np.float32) if getattr(array, "dtype", None) == np.float64 else array
