"""Class numbers as vectors, and the layer that does nothing else: CategoryEncoding."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from heron.errors import ArgumentError, DataError
from heron.layers.layer import Layer
from heron.layers.preprocessing.batches import in_program, real_numbers, whole_numbers
from heron.validate import POSITIVE_INT, Rule, one_of

DENSE = Rule(
    "False, as heron's arrays are dense", lambda v: v is False, (False,), (True, None), lambda v: "Leave it out."
)
MODES = ("int", "one_hot", "multi_hot", "count")
SPELLINGS = {"binary": "multi_hot", "tf-idf": "tf_idf"}


def encode(indices: Any, mode: str, depth: int, dtype: Any, weights: Any = None) -> Any:
    """Class numbers in one of the forms of `MODES`; numbers that are no class leave no trace.

    Args:
        indices: whole numbers, as a NumPy array on the host, or inside a program.
        mode: `"int"` as they are; `"one_hot"` a vector each; `"multi_hot"` which are in a sample; `"count"` how often.
            Axis 1, or the only one, is that of a sample.
        depth: how many classes there are.
        dtype: the dtype of the result.
        weights: what each occurrence counts for, in the shape of `indices`.
    """
    if mode == "int":
        return jnp.asarray(indices, dtype)
    if indices.ndim == 0:
        indices = indices.reshape(1)
    axis = min(1, indices.ndim - 1)
    if mode == "one_hot":
        if indices.ndim > 1 and indices.shape[-1] == 1:
            indices = indices[..., 0]
        if in_program(indices):
            return jax.nn.one_hot(indices, depth, dtype=dtype)
        return jnp.asarray(_added(indices[..., None], depth, None), dtype)
    if in_program(indices) or in_program(weights):
        hot = jax.nn.one_hot(indices, depth, dtype=dtype)
        if mode == "multi_hot":
            return jnp.max(hot, axis=axis, initial=0)
        return jnp.sum(hot if weights is None else hot * weights[..., None], axis=axis, dtype=dtype)
    weights = None if weights is None else np.moveaxis(np.asarray(weights), axis, -1)
    total = _added(np.moveaxis(indices, axis, -1), depth, weights)
    return jnp.asarray(total > 0 if mode == "multi_hot" else total, dtype)


def _added(rows: np.ndarray, depth: int, weights: np.ndarray | None) -> np.ndarray:
    """How often each class occurs along the last axis: `(..., n)` to `(..., depth)`."""
    flat = rows.reshape(int(np.prod(rows.shape[:-1])), rows.shape[-1])
    total = np.zeros((flat.shape[0], depth), np.float32)
    valid = (flat >= 0) & (flat < depth)
    given = 1.0 if weights is None else np.broadcast_to(weights.reshape(flat.shape), flat.shape)[valid]
    np.add.at(total, (np.nonzero(valid)[0], flat[valid]), given)
    return total.reshape(*rows.shape[:-1], depth)


class CategoryEncoding(Layer):
    """Turns class numbers into vectors of 0 and 1, or of counts.

    Args:
        num_tokens: how many classes there are: inputs are from 0 to `num_tokens - 1`.
        output_mode: `"one_hot"`: a vector for each number; `"multi_hot"`: for each sample, 1 at the classes that occur
            in it; `"count"`: for each sample, how often each class occurs.
        sparse: for Keras's signature; heron's arrays are dense.

    Input shape:
        `(batch, n)` or `(n,)`: whole numbers. When called with `count_weights`, of the same shape, an occurrence counts
        for that much.

    Output shape:
        `(batch, num_tokens)`; for `"one_hot"` `(batch, n, num_tokens)`, without the `n` where it is 1.

    Raises:
        DataError: for a number that is no class; inside a compiled program it leaves no trace instead.

    Example:
    >>> CategoryEncoding(num_tokens=4)([[0, 1], [3, 3]]).tolist()
    [[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]]
    """

    rules = {
        "num_tokens": POSITIVE_INT,
        "output_mode": one_of("multi_hot", "one_hot", "count", "binary"),
        "sparse": DENSE,
    }

    def __init__(
        self, num_tokens: Any = None, output_mode: str = "multi_hot", sparse: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.num_tokens = num_tokens
        self.output_mode = SPELLINGS.get(output_mode, output_mode)
        self.sparse = sparse

    def _cast(self, x: Any) -> Any:
        return x

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Encodes."""
        return super().__call__(real_numbers(self, inputs), *args, **kwargs)

    def call(self, inputs: Any, count_weights: Any = None) -> Any:
        """Encodes."""
        if count_weights is not None and self.output_mode != "count":
            raise ArgumentError(
                f"{self._who()}: count_weights are for output_mode='count'; received them with "
                f"output_mode={self.output_mode!r}.\nLeave them out, or choose 'count'."
            )
        indices = whole_numbers(self, inputs)
        if not in_program(indices) and indices.size and not 0 <= indices.min() <= indices.max() < self.num_tokens:
            bad = indices[(indices < 0) | (indices >= self.num_tokens)][0]
            raise DataError(
                f"{self._who()} takes numbers from 0 to {self.num_tokens - 1}, as num_tokens={self.num_tokens} says; "
                f"received {bad}.\nMake num_tokens larger, or number the values first with heron.layers.IntegerLookup."
            )
        return encode(indices, self.output_mode, self.num_tokens, self.compute_dtype, count_weights)
